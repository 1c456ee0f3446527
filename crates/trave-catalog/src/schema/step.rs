//! What the migrations that are not applied yet do, step by step, against what was there before.

use std::collections::BTreeSet;

use smol_str::SmolStr;
use trave_source::{FileId, Origin};

use super::QualifiedName;

/// The migrations that are not applied yet.
#[derive(Debug, Clone, Default)]
pub struct Pending {
    /// Their files.
    pub files: BTreeSet<FileId>,
    /// What they do, in order.
    pub steps: Vec<Step>,
    /// An ORM writes these migrations from a schema of its own: the types and the names in them
    /// are its choice, and it reads what it writes.
    pub is_generated: bool,
}

/// One thing that a statement of a migration not yet applied does.
#[derive(Debug, Clone)]
pub struct Step {
    /// What is done, and to what.
    pub kind: StepKind,
    /// Where it is said: one action, one column, the statement where there is nothing smaller.
    pub origin: Origin,
    /// The whole statement.
    pub statement: Origin,
    /// The table that it works on, as it was before.
    pub table: Option<StepTable>,
    /// The transaction that it runs in, as far as it is known.
    pub transaction: Option<StepTransaction>,
    /// `SET lock_timeout` and `SET statement_timeout` that hold.
    pub timeouts: Timeouts,
}

/// A table as a step finds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepTable {
    /// Its name.
    pub name: QualifiedName,
    /// It has no rows that anybody waits for: the same migrations made it, or emptied it before.
    pub is_idle: bool,
}

/// A transaction that a statement runs in together with others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StepTransaction {
    /// A `BEGIN` of the file opened it.
    Begun(Origin),
    /// Who applies the migrations opens it.
    ByTool,
    /// The same, but what cannot run in a transaction is run alone.
    Batched,
}

/// Which limits of time hold for a statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Timeouts {
    /// `lock_timeout` was set.
    pub lock: bool,
    /// `statement_timeout` was set.
    pub statement: bool,
}

/// What a step does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StepKind {
    /// A table is made, altered or dropped by its bare name.
    NamedWithoutSchema,
    /// A column of a new table, or one added to a table.
    ColumnMade(Box<NewColumn>),
    /// A column gets another type.
    TypeChanged(Box<TypeChange>),
    /// `SET NOT NULL`.
    NotNullSet {
        /// The column.
        column: SmolStr,
        /// A validated check says already that it is never null.
        proven: bool,
    },
    /// `DROP NOT NULL`.
    NotNullDropped(SmolStr),
    /// A constraint is added to a table that is there.
    ConstraintAdded(Box<NewConstraint>),
    /// `VALIDATE CONSTRAINT`.
    ConstraintValidated {
        /// Its name.
        name: SmolStr,
        /// The same transaction added it, and holds its lock until it ends.
        added: Option<Origin>,
    },
    /// `DROP COLUMN`.
    ColumnDropped {
        /// The column.
        column: SmolStr,
        /// The same migrations made it.
        is_new: bool,
    },
    /// `RENAME COLUMN`.
    ColumnRenamed {
        /// Before.
        from: SmolStr,
        /// After.
        to: SmolStr,
        /// The same migrations made it.
        is_new: bool,
    },
    /// `DROP TABLE`.
    TableDropped,
    /// `RENAME TO`, `SET SCHEMA` of a table.
    TableRenamed(QualifiedName),
    /// `CREATE INDEX`.
    IndexMade(Box<NewIndex>),
    /// `DROP INDEX`.
    IndexDropped {
        /// The index.
        name: SmolStr,
        /// `CONCURRENTLY`.
        concurrently: bool,
    },
    /// `REINDEX`.
    Reindexed {
        /// `index`, `table`, `schema`, `database`, `system`.
        kind: SmolStr,
        /// Of what, if it is said.
        name: SmolStr,
        /// `CONCURRENTLY`.
        concurrently: bool,
    },
    /// `DETACH PARTITION`.
    PartitionDetached {
        /// The partition.
        partition: SmolStr,
        /// `CONCURRENTLY` or `FINALIZE`.
        concurrently: bool,
    },
    /// A lock that keeps others out is taken and nothing changed: `LOCK`, `VACUUM FULL`.
    TableLocked,
    /// Rows are updated or deleted: more than one, as far as the condition tells.
    RowsWritten,
    /// `TRUNCATE … CASCADE`, with the tables that it names.
    TruncatedWithOthers(Vec<QualifiedName>),
    /// `DROP DATABASE`.
    DatabaseDropped(SmolStr),
    /// One statement sets a column twice.
    AssignedTwice {
        /// The column.
        column: SmolStr,
        /// Where it is set first.
        first: Origin,
    },
    /// A `BEGIN` without an end.
    LeftOpen,
    /// `ADD VALUE` of an enum.
    EnumValueAdded {
        /// The enum.
        of: QualifiedName,
        /// The value.
        value: SmolStr,
        /// `BEFORE` or `AFTER` was said.
        placed: bool,
        /// The value that is last before.
        last: Option<SmolStr>,
    },
    /// A value of an enum is named in the transaction that added it: PostgreSQL refuses that.
    EnumValueUsed {
        /// The enum.
        of: QualifiedName,
        /// The value.
        value: SmolStr,
        /// Where it was added.
        added: Origin,
    },
    /// A domain gets a constraint.
    DomainConstrained {
        /// The domain.
        domain: QualifiedName,
        /// `CREATE DOMAIN`, as opposed to `ALTER DOMAIN`.
        created: bool,
        /// The domain is of the same migrations.
        is_new: bool,
    },
    /// A name that PostgreSQL cuts.
    NameCut {
        /// What is left of it.
        kept: SmolStr,
        /// How many bytes it has.
        bytes: usize,
    },
    /// A statement that fails when it runs a second time.
    NotRepeatable(Repeat),
}

/// What would let a statement run twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Repeat {
    /// `IF NOT EXISTS` behind these words.
    IfNotExists(&'static str),
    /// `IF EXISTS` behind these words.
    IfExists(&'static str),
    /// Dropping the constraint before, `IF EXISTS`.
    DropBefore,
    /// Only a transaction around it.
    Transaction,
}

/// A type as a column is declared with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrittenType {
    /// As PostgreSQL prints it: `character varying(20)`.
    pub text: SmolStr,
    /// Without what stands in parentheses and brackets: `character varying`.
    pub base: SmolStr,
    /// What stands in parentheses.
    pub modifiers: Vec<SmolStr>,
    /// `serial` and its kin.
    pub serial: bool,
    /// An array of it.
    pub is_array: bool,
    /// Where it was written.
    pub origin: Origin,
}

/// A column that a migration not yet applied makes.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
pub struct NewColumn {
    /// Its name.
    pub name: SmolStr,
    /// Its type.
    pub data_type: Option<WrittenType>,
    /// Made together with its table.
    pub with_table: bool,
    /// `NOT NULL`, also by being a primary key.
    pub not_null: bool,
    /// Rows that are there get a value: by a default, an identity, an expression.
    pub fills: bool,
    /// What keeps PostgreSQL from storing the default once: see [`Rewrite`].
    pub rewrite: Option<Rewrite>,
    /// Its default as written.
    pub default: Option<String>,
    /// The primary key.
    pub is_primary: bool,
    /// It refers to another table.
    pub refers: bool,
}

/// Why adding a column writes every row of the table anew.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rewrite {
    /// The default calls this function, which gives another value for each row.
    Volatile(SmolStr),
    /// The value is computed and stored.
    Stored,
    /// `serial` or an identity numbers the rows.
    Numbered,
}

/// A type that changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TypeChange {
    /// The column.
    pub column: SmolStr,
    /// Its type before, where it is known.
    pub from: Option<SmolStr>,
    /// Its type after.
    pub to: WrittenType,
    /// The expression behind `USING`, as written.
    pub using: Option<String>,
    /// PostgreSQL keeps the rows as they are: the new type takes every old value.
    pub keeps_rows: bool,
}

/// A constraint on a table that is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewConstraint {
    /// What it demands.
    pub kind: ConstraintIs,
    /// Its name, if it was given.
    pub name: Option<SmolStr>,
    /// Its columns.
    pub columns: Vec<SmolStr>,
    /// The definition as written, without `CONSTRAINT name`.
    pub definition: String,
    /// `NOT VALID`, `USING INDEX`, or a reference of a column that is null in every row: no row
    /// is looked at.
    pub skips_rows: bool,
    /// Written at a column that is added.
    pub inline: bool,
    /// The table that it refers to.
    pub target: Option<QualifiedName>,
}

/// What a constraint demands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConstraintIs {
    /// A primary key.
    Primary,
    /// A unique key.
    Unique,
    /// A foreign key.
    Reference,
    /// A check.
    Check,
    /// An exclusion.
    Exclusion,
    /// `NOT NULL` with a name.
    NotNull,
}

/// An index that a migration not yet applied makes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewIndex {
    /// Its name, if it was given.
    pub name: Option<SmolStr>,
    /// `CONCURRENTLY`.
    pub concurrently: bool,
    /// What follows `CREATE`, as written, with `CONCURRENTLY` taken out: `UNIQUE INDEX …`.
    pub definition: String,
    /// `IF NOT EXISTS`, and a comment of the file says that it is built concurrently by hand.
    pub by_hand: bool,
}

impl Step {
    /// The table, if it had rows that somebody may be waiting for.
    pub fn busy_table(&self) -> Option<&StepTable> {
        self.table.as_ref().filter(|table| !table.is_idle)
    }

    /// Whether nobody can read or write the table until the transaction ends.
    pub fn keeps_others_out(&self) -> bool {
        match &self.kind {
            StepKind::ColumnMade(made) => !made.with_table,
            StepKind::ConstraintAdded(added) => {
                !added.inline && added.kind != ConstraintIs::Reference
            }
            StepKind::IndexDropped { concurrently, .. }
            | StepKind::PartitionDetached { concurrently, .. } => !concurrently,
            StepKind::TypeChanged(_)
            | StepKind::NotNullSet { .. }
            | StepKind::NotNullDropped(_)
            | StepKind::ColumnDropped { .. }
            | StepKind::ColumnRenamed { .. }
            | StepKind::TableDropped
            | StepKind::TableRenamed(_)
            | StepKind::TableLocked => true,
            _ => false,
        }
    }

    /// Whether two steps run in the same transaction.
    pub fn shares_transaction(&self, other: &Self) -> bool {
        self.transaction.is_some()
            && self.transaction == other.transaction
            && self.statement.file == other.statement.file
    }
}

impl TypeChange {
    /// Whether the column had another type, or one that is not known.
    pub fn is_other_type(&self) -> bool {
        self.from.as_ref() != Some(&self.to.text)
    }
}

impl Pending {
    /// Whether a place is in a migration that is not applied yet.
    pub fn holds(&self, place: Origin) -> bool {
        self.files.contains(&place.file)
    }

    /// Whether one of them gives a table this name in place of another.
    pub fn renames_to(&self, table: &QualifiedName) -> bool {
        self.steps
            .iter()
            .any(|step| matches!(&step.kind, StepKind::TableRenamed(to) if to == table))
    }

    /// Whether one of them gives a column this name in place of another.
    pub fn renames_column_to(&self, table: &QualifiedName, column: &str) -> bool {
        self.on(table)
            .any(|step| matches!(&step.kind, StepKind::ColumnRenamed { to, .. } if *to == *column))
    }

    /// Whether one of them drops a column, or its table.
    pub fn drops(&self, table: &QualifiedName, column: &str) -> bool {
        self.on(table).any(|step| match &step.kind {
            StepKind::ColumnDropped { column: dropped, .. } => *dropped == *column,
            StepKind::TableDropped => true,
            _ => false,
        })
    }

    /// The column that one of them adds to a table that is there.
    pub fn added_column(&self, table: &QualifiedName, column: &str) -> Option<&NewColumn> {
        self.on(table).find_map(|step| match &step.kind {
            StepKind::ColumnMade(made) if !made.with_table && made.name == *column => Some(&**made),
            _ => None,
        })
    }

    fn on(&self, table: &QualifiedName) -> impl Iterator<Item = &Step> {
        let works_on =
            move |step: &&Step| step.table.as_ref().is_some_and(|found| found.name == *table);
        self.steps.iter().filter(works_on)
    }
}
