//! Everything that queries are sent to, in one list: tables, views, functions that are called, and
//! names that no migration makes.

use std::collections::{BTreeMap, BTreeSet};

use smol_str::SmolStr;
use trave_model::catalog::{Catalog, Function, QualifiedName, Table, View};
use trave_model::query::Selection;
use trave_model::{Model, Query};

/// What an object is.
#[derive(Debug, Clone, Copy)]
pub(super) enum Object<'a> {
    /// A table of a catalog.
    Table(&'a Table),
    /// A view of a catalog.
    View(&'a View),
    /// A function that some query calls.
    Function(&'a Function),
    /// A table that nothing makes.
    NoTable,
    /// A function that nothing makes.
    NoFunction,
}

/// Names an object among those of all catalogs; without a catalog they are all one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct ObjectKey {
    pub(super) catalog: Option<usize>,
    pub(super) name: QualifiedName,
    is_function: bool,
}

/// All objects by name; their numbers are their places.
pub(super) struct Objects<'a> {
    found: BTreeMap<ObjectKey, Object<'a>>,
    numbers: BTreeMap<ObjectKey, usize>,
}

impl<'a> Objects<'a> {
    pub(super) fn of(model: &'a Model) -> Self {
        let mut found = BTreeMap::new();
        for (at, catalog) in model.catalogs.iter().enumerate() {
            let named = targets(catalog);
            let is_shown = |table: &&Table| of_project(table) || named.contains(&table.name);
            for table in catalog.tables.values().filter(is_shown) {
                found.insert(key(at, &table.name), Object::Table(table));
            }
            let views = catalog.views.values().filter(|view| view.provenance.is_migration());
            found.extend(views.map(|view| (key(at, &view.name), Object::View(view))));
        }
        for query in &model.queries {
            found.extend(reached(model, query));
            found.extend(embedded(model, query));
        }
        let numbers = found.keys().cloned().zip(0..).collect();
        Self { found, numbers }
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&ObjectKey, Object<'a>)> {
        self.found.iter().map(|(key, object)| (key, *object))
    }

    pub(super) fn number(&self, key: &ObjectKey) -> Option<usize> {
        self.numbers.get(key).copied()
    }

    /// The number of a table or view by its name in a catalog.
    pub(super) fn named(&self, catalog: usize, name: &QualifiedName) -> Option<usize> {
        self.number(&key(catalog, name))
    }

    /// What a query is sent to.
    pub(super) fn target(&self, model: &Model, query: &Query) -> Option<usize> {
        self.number(&reached(model, query)?.0)
    }

    /// What a query reads beside it.
    pub(super) fn beside(&self, model: &Model, query: &Query) -> Vec<usize> {
        let found = embedded(model, query).into_iter().map(|(key, _)| key);
        let numbers: BTreeSet<usize> = found.filter_map(|key| self.number(&key)).collect();
        numbers.into_iter().collect()
    }
}

/// Tables that others refer to: those of the platform are shown for their sake.
fn targets(catalog: &Catalog) -> BTreeSet<&QualifiedName> {
    let own = catalog.tables.values().filter(|table| of_project(table));
    own.flat_map(|table| &table.foreign_keys).map(|key| &key.target).collect()
}

/// Whether the project made or protects a table; partitions are parts of another one.
fn of_project(table: &Table) -> bool {
    let provenance = table.provenance;
    let is_made = provenance.is_migration() || provenance.is_generated();
    (is_made && !table.is_partition) || !table.policies.is_empty()
}

fn key(catalog: usize, name: &QualifiedName) -> ObjectKey {
    ObjectKey { catalog: Some(catalog), name: name.clone(), is_function: false }
}

/// What a query is sent to; none where its name is not a constant.
fn reached<'a>(model: &'a Model, query: &Query) -> Option<(ObjectKey, Object<'a>)> {
    let facts = &query.facts;
    let name = facts.table.as_deref()?;
    let schema = facts.schema.as_deref();
    let at = model.catalog_of_file.get(&facts.origin.file).copied();
    let catalog = at.and_then(|at| model.catalogs.get(at));
    let is_function = query.is_call();
    let (name, object) = match catalog {
        Some(catalog) if is_function => function(catalog, schema, name),
        Some(catalog) => relation(catalog, schema, name),
        None => None,
    }
    .unwrap_or_else(|| {
        let object = if is_function { Object::NoFunction } else { Object::NoTable };
        (QualifiedName::new(schema.unwrap_or("public"), name), object)
    });
    Some((ObjectKey { catalog: at, name, is_function }, object))
}

/// The relations that are read beside a table, each with those inside it.
fn embedded<'a>(model: &'a Model, query: &Query) -> Vec<(ObjectKey, Object<'a>)> {
    let at = model.catalog_of_file.get(&query.facts.origin.file).copied();
    let Some((at, catalog)) = at.and_then(|at| Some((at, model.catalogs.get(at)?))) else {
        return Vec::new();
    };
    let mut names = Vec::new();
    gather(&query.facts.selection, &mut names);
    let found = names.into_iter().filter_map(|name| relation(catalog, None, name));
    found.map(|(name, object)| (key(at, &name), object)).collect()
}

fn gather<'q>(selection: &'q Selection, names: &mut Vec<&'q SmolStr>) {
    for embed in &selection.embeds {
        names.push(&embed.relation);
        gather(&embed.selection, names);
    }
}

fn relation<'a>(
    catalog: &'a Catalog,
    schema: Option<&str>,
    name: &str,
) -> Option<(QualifiedName, Object<'a>)> {
    let table = catalog.find_table(schema, name).map(|it| (it.name.clone(), Object::Table(it)));
    let view = || catalog.find_view(schema, name).map(|it| (it.name.clone(), Object::View(it)));
    table.or_else(view)
}

fn function<'a>(
    catalog: &'a Catalog,
    schema: Option<&str>,
    name: &str,
) -> Option<(QualifiedName, Object<'a>)> {
    let mut named = catalog.functions.values().filter(|it| it.name.name == name);
    let found = named.find(|it| schema.is_none_or(|schema| it.name.schema == schema))?;
    Some((found.name.clone(), Object::Function(found)))
}
