//! What the condition of a policy says: whether it is constant, what it calls, what it reads.
//!
//! Rules ask these questions; none of them walks SQL itself.

mod address;
mod branches;
mod caller;
mod correlation;
mod functions;
mod implied;
mod lookups;
mod membership;
mod metadata;
mod narrowing;
mod outcome;
mod owner;
mod reads;
mod roles;
mod row;
mod row_calls;
mod scopes;
mod subselects;
mod ties;
mod truth;
mod value;
mod visit;

use smol_str::SmolStr;
use trave_source::{Origin, Span};
use trave_sql::{Expr, ObjectName};

use crate::schema::{Catalog, Condition, Function, QualifiedName, Table};
use caller::Who;

pub use address::{AddressUse, KnownBy};
pub use branches::Impossible;
pub use functions::CallIn;
pub use implied::Known;
pub use lookups::Lookup;
pub use membership::Membership;
pub use roles::ExpectedRole;
pub use row::RowUse;
pub use row_calls::RowCall;
pub(crate) use row_calls::is_session_call;
pub use subselects::{LooseSubselect, Shadowed, Shadowing};
pub use truth::Truth;
pub(crate) use truth::shuts_out_strangers;

/// A part of a condition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// As SQL, on one line.
    pub text: String,
    /// Where it stands.
    pub origin: Origin,
}

impl Catalog {
    /// The column of a table of members that says to what they belong, with the column of `table`
    /// that says to what a row belongs.
    pub fn link_of(&self, table: &Table, membership: &Membership) -> Option<(SmolStr, SmolStr)> {
        membership::link(table, self.tables.get(&membership.of)?)
    }
}

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

    /// The calls of a function of the project, sub-selects included.
    pub fn calls_of(&self, function: &Function, catalog: &Catalog) -> Vec<CallIn> {
        functions::of(self, function, catalog)
    }

    /// The columns by which an index could find the rows that it holds for: those that meet
    /// something which is the same for all rows of a query, such as who is calling. One list for
    /// each way of holding; any column of the list would do for it. None where some way leaves
    /// nothing to find rows by.
    pub fn finding_columns(&self, table: &Table, catalog: &Catalog) -> Option<Vec<Vec<SmolStr>>> {
        lookups::finding_columns(&self.expr, (table, catalog), 0)
    }

    /// What its sub-selects find rows of other tables by. Only those that read one table and say
    /// for certain which columns they compare.
    pub fn lookups(&self, catalog: &Catalog) -> Vec<Lookup> {
        lookups::in_subselects(self, catalog)
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
        truth::shuts_out_strangers(&self.expr)
    }

    /// The part that lets callers without a session pass because they have none, if it is certain
    /// that they pass.
    pub fn admitting_strangers(&self) -> Option<Origin> {
        branches::admitting_strangers(&self.expr).map(|span| self.at(span))
    }

    /// The side of an `or` that always holds, so that the other sides are idle.
    pub fn open_side(&self) -> Option<Part> {
        branches::always(&self.expr, Who::Anybody, 0).map(|part| self.part(part))
    }

    /// The same for callers who are signed in: a side that asks for no more is enough.
    pub fn open_side_in_session(&self) -> Option<Part> {
        branches::always(&self.expr, Who::SignedIn, 0).map(|part| self.part(part))
    }

    /// The part that never holds, beside others that ask for something, and why.
    pub fn impossible_part(&self) -> Option<(Part, Impossible)> {
        branches::never(&self.expr).map(|(part, why)| (self.part(part), why))
    }

    /// Whether it turns callers without a session away before any row is read: a part that they
    /// fail looks at no row.
    pub fn refuses_strangers_at_once(&self, table: &Table, catalog: &Catalog) -> bool {
        self.expr.conjuncts().into_iter().any(|part| {
            let used = row::of(part, table, catalog);
            truth::shuts_out_strangers(part) && used.columns.is_empty() && !used.may_be_more
        })
    }

    /// The condition without one side of its outermost `or`, on one line.
    pub fn without_side(&self, side: Origin) -> Option<String> {
        let sides = self.expr.disjuncts();
        let left: Vec<String> =
            sides.iter().filter(|one| self.at(one.span) != side).map(|one| one.to_sql()).collect();
        let is_one_less = left.len() + 1 == sides.len();
        (is_one_less && !left.is_empty()).then(|| left.join(" or "))
    }

    /// The condition without the sides of its outermost `or` that admit callers without a session.
    pub fn without_strangers(&self) -> Option<String> {
        let sides = self.expr.disjuncts();
        let admits = |side: &&&Expr| branches::admitting_strangers(side).is_none();
        let left: Vec<String> = sides.iter().filter(admits).map(|one| one.to_sql()).collect();
        (!left.is_empty() && left.len() < sides.len()).then(|| left.join(" or "))
    }

    /// The condition with `is null` for its comparison with null, on one line.
    pub fn with_null_test(&self) -> Option<String> {
        branches::with_null_test(&self.text)
    }

    /// What it looks at of the row, a row of `table`.
    pub fn row_use(&self, table: &Table, catalog: &Catalog) -> RowUse {
        row::of(&self.expr, table, catalog)
    }

    /// Names in its sub-selects that were meant for the row, and mean something inside.
    pub fn shadowed(&self, table: &Table, catalog: &Catalog) -> Vec<Shadowed> {
        subselects::shadowed(&self.expr, table, catalog)
    }

    /// A sub-select that every row needs and that answers the same for every row and caller.
    pub fn loose_subselect(&self, table: &Table, catalog: &Catalog) -> Option<LooseSubselect> {
        subselects::loose(&self.expr, table, catalog)
    }

    /// The test that everybody passes who has any row in a table, if it asks for nothing else.
    pub fn any_membership(&self, catalog: &Catalog) -> Option<Membership> {
        membership::of(&self.expr, catalog)
    }

    /// Roles that it compares the caller's with.
    pub fn expected_roles(&self) -> Vec<ExpectedRole> {
        roles::of(&self.expr)
    }

    /// Where it knows the caller by an address or claim: by a pattern, or as the key of the row.
    pub fn address_uses(&self, table: &Table, catalog: &Catalog) -> Vec<AddressUse> {
        address::uses(&self.expr, table, catalog)
    }

    /// Where a part of it stands. SQL that was put together while it ran stands nowhere: then it is
    /// the statement that ran it.
    pub fn at(&self, part: Span) -> Origin {
        let is_written = self.expr.span == self.origin.span;
        if is_written { part.in_file(self.origin.file) } else { self.origin }
    }

    fn part(&self, expr: &Expr) -> Part {
        Part { text: expr.to_sql(), origin: self.at(expr.span) }
    }

    /// Where it trusts metadata that users can edit: `user_metadata`, `raw_user_meta_data`.
    pub fn user_metadata(&self) -> Option<Origin> {
        metadata::of_user(&self.expr).map(|span| self.at(span))
    }

    /// Whether it holds for other rows from caller to caller: it asks who is calling, or calls a
    /// function that may.
    pub fn depends_on_caller(&self) -> bool {
        self.truth() == Truth::Depends && !self.calls().is_empty()
    }
}
