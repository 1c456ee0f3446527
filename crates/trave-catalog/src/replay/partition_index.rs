//! Indexes and keys that a partition has because its parent has them: they come with those of the
//! parent, go with them, and never go alone.

use smol_str::SmolStr;
use trave_sql::ObjectName;

use super::names::RelationIs;
use super::session::Session;
use super::{Failure, Outcome};
use crate::{Index, IndexKey, QualifiedName, Table};

impl Session {
    /// Partitions get an index of their parent, each with its own partitions: one that is there
    /// already will do.
    pub(super) fn spread_index(&mut self, table: &QualifiedName, index: &SmolStr) -> Outcome {
        for child in self.partitions(table) {
            self.give_index(table, index, &child)?;
        }
        Ok(())
    }

    /// A partition gets an index of its parent.
    pub(super) fn give_index(
        &mut self,
        table: &QualifiedName,
        index: &SmolStr,
        child: &QualifiedName,
    ) -> Outcome {
        let Some(source) = self.catalog().tables.get(table).cloned() else { return Ok(()) };
        let Some(index) = source.indexes.iter().find(|one| one.name == *index) else {
            return Ok(());
        };
        if let Some(own) = self.store.table(child).and_then(|child| fitting(child, index)) {
            own.inherited = true;
            return Ok(());
        }
        if index.unique {
            let columns: Vec<SmolStr> =
                index.keys.iter().filter_map(IndexKey::column).cloned().collect();
            self.refuse_key_across_partitions(child, &columns)?;
        }
        let is_primary = source.is_primary(index);
        let below = self.catalog().tables.get(child);
        if is_primary && below.is_some_and(|child| child.primary_key.is_some()) {
            return Err(Failure::new(format!("{child} has a primary key of its own")));
        }
        let name = self.copy_index(child, &source, index);
        if let Some(own) = self.index_mut(child, &name) {
            own.inherited = true;
            own.valid = true;
        }
        self.deeper(|session| session.spread_index(child, &name))
    }

    fn index_mut(&mut self, table: &QualifiedName, name: &str) -> Option<&mut Index> {
        self.store.table(table)?.indexes.iter_mut().find(|one| one.name == name)
    }

    /// The indexes of partitions that repeat an index of their parent.
    pub(super) fn repeated(
        &self,
        table: &QualifiedName,
        index: &Index,
    ) -> Vec<(QualifiedName, Index)> {
        let repeats = |child: &QualifiedName| {
            let found = self.catalog().tables.get(child)?;
            found.indexes.iter().find(|own| own.inherited && fits(own, index)).cloned()
        };
        let partitions = self.partitions(table).into_iter();
        partitions.filter_map(|child| repeats(&child).map(|own| (child, own))).collect()
    }

    /// An index of a partitioned table is gone: so are those that repeat it.
    pub(super) fn drop_repeated(&mut self, table: &QualifiedName, index: &Index) -> Outcome {
        for (child, own) in self.repeated(table, index) {
            self.edit_table(&child, |child| {
                if let Some(constraint) = &own.constraint {
                    child.forget_constraint(constraint);
                }
                child.indexes.retain(|one| one.name != own.name);
            })?;
            self.deeper(|session| session.drop_repeated(&child, &own))?;
        }
        Ok(())
    }

    /// `ALTER INDEX … ATTACH PARTITION`: once every partition has it, the index is whole.
    pub(super) fn attach_index(&mut self, parent: &QualifiedName, child: &ObjectName) -> Outcome {
        let Some((child, RelationIs::Index)) = self.find_relation(child) else {
            let assumed = self.assumes_missing();
            return if assumed { Ok(()) } else { Err(Failure::missing("index", child)) };
        };
        let owners = (self.store.index_owner(parent), self.store.index_owner(&child));
        let (Some(table), Some(below)) = owners else { return Ok(()) };
        if let Some(own) = self.index_mut(&below, &child.name) {
            own.inherited = true;
        }
        let Some(index) = self.index_mut(&table, &parent.name).cloned() else { return Ok(()) };
        let is_whole = self.repeated(&table, &index).len() == self.partitions(&table).len();
        if let Some(index) = self.index_mut(&table, &parent.name).filter(|_| is_whole) {
            index.valid = true;
        }
        Ok(())
    }

    /// Whether an index that is made for a table alone lacks those of its partitions.
    pub(super) fn lacks_partitions(&self, table: &QualifiedName) -> bool {
        self.is_partitioned(table) && !self.partitions(table).is_empty()
    }
}

impl Table {
    /// Whether an index is behind the primary key.
    pub(super) fn is_primary(&self, index: &Index) -> bool {
        self.primary_key.as_ref().is_some_and(|key| Some(&key.name) == index.constraint.as_ref())
    }
}

/// An index of a partition that can stand for one of its parent, and does not for another.
fn fitting<'a>(child: &'a mut Table, index: &Index) -> Option<&'a mut Index> {
    child.indexes.iter_mut().find(|own| !own.inherited && fits(own, index))
}

/// Whether two indexes are the same but for their order; behind a constraint only another will do.
fn fits(own: &Index, index: &Index) -> bool {
    let same_key = |(a, b): (&IndexKey, &IndexKey)| a.what == b.what && a.opclass == b.opclass;
    let excludes = |index: &Index| index.constraint.is_some() && !index.unique;
    own.unique == index.unique
        && own.method == index.method
        && own.nulls_not_distinct == index.nulls_not_distinct
        && own.predicate == index.predicate
        && own.include == index.include
        && own.keys.len() == index.keys.len()
        && own.keys.iter().zip(&index.keys).all(same_key)
        && (index.constraint.is_none() || own.constraint.is_some())
        && !excludes(own)
        && !excludes(index)
}
