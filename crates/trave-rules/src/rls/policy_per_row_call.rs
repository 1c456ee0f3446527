//! Session functions that a policy runs once per row.

use trave_rule::catalog::{Condition, Policy, Table};
use trave_rule::{Context, rule};

#[rule]
fn policy_per_row_call(table: &Table, cx: &mut Context) {
    for policy in &table.policies {
        check(table, policy, cx);
    }
}

fn check(table: &Table, policy: &Policy, cx: &mut Context) {
    let conditions = policy.using.iter().chain(&policy.check);
    let calls: Vec<_> = conditions.flat_map(Condition::row_calls).collect();
    let Some((first, rest)) = calls.split_first() else { return };
    let name = &table.name.name;
    let finding = cx
        .report(
            first.origin,
            format!("`{}` runs once for every row of `{name}` that a query looks at", first.text),
        )
        .about(&table.name)
        .about(&policy.name);
    for call in rest {
        finding.label(call.origin, "and here");
    }
    let wrapped = format!("(select {})", first.text);
    finding.help(format!("write `{wrapped}`: it is then evaluated once per query"));
}
