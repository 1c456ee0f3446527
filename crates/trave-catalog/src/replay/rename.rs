//! New names: keys, foreign keys and policies follow; names of constraints and indexes do not.

use smol_str::SmolStr;
use trave_source::Span;
use trave_sql::RenamePart;

use super::names::RelationIs;
use super::rewrite::rename_in_text;
use super::session::Session;
use super::{Failure, Outcome};
use crate::{
    ChangeKind, Column, Index, IndexTarget, PastColumn, Publication, QualifiedName, Sequence,
    Table, View,
};

impl Session {
    /// `RENAME [COLUMN] a TO b`.
    pub(super) fn rename_column(
        &mut self,
        table: &QualifiedName,
        rename: &RenamePart,
        span: Span,
    ) -> Outcome {
        self.refuse_inherited_column(table, rename.from.as_str())?;
        self.rename_own_column(table, rename, span)
    }

    fn rename_own_column(
        &mut self,
        table: &QualifiedName,
        rename: &RenamePart,
        span: Span,
    ) -> Outcome {
        let (from, to) = (rename.from.as_str(), SmolStr::new(rename.to.as_str()));
        if self.catalog().tables.get(table).is_some_and(|table| table.column(&to).is_some()) {
            return Err(Failure::exists("column", &rename.to));
        }
        self.column_mut(table, from)?;
        self.follow_column(table, (from, &to));
        self.column_mut(table, from)?.name = to.clone();
        let origin = self.origin(rename.from.span);
        let past = PastColumn { name: SmolStr::new(from), renamed_to: Some(to.clone()), origin };
        self.edit_table(table, |found| {
            found.past_columns.push(past);
            rename_in_table(found, from, &to);
        })?;
        for other in self.store.referrers(table) {
            self.edit_table(&other, |other| {
                for key in other.foreign_keys.iter_mut().filter(|key| key.target == *table) {
                    replace(&mut key.target_columns, from, &to);
                }
            })?;
        }
        for sequence in self.store.owned(table) {
            let owner =
                self.store.edit::<Sequence>(&sequence).and_then(|one| one.owned_by.as_mut());
            if let Some((_, column)) = owner.filter(|(of, column)| of == table && column == from) {
                column.clone_from(&to);
            }
        }
        for child in self.store.children(table) {
            let has =
                self.catalog().tables.get(&child).is_some_and(|one| one.column(from).is_some());
            if has {
                self.deeper(|session| session.rename_own_column(&child, rename, span))?;
            }
        }
        let changed = ChangeKind::ColumnRenamed { table: table.clone(), from: from.into(), to };
        self.changed(span, changed);
        Ok(())
    }

    /// A new name or schema for a table, view or sequence.
    pub(super) fn rename_relation(
        &mut self,
        from: &QualifiedName,
        to: &QualifiedName,
        span: Span,
    ) -> Outcome {
        if from == to {
            return Ok(());
        }
        if self.relation(to).is_some() {
            return Err(Failure::exists("relation", to));
        }
        let is = self.relation(from);
        if matches!(is, Some(RelationIs::Table | RelationIs::View)) {
            self.refuse_type_of_relation(to)?;
            self.follow_relation(from, to);
        }
        match is {
            Some(RelationIs::Table) => self.move_table(from, to, span),
            Some(RelationIs::View) => self.move_view(from, to),
            Some(RelationIs::Sequence) => {
                let owned =
                    self.catalog().sequences.get(from).and_then(|one| one.owned_by.as_ref());
                if owned.is_some() && from.schema != to.schema {
                    return Err(Failure::new(format!("{from} goes where its table goes")));
                }
                self.move_sequence(from, to);
            }
            Some(RelationIs::Index) => return self.rename_index(from, &to.name),
            Some(RelationIs::Type) | None => return Err(Failure::missing("relation", from)),
        }
        self.store.relink(from, to);
        self.rename_in_readers(from, to);
        self.retype(from, to);
        Ok(())
    }

    fn move_table(&mut self, from: &QualifiedName, to: &QualifiedName, span: Span) {
        let referrers = self.store.referrers(from);
        let children = self.store.children(from);
        let sequences = self.store.owned(from);
        let Some(mut table) = self.store.take::<Table>(from) else { return };
        table.name = to.clone();
        for index in &table.indexes {
            self.store.link_index(to, &index.name);
        }
        let constraints = table.constraint_names();
        for key in &mut table.foreign_keys {
            if key.target == *from {
                key.target = to.clone();
            }
            self.store.link_reference(&key.target, to);
        }
        for parent in &table.inherits {
            self.store.link_child(parent, to);
        }
        self.store.put_table(table);
        for name in constraints {
            self.store.link_constraint(to, &name);
        }
        for other in referrers.iter().filter(|other| *other != from) {
            if let Some(other) = self.store.table(other) {
                for key in other.foreign_keys.iter_mut().filter(|key| key.target == *from) {
                    key.target = to.clone();
                }
            }
            self.store.link_reference(to, other);
        }
        for child in children {
            if let Some(child) = self.store.table(&child) {
                replace(&mut child.inherits, from, to);
                child.parent = child.inherits.first().cloned();
            }
            self.store.link_child(to, &child);
        }
        self.move_owned(&sequences, from, to);
        self.rename_in_publications(from, to);
        let changed = ChangeKind::TableRenamed { from: from.clone(), to: to.clone() };
        self.changed(span, changed);
    }

    /// Owned sequences keep their names, and follow their table into another schema.
    fn move_owned(
        &mut self,
        sequences: &[QualifiedName],
        from: &QualifiedName,
        to: &QualifiedName,
    ) {
        for name in sequences {
            let owned = self.catalog().sequences.get(name).and_then(|one| one.owned_by.as_ref());
            if owned.is_none_or(|(table, _)| table != from) {
                continue;
            }
            let Some(mut sequence) = self.store.take::<Sequence>(name) else { continue };
            if let Some((table, _)) = &mut sequence.owned_by {
                *table = to.clone();
            }
            sequence.name.schema = to.schema.clone();
            self.store.link_sequence(to, &sequence.name);
            let new = sequence.name.clone();
            self.store.put(new.clone(), sequence);
            self.follow_sequence(name, &new);
        }
    }

    fn move_view(&mut self, from: &QualifiedName, to: &QualifiedName) {
        let Some(mut view) = self.store.take::<View>(from) else { return };
        view.name = to.clone();
        for index in &view.indexes {
            self.store.link_index(to, &index.name);
        }
        for relation in &view.reads {
            self.store.link_reader(relation, to);
        }
        self.store.put(to.clone(), view);
    }

    fn move_sequence(&mut self, from: &QualifiedName, to: &QualifiedName) {
        let Some(mut sequence) = self.store.take::<Sequence>(from) else { return };
        sequence.name = to.clone();
        if let Some((table, _)) = &sequence.owned_by {
            self.store.link_sequence(table, to);
        }
        self.store.put(to.clone(), sequence);
        self.follow_sequence(from, to);
    }

    fn rename_in_readers(&mut self, from: &QualifiedName, to: &QualifiedName) {
        for view in self.store.readers(from) {
            if let Some(view) = self.store.edit::<View>(&view) {
                view.reads.remove(from);
                view.reads.insert(to.clone());
            }
        }
    }

    fn rename_in_publications(&mut self, from: &QualifiedName, to: &QualifiedName) {
        let names: Vec<SmolStr> = self.catalog().publications.keys().cloned().collect();
        for name in names {
            let Some(publication) = self.store.edit::<Publication>(&name) else { continue };
            if let Some(origin) = publication.tables.remove(from) {
                publication.tables.insert(to.clone(), origin);
            }
        }
    }

    /// `ALTER INDEX … RENAME TO`; a constraint behind it takes the name too.
    pub(super) fn rename_index(&mut self, index: &QualifiedName, to: &str) -> Outcome {
        if self.is_taken(&index.schema, to) {
            return Err(Failure::exists("relation", &to));
        }
        let owner =
            self.store.index_owner(index).ok_or_else(|| Failure::missing("index", index))?;
        let to = SmolStr::new(to);
        if let Some(table) = self.catalog().tables.get(&owner) {
            let backs =
                table.indexes.iter().any(|one| one.name == index.name && one.constraint.is_some());
            if backs && table.has_constraint(&to) {
                return Err(Failure::exists("constraint", &to));
            }
        }
        self.store.link_index(&owner, &to);
        self.store.link_constraint(&owner, &to);
        let same = |one: &&mut Index| one.name == index.name;
        if self.catalog().views.contains_key(&owner) {
            let view = self.store.edit::<View>(&owner);
            if let Some(found) = view.and_then(|view| view.indexes.iter_mut().find(same)) {
                found.name = to;
            }
            return Ok(());
        }
        self.edit_table(&owner, |table| table.rename_key(&index.name, &to))
    }

    /// `RENAME CONSTRAINT a TO b`; an index behind it takes the name too.
    pub(super) fn rename_constraint(
        &mut self,
        table: &QualifiedName,
        rename: &RenamePart,
    ) -> Outcome {
        if self.inherits_check(table, rename.from.as_str()) {
            return Err(Failure::new(format!("constraint {} is inherited", rename.from)));
        }
        self.rename_own_constraint(table, rename)
    }

    fn rename_own_constraint(&mut self, table: &QualifiedName, rename: &RenamePart) -> Outcome {
        let (from, to) = (rename.from.as_str(), SmolStr::new(rename.to.as_str()));
        let Some(found) = self.catalog().tables.get(table) else { return Ok(()) };
        if !found.has_constraint(from) {
            return Err(Failure::missing("constraint", &rename.from));
        }
        if found.has_constraint(&to) {
            return Err(Failure::exists("constraint", &rename.to));
        }
        let is_check = found.checks.iter().any(|check| check.name == from);
        let has_index = found.indexes.iter().any(|index| index.constraint.as_deref() == Some(from));
        if has_index && self.is_index_taken(table, &to) {
            return Err(Failure::exists("relation", &rename.to));
        }
        if has_index {
            self.store.link_index(table, &to);
        }
        self.store.link_constraint(table, &to);
        for child in self.store.children(table).into_iter().filter(|_| is_check) {
            self.deeper(|session| session.rename_own_constraint(&child, rename))?;
        }
        self.edit_table(table, |table| {
            if has_index {
                table.rename_key(from, &to);
            }
            for key in table.foreign_keys.iter_mut().filter(|key| key.name == from) {
                key.name = to.clone();
            }
            for check in table.checks.iter_mut().filter(|check| check.name == from) {
                check.name = to.clone();
            }
        })
    }
}

impl Table {
    /// Renames an index and the key that it backs.
    fn rename_key(&mut self, from: &str, to: &SmolStr) {
        let keys = self.primary_key.iter_mut().chain(&mut self.uniques).chain(&mut self.exclusions);
        for key in keys.filter(|key| key.name == from) {
            key.name = to.clone();
        }
        for index in self.indexes.iter_mut().filter(|index| index.name == from) {
            index.name = to.clone();
            index.constraint = index.constraint.take().map(|_| to.clone());
        }
    }

    fn constraint_names(&self) -> Vec<SmolStr> {
        let keys = self.primary_key.iter().chain(&self.uniques).chain(&self.exclusions);
        let keys = keys.map(|key| key.name.clone());
        let references = self.foreign_keys.iter().map(|key| key.name.clone());
        let checks = self.checks.iter().map(|check| check.name.clone());
        keys.chain(references).chain(checks).collect()
    }
}

fn replace<T: Clone + PartialEq<K>, K: ?Sized>(list: &mut [T], from: &K, to: &T) {
    for item in list.iter_mut().filter(|item| **item == *from) {
        item.clone_from(to);
    }
}

/// Everything of a table that names one of its columns.
fn rename_in_table(table: &mut Table, from: &str, to: &SmolStr) {
    let keys = table.primary_key.iter_mut().chain(&mut table.uniques).chain(&mut table.exclusions);
    keys.for_each(|key| replace(&mut key.columns, from, to));
    table.foreign_keys.iter_mut().for_each(|key| replace(&mut key.columns, from, to));
    for check in &mut table.checks {
        replace(&mut check.columns, from, to);
        rename_in_text(&mut check.expression, &table.name.name, (from, to));
    }
    for index in &mut table.indexes {
        rename_in_index(index, &table.name.name, (from, to));
    }
    for trigger in &mut table.triggers {
        replace(&mut trigger.update_of, from, to);
        if let Some(condition) = &mut trigger.condition {
            rename_in_text(condition, "old", (from, to));
            rename_in_text(condition, "new", (from, to));
        }
    }
    for grant in &mut table.grants {
        replace(&mut grant.columns, from, to);
    }
    if let Some(key) = &mut table.partition_key {
        let list = key.find('(').unwrap_or(0);
        let mut columns = key.split_off(list);
        rename_in_text(&mut columns, &table.name.name, (from, to));
        key.push_str(&columns);
    }
    for Column { generated, .. } in &mut table.columns {
        if let Some(text) = generated {
            rename_in_text(text, &table.name.name, (from, to));
        }
    }
}

/// As [`rename_in_table`], of one index.
pub(super) fn rename_in_index(index: &mut Index, table: &str, names: (&str, &SmolStr)) {
    for key in &mut index.keys {
        match &mut key.what {
            IndexTarget::Column(column) if column == names.0 => column.clone_from(names.1),
            IndexTarget::Column(_) => {}
            IndexTarget::Expression(text) => rename_in_text(text, table, names),
        }
    }
    replace(&mut index.include, names.0, names.1);
    if let Some(predicate) = &mut index.predicate {
        rename_in_text(predicate, table, names);
    }
}
