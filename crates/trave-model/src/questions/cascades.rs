//! Deletes that reach further tables, and have to read these whole.

use trave_backend::query::Operation;
use trave_catalog::{ForeignKey, Function, QualifiedName, ReferentialAction, Table};
use trave_source::Origin;

use super::references::ReferenceUse;
use crate::model::{Model, Query};

/// A foreign key that deletes go along, without an index to find the rows by.
#[derive(Debug, Clone)]
pub struct Cascade<'t> {
    /// The key.
    pub key: &'t ForeignKey,
    /// The table whose rows are deleted: the one referred to, or one that its rows go with.
    pub of: QualifiedName,
    /// Where they are deleted.
    pub origin: Origin,
    /// One request may delete many rows of the table referred to: by a filter that is no key, or
    /// because they go with those of another table.
    pub of_many: bool,
}

impl Model {
    /// The foreign keys of a table that may grow, by which its rows go or change with others that
    /// the project deletes while it serves, and that no index finds them by.
    pub fn unindexed_cascades<'t>(&self, table: &'t Table) -> Vec<Cascade<'t>> {
        let acts = |key: &&ForeignKey| {
            let columns: Vec<&str> = key.columns.iter().map(AsRef::as_ref).collect();
            reaches_children(key) && table.index_leading_with(&columns).is_none()
        };
        if !table.provenance.is_migration() {
            return Vec::new();
        }
        let mut keys = table.foreign_keys.iter().filter(acts).peekable();
        if keys.peek().is_none() || !self.may_grow(table) {
            return Vec::new();
        }
        keys.filter_map(|key| {
            let ReferenceUse::Deletion { of, origin } = self.reference_use(table, key)? else {
                return None;
            };
            // Who once did something is cleared when an account is closed, which is rare.
            let is_rare = of.is("auth", "users") && key.on_delete != ReferentialAction::Cascade;
            let happens = !is_rare && self.is_live(table, origin);
            let many = self.deletes_many(table, &of);
            let of_many = of != key.target || many.is_some();
            let origin = many.unwrap_or(origin);
            happens.then_some(Cascade { key, of, origin, of_many })
        })
        .collect()
    }

    /// Where the code deletes many rows of a table at once.
    fn deletes_many(&self, referring: &Table, of: &QualifiedName) -> Option<Origin> {
        let catalog = referring.origin().and_then(|place| self.catalog_at(place));
        let of = catalog.and_then(|catalog| catalog.tables.get(of))?;
        let deletes_many = |query: &&Query| {
            query.facts.operation == Some(Operation::Delete)
                && query.sent
                && !query.in_script
                && !query.in_dead_code
                && !query.is_key_lookup(of)
        };
        self.queries_on(of).find(deletes_many).map(|query| query.facts.origin)
    }

    /// Whether what stands at this place runs: a query that something may reach, or a function of
    /// the database that something calls.
    fn is_live(&self, table: &Table, origin: Origin) -> bool {
        if let Some(query) = self.query_at(origin) {
            return query.sent && !query.in_dead_code;
        }
        let catalog = table.origin().and_then(|place| self.catalog_at(place));
        let made_here = |it: &&Function| it.provenance.origin() == Some(origin);
        let function = catalog.and_then(|it| it.functions.values().find(made_here));
        function.zip(catalog).is_none_or(|(function, catalog)| self.is_run(catalog, function))
    }
}

fn reaches_children(key: &ForeignKey) -> bool {
    matches!(
        key.on_delete,
        ReferentialAction::Cascade | ReferentialAction::SetNull | ReferentialAction::SetDefault
    )
}
