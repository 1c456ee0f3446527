//! Tables and columns that the code names and the schema does not have.

use std::collections::BTreeSet;

use smol_str::SmolStr;
use trave_backend::value::{Shape, Value};
use trave_catalog::{Catalog, ChangeKind, PastColumn, Provenance, QualifiedName, Table};
use trave_source::Origin;

use crate::model::{Model, Query, QueryRef};

/// The share of the tables named in code that migrations must make before a table that nothing
/// makes counts as a mistake: below it, tables are evidently made elsewhere.
const COMPLETE_PERCENT: usize = 80;

/// As many columns of one table unknown, and the table has evidently changed elsewhere.
const DRIFT_COLUMNS: usize = 3;

/// Why a table is not there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MissingTable {
    /// A migration dropped it.
    Dropped(Origin),
    /// A migration renamed it.
    Renamed(Origin, QualifiedName),
    /// Nothing makes it. True where the migrations are evidently complete.
    NeverMade(bool),
}

/// What code does with a column that it names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Naming {
    /// It compares it.
    Filtered,
    /// It asks for it.
    Selected,
    /// It sorts by it.
    Sorted,
    /// It writes it.
    Written,
}

impl MissingTable {
    /// Whether a migration not applied yet takes it away.
    fn is_pending(&self, catalog: &Catalog) -> bool {
        match self {
            Self::Dropped(origin) | Self::Renamed(origin, _) => catalog.pending.holds(*origin),
            Self::NeverMade(_) => false,
        }
    }
}

/// A column that is not there.
#[derive(Debug, Clone)]
pub struct MissingColumn<'m> {
    /// Its name.
    pub name: SmolStr,
    /// Where the code names it.
    pub origin: Origin,
    /// What the code does with it there.
    pub named: Naming,
    /// What became of a column of that name.
    pub past: Option<&'m PastColumn>,
    /// The column that holds what it held: a migration copied it before it dropped it.
    pub copied_to: Option<SmolStr>,
    /// The table has so many unknown columns that it evidently changed elsewhere.
    pub drifted: bool,
    /// SQL of the project names it all the same, so that it is probably there.
    pub named_in_sql: bool,
    /// The query that names it first, of all on the table.
    pub first: QueryRef,
}

impl Model {
    /// Why the table that a query names is not in the catalog; none when it is, or may be.
    pub fn missing_table(&self, query: &Query) -> Option<MissingTable> {
        let catalog = self.catalog_at(query.facts.origin)?;
        let name = query.table_name()?;
        let is_there = query.is_call() || catalog.tables.is_empty() || knows(catalog, &name);
        if is_there || self.is_of_another_database(query, catalog) {
            return None;
        }
        if let Some(gone) = what_happened(catalog, &name) {
            // What a migration not applied yet takes away is still there: its own rules speak.
            return Some(gone).filter(|gone| !gone.is_pending(catalog));
        }
        let covered = catalog.tables.keys().any(|table| table.schema == name.schema);
        if !covered || self.is_generated(catalog, &name) {
            return None;
        }
        let is_complete = self.is_complete(catalog);
        (is_complete || !catalog.is_by_types()).then_some(MissingTable::NeverMade(is_complete))
    }

    /// Whether the client of a query speaks the SQL of another database than the schema's, as one
    /// of a file or of a store at the edge does, and names no table of that schema anywhere.
    fn is_of_another_database(&self, query: &Query, catalog: &Catalog) -> bool {
        let mut same = self.queries.iter().filter(|it| it.facts.library == query.facts.library);
        query.facts.dialect.is_some_and(|dialect| dialect != catalog.dialect)
            && !same.any(|it| it.table_name().is_some_and(|name| is_made(catalog, &name)))
    }

    /// Whether the generated types that tell the schema lack much of what the code names: then they
    /// are old, and what they lack tells nothing.
    fn is_behind(&self, catalog: &Catalog) -> bool {
        catalog.is_by_types() && !self.is_complete(catalog)
    }

    /// Whether migrations make nearly all the tables that the code of their root names.
    fn is_complete(&self, catalog: &Catalog) -> bool {
        let (mut named, mut made) = (0, 0);
        for name in self.tables_named_in_code(catalog) {
            named += 1;
            made += usize::from(is_made(catalog, name));
        }
        made * 100 >= named * COMPLETE_PERCENT
    }

    /// Whether generated types show the table.
    fn is_generated(&self, catalog: &Catalog, name: &QualifiedName) -> bool {
        let tables = self.generated.get(&catalog.root).into_iter().flatten();
        tables.into_iter().any(|table| table.schema == name.schema && table.name == name.name)
    }

    /// The columns of its own table that a query names and that are not there.
    pub fn missing_columns<'m>(
        &'m self,
        query: &Query,
        table: &'m Table,
    ) -> Vec<MissingColumn<'m>> {
        let Some(catalog) = self.catalog_at(query.facts.origin) else { return Vec::new() };
        let known = table.tells_columns();
        if !known && catalog.unknown.contains(&table.name) {
            return Vec::new();
        }
        // Of a table that is made elsewhere it is known which columns a migration took away.
        let unknown = |column: &SmolStr| {
            self.lacks(catalog, table, column) && (known || past_of(table, column).is_some())
        };
        // What a migration not applied yet takes away is still there: its own rules speak.
        let is_there = |column: &SmolStr| {
            past_of(table, column).is_some_and(|past| catalog.pending.holds(past.origin))
        };
        let missing: Vec<Named> = named_columns(query)
            .into_iter()
            .filter(|it| unknown(&it.name) && !is_there(&it.name))
            .collect();
        if missing.is_empty() || self.is_behind(catalog) {
            return Vec::new();
        }
        let drifted = self.unknown_columns(catalog, table) >= DRIFT_COLUMNS;
        if drifted && catalog.is_by_types() {
            return Vec::new();
        }
        let describe = |Named { name, origin, how }: Named| MissingColumn {
            named: how,
            past: past_of(table, &name),
            copied_to: copied_to(catalog, table, &name),
            named_in_sql: self.sql_names(catalog, table, &name),
            first: self.first_naming(table, &name).unwrap_or(query.id),
            name,
            origin,
            drifted,
        };
        missing.into_iter().map(describe).collect()
    }

    /// Whether a statement of the project's SQL, run by a migration or by hand, names a column.
    fn sql_names(&self, catalog: &Catalog, table: &Table, column: &str) -> bool {
        self.is_named_in_sql(catalog, (&table.name, column), || {
            let sources = self.sources.iter().filter(|(_, source)| source.path.ends_with(".sql"));
            let texts = sources.map(|(_, source)| &*source.text);
            let mut texts = texts.chain(self.other_sql.iter().map(|text| &**text));
            texts.any(|text| catalog.text_names_column(text, &table.name, column))
        })
    }

    /// The first query on a table that names a column.
    fn first_naming(&self, table: &Table, column: &SmolStr) -> Option<QueryRef> {
        let mut queries =
            self.queries_on(table).filter(|query| !query.in_script && !query.is_fallback);
        let first =
            queries.find(|query| named_columns(query).iter().any(|own| own.name == *column));
        Some(first?.id)
    }

    /// How many different columns of a table the code names that are not, and never were, there.
    fn unknown_columns(&self, catalog: &Catalog, table: &Table) -> usize {
        let never = |column: &SmolStr| {
            self.lacks(catalog, table, column) && past_of(table, column).is_none()
        };
        let named = self.queries_on(table).flat_map(named_columns).map(|named| named.name);
        named.filter(never).collect::<BTreeSet<_>>().len()
    }

    /// Whether neither the table nor a computed column nor generated types know the name.
    fn lacks(&self, catalog: &Catalog, table: &Table, column: &SmolStr) -> bool {
        if table.column(column).is_some() || catalog.has_function(column) {
            return false;
        }
        let generated = self.generated.get(&catalog.root).into_iter().flatten().any(|other| {
            other.schema == table.name.schema
                && other.name == table.name.name
                && other.columns.contains(column)
        });
        !generated
    }
}

/// What last became of a column of that name.
fn past_of<'t>(table: &'t Table, column: &str) -> Option<&'t PastColumn> {
    table.past_columns.iter().rev().find(|past| past.name == column)
}

/// The column of a table into which a migration wrote what was in one that is gone.
fn copied_to(catalog: &Catalog, table: &Table, column: &str) -> Option<SmolStr> {
    catalog.history.iter().rev().find_map(|change| match &change.kind {
        ChangeKind::ColumnCopied { table: of, from, to } if from == column => {
            let is_of_table = now_called(catalog, of) == &table.name;
            (is_of_table && table.column(to).is_some()).then(|| to.clone())
        }
        _ => None,
    })
}

/// The name that a table has now that once had this one.
fn now_called<'n>(catalog: &'n Catalog, name: &'n QualifiedName) -> &'n QualifiedName {
    let rename = catalog.history.iter().rev().find_map(|change| match &change.kind {
        ChangeKind::TableRenamed { from, to } if from == name => Some(to),
        _ => None,
    });
    rename.unwrap_or(name)
}

pub(super) fn knows(catalog: &Catalog, name: &QualifiedName) -> bool {
    catalog.tables.contains_key(name)
        || catalog.views.contains_key(name)
        || catalog.unknown.contains(name)
}

fn is_made(catalog: &Catalog, name: &QualifiedName) -> bool {
    let table = catalog.tables.get(name).map(|table| table.provenance);
    let view = catalog.views.get(name).map(|view| view.provenance);
    let made =
        |it: Provenance| it.is_migration() || it.is_generated() || it == Provenance::Platform;
    table.or(view).is_some_and(made) || what_happened(catalog, name).is_some()
}

/// The last thing that happened to a name that is gone.
fn what_happened(catalog: &Catalog, name: &QualifiedName) -> Option<MissingTable> {
    catalog.history.iter().rev().find_map(|change| match &change.kind {
        ChangeKind::TableDropped(dropped) | ChangeKind::ViewDropped(dropped) if dropped == name => {
            Some(MissingTable::Dropped(change.origin))
        }
        ChangeKind::TableRenamed { from, to } if from == name => {
            Some(MissingTable::Renamed(change.origin, to.clone()))
        }
        _ => None,
    })
}

/// A column of its own table that a query names.
pub(super) struct Named {
    pub(super) name: SmolStr,
    pub(super) origin: Origin,
    how: Naming,
}

/// Every column of its own table that a query names, with the place.
pub(super) fn named_columns(query: &Query) -> Vec<Named> {
    let facts = &query.facts;
    let own = |relation: &Option<SmolStr>| relation.is_none();
    let name = |how: Naming| move |(name, origin): (SmolStr, Origin)| Named { name, origin, how };
    let filters = facts.filters.iter().filter(|filter| own(&filter.relation));
    let filtered = filters.map(|filter| (filter.column.clone(), filter.origin));
    let selected =
        facts.selection.columns.iter().map(|column| (column.name.clone(), column.origin));
    let ordered = facts.order.iter().filter(|key| own(&key.relation));
    let sorted = ordered.filter_map(|key| Some((key.column.clone()?, key.origin)));
    let written = facts.payload.iter().flat_map(written_fields);
    let written = written.map(|field| (field, facts.target_origin));
    filtered
        .map(name(Naming::Filtered))
        .chain(selected.map(name(Naming::Selected)))
        .chain(sorted.map(name(Naming::Sorted)))
        .chain(written.map(name(Naming::Written)))
        .collect()
}

/// The fields of the rows that a write sends, as far as they are known.
fn written_fields(payload: &Value) -> Vec<SmolStr> {
    match &payload.shape {
        Shape::Object(object) => object.fields.keys().cloned().collect(),
        Shape::Array(rows) => rows.iter().flat_map(written_fields).collect(),
        Shape::List(row) => written_fields(row),
        _ => Vec::new(),
    }
}
