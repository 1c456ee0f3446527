//! Whether a query can be relied on to match one row.

use smol_str::SmolStr;
use trave_backend::query::FilterOp;
use trave_backend::value::ClientRole;
use trave_catalog::{Command, Condition, IndexTarget, Table};

use crate::model::{Model, Query};

impl Model {
    /// Whether something may make the rows of a query unique: a key, a partial unique index, or a
    /// policy that narrows what the caller sees.
    pub fn may_be_one_row(&self, query: &Query, table: &Table) -> bool {
        if !table.columns_known || query.facts.filters.iter().any(|filter| filter.path.is_some()) {
            return true;
        }
        let narrowed = columns_narrowed_by_policy(query, table);
        let compared = |column: &SmolStr| {
            let filters = &query.facts.filters;
            let by_filter = filters.iter().any(|filter| {
                filter.column == *column
                    && matches!(filter.op, FilterOp::Eq | FilterOp::In | FilterOp::Is)
            });
            by_filter || narrowed.contains(column)
        };
        let by_key = table.unique_keys().iter().any(|key| key.iter().all(compared));
        by_key || partial_key_fits(table, compared)
    }
}

fn partial_key_fits(table: &Table, compared: impl Fn(&SmolStr) -> bool) -> bool {
    let mut partial =
        table.indexes.iter().filter(|index| index.unique && index.predicate.is_some());
    partial.any(|index| {
        index.keys.iter().all(|key| match &key.what {
            IndexTarget::Column(column) => compared(column),
            IndexTarget::Expression(_) => true,
        })
    })
}

/// Columns by which policies narrow what the caller of a query sees.
fn columns_narrowed_by_policy(query: &Query, table: &Table) -> Vec<SmolStr> {
    if !table.rls_enabled || query.facts.client.role == ClientRole::Service {
        return Vec::new();
    }
    let policies = table.policies.iter().filter(|policy| policy.is_for(Command::Select));
    policies.filter_map(|policy| policy.using.as_ref()).flat_map(Condition::columns).collect()
}
