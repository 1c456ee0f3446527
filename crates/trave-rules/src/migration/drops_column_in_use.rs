//! Columns that go while the code names them.

use trave_rule::catalog::{Step, StepKind, quoted};
use trave_rule::{Context, rule};

#[rule]
fn drops_column_in_use(step: &Step, cx: &mut Context) {
    let (StepKind::ColumnDropped { column, .. }, Some(table)) = (&step.kind, &step.table) else {
        return;
    };
    let (table, model) = (&table.name, cx.model());
    let Some(catalog) = model.catalog_at(step.origin) else { return };
    let needed = model.needs_column(catalog, table, column);
    if needed.is_empty() {
        return;
    }
    let finding = cx
        .report(
            step.origin,
            format!("queries of `{}` fail once this has run: they name `{column}`", table.name),
        )
        .about(format!("{table}.{column}"))
        .help(format!(
            "release code that does not name it; then, in a later migration: alter table {table} \
             drop column {};",
            quoted(column)
        ));
    for (query, origin) in needed {
        finding.label(origin, model.named_here(query));
    }
}

#[cfg(test)]
mod tests {
    use trave_testing::check;

    #[test]
    fn a_column_that_is_made_anew_is_there() {
        check(
            &super::RULE,
            r"
//- supabase/migrations/000.sql
create table notes (id uuid primary key, size text);
//- supabase/migrations/001.sql
alter table notes drop column size;
alter table notes add column size integer;
//- src/app/api/notes/route.ts
import { createClient } from '@supabase/supabase-js'
const db = createClient(process.env.URL!, process.env.SUPABASE_SERVICE_ROLE_KEY!)
export async function GET() {
  const { data } = await db.from('notes').select('id, size').limit(10)
  return Response.json(data)
}
",
        );
    }
}
