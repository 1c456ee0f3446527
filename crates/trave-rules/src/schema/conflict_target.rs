//! Upserts that name columns of no unique key.

use trave_rule::catalog::Table;
use trave_rule::model::Query;
use trave_rule::query::Operation;
use trave_rule::words::{code_list, plain_list, sorted};
use trave_rule::{Context, rule};

#[rule]
fn conflict_target(query: &Query, cx: &mut Context) {
    let facts = &query.facts;
    if facts.operation != Some(Operation::Upsert) || query.in_script || query.in_dead_code {
        return;
    }
    let Some(columns) = facts.conflict_columns.as_ref().filter(|columns| !columns.is_empty())
    else {
        return;
    };
    let Some(table) = cx.model().table_of(query) else { return };
    let is_known = table.provenance.is_migration() && table.columns_known;
    // A column that is not there is another rule's.
    if !is_known || columns.iter().any(|column| table.column(column).is_none()) {
        return;
    }
    let wanted = sorted(columns);
    if table.unique_keys().iter().any(|key| sorted(key) == wanted) {
        return;
    }
    let name = &table.name.name;
    let finding = cx
        .report(
            facts.target_origin,
            format!(
                "this upsert fails with 42P10: {} {} no unique key of `{name}`",
                code_list(columns),
                if columns.len() == 1 { "is" } else { "are" }
            ),
        )
        .here("`onConflict` has to name exactly the columns of one")
        .about(format!("{}.{wanted}", table.name))
        .once_per(format!("{} {wanted}", table.name));
    for index in table.indexes.iter().filter(|index| index.unique && index.predicate.is_some()) {
        if index.plain_columns().is_some_and(|keys| sorted(keys) == wanted) {
            finding.label(index.origin, "holds only some of the rows, so it does not count");
        }
    }
    finding.help(help(table, &wanted, columns.as_slice()));
}

/// The key that was meant, if one holds these columns or is a part of them; else a new one.
fn help(table: &Table, wanted: &str, columns: &[impl AsRef<str>]) -> String {
    let columns: Vec<&str> = columns.iter().map(AsRef::as_ref).collect();
    let primary = table.primary_key.as_ref().map(|key| &key.columns);
    let near = table.unique_keys().into_iter().filter(|key| Some(key) != primary).find(|key| {
        let holds = columns.iter().all(|column| key.iter().any(|it| it == column));
        holds || key.iter().all(|column| columns.contains(&column.as_str()))
    });
    match near {
        Some(key) => format!("name the key as it is: `onConflict: '{}'`", plain_list(key)),
        None => format!(
            "after removing duplicates: alter table {} add unique ({});",
            table.name,
            wanted.replace(',', ", ")
        ),
    }
}

#[cfg(test)]
mod tests {
    use trave_testing::findings;

    fn found(schema: &str, target: &str) -> Vec<String> {
        let code = format!(
            "//- supabase/migrations/1_a.sql
{schema}
//- src/app/api/marks/route.ts
import {{ createClient }} from '@supabase/supabase-js'
const db = createClient(process.env.SUPABASE_URL!, process.env.SUPABASE_SERVICE_ROLE_KEY!)
export async function POST(request: Request) {{
  const row = await request.json()
  await db.from('marks').upsert(row, {{ onConflict: '{target}' }})
  return Response.json({{ ok: true }})
}}
"
        );
        findings(&super::RULE, &code).into_iter().filter_map(|finding| finding.help).collect()
    }

    #[test]
    fn the_order_of_the_columns_does_not_matter() {
        let schema = "create table marks (id int primary key, user_id int, page_id int, unique (user_id, page_id));";
        assert!(found(schema, "page_id,user_id").is_empty());
        assert!(found(schema, "id").is_empty());
        assert_eq!(
            found(schema, "user_id"),
            ["name the key as it is: `onConflict: 'user_id, page_id'`"]
        );
    }

    #[test]
    fn a_unique_index_counts_where_it_holds_every_row() {
        let table = "create table marks (id int primary key, page_id int, gone_at timestamptz);";
        let whole = format!("{table} create unique index on marks (page_id);");
        let some = format!("{table} create unique index on marks (page_id) where gone_at is null;");
        assert!(found(&whole, "page_id").is_empty());
        assert_eq!(found(&some, "page_id").len(), 1);
    }

    #[test]
    fn what_is_not_known_is_not_judged() {
        assert!(found("create table others (id int primary key);", "page_id").is_empty());
        assert!(found("create table marks (id int primary key);", "page_id").is_empty());
    }
}
