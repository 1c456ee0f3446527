//! Policies that do nothing because row level security is off.

use trave_rule::catalog::{Provenance, Table};
use trave_rule::{Context, rule};

#[rule]
fn policy_without_rls(table: &Table, cx: &mut Context) {
    let Provenance::Migration(origin) = table.provenance else { return };
    let Some(policy) = table.policies.first() else { return };
    if table.rls_enabled {
        return;
    }
    cx.report(
        origin,
        format!("the policies of `{}` do nothing: row level security is off", table.name.name),
    )
    .about(&table.name)
    .label(policy.origin, "this policy is never applied")
    .help(format!("alter table {} enable row level security;", table.name));
}
