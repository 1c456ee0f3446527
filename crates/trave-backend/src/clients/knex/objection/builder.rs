//! What a query of a model can do beside what Knex's builders do.

use smol_str::SmolStr;
use trave_source::Origin;

use super::super::{builder as knex, filter, write};
use super::model::{self, equal};
use crate::clients::build::{self, TableRef};
use crate::clients::sql::direct;
use crate::library::{LibraryCall, Machine};
use crate::query::{Filter, FilterOp, Operation, Query};
use crate::value::{LibraryValue, QueryId, Shape, Value};

/// Where a builder keeps that one row is what it gives.
const FIRST: &str = "first";

/// Where a builder keeps that a page is what it gives.
const PAGE: &str = "page";

/// Names of a graph that are followed.
const NAMES_MAX: usize = 32;

/// What awaiting a builder gives.
pub(super) fn send(builder: &LibraryValue, machine: &mut dyn Machine) -> Value {
    let found = knex::send(builder, machine);
    if builder.kept(PAGE).is_none() {
        return found;
    }
    let total = Value { shape: Shape::Unknown, ..found.clone() };
    Value::object([("results", found), ("total", total)])
}

/// A call of a method of a builder.
pub(super) fn call(
    call: &LibraryCall<'_>,
    method: &str,
    machine: &mut dyn Machine,
) -> Option<Value> {
    let Some(id) = call.callee.query else { return knex::call(call, method, machine) };
    if matches!(method, "then" | "catch" | "finally") {
        return None;
    }
    build::extend(machine.query_mut(id)?, call);
    if method == "resultSize" {
        machine.query_mut(id)?.head = true;
        return Some(send(call.callee, machine));
    }
    let made = looked_up(call, (id, method), machine)
        .or_else(|| written(call, (id, method), machine))
        .or_else(|| told(call, (id, method), machine));
    match made {
        Some(builder) => Some(builder.into_value()),
        None => knex::call(call, method, machine),
    }
}

fn first(builder: LibraryValue) -> LibraryValue {
    builder.with(FIRST, Value::of(Shape::Bool(true)))
}

/// Methods that say which row is meant.
fn looked_up(
    call: &LibraryCall<'_>,
    (id, method): (QueryId, &str),
    machine: &mut dyn Machine,
) -> Option<LibraryValue> {
    let again = call.callee.clone();
    match method {
        "findById" => {
            by_key(call, (id, &call.arg(0), FilterOp::Eq), machine);
            Some(first(again))
        }
        "findByIds" => {
            by_key(call, (id, &call.arg(0), FilterOp::In), machine);
            Some(again)
        }
        "findOne" => {
            filter::add(call, filter::member("where")?, machine);
            Some(first(again))
        }
        "deleteById" => {
            by_key(call, (id, &call.arg(0), FilterOp::Eq), machine);
            machine.query_mut(id)?.operation = Some(Operation::Delete);
            Some(again)
        }
        "for" => {
            let value = call.arg(0);
            if let Some(filter) = machine.query_mut(id)?.filters.last_mut() {
                (filter.op, filter.value) = (FilterOp::Eq, value);
            }
            Some(again)
        }
        _ => None,
    }
}

/// Methods that write.
fn written(
    call: &LibraryCall<'_>,
    (id, method): (QueryId, &str),
    machine: &mut dyn Machine,
) -> Option<LibraryValue> {
    let again = call.callee.clone();
    let head = call.args.get(..1).unwrap_or_default();
    match method {
        "patch" | "update" | "patchAndFetch" | "updateAndFetch" => {
            write::step(call, (id, "update"), machine);
            Some(again)
        }
        "patchAndFetchById" | "updateAndFetchById" => {
            by_key(call, (id, &call.arg(0), FilterOp::Eq), machine);
            let args = call.args.get(1..).unwrap_or_default();
            write::step(&LibraryCall { args, ..*call }, (id, "update"), machine);
            machine.query_mut(id)?.returning = true;
            Some(first(again))
        }
        "insert" | "insertAndFetch" | "insertGraph" | "insertGraphAndFetch" => {
            write::step(&LibraryCall { args: head, ..*call }, (id, "insert"), machine);
            machine.query_mut(id)?.returning = true;
            let is_list = matches!(call.arg(0).shape, Shape::Array(_) | Shape::List(_));
            Some(if is_list { again } else { first(again) })
        }
        "upsertGraph" | "upsertGraphAndFetch" => {
            write::step(&LibraryCall { args: head, ..*call }, (id, "upsert"), machine);
            machine.query_mut(id)?.returning = true;
            Some(first(again))
        }
        _ => None,
    }
}

/// What else a query is told.
fn told(
    call: &LibraryCall<'_>,
    (id, method): (QueryId, &str),
    machine: &mut dyn Machine,
) -> Option<LibraryValue> {
    let again = call.callee.clone();
    match method {
        "page" | "range" => {
            page(call, (id, method), machine);
            return Some(again.with(PAGE, Value::of(Shape::Bool(true))));
        }
        "withGraphFetched" | "eager" | "mergeEager" => {
            if let Some(class) = model::class_of(call.callee) {
                fetch(&class, &call.arg(0), (call.origin, call.method_origin), machine);
            }
        }
        "withGraphJoined" | "joinRelated" | "innerJoinRelated" | "leftJoinRelated"
        | "joinRelation" | "leftJoinRelation" | "joinEager" => join(call, (id, method), machine),
        "alias" => return Some(again.with("alias", call.arg(0))),
        "modify" if !matches!(call.arg(0).shape, Shape::Function(_)) => {
            machine.query_mut(id)?.incomplete = true;
        }
        "throwIfNotFound" | "context" | "allowGraph" | "modifyGraph" | "modifiers" | "castTo"
        | "skipUndefined" | "runBefore" | "onBuild" | "runAfter" | "onError" => {}
        _ => return None,
    }
    Some(again)
}

/// The row that a key names.
fn by_key(
    call: &LibraryCall<'_>,
    (id, given, op): (QueryId, &Value, FilterOp),
    machine: &mut dyn Machine,
) {
    let class = model::class_of(call.callee);
    let key = model::key_of(class.as_ref(), machine);
    let conditional = machine.is_conditional(id);
    let parts: Vec<Value> = match (&given.shape, key.len()) {
        (Shape::Array(parts), 2..) => parts.to_vec(),
        (_, 2..) => Vec::new(),
        _ => vec![given.clone()],
    };
    let Some(query) = machine.query_mut(id) else { return };
    for (at, column) in key.iter().enumerate() {
        let value = parts.get(at).cloned().unwrap_or_else(Value::unknown);
        let filter = equal(column, value, call.method_origin);
        query.filters.push(Filter { op, conditional, ..filter });
    }
}

/// A builder on one row.
pub(super) fn on_row(
    builder: LibraryValue,
    row: &Value,
    machine: &mut dyn Machine,
) -> LibraryValue {
    let class = model::class_of(&builder);
    for column in model::key_of(class.as_ref(), machine) {
        let value = machine.member(row, &column);
        if let Some(query) = builder.query.and_then(|id| machine.query_mut(id)) {
            let origin = query.origin;
            query.filters.push(equal(&column, value, origin));
        }
    }
    builder.with(FIRST, Value::of(Shape::Bool(true)))
}

/// `page(2, 20)`, `range(0, 19)`.
fn page(call: &LibraryCall<'_>, (id, method): (QueryId, &str), machine: &mut dyn Machine) {
    let place = (machine.is_conditional(id), call.method_origin);
    let Some(query) = machine.query_mut(id) else { return };
    let size = call.arg(1);
    query.limit = build::bound(&size, place);
    if method == "page" {
        query.offset = build::bound(&call.arg(0), place);
    } else if size.as_number().is_none() {
        // How far the last is from the first is not known.
        query.limit = query.limit.take().map(|bound| crate::query::Bound {
            value: Value::unknown().and_dependencies(&size),
            ..bound
        });
    }
}

/// The names of a graph: `[owner, pets.[toys]]`, each with the names before it.
fn names_of(expression: &Value) -> Vec<Vec<SmolStr>> {
    let mut found = Vec::new();
    match expression.as_text() {
        Some(text) => paths(text, &mut Vec::new(), &mut found),
        None => {
            for field in crate::clients::given::Given::of(expression).fields {
                if !field.name.starts_with('$') {
                    found.push(vec![field.name]);
                }
            }
        }
    }
    found.truncate(NAMES_MAX);
    found
}

/// Adds the paths of one level, and of those inside brackets.
fn paths(text: &str, outer: &mut Vec<SmolStr>, found: &mut Vec<Vec<SmolStr>>) {
    for part in split(text) {
        let (names, rest) = match part.find('[') {
            Some(at) => part.split_at(at),
            None => (part, ""),
        };
        let depth = outer.len();
        for name in names.split('.').map(plain).filter(|name| !name.is_empty()) {
            outer.push(SmolStr::new(name));
            found.push(outer.clone());
        }
        let inside = rest.trim_start_matches('[').trim_end_matches(']');
        if !inside.is_empty() && outer.len() < NAMES_MAX {
            paths(inside, outer, found);
        }
        outer.truncate(depth);
    }
}

/// A name without modifiers and without another one: `pets(onlyCats) as cats`, `children.^`.
fn plain(name: &str) -> &str {
    let name = name.trim();
    let end = name.find(|it: char| !(it.is_alphanumeric() || it == '_')).unwrap_or(name.len());
    name.get(..end).unwrap_or_default()
}

/// The parts between commas that stand in no brackets.
fn split(text: &str) -> Vec<&str> {
    let (mut parts, mut start, mut depth) = (Vec::new(), 0, 0_i32);
    let whole = text.trim();
    let whole = match whole.strip_prefix('[').and_then(|it| it.strip_suffix(']')) {
        Some(inside) => inside,
        None => whole,
    };
    for (at, letter) in whole.char_indices() {
        match letter {
            '[' | '(' => depth += 1,
            ']' | ')' => depth -= 1,
            ',' if depth == 0 => {
                parts.extend(whole.get(start..at));
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.extend(whole.get(start..));
    parts
}

/// `withGraphFetched('[owner, pets]')`: one more query for each name.
pub(super) fn fetch(
    class: &Value,
    expression: &Value,
    (call, target): (Origin, Origin),
    machine: &mut dyn Machine,
) {
    for path in names_of(expression) {
        let Some(relation) = followed(class, &path, machine) else { continue };
        let mut query = Query::new(super::NAME, direct(), call);
        query.operation = Some(Operation::Select);
        query.target_origin = target;
        query.table = Some(relation.table.name.clone());
        query.schema.clone_from(&relation.table.schema);
        query.selection.known = true;
        query.selection.star = true;
        relation.tie(&mut query, target);
        let id = machine.start_query(query);
        build::nest(id, machine);
    }
}

/// The relation at the end of a path.
fn followed(class: &Value, path: &[SmolStr], machine: &mut dyn Machine) -> Option<model::Relation> {
    let (first, rest) = path.split_first()?;
    let relation = model::relation(class, first, machine)?;
    if rest.is_empty() {
        return Some(relation);
    }
    let class = relation.class?;
    followed(&class, rest, machine)
}

/// `joinRelated('owner')`: the table that it leads to, under the name of the relation.
fn join(call: &LibraryCall<'_>, (id, method): (QueryId, &str), machine: &mut dyn Machine) {
    let Some(class) = model::class_of(call.callee) else { return };
    let inner = matches!(method, "joinRelated" | "innerJoinRelated" | "joinRelation");
    for path in names_of(&call.arg(0)) {
        let Some(relation) = followed(&class, &path, machine) else { continue };
        let alias = path.join(":");
        let table = TableRef { alias: SmolStr::new(alias), ..relation.table };
        if let Some(query) = machine.query_mut(id) {
            build::join(query, &table, (inner, call.arg_origin(0)));
        }
    }
}
