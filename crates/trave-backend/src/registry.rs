//! Every library model, in the order in which they are asked.

use crate::auth::crypto::Crypto;
use crate::auth::jose::Jose;
use crate::auth::jsonwebtoken::{JsonWebToken, JwtDecode};
use crate::auth::nest_jwt::NestJwt;
use crate::auth::passport::Passport;
use crate::auth::session::Session;
use crate::auth::webhook::Webhook;
use crate::cache::memory::Memory;
use crate::cache::redis::{IOREDIS, NODE_REDIS, UPSTASH};
use crate::clients::drizzle::Drizzle;
use crate::clients::knex::Knex;
use crate::clients::knex::objection::Objection;
use crate::clients::kysely::Kysely;
use crate::clients::mikro::MikroOrm;
use crate::clients::mysql2::Mysql2;
use crate::clients::pg::Pg;
use crate::clients::pg_promise::PgPromise;
use crate::clients::postgres_js::PostgresJs;
use crate::clients::prisma::Prisma;
use crate::clients::sequelize::Sequelize;
use crate::clients::slonik::Slonik;
use crate::clients::sqlite::Sqlite;
use crate::clients::supabase::Supabase;
use crate::clients::typeorm::TypeOrm;
use crate::env::Env;
use crate::frameworks::astro::Astro;
use crate::frameworks::elysia::Elysia;
use crate::frameworks::express::Express;
use crate::frameworks::fastify::Fastify;
use crate::frameworks::graphql::GraphQl;
use crate::frameworks::hono::Hono;
use crate::frameworks::jobs::agenda::Agenda;
use crate::frameworks::jobs::bullmq::BullMq;
use crate::frameworks::jobs::cron::Cron;
use crate::frameworks::jobs::graphile::GraphileWorker;
use crate::frameworks::jobs::inngest::Inngest;
use crate::frameworks::jobs::pg_boss::PgBoss;
use crate::frameworks::jobs::temporal::Temporal;
use crate::frameworks::jobs::trigger::Trigger;
use crate::frameworks::jobs::upstash::Workflow;
use crate::frameworks::koa::Koa;
use crate::frameworks::lambda::Lambda;
use crate::frameworks::nest::Nest;
use crate::frameworks::next::Next;
use crate::frameworks::nitro::Nitro;
use crate::frameworks::react::React;
use crate::frameworks::remix::Remix;
use crate::frameworks::safe_action::SafeAction;
use crate::frameworks::sveltekit::SvelteKit;
use crate::frameworks::tanstack::TanStack;
use crate::frameworks::trpc::{Trpc, TrpcAdapter};
use crate::frameworks::web::Web;
use crate::http::class_validator::ClassValidator;
use crate::http::outbound::Outbound;
use crate::http::rate_limit::RateLimit;
use crate::http::transparent::Transparent;
use crate::http::typebox::TypeBox;
use crate::http::valibot::Valibot;
use crate::http::zod::Zod;
use crate::library::Library;

static LIBRARIES: &[&dyn Library] = &[
    &Supabase,
    &Pg,
    &PostgresJs,
    &PgPromise,
    &Slonik,
    &Mysql2,
    &Sqlite,
    &Prisma,
    &Drizzle,
    &TypeOrm,
    &MikroOrm,
    &Kysely,
    &Knex,
    &Objection,
    &Sequelize,
    &Next,
    &React,
    &SafeAction,
    &SvelteKit,
    &Remix,
    // Before what takes every package of the framework.
    &NestJwt,
    &Nest,
    &Nitro,
    &Astro,
    &Lambda,
    &GraphQl,
    &TanStack,
    &ClassValidator,
    &Web,
    &Express,
    &Hono,
    &Fastify,
    &Koa,
    &Elysia,
    &Trpc,
    &TrpcAdapter,
    &BullMq,
    &PgBoss,
    &Inngest,
    &Trigger,
    &GraphileWorker,
    &Cron,
    &Agenda,
    &Temporal,
    &Workflow,
    &Env,
    &Zod,
    &Memory,
    &Outbound,
    &RateLimit,
    &Transparent,
    &Crypto,
    &JsonWebToken,
    &Jose,
    &JwtDecode,
    &Session,
    &Passport,
    &Webhook,
    &IOREDIS,
    &NODE_REDIS,
    &UPSTASH,
    &Valibot,
    &TypeBox,
];

/// Every library that is known.
pub fn libraries() -> &'static [&'static dyn Library] {
    LIBRARIES
}
