//! The query builder: verbs, modifiers, and the chain that carries the query.

use std::sync::Arc;

use smol_str::SmolStr;

use super::NAME;
use super::construct::unknown_client;
use super::filters;
use super::select;
use crate::arithmetic;
use crate::library::{LibraryCall, Machine};
use crate::place::StringPlace;
use crate::query::{Bound, Operation, OrderKey, Query, Selection, Single};
use crate::value::{ClientFact, LibraryValue, QueryId, Shape, Value};

/// `client.from(table)`.
pub(super) fn from(call: &LibraryCall<'_>, machine: &mut dyn Machine) -> Value {
    let query = new_query(call, call.callee);
    start("table", query, machine)
}

/// `client.rpc(function, args, options)`.
pub(super) fn rpc(call: &LibraryCall<'_>, machine: &mut dyn Machine) -> Value {
    let mut query = new_query(call, call.callee);
    query.operation = Some(Operation::Call);
    query.selection = select::everything();
    query.payload = call.args.get(1).cloned();
    read_count(&mut query, &call.arg(2));
    start("builder", query, machine)
}

/// A builder that carries a query which is new to the machine.
pub(super) fn start(kind: &'static str, query: Query, machine: &mut dyn Machine) -> Value {
    let client = query.client.clone();
    let id = machine.start_query(query);
    let mut value = LibraryValue::new(NAME, kind);
    value.client = Some(client);
    value.query = Some(id);
    Value::of(Shape::Library(Arc::new(value)))
}

/// A query as far as `from(table)` or `rpc(function)` says it.
pub(super) fn new_query(call: &LibraryCall<'_>, client: &LibraryValue) -> Query {
    let schema = client.kept("schema").and_then(Value::as_text).map(SmolStr::new);
    let mut query = empty_query(client.client.clone().unwrap_or_else(unknown_client), call.origin);
    query.schema = schema;
    query.target_origin = call.arg_origin(0);
    query.table = call.args.first().and_then(Value::as_text).map(SmolStr::new);
    query
}

/// A query that says nothing yet.
pub(super) fn empty_query(client: ClientFact, origin: trave_source::Origin) -> Query {
    Query::new(NAME, client, origin)
}

/// A method of what `from(table)` gives: the verbs. Each verb is a query of its own.
pub(super) fn verb(call: &LibraryCall<'_>, machine: &mut dyn Machine) -> Option<Value> {
    let operation = match call.method? {
        "select" => Operation::Select,
        "insert" => Operation::Insert,
        "upsert" => Operation::Upsert,
        "update" => Operation::Update,
        "delete" => Operation::Delete,
        _ => return None,
    };
    let (id, fresh) = own_query(call, machine)?;
    let query = machine.query_mut(id)?;
    extend(query, call);
    query.operation = Some(operation);
    match operation {
        Operation::Select => select(query, call),
        Operation::Delete => read_count(query, &call.arg(0)),
        _ => write(query, call),
    }
    Some(fresh.unwrap_or_else(|| again(call, "builder")))
}

/// The query of a `from(table)`; a second verb on the same one gets a copy without the first.
fn own_query(
    call: &LibraryCall<'_>,
    machine: &mut dyn Machine,
) -> Option<(QueryId, Option<Value>)> {
    let id = call.callee.query?;
    let known = machine.query_mut(id)?;
    if known.operation.is_none() {
        return Some((id, None));
    }
    let mut query = empty_query(known.client.clone(), call.origin);
    query.schema.clone_from(&known.schema);
    query.table.clone_from(&known.table);
    query.target_origin = known.target_origin;
    let value = start("builder", query, machine);
    let id = value.library().and_then(|value| value.query)?;
    Some((id, Some(value)))
}

fn select(query: &mut Query, call: &LibraryCall<'_>) {
    query.selection = selection(call);
    read_count(query, &call.arg(1));
}

fn selection(call: &LibraryCall<'_>) -> Selection {
    let columns = call.arg(0);
    match &columns.shape {
        Shape::Undefined => select::everything(),
        Shape::Text(text) => select::parse(text, StringPlace::new(call.arg_origin(0), text)),
        _ => Selection::default(),
    }
}

fn write(query: &mut Query, call: &LibraryCall<'_>) {
    query.payload = call.args.first().cloned();
    let options = call.arg(1);
    read_count(query, &options);
    query.keeps_existing =
        options.field("ignoreDuplicates").is_some_and(|ignores| ignores.shape == Shape::Bool(true));
    let conflict = options.field("onConflict").and_then(Value::as_text);
    query.conflict_columns = conflict.map(|columns| {
        columns.split(',').map(|column| SmolStr::new(column.trim().trim_matches('"'))).collect()
    });
}

fn read_count(query: &mut Query, options: &Value) {
    if let Some(count) = options.field("count").and_then(Value::as_text) {
        query.count = Some(SmolStr::new(count));
    }
    query.head |= options.field("head").is_some_and(|head| head.shape == Shape::Bool(true));
}

/// A method of a builder: a filter or a modifier.
pub(super) fn chain(call: &LibraryCall<'_>, machine: &mut dyn Machine) -> Option<Value> {
    let method = call.method?;
    let id = call.callee.query?;
    let step = Step { call, conditional: machine.is_conditional(id) };
    let query = machine.query_mut(id)?;
    extend(query, call);
    let known = filters::apply(query, &step) || step.modify(query);
    if !known {
        if matches!(method, "then" | "catch" | "finally") {
            return None;
        }
        query.incomplete = true;
    }
    Some(again(call, "builder"))
}

fn single(call: &LibraryCall<'_>, method: &'static str) -> Single {
    Single { method, optional: method == "maybeSingle", origin: call.method_origin }
}

/// Lets the query's place grow with its chain.
fn extend(query: &mut Query, call: &LibraryCall<'_>) {
    let grows = query.origin.file == call.origin.file && call.origin.span.holds(query.origin.span);
    if grows {
        query.origin.span.end = call.origin.span.end;
    }
}

fn again(call: &LibraryCall<'_>, kind: &'static str) -> Value {
    let mut value = call.callee.clone();
    value.kind = kind;
    value.into_value()
}

/// The embedded relation that an option names, if any.
pub(super) fn referenced(options: &Value) -> Option<SmolStr> {
    let named = options.field("referencedTable").or_else(|| options.field("foreignTable"))?;
    Some(named.as_text().map_or_else(|| SmolStr::new_static("?"), SmolStr::new))
}

/// One method of a builder's chain.
pub(super) struct Step<'a, 'b> {
    /// The call.
    pub(super) call: &'a LibraryCall<'b>,
    /// It happens to the query only under some condition.
    pub(super) conditional: bool,
}

impl Step<'_, '_> {
    fn modify(&self, query: &mut Query) -> bool {
        let call = self.call;
        match call.method.unwrap_or_default() {
            "select" => {
                query.returning = true;
                query.selection = selection(call);
            }
            "order" => query.order.push(self.order_key()),
            "limit" => self.limit(query),
            "range" => self.range(query),
            "single" => query.single = Some(single(call, "single")),
            "maybeSingle" => {
                query.single = Some(single(call, "maybeSingle"));
            }
            "csv" | "geojson" | "explain" | "abortSignal" | "rollback" | "maxAffected"
            | "throwOnError" | "stripNulls" | "setHeader" | "retry" | "returns"
            | "overrideTypes" => {}
            _ => return false,
        }
        true
    }

    fn order_key(&self) -> OrderKey {
        let Self { call, conditional } = *self;
        let options = call.arg(1);
        let column = call.args.first().and_then(Value::as_text);
        // `rel(column)` sorts by a column of another table, `a->b` by a part of one.
        let column = column.filter(|column| !column.contains(['(', ',', '-'])).map(SmolStr::new);
        OrderKey {
            relation: referenced(&options),
            column,
            ascending: options
                .field("ascending")
                .is_none_or(|value| value.shape != Shape::Bool(false)),
            conditional,
            origin: call.method_origin,
        }
    }

    fn limit(&self, query: &mut Query) {
        let Self { call, conditional } = *self;
        if referenced(&call.arg(1)).is_none() {
            let value = call.arg(0);
            query.limit = Some(Bound { value, conditional, origin: call.method_origin });
        }
    }

    /// `range(from, to)` is inclusive: `to - from + 1` rows.
    fn range(&self, query: &mut Query) {
        let Self { call, conditional } = *self;
        if referenced(&call.arg(2)).is_some() {
            return;
        }
        let (from, to) = (call.arg(0), call.arg(1));
        let one = Value::of(Shape::Number(1.0));
        let rows = arithmetic::add(&arithmetic::subtract(&to, &from), &one);
        let origin = call.method_origin;
        query.limit = Some(Bound { value: rows, conditional, origin });
        query.offset = Some(Bound { value: from, conditional, origin });
    }
}
