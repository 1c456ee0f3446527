//! The history: what each statement did.

use smol_str::SmolStr;
use trave_source::Origin;

use super::{Command, QualifiedName};

/// What one statement changed: migration rules read these.
#[derive(Debug, Clone)]
pub struct Change {
    /// The statement.
    pub origin: Origin,
    /// What it did.
    pub kind: ChangeKind,
}

/// A statement that the server refuses, because it names a column that is gone by then.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// The statement.
    pub origin: Origin,
    /// What it would have made: `policy`, `index`, `view`.
    pub what: &'static str,
    /// The table.
    pub table: QualifiedName,
    /// The column.
    pub column: SmolStr,
}

/// Kinds of changes that rules ask about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChangeKind {
    /// A table was made.
    TableCreated(QualifiedName),
    /// A table was dropped.
    TableDropped(QualifiedName),
    /// A table was renamed or moved.
    TableRenamed {
        /// Before.
        from: QualifiedName,
        /// After.
        to: QualifiedName,
    },
    /// A column was added.
    ColumnAdded {
        /// The table.
        table: QualifiedName,
        /// The column.
        column: SmolStr,
    },
    /// A column was dropped.
    ColumnDropped {
        /// The table.
        table: QualifiedName,
        /// The column.
        column: SmolStr,
    },
    /// A column was renamed.
    ColumnRenamed {
        /// The table.
        table: QualifiedName,
        /// Before.
        from: SmolStr,
        /// After.
        to: SmolStr,
    },
    /// All of a column, or what of it was asked for, was written into another column of its rows.
    ColumnCopied {
        /// The table.
        table: QualifiedName,
        /// The column that was read.
        from: SmolStr,
        /// The column that was written.
        to: SmolStr,
    },
    /// A foreign key was dropped by its name.
    ReferenceDropped {
        /// The table.
        table: QualifiedName,
        /// The columns that referred.
        columns: Vec<SmolStr>,
        /// The table that they referred to.
        target: QualifiedName,
    },
    /// A view was dropped.
    ViewDropped(QualifiedName),
    /// A function was dropped.
    FunctionDropped(QualifiedName),
    /// Rows that the statement spells out were added to a table.
    RowsInserted(QualifiedName),
    /// A policy was dropped, or went with something that it needed.
    PolicyDropped {
        /// The table.
        table: QualifiedName,
        /// Its name.
        policy: SmolStr,
        /// The command that it was for, or none for `ALL`.
        command: Option<Command>,
        /// It went with something else (`CASCADE`).
        cascaded: bool,
    },
}
