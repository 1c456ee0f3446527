//! Roles that a policy expects and that no token names.

use trave_rule::catalog::{Catalog, Condition, ExpectedRole, Policy, Table};
use trave_rule::{Context, rule};

#[rule]
fn unknown_auth_role(table: &Table, cx: &mut Context) {
    let Some(catalog) = cx.catalog_of(table) else { return };
    if !table.rls_enabled || !catalog.exposed || catalog.writes_token_roles() {
        return;
    }
    for policy in table.policies.iter().filter(|policy| policy.is_for_callers()) {
        let found = policy.conditions().find_map(|it| Some((it, unknown(catalog, it)?)));
        if let Some((condition, role)) = found {
            report((table, policy), (condition, &role), cx);
        }
    }
}

/// A role that neither the platform nor the project knows.
fn unknown(catalog: &Catalog, condition: &Condition) -> Option<ExpectedRole> {
    let mut roles = condition.expected_roles().into_iter();
    roles.find(|role| !role.is_issued() && !catalog.roles.contains_key(&role.name))
}

fn report(
    (table, policy): (&Table, &Policy),
    (condition, role): (&Condition, &ExpectedRole),
    cx: &mut Context,
) {
    let name = &role.name;
    let outcome = if role.negated { "everybody passes" } else { "nobody passes" };
    let sign = if role.negated { "<>" } else { "=" };
    cx.report(
        condition.at(role.span),
        format!("{outcome} this test of policy `{}`: no token has the role `{name}`", policy.name),
    )
    .about(&table.name)
    .about(&policy.name)
    .note("the role of a token is `anon`, `authenticated` or `service_role`")
    .help(format!(
        "keep it in `app_metadata`: (select auth.jwt()) -> 'app_metadata' ->> 'role' {sign} \
        '{name}'"
    ));
}

#[cfg(test)]
mod tests {
    use trave_testing::{check, findings};

    const TABLE: &str = "
create table notes (id int primary key, owner_id uuid not null, role text);
alter table notes enable row level security;
";

    #[test]
    fn roles_of_the_project_and_of_other_places_are_known() {
        let sql = "create role editor;
create policy p on notes for select using (auth.role() in ('editor', 'service_role'));
create policy q on notes for update using (role = 'admin');
create policy r on notes for delete
  using ((auth.jwt() -> 'app_metadata' ->> 'role') = 'admin');";
        check(&super::RULE, &format!("{TABLE}{sql}"));
    }

    #[test]
    fn a_hook_may_write_any_role() {
        let sql = "create function add_role(event jsonb) returns jsonb language plpgsql as
  $$ begin return jsonb_set(event, '{claims,role}', '\"admin\"'); end $$;
create policy p on notes for select using (auth.role() = 'admin');";
        check(&super::RULE, &format!("{TABLE}{sql}"));
        let config =
            "\n//- supabase/config.toml\n[auth.hook.custom_access_token]\nenabled = true\n";
        let sql = "create policy p on notes for select using (auth.role() = 'admin');";
        check(&super::RULE, &format!("{TABLE}{sql}{config}"));
    }

    #[test]
    fn to_be_no_admin_is_what_everybody_is() {
        let sql = "create policy p on notes for select using (auth.jwt() ->> 'role' <> 'banned');";
        assert_eq!(
            findings(&super::RULE, &format!("{TABLE}{sql}"))[0].message,
            "everybody passes this test of policy `p`: no token has the role `banned`"
        );
    }
}
