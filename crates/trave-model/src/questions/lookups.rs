//! Tables that stay small although nothing in the schema says so, and lists that empty themselves.

use smol_str::SmolStr;
use trave_backend::query::{FilterOp, Operation};
use trave_backend::value::{Shape, Taint, Value};
use trave_catalog::vocabulary::is_owners;
use trave_catalog::{QualifiedName, Table};

use super::rows::Certain;
use crate::model::{Guarded, Model, Query};

/// Columns by which people know the entries of a list.
const NAMES: [&str; 7] = ["name", "slug", "code", "key", "title", "label", "symbol"];

impl Model {
    /// Whether a table is a list that the project keeps itself: cities, plans, categories. Either
    /// migrations fill it, and code adds an entry at most now and then, behind a check of who is
    /// calling; or others refer to it by a name that is unique, and code adds constants only.
    pub fn is_lookup(&self, table: &Table) -> bool {
        if table.foreign_keys.iter().any(|key| is_owner(&key.target)) {
            return false;
        }
        let mut adding = self.queries_on(table).filter(|query| query.sent && query.adds_rows());
        if self.is_seeded(&table.name) {
            return !adding.any(adds_freely);
        }
        let is_named = table
            .unique_keys()
            .iter()
            .any(|key| matches!(key.as_slice(), [only] if NAMES.contains(&only.as_str())));
        let adds: Vec<&Query> = adding.collect();
        let constants_only = |query: &&Query| query.facts.payload.as_ref().is_some_and(is_constant);
        is_named
            && !adds.is_empty()
            && adds.iter().all(constants_only)
            && self.is_referred_to(&table.name)
    }

    /// Whether a migration spells out rows of a table.
    fn is_seeded(&self, table: &QualifiedName) -> bool {
        self.catalogs.iter().any(|catalog| catalog.is_seeded(table))
    }

    fn is_referred_to(&self, table: &QualifiedName) -> bool {
        self.catalogs.iter().any(|catalog| catalog.is_referred_to(table))
    }

    /// Whether whoever reads these rows also changes what they were picked by, or removes them: a
    /// queue, of which the next run takes the rest.
    pub fn drains(&self, query: &Query, table: &Table) -> bool {
        let on_same_way = |other: &Query| {
            other.reached.iter().any(|there| query.reached.iter().any(|it| it.route == there.route))
        };
        self.queries_on(table)
            .filter(|other| other.sent && on_same_way(other))
            .any(|other| takes_out(other, query))
    }
}

impl Model {
    /// Whether a loop over the rows of a query, or one change of all of them, takes each out of
    /// what it reads: of a list that is cut, the next call gets the rest.
    pub fn works_off(&self, query: &Query, table: &Table) -> bool {
        let in_its_loop = |write: &Query| {
            let loops = write.reached.iter().filter_map(|reach| reach.in_loop.as_ref());
            let lists = loops.filter_map(|around| self.query(around.over?));
            lists.into_iter().any(|list| list.facts.origin == query.facts.origin)
        };
        let works =
            |write: &Query| in_its_loop(write) || changes_what_was_found(write, query, table);
        let mut writes = self.queries_on(table).filter(|write| write.sent && works(write));
        writes.any(|write| takes_out(write, query))
    }
}

impl Query {
    /// Whether it adds rows to a table.
    pub fn adds_rows(&self) -> bool {
        matches!(self.facts.operation, Some(Operation::Insert | Operation::Upsert))
    }
}

/// Whether a table holds callers or groups of them: what belongs to them is not the project's own.
fn is_owner(table: &QualifiedName) -> bool {
    table.schema == "auth" || is_owners(&table.name)
}

/// Whether a write adds rows as they come: in a loop, many at once, or for whoever calls.
fn adds_freely(query: &Query) -> bool {
    let Some(payload) = &query.facts.payload else { return true };
    let is_open = |value: &Value| matches!(value.shape, Shape::List(_) | Shape::Rows(_));
    let repeats = query.in_loop.is_some() || query.reached.iter().any(|it| it.in_loop.is_some());
    let unguarded = query.reached.iter().any(|reach| reach.guarded != Guarded::Yes);
    !is_constant(payload) && (repeats || unguarded || payload.alternatives().iter().any(is_open))
}

/// Whether the program writes a value down, but for what it looked up itself.
fn is_constant(value: &Value) -> bool {
    let is_open = |shape: &Shape| {
        matches!(shape, Shape::Unknown | Shape::Input(_) | Shape::List(_) | Shape::Env(_))
    };
    value.inputs.is_empty() && !value.holds(is_open)
}

/// Whether a write further down names its rows by the keys of rows that were found: those of
/// `list`, since it is the list of this table above it.
fn changes_what_was_found(write: &Query, list: &Query, table: &Table) -> bool {
    let (written, read) = (write.facts.origin, list.facts.origin);
    let is_key = |column: &SmolStr| table.unique_keys().iter().any(|key| **key == [column.clone()]);
    written.file == read.file
        && written.span.start > read.span.start
        && write.facts.filters.iter().any(|filter| {
            let names = matches!(filter.op, FilterOp::Eq | FilterOp::In);
            names && filter.value.taint.has(Taint::ROWS) && is_key(&filter.column)
        })
}

/// Whether a write takes rows out of what `list` reads.
fn takes_out(write: &Query, list: &Query) -> bool {
    match write.facts.operation {
        Some(Operation::Delete) => true,
        Some(Operation::Update | Operation::Upsert) => {
            let Some(payload) = &write.facts.payload else { return false };
            list.facts.filters.iter().any(|filter| {
                let picks = matches!(filter.op, FilterOp::Eq | FilterOp::In)
                    || matches!(filter.op, FilterOp::Is | FilterOp::Range);
                let written = payload.alternatives().iter().find_map(|it| it.field(&filter.column));
                let differs = |written: &Value| {
                    written.as_text().is_none() || written.as_text() != filter.value.as_text()
                };
                picks && filter.is_certain() && written.is_some_and(differs)
            })
        }
        _ => false,
    }
}
