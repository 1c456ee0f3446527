//! Policies that do nothing because row level security is off.

use trave_rule::catalog::{Provenance, Table};
use trave_rule::model::caller_privileges;
use trave_rule::words::{callers, deeds};
use trave_rule::{Context, Fix, part_of_name, rule};

#[rule]
fn policy_without_rls(table: &Table, cx: &mut Context) {
    let Provenance::Migration(origin) = table.provenance else { return };
    let Some(policy) = table.policies.first() else { return };
    if table.rls_enabled {
        return;
    }
    let reach = cx
        .catalog_of(table)
        .filter(|catalog| catalog.is_exposed(&table.name.schema))
        .and_then(|catalog| caller_privileges(catalog, table));
    let finding = cx
        .report(
            origin,
            format!("the policies of `{}` do nothing: row level security is off", table.name.name),
        )
        .about(&table.name)
        .label(
            policy.origin,
            match table.policies.len() - 1 {
                0 => "this policy is never applied".to_owned(),
                1 => "this policy is never applied, and 1 more".to_owned(),
                more => format!("this policy is never applied, and {more} more"),
            },
        )
        .help(format!("alter table {} enable row level security;", table.name));
    let enable = format!("alter table {} enable row level security;", table.name);
    let title = format!("let the policies of `{}` apply", table.name.name);
    let name = format!("enable_rls_on_{}", part_of_name(&table.name.name));
    finding.fix(Fix::migration(title, name, enable));
    if let Some((role, commands)) = reach {
        let (callers, deeds) = (callers(role), deeds(&commands));
        finding.note(format!("{callers} can {deeds} all of its rows"));
    }
}
