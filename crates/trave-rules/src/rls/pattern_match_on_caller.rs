//! Policies that know their caller by an address.

use trave_rule::catalog::{AddressUse, Catalog, Condition, KnownBy, Policy, Table};
use trave_rule::{Context, Level, rule};

#[rule]
fn pattern_match_on_caller(table: &Table, cx: &mut Context) {
    let Some(catalog) = cx.catalog_of(table) else { return };
    if !table.rls_enabled || catalog.is_unknown(&table.name) {
        return;
    }
    for policy in table.policies.iter().filter(|policy| policy.is_for_callers()) {
        let found = policy.conditions().find_map(|it| Some((it, odd_use(catalog, table, it)?)));
        if let Some((condition, found)) = found {
            report((table, policy), (condition, &found), cx);
        }
    }
}

fn odd_use(catalog: &Catalog, table: &Table, condition: &Condition) -> Option<AddressUse> {
    condition.address_uses(table, catalog).into_iter().find(|found| match &found.known_by {
        KnownBy::Pattern(_) => true,
        KnownBy::Column(column) => is_avoidable(table, condition, column),
    })
}

/// Whether the row names its owner otherwise; an invitation knows nothing but an address.
fn is_avoidable(table: &Table, condition: &Condition, column: &str) -> bool {
    let invites = |name: &str| name.contains("invit");
    let asks_for_user = condition.calls().iter().any(|call| call.name.as_str() == "uid");
    let names_owner = table.columns.iter().any(|other| {
        other.name != column && other.type_name == "uuid" && table.refers_to_person(&other.name)
    });
    names_owner && !asks_for_user && !invites(column) && !invites(&table.name.name)
}

fn report(
    (table, policy): (&Table, &Policy),
    (condition, found): (&Condition, &AddressUse),
    cx: &mut Context,
) {
    let (name, claim) = (&policy.name, &found.claim);
    let origin = condition.at(found.span);
    match &found.known_by {
        KnownBy::Pattern(pattern) => {
            let is_domain = pattern.as_deref().is_some_and(is_domain);
            let who = if is_domain {
                "whoever confirms an address of this domain passes"
            } else {
                "whoever signs up with a fitting one passes"
            };
            let message = format!("policy `{name}` matches `{claim}` with a pattern: {who}");
            let finding = cx.report(origin, message).about(&table.name).about(name);
            finding.help("keep who may pass in a table, or in `app_metadata`, by user id");
            if is_domain {
                finding.level(Level::Info);
                finding.note("it holds only as long as addresses have to be confirmed");
            }
        }
        KnownBy::Column(column) => {
            let message = format!(
                "policy `{name}` finds the owner by `{column}`: rows are lost, or change hands, \
                with an address"
            );
            let finding = cx.report(origin, message).about(&table.name).about(name);
            let owner = table.columns.iter().find(|it| table.refers_to_person(&it.name));
            if let Some(owner) = owner {
                finding.help(format!("compare the user: {} = (select auth.uid())", owner.name));
            }
        }
    }
}

/// Whether a pattern fits the addresses of one domain and no others: `%@acme.com`.
fn is_domain(pattern: &str) -> bool {
    let is_name = |text: &str| {
        text.contains('.')
            && text.chars().all(|sign| sign.is_ascii_alphanumeric() || matches!(sign, '.' | '-'))
    };
    let like = pattern.strip_prefix("%@").is_some_and(is_name);
    let regex = pattern.strip_suffix('$').and_then(|text| text.split_once('@'));
    like || regex.is_some_and(|(_, domain)| is_name(&domain.replace("\\.", ".")))
}

#[cfg(test)]
mod tests {
    use trave_rule::Level;
    use trave_testing::{check, findings};

    const TABLE: &str = "
create table notes (id int primary key, email text not null, user_id uuid);
create table invitations (id int primary key, email text not null, user_id uuid);
alter table notes enable row level security;
alter table invitations enable row level security;
";

    #[test]
    fn a_whole_domain_is_an_info() {
        for (condition, level) in [
            ("auth.email() like '%@acme.com'", Level::Info),
            ("auth.email() ~ '@acme\\.com$'", Level::Info),
            ("auth.email() like '%acme.com'", Level::Warning),
            ("auth.email() ilike '%@acme.com%'", Level::Warning),
            ("auth.email() ~ 'acme'", Level::Warning),
            ("auth.email() like email || '%'", Level::Warning),
        ] {
            let sql = format!("{TABLE}create policy p on notes for select using ({condition});");
            assert_eq!(findings(&super::RULE, &sql)[0].level, level, "{condition}");
        }
    }

    #[test]
    fn an_invitation_knows_an_address_only() {
        for sql in [
            "create policy p on invitations for select using (email = auth.email());",
            "create policy p on notes for select
               using (user_id = auth.uid() or email = auth.email());",
        ] {
            check(&super::RULE, &format!("{TABLE}{sql}"));
        }
    }

    #[test]
    fn a_row_that_names_its_user_needs_no_address() {
        let sql =
            "create policy p on notes for select using (lower(email) = auth.jwt() ->> 'email');";
        assert_eq!(
            findings(&super::RULE, &format!("{TABLE}{sql}"))[0].help.as_deref(),
            Some("compare the user: user_id = (select auth.uid())")
        );
    }
}
