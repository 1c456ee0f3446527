//! Hono: who registers what, and what runs before it.

use super::check;

#[test]
fn apps_are_chained_mounted_and_served() {
    check(
        &[
            (
                "src/index.ts",
                "import { Hono } from 'hono'
                import { logger } from 'hono/logger'
                import { notes } from './notes'
                import { makeApp } from './make'
                const app = new Hono().basePath('/v1')
                app.use('*', logger())
                app.route('/notes', notes)
                const other = makeApp()
                other.get('/other', (c) => c.text('x'))
                app.route('/', other)
                export default app",
            ),
            ("src/make.ts", "import { Hono } from 'hono'\nexport const makeApp = () => new Hono()"),
            (
                "src/notes.ts",
                "import { z } from 'zod'
                import { zValidator } from '@hono/zod-validator'
                import { makeApp } from './make'
                import { db } from './db'
                const Query = z.object({ limit: z.coerce.number().max(50) })
                export const notes = makeApp()
                  .get('/', zValidator('query', Query), async (c) => {
                    const { limit } = c.req.valid('query')
                    const { data } = await db.from('notes').select('*').limit(limit)
                    return c.json(data)
                  })
                  .delete('/:id', async (c) => {
                    await db.from('notes').delete().eq('id', c.req.param('id'))
                    return c.body(null, 204)
                  })",
            ),
        ],
        "
        GET /v1/notes
          Select notes Service limit Some(50.0) No Answered
        DELETE /v1/notes/:id
          Delete notes Service id No
        GET /v1/other
        ",
    );
}

#[test]
fn what_middleware_sets_is_there_for_the_handler() {
    check(
        &[(
            "src/index.ts",
            "import { Hono } from 'hono'
            import { createMiddleware } from 'hono/factory'
            import { bearerAuth } from 'hono/bearer-auth'
            import { jwt } from 'hono/jwt'
            import { jwtVerify } from 'jose'
            import { db } from './db'
            const auth = createMiddleware(async (c, next) => {
              const { payload } = await jwtVerify(c.req.header('authorization'), new Uint8Array())
              c.set('user', payload)
              await next()
            })
            const app = new Hono()
            app.get('/open', async (c) => c.json(await db.from('a').select('*')))
            app.get('/own', auth, async (c) => {
              return c.json(await db.from('b').select('*').eq('owner', c.get('user').sub))
            })
            app.use('/admin/*', bearerAuth({ token: process.env.TOKEN }))
            app.get('/admin/all', async (c) => c.json(await db.from('c').select('*')))
            app.use('/jwt', jwt({ secret: process.env.SECRET, alg: 'HS256' }))
            app.get('/jwt', async (c) => {
              return c.json(await db.from('d').select('*').eq('owner', c.get('jwtPayload').sub))
            })
            app.get('/jwt/below', async (c) => c.json(await db.from('e').select('*')))
            export default app",
        )],
        "
        GET /open
          Select a Service No Answered
        GET /own
          guard
          Select b Service owner Yes Answered
        GET /admin/all
          guard
          Select c Service Yes Answered
        GET /jwt
          guard
          Select d Service owner Yes Answered
        GET /jwt/below
          Select e Service No Answered
        ",
    );
}

#[test]
fn routes_with_a_description_check_what_they_get() {
    check(
        &[(
            "src/tags.ts",
            "import { OpenAPIHono, createRoute, z } from '@hono/zod-openapi'
            import { db } from './db'
            const requireUser = async (c, next) => {
              const { data: { user } } = await db.auth.getUser(c.req.header('authorization'))
              if (!user) return c.json({}, 401)
              c.set('user', user)
              await next()
            }
            const app = new OpenAPIHono()
            app.openapi(
              createRoute({
                method: 'get', path: '/tags/{id}', middleware: [requireUser],
                request: { params: z.object({ id: z.string() }) }, responses: {},
              }),
              async (c) => {
                const { id } = c.req.valid('param')
                const owned = db.from('tags').select('*').eq('owner', c.var.user.id)
                return c.json(await owned.eq('id', id))
              })
            export default app",
        )],
        "
        GET /tags/:id
          guard
          Select tags Service owner id Yes Answered
        ",
    );
}

#[test]
fn an_answer_that_is_put_into_a_cache_is_nobodys_answer() {
    let model = crate::testing::model(&[(
        "src/index.ts",
        "import { Hono } from 'hono'
        const app = new Hono()
        app.get('/x', async (c) => {
          const store = await (globalThis as any).caches.open('x')
          const headers = new Headers({ 'Cache-Control': 'public, s-maxage=60' })
          const response = new Response('x', { headers })
          await store.put(c.req.raw, response.clone())
          return c.json({ for: c.req.header('authorization') })
        })
        export default app",
    )]);
    let route = &model.routes[0];
    assert_eq!(route.responses.len(), 2);
    assert!(route.responses.iter().all(|response| response.cache_control.is_none()));
}
