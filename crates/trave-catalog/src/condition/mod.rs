//! What the condition of a policy says: whether it is constant, what it calls, what it reads.
//!
//! Rules ask these questions; none of them walks SQL itself.

mod correlation;
mod implied;
mod metadata;
mod narrowing;
mod nobody;
mod owner;
mod reads;
mod row_calls;
mod ties;
mod truth;
mod visit;

use smol_str::SmolStr;
use trave_sql::ObjectName;

use crate::schema::{Catalog, Condition, QualifiedName};

pub use implied::Known;
pub use row_calls::RowCall;
pub use truth::Truth;

impl Condition {
    /// Whether it depends on anything.
    pub fn truth(&self) -> Truth {
        truth::of(&self.expr)
    }

    /// Calls of session functions that run once per row, because no sub-select keeps the result.
    /// A sub-select that depends on nothing around it runs once as a whole.
    pub fn row_calls(&self, catalog: &Catalog) -> Vec<RowCall> {
        row_calls::of(self, catalog)
    }

    /// Whether an index takes up all of those calls, so that each runs once: on every way of
    /// holding, a column of which `indexed` says yes is compared with one.
    pub fn looks_calls_up(&self, catalog: &Catalog, indexed: &dyn Fn(&str) -> bool) -> bool {
        row_calls::are_looked_up(self, catalog, indexed)
    }

    /// The condition on one line, with each of those calls in a sub-select: `(select auth.uid())`.
    /// None where it could not be read back.
    pub fn with_calls_kept(&self, catalog: &Catalog) -> Option<String> {
        row_calls::kept(self, catalog)
    }

    /// Whether it certainly holds for rows whose columns have these values.
    pub fn holds_given(&self, known: &dyn Fn(&str) -> Option<Known>) -> bool {
        implied::holds(&self.expr, known, 0)
    }

    /// Whether an index on some column narrows the rows that it holds for: a comparison that every
    /// such row must meet names a column of which `indexed` says yes.
    pub fn is_narrowed_by(&self, indexed: &dyn Fn(&str) -> bool) -> bool {
        narrowing::narrows(&self.expr, indexed, 0)
    }

    /// Whether it ties the rows that it holds for to the caller: on every way of holding a column
    /// of the row is compared with who is calling, or handed to a function that may do so.
    pub fn ties_rows_to_caller(&self, catalog: &Catalog) -> bool {
        ties::ties(&self.expr, catalog, 0)
    }

    /// The columns that must be the caller's id, or among what is found by it, on every way of
    /// holding: `owner_id = auth.uid()`, `team_id in (select … where user_id = auth.uid())`.
    pub fn columns_of_caller(&self) -> Vec<SmolStr> {
        owner::columns(&self.expr, 0)
    }

    /// Tables and views that its sub-selects read; a name without a schema is taken as `public`.
    pub fn reads(&self) -> Vec<QualifiedName> {
        reads::of(&self.expr).tables
    }

    /// Functions that it calls, outside and inside of sub-selects.
    pub fn calls(&self) -> Vec<ObjectName> {
        reads::of(&self.expr).calls
    }

    /// Columns that it names outside of sub-selects, and inside where they are not qualified.
    pub fn columns(&self) -> Vec<SmolStr> {
        reads::of(&self.expr).columns
    }

    /// Whether it holds any sub-select, also `(select auth.uid())`.
    pub fn has_subselect(&self) -> bool {
        reads::of(&self.expr).subselects > 0
    }

    /// Whether it certainly fails for callers without a session.
    pub fn shuts_out_strangers(&self) -> bool {
        nobody::shuts_out(&self.expr)
    }

    /// Where it trusts metadata that users can edit: `user_metadata`, `raw_user_meta_data`.
    pub fn user_metadata(&self) -> Option<trave_source::Origin> {
        metadata::of_user(&self.expr).map(|span| self.place(span))
    }

    /// Where a part of it stands. SQL that was put together while it ran stands nowhere: then it is
    /// the statement that ran it.
    pub(crate) fn place(&self, part: trave_source::Span) -> trave_source::Origin {
        let is_written = self.expr.span == self.origin.span;
        if is_written { part.in_file(self.origin.file) } else { self.origin }
    }

    /// Whether it holds for other rows from caller to caller: it asks who is calling, or calls a
    /// function that may.
    pub fn depends_on_caller(&self) -> bool {
        self.truth() == Truth::Depends && !self.calls().is_empty()
    }
}
