//! Values of enums without a place.

use trave_rule::catalog::{Step, StepKind};
use trave_rule::{Context, rule};

#[rule]
fn enum_order(step: &Step, cx: &mut Context) {
    let StepKind::EnumValueAdded { of, value, placed: false, last } = &step.kind else { return };
    let after = last.as_deref().unwrap_or("…");
    cx.report(step.origin, format!("`{value}` sorts behind every other value of `{}`", of.name))
        .about(of)
        .help(format!("alter type {of} add value '{value}' after '{after}';"));
}
