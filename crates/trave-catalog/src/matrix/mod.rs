//! The access matrix: which rows a role reaches with each command, and through which policies.
//!
//! It answers as PostgreSQL does: the privilege first (`pg_class.relacl`, with `USAGE` on the
//! schema), then row level security. What is decided outside of it, such as which schemas an API
//! serves, is told beside the answer.

use smol_str::SmolStr;

use crate::{
    Catalog, Command, Condition, Grant, Policy, Provenance, QualifiedName, Table, Truth, View,
};

/// What a role gets with a command.
#[derive(Debug, Clone)]
pub enum Rows<'c> {
    /// Nothing certain can be said: dynamic SQL made the object, or its grants are in doubt.
    Unknown,
    /// The statement fails: the role lacks the privilege (`42501`).
    Denied,
    /// No row: row level security is on, and no policy admits one.
    Nothing,
    /// The rows that these policies admit.
    Admitted(Admitted<'c>),
    /// Every row, and why.
    Every(Why),
    /// What the tables behind a view show the role itself (`security_invoker`).
    AsReader,
}

/// Policies that decide together.
#[derive(Debug, Clone, Default)]
pub struct Admitted<'c> {
    /// One of these has to admit the row.
    pub permissive: Vec<&'c Policy>,
    /// Each of these has to admit it too.
    pub restrictive: Vec<&'c Policy>,
}

/// Why a role reaches every row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// Row level security is off.
    Off,
    /// The role passes it by (`BYPASSRLS`).
    Bypass,
    /// A policy admits every row.
    Policy,
    /// A view reads with the rights of its owner.
    Owner,
}

/// A table or a view, with what each role gets.
#[derive(Debug, Clone)]
pub struct Entry<'c> {
    /// Its name.
    pub name: &'c QualifiedName,
    /// What it is.
    pub subject: Subject<'c>,
    /// Whether an API serves its schema to callers.
    pub served: bool,
    /// One line a role, in the order of [`Matrix::roles`].
    pub lines: Vec<Line<'c>>,
}

/// What rows are read from.
#[derive(Debug, Clone, Copy)]
pub enum Subject<'c> {
    /// A table.
    Table(&'c Table),
    /// A view; only reading is told.
    View(&'c View),
}

/// What one role gets, command by command as in [`Command::ALL`].
#[derive(Debug, Clone)]
pub struct Line<'c> {
    /// The role.
    pub role: SmolStr,
    /// With each command.
    pub rows: [Rows<'c>; 4],
}

/// Roles against tables and views.
#[derive(Debug, Clone)]
pub struct Matrix<'c> {
    /// The roles, callers of the API first.
    pub roles: Vec<SmolStr>,
    /// Tables and views that migrations make, by name.
    pub entries: Vec<Entry<'c>>,
}

/// Who calls the API of a Supabase project, by rising rights.
const CALLERS: [&str; 3] = ["anon", "authenticated", "service_role"];

impl Catalog {
    /// The access matrix of everything that the migrations make, and of the platform's tables
    /// that they write policies for.
    pub fn access(&self) -> Matrix<'_> {
        let roles = self.roles_of_interest();
        let tables = self.tables.values().filter(|table| is_of_project(table)).map(|table| Entry {
            name: &table.name,
            subject: Subject::Table(table),
            served: self.is_exposed(&table.name.schema),
            lines: roles.iter().map(|role| self.table_line(role, table)).collect(),
        });
        let views = self.views.values().filter(|view| view.provenance.is_migration());
        let views = views.map(|view| Entry {
            name: &view.name,
            subject: Subject::View(view),
            served: self.is_exposed(&view.name.schema),
            lines: roles.iter().map(|role| self.view_line(role, view)).collect(),
        });
        let mut entries: Vec<Entry> = tables.chain(views).collect();
        entries.sort_by_key(|entry| entry.name);
        Matrix { roles, entries }
    }

    /// Which rows of a table a role reaches with a command.
    pub fn rows_for<'c>(&self, role: &str, command: Command, table: &'c Table) -> Rows<'c> {
        match self.may(role, command, table) {
            None => return Rows::Unknown,
            Some(false) => return Rows::Denied,
            Some(true) => {}
        }
        if !table.rls_enabled {
            return Rows::Every(Why::Off);
        }
        if self.bypasses_rls(role) {
            return Rows::Every(Why::Bypass);
        }
        decide(role, command, self.policies_for(table, command, role))
    }

    fn table_line<'c>(&self, role: &SmolStr, table: &'c Table) -> Line<'c> {
        let rows = Command::ALL.map(|command| self.rows_for(role, command, table));
        Line { role: role.clone(), rows }
    }

    fn view_line<'c>(&self, role: &SmolStr, view: &'c View) -> Line<'c> {
        let reading = match self.holds(role, "SELECT", (&view.name, &view.grants)) {
            None => Rows::Unknown,
            Some(false) => Rows::Denied,
            Some(true) if view.security_invoker => Rows::AsReader,
            Some(true) => Rows::Every(Why::Owner),
        };
        Line { role: role.clone(), rows: [reading, Rows::Denied, Rows::Denied, Rows::Denied] }
    }

    /// The callers of the API, or without one, and beside them, roles that some statement of the
    /// project grants something or writes a policy for.
    fn roles_of_interest(&self) -> Vec<SmolStr> {
        let mut roles: Vec<SmolStr> = Vec::new();
        if self.exposed {
            roles.extend(CALLERS.map(SmolStr::new));
        }
        let tables = self.tables.values().filter(|table| is_of_project(table));
        let granted = tables.clone().flat_map(|table| &table.grants);
        let granted = granted.filter(|grant| grant.origin.is_some()).map(|grant| &grant.role);
        let policies = tables.flat_map(|table| &table.policies);
        let named = policies.flat_map(|policy| &policy.roles);
        let mut others: Vec<&SmolStr> =
            granted.chain(named).filter(|role| !is_everywhere(role)).collect();
        others.sort();
        for role in others {
            if !roles.contains(role) {
                roles.push(role.clone());
            }
        }
        if roles.is_empty() {
            roles.push("public".into());
        }
        roles
    }

    fn holds(
        &self,
        role: &str,
        privilege: &str,
        (name, grants): (&QualifiedName, &[Grant]),
    ) -> Option<bool> {
        if self.unknown.contains(name) {
            return None;
        }
        let roles = self.roles_of(role);
        let schema = self.schemas.get(&name.schema)?;
        let held = |grants: &[Grant], privilege: &str| {
            grants.iter().any(|grant| grant.privilege == privilege && roles.contains(&grant.role))
        };
        Some(held(&schema.grants, "USAGE") && held(grants, privilege))
    }
}

/// What policies admit together.
fn decide<'c>(role: &str, command: Command, policies: Vec<&'c Policy>) -> Rows<'c> {
    let truth = |policy: &Policy| truth_for(role, policy.guard(command));
    let (permissive, restrictive): (Vec<&Policy>, Vec<&Policy>) =
        policies.into_iter().partition(|policy| policy.permissive);
    if restrictive.iter().any(|policy| truth(policy) == Truth::Never) {
        return Rows::Nothing;
    }
    let restrictive: Vec<&Policy> =
        restrictive.into_iter().filter(|policy| truth(policy) != Truth::Always).collect();
    if restrictive.is_empty() && permissive.iter().any(|policy| truth(policy) == Truth::Always) {
        return Rows::Every(Why::Policy);
    }
    let permissive: Vec<&Policy> =
        permissive.into_iter().filter(|policy| truth(policy) != Truth::Never).collect();
    if permissive.is_empty() {
        return Rows::Nothing;
    }
    Rows::Admitted(Admitted { permissive, restrictive })
}

/// What a condition comes to for a role; one that was not written holds.
fn truth_for(role: &str, condition: Option<&Condition>) -> Truth {
    let Some(condition) = condition else { return Truth::Always };
    match condition.truth() {
        Truth::AnySession if role == "authenticated" => Truth::Always,
        _ if role == "anon" && condition.shuts_out_strangers() => Truth::Never,
        truth => truth,
    }
}

fn is_of_project(table: &Table) -> bool {
    match table.provenance {
        Provenance::Migration(_) => true,
        Provenance::Platform => !table.policies.is_empty(),
        Provenance::Declaration(_) | Provenance::Generated(_) | Provenance::Unknown(_) => false,
    }
}

/// Roles that stand for everybody or for the server's owner.
fn is_everywhere(role: &str) -> bool {
    matches!(role, "public" | "postgres" | "dashboard_user")
        || role.starts_with("supabase_")
        || role.starts_with("pg_")
}

#[cfg(test)]
mod tests;
