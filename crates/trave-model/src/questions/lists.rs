//! Which reads grow without end, and what is done with their rows.

use smol_str::SmolStr;
use trave_backend::effect::RowsUse;
use trave_backend::query::{Filter, FilterOp};
use trave_backend::value::{ClientRole, Shape};
use trave_catalog::Table;
use trave_catalog::vocabulary::is_owners;
use trave_source::Origin;

use super::rows::Certain;
use crate::model::{Model, Query};

/// Rows that an API read returns at most unless the project says otherwise.
const API_ROWS_MAX: u64 = 1000;

/// Where no API cuts, a constant limit of so many rows is no page.
const CEILING: f64 = 1000.0;

impl Model {
    /// The table of a read that grows with its table: a list with no limit, whose filters leave it
    /// open-ended. Rows of one parent (`listing_id = …`) do not count, nor those of listed keys.
    pub fn endless_list<'m>(&'m self, query: &Query) -> Option<&'m Table> {
        let bounded = query.facts.limit.is_some() || query.facts.offset.is_some();
        let table = self.open_list(query).filter(|_| !bounded)?;
        (!is_scoped(query, table)).then_some(table)
    }

    /// The table of a list, when it is one of the project's own that may grow.
    fn open_list<'m>(&'m self, query: &Query) -> Option<&'m Table> {
        let table = self.table_of(query)?;
        // Policies that types do not show may leave a caller few rows.
        let is_whole =
            table.provenance.is_generated() && query.facts.client.role == ClientRole::Service;
        let certain = table.provenance.is_migration() || is_whole;
        let grows = !self.is_small(&table.name.name) && !self.is_lookup(table);
        (certain && query.is_list(table) && grows).then_some(table)
    }

    /// The table of a read that grows with the rows of one parent, and the column that names the
    /// parent: no limit, on a table that gets new rows as time goes by. What a key leaves few of,
    /// or people sort by hand, does not grow.
    pub fn growing_list<'m>(&'m self, query: &Query) -> Option<(&'m Table, SmolStr)> {
        let table = self.open_list(query)?;
        let bounded = query.facts.limit.is_some() || query.facts.offset.is_some();
        let answered = query.uses.iter().any(|(how, _)| *how == RowsUse::Answered);
        let kept_in_time = table
            .columns
            .iter()
            .any(|column| column.name == "created_at" && column.type_name.starts_with("timestamp"));
        let short = self.has_few_by_key(query, table) || query.is_sorted_by_hand(table);
        if bounded || short || !answered || !kept_in_time {
            return None;
        }
        let parent = query.fixed_columns().find(|column| is_reference(column, table))?.clone();
        Some((table, parent))
    }

    /// How many rows the API returns at most for this query; none when it does not go through one.
    pub fn rows_cap(&self, query: &Query) -> Option<u64> {
        let catalog = self.catalog_at(query.facts.origin)?;
        let cap = catalog.rows_max.unwrap_or(API_ROWS_MAX);
        (query.facts.goes_through_api() && catalog.exposed).then_some(cap)
    }

    /// A use of rows that takes them for all there are (a sum, a count, a map), although the API
    /// cuts the list: it has no limit, or a larger one than the API grants.
    pub fn truncation<'m>(&'m self, query: &Query) -> Option<Truncation<'m>> {
        let cap = self.rows_cap(query)?;
        let asked = self.exceeds_cap(query);
        let table = match asked {
            Some(_) => self.open_list(query)?,
            None => {
                self.endless_list(query).filter(|table| !self.is_limited_to_caller(query, table))?
            }
        };
        let takes_all = |(how, _): &&(RowsUse, Origin)| {
            matches!(how, RowsUse::Aggregated | RowsUse::Indexed | RowsUse::Iterated)
        };
        let (how, origin) = query.uses.iter().find(takes_all).copied()?;
        (!self.drains(query, table)).then_some(Truncation { table, cap, asked, how, origin })
    }

    /// The constant limit of a list, where the API grants less.
    fn exceeds_cap(&self, query: &Query) -> Option<f64> {
        let asked = query.facts.limit.as_ref()?.value.as_number()?;
        let is_first = query.facts.offset.is_none();
        (is_first && asked > self.rows_cap_as_number(query)?).then_some(asked)
    }

    /// Whether a limit is there to be out of reach, rather than to make a page: the API grants no
    /// more than that anyway, or nobody shows so many rows at once.
    pub fn has_ceiling(&self, query: &Query) -> bool {
        let asked = query.facts.limit.as_ref().and_then(|limit| limit.value.as_number());
        let is_direct = !query.facts.goes_through_api();
        let cap = if is_direct { Some(CEILING) } else { self.rows_cap_as_number(query) };
        query.facts.offset.is_none() && asked.zip(cap).is_some_and(|(asked, cap)| asked >= cap)
    }

    fn rows_cap_as_number(&self, query: &Query) -> Option<f64> {
        u32::try_from(self.rows_cap(query)?).ok().map(f64::from)
    }

    /// Whether a query fetches rows of which only the number is used.
    pub fn only_counts(&self, query: &Query) -> bool {
        let asks = query.facts.count.is_some() && !query.facts.head && query.sent;
        let rows = query.answer.rows || query.answer.parts || !query.uses.is_empty();
        let listed = self.open_list(query).is_some();
        asks && !rows && listed && query.facts.limit.is_none() && self.is_served(query)
    }
}

/// A list that the API cuts and the code takes for whole.
#[derive(Debug, Clone, Copy)]
pub struct Truncation<'m> {
    /// The table.
    pub table: &'m Table,
    /// How many rows arrive at most.
    pub cap: u64,
    /// How many are asked for, where that is more.
    pub asked: Option<f64>,
    /// What is done with the rows.
    pub how: RowsUse,
    /// Where.
    pub origin: Origin,
}

/// Whether filters leave only the rows of one parent, one owner or listed keys.
fn is_scoped(query: &Query, table: &Table) -> bool {
    let scopes = |filter: &Filter| {
        let compares = matches!(filter.op, FilterOp::Eq | FilterOp::In);
        compares
            && filter.relation.is_none()
            && !filter.negated
            && is_selective(&filter.column, table)
    };
    query.facts.filters.iter().any(|filter| scopes(filter) || is_scoped_beside(query, filter))
}

/// Whether a filter of a related table leaves only the rows that belong to one of its rows:
/// `where: { team: { members: { some: { userId } } } }`. Over the API it picks rows only where the
/// relation is an inner one.
fn is_scoped_beside(query: &Query, filter: &Filter) -> bool {
    let Some(relation) = &filter.relation else { return false };
    let is_constant = matches!(
        filter.value.shape,
        Shape::Text(_) | Shape::Number(_) | Shape::Bool(_) | Shape::Null | Shape::Undefined
    );
    let picks = matches!(filter.op, FilterOp::Eq | FilterOp::In)
        && !(is_constant || filter.negated || filter.conditional)
        && filter.any_of.is_none();
    let is_inner = || {
        let mut embeds = query.facts.selection.embeds.iter().filter(|embed| embed.inner);
        embeds.any(|it| it.relation == *relation || it.alias.as_ref() == Some(relation))
    };
    picks && (!query.facts.goes_through_api() || is_inner())
}

/// Whether a column has many values: a key or a reference, as far as the schema tells.
fn is_selective(column: &SmolStr, table: &Table) -> bool {
    if table.provenance.is_generated() {
        return true;
    }
    let in_key = table.unique_keys().iter().any(|key| key.contains(column));
    let refers = table.foreign_keys.iter().any(|key| key.columns.contains(column));
    let kind = table.column(column).map_or("", |column| column.type_name.as_str());
    let is_named_id = column.ends_with("_id") || column.ends_with("Id");
    in_key || refers || matches!(kind, "uuid" | "date") || is_named_id
}

/// Whether a column alone refers to another table of the project's own, which is no owner.
fn is_reference(column: &SmolStr, table: &Table) -> bool {
    table.foreign_keys.iter().any(|key| {
        key.columns.as_slice() == std::slice::from_ref(column) && !is_owners(&key.target.name)
    })
}

impl Query {
    /// Whether every run pins the query's rows by this column.
    pub fn pins(&self, column: &str) -> bool {
        self.facts.filters.iter().any(|filter| {
            filter.column == column && filter.op == FilterOp::Eq && filter.is_certain()
        })
    }
}
