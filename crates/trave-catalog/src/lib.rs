//! The schema of a database, told by its migrations alone.
//!
//! [`group`] sorts SQL files into roots, and conditions of policies answer what rules ask.
//! Nothing here reads a disk or a server.

mod condition;
mod migrations;
mod recursion;
pub mod schema;

pub use condition::{RowCall, Truth};
pub use migrations::{
    Grouping, LeftOut, Migration, MigrationRoot, RootConfig, RootKind, SqlFile, group,
};
pub use recursion::{PolicyCycle, policy_cycle};
pub use schema::{
    Bucket, Catalog, Change, ChangeKind, Check, Column, Command, Condition, DefaultPrivilege,
    Dialect, EventTrigger, Extension, ForeignKey, Function, FunctionArgument, Grant, Identity,
    Index, IndexKey, IndexTarget, Key, PastColumn, Policy, Provenance, Publication, QualifiedName,
    ReferentialAction, Role, Schema, Sequence, Table, TableKind, Trigger, TypeKind, UserType, View,
};
