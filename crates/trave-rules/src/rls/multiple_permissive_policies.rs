//! Permissive policies that are all evaluated for the same rows.

use trave_rule::catalog::{Catalog, Command, Condition, Policy, Table, Truth, quoted};
use trave_rule::words::{code_list, list};
use trave_rule::{Context, Level, rule};

/// Policies that apply together.
struct Overlap<'t> {
    command: Command,
    policies: Vec<&'t Policy>,
}

#[rule]
fn multiple_permissive_policies(table: &Table, cx: &mut Context) {
    let Some(catalog) = cx.catalog_of(table) else { return };
    if !table.provenance.is_migration() || !table.rls_enabled {
        return;
    }
    let overlaps: Vec<Overlap> =
        Command::ALL.into_iter().filter_map(|command| widest(catalog, table, command)).collect();
    let Some(first) = overlaps.first() else { return };
    let Some((lead, others)) = first.policies.split_first() else { return };
    let counts = overlaps
        .iter()
        .map(|overlap| format!("{} {}", overlap.policies.len(), overlap.command.privilege()));
    let message = format!(
        "each row of `{}` is checked against {} policies",
        table.name.short(),
        list(counts)
    );
    let finding = cx.report(lead.origin, message).about(&table.name).level(Level::Info);
    for policy in others {
        finding.label(policy.origin, format!("applies to {} too", first.command.privilege()));
    }
    let advice: Vec<Advice> = overlaps.iter().flat_map(|it| advice(table, it)).collect();
    if advice.is_empty() {
        let command = first.command.privilege();
        let names = code_list(first.policies.iter().map(|policy| &policy.name));
        finding.help(format!("join the conditions of {names} with `or` in one {command} policy"));
        return;
    }
    finding.level(Level::Warning);
    let mut told: Vec<&str> = Vec::new();
    for Advice { reason, statement } in &advice {
        if !told.contains(&reason.as_str()) {
            finding.note(reason);
            told.push(reason);
        }
        if let Some(statement) = statement.as_deref().filter(|it| !told.contains(it)) {
            finding.help(statement);
            told.push(statement);
        }
    }
}

/// Why a policy can go, and the statement for it.
struct Advice {
    reason: String,
    statement: Option<String>,
}

/// The most policies that apply to a command of one role, if they are several.
fn widest<'t>(catalog: &Catalog, table: &'t Table, command: Command) -> Option<Overlap<'t>> {
    let covers = |policy: &&Policy| policy.permissive && policy.is_for(command);
    let of_command: Vec<&Policy> = table.policies.iter().filter(covers).collect();
    let written = of_command.iter().flat_map(|policy| &policy.roles).map(|role| &**role);
    let roles = written.chain(["anon", "authenticated"]);
    let roles = roles.filter(|role| *role != "public" && !catalog.bypasses_rls(role));
    let of_role = |role: &str| -> Vec<&'t Policy> {
        let names =
            |policy: &&&Policy| policy.roles.iter().any(|name| name == role || name == "public");
        of_command.iter().filter(names).copied().collect()
    };
    let policies = roles.map(of_role).max_by_key(Vec::len)?;
    (policies.len() > 1).then_some(Overlap { command, policies })
}

/// Which of them can go; none where each has its own part.
fn advice(table: &Table, overlap: &Overlap) -> Vec<Advice> {
    let command = overlap.command;
    let is_open =
        |policy: &&&Policy| policy.guard(command).is_some_and(|it| it.truth() == Truth::Always);
    let open = overlap.policies.iter().find(is_open);
    let mut found = Vec::new();
    for (at, policy) in overlap.policies.iter().enumerate() {
        let before = overlap.policies.get(..at).unwrap_or_default();
        let name = &policy.name;
        let drop = format!("drop policy {} on {};", quoted(name), table.name);
        if asks_for_service_role(policy) {
            let reason = format!("`{name}` is for `service_role`, which no policy applies to");
            found.push(Advice { reason, statement: Some(drop) });
            continue;
        }
        let reason = if let Some(open) = open.filter(|open| covers(open, policy, command)) {
            format!("`{}` admits every row, so that `{name}` adds nothing", open.name)
        } else if let Some(twin) = before.iter().find(|it| is_same(it, policy, command)) {
            format!("`{}` and `{name}` say the same", twin.name)
        } else {
            continue;
        };
        let reason = format!("{reason} for {}", command.privilege());
        // One for all commands may be needed for others.
        found.push(Advice { reason, statement: policy.command.map(|_| drop) });
    }
    found
}

/// Whether a policy applies to whomever another one does.
fn covers(open: &Policy, policy: &Policy, command: Command) -> bool {
    let is_other = open.name != policy.name;
    let holds = policy.guard(command).is_some_and(|it| it.truth() != Truth::Always);
    let is_for_all = open.roles.iter().any(|role| role == "public");
    is_other && holds && (is_for_all || policy.roles.iter().all(|role| open.roles.contains(role)))
}

fn is_same(one: &Policy, other: &Policy, command: Command) -> bool {
    let text = |policy: &Policy| {
        let condition = policy.guard(command)?;
        Some(condition.text.split_whitespace().collect::<Vec<_>>().join(" "))
    };
    one.roles == other.roles && text(one).is_some() && text(one) == text(other)
}

/// Whether it is written for the server, whom row level security does not hold up.
fn asks_for_service_role(policy: &Policy) -> bool {
    let is_constant = |condition: &Condition| {
        let bare = |sign: &char| !sign.is_whitespace() && !matches!(sign, '(' | ')');
        let text: String = condition.text.to_lowercase().chars().filter(bare).collect();
        let text = text.trim_end_matches("::text");
        text.ends_with("='service_role'") && condition.columns().is_empty()
    };
    policy.conditions().next().is_some() && policy.conditions().all(is_constant)
}

#[cfg(test)]
mod tests {
    use trave_testing::{check, findings};

    const TABLE: &str = "
create table notes (id int primary key, owner_id uuid not null, team_id int not null);
alter table notes enable row level security;
create policy own on notes for all to authenticated using (owner_id = (select auth.uid()));
";

    #[test]
    fn the_server_needs_no_policy() {
        let sql = "create policy server on notes using (auth.role() = 'service_role');";
        let found = findings(&super::RULE, &format!("{TABLE}{sql}"));
        assert_eq!(found[0].help.as_deref(), Some("drop policy server on public.notes;"));
        assert_eq!(found[0].level, trave_rule::Level::Warning);
    }

    #[test]
    fn each_with_a_part_of_its_own_is_only_worth_a_mention() {
        let sql = "create policy team on notes for select to authenticated using (team_id = 1);";
        let found = findings(&super::RULE, &format!("{TABLE}{sql}"));
        assert_eq!(found[0].message, "each row of `notes` is checked against 2 SELECT policies");
        assert_eq!(found[0].level, trave_rule::Level::Info);
    }

    #[test]
    fn other_roles_and_restrictive_policies_do_not_count() {
        let sql = "
create policy strangers on notes for select to anon using (team_id = 1);
create policy server on notes for all to service_role using (true);
create policy both on notes as restrictive for all using (team_id > 0);";
        check(&super::RULE, &format!("{TABLE}{sql}"));
    }
}
