//! Times without a zone in tables that are there.

use trave_rule::catalog::vocabulary::has_word;
use trave_rule::catalog::{Catalog, Column, Table, quoted};
use trave_rule::words::code_list;
use trave_rule::{Context, rule};

/// As many places are shown.
const SHOWN_MAX: usize = 3;

#[rule]
fn timestamp_without_time_zone(catalog: &Catalog, cx: &mut Context) {
    let times =
        |table| catalog.settled_columns(table).filter(|it| it.type_name.starts_with("timestamp"));
    let all = catalog.tables.values().flat_map(times).count();
    let zoneless = |table| times(table).filter(|it| lacks_zone(it)).collect::<Vec<&Column>>();
    let found: Vec<(&Table, Vec<&Column>)> = catalog
        .tables
        .values()
        .map(|table| (table, zoneless(table)))
        .filter(|(_, columns)| !columns.is_empty())
        .collect();
    let count: usize = found.iter().map(|(_, columns)| columns.len()).sum();
    // A habit of the whole project is one fact.
    if found.len() > 1 && count * 2 > all {
        whole(&found, count, cx);
    } else {
        for (table, columns) in &found {
            alone(table, columns, cx);
        }
    }
}

/// Times of a place, which the place's own clock shows, are written without a zone on purpose.
fn lacks_zone(column: &Column) -> bool {
    column.type_name.contains("without time zone")
        && !column.type_name.ends_with(']')
        && !has_word(&column.name, &["local", "wall", "floating"])
}

fn whole(found: &[(&Table, Vec<&Column>)], count: usize, cx: &mut Context) {
    let mut places =
        found.iter().flat_map(|(table, columns)| columns.iter().map(move |it| (table, *it)));
    let Some((table, first)) = places.next() else { return };
    let tables = found.len();
    let message =
        format!("{count} columns of {tables} tables do not say in which zone their times are");
    let finding = cx
        .report(first.origin, message)
        .about(&table.name.schema)
        .here(format!("`{}` of `{}`", first.name, table.name.short()))
        .help("use `timestamptz` for new columns, also where they are declared in code")
        .help(change(table, first));
    for (table, column) in places.take(SHOWN_MAX - 1) {
        finding.label(column.origin, format!("`{}` of `{}`", column.name, table.name.short()));
    }
}

fn alone(table: &Table, columns: &[&Column], cx: &mut Context) {
    let Some((first, others)) = columns.split_first() else { return };
    let names = code_list(columns.iter().map(|column| &column.name));
    let verb = if others.is_empty() {
        "does not say in which zone its times are"
    } else {
        "do not say in which zone their times are"
    };
    let finding = cx
        .report(first.origin, format!("{names} of `{}` {verb}", table.name.short()))
        .about(&table.name);
    for column in others {
        finding.label(column.origin, format!("`{}` too", column.name));
    }
    for column in columns {
        finding.help(change(table, column));
    }
}

fn change(table: &Table, column: &Column) -> String {
    let (table, column) = (&table.name, quoted(&column.name));
    format!(
        "alter table {table} alter column {column} type timestamptz \
         using {column} at time zone 'UTC';  -- if UTC is what was written"
    )
}

#[cfg(test)]
mod tests {
    use trave_testing::{check, findings};

    #[test]
    fn a_habit_of_the_project_is_one_finding() {
        let sql = "create table a (id int primary key, made_at timestamp, gone_at timestamp(3));
                   create table b (id int primary key, made_at timestamp, seen_at timestamptz);";
        let found = findings(&super::RULE, sql);
        assert_eq!(found.len(), 1);
        assert_eq!(
            found[0].message,
            "3 columns of 2 tables do not say in which zone their times are"
        );
    }

    #[test]
    fn times_of_a_place_have_no_zone() {
        check(
            &super::RULE,
            "create table flights (id int primary key, departs_local timestamp, at timestamptz);",
        );
    }

    #[test]
    fn what_is_pending_is_another_rule() {
        check(
            &super::RULE,
            r#"
//- trave.toml
applied-until = "001"
//- supabase/migrations/001.sql
create table notes (id int primary key);
//- supabase/migrations/002.sql
alter table notes add column at timestamp;
create table more (id int primary key, at timestamp);
"#,
        );
    }
}
