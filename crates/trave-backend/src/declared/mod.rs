//! Schemas that are declared in another language than SQL: `schema.prisma`, tables of an ORM.
//!
//! A declared schema is a migration written in another language. Each source is read into one
//! [`Declared`], which is written once as SQL that knows where each of its parts comes from;
//! whoever replays migrations replays that too. What cannot be known is left out and said.

mod class;
mod code;
pub mod drizzle;
mod entity_names;
pub mod mikro;
mod name;
pub mod prisma;
pub mod sequelize;
mod sha1;
#[cfg(test)]
mod test;
pub mod typeorm;
mod write;

pub use code::Linked;
use smol_str::SmolStr;
use trave_source::{FileId, Notice, Origin};
use trave_sql::Dialect;
use trave_ts::ir::{Class, Exported, ExprKind, Module};

use crate::naming::NamedTable;

/// The tool whose declaration was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Tool {
    /// `schema.prisma`.
    Prisma,
    /// `pgTable(…)` and its sisters.
    Drizzle,
    /// Classes with `@Entity()` of TypeORM.
    TypeOrm,
    /// Classes with `@Entity()` of MikroORM.
    MikroOrm,
    /// Models of Sequelize: they name tables that migrations make.
    Sequelize,
}

/// Everything that one declaration says.
#[derive(Debug, Clone, PartialEq)]
pub struct Declared {
    /// Who reads the declaration.
    pub tool: Tool,
    /// The database it is made for.
    pub dialect: Dialect,
    /// Enums that are types of their own.
    pub enums: Vec<Enum>,
    /// Tables.
    pub tables: Vec<Table>,
    /// What code calls them.
    pub names: Vec<NamedTable>,
    /// What was not understood.
    pub notices: Vec<Notice>,
}

/// Whether the bytes of a file hold the name of something that declares tables.
pub fn may_declare(text: &str) -> bool {
    let mut needles = drizzle::NEEDLES
        .iter()
        .chain(&typeorm::NEEDLES)
        .chain(&mikro::NEEDLES)
        .chain(&sequelize::NEEDLES);
    needles.any(|needle| text.contains(needle))
}

/// Whether a module may say something of declared schemas by itself. Any other one matters only if
/// its imports lead to such a one, or those of one whose imports do lead to it.
pub fn speaks_of_schemas(module: &Module, text: &str) -> bool {
    const PACKAGES: [&str; 4] = ["drizzle", "typeorm", "mikro-orm", "sequelize"];
    // What is known by its name, wherever the name comes from.
    const NAMES: [&str; 4] = ["MigrationInterface", "hasMany", "hasOne", "belongsTo"];
    let exports = module.exports.iter().filter_map(|export| match &export.what {
        Exported::From { specifier, .. } => Some(specifier),
        Exported::Binding(_) | Exported::Expr(_) => None,
    });
    let mut packages = module.imports.iter().map(|import| &import.specifier).chain(exports);
    let extends_model = |class: &Class| {
        let base = class.extends.and_then(|base| module.expr(base)).map(|base| &base.kind);
        matches!(base, Some(ExprKind::Member { property, .. }) if property == "Model")
    };
    may_declare(text)
        || NAMES.iter().any(|name| text.contains(name))
        || packages.any(|name| PACKAGES.iter().any(|package| name.contains(package)))
        || module.classes.iter().any(extends_model)
}

/// Every schema that some modules declare.
pub fn read_modules(modules: &[Linked<'_>]) -> Vec<Source> {
    let mut sources = drizzle::read(modules);
    sources.extend(typeorm::read(modules));
    sources.extend(mikro::read(modules));
    sources.extend(sequelize::read(modules));
    sources
}

/// A declaration with the files that it was read from.
#[derive(Debug, Clone, PartialEq)]
pub struct Source {
    /// The folder that holds it, relative to the analysed folder.
    pub folder: SmolStr,
    /// The files, in order of path.
    pub files: Vec<FileId>,
    /// What they say.
    pub declared: Declared,
}

/// A name with its schema, none for the default one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct TableName {
    /// The schema, if it is not the default one.
    pub schema: Option<SmolStr>,
    /// The name, exactly.
    pub name: SmolStr,
}

/// An enum.
#[derive(Debug, Clone, PartialEq)]
pub struct Enum {
    /// Its name.
    pub name: TableName,
    /// Its values in order.
    pub values: Vec<SmolStr>,
    /// Where its name stands.
    pub origin: Origin,
}

/// A table.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    /// Its name.
    pub name: TableName,
    /// Where its name stands.
    pub origin: Origin,
    /// Its columns, in order.
    pub columns: Vec<Column>,
    /// Its primary key and unique constraints.
    pub keys: Vec<Key>,
    /// Its foreign keys.
    pub references: Vec<Reference>,
    /// Its indexes, but for those behind keys.
    pub indexes: Vec<Index>,
    /// Its checks.
    pub checks: Vec<Check>,
}

/// A column.
#[derive(Debug, Clone, PartialEq)]
pub struct Column {
    /// Its name, exactly.
    pub name: SmolStr,
    /// Its type in SQL, quoted where it needs quotes.
    pub data_type: String,
    /// `NOT NULL`.
    pub not_null: bool,
    /// Its default in SQL.
    pub default: Option<String>,
    /// What stands behind all that: `GENERATED …`, `AUTO_INCREMENT`.
    pub generated: Option<String>,
    /// The whole definition.
    pub origin: Origin,
}

/// A primary key or a unique constraint.
#[derive(Debug, Clone, PartialEq)]
pub struct Key {
    /// Whether it is the primary key.
    pub primary: bool,
    /// Its name; none where the database makes one up.
    pub name: Option<SmolStr>,
    /// Its columns in order.
    pub columns: Vec<SmolStr>,
    /// `NULLS NOT DISTINCT`.
    pub nulls_not_distinct: bool,
    /// Where it stands.
    pub origin: Origin,
}

/// What happens to a referencing row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// `NO ACTION`.
    NoAction,
    /// `RESTRICT`.
    Restrict,
    /// `CASCADE`.
    Cascade,
    /// `SET NULL`.
    SetNull,
    /// `SET DEFAULT`.
    SetDefault,
}

/// A foreign key.
#[derive(Debug, Clone, PartialEq)]
pub struct Reference {
    /// Its name; none where the database makes one up.
    pub name: Option<SmolStr>,
    /// The referencing columns.
    pub columns: Vec<SmolStr>,
    /// The table referred to.
    pub target: TableName,
    /// Its columns.
    pub target_columns: Vec<SmolStr>,
    /// `ON DELETE`.
    pub on_delete: Action,
    /// `ON UPDATE`.
    pub on_update: Action,
    /// Where it stands.
    pub origin: Origin,
}

/// An index.
#[derive(Debug, Clone, PartialEq)]
pub struct Index {
    /// Its name; none where the database makes one up.
    pub name: Option<SmolStr>,
    /// `UNIQUE`.
    pub unique: bool,
    /// The access method, if it is not the default one.
    pub method: Option<SmolStr>,
    /// Its keys in order.
    pub keys: Vec<IndexKey>,
    /// Its condition in SQL.
    pub predicate: Option<String>,
    /// Where it stands.
    pub origin: Origin,
}

/// One key of an index.
#[derive(Debug, Clone, PartialEq)]
pub struct IndexKey {
    /// What is indexed, in SQL: a quoted column, or an expression in parentheses.
    pub value: String,
    /// What follows it: operator class, direction, where nulls go.
    pub rest: String,
}

/// A check constraint.
#[derive(Debug, Clone, PartialEq)]
pub struct Check {
    /// Its name, if it has one.
    pub name: Option<SmolStr>,
    /// Its condition in SQL.
    pub condition: String,
    /// Where it stands.
    pub origin: Origin,
}

impl Declared {
    /// An empty declaration.
    fn new(tool: Tool, dialect: Dialect) -> Self {
        Self {
            tool,
            dialect,
            enums: Vec::new(),
            tables: Vec::new(),
            names: Vec::new(),
            notices: Vec::new(),
        }
    }
}

impl Table {
    /// A table of which only the name is known.
    fn new(name: TableName, origin: Origin) -> Self {
        Self {
            name,
            origin,
            columns: Vec::new(),
            keys: Vec::new(),
            references: Vec::new(),
            indexes: Vec::new(),
            checks: Vec::new(),
        }
    }
}

impl IndexKey {
    /// A plain column.
    fn column(name: &str) -> Self {
        Self { value: name::quoted(name), rest: String::new() }
    }
}
