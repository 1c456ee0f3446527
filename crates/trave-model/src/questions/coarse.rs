//! Filters on columns with few values: they tell few rows apart.

use smol_str::{SmolStr, ToSmolStr};
use trave_backend::query::{Filter, FilterOp};
use trave_backend::value::{Shape, Value};
use trave_catalog::Table;

use super::rows::Certain;
use crate::model::{Model, Query};

/// How far a filter narrows the rows of its table, as the schema tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Narrowing {
    /// It asks for what rows have unless told otherwise, the default: nearly all of them.
    Hardly,
    /// It compares a column that can hold only a few values, or asks for null.
    Coarse,
    /// It may find few rows among many.
    Fine,
}

impl Model {
    /// How far a filter of `query` narrows the rows of `table`.
    pub fn narrowing(&self, query: &Query, table: &Table, filter: &Filter) -> Narrowing {
        let (Some(catalog), Some(column)) =
            (self.catalog_at(query.facts.origin), table.column(&filter.column))
        else {
            return Narrowing::Fine;
        };
        if filter.negated || filter.op == FilterOp::Ne {
            return Narrowing::Hardly;
        }
        if filter.path.is_some() || filter.relation.is_some() {
            return Narrowing::Fine;
        }
        if filter.op == FilterOp::Is && matches!(filter.value.shape, Shape::Null) {
            return Narrowing::Coarse;
        }
        let compares = matches!(filter.op, FilterOp::Eq | FilterOp::In | FilterOp::Is);
        if !compares || catalog.few_values(table, column).is_none() {
            return Narrowing::Fine;
        }
        let default = column.default_text();
        let asks_for_default = |value: &Value| default.is_some() && constant(value) == default;
        let usual = match &filter.value.shape {
            Shape::Array(values) => values.iter().any(asks_for_default),
            _ => asks_for_default(&filter.value),
        };
        if usual { Narrowing::Hardly } else { Narrowing::Coarse }
    }

    /// Whether some filter that holds on every run narrows the rows of `table`, an index or not:
    /// anything but the comparison of a column with few values. Of alternatives each one must.
    pub fn narrows(&self, query: &Query, table: &Table) -> bool {
        self.narrowing_filters(query, table).next().is_some()
    }

    /// The filters that do.
    pub fn narrowing_filters<'q>(
        &'q self,
        query: &'q Query,
        table: &'q Table,
    ) -> impl Iterator<Item = &'q Filter> {
        let filters = &query.facts.filters;
        let alone = move |filter: &Filter| self.narrowing(query, table, filter) == Narrowing::Fine;
        filters.iter().filter(move |filter| {
            let others = filters.iter().filter(|other| other.any_of == filter.any_of);
            let is_group = filter.any_of.is_some();
            !filter.conditional && alone(filter) && (!is_group || others.into_iter().all(alone))
        })
    }
}

impl Query {
    /// What its filters pin to constants, as conditions of SQL: `status = 'open'`, `not paid`,
    /// `gone_at is null`. Each with its column.
    pub fn pinned_conditions<'q>(
        &'q self,
        table: &'q Table,
    ) -> impl Iterator<Item = (&'q SmolStr, String)> {
        let certain = self.facts.filters.iter().filter(|filter| filter.is_certain());
        certain.filter_map(|filter| {
            table.column(&filter.column)?;
            Some((&filter.column, condition(filter)?))
        })
    }
}

impl Query {
    /// Which rows its own filters ask for, as people write it: `subscribed = true and source =
    /// 'beta'`; a value that is not written down is left out. None where it asks for all rows, or
    /// where some filter is more than a comparison of a column.
    pub fn asks_for(&self, table: &Table) -> Option<String> {
        let own = self.facts.filters.iter().filter(|filter| filter.relation.is_none());
        let mut parts: Vec<String> = Vec::new();
        for filter in own {
            let certain = filter.is_certain() && table.column(&filter.column).is_some();
            let part = condition(filter).filter(|_| certain).map(|condition| match condition {
                name if name == filter.column => format!("{name} = true"),
                not if not.starts_with("not ") => format!("{} = false", filter.column),
                other => other,
            });
            let part = part?;
            if !parts.contains(&part) {
                parts.push(part);
            }
        }
        (!parts.is_empty()).then(|| parts.join(" and "))
    }
}

impl Query {
    /// The columns that its own filters compare, each with one value or one of several; none where
    /// some filter asks for anything else.
    pub fn compared_columns(&self) -> Option<Vec<&str>> {
        let own = self.facts.filters.iter().filter(|filter| filter.relation.is_none());
        let mut columns: Vec<&str> = Vec::new();
        for filter in own {
            let compares = matches!(filter.op, FilterOp::Eq | FilterOp::In | FilterOp::Is);
            if !compares || filter.negated || filter.any_of.is_some() || filter.path.is_some() {
                return None;
            }
            if !columns.contains(&filter.column.as_str()) {
                columns.push(&filter.column);
            }
        }
        Some(columns)
    }
}

/// A filter as a condition of SQL, if it compares with a constant.
fn condition(filter: &Filter) -> Option<String> {
    let name = &filter.column;
    match (filter.op, &filter.value.shape) {
        (FilterOp::Is, Shape::Null) => Some(format!("{name} is null")),
        (FilterOp::Eq | FilterOp::Is, Shape::Bool(true)) => Some(name.to_string()),
        (FilterOp::Eq | FilterOp::Is, Shape::Bool(false)) => Some(format!("not {name}")),
        (FilterOp::Eq, Shape::Text(text)) => Some(format!("{name} = {}", quoted(text))),
        (FilterOp::Eq, Shape::Number(number)) => Some(format!("{name} = {number}")),
        (FilterOp::In, Shape::Array(values)) => {
            let texts: Option<Vec<String>> =
                values.iter().map(|value| Some(quoted(value.as_text()?))).collect();
            texts.map(|texts| format!("{name} in ({})", texts.join(", ")))
        }
        _ => None,
    }
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// A constant as the text that SQL shows for it.
pub(crate) fn constant(value: &Value) -> Option<SmolStr> {
    match &value.shape {
        Shape::Text(text) => Some(text.clone()),
        Shape::Bool(flag) => Some(flag.to_smolstr()),
        Shape::Number(number) => Some(number.to_smolstr()),
        _ => None,
    }
}
