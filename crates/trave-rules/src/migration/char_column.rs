//! Columns that pad their values.

use trave_rule::catalog::{Step, StepKind, quoted};
use trave_rule::{Context, rule};

#[rule]
fn char_column(step: &Step, cx: &mut Context) {
    let (column, data_type) = match &step.kind {
        StepKind::ColumnMade(made) => (&made.name, made.data_type.as_ref()),
        StepKind::TypeChanged(change) if change.is_other_type() => {
            (&change.column, Some(&change.to))
        }
        _ => return,
    };
    let (Some(data_type), Some(table)) = (data_type, &step.table) else { return };
    if !matches!(data_type.base.as_str(), "character" | "bpchar" | "char") {
        return;
    }
    cx.report(data_type.origin, format!("every value of `{column}` is filled up with blanks"))
        .about(format!("{}.{column}", table.name))
        .help(format!("{} text", quoted(column)));
}
