//! Methods of managers and repositories that send a query at once: `find`, `nativeUpdate` …

use std::sync::Arc;

use smol_str::SmolStr;

use super::MAPPER;
use crate::clients::entity::{add_related, bound, choose, first_row, orders, row, send};
use crate::clients::given::{Given, GivenField};
use crate::clients::placed::{Place, target_of};
use crate::library::{LibraryCall, Machine};
use crate::naming::NamedTable;
use crate::query::{Operation, Query};
use crate::value::{Shape, Taint, Value};

/// Which rows a call is about.
#[derive(Debug, Clone)]
pub(super) struct Of {
    /// Their table.
    pub(super) table: Option<Arc<NamedTable>>,
    /// Which argument comes first: before it stands the entity.
    pub(super) shift: usize,
}

/// What a method gives back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Gives {
    Rows,
    RowsAndCount,
    Row,
    Count,
    Touched,
}

struct Method {
    name: &'static str,
    operation: Operation,
    /// Which argument holds conditions, and which options; they may be the same.
    filter: Option<usize>,
    options: Option<usize>,
    /// Which argument is written.
    written: Option<usize>,
    gives: Gives,
}

const fn read(name: &'static str, gives: Gives) -> Method {
    let operation = Operation::Select;
    Method { name, operation, filter: Some(0), options: Some(1), written: None, gives }
}

const fn write(
    name: &'static str,
    operation: Operation,
    filter: Option<usize>,
    written: Option<usize>,
) -> Method {
    Method { name, operation, filter, options: None, written, gives: Gives::Touched }
}

const METHODS: [Method; 14] = [
    read("find", Gives::Rows),
    Method { filter: None, options: Some(0), ..read("findAll", Gives::Rows) },
    read("findOne", Gives::Row),
    read("findOneOrFail", Gives::Row),
    read("findAndCount", Gives::RowsAndCount),
    read("findByCursor", Gives::Rows),
    read("count", Gives::Count),
    write("insert", Operation::Insert, None, Some(0)),
    write("insertMany", Operation::Insert, None, Some(0)),
    write("nativeInsert", Operation::Insert, None, Some(0)),
    write("nativeUpdate", Operation::Update, Some(0), Some(1)),
    write("nativeDelete", Operation::Delete, Some(0), None),
    write("upsert", Operation::Upsert, None, Some(0)),
    write("upsertMany", Operation::Upsert, None, Some(0)),
];

/// Whether hardly anything else has a method of this name.
pub(super) fn is_telling(method: &str) -> bool {
    METHODS.iter().any(|it| it.name == method)
}

/// A call of a method that reads or writes rows at once.
pub(super) fn call(
    call: &LibraryCall<'_>,
    method: &str,
    of: &Of,
    machine: &mut dyn Machine,
) -> Option<Value> {
    let known = METHODS.iter().find(|known| known.name == method)?;
    let target = target_of(call, method);
    let table = of.table.as_ref();
    let place = |at: usize| {
        let argument = call.arg_origin(of.shift + at);
        Place { argument, path: Vec::new(), call: call.origin, target }
    };
    let mut query = MAPPER.query(known.operation, table, (call.origin, target));
    let reads_rows = matches!(known.gives, Gives::Rows | Gives::RowsAndCount | Gives::Row);
    query.selection.star = reads_rows;
    if let Some(at) = known.filter {
        let given = call.arg(of.shift + at);
        MAPPER.filter(&mut query, (&given, table), (place(at), true, &mut *machine));
    }
    if let Some(at) = known.options {
        let given = call.arg(of.shift + at);
        options(&mut query, &given, (table, &place(at)), machine);
    }
    if let Some(at) = known.written {
        let given = call.arg(of.shift + at);
        query.payload = Some(row(MAPPER, (&given, table), machine));
    }
    if known.operation == Operation::Upsert {
        let fields = call.arg(of.shift + 1).field("onConflictFields").cloned();
        query.conflict_columns = fields.as_ref().and_then(|it| columns(it, of.table.as_deref()));
        query.returning = true;
    }
    query.head = known.gives == Gives::Count;
    if known.gives == Gives::Row {
        query.limit = Some(first_row(target));
    }
    let is_upsert = known.operation == Operation::Upsert;
    let found = send(query, machine);
    Some(if is_upsert { found.tainted(Taint::PART) } else { answer(known.gives, found) })
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
        Gives::Count | Gives::Touched => part(&found),
    }
}

fn columns(named: &Value, table: Option<&NamedTable>) -> Option<Vec<SmolStr>> {
    let Shape::Array(items) = &named.shape else { return None };
    items.iter().map(|item| table?.column(item.as_text()?).cloned()).collect()
}

/// `{ populate, fields, orderBy, limit, offset }`; a list was what to populate in earlier versions.
fn options(
    query: &mut Query,
    given: &Value,
    (table, place): (Option<&Arc<NamedTable>>, &Place),
    machine: &mut dyn Machine,
) {
    if matches!(given.shape, Shape::Array(_)) {
        if let Some(table) = table {
            let at = (given, &**table);
            add_related(MAPPER, &mut query.selection, at, (place.origin(machine), machine));
        }
        return;
    }
    let args = Given::of(given);
    if args.rest.is_some() {
        query.selection.known = false;
        // A limit may be among what is not known.
        query.incomplete = true;
    }
    if let Some(field) = args.field("where") {
        let place = place.inside("where");
        MAPPER.filter(query, (&field.value, table), (place, true, &mut *machine));
    }
    if let Some(table) = table {
        selected(query, &args, (table, place), machine);
    }
    if let Some(field) = args.field("orderBy") {
        orders(MAPPER, query, (field, table), (&place.inside("orderBy"), machine));
    }
    let first = ["limit", "first", "last"].iter().find_map(|name| args.field(name));
    query.limit = bound(first, place, machine);
    query.offset = bound(args.field("offset"), place, machine);
}

fn selected(
    query: &mut Query,
    args: &Given,
    (table, place): (&NamedTable, &Place),
    machine: &mut dyn Machine,
) {
    if let Some(GivenField { value, .. }) = args.field("populate") {
        let origin = place.inside("populate").origin(machine);
        add_related(MAPPER, &mut query.selection, (value, table), (origin, machine));
    }
    if let Some(GivenField { value, .. }) = args.field("fields") {
        let origin = place.inside("fields").origin(machine);
        choose(MAPPER, &mut query.selection, (value, table), (origin, machine));
    }
}
