//! What a table without row level security is to callers: one rule speaks of each case.

use trave_catalog::{Catalog, Column, Command, Policy, Table, TableKind};
use trave_source::Origin;

use super::access::caller_privileges;
use crate::model::Model;

/// A table that callers reach while row level security is off.
#[derive(Debug, Clone)]
pub struct OpenTable<'m> {
    /// The widest role of callers that holds something on it.
    pub role: &'static str,
    /// What it may do, as far as the API serves the table.
    pub commands: Vec<Command>,
    /// What makes it more than a table that somebody left open.
    pub role_in_project: OpenAs<'m>,
}

/// What a table without row level security is to callers, the worst first.
#[derive(Debug, Clone)]
pub enum OpenAs<'m> {
    /// It has policies, and nothing applies them.
    WithPolicies,
    /// It is a part of this table, whose policies it passes by.
    PartOf(&'m Table),
    /// These columns of it hold secrets, and callers read them.
    WithSecrets(Vec<&'m Column>),
    /// Policies of other tables believe what its rows say, and callers write these.
    Believed(Vec<(&'m Table, &'m Policy)>),
    /// Each change is sent to subscribers, since this place.
    Sent(Origin),
    /// No more than that.
    Plain,
}

impl Model {
    /// What callers reach of a table without row level security, and what the table is to them.
    /// None where row level security is on or cannot be, where callers hold nothing, or where the
    /// settings call the table public and it is no more than that.
    pub fn open_table<'m>(
        &'m self,
        catalog: &'m Catalog,
        table: &'m Table,
    ) -> Option<OpenTable<'m>> {
        let is_ours = table.provenance.is_migration() && table.kind != TableKind::Foreign;
        if table.rls_enabled || !is_ours {
            return None;
        }
        let is_served = catalog.is_exposed(&table.name.schema);
        let (role, commands) = caller_privileges(catalog, table)?;
        let commands = if is_served { commands } else { Vec::new() };
        let as_what = open_as(catalog, table, &commands)?;
        let shows = matches!(as_what, OpenAs::Sent(_) | OpenAs::Plain);
        if shows && self.is_public(&table.name.name) {
            return None;
        }
        if !is_served && !matches!(as_what, OpenAs::Sent(_)) {
            return None;
        }
        Some(OpenTable { role, commands, role_in_project: as_what })
    }
}

fn open_as<'m>(catalog: &'m Catalog, table: &'m Table, commands: &[Command]) -> Option<OpenAs<'m>> {
    if !table.policies.is_empty() {
        return Some(OpenAs::WithPolicies);
    }
    if let Some(whole) = catalog.guarded_whole(table) {
        return Some(OpenAs::PartOf(whole));
    }
    // What the whole table lacks is said of the whole.
    if table.is_partition {
        return None;
    }
    let mut callers = ["anon", "authenticated"].into_iter();
    let is_readable = callers.any(|role| catalog.may(role, Command::Select, table) == Some(true));
    let secrets: Vec<&Column> = table.secret_columns().collect();
    if is_readable && !secrets.is_empty() {
        return Some(OpenAs::WithSecrets(secrets));
    }
    let may_write = commands.iter().any(|command| *command != Command::Select);
    let believing = if may_write { believing(catalog, table) } else { Vec::new() };
    if !believing.is_empty() {
        return Some(OpenAs::Believed(believing));
    }
    match catalog.sent_to_subscribers(table).filter(|_| is_readable) {
        Some(origin) => Some(OpenAs::Sent(origin)),
        None => Some(OpenAs::Plain),
    }
}

/// The policies of other tables that read this one, by themselves or through a function.
fn believing<'m>(catalog: &'m Catalog, table: &Table) -> Vec<(&'m Table, &'m Policy)> {
    let believes = |policy: &Policy| {
        policy.conditions().any(|condition| {
            condition.reads().contains(&table.name)
                || catalog.functions_called(condition).any(|it| it.tables.contains(&table.name))
        })
    };
    let guarded = catalog.tables.values().filter(|it| it.rls_enabled && it.name != table.name);
    let policies = guarded.flat_map(|it| it.policies.iter().map(move |policy| (it, policy)));
    policies.filter(|(_, policy)| is_for_callers(policy) && believes(policy)).collect()
}

fn is_for_callers(policy: &Policy) -> bool {
    policy.roles.iter().any(|role| role != "service_role" && role != "postgres")
}
