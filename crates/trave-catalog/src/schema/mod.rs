//! The catalog: what the migrations leave behind, named as PostgreSQL's own catalog names it.
//!
//! One [`Catalog`] per root (a `supabase/` folder, a Prisma schema, a folder of migrations).
//! Rules read it; only the replay writes it.

mod change;
mod index;
mod object;
mod policy;
mod routine;
mod step;
mod table;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

pub use change::{Change, ChangeKind, Refused};
pub use index::{Index, IndexKey, IndexTarget};
pub use object::{
    Bucket, EventTrigger, Extension, Publication, Schema, Sequence, TypeKind, UserType, View,
};
pub use policy::{Command, Condition, DefaultPrivilege, Grant, Policy, Role};
pub use routine::{Function, FunctionArgument};
use smol_str::SmolStr;
pub use step::{
    ConstraintIs, NewColumn, NewConstraint, NewIndex, Pending, Repeat, Rewrite, Step, StepKind,
    StepTable, StepTransaction, Timeouts, TypeChange, WrittenType,
};
pub use table::{
    Check, Column, ForeignKey, Identity, Key, PastColumn, ReferentialAction, Table, TableKind,
    Trigger,
};
use trave_source::Origin;
use trave_sql::Dialect;
use trave_sql::Name;

/// A name with its schema, both folded as PostgreSQL folds them.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct QualifiedName {
    /// The schema: `public`, `auth`, `storage` …
    pub schema: SmolStr,
    /// The name in it.
    pub name: SmolStr,
}

impl QualifiedName {
    /// A name in a schema; both are taken as they are.
    pub fn new(schema: impl Into<SmolStr>, name: impl Into<SmolStr>) -> Self {
        Self { schema: schema.into(), name: name.into() }
    }

    /// Whether it is this name in this schema.
    pub fn is(&self, schema: &str, name: &str) -> bool {
        self.schema == schema && self.name == name
    }
}

/// `schema.name`, quoted where reading it back needs quotes.
impl fmt::Display for QualifiedName {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}.{}", Name::exact(&self.schema), Name::exact(&self.name))
    }
}

/// A name as SQL reads it back: in quotes where it needs them.
pub fn quoted(name: &str) -> String {
    Name::exact(name).to_string()
}

/// Where an object comes from, and whether it can be trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Provenance {
    /// Made by a statement of the project.
    Migration(Origin),
    /// Made by a schema that is declared in another language: `schema.prisma`, tables of an ORM.
    /// What a declaration cannot say, grants and policies first of all, is not known.
    Declaration(Origin),
    /// Shown by types that were generated from a live database: its columns with their nulls, and
    /// what refers to what. Keys, indexes, policies, grants, triggers, defaults and bodies are not
    /// known, but for the keys that a reference proves; so nothing follows from their absence.
    Generated(Origin),
    /// Part of the platform (`auth.users`, `storage.objects`): nobody's to fix.
    Platform,
    /// Named by a statement, but nothing makes it: its shape is unknown. The origin is that of
    /// the first statement that names it.
    Unknown(Origin),
}

impl Provenance {
    /// The statement of the project that made the object, or first named it.
    pub fn origin(self) -> Option<Origin> {
        match self {
            Self::Migration(origin)
            | Self::Declaration(origin)
            | Self::Generated(origin)
            | Self::Unknown(origin) => Some(origin),
            Self::Platform => None,
        }
    }

    /// Whether the project made it: a statement of a migration, or a declaration, which is a
    /// migration written in another language.
    pub fn is_migration(self) -> bool {
        matches!(self, Self::Migration(_) | Self::Declaration(_))
    }

    /// Whether generated types are all that is known of it.
    pub fn is_generated(self) -> bool {
        matches!(self, Self::Generated(_))
    }
}

/// Who reads a schema that is declared in another language than SQL.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DeclaredBy {
    /// `schema.prisma`.
    Prisma,
    /// `pgTable(…)`, `mysqlTable(…)`, `sqliteTable(…)`.
    Drizzle,
    /// Classes with `@Entity()` of TypeORM.
    TypeOrm,
    /// Classes with `@Entity()` of MikroORM.
    MikroOrm,
    /// Models of Sequelize, which tell names.
    Sequelize,
    /// Types that Supabase generated from the database.
    GeneratedTypes,
}

/// Everything a root's migrations leave behind.
#[derive(Debug, Clone, Default)]
pub struct Catalog {
    /// The root's folder, relative to the analysed folder; empty for the top.
    pub root: SmolStr,
    /// The dialect.
    pub dialect: Dialect,
    /// Who declares the schema in another language, beside migrations or instead of them.
    pub declared_by: Option<DeclaredBy>,
    /// Whether `PostgREST` serves the tables to callers with the anon key: a Supabase project.
    pub exposed: bool,
    /// Schemas that the API serves (`[api] schemas`, default `public`, `graphql_public`).
    pub exposed_schemas: Vec<SmolStr>,
    /// `[api] max_rows`: how many rows an API read returns at most; Supabase's default is 1000.
    pub rows_max: Option<u64>,
    /// Whether the settings name a hook that writes claims into tokens, the role among them.
    pub token_hook: bool,
    /// Tables, also partitioned and foreign ones.
    pub tables: BTreeMap<QualifiedName, Table>,
    /// Views and materialized views.
    pub views: BTreeMap<QualifiedName, View>,
    /// Functions and procedures; the key's second part is the list of argument types.
    pub functions: BTreeMap<(QualifiedName, SmolStr), Function>,
    /// Enums, domains and composite types.
    pub types: BTreeMap<QualifiedName, UserType>,
    /// Sequences.
    pub sequences: BTreeMap<QualifiedName, Sequence>,
    /// Schemas that were made or are the platform's.
    pub schemas: BTreeMap<SmolStr, Schema>,
    /// Extensions by name.
    pub extensions: BTreeMap<SmolStr, Extension>,
    /// Roles that the migrations make.
    pub roles: BTreeMap<SmolStr, Role>,
    /// Publications by name.
    pub publications: BTreeMap<SmolStr, Publication>,
    /// Storage buckets by id.
    pub buckets: BTreeMap<SmolStr, Bucket>,
    /// Event triggers by name.
    pub event_triggers: BTreeMap<SmolStr, EventTrigger>,
    /// What `ALTER DEFAULT PRIVILEGES` says of objects made later.
    pub default_privileges: Vec<DefaultPrivilege>,
    /// Names that dynamic DDL touched: nothing certain can be said of them.
    pub unknown: BTreeSet<QualifiedName>,
    /// What each statement changed, in order.
    pub history: Vec<Change>,
    /// Statements that the server refuses because they name a column that is gone.
    pub refused: Vec<Refused>,
    /// The migrations that are not applied yet, and what they do.
    pub pending: Pending,
    /// How many statements were read.
    pub statements: usize,
    /// How many of them were understood.
    pub statements_understood: usize,
    /// What was found out about it since it is finished.
    pub(crate) noted: crate::ask::Noted,
}
