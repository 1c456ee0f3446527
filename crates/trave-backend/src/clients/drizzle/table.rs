//! Tables and columns, as the schema makes them: `pgTable('users', { id: uuid('id') })`.

use std::collections::BTreeMap;
use std::sync::Arc;

use smol_str::SmolStr;

use super::{NAME, named, of_kind, own, thing};
use crate::clients::given::Given;
use crate::declared::{TableName, Tool};
use crate::library::{LibraryCall, Machine};
use crate::naming::NamedTable;
use crate::value::{LibraryValue, Object, Shape, Value};

/// An export of `drizzle-orm/pg-core` or one of its sisters.
pub(super) fn import(name: &str) -> Option<Value> {
    let kind = match name {
        "pgTable" | "mysqlTable" | "sqliteTable" | "singlestoreTable" => "table-maker",
        "pgView" | "mysqlView" | "sqliteView" | "pgMaterializedView" | "view" => "view-maker",
        "pgTableCreator" | "mysqlTableCreator" | "sqliteTableCreator" => "creator-maker",
        "pgSchema" | "mysqlSchema" => "schema-maker",
        "customType" | "pgEnum" | "mysqlEnum" => "type-maker",
        "alias" | "aliasedTable" => "alias",
        _ => "column-maker",
    };
    let is_value = name.starts_with(|first: char| first.is_ascii_lowercase());
    is_value.then(|| named(kind, name))
}

/// A member of a table: a column by its key.
pub(super) fn member(table: &LibraryValue, property: &str) -> Option<Value> {
    table.kept("columns")?.field(property).cloned()
}

/// A call of what makes tables and columns, or of a method of one.
pub(super) fn call(call: &LibraryCall<'_>, machine: &mut dyn Machine) -> Option<Value> {
    let callee = call.callee;
    match (callee.kind, call.method) {
        ("table-maker" | "view-maker", None) => made(call, None, machine),
        ("creator-maker", None) => {
            let creator = LibraryValue::new(NAME, "creator").with("name", call.arg(0));
            Some(creator.into_value())
        }
        ("creator", None) => {
            let name = machine.run(callee.kept("name")?, vec![call.arg(0)]);
            table(&name, call, machine)
        }
        ("schema-maker", None) => {
            Some(LibraryValue::new(NAME, "schema").with("schema", call.arg(0)).into_value())
        }
        ("schema", Some("table" | "view" | "materializedView")) => {
            made(call, callee.kept("schema"), machine)
        }
        ("schema", Some("enum")) | ("type-maker", None) => Some(thing("column-maker")),
        // A view that is told its query: `pgView('name').as(…)`.
        ("table", Some("as" | "with" | "using" | "existing" | "enableRLS")) => {
            Some(callee.clone().into_value())
        }
        ("alias", None) => aliased(&call.arg(0), &call.arg(1)),
        ("column-maker", None) => {
            let mut column = LibraryValue::new(NAME, "column-builder");
            if let Some(name) = call.args.first().and_then(Value::as_text) {
                column = column.named(name);
            }
            Some(column.into_value())
        }
        ("column-builder", Some(_)) => Some(callee.clone().into_value()),
        _ => None,
    }
}

fn made(
    call: &LibraryCall<'_>,
    schema: Option<&Value>,
    machine: &mut dyn Machine,
) -> Option<Value> {
    let name = call.arg(0);
    let made = table(&name, call, machine)?;
    let schema = schema.filter(|schema| schema.as_text() != Some("public"));
    match (schema, made.library()) {
        (Some(schema), Some(table)) => {
            Some(table.clone().with("schema", schema.clone()).into_value())
        }
        _ => Some(made),
    }
}

/// The table of a name with the columns that the call gives.
fn table(name: &Value, call: &LibraryCall<'_>, machine: &mut dyn Machine) -> Option<Value> {
    let name = SmolStr::new(name.as_text()?);
    let columns = call.arg(1);
    let columns = match columns.shape {
        Shape::Function(_) => machine.run(&columns, vec![thing("columns")]),
        _ => columns,
    };
    let schema = call.callee.kept("schema").and_then(Value::as_text);
    let schema = schema.filter(|schema| *schema != "public").map(SmolStr::new);
    let full = TableName { schema, name: name.clone() };
    let declared = machine.declared_table(Tool::Drizzle, &full);
    let table = LibraryValue::new(NAME, "table").named(name.clone());
    let columns = columns_of(&name, &columns, declared.as_deref());
    Some(table.with("columns", columns).placed(call.origin).into_value())
}

fn columns_of(table: &str, given: &Value, declared: Option<&NamedTable>) -> Value {
    let mut fields: BTreeMap<SmolStr, Value> = BTreeMap::new();
    for (key, column) in declared.into_iter().flat_map(|declared| &declared.columns) {
        fields.insert(key.clone(), column_of(table, column));
    }
    for field in Given::of(given).fields {
        if fields.contains_key(&field.name) {
            continue;
        }
        let written = own(&field.value, "column-builder").map(|builder| builder.name.clone());
        let column = written.filter(|name| !name.is_empty()).unwrap_or_else(|| field.name.clone());
        fields.insert(field.name, column_of(table, &column));
    }
    Value::of(Shape::Object(Arc::new(Object { fields, rest: None })))
}

fn column_of(table: &str, column: &str) -> Value {
    let column = LibraryValue::new(NAME, "column").named(column);
    column.with("table", Value::text(table)).into_value()
}

/// `alias(users, 'u')`: the same table, whose columns are told apart.
fn aliased(of: &Value, alias: &Value) -> Option<Value> {
    let table = own(of, "table")?;
    let alias = alias.as_text()?;
    let columns = match &table.kept("columns")?.shape {
        Shape::Object(columns) => {
            let column = |(key, column): (&SmolStr, &Value)| {
                let name = column.library().map(|it| it.name.clone()).unwrap_or_default();
                (key.clone(), column_of(alias, &name))
            };
            columns.fields.iter().map(column).collect()
        }
        _ => BTreeMap::new(),
    };
    let columns = Value::of(Shape::Object(Arc::new(Object { fields: columns, rest: None })));
    let table = LibraryValue { kind: "table", ..table.clone() };
    Some(table.with("columns", columns).with("alias", Value::text(alias)).into_value())
}

/// `getTableColumns(users)`.
pub(super) fn columns(of: &Value) -> Option<Value> {
    own(of, "table")?.kept("columns").cloned()
}

/// A table as queries see it.
#[derive(Debug, Clone)]
pub(super) struct TableFacts {
    /// Its schema, if it is not the default one.
    pub(super) schema: Option<SmolStr>,
    /// Its name.
    pub(super) name: SmolStr,
    /// What its columns carry as the name of their table.
    pub(super) alias: SmolStr,
    /// Its columns by key.
    columns: Value,
}

impl TableFacts {
    /// The facts of a value that is a table.
    pub(super) fn of(value: &Value) -> Option<Self> {
        let table = own(value, "table")?;
        let text = |field: &str| table.kept(field).and_then(Value::as_text).map(SmolStr::new);
        Some(Self {
            schema: text("schema"),
            name: table.name.clone(),
            alias: text("alias").unwrap_or_else(|| table.name.clone()),
            columns: table.kept("columns").cloned().unwrap_or_else(Value::unknown),
        })
    }

    /// The column of a key.
    pub(super) fn column(&self, key: &str) -> Option<SmolStr> {
        self.columns.field(key)?.library().map(|column| column.name.clone())
    }

    /// The table of a declaration, as if code had made it.
    pub(super) fn declared(table: &NamedTable) -> Value {
        let name = table.table.name.clone();
        let columns = columns_of(&name, &Value::undefined(), Some(table));
        let value = LibraryValue::new(NAME, "table").named(name).with("columns", columns);
        match &table.table.schema {
            Some(schema) => value.with("schema", Value::text(schema.clone())).into_value(),
            None => value.into_value(),
        }
    }

    /// The name of the table in its declaration.
    pub(super) fn full_name(&self) -> TableName {
        TableName { schema: self.schema.clone(), name: self.name.clone() }
    }
}

/// The name of a column, and what it carries as the name of its table.
pub(super) fn column(value: &Value) -> Option<(SmolStr, SmolStr)> {
    let column = own(value, "column")?;
    let table = column.kept("table").and_then(Value::as_text)?;
    Some((column.name.clone(), SmolStr::new(table)))
}

/// The same table once more, as a value of a kind.
pub(super) fn operators() -> Value {
    of_kind(&LibraryValue::new(NAME, "operators"), "operators")
}
