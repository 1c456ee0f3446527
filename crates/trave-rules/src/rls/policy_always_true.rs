//! Policies that admit every write.

use trave_rule::catalog::{Catalog, Command, Condition, Policy, Table, Truth, quoted};
use trave_rule::model::Query;
use trave_rule::value::ClientRole;
use trave_rule::words::{callers, deeds};
use trave_rule::{Context, rule};

const WRITES: [Command; 3] = [Command::Insert, Command::Update, Command::Delete];

#[rule]
fn policy_always_true(table: &Table, cx: &mut Context) {
    for policy in &table.policies {
        check(table, policy, cx);
    }
}

fn check(table: &Table, policy: &Policy, cx: &mut Context) {
    let Some(role) = caller(policy) else { return };
    let is_told = |catalog: &Catalog| !catalog.dropped_scope(table, policy).is_empty();
    // An idle `or` and a check that drops the scope have rules of their own.
    let is_told = policy.conditions().any(is_idle_or) || cx.catalog_of(table).is_some_and(is_told);
    if !policy.permissive || !table.rls_enabled || is_told {
        return;
    }
    let open: Vec<Command> = WRITES
        .into_iter()
        .filter(|command| policy.is_for(*command) && is_open(policy, *command))
        .collect();
    if open.is_empty() {
        return;
    }
    let name = &table.name.name;
    let help = help(table, policy, &open, cx);
    cx.report(policy.origin, format!("{} can {} any row of `{name}`", callers(role), deeds(&open)))
        .here(format!("for {}", policy.command.map_or("ALL", Command::privilege)))
        .about(&table.name)
        .about(&policy.name)
        .help(help);
}

/// A comparison with the column that names the owner; without one, and without code that writes as
/// the caller, the policy serves nobody.
fn help(table: &Table, policy: &Policy, open: &[Command], cx: &Context) -> String {
    let mut columns = table.columns.iter().map(|column| &column.name);
    if let Some(owner) = columns.find(|column| table.refers_to_person(column)) {
        return format!(
            "compare a column of the row with the caller, as in `{owner} = (select auth.uid())`"
        );
    }
    let is_code_known = !cx.model().queries.is_empty();
    let mut queries = cx.model().queries_on(table).filter(|query| !query.in_script);
    let writes = |query: &Query| {
        query.facts.client.role != ClientRole::Service
            && query.commands().iter().any(|command| open.contains(command))
    };
    if is_code_known && !queries.any(writes) {
        return format!(
            "no code writes these rows with the rights of a caller, and the service role needs no \
            policy: drop policy {} on {};",
            quoted(&policy.name),
            table.name
        );
    }
    "compare a column of the row with the caller, or let the server write these rows".to_owned()
}

/// The widest role of callers that a policy applies to.
fn caller(policy: &Policy) -> Option<&'static str> {
    let names = |role: &str| policy.roles.iter().any(|name| name == role);
    if names("public") || names("anon") {
        return Some(if only_sessions(policy) { "authenticated" } else { "anon" });
    }
    names("authenticated").then_some("authenticated")
}

/// Whether its conditions at least ask for a session.
fn only_sessions(policy: &Policy) -> bool {
    let asks = |condition: &Condition| condition.truth() == Truth::AnySession;
    policy.using.iter().chain(&policy.check).any(asks)
}

/// Whether one side of an `or` is all that holds.
fn is_idle_or(condition: &Condition) -> bool {
    condition.truth() != Truth::Depends && condition.open_side_in_session().is_some()
}

/// Whether every condition that guards a command always holds.
fn is_open(policy: &Policy, command: Command) -> bool {
    let using = (command != Command::Insert).then_some(policy.using.as_ref());
    let check =
        (command != Command::Delete).then(|| policy.check.as_ref().or(policy.using.as_ref()));
    let holds =
        |condition: &Condition| matches!(condition.truth(), Truth::Always | Truth::AnySession);
    let mut conditions = using.into_iter().chain(check);
    conditions.all(|condition| condition.is_some_and(holds))
}
