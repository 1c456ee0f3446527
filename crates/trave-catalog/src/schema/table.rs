//! Tables with their columns, constraints and triggers.

use smol_str::SmolStr;
use trave_source::Origin;

use super::{Grant, Index, Policy, Provenance, QualifiedName};

/// Which kind of relation a table is (`pg_class.relkind`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum TableKind {
    /// `r`.
    #[default]
    Ordinary,
    /// `p`.
    Partitioned,
    /// `f`.
    Foreign,
}

/// A table.
#[expect(clippy::struct_excessive_bools, reason = "each is a column of `pg_catalog`")]
#[derive(Debug, Clone)]
pub struct Table {
    /// Its name.
    pub name: QualifiedName,
    /// Where it was made; the span is that of its name.
    pub provenance: Provenance,
    /// Its relation kind.
    pub kind: TableKind,
    /// Columns in order (`pg_attribute.attnum`), dropped ones left out.
    pub columns: Vec<Column>,
    /// The primary key.
    pub primary_key: Option<Key>,
    /// Unique constraints.
    pub uniques: Vec<Key>,
    /// Foreign keys.
    pub foreign_keys: Vec<ForeignKey>,
    /// Check constraints.
    pub checks: Vec<Check>,
    /// Exclusion constraints, by name.
    pub exclusions: Vec<Key>,
    /// Every index, also those behind keys.
    pub indexes: Vec<Index>,
    /// Policies by name.
    pub policies: Vec<Policy>,
    /// Row level security is enabled (`pg_class.relrowsecurity`).
    pub rls_enabled: bool,
    /// … also for the owner (`relforcerowsecurity`).
    pub rls_forced: bool,
    /// Where row level security was last enabled or disabled.
    pub rls_origin: Option<Origin>,
    /// Privileges on the table and its columns, as they stand.
    pub grants: Vec<Grant>,
    /// Whether `grants` is complete; false when the platform's default grants are in doubt.
    pub grants_known: bool,
    /// Triggers.
    pub triggers: Vec<Trigger>,
    /// The parent, for a partition or an inheritance child.
    pub parent: Option<QualifiedName>,
    /// Whether `parent` is a partitioned table.
    pub is_partition: bool,
    /// `COMMENT ON TABLE`.
    pub comment: Option<String>,
    /// Every parent in order, `parent` first: `INHERITS (…)` may name several.
    pub inherits: Vec<QualifiedName>,
    /// `PARTITION BY`, as PostgreSQL prints it: `RANGE (created_at)`.
    pub partition_key: Option<String>,
    /// `FOR VALUES …` or `DEFAULT` of a partition, as written.
    pub partition_bound: Option<SmolStr>,
    /// The foreign server that a foreign table is read from (`pg_foreign_table.ftserver`).
    pub server: Option<SmolStr>,
    /// `UNLOGGED`.
    pub unlogged: bool,
    /// Columns that dynamic DDL or an unseen statement may have added: an unknown column is then
    /// no proof of a mistake.
    pub columns_known: bool,
    /// Names that columns once had, with what became of each.
    pub past_columns: Vec<PastColumn>,
}

/// A column that is no longer there under this name.
#[derive(Debug, Clone)]
pub struct PastColumn {
    /// The name it had.
    pub name: SmolStr,
    /// The new name, if it was renamed; dropped otherwise.
    pub renamed_to: Option<SmolStr>,
    /// The statement that did it.
    pub origin: Origin,
}

/// A column (`pg_attribute`).
#[derive(Debug, Clone)]
pub struct Column {
    /// Its name.
    pub name: SmolStr,
    /// The type as `format_type` prints it: `character varying(20)`, `integer`, `public.status`.
    pub type_name: SmolStr,
    /// `NOT NULL` (`attnotnull`).
    pub not_null: bool,
    /// The default expression as written, without `serial`'s own.
    pub default: Option<String>,
    /// `GENERATED ALWAYS AS (…) STORED`: the expression as written.
    pub generated: Option<String>,
    /// `GENERATED … AS IDENTITY`.
    pub identity: Option<Identity>,
    /// The sequence that the default draws from: `serial`, or a `nextval` that was written.
    pub sequence: Option<QualifiedName>,
    /// The table's own (`attislocal`): it stays when a parent drops it.
    pub local: bool,
    /// Where it was added; the span is that of its definition.
    pub origin: Origin,
}

impl Column {
    /// The default, also that of `serial`.
    pub(crate) fn default_sql(&self) -> Option<String> {
        let drawn =
            || Some(format!("nextval('{}'::regclass)", quoted_inside(self.sequence.as_ref()?)));
        self.default.clone().or_else(drawn)
    }
}

/// A name as it stands between single quotes.
fn quoted_inside(name: &QualifiedName) -> String {
    name.to_string().replace('\'', "''")
}

impl Column {
    /// A column of which only the type is told: it may be null, and nothing fills it.
    pub fn plain(name: SmolStr, type_name: SmolStr, origin: Origin) -> Self {
        Self {
            name,
            type_name,
            not_null: false,
            default: None,
            generated: None,
            identity: None,
            sequence: None,
            local: true,
            origin,
        }
    }
}

/// `attidentity`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Identity {
    /// `GENERATED ALWAYS AS IDENTITY`.
    Always,
    /// `GENERATED BY DEFAULT AS IDENTITY`.
    ByDefault,
}

/// A primary key, unique or exclusion constraint.
#[derive(Debug, Clone)]
pub struct Key {
    /// The constraint's name, generated as PostgreSQL generates it where none was given.
    pub name: SmolStr,
    /// Its columns in order.
    pub columns: Vec<SmolStr>,
    /// `NULLS NOT DISTINCT`.
    pub nulls_not_distinct: bool,
    /// The operator of each column or expression, for exclusion constraints.
    pub operators: Vec<SmolStr>,
    /// `DEFERRABLE`.
    pub deferrable: bool,
    /// Where it was made.
    pub origin: Origin,
}

/// What happens to children (`confdeltype`, `confupdtype`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum ReferentialAction {
    /// `NO ACTION`.
    #[default]
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

impl ReferentialAction {
    /// What stands behind `on delete`, in small letters.
    pub const fn words(self) -> &'static str {
        match self {
            Self::NoAction => "no action",
            Self::Restrict => "restrict",
            Self::Cascade => "cascade",
            Self::SetNull => "set null",
            Self::SetDefault => "set default",
        }
    }
}

/// A foreign key.
#[derive(Debug, Clone)]
pub struct ForeignKey {
    /// The constraint's name.
    pub name: SmolStr,
    /// The referring columns.
    pub columns: Vec<SmolStr>,
    /// The table referred to.
    pub target: QualifiedName,
    /// The columns referred to; the target's primary key where none were written.
    pub target_columns: Vec<SmolStr>,
    /// `ON DELETE`.
    pub on_delete: ReferentialAction,
    /// `ON UPDATE`.
    pub on_update: ReferentialAction,
    /// False after `NOT VALID`.
    pub validated: bool,
    /// `DEFERRABLE`.
    pub deferrable: bool,
    /// Whether a partition has it from its parent.
    pub inherited: bool,
    /// Where it was made.
    pub origin: Origin,
}

/// A check constraint.
#[derive(Debug, Clone)]
pub struct Check {
    /// The constraint's name.
    pub name: SmolStr,
    /// The condition as written.
    pub expression: String,
    /// The columns that it reads, in the order in which it names them.
    pub columns: Vec<SmolStr>,
    /// False after `NOT VALID`.
    pub validated: bool,
    /// The table's own (`conislocal`): it stays when a parent drops it.
    pub local: bool,
    /// Where it was made.
    pub origin: Origin,
}

/// A trigger.
#[derive(Debug, Clone)]
pub struct Trigger {
    /// Its name.
    pub name: SmolStr,
    /// `BEFORE`, `AFTER`, `INSTEAD OF`.
    pub timing: SmolStr,
    /// `INSERT`, `UPDATE`, `DELETE`, `TRUNCATE`.
    pub events: Vec<SmolStr>,
    /// `UPDATE OF` these columns.
    pub update_of: Vec<SmolStr>,
    /// `WHEN (…)`, as written.
    pub condition: Option<String>,
    /// `FOR EACH ROW`.
    pub for_each_row: bool,
    /// The function it runs.
    pub function: QualifiedName,
    /// The definition as written.
    pub definition: String,
    /// False after `DISABLE TRIGGER`.
    pub enabled: bool,
    /// Where it was made.
    pub origin: Origin,
}
