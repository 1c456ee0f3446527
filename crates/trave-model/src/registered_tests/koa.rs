//! Koa: routers, mounted apps, composed middleware, classes that extend a router.

use super::check;

#[test]
fn routers_are_used_mounted_and_composed() {
    check(
        &[
            (
                "src/app.ts",
                "import Koa from 'koa'
                import mount from 'koa-mount'
                import compose from 'koa-compose'
                import bodyParser from 'koa-bodyparser'
                import api from './api'
                const app = new Koa()
                app.use(compose([bodyParser(), async (ctx, next) => { await next() }]))
                app.use(mount('/api', api))
                export default app",
            ),
            (
                "src/api.ts",
                "import Koa from 'koa'
                import Router from '@koa/router'
                import notes from './notes'
                const api = new Koa()
                const router = new Router()
                router.use('/', notes.routes())
                api.use(router.routes()).use(router.allowedMethods())
                export default api",
            ),
            (
                "src/notes.ts",
                "import Router from '@koa/router'
                import jwt from 'jsonwebtoken'
                import { db } from './db'
                const auth = (options = {}) => async function authMiddleware(ctx, next) {
                  const token = ctx.request.get('authorization')
                  if (!token) ctx.throw(401)
                  ctx.state.auth = { user: jwt.verify(token, process.env.SECRET) }
                  return next()
                }
                const router = new Router()
                router.post('notes.list', auth(), async (ctx) => {
                  const { user } = ctx.state.auth
                  ctx.body = await db.from('notes').select('*').eq('owner', user.id)
                })
                router.get('notes.open', async (ctx) => {
                  ctx.body = await db.from('open').select('*').eq('id', ctx.params.id)
                })
                export default router",
            ),
        ],
        "
        POST /api/notes.list
          guard
          Select notes Service owner Yes Answered
        GET /api/notes.open
          Select open Service id No Answered
        ",
    );
}

#[test]
fn a_class_that_extends_a_router_registers_on_itself() {
    check(
        &[
            (
                "src/schema-router.ts",
                "import Router from 'koa-router'
                import { db } from './db'
                export default class SchemaRouter extends Router {
                  constructor(table) {
                    super({ prefix: '/' + table })
                    this.table = table
                    this.#addRoutes()
                  }
                  #addRoutes() {
                    this.get('/', async (ctx, next) => {
                      ctx.body = await db.from(this.table).select('*').limit(10)
                      return next()
                    })
                  }
                }",
            ),
            (
                "src/init.ts",
                "import Koa from 'koa'
                import SchemaRouter from './schema-router'
                const routes = (...[router, tenant]) => {
                  router.get('/status', async (ctx) => { ctx.status = 204 })
                  const roles = new SchemaRouter('roles')
                  router.use(roles.routes())
                }
                export default function init(tenant) {
                  const app = new Koa()
                  for (const router of [new SchemaRouter('users')]) {
                    routes(router, tenant)
                    app.use(router.routes())
                  }
                  return app
                }",
            ),
        ],
        "
        GET /users
          Select users Service limit Some(10.0) No Answered
        GET /users/status
        GET /users/roles
          Select roles Service limit Some(10.0) No Answered
        ",
    );
}
