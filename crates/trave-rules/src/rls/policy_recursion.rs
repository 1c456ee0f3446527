//! Policies whose reads lead back to their own table.

use trave_rule::catalog::{Provenance, Table, policy_cycle};
use trave_rule::words::code_list;
use trave_rule::{Context, rule};

#[rule]
fn policy_recursion(table: &Table, cx: &mut Context) {
    let Provenance::Migration(_) = table.provenance else { return };
    let Some(catalog) = cx.catalog_of(table) else { return };
    let Some(cycle) = policy_cycle(catalog, table) else { return };
    let name = &table.name.name;
    let verb = cycle.command.privilege();
    let way = match cycle.through.as_slice() {
        [] => "this policy reads it".to_owned(),
        through => format!(
            "this policy reads it by way of {}",
            code_list(through.iter().map(|table| &table.name))
        ),
    };
    let finding = cx
        .report(
            cycle.policy.origin,
            format!("every {verb} on `{name}` fails with \"infinite recursion detected\": {way}"),
        )
        .about(&table.name)
        .about(&cycle.policy.name);
    for origin in &cycle.reads {
        finding.label(*origin, "by way of this policy");
    }
    finding.help(
        "read the table in a SECURITY DEFINER function with `set search_path = ''`, and call that \
        in the policy",
    );
}
