//! Columns whose type limits their length.

use trave_rule::catalog::{Step, StepKind, quoted};
use trave_rule::{Context, rule};

#[rule]
fn varchar_limit(step: &Step, cx: &mut Context) {
    let (column, data_type) = match &step.kind {
        StepKind::ColumnMade(made) => (&made.name, made.data_type.as_ref()),
        StepKind::TypeChanged(change) if change.is_other_type() => {
            (&change.column, Some(&change.to))
        }
        _ => return,
    };
    let (Some(data_type), Some(table)) = (data_type, &step.table) else { return };
    let Some(length) = data_type.modifiers.first() else { return };
    if !matches!(data_type.base.as_str(), "character varying" | "varchar") {
        return;
    }
    cx.report(
        data_type.origin,
        format!(
            "the limit of {length} characters is part of the type of `{column}`: hard to change"
        ),
    )
    .about(format!("{}.{column}", table.name))
    .help(format!("{0} text check (length({0}) <= {length})", quoted(column)));
}
