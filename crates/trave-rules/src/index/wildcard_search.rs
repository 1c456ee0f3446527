//! Searches that begin with a wildcard, without a trigram index.

use trave_rule::catalog::{Column, Table};
use trave_rule::model::{Query, Serving, has_trigram_index};
use trave_rule::query::{Filter, FilterOp};
use trave_rule::sql::trigram_class;
use trave_rule::value::Value;
use trave_rule::words::code_list;
use trave_rule::{Context, rule};

#[rule]
fn wildcard_search(query: &Query, cx: &mut Context) {
    let model = cx.model();
    if query.in_script || !model.is_served(query) {
        return;
    }
    let Some(table) = model.table_of(query) else { return };
    if !table.provenance.is_migration() || model.is_small(&table.name.name) {
        return;
    }
    // Another filter leaves few rows to compare, by an index or by one that unindexed-filter
    // asks for.
    let mut narrowing = model.narrowing_filters(query, table);
    if model.serving(query, table) == Serving::Served
        || narrowing.any(|filter| matches!(filter.op, FilterOp::Eq | FilterOp::In))
        || model.stays_as_seeded(table)
    {
        return;
    }
    let wildcards: Vec<&Filter> =
        query.facts.filters.iter().filter(|filter| is_wildcard(filter)).collect();
    let mut groups: Vec<Option<u32>> = wildcards.iter().map(|filter| filter.any_of).collect();
    groups.dedup();
    for group in groups {
        let of_group = wildcards.iter().filter(|filter| filter.any_of == group);
        let searched: Vec<(&Filter, &Column)> = of_group
            .filter_map(|filter| Some((*filter, table.column(&filter.column)?)))
            .filter(|(_, column)| !has_trigram_index(table, &column.name))
            .collect();
        match group {
            Some(_) => report(table, &searched, cx),
            None => searched.iter().for_each(|one| report(table, &[*one], cx)),
        }
    }
}

/// Reports a search of one column, or of several by the same OR.
fn report(table: &Table, searched: &[(&Filter, &Column)], cx: &mut Context) {
    let Some((filter, _)) = searched.first() else { return };
    let mut columns: Vec<&Column> = Vec::new();
    for (_, column) in searched {
        if !columns.iter().any(|known| known.name == column.name) {
            columns.push(column);
        }
    }
    let name = &table.name.name;
    let names = code_list(columns.iter().map(|column| &column.name));
    let (class, extension) = trigram_class(cx.catalog_of(table));
    let on = |column: &&Column| cx.new_index(table, [&column.name]).of_trigrams(&class);
    let indexes: Vec<_> = columns.iter().map(on).collect();
    let finding = cx
        .report(
            filter.origin,
            format!("this search compares every row of `{name}`: no trigram index serves {names}"),
        )
        .once_per(format!("{} {names}", table.name));
    for column in &columns {
        finding.about(format!("{}.{}", table.name, column.name)).label(
            column.origin,
            "an ordinary index cannot answer a pattern that begins with a wildcard",
        );
    }
    if columns.len() > 1 {
        finding.help("each column of the OR needs an index: one alone is not used");
    }
    if let Some(extension) = extension {
        finding.help(extension);
    }
    for index in &indexes {
        match extension {
            Some(_) => finding.offer_in_part(index),
            None => finding.offer(index),
        };
    }
}

fn is_wildcard(filter: &Filter) -> bool {
    matches!(filter.op, FilterOp::Like | FilterOp::ILike)
        && filter.relation.is_none()
        && filter.path.is_none()
        && begins_with_wildcard(&filter.value)
}

/// `%` and `*` both stand for any text in a pattern of the API.
fn begins_with_wildcard(pattern: &Value) -> bool {
    pattern.known_prefix().is_some_and(|text| text.starts_with(['%', '*']))
}

#[cfg(test)]
mod tests {
    use trave_testing::check;

    #[test]
    fn a_search_within_one_tenant_compares_few_rows() {
        check(
            &super::RULE,
            r"
//- supabase/migrations/001.sql
create table deals (id uuid primary key, team_id uuid not null, title text not null);
//- src/app/api/deals/[team]/route.ts
import { createClient } from '@supabase/supabase-js'
const db = createClient(process.env.URL!, process.env.SUPABASE_SERVICE_ROLE_KEY!)
export async function GET(request: Request, { params }: { params: { team: string } }) {
  const { data } = await db.from('deals').select('id').eq('team_id', params.team).ilike('title', '%x%').limit(50)
  return Response.json(data)
}
",
        );
    }

    #[test]
    fn alternatives_are_one_finding() {
        check(
            &super::RULE,
            r"
//- supabase/migrations/001.sql
create extension pg_trgm with schema public;
create table books (id uuid primary key, title text, author text);
//- src/app/api/books/route.ts
import { createClient } from '@supabase/supabase-js'
const db = createClient(process.env.URL!, process.env.SUPABASE_SERVICE_ROLE_KEY!)
export async function GET(request: Request) {
  const words = new URL(request.url).searchParams.get('q')
  const { data } = await db.from('books').select('id').or(`title.ilike.%${words}%,author.ilike.%${words}%`).limit(50)
//                                                     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ this search compares every row of `books`: no trigram index serves `title` and `author`
  return Response.json(data)
}
",
        );
    }
}
