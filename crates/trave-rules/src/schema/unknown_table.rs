//! Tables that the code names and the schema does not have.

use trave_rule::model::{MissingTable, Query};
use trave_rule::words::misspelt;
use trave_rule::{Context, Level, rule};

#[rule]
fn unknown_table(query: &Query, cx: &mut Context) {
    let model = cx.model();
    if query.in_script || query.is_fallback {
        return;
    }
    let Some(missing) = model.missing_table(query) else { return };
    let (Some(name), Some(catalog)) = (query.table_name(), model.catalog_at(query.facts.origin))
    else {
        return;
    };
    let table = &name.name;
    let mut others = model.queries.iter().filter(|other| other.sent && !other.in_script);
    let runs = |other: &Query| !other.in_dead_code && other.table_name().as_ref() == Some(&name);
    // Where nothing runs the code, the places that do run are told alone.
    if query.in_dead_code && others.any(runs) {
        return;
    }
    let (message, level) = match &missing {
        MissingTable::Dropped(_) => {
            (format!("`{table}` no longer exists: a migration dropped it"), Level::Error)
        }
        MissingTable::Renamed(_, to) => {
            (format!("`{table}` no longer exists: it is now `{}`", to.name), Level::Error)
        }
        MissingTable::NeverMade(_) if catalog.is_by_types() => {
            (format!("the generated types do not show `{table}`"), Level::Warning)
        }
        MissingTable::NeverMade(true) => (format!("no migration makes `{table}`"), Level::Error),
        MissingTable::NeverMade(false) => {
            (format!("no migration in this repository makes `{table}`"), Level::Info)
        }
    };
    let known = catalog.tables.keys().chain(catalog.views.keys());
    let similar = misspelt(table, known.map(|other| other.name.as_str()));
    let finding = cx
        .report(query.facts.target_origin, message)
        .here("queried here")
        .about(&name)
        .once_per(name.to_string())
        .level(if query.in_dead_code { Level::Info } else { level });
    if query.in_dead_code {
        finding.note("nothing in the project mentions the function around it");
    }
    let renamed = match &missing {
        MissingTable::Renamed(_, to) => Some(to.name.to_string()),
        MissingTable::Dropped(_) | MissingTable::NeverMade(_) => None,
    };
    match missing {
        MissingTable::Dropped(origin) => finding.label(origin, "dropped here"),
        MissingTable::Renamed(origin, _) => finding.label(origin, "renamed here"),
        MissingTable::NeverMade(_) => finding,
    };
    let help = match renamed.or_else(|| similar.map(str::to_owned)) {
        Some(similar) => format!("did you mean `{similar}`?"),
        None if catalog.is_by_types() => "generate the types anew, or remove the query".to_owned(),
        None => "add the migration that makes it, or remove the query".to_owned(),
    };
    finding.help(help);
}

#[cfg(test)]
mod tests {
    use trave_testing::{check, findings};

    const TYPES: &str = r"
//- src/database.types.ts
export type Database = {
  public: {
    Tables: {
      tasks: {
        Row: { id: string }
        Insert: { id?: string }
        Relationships: []
      }
    }
  }
}
//- src/app/api/tasks/route.ts
import { createClient } from '@supabase/supabase-js'
const db = createClient(process.env.URL!, process.env.SUPABASE_SERVICE_ROLE_KEY!)
export async function GET() {
  const tasks = await db.from('tasks').select('id').limit(10)
";

    #[test]
    fn generated_types_that_show_little_of_what_code_names_are_old() {
        let code = "  const jobs = await db.from('jobs').select('id').limit(10)
  return Response.json([tasks, jobs])\n}\n";
        check(&super::RULE, &format!("{TYPES}{code}"));
    }

    #[test]
    fn generated_types_show_which_tables_there_are() {
        let tables = "      tags: { Row: { id: string }, Insert: {}, Relationships: [] },
      users: { Row: { id: string }, Insert: {}, Relationships: [] },
      teams: { Row: { id: string }, Insert: {}, Relationships: [] },\n";
        let types = TYPES.replace("Tables: {\n", &format!("Tables: {{\n{tables}"));
        let code = "  const tags = await db.from('tags').select('id').limit(10)
  const users = await db.from('users').select('id').limit(10)
  const teams = await db.from('teams').select('id').limit(10)
  const jobs = await db.from('jobs').select('id').limit(10)
//                           ^^^^^^ the generated types do not show `jobs`
  return Response.json([tasks, tags, users, teams, jobs])\n}\n";
        check(&super::RULE, &format!("{types}{code}"));
    }

    #[test]
    fn a_query_for_an_older_schema_is_no_mistake() {
        check(
            &super::RULE,
            r"
//- supabase/migrations/001.sql
create table jobs (id uuid primary key);
create table projects (id uuid primary key);
drop table jobs;
//- src/app/api/projects/route.ts
import { createClient } from '@supabase/supabase-js'
const db = createClient(process.env.URL!, process.env.SUPABASE_SERVICE_ROLE_KEY!)
export async function GET() {
  const found = await db.from('projects').select('id').limit(10)
  if (!found.error) return Response.json(found.data)
  if (found.error.code !== '42P01') throw found.error
  const older = await db.from('jobs').select('id').limit(10)
  return Response.json(older.data)
}
export async function POST() {
  let found = await db.from('projects').select('id').limit(10)
  if (found.error && found.error.code === '42P01') {
    found = await db.from('jobs').select('id').limit(10)
  }
  return Response.json(found.data)
}
",
        );
    }

    #[test]
    fn what_a_migration_not_applied_yet_takes_away_is_there() {
        check(
            &super::RULE,
            r"
//- trave.toml
applied-until = '1'
//- supabase/migrations/1_a.sql
create table notes (id uuid primary key, amount integer, size integer);
//- supabase/migrations/2_b.sql
drop table notes;
//- src/app/api/notes/route.ts
import { createClient } from '@supabase/supabase-js'
const db = createClient(process.env.URL!, process.env.SUPABASE_SERVICE_ROLE_KEY!)
export async function GET() {
  const { data } = await db.from('notes').select('id, amount, size').limit(10)
  return Response.json(data)
}
",
        );
    }

    #[test]
    fn mysql_does_not_tell_large_letters_from_small_ones() {
        check(
            &super::RULE,
            r#"
//- prisma/schema.prisma
datasource db {
  provider = "mysql"
}
model Payout {
  id     String @id
  amount Int
}
//- src/app/api/payouts/route.ts
import { PrismaClient } from '@prisma/client'
const prisma = new PrismaClient()
export async function GET(request: Request, { params }: { params: { id: string } }) {
  return Response.json(await prisma.$queryRaw`SELECT amount FROM Payout WHERE id = ${params.id}`)
}
"#,
        );
    }
    #[test]
    fn a_file_of_sqlite_beside_a_server_is_another_database() {
        let project = |also: &str| {
            format!(
                "create table notes (id int primary key);
create table tags (id int primary key);
create table users (id int primary key);
create table teams (id int primary key);
//- src/api.ts
import express from 'express'
import Database from 'better-sqlite3'
import {{ Pool }} from 'pg'
const kept = new Database('kept.db')
const pool = new Pool()
const app = express()
kept.exec('create table if not exists answers (id integer primary key, text text)')
app.get('/notes', async (req, res) => {{
  await pool.query('select id from notes limit 1')
  await pool.query('select id from tags limit 1')
  await pool.query('select id from users limit 1')
  await pool.query('select id from teams limit 1')
  const answers = kept.prepare('select text from answers where id = 1').all()
  {also}
  res.json(answers)
}})
"
            )
        };
        check(&super::RULE, &project(""));
        let shared = project("kept.prepare('select id from notes where id = 1').all()");
        assert_eq!(findings(&super::RULE, &shared).len(), 1);
    }
}
