//! SQL that findings offer, so that all rules offer it alike.

use std::fmt;

use trave_model::catalog::{Catalog, Dialect, Table, quoted};

use crate::finding::{Remedy, WantedIndex};

/// The statement that makes an index while the table is in use, under a name that nothing has yet;
/// [`Context::new_index`](crate::Context::new_index) makes one.
///
/// Of databases other than PostgreSQL it is a plain statement.
///
/// `concurrently` cannot run in a transaction with other statements, which is how migrations are
/// applied; the comment behind the statement says so.
#[derive(Debug, Clone)]
pub struct NewIndex<'a> {
    catalog: Option<&'a Catalog>,
    table: &'a Table,
    keys: Vec<String>,
    unique: bool,
    trigrams: Option<&'a str>,
    predicate: Option<String>,
}

impl<'a> NewIndex<'a> {
    /// An index on these keys in order: columns, each with a direction perhaps.
    pub(crate) fn on<T: fmt::Display>(
        (catalog, table): (Option<&'a Catalog>, &'a Table),
        keys: impl IntoIterator<Item = T>,
    ) -> Self {
        let keys = keys.into_iter().map(|key| key.to_string()).collect();
        Self { catalog, table, keys, unique: false, trigrams: None, predicate: None }
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

    /// What it is made of, to compare with what other findings ask for.
    pub(crate) fn wanted(&self) -> WantedIndex {
        WantedIndex {
            table: self.table.name.to_string(),
            keys: self.keys.clone(),
            kind: format!(
                "{} {}",
                self.trigrams.unwrap_or_default(),
                self.predicate.as_deref().unwrap_or_default()
            ),
            statement: self.to_string(),
            remedy: Remedy::Whole,
        }
    }

    fn name(&self) -> String {
        let columns: Vec<&str> = self.keys.iter().map(|key| column_of(key)).collect();
        let kind = match (self.unique, self.trigrams) {
            (true, _) => "key",
            (false, Some(_)) => "trgm_idx",
            (false, None) => "idx",
        };
        let wanted = format!("{}_{}_{kind}", self.table.name.name, columns.join("_"));
        let free = self.catalog.map(|it| it.free_name(&self.table.name.schema, &wanted));
        quoted(&free.map_or(wanted, |name| name.to_string()))
    }
}

/// The column of a key.
fn column_of(key: &str) -> &str {
    key.strip_suffix(" desc").unwrap_or(key)
}

/// A key as SQL reads it: a name that needs quotes gets them.
fn written(key: &str) -> String {
    let column = column_of(key);
    format!("{}{}", quoted(column), key.get(column.len()..).unwrap_or_default())
}

impl fmt::Display for NewIndex<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let unique = if self.unique { "unique " } else { "" };
        let keys: Vec<String> = self.keys.iter().map(|key| written(key)).collect();
        let (keys, name, table) = (keys.join(", "), self.name(), &self.table.name);
        let dialect = self.catalog.map_or(Dialect::Postgres, |catalog| catalog.dialect);
        if dialect != Dialect::Postgres {
            let table = quoted(&table.name);
            let condition = self.predicate.as_ref().filter(|_| dialect == Dialect::Sqlite);
            let only = condition.map_or(String::new(), |condition| format!(" where {condition}"));
            let statement = format!("create {unique}index {name} on {table} ({keys}){only};");
            let is_mysql = dialect == Dialect::MySql;
            return out.write_str(&if is_mysql { statement.replace('"', "`") } else { statement });
        }
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
