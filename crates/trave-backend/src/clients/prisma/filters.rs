//! `where` as filters: operators, `AND`, `OR`, `NOT`, conditions on related rows.

use std::sync::Arc;

use smol_str::SmolStr;

use crate::clients::given::{Given, GivenField, items};
use crate::clients::placed::Place;
use crate::declared::Tool;
use crate::library::Machine;
use crate::naming::{NamedRelation, NamedTable};
use crate::query::{Filter, FilterOp, Query};
use crate::value::{Shape, Value};

/// How deep conditions inside conditions are followed.
const DEPTH_MAX: usize = 24;

/// Reads the conditions of one call.
pub(super) struct Conditions<'m> {
    machine: &'m mut dyn Machine,
    /// What is read at the moment.
    place: Place,
    groups: u32,
    filters: Vec<Filter>,
    incomplete: bool,
}

/// Where a condition stands.
#[derive(Clone, Copy, Default)]
struct Around {
    negated: bool,
    any_of: Option<u32>,
    conditional: bool,
}

/// The rows that a condition is about.
#[derive(Clone)]
struct About {
    table: Option<Arc<NamedTable>>,
    /// The related table; none for the query's own.
    relation: Option<SmolStr>,
}

/// A comparison.
struct Comparison {
    op: FilterOp,
    negated: bool,
    value: Value,
    path: Option<SmolStr>,
}

/// Adds what `where`, which stands at a place, says to a query on a table.
pub(super) fn read(
    query: &mut Query,
    (given, table): (&Value, Option<&Arc<NamedTable>>),
    place: Place,
    machine: &mut dyn Machine,
) {
    let (filters, incomplete) = (Vec::new(), false);
    let mut conditions = Conditions { machine, place, groups: 0, filters, incomplete };
    let about = About { table: table.cloned(), relation: None };
    conditions.all(given, &about, Around::default());
    query.incomplete |= conditions.incomplete;
    query.filters.extend(conditions.filters);
}

impl Conditions<'_> {
    /// An object of conditions, all of which hold.
    fn all(&mut self, given: &Value, about: &About, around: Around) {
        if self.place.path.len() > DEPTH_MAX {
            self.incomplete = true;
            return;
        }
        let given = Given::of(given);
        self.incomplete |= given.rest.is_some();
        for field in &given.fields {
            let around = Around { conditional: around.conditional || field.is_optional, ..around };
            self.place.path.push(field.name.clone());
            self.field(field, about, around);
            self.place.path.pop();
        }
    }

    fn field(&mut self, field: &GivenField, about: &About, around: Around) {
        match field.name.as_str() {
            "AND" => self.each(&field.value, about, around),
            "OR" => self.any(&field.value, about, around),
            "NOT" => {
                let around = Around { negated: !around.negated, ..around };
                self.each(&field.value, about, around);
            }
            _ => self.named(field, about, around),
        }
    }

    /// A list of objects, or one.
    fn each(&mut self, value: &Value, about: &About, around: Around) {
        let (items, known) = items(value);
        self.incomplete |= !known && items.is_empty();
        for (item, certain) in items {
            let around = Around { conditional: around.conditional || !certain, ..around };
            self.all(&item, about, around);
        }
    }

    fn any(&mut self, value: &Value, about: &About, around: Around) {
        let (alternatives, _) = items(value);
        // One alternative is a condition; that none of several holds is a condition of each.
        if alternatives.len() < 2 || around.negated {
            return self.each(value, about, around);
        }
        let group = around.any_of.unwrap_or_else(|| {
            self.groups += 1;
            self.groups
        });
        self.each(value, about, Around { any_of: Some(group), ..around });
    }

    fn named(&mut self, field: &GivenField, about: &About, around: Around) {
        let Some(table) = about.table.clone() else {
            // Without a schema the name of the field is the best guess at the column.
            return self.compare(&field.name, &field.value, (about, around));
        };
        if let Some(column) = table.column(&field.name) {
            self.compare(column, &field.value, (about, around));
        } else if let Some(relation) = table.relations.get(&field.name) {
            self.related(relation, &field.value, (about, around));
        } else if let Some(key) = table.keys.get(&field.name) {
            let given = Given::of(&field.value);
            self.incomplete |= given.rest.is_some();
            for property in key {
                let part = given.value(property).cloned().unwrap_or_else(Value::unknown);
                if let Some(column) = table.column(property) {
                    self.compare(column, &part, (about, around));
                }
            }
        } else {
            self.incomplete = true;
        }
    }

    /// `posts: { some: … }`, `author: { is: … }`, `author: { email: … }`, `author: null`.
    fn related(
        &mut self,
        relation: &NamedRelation,
        value: &Value,
        (about, around): (&About, Around),
    ) {
        let own_key = relation.columns.first().filter(|_| !relation.is_list);
        if matches!(value.shape, Shape::Null) {
            if let Some(column) = own_key {
                self.compare(column, value, (about, around));
            }
            return;
        }
        let given = Given::of(value);
        let is_wrapped = |name: &str| matches!(name, "some" | "every" | "none" | "is" | "isNot");
        let table = self.machine.named_table(Tool::Prisma, &relation.target);
        let name = table.as_ref().map(|table| table.table.name.clone());
        let other =
            About { table, relation: Some(name.unwrap_or_else(|| relation.target.clone())) };
        if given.fields.iter().any(|field| is_wrapped(&field.name)) {
            for field in &given.fields {
                let flips = matches!(field.name.as_str(), "none" | "isNot" | "every");
                let around = Around { negated: around.negated != flips, ..around };
                self.place.path.push(field.name.clone());
                match (own_key, &field.value.shape) {
                    (Some(column), Shape::Null) => {
                        self.compare(column, &field.value, (about, around));
                    }
                    _ => self.through(relation, &field.value, (about, &other, around)),
                }
                self.place.path.pop();
            }
            return;
        }
        self.through(relation, value, (about, &other, around));
    }

    /// Conditions on related rows; what compares the column that ties the two is one of the own.
    fn through(
        &mut self,
        relation: &NamedRelation,
        value: &Value,
        (about, other, around): (&About, &About, Around),
    ) {
        let given = Given::of(value);
        self.incomplete |= given.rest.is_some();
        for field in &given.fields {
            let around = Around { conditional: around.conditional || field.is_optional, ..around };
            let column = other.table.as_ref().and_then(|table| table.column(&field.name));
            let mut pairs = relation.target_columns.iter().zip(&relation.columns);
            let same = pairs.find(|(theirs, _)| Some(*theirs) == column);
            let tied = same.filter(|_| !relation.is_list && !around.negated);
            self.place.path.push(field.name.clone());
            match tied {
                Some((_, own)) => self.compare(own, &field.value, (about, around)),
                None => self.field(field, other, around),
            }
            self.place.path.pop();
        }
    }

    /// A column with a value, or with operators.
    fn compare(&mut self, column: &SmolStr, value: &Value, (about, around): (&About, Around)) {
        let is_object = |value: &Value| matches!(value.shape, Shape::Object(_));
        if !value.alternatives().iter().any(is_object) {
            let comparison = equal(value.clone());
            return self.push(column, comparison, (about, around));
        }
        let given = Given::of(value);
        self.incomplete |=
            given.rest.as_ref().is_some_and(|rest| !matches!(rest.shape, Shape::Text(_)));
        let mode = given.value("mode").and_then(Value::as_text);
        let like = if mode == Some("insensitive") { FilterOp::ILike } else { FilterOp::Like };
        let json = given.value("path").map(|path| match &path.shape {
            Shape::Text(path) => path.clone(),
            _ => SmolStr::new_static("->"),
        });
        for field in &given.fields {
            let around = Around { conditional: around.conditional || field.is_optional, ..around };
            match field.name.as_str() {
                "mode" | "path" => {}
                "not" if field.value.alternatives().iter().any(is_object) => {
                    let around = Around { negated: !around.negated, ..around };
                    self.compare(column, &field.value, (about, around));
                }
                name => match operator(name, &field.value, like) {
                    Some(comparison) => {
                        let comparison = Comparison { path: json.clone(), ..comparison };
                        self.push(column, comparison, (about, around));
                    }
                    None => self.incomplete = true,
                },
            }
        }
    }

    fn push(
        &mut self,
        column: &SmolStr,
        comparison: Comparison,
        (about, around): (&About, Around),
    ) {
        self.filters.push(Filter {
            relation: about.relation.clone(),
            column: column.clone(),
            path: comparison.path,
            op: comparison.op,
            negated: around.negated != comparison.negated,
            any_of: around.any_of,
            value: comparison.value,
            conditional: around.conditional,
            origin: self.place.origin(&*self.machine),
        });
    }
}

/// A value alone: it is equal, or null.
fn equal(value: Value) -> Comparison {
    let op = if matches!(value.shape, Shape::Null) { FilterOp::Is } else { FilterOp::Eq };
    Comparison { op, negated: false, value, path: None }
}

fn operator(name: &str, value: &Value, like: FilterOp) -> Option<Comparison> {
    let insensitive = like == FilterOp::ILike;
    let plain = |op| Comparison { op, negated: false, value: value.clone(), path: None };
    Some(match name {
        "equals" if insensitive => plain(FilterOp::ILike),
        "equals" => equal(value.clone()),
        "not" if matches!(value.shape, Shape::Null) => {
            Comparison { negated: true, ..plain(FilterOp::Is) }
        }
        "not" => plain(FilterOp::Ne),
        "in" => plain(FilterOp::In),
        "notIn" => Comparison { negated: true, ..plain(FilterOp::In) },
        "lt" | "lte" | "gt" | "gte" => plain(FilterOp::Range),
        "contains" | "string_contains" => {
            Comparison { value: pattern(value, "%", "%"), ..plain(like) }
        }
        "startsWith" | "string_starts_with" => {
            Comparison { value: pattern(value, "", "%"), ..plain(like) }
        }
        "endsWith" | "string_ends_with" => {
            Comparison { value: pattern(value, "%", ""), ..plain(like) }
        }
        "search" => plain(FilterOp::TextSearch),
        "has" | "hasEvery" | "array_contains" => plain(FilterOp::Contains),
        "hasSome" => plain(FilterOp::Overlaps),
        "isEmpty" | "isSet" | "array_starts_with" | "array_ends_with" => plain(FilterOp::Other),
        _ => return None,
    })
}

/// The pattern that a part of a text becomes.
fn pattern(value: &Value, before: &str, after: &str) -> Value {
    if let Some(text) = value.as_text() {
        return Value::text(format!("{before}{text}{after}"));
    }
    let parts = [(before, None), ("", Some(value)), (after, None)];
    let parts = parts.into_iter().filter_map(|(text, value)| match value {
        Some(value) => Some(value.clone()),
        None => (!text.is_empty()).then(|| Value::text(text)),
    });
    let parts: Vec<Value> = parts.collect();
    Value::of(Shape::Template(Arc::new(parts.clone()))).depending_on(&parts)
}
