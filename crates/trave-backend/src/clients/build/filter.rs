//! Conditions: a column compared with a value, SQL as text, alternatives.

use smol_str::SmolStr;
use trave_source::Origin;

use super::name::ColumnRef;
use super::scope::{Owner, Scope};
use crate::clients::sql::conditions_of;
use crate::clients::sql::text::SqlText;
use crate::query::{Filter, FilterOp, Query, Spliced};
use crate::value::Value;

/// Where a condition stands.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Around {
    /// Under NOT.
    pub(crate) negated: bool,
    /// The alternatives that it is one of.
    pub(crate) any_of: Option<u32>,
    /// It is not always there.
    pub(crate) conditional: bool,
    /// The call that adds it.
    pub(crate) origin: Origin,
}

impl Around {
    /// A condition of its own.
    pub(crate) fn at((conditional, origin): (bool, Origin)) -> Self {
        Self { negated: false, any_of: None, conditional, origin }
    }

    /// The same under one more NOT.
    #[must_use]
    pub(crate) fn flipped(self) -> Self {
        Self { negated: !self.negated, ..self }
    }

    /// How a written operator compares where this stands.
    pub(crate) fn operator(self, written: &str) -> (FilterOp, Self) {
        let (op, flips) = operator(written);
        (op, if flips { self.flipped() } else { self })
    }
}

/// A comparison of a column.
#[derive(Debug, Clone)]
pub(crate) struct Comparison<'t> {
    /// The column, as written.
    pub(crate) column: &'t str,
    /// How.
    pub(crate) op: FilterOp,
    /// With what.
    pub(crate) value: Value,
}

/// Adds a comparison to a query.
pub(crate) fn compare(query: &mut Query, scope: &Scope, what: Comparison<'_>, around: Around) {
    let column = ColumnRef::of(what.column);
    let relation = match scope.owner(&column) {
        Owner::Lead => None,
        Owner::Joined(alias) => Some(alias),
        Owner::Unknown => {
            query.incomplete = true;
            return;
        }
    };
    query.filters.push(Filter {
        relation,
        column: SmolStr::new(column.name),
        path: None,
        op: what.op,
        negated: around.negated,
        any_of: around.any_of,
        value: what.value,
        conditional: around.conditional,
        origin: around.origin,
    });
}

/// Adds a comparison of two columns. What joins two tables is no filter of either; a column of a
/// query around is like a value that each of its rows gives.
pub(crate) fn pair(
    query: &mut Query,
    scope: &Scope,
    (left, right, op): (&str, &str, FilterOp),
    around: Around,
) {
    let owners = (scope.owner(&ColumnRef::of(left)), scope.owner(&ColumnRef::of(right)));
    let value = super::found_inside();
    match owners {
        (Owner::Lead, Owner::Unknown) => {
            compare(query, scope, Comparison { column: left, op, value }, around);
        }
        (Owner::Unknown, Owner::Lead) => {
            compare(query, scope, Comparison { column: right, op, value }, around);
        }
        (one, other) if one == other && one != Owner::Unknown => {
            for column in [left, right] {
                let what = Comparison { column, op: FilterOp::Other, value: Value::unknown() };
                compare(query, scope, what, around);
            }
        }
        _ => {}
    }
}

/// Adds a condition that is written as SQL.
pub(crate) fn condition(query: &mut Query, scope: &Scope, text: &SqlText, around: Around) {
    let spliced =
        text.spliced().map(|hole| Spliced { value: hole.value.clone(), origin: hole.origin });
    query.spliced.extend(spliced);
    match conditions_of(text, &scope.tables(query)) {
        Some((filters, incomplete)) => {
            query.incomplete |= incomplete;
            take_over(query, filters, around);
        }
        None => query.incomplete = true,
    }
}

/// Adds filters that stand together at a place; alternatives among them stay alternatives.
pub(crate) fn take_over(query: &mut Query, filters: Vec<Filter>, around: Around) {
    let first = free_group(query);
    let several = filters.len() > 1;
    for mut filter in filters {
        // That not all of several hold says nothing of each.
        if around.negated && several && filter.any_of.is_none() {
            filter.op = FilterOp::Other;
        }
        filter.negated = filter.negated != around.negated;
        filter.conditional |= around.conditional;
        let own = filter.any_of.map(|group| first + group).filter(|_| !around.negated);
        filter.any_of = around.any_of.or(own);
        query.filters.push(filter);
    }
}

/// A number that no alternatives of a query have.
pub(crate) fn free_group(query: &Query) -> u32 {
    query.filters.iter().filter_map(|filter| filter.any_of).max().map_or(1, |last| last + 1)
}

/// How a written operator compares, and whether it means the contrary.
pub(super) fn operator(written: &str) -> (FilterOp, bool) {
    let written = written.trim().to_ascii_lowercase();
    match written.as_str() {
        "=" | "==" | "is not distinct from" => (FilterOp::Eq, false),
        "!=" | "<>" | "is distinct from" => (FilterOp::Ne, false),
        "<" | "<=" | ">" | ">=" | "between" => (FilterOp::Range, false),
        "in" => (FilterOp::In, false),
        "not in" => (FilterOp::In, true),
        "is" => (FilterOp::Is, false),
        "is not" => (FilterOp::Is, true),
        "like" => (FilterOp::Like, false),
        "not like" => (FilterOp::Like, true),
        "ilike" => (FilterOp::ILike, false),
        "not ilike" => (FilterOp::ILike, true),
        "~" | "~*" | "regexp" | "similar to" => (FilterOp::Regex, false),
        "!~" | "!~*" | "not regexp" => (FilterOp::Regex, true),
        "@>" | "<@" => (FilterOp::Contains, false),
        "&&" => (FilterOp::Overlaps, false),
        "@@" => (FilterOp::TextSearch, false),
        "not between" => (FilterOp::Range, true),
        _ => (FilterOp::Other, false),
    }
}
