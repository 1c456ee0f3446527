//! Types that refuse what the code writes.

use trave_rule::catalog::{Step, StepKind};
use trave_rule::{Context, rule};

#[rule]
fn narrows_type_in_use(step: &Step, cx: &mut Context) {
    let (StepKind::TypeChanged(change), Some(table)) = (&step.kind, &step.table) else { return };
    let (table, column, model) = (&table.name, &change.column, cx.model());
    let Some(catalog) = model.catalog_at(step.origin) else { return };
    let misfits = model.misfits(catalog, table, column);
    let Some(first) = misfits.first() else { return };
    let message = format!(
        "the code writes `{}` into `{column}`, which {} after this",
        first.value, first.reason
    );
    let finding = cx
        .report(step.origin, message)
        .about(format!("{table}.{column}"))
        .help("let the new type take it, or change the code first and release that");
    for misfit in &misfits {
        finding.label(misfit.origin, format!("`{}` is written here", misfit.value));
    }
}

#[cfg(test)]
mod tests {
    use trave_testing::check;

    #[test]
    fn a_length_and_a_number_are_compared_too() {
        check(
            &super::RULE,
            r"
//- supabase/migrations/000.sql
create table tasks (id uuid primary key, title text, rank numeric);
//- supabase/migrations/001.sql
alter table tasks alter column title type varchar(4);
--                ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ the code writes `'first'` into `title`, which is longer than `character varying(4)` after this
alter table tasks alter column rank type integer;
//- src/app/api/tasks/route.ts
import { createClient } from '@supabase/supabase-js'
const db = createClient(process.env.URL!, process.env.SUPABASE_SERVICE_ROLE_KEY!)
export async function POST() {
  const { error } = await db.from('tasks').insert({ title: 'first', rank: 3 })
  return Response.json({ error })
}
",
        );
    }
}
