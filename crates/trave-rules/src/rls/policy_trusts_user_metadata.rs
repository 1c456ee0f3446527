//! Policies that believe what users write about themselves.

use trave_rule::catalog::{Catalog, Condition, Policy, Table, quoted};
use trave_rule::source::Origin;
use trave_rule::{Context, rule};

#[rule]
fn policy_trusts_user_metadata(table: &Table, cx: &mut Context) {
    let Some(catalog) = cx.catalog_of(table) else { return };
    for policy in &table.policies {
        if let Some((origin, function)) = policy.conditions().find_map(|it| trusted(catalog, it)) {
            report((table, policy), (origin, function), cx);
        }
    }
}

/// Where a condition names it, or the function that does so for it.
fn trusted(catalog: &Catalog, condition: &Condition) -> Option<(Origin, Option<Origin>)> {
    if let Some(origin) = condition.user_metadata() {
        return Some((origin, None));
    }
    let mut called = catalog.functions_called(condition);
    let function = called.find(|function| function.trusts_user_metadata())?;
    Some((condition.origin, function.provenance.origin()))
}

fn report(
    (table, policy): (&Table, &Policy),
    (origin, function): (Origin, Option<Origin>),
    cx: &mut Context,
) {
    let message = format!(
        "every user can pass policy `{}`: it trusts metadata that they write themselves",
        policy.name
    );
    let finding = cx.report(origin, message).about(&table.name).about(&policy.name);
    if let Some(function) = function {
        finding.label(function, "reads the user's own metadata");
    }
    match rewritten(policy) {
        Some(clauses) => finding.help(format!(
            "alter policy {} on {}{clauses};",
            quoted(&policy.name),
            table.name
        )),
        None => finding.help("read `app_metadata`, which only the server writes, or a table"),
    };
}

/// The clauses with `app_metadata`; none where that is not all of it.
fn rewritten(policy: &Policy) -> Option<String> {
    let mut clauses = Vec::new();
    for (word, condition) in [("using", &policy.using), ("with check", &policy.check)] {
        let Some(condition) = condition else { continue };
        let text = condition.text.replace("user_metadata", "app_metadata");
        if text.contains('\n') || text.contains("raw_user") {
            return None;
        }
        if text != condition.text {
            clauses.push(format!(" {word} ({text})"));
        }
    }
    (!clauses.is_empty()).then(|| clauses.concat())
}

#[cfg(test)]
mod tests {
    use trave_testing::{check, findings};

    const TABLE: &str = "
create table notes (id int primary key, body text);
alter table notes enable row level security;
";

    #[test]
    fn a_function_in_between_hides_nothing() {
        let sql = "
create function is_admin() returns boolean language sql stable security definer
  set search_path = '' as $$
  select raw_user_meta_data ->> 'role' = 'admin' from auth.users where id = auth.uid() $$;
create policy admins on notes for all using (is_admin());";
        assert_eq!(findings(&super::RULE, &format!("{TABLE}{sql}")).len(), 1);
    }

    #[test]
    fn metadata_of_stored_files_is_another_thing() {
        let sql = "create policy p on storage.objects for select
  using (user_metadata ->> 'shared' = 'true');";
        check(&super::RULE, sql);
    }
}
