//! Builders: `db.select().from(users).where(…)`, `insert`, `update`, `delete`, as one chain each.

use std::collections::BTreeMap;
use std::sync::Arc;

use smol_str::SmolStr;
use trave_source::Origin;

use super::operator::is_aggregate;
use super::table::{self, TableFacts};
use super::{NAME, condition, is_nothing, of_kind, own, selection};
use crate::clients::build::{bound, extend, one};
use crate::clients::given::Given;
use crate::clients::sql::{direct, rows};
use crate::effect::Effect;
use crate::library::{LibraryCall, Machine};
use crate::query::{Bound, Operation, OrderKey, Query};
use crate::value::{LibraryValue, Object, QueryId, Shape, Taint, Value};

/// `select(fields)`: no query yet, since it has no table.
pub(super) fn select(fields: &Value, call: &LibraryCall<'_>) -> Value {
    let mut value = LibraryValue::new(NAME, "select").with("fields", fields.clone());
    value.place = Some(call.origin);
    value.into_value()
}

/// `insert(table)`, `update(table)`, `delete(table)`.
pub(super) fn start(
    operation: Operation,
    call: &LibraryCall<'_>,
    machine: &mut dyn Machine,
) -> Value {
    let table = call.arg(0);
    let mut query = new_query(operation, call);
    if let Some(facts) = TableFacts::of(&table) {
        name_table(&mut query, &facts);
    }
    query.selection.known = true;
    query.incomplete = operation == Operation::Delete && TableFacts::of(&table).is_none();
    begin(query, &table, &Value::undefined(), machine)
}

/// `db.$count(table, condition)`.
pub(super) fn count(call: &LibraryCall<'_>, machine: &mut dyn Machine) -> Option<Value> {
    let facts = TableFacts::of(&call.arg(0))?;
    let mut query = new_query(Operation::Select, call);
    name_table(&mut query, &facts);
    (query.head, query.selection.known) = (true, true);
    condition::read(&mut query, &facts, (&call.arg(1), false), call.arg_origin(1));
    let id = machine.start_query(query);
    machine.record(Effect::Query(id));
    let found = rows(Some(id), machine);
    Some(Value { shape: Shape::Unknown, ..found })
}

/// `from(table)` of a select; what stands for a query inside keeps no query of its own.
pub(super) fn from(fields: &Value, call: &LibraryCall<'_>, machine: &mut dyn Machine) -> Value {
    let table = call.arg(0);
    let Some(facts) = TableFacts::of(&table) else {
        let known = own(&table, "derived").or_else(|| own(&table, "builder"));
        let inner = known.cloned().unwrap_or_else(|| LibraryValue::new(NAME, "derived"));
        return LibraryValue { kind: "derived", query: None, ..inner }.into_value();
    };
    let mut query = new_query(Operation::Select, call);
    name_table(&mut query, &facts);
    query.selection = selection::of_table(fields, &facts, call.origin);
    begin(query, &table, fields, machine)
}

fn new_query(operation: Operation, call: &LibraryCall<'_>) -> Query {
    let mut query = Query::new(NAME, direct(), call.origin);
    query.operation = Some(operation);
    query.target_origin = call.arg_origin(0);
    query
}

/// Says which table a query is on.
pub(super) fn name_table(query: &mut Query, table: &TableFacts) {
    query.table = Some(table.name.clone());
    query.schema.clone_from(&table.schema);
}

fn begin(query: Query, table: &Value, fields: &Value, machine: &mut dyn Machine) -> Value {
    let id = machine.start_query(query);
    let mut value = LibraryValue::new(NAME, "builder")
        .with("table", table.clone())
        .with("fields", fields.clone());
    value.query = Some(id);
    value.into_value()
}

/// A query that stands inside another one, or is given a name: it is sent with that one.
pub(super) fn derive(inner: &Value, machine: &mut dyn Machine) -> Value {
    let Some(builder) = own(inner, "builder") else {
        return LibraryValue::new(NAME, "derived").into_value();
    };
    if let Some(id) = builder.query {
        if let Some(query) = machine.query_mut(id) {
            query.nested = true;
        }
        machine.record(Effect::Query(id));
    }
    LibraryValue { kind: "derived", query: None, ..builder.clone() }.into_value()
}

/// A call of a method of a builder.
pub(super) fn call(call: &LibraryCall<'_>, machine: &mut dyn Machine) -> Option<Value> {
    let method = call.method?;
    if matches!(method, "then" | "catch" | "finally") {
        return None;
    }
    match (call.callee.kind, method) {
        ("select", "from") => {
            let fields = call.callee.kept("fields").cloned().unwrap_or_else(Value::undefined);
            return Some(from(&fields, call, machine));
        }
        ("derived", _) => return Some(derived(call, machine)),
        ("prepared", _) => return sent(call.callee, machine),
        _ => {}
    }
    let id = call.callee.query?;
    let again = Some(call.callee.clone().into_value());
    match method {
        "prepare" => return Some(of_kind(call.callee, "prepared")),
        "as" => return Some(derive(&call.callee.clone().into_value(), machine)),
        "execute" | "all" | "get" | "run" => {
            let query = machine.query_mut(id)?;
            extend(query, call);
            if method == "get" && query.limit.is_none() {
                query.limit = Some(one(call));
            }
            return sent(call.callee, machine);
        }
        "values" if machine.query_mut(id)?.operation == Some(Operation::Select) => {
            return sent(call.callee, machine);
        }
        "union" | "unionAll" | "intersect" | "except" | "intersectAll" | "exceptAll" => {
            machine.query_mut(id)?.incomplete = true;
            for other in call.args {
                if let Some(other) = own(other, "builder").and_then(|it| it.query) {
                    machine.record(Effect::Query(other));
                }
            }
            return again;
        }
        _ => {}
    }
    let table = call.callee.kept("table").and_then(TableFacts::of);
    let step = Step { call, table, conditional: machine.is_conditional(id) };
    let query = machine.query_mut(id)?;
    extend(query, call);
    if !step.modify(query, method) {
        query.incomplete = true;
    }
    again
}

/// A method of a query on rows of another query: that one is all that is known of it.
fn derived(call: &LibraryCall<'_>, machine: &mut dyn Machine) -> Value {
    for arg in call.args {
        if let Some(id) = own(arg, "builder").and_then(|inner| inner.query) {
            machine.record(Effect::Query(id));
        }
    }
    call.callee.clone().into_value()
}

/// What awaiting a builder gives.
pub(super) fn awaited(value: &LibraryValue, machine: &mut dyn Machine) -> Option<Value> {
    match value.kind {
        "builder" | "prepared" => sent(value, machine),
        "derived" => Some(Value::of(Shape::Unknown).tainted(Taint::ROWS)),
        _ => None,
    }
}

fn sent(value: &LibraryValue, machine: &mut dyn Machine) -> Option<Value> {
    let id: QueryId = value.query?;
    machine.record(Effect::Query(id));
    let found = rows(Some(id), machine);
    Some(found)
}

/// One method of a builder's chain.
struct Step<'a, 'b> {
    call: &'a LibraryCall<'b>,
    /// The query's own table.
    table: Option<TableFacts>,
    /// It happens to the query only under some condition.
    conditional: bool,
}

impl Step<'_, '_> {
    fn modify(&self, query: &mut Query, method: &str) -> bool {
        let call = self.call;
        match method {
            "where" => self.filter(query, &call.arg(0)),
            "leftJoin" | "innerJoin" | "rightJoin" | "fullJoin" | "crossJoin" => {
                self.join(query, method);
            }
            "orderBy" => call.args.iter().enumerate().for_each(|(at, key)| {
                let origin = call.arg_origin(at);
                order(query, self.table.as_ref(), (key, self.conditional, origin));
            }),
            "groupBy" => query.selection.aggregates = true,
            "limit" => query.limit = self.bound().or_else(|| query.limit.take()),
            "offset" => query.offset = self.bound().or_else(|| query.offset.take()),
            "values" | "set" => query.payload = Some(self.written(&call.arg(0))),
            "returning" => {
                query.returning = true;
                if let Some(table) = &self.table {
                    query.selection = selection::of_table(&call.arg(0), table, call.origin);
                }
            }
            "onConflictDoNothing" | "onConflictDoUpdate" | "onDuplicateKeyUpdate" => {
                self.conflict(query, method);
            }
            "having"
            | "for"
            | "$dynamic"
            | "comment"
            | "$withCache"
            | "overridingSystemValue"
            | "useIndex"
            | "forceIndex"
            | "ignoreIndex"
            | "from"
            | "$returningId" => {}
            "select" => query.payload = Some(Value::unknown()),
            _ => return false,
        }
        true
    }

    fn filter(&self, query: &mut Query, given: &Value) {
        match &self.table {
            Some(table) => {
                let origin = self.call.arg_origin(0);
                condition::read(query, table, (given, self.conditional), origin);
            }
            None => query.incomplete |= !is_nothing(given),
        }
    }

    fn join(&self, query: &mut Query, method: &str) {
        let call = self.call;
        let inner = matches!(method, "innerJoin" | "crossJoin");
        let Some(joined) = TableFacts::of(&call.arg(0)) else { return };
        let fields = call.callee.kept("fields").cloned().unwrap_or_else(Value::undefined);
        let embed = selection::joined(&fields, &joined, (inner, call.arg_origin(0)));
        query.selection.embeds.push(embed);
        self.filter_joined(query);
    }

    /// What a join is under beside the columns that tie the two tables.
    fn filter_joined(&self, query: &mut Query) {
        let (Some(table), incomplete) = (&self.table, query.incomplete) else { return };
        let origin = self.call.arg_origin(1);
        condition::read(query, table, (&self.call.arg(1), self.conditional), origin);
        query.incomplete = incomplete;
    }

    /// A limit or an offset.
    fn bound(&self) -> Option<Bound> {
        bound(&self.call.arg(0), (self.conditional, self.call.method_origin))
    }

    /// Rows by column.
    fn written(&self, value: &Value) -> Value {
        match &value.shape {
            Shape::Array(rows) => Value::array(rows.iter().map(|row| self.written(row)).collect()),
            Shape::List(row) => Value::list(self.written(row)),
            Shape::Validated(inner, _)
                if matches!(inner.shape, Shape::List(_) | Shape::Array(_)) =>
            {
                self.written(inner)
            }
            Shape::OneOf(_) | Shape::Object(_) => self.row(value),
            _ => value.clone(),
        }
    }

    fn row(&self, value: &Value) -> Value {
        let given = Given::of(value);
        let mut fields: BTreeMap<SmolStr, Value> = BTreeMap::new();
        for field in given.fields {
            let column = match &self.table {
                // What is no column of the table is not sent.
                Some(table) => match table.column(&field.name) {
                    Some(column) => Some(column),
                    None => continue,
                },
                None => None,
            };
            let optional = field.is_optional;
            let value = if optional { field.value.join(Value::undefined()) } else { field.value };
            fields.insert(column.unwrap_or(field.name), value);
        }
        let rest = given.rest.map(Arc::new);
        Value::record(Object { fields, rest }).and_dependencies(value)
    }

    fn conflict(&self, query: &mut Query, method: &str) {
        let options = self.call.arg(0);
        query.operation = Some(Operation::Upsert);
        query.keeps_existing = method == "onConflictDoNothing";
        query.conflict_columns = options.field("target").and_then(selection::columns_in);
    }
}

/// Adds a sort key: `desc(users.createdAt)`, a column, SQL.
pub(super) fn order(
    query: &mut Query,
    table: Option<&TableFacts>,
    (key, conditional, origin): (&Value, bool, Origin),
) {
    let several = key.alternatives();
    let column = |key: &Value| order_key(table, (key, false, origin)).column;
    let first = several.first().and_then(column);
    if several.len() > 1 && first.is_some() && several.iter().all(|key| column(key) == first) {
        query.order.extend(several.first().map(|key| order_key(table, (key, conditional, origin))));
        return;
    }
    let conditional = conditional || several.len() > 1;
    for key in several.iter().filter(|key| !is_nothing(key)) {
        if let Shape::Array(keys) = &key.shape {
            for key in keys.iter() {
                query.order.push(order_key(table, (key, conditional, origin)));
            }
            continue;
        }
        query.order.push(order_key(table, (key, conditional, origin)));
    }
}

fn order_key(
    table: Option<&TableFacts>,
    (key, conditional, origin): (&Value, bool, Origin),
) -> OrderKey {
    let direction = own(key, "condition").filter(|it| matches!(it.name.as_str(), "asc" | "desc"));
    let ascending = direction.is_none_or(|it| it.name == "asc");
    let args = direction.and_then(|it| it.kept("args"));
    let sorted = match args.map(|args| &args.shape) {
        Some(Shape::Array(args)) => args.first().unwrap_or(key),
        _ => key,
    };
    let column = table::column(sorted).filter(|_| !is_aggregate(sorted));
    let relation = column.as_ref().map(|(_, of)| of.clone());
    let relation = relation.filter(|of| table.is_some_and(|table| *of != table.alias));
    let column = column.map(|(column, _)| column);
    OrderKey { relation, column, ascending, conditional, origin }
}
