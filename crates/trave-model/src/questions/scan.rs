//! Whether an index serves a query, or whether each run reads the whole table.

use smol_str::SmolStr;
use trave_backend::query::{Filter, FilterOp, OrderKey};
use trave_backend::value::{ClientRole, Shape, Value};
use trave_catalog::{Command, Condition, Index, IndexTarget, Policy, Table};

use super::rows::Certain;
use crate::model::{Model, Query};

/// How the filters of a query meet the indexes of its table.
#[derive(Debug, Clone, PartialEq)]
pub enum Serving<'q> {
    /// An index finds the rows, or may do so.
    Served,
    /// It filters by nothing that an ordinary index could serve.
    Unfiltered,
    /// These filters could use an index, and there is none.
    Unserved(Vec<&'q Filter>),
}

impl Model {
    /// Whether an index serves a query on `table`. A filter that is added only sometimes, or that
    /// stands in an OR, counts when it may help and not when it may not.
    pub fn serving<'q>(&self, query: &'q Query, table: &Table) -> Serving<'q> {
        let filters = &query.facts.filters;
        let own = |filter: &&Filter| filter.relation.is_none();
        let helps = |filter: &Filter| {
            !filter.negated
                && (leads_index(table, &filter.column) || is_picked_by_index(table, filter))
        };
        if filters.iter().filter(own).any(helps)
            || policy_serves(query, table)
            || query.facts.incomplete
        {
            return Serving::Served;
        }
        let could_serve = |filter: &&Filter| filter.is_certain() && is_sargable(filter.op);
        let unserved: Vec<&Filter> = filters.iter().filter(could_serve).collect();
        if unserved.is_empty() { Serving::Unfiltered } else { Serving::Unserved(unserved) }
    }

    /// Whether each run of a query reads a whole table that may grow, though an index could serve
    /// what it filters by.
    pub fn is_unserved(&self, query: &Query) -> bool {
        self.table_of(query).is_some_and(|table| {
            table.provenance.is_migration()
                && !self.is_small(&table.name.name)
                && matches!(self.serving(query, table), Serving::Unserved(_))
        })
    }

    /// The index that finds the rows of a query: that of which it fixes most columns.
    pub fn index_for<'t>(&self, query: &Query, table: &'t Table) -> Option<&'t Index> {
        let fixed: Vec<&SmolStr> = query.fixed_columns().collect();
        let filters = query.facts.filters.iter().filter(|it| !it.negated && it.relation.is_none());
        let compared: Vec<&SmolStr> =
            filters.filter(|it| is_sargable(it.op)).map(|it| &it.column).collect();
        let leads = |index: &&Index| {
            let leading = index.leading_column();
            index.is_ordered_or_hash() && leading.is_some_and(|first| compared.contains(&first))
        };
        let depth = |index: &Index| {
            let keys = index.keys.iter().map(|key| key.column());
            keys.take_while(|key| key.is_some_and(|key| fixed.contains(&key))).count()
        };
        let better = |index: &&Index| (depth(index), index.unique, index.predicate.is_none());
        table.indexes.iter().filter(leads).max_by_key(better)
    }

    /// Whether an index gives the rows of `query` in the order of `key`, after its equalities.
    pub fn gives_order(&self, query: &Query, table: &Table, key: &OrderKey) -> bool {
        let Some(column) = &key.column else { return true };
        let fixed: Vec<&str> = query.fixed_columns().map(SmolStr::as_str).collect();
        table.index_ordering(&fixed, &[column.as_str()]).is_some()
    }
}

/// Whether policies narrow the rows by indexed columns. A row that any permissive policy admits is
/// seen, so an index has to serve each of them, or the one of a restrictive policy.
fn policy_serves(query: &Query, table: &Table) -> bool {
    if !table.rls_enabled || query.facts.client.role == ClientRole::Service {
        return false;
    }
    let narrows =
        |condition: &Condition| condition.is_narrowed_by(&|column| leads_index(table, column));
    let serves = |policy: &&Policy| policy.using.as_ref().is_none_or(narrows);
    let (permissive, restrictive): (Vec<&Policy>, Vec<&Policy>) = table
        .policies
        .iter()
        .filter(|policy| policy.is_for(Command::Select) && applies_to_callers(policy))
        .partition(|policy| policy.permissive);
    permissive.iter().all(serves) || restrictive.iter().any(serves)
}

/// Whether a policy is for callers of the API rather than for the platform's own roles.
fn applies_to_callers(policy: &Policy) -> bool {
    policy.roles.iter().any(|role| role != "service_role" && role != "postgres")
}

/// Whether a trigram index serves a column.
pub fn has_trigram_index(table: &Table, column: &str) -> bool {
    table.indexes.iter().flat_map(|index| &index.keys).any(|key| {
        let names_column = match &key.what {
            IndexTarget::Column(name) => name == column,
            IndexTarget::Expression(text) => text.contains(column),
        };
        names_column && key.opclass.as_ref().is_some_and(|class| class.contains("trgm_ops"))
    })
}

/// Whether an ordinary index can find rows by this comparison.
fn is_sargable(op: FilterOp) -> bool {
    matches!(op, FilterOp::Eq | FilterOp::In | FilterOp::Range | FilterOp::Is)
}

/// Whether some index begins with a column; a partial one may serve the query too.
fn leads_index(table: &Table, column: &str) -> bool {
    table.indexes.iter().any(|index| {
        index.method != "gin" && index.leading_column().is_some_and(|first| first == column)
    })
}

/// Whether a partial index holds just the rows that a filter asks for: `where status = 'open'`,
/// `where status in ('open', 'late')`.
fn is_picked_by_index(table: &Table, filter: &Filter) -> bool {
    let values: Option<Vec<&str>> = match (filter.op, &filter.value.shape) {
        (FilterOp::Eq, _) => filter.value.as_text().map(|text| vec![text]),
        (FilterOp::In, Shape::Array(list)) => list.iter().map(Value::as_text).collect(),
        _ => None,
    };
    let Some(values) = values.filter(|values| !values.is_empty()) else { return false };
    let picks = |predicate: &String| {
        let mut words = predicate.split(|sign: char| !sign.is_alphanumeric() && sign != '_');
        words.any(|word| word == filter.column)
            && values.iter().all(|value| predicate.contains(&format!("'{value}'")))
    };
    table.indexes.iter().filter_map(|index| index.predicate.as_ref()).any(picks)
}
