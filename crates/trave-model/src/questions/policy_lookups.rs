//! What policies find rows by, and no index serves.

use smol_str::SmolStr;
use trave_catalog::{Catalog, Command, Policy, Table, Truth};
use trave_source::Origin;

use super::coarse::Narrowing;
use super::scan::Serving;
use crate::model::{Model, Query};

/// A look into a table that a policy takes for each query, and that reads all of it.
#[derive(Debug, Clone)]
pub struct PolicyLookup<'m> {
    /// What it finds rows by: an index on these columns, or on one of them, would do.
    pub columns: Vec<SmolStr>,
    /// The policy.
    pub policy: &'m Policy,
    /// The table of the policy: another one where its sub-select looks.
    pub of: &'m Table,
    /// The condition or the sub-select.
    pub origin: Origin,
    /// It may run for each row of `of`.
    pub per_row: bool,
    /// A query that meets the policy.
    pub query: &'m Query,
}

impl Model {
    /// Whether a table may hold many rows: migrations make it, and something adds to it.
    pub fn may_grow(&self, table: &Table) -> bool {
        table.provenance.is_migration()
            && !self.is_small(&table.name.name)
            && !self.stays_as_seeded(table)
            && !self.is_lookup(table)
    }

    /// What policies look for in a table that may grow, and no index finds: rows of the caller in
    /// lists that nothing else narrows, and rows that sub-selects of policies ask for.
    pub fn unserved_policy_lookups<'m>(
        &'m self,
        catalog: &'m Catalog,
        table: &'m Table,
    ) -> Vec<PolicyLookup<'m>> {
        if !self.may_grow(table) {
            return Vec::new();
        }
        let cascading = self.unindexed_cascades(table);
        let is_told = |columns: &[SmolStr]| {
            cascading.iter().any(|it| it.key.columns.first() == columns.first())
        };
        let mut found = self.own_lookups(catalog, table);
        found.extend(self.inner_lookups(catalog, table));
        found.retain(|lookup| !is_told(&lookup.columns));
        found
    }

    /// Lists that only policies narrow. A row that any permissive policy admits is seen: an index
    /// helps where each of them can use one.
    fn own_lookups<'m>(&'m self, catalog: &'m Catalog, table: &'m Table) -> Vec<PolicyLookup<'m>> {
        let list =
            self.queries_on(table).find(|query| self.is_narrowed_by_policy_only(query, table));
        let Some(query) = list.filter(|_| table.rls_enabled) else { return Vec::new() };
        let policies = catalog.policies_for(table, Command::Select, "authenticated");
        let holds = |policy: &&Policy| {
            policy.using.as_ref().is_none_or(|using| using.truth() != Truth::Never)
        };
        let (permissive, restrictive): (Vec<&Policy>, Vec<&Policy>) =
            policies.into_iter().filter(holds).partition(|policy| policy.permissive);
        let ways = |policy: &Policy| policy.using.as_ref()?.finding_columns(table, catalog);
        let is_served = |ways: Vec<Vec<SmolStr>>| ways.iter().all(|way| has_index(table, way));
        if restrictive.iter().any(|policy| ways(policy).is_some_and(is_served)) {
            return Vec::new();
        }
        let mut found = Vec::new();
        for policy in permissive {
            let (Some(ways), Some(using)) = (ways(policy), &policy.using) else {
                return Vec::new();
            };
            let unserved = ways.into_iter().filter(|way| !has_index(table, way));
            found.extend(unserved.map(|columns| PolicyLookup {
                columns,
                policy,
                of: table,
                origin: using.origin,
                per_row: false,
                query,
            }));
        }
        found
    }

    /// Whether callers read a list whose own filters leave nearly all rows.
    fn is_narrowed_by_policy_only(&self, query: &Query, table: &Table) -> bool {
        let is_served = |query: &Query| match self.serving(query, table) {
            Serving::Served => true,
            Serving::Unfiltered => false,
            Serving::Unserved(filters) => {
                filters.iter().any(|filter| self.narrowing(query, table, filter) == Narrowing::Fine)
            }
        };
        meets_policies(query) && query.is_list(table) && !is_served(query)
    }

    /// Sub-selects that look into this table, in policies that some query of a caller meets.
    fn inner_lookups<'m>(
        &'m self,
        catalog: &'m Catalog,
        table: &'m Table,
    ) -> Vec<PolicyLookup<'m>> {
        let lookups = catalog.policy_lookups(&table.name);
        let unserved = lookups
            .filter(|(_, policy, it)| !has_index(table, &it.columns) && is_for_callers(policy));
        let met = unserved.filter_map(|(of, policy, it)| {
            let meets = |query: &&Query| {
                meets_policies(query) && query.commands().iter().any(|it| policy.is_for(*it))
            };
            let query = self.queries_on(of).find(meets)?;
            let (columns, origin, per_row) = (it.columns.clone(), it.origin, it.per_row);
            Some(PolicyLookup { columns, policy, of, origin, per_row, query })
        });
        met.collect()
    }
}

/// Whether policies decide what a query of the project sees.
fn meets_policies(query: &Query) -> bool {
    query.is_by_caller() && query.sent && !query.in_script && !query.in_dead_code
}

fn is_for_callers(policy: &Policy) -> bool {
    policy.roles.iter().any(|role| role != "service_role" && role != "postgres")
}

/// Whether some index begins with one of these columns; a partial one may do.
fn has_index(table: &Table, columns: &[SmolStr]) -> bool {
    let begins = |first: &SmolStr| columns.contains(first);
    table.indexes.iter().any(|it| it.method != "gin" && it.leading_column().is_some_and(begins))
}
