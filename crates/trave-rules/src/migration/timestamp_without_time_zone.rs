//! Times without a zone.

use trave_rule::catalog::{Step, StepKind};
use trave_rule::{Context, rule};

#[rule]
fn timestamp_without_time_zone(step: &Step, cx: &mut Context) {
    let (column, data_type) = match &step.kind {
        StepKind::ColumnMade(made) => (&made.name, made.data_type.as_ref()),
        StepKind::TypeChanged(change) => (&change.column, Some(&change.to)),
        _ => return,
    };
    let (Some(data_type), Some(table)) = (data_type, &step.table) else { return };
    let plain = data_type.text.starts_with("timestamp") && data_type.text.contains("without");
    if !plain {
        return;
    }
    cx.report(data_type.origin, format!("`{column}` does not say in which zone its times are"))
        .about(format!("{}.{column}", table.name))
        .help(format!("{column} timestamptz"));
}
