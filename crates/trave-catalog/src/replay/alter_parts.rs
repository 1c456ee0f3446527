//! The parts of a table that `ALTER TABLE` drops, changes and attaches.

use smol_str::SmolStr;
use trave_source::Span;
use trave_sql::{AlterColumn, ColumnChange, DropPart, RenamePart};

use super::column::identity_mode;
use super::drop::Behavior;
use super::session::Session;
use super::{Failure, Outcome};
use crate::{QualifiedName, Table};

impl Session {
    /// `ALTER [COLUMN] name …`.
    pub(super) fn alter_column(
        &mut self,
        table: &QualifiedName,
        alter: &AlterColumn,
        span: Span,
    ) -> Outcome {
        let name = alter.name.as_str();
        match &alter.change {
            ColumnChange::SetDefault(expr) => {
                self.link_calls(table, expr);
                let text = self.expression_text(expr);
                let text = Some(text).filter(|text| !text.eq_ignore_ascii_case("null"));
                self.each_column(table, name, |column| {
                    column.default.clone_from(&text);
                    column.serial = false;
                })
            }
            ColumnChange::DropDefault => self.each_column(table, name, |column| {
                column.default = None;
                column.serial = false;
            }),
            ColumnChange::SetNotNull => {
                self.each_column(table, name, |column| column.not_null = true)
            }
            ColumnChange::DropNotNull => self.drop_not_null(table, name),
            ColumnChange::SetType(data_type, _) => {
                let resolved = self.resolve_type(data_type)?;
                if let Some(user) = &resolved.user {
                    self.store.link_type(user, table);
                }
                self.refuse_read_column(table, name)?;
                self.each_column(table, name, |column| column.type_name = resolved.text.clone())
            }
            ColumnChange::AddIdentity(identity) => self.add_identity(table, name, identity),
            ColumnChange::SetIdentity(mode, _) => {
                let Some(mode) = mode else { return Ok(()) };
                let column = self.column_mut(table, name)?;
                column.identity = Some(identity_mode(*mode));
                Ok(())
            }
            ColumnChange::DropIdentity => {
                self.column_mut(table, name)?.identity = None;
                self.drop_owned_sequences(table, Some(name));
                Ok(())
            }
            ColumnChange::SetExpression(expr) => {
                let text = self.expression_text(expr);
                self.each_column(table, name, |column| column.generated = Some(text.clone()))
            }
            ColumnChange::DropExpression => {
                self.each_column(table, name, |column| column.generated = None)
            }
            ColumnChange::Replace(column) => {
                let made = self.new_column(table, column)?;
                let to = made.name.clone();
                let old = self.column_mut(table, name)?;
                *old = made;
                old.name = SmolStr::new(name);
                if to == name {
                    return Ok(());
                }
                let rename = RenamePart { from: alter.name.clone(), to: column.name.clone() };
                self.rename_column(table, &rename, span)
            }
            ColumnChange::Other(_) => self.column_mut(table, name).map(|_| ()),
        }
    }

    /// Changes a column here and in every partition and child.
    fn each_column(
        &mut self,
        table: &QualifiedName,
        name: &str,
        change: impl Fn(&mut crate::Column),
    ) -> Outcome {
        change(self.column_mut(table, name)?);
        for child in self.store.children(table) {
            if let Ok(column) = self.column_mut(&child, name) {
                change(column);
            }
        }
        Ok(())
    }

    fn drop_not_null(&mut self, table: &QualifiedName, name: &str) -> Outcome {
        let in_key = self.catalog().tables.get(table).and_then(|table| table.primary_key.as_ref());
        if in_key.is_some_and(|key| key.columns.iter().any(|column| column == name)) {
            return Err(Failure::new(format!("column {name} is in a primary key")));
        }
        self.each_column(table, name, |column| column.not_null = false)
    }

    /// A column that a view shows or a policy reads keeps its type.
    fn refuse_read_column(&self, table: &QualifiedName, column: &str) -> Outcome {
        if self.assumes_missing() {
            return Ok(());
        }
        match self.view_of_column(table, column) {
            Some(view) => Err(Failure::new(format!("view {view} reads column {column}"))),
            None => Ok(()),
        }
    }

    /// `DROP CONSTRAINT`.
    pub(super) fn drop_constraint(&mut self, table: &QualifiedName, drop: &DropPart) -> Outcome {
        let name = drop.name.as_str();
        let has = self.catalog().tables.get(table).is_some_and(|table| table.has_constraint(name));
        if !has {
            let keeps = drop.if_exists;
            return if keeps { Ok(()) } else { Err(Failure::missing("constraint", &drop.name)) };
        }
        self.drop_constraint_named(table, name, Behavior::from(drop.cascade))
    }

    /// Drops a constraint with its index; foreign keys that need it go with it, or forbid it.
    pub(super) fn drop_constraint_named(
        &mut self,
        table: &QualifiedName,
        name: &str,
        behavior: Behavior,
    ) -> Outcome {
        let Some(found) = self.catalog().tables.get(table) else { return Ok(()) };
        let keys = found.primary_key.iter().chain(&found.uniques);
        let columns = keys.clone().find(|key| key.name == name).map(|key| key.columns.clone());
        if let Some(columns) = columns {
            let others: Vec<Vec<SmolStr>> =
                keys.filter(|key| key.name != name).map(|key| key.columns.clone()).collect();
            if !others.contains(&columns) {
                self.drop_references_to(table, &columns, behavior)?;
            }
        }
        for child in self.store.children(table) {
            self.edit_table(&child, |child| child.checks.retain(|check| check.name != name))?;
        }
        for child in self.partitions(table) {
            self.edit_table(&child, |child| {
                child.foreign_keys.retain(|key| key.name != name);
            })?;
        }
        self.edit_table(table, |table| table.forget_constraint(name))
    }

    fn drop_references_to(
        &mut self,
        table: &QualifiedName,
        columns: &[SmolStr],
        behavior: Behavior,
    ) -> Outcome {
        let refers = |key: &crate::ForeignKey| {
            key.target == *table
                && key.target_columns.len() == columns.len()
                && key.target_columns.iter().all(|column| columns.contains(column))
        };
        for other in self.store.referrers(table) {
            let needed = self.catalog().tables.get(&other);
            let needed = needed.is_some_and(|other| other.foreign_keys.iter().any(refers));
            if needed && behavior == Behavior::Restrict {
                return Err(Failure::new(format!("a foreign key of {other} needs it")));
            }
            if needed {
                self.edit_table(&other, |other| other.foreign_keys.retain(|key| !refers(key)))?;
            }
        }
        Ok(())
    }

    /// `VALIDATE CONSTRAINT`.
    pub(super) fn validate_constraint(&mut self, table: &QualifiedName, name: &str) -> Outcome {
        let missing = || Failure::missing("constraint", &name);
        let found = self.store.table(table).ok_or_else(missing)?;
        if !found.has_constraint(name) {
            return Err(missing());
        }
        for check in found.checks.iter_mut().filter(|check| check.name == name) {
            check.validated = true;
        }
        for key in found.foreign_keys.iter_mut().filter(|key| key.name == name) {
            key.validated = true;
        }
        Ok(())
    }

    /// Makes one table a partition or child of another; columns are its own already.
    pub(super) fn attach(&mut self, parent: &QualifiedName, child: &QualifiedName, kind: ChildIs) {
        self.store.link_child(parent, child);
        let Some(table) = self.store.table(child) else { return };
        if !table.inherits.contains(parent) {
            table.inherits.push(parent.clone());
        }
        table.parent = table.inherits.first().cloned();
        table.is_partition |= kind == ChildIs::Partition;
    }

    /// `DETACH PARTITION`, `NO INHERIT`.
    pub(super) fn detach(&mut self, parent: &QualifiedName, child: &QualifiedName) {
        let Some(table) = self.store.table(child) else { return };
        table.inherits.retain(|other| other != parent);
        table.parent = table.inherits.first().cloned();
        table.is_partition = false;
        table.partition_bound = None;
    }
}

/// What a table is to its parent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ChildIs {
    /// `PARTITION OF`.
    Partition,
    /// `INHERITS`.
    Heir,
}

impl Table {
    /// Takes a constraint and its index out.
    pub(super) fn forget_constraint(&mut self, name: &str) {
        if self.primary_key.as_ref().is_some_and(|key| key.name == name) {
            self.primary_key = None;
        }
        self.uniques.retain(|key| key.name != name);
        self.exclusions.retain(|key| key.name != name);
        self.foreign_keys.retain(|key| key.name != name);
        self.checks.retain(|check| check.name != name);
        self.indexes.retain(|index| index.constraint.as_ref().is_none_or(|of| of != name));
    }
}
