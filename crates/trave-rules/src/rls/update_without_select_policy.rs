//! Policies for changes of rows that nobody can find.

use trave_rule::catalog::{Catalog, Command, Policy, Table, Truth, quoted};
use trave_rule::query::Operation;
use trave_rule::value::ClientRole;
use trave_rule::words::list;
use trave_rule::{Context, Level, rule};

#[rule]
fn update_without_select_policy(table: &Table, cx: &mut Context) {
    let Some(catalog) = cx.catalog_of(table) else { return };
    let is_ours = table.provenance.is_migration() && catalog.is_exposed(&table.name.schema);
    if !table.rls_enabled || !is_ours {
        return;
    }
    let idle: Vec<&Policy> =
        table.policies.iter().filter(|policy| finds_nothing(catalog, table, policy)).collect();
    let Some(first) = idle.first() else { return };
    // Where code asks for the rows back, returning-without-select-policy says more.
    let model = cx.model();
    if model.queries_on(table).any(|query| model.returns_hidden_rows(query).is_some()) {
        return;
    }
    let mut by_callers = model.queries_on(table).filter(|query| !query.in_script).peekable();
    let is_for_server = by_callers.peek().is_some()
        && by_callers.all(|query| query.facts.client.role == ClientRole::Service);
    let mut sites = model.queries_on(table).filter(|query| {
        let changes = matches!(query.facts.operation, Some(Operation::Update | Operation::Delete));
        query.is_by_caller() && !query.in_script && changes
    });
    let site = sites.next();
    let name = table.name.short();
    let mut deeds: Vec<&str> = idle.iter().filter_map(|it| deed(it)).collect();
    deeds.sort_unstable();
    deeds.dedup();
    let message =
        format!("callers {} no row of `{name}`: no SELECT policy shows them any", list(deeds));
    let finding = cx
        .report(first.origin, message)
        .here("to change a row it has to be found first")
        .about(&table.name)
        .once_per(table.name.to_string());
    for policy in idle.iter().skip(1) {
        finding.about(&policy.name).label(policy.origin, "nor through this policy");
    }
    if let Some(past) = catalog.past_policy(&table.name, Command::Select) {
        let how = if past.cascaded { "went with this drop" } else { "was dropped here" };
        finding.label(past.origin, format!("policy `{}` {how}", past.name));
    }
    if let Some(site) = site {
        finding.label(site.facts.target_origin, "reports success, and changes nothing");
    }
    if is_for_server {
        finding.level(Level::Info).note(format!(
            "the code reaches `{name}` with the service role only, which needs no policy"
        ));
    }
    finding.help(help(table, first));
}

/// Whether a policy admits changes of callers to whom no policy shows a row.
fn finds_nothing(catalog: &Catalog, table: &Table, policy: &Policy) -> bool {
    let Some(command @ (Command::Update | Command::Delete)) = policy.command else { return false };
    let holds = |it: &Policy| it.using.as_ref().is_none_or(|it| it.truth() != Truth::Never);
    let is_meant = |role: &&str| {
        let roles = catalog.roles_of(role);
        policy.roles.iter().any(|it| roles.contains(it))
            && catalog.may(role, command, table) == Some(true)
            && catalog.may(role, Command::Select, table) == Some(true)
    };
    let sees = |role: &str| {
        let policies = catalog.policies_for(table, Command::Select, role);
        policies.iter().any(|it| it.permissive && holds(it))
    };
    let mut roles = ["anon", "authenticated"].into_iter().filter(is_meant).peekable();
    policy.permissive && holds(policy) && roles.peek().is_some() && !roles.any(sees)
}

fn deed(policy: &Policy) -> Option<&'static str> {
    Some(match policy.command? {
        Command::Update => "update",
        Command::Delete => "delete",
        Command::Select | Command::Insert => return None,
    })
}

/// A SELECT policy for the rows that may be changed.
fn help(table: &Table, policy: &Policy) -> String {
    let text = policy.using.as_ref().map_or("true", |using| using.text.as_str());
    let line: Vec<&str> = text.split_whitespace().collect();
    format!(
        "create policy {} on {} for select to {} using ({});",
        quoted(&format!("{}_read", table.name.name)),
        table.name,
        policy.roles.iter().map(|it| quoted(it)).collect::<Vec<_>>().join(", "),
        line.join(" ")
    )
}

#[cfg(test)]
mod tests {
    use trave_testing::{check, findings};

    const TABLE: &str = "
create table notes (id int primary key, owner_id uuid not null);
alter table notes enable row level security;
create policy change on notes for update to authenticated using (owner_id = (select auth.uid()));
";

    #[test]
    fn rows_that_are_shown_to_others_are_not_shown_to_these() {
        let sql = format!("{TABLE} create policy see on notes for select to anon using (true);");
        let found = findings(&super::RULE, &sql);
        assert_eq!(
            found[0].message,
            "callers update no row of `notes`: no SELECT policy shows them any"
        );
        assert_eq!(
            found[0].help.as_deref(),
            Some(
                "create policy notes_read on public.notes for select to authenticated using \
                 (owner_id = (select auth.uid()));"
            )
        );
    }

    #[test]
    fn a_policy_for_everybody_or_for_all_commands_shows_them() {
        for policy in ["for select using (id = 1)", "for all to authenticated using (id = 1)"] {
            check(&super::RULE, &format!("{TABLE} create policy see on notes {policy};"));
        }
    }

    #[test]
    fn who_may_not_read_the_table_is_no_caller() {
        check(&super::RULE, &format!("{TABLE} revoke all on notes from anon, authenticated;"));
    }
}
