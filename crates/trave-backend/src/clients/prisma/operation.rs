//! Calls of a model: `prisma.user.findMany({ where, select, orderBy, take })`.

use std::sync::Arc;

use smol_str::SmolStr;
use trave_source::Origin;

use super::{NAME, data, filters, select};
use crate::clients::given::{Given, defined, items};
use crate::clients::placed::{Place, target_of};
use crate::clients::sql::{direct, rows};
use crate::declared::Tool;
use crate::effect::Effect;
use crate::library::{Guess, LibraryCall, Machine};
use crate::naming::NamedTable;
use crate::query::{Bound, Operation, OrderKey, Query};
use crate::value::{Object, Shape, Taint, Value};

/// What a method does, and what it gives back.
#[derive(Debug, Clone, Copy)]
struct Method {
    name: &'static str,
    operation: Operation,
    gives: Gives,
}

/// What a method gives back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Gives {
    /// One row, or none.
    Row,
    /// Rows.
    Rows,
    /// How many rows there are.
    Count,
    /// How many rows it touched.
    Touched,
    /// Totals over all rows.
    Totals,
    /// Totals of each group of rows.
    Groups,
}

const fn method(name: &'static str, operation: Operation, gives: Gives) -> Method {
    Method { name, operation, gives }
}

const METHODS: [Method; 17] = [
    method("findMany", Operation::Select, Gives::Rows),
    method("findFirst", Operation::Select, Gives::Row),
    method("findFirstOrThrow", Operation::Select, Gives::Row),
    method("findUnique", Operation::Select, Gives::Row),
    method("findUniqueOrThrow", Operation::Select, Gives::Row),
    method("create", Operation::Insert, Gives::Row),
    method("createMany", Operation::Insert, Gives::Touched),
    method("createManyAndReturn", Operation::Insert, Gives::Rows),
    method("update", Operation::Update, Gives::Row),
    method("updateMany", Operation::Update, Gives::Touched),
    method("updateManyAndReturn", Operation::Update, Gives::Rows),
    method("upsert", Operation::Upsert, Gives::Row),
    method("delete", Operation::Delete, Gives::Row),
    method("deleteMany", Operation::Delete, Gives::Touched),
    method("count", Operation::Select, Gives::Count),
    method("aggregate", Operation::Select, Gives::Totals),
    method("groupBy", Operation::Select, Gives::Groups),
];

/// The table of a model: the client calls it by its name with a small first letter.
fn table_of(model: &str, machine: &dyn Machine) -> Option<Arc<NamedTable>> {
    let mut letters = model.chars();
    let upper: String =
        letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect();
    let named = |name: &str| machine.named_table(Tool::Prisma, name);
    named(&upper).or_else(|| named(model))
}

/// A query that says nothing yet but its table.
pub(super) fn new_query(
    operation: Operation,
    table: Option<&Arc<NamedTable>>,
    (call, target): (Origin, Origin),
) -> Query {
    let mut query = Query::new(NAME, direct(), call);
    query.operation = Some(operation);
    query.target_origin = target;
    query.table = table.map(|table| table.table.name.clone());
    query.schema = table.and_then(|table| table.table.schema.clone());
    query
}

/// A call of a method of a model.
pub(super) fn call(
    call: &LibraryCall<'_>,
    (model, name): (&str, &str),
    machine: &mut dyn Machine,
) -> Option<Value> {
    let method = METHODS.iter().find(|method| method.name == name)?;
    let table = table_of(model, machine);
    let argument = call.arg_origin(0);
    let target = target_of(call, name);
    let place = Place { argument, path: Vec::new(), call: call.origin, target };
    let args = Given::of(&call.arg(0));
    let mut query = new_query(method.operation, table.as_ref(), (call.origin, target));
    query.incomplete |= args.rest.is_some();
    read(&mut query, (*method, &args), (table.as_ref(), &place), machine);
    if method.gives == Gives::Row && method.operation == Operation::Select {
        let value = Value::of(Shape::Number(1.0));
        query.limit = Some(Bound { value, conditional: false, origin: target });
    }
    let id = machine.start_query(query);
    machine.record(Effect::Query(id));
    let found = rows(Some(id), machine);
    Some(answer(method.gives, found))
}

fn answer(gives: Gives, found: Value) -> Value {
    let part = |found: &Value| Value { shape: Shape::Unknown, ..found.clone() };
    match gives {
        Gives::Rows | Gives::Groups => found,
        Gives::Row => found.tainted(Taint::PART),
        Gives::Count | Gives::Totals => part(&found),
        Gives::Touched => Value::object([("count", part(&found))]),
    }
}

fn read(
    query: &mut Query,
    (method, args): (Method, &Given),
    (table, place): (Option<&Arc<NamedTable>>, &Place),
    machine: &mut dyn Machine,
) {
    let given = args.value("where");
    if let (Some(given), true) = (given, method.operation != Operation::Upsert) {
        filters::read(query, (given, table), place.inside("where"), machine);
    }
    match method.operation {
        Operation::Insert | Operation::Update => {
            let written = args.value("data").cloned().unwrap_or_else(Value::unknown);
            query.payload = Some(data::read(&written, table, &place.inside("data"), machine));
        }
        Operation::Upsert => upsert(query, args, (table, place), machine),
        _ => {}
    }
    query.returning = query.operation != Some(Operation::Select)
        && matches!(method.gives, Gives::Row | Gives::Rows);
    query.head = method.gives == Gives::Count;
    match method.gives {
        Gives::Row | Gives::Rows => query.selection = select::read(args, table, place, machine),
        Gives::Totals | Gives::Groups => {
            query.selection.known = true;
            query.selection.aggregates = true;
        }
        Gives::Count | Gives::Touched => query.selection.known = true,
    }
    if method.operation == Operation::Select {
        orders(query, args, (table, place), machine);
        bounds(query, args, place, machine);
    }
}

/// `upsert({ where, create, update })`: what is written is one of the two.
fn upsert(
    query: &mut Query,
    args: &Given,
    (table, place): (Option<&Arc<NamedTable>>, &Place),
    machine: &mut dyn Machine,
) {
    let mut written = |name: &str| {
        let value = args.value(name).cloned().unwrap_or_else(Value::unknown);
        data::read(&value, table, &place.inside(name), machine)
    };
    let (created, updated) = (written("create"), written("update"));
    let nothing = Object::default();
    query.keeps_existing = matches!(&updated.shape, Shape::Object(object) if **object == nothing);
    query.payload = Some(created);
    query.conflict_columns =
        args.value("where").zip(table).and_then(|(given, table)| key_of(&Given::of(given), table));
}

/// The columns of the key that `where` of one row names, if it names nothing beside it.
fn key_of(given: &Given, table: &NamedTable) -> Option<Vec<SmolStr>> {
    let [only] = given.fields.as_slice() else { return None };
    if given.rest.is_some() {
        return None;
    }
    match table.keys.get(&only.name) {
        Some(key) => key.iter().map(|property| table.column(property).cloned()).collect(),
        None => Some(vec![table.column(&only.name)?.clone()]),
    }
}

/// `orderBy`: an object, or a list of them.
pub(super) fn orders(
    query: &mut Query,
    args: &Given,
    (table, place): (Option<&Arc<NamedTable>>, &Place),
    machine: &mut dyn Machine,
) {
    let Some(field) = args.field("orderBy") else {
        return cursor_order(query, args, (table, place), machine);
    };
    let place = place.inside("orderBy");
    let (keys, known) = items(&field.value);
    if !known && keys.is_empty() {
        query.order.push(unknown_key(place.origin(machine)));
    }
    for (key, certain) in keys {
        let given = Given::of(&key);
        for part in &given.fields {
            let origin = place.inside(&part.name).origin(machine);
            let conditional = !certain || field.is_optional || part.is_optional;
            let related = table.and_then(|table| table.relations.get(&part.name));
            let relation = related.map(|relation| {
                let target = machine.named_table(Tool::Prisma, &relation.target);
                target.map_or_else(|| relation.target.clone(), |it| it.table.name.clone())
            });
            let column = table.and_then(|table| table.column(&part.name)).cloned();
            let ascending = !is_descending(&part.value);
            query.order.push(OrderKey { relation, column, ascending, conditional, origin });
        }
        if given.rest.is_some() {
            query.order.push(unknown_key(place.origin(machine)));
        }
    }
}

/// Behind a cursor the rows come in the order of what it names.
fn cursor_order(
    query: &mut Query,
    args: &Given,
    (table, place): (Option<&Arc<NamedTable>>, &Place),
    machine: &dyn Machine,
) {
    let Some(cursor) = args.field("cursor") else { return };
    let origin = place.inside("cursor").origin(machine);
    for part in Given::of(&cursor.value).fields {
        let column = table.and_then(|table| table.column(&part.name)).cloned();
        query.order.push(OrderKey { column, conditional: true, ..unknown_key(origin) });
    }
}

fn unknown_key(origin: Origin) -> OrderKey {
    OrderKey { relation: None, column: None, ascending: true, conditional: false, origin }
}

fn is_descending(value: &Value) -> bool {
    value.as_text().or_else(|| value.field("sort")?.as_text()) == Some("desc")
}

/// `take` and `skip`. What is taken from the end counts like the same number from the start.
pub(super) fn bounds(query: &mut Query, args: &Given, place: &Place, machine: &mut dyn Machine) {
    let bound = |name: &str| {
        let field = args.field(name)?;
        let (value, may_be_undefined) = defined(&field.value)?;
        let value = match value.shape {
            Shape::Number(number) => Value::of(Shape::Number(number.abs())),
            _ => value,
        };
        let conditional = field.is_optional || may_be_undefined;
        Some(Bound { value, conditional, origin: place.inside(name).origin(machine) })
    };
    query.limit = bound("take").or_else(|| bound("limit"));
    query.offset = bound("skip");
}

/// A call on something unknown that names a model of the schema and a method of Prisma's.
pub(super) fn guess(guess: &Guess<'_>, machine: &mut dyn Machine) -> Option<Value> {
    METHODS.iter().find(|method| method.name == guess.method)?;
    table_of(guess.receiver, machine)?;
    let argument = guess.args.first();
    let names = ["where", "data", "select", "include", "create", "by", "orderBy"];
    let is_own = argument.is_some_and(|value| {
        let given = Given::of(value);
        names.iter().any(|name| given.field(name).is_some())
    });
    let is_unmistakable = matches!(guess.method, "findMany" | "findUnique" | "findFirst");
    if !is_own && !is_unmistakable {
        return None;
    }
    let model = super::named("model", guess.receiver);
    let call = guess.on(model.library()?);
    self::call(&call, (guess.receiver, guess.method), machine)
}
