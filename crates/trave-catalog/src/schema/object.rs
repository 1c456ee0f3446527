//! What is neither a table nor a routine: schemas, views, types, sequences, publications …

use std::collections::{BTreeMap, BTreeSet};

use smol_str::SmolStr;
use trave_source::Origin;

use super::{Grant, Index, Provenance, QualifiedName, Trigger};

/// A schema.
#[derive(Debug, Clone)]
pub struct Schema {
    /// Where it comes from.
    pub provenance: Provenance,
    /// `USAGE` and `CREATE` on it.
    pub grants: Vec<Grant>,
}

/// A view.
#[expect(clippy::struct_excessive_bools, reason = "each is a column of `pg_catalog`")]
#[derive(Debug, Clone)]
pub struct View {
    /// Its name.
    pub name: QualifiedName,
    /// Where it was made.
    pub provenance: Provenance,
    /// `MATERIALIZED`.
    pub materialized: bool,
    /// `security_invoker = on`.
    pub security_invoker: bool,
    /// `security_barrier = on`.
    pub security_barrier: bool,
    /// Output columns, where they can be told.
    pub columns: Vec<SmolStr>,
    /// Whether `columns` is complete.
    pub columns_known: bool,
    /// The types of `columns`, each empty where it cannot be told.
    pub types: Vec<SmolStr>,
    /// The tables and views it reads.
    pub reads: BTreeSet<QualifiedName>,
    /// The query as written.
    pub definition: String,
    /// Indexes, for a materialized view.
    pub indexes: Vec<Index>,
    /// `INSTEAD OF` triggers.
    pub triggers: Vec<Trigger>,
    /// Privileges.
    pub grants: Vec<Grant>,
    /// Whether `grants` is complete, as with tables.
    pub grants_known: bool,
}

/// A type that the migrations make.
#[derive(Debug, Clone)]
pub struct UserType {
    /// Its name.
    pub name: QualifiedName,
    /// Where it was made.
    pub provenance: Provenance,
    /// What it is.
    pub kind: TypeKind,
}

/// Kinds of types.
#[derive(Debug, Clone)]
pub enum TypeKind {
    /// An enum with its labels in order.
    Enum(Vec<SmolStr>),
    /// A domain over a type.
    Domain {
        /// The base type.
        base: SmolStr,
        /// `NOT NULL`.
        not_null: bool,
        /// Its default, as written.
        default: Option<String>,
        /// Its checks, name and condition.
        checks: Vec<(SmolStr, String)>,
    },
    /// A composite type with its attributes.
    Composite(Vec<(SmolStr, SmolStr)>),
    /// A range over another type.
    Range,
    /// A base type, or one whose kind is not known.
    Other,
}

/// A sequence.
#[derive(Debug, Clone)]
pub struct Sequence {
    /// Its name.
    pub name: QualifiedName,
    /// Where it was made.
    pub provenance: Provenance,
    /// The column that owns it.
    pub owned_by: Option<(QualifiedName, SmolStr)>,
    /// Whether that is an identity column, which made it.
    pub of_identity: bool,
    /// Privileges.
    pub grants: Vec<Grant>,
}

/// An extension.
#[derive(Debug, Clone)]
pub struct Extension {
    /// Its schema.
    pub schema: SmolStr,
    /// Where it was made.
    pub provenance: Provenance,
}

/// A publication.
#[derive(Debug, Clone)]
pub struct Publication {
    /// Where it was made.
    pub provenance: Provenance,
    /// `FOR ALL TABLES`.
    pub all_tables: bool,
    /// Its tables, with the statement that added each.
    pub tables: BTreeMap<QualifiedName, Origin>,
}

/// A storage bucket (`storage.buckets`).
#[derive(Debug, Clone)]
pub struct Bucket {
    /// Anybody may read its objects by URL.
    pub public: bool,
    /// The statement that made it.
    pub origin: Origin,
}

/// An event trigger (`pg_event_trigger`).
#[derive(Debug, Clone)]
pub struct EventTrigger {
    /// `ddl_command_end`, `sql_drop` …
    pub event: SmolStr,
    /// The function that it runs.
    pub function: QualifiedName,
    /// Where it was made.
    pub provenance: Provenance,
}
