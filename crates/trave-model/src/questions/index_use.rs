//! Whether anything in the project can use an index.

use smol_str::SmolStr;
use trave_catalog::{Catalog, Index, IndexTarget, Policy, Table};

use crate::model::{Model, Query};

impl Model {
    /// Whether something may use an index: a constraint, a foreign key, a query, a policy, or SQL
    /// that names its first column beside the table. Where some query on the table could not be
    /// read to its end, or the code of the project does not touch the table, it may.
    pub fn may_be_used(&self, catalog: &Catalog, table: &Table, index: &Index) -> bool {
        if index.unique || index.constraint.is_some() || table.parent.is_some() {
            return true;
        }
        let columns = first_columns(table, index);
        let mut keys = table.foreign_keys.iter().flat_map(|key| &key.columns);
        let mut queries = self.queries_on(table).peekable();
        let is_touched = queries.peek().is_some();
        !is_touched
            || columns.is_empty()
            || keys.any(|column| columns.contains(column))
            || queries.any(|query| may_name(query, &columns))
            || self.is_named_beside(table, &columns)
            || is_named_in_sql(catalog, table, &columns)
            // All the code is read: last.
            || self.is_named_by_code_in_sql(table, &columns)
    }

    /// Whether code that asks for the table in SQL of its own also names a column: its joins and
    /// conditions are not all known.
    fn is_named_by_code_in_sql(&self, table: &Table, columns: &[SmolStr]) -> bool {
        let name = table.name.name.as_str();
        let asks = |text: &str| {
            text.match_indices(name).any(|(at, _)| {
                let before = text.get(..at).unwrap_or_default().trim_end_matches("public.");
                let before = before.trim_end_matches('"').trim_end();
                let word = before.rsplit(|sign: char| !sign.is_alphabetic()).next();
                let word = word.unwrap_or_default().to_ascii_lowercase();
                matches!(word.as_str(), "from" | "join" | "update" | "into")
            })
        };
        let names = |text: &str| words(text).any(|word| columns.iter().any(|it| it == word));
        let code = self.sources.iter().filter(|(_, source)| !source.path.ends_with(".sql"));
        code.into_iter().any(|(_, source)| asks(&source.text) && names(&source.text))
    }

    /// Whether a filter on an embedded table names a column.
    fn is_named_beside(&self, table: &Table, columns: &[SmolStr]) -> bool {
        let of_other = |query: &&Query| query.facts.table.as_ref() != Some(&table.name.name);
        let others = self.queries.iter().filter(of_other);
        let names = |query: &Query| {
            let filters = query.facts.filters.iter().filter(|it| it.relation.is_some());
            let keys = query.facts.order.iter().filter(|it| it.relation.is_some());
            let sorted = keys.filter_map(|key| key.column.as_ref());
            filters.map(|it| &it.column).chain(sorted).any(|it| columns.contains(it))
        };
        others.into_iter().any(names)
    }
}

/// The column that an index begins with, or those that its first expression names.
fn first_columns(table: &Table, index: &Index) -> Vec<SmolStr> {
    match index.keys.first().map(|key| &key.what) {
        Some(IndexTarget::Column(column)) => vec![column.clone()],
        Some(IndexTarget::Expression(text)) => {
            let named = words(text).filter_map(|word| table.column(word));
            named.map(|column| column.name.clone()).collect()
        }
        None => Vec::new(),
    }
}

/// Whether a query filters or sorts by one of these columns, or may do so.
fn may_name(query: &Query, columns: &[SmolStr]) -> bool {
    let facts = &query.facts;
    let filters = facts.filters.iter().any(|it| columns.contains(&it.column));
    let sorts = facts.order.iter().any(|key| {
        key.column.as_ref().is_none_or(|it| key.relation.is_none() && columns.contains(it))
    });
    facts.incomplete || facts.operation.is_none() || filters || sorts
}

/// Whether a policy of the table, or a function, a view or the policy of another table that names
/// the table, names one of these columns.
fn is_named_in_sql(catalog: &Catalog, table: &Table, columns: &[SmolStr]) -> bool {
    let names = |text: &str| words(text).any(|word| columns.iter().any(|it| it == word));
    let is_own = |text: &str| {
        text.contains(table.name.name.as_str()) && words(text).any(|it| it == table.name.name)
    };
    let about = |text: &str| is_own(text) && names(text);
    let own = table.policies.iter().flat_map(Policy::conditions);
    let others = catalog.tables.values().flat_map(|it| &it.policies);
    let mut policies = others.flat_map(Policy::conditions);
    own.into_iter().any(|condition| names(&condition.text))
        || policies.any(|condition| about(&condition.text))
        || catalog.functions.values().any(|it| about(&it.body))
        || catalog.views.values().any(|it| about(&it.definition))
        || table.exclusions.iter().any(|key| key.columns.iter().any(|it| columns.contains(it)))
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|sign: char| !sign.is_alphanumeric() && sign != '_')
}
