//! The parts of a table that `ALTER TABLE` drops, changes and attaches.

use smol_str::SmolStr;
use trave_source::Span;
use trave_sql::{AlterColumn, ColumnChange, IfMissing, RenamePart};

use super::column::{identity_mode, is_whole_number};
use super::drop_cascade::mentions;
use super::session::Session;
use super::{Failure, Outcome};
use crate::QualifiedName;

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
            ColumnChange::SetDefault(expr) => self.set_default(table, name, expr),
            ColumnChange::DropDefault => {
                self.column_mut(table, name)?;
                self.refuse_default(table, name)?;
                self.each_column(table, name, |column| {
                    column.default = None;
                    column.sequence = None;
                })
            }
            ColumnChange::SetNotNull => {
                self.each_column(table, name, |column| column.not_null = true)
            }
            ColumnChange::DropNotNull => self.drop_not_null(table, name),
            ColumnChange::SetType(data_type, using) => {
                let column = self.column_mut(table, name)?;
                if using.is_some() && column.generated.is_some() {
                    return Err(Failure::new(format!("column {name} is generated")));
                }
                self.change_column_type(table, name, data_type)
            }
            ColumnChange::AddIdentity(identity) => self.add_identity(table, name, identity),
            ColumnChange::SetIdentity(mode, _) => {
                let Some(mode) = mode else { return Ok(()) };
                let column = self.column_mut(table, name)?;
                if column.identity.is_none() && !column.type_name.is_empty() {
                    return Err(Failure::missing("identity", &name));
                }
                column.identity = Some(identity_mode(*mode));
                Ok(())
            }
            ColumnChange::DropIdentity(missing) => self.drop_identity(table, name, *missing),
            ColumnChange::SetExpression(expr) => {
                let text = self.expression_text(expr);
                self.each_column(table, name, |column| column.generated = Some(text.clone()))
            }
            ColumnChange::DropExpression(missing) => self.drop_expression(table, name, *missing),
            ColumnChange::Replace(column) => self.replace_column(table, (alter, column), span),
            ColumnChange::Other(words) => {
                self.column_mut(table, name)?;
                self.part_unfollowed("alter column", words, alter.name.span)
            }
        }
    }

    fn set_default(
        &mut self,
        table: &QualifiedName,
        name: &str,
        expr: &trave_sql::Expr,
    ) -> Outcome {
        let kind = self.column_mut(table, name)?.type_name.clone();
        self.refuse_default(table, name)?;
        let default = self.default_of(table, &kind, expr);
        self.each_column(table, name, |column| {
            column.default.clone_from(&default.text);
            column.sequence.clone_from(&default.sequence);
        })
    }

    fn change_column_type(
        &mut self,
        table: &QualifiedName,
        name: &str,
        data_type: &trave_sql::DataType,
    ) -> Outcome {
        let resolved = self.resolve_type(data_type)?;
        if let Some(user) = &resolved.user {
            self.store.link_type(user, table);
        }
        self.refuse_read_column(table, name)?;
        self.refuse_inherited_column(table, name)?;
        self.refuse_partition_column(table, name)?;
        self.atomically(|session| session.set_type(table, name, &resolved.text))
    }

    fn drop_identity(&mut self, table: &QualifiedName, name: &str, missing: IfMissing) -> Outcome {
        let column = self.column_mut(table, name)?;
        if column.identity.take().is_some() {
            self.drop_identity_sequence(table, name);
            return Ok(());
        }
        match missing {
            IfMissing::Ignore => Ok(()),
            IfMissing::Fail => Err(Failure::missing("identity", &name)),
        }
    }

    fn drop_expression(
        &mut self,
        table: &QualifiedName,
        name: &str,
        missing: IfMissing,
    ) -> Outcome {
        let column = self.column_mut(table, name)?;
        let is_plain = column.generated.is_none() && !column.type_name.is_empty();
        if is_plain && missing == IfMissing::Fail {
            return Err(Failure::missing("generated expression of", &name));
        }
        self.refuse_inherited_column(table, name)?;
        self.each_column(table, name, |column| column.generated = None)
    }

    /// `MODIFY` and `CHANGE` of MySQL.
    fn replace_column(
        &mut self,
        table: &QualifiedName,
        (alter, column): (&AlterColumn, &trave_sql::Column),
        span: Span,
    ) -> Outcome {
        let name = alter.name.as_str();
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

    /// Changes a column here and in every partition and child.
    fn each_column(
        &mut self,
        table: &QualifiedName,
        name: &str,
        change: impl Fn(&mut crate::Column),
    ) -> Outcome {
        change(self.column_mut(table, name)?);
        let below = if self.only { Vec::new() } else { self.store.descendants(table) };
        for child in below {
            if let Ok(column) = self.column_mut(&child, name) {
                change(column);
            }
        }
        Ok(())
    }

    /// A new type for a column. A constant that had no type of its own keeps the old one; what
    /// refers to the column, or is referred to by it, has to be comparable still.
    fn set_type(&mut self, table: &QualifiedName, name: &str, kind: &SmolStr) -> Outcome {
        if self.retyped.iter().any(|one| one == name) {
            return Err(Failure::new(format!("the type of {name} changes twice")));
        }
        if self.column_mut(table, name)?.type_name != *kind {
            self.retyped.push(SmolStr::new(name));
        }
        let tables = &self.catalog().tables;
        let heirs = self.store.descendants(table).into_iter().chain([table.clone()]);
        let columns = heirs.filter_map(|heir| tables.get(&heir)?.column(name));
        if !is_whole_number(kind) && columns.into_iter().any(|one| one.identity.is_some()) {
            return Err(Failure::new(format!("{name} is an identity column, and counts")));
        }
        self.each_column(table, name, |column| {
            let old = column.type_name.split('(').next().unwrap_or_default();
            let constant = column.default.as_ref().filter(|text| text.starts_with('\''));
            if let Some(text) = constant.filter(|text| is_constant(text)) {
                column.default = Some(format!("{text}::{old}"));
            }
            column.type_name = kind.clone();
        })?;
        self.remake(table, name)?;
        for other in self.store.referrers(table).into_iter().chain([table.clone()]) {
            let Some(found) = self.catalog().tables.get(&other) else { continue };
            for key in &found.foreign_keys {
                let columns = (key.columns.as_slice(), &key.target, key.target_columns.as_slice());
                self.check_reference_types(&other, columns)?;
            }
        }
        Ok(())
    }

    /// Identity and generated columns have no default to change.
    fn refuse_default(&self, table: &QualifiedName, name: &str) -> Outcome {
        let column = self.catalog().tables.get(table).and_then(|table| table.column(name));
        if column.is_some_and(|one| one.identity.is_some() || one.generated.is_some()) {
            return Err(Failure::new(format!("column {name} of {table} has no default")));
        }
        Ok(())
    }

    fn drop_not_null(&mut self, table: &QualifiedName, name: &str) -> Outcome {
        let below = if self.only { Vec::new() } else { self.store.descendants(table) };
        for heir in below.iter().chain([table]) {
            let Some(found) = self.catalog().tables.get(heir) else { continue };
            let in_key = found.primary_key.as_ref();
            if in_key.is_some_and(|key| key.columns.iter().any(|column| column == name)) {
                return Err(Failure::new(format!("column {name} is in a primary key")));
            }
            if found.column(name).is_some_and(|column| column.identity.is_some()) {
                return Err(Failure::new(format!("column {name} is an identity column")));
            }
        }
        let partition = self.catalog().tables.get(table).filter(|table| table.is_partition);
        let parent = partition.and_then(|table| table.parent.as_ref());
        let parent = parent.and_then(|parent| self.catalog().tables.get(parent)?.column(name));
        if parent.is_some_and(|column| column.not_null) {
            return Err(Failure::new(format!("column {name} is not null in the parent")));
        }
        self.each_column(table, name, |column| column.not_null = false)
    }

    /// A column that a view shows or a policy reads keeps its type.
    fn refuse_read_column(&self, table: &QualifiedName, column: &str) -> Outcome {
        if self.assumes_missing() {
            return Ok(());
        }
        for heir in self.store.descendants(table) {
            self.refuse_own_readers(&heir, column)?;
        }
        self.refuse_own_readers(table, column)
    }

    fn refuse_own_readers(&self, table: &QualifiedName, column: &str) -> Outcome {
        if let Some(view) = self.view_of_column(table, column) {
            return Err(Failure::new(format!("view {view} reads column {column}")));
        }
        if let Some(other) = self.policy_of_column(table, column) {
            return Err(Failure::new(format!("a policy of {other} reads column {column}")));
        }
        let Some(found) = self.catalog().tables.get(table) else { return Ok(()) };
        let short = found.name.name.as_str();
        let generates = |one: &crate::Column| {
            one.generated.as_ref().is_some_and(|text| mentions(text, short, column))
        };
        if found.columns.iter().any(generates) {
            return Err(Failure::new(format!("a generated column reads column {column}")));
        }
        let fires =
            |one: &crate::Trigger| one.update_of.iter().any(|of| of == column) || one.reads(column);
        if found.triggers.iter().any(fires) {
            return Err(Failure::new(format!("a trigger reads column {column}")));
        }
        Ok(())
    }

    /// A table with a policy that names a column.
    fn policy_of_column(&self, table: &QualifiedName, column: &str) -> Option<QualifiedName> {
        let mut readers = self.store.policy_readers(table);
        if !readers.contains(table) {
            readers.push(table.clone());
        }
        readers.into_iter().find(|other| {
            let found = self.catalog().tables.get(other);
            found.is_some_and(|found| {
                let mut policies = found.policies.iter();
                policies.any(|policy| self.policy_names((other, policy), (table, column)))
            })
        })
    }
}

/// Whether a text is one constant in quotes.
fn is_constant(text: &str) -> bool {
    let inner = text.strip_prefix('\'').and_then(|text| text.strip_suffix('\''));
    inner.is_some_and(|inner| !inner.replace("''", "").contains('\''))
}
