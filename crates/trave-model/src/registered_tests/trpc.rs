//! tRPC: procedures and their middleware, routers in each other, adapters, contexts, callers.

use super::check;

const TRPC: &str = "
    import { initTRPC, TRPCError } from '@trpc/server'
    import { db } from './db'
    export const createContext = async (opts) => {
      const token = opts.req.headers.get('authorization')
      const { data: { user } } = await db.auth.getUser(token)
      return { db, user }
    }
    const t = initTRPC.context<typeof createContext>().create({ transformer: {} })
    export const createTRPCRouter = t.router
    export const mergeRouters = t.mergeRouters
    export const createCallerFactory = t.createCallerFactory
    const timing = t.middleware(async ({ next, path }) => {
      const result = await next()
      if (!result.ok) console.log(path)
      return result
    })
    const isAuthed = t.middleware(({ ctx, next }) => {
      if (!ctx.user) throw new TRPCError({ code: 'UNAUTHORIZED' })
      return next({ ctx: { member: ctx.user.id } })
    })
    export const publicProcedure = t.procedure.use(timing)
    export const protectedProcedure = publicProcedure.use(isAuthed)";

const POSTS: &str = "
    import { z } from 'zod'
    import { createTRPCRouter, protectedProcedure, publicProcedure } from './trpc'
    export const postRouter = createTRPCRouter({
      list: publicProcedure
        .input(z.object({ limit: z.number().max(50) }))
        .query(async ({ ctx, input }) => ctx.db.from('posts').select('*').limit(input.limit)),
      remove: publicProcedure
        .mutation(async ({ ctx, input }) => {
          await ctx.db.from('posts').delete().eq('id', input)
        }),
      own: protectedProcedure
        .query(async ({ ctx }) => ctx.db.from('drafts').select('*').eq('owner', ctx.member)),
    })";

#[test]
fn routers_are_served_where_an_adapter_mounts_them() {
    check(
        &[
            ("src/trpc.ts", TRPC),
            ("src/posts.ts", POSTS),
            (
                "src/root.ts",
                "import { createTRPCRouter } from './trpc'
                import { postRouter } from './posts'
                export const appRouter = createTRPCRouter({ post: postRouter })",
            ),
            (
                "src/app/api/trpc/[trpc]/route.ts",
                "import { fetchRequestHandler } from '@trpc/server/adapters/fetch'
                import { appRouter } from '@/root'
                import { createContext } from '@/trpc'
                const handler = (req: Request) => fetchRequestHandler({
                  endpoint: '/api/trpc', req, router: appRouter,
                  createContext: () => createContext({ req }),
                })
                export { handler as GET, handler as POST }",
            ),
        ],
        "
        GET /api/trpc/[trpc]
        POST /api/trpc/[trpc]
        GET /api/trpc/post.list
          Select posts Service limit Some(50.0) No Answered
        GET /api/trpc/post.own
          guard
          Select drafts Service owner Yes Answered
        POST /api/trpc/post.remove
          Delete posts Service id No
        ",
    );
}

#[test]
fn a_context_that_nobody_was_seen_making_is_unknown() {
    let model = crate::testing::model(&[
        ("src/db.ts", super::DB),
        ("src/trpc.ts", TRPC),
        ("src/posts.ts", POSTS),
    ]);
    let found: Vec<(&str, bool)> =
        model.routes.iter().map(|it| (it.path.as_str(), it.opaque)).collect();
    assert_eq!(found, [("/trpc/list", true), ("/trpc/own", true), ("/trpc/remove", true)]);
}

#[test]
fn routers_are_nested_merged_and_loaded_late() {
    check(
        &[
            ("src/trpc.ts", TRPC),
            (
                "src/late.ts",
                "import { createTRPCRouter, publicProcedure } from './trpc'
                import { db } from './db'
                export default createTRPCRouter({
                  all: publicProcedure.query(() => db.from('late').select('*')),
                })",
            ),
            (
                "src/index.ts",
                "import express from 'express'
                import { lazy } from '@trpc/server'
                import * as trpcExpress from '@trpc/server/adapters/express'
                import { createContext, createTRPCRouter, mergeRouters } from './trpc'
                import { publicProcedure } from './trpc'
                import { db } from './db'
                const one = createTRPCRouter({
                  deep: { er: publicProcedure.query(() => db.from('deep').select('*')) },
                })
                const two = createTRPCRouter({
                  late: lazy(() => import('./late')),
                  late2: lazy(() => import('./late').then((it) => it.default)),
                })
                const app = express()
                app.use('/v1', trpcExpress.createExpressMiddleware({
                  router: mergeRouters(one, two), createContext,
                }))
                app.listen(80)",
            ),
        ],
        "
        GET /v1/deep.er
          Select deep Service No Answered
        GET /v1/late.all
          Select late Service No Answered
        GET /v1/late2.all
          Select late Service No Answered
        ",
    );
}

#[test]
fn contexts_come_from_the_host() {
    check(
        &[
            ("src/trpc.ts", TRPC),
            ("src/posts.ts", POSTS),
            (
                "src/index.ts",
                "import { Hono } from 'hono'
                import { trpcServer } from '@hono/trpc-server'
                import { postRouter } from './posts'
                import { createTRPCRouter } from './trpc'
                import { db } from './db'
                const app = new Hono()
                app.use('/trpc/*', trpcServer({
                  router: postRouter,
                  createContext: async (_, c) => ({ db, user: c.get('user') }),
                }))
                export default app",
            ),
            (
                "src/fast.ts",
                "import Fastify from 'fastify'
                import { fastifyTRPCPlugin } from '@trpc/server/adapters/fastify'
                import { createTRPCRouter, protectedProcedure } from './trpc'
                import { db } from './db'
                const router = createTRPCRouter({
                  me: protectedProcedure
                    .query(({ ctx }) => db.from('me').select('*').eq('id', ctx.member)),
                })
                const app = Fastify()
                app.register(fastifyTRPCPlugin, {
                  prefix: '/fast',
                  trpcOptions: {
                    router,
                    createContext: async ({ req }) => {
                      const { data: { user } } = await db.auth.getUser(req.headers.authorization)
                      return { user }
                    },
                  },
                })",
            ),
        ],
        "
        GET /trpc/list
          Select posts Service limit Some(50.0) No Answered
        GET /trpc/own
          guard
          Select drafts Service owner Maybe Answered
        POST /trpc/remove
          Delete posts Service id No
        GET /fast/me
          guard
          Select me Service id Yes Answered
        ",
    );
}

#[test]
fn middleware_of_one_function_may_stand_twice() {
    check(
        &[
            ("src/trpc.ts", TRPC),
            (
                "src/index.ts",
                "import { TRPCError } from '@trpc/server'
                import { createHTTPServer } from '@trpc/server/adapters/standalone'
                import { createContext, createTRPCRouter } from './trpc'
                import { protectedProcedure, publicProcedure } from './trpc'
                import { db } from './db'
                import { unknown } from 'somewhere'
                const allow = (right: string) => async ({ ctx, next }) => {
                  const rights = db.from('rights').select('*').eq('user', ctx.member)
                  const { data } = await rights.eq('name', right)
                  if (!data.length) throw new TRPCError({ code: 'FORBIDDEN' })
                  return next()
                }
                const procedure = protectedProcedure.use(allow('read')).use(allow('write'))
                const router = createTRPCRouter({
                  all: procedure.query(() => db.from('all').select('*')),
                  checked: publicProcedure.query(async ({ ctx }) => {
                    if (!ctx.user) throw new TRPCError({ code: 'UNAUTHORIZED' })
                    return db.from('checked').select('*')
                  }),
                  passed: publicProcedure
                    .use(unknown.trace())
                    .query(() => db.from('passed').select('*')),
                  concat: publicProcedure
                    .concat(protectedProcedure)
                    .query(() => db.from('concat').select('*')),
                })
                createHTTPServer({ router, createContext }).listen(80)",
            ),
        ],
        "
        GET /all
          guard
          Select rights Service user name Yes
          Select rights Service user name Yes
          Select all Service Yes Answered
        GET /checked
          guard
          Select checked Service Yes Answered
        GET /concat
          guard
          Select concat Service Yes Answered
        GET /passed
          Select passed Service No Answered
        ",
    );
}

/// A root whose context asks for the session.
const ROOT: &str = "import { initTRPC, TRPCError } from '@trpc/server'
    import { auth } from './auth'
    import { db } from './db'
    export const createContext = async (opts) => {
      const session = await auth()
      return { db, session, ...opts }
    }
    const t = initTRPC.context<typeof createContext>().create()
    const authed = t.procedure.use(({ ctx, next }) => {
      if (!ctx.session) throw new TRPCError({ code: 'UNAUTHORIZED' })
      return next({ ctx: { session: { ...ctx.session } } })
    })
    export const appRouter = t.router({
      last: authed.query(({ ctx }) => {
        return ctx.db.from('posts').select('*').eq('owner', ctx.session.user.id)
      }),
    })
    export const createCaller = t.createCallerFactory(appRouter)";

/// What pages take to prefetch.
const SERVER: &str = "import { createHydrationHelpers } from '@trpc/react-query/rsc'
    import { createTRPCOptionsProxy } from '@trpc/tanstack-react-query'
    import { cache } from 'react'
    import { appRouter, createCaller, createContext } from './trpc'
    const context = cache(async () => createContext({ headers: new Headers() }))
    const helpers = createHydrationHelpers(createCaller(context), () => ({}))
    export const api = helpers.trpc
    export const trpc = createTRPCOptionsProxy({ ctx: context, router: appRouter })";

#[test]
fn pages_prefetch_as_whoever_asks_for_them() {
    check(
        &[
            (
                "src/auth.ts",
                "import NextAuth from 'next-auth'
                import { cache } from 'react'
                const { auth: uncached } = NextAuth({ providers: [] })
                export const auth = cache(uncached)",
            ),
            ("src/trpc.ts", ROOT),
            ("src/server.ts", SERVER),
            (
                "src/app/page.tsx",
                "import { api } from '@/server'
                export default async function Page() {
                  void api.last.prefetch()
                  return null
                }",
            ),
            (
                "src/app/two/page.tsx",
                "import { trpc } from '@/server'
                export default async function Page() {
                  await queryClient.prefetchQuery(trpc.last.queryOptions())
                  return null
                }",
            ),
        ],
        "
        GET /
          ReadThrough react
          ReadThrough react
          guard
          Select posts Service owner Yes
        GET /two
          ReadThrough react
          ReadThrough react
          guard
          Select posts Service owner Yes
        GET /trpc/last opaque
          guard
          Select posts Unknown owner Maybe Answered
        ",
    );
}

#[test]
fn callers_run_procedures_with_their_own_context() {
    check(
        &[
            ("src/trpc.ts", TRPC),
            ("src/posts.ts", POSTS),
            (
                "src/root.ts",
                "import { createCallerFactory, createTRPCRouter } from './trpc'
                import { postRouter } from './posts'
                export const appRouter = createTRPCRouter({ post: postRouter })
                export const createCaller = createCallerFactory(appRouter)",
            ),
            (
                "src/app/page.tsx",
                "import { createCaller } from '@/root'
                import { db } from '@/db'
                export default async function Page() {
                  const api = createCaller(async () => ({ db, user: null }))
                  const posts = await api.post.list({ limit: 5 })
                  return posts
                }",
            ),
        ],
        "
        GET /
          Select posts Service limit Some(5.0) No
        GET /trpc/post.list opaque
          Select posts Unknown limit Some(50.0) No Answered
        GET /trpc/post.own opaque
          guard
          Select drafts Unknown owner Maybe Answered
        POST /trpc/post.remove opaque
          Delete posts Unknown id No
        ",
    );
}

#[test]
fn what_a_page_asks_for_is_not_what_others_may_ask_for() {
    let model = crate::testing::model(&[
        ("src/db.ts", super::DB),
        (
            "src/trpc.ts",
            "import { initTRPC } from '@trpc/server'
            import { z } from 'zod'
            import { db } from './db'
            const t = initTRPC.create()
            export const router = t.router({
              list: t.procedure
                .input(z.object({ limit: z.number() }))
                .query(({ input }) => db.from('posts').select('*').limit(input.limit)),
            })",
        ),
        (
            "src/app/page.tsx",
            "import { router } from '@/trpc'
            import { size } from 'somewhere'
            export default async function Page() {
              return router.createCaller({}).list({ limit: size() })
            }",
        ),
    ]);
    let limits = model.queries.iter().filter_map(|query| query.facts.limit.as_ref());
    let chosen: Vec<bool> = limits.map(|limit| limit.value.is_unclamped_input()).collect();
    assert_eq!(chosen, [false, true]);
}
