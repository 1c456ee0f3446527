//! Which TypeScript files are worth parsing: by what their bytes hold, and by where they lie.
//!
//! Both tests err on the side of reading: a file that holds no needle and lies nowhere special
//! can still be reached through an import.

/// Byte strings, one of which a file holds if it may touch a database, a token, a cache or a key.
pub const NEEDLES: &[&str] = &[
    "upabase",
    ".from('",
    ".from(\"",
    ".from(`",
    ".rpc(",
    "'pg'",
    "\"pg\"",
    "pg-pool",
    "pg-promise",
    "'postgres'",
    "\"postgres\"",
    "@neondatabase/serverless",
    "@vercel/postgres",
    "slonik",
    "mysql2",
    "better-sqlite3",
    "node:sqlite",
    "bun:sqlite",
    "@libsql/client",
    "D1Database",
    "drizzle-orm",
    "prisma",
    "Prisma",
    ".findMany(",
    ".findUnique(",
    ".findFirst(",
    ".where(",
    ".insert(",
    ".orderBy(",
    ".returning(",
    "use server",
    "use cache",
    "unstable_cache",
    "jsonwebtoken",
    "'jose",
    "\"jose",
    "/jose@",
    "jwt-decode",
    "jwtDecode",
    "ioredis",
    "'redis'",
    "\"redis\"",
    "@upstash/redis",
    "@vercel/kv",
    "lru-cache",
    "node-cache",
    "next-auth",
    "@remix-run/",
    "/+types/",
    "LoaderFunctionArgs",
    "$app/server",
    "astro:actions",
    "aws-lambda",
    "type-graphql",
    "@apollo/server",
    "apollo-server",
    "graphql-yoga",
    "Query: {",
    "Mutation: {",
    ".queryField",
    ".mutationField",
    "@middy/core",
    "firebase-functions",
    "createServerFn",
    "Bun.serve",
    "scheduled(",
    "createServer(",
    "@nestjs/",
    "class-validator",
    "getServerSideProps",
    "Deno.serve",
    "SERVICE_ROLE",
    "SERVICE_KEY",
    "sb_secret_",
    "eyJhbGci",
];

/// Byte strings, one of which a file holds if it may register routes. What such a file does is seen
/// from its routes: on its own it matters only if it holds one of [`NEEDLES`] as well.
pub const ROUTER_NEEDLES: &[&str] = &[
    "'express",
    "\"express",
    "'hono",
    "\"hono",
    ":hono",
    "@hono/",
    "/hono@",
    "fastify",
    "'koa",
    "\"koa",
    "@koa/",
    "elysia",
];

/// Names and beginnings of keys that must not reach a browser.
pub const SECRET_NEEDLES: &[&str] = &["SERVICE_ROLE", "SERVICE_KEY", "sb_secret_"];

/// Whether the path alone says that the file is a way into the program.
pub fn is_entry_path(path: &str) -> bool {
    crate::frameworks::is_entry_path(path)
}
