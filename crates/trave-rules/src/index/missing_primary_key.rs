//! Tables whose rows nothing tells apart.

use trave_rule::catalog::{Table, TableKind};
use trave_rule::words::plain_list;
use trave_rule::{Context, rule};

#[rule]
fn missing_primary_key(table: &Table, cx: &mut Context) {
    let made = table.provenance.is_migration();
    let Some(origin) = table.provenance.origin().filter(|_| made) else { return };
    let Some(catalog) = cx.catalog_of(table) else { return };
    if table.primary_key.is_some() || table.kind != TableKind::Ordinary || table.parent.is_some() {
        return;
    }
    if !catalog.is_own_schema(&table.name.schema) {
        return;
    }
    let message =
        format!("nothing tells the rows of `{}` apart: no primary key", table.name.short());
    cx.report(origin, message).about(&table.name).help(help(table));
}

fn help(table: &Table) -> String {
    let is_filled = |column: &str| table.column(column).is_some_and(|column| column.not_null);
    let keys = table.unique_keys();
    let key = keys.iter().find(|key| key.iter().all(|column| is_filled(column)));
    let name = &table.name;
    match (key, table.column("id")) {
        (Some(key), _) => format!("alter table {name} add primary key ({});", plain_list(key)),
        (None, Some(_)) => format!("alter table {name} add primary key (id);"),
        (None, None) => format!(
            "alter table {name} add column id bigint generated always as identity primary key;"
        ),
    }
}

#[cfg(test)]
mod tests {
    use trave_testing::{check, findings};

    #[test]
    fn a_unique_key_that_is_always_filled_becomes_one() {
        let sql = "create table members (team_id int not null, user_id int not null,
  unique (team_id, user_id));";
        assert_eq!(
            findings(&super::RULE, sql)[0].help.as_deref(),
            Some("alter table public.members add primary key (team_id, user_id);")
        );
    }

    #[test]
    fn parts_of_other_tables_have_theirs() {
        check(
            &super::RULE,
            "create table events (id int not null, at date not null) partition by range (at);
create table events_2024 partition of events for values from ('2024-01-01') to ('2025-01-01');",
        );
    }
}
