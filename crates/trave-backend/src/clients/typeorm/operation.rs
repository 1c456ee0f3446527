//! Methods of repositories, and of managers that are told which entity: `find`, `update`, `save` …

use std::sync::Arc;

use smol_str::SmolStr;

use super::{MAPPER, save};
use crate::clients::entity::{
    Mapper, add_related, bound, choose, first_row, key_of, orders, row, send,
};
use crate::clients::given::{Given, GivenField};
use crate::clients::placed::{Place, target_of};
use crate::library::{LibraryCall, Machine};
use crate::naming::NamedTable;
use crate::query::{Filter, FilterOp, Operation, Query};
use crate::value::{Shape, Taint, Value};

/// Which rows a call is about.
#[derive(Debug, Clone)]
pub(super) struct Rows {
    /// Their table.
    pub(super) table: Option<Arc<NamedTable>>,
    /// Which argument comes first: before it stands the entity.
    pub(super) shift: usize,
}

impl Rows {
    /// The rows of an entity.
    pub(super) fn of(entity: Option<&SmolStr>, shift: usize, machine: &dyn Machine) -> Self {
        let table = entity.and_then(|entity| MAPPER.table(entity, machine));
        Self { table, shift }
    }
}

/// What a method is given first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Takes {
    /// `{ where, relations, order, take }`.
    Options,
    /// Conditions.
    Where,
    /// Conditions, a key or a list of keys.
    Criteria,
    /// The name of a column, then conditions.
    Column,
    /// Nothing that says which rows.
    Nothing,
}

/// What a method gives back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Gives {
    Rows,
    RowsAndCount,
    Row,
    Count,
    Totals,
    Touched,
}

struct Method {
    name: &'static str,
    operation: Operation,
    takes: Takes,
    gives: Gives,
}

const fn read(name: &'static str, takes: Takes, gives: Gives) -> Method {
    Method { name, operation: Operation::Select, takes, gives }
}

const fn write(name: &'static str, operation: Operation, takes: Takes) -> Method {
    Method { name, operation, takes, gives: Gives::Touched }
}

const METHODS: [Method; 32] = [
    read("find", Takes::Options, Gives::Rows),
    read("findBy", Takes::Where, Gives::Rows),
    read("findAndCount", Takes::Options, Gives::RowsAndCount),
    read("findAndCountBy", Takes::Where, Gives::RowsAndCount),
    read("findByIds", Takes::Criteria, Gives::Rows),
    read("findTrees", Takes::Nothing, Gives::Rows),
    read("findRoots", Takes::Nothing, Gives::Rows),
    read("findOne", Takes::Options, Gives::Row),
    read("findOneOrFail", Takes::Options, Gives::Row),
    read("findOneBy", Takes::Where, Gives::Row),
    read("findOneByOrFail", Takes::Where, Gives::Row),
    read("findOneById", Takes::Criteria, Gives::Row),
    read("preload", Takes::Nothing, Gives::Row),
    read("count", Takes::Options, Gives::Count),
    read("countBy", Takes::Where, Gives::Count),
    read("exist", Takes::Options, Gives::Count),
    read("exists", Takes::Options, Gives::Count),
    read("existsBy", Takes::Where, Gives::Count),
    read("sum", Takes::Column, Gives::Totals),
    read("average", Takes::Column, Gives::Totals),
    read("minimum", Takes::Column, Gives::Totals),
    read("maximum", Takes::Column, Gives::Totals),
    write("insert", Operation::Insert, Takes::Nothing),
    write("upsert", Operation::Upsert, Takes::Nothing),
    write("update", Operation::Update, Takes::Criteria),
    write("delete", Operation::Delete, Takes::Criteria),
    write("softDelete", Operation::Update, Takes::Criteria),
    write("restore", Operation::Update, Takes::Criteria),
    write("increment", Operation::Update, Takes::Where),
    write("decrement", Operation::Update, Takes::Where),
    write("clear", Operation::Delete, Takes::Nothing),
    write("deleteAll", Operation::Delete, Takes::Nothing),
];

/// What the options of a read may say.
const OPTIONS: [&str; 12] = [
    "where",
    "relations",
    "select",
    "order",
    "skip",
    "take",
    "join",
    "cache",
    "lock",
    "withDeleted",
    "loadEagerRelations",
    "transaction",
];

/// Whether a method is given entities rather than told which.
pub(super) fn is_save(method: &str) -> bool {
    matches!(method, "save" | "remove" | "softRemove" | "recover" | "reload")
}

/// Whether hardly anything else has a method of this name.
pub(super) fn is_telling(method: &str) -> bool {
    METHODS.iter().any(|it| it.name == method && it.name.len() > 6) || method == "findOne"
}

/// A call of a method that reads or writes rows.
pub(super) fn call(
    call: &LibraryCall<'_>,
    method: &str,
    of: &Rows,
    machine: &mut dyn Machine,
) -> Option<Value> {
    if is_save(method) {
        return of_rows(call, method, of, machine);
    }
    let known = METHODS.iter().find(|known| known.name == method)?;
    let target = target_of(call, method);
    let place = |at: usize| Place {
        argument: call.arg_origin(at),
        path: Vec::new(),
        call: call.origin,
        target,
    };
    let mut query = MAPPER.query(known.operation, of.table.as_ref(), (call.origin, target));
    let first = call.arg(of.shift);
    let table = of.table.as_ref();
    match known.takes {
        Takes::Options => {
            let rest = call.arg(of.shift + 1);
            options(&mut query, (&first, &rest), (table, &place(of.shift)), machine);
        }
        Takes::Where | Takes::Criteria => {
            let by_key = known.takes == Takes::Criteria;
            MAPPER.filter(&mut query, (&first, table), (place(of.shift), by_key, &mut *machine));
        }
        Takes::Column => {
            let given = call.arg(of.shift + 1);
            MAPPER.filter(&mut query, (&given, table), (place(of.shift + 1), false, &mut *machine));
        }
        Takes::Nothing => {}
    }
    written(&mut query, (call, known), of, machine);
    if known.operation == Operation::Select {
        let plain = query.selection.columns.is_empty();
        query.selection.star =
            plain && matches!(known.gives, Gives::Rows | Gives::RowsAndCount | Gives::Row);
    }
    query.head = known.gives == Gives::Count;
    query.selection.aggregates = known.gives == Gives::Totals;
    if known.gives == Gives::Row {
        query.limit = Some(first_row(target));
    }
    if known.name == "preload" {
        keyed(&mut query, &first, of);
    }
    let found = send(query, machine);
    Some(answer(known.gives, found))
}

fn answer(gives: Gives, found: Value) -> Value {
    let part = |found: &Value| Value { shape: Shape::Unknown, ..found.clone() };
    match gives {
        Gives::Rows => found,
        Gives::RowsAndCount => {
            let count = part(&found);
            Value::array(vec![found, count])
        }
        Gives::Row => found.tainted(Taint::PART),
        Gives::Count | Gives::Totals => part(&found),
        Gives::Touched => {
            let touched = part(&found);
            Value::object([
                ("affected", touched.clone()),
                ("raw", touched.clone()),
                ("identifiers", touched.clone()),
                ("generatedMaps", touched),
            ])
        }
    }
}

/// What a write writes.
fn written(
    query: &mut Query,
    (call, method): (&LibraryCall<'_>, &Method),
    of: &Rows,
    machine: &mut dyn Machine,
) {
    let at = match method.name {
        "insert" | "upsert" => of.shift,
        "update" => of.shift + 1,
        "softDelete" | "restore" => {
            query.payload = Some(Value::unknown());
            return;
        }
        "increment" | "decrement" => {
            let column = call.arg(of.shift + 1);
            let table = of.table.as_ref();
            let column =
                column.as_text().and_then(|name| table.and_then(|table| table.column(name)));
            let fields = column.map(|it| (it.clone(), Value::of(Shape::Unknown)));
            let fields = fields.into_iter().collect();
            let object = crate::value::Object { fields, rest: None };
            query.payload = Some(Value::record(object).depending_on(&[call.arg(of.shift + 2)]));
            return;
        }
        _ => return,
    };
    query.payload = Some(row(MAPPER, (&call.arg(at), of.table.as_ref()), machine));
    if method.operation == Operation::Upsert {
        let given = call.arg(of.shift + 1);
        let named = given.field("conflictPaths").unwrap_or(&given);
        query.conflict_columns = columns(named, of.table.as_deref());
    }
}

/// The columns of a list of properties, or of an object of `true`.
pub(super) fn columns(named: &Value, table: Option<&NamedTable>) -> Option<Vec<SmolStr>> {
    let column = |property: &str| {
        let table = table?;
        let tied = || table.relations.get(property)?.columns.first();
        table.column(property).or_else(tied).cloned()
    };
    match &named.shape {
        Shape::Array(items) => items.iter().map(|item| column(item.as_text()?)).collect(),
        Shape::Object(object) => object.fields.keys().map(|name| column(name)).collect(),
        Shape::Text(name) => Some(vec![column(name)?]),
        _ => None,
    }
}

/// A row is looked for by the key that an object holds.
fn keyed(query: &mut Query, given: &Value, of: &Rows) {
    let key = of.table.as_ref().and_then(|table| key_of(given, table));
    query.incomplete |= key.is_none();
    let origin = query.target_origin;
    for (column, value) in key.into_iter().flatten() {
        query.filters.push(Filter {
            op: FilterOp::Eq,
            value,
            ..Filter::of_parent(&column, origin)
        });
    }
}

/// `{ where, relations, order, take }`; what was a key or conditions in earlier versions is still.
fn options(
    query: &mut Query,
    (given, rest): (&Value, &Value),
    (table, place): (Option<&Arc<NamedTable>>, &Place),
    machine: &mut dyn Machine,
) {
    let args = Given::of(given);
    let names_options = args.fields.iter().any(|it| OPTIONS.contains(&it.name.as_str()));
    let is_key = matches!(given.shape, Shape::Text(_) | Shape::Number(_) | Shape::Input(_));
    if is_key || !args.fields.is_empty() && !names_options && args.rest.is_none() {
        MAPPER.filter(query, (given, table), (place.clone(), true, &mut *machine));
        said(query, &Given::of(rest), (table, place), machine);
        return;
    }
    query.incomplete |= args.rest.is_some();
    said(query, &args, (table, place), machine);
}

fn said(
    query: &mut Query,
    args: &Given,
    (table, place): (Option<&Arc<NamedTable>>, &Place),
    machine: &mut dyn Machine,
) {
    if let Some(field) = args.field("where") {
        let before = query.filters.len();
        MAPPER.filter(query, (&field.value, table), (place.inside("where"), false, &mut *machine));
        let added = query.filters.iter_mut().skip(before);
        added.for_each(|filter| filter.conditional |= field.is_optional);
    }
    if let Some(table) = table {
        selected(query, args, (table, place), machine);
    }
    if let Some(field) = args.field("order") {
        orders(MAPPER, query, (field, table), (&place.inside("order"), machine));
    }
    query.limit = bound(args.field("take"), place, machine);
    query.offset = bound(args.field("skip"), place, machine);
}

fn selected(
    query: &mut Query,
    args: &Given,
    (table, place): (&NamedTable, &Place),
    machine: &mut dyn Machine,
) {
    let origin = |name: &str, machine: &dyn Machine| place.inside(name).origin(machine);
    if let Some(GivenField { value, .. }) = args.field("relations") {
        let at = origin("relations", machine);
        add_related(MAPPER, &mut query.selection, (value, table), (at, machine));
    }
    if let Some(GivenField { value, .. }) = args.field("select") {
        let at = origin("select", machine);
        choose(MAPPER, &mut query.selection, (value, table), (at, machine));
    }
}

/// `save`, `remove` and their like: what happens to entities that are given.
pub(super) fn of_rows(
    call: &LibraryCall<'_>,
    method: &str,
    of: &Rows,
    machine: &mut dyn Machine,
) -> Option<Value> {
    let given = call.arg(of.shift);
    let table = of.table.clone().or_else(|| save::table_of(&given, machine)).or_else(|| {
        let name = Mapper::entity_of(&given, machine)?;
        MAPPER.table(&name, machine)
    });
    let at = (call.origin, target_of(call, method));
    save::write(method, (&given, table.as_ref()), at, machine)
}
