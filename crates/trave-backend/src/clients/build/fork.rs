//! Builders whose every call makes a new one: an older one may be called again.
//!
//! A chain adds to one query. Each builder remembers how much the query held when it was made, so
//! that a second chain from the same builder can begin with a copy that holds no more than that.

use crate::library::Machine;
use crate::query::Query;
use crate::value::{LibraryValue, QueryId, Value};

/// Where a builder remembers how much its query held.
const MARKS: &str = "marks";

/// What a query holds that grows.
fn marks(query: &Query) -> [usize; 9] {
    let selection = &query.selection;
    [
        query.filters.len(),
        query.order.len(),
        selection.embeds.len(),
        selection.columns.len(),
        usize::from(selection.star),
        usize::from(selection.aggregates),
        usize::from(query.limit.is_some()),
        usize::from(query.offset.is_some()),
        query.spliced.len(),
    ]
}

/// The builder, that remembers how much its query holds now.
pub(crate) fn marked(builder: LibraryValue, query: &Query) -> LibraryValue {
    let marks: Vec<String> = marks(query).iter().map(usize::to_string).collect();
    builder.with(MARKS, Value::text(marks.join(" ")))
}

fn remembered(builder: &LibraryValue) -> Option<[usize; 9]> {
    let text = builder.kept(MARKS)?.as_text()?;
    let marks: Vec<usize> = text.split(' ').map(|mark| mark.parse().ok()).collect::<Option<_>>()?;
    marks.try_into().ok()
}

/// Whether a query has got what this builder did not ask for: a chain went on from it before. What
/// was only added in a branch is no other chain, but a part of this one.
pub(crate) fn is_outdated(builder: &LibraryValue, query: &Query) -> bool {
    let Some([filters, order, embeds, columns, star, aggregates, limit, offset, _]) =
        remembered(builder)
    else {
        return false;
    };
    let selection = &query.selection;
    let filtered = query.filters.iter().skip(filters).any(|filter| !filter.conditional);
    let ordered = query.order.iter().skip(order).any(|key| !key.conditional);
    let limited = limit == 0 && query.limit.as_ref().is_some_and(|bound| !bound.conditional);
    let skips = offset == 0 && query.offset.as_ref().is_some_and(|bound| !bound.conditional);
    let selected = selection.columns.len() > columns
        || selection.embeds.len() > embeds
        || (star == 0 && selection.star)
        || (aggregates == 0 && selection.aggregates);
    filtered || ordered || limited || skips || selected
}

/// A copy of a query that holds what it held when the builder was made.
pub(crate) fn fork(
    builder: &LibraryValue,
    id: QueryId,
    machine: &mut dyn Machine,
) -> Option<QueryId> {
    let mut query = machine.query_mut(id)?.clone();
    if let Some([filters, order, embeds, columns, star, aggregates, limit, offset, spliced]) =
        remembered(builder)
    {
        query.filters.truncate(filters);
        query.order.truncate(order);
        query.selection.embeds.truncate(embeds);
        query.selection.columns.truncate(columns);
        query.selection.star &= star > 0;
        query.selection.aggregates &= aggregates > 0;
        query.limit = query.limit.filter(|_| limit > 0);
        query.offset = query.offset.filter(|_| offset > 0);
        query.spliced.truncate(spliced);
    }
    Some(machine.start_query(query))
}
