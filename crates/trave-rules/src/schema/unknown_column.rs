//! Columns that the code names and the table does not have.

use trave_rule::catalog::Table;
use trave_rule::model::{MissingColumn, Naming, Query, QueryRef};
use trave_rule::words::{code_list, list, misspelt};
use trave_rule::{Context, Level, rule};

const OLD_TYPES: &str = "as the generated types show the table: the database may be ahead of them";

#[rule]
fn unknown_column(query: &Query, cx: &mut Context) {
    let model = cx.model();
    if query.in_script || query.is_fallback {
        return;
    }
    let Some(table) = model.table_of(query) else { return };
    let mut missing = missing_of(query, table, cx);
    while let Some(kind) = missing.first().map(Kind::of) {
        let (group, rest): (Vec<_>, Vec<_>) =
            missing.into_iter().partition(|one| Kind::of(one) == kind);
        report(&kind, &group, table, cx);
        missing = rest;
    }
}

/// The columns that are not there. Those that one query names beside one that was made elsewhere
/// were probably made there too.
fn missing_of<'m>(query: &Query, table: &'m Table, cx: &Context<'m>) -> Vec<MissingColumn<'m>> {
    let mut missing = cx.model().missing_columns(query, table);
    let elsewhere = |one: &MissingColumn| matches!(Kind::of(one).what, What::Elsewhere);
    if let Some(first) = missing.iter().find(|one| elsewhere(one)).map(|one| one.first) {
        for one in missing.iter_mut().filter(|one| one.past.is_none()) {
            (one.named_in_sql, one.first) = (true, first);
        }
    }
    missing
}

/// What columns of one finding share.
#[derive(PartialEq)]
struct Kind {
    what: What,
    /// The query that names them first.
    first: QueryRef,
}

/// What is known of a column that is not there.
#[derive(PartialEq)]
enum What {
    Renamed(String),
    Dropped,
    /// Something else names it, so that it was probably made elsewhere.
    Elsewhere,
    NeverMade,
}

impl Kind {
    fn of(missing: &MissingColumn) -> Self {
        let what = match missing.past {
            Some(past) => match &past.renamed_to {
                Some(new) => What::Renamed(new.to_string()),
                None => What::Dropped,
            },
            None if missing.drifted || missing.named_in_sql => What::Elsewhere,
            None => What::NeverMade,
        };
        Self { what, first: missing.first }
    }
}

fn report(kind: &Kind, missing: &[MissingColumn], table: &Table, cx: &mut Context) {
    let Some(one) = missing.first() else { return };
    let names = columns_of(missing);
    let key =
        format!("{}.{}", table.name, key_of(kind, table, cx).unwrap_or_else(|| names.join(",")));
    let finding = cx
        .report(one.origin, message(kind, &names, table))
        .here(match one.named {
            Naming::Filtered => "filtered here",
            Naming::Selected => "asked for here",
            Naming::Sorted => "sorted by here",
            Naming::Written => "written here",
        })
        .once_per(key);
    for name in &names {
        finding.about(format!("{}.{name}", table.name));
    }
    for past in missing.iter().filter_map(|one| one.past) {
        let renamed = past.renamed_to.is_some();
        finding.label(past.origin, if renamed { "renamed here" } else { "dropped here" });
    }
    for one in missing {
        if let Some(to) = &one.copied_to {
            finding.help(format!(
                "did you mean `{to}`? A migration wrote `{}` into it before it was dropped",
                one.name
            ));
        }
    }
    if matches!(kind.what, What::Renamed(_) | What::Dropped) {
        return;
    }
    if let Some(origin) = table.origin() {
        finding.label(origin, "the table");
    }
    if table.provenance.is_generated() {
        finding.level(Level::Warning).note(OLD_TYPES);
    } else if kind.what == What::Elsewhere {
        finding.level(Level::Info).note(if one.drifted {
            "several columns of this table are unknown: it was probably changed outside of the \
            migrations"
        } else {
            "other SQL of the project names it: it was probably made outside of the migrations"
        });
    }
    for help in helps(&names, table) {
        finding.help(help);
    }
}

/// What to do about columns that were never there.
fn helps(names: &[String], table: &Table) -> Vec<String> {
    let similar =
        |name: &str| misspelt(name, table.columns.iter().map(|column| column.name.as_str()));
    let (slips, strange): (Vec<&String>, Vec<&String>) =
        names.iter().partition(|name| similar(name).is_some());
    let meant = slips.iter().filter_map(|name| similar(name));
    let mut helps: Vec<String> =
        meant.map(|similar| format!("did you mean `{similar}`?")).collect();
    let key = table.primary_key.as_ref().map(|key| key.columns.as_slice()).unwrap_or_default();
    let (ids, strange): (Vec<&String>, Vec<&String>) =
        strange.into_iter().partition(|name| *name == "id" && !key.is_empty());
    if !ids.is_empty() {
        let columns = list(key.iter().map(|column| format!("`{column}`")));
        helps.push(format!("the rows are known by {columns}: name a column of that key"));
    }
    if !strange.is_empty() {
        let (them, name) = (code_list(strange), &table.name.name);
        helps.push(if table.provenance.is_generated() {
            format!("leave out {them}, or generate the types anew")
        } else {
            format!("leave out {them}, or add to `{name}` in a migration what is meant")
        });
    }
    helps
}

fn message(kind: &Kind, names: &[String], table: &Table) -> String {
    let (table, list) = (&table.name.name, code_list(names));
    let columns = if names.len() == 1 { "column" } else { "columns" };
    match &kind.what {
        What::Renamed(new) => format!("`{table}` has no column {list}: it is now `{new}`"),
        What::Dropped if names.len() == 1 => {
            format!("`{table}` has no column {list}: a migration dropped it")
        }
        What::Dropped => format!("`{table}` has no columns {list}: migrations dropped them"),
        What::Elsewhere => format!("no migration adds {list} to `{table}`"),
        What::NeverMade => format!("`{table}` has no {columns} {list}"),
    }
}

/// The columns of the finding that this one belongs to: those of the query that names them first.
fn key_of(kind: &Kind, table: &Table, cx: &Context) -> Option<String> {
    let missing = missing_of(cx.model().query(kind.first)?, table, cx);
    let same: Vec<MissingColumn> =
        missing.into_iter().filter(|one| Kind::of(one) == *kind).collect();
    (!same.is_empty()).then(|| columns_of(&same).join(","))
}

/// Their names, each once.
fn columns_of(missing: &[MissingColumn]) -> Vec<String> {
    let mut names: Vec<String> = missing.iter().map(|one| one.name.to_string()).collect();
    names.sort();
    names.dedup();
    names
}

#[cfg(test)]
mod tests {
    use trave_testing::check;

    #[test]
    fn a_dropped_column_of_a_table_made_elsewhere_is_gone() {
        check(
            &super::RULE,
            r"
//- supabase/migrations/001.sql
alter table tasks drop column job_id;
//- src/app/api/tasks/route.ts
import { createClient } from '@supabase/supabase-js'
const db = createClient(process.env.URL!, process.env.SUPABASE_SERVICE_ROLE_KEY!)
export async function GET() {
  const { data } = await db.from('tasks').select('id, title, job_id').limit(10)
//                                                           ^^^^^^ `tasks` has no column `job_id`: a migration dropped it
  return Response.json(data)
}
",
        );
    }

    #[test]
    fn generated_types_tell_what_columns_there_are() {
        check(
            &super::RULE,
            r"
//- src/database.types.ts
export type Database = {
  public: {
    Tables: {
      tasks: {
        Row: { id: string; title: string }
        Insert: { id?: string; title: string }
        Relationships: []
      }
    }
  }
}
//- src/app/api/tasks/route.ts
import { createClient } from '@supabase/supabase-js'
const db = createClient(process.env.URL!, process.env.SUPABASE_SERVICE_ROLE_KEY!)
export async function GET() {
  const { data } = await db.from('tasks').select('id, titel').limit(10)
//                                                    ^^^^^ `tasks` has no column `titel`
  return Response.json(data)
}
",
        );
    }

    #[test]
    fn what_other_sql_names_is_only_not_in_the_migrations() {
        check(
            &super::RULE,
            r"
//- supabase/migrations/001.sql
create table teams (id uuid primary key);
create function spend(team uuid) returns void language plpgsql as $$
begin update teams set credits = credits - 1 where id = team; end $$;
//- src/app/api/teams/route.ts
import { createClient } from '@supabase/supabase-js'
const db = createClient(process.env.URL!, process.env.SUPABASE_SERVICE_ROLE_KEY!)
export async function GET() {
  const { data } = await db.from('teams').select('credits').limit(10)
//                                                ^^^^^^^ no migration adds `credits` to `teams`
  return Response.json(data)
}
",
        );
    }

    #[test]
    fn several_columns_of_one_call_are_one_finding() {
        check(
            &super::RULE,
            r"
//- supabase/migrations/001.sql
create table mails (id uuid primary key);
//- src/app/api/mails/route.ts
import { createClient } from '@supabase/supabase-js'
const db = createClient(process.env.URL!, process.env.SUPABASE_SERVICE_ROLE_KEY!)
export async function POST() {
  await db.from('mails').insert({ subject: 'hello', body: 'you' })
//              ^^^^^^^ `mails` has no columns `body` and `subject`
  return Response.json({})
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
alter table notes drop column amount;
alter table notes rename column size to length;
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
}
