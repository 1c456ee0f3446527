//! `DROP` of every kind: what goes, and what refuses to.

use smol_str::{SmolStr, ToSmolStr};
use trave_source::Span;
use trave_sql::{Drop, DropPart, DropTarget, ObjectKind, RoutineName};

use super::names::RelationIs;
use super::session::Session;
use super::unchanged::words;
use super::{Failure, Outcome};
use crate::{
    ChangeKind, EventTrigger, Extension, Function, Publication, QualifiedName, Role, Table,
    UserType, View,
};

/// What a drop does to what depends on its target.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Behavior {
    /// It forbids the drop.
    Restrict,
    /// It goes too.
    Cascade,
}

impl From<bool> for Behavior {
    fn from(cascade: bool) -> Self {
        if cascade { Self::Cascade } else { Self::Restrict }
    }
}

impl Session {
    /// `DROP kind name, … [CASCADE]`: all of the targets, or none.
    pub(super) fn drop(&mut self, drop: &Drop, span: Span) -> Outcome {
        match drop.targets.as_slice() {
            [target] if !drop.cascade => {
                self.atomically(|session| session.drop_target(drop, target, span))
            }
            targets => {
                let found = targets.iter().filter_map(|one| Some(self.find_relation(&one.name)?.0));
                self.dropping = found.collect();
                let outcome = self.atomically(|session| session.drop_together(drop, targets, span));
                self.dropping.clear();
                outcome
            }
        }
    }

    /// What is named together may need each other, in whatever order, and may be named twice.
    fn drop_together(&mut self, drop: &Drop, targets: &[DropTarget], span: Span) -> Outcome {
        let mut waiting: Vec<(&DropTarget, bool)> =
            targets.iter().map(|target| (target, self.is_there(drop.kind, target))).collect();
        while !waiting.is_empty() {
            let mut left = Vec::new();
            let mut failure = None;
            for (target, was_there) in &waiting {
                if *was_there && !self.is_there(drop.kind, target) {
                    continue;
                }
                let outcome = self.atomically(|session| session.drop_target(drop, target, span));
                if let Err(why) = outcome {
                    failure = Some(why);
                    left.push((*target, *was_there));
                }
            }
            match failure {
                Some(failure) if left.len() == waiting.len() => return Err(failure),
                _ => waiting = left,
            }
        }
        Ok(())
    }

    /// Whether a target can be found, as far as its kind is looked up by name alone.
    fn is_there(&self, kind: ObjectKind, target: &DropTarget) -> bool {
        match kind {
            ObjectKind::Type | ObjectKind::Domain => {
                let mut candidates = self.candidates(&target.name).into_iter();
                candidates.any(|name| self.catalog().types.contains_key(&name))
            }
            ObjectKind::Schema => self.catalog().schemas.contains_key(target.name.name.as_str()),
            ObjectKind::Table
            | ObjectKind::ForeignTable
            | ObjectKind::View
            | ObjectKind::MaterializedView
            | ObjectKind::Sequence
            | ObjectKind::Index => self.find_relation(&target.name).is_some(),
            _ => false,
        }
    }

    fn drop_target(&mut self, drop: &Drop, target: &DropTarget, span: Span) -> Outcome {
        match drop.kind {
            ObjectKind::Table
            | ObjectKind::ForeignTable
            | ObjectKind::View
            | ObjectKind::MaterializedView
            | ObjectKind::Sequence
            | ObjectKind::Index => self.drop_relation(drop, target, span),
            ObjectKind::Policy | ObjectKind::Trigger => self.drop_from_table(drop, target, span),
            ObjectKind::Function | ObjectKind::Procedure | ObjectKind::Routine => {
                self.drop_routine(drop, target, span)
            }
            ObjectKind::Type | ObjectKind::Domain => self.drop_type(drop, target, span),
            ObjectKind::Schema => self.drop_schema(drop, target, span),
            ObjectKind::Extension => {
                let name = SmolStr::new(target.name.name.as_str());
                self.take_named::<Extension>(drop, &name)
            }
            ObjectKind::Role => {
                let name = SmolStr::new(target.name.name.as_str());
                self.take_named::<Role>(drop, &name)
            }
            ObjectKind::Publication => {
                let name = SmolStr::new(target.name.name.as_str());
                self.take_named::<Publication>(drop, &name)
            }
            ObjectKind::EventTrigger => {
                let name = SmolStr::new(target.name.name.as_str());
                self.take_named::<EventTrigger>(drop, &name)
            }
            // Whatever depends on it goes as well, and nobody here knows what does.
            kind if drop.cascade && kind != ObjectKind::Rule => {
                let kind = words(kind);
                self.not_understood(span, format!("drop {kind} … cascade: it cannot be followed"));
                Ok(())
            }
            kind => self.changes_nothing(&format!("drop {}", words(kind)), span),
        }
    }

    fn take_named<T: super::store::Stored<Key = SmolStr>>(
        &mut self,
        drop: &Drop,
        name: &SmolStr,
    ) -> Outcome {
        match self.store.take::<T>(name) {
            Some(_) => Ok(()),
            None => self.missing_target(drop, name),
        }
    }

    /// `IF EXISTS` forgives; so does a lenient replay, where it may have been made elsewhere.
    pub(super) fn missing_target(&self, drop: &Drop, name: &dyn std::fmt::Display) -> Outcome {
        if drop.if_exists || self.assumes_missing() {
            return Ok(());
        }
        Err(Failure::missing("object", name))
    }

    fn drop_relation(&mut self, drop: &Drop, target: &DropTarget, span: Span) -> Outcome {
        let Some((name, is)) = self.find_relation(&target.name) else {
            return self.missing_target(drop, &target.name);
        };
        let right_kind = match is {
            RelationIs::Table => matches!(drop.kind, ObjectKind::Table | ObjectKind::ForeignTable),
            RelationIs::View => {
                let view = self.catalog().views.get(&name);
                let materialized = view.is_some_and(|view| view.materialized);
                drop.kind
                    == (if materialized { ObjectKind::MaterializedView } else { ObjectKind::View })
            }
            RelationIs::Sequence => drop.kind == ObjectKind::Sequence,
            RelationIs::Index => drop.kind == ObjectKind::Index,
            RelationIs::Type => false,
        };
        if !right_kind {
            return Err(Failure::new(format!("{name} is of another kind")));
        }
        match is {
            RelationIs::Table => self.drop_table(&name, Behavior::from(drop.cascade), span),
            RelationIs::View => self.drop_view(&name, Behavior::from(drop.cascade), span),
            RelationIs::Sequence => self.drop_sequence(&name, Behavior::from(drop.cascade)),
            RelationIs::Index => self.drop_index(&name, Behavior::from(drop.cascade)),
            RelationIs::Type => Ok(()),
        }
    }

    /// Drops a table with its partitions; views, policies and foreign keys that need it go with
    /// it, or forbid it.
    pub(super) fn drop_table(
        &mut self,
        name: &QualifiedName,
        behavior: Behavior,
        span: Span,
    ) -> Outcome {
        self.deeper(|session| session.drop_dependants_of_relation(name, behavior, span))?;
        for child in self.store.children(name) {
            let is_partition =
                self.catalog().tables.get(&child).is_some_and(|one| one.is_partition);
            let goes = self.dropping.contains(&child);
            if is_partition || goes || behavior == Behavior::Cascade {
                self.deeper(|session| session.drop_table(&child, behavior, span))?;
            } else {
                return Err(Failure::new(format!("table {child} inherits from {name}")));
            }
        }
        self.drop_owned_sequences(name, None, behavior)?;
        self.drop_table_now(name);
        self.changed(span, ChangeKind::TableDropped(name.clone()));
        Ok(())
    }

    /// Takes a table out with all that belongs to it alone.
    pub(super) fn drop_table_now(&mut self, name: &QualifiedName) {
        // Defaults of others that draw from them are gone, or have forbidden the drop.
        let _ = self.drop_owned_sequences(name, None, Behavior::Cascade);
        let publications: Vec<SmolStr> = self.catalog().publications.keys().cloned().collect();
        for publication in publications {
            let has = self.catalog().publications.get(&publication);
            if has.is_some_and(|publication| publication.tables.contains_key(name))
                && let Some(publication) = self.store.edit::<Publication>(&publication)
            {
                publication.tables.remove(name);
            }
        }
        self.store.take::<Table>(name);
    }

    /// Drops a view; views over it go with it, or forbid it.
    pub(super) fn drop_view(
        &mut self,
        name: &QualifiedName,
        behavior: Behavior,
        span: Span,
    ) -> Outcome {
        self.deeper(|session| session.drop_dependants_of_relation(name, behavior, span))?;
        if self.store.take::<View>(name).is_some() {
            self.changed(span, ChangeKind::ViewDropped(name.clone()));
        }
        Ok(())
    }

    fn drop_index(&mut self, name: &QualifiedName, behavior: Behavior) -> Outcome {
        let Some(owner) = self.store.index_owner(name) else { return Ok(()) };
        if let Some(view) = self.store.edit::<View>(&owner) {
            view.indexes.retain(|index| index.name != name.name);
            return Ok(());
        }
        let Some(table) = self.catalog().tables.get(&owner) else { return Ok(()) };
        let Some(index) = table.indexes.iter().find(|index| index.name == name.name) else {
            return Ok(());
        };
        if index.constraint.is_some() {
            return Err(Failure::new(format!("a constraint of {owner} needs index {name}")));
        }
        if index.inherited {
            return Err(Failure::new(format!("an index of the parent needs index {name}")));
        }
        let index = index.clone();
        let columns: Vec<SmolStr> =
            index.keys.iter().filter_map(crate::IndexKey::column).cloned().collect();
        if index.unique && index.predicate.is_none() {
            let index_name = name.name.clone();
            self.refuse_needed_index(&owner, &columns, (&index_name, behavior))?;
        }
        self.edit_table(&owner, |table| table.indexes.retain(|index| index.name != name.name))?;
        self.drop_repeated(&owner, &index)
    }

    /// A unique index that a foreign key refers to stays, unless another one can serve.
    fn refuse_needed_index(
        &mut self,
        table: &QualifiedName,
        columns: &[SmolStr],
        (index, behavior): (&SmolStr, Behavior),
    ) -> Outcome {
        let Some(found) = self.catalog().tables.get(table) else { return Ok(()) };
        let mut other = found.clone();
        other.indexes.retain(|one| one.name != *index);
        let same = |key: &Vec<SmolStr>| {
            key.len() == columns.len() && key.iter().all(|column| columns.contains(column))
        };
        if other.unique_keys().iter().any(same) {
            return Ok(());
        }
        let refers = |key: &crate::ForeignKey| key.target == *table && same(&key.target_columns);
        for referrer in self.store.referrers(table) {
            let needs = self.catalog().tables.get(&referrer);
            if !needs.is_some_and(|one| one.foreign_keys.iter().any(refers)) {
                continue;
            }
            if behavior == Behavior::Restrict {
                return Err(Failure::new(format!("a foreign key of {referrer} needs {index}")));
            }
            self.edit_table(&referrer, |one| one.foreign_keys.retain(|key| !refers(key)))?;
        }
        Ok(())
    }

    fn drop_from_table(&mut self, drop: &Drop, target: &DropTarget, span: Span) -> Outcome {
        let Some(on) = &target.on else { return Ok(()) };
        let Some((relation, is)) = self.find_relation(on) else {
            return self.missing_target(drop, on);
        };
        let name = target.name.name.as_str();
        let mut found = false;
        if is == RelationIs::View {
            if let Some(view) = self.store.edit::<View>(&relation) {
                found = view.triggers.iter().any(|trigger| trigger.name == name);
                view.triggers.retain(|trigger| trigger.name != name);
            }
        } else if let Some(table) = self.store.table(&relation) {
            if drop.kind == ObjectKind::Policy {
                return match table.policies.iter().position(|policy| policy.name == name) {
                    Some(at) => {
                        let policy = table.policies.remove(at);
                        let (policy, command) = (policy.name, policy.command);
                        let (table, cascaded) = (relation, false);
                        let gone = ChangeKind::PolicyDropped { table, policy, command, cascaded };
                        self.changed(span, gone);
                        Ok(())
                    }
                    None => self.missing_target(drop, &target.name),
                };
            }
            found = table.triggers.iter().any(|trigger| trigger.name == name);
            table.triggers.retain(|trigger| trigger.name != name);
        }
        if found && drop.kind == ObjectKind::Trigger {
            for child in self.partitions(&relation) {
                self.edit_table(&child, |one| one.triggers.retain(|one| one.name != name))?;
            }
        }
        if found { Ok(()) } else { self.missing_target(drop, &target.name) }
    }

    fn drop_routine(&mut self, drop: &Drop, target: &DropTarget, span: Span) -> Outcome {
        let routine =
            RoutineName { name: target.name.clone(), arguments: target.arguments.clone() };
        let key = match self.find_routine(drop.kind, &routine) {
            Ok(Some(key)) => key,
            Err(failure) if !drop.if_exists || failure.0.ends_with("is not unique") => {
                return Err(failure);
            }
            Ok(None) | Err(_) => return Ok(()),
        };
        self.drop_dependants_of_function(&key, Behavior::from(drop.cascade), span)?;
        self.store.take::<Function>(&key);
        self.changed(span, ChangeKind::FunctionDropped(key.0));
        Ok(())
    }

    fn drop_type(&mut self, drop: &Drop, target: &DropTarget, span: Span) -> Outcome {
        let candidates = self.candidates(&target.name);
        let found = candidates.into_iter().find(|name| self.catalog().types.contains_key(name));
        let Some(name) = found else { return self.missing_target(drop, &target.name) };
        self.drop_dependants_of_type(&name, Behavior::from(drop.cascade), span)?;
        self.store.take::<UserType>(&name);
        Ok(())
    }

    /// `DROP [COLUMN]`.
    pub(super) fn drop_column(
        &mut self,
        table: &QualifiedName,
        drop: &DropPart,
        span: Span,
    ) -> Outcome {
        let name = drop.name.as_str();
        let Some(found) = self.catalog().tables.get(table) else { return Ok(()) };
        if found.column(name).is_none() {
            let unknown = !found.columns_known && self.assumes_missing();
            let origin = self.origin(drop.name.span);
            let past = crate::PastColumn { name: name.to_smolstr(), renamed_to: None, origin };
            if unknown {
                return self.edit_table(table, |table| table.past_columns.push(past));
            }
            return if drop.if_exists {
                Ok(())
            } else {
                Err(Failure::missing("column", &drop.name))
            };
        }
        self.refuse_inherited_column(table, name)?;
        self.atomically(|session| session.drop_own_column(table, drop, span))
    }

    fn drop_own_column(&mut self, table: &QualifiedName, drop: &DropPart, span: Span) -> Outcome {
        let name = drop.name.as_str();
        self.refuse_partition_column(table, name)?;
        self.drop_dependants_of_column(table, name, (Behavior::from(drop.cascade), span))?;
        let origin = self.origin(drop.name.span);
        let past = crate::PastColumn { name: name.to_smolstr(), renamed_to: None, origin };
        self.edit_table(table, |table| {
            table.past_columns.push(past);
            table.forget_column(name);
        })?;
        for child in self.store.children(table) {
            let found = self.catalog().tables.get(&child).and_then(|one| one.column(name));
            let goes = found.is_some_and(|column| !column.local);
            if goes && self.only {
                self.edit_table(&child, |child| {
                    let own = child.columns.iter_mut().filter(|column| column.name == name);
                    own.for_each(|column| column.local = true);
                })?;
            } else if goes && !self.inherits_column(&child, name) {
                self.deeper(|session| session.drop_own_column(&child, drop, span))?;
            }
        }
        self.drop_owned_sequences(table, Some(name), Behavior::from(drop.cascade))?;
        let changed = ChangeKind::ColumnDropped { table: table.clone(), column: name.to_smolstr() };
        self.changed(span, changed);
        Ok(())
    }
}
