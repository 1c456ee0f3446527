//! Constraints that are compared with every row under a lock.

use trave_rule::catalog::{
    Catalog, ConstraintIs, NewConstraint, QualifiedName, Step, StepKind, quoted,
};
use trave_rule::words::plain_list;
use trave_rule::{Context, rule};

#[rule]
fn unvalidated_constraint(step: &Step, cx: &mut Context) {
    let Some(table) = step.busy_table() else { return };
    let table = &table.name;
    if cx.model().is_small(&table.name) {
        return;
    }
    match &step.kind {
        StepKind::ConstraintAdded(added) if !added.skips_rows => {
            let name = name_of(added, table);
            let catalog = cx.model().catalog_at(step.origin);
            let help = help(added, table, &quoted(&name), catalog);
            let message = message(added, table, catalog);
            let finding = cx.report(step.origin, message).about(table).about(name);
            if !help.is_empty() {
                finding.help(help);
            }
        }
        StepKind::NotNullSet { column, proven: false } => {
            let (set, name) = (quoted(&format!("{}_{column}_set", table.name)), quoted(column));
            cx.report(
                step.origin,
                format!(
                    "setting `{column}` not null reads every row of `{}` while nobody can read or \
                     write it",
                    table.name
                ),
            )
            .about(format!("{table}.{column}"))
            .help(two_steps(table, &set, &format!("check ({name} is not null)")))
            .help(format!(
                "alter table {table} alter column {name} set not null;\n\
                 alter table {table} drop constraint {set};"
            ));
        }
        StepKind::ConstraintValidated { name, added: Some(added) } => {
            cx.report(
                step.origin,
                format!(
                    "validating `{name}` reads every row of `{}` under the lock of adding it",
                    table.name
                ),
            )
            .about(table)
            .label(*added, "this lock is held until the transaction ends")
            .help(format!(
                "in the next migration: alter table {table} validate constraint {};",
                quoted(name)
            ));
        }
        _ => {}
    }
}

fn message(added: &NewConstraint, table: &QualifiedName, catalog: Option<&Catalog>) -> String {
    let name = &table.name;
    let is_new = |target: &QualifiedName| {
        let made = catalog.and_then(|catalog| catalog.table(target)?.origin());
        made.is_some_and(|made| catalog.is_some_and(|catalog| catalog.pending.holds(made)))
    };
    match (added.kind, &added.target) {
        (ConstraintIs::Reference, Some(target)) if target != table && !is_new(target) => format!(
            "the foreign key reads every row of `{name}` while nobody can write to it or to `{}`",
            target.name
        ),
        (ConstraintIs::Reference, _) => {
            format!("the foreign key reads every row of `{name}` while nobody can write to it")
        }
        (ConstraintIs::Primary | ConstraintIs::Unique | ConstraintIs::Exclusion, _) => {
            let kind = match added.kind {
                ConstraintIs::Primary => "primary key",
                ConstraintIs::Unique => "unique key",
                _ => "exclusion constraint",
            };
            format!(
                "the {kind} of `{name}` builds its index while nobody can read or write the table"
            )
        }
        (ConstraintIs::NotNull, _) => {
            format!("`not null` reads every row of `{name}` while nobody can read or write it")
        }
        (ConstraintIs::Check, _) => {
            format!("the check reads every row of `{name}` while nobody can read or write it")
        }
    }
}

/// Its name, or one that says what it is.
fn name_of(added: &NewConstraint, table: &QualifiedName) -> String {
    if let Some(name) = &added.name {
        return name.to_string();
    }
    if added.kind == ConstraintIs::Primary {
        return format!("{}_pkey", table.name);
    }
    let ending = match added.kind {
        ConstraintIs::Check => "check",
        ConstraintIs::Reference => "fkey",
        ConstraintIs::Primary | ConstraintIs::Unique => "key",
        ConstraintIs::Exclusion => "excl",
        ConstraintIs::NotNull => "set",
    };
    let columns = added.columns.join("_");
    let parts = [table.name.as_str(), columns.as_str(), ending];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("_")
}

/// The same in steps that let others go on; empty where there is no such way.
fn help(
    added: &NewConstraint,
    table: &QualifiedName,
    name: &str,
    catalog: Option<&Catalog>,
) -> String {
    let new =
        |column: &str| catalog.and_then(|catalog| catalog.pending.added_column(table, column));
    match added.kind {
        ConstraintIs::Exclusion => String::new(),
        // All rows are null in a column that is new: a reference written at it compares none.
        ConstraintIs::Reference
            if let [column] = added.columns.as_slice()
                && let Some(made) = new(column).filter(|made| !made.fills)
                && let Some(at) = added.definition.to_ascii_lowercase().find("references") =>
        {
            let (column, data_type) = (quoted(column), made.data_type.as_ref());
            let data_type = data_type.map_or("…", |data_type| data_type.text.as_str());
            format!(
                "where the column is added, it reads no row: alter table {table} add column \
                 {column} {data_type} constraint {name} {};\nor: {}",
                added.definition.get(at..).unwrap_or_default().trim_end_matches(';'),
                two_steps(table, name, added.definition.trim_end_matches(';'))
            )
        }
        ConstraintIs::Primary | ConstraintIs::Unique => {
            let word = if added.kind == ConstraintIs::Primary { "primary key" } else { "unique" };
            let added_first = match added.columns.as_slice() {
                [column] if added.inline => {
                    let made = new(column).and_then(|made| made.data_type.as_ref());
                    let data_type = made.map_or("…", |data_type| data_type.text.as_str());
                    format!("alter table {table} add column {} {data_type};\n", quoted(column))
                }
                _ => String::new(),
            };
            format!(
                "{added_first}create unique index concurrently {name} on {table} ({});  -- in a \
                 migration of \
                 its own\nalter table {table} add constraint {name} {word} using index {name};",
                plain_list(added.columns.iter().map(|column| quoted(column)))
            )
        }
        _ => {
            let first = if added.inline { "-- behind the column, added without it:\n" } else { "" };
            let steps = two_steps(table, name, added.definition.trim_end_matches(';'));
            format!("{first}{steps}")
        }
    }
}

fn two_steps(table: &QualifiedName, name: &str, definition: &str) -> String {
    format!(
        "alter table {table} add constraint {name} {definition} not valid;\n\
         -- in the next migration: alter table {table} validate constraint {name};"
    )
}

#[cfg(test)]
mod tests {
    use trave_testing::check;

    #[test]
    fn a_key_of_an_index_that_is_there_reads_nothing() {
        check(
            &super::RULE,
            r"
//- supabase/migrations/000.sql
create table notes (id bigint not null, title text);
//- supabase/migrations/001.sql
create unique index concurrently notes_pk on notes (id);
alter table notes add constraint notes_pk primary key using index notes_pk;
",
        );
    }

    #[test]
    fn a_reference_of_a_column_that_is_null_everywhere_reads_nothing() {
        check(
            &super::RULE,
            r"
//- supabase/migrations/000.sql
create table owners (id uuid primary key);
create table notes (id bigint not null);
//- supabase/migrations/001.sql
alter table notes add column owner_id uuid references owners (id);
",
        );
    }

    #[test]
    fn a_check_at_a_new_column_reads_every_row() {
        check(
            &super::RULE,
            r"
//- supabase/migrations/000.sql
create table notes (id bigint not null);
//- supabase/migrations/001.sql
alter table notes add column size int default 1 check (size > 0);
--                                              ^^^^^^^^^^^^^^^^ the check reads every row of `notes` while nobody can read or write it
",
        );
    }

    #[test]
    fn a_new_column_with_a_key_has_its_index_built() {
        check(
            &super::RULE,
            r"
//- supabase/migrations/000.sql
create table notes (id bigint not null);
//- supabase/migrations/001.sql
alter table notes add column slug text unique;
--                                     ^^^^^^ the unique key of `notes` builds its index while nobody can read or write the table
",
        );
    }
}
