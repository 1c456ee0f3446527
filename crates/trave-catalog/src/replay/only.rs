//! `ALTER TABLE ONLY`: what has to happen to children and partitions as well.

use trave_sql::{AlterActionKind, ColumnChange, Constraint, ConstraintKind};

use super::session::Session;
use super::{Failure, Outcome};
use crate::{QualifiedName, Table};

impl Session {
    /// Refuses what cannot be done to a parent alone.
    pub(super) fn refuse_only(&self, table: &QualifiedName, action: &AlterActionKind) -> Outcome {
        let Some(found) = self.catalog().tables.get(table) else { return Ok(()) };
        let has = |name: &str| found.column(name).is_some();
        let check = |name: &str| found.checks.iter().find(|check| check.name == name);
        let needs_all = match action {
            AlterActionKind::AddColumn(add) => {
                !(add.if_not_exists && has(add.column.name.as_str()))
            }
            AlterActionKind::RenameColumn(_) => true,
            AlterActionKind::RenameConstraint(rename) => check(rename.from.as_str()).is_some(),
            AlterActionKind::ValidateConstraint(name) => {
                check(name.as_str()).is_some_and(|check| !check.validated)
            }
            AlterActionKind::AlterColumn(alter) => match alter.change {
                ColumnChange::SetType(..) | ColumnChange::DropExpression(_) => true,
                ColumnChange::SetNotNull => self.is_null_in_partition(found, alter.name.as_str()),
                ColumnChange::DropNotNull => self.is_partitioned(table),
                _ => false,
            },
            AlterActionKind::AddConstraint(constraint) => self.needs_partitions(found, constraint),
            AlterActionKind::DropColumn(drop) => {
                self.is_partitioned(table) && has(drop.name.as_str())
            }
            AlterActionKind::DropConstraint(drop) => {
                self.is_partitioned(table) && check(drop.name.as_str()).is_some()
            }
            _ => false,
        };
        if needs_all { Err(Failure::new("children have to change as well")) } else { Ok(()) }
    }

    fn needs_partitions(&self, table: &Table, constraint: &Constraint) -> bool {
        match &constraint.kind {
            ConstraintKind::Check(_) => true,
            ConstraintKind::PrimaryKey(key) => {
                key.columns.iter().any(|column| self.is_null_in_partition(table, column.as_str()))
            }
            _ => false,
        }
    }

    /// Whether a column may be null in a partitioned table, and in one of its partitions.
    fn is_null_in_partition(&self, table: &Table, column: &str) -> bool {
        let is_null = |table: &Table| table.column(column).is_some_and(|column| !column.not_null);
        let partitions = self.partitions(&table.name).into_iter();
        let mut partitions = partitions.filter_map(|name| self.catalog().tables.get(&name));
        is_null(table) && partitions.any(is_null)
    }
}
