//! Express: who registers what, and what runs before it.

use super::check;

#[test]
fn routers_are_mounted_below_paths() {
    check(
        &[
            (
                "src/app.ts",
                "import express from 'express'
                import users from './users'
                const app = express()
                app.use(express.json())
                app.use('/api', users)
                app.get('/health', (req, res) => res.send('ok'))
                app.listen(3000)",
            ),
            (
                "src/users.ts",
                "import { Router } from 'express'
                import { db } from './db'
                const router = Router()
                router.get('/users/:id', async (req, res) => {
                  const { data } = await db.from('users').select('*').eq('id', req.params.id)
                  res.json(data)
                })
                router.route('/users').post(async (req, res) => {
                  await db.from('users').insert({ name: req.body.name })
                  res.status(201).end()
                })
                export default router",
            ),
        ],
        "
        GET /api/users/:id
          Select users Service id No Answered
        POST /api/users
          Insert users Service No
        GET /health
        ",
    );
}

#[test]
fn middleware_guards_what_follows_it() {
    check(
        &[(
            "src/app.ts",
            "import express from 'express'
            import jwt from 'jsonwebtoken'
            import { db } from './db'
            const app = express()
            function auth(req, res, next) {
              const token = req.headers.authorization
              if (!token) return res.status(401).json({})
              try {
                req.user = jwt.verify(token, process.env.SECRET)
              } catch (e) {
                return res.status(401).json({})
              }
              next()
            }
            app.get('/before', async (req, res) => res.json(await db.from('a').select('*')))
            app.get('/one', auth, async (req, res) => res.json(await db.from('b').select('*')))
            app.use('/in', auth)
            app.get('/in/x', async (req, res) => {
              res.json(await db.from('c').select('*').eq('owner', req.user.id))
            })
            app.get('/out', async (req, res) => res.json(await db.from('d').select('*')))",
        )],
        "
        GET /before
          Select a Service No Answered
        GET /one
          guard
          Select b Service Yes Answered
        GET /in/x
          guard
          Select c Service owner Yes Answered
        GET /out
          Select d Service No Answered
        ",
    );
}

#[test]
fn tables_of_handlers_register_one_route_each() {
    check(
        &[
            (
                "src/server.ts",
                "import express from 'express'
                import { handlers } from './handlers'
                import { typed } from './typed'
                const app = express()
                Object.entries(handlers).forEach(([path, handler]) => {
                  const route = ['/' + path, express.json(), typed(handler)]
                  app.post(...route)
                })
                for (const name of ['a', 'b', 'c', 'd', 'e']) app.get(`/static/${name}`, send)
                function send(req, res) { res.send('x') }",
            ),
            (
                "src/typed.ts",
                "export const typed = (handler) => async (req, res, next) => {
                  try {
                    res.status(200).json(await handler(req.body, req.user))
                  } catch (e) { next(e) }
                }",
            ),
            (
                "src/handlers.ts",
                "import { db } from './db'
                export const handlers = {
                  one: async (props) => (await db.from('one').select('*').eq('id', props.id)).data,
                  two: async (props) => (await db.from('two').select('*').eq('id', props.id)).data,
                  three: async () => 3,
                  four: async () => 4,
                  five: async () => 5,
                }",
            ),
        ],
        "
        POST /five
        POST /four
        POST /one
          Select one Service id No depth 1 Answered
        POST /three
        POST /two
          Select two Service id No depth 1 Answered
        GET /static/a
        GET /static/b
        GET /static/c
        GET /static/d
        GET /static/e
        ",
    );
}

const CONTROLLER: &str = "
    import { Router } from 'express'
    const permitted = (permission) => async (req, res, next) => {
      if (await req.checkRbac(permission)) return next()
      return res.status(403).end()
    }
    export default class Controller {
      constructor() { this.app = Router() }
      wrap(handler) {
        return async (req, res) => { try { await handler(req, res) } catch (e) {} }
      }
      route(options) {
        this.app[options.method](
          options.path, permitted(options.permission), this.wrap(options.handler.bind(this)))
      }
      use(path, router) { this.app.use(path, router) }
      get router() { return this.app }
    }";

#[test]
fn controllers_register_in_their_constructors() {
    check(
        &[
            ("src/controller.ts", CONTROLLER),
            (
                "src/tags.ts",
                "import Controller from './controller'
                import { db } from './db'
                export default class Tags extends Controller {
                  constructor() {
                    super()
                    const handler = this.list
                    this.route({ method: 'get', path: '/:type', handler, permission: 'x' })
                    this.route({ method: 'post', path: '', handler: this.make, permission: 'x' })
                  }
                  async list(req, res) {
                    res.json(await db.from('tags').select('*').eq('type', req.params.type))
                  }
                  async make(req, res) { await db.from('tags').insert(req.body); res.end() }
                }",
            ),
            (
                "src/app.ts",
                "import express from 'express'
                import Controller from './controller'
                import Tags from './tags'
                class Index extends Controller {
                  constructor() { super(); this.use('/tags', new Tags().router) }
                }
                export function getApp() {
                  const app = express()
                  app.use('/api', new Index().router)
                  return app
                }",
            ),
        ],
        "
        GET /api/tags/:type
          guard
          Select tags Service type Maybe depth 1 Answered
        POST /api/tags
          guard
          Insert tags Service Maybe depth 1
        ",
    );
}

#[test]
fn functions_that_take_an_app_are_called_with_one() {
    check(
        &[
            (
                "src/routes.ts",
                "import type { Express, Request, Response, NextFunction } from 'express'
                import { db } from './db'
                import { asyncHandler } from 'some-package'
                export function register(app: Express) {
                  app.get('/notes', asyncHandler(async (req: Request, res: Response) => {
                    res.json(await db.from('notes').select('*').eq('id', req.query.id))
                  }))
                }",
            ),
            ("src/other.ts", "import express from 'express'\nexport const other = 1"),
        ],
        "
        GET /notes
          Select notes Service id No Answered
        ",
    );
}

#[test]
fn middleware_of_packages_tells_who_is_calling() {
    check(
        &[(
            "src/app.ts",
            "import express from 'express'
            import passport from 'passport'
            import helmet from 'helmet'
            import { requireAuth } from 'some-auth'
            import { db } from './db'
            const app = express()
            app.use(helmet())
            app.get('/plain', async (req, res) => res.json(await db.from('a').select('*')))
            app.get('/own', passport.authenticate('jwt', { session: false }), async (req, res) => {
              res.json(await db.from('b').select('*').eq('owner', req.user.id))
            })
            app.get('/maybe', requireAuth(), async (req, res) => {
              res.json(await db.from('c').select('*'))
            })",
        )],
        "
        GET /plain
          Select a Service No Answered
        GET /own
          guard
          Select b Service owner Yes Answered
        GET /maybe opaque
          Select c Service Maybe Answered
        ",
    );
}

#[test]
fn paths_that_middleware_lets_through_are_known() {
    check(
        &[(
            "src/app.ts",
            "import express from 'express'
            import jwt from 'jsonwebtoken'
            import { db } from './db'
            const PUBLIC = ['/login', '/health']
            const app = express()
            app.use((req, res, next) => {
              if (PUBLIC.includes(req.path)) return next()
              try {
                res.locals.user = jwt.verify(req.get('authorization'), process.env.SECRET)
                next()
              } catch (error) {
                res.sendStatus(401)
              }
            })
            app.post('/login', async (req, res) => res.json(await db.from('a').select('*')))
            app.get('/notes', async (req, res) => {
              res.json(await db.from('b').select('*').eq('owner', res.locals.user.id))
            })",
        )],
        "
        POST /login
          Select a Service No Answered
        GET /notes
          guard
          Select b Service owner Yes Answered
        ",
    );
}

#[test]
fn the_only_class_behind_an_interface_is_the_one_that_runs() {
    check(
        &[
            (
                "src/stores.ts",
                "import { db } from './db'
                export interface Users { all(): Promise<unknown[]> }
                export interface Teams { all(): Promise<unknown[]> }
                export class FakeUsers implements Users { async all() { return [] } }
                export class DbUsers implements Users {
                  async all() { return db.from('users').select('id') }
                }
                export class SomeTeams implements Teams {
                  async all() { return db.from('teams').select('id') }
                }
                export class OtherTeams implements Teams { async all() { return [] } }",
            ),
            (
                "src/app.ts",
                "import { Router } from 'express'
                import type { Teams, Users } from './stores'
                export type Stores = { users: Users; teams: Teams }
                export function routes(router: Router, { users, teams }: Pick<Stores, 'users'>) {
                  router.get('/users', async (req, res) => res.json(await users.all()))
                  router.get('/teams', async (req, res) => res.json(await teams.all()))
                }",
            ),
        ],
        "
        GET /users
          Select users Service No depth 1 Answered
        GET /teams
        unreached
          Select teams Service
        ",
    );
}
