//! Times without a zone.

use trave_rule::catalog::{Step, StepKind, WrittenType, quoted};
use trave_rule::words::code_list;
use trave_rule::{Context, rule};

#[rule]
fn timestamp_without_time_zone(step: &Step, cx: &mut Context) {
    let (Some((column, data_type)), Some(table)) = (zoneless(step), &step.table) else { return };
    let Some(catalog) = cx.model().catalog_at(step.origin) else { return };
    // An ORM writes UTC, and reads it back as such.
    if catalog.pending.is_generated {
        return;
    }
    let same = catalog.pending.steps.iter().filter(|other| other.statement == step.statement);
    let all: Vec<(&str, &WrittenType)> = same.filter_map(zoneless).collect();
    if all.first().is_some_and(|(first, _)| *first != column) {
        return;
    }
    let columns = code_list(all.iter().map(|(column, _)| column));
    let message = match all.len() {
        1 => format!("{columns} does not say in which zone its times are"),
        _ => format!("{columns} do not say in which zone their times are"),
    };
    let finding = cx.report(data_type.origin, message).about(format!("{}.{column}", table.name));
    for (_, other) in all.iter().skip(1) {
        finding.label(other.origin, "nor does this");
    }
    for (column, _) in &all {
        finding.help(format!("{} timestamptz", quoted(column)));
    }
}

/// A column that gets a type for times without a zone.
fn zoneless(step: &Step) -> Option<(&str, &WrittenType)> {
    let (column, data_type) = match &step.kind {
        StepKind::ColumnMade(made) => (&made.name, made.data_type.as_ref()?),
        StepKind::TypeChanged(change) if change.is_other_type() => (&change.column, &change.to),
        _ => return None,
    };
    let plain = data_type.text.starts_with("timestamp") && data_type.text.contains("without");
    plain.then_some((column.as_str(), data_type))
}

#[cfg(test)]
mod tests {
    use trave_testing::check;

    #[test]
    fn one_table_is_one_finding() {
        check(
            &super::RULE,
            r"
create table visits (id bigint primary key, a timestamp, b timestamp);
--                                            ^^^^^^^^^ `a` and `b` do not say in which zone their times are
",
        );
    }

    #[test]
    fn times_of_an_orm_are_in_utc() {
        check(
            &super::RULE,
            r#"
//- prisma/migrations/0_a/migration.sql
create table "Note" ("id" bigint);
//- prisma/migrations/1_b/migration.sql
alter table "Note" add column "createdAt" timestamp(3) not null default current_timestamp;
"#,
        );
    }
}
