//! What a rule can look at: the type of its first parameter decides.

use trave_model::catalog::{Bucket, Catalog, Change, Function, Provenance, Step, Table, View};
use trave_model::source::Origin;
use trave_model::{Cache, Claim, EnvUse, Model, Query, Route, SecretLiteral, Token};

/// What a check looks at: one kind of entity of the model.
pub trait Subject: Sized + 'static {
    /// Every entity of this kind, in a stable order.
    fn all(model: &Model) -> impl Iterator<Item = &Self>;

    /// Where this one was written, if it has a place.
    fn place(&self) -> Option<Origin>;
}

/// The whole model, for rules that compare many entities.
impl Subject for Model {
    fn all(model: &Model) -> impl Iterator<Item = &Self> {
        std::iter::once(model)
    }

    fn place(&self) -> Option<Origin> {
        None
    }
}

impl Subject for Catalog {
    fn all(model: &Model) -> impl Iterator<Item = &Self> {
        model.catalogs.iter().map(|catalog| &**catalog)
    }

    fn place(&self) -> Option<Origin> {
        None
    }
}

impl Subject for Table {
    fn all(model: &Model) -> impl Iterator<Item = &Self> {
        model.catalogs.iter().flat_map(|catalog| catalog.tables.values())
    }

    fn place(&self) -> Option<Origin> {
        written(self.provenance)
    }
}

impl Subject for View {
    fn all(model: &Model) -> impl Iterator<Item = &Self> {
        model.catalogs.iter().flat_map(|catalog| catalog.views.values())
    }

    fn place(&self) -> Option<Origin> {
        written(self.provenance)
    }
}

impl Subject for Function {
    fn all(model: &Model) -> impl Iterator<Item = &Self> {
        model.catalogs.iter().flat_map(|catalog| catalog.functions.values())
    }

    fn place(&self) -> Option<Origin> {
        written(self.provenance)
    }
}

impl Subject for Bucket {
    fn all(model: &Model) -> impl Iterator<Item = &Self> {
        model.catalogs.iter().flat_map(|catalog| catalog.buckets.values())
    }

    fn place(&self) -> Option<Origin> {
        Some(self.origin)
    }
}

impl Subject for Change {
    fn all(model: &Model) -> impl Iterator<Item = &Self> {
        model.catalogs.iter().flat_map(|catalog| &catalog.history)
    }

    fn place(&self) -> Option<Origin> {
        Some(self.origin)
    }
}

impl Subject for Step {
    fn all(model: &Model) -> impl Iterator<Item = &Self> {
        model.catalogs.iter().flat_map(|catalog| &catalog.pending.steps)
    }

    fn place(&self) -> Option<Origin> {
        Some(self.origin)
    }
}

impl Subject for Route {
    fn all(model: &Model) -> impl Iterator<Item = &Self> {
        model.routes.iter()
    }

    fn place(&self) -> Option<Origin> {
        Some(self.origin)
    }
}

impl Subject for Query {
    fn all(model: &Model) -> impl Iterator<Item = &Self> {
        // A query that is only put together does nothing.
        model.queries.iter().filter(|query| query.sent)
    }

    fn place(&self) -> Option<Origin> {
        Some(self.facts.origin)
    }
}

impl Subject for Token {
    fn all(model: &Model) -> impl Iterator<Item = &Self> {
        model.tokens.iter()
    }

    fn place(&self) -> Option<Origin> {
        Some(self.facts.origin)
    }
}

impl Subject for Cache {
    fn all(model: &Model) -> impl Iterator<Item = &Self> {
        model.caches.iter()
    }

    fn place(&self) -> Option<Origin> {
        Some(self.facts.origin)
    }
}

impl Subject for Claim {
    fn all(model: &Model) -> impl Iterator<Item = &Self> {
        model.claims.iter()
    }

    fn place(&self) -> Option<Origin> {
        Some(self.facts.origin)
    }
}

impl Subject for EnvUse {
    fn all(model: &Model) -> impl Iterator<Item = &Self> {
        model.env_reads.iter()
    }

    fn place(&self) -> Option<Origin> {
        Some(self.origin)
    }
}

impl Subject for SecretLiteral {
    fn all(model: &Model) -> impl Iterator<Item = &Self> {
        model.secrets.iter()
    }

    fn place(&self) -> Option<Origin> {
        Some(self.origin)
    }
}

fn written(provenance: Provenance) -> Option<Origin> {
    provenance.origin()
}

/// An object that lives in one catalog.
pub trait InCatalog {
    /// Whether this very object is one of the catalog's.
    fn is_in(&self, catalog: &Catalog) -> bool;
}

impl InCatalog for Table {
    fn is_in(&self, catalog: &Catalog) -> bool {
        catalog.tables.get(&self.name).is_some_and(|found| std::ptr::eq(found, self))
    }
}

impl InCatalog for View {
    fn is_in(&self, catalog: &Catalog) -> bool {
        catalog.views.get(&self.name).is_some_and(|found| std::ptr::eq(found, self))
    }
}

impl InCatalog for Function {
    fn is_in(&self, catalog: &Catalog) -> bool {
        catalog.functions.values().any(|found| std::ptr::eq(found, self))
    }
}
