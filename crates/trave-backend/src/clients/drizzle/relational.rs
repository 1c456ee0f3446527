//! Relational queries: `db.query.users.findMany({ where, with, columns, orderBy, limit })`.

use std::sync::Arc;

use smol_str::SmolStr;
use trave_source::Origin;

use super::condition::{self, comparison};
use super::table::{TableFacts, operators};
use super::{NAME, builder};
use crate::clients::given::{Given, GivenField, defined, items};
use crate::clients::sql::{direct, rows};
use crate::declared::Tool;
use crate::effect::Effect;
use crate::library::{LibraryCall, Machine};
use crate::naming::{NamedRelation, NamedTable};
use crate::query::{
    Bound, Embed, Filter, FilterOp, Operation, OrderKey, Query, SelectedColumn, Selection,
};
use crate::value::{Shape, Taint, Value};

/// How deep relations inside relations are followed.
const DEPTH_MAX: usize = 12;

/// Where a relational query stands.
#[derive(Clone, Copy)]
struct Place<'p> {
    argument: Origin,
    path: &'p [SmolStr],
    call: Origin,
    target: Origin,
}

impl Place<'_> {
    fn origin(&self, name: &str, machine: &dyn Machine) -> Origin {
        let path = self.path.iter().map(SmolStr::as_str);
        let path: Vec<&str> = path.chain(std::iter::once(name)).collect();
        machine.place_in(self.argument, &path).unwrap_or(self.target)
    }
}

/// The table that a query is about, as a value, and as it was declared.
struct Subject {
    value: Value,
    facts: TableFacts,
    declared: Option<Arc<NamedTable>>,
}

impl Subject {
    fn of(value: Value, machine: &dyn Machine) -> Option<Self> {
        let facts = TableFacts::of(&value)?;
        let declared = machine.declared_table(Tool::Drizzle, &facts.full_name());
        Some(Self { value, facts, declared })
    }

    fn named(name: &str, machine: &dyn Machine) -> Option<Self> {
        let declared = machine.named_table(Tool::Drizzle, name)?;
        Self::of(TableFacts::declared(&declared), machine)
    }
}

/// `findMany(…)` and `findFirst(…)`.
pub(super) fn call(call: &LibraryCall<'_>, machine: &mut dyn Machine) -> Option<Value> {
    let is_one = match call.method? {
        "findMany" => false,
        "findFirst" => true,
        _ => return None,
    };
    let name = call.callee.name.clone();
    let schema = call.callee.kept("schema").cloned();
    let made = schema.map(|schema| machine.member(&schema, &name));
    let subject = made.and_then(|made| Subject::of(made, machine));
    let subject = subject.or_else(|| Subject::named(&name, machine));
    let mut target = call.origin;
    let length = u32::try_from(call.method.map_or(0, str::len)).unwrap_or(0);
    if call.method_origin.span.start > target.span.start {
        target.span.end = target.span.end.min(call.method_origin.span.start + length);
    }
    let place = Place { argument: call.arg_origin(0), path: &[], call: call.origin, target };
    let mut query = new_query(subject.as_ref(), place.call, target);
    let args = Given::of(&call.arg(0));
    query.incomplete |= args.rest.is_some();
    if let Some(subject) = &subject {
        read(&mut query, &args, (subject, place), machine);
    }
    if is_one {
        let value = Value::of(Shape::Number(1.0));
        query.limit = Some(Bound { value, conditional: false, origin: target });
    }
    let id = machine.start_query(query);
    machine.record(Effect::Query(id));
    let found = rows(Some(id), machine);
    Some(if is_one { found.tainted(Taint::PART) } else { found })
}

fn new_query(subject: Option<&Subject>, call: Origin, target: Origin) -> Query {
    let mut query = Query::new(NAME, direct(), call);
    query.operation = Some(Operation::Select);
    query.target_origin = target;
    if let Some(subject) = subject {
        builder::name_table(&mut query, &subject.facts);
    }
    query
}

fn read(
    query: &mut Query,
    args: &Given,
    (subject, place): (&Subject, Place<'_>),
    machine: &mut dyn Machine,
) {
    query.selection = selection(args, (subject, place), machine);
    if let Some(field) = args.field("where") {
        let origin = place.origin("where", machine);
        filter(query, field, (subject, origin), machine);
    }
    if let Some(field) = args.field("orderBy") {
        let origin = place.origin("orderBy", machine);
        let key = applied(&field.value, subject, machine);
        if matches!(key.shape, Shape::Object(_)) {
            order_object(query, &key, (subject, origin));
        } else {
            let table = Some(&subject.facts);
            builder::order(query, table, (&key, field.is_optional, origin));
        }
    }
    let bound = |name: &str| {
        let field = args.field(name)?;
        let (value, optional) = defined(&field.value)?;
        let conditional = field.is_optional || optional;
        Some(Bound { value, conditional, origin: place.origin(name, machine) })
    };
    (query.limit, query.offset) = (bound("limit"), bound("offset"));
}

/// A value, or what a function of the table and the operators gives.
fn applied(value: &Value, subject: &Subject, machine: &mut dyn Machine) -> Value {
    match value.shape {
        Shape::Function(_) => machine.run(value, vec![subject.value.clone(), operators()]),
        _ => value.clone(),
    }
}

fn filter(
    query: &mut Query,
    field: &GivenField,
    (subject, origin): (&Subject, Origin),
    machine: &mut dyn Machine,
) {
    let given = applied(&field.value, subject, machine);
    let is_object = |value: &Value| matches!(value.shape, Shape::Object(_));
    if given.alternatives().iter().any(is_object) {
        return object(query, &given, (subject, origin, field.is_optional));
    }
    condition::read(query, &subject.facts, (&given, field.is_optional), origin);
}

/// `where: { id: 1, name: { like: '%x%' } }` of newer versions.
fn object(
    query: &mut Query,
    given: &Value,
    (subject, origin, conditional): (&Subject, Origin, bool),
) {
    let given = Given::of(given);
    query.incomplete |= given.rest.is_some();
    for field in &given.fields {
        let conditional = conditional || field.is_optional;
        if field.name == "AND" {
            for (item, certain) in items(&field.value).0 {
                object(query, &item, (subject, origin, conditional || !certain));
            }
            continue;
        }
        let Some(column) = subject.facts.column(&field.name) else {
            query.incomplete = true;
            continue;
        };
        let mut push = |op: FilterOp, negated: bool, value: Value| {
            query.filters.push(Filter {
                relation: None,
                column: column.clone(),
                path: None,
                op,
                negated,
                any_of: None,
                value,
                conditional,
                origin,
            });
        };
        if !matches!(field.value.shape, Shape::Object(_)) {
            push(FilterOp::Eq, false, field.value.clone());
            continue;
        }
        for part in Given::of(&field.value).fields {
            match comparison(&part.name) {
                Some((op, negated)) => push(op, negated, part.value),
                None => push(FilterOp::Other, false, part.value),
            }
        }
    }
}

fn order_object(query: &mut Query, given: &Value, (subject, origin): (&Subject, Origin)) {
    for field in Given::of(given).fields {
        query.order.push(OrderKey {
            relation: None,
            column: subject.facts.column(&field.name),
            ascending: field.value.as_text() != Some("desc"),
            conditional: field.is_optional,
            origin,
        });
    }
}

/// `columns`, `with`.
fn selection(
    args: &Given,
    (subject, place): (&Subject, Place<'_>),
    machine: &mut dyn Machine,
) -> Selection {
    let mut selection = Selection { known: true, ..Selection::default() };
    match args.value("columns") {
        Some(columns) => choose(&mut selection, columns, (subject, place), machine),
        None => selection.star = true,
    }
    let Some(with) = args.value("with") else { return selection };
    let given = Given::of(with);
    selection.known &= given.rest.is_none();
    let relations = subject.declared.as_ref().map(|declared| declared.relations.clone());
    for field in &given.fields {
        let relation = relations.as_ref().and_then(|all| all.get(&field.name));
        if field.value.shape == Shape::Bool(false) || place.path.len() > 2 * DEPTH_MAX {
            continue;
        }
        match relation {
            Some(relation) => {
                selection.embeds.extend(embed(field, relation, place, machine));
            }
            None => selection.known = false,
        }
    }
    selection
}

/// Columns that are asked for, or all but those that are not.
fn choose(
    selection: &mut Selection,
    columns: &Value,
    (subject, place): (&Subject, Place<'_>),
    machine: &dyn Machine,
) {
    let given = Given::of(columns);
    selection.known &= given.rest.is_none();
    let origin = place.origin("columns", machine);
    let is = |key: &str, wanted: bool| {
        given.value(key).is_some_and(|value| value.shape == Shape::Bool(wanted))
    };
    let only = given.fields.iter().any(|field| field.value.shape == Shape::Bool(true));
    let keys = subject.declared.iter().flat_map(|declared| declared.columns.iter());
    for (key, column) in keys {
        if if only { is(key, true) } else { !is(key, false) } {
            let alias = (column != key).then(|| key.clone());
            selection.columns.push(SelectedColumn { name: column.clone(), origin, alias });
        }
    }
    selection.known &= subject.declared.is_some();
}

/// Related rows that come along; a list that says more than that is a query of its own.
fn embed(
    field: &GivenField,
    relation: &NamedRelation,
    place: Place<'_>,
    machine: &mut dyn Machine,
) -> Option<Embed> {
    let target = Subject::named(&relation.target, machine)?;
    let args = Given::of(&field.value);
    let mut path = place.path.to_vec();
    path.extend([SmolStr::new_static("with"), field.name.clone()]);
    let here = Place { path: &path, ..place };
    let written: Vec<&str> = path.iter().map(SmolStr::as_str).collect();
    let origin = machine.place_in(place.argument, &written).unwrap_or(place.target);
    let selection = selection(&args, (&target, here), machine);
    let own_query = ["where", "orderBy", "limit"];
    if relation.is_list && own_query.iter().any(|name| args.field(name).is_some()) {
        let mut query = new_query(Some(&target), place.call, origin);
        query.nested = true;
        let key = relation.target_columns.first();
        query.filters.extend(key.map(|column| Filter::of_parent(column, origin)));
        read(&mut query, &args, (&target, here), machine);
        let id = machine.start_query(query);
        machine.record(Effect::Query(id));
    }
    let hint = relation.target_columns.first().filter(|_| relation.is_list);
    Some(Embed {
        relation: target.facts.name.clone(),
        hint: hint.cloned(),
        alias: Some(field.name.clone()),
        inner: false,
        selection,
        origin,
    })
}
