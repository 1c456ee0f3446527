//! `DROP CONSTRAINT` and `VALIDATE CONSTRAINT`, with what heirs and partitions have of it.

use smol_str::SmolStr;
use trave_sql::DropPart;

use super::drop::Behavior;
use super::foreign_key::says_the_same;
use super::session::Session;
use super::{Failure, Outcome};
use crate::{ChangeKind, ForeignKey, QualifiedName, Table};

impl Session {
    /// `DROP CONSTRAINT`.
    pub(super) fn drop_constraint(&mut self, table: &QualifiedName, drop: &DropPart) -> Outcome {
        let name = drop.name.as_str();
        let has = self.catalog().tables.get(table).is_some_and(|table| table.has_constraint(name));
        if !has {
            let keeps = drop.if_exists;
            return if keeps { Ok(()) } else { Err(Failure::missing("constraint", &drop.name)) };
        }
        self.refuse_inherited_constraint(table, name)?;
        let found = self.catalog().tables.get(table);
        let mut keys = found.into_iter().flat_map(|table| &table.foreign_keys);
        let reference = keys.find(|key| key.name == name).map(|key| ChangeKind::ReferenceDropped {
            table: table.clone(),
            columns: key.columns.clone(),
            target: key.target.clone(),
        });
        self.drop_constraint_named(table, name, Behavior::from(drop.cascade))?;
        if let Some(reference) = reference {
            self.changed(drop.name.span, reference);
        }
        Ok(())
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
        let is_check = found.checks.iter().any(|check| check.name == name);
        let reference = found.foreign_keys.iter().find(|key| key.name == name).cloned();
        if let Some(columns) = columns {
            let others: Vec<Vec<SmolStr>> =
                keys.filter(|key| key.name != name).map(|key| key.columns.clone()).collect();
            if !others.contains(&columns) {
                self.drop_references_to(table, &columns, behavior)?;
            }
        }
        let is_key = !is_check && reference.is_none();
        let partition_keys = if is_key { self.keys_of_partitions(table, name) } else { Vec::new() };
        self.edit_table(table, |table| table.forget_constraint(name))?;
        if is_check {
            self.drop_check_of_children(table, name)?;
        }
        if let Some(reference) = reference {
            self.drop_repeated_reference(table, &reference)?;
        }
        for (child, key) in partition_keys {
            self.deeper(|session| session.drop_constraint_named(&child, &key, behavior))?;
        }
        Ok(())
    }

    fn drop_repeated_reference(&mut self, table: &QualifiedName, key: &ForeignKey) -> Outcome {
        for child in self.partitions(table) {
            self.edit_table(&child, |child| {
                let is_it = |own: &ForeignKey| own.inherited && says_the_same(own, key);
                if let Some(at) = child.foreign_keys.iter().position(is_it) {
                    child.foreign_keys.remove(at);
                }
            })?;
            self.deeper(|session| session.drop_repeated_reference(&child, key))?;
        }
        Ok(())
    }

    /// A child keeps a check that it has of its own, or from another parent.
    fn drop_check_of_children(&mut self, table: &QualifiedName, name: &str) -> Outcome {
        for child in self.store.children(table) {
            let found = self.catalog().tables.get(&child);
            let check = found.and_then(|one| one.checks.iter().find(|check| check.name == name));
            let Some(check) = check else { continue };
            if check.local || self.inherits_check(&child, name) {
                continue;
            }
            if self.only {
                self.edit_table(&child, |child| {
                    let own = child.checks.iter_mut().filter(|check| check.name == name);
                    own.for_each(|check| check.local = true);
                })?;
                continue;
            }
            self.edit_table(&child, |child| child.checks.retain(|check| check.name != name))?;
            self.deeper(|session| session.drop_check_of_children(&child, name))?;
        }
        Ok(())
    }

    /// The keys of partitions that repeat a key of their parent.
    fn keys_of_partitions(
        &self,
        table: &QualifiedName,
        name: &str,
    ) -> Vec<(QualifiedName, SmolStr)> {
        let found = self.catalog().tables.get(table);
        let mut indexes = found.into_iter().flat_map(|table| &table.indexes);
        let Some(index) = indexes.find(|one| one.constraint.as_deref() == Some(name)) else {
            return Vec::new();
        };
        let repeated = self.repeated(table, index).into_iter();
        repeated.filter_map(|(child, own)| Some((child, own.constraint?))).collect()
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
        let is_key = |key: &crate::Key| key.name == name;
        let keys = found.primary_key.iter().chain(&found.uniques).chain(&found.exclusions);
        if keys.into_iter().any(is_key) {
            return Err(Failure::new(format!("constraint {name} cannot be validated")));
        }
        for child in self.store.descendants(table) {
            self.edit_table(&child, |child| {
                let checks = child.checks.iter_mut().filter(|check| check.name == name);
                checks.for_each(|check| check.validated = true);
                let keys = child.foreign_keys.iter_mut();
                let keys = keys.filter(|key| key.inherited && key.name == name);
                keys.for_each(|key| key.validated = true);
            })?;
        }
        Ok(())
    }
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
