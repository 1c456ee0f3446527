//! Fastify: plugins, hooks, decorators, schemas.

use super::check;

const INSIDE: &str = "
    import type { FastifyInstance } from 'fastify'
    import { db } from './db'
    export async function inside(fastify: FastifyInstance) {
      fastify.get('/early', async () => db.from('early').select('*'))
      fastify.addHook('preHandler', async (request, reply) => {
        const { data: { user } } = await db.auth.getUser(request.headers.authorization)
        if (!user) {
          reply.code(401).send({})
          return
        }
        request.user = user
      })
      fastify.route({
        method: 'POST', url: '/late',
        schema: { body: { type: 'object', properties: {
          limit: { type: 'integer', maximum: 20 } } } },
        handler: async (request, reply) => {
          return db.from('late').select('*').limit(request.body.limit)
        },
      })
    }";

#[test]
fn plugins_get_apps_of_their_own_and_hooks_stay_in_them() {
    check(
        &[
            (
                "src/app.ts",
                "import Fastify from 'fastify'
                import auth from './auth'
                import { inside } from './inside'
                import { db } from './db'
                export async function build() {
                  const app = Fastify()
                  app.register(auth)
                  app.register(inside, { prefix: '/in' })
                  app.get('/out', async () => db.from('out').select('*'))
                  app.get('/own', { onRequest: [app.authenticate] }, async (request) => {
                    return db.from('own').select('*').eq('owner', request.user.id)
                  })
                  return app
                }",
            ),
            (
                "src/auth.ts",
                "import fp from 'fastify-plugin'
                import jwt from '@fastify/jwt'
                export default fp(async (fastify) => {
                  fastify.register(jwt, { secret: process.env.SECRET })
                  fastify.decorate('authenticate', async (request, reply) => {
                    try {
                      await request.jwtVerify()
                    } catch (error) {
                      reply.code(401).send(error)
                    }
                  })
                })",
            ),
            ("src/inside.ts", INSIDE),
        ],
        "
        GET /in/early
          guard
          Select early Service Yes Answered
        POST /in/late
          guard
          Select late Service limit Some(20.0) Yes Answered
        GET /out
          Select out Service No Answered
        GET /own
          guard
          Select own Service owner Yes Answered
        ",
    );
}
