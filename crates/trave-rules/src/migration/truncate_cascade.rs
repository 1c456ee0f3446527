//! Tables that are emptied because they refer to another.

use trave_rule::catalog::{Catalog, QualifiedName, Step, StepKind};
use trave_rule::words::{code_list, plain_list};
use trave_rule::{Context, rule};

#[rule]
fn truncate_cascade(step: &Step, cx: &mut Context) {
    let StepKind::TruncatedWithOthers(tables) = &step.kind else { return };
    let catalog = cx.model().catalog_at(step.origin);
    let others = catalog.map_or(Vec::new(), |catalog| referring(catalog, tables));
    let shown = code_list(tables.iter().map(|table| &table.name));
    let message = if others.is_empty() {
        format!("truncating {shown} empties every table that refers to it")
    } else {
        let others = code_list(others.iter().map(|table| &table.name));
        format!("truncating {shown} empties {others} too")
    };
    let all = tables.iter().chain(&others);
    cx.report(step.origin, message)
        .about(plain_list(tables))
        .help(format!("name what is meant: truncate {};", plain_list(all)));
}

/// The tables that refer to one of these, and those that refer to them.
fn referring(catalog: &Catalog, tables: &[QualifiedName]) -> Vec<QualifiedName> {
    let mut found: Vec<QualifiedName> = Vec::new();
    loop {
        let meant = |name: &QualifiedName| tables.contains(name) || found.contains(name);
        let next = catalog.tables.values().find(|table| {
            !meant(&table.name) && table.foreign_keys.iter().any(|key| meant(&key.target))
        });
        match next {
            Some(table) => found.push(table.name.clone()),
            None => return found,
        }
    }
}
