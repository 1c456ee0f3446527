//! Default privileges that open each new table to callers.

use trave_rule::catalog::{Catalog, DefaultGrant, quoted};
use trave_rule::words::{code_list, list};
use trave_rule::{Context, rule};

#[rule]
fn default_grants_to_anon(catalog: &Catalog, cx: &mut Context) {
    let is_served = |grant: &&DefaultGrant| {
        grant.schema.as_ref().map_or(catalog.exposed, |schema| catalog.is_exposed(schema))
    };
    if enables_rls_by_itself(catalog) {
        return;
    }
    for grant in catalog.default_grants().iter().filter(is_served) {
        report(grant, cx);
    }
}

fn report(grant: &DefaultGrant, cx: &mut Context) {
    let place = match &grant.schema {
        Some(schema) => format!("every table made in `{schema}` from now on"),
        None => "every table made from now on".to_owned(),
    };
    let schema = grant.schema.as_deref().unwrap_or("every schema");
    let mut finding = cx
        .report(
            grant.origin,
            format!(
                "{place} is open to {} until its row level security is on",
                code_list(&grant.roles)
            ),
        )
        .about(schema)
        .once_per(format!("{schema} {}", grant.for_role));
    finding = finding.note(format!(
        "for {} on tables of `{}`; the platform does not do so by itself",
        list(&grant.privileges),
        grant.for_role
    ));
    let scope =
        grant.schema.as_ref().map_or(String::new(), |it| format!(" in schema {}", quoted(it)));
    let roles = grant.roles.iter().map(|it| quoted(it)).collect::<Vec<_>>().join(", ");
    finding
        .help(format!(
            "alter default privileges for role {}{scope} revoke {} on tables from {roles};",
            quoted(&grant.for_role),
            grant.privileges.join(", ").to_lowercase(),
        ))
        .help("-- then grant each table what its callers need, beside its policies");
}

/// Whether an event trigger switches row level security on for each new table.
fn enables_rls_by_itself(catalog: &Catalog) -> bool {
    let enables = |name: &trave_rule::catalog::QualifiedName| {
        let mut functions = catalog.functions.values().filter(|it| it.name == *name);
        functions.any(|it| it.body.to_lowercase().contains("enable row level security"))
    };
    catalog.event_triggers.values().any(|it| enables(&it.function))
}

#[cfg(test)]
mod tests {
    use trave_testing::check;

    #[test]
    fn what_the_platform_does_anyway_and_what_is_not_served_is_fine() {
        check(
            &super::RULE,
            "
alter default privileges for role postgres in schema public grant all on tables to anon;
create schema jobs;
alter default privileges in schema jobs grant select on tables to authenticated;
alter default privileges in schema public grant select on tables to service_role;",
        );
    }

    #[test]
    fn a_later_revoke_takes_it_back() {
        check(
            &super::RULE,
            "
alter default privileges grant select on tables to anon;
alter default privileges revoke select on tables from anon;",
        );
    }
}
