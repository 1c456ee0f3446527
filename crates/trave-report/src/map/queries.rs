//! Queries as the page knows them.

use serde::Serialize;
use trave_model::catalog::{Catalog, Table};
use trave_model::query::{Filter, Operation, OrderKey};
use trave_model::{Model, Query};

use super::objects::Objects;
use super::places::{Place, Places};
use crate::queries::{client_name, op_name, operation_name, unreached};

#[derive(Serialize)]
pub(super) struct QueryEntry<'a> {
    operation: Option<&'static str>,
    /// What it is sent to, by its place in the list of tables.
    table: Option<usize>,
    /// What the code calls it.
    name: Option<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    beside: Vec<usize>,
    client: &'static str,
    library: &'a str,
    columns: Vec<&'a str>,
    filters: Vec<FilterEntry<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    order: Vec<String>,
    limited: bool,
    place: Place,
    code: String,
    /// How its rows are found, where that can be told.
    #[serde(skip_serializing_if = "Option::is_none")]
    found_by: Option<FoundBy<'a>>,
    /// Why no way in reaches it.
    #[serde(skip_serializing_if = "Option::is_none")]
    unreached: Option<&'static str>,
}

#[derive(Serialize)]
struct FilterEntry<'a> {
    column: &'a str,
    op: &'static str,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    negated: bool,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    conditional: bool,
}

/// How rows are found.
#[derive(Serialize)]
#[serde(rename_all = "lowercase")]
enum FoundBy<'a> {
    /// By a key: one row at most.
    Key(&'a str),
    /// By an index that begins with a filtered column.
    Index(&'a str),
    /// No index begins with a column that it compares.
    Scan,
}

pub(super) fn entry<'a>(
    model: &'a Model,
    query: &'a Query,
    (objects, places): (&Objects<'a>, &mut Places<'a>),
) -> QueryEntry<'a> {
    let facts = &query.facts;
    let star = facts.selection.star.then_some("*");
    let columns = facts.selection.columns.iter().map(|column| column.name.as_str());
    let catalog = model.catalog_at(facts.origin);
    QueryEntry {
        operation: facts.operation.map(operation_name),
        table: objects.target(model, query),
        name: facts.table.as_deref(),
        beside: objects.beside(model, query),
        client: client_name(facts.client.role),
        library: facts.library,
        columns: star.into_iter().chain(columns).collect(),
        filters: facts.filters.iter().map(filter).collect(),
        order: facts.order.iter().filter_map(order).collect(),
        limited: facts.limit.is_some() || facts.single.is_some(),
        place: places.at(facts.origin),
        code: places.block(facts.origin),
        found_by: catalog.and_then(|catalog| found_by(catalog, query)),
        unreached: unreached(query),
    }
}

fn filter(filter: &Filter) -> FilterEntry<'_> {
    FilterEntry {
        column: &filter.column,
        op: op_name(filter.op),
        negated: filter.negated,
        conditional: filter.conditional,
    }
}

fn order(key: &OrderKey) -> Option<String> {
    let column = key.column.as_deref()?;
    Some(if key.ascending { column.to_owned() } else { format!("{column} desc") })
}

/// How the rows of a query on a known table are found.
fn found_by<'a>(catalog: &'a Catalog, query: &'a Query) -> Option<FoundBy<'a>> {
    let facts = &query.facts;
    let adds = matches!(facts.operation, None | Some(Operation::Insert | Operation::Call));
    let table = catalog.find_table(facts.schema.as_deref(), facts.table.as_deref()?)?;
    if adds || !table.is_known() {
        return None;
    }
    let fixed: Vec<&str> = query.fixed_columns().map(smol_str::SmolStr::as_str).collect();
    if query.is_key_lookup(table) {
        return key_of(table, &fixed).map(FoundBy::Key);
    }
    match table.index_serving(&fixed) {
        Some(index) => Some(FoundBy::Index(&index.name)),
        None if fixed.is_empty() => None,
        None => Some(FoundBy::Scan),
    }
}

/// The key whose columns are all fixed.
fn key_of<'a>(table: &'a Table, fixed: &[&str]) -> Option<&'a str> {
    let is_fixed = |columns: &[smol_str::SmolStr]| {
        !columns.is_empty() && columns.iter().all(|column| fixed.contains(&column.as_str()))
    };
    let mut keys = table.primary_key.iter().chain(&table.uniques);
    let key = keys.find(|key| is_fixed(&key.columns)).map(|key| key.name.as_str());
    let mut unique = table.indexes.iter().filter(|index| index.unique);
    key.or_else(|| {
        let found = unique.find(|index| index.plain_columns().is_some_and(|it| is_fixed(&it)));
        found.map(|index| index.name.as_str())
    })
}
