//! Columns that name a table and do not refer to it.

use trave_rule::catalog::vocabulary::keeps_the_past;
use trave_rule::catalog::{Catalog, Column, ForeignKey, ReferentialAction, Table, quoted};
use trave_rule::{Context, rule};

/// A column of a table, and the table that it names.
type Naming<'c> = (&'c Table, &'c Column, &'c Table);

#[rule]
fn missing_foreign_key(catalog: &Catalog, cx: &mut Context) {
    let naming = naming(catalog);
    // Where most columns that name a table do not refer to it, the project wants it so.
    let is_habit = |column: &Column, target: &Table| {
        let without = naming.iter().filter(|(.., other)| other.name == target.name).count()
            + catalog.references_dropped(&target.name);
        catalog.references_by(&column.name, &target.name) < without
    };
    // Logs keep the ids of what is gone.
    let found = naming.iter().filter(|(table, column, target)| {
        !keeps_the_past(&table.name.name)
            && catalog.is_settled(target)
            && !is_habit(column, target)
            && !is_copied(catalog, table, target)
    });
    let found: Vec<Naming> = found.copied().collect();
    for of_table in found.chunk_by(|(one, ..), (other, ..)| one.name == other.name) {
        report(of_table, cx);
    }
}

/// Whether a row that this one must have, and goes with, refers to the same table: the column is a
/// copy of what it says, and the row is gone once that one is.
fn is_copied(catalog: &Catalog, table: &Table, target: &Table) -> bool {
    let cascades = |key: &ForeignKey| key.on_delete == ReferentialAction::Cascade;
    let holds = |key: &&ForeignKey| {
        let mut columns = key.columns.iter().map(|column| table.column(column));
        cascades(key) && columns.all(|column| column.is_some_and(|it| it.not_null))
    };
    let mut owners = table.foreign_keys.iter().filter(holds);
    owners.any(|owner| {
        let of_owner = catalog.tables.get(&owner.target).map(|it| it.foreign_keys.iter());
        of_owner.into_iter().flatten().any(|key| cascades(key) && key.target == target.name)
    })
}

fn naming(catalog: &Catalog) -> Vec<Naming<'_>> {
    let columns = catalog
        .tables
        .values()
        .flat_map(|table| catalog.settled_columns(table).map(move |column| (table, column)));
    let named = |(table, column)| Some((table, column, catalog.table_named_by(table, column)?));
    columns.filter_map(named).collect()
}

fn report(found: &[Naming<'_>], cx: &mut Context) {
    let Some(((table, first, target), others)) = found.split_first() else { return };
    let name = target.name.short();
    let finding = cx
        .report(
            first.origin,
            format!(
                "`{}` names `{name}`, but no foreign key holds it to a row that exists",
                first.name
            ),
        )
        .about(&table.name)
        .label(target.origin().unwrap_or(first.origin), format!("`{name}`"));
    for (_, column, target) in others {
        finding.label(column.origin, format!("nor this one to `{}`", target.name.short()));
    }
    for (table, column, target) in found {
        finding.help(addition(table, column, target));
    }
}

fn addition(table: &Table, column: &Column, target: &Table) -> String {
    let (name, column) = (&table.name, quoted(&column.name));
    let constraint = quoted(&format!("{}_{}_fkey", table.name.name, column.trim_matches('"')));
    let target = &target.name;
    format!(
        "alter table {name} add constraint {constraint} foreign key ({column}) references {target} \
         not valid;\nalter table {name} validate constraint {constraint};"
    )
}

#[cfg(test)]
mod tests {
    use trave_testing::{check, findings};

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
create table marks (id int primary key, course_id int constraint of_course references courses);
alter table marks drop constraint of_course;
",
        );
    }
    #[test]
    fn a_copy_of_what_the_owner_says_goes_with_the_owner() {
        let schema = |marks: &str| {
            format!(
                "create table courses (id int primary key);
create table rooms (id int primary key, course_id int references courses);
create table books (id int primary key, course_id int references courses);
create table lessons (id int primary key, course_id int not null references courses on delete cascade);
create table marks (id int primary key, course_id int not null, {marks});"
            )
        };
        let cascades = "lesson_id int not null references lessons on delete cascade";
        check(&super::RULE, &schema(cascades));
        for other in [
            "lesson_id int not null references lessons",
            "lesson_id int references lessons on delete cascade",
            "book_id int not null references books on delete cascade",
        ] {
            assert_eq!(findings(&super::RULE, &schema(other)).len(), 1, "{other}");
        }
    }
}
