//! Columns that name a table and do not refer to it.

use trave_rule::catalog::vocabulary::keeps_the_past;
use trave_rule::catalog::{Column, Table, quoted};
use trave_rule::{Context, rule};

#[rule]
fn missing_foreign_key(table: &Table, cx: &mut Context) {
    let Some(catalog) = cx.catalog_of(table) else { return };
    // Logs keep the ids of what is gone.
    if keeps_the_past(&table.name.name) {
        return;
    }
    let found: Vec<(&Column, &Table)> = catalog
        .settled_columns(table)
        .filter_map(|column| Some((column, catalog.table_named_by(table, column)?)))
        // Where nothing refers to a table, the project may want it so.
        .filter(|(_, target)| catalog.is_settled(target) && catalog.is_referred_to(&target.name))
        .collect();
    let Some(((first, target), others)) = found.split_first() else { return };
    let finding = cx
        .report(first.origin, message(first, target))
        .about(&table.name)
        .label(target.origin().unwrap_or(first.origin), format!("`{}`", target.name.short()));
    for (column, target) in others {
        finding.label(column.origin, format!("nor to `{}`", target.name.short()));
    }
    for (column, target) in &found {
        finding.help(addition(table, column, target));
    }
}

fn message(column: &Column, target: &Table) -> String {
    let name = target.name.short();
    format!("`{}` names `{name}`, but no foreign key holds it to a row that exists", column.name)
}

fn addition(table: &Table, column: &Column, target: &Table) -> String {
    let (name, column) = (&table.name, quoted(&column.name));
    let constraint = quoted(&format!("{}_{}_fkey", table.name.name, column.trim_matches('"')));
    format!(
        "alter table {name} add constraint {constraint} foreign key ({column}) references {} not valid;\n\
        alter table {name} validate constraint {constraint};",
        target.name
    )
}

#[cfg(test)]
mod tests {
    use trave_testing::check;

    #[test]
    fn logs_foreign_ids_and_tables_that_nothing_refers_to_are_left_alone() {
        check(
            &super::RULE,
            r"
create table courses (id int primary key);
create table rooms (id int primary key);
create table lessons (id int primary key, course_id int not null references courses);
create table audit_logs (id int primary key, course_id int);
create table likes (id int primary key, course_id int, course_type text, room_id int);
create table links (id int primary key, course_id text, stripe_course_id int);
",
        );
    }
}
