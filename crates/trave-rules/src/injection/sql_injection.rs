//! Text of the caller's that becomes part of a statement.

use trave_rule::model::Query;
use trave_rule::{Context, rule};

#[rule]
fn sql_injection(query: &Query, cx: &mut Context) {
    // What goes through an API is no SQL: `injection/postgrest-filter-injection`.
    if query.in_script || query.facts.goes_through_api() {
        return;
    }
    for spliced in &query.facts.spliced {
        let Some(input) = spliced.value.free_text() else { continue };
        let title = input.title();
        let Some(way) = cx.model().reached_from(query) else { continue };
        cx.report(
            spliced.origin,
            format!("the caller of {way} writes SQL: {title} becomes part of the statement"),
        )
        .symbol(way)
        .here("part of the text")
        .label(query.facts.origin, "sent here")
        .help(
            "send it beside the text, as a parameter; where it names a column or a direction, look \
             it up in a list of those allowed",
        );
    }
}

#[cfg(test)]
mod tests {
    use trave_testing::{check, findings};

    /// A way in that does this with `pool`.
    fn route(body: &str) -> String {
        format!(
            "create table users (id int primary key, name text not null);
//- src/app/api/users/route.ts
import {{ Pool }} from 'pg'
const pool = new Pool()
export async function GET(request: Request) {{
  const params = new URL(request.url).searchParams
{body}
}}"
        )
    }

    fn check_route(body: &str) {
        check(&super::RULE, &route(body));
    }

    #[test]
    fn numbers_write_no_sql() {
        check_route(
            "  const id = Number(params.get('id'))
  const { rows } = await pool.query(`select name from users where id = ${id}`)
  return Response.json(rows)",
        );
    }

    #[test]
    fn names_that_are_looked_up_are_not_the_callers() {
        check_route(
            "  const columns: Record<string, string> = { name: 'name', age: 'created_at' }
  const column = columns[params.get('sort') ?? 'name'] ?? 'name'
  const { rows } = await pool.query(`select name from users order by ${column} limit 10`)
  return Response.json(rows)",
        );
    }

    #[test]
    fn one_of_two_words_is_not_the_callers() {
        check_route(
            "  const direction = params.get('order') === 'desc' ? 'desc' : 'asc'
  const { rows } = await pool.query('select name from users order by id ' + direction + ' limit 10')
  return Response.json(rows)",
        );
    }

    #[test]
    fn a_word_that_was_compared_with_each_that_may_be_is_not_the_callers() {
        check_route(
            "  const way = params.get('order')
  const order = way === 'asc' || way === 'desc' ? way : 'asc'
  const { rows } = await pool.query('select name from users order by id ' + order + ' limit 10')
  return Response.json(rows)",
        );
        check_route(
            "  const way = params.get('order')
  if (way !== 'asc' && way !== 'desc') return new Response(null, { status: 400 })
  const { rows } = await pool.query('select name from users order by id ' + way + ' limit 10')
  return Response.json(rows)",
        );
        let other_word = route(
            "  const way = params.get('order')
  const order = way === 'asc' || params.get('other') === 'desc' ? way : 'asc'
  const { rows } = await pool.query('select name from users order by id ' + order)
  return Response.json(rows)",
        );
        assert_eq!(findings(&super::RULE, &other_word).len(), 1);
    }

    /// A way in that sends this text through each client that takes text, with `value`.
    #[test]
    fn every_client_is_followed() {
        for (import, sends) in [
            (
                "import postgres from 'postgres'\nconst sql = postgres(process.env.URL!)",
                "sql.unsafe",
            ),
            ("import { neon } from '@neondatabase/serverless'\nconst sql = neon('')", "sql.query"),
            ("import { sql } from '@vercel/postgres'", "sql.query"),
            ("import pgp from 'pg-promise'\nconst db = pgp()(process.env.URL!)", "db.any"),
            ("import mysql from 'mysql2/promise'\nconst db = mysql.createPool('')", "db.execute"),
            ("import Database from 'better-sqlite3'\nconst db = new Database('a')", "db.exec"),
            (
                "import { createClient } from '@libsql/client'\nconst db = createClient({})",
                "db.execute",
            ),
        ] {
            let project = |argument: &str| {
                format!(
                    "create table users (id int primary key, name text not null);
//- src/app/api/users/route.ts
{import}
export async function GET(request: Request) {{
  const name = new URL(request.url).searchParams.get('name')
  return Response.json(await {sends}({argument}))
}}"
                )
            };
            let found =
                findings(&super::RULE, &project("`select id from users where name = '${name}'`"));
            assert_eq!(found.len(), 1, "{sends}");
            let found = findings(&super::RULE, &project("'select id from users where id = 1'"));
            assert!(found.is_empty(), "{sends}");
        }
    }

    #[test]
    fn tags_send_what_they_are_given_beside_the_text() {
        for (import, sends) in [
            ("import postgres from 'postgres'\nconst sql = postgres(process.env.URL!)", "sql"),
            (
                "import { sql, createPool } from 'slonik'\nconst pool = await createPool('')",
                "pool.any(sql.unsafe",
            ),
        ] {
            let close = if sends.contains('(') { ")" } else { "" };
            check(
                &super::RULE,
                &format!(
                    "create table users (id int primary key, name text not null);
//- src/app/api/users/route.ts
{import}
export async function GET(request: Request) {{
  const name = new URL(request.url).searchParams.get('name')
  return Response.json(await {sends}`select id from users where name = ${{name}}`{close})
}}"
                ),
            );
        }
    }

    #[test]
    fn prisma_sends_what_its_tags_are_given_beside_the_text() {
        let project = |send: &str| {
            format!(
                "create table users (id int primary key, name text not null);
//- src/app/api/users/route.ts
import {{ Prisma, PrismaClient }} from '@prisma/client'
const prisma = new PrismaClient()
export async function GET(request: Request) {{
  const name = new URL(request.url).searchParams.get('name')
  return Response.json(await {send})
}}"
            )
        };
        for send in [
            "prisma.$queryRawUnsafe(`select id from users where name = '${name}'`)",
            "prisma.$queryRaw`select id from users where ${Prisma.raw(`name = '${name}'`)}`",
            "prisma.$executeRawUnsafe('delete from users where name = ' + name)",
        ] {
            assert_eq!(findings(&super::RULE, &project(send)).len(), 1, "{send}");
        }
        for send in [
            "prisma.$queryRaw`select id from users where name = ${name}`",
            "prisma.$queryRaw(Prisma.sql`select id from users where name = ${name}`)",
            "prisma.$queryRaw`select id from users where name in (${Prisma.join([name])})`",
            "prisma.$queryRawUnsafe('select id from users where name = $1', name)",
        ] {
            assert!(findings(&super::RULE, &project(send)).is_empty(), "{send}");
        }
    }
}
