//! Parents and children: what a child takes over, what it keeps when its parent lets go, and what
//! only the parent may change.

use smol_str::SmolStr;

use super::session::Session;
use super::{Failure, Outcome};
use crate::{Column, QualifiedName, Table, TableKind};

/// What a table is to its parent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ChildIs {
    /// `PARTITION OF`.
    Partition,
    /// `INHERITS`.
    Heir,
}

impl Session {
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

    /// `DETACH PARTITION`, `NO INHERIT`: what the child had from this parent alone is its own now.
    pub(super) fn detach(
        &mut self,
        parent: &QualifiedName,
        child: &QualifiedName,
        kind: ChildIs,
    ) -> Outcome {
        let Some(table) = self.catalog().tables.get(child) else { return Ok(()) };
        let is_child = table.inherits.contains(parent);
        if !self.assumes_missing()
            && (!is_child || table.is_partition != (kind == ChildIs::Partition))
        {
            return Err(Failure::new(format!("{child} is no such child of {parent}")));
        }
        let cloned: Vec<SmolStr> = match (self.catalog().tables.get(parent), kind) {
            (Some(parent), ChildIs::Partition) => {
                let of_rows = parent.triggers.iter().filter(|trigger| trigger.for_each_row);
                of_rows.map(|trigger| trigger.name.clone()).collect()
            }
            _ => Vec::new(),
        };
        let Some(table) = self.store.table(child) else { return Ok(()) };
        table.inherits.retain(|other| other != parent);
        table.parent = table.inherits.first().cloned();
        table.is_partition = false;
        table.partition_bound = None;
        table.triggers.retain(|trigger| !cloned.contains(&trigger.name));
        table.indexes.iter_mut().for_each(|index| index.inherited = false);
        table.foreign_keys.iter_mut().for_each(|key| key.inherited = false);
        self.keep_as_own(child);
        Ok(())
    }

    /// Columns and checks that no parent has are the table's own.
    fn keep_as_own(&mut self, table: &QualifiedName) {
        let Some(found) = self.catalog().tables.get(table) else { return };
        let columns: Vec<SmolStr> = found.columns.iter().map(|one| one.name.clone()).collect();
        let checks: Vec<SmolStr> = found.checks.iter().map(|one| one.name.clone()).collect();
        let columns: Vec<SmolStr> =
            columns.into_iter().filter(|one| !self.inherits_column(table, one)).collect();
        let checks: Vec<SmolStr> =
            checks.into_iter().filter(|one| !self.inherits_check(table, one)).collect();
        let Some(found) = self.store.table(table) else { return };
        for column in found.columns.iter_mut().filter(|one| columns.contains(&one.name)) {
            column.local = true;
        }
        for check in found.checks.iter_mut().filter(|one| checks.contains(&one.name)) {
            check.local = true;
        }
    }

    fn parents(&self, table: &QualifiedName) -> impl Iterator<Item = &Table> {
        let parents = self.catalog().tables.get(table).map(|table| table.inherits.as_slice());
        parents.unwrap_or_default().iter().filter_map(|name| self.catalog().tables.get(name))
    }

    /// Whether a parent has a column of this name.
    pub(super) fn inherits_column(&self, table: &QualifiedName, column: &str) -> bool {
        self.parents(table).any(|parent| parent.column(column).is_some())
    }

    /// Whether a parent has a check of this name.
    pub(super) fn inherits_check(&self, table: &QualifiedName, name: &str) -> bool {
        self.parents(table).any(|parent| parent.checks.iter().any(|check| check.name == name))
    }

    /// What a parent has is changed there.
    pub(super) fn refuse_inherited_column(&self, table: &QualifiedName, column: &str) -> Outcome {
        if self.inherits_column(table, column) {
            return Err(Failure::new(format!("column {column} of {table} is inherited")));
        }
        Ok(())
    }

    /// As [`Session::refuse_inherited_column`], for checks, and for keys and foreign keys of a
    /// partition.
    pub(super) fn refuse_inherited_constraint(&self, table: &QualifiedName, name: &str) -> Outcome {
        let found = self.catalog().tables.get(table);
        let of_parent = found.is_some_and(|table| {
            let mut keys = table.foreign_keys.iter();
            let mut indexes = table.indexes.iter();
            keys.any(|key| key.inherited && key.name == name)
                || indexes.any(|one| one.inherited && one.constraint.as_deref() == Some(name))
        });
        if of_parent || self.inherits_check(table, name) {
            return Err(Failure::new(format!("constraint {name} of {table} is inherited")));
        }
        Ok(())
    }

    /// Whether a table stands above another, or is it.
    fn is_above(&self, above: &QualifiedName, table: &QualifiedName) -> bool {
        let mut seen: Vec<&QualifiedName> = vec![table];
        let mut at = 0;
        while let Some(name) = seen.get(at).copied() {
            if name == above {
                return true;
            }
            at += 1;
            let found = self.catalog().tables.get(name);
            for parent in found.into_iter().flat_map(|table| &table.inherits) {
                if !seen.contains(&parent) {
                    seen.push(parent);
                }
            }
        }
        false
    }

    /// `ATTACH PARTITION` and `INHERIT` want a child that has all that the parent has.
    pub(super) fn refuse_child(
        &self,
        parent: &QualifiedName,
        child: &QualifiedName,
        kind: ChildIs,
    ) -> Outcome {
        let refuse =
            |why: &str| Err(Failure::new(format!("{child} cannot inherit {parent}: {why}")));
        if self.is_above(child, parent) {
            return refuse("that would be a circle");
        }
        let tables = &self.catalog().tables;
        let (Some(above), Some(below)) = (tables.get(parent), tables.get(child)) else {
            return Ok(());
        };
        if !above.is_known() || !below.is_known() {
            return Ok(());
        }
        if below.is_partition || above.is_partition && kind == ChildIs::Heir {
            return refuse("it is a partition");
        }
        let partitioned = above.kind == TableKind::Partitioned;
        if partitioned != (kind == ChildIs::Partition) {
            return refuse("only a partitioned table has partitions");
        }
        if kind == ChildIs::Heir && below.kind == TableKind::Partitioned {
            return refuse("it is partitioned");
        }
        if below.inherits.contains(parent) {
            return refuse("it does already");
        }
        if kind == ChildIs::Partition
            && !self.store.children(child).is_empty()
            && below.kind != TableKind::Partitioned
        {
            return refuse("it is a parent");
        }
        if kind == ChildIs::Partition && !below.inherits.is_empty() {
            return refuse("it is an heir");
        }
        if let Some(why) = missing_in_child(above, below, kind) {
            return refuse(&why);
        }
        Ok(())
    }
}

/// What a table lacks to be the child of another.
fn missing_in_child(parent: &Table, child: &Table, kind: ChildIs) -> Option<String> {
    for column in &parent.columns {
        let Some(own) = child.column(&column.name) else {
            return Some(format!("it has no column {}", column.name));
        };
        if own.type_name != column.type_name {
            return Some(format!("column {} has another type", column.name));
        }
        if column.not_null && !own.not_null {
            return Some(format!("column {} may be null", column.name));
        }
        // The other way round, only servers from PostgreSQL 16 on refuse.
        if column.generated.is_some() && own.generated.is_none() {
            return Some(format!("column {} is not generated", column.name));
        }
    }
    let extra = |column: &&Column| parent.column(&column.name).is_none();
    if kind == ChildIs::Partition
        && let Some(extra) = child.columns.iter().find(extra)
    {
        return Some(format!("it has a column {} more", extra.name));
    }
    for check in &parent.checks {
        let own = child.checks.iter().find(|own| own.name == check.name);
        let Some(own) = own else { return Some(format!("it has no check {}", check.name)) };
        if !own.validated && check.validated {
            return Some(format!("check {} is not valid", check.name));
        }
        if own.expression != check.expression {
            return Some(format!("check {} says something else", check.name));
        }
    }
    None
}
