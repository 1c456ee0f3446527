//! SQL that findings offer, so that all rules offer it alike.

use std::fmt;

use trave_model::catalog::{Catalog, Table};

/// The statement that makes an index while the table is in use.
///
/// `concurrently` cannot run in a transaction with other statements, which is how migrations are
/// applied; the comment behind the statement says so.
#[derive(Debug, Clone)]
pub struct NewIndex<'a> {
    table: &'a Table,
    keys: Vec<String>,
    unique: bool,
    trigrams: Option<&'a str>,
    predicate: Option<String>,
}

impl<'a> NewIndex<'a> {
    /// An index on these keys in order: columns, each with a direction perhaps.
    pub fn on<T: fmt::Display>(table: &'a Table, keys: impl IntoIterator<Item = T>) -> Self {
        let keys = keys.into_iter().map(|key| key.to_string()).collect();
        Self { table, keys, unique: false, trigrams: None, predicate: None }
    }

    /// The same, refusing a second row with these keys.
    #[must_use]
    pub fn unique(mut self) -> Self {
        self.unique = true;
        self
    }

    /// The same over the rows that meet these conditions; over all where there is none.
    #[must_use]
    pub fn only_where(mut self, conditions: &[String]) -> Self {
        self.predicate = (!conditions.is_empty()).then(|| conditions.join(" and "));
        self
    }

    /// The same for searches inside of texts; `class` is the operator class with its schema.
    #[must_use]
    pub fn of_trigrams(mut self, class: &'a str) -> Self {
        self.trigrams = Some(class);
        self
    }

    fn name(&self) -> String {
        let columns: Vec<&str> =
            self.keys.iter().map(|key| key.split(' ').next().unwrap_or_default()).collect();
        let kind = match (self.unique, self.trigrams) {
            (true, _) => "key",
            (false, Some(_)) => "trgm_idx",
            (false, None) => "idx",
        };
        format!("{}_{}_{kind}", self.table.name.name, columns.join("_"))
    }
}

impl fmt::Display for NewIndex<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let unique = if self.unique { "unique " } else { "" };
        let keys = self.keys.join(", ");
        let (name, table) = (self.name(), &self.table.name);
        write!(out, "create {unique}index concurrently {name} on {table} ")?;
        match self.trigrams {
            Some(class) => write!(out, "using gin ({keys} {class})")?,
            None => write!(out, "({keys})")?,
        }
        if let Some(predicate) = &self.predicate {
            write!(out, " where {predicate}")?;
        }
        write!(out, ";  -- in a migration of its own")
    }
}

/// The operator class of trigram indexes, with the schema that it needs before it, and the
/// statement that makes the extension where no migration does.
pub fn trigram_class(catalog: Option<&Catalog>) -> (String, Option<&'static str>) {
    const CLASS: &str = "gin_trgm_ops";
    let extension = catalog.and_then(|catalog| catalog.extensions.get("pg_trgm"));
    match extension.map(|extension| extension.schema.as_str()) {
        Some("public") => (CLASS.to_owned(), None),
        Some(schema) => (format!("{schema}.{CLASS}"), None),
        None if catalog.is_some_and(|catalog| !catalog.exposed) => {
            (CLASS.to_owned(), Some("create extension if not exists pg_trgm;"))
        }
        None => {
            let create = "create extension if not exists pg_trgm with schema extensions;";
            (format!("extensions.{CLASS}"), Some(create))
        }
    }
}
