//! The catalog while it is being made: objects, who depends on whom, and a way back.
//!
//! Links only ever grow and may be stale: whoever follows one looks whether it still holds.
//! That keeps every statement's cost independent of the size of the catalog.

use std::collections::{BTreeMap, BTreeSet};

use rustc_hash::FxHashMap;
use smol_str::SmolStr;

use crate::{
    Bucket, Catalog, DefaultPrivilege, EventTrigger, Extension, Function, Index, Publication,
    QualifiedName, Role, Schema, Sequence, Table, UserType, View,
};

/// The key of a function: its name and its argument types.
pub(super) type FunctionKey = (QualifiedName, SmolStr);

/// The catalog in the making.
#[derive(Debug, Clone, Default)]
pub(super) struct Store {
    /// What there is.
    pub(super) catalog: Catalog,
    /// Which relation an index is on.
    index_owners: FxHashMap<QualifiedName, QualifiedName>,
    /// Tables that had a foreign key to a table.
    referrers: Links,
    /// Partitions and inheritance children that a table had.
    children: Links,
    /// Views that read a relation.
    readers: Links,
    /// Tables and views with something that calls a function.
    callers: Links,
    /// Tables with a column of a type, functions with an argument of it.
    typed: Links,
    /// Tables and domains that had a constraint of this name.
    constraints: Links,
    /// Tables with a policy that reads a relation.
    policy_readers: Links,
    /// Sequences that a table's columns owned.
    owned: Links,
    /// What a failing block has to put back; none outside of blocks.
    journal: Option<Vec<Undo>>,
    /// Tables that the journal holds since the last mark: once is enough.
    noted: BTreeSet<QualifiedName>,
}

/// Who is linked to a name, and the way back: without it a rename would read every link.
#[derive(Debug, Clone, Default)]
struct Links {
    to: FxHashMap<QualifiedName, BTreeSet<QualifiedName>>,
    back: FxHashMap<QualifiedName, BTreeSet<QualifiedName>>,
}

/// One object as it was before a block changed it; none if it did not exist.
#[derive(Debug, Clone)]
enum Undo {
    Table(QualifiedName, Option<Box<Table>>),
    View(QualifiedName, Option<Box<View>>),
    Function(Box<FunctionKey>, Option<Box<Function>>),
    Type(QualifiedName, Option<Box<UserType>>),
    Sequence(QualifiedName, Option<Sequence>),
    Schema(SmolStr, Option<Schema>),
    Extension(SmolStr, Option<Extension>),
    Role(SmolStr, Option<Role>),
    Publication(SmolStr, Option<Publication>),
    Bucket(SmolStr, Option<Bucket>),
    EventTrigger(SmolStr, Option<EventTrigger>),
    DefaultPrivileges(Vec<DefaultPrivilege>),
}

/// A point to come back to.
#[derive(Debug, Clone, Copy)]
pub(super) struct Mark {
    entries: usize,
    history: usize,
    outermost: bool,
}

/// A kind of object that lives in a map of the catalog.
pub(super) trait Stored: Clone {
    /// What it is found by.
    type Key: Ord + Clone;
    /// Its map.
    fn map(catalog: &mut Catalog) -> &mut BTreeMap<Self::Key, Self>;
    /// The entry that brings it back.
    #[expect(private_interfaces, reason = "the journal is the store's own business")]
    fn undo(key: Self::Key, before: Option<Self>) -> Undo;
}

macro_rules! stored {
    ($type:ty, $key:ty, $map:ident, $undo:expr) => {
        impl Stored for $type {
            type Key = $key;
            fn map(catalog: &mut Catalog) -> &mut BTreeMap<$key, $type> {
                &mut catalog.$map
            }
            #[expect(private_interfaces, reason = "the journal is the store's own business")]
            fn undo(key: $key, before: Option<$type>) -> Undo {
                $undo(key, before)
            }
        }
    };
}

stored!(Table, QualifiedName, tables, |key, before: Option<Table>| Undo::Table(
    key,
    before.map(Box::new)
));
stored!(View, QualifiedName, views, |key, before: Option<View>| Undo::View(
    key,
    before.map(Box::new)
));
stored!(Function, FunctionKey, functions, |key, before: Option<Function>| Undo::Function(
    Box::new(key),
    before.map(Box::new)
));
stored!(UserType, QualifiedName, types, |key, before: Option<UserType>| Undo::Type(
    key,
    before.map(Box::new)
));
stored!(Sequence, QualifiedName, sequences, Undo::Sequence);
stored!(Schema, SmolStr, schemas, Undo::Schema);
stored!(Extension, SmolStr, extensions, Undo::Extension);
stored!(Role, SmolStr, roles, Undo::Role);
stored!(Publication, SmolStr, publications, Undo::Publication);
stored!(Bucket, SmolStr, buckets, Undo::Bucket);
stored!(EventTrigger, SmolStr, event_triggers, Undo::EventTrigger);

impl Store {
    /// Puts an object in, in place of one of the same name.
    pub(super) fn put<T: Stored>(&mut self, key: T::Key, object: T) {
        let before = T::map(&mut self.catalog).insert(key.clone(), object);
        self.note(|| T::undo(key, before));
    }

    /// Takes an object out.
    pub(super) fn take<T: Stored>(&mut self, key: &T::Key) -> Option<T> {
        let object = T::map(&mut self.catalog).remove(key)?;
        if self.journal.is_some() {
            let before = object.clone();
            self.note(|| T::undo(key.clone(), Some(before)));
        }
        Some(object)
    }

    /// An object to change.
    pub(super) fn edit<T: Stored>(&mut self, key: &T::Key) -> Option<&mut T> {
        if self.journal.is_some() {
            let before = T::map(&mut self.catalog).get(key)?.clone();
            self.note(|| T::undo(key.clone(), Some(before)));
        }
        T::map(&mut self.catalog).get_mut(key)
    }

    /// A table to change.
    pub(super) fn table(&mut self, name: &QualifiedName) -> Option<&mut Table> {
        if self.journal.is_none() || self.noted.contains(name) {
            return self.catalog.tables.get_mut(name);
        }
        self.noted.insert(name.clone());
        self.edit::<Table>(name)
    }

    /// Puts a new table in; changes to it need no entry of their own.
    pub(super) fn put_table(&mut self, table: Table) {
        let name = table.name.clone();
        self.put(name.clone(), table);
        if self.journal.is_some() {
            self.noted.insert(name);
        }
    }

    /// The default privileges to change.
    pub(super) fn default_privileges(&mut self) -> &mut Vec<DefaultPrivilege> {
        if self.journal.is_some() {
            let before = self.catalog.default_privileges.clone();
            self.note(|| Undo::DefaultPrivileges(before));
        }
        &mut self.catalog.default_privileges
    }

    fn note(&mut self, undo: impl FnOnce() -> Undo) {
        if let Some(journal) = &mut self.journal {
            journal.push(undo());
        }
    }

    /// Begins to keep what [`Store::back_to`] needs.
    pub(super) fn mark(&mut self) -> Mark {
        let outermost = self.journal.is_none();
        self.noted.clear();
        let entries = self.journal.get_or_insert_with(Vec::new).len();
        Mark { entries, history: self.catalog.history.len(), outermost }
    }

    /// Makes everything as it was at the mark.
    pub(super) fn back_to(&mut self, mark: Mark) {
        self.noted.clear();
        let mut journal = self.journal.take().unwrap_or_default();
        for undo in journal.drain(mark.entries.min(journal.len())..).rev() {
            self.restore(undo);
        }
        self.catalog.history.truncate(mark.history);
        self.journal = (!mark.outermost).then_some(journal);
    }

    /// Keeps what was done since the mark.
    pub(super) fn keep(&mut self, mark: Mark) {
        if mark.outermost {
            self.journal = None;
            self.noted.clear();
        }
    }

    fn restore(&mut self, undo: Undo) {
        match undo {
            Undo::Table(key, before) => {
                if let Some(table) = &before {
                    self.own_indexes(&key, &table.indexes);
                }
                back(self, key, before.map(|table| *table));
            }
            Undo::View(key, before) => {
                if let Some(view) = &before {
                    self.own_indexes(&key, &view.indexes);
                }
                back(self, key, before.map(|view| *view));
            }
            Undo::Function(key, before) => back(self, *key, before.map(|function| *function)),
            Undo::Type(key, before) => back(self, key, before.map(|kind| *kind)),
            Undo::Sequence(key, before) => back(self, key, before),
            Undo::Schema(key, before) => back(self, key, before),
            Undo::Extension(key, before) => back(self, key, before),
            Undo::Role(key, before) => back(self, key, before),
            Undo::Publication(key, before) => back(self, key, before),
            Undo::Bucket(key, before) => back(self, key, before),
            Undo::EventTrigger(key, before) => back(self, key, before),
            Undo::DefaultPrivileges(before) => self.catalog.default_privileges = before,
        }
    }

    fn own_indexes(&mut self, owner: &QualifiedName, indexes: &[Index]) {
        for index in indexes {
            let name = QualifiedName::new(owner.schema.clone(), index.name.clone());
            self.index_owners.insert(name, owner.clone());
        }
    }
}

fn back<T: Stored>(store: &mut Store, key: T::Key, before: Option<T>) {
    match before {
        Some(object) => T::map(&mut store.catalog).insert(key, object),
        None => T::map(&mut store.catalog).remove(&key),
    };
}

/// Who depends on whom.
impl Store {
    /// Remembers which relation an index is on.
    pub(super) fn link_index(&mut self, owner: &QualifiedName, index: &SmolStr) {
        let name = QualifiedName::new(owner.schema.clone(), index.clone());
        self.index_owners.insert(name, owner.clone());
    }

    /// The relation that an index is on.
    pub(super) fn index_owner(&self, index: &QualifiedName) -> Option<QualifiedName> {
        let owner = self.index_owners.get(index)?;
        let named = |indexes: &[Index]| indexes.iter().any(|other| other.name == index.name);
        let on_table = self.catalog.tables.get(owner).is_some_and(|table| named(&table.indexes));
        let on_view = || self.catalog.views.get(owner).is_some_and(|view| named(&view.indexes));
        (owner.schema == index.schema && (on_table || on_view())).then(|| owner.clone())
    }

    /// Remembers a foreign key.
    pub(super) fn link_reference(&mut self, target: &QualifiedName, table: &QualifiedName) {
        link(&mut self.referrers, target, table);
    }

    /// Tables with a foreign key to a table, itself included.
    pub(super) fn referrers(&self, target: &QualifiedName) -> Vec<QualifiedName> {
        let refers = |table: &QualifiedName| {
            self.catalog
                .tables
                .get(table)
                .is_some_and(|table| table.foreign_keys.iter().any(|key| key.target == *target))
        };
        linked(&self.referrers, target).filter(|table| refers(table)).cloned().collect()
    }

    /// Remembers a partition or an inheritance child.
    pub(super) fn link_child(&mut self, parent: &QualifiedName, child: &QualifiedName) {
        link(&mut self.children, parent, child);
    }

    /// Partitions and inheritance children of a table.
    pub(super) fn children(&self, parent: &QualifiedName) -> Vec<QualifiedName> {
        let is_child = |child: &QualifiedName| {
            self.catalog.tables.get(child).is_some_and(|child| child.inherits.contains(parent))
        };
        linked(&self.children, parent).filter(|child| is_child(child)).cloned().collect()
    }

    /// Children, their children, and so on, each once.
    pub(super) fn descendants(&self, parent: &QualifiedName) -> Vec<QualifiedName> {
        let mut all = self.children(parent);
        let mut at = 0;
        while let Some(name) = all.get(at).cloned() {
            at += 1;
            for child in self.children(&name) {
                if child != *parent && !all.contains(&child) {
                    all.push(child);
                }
            }
        }
        all
    }

    /// Remembers that a view reads a relation.
    pub(super) fn link_reader(&mut self, relation: &QualifiedName, view: &QualifiedName) {
        link(&mut self.readers, relation, view);
    }

    /// Views that read a relation.
    pub(super) fn readers(&self, relation: &QualifiedName) -> Vec<QualifiedName> {
        let reads = |view: &QualifiedName| {
            self.catalog.views.get(view).is_some_and(|view| view.reads.contains(relation))
        };
        linked(&self.readers, relation).filter(|view| reads(view)).cloned().collect()
    }

    /// Remembers that a policy of a table reads a relation.
    pub(super) fn link_policy_reader(&mut self, relation: &QualifiedName, table: &QualifiedName) {
        link(&mut self.policy_readers, relation, table);
    }

    /// Tables that may have a policy which reads a relation.
    pub(super) fn policy_readers(&self, relation: &QualifiedName) -> Vec<QualifiedName> {
        linked(&self.policy_readers, relation).cloned().collect()
    }

    /// Remembers that something of a table or view calls a function.
    pub(super) fn link_caller(&mut self, function: &QualifiedName, relation: &QualifiedName) {
        link(&mut self.callers, function, relation);
    }

    /// Tables and views that may call a function.
    pub(super) fn callers(&self, function: &QualifiedName) -> Vec<QualifiedName> {
        linked(&self.callers, function).cloned().collect()
    }

    /// Remembers that a column of a table has a type.
    pub(super) fn link_type(&mut self, kind: &QualifiedName, table: &QualifiedName) {
        link(&mut self.typed, kind, table);
    }

    /// Tables that may have a column of a type.
    pub(super) fn typed(&self, kind: &QualifiedName) -> Vec<QualifiedName> {
        linked(&self.typed, kind).cloned().collect()
    }

    /// Remembers that a column of a table owns a sequence.
    pub(super) fn link_sequence(&mut self, table: &QualifiedName, sequence: &QualifiedName) {
        link(&mut self.owned, table, sequence);
    }

    /// Sequences that a table's columns may own.
    pub(super) fn owned(&self, table: &QualifiedName) -> Vec<QualifiedName> {
        linked(&self.owned, table).cloned().collect()
    }

    /// Remembers the name of a constraint of a table or domain.
    pub(super) fn link_constraint(&mut self, owner: &QualifiedName, name: &SmolStr) {
        let name = QualifiedName::new(owner.schema.clone(), name.clone());
        link(&mut self.constraints, &name, owner);
    }

    /// Remembers the names of all checks of a domain.
    pub(super) fn link_checks(&mut self, domain: &QualifiedName) {
        let checks = self.catalog.types.get(domain).map(UserType::checks).unwrap_or_default();
        for check in checks {
            self.link_constraint(domain, &check);
        }
    }

    /// Whether some table or domain of the schema has a constraint of this name.
    pub(super) fn has_constraint(&self, schema: &SmolStr, name: &str) -> bool {
        let key = QualifiedName::new(schema.clone(), name);
        let Catalog { tables, types, .. } = &self.catalog;
        linked(&self.constraints, &key).any(|one| {
            one.schema == *schema
                && (tables.get(one).is_some_and(|table| table.has_constraint(name))
                    || types.get(one).is_some_and(|kind| kind.has_check(name)))
        })
    }

    /// A relation has a new name: what was linked to the old one is linked to the new one.
    pub(super) fn relink(&mut self, from: &QualifiedName, to: &QualifiedName) {
        for links in [
            &mut self.referrers,
            &mut self.children,
            &mut self.readers,
            &mut self.callers,
            &mut self.typed,
            &mut self.owned,
            &mut self.policy_readers,
        ] {
            for who in links.to.get(from).cloned().unwrap_or_default() {
                link(links, to, &who);
            }
            for whom in links.back.get(from).cloned().unwrap_or_default() {
                link(links, &whom, to);
            }
        }
    }
}

fn link(links: &mut Links, from: &QualifiedName, to: &QualifiedName) {
    if add(&mut links.to, from, to) {
        add(&mut links.back, to, from);
    }
}

/// Adds one way of a link; false where it was there.
fn add(
    links: &mut FxHashMap<QualifiedName, BTreeSet<QualifiedName>>,
    from: &QualifiedName,
    to: &QualifiedName,
) -> bool {
    if let Some(who) = links.get_mut(from) {
        return !who.contains(to) && who.insert(to.clone());
    }
    links.insert(from.clone(), BTreeSet::from([to.clone()]));
    true
}

fn linked<'a>(
    links: &'a Links,
    from: &QualifiedName,
) -> impl Iterator<Item = &'a QualifiedName> + use<'a> {
    links.to.get(from).into_iter().flatten()
}
