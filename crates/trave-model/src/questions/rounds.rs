//! What a query inside a loop owes to the loop.

use trave_backend::query::{FilterOp, Operation};
use trave_backend::value::{Shape, Taint, Value};
use trave_catalog::Table;

use crate::model::{Model, Query, QueryFacts, Same};

impl Query {
    /// Whether what it writes, with what it finds rows by, could stand as a whole row: an upsert
    /// of it would not leave out a column that every row needs.
    pub fn writes_whole_rows(&self, table: &Table) -> bool {
        let Some(payload) = &self.facts.payload else { return false };
        let has = |column: &str| payload.field(column).is_some() || self.pins(column);
        table.columns_known
            && table.columns.iter().all(|column| {
                let is_filled = !column.not_null
                    || column.default.is_some()
                    || column.identity.is_some()
                    || column.generated.is_some()
                    || column.sequence.is_some();
                is_filled || has(&column.name)
            })
    }
}

impl Query {
    /// Whether it writes the same in every round of the loop around it; the clock may move on
    /// between two rounds, and nobody minds.
    pub fn writes_the_same(&self, table: &Table) -> bool {
        let Some(Shape::Object(payload)) = self.facts.payload.as_ref().map(|it| &it.shape) else {
            return false;
        };
        let is_time = |column: &str| {
            table.column(column).is_some_and(|column| column.type_name.starts_with("time"))
        };
        let is_now = |value: &Value| {
            value.taint.has(Taint::VOLATILE) && !value.taint.has(Taint::ELEMENT.and(Taint::UNKNOWN))
        };
        payload.rest.is_none()
            && payload.fields.iter().all(|(column, value)| {
                is_same_each_round(value) || (is_time(column) && is_now(value))
            })
    }
}

impl Model {
    /// Whether the loop around a query also writes to its table, so that each round may see
    /// something else.
    pub fn changes_in_same_loop(&self, query: &Query) -> bool {
        let around = |query: &Query| -> Vec<_> {
            let loops = query.reached.iter().filter_map(|reach| reach.in_loop.as_ref());
            loops.map(|around| around.origin).collect()
        };
        let own = around(query);
        let writes = self.queries.iter().filter(|other| {
            other.facts.table == query.facts.table
                && !matches!(
                    other.facts.operation,
                    None | Some(Operation::Select | Operation::Call)
                )
        });
        writes.into_iter().any(|other| around(other).iter().any(|origin| own.contains(origin)))
    }
}

/// What of a query is the same in every round of the loop around it.
pub(crate) fn same(query: &QueryFacts) -> Same {
    let is_plain = query.table.is_some()
        && !query.incomplete
        && query.filters.iter().all(|filter| !filter.conditional);
    if is_plain && query.deciding_values().all(is_same_each_round) {
        Same::Query
    } else if query.payload.as_ref().is_some_and(is_same_each_round) {
        Same::Values
    } else {
        Same::Nothing
    }
}

/// Whether a value is known, and owes nothing to the element at hand.
fn is_same_each_round(value: &Value) -> bool {
    let open = Taint::ELEMENT.and(Taint::UNKNOWN).and(Taint::OPAQUE).and(Taint::VOLATILE);
    let mut is_known = true;
    value.visit(&mut |part| {
        is_known &= !matches!(part.shape, Shape::Unknown | Shape::OneOf(_) | Shape::List(_))
            && !part.taint.has(open);
    });
    is_known
}

impl Query {
    /// Whether it only asks for any few rows besides one that is known: a suggestion, a sample.
    pub fn leaves_out_one(&self, table: &Table) -> bool {
        let is_key = |column: &str| {
            table.unique_keys().iter().any(|key| matches!(key.as_slice(), [only] if only == column))
        };
        self.facts.filters.iter().any(|filter| {
            let differs =
                filter.op == FilterOp::Ne || (filter.op == FilterOp::Eq && filter.negated);
            let is_own = filter.relation.is_none() && filter.any_of.is_none();
            differs && is_own && is_key(&filter.column)
        })
    }
}
