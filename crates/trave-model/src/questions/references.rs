//! Who follows a foreign key from the parent to its children, and so needs an index there.

use std::collections::BTreeSet;

use trave_backend::query::Operation;
use trave_catalog::{Catalog, Command, ForeignKey, QualifiedName, ReferentialAction, Table};
use trave_source::Origin;

use super::access::{Admission, admission};
use super::noted::Embedded;
use super::scan::Serving;
use crate::model::{Model, Query};

/// What follows a foreign key to the referring rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReferenceUse {
    /// Rows of the table referred to are deleted, or go with those of `of`.
    Deletion {
        /// The table whose rows are deleted.
        of: QualifiedName,
        /// Where.
        origin: Origin,
    },
    /// A query asks for parents with their children.
    Embedding(Origin),
    /// A query that no way in reaches finds children by the key, and nothing else serves it.
    Filter(Origin),
    /// The same of a query that some way in reaches: a missing index of the filter itself.
    ReachedFilter,
}

impl Model {
    /// What in the project follows a foreign key to the rows of `table`.
    pub fn reference_use(&self, table: &Table, key: &ForeignKey) -> Option<ReferenceUse> {
        let at = *self.catalog_of_file.get(&table.origin()?.file)?;
        if let Some(filtering) = self.filtering(table, key) {
            return Some(filtering);
        }
        if let Some(origin) = self.embedding(at, (table, key)) {
            return Some(ReferenceUse::Embedding(origin));
        }
        if !self.is_touched(table) {
            return None;
        }
        let (of, origin) = self.deletion(at, &key.target)?;
        Some(ReferenceUse::Deletion { of, origin })
    }

    /// Where rows that a key of `table` refers to go: the table whose rows are deleted, and the
    /// place.
    pub fn deletion_before(
        &self,
        table: &Table,
        key: &ForeignKey,
    ) -> Option<(QualifiedName, Origin)> {
        let at = *self.catalog_of_file.get(&table.origin()?.file)?;
        self.deletion(at, &key.target)
    }

    /// Whether code or a function of the database reads or writes a table at all.
    pub fn is_touched(&self, table: &Table) -> bool {
        let at = table.origin().and_then(|origin| self.catalog_of_file.get(&origin.file));
        at.is_some_and(|at| {
            let by_function = |it: &Catalog| it.functions_about(&table.name).next().is_some();
            self.served_queries(*at, &table.name).next().is_some()
                || self.catalogs.get(*at).is_some_and(|catalog| by_function(catalog))
        })
    }

    /// Whether rows of a table are written by migrations alone: no code changes them, and no
    /// caller of the API may add or delete any. Code that touches neither this table nor the
    /// `referring` one tells nothing about them.
    pub fn is_fixed(&self, referring: &Table, name: &QualifiedName) -> bool {
        let at = referring.origin().and_then(|origin| self.catalog_of_file.get(&origin.file));
        let Some((at, catalog)) = at.and_then(|at| Some((*at, self.catalogs.get(*at)?))) else {
            return false;
        };
        let Some(table) = catalog.tables.get(name).filter(|it| it.provenance.is_migration()) else {
            return false;
        };
        let mut queries = self.served_queries(at, name);
        let writes = queries.any(|query| query.facts.operation != Some(Operation::Select));
        let is_code_known = self.queries_by_table.keys().any(|(of, _)| *of == at)
            && (self.is_touched(referring) || self.is_touched(table));
        let is_denied = |command| {
            admission(table, command) == Admission::Never
                || catalog.is_reachable(command, table) == Some(false)
        };
        let is_closed = is_denied(Command::Insert) && is_denied(Command::Delete);
        is_code_known && is_closed && !writes && self.deletion(at, name).is_none()
    }

    /// Where rows of a table go: by a query or a function, or with those of a table that it
    /// refers to.
    fn deletion(&self, at: usize, name: &QualifiedName) -> Option<(QualifiedName, Origin)> {
        let catalog = self.catalogs.get(at)?;
        let mut seen = BTreeSet::from([name.clone()]);
        let mut open = vec![name.clone()];
        while let Some(name) = open.pop() {
            if let Some(origin) = self.direct_deletion((at, catalog), &name) {
                return Some((name, origin));
            }
            let keys = catalog.tables.get(&name).map(|table| table.foreign_keys.as_slice());
            for key in keys.unwrap_or_default() {
                let cascades = key.on_delete == ReferentialAction::Cascade;
                if cascades && seen.insert(key.target.clone()) {
                    open.push(key.target.clone());
                }
            }
        }
        None
    }

    fn direct_deletion(
        &self,
        (at, catalog): (usize, &Catalog),
        name: &QualifiedName,
    ) -> Option<Origin> {
        let deletes = |query: &&Query| query.facts.operation == Some(Operation::Delete);
        if let Some(query) = self.served_queries(at, name).find(deletes) {
            return Some(query.facts.origin);
        }
        let is_here = |place: &&Origin| self.catalog_of_file.get(&place.file) == Some(&at);
        let user = self.user_deletions.iter().find(is_here).filter(|_| name.is("auth", "users"));
        let function = || {
            let deletes = catalog.functions_about(name).find(|it| it.deletes_from(name));
            deletes.and_then(|it| it.provenance.origin())
        };
        user.copied().or_else(function)
    }

    /// The queries on a table that are no scripts' and no tests'.
    fn served_queries<'m>(
        &'m self,
        at: usize,
        name: &QualifiedName,
    ) -> impl Iterator<Item = &'m Query> {
        let ids = self.queries_by_table.get(&(at, name.clone()));
        let queries = ids.into_iter().flatten().filter_map(|id| self.query(*id));
        queries.filter(|query| !query.in_script)
    }

    /// A filter by the key's first column that leaves a query reading the whole table.
    fn filtering(&self, table: &Table, key: &ForeignKey) -> Option<ReferenceUse> {
        let column = key.columns.first()?;
        let queries = self.queries_on(table).filter(|query| !query.in_script);
        let mut unreached = None;
        for query in queries {
            let Serving::Unserved(filters) = self.serving(query, table) else { continue };
            let Some(filter) = filters.iter().find(|it| it.column == *column) else { continue };
            if self.is_served(query) {
                return Some(ReferenceUse::ReachedFilter);
            }
            unreached = unreached.or(Some(ReferenceUse::Filter(filter.origin)));
        }
        unreached
    }

    /// A query that asks for rows of the table referred to, with those that refer to them.
    fn embedding(&self, at: usize, (table, key): (&Table, &ForeignKey)) -> Option<Origin> {
        let catalog = self.catalogs.get(at)?;
        let embeds = Embeds { catalog, table, key };
        let mut asked = self.embedded_in(at, &key.target).iter();
        asked.find(|embed| embeds.follows(&key.target, embed)).map(|embed| embed.origin)
    }
}

/// Looks for embeds that follow a key from the table referred to.
struct Embeds<'m> {
    catalog: &'m Catalog,
    table: &'m Table,
    key: &'m ForeignKey,
}

impl Embeds<'_> {
    /// Whether an embed below the table referred to goes along the key: to the table itself, or
    /// through it to another.
    fn follows(&self, base: &QualifiedName, embed: &Embedded) -> bool {
        if embed.relation == self.key.name {
            return true;
        }
        let (table, key) = (self.table, self.key);
        if embed.relation == table.name.name {
            let to_base = table.foreign_keys.iter().filter(|key| key.target == *base).count();
            let named = |hint: &str| hint == key.name || key.columns.iter().any(|it| it == hint);
            return embed.hint.as_deref().map_or(to_base == 1, named);
        }
        let other = QualifiedName::new(base.schema.clone(), embed.relation.clone());
        // PostgREST goes through a table only where both keys are part of its primary key.
        let in_primary = |key: &ForeignKey| {
            let primary = table.primary_key.as_ref().map(|it| it.columns.as_slice());
            key.columns.iter().all(|column| primary.unwrap_or_default().contains(column))
        };
        let mut ties = table.foreign_keys.iter().filter(|key| in_primary(key));
        let through = in_primary(key) && ties.any(|key| key.target == other);
        through && !self.are_related(base, &other) && !self.are_related(&other, base)
    }

    fn are_related(&self, from: &QualifiedName, to: &QualifiedName) -> bool {
        let table = self.catalog.tables.get(from);
        table.is_some_and(|table| table.foreign_keys.iter().any(|key| key.target == *to))
    }
}
