//! Rows of queries, and how they are used.

use trave_backend::effect::{Effect, RowsUse};
use trave_backend::value::{QueryId, Shape, Taint, Value};
use trave_source::Origin;

use super::Evaluator;
use super::place::has_bound;

impl Evaluator<'_> {
    /// Notes that the rows in a value are used in a way that matters.
    pub(super) fn use_rows(&mut self, value: &Value, how: RowsUse, origin: Origin) {
        // What is done with one row, or a part of one, says nothing of all of them.
        let is_part = matches!(value.shape, Shape::Rows(_)) && value.taint.has(Taint::PART);
        if !value.taint.has(Taint::ROWS) || (is_part && how != RowsUse::Answered) {
            return;
        }
        let mut queries: Vec<QueryId> = Vec::new();
        let mut found = |value: &Value| {
            if let Shape::Rows(id) = value.shape
                && !queries.contains(&id)
            {
                queries.push(id);
            }
        };
        // An answer or an index holds rows also where they were mapped to something else first.
        if matches!(how, RowsUse::Answered | RowsUse::Indexed) {
            // A few of the rows, cut off from the rest, are not all of them.
            value.visit_unless(&has_bound, &mut |part| found(part));
        } else {
            value.alternatives().iter().for_each(found);
        }
        for query in queries {
            self.push(Effect::RowsUsed(query, how, origin));
        }
    }
}
