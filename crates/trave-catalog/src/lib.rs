//! The schema of a database, told by its migrations alone.
//!
//! [`group`] sorts SQL files into roots, [`replay`] folds the statements of a root into a
//! [`Catalog`] as PostgreSQL would, and the catalog's methods answer what rules ask.
//! Nothing here reads a disk or a server.

mod ask;
mod caller;
mod compare;
mod condition;
mod matrix;
mod migrations;
mod print;
mod recursion;
mod replay;
#[cfg(test)]
mod robust;
pub mod schema;
#[cfg(test)]
mod testing;
pub mod vocabulary;

pub use ask::{DefaultGrant, PastPolicy, Term, TermTest};
pub use compare::{Class, Difference, Place, compare};
pub use condition::{
    AddressUse, CallIn, ExpectedRole, Impossible, Known, KnownBy, Lookup, LooseSubselect,
    Membership, Part, RowCall, RowUse, Shadowed, Shadowing, Truth,
};
pub use matrix::{Admitted, Entry, Line, Matrix, Rows, Subject, Why};
pub use migrations::{
    Declaration, Grouping, LeftOut, Migration, MigrationRoot, NewMigration, RootConfig, RootKind,
    SqlFile, Wanted as WantedMigration, group,
};
pub use print::{index_sql, schema_json, schema_mermaid, schema_sql};
pub use recursion::{PolicyCycle, policy_cycle, policy_cycle_with_subselect};
pub use replay::{Halfway, Missing, Replay, Replayed, Unchanged, replay, unchanged};
pub use schema::{
    Bucket, Catalog, Change, ChangeKind, Check, Column, Command, Condition, ConstraintIs,
    DeclaredBy, DefaultPrivilege, EventTrigger, Extension, ForeignKey, Function, FunctionArgument,
    Grant, Identity, Index, IndexKey, IndexTarget, Key, NewColumn, NewConstraint, NewIndex,
    PastColumn, Pending, Policy, Provenance, Publication, QualifiedName, ReferentialAction,
    Refused, Repeat, Rewrite, Role, Schema, Sequence, Step, StepKind, StepTable, StepTransaction,
    Table, TableKind, Timeouts, Trigger, TypeChange, TypeKind, UserType, View, WrittenType, quoted,
};
pub use trave_sql::Dialect;
