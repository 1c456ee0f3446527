//! Columns that become required while the code leaves them out.

use trave_rule::catalog::{Step, StepKind, Table, quoted};
use trave_rule::{Context, rule};

#[rule]
fn requires_column_code_omits(step: &Step, cx: &mut Context) {
    let (column, on_add) = match &step.kind {
        StepKind::NotNullSet { column, .. } => (column, false),
        StepKind::ColumnMade(made) if made.not_null && !made.fills && !made.with_table => {
            (&made.name, true)
        }
        _ => return,
    };
    let Some(table) = &step.table else { return };
    let (table, model) = (&table.name, cx.model());
    let Some(catalog) = model.catalog_at(step.origin) else { return };
    // The code of a new table was written for it.
    let made = catalog.table(table).and_then(Table::origin);
    if made.is_none_or(|made| catalog.pending.holds(made)) {
        return;
    }
    let omitting = model.omits_column(catalog, table, column);
    if omitting.is_empty() {
        return;
    }
    let finding = cx
        .report(
            step.origin,
            format!(
                "inserts into `{}` fail once this has run: they leave out `{column}`",
                table.name
            ),
        )
        .about(format!("{table}.{column}"))
        .help(format!("alter table {table} alter column {} set default …;", quoted(column)))
        .help("or send it in the code first, and release that");
    if on_add {
        finding.note("it fails itself as soon as the table has a row, which would have no value");
    }
    for (query, origin) in omitting {
        let from = model.reached_from(query).map_or(String::new(), |from| format!(", for {from}"));
        finding.label(origin, format!("left out here{from}"));
    }
}

#[cfg(test)]
mod tests {
    use trave_testing::check;

    const ROUTE: &str = r"
//- src/app/api/notes/route.ts
import { createClient } from '@supabase/supabase-js'
const db = createClient(process.env.URL!, process.env.SUPABASE_SERVICE_ROLE_KEY!)
export async function POST(request: Request) {
  const { title } = await request.json()
  const { error } = await db.from('notes').insert({ title })
  return Response.json({ error })
}
";

    #[test]
    fn what_the_insert_sends_or_a_trigger_may_fill_is_no_gap() {
        let sql = r"
//- supabase/migrations/000.sql
create table notes (id uuid primary key default gen_random_uuid(), title text, slug text);
create function fill() returns trigger language plpgsql as $$
begin new.slug := new.title; return new; end $$;
create trigger fill before insert on notes for each row execute function fill();
//- supabase/migrations/001.sql
alter table notes alter column title set not null;
alter table notes alter column slug set not null;";
        check(&super::RULE, &format!("{sql}{ROUTE}"));
    }
}
