//! Builders: `knex('users').where(…).first()` as one chain each.

use smol_str::SmolStr;
use trave_source::Origin;

use super::{NAME, filter, of_kind, raw, source, write};
use crate::clients::build::{self, Scope};
use crate::clients::given::{Given, items};
use crate::clients::sql::text::SqlText;
use crate::library::{LibraryCall, Machine};
use crate::query::{Operation, OrderKey, Query};
use crate::value::{LibraryValue, QueryId, Shape, Taint, Value};

/// Where a builder keeps that one row is what it gives.
const FIRST: &str = "first";

/// The column that a value names.
pub(super) fn column(value: &Value) -> Option<SmolStr> {
    let referred = || value.library().filter(|it| it.kind == "ref")?.kept("column")?.as_text();
    value.as_text().or_else(referred).map(SmolStr::new)
}

/// What stands inside a query: a builder, or a function that is handed one.
pub(super) fn inside(value: &Value, of: &LibraryValue, machine: &mut dyn Machine) {
    match value.shape {
        Shape::Function(_) => {
            let mut query = Query::new(of.library, super::direct(), place(of, machine));
            query.operation = Some(Operation::Select);
            query.selection.known = true;
            let mut builder = LibraryValue::new(of.library, "builder");
            builder.fields.clone_from(&of.fields);
            builder.fields.remove(FIRST);
            builder.fields.remove("alias");
            let id = machine.start_query(query);
            builder.query = Some(id);
            let builder = builder.into_value();
            let made = machine.run_on(&builder, value, vec![builder.clone()]);
            match made.library().and_then(|made| made.query) {
                Some(_) => derive(&made, machine),
                None => derive(&builder, machine),
            }
        }
        _ => derive(value, machine),
    }
}

fn place(of: &LibraryValue, machine: &mut dyn Machine) -> Origin {
    let outer = of.query.and_then(|id| machine.query_mut(id)).map(|query| query.origin);
    outer.unwrap_or(Origin { file: trave_source::FileId(0), span: trave_source::Span::default() })
}

/// A query that stands inside another one is sent with that one.
fn derive(value: &Value, machine: &mut dyn Machine) {
    for value in value.alternatives() {
        let builder = value.library().filter(|it| it.kind == "builder");
        let Some((builder, id)) = builder.and_then(|it| Some((it, it.query?))) else { continue };
        settle(builder, id, machine);
        build::nest(id, machine);
    }
}

/// Says what a read without columns asks for, and forgets what may belong to other tables.
fn settle(builder: &LibraryValue, id: QueryId, machine: &mut dyn Machine) {
    let Some(mut query) = machine.query_mut(id).cloned() else { return };
    let selection = &mut query.selection;
    let names_none = selection.columns.is_empty() && !selection.aggregates && selection.known;
    let names_none = names_none && selection.embeds.iter().all(|embed| !embed.selection.star);
    selection.star |= names_none && query.operation == Some(Operation::Select);
    build::respell(&mut query, builder, &*machine);
    build::forget_others(&mut query, builder, &*machine);
    if let Some(kept) = machine.query_mut(id) {
        *kept = query;
    }
}

/// What awaiting a builder gives.
pub(super) fn send(builder: &LibraryValue, machine: &mut dyn Machine) -> Value {
    let part = if builder.kept(FIRST).is_some() { Taint::PART } else { Taint::NONE };
    let Some(id) = builder.query else {
        return Value::of(Shape::Unknown).tainted(Taint::ROWS.and(part));
    };
    settle(builder, id, machine);
    build::sent(id, machine).tainted(part)
}

/// A call of a method of a builder.
pub(super) fn call(
    call: &LibraryCall<'_>,
    method: &str,
    machine: &mut dyn Machine,
) -> Option<Value> {
    let callee = call.callee;
    match method {
        "then" | "catch" | "finally" | "toSQL" | "toString" | "toQuery" | "columnInfo" => {
            return None;
        }
        "stream" | "pipe" | "asCallback" => return Some(send(callee, machine)),
        "modify" => return Some(modify(call, machine)),
        "as" => {
            derive(&callee.clone().into_value(), machine);
            return Some(of_kind(callee, "derived"));
        }
        _ => {}
    }
    let Some(id) = callee.query else { return Some(derived(call, method, machine)) };
    if method == "clone" {
        let copy = build::fork(callee, id, machine)?;
        return Some(LibraryValue { query: Some(copy), ..callee.clone() }.into_value());
    }
    build::extend(machine.query_mut(id)?, call);
    if let Some(member) = filter::member(method) {
        filter::add(call, member, machine);
        return Some(callee.clone().into_value());
    }
    if let Some(written) = write::step(call, (id, method), machine) {
        return Some(written);
    }
    Some(step(call, (id, method), machine).into_value())
}

/// `modify((qb, ...args) => …, ...args)`.
fn modify(call: &LibraryCall<'_>, machine: &mut dyn Machine) -> Value {
    let this = call.callee.clone().into_value();
    let mut args = vec![this.clone()];
    args.extend(call.args.iter().skip(1).cloned());
    if matches!(call.arg(0).shape, Shape::Function(_)) {
        machine.run_on(&this, &call.arg(0), args);
    } else if let Some(query) = call.callee.query.and_then(|id| machine.query_mut(id)) {
        query.incomplete = true;
    }
    this
}

/// A method of a query on rows of another query: of what it is told, only queries inside count.
fn derived(call: &LibraryCall<'_>, method: &str, machine: &mut dyn Machine) -> Value {
    for arg in call.args {
        if !matches!(method, "where" | "andWhere" | "orWhere") || arg.library().is_some() {
            inside(arg, call.callee, machine);
        }
    }
    let again = call.callee.clone();
    let is_first = method == "first";
    let again = if is_first { again.with(FIRST, Value::of(Shape::Bool(true))) } else { again };
    again.into_value()
}

/// Reads one method of a chain: the builder as it is afterwards.
fn step(
    call: &LibraryCall<'_>,
    (id, method): (QueryId, &str),
    machine: &mut dyn Machine,
) -> LibraryValue {
    let callee = call.callee.clone();
    match method {
        "from" | "table" | "into" | "fromRaw" => {
            return source::name(callee, (&call.arg(0), call.arg_origin(0)), machine);
        }
        "withSchema" => return callee.with(source::SCHEMA, call.arg(0)),
        "with" | "withRecursive" | "withMaterialized" | "withNotMaterialized" => {
            return with(call, machine);
        }
        "first" => {
            let conditional = machine.is_conditional(id);
            if let Some(query) = machine.query_mut(id) {
                query.limit = Some(crate::query::Bound { conditional, ..build::one(call) });
            }
            select(call, id, machine);
            return callee.with(FIRST, Value::of(Shape::Bool(true)));
        }
        "select" | "column" | "columns" | "pluck" | "distinct" | "distinctOn" => {
            select(call, id, machine);
        }
        "join" | "innerJoin" | "leftJoin" | "leftOuterJoin" | "rightJoin" | "rightOuterJoin"
        | "fullOuterJoin" | "outerJoin" | "crossJoin" => return join(call, (id, method), machine),
        "joinRaw" => return Scope::opened(callee),
        "orderBy" => orders(call, id, machine),
        "union" | "unionAll" | "intersect" | "except" => {
            for arg in call.args {
                for (part, _) in items(arg).0 {
                    inside(&part, call.callee, machine);
                }
            }
            if let Some(query) = machine.query_mut(id) {
                query.incomplete = true;
            }
        }
        _ => {
            let conditional = machine.is_conditional(id);
            let known = machine
                .query_mut(id)
                .is_some_and(|query| simple(query, call, (method, conditional)));
            if !known && let Some(query) = machine.query_mut(id) {
                query.incomplete = true;
            }
        }
    }
    callee
}

/// Methods that look at nothing but their arguments; false for one that is not known.
fn simple(query: &mut Query, call: &LibraryCall<'_>, (method, conditional): (&str, bool)) -> bool {
    let place = (conditional, call.method_origin);
    match method {
        "limit" => query.limit = build::bound(&call.arg(0), place).or_else(|| query.limit.take()),
        "offset" => {
            query.offset = build::bound(&call.arg(0), place).or_else(|| query.offset.take());
        }
        "count" | "countDistinct" | "sum" | "sumDistinct" | "avg" | "avgDistinct" | "min"
        | "max" | "groupBy" | "groupByRaw" => query.selection.aggregates = true,
        "orderByRaw" => order_by_text(query, (call, conditional)),
        "clearSelect" => query.selection.columns.clear(),
        "clearWhere" => query.filters.clear(),
        "clearOrder" => query.order.clear(),
        "clearCounters" | "having" | "havingRaw" | "orHaving" | "andHaving" | "havingIn"
        | "havingNull" | "havingNotNull" | "havingBetween" | "clearHaving" | "clearGroup"
        | "forUpdate" | "forShare" | "forNoKeyUpdate" | "forKeyShare" | "skipLocked" | "noWait"
        | "transacting" | "timeout" | "debug" | "options" | "connection" | "on" | "once"
        | "hintComment" | "comment" | "queryContext" | "using" | "jsonExtract" | "jsonSet"
        | "rank" | "denseRank" | "rowNumber" | "partitionBy" | "withUserParams" => {}
        "clear" => match call.arg(0).as_text() {
            Some("select" | "columns") => query.selection.columns.clear(),
            Some("where") => query.filters.clear(),
            Some("order") => query.order.clear(),
            Some("limit") => query.limit = None,
            Some("offset") => query.offset = None,
            _ => return false,
        },
        _ => return false,
    }
    true
}

/// `orderByRaw('name desc')`: one column, or something that is not known.
fn order_by_text(query: &mut Query, (call, conditional): (&LibraryCall<'_>, bool)) {
    let text = raw::text_of(call);
    let spliced = text
        .spliced()
        .map(|hole| crate::query::Spliced { value: hole.value.clone(), origin: hole.origin });
    query.spliced.extend(spliced);
    let scope = Scope::of(call.callee, query);
    let mut words = text.as_str().split_whitespace();
    let (column, direction, more) = (words.next(), words.next(), words.next());
    let is_name = |word: &&str| word.chars().all(|it| it.is_alphanumeric() || "._\"`".contains(it));
    let column = column.filter(is_name).filter(|_| more.is_none());
    let ascending = !direction.is_some_and(|it| it.eq_ignore_ascii_case("desc"));
    build::order(query, &scope, column, (ascending, conditional, call.method_origin));
}

/// `with('recent', (qb) => qb.select()…)`.
fn with(call: &LibraryCall<'_>, machine: &mut dyn Machine) -> LibraryValue {
    let mut names = source::common(call.callee);
    let name = call.arg(0);
    let name = name.as_text().unwrap_or_default().split('(').next().unwrap_or_default();
    names.push(Value::text(SmolStr::new(name.trim())));
    let made = call.callee.clone().with(source::COMMON, Value::array(names));
    if let Some(query) = call.args.last() {
        inside(query, &made, machine);
    }
    made
}

/// `join('users as u', 'u.id', 'p.user_id')`, `join({ u: 'users' }, function () { this.on(…) })`.
fn join(
    call: &LibraryCall<'_>,
    (id, method): (QueryId, &str),
    machine: &mut dyn Machine,
) -> LibraryValue {
    let given = call.arg(0);
    let on = call.arg(1);
    if matches!(on.shape, Shape::Function(_)) {
        let join = LibraryValue::new(NAME, "join").into_value();
        machine.run_on(&join, &on, vec![join.clone()]);
    }
    let Some(table) = source::table_of(&given, call.callee, machine) else {
        inside(&given, call.callee, machine);
        return Scope::opened(call.callee.clone());
    };
    let inner = matches!(method, "join" | "innerJoin" | "crossJoin");
    if let Some(query) = machine.query_mut(id) {
        build::join(query, &table, (inner, call.arg_origin(0)));
    }
    call.callee.clone()
}

/// `select('id', 'u.name as name')`, `select(['id'])`, `select({ id: 'u.id' })`.
pub(super) fn select(call: &LibraryCall<'_>, id: QueryId, machine: &mut dyn Machine) {
    for (at, arg) in call.args.iter().enumerate() {
        let origin = call.arg_origin(at);
        let (parts, known) = items(arg);
        if !known && let Some(query) = machine.query_mut(id) {
            query.selection.known = false;
        }
        for (part, _) in parts {
            select_part(call, (&part, origin), id, machine);
        }
    }
}

fn select_part(
    call: &LibraryCall<'_>,
    (part, origin): (&Value, Origin),
    id: QueryId,
    machine: &mut dyn Machine,
) {
    let kind = part.library().map(|it| it.kind);
    if matches!(kind, Some("builder" | "derived")) || matches!(part.shape, Shape::Function(_)) {
        return inside(part, call.callee, machine);
    }
    let Some(query) = machine.query_mut(id) else { return };
    let scope = Scope::of(call.callee, query);
    if let Some(name) = column(part) {
        return build::select(query, &scope, (&name, origin));
    }
    match (kind, &part.shape) {
        (Some("raw"), _) => {
            let is_total = part.library().is_some_and(|it| it.name == "aggregate");
            query.selection.aggregates |= is_total;
            query.selection.known &= is_total;
            let text = raw::read(part, origin);
            let spliced = text.iter().flat_map(SqlText::spliced);
            query.spliced.extend(spliced.map(|hole| crate::query::Spliced {
                value: hole.value.clone(),
                origin: hole.origin,
            }));
        }
        (None, Shape::Object(_)) => {
            for field in Given::of(part).fields {
                let written = column(&field.value).map(|name| format!("{name} as {}", field.name));
                match written {
                    Some(written) => build::select(query, &scope, (&written, origin)),
                    None => query.selection.known = false,
                }
            }
        }
        (None, Shape::Undefined | Shape::Null | Shape::Bool(_)) => {}
        _ => query.selection.known = false,
    }
}

/// `orderBy('name', 'desc')`, `orderBy([{ column: 'name', order: 'desc' }, 'id'])`.
fn orders(call: &LibraryCall<'_>, id: QueryId, machine: &mut dyn Machine) {
    let conditional = machine.is_conditional(id);
    let Some(query) = machine.query_mut(id) else { return };
    let scope = Scope::of(call.callee, query);
    let (keys, known) = items(&call.arg(0));
    let origin = call.method_origin;
    if !known && keys.is_empty() {
        let column = None;
        query.order.push(OrderKey { relation: None, column, ascending: true, conditional, origin });
    }
    for (key, certain) in keys {
        let conditional = conditional || !certain;
        let direction = match key.field("order") {
            Some(direction) => direction.clone(),
            None => call.arg(1),
        };
        let key = key.field("column").cloned().unwrap_or(key);
        let descends =
            direction.as_text().is_some_and(|word| word.to_ascii_lowercase().starts_with("desc"));
        let name = column(&key);
        build::order(query, &scope, name.as_deref(), (!descends, conditional, origin));
    }
}
