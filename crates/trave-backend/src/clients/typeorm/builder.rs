//! Query builders: one query that its methods change, sent by the last of them.

use std::sync::Arc;

use smol_str::SmolStr;

use super::condition::{self, Tables};
use super::operation::Rows;
use super::{MAPPER, NAME, join};
use crate::clients::entity::{Mapper, first_row, is_descending, row};
use crate::clients::given::{Given, defined};
use crate::clients::placed::target_of;
use crate::clients::sql::rows;
use crate::effect::Effect;
use crate::library::{LibraryCall, Machine};
use crate::naming::NamedTable;
use crate::query::{Bound, Operation, OrderKey, Query, SelectedColumn, Spliced};
use crate::value::{LibraryValue, QueryId, Shape, Taint, Value};

/// `repository.createQueryBuilder('u')`.
pub(super) fn begin(
    call: &LibraryCall<'_>,
    method: &str,
    of: &Rows,
    machine: &mut dyn Machine,
) -> Option<Value> {
    if method != "createQueryBuilder" {
        return None;
    }
    let alias = call.arg(of.shift);
    Some(started(call, (of.table.as_ref(), &alias), machine))
}

/// `manager.createQueryBuilder(User, 'u')`, `manager.createQueryBuilder()`.
pub(super) fn of_manager(call: &LibraryCall<'_>, machine: &mut dyn Machine) -> Value {
    let table = Mapper::entity_of(&call.arg(0), machine);
    let table = table.and_then(|name| MAPPER.table(&name, machine));
    started(call, (table.as_ref(), &call.arg(1)), machine)
}

/// `qb.subQuery()`: a query that stands inside another one.
pub(super) fn sub_query(call: &LibraryCall<'_>, machine: &mut dyn Machine) -> Value {
    let made = started(call, (None, &Value::undefined()), machine);
    if let Some(query) = made.library().and_then(|it| it.query).and_then(|id| machine.query_mut(id))
    {
        query.nested = true;
    }
    made
}

fn started(
    call: &LibraryCall<'_>,
    (table, alias): (Option<&Arc<NamedTable>>, &Value),
    machine: &mut dyn Machine,
) -> Value {
    let target = target_of(call, call.method.unwrap_or_default());
    let mut query = MAPPER.query(Operation::Select, table, (call.origin, target));
    query.selection.star = true;
    let object = machine.object();
    let mut made = LibraryValue::new(NAME, "builder").with("spent", object);
    made.query = Some(machine.start_query(query));
    called(made, alias).into_value()
}

fn called(builder: LibraryValue, alias: &Value) -> LibraryValue {
    match alias.as_text() {
        Some(_) => builder.with("alias", alias.clone()),
        None => builder,
    }
}

/// A call of a method of a builder.
pub(super) fn call(
    call: &LibraryCall<'_>,
    method: &str,
    machine: &mut dyn Machine,
) -> Option<Value> {
    let id = call.callee.query?;
    if is_end(method) {
        return Some(end(call, method, id, machine));
    }
    let same = Some(call.callee.clone().into_value());
    match method {
        "getQuery" | "getSql" => {
            if machine.query_mut(id)?.nested {
                machine.record(Effect::Query(id));
            }
            return Some(Value::of(Shape::Unknown));
        }
        "getQueryAndParameters" | "getParameters" => return Some(Value::of(Shape::Unknown)),
        "subQuery" => return Some(sub_query(call, machine)),
        "clone" => return Some(cloned(call.callee, id, machine)),
        "relation" => return None,
        _ => {}
    }
    let query = machine.query_mut(id)?;
    if query.origin.file == call.origin.file && call.origin.span.holds(query.origin.span) {
        query.origin.span = call.origin.span;
    }
    if join::is_join(method) {
        join::add(call, method, id, machine);
        return same;
    }
    match method {
        "where" | "andWhere" | "orWhere" => condition::add(call, method, id, machine),
        "from" | "into" | "update" | "delete" | "insert" | "softDelete" | "restore" => {
            return Some(operation(call, method, id, machine));
        }
        "set" | "values" => write(&call.arg(0), id, machine),
        "select" | "addSelect" => select(call, method, id, machine),
        "orderBy" | "addOrderBy" => order(call, method, id, machine),
        "groupBy" | "addGroupBy" => {
            machine.query_mut(id)?.selection.aggregates = true;
            splice(call, 0, id, machine)
        }
        "having" | "andHaving" | "orHaving" => splice(call, 0, id, machine),
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
    let table = MAPPER.table_of(id, machine);
    let query = machine.query_mut(id)?;
    let bound = || {
        let (value, optional) = defined(&call.arg(0))?;
        let conditional = conditional || optional;
        Some(Bound { value, conditional, origin: call.method_origin })
    };
    match method {
        "take" | "limit" => query.limit = bound().or_else(|| query.limit.take()),
        "skip" | "offset" => query.offset = bound().or_else(|| query.offset.take()),
        "returning" | "output" => query.returning = true,
        "orUpdate" | "onConflict" | "orIgnore" => {
            query.operation = Some(Operation::Upsert);
            query.keeps_existing = method == "orIgnore";
            let second = call.arg(1);
            query.conflict_columns = match &second.shape {
                Shape::Array(items) => {
                    items.iter().map(|item| item.as_text().map(SmolStr::new)).collect()
                }
                _ => None,
            };
        }
        "whereInIds" | "andWhereInIds" | "orWhereInIds" => {
            let key = table.as_ref().and_then(|table| table.primary.first());
            let origin = call.arg_origin(0);
            query.filters.extend(key.map(|column| crate::query::Filter {
                value: call.arg(0),
                conditional,
                ..crate::query::Filter::of_parent(column, origin)
            }));
        }
        "loadRelationCountAndMap"
        | "loadAllRelationIds"
        | "setFindOptions"
        | "addCommonTableExpression" => {
            query.incomplete = true;
        }
        _ => {}
    }
    Some(())
}

/// `insert().into(User)`, `update(User)`, `delete().from(User, 'u')`.
fn operation(
    call: &LibraryCall<'_>,
    method: &str,
    id: QueryId,
    machine: &mut dyn Machine,
) -> Value {
    let does = match method {
        "insert" => Some(Operation::Insert),
        "update" | "softDelete" | "restore" => Some(Operation::Update),
        "delete" => Some(Operation::Delete),
        _ => None,
    };
    let given = call.arg(0);
    let entity = Mapper::entity_of(&given, machine);
    let table = entity.as_ref().and_then(|name| MAPPER.table(name, machine));
    let second = call.arg(1);
    if let Some(query) = machine.query_mut(id) {
        if does.is_some() {
            query.operation = does;
            query.selection.star = false;
        }
        if let Some(table) = &table {
            query.table = Some(table.table.name.clone());
            query.schema.clone_from(&table.table.schema);
            query.target_origin = call.arg_origin(0);
        } else if matches!(method, "from" | "into") {
            // A query inside, or something that is not known.
            query.incomplete |= query.table.is_none();
        }
    }
    match (method, table.is_some()) {
        ("update", true) if second.as_text().is_none() && call.args.len() > 1 => {
            write(&second, id, machine);
        }
        ("update", false) if matches!(given.shape, Shape::Object(_)) => {
            write(&given, id, machine);
        }
        _ => {}
    }
    if method == "softDelete" || method == "restore" {
        write(&Value::unknown(), id, machine);
    }
    called(call.callee.clone(), &second).into_value()
}

/// What is written.
fn write(given: &Value, id: QueryId, machine: &mut dyn Machine) -> Option<()> {
    let table = MAPPER.table_of(id, machine);
    let payload = row(MAPPER, (given, table.as_ref()), machine);
    machine.query_mut(id)?.payload = Some(payload);
    Some(())
}

/// `select(['u.id', 'u.name'])`, `addSelect('COUNT(*)', 'count')`.
fn select(
    call: &LibraryCall<'_>,
    method: &str,
    id: QueryId,
    machine: &mut dyn Machine,
) -> Option<()> {
    let tables = Tables::of(call.callee, machine);
    let given = call.arg(0);
    if matches!(given.shape, Shape::Undefined) {
        return Some(());
    }
    let texts: Option<Vec<SmolStr>> = match &given.shape {
        Shape::Array(items) => items.iter().map(|it| it.as_text().map(SmolStr::new)).collect(),
        Shape::Text(text) => Some(vec![text.clone()]),
        _ => None,
    };
    splice(call, 0, id, machine);
    let origin = call.arg_origin(0);
    let query = machine.query_mut(id)?;
    if method == "select" {
        query.selection.star = false;
        query.selection.columns.clear();
    }
    let Some(texts) = texts else {
        query.selection.known = false;
        return Some(());
    };
    for text in texts {
        let Some((alias, property)) = text.split_once('.').filter(|(_, it)| is_word(it)) else {
            let own = tables.as_ref().and_then(|tables| tables.named(&text));
            match own {
                Some((_, true)) => query.selection.star = true,
                Some(_) => {}
                None if is_aggregate(&text) => query.selection.aggregates = true,
                None => query.selection.known = false,
            }
            continue;
        };
        let Some((Some(table), is_own)) = tables.as_ref().and_then(|it| it.named(alias)) else {
            query.selection.known = false;
            continue;
        };
        match table.column(property).filter(|_| is_own) {
            Some(column) => {
                let alias = (column != property).then(|| property.into());
                let name = column.clone();
                query.selection.columns.push(SelectedColumn { name, origin, alias });
            }
            None => query.selection.known &= !is_own,
        }
    }
    Some(())
}

fn is_word(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|it| it.is_ascii_alphanumeric() || it == b'_')
}

fn is_aggregate(text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    ["count(", "sum(", "avg(", "max(", "min(", "_agg("].iter().any(|name| text.contains(name))
}

/// Text that a value becomes part of.
fn splice(call: &LibraryCall<'_>, at: usize, id: QueryId, machine: &mut dyn Machine) -> Option<()> {
    let text = crate::clients::sql::text::SqlText::of_argument(call, at);
    let spliced = text.spliced().filter(|hole| hole.value.free_text().is_some());
    let spliced = spliced.map(|hole| Spliced { value: hole.value.clone(), origin: hole.origin });
    let spliced: Vec<Spliced> = spliced.collect();
    machine.query_mut(id)?.spliced.extend(spliced);
    Some(())
}

/// `orderBy('u.createdAt', 'DESC')`, `orderBy({ 'u.createdAt': 'DESC' })`.
fn order(
    call: &LibraryCall<'_>,
    method: &str,
    id: QueryId,
    machine: &mut dyn Machine,
) -> Option<()> {
    let conditional = machine.is_conditional(id);
    let tables = Tables::of(call.callee, machine);
    let given = call.arg(0);
    if !matches!(given.shape, Shape::Object(_)) {
        splice(call, 0, id, machine);
    }
    let origin = call.arg_origin(0);
    let mut keys: Vec<(Option<SmolStr>, bool)> = Vec::new();
    match &given.shape {
        Shape::Undefined => {}
        Shape::Object(_) => {
            let fields = Given::of(&given);
            keys.extend(
                fields.fields.iter().map(|it| (Some(it.name.clone()), !is_descending(&it.value))),
            );
        }
        _ => keys.push((given.as_text().map(SmolStr::new), !is_descending(&call.arg(1)))),
    }
    let keys: Vec<OrderKey> = keys
        .into_iter()
        .map(|(written, ascending)| {
            let (relation, column) = sorted_by(written.as_deref(), tables.as_ref());
            OrderKey { relation, column, ascending, conditional, origin }
        })
        .collect();
    let query = machine.query_mut(id)?;
    if method == "orderBy" && !conditional {
        query.order.clear();
    }
    query.order.extend(keys);
    Some(())
}

/// The column that a text sorts by, and the joined table that it is of.
fn sorted_by(written: Option<&str>, tables: Option<&Tables>) -> (Option<SmolStr>, Option<SmolStr>) {
    let known = || {
        let (written, tables) = (written?, tables?);
        if let Some((alias, property)) = written.split_once('.') {
            let (table, is_own) = tables.named(alias)?;
            let relation = (!is_own).then(|| SmolStr::new(alias));
            return Some((relation, Some(table?.column(property)?.clone())));
        }
        let (_, _, table) = tables.all.first()?;
        Some((None, Some(table.as_ref()?.column(written)?.clone())))
    };
    known().unwrap_or_default()
}

fn is_end(method: &str) -> bool {
    matches!(
        method,
        "getMany"
            | "getOne"
            | "getOneOrFail"
            | "getRawMany"
            | "getRawOne"
            | "getRawAndEntities"
            | "getCount"
            | "getManyAndCount"
            | "getExists"
            | "execute"
            | "stream"
    )
}

/// Sends the query; one that was sent before is sent anew.
fn end(call: &LibraryCall<'_>, method: &str, id: QueryId, machine: &mut dyn Machine) -> Value {
    let spent = call.callee.kept("spent").cloned();
    let was_sent = spent.as_ref().is_some_and(|it| machine.kept(it, "sent").is_some());
    let id = match machine.query_mut(id).filter(|_| was_sent).map(|query| query.clone()) {
        Some(query) => machine.start_query(Query { head: false, ..query }),
        None => id,
    };
    if let Some(spent) = &spent {
        machine.keep(spent, "sent", Value::of(Shape::Bool(true)));
    }
    let origin = call.method_origin;
    if let Some(query) = machine.query_mut(id) {
        if query.origin.file == call.origin.file && call.origin.span.holds(query.origin.span) {
            query.origin.span = call.origin.span;
        }
        query.head = matches!(method, "getCount" | "getExists");
        if matches!(method, "getOne" | "getOneOrFail" | "getRawOne") {
            query.limit.get_or_insert_with(|| first_row(origin));
        }
    }
    machine.record(Effect::Query(id));
    let found = rows(Some(id), machine);
    let part = |found: &Value| Value { shape: Shape::Unknown, ..found.clone() };
    match method {
        "getOne" | "getOneOrFail" | "getRawOne" => found.tainted(Taint::PART),
        "getCount" | "getExists" => part(&found),
        "getManyAndCount" => {
            let count = part(&found);
            Value::array(vec![found, count])
        }
        "getRawAndEntities" => Value::object([("raw", found.clone()), ("entities", found)]),
        "execute" => written(found, machine, id),
        _ => found,
    }
}

/// `{ affected, raw, identifiers }` of a write; the rows of a read.
fn written(found: Value, machine: &mut dyn Machine, id: QueryId) -> Value {
    let reads = machine.query_mut(id).is_some_and(|it| it.operation == Some(Operation::Select));
    if reads {
        return found;
    }
    let part = Value { shape: Shape::Unknown, ..found.clone() };
    Value::object([
        ("affected", part.clone()),
        ("identifiers", part.clone()),
        ("generatedMaps", part),
        ("raw", found),
    ])
}

/// A builder with a query of its own that says the same so far.
fn cloned(builder: &LibraryValue, id: QueryId, machine: &mut dyn Machine) -> Value {
    let Some(query) = machine.query_mut(id).map(|query| query.clone()) else {
        return builder.clone().into_value();
    };
    let id = machine.start_query(query);
    let object = machine.object();
    let mut made = builder.clone().with("spent", object);
    made.query = Some(id);
    made.into_value()
}
