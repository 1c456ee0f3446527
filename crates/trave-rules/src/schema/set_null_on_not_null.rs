//! Foreign keys that set a column null which must not be.

use trave_rule::catalog::{ForeignKey, ReferentialAction, Table};
use trave_rule::{Context, Level, rule};

#[rule]
fn set_null_on_not_null(table: &Table, cx: &mut Context) {
    if !table.provenance.is_migration() || !table.columns_known {
        return;
    }
    for key in table.foreign_keys.iter().filter(|key| key.on_delete == ReferentialAction::SetNull) {
        check(table, key, cx);
    }
}

fn check(table: &Table, key: &ForeignKey, cx: &mut Context) {
    // Of several columns it may be written which ones become null.
    let [column] = key.columns.as_slice() else { return };
    let Some(column) = table.column(column).filter(|column| column.not_null) else { return };
    let (name, target) = (table.name.short(), key.target.short());
    let deletion = cx.model().deletion_before(table, key);
    let finding = cx
        .report(
            key.origin,
            format!(
                "deleting from `{target}` fails as long as rows of `{name}` refer to it: `{}` \
                cannot become null",
                column.name
            ),
        )
        .here("on delete set null")
        .about(&table.name)
        .about(&key.name)
        .label(column.origin, "not null")
        .help(format!(
            "let it be null: alter table {} alter column {} drop not null;",
            table.name, column.name
        ))
        .help("or let the rows go too, with `on delete cascade`");
    match deletion {
        Some((of, origin)) if of == key.target => {
            finding.label(origin, format!("deletes from `{target}`"));
        }
        Some((of, origin)) => {
            let of = of.short();
            finding.label(origin, format!("deletes from `{of}`, and rows of `{target}` go too"));
        }
        None => {
            finding.level(Level::Warning);
        }
    }
}

#[cfg(test)]
mod tests {
    use trave_rule::Level;
    use trave_testing::{check, findings};

    #[test]
    fn it_is_an_error_where_code_deletes() {
        let sql = "
//- supabase/migrations/1_a.sql
create table shelves (id int primary key);
create table books (id int primary key, shelf_id int not null references shelves on delete set null);
//- src/app/api/shelves/route.ts
import { createClient } from '@supabase/supabase-js'
const db = createClient(process.env.SUPABASE_URL!, process.env.SUPABASE_SERVICE_ROLE_KEY!)
export async function DELETE(request: Request) {
  const { id } = await request.json()
  await db.from('shelves').delete().eq('id', id)
}
";
        let found = findings(&super::RULE, sql);
        assert_eq!(found[0].level, Level::Error);
        assert!(found[0].labels.iter().any(|label| label.text == "deletes from `shelves`"));
    }

    #[test]
    fn a_key_of_several_columns_may_say_which_become_null() {
        check(
            &super::RULE,
            "
create table teams (id int primary key);
create table shelves (team_id int, id int, primary key (team_id, id));
create table books (
  id int primary key, team_id int not null references teams, shelf_id int,
  foreign key (team_id, shelf_id) references shelves on delete set null (shelf_id)
);
",
        );
    }
}
