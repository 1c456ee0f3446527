//! Methods of models: `findAll`, `create`, `update`, `destroy` …

use std::sync::Arc;

use trave_source::Origin;

use super::{MAPPER, include, own};
use crate::clients::entity::{bound, choose, first_row, row, send};
use crate::clients::given::{Given, GivenField, items};
use crate::clients::placed::{Place, target_of};
use crate::library::{LibraryCall, Machine};
use crate::naming::NamedTable;
use crate::query::{Filter, FilterOp, Operation, OrderKey, Query, Spliced};
use crate::value::{LibraryValue, Shape, Taint, Value};

/// Where a model keeps that conditions of a scope are added.
pub(super) const SCOPED: &str = "scoped";

/// Which rows a call is about.
#[derive(Debug, Clone)]
pub(super) struct Rows {
    /// Their table.
    pub(super) table: Option<Arc<NamedTable>>,
    /// Conditions that are not known are added.
    is_scoped: bool,
}

impl Rows {
    /// The rows of a model.
    pub(super) fn of(model: &str, callee: &LibraryValue, machine: &dyn Machine) -> Self {
        let is_scoped = callee.kept(SCOPED).is_some();
        Self { table: MAPPER.table(model, machine), is_scoped }
    }
}

/// What a method is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Takes {
    /// Options.
    Options,
    /// A key, then options.
    Key,
    /// The name of an attribute, then options.
    Column,
    /// A row, or rows, then options that say which conflicts are settled.
    Values,
    /// What is changed, then options.
    Changes,
}

/// What a method gives back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Gives {
    Row,
    Rows,
    RowsAndCount,
    RowAndMore,
    CountAndRows,
    Count,
    Totals,
    Touched,
}

struct Method(&'static str, Operation, Takes, Gives);

const METHODS: [Method; 23] = [
    Method("findAll", Operation::Select, Takes::Options, Gives::Rows),
    Method("findAllInBatches", Operation::Select, Takes::Options, Gives::Rows),
    Method("findOne", Operation::Select, Takes::Options, Gives::Row),
    Method("findByPk", Operation::Select, Takes::Key, Gives::Row),
    Method("findById", Operation::Select, Takes::Key, Gives::Row),
    Method("findAndCountAll", Operation::Select, Takes::Options, Gives::RowsAndCount),
    Method("findOrCreate", Operation::Upsert, Takes::Options, Gives::RowAndMore),
    Method("findCreateFind", Operation::Upsert, Takes::Options, Gives::RowAndMore),
    Method("findOrBuild", Operation::Select, Takes::Options, Gives::RowAndMore),
    Method("count", Operation::Select, Takes::Options, Gives::Count),
    Method("sum", Operation::Select, Takes::Column, Gives::Totals),
    Method("min", Operation::Select, Takes::Column, Gives::Totals),
    Method("max", Operation::Select, Takes::Column, Gives::Totals),
    Method("aggregate", Operation::Select, Takes::Column, Gives::Totals),
    Method("create", Operation::Insert, Takes::Values, Gives::Row),
    Method("bulkCreate", Operation::Insert, Takes::Values, Gives::Rows),
    Method("upsert", Operation::Upsert, Takes::Values, Gives::RowAndMore),
    Method("update", Operation::Update, Takes::Changes, Gives::CountAndRows),
    Method("increment", Operation::Update, Takes::Changes, Gives::Touched),
    Method("decrement", Operation::Update, Takes::Changes, Gives::Touched),
    Method("destroy", Operation::Delete, Takes::Options, Gives::Touched),
    Method("truncate", Operation::Delete, Takes::Options, Gives::Touched),
    Method("restore", Operation::Update, Takes::Options, Gives::Touched),
];

/// A call of a method that reads or writes rows.
pub(super) fn call(
    call: &LibraryCall<'_>,
    name: &str,
    of: &Rows,
    machine: &mut dyn Machine,
) -> Option<Value> {
    let method = METHODS.iter().find(|method| method.0 == name)?;
    let target = target_of(call, name);
    let table = of.table.as_ref();
    let mut query = MAPPER.query(method.1, table, (call.origin, target));
    query.incomplete = of.is_scoped;
    let at = match method.2 {
        Takes::Options => 0,
        Takes::Key | Takes::Column | Takes::Values | Takes::Changes => 1,
    };
    let (argument, path) = (call.arg_origin(at), Vec::new());
    let place = Place { argument, path, call: call.origin, target };
    let options = Given::of(&call.arg(at));
    query.incomplete |= options.rest.is_some();
    match method.2 {
        Takes::Key => by_key(&mut query, (&call.arg(0), call.arg_origin(0)), table),
        Takes::Values | Takes::Changes => {
            let written = call.arg(0);
            query.payload = Some(match written.as_text() {
                Some(_) => Value::unknown(),
                None => row(MAPPER, (&written, table), machine),
            });
        }
        Takes::Options | Takes::Column => {}
    }
    said(&mut query, &options, (table, &place), machine);
    settle(&mut query, method, (&options, table), machine);
    if method.3 == Gives::Row && method.1 == Operation::Select {
        query.limit = Some(first_row(target));
    }
    splice(&mut query, call);
    let found = send(query, machine);
    Some(answer(method.3, found))
}

fn answer(gives: Gives, found: Value) -> Value {
    let part = |found: &Value| Value { shape: Shape::Unknown, ..found.clone() };
    match gives {
        Gives::Rows => found,
        Gives::Row => found.tainted(Taint::PART),
        Gives::RowsAndCount => {
            let count = part(&found);
            Value::object([("rows", found), ("count", count)])
        }
        Gives::RowAndMore => {
            let more = part(&found);
            Value::array(vec![found.tainted(Taint::PART), more])
        }
        Gives::CountAndRows => Value::array(vec![part(&found), found]),
        Gives::Count | Gives::Totals | Gives::Touched => part(&found),
    }
}

/// What a method says beside its options.
fn settle(
    query: &mut Query,
    method: &Method,
    (options, table): (&Given, Option<&Arc<NamedTable>>),
    machine: &mut dyn Machine,
) {
    let writes = method.1 != Operation::Select;
    let gives_rows =
        matches!(method.3, Gives::Row | Gives::Rows | Gives::RowsAndCount | Gives::RowAndMore);
    let returns = options.field("returning").is_some();
    query.returning = writes && (gives_rows || returns);
    query.head = method.3 == Gives::Count;
    query.selection.aggregates |= method.3 == Gives::Totals;
    let is_plain = query.selection.columns.is_empty() && !query.selection.aggregates;
    query.selection.star = is_plain && (gives_rows || returns) && query.selection.known;
    match method.0 {
        "findOrCreate" | "findCreateFind" => {
            let defaults = options.value("defaults").cloned().unwrap_or_else(Value::undefined);
            query.payload = Some(row(MAPPER, (&defaults, table), machine));
            query.keeps_existing = true;
            query.filters.clear();
        }
        "bulkCreate" if options.field("updateOnDuplicate").is_some() => {
            query.operation = Some(Operation::Upsert);
        }
        "bulkCreate" if options.field("ignoreDuplicates").is_some() => {
            query.operation = Some(Operation::Upsert);
            query.keeps_existing = true;
        }
        "restore" => query.payload = Some(Value::unknown()),
        _ => {}
    }
}

fn by_key(query: &mut Query, (key, origin): (&Value, Origin), table: Option<&Arc<NamedTable>>) {
    let Some([only]) = table.map(|table| table.primary.as_slice()) else {
        query.incomplete = true;
        return;
    };
    let filter = Filter::of_parent(only, origin);
    query.filters.push(Filter { op: FilterOp::Eq, value: key.clone(), ..filter });
}

/// Options: `{ where, include, order, limit, offset, attributes, group }`.
pub(super) fn said(
    query: &mut Query,
    options: &Given,
    (table, place): (Option<&Arc<NamedTable>>, &Place),
    machine: &mut dyn Machine,
) {
    if let Some(field) = options.field("where") {
        let before = query.filters.len();
        let given = (&field.value, table);
        MAPPER.filter(query, given, (place.inside("where"), false, &mut *machine));
        let added = query.filters.iter_mut().skip(before);
        added.for_each(|filter| filter.conditional |= field.is_optional);
    }
    if let Some(field) = options.field("include") {
        include::read(query, (&field.value, table), &place.inside("include"), machine);
    }
    if let Some(field) = options.field("attributes") {
        attributes(query, (field, table), &place.inside("attributes"), machine);
    }
    if let Some(field) = options.field("order") {
        orders(query, (field, table), &place.inside("order"), &*machine);
    }
    query.selection.aggregates |= options.field("group").is_some();
    if query.operation == Some(Operation::Select) {
        query.limit = bound(options.field("limit"), place, machine);
        query.offset = bound(options.field("offset"), place, machine);
    }
}

/// `['id', 'name']`, `[[fn('count', …), 'total']]`, `{ exclude: […] }`.
fn attributes(
    query: &mut Query,
    (field, table): (&GivenField, Option<&Arc<NamedTable>>),
    place: &Place,
    machine: &dyn Machine,
) {
    let Some(table) = table.filter(|_| !matches!(field.value.shape, Shape::Object(_))) else {
        query.selection.known = matches!(field.value.shape, Shape::Object(_));
        return;
    };
    let (parts, known) = items(&field.value);
    query.selection.known &= known;
    let mut names = Vec::new();
    for (part, _) in parts {
        let is_total = |value: &Value| {
            let function = own(value, "part").filter(|it| it.name == "fn");
            let args = function.and_then(|it| it.kept("args").map(|args| items(args).0));
            let name = args.and_then(|args| {
                args.first().and_then(|(it, _)| it.as_text().map(str::to_ascii_lowercase))
            });
            name.is_some_and(|it| matches!(it.as_str(), "count" | "sum" | "avg" | "min" | "max"))
        };
        match &part.shape {
            Shape::Text(_) => names.push(part),
            Shape::Array(pair) => match pair.first() {
                Some(first) if is_total(first) => query.selection.aggregates = true,
                Some(first) if first.as_text().is_some() => names.push(first.clone()),
                _ => query.selection.known = false,
            },
            _ => query.selection.known = false,
        }
    }
    let origin = place.origin(machine);
    choose(MAPPER, &mut query.selection, (&Value::array(names), table), (origin, machine));
}

/// `[['createdAt', 'DESC'], 'id']`, `[[Team, 'name', 'ASC']]`.
fn orders(
    query: &mut Query,
    (field, table): (&GivenField, Option<&Arc<NamedTable>>),
    place: &Place,
    machine: &dyn Machine,
) {
    let origin = place.origin(machine);
    let unknown =
        OrderKey { relation: None, column: None, ascending: true, conditional: false, origin };
    let (keys, known) = items(&field.value);
    if !known && keys.is_empty() {
        query.order.push(unknown.clone());
    }
    // `order: ['createdAt', 'DESC']` is one key.
    let words: Vec<&str> = keys.iter().filter_map(|(key, _)| key.as_text()).collect();
    let is_pair =
        words.len() == 2 && keys.len() == 2 && words.get(1).is_some_and(|word| is_direction(word));
    let keys = if is_pair { vec![(field.value.clone(), true)] } else { keys };
    for (key, certain) in keys {
        let parts: Vec<Value> = match &key.shape {
            Shape::Array(parts) => parts.to_vec(),
            _ => vec![key.clone()],
        };
        let direction = parts.last().filter(|_| parts.len() > 1);
        let ascending = match direction.map(|it| (it.as_text(), it)) {
            Some((Some(word), _)) => !word.to_ascii_lowercase().starts_with("desc"),
            _ => true,
        };
        let name = parts.first().and_then(Value::as_text);
        let is_own = parts.len() <= 2;
        let column = name.filter(|_| is_own).and_then(|name| table?.column(name).cloned());
        let conditional = !certain || field.is_optional;
        query.order.push(OrderKey { column, ascending, conditional, ..unknown.clone() });
    }
}

fn is_direction(word: &str) -> bool {
    let word = word.to_ascii_lowercase();
    word.starts_with("asc") || word.starts_with("desc")
}

/// Text that `literal(…)` makes a part of the query.
fn splice(query: &mut Query, call: &LibraryCall<'_>) {
    for arg in call.args {
        let mut found = Vec::new();
        arg.visit(&mut |part| {
            let literal = own(part, "part").filter(|it| it.name == "literal");
            let text = literal.and_then(|it| it.kept("args").map(|args| items(args).0));
            let text = text.and_then(|args| args.into_iter().next());
            if let (Some((text, _)), Some(literal)) = (text, literal)
                && text.free_text().is_some()
            {
                found.push((text, literal.place));
            }
        });
        for (value, place) in found {
            query.spliced.push(Spliced { value, origin: place.unwrap_or(call.origin) });
        }
    }
}
