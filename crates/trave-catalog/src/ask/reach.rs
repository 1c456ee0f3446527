//! Other ways to the rows of a table: its own name as a part, a publication, default grants.

use std::collections::BTreeSet;

use smol_str::SmolStr;
use trave_source::Origin;

use crate::{Catalog, QualifiedName, Table};

/// The publication that the platform sends to whoever subscribes.
const REALTIME: &str = "supabase_realtime";

/// What a statement of the project hands to callers of the API, of tables made later.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DefaultGrant {
    /// The statement.
    pub origin: Origin,
    /// Who makes the tables.
    pub for_role: SmolStr,
    /// The schema; none for all of them.
    pub schema: Option<SmolStr>,
    /// Who gets something, the wider role first.
    pub roles: Vec<SmolStr>,
    /// What: `SELECT`, `INSERT`, `UPDATE`, `DELETE`.
    pub privileges: Vec<SmolStr>,
}

impl Catalog {
    /// The table with row level security that a table is a part of: a query on the whole meets the
    /// policies of the whole, one on the part only its own.
    pub fn guarded_whole(&self, table: &Table) -> Option<&Table> {
        let mut seen: BTreeSet<&QualifiedName> = BTreeSet::new();
        let mut open: Vec<&QualifiedName> = table.inherits.iter().chain(&table.parent).collect();
        while let Some(name) = open.pop() {
            let Some(whole) = self.tables.get(name).filter(|_| seen.insert(name)) else { continue };
            if whole.rls_enabled {
                return Some(whole);
            }
            open.extend(whole.inherits.iter().chain(&whole.parent));
        }
        None
    }

    /// Where a table was added to the publication that callers subscribe to.
    pub fn sent_to_subscribers(&self, table: &Table) -> Option<Origin> {
        let publication = self.publications.get(REALTIME)?;
        let own = publication.tables.get(&table.name).copied();
        let all = || publication.provenance.origin().filter(|_| publication.all_tables);
        own.or_else(all)
    }

    /// What statements of the project hand to callers of tables made later, beyond what the
    /// platform does by itself: one for each statement and schema.
    pub fn default_grants(&self) -> Vec<DefaultGrant> {
        const ROLES: [&str; 3] = ["public", "anon", "authenticated"];
        const PRIVILEGES: [&str; 4] = ["SELECT", "INSERT", "UPDATE", "DELETE"];
        let mut found: Vec<DefaultGrant> = Vec::new();
        for entry in self.default_privileges.iter().filter(|it| it.objects == "TABLES") {
            let is_ours = !entry.of_platform
                && ROLES.contains(&entry.role.as_str())
                && PRIVILEGES.contains(&entry.privilege.as_str());
            let Some(origin) = entry.origin.filter(|_| is_ours) else { continue };
            let same = |it: &&mut DefaultGrant| {
                (it.origin, &it.schema, &it.for_role) == (origin, &entry.schema, &entry.for_role)
            };
            let known = found.iter_mut().find(same);
            let Some(grant) = known else {
                found.push(DefaultGrant {
                    origin,
                    for_role: entry.for_role.clone(),
                    schema: entry.schema.clone(),
                    roles: vec![entry.role.clone()],
                    privileges: vec![entry.privilege.clone()],
                });
                continue;
            };
            add(&mut grant.roles, &entry.role);
            add(&mut grant.privileges, &entry.privilege);
        }
        let place = |list: &[&str], one: &SmolStr| list.iter().position(|it| it == one);
        for grant in &mut found {
            grant.roles.sort_by_key(|it| place(&ROLES, it));
            grant.privileges.sort_by_key(|it| place(&PRIVILEGES, it));
        }
        found
    }
}

fn add(list: &mut Vec<SmolStr>, one: &SmolStr) {
    if !list.contains(one) {
        list.push(one.clone());
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{catalog, table};

    #[test]
    fn a_part_has_the_policies_of_the_whole_only_through_it() {
        let catalog = catalog(
            "create table events (id int, at date) partition by range (at);
             create table year partition of events for values from ('2024-01-01') to
               ('2025-01-01') partition by range (at);
             create table month partition of year for values from ('2024-01-01') to ('2024-02-01');
             create table other (id int);
             alter table events enable row level security;",
        );
        let whole = catalog.guarded_whole(table(&catalog, "month")).unwrap();
        assert_eq!(whole.name.name, "events");
        assert!(catalog.guarded_whole(table(&catalog, "other")).is_none());
    }

    #[test]
    fn only_what_the_platform_does_not_hand_out_is_the_projects() {
        let catalog = catalog(
            "create schema api;
             alter default privileges in schema public grant all on tables to anon;
             alter default privileges in schema api grant select, insert on tables to
               authenticated, anon, service_role;
             alter default privileges in schema api grant execute on functions to anon;",
        );
        let grants = catalog.default_grants();
        assert_eq!(grants.len(), 1);
        assert_eq!(grants[0].schema.as_deref(), Some("api"));
        assert_eq!(grants[0].roles, ["anon", "authenticated"]);
        assert_eq!(grants[0].privileges, ["SELECT", "INSERT"]);
    }

    #[test]
    fn what_is_published_is_sent() {
        let catalog = catalog(
            "create table a (id int); create table b (id int);
             alter publication supabase_realtime add table a;",
        );
        assert!(catalog.sent_to_subscribers(table(&catalog, "a")).is_some());
        assert!(catalog.sent_to_subscribers(table(&catalog, "b")).is_none());
    }
}
