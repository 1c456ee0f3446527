//! Limited lists that are sorted without an index.

use trave_rule::catalog::{Column, Table};
use trave_rule::model::{Narrowing, Query, Serving};
use trave_rule::query::OrderKey;
use trave_rule::{Context, Level, rule};

#[rule]
fn unindexed_order(query: &Query, cx: &mut Context) {
    let model = cx.model();
    if query.in_script || !model.is_served(query) || query.facts.limit.is_none() {
        return;
    }
    let Some(table) = model.table_of(query) else { return };
    if !table.provenance.is_migration() || model.is_small(&table.name.name) {
        return;
    }
    let mut keys = query.facts.order.iter().filter(|key| key.relation.is_none());
    let Some(key) = keys.next().filter(|key| !key.conditional) else { return };
    let Some(column) = key.column.as_ref().and_then(|name| table.column(name)) else { return };
    if !query.is_list(table) || model.gives_order(query, table, key) || model.stays_as_seeded(table)
    {
        return;
    }
    match model.serving(query, table) {
        // A filter that narrows and that no index serves is unindexed-filter's.
        Serving::Unserved(filters) => {
            let hardly = |kind| kind == Narrowing::Hardly;
            if filters.iter().all(|filter| hardly(model.narrowing(query, table, filter))) {
                sorts_all(query, table, (key, column), cx);
            }
        }
        Serving::Unfiltered => sorts_all(query, table, (key, column), cx),
        Serving::Served if is_time(column) => sorts_found(query, table, (key, column), cx),
        Serving::Served => {}
    }
}

/// Whether a column orders rows by time: such lists are long, and only their end is read.
fn is_time(column: &Column) -> bool {
    column.type_name.starts_with("timestamp")
}

/// Nothing narrows the rows: each call sorts the whole table.
fn sorts_all(query: &Query, table: &Table, (key, column): (&OrderKey, &Column), cx: &mut Context) {
    if cx.model().narrows(query, table)
        || query.sees_own_rows(table, &[&column.name])
        || cx.model().is_few_for_each_person(table)
    {
        return;
    }
    let (name, way) = (&table.name.name, cx.model().reached_from(query).unwrap_or_default());
    let direction = if key.ascending { "" } else { " desc" };
    // Some of what the query leaves out may be many rows after all.
    let all = query.facts.filters.iter().all(|filter| filter.conditional);
    let (how_many, level) = if all { ("all", Level::Warning) } else { ("nearly all", Level::Info) };
    let index = cx.new_index(table, [format!("{}{direction}", column.name)]);
    cx.report(
        key.origin,
        format!(
            "every call sorts {how_many} of `{name}` by `{}`: no index gives that order",
            column.name
        ),
    )
    .level(level)
    .here(format!("sorted here, for {way}"))
    .about(format!("{}.{}", table.name, column.name))
    .once_per(format!("{} {}", table.name, column.name))
    .label(column.origin, "no index begins with this column")
    .offer(&index);
}

/// An index finds the rows by equality, but not in order: each call sorts all it finds.
fn sorts_found(
    query: &Query,
    table: &Table,
    (key, column): (&OrderKey, &Column),
    cx: &mut Context,
) {
    let model = cx.model();
    let fixed: Vec<&str> = query.fixed_columns().map(AsRef::as_ref).collect();
    // A partial index holds few rows: sorting these costs little.
    let Some(first) = fixed.iter().find(|name| table.index_serving(&[**name]).is_some()) else {
        return;
    };
    // Whatever else narrows the rows leaves fewer to sort.
    let mut narrowing = model.narrowing_filters(query, table);
    if narrowing.any(|filter| filter.column != **first)
        || query.sees_own_rows(table, &[first, &column.name])
    {
        return;
    }
    let (name, way) = (&table.name.name, model.reached_from(query).unwrap_or_default());
    let direction = if key.ascending { "" } else { " desc" };
    let index = cx.new_index(table, [(*first).to_owned(), format!("{}{direction}", column.name)]);
    cx.report(
        key.origin,
        format!(
            "all rows of `{name}` with that `{first}` are sorted by `{}` on each call",
            column.name
        ),
    )
    .level(Level::Info)
    .here(format!("sorted here, for {way}"))
    .about(format!("{}.{}", table.name, column.name))
    .once_per(format!("{} {first} {}", table.name, column.name))
    .label(column.origin, "no index continues with this column after the filtered ones")
    .offer(&index);
}

#[cfg(test)]
mod tests {
    use trave_testing::check;

    #[test]
    fn what_narrows_the_rows_leaves_few_to_sort() {
        check(
            &super::RULE,
            r"
//- supabase/migrations/001.sql
create table reports (id uuid primary key, email text, team_id uuid, made_at timestamptz, expires_at timestamptz);
create index on reports (team_id, expires_at);
//- src/app/api/reports/[who]/route.ts
import { createClient } from '@supabase/supabase-js'
const db = createClient(process.env.URL!, process.env.SUPABASE_SERVICE_ROLE_KEY!)
export async function GET(request: Request, { params }: { params: { who: string } }) {
  const { data: mine } = await db.from('reports').select('id').ilike('email', params.who).order('made_at').limit(50)
  const { data: open } = await db.from('reports').select('id').eq('team_id', params.who)
    .gte('expires_at', new Date().toISOString()).order('made_at').limit(50)
  return Response.json([mine, open])
}
",
        );
    }

    #[test]
    fn a_caller_sorts_only_their_own_rows() {
        check(
            &super::RULE,
            r"
//- supabase/migrations/001.sql
create table notes (id uuid primary key, owner_id uuid, archived boolean default false, made_at timestamptz);
create index on notes (archived);
alter table notes enable row level security;
create policy own on notes using (owner_id = (select auth.uid()));
//- src/app/api/notes/route.ts
import { createClient } from '@supabase/supabase-js'
const db = createClient(process.env.URL!, process.env.SUPABASE_ANON_KEY!)
export async function GET() {
  const { data } = await db.from('notes').select('id').eq('archived', false).order('made_at').limit(50)
  return Response.json(data)
}
",
        );
    }

    #[test]
    fn what_a_key_leaves_few_of_for_each_person_does_not_grow_by_use() {
        check(
            &super::RULE,
            r"
//- supabase/migrations/001.sql
create table logins (
  user_id uuid references auth.users (id), kind text check (kind in ('mail', 'phone')),
  used_at timestamptz, primary key (user_id, kind)
);
create table visits (user_id uuid references auth.users (id), page text, used_at timestamptz, primary key (user_id, page));
//- src/app/api/logins/route.ts
import { createClient } from '@supabase/supabase-js'
const db = createClient(process.env.URL!, process.env.SUPABASE_SERVICE_ROLE_KEY!)
export async function GET() {
  const { data } = await db.from('logins').select('kind').order('used_at').limit(50)
  const { data: visits } = await db.from('visits').select('page').order('used_at').limit(50)
//                                                                ^^^^^^^^^^^^^^^^ every call sorts all of `visits` by `used_at`: no index gives that order
  return Response.json([data, visits])
}
export async function POST(request: Request) {
  await db.from('logins').insert(await request.json())
  await db.from('visits').insert(await request.json())
}
",
        );
    }

    #[test]
    fn what_nothing_ever_adds_to_stays_empty() {
        check(
            &super::RULE,
            r"
//- supabase/migrations/001.sql
create table audits (id uuid primary key, made_at timestamptz);
alter table audits enable row level security;
//- src/lib/audits.ts
import { createClient } from '@supabase/supabase-js'
export const db = createClient(process.env.URL!, process.env.SUPABASE_SERVICE_ROLE_KEY!)
export async function writeAudit(audit: { id: string }) {
  await db.from('audits').insert(audit)
}
//- src/app/api/audits/route.ts
import { db } from '../../../lib/audits'
export async function GET() {
  const { data } = await db.from('audits').select('id').order('made_at').limit(50)
  return Response.json(data)
}
",
        );
    }
}
