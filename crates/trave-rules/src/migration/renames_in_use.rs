//! Names that change while the code has the old ones.

use trave_rule::catalog::{Step, StepKind};
use trave_rule::{Context, rule};

#[rule]
fn renames_in_use(step: &Step, cx: &mut Context) {
    let Some(table) = &step.table else { return };
    let (table, model) = (&table.name, cx.model());
    let Some(catalog) = model.catalog_at(step.origin) else { return };
    let (needed, message, help) = match &step.kind {
        StepKind::ColumnRenamed { from, to, .. } => (
            model.needs_column(catalog, table, from),
            format!("queries of `{}` fail once this has run: they name `{from}`", table.name),
            format!("name `{to}` in the code, or add `{to}` beside `{from}` for a while"),
        ),
        StepKind::TableRenamed(to) => (
            model.needs_table(catalog, table),
            format!("queries of `{}` fail once this has run", table.name),
            format!(
                "behind it: create view {table} with (security_invoker = true) as select * from \
                 {to};"
            ),
        ),
        _ => return,
    };
    if needed.is_empty() {
        return;
    }
    let finding = cx.report(step.origin, message).about(table).help(help);
    for (query, origin) in needed {
        finding.label(origin, model.named_here(query));
    }
}

#[cfg(test)]
mod tests {
    use trave_testing::check;

    #[test]
    fn a_name_that_no_query_has_is_another_rule() {
        check(
            &super::RULE,
            r"
//- supabase/migrations/000.sql
create table notes (id uuid primary key, title text);
//- supabase/migrations/001.sql
alter table notes rename column title to heading;
//- src/app/api/notes/route.ts
import { createClient } from '@supabase/supabase-js'
const db = createClient(process.env.URL!, process.env.SUPABASE_SERVICE_ROLE_KEY!)
export async function GET() {
  const { data } = await db.from('notes').select('id').limit(10)
  return Response.json(data)
}
",
        );
    }
}
