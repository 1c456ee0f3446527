//! What the code needs of a schema that migrations not applied yet are about to change.

use smol_str::SmolStr;
use trave_backend::query::Operation;
use trave_backend::value::{Object, Shape, Value};
use trave_catalog::{Catalog, Column, QualifiedName, Table, TypeKind};
use trave_source::Origin;

use super::missing::{knows, named_columns};
use crate::model::{Model, Query};

/// A value that the code writes and a column will no longer take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Misfit {
    /// The value, as code shows it.
    pub value: String,
    /// Where it is written.
    pub origin: Origin,
    /// Why it does not fit: ``is not one of `state` ``.
    pub reason: String,
}

impl Model {
    /// The served queries that name a column which is gone in the end, each with the place.
    pub fn needs_column<'m>(
        &'m self,
        catalog: &'m Catalog,
        table: &QualifiedName,
        column: &str,
    ) -> Vec<(&'m Query, Origin)> {
        let Some(found) = catalog.tables.get(table) else { return Vec::new() };
        if found.column(column).is_some() || catalog.has_function(column) {
            return Vec::new();
        }
        let mut needed: Vec<(&Query, Origin)> = Vec::new();
        for query in self.queries_on(found).filter(|query| is_served(query)) {
            let named = named_columns(query).into_iter().find(|named| named.name == column);
            needed.extend(named.map(|named| (query, named.origin)));
        }
        each_place_once(needed)
    }

    /// The served queries that name a table which is gone in the end, each with the place.
    pub fn needs_table<'m>(
        &'m self,
        catalog: &'m Catalog,
        table: &QualifiedName,
    ) -> Vec<(&'m Query, Origin)> {
        if knows(catalog, table) {
            return Vec::new();
        }
        let needs = |query: &&Query| {
            is_served(query)
                && query.sent
                && !query.is_call()
                && query.table_name().as_ref() == Some(table)
                && self
                    .catalog_at(query.facts.origin)
                    .is_some_and(|other| std::ptr::eq(other, catalog))
        };
        let needed = self.queries.iter().filter(needs);
        each_place_once(needed.map(|query| (query, query.facts.target_origin)).collect())
    }

    /// The served inserts that leave a column out which takes no null in the end, and which
    /// nothing fills.
    pub fn omits_column<'m>(
        &'m self,
        catalog: &'m Catalog,
        table: &QualifiedName,
        column: &str,
    ) -> Vec<(&'m Query, Origin)> {
        let Some(found) = catalog.tables.get(table) else { return Vec::new() };
        let Some(wanted) = found.column(column) else { return Vec::new() };
        if !wanted.not_null || fills_itself(catalog, found, wanted) {
            return Vec::new();
        }
        let omits = |query: &&Query| {
            let adds = matches!(query.facts.operation, Some(Operation::Insert | Operation::Upsert));
            let row = query.facts.payload.as_ref();
            adds && is_served(query) && row.is_some_and(|row| leaves_out(row, column))
        };
        let found = self.queries_on(found).filter(omits);
        each_place_once(found.map(|query| (query, query.facts.origin)).collect())
    }

    /// Constants that the code writes into a column and that its type in the end refuses.
    pub fn misfits(&self, catalog: &Catalog, table: &QualifiedName, column: &str) -> Vec<Misfit> {
        let Some(found) = catalog.tables.get(table) else { return Vec::new() };
        let Some(wanted) = found.column(column) else { return Vec::new() };
        let Some(takes) = Takes::of(catalog, wanted) else { return Vec::new() };
        let mut misfits: Vec<Misfit> = Vec::new();
        for query in self.queries_on(found).filter(|query| is_served(query)) {
            let mut values = Vec::new();
            if let Some(row) = &query.facts.payload {
                constants(row, column, &mut values);
            }
            for value in values {
                let Some(reason) = takes.refuses(&value) else { continue };
                let misfit = Misfit {
                    value: value.shown(),
                    origin: query.facts.origin,
                    reason: reason.clone(),
                };
                if !misfits.contains(&misfit) {
                    misfits.push(misfit);
                }
            }
        }
        misfits
    }

    /// ``named here for GET /api/notes``: a label at what a query names.
    pub fn named_here(&self, query: &Query) -> String {
        let way = self.reached_from(query);
        way.map_or("named here".to_owned(), |way| format!("named here for {way}"))
    }
}

fn is_served(query: &Query) -> bool {
    !query.in_script && !query.is_fallback && !query.in_dead_code
}

fn each_place_once(mut needed: Vec<(&Query, Origin)>) -> Vec<(&Query, Origin)> {
    needed.sort_by_key(|(_, origin)| *origin);
    needed.dedup_by_key(|(_, origin)| *origin);
    needed
}

/// Whether a row gets a value for a column that an insert leaves out: by a default, its domain, a
/// number, an expression, or a trigger that runs before.
fn fills_itself(catalog: &Catalog, table: &Table, column: &Column) -> bool {
    let by_trigger = table.triggers.iter().any(|trigger| {
        trigger.timing == "BEFORE" && trigger.events.iter().any(|event| event == "INSERT")
    });
    by_trigger
        || column.default.is_some()
        || column.generated.is_some()
        || column.identity.is_some()
        || column.sequence.is_some()
        || is_of_domain(catalog, column)
}

fn is_of_domain(catalog: &Catalog, column: &Column) -> bool {
    let named = type_of(catalog, column);
    matches!(named, Some(TypeKind::Domain { .. }))
}

fn type_of<'c>(catalog: &'c Catalog, column: &Column) -> Option<&'c TypeKind> {
    let bare = column.type_name.replace('"', "");
    let (schema, name) = bare.split_once('.').unwrap_or(("public", &bare));
    Some(&catalog.types.get(&QualifiedName::new(schema, name))?.kind)
}

/// Whether every row that is written is known whole, and one has no such field.
fn leaves_out(row: &Value, column: &str) -> bool {
    let lacks = |object: &Object| object.rest.is_none() && !object.fields.contains_key(column);
    match &row.shape {
        Shape::Object(object) => lacks(object),
        Shape::Array(rows) => rows.iter().any(|row| leaves_out(row, column)),
        Shape::List(row) => leaves_out(row, column),
        _ => false,
    }
}

/// A constant that is written.
enum Constant {
    Text(SmolStr),
    Number(f64),
}

impl Constant {
    fn shown(&self) -> String {
        match self {
            Self::Text(text) => format!("'{text}'"),
            Self::Number(number) => number.to_string(),
        }
    }
}

fn constants(row: &Value, column: &str, out: &mut Vec<Constant>) {
    match &row.shape {
        Shape::Object(object) => {
            if let Some(value) = object.fields.get(column) {
                constant(value, out);
            }
        }
        Shape::Array(rows) => rows.iter().for_each(|row| constants(row, column, out)),
        Shape::List(row) => constants(row, column, out),
        _ => {}
    }
}

fn constant(value: &Value, out: &mut Vec<Constant>) {
    match &value.shape {
        Shape::Text(text) => out.push(Constant::Text(text.clone())),
        Shape::Number(number) => out.push(Constant::Number(*number)),
        Shape::OneOf(values) => values.iter().for_each(|value| constant(value, out)),
        _ => {}
    }
}

/// What a type takes.
enum Takes {
    /// These labels.
    Labels(Vec<SmolStr>, SmolStr),
    /// So many characters.
    Length(usize, SmolStr),
    /// Whole numbers between these.
    Whole(f64, SmolStr),
    /// `true` and `false`.
    Booleans,
}

impl Takes {
    fn of(catalog: &Catalog, column: &Column) -> Option<Self> {
        let name = &column.type_name;
        if let Some(TypeKind::Enum(labels)) = type_of(catalog, column) {
            return Some(Self::Labels(labels.clone(), name.clone()));
        }
        let length = name.strip_prefix("character varying(").or(name.strip_prefix("character("));
        if let Some(length) = length.and_then(|rest| rest.strip_suffix(')')) {
            return Some(Self::Length(length.parse().ok()?, name.clone()));
        }
        match name.as_str() {
            "smallint" => Some(Self::Whole(32_767.0, name.clone())),
            "integer" => Some(Self::Whole(2_147_483_647.0, name.clone())),
            "bigint" => Some(Self::Whole(9.2e18, name.clone())),
            "boolean" => Some(Self::Booleans),
            _ => None,
        }
    }

    /// Why a constant is refused; none where it is taken.
    fn refuses(&self, value: &Constant) -> Option<String> {
        match (self, value) {
            (Self::Labels(labels, name), Constant::Text(text)) => {
                let known = labels.contains(text);
                (!known).then(|| format!("is not one of `{name}`"))
            }
            (Self::Labels(_, name), Constant::Number(_)) => Some(format!("is not one of `{name}`")),
            (Self::Length(length, name), Constant::Text(text)) => {
                let longer = text.chars().count() > *length;
                longer.then(|| format!("is longer than `{name}`"))
            }
            (Self::Whole(most, name), Constant::Number(number)) => {
                let fits = number.fract() == 0.0 && number.abs() <= *most;
                (!fits).then(|| format!("is no `{name}`"))
            }
            (Self::Whole(_, name), Constant::Text(text)) => {
                let is_number = text.trim().parse::<i64>().is_ok();
                (!is_number).then(|| format!("is no `{name}`"))
            }
            (Self::Booleans, Constant::Text(text)) => {
                let words = ["true", "false", "t", "f", "yes", "no", "on", "off", "1", "0"];
                let known = words.contains(&text.to_ascii_lowercase().as_str());
                (!known).then(|| "is no `boolean`".to_owned())
            }
            (Self::Booleans, Constant::Number(_)) => Some("is no `boolean`".to_owned()),
            (Self::Length(..), Constant::Number(_)) => None,
        }
    }
}
