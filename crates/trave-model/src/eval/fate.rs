//! What becomes of queries and of the rounds of loops: whether a query is ever sent, whether its
//! rows are used one by one, whether a round waits for something that is no query.

use trave_backend::value::{QueryId, Shape, Taint, Value};

use super::{Evaluator, QueryRecord, words};

impl Evaluator<'_> {
    /// Time passes, or another service answers: every loop around waits for that in each round.
    pub(super) fn wait(&mut self) {
        self.memo.effects += 1;
        let around = self.loops.iter().map(|frame| frame.around.origin);
        self.trace.waiting_loops.extend(around);
    }

    /// Notes that something was awaited that an external package may have promised.
    pub(super) fn awaited_call(&mut self, value: &Value) {
        let is_foreign = |value: &Value| {
            matches!(value.shape, Shape::Unknown) && value.taint.has(Taint::FOREIGN)
        };
        let waits = match &value.shape {
            Shape::Array(items) => items.iter().any(is_foreign),
            Shape::List(element) => is_foreign(element),
            _ => value.alternatives().iter().any(is_foreign),
        };
        if waits {
            self.wait();
        }
    }

    /// What nobody knows returns; awaiting it waits for another service if its name says so.
    pub(super) fn named_foreign(name: &str, value: Value) -> Value {
        if words::sends_or_waits(name) { value.tainted(Taint::FOREIGN) } else { value }
    }

    /// Queries in a value leave what can be followed: whoever gets them may send them.
    pub(super) fn hand_over(&mut self, value: &Value) {
        let mut queries = Vec::new();
        value.visit(&mut |part| {
            if let Shape::Library(library) = &part.shape {
                queries.extend(library.query);
            }
        });
        for query in queries {
            self.sent(query);
        }
    }

    /// A query is sent, or may be.
    pub(super) fn sent(&mut self, id: QueryId) {
        self.note(id, |record| &mut record.sent);
    }

    /// The rows of a query were asked for.
    pub(super) fn asked_for(&mut self, id: QueryId) {
        self.note(id, |record| &mut record.rows_read);
    }

    /// One row of a query, or a part of one, was used.
    pub(super) fn taken(&mut self, id: QueryId) {
        self.note(id, |record| &mut record.rows_taken);
    }

    /// All rows in a value go where they cannot be followed.
    pub(super) fn rows_leave(&mut self, value: &Value) {
        if !value.taint.has(Taint::ROWS) {
            return;
        }
        let mut queries = Vec::new();
        value.visit(&mut |part| {
            if let Shape::Rows(id) = part.shape {
                queries.push(id);
            }
        });
        for query in queries {
            self.taken(query);
        }
    }

    fn note(&mut self, id: QueryId, fact: impl FnOnce(&mut QueryRecord) -> &mut bool) {
        let Some(record) = self.trace.queries.get_mut(id.0 as usize) else { return };
        let known = fact(record);
        if !*known {
            *known = true;
            self.memo.effects += 1;
        }
    }
}
