//! What is found out about a catalog when somebody first asks. Rules ask the same of each table,
//! and a session asks it again after each edit.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::OnceLock;

use smol_str::SmolStr;

use super::names::Names;
use crate::condition::Lookup;
use crate::{Catalog, Policy, QualifiedName, Table};

/// What was found out about a finished catalog. A copy, which may be changed, begins without.
#[derive(Default)]
pub(crate) struct Noted {
    pub(super) names: OnceLock<Names>,
    policy_calls: OnceLock<BTreeSet<(SmolStr, Option<SmolStr>)>>,
    lookups: OnceLock<BTreeMap<QualifiedName, Vec<Looked>>>,
    body_calls: OnceLock<BTreeMap<SmolStr, BTreeSet<QualifiedName>>>,
}

/// A look into a table that a policy takes.
#[derive(Debug, Clone)]
struct Looked {
    of: QualifiedName,
    /// The policy's place among those of its table.
    policy: usize,
    lookup: Lookup,
}

impl Clone for Noted {
    fn clone(&self) -> Self {
        Self::default()
    }
}

impl fmt::Debug for Noted {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Noted").finish_non_exhaustive()
    }
}

impl Catalog {
    /// Whether a policy of some table calls a function of this name.
    pub fn is_called_by_policy(&self, function: &QualifiedName) -> bool {
        let calls = self.noted.policy_calls.get_or_init(|| {
            let policies = self.tables.values().flat_map(|table| &table.policies);
            let calls = policies.flat_map(Policy::conditions).flat_map(crate::Condition::calls);
            let called = calls.map(|call| {
                let schema = call.schema.as_ref().map(|schema| schema.as_str().into());
                (call.name.as_str().into(), schema)
            });
            called.collect()
        });
        let schemas = [None, Some(function.schema.clone())];
        schemas.into_iter().any(|schema| calls.contains(&(function.name.clone(), schema)))
    }

    /// Whether the body of another function mentions the name of a function.
    pub fn is_mentioned_in_body(&self, function: &QualifiedName) -> bool {
        let mentions = self.noted.body_calls.get_or_init(|| {
            let names: BTreeSet<&str> =
                self.functions.values().map(|it| it.name.name.as_str()).collect();
            let mut mentions: BTreeMap<SmolStr, BTreeSet<QualifiedName>> = BTreeMap::new();
            for other in self.functions.values() {
                for word in words(&other.body).filter(|word| names.contains(word)) {
                    mentions.entry(word.into()).or_default().insert(other.name.clone());
                }
            }
            mentions
        });
        let by = mentions.get(&function.name);
        by.is_some_and(|by| by.iter().any(|other| other != function))
    }

    /// What policies of tables with row level security look for in a table, with these tables and
    /// policies.
    pub fn policy_lookups(
        &self,
        table: &QualifiedName,
    ) -> impl Iterator<Item = (&Table, &Policy, &Lookup)> {
        let lookups = self.noted.lookups.get_or_init(|| self.all_lookups());
        lookups.get(table).into_iter().flatten().filter_map(|looked| {
            let of = self.tables.get(&looked.of)?;
            Some((of, of.policies.get(looked.policy)?, &looked.lookup))
        })
    }

    fn all_lookups(&self) -> BTreeMap<QualifiedName, Vec<Looked>> {
        let mut all: BTreeMap<QualifiedName, Vec<Looked>> = BTreeMap::new();
        for of in self.tables.values().filter(|it| it.rls_enabled) {
            for (policy, one) in of.policies.iter().enumerate() {
                for lookup in one.conditions().flat_map(|condition| condition.lookups(self)) {
                    let looked = Looked { of: of.name.clone(), policy, lookup };
                    all.entry(looked.lookup.table.clone()).or_default().push(looked);
                }
            }
        }
        all
    }
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|sign: char| !sign.is_alphanumeric() && sign != '_').filter(|word| !word.is_empty())
}
