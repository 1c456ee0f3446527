//! Clients, what the packages export, and models that are called.

use smol_str::SmolStr;
use trave_sql::Dialect;

use super::operation::{self, Rows};
use super::{NAME, instance, named, thing};
use crate::clients::entity::Mapper;
use crate::clients::given::Given;
use crate::clients::sql::marks::question;
use crate::clients::sql::text::SqlText;
use crate::clients::sql::{Params, Sender, rows, send};
use crate::library::{LibraryCall, Machine, OWNER};
use crate::value::{LibraryValue, Shape, Taint, Value};

/// Where a client keeps whose SQL it speaks.
const DIALECT: &str = "dialect";

/// A call of something that the packages export.
pub(super) fn export(call: &LibraryCall<'_>) -> Option<Value> {
    match call.callee.name.as_str() {
        "Sequelize" | "default" | "*" => {
            let mut client = LibraryValue::new(NAME, "client");
            let said = call.args.iter().find_map(|arg| arg.field("dialect"));
            if let Some(dialect) = said {
                client = client.with(DIALECT, dialect.clone());
            }
            Some(client.into_value())
        }
        "Model" if call.is_new => Some(thing("record")),
        // Decorators say nothing when the program runs.
        name if name.starts_with(|first: char| first.is_ascii_uppercase()) => {
            Some(named("decorator", name))
        }
        _ => None,
    }
}

/// A static method of a class that extends `Model`, or a member of the package that is called.
pub(super) fn of_export(
    call: &LibraryCall<'_>,
    method: &str,
    machine: &mut dyn Machine,
) -> Option<Value> {
    match call.callee.name.as_str() {
        "Model" => {
            let class = call.callee.kept(OWNER)?.clone();
            let name = Mapper::entity_of(&class, machine)?;
            on_model(call, (&name, method), machine)
        }
        "Sequelize" | "default" | "*" => {
            let export = super::export(method);
            let callee = export.library()?;
            match callee.kind {
                "function" => Some(part(call, method)),
                _ => self::export(&LibraryCall { callee, method: None, ..*call }),
            }
        }
        _ => None,
    }
}

/// A method of a model that `define` made, or that is known by its name.
pub(super) fn of_model(
    call: &LibraryCall<'_>,
    method: &str,
    machine: &mut dyn Machine,
) -> Option<Value> {
    let name = call.callee.name.clone();
    on_model(call, (&name, method), machine)
}

fn on_model(
    call: &LibraryCall<'_>,
    (name, method): (&SmolStr, &str),
    machine: &mut dyn Machine,
) -> Option<Value> {
    let again = call.callee.clone();
    match method {
        "scope" | "withScope" => {
            let scoped = Value::of(Shape::Bool(true));
            Some(again.with(operation::SCOPED, scoped).into_value())
        }
        "unscoped" | "withoutScope" | "schema" | "withSchema" => Some(again.into_value()),
        "build" | "bulkBuild" => Some(instance::built(call, name)),
        "init" | "initModel" | "addScope" | "addHook" | "belongsTo" | "hasMany" | "hasOne"
        | "belongsToMany" | "sync" | "beforeCreate" | "afterCreate" | "getTableName"
        | "removeAttribute" => Some(Value::undefined()),
        _ => {
            let of = Rows::of(name, call.callee, machine);
            operation::call(call, method, &of, machine)
        }
    }
}

/// A method of a client.
pub(super) fn call(
    call: &LibraryCall<'_>,
    method: &str,
    machine: &mut dyn Machine,
) -> Option<Value> {
    match method {
        "query" => Some(query(call, machine)),
        "define" => Some(named("model", call.arg(0).as_text()?)),
        "model" => match call.arg(0) {
            class if matches!(class.shape, Shape::Instance(_)) => Some(class),
            name => Some(named("model", name.as_text()?)),
        },
        "transaction" | "startUnmanagedTransaction" => {
            let body = call.args.iter().find(|arg| matches!(arg.shape, Shape::Function(_)));
            let Some(body) = body else { return Some(thing("transaction")) };
            let value = machine.run(body, vec![thing("transaction")]);
            Some(machine.awaited(value))
        }
        "literal" | "fn" | "col" | "cast" | "where" | "json" | "and" | "or" => {
            Some(part(call, method))
        }
        "authenticate" | "sync" | "close" | "addModels" | "drop" | "addHook" | "define.sync" => {
            Some(Value::undefined())
        }
        "getDialect" | "getDatabaseName" | "escape" => Some(Value::unknown_from(call.args)),
        _ => None,
    }
}

/// `literal(text)`, `col(name)`, `fn('count', …)`: something that stands in the place of a value.
pub(super) fn part(call: &LibraryCall<'_>, name: &str) -> Value {
    let made = LibraryValue::new(NAME, "part").named(name).placed(call.arg_origin(0));
    let args = Value::array(call.args.to_vec());
    made.with("args", args).into_value().depending_on(call.args)
}

/// `sequelize.query(text, { replacements, bind, type })`.
fn query(call: &LibraryCall<'_>, machine: &mut dyn Machine) -> Value {
    let given = call.arg(0);
    let options = Given::of(&call.arg(1));
    let value = |name: &str| options.value(name).cloned().unwrap_or_else(Value::undefined);
    let text = match given.field("query") {
        Some(written) => {
            let mut text = SqlText::new(call.arg_origin(0));
            text.push_value(written, call.arg_origin(0));
            text
        }
        None => SqlText::of_argument(call, 0),
    };
    let replacements = value("replacements");
    let text = match replacements.shape {
        Shape::Undefined => text,
        _ => question(text, &replacements),
    };
    let bind = value("bind");
    let text = if matches!(bind.shape, Shape::Object(_)) { question(text, &bind) } else { text };
    let params = Params::listed(&bind);
    let dialect = match call.callee.kept(DIALECT).and_then(Value::as_text) {
        Some("mysql" | "mariadb") => Dialect::MySql,
        Some("sqlite") => Dialect::Sqlite,
        Some("postgres") => Dialect::Postgres,
        _ => machine.dialect(),
    };
    let sender = Sender { library: NAME, dialect, origin: call.origin };
    let id = send(&sender, &text, &params, machine);
    let found = rows(id, machine);
    let is_one = value("plain").shape == Shape::Bool(true);
    match (value("type").as_text(), is_one) {
        (_, true) => found.tainted(Taint::PART),
        (Some(_), false) => found,
        (None, false) => Value::array(vec![found.clone(), Value::unknown_from(&[found])]),
    }
}
