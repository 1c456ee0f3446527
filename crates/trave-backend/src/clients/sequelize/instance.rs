//! Rows that were read, and new ones: `user.save()`, `user.update({ … })`, `team.getUsers()`.

use std::sync::Arc;

use smol_str::SmolStr;
use trave_source::Origin;

use super::{MAPPER, NAME};
use crate::clients::entity::{Mapper, first_row, row, send};
use crate::clients::given::Given;
use crate::clients::placed::Place;
use crate::library::{Guess, LibraryCall, Machine, OWNER};
use crate::naming::{NamedRelation, NamedTable};
use crate::query::{Filter, FilterOp, Operation, Query};
use crate::value::{LibraryValue, Shape, Taint, Value};

/// `User.build({ … })`: a row that is not there yet.
pub(super) fn built(call: &LibraryCall<'_>, model: &SmolStr) -> Value {
    let made = LibraryValue::new(NAME, "record").named(model.clone());
    made.with("values", call.arg(0)).into_value().depending_on(call.args)
}

/// A method of an object of a class that extends `Model`, or of a row that `build` made.
pub(super) fn call(
    call: &LibraryCall<'_>,
    method: &str,
    machine: &mut dyn Machine,
) -> Option<Value> {
    let owner = call.callee.kept(OWNER).cloned();
    let name = match &owner {
        Some(owner) => Mapper::entity_of(owner, machine)?,
        None => call.callee.name.clone(),
    };
    let table = MAPPER.table(&name, machine);
    let this = owner.or_else(|| call.callee.kept("values").cloned());
    let this = this.unwrap_or_else(Value::unknown);
    let is_new = call.callee.kept("values").is_some();
    let guess = Guess {
        receiver: "",
        method,
        next: None,
        args: call.args,
        arg_origins: call.arg_origins,
        origin: call.origin,
    };
    let row = Row { this: &this, table: table.as_ref(), is_new };
    row.call(&guess, machine)
}

/// A method of rows that were read.
pub(super) fn on_rows(call: &Guess<'_>, rows: &Value, machine: &mut dyn Machine) -> Option<Value> {
    let Shape::Rows(id) = rows.shape else { return None };
    let query = machine.query_mut(id)?;
    if query.library != NAME {
        return None;
    }
    let (schema, name) = (query.schema.clone(), query.table.clone()?);
    let table = crate::declared::TableName { schema, name };
    let table = machine.declared_table(MAPPER.tool, &table);
    Row { this: rows, table: table.as_ref(), is_new: false }.call(call, machine)
}

/// A row whose method is called.
struct Row<'a> {
    this: &'a Value,
    table: Option<&'a Arc<NamedTable>>,
    is_new: bool,
}

impl Row<'_> {
    fn call(&self, call: &Guess<'_>, machine: &mut dyn Machine) -> Option<Value> {
        let given = call.args.first().cloned().unwrap_or_else(Value::undefined);
        let query = match call.method {
            "save" if self.is_new => {
                let mut query = self.query(Operation::Insert, call.origin);
                query.payload = Some(row(MAPPER, (self.this, self.table), machine));
                query
            }
            "save" | "restore" | "increment" | "decrement" => {
                let mut query = self.by_key(Operation::Update, call.origin, machine);
                query.payload = Some(Value::unknown().and_dependencies(self.this));
                query
            }
            "update" => {
                let mut query = self.by_key(Operation::Update, call.origin, machine);
                query.payload = Some(row(MAPPER, (&given, self.table), machine));
                query
            }
            "destroy" => self.by_key(Operation::Delete, call.origin, machine),
            "reload" => {
                let mut query = self.by_key(Operation::Select, call.origin, machine);
                query.selection.star = true;
                query.limit = Some(first_row(call.origin));
                query
            }
            _ => return self.associated(call, machine),
        };
        let found = send(query, machine);
        let is_row = call.method != "destroy";
        Some(if is_row { self.this.clone() } else { found })
    }

    fn query(&self, operation: Operation, origin: Origin) -> Query {
        MAPPER.query(operation, self.table, (origin, origin))
    }

    /// A query on the row itself.
    fn by_key(&self, operation: Operation, origin: Origin, machine: &mut dyn Machine) -> Query {
        let mut query = self.query(operation, origin);
        query.returning = operation == Operation::Update;
        let Some(table) = self.table else {
            query.incomplete = true;
            return query;
        };
        for column in &table.primary {
            let property = table.columns.iter().find(|(_, own)| *own == column);
            let value = property.map(|(property, _)| machine.member(self.this, property));
            let value = value.unwrap_or_else(Value::unknown);
            let filter = Filter::of_parent(column, origin);
            query.filters.push(Filter { op: FilterOp::Eq, value, ..filter });
        }
        query
    }

    /// `team.getUsers({ where })`, `team.countUsers()`, `team.createUser({ … })`,
    /// `team.$get('users')`.
    fn associated(&self, call: &Guess<'_>, machine: &mut dyn Machine) -> Option<Value> {
        let (verb, relation, at) = self.meant(call)?;
        let target = machine.named_table(MAPPER.tool, &relation.target);
        let operation = if verb == "create" { Operation::Insert } else { Operation::Select };
        let mut query = MAPPER.query(operation, target.as_ref(), (call.origin, call.origin));
        let given = call.args.get(at).cloned().unwrap_or_else(Value::undefined);
        if verb == "create" {
            query.payload = Some(row(MAPPER, (&given, target.as_ref()), machine));
            query.returning = true;
            return Some(send(query, machine).tainted(Taint::PART));
        }
        for column in &relation.target_columns {
            let key = Value::of(Shape::Unknown).and_dependencies(self.this);
            let filter = Filter::of_parent(column, call.origin);
            query.filters.push(Filter { op: FilterOp::Eq, value: key, ..filter });
        }
        query.incomplete |= relation.target_columns.is_empty();
        let argument = call.arg_origins.get(at).copied().unwrap_or(call.origin);
        let (path, target_origin) = (Vec::new(), call.origin);
        let place = Place { argument, path, call: call.origin, target: target_origin };
        let options = Given::of(&given);
        super::operation::said(&mut query, &options, (target.as_ref(), &place), machine);
        query.head = verb == "count";
        query.selection.star = query.selection.columns.is_empty() && !query.head;
        if !relation.is_list {
            query.limit = Some(first_row(call.origin));
        }
        let found = send(query, machine);
        Some(match (verb, relation.is_list) {
            ("count", _) => Value { shape: Shape::Unknown, ..found },
            (_, true) => found,
            (_, false) => found.tainted(Taint::PART),
        })
    }

    /// The verb, the association that it is said of, and where its argument stands.
    fn meant(&self, call: &Guess<'_>) -> Option<(&'static str, NamedRelation, usize)> {
        let table = self.table?;
        for (prefix, verb) in [("$get", "get"), ("$count", "count"), ("$create", "create")] {
            if call.method == prefix {
                let name = call.args.first()?.as_text()?;
                return Some((verb, table.relations.get(name)?.clone(), 1));
            }
        }
        for verb in ["get", "count", "create"] {
            let Some(rest) = call.method.strip_prefix(verb).filter(|it| !it.is_empty()) else {
                continue;
            };
            let is_it = |property: &SmolStr| {
                let same = |one: &str| one.eq_ignore_ascii_case(rest);
                same(property) || verb == "create" && same(property.trim_end_matches('s'))
            };
            let relation = table.relations.iter().find(|(property, _)| is_it(property));
            return relation.map(|(_, relation)| (verb, relation.clone(), 0));
        }
        None
    }
}
