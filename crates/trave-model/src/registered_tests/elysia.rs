//! Elysia: plugins, groups, what is derived before handlers.

use super::check;

#[test]
fn what_is_derived_stands_on_the_context() {
    check(
        &[
            (
                "src/index.ts",
                "import { Elysia, t } from 'elysia'
                import { auth } from './auth'
                import { db } from './db'
                const notes = new Elysia({ prefix: '/notes' })
                  .get('/', async ({ query }) => db.from('a').select('*').limit(query.limit), {
                    query: t.Object({ limit: t.Numeric({ maximum: 10 }) }),
                  })
                  .use(auth)
                  .get('/own', async ({ user }) => db.from('b').select('*').eq('owner', user.id))
                new Elysia()
                  .group('/v1', (app) => app.use(notes))
                  .get('/open', () => db.from('c').select('*'))
                  .listen(3000)",
            ),
            (
                "src/auth.ts",
                "import { Elysia } from 'elysia'
                import { db } from './db'
                export const auth = new Elysia({ name: 'auth' })
                  .derive({ as: 'scoped' }, async ({ headers, status }) => {
                    const { data: { user } } = await db.auth.getUser(headers.authorization)
                    if (!user) return status(401)
                    return { user }
                  })",
            ),
        ],
        "
        GET /v1/notes
          Select a Service limit Some(10.0) No Answered
        GET /v1/notes/own
          guard
          Select b Service owner Yes Answered
        GET /open
          Select c Service No Answered
        ",
    );
}
