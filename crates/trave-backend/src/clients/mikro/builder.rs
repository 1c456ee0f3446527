//! Query builders: `em.createQueryBuilder(User, 'u').where({ … }).limit(10).getResult()`.

use std::collections::BTreeMap;
use std::sync::Arc;

use smol_str::{SmolStr, format_smolstr};

use super::{MAPPER, NAME};
use crate::clients::entity::{add_related, first_row, orders, row};
use crate::clients::given::{GivenField, defined};
use crate::clients::placed::{Place, target_of};
use crate::clients::sql::marks::question;
use crate::clients::sql::text::SqlText;
use crate::clients::sql::{conditions_in, rows};
use crate::effect::Effect;
use crate::library::{LibraryCall, Machine};
use crate::naming::NamedTable;
use crate::query::{Bound, Filter, Operation, Query, Spliced};
use crate::value::{LibraryValue, Object, QueryId, Shape, Taint, Value};

/// `em.createQueryBuilder(User, 'u')`.
pub(super) fn started(
    call: &LibraryCall<'_>,
    (table, alias): (Option<&Arc<NamedTable>>, &Value),
    machine: &mut dyn Machine,
) -> Value {
    let target = target_of(call, call.method.unwrap_or_default());
    let mut query = MAPPER.query(Operation::Select, table, (call.origin, target));
    query.selection.star = true;
    let mut made = LibraryValue::new(NAME, "builder").with("names", machine.object());
    if alias.as_text().is_some() {
        made = made.with("alias", alias.clone());
    }
    made.query = Some(machine.start_query(query));
    made.into_value()
}

/// A call of a method of a builder.
pub(super) fn call(
    call: &LibraryCall<'_>,
    method: &str,
    machine: &mut dyn Machine,
) -> Option<Value> {
    let id = call.callee.query?;
    let same = Some(call.callee.clone().into_value());
    if let Some(query) = machine.query_mut(id)
        && query.origin.file == call.origin.file
        && call.origin.span.holds(query.origin.span)
    {
        query.origin.span = call.origin.span;
    }
    match method {
        "getResult" | "getResultList" | "getSingleResult" | "execute" | "getCount"
        | "getResultAndCount" | "stream" => return Some(end(call, method, id, machine)),
        "then" | "catch" | "finally" => return None,
        "getQuery" | "getFormattedQuery" | "getParams" | "getKnexQuery" | "getKnex" => {
            return Some(Value::of(Shape::Unknown));
        }
        "as" => {
            if let Some(query) = machine.query_mut(id) {
                query.nested = true;
            }
            machine.record(Effect::Query(id));
            return Some(Value::of(Shape::Unknown).tainted(Taint::ROWS));
        }
        "where" | "andWhere" | "orWhere" => filter(call, method, id, machine),
        "insert" | "update" | "delete" | "truncate" => write(call, method, id, machine),
        "leftJoin" | "innerJoin" | "join" | "leftJoinAndSelect" | "innerJoinAndSelect"
        | "joinAndSelect" => join(call, id, machine),
        "orderBy" | "andOrderBy" => order(call, id, machine),
        _ => modify(call, method, id, machine),
    };
    same
}

fn modify(
    call: &LibraryCall<'_>,
    method: &str,
    id: QueryId,
    machine: &mut dyn Machine,
) -> Option<()> {
    let conditional = machine.is_conditional(id);
    let query = machine.query_mut(id)?;
    let bound = |at: usize| {
        let (value, optional) = defined(&call.arg(at))?;
        let conditional = conditional || optional;
        Some(Bound { value, conditional, origin: call.method_origin })
    };
    match method {
        "limit" => {
            query.limit = bound(0).or_else(|| query.limit.take());
            query.offset = bound(1).or_else(|| query.offset.take());
        }
        "offset" => query.offset = bound(0).or_else(|| query.offset.take()),
        "count" => query.head = true,
        "groupBy" => query.selection.aggregates = true,
        "select" | "addSelect" => {
            query.selection.star = call.arg(0).as_text() == Some("*");
            query.selection.known = query.selection.star;
        }
        "onConflict" => query.operation = Some(Operation::Upsert),
        "ignore" => query.keeps_existing = true,
        "withSubQuery" | "having" => query.incomplete = true,
        _ => {}
    }
    Some(())
}

/// `insert(data)`, `update(data)`, `delete(conditions)`.
fn write(
    call: &LibraryCall<'_>,
    method: &str,
    id: QueryId,
    machine: &mut dyn Machine,
) -> Option<()> {
    let table = MAPPER.table_of(id, machine);
    let given = call.arg(0);
    let written = row(MAPPER, (&given, table.as_ref()), machine);
    let query = machine.query_mut(id)?;
    query.selection.star = false;
    query.operation = Some(match method {
        "insert" => Operation::Insert,
        "update" => Operation::Update,
        _ => Operation::Delete,
    });
    if matches!(method, "insert" | "update") {
        query.payload = Some(written);
        return Some(());
    }
    filter(call, "where", id, machine)
}

/// `leftJoin('u.books', 'b')`: `b` is what `books` leads to.
fn join(call: &LibraryCall<'_>, id: QueryId, machine: &mut dyn Machine) -> Option<()> {
    let (path, alias) = (call.arg(0), call.arg(1));
    let path = own_path(call.callee, path.as_text()?, machine);
    let table = MAPPER.table_of(id, machine)?;
    if let (Some(alias), Some(names)) = (alias.as_text(), call.callee.kept("names").cloned()) {
        machine.keep(&names, alias, Value::text(path.clone()));
    }
    let origin = call.arg_origin(0);
    let mut selection = std::mem::take(&mut machine.query_mut(id)?.selection);
    let named = Value::text(path);
    add_related(MAPPER, &mut selection, (&named, &table), (origin, machine));
    machine.query_mut(id)?.selection = selection;
    Some(())
}

/// A path without the names of joined tables: `b.title` is `books.title`, `u.name` is `name`.
fn own_path(builder: &LibraryValue, path: &str, machine: &mut dyn Machine) -> SmolStr {
    let Some((first, rest)) = path.split_once('.') else { return path.into() };
    let alias = builder.kept("alias").and_then(Value::as_text);
    if alias == Some(first) {
        return rest.into();
    }
    let joined = builder.kept("names").and_then(|names| machine.kept(names, first));
    match joined.as_ref().and_then(Value::as_text) {
        Some(joined) => format_smolstr!("{joined}.{rest}"),
        None => path.into(),
    }
}

/// An object whose keys name no joined tables.
fn plain(builder: &LibraryValue, given: &Value, depth: u32, machine: &mut dyn Machine) -> Value {
    let Some(depth) = depth.checked_sub(1) else { return given.clone() };
    match &given.shape {
        Shape::Object(object) => {
            let mut fields = BTreeMap::new();
            for (name, value) in &object.fields {
                let value = if name.starts_with('$') {
                    plain(builder, value, depth, machine)
                } else {
                    value.clone()
                };
                fields.insert(own_path(builder, name, machine), value);
            }
            let rest = object.rest.clone();
            Value { shape: Shape::Object(Arc::new(Object { fields, rest })), ..given.clone() }
        }
        Shape::Array(items) => {
            Value::array(items.iter().map(|item| plain(builder, item, depth, machine)).collect())
        }
        _ => given.clone(),
    }
}

/// `where({ … })`, `where('lower(name) = ?', [name])`.
fn filter(
    call: &LibraryCall<'_>,
    method: &str,
    id: QueryId,
    machine: &mut dyn Machine,
) -> Option<()> {
    let conditional = machine.is_conditional(id);
    let before = machine.query_mut(id)?.filters.len();
    let given = call.arg(0);
    if matches!(given.shape, Shape::Text(_) | Shape::Template(_)) || call.pieces(0).is_some() {
        text(call, id, machine)?;
    } else {
        objects(call, &given, id, machine)?;
    }
    let query = machine.query_mut(id)?;
    for filter in query.filters.iter_mut().skip(before) {
        filter.conditional |= conditional;
    }
    if method == "orWhere" && before > 0 {
        let groups = query.filters.iter().filter_map(|filter| filter.any_of).max().unwrap_or(0);
        query.filters.iter_mut().for_each(|filter| filter.any_of = Some(groups + 1));
    }
    Some(())
}

fn objects(
    call: &LibraryCall<'_>,
    given: &Value,
    id: QueryId,
    machine: &mut dyn Machine,
) -> Option<()> {
    let table = MAPPER.table_of(id, machine);
    let given = plain(call.callee, given, 8, machine);
    let target = target_of(call, call.method.unwrap_or_default());
    let argument = call.arg_origin(0);
    let place = Place { argument, path: Vec::new(), call: call.origin, target };
    let mut scratch = Query::new(NAME, crate::clients::sql::direct(), call.origin);
    scratch.filters.clone_from(&machine.query_mut(id)?.filters);
    MAPPER.filter(&mut scratch, (&given, table.as_ref()), (place, true, &mut *machine));
    let query = machine.query_mut(id)?;
    query.filters = scratch.filters;
    query.incomplete |= scratch.incomplete;
    Some(())
}

/// A condition that is written as SQL.
fn text(call: &LibraryCall<'_>, id: QueryId, machine: &mut dyn Machine) -> Option<()> {
    let text = question(SqlText::of_argument(call, 0), &call.arg(1));
    let table = machine.query_mut(id)?.table.clone();
    let alias = call.callee.kept("alias").and_then(Value::as_text).map(SmolStr::new);
    let found = table.and_then(|table| conditions_in(&text, &alias.unwrap_or(table)));
    let query = machine.query_mut(id)?;
    query.spliced.extend(
        text.spliced().map(|hole| Spliced { value: hole.value.clone(), origin: hole.origin }),
    );
    let (filters, incomplete): (Vec<Filter>, bool) = found.unwrap_or((Vec::new(), true));
    query.incomplete |= incomplete;
    query.filters.extend(filters);
    Some(())
}

fn order(call: &LibraryCall<'_>, id: QueryId, machine: &mut dyn Machine) -> Option<()> {
    let table = MAPPER.table_of(id, machine);
    let value = plain(call.callee, &call.arg(0), 8, machine);
    let is_optional = machine.is_conditional(id);
    let field = GivenField { name: "orderBy".into(), value, is_optional };
    let target = target_of(call, "orderBy");
    let argument = call.arg_origin(0);
    let place = Place { argument, path: Vec::new(), call: call.origin, target };
    let mut scratch = Query::new(NAME, crate::clients::sql::direct(), call.origin);
    orders(MAPPER, &mut scratch, (&field, table.as_ref()), (&place, machine));
    machine.query_mut(id)?.order.extend(scratch.order);
    Some(())
}

/// Sends the query.
fn end(call: &LibraryCall<'_>, method: &str, id: QueryId, machine: &mut dyn Machine) -> Value {
    let takes_one = method == "getSingleResult" || call.arg(0).as_text() == Some("get");
    let origin = call.method_origin;
    if let Some(query) = machine.query_mut(id) {
        query.head |= method == "getCount";
        if takes_one {
            query.limit.get_or_insert_with(|| first_row(origin));
        }
    }
    machine.record(Effect::Query(id));
    let found = rows(Some(id), machine);
    match method {
        "getCount" => Value { shape: Shape::Unknown, ..found },
        "getResultAndCount" => {
            let count = Value { shape: Shape::Unknown, ..found.clone() };
            Value::array(vec![found, count])
        }
        _ if takes_one => found.tainted(Taint::PART),
        _ => found,
    }
}

/// A builder that is awaited sends its query.
pub(super) fn sent(builder: &LibraryValue, machine: &mut dyn Machine) -> Option<Value> {
    let id = builder.query?;
    machine.record(Effect::Query(id));
    Some(rows(Some(id), machine))
}
