//! Reads of one row that nothing makes unique.

use trave_rule::catalog::Table;
use trave_rule::model::{Query, Serving};
use trave_rule::words::{code_list, plain_list, sorted};
use trave_rule::{Context, rule};

#[rule]
fn single_without_unique(query: &Query, cx: &mut Context) {
    let Some(table) = cx.model().unsure_single(query) else { return };
    let columns = columns_of(query);
    let key = sorted(&columns);
    // Of the places that pin the same columns the one that asks for least leads.
    let same = cx.model().queries_on(table).filter(|it| it.sent && sorted(columns_of(it)) == key);
    let weakest = same
        .filter(|it| cx.model().unsure_single(it).is_some())
        .min_by_key(|it| (conditions(it), it.id))
        .unwrap_or(query);
    let Some(place) = weakest.facts.single else { return };
    let (name, call) = (&table.name.name, place.method);
    let has_or = weakest.facts.filters.iter().any(|filter| filter.any_of.is_some());
    let words = weakest.facts.wording();
    let or = if has_or { format!(" and meet its {}", words.or) } else { String::new() };
    let helps = helps(weakest, table, cx);
    // The index of a key would find the row, too.
    let is_read_whole = matches!(cx.model().serving(weakest, table), Serving::Unserved(_));
    let wants_index = is_read_whole && !helps.iter().any(|help| help.contains("unique"));
    let index = wants_index.then(|| cx.new_index(table, &columns));
    let finding = cx
        .report(
            place.origin,
            format!(
                "`{call}` fails once two rows of `{name}` share {}{or}: no unique key prevents it",
                code_list(&columns)
            ),
        )
        .here("expects one row")
        .about(format!("{}.{key}", table.name))
        .once_per(format!("{} {key}", table.name));
    for help in helps {
        finding.help(help);
    }
    if let Some(index) = &index {
        finding
            .note("no index serves it either: each call reads the whole table")
            .offer_in_part(index);
    }
    for column in columns.iter().filter_map(|column| table.column(column)) {
        finding.label(column.origin, "part of no unique key that the query pins");
    }
    if let Some(own) = query.facts.single.filter(|own| own.origin != place.origin) {
        finding.label(own.origin, "here too");
    }
}

fn columns_of(query: &Query) -> Vec<&str> {
    let mut columns: Vec<&str> = query.fixed_columns().map(AsRef::as_ref).collect();
    columns.dedup();
    columns
}

/// How many conditions its rows have to meet.
fn conditions(query: &Query) -> usize {
    query.facts.filters.len()
}

/// What to do, the safest first.
fn helps(query: &Query, table: &Table, cx: &Context) -> Vec<String> {
    let first = format!("to take one of them: {}", query.facts.wording().first_row);
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
/// where other rows with these values are meant to be: the code reads several at once, keeps past
/// ones beside the one that holds now, or adds rows that only another key turns away.
fn unique_key(query: &Query, table: &Table, cx: &Context) -> Option<String> {
    let (pinned, conditions): (Vec<_>, Vec<String>) = query.pinned_conditions(table).unzip();
    let mut keys: Vec<&str> = query
        .fixed_columns()
        .filter(|column| !pinned.contains(column))
        .map(AsRef::as_ref)
        .collect();
    keys.dedup();
    let decides = |column: &str| keys.contains(&column) || pinned.iter().any(|it| *it == column);
    let has_more = query
        .facts
        .filters
        .iter()
        .any(|filter| filter.any_of.is_some() || filter.negated || !decides(&filter.column));
    if keys.is_empty() || has_more || cx.model().may_repeat(table, &keys) {
        return None;
    }
    let tenant = tenant(table, &keys, cx);
    let per = tenant.map_or(String::new(), |tenant| format!(" per `{tenant}`"));
    let keys: Vec<&str> = tenant.into_iter().chain(keys).collect();
    let key = if conditions.is_empty() {
        format!("alter table {} add unique ({});", table.name, plain_list(keys))
    } else {
        cx.new_index(table, keys).unique().only_where(&conditions).to_string()
    };
    let too = tenant.map_or(String::new(), |tenant| format!("  -- and compare `{tenant}` here"));
    Some(format!("if there must be only one{per}, after removing duplicates: {key}{too}"))
}

/// The tenant, where it is not said by what is pinned. A parent belongs to one; a person may belong
/// to several, if the code tells a person's rows apart by them.
fn tenant<'t>(table: &'t Table, keys: &[&str], cx: &Context) -> Option<&'t str> {
    let tenant = table.tenant_column().filter(|tenant| !keys.contains(tenant))?;
    let mut refers = table.foreign_keys.iter().flat_map(|key| &key.columns);
    let has_parent = refers.any(|it| keys.contains(&it.as_str()) && !table.refers_to_person(it));
    let has_person = keys.iter().any(|column| table.refers_to_person(column));
    let by_tenant = || cx.model().queries_on(table).any(|query| query.pins(tenant));
    (!has_parent && (!has_person || by_tenant())).then_some(tenant)
}

#[cfg(test)]
mod tests {
    use trave_testing::{check, findings};

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

    #[test]
    fn a_key_that_is_offered_holds_for_one_tenant() {
        let help = |filter: &str| {
            let code = format!(
                "//- supabase/migrations/001.sql
create table public.seats (id uuid primary key, org_id uuid not null, user_id uuid not null, code text not null);
//- src/app/api/seats/route.ts
import {{ createClient }} from '@supabase/supabase-js'
const db = createClient(process.env.URL!, process.env.SUPABASE_SERVICE_ROLE_KEY!)
export async function GET(request: Request) {{
  const {{ a, b }} = await request.json()
  return Response.json(await db.from('seats').select('id').eq('{filter}', a).single())
}}
export async function PUT(request: Request) {{
  const {{ a, b }} = await request.json()
  return Response.json(await db.from('seats').update({{ code: b }}).eq('org_id', a).eq('code', b))
}}
"
            );
            findings(&super::RULE, &code)[0].help.clone().unwrap_or_default()
        };
        assert!(help("code").contains("add unique (org_id, code);"));
        assert!(help("user_id").contains("add unique (org_id, user_id);"));
    }
}
