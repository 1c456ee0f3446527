//! Reads of one row that nothing makes unique.

use trave_rule::catalog::Table;
use trave_rule::model::Query;
use trave_rule::query::Operation;
use trave_rule::sql::NewIndex;
use trave_rule::words::{code_list, plain_list, sorted};
use trave_rule::{Context, rule};

#[rule]
fn single_without_unique(query: &Query, cx: &mut Context) {
    let Some(single) = query.facts.single else { return };
    let reads = query.facts.operation == Some(Operation::Select);
    if !reads || query.in_script || query.facts.incomplete || query.facts.limit.is_some() {
        return;
    }
    let Some(table) = cx.model().table_of(query) else { return };
    if !table.provenance.is_migration()
        || query.in_dead_code
        || cx.model().may_be_one_row(query, table)
    {
        return;
    }
    let columns: Vec<&str> = query.fixed_columns().map(AsRef::as_ref).collect();
    if columns.is_empty() {
        return;
    }
    let (name, call) = (&table.name.name, if single.optional { "maybeSingle" } else { "single" });
    let has_or = query.facts.filters.iter().any(|filter| filter.any_of.is_some());
    let or = if has_or { " and meet its `.or(…)`" } else { "" };
    let helps = helps(query, table, cx);
    let finding = cx
        .report(
            single.origin,
            format!(
                "`{call}` fails once two rows of `{name}` share {}{or}: no unique key prevents it",
                code_list(&columns)
            ),
        )
        .about(format!("{}.{}", table.name, sorted(&columns)))
        .once_per(format!("{} {}", table.name, sorted(&columns)));
    for help in helps {
        finding.help(help);
    }
    for column in columns.iter().filter_map(|column| table.column(column)) {
        finding.label(column.origin, "part of no unique key that the query pins");
    }
}

/// What to do, the safest first.
fn helps(query: &Query, table: &Table, cx: &Context) -> Vec<String> {
    let first = "to take one of them: `.order(…).limit(1)` before it".to_owned();
    let in_key = |key: &[_]| query.fixed_columns().all(|column| key.contains(column));
    let Some(part) = query.part_of_key(table).filter(|part| in_key(&part.key)) else {
        return std::iter::once(first).chain(unique_key(query, table, cx)).collect();
    };
    let (rest, key) = (code_list(&part.left_out), plain_list(&part.key));
    let pin = format!("compare {rest} too: unique ({key}) then leaves one row");
    let selected = &query.facts.selection.columns;
    // Without the beginning of the key the first row may be another parent's.
    let looks_for = selected.iter().any(|column| part.left_out.contains(&column.name));
    match (looks_for, part.left_out.first() == part.key.first()) {
        (true, _) => vec![first],
        (false, true) => vec![pin],
        (false, false) => vec![first, pin],
    }
}

/// The key that would make the rows unique: what is pinned to a constant picks its rows. None
/// where the code elsewhere reads several rows by the same columns.
fn unique_key(query: &Query, table: &Table, cx: &Context) -> Option<String> {
    let (pinned, conditions): (Vec<_>, Vec<String>) = query.pinned_conditions(table).unzip();
    let mut keys: Vec<&str> = query
        .fixed_columns()
        .filter(|column| !pinned.contains(column))
        .map(AsRef::as_ref)
        .collect();
    keys.dedup();
    if keys.is_empty() || cx.model().lists_by(table, &keys) {
        return None;
    }
    let refers = table.foreign_keys.iter().flat_map(|key| &key.columns);
    let has_parent = refers.into_iter().any(|column| keys.contains(&column.as_str()));
    let tenant = table.tenant_column().filter(|_| !has_parent);
    let per = tenant.map_or(String::new(), |tenant| format!(" per `{tenant}`"));
    let keys: Vec<&str> = tenant.into_iter().chain(keys).collect();
    let key = if conditions.is_empty() {
        format!("alter table {} add unique ({});", table.name, plain_list(keys))
    } else {
        NewIndex::on(table, keys).unique().only_where(&conditions).to_string()
    };
    Some(format!("if there must be only one{per}, after removing duplicates: {key}"))
}

#[cfg(test)]
mod tests {
    use trave_testing::check;

    #[test]
    fn a_partial_key_counts_where_the_query_asks_for_its_rows() {
        check(
            &super::RULE,
            r"
//- supabase/migrations/001.sql
create table plans (id uuid primary key, account_id uuid not null, state text not null);
create unique index on plans (account_id) where state = 'active';
//- src/app/api/plans/[id]/route.ts
import { createClient } from '@supabase/supabase-js'
const db = createClient(process.env.URL!, process.env.SUPABASE_SERVICE_ROLE_KEY!)
export async function GET(request: Request, { params }: { params: { id: string } }) {
  const { data: one } = await db.from('plans').select('id').eq('account_id', params.id).eq('state', 'active').single()
  const { data: any } = await db.from('plans').select('id').eq('account_id', params.id).single()
//                                                                                      ^^^^^^^^ `single` fails once two rows of `plans` share `account_id`: no unique key prevents it
  return Response.json([one, any])
}
",
        );
    }

    #[test]
    fn code_that_nothing_runs_fails_for_nobody() {
        check(
            &super::RULE,
            r"
//- supabase/migrations/001.sql
create table plans (id uuid primary key, name text not null);
//- src/lib/plans.ts
import { createClient } from '@supabase/supabase-js'
const db = createClient(process.env.URL!, process.env.SUPABASE_SERVICE_ROLE_KEY!)
export async function planByName(name: string) {
  return db.from('plans').select('id').eq('name', name).single()
}
",
        );
    }
}
