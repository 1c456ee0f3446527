//! How many rows a query can return.

use smol_str::SmolStr;
use trave_backend::query::{Filter, FilterOp, Operation};
use trave_backend::value::{Shape, Taint};
use trave_catalog::Table;

use crate::model::Query;

impl Query {
    /// Columns of its own table that every run compares by equality with one value.
    pub fn fixed_columns(&self) -> impl Iterator<Item = &SmolStr> {
        let fixes = |filter: &&Filter| filter.op == FilterOp::Eq && filter.is_certain();
        self.facts.filters.iter().filter(fixes).map(|filter| &filter.column)
    }

    /// Whether its filters pin a whole unique key: at most one row can match.
    pub fn is_key_lookup(&self, table: &Table) -> bool {
        let is_fixed = |column: &SmolStr| self.fixed_columns().any(|fixed| fixed == column);
        table.unique_keys().iter().any(|key| key.iter().all(is_fixed))
    }

    /// Whether it only reads.
    pub fn is_read(&self) -> bool {
        self.facts.operation == Some(Operation::Select)
    }

    /// Whether it fetches rows, rather than a count or nothing, or rows for a query around it.
    pub fn fetches_rows(&self) -> bool {
        let facts = &self.facts;
        let is_total = facts.selection.aggregates && facts.selection.embeds.is_empty();
        let gives_none = facts.head || facts.nested || is_total;
        self.is_read() && !gives_none
    }

    /// Whether it can return more than one row, as far as the chain tells: no `single`, no key
    /// lookup, no limit of one. A chain that could not be read to its end is not a list.
    pub fn is_list(&self, table: &Table) -> bool {
        let limited_to_one =
            self.facts.limit.as_ref().is_some_and(|limit| limit.value.as_number() == Some(1.0));
        self.fetches_rows()
            && self.facts.single.is_none()
            && !self.facts.incomplete
            && !limited_to_one
            && !self.is_key_lookup(table)
    }

    /// Whether it finds rows by a pattern that somebody types, as in a search box: it is neither
    /// written down nor taken from other rows.
    pub fn is_search(&self) -> bool {
        self.facts.filters.iter().any(|filter| {
            matches!(filter.op, FilterOp::Like | FilterOp::ILike | FilterOp::TextSearch)
                && !filter.conditional
                && !filter.negated
                && filter.value.as_text().is_none()
                && !filter.value.taint.has(Taint::ROWS)
        })
    }

    /// Whether an `in` with a list written down in the code bounds it.
    pub fn has_constant_list(&self) -> bool {
        self.facts.filters.iter().any(|filter| {
            filter.op == FilterOp::In
                && filter.is_certain()
                && matches!(filter.value.shape, Shape::Array(_))
        })
    }
}

/// What a filter says for certain.
pub(crate) trait Certain {
    /// Whether it narrows the query's own rows on every run.
    fn is_certain(&self) -> bool;

    /// The same, also where it asks for a field inside a column: `data->>'apiKey'`.
    fn is_certain_of_part(&self) -> bool;
}

impl Certain for Filter {
    fn is_certain(&self) -> bool {
        self.path.is_none() && self.is_certain_of_part()
    }

    fn is_certain_of_part(&self) -> bool {
        !self.conditional && !self.negated && self.any_of.is_none() && self.relation.is_none()
    }
}
