//! Policies that PostgreSQL refuses to expand: 42P17, "infinite recursion detected in policy".
//!
//! The server expands the policies of every table that a query names. While it expands policies
//! with sub-selects of a table, meeting that table again is an error (`fireRIRrules` in
//! `rewriteHandler.c`). Functions hide what they read, and so do views that do not run as their
//! caller.

use std::collections::BTreeSet;

use trave_source::Origin;

use crate::schema::{Catalog, Command, Condition, Policy, QualifiedName, Table};

/// Policies whose expansion comes back to where it began.
#[derive(Debug, Clone)]
pub struct PolicyCycle<'c> {
    /// The command that fails.
    pub command: Command,
    /// The policy that begins it.
    pub policy: &'c Policy,
    /// The tables on the way, without the first.
    pub through: Vec<QualifiedName>,
    /// The policies on the way.
    pub reads: Vec<Origin>,
}

/// The first command of `table` that fails because its policies lead back to it.
pub fn policy_cycle<'c>(catalog: &'c Catalog, table: &'c Table) -> Option<PolicyCycle<'c>> {
    Command::ALL.into_iter().find_map(|command| cycle_of(catalog, table, (command, false)))
}

/// The first command of `table` that begins to fail once a SELECT policy of it gets a sub-select
/// that reads nothing, such as `(select auth.uid())`: only then does the server look into these
/// policies when another policy of the table reads the table.
pub fn policy_cycle_with_subselect<'c>(
    catalog: &'c Catalog,
    table: &'c Table,
) -> Option<PolicyCycle<'c>> {
    let fails = |command| cycle_of(catalog, table, (command, true));
    Command::ALL
        .into_iter()
        .filter(|command| cycle_of(catalog, table, (*command, false)).is_none())
        .find_map(fails)
}

fn cycle_of<'c>(
    catalog: &'c Catalog,
    table: &'c Table,
    (command, always_expanded): (Command, bool),
) -> Option<PolicyCycle<'c>> {
    for (policy, read) in reads_of(catalog, table, command) {
        let seen = BTreeSet::new();
        let mut search = Search { catalog, start: &table.name, always_expanded, seen };
        let mut path = Vec::new();
        if search.reaches_start(&read, &mut path) {
            let reads = path.iter().map(|(_, origin)| *origin).collect();
            let through = path.into_iter().map(|(name, _)| name).collect();
            return Some(PolicyCycle { command, policy, through, reads });
        }
    }
    None
}

/// A walk along the SELECT policies that hold sub-selects.
struct Search<'c> {
    catalog: &'c Catalog,
    start: &'c QualifiedName,
    /// Taken as if the SELECT policies of the start held a sub-select.
    always_expanded: bool,
    seen: BTreeSet<QualifiedName>,
}

impl Search<'_> {
    /// Whether reading `name` expands policies that lead back to the start; `path` gets the way.
    fn reaches_start(
        &mut self,
        name: &QualifiedName,
        path: &mut Vec<(QualifiedName, Origin)>,
    ) -> bool {
        if name == self.start {
            return self.always_expanded || self.is_expanded(name);
        }
        if !self.seen.insert(name.clone()) {
            return false;
        }
        let Some(table) = self.catalog.tables.get(name).filter(|table| table.rls_enabled) else {
            return false;
        };
        for (policy, read) in reads_of(self.catalog, table, Command::Select) {
            path.push((name.clone(), policy.origin));
            if self.reaches_start(&read, path) {
                return true;
            }
            path.pop();
        }
        false
    }

    /// Whether the server looks into the SELECT policies of a table: they hold a sub-select.
    fn is_expanded(&self, name: &QualifiedName) -> bool {
        let Some(table) = self.catalog.tables.get(name) else { return false };
        conditions(table, Command::Select).any(|(_, condition)| condition.has_subselect())
    }
}

/// What the policies for a command read, each with its policy; only where row level security is on.
fn reads_of<'c>(
    catalog: &'c Catalog,
    table: &'c Table,
    command: Command,
) -> Vec<(&'c Policy, QualifiedName)> {
    if !table.rls_enabled {
        return Vec::new();
    }
    let tables = conditions(table, command).flat_map(|(policy, condition)| {
        condition.reads().into_iter().map(move |name| (policy, name))
    });
    tables
        .flat_map(|(policy, name)| {
            behind(catalog, name).into_iter().map(move |name| (policy, name))
        })
        .collect()
}

/// The tables behind a name: itself, or what a view that runs as its caller reads.
fn behind(catalog: &Catalog, name: QualifiedName) -> Vec<QualifiedName> {
    match catalog.views.get(&name) {
        Some(view) if view.security_invoker => view.reads.iter().cloned().collect(),
        Some(_) => Vec::new(),
        None => vec![name],
    }
}

/// The conditions that a command applies; an INSERT has no rows to find.
fn conditions(table: &Table, command: Command) -> impl Iterator<Item = (&Policy, &Condition)> {
    let policies = table
        .policies
        .iter()
        .filter(move |policy| policy.command.is_none_or(|covered| covered == command));
    policies.flat_map(move |policy| {
        let using =
            policy.using.as_ref().filter(|_| command != Command::Insert || policy.check.is_none());
        let check =
            policy.check.as_ref().filter(|_| matches!(command, Command::Insert | Command::Update));
        using.into_iter().chain(check).map(move |condition| (policy, condition))
    })
}
