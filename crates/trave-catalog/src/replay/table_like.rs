//! Tables made after other tables: `LIKE`, `INHERITS`, `PARTITION OF`, `ATTACH PARTITION`.

use smol_str::SmolStr;
use trave_sql::{CreateTable, LikeTable};

use super::generated::{Wanted, addition};
use super::inherit::ChildIs;
use super::session::Session;
use super::{Failure, Outcome};
use crate::{Check, Column, Index, Key, QualifiedName, Table};

impl Session {
    /// `LIKE other INCLUDING …`: the columns now, the rest with them.
    pub(super) fn like_columns(&mut self, table: &QualifiedName, like: &LikeTable) -> Outcome {
        let source = self.need_table(&like.table)?;
        let Some(source) = self.catalog().tables.get(&source).cloned() else { return Ok(()) };
        let includes = |what: &str| like.including.iter().any(|one| one == what || one == "all");
        for column in &source.columns {
            let mut copy = column.clone();
            copy.origin = self.origin(like.table.span);
            copy.local = true;
            if !includes("defaults") {
                copy.default = None;
                copy.sequence = None;
            }
            if !includes("generated") {
                copy.generated = None;
            }
            if !includes("identity") {
                copy.identity = None;
            }
            let identity = copy.identity.is_some();
            self.edit_table(table, |table| table.columns.push(copy))?;
            if identity {
                self.make_owned_sequence(table, &column.name, Some(&[]));
            }
        }
        self.edit_table(table, |table| table.columns_known &= source.columns_known)?;
        if includes("constraints") {
            for check in &source.checks {
                self.put_check(table, Check { local: true, validated: true, ..check.clone() })?;
            }
        }
        if includes("indexes") {
            self.copy_indexes(table, &source);
        }
        Ok(())
    }

    /// Indexes of another table under names of this one.
    fn copy_indexes(&mut self, table: &QualifiedName, source: &Table) {
        for index in &source.indexes {
            self.copy_index(table, source, index);
        }
    }

    /// As [`Session::copy_indexes`], of one; answers its name.
    pub(super) fn copy_index(
        &mut self,
        table: &QualifiedName,
        source: &Table,
        index: &Index,
    ) -> SmolStr {
        let name = self.name_of_copy(table, index, source);
        let mut copy = Index { name: name.clone(), inherited: false, valid: true, ..index.clone() };
        if let Some(constraint) = &index.constraint {
            copy.constraint = Some(name.clone());
            self.copy_key(table, source, (constraint, &name));
        }
        self.put_index(table, copy);
        name
    }

    fn name_of_copy(&self, table: &QualifiedName, index: &Index, source: &Table) -> SmolStr {
        let primary = source.primary_key.as_ref().is_some_and(|key| key.name == index.name);
        let names = index.column_names.iter().map(SmolStr::as_str);
        let columns = if primary { String::new() } else { addition(names) };
        let label = match (&index.constraint, primary) {
            (_, true) => "pkey",
            (Some(_), false) if index.unique => "key",
            (Some(_), false) => "excl",
            (None, false) => "idx",
        };
        let wanted = Wanted { table: &table.name, columns: &columns, label };
        wanted.choose(|name| self.is_index_name_taken(table, name, label))
    }

    fn copy_key(&mut self, table: &QualifiedName, source: &Table, names: (&SmolStr, &SmolStr)) {
        let (from, to) = names;
        let renamed = |key: &Key| Key { name: to.clone(), ..key.clone() };
        let primary = source.primary_key.as_ref().filter(|key| key.name == *from).map(renamed);
        let unique = source.uniques.iter().find(|key| key.name == *from).map(renamed);
        let exclusion = source.exclusions.iter().find(|key| key.name == *from).map(renamed);
        self.store.link_constraint(table, to);
        let Some(table) = self.store.table(table) else { return };
        if let Some(primary) = &primary {
            let in_key = |column: &&mut crate::Column| primary.columns.contains(&column.name);
            table.columns.iter_mut().filter(in_key).for_each(|column| column.not_null = true);
        }
        table.primary_key = primary.or(table.primary_key.take());
        table.uniques.extend(unique);
        table.exclusions.extend(exclusion);
    }

    /// Columns and checks of the parents, before the table's own.
    pub(super) fn inherit_parts(&mut self, create: &CreateTable, name: &QualifiedName) -> Outcome {
        let of_partition = create.partition_of.as_ref().map(|of| &of.parent);
        for parent in create.inherits.iter().chain(of_partition) {
            let parent = self.need_table(parent)?;
            let Some(source) = self.catalog().tables.get(&parent).cloned() else { continue };
            let partition = create.partition_of.is_some();
            let is_partitioned = source.kind == crate::TableKind::Partitioned;
            let is_part = !partition && source.is_partition;
            if (is_part || partition != is_partitioned) && source.columns_known {
                return Err(Failure::new(format!("{parent} has children of another kind")));
            }
            let kind = if partition { ChildIs::Partition } else { ChildIs::Heir };
            let columns = source.columns.clone().into_iter();
            let columns: Vec<Column> =
                columns.map(|column| Column { local: false, ..column }).collect();
            self.edit_table(name, |table| {
                table.columns_known &= source.columns_known;
                for column in columns {
                    inherit_column(table, column);
                }
            })?;
            if let Some(of) = &create.partition_of {
                self.refuse_bound(&parent, &of.bound)?;
            }
            self.attach(&parent, name, kind);
            let bound = create.partition_of.as_ref().map(|of| of.bound.clone());
            self.edit_table(name, |table| table.partition_bound = bound)?;
            for check in &source.checks {
                self.put_check(name, Check { local: false, validated: true, ..check.clone() })?;
            }
        }
        Ok(())
    }

    /// A partition repeats the keys, indexes, foreign keys and triggers of its parent.
    pub(super) fn inherit_indexes(
        &mut self,
        create: &CreateTable,
        name: &QualifiedName,
    ) -> Outcome {
        let Some(of) = &create.partition_of else { return Ok(()) };
        let parent = self.need_table(&of.parent)?;
        self.take_over_indexes(&parent, name)
    }

    fn take_over_indexes(&mut self, parent: &QualifiedName, child: &QualifiedName) -> Outcome {
        let Some(source) = self.catalog().tables.get(parent).cloned() else { return Ok(()) };
        for index in &source.indexes {
            self.give_index(parent, &index.name, child)?;
        }
        for key in &source.foreign_keys {
            self.give_foreign_key(child, key);
        }
        if let Some(child) = self.store.table(child) {
            for trigger in source.triggers.iter().filter(|trigger| trigger.for_each_row) {
                if !child.triggers.iter().any(|own| own.name == trigger.name) {
                    child.triggers.push(trigger.clone());
                }
            }
        }
        Ok(())
    }

    /// `ATTACH PARTITION`.
    pub(super) fn attach_partition(
        &mut self,
        parent: &QualifiedName,
        (child, bound): (&QualifiedName, &SmolStr),
    ) -> Outcome {
        self.refuse_child(parent, child, ChildIs::Partition)?;
        self.refuse_bound(parent, bound)?;
        self.atomically(|session| {
            session.attach(parent, child, ChildIs::Partition);
            session.take_over_indexes(parent, child)?;
            session.edit_table(child, |table| {
                table.partition_bound = Some(bound.clone());
                table.columns.iter_mut().for_each(|column| column.local = false);
                table.checks.iter_mut().for_each(|check| check.local = false);
            })
        })
    }
}

/// A column of a parent: merged with one of the same name. It draws from the parent's sequence, but
/// an identity stays with the parent (until PostgreSQL 16).
fn inherit_column(table: &mut Table, column: Column) {
    if let Some(own) = table.columns.iter_mut().find(|own| own.name == column.name) {
        own.not_null |= column.not_null;
        return;
    }
    table.columns.push(Column { identity: None, ..column });
}
