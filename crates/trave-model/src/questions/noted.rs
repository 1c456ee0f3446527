//! What is found out about a finished model when somebody first asks: rules ask the same of each
//! table and each query, and to look through all queries for each of them is dear.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::{Mutex, OnceLock, PoisonError};

use smol_str::SmolStr;
use trave_backend::query::{Embed, Selection};
use trave_catalog::{Catalog, QualifiedName};
use trave_source::Origin;

use crate::model::{Model, Query, QueryRef};

/// What was found out about a finished model.
#[derive(Default)]
pub(crate) struct Noted {
    /// The functions of databases that code calls, by their names alone.
    called: OnceLock<BTreeSet<SmolStr>>,
    /// Queries that ask for rows of further tables.
    embedding: OnceLock<Vec<QueryRef>>,
    /// What queries embed, by catalog and the table that they ask.
    embeds: OnceLock<BTreeMap<(usize, QualifiedName), Vec<Embedded>>>,
    /// The first query of each place.
    by_place: OnceLock<BTreeMap<Origin, QueryRef>>,
    /// Whether SQL names a column that is not there, by catalog, table and column.
    in_sql: Mutex<BTreeMap<(usize, QualifiedName, SmolStr), bool>>,
    /// The tables that code names, by catalog.
    named: OnceLock<BTreeMap<usize, BTreeSet<QualifiedName>>>,
}

/// A table that a query asks for beside the rows of another one.
#[derive(Debug, Clone)]
pub(super) struct Embedded {
    /// The relation as it is named.
    pub(super) relation: SmolStr,
    /// The key that is meant, where the query says which.
    pub(super) hint: Option<SmolStr>,
    /// Where it stands.
    pub(super) origin: Origin,
}

impl fmt::Debug for Noted {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Noted").finish_non_exhaustive()
    }
}

impl Model {
    /// Whether code calls a function of the database by this name.
    pub(super) fn is_called_by_code(&self, function: &str) -> bool {
        let called = self.noted.called.get_or_init(|| {
            let calls = self.queries.iter().filter(|query| query.is_call());
            calls.filter_map(|query| query.facts.table.clone()).collect()
        });
        called.contains(function)
    }

    /// The queries that ask for rows of further tables beside those of their own, in order.
    pub(super) fn embedding_queries(&self) -> impl Iterator<Item = &Query> {
        let embedding = self.noted.embedding.get_or_init(|| {
            let asks =
                |query: &&Query| !query.facts.selection.embeds.is_empty() && !query.is_call();
            self.queries.iter().filter(asks).map(|query| query.id).collect()
        });
        embedding.iter().filter_map(|id| self.query(*id))
    }

    /// What queries ask for beside the rows of a table, in the order of the queries; those of
    /// scripts and tests do not count.
    pub(super) fn embedded_in(&self, at: usize, table: &QualifiedName) -> &[Embedded] {
        let embeds = self.noted.embeds.get_or_init(|| self.all_embeds());
        embeds.get(&(at, table.clone())).map(Vec::as_slice).unwrap_or_default()
    }

    fn all_embeds(&self) -> BTreeMap<(usize, QualifiedName), Vec<Embedded>> {
        let mut all = BTreeMap::new();
        for query in self.embedding_queries().filter(|query| !query.in_script) {
            let at = self.catalog_of_file.get(&query.facts.origin.file);
            let catalog = at.and_then(|at| Some((*at, &**self.catalogs.get(*at)?)));
            if let Some((catalog, name)) = catalog.zip(query.table_name()) {
                embed(catalog, (&name, &query.facts.selection, 0), &mut all);
            }
        }
        all
    }

    /// The first query that stands at a place.
    pub(super) fn query_at(&self, place: Origin) -> Option<&Query> {
        let by_place = self.noted.by_place.get_or_init(|| {
            let mut by_place = BTreeMap::new();
            for query in &self.queries {
                by_place.entry(query.facts.origin).or_insert(query.id);
            }
            by_place
        });
        self.query(*by_place.get(&place)?)
    }

    /// Whether SQL of the project names a column of a table, as `ask` finds out.
    pub(super) fn is_named_in_sql(
        &self,
        catalog: &Catalog,
        (table, column): (&QualifiedName, &str),
        ask: impl FnOnce() -> bool,
    ) -> bool {
        let at = self.number_of(catalog);
        let key = (at.unwrap_or(usize::MAX), table.clone(), SmolStr::new(column));
        let known = || self.noted.in_sql.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(named) = known().get(&key) {
            return *named;
        }
        let named = ask();
        known().insert(key, named);
        named
    }

    /// Which of the catalogs one is.
    fn number_of(&self, catalog: &Catalog) -> Option<usize> {
        let mut catalogs = self.catalogs.iter().map(std::convert::AsRef::as_ref);
        catalogs.position(|other: &Catalog| std::ptr::eq(other, catalog))
    }

    /// The tables that the code of a catalog names, none of which need be there.
    pub(super) fn tables_named_in_code(
        &self,
        catalog: &Catalog,
    ) -> impl Iterator<Item = &QualifiedName> {
        let named = self.noted.named.get_or_init(|| {
            let mut named: BTreeMap<usize, BTreeSet<QualifiedName>> = BTreeMap::new();
            for query in self.queries.iter().filter(|query| !query.is_call()) {
                let at = self.catalog_of_file.get(&query.facts.origin.file);
                if let Some((at, name)) = at.zip(query.table_name()) {
                    named.entry(*at).or_default().insert(name);
                }
            }
            named
        });
        let at = self.number_of(catalog);
        at.and_then(|at| named.get(&at)).into_iter().flatten()
    }
}

/// How deep embeds are followed.
const EMBEDS_MAX: usize = 16;

/// Notes what a selection embeds below a table, and below what it embeds.
fn embed(
    (at, catalog): (usize, &Catalog),
    (base, selection, depth): (&QualifiedName, &Selection, usize),
    all: &mut BTreeMap<(usize, QualifiedName), Vec<Embedded>>,
) {
    if depth > EMBEDS_MAX {
        return;
    }
    for one in &selection.embeds {
        let (relation, hint) = (one.relation.clone(), one.hint.clone());
        let embedded = Embedded { relation, hint, origin: one.origin };
        all.entry((at, base.clone())).or_default().push(embedded);
        if let Some(related) = related(catalog, base, one) {
            embed((at, catalog), (&related, &one.selection, depth + 1), all);
        }
    }
}

/// The table that an embed names: by its own name, or by a key of the table before.
fn related(catalog: &Catalog, base: &QualifiedName, embed: &Embed) -> Option<QualifiedName> {
    let named = QualifiedName::new(base.schema.clone(), embed.relation.clone());
    if catalog.tables.contains_key(&named) {
        return Some(named);
    }
    let mut keys = catalog.tables.get(base)?.foreign_keys.iter();
    let by_key =
        keys.find(|key| key.name == embed.relation || key.columns.first() == Some(&embed.relation));
    by_key.map(|key| key.target.clone())
}
