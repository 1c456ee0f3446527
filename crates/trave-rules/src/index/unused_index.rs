//! Indexes that nothing in the project can use.

use trave_rule::catalog::{Index, IndexTarget, Table, quoted};
use trave_rule::{Context, rule};

#[rule]
fn unused_index(table: &Table, cx: &mut Context) {
    let Some(catalog) = cx.catalog_of(table) else { return };
    if !table.provenance.is_migration() || catalog.unknown.contains(&table.name) {
        return;
    }
    for index in &table.indexes {
        if cx.model().may_be_used(catalog, table, index) {
            continue;
        }
        let (name, first) = (table.name.short(), first_key(index));
        cx.report(
            index.origin,
            format!(
                "nothing in the project finds rows of `{name}` by {first}: each write keeps it"
            ),
        )
        .about(&table.name)
        .about(&index.name)
        .once_per(format!("{} {}", table.name, index.name))
        .note("queries by hand and from other projects are not known")
        .help(format!(
            "drop index {}.{};",
            quoted(&table.name.schema),
            quoted(&index.name)
        ));
    }
}

fn first_key(index: &Index) -> String {
    match index.keys.first().map(|key| &key.what) {
        Some(IndexTarget::Column(column)) => format!("`{column}`"),
        Some(IndexTarget::Expression(text)) => format!("`{text}`"),
        None => "it".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use trave_testing::check;

    #[test]
    fn whatever_may_use_an_index_keeps_it() {
        check(
            &super::RULE,
            "
//- supabase/migrations/001.sql
create table teams (id int primary key);
create table notes (id int primary key, team_id int references teams (id), owner_id uuid,
  title text, made_at timestamptz, kind text, code text unique);
create index on notes (team_id);
create index on notes (owner_id);
create index on notes (lower(title));
create index on notes (made_at);
create index on notes (kind);
create policy own on notes using (owner_id = (select auth.uid()));
create view kinds as select kind from notes;
create function by_title(t text) returns int language sql as $$
  select id from notes where lower(title) = t $$;
//- src/app/api/notes/route.ts
import { createClient } from '@supabase/supabase-js'
const db = createClient(process.env.SUPABASE_URL!, process.env.SUPABASE_SERVICE_ROLE_KEY!)
export async function GET() {
  return Response.json(await db.from('notes').select('id').order('made_at').limit(10))
}
",
        );
    }
}
