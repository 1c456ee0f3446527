//! Who speaks to the database: data sources, managers, repositories, runners, and entities that
//! save themselves.

use smol_str::SmolStr;
use trave_sql::Dialect;

use super::operation::{self, Rows};
use super::{NAME, builder, named, operator, own, save, thing};
use crate::clients::entity::Mapper;
use crate::clients::given::Given;
use crate::clients::sql::marks::question;
use crate::clients::sql::text::SqlText;
use crate::clients::sql::{Params, Sender, rows, send};
use crate::library::{Guess, LibraryCall, Machine, Made, OWNER};
use crate::value::{LibraryValue, Shape, Value};

/// Another way to the database that a value knows.
pub(super) fn like(kind: &'static str, of: &LibraryValue) -> Value {
    let mut made = LibraryValue::new(NAME, kind);
    if let Some(dialect) = of.kept("dialect") {
        made = made.with("dialect", dialect.clone());
    }
    made.into_value()
}

/// The repository of an entity, none where the entity is not known.
fn repository(entity: Option<SmolStr>) -> Value {
    let made = LibraryValue::new(NAME, "repository");
    match entity.filter(|name| !name.is_empty()) {
        Some(name) => made.named(name).into_value(),
        None => made.into_value(),
    }
}

/// A value that is known by its type.
pub(super) fn typed(name: &str, args: &[SmolStr]) -> Option<Value> {
    match name {
        "DataSource" | "Connection" | "EntityManager" => Some(thing("manager")),
        "QueryRunner" => Some(thing("runner")),
        "Repository" | "TreeRepository" => Some(repository(args.first().cloned())),
        _ => None,
    }
}

/// A call of something that the package exports.
pub(super) fn export(call: &LibraryCall<'_>, machine: &mut dyn Machine) -> Option<Value> {
    let name = call.callee.name.as_str();
    Some(match name {
        "DataSource" | "createConnection" | "getConnection" | "getManager" | "EntityManager"
        | "Connection" => connected(call),
        "getRepository" | "getTreeRepository" | "Repository" | "TreeRepository"
        | "AbstractRepository" => repository_of(call, machine),
        "getCustomRepository" => machine.make(&call.arg(0)),
        "getConnectionManager" => thing("manager"),
        "createQueryBuilder" => builder::of_manager(call, machine),
        "BaseEntity" => thing("record"),
        "Brackets" | "NotBrackets" => {
            let brackets = LibraryValue::new(NAME, "brackets").named(name);
            brackets.with("body", call.arg(0)).into_value()
        }
        "InjectRepository" => {
            let injected = LibraryValue::new(NAME, "injected");
            injected.with("value", repository_of(call, machine)).into_value()
        }
        "InjectDataSource" | "InjectEntityManager" | "InjectConnection" | "InjectManager" => {
            LibraryValue::new(NAME, "injected").with("value", thing("manager")).into_value()
        }
        _ if operator::is_operator(name) => operator::make(call, name),
        // Decorators say nothing when the program runs.
        _ if name.starts_with(|first: char| first.is_ascii_uppercase()) => named("decorator", name),
        _ => return None,
    })
}

/// `new DataSource({ type: 'postgres' })`.
fn connected(call: &LibraryCall<'_>) -> Value {
    let made = LibraryValue::new(NAME, "manager");
    match call.arg(0).field("type").filter(|kind| kind.as_text().is_some()) {
        Some(kind) => made.with("dialect", kind.clone()).into_value(),
        None => made.into_value(),
    }
}

/// The repository of the class that a call is given, or of the type that it names.
fn repository_of(call: &LibraryCall<'_>, machine: &mut dyn Machine) -> Value {
    let given = Mapper::entity_of(&call.arg(0), machine);
    repository(given.or_else(|| call.type_args.first().cloned()))
}

/// A static method of a class that extends `BaseEntity`.
pub(super) fn of_class(
    call: &LibraryCall<'_>,
    method: &str,
    machine: &mut dyn Machine,
) -> Option<Value> {
    match call.callee.name.as_str() {
        "BaseEntity" => {
            let class = call.callee.kept(OWNER)?.clone();
            let entity = Mapper::entity_of(&class, machine)?;
            match method {
                "getRepository" => Some(repository(Some(entity))),
                "create" => Some(save::create(&class, &call.arg(0), machine)),
                _ => {
                    let of = Rows::of(Some(&entity), 0, machine);
                    operation::call(call, method, &of, machine)
                        .or_else(|| builder::begin(call, method, &of, machine))
                }
            }
        }
        // `import * as typeorm`, `import typeorm`.
        "*" | "default" => {
            let export = named("export", method);
            let callee = export.library()?;
            self::export(&LibraryCall { callee, method: None, ..*call }, machine)
        }
        _ => None,
    }
}

/// A method of an object of a class that extends `BaseEntity`.
pub(super) fn of_record(
    call: &LibraryCall<'_>,
    method: &str,
    machine: &mut dyn Machine,
) -> Option<Value> {
    let owner = call.callee.kept(OWNER)?.clone();
    let entity = Mapper::entity_of(&owner, machine)?;
    let of = Rows::of(Some(&entity), 0, machine);
    let args = [owner];
    let saved = LibraryCall { args: &args, ..*call };
    operation::of_rows(&saved, method, &of, machine)
}

/// A method of a data source or an entity manager.
pub(super) fn of_manager(
    call: &LibraryCall<'_>,
    method: &str,
    machine: &mut dyn Machine,
) -> Option<Value> {
    match method {
        "getRepository" | "getTreeRepository" | "getMongoRepository" => {
            Some(repository_of(call, machine))
        }
        "getCustomRepository" => Some(machine.make(&call.arg(0))),
        "withRepository" => Some(call.arg(0)),
        "createEntityManager" | "initialize" | "connect" | "get" | "getConnection" => {
            Some(like("manager", call.callee))
        }
        "createQueryRunner" => Some(like("runner", call.callee)),
        "transaction" => transaction(call, machine),
        "query" | "sql" => Some(raw(call, machine)),
        "createQueryBuilder" => Some(builder::of_manager(call, machine)),
        "create" => {
            let entity = call.arg(0);
            Some(save::create(&entity, &call.arg(1), machine))
        }
        "merge" => Some(call.arg(1)),
        "getId" => Some(Value::unknown()),
        _ => {
            let first = call.arg(0);
            let class = machine.class_of(&first).filter(|(_, made)| *made == Made::Class);
            let named = first.as_text().map(SmolStr::new);
            let entity = class.map(|(name, _)| name).or(named);
            let shift = usize::from(entity.is_some() || !operation::is_save(method));
            let of = Rows::of(entity.as_ref(), shift, machine);
            operation::call(call, method, &of, machine)
        }
    }
}

/// `transaction(async manager => …)`, also with an isolation level before it.
fn transaction(call: &LibraryCall<'_>, machine: &mut dyn Machine) -> Option<Value> {
    let body = call.args.iter().find(|arg| matches!(arg.shape, Shape::Function(_)))?;
    let value = machine.run(body, vec![like("manager", call.callee)]);
    Some(machine.awaited(value))
}

/// A method of a repository.
pub(super) fn of_repository(
    call: &LibraryCall<'_>,
    method: &str,
    machine: &mut dyn Machine,
) -> Option<Value> {
    let entity = Some(call.callee.name.clone()).filter(|name| !name.is_empty());
    match method {
        "query" | "sql" => return Some(raw(call, machine)),
        "extend" => return Some(extended(call, machine)),
        "create" => return Some(if call.args.is_empty() { nothing() } else { call.arg(0) }),
        "merge" => return Some(call.arg(0)),
        "getId" | "hasId" => return Some(Value::unknown()),
        _ => {}
    }
    let of = Rows::of(entity.as_ref(), 0, machine);
    operation::call(call, method, &of, machine)
        .or_else(|| builder::begin(call, method, &of, machine))
}

fn nothing() -> Value {
    Value::object([])
}

/// `repository.extend({ … })`: methods whose `this` is the repository.
fn extended(call: &LibraryCall<'_>, machine: &mut dyn Machine) -> Value {
    let object = machine.object();
    for field in Given::of(&call.arg(0)).fields {
        machine.keep(&object, &field.name, field.value);
    }
    call.callee.clone().with_object(object).into_value()
}

/// A method of a query runner.
pub(super) fn of_runner(
    call: &LibraryCall<'_>,
    method: &str,
    machine: &mut dyn Machine,
) -> Option<Value> {
    match method {
        // A migration is no part of what the program does.
        "query" if is_migration(machine.path()) => Some(Value::unknown()),
        "query" => Some(raw(call, machine)),
        "connect"
        | "startTransaction"
        | "commitTransaction"
        | "rollbackTransaction"
        | "release" => Some(Value::undefined()),
        _ => None,
    }
}

fn is_migration(path: &str) -> bool {
    path.split('/').any(|part| part.to_ascii_lowercase().contains("migration"))
}

/// `query(text, parameters)`, `` sql`…` ``.
fn raw(call: &LibraryCall<'_>, machine: &mut dyn Machine) -> Value {
    let dialect = match call.callee.kept("dialect").and_then(Value::as_text) {
        Some("mysql" | "mariadb" | "aurora-mysql") => Dialect::MySql,
        Some("sqlite" | "better-sqlite3" | "sqljs" | "expo" | "capacitor") => Dialect::Sqlite,
        Some("postgres" | "cockroachdb" | "aurora-postgres") => Dialect::Postgres,
        _ => machine.dialect(),
    };
    let text = if call.is_tagged {
        SqlText::tagged(call, |text, value, origin| {
            let value = value.clone();
            text.push_hole(crate::clients::sql::text::Hole { value, origin, bound: true });
        })
    } else {
        SqlText::of_argument(call, 0)
    };
    let text = if dialect == Dialect::Postgres { text } else { question(text, &call.arg(1)) };
    let sender = Sender { library: NAME, dialect, origin: call.origin };
    let id = send(&sender, &text, &Params::listed(&call.arg(1)), machine);
    rows(id, machine)
}

/// A call on something unknown that is given an entity: `getRepository(User)`, `find(User, …)`.
pub(super) fn guess(guess: &Guess<'_>, machine: &mut dyn Machine) -> Option<Value> {
    let first = guess.args.first()?;
    let (name, made) = machine.class_of(first)?;
    if made == Made::Object || super::MAPPER.table(&name, machine).is_none() {
        return None;
    }
    match guess.method {
        "getRepository" | "getTreeRepository" => Some(repository(Some(name))),
        "createQueryBuilder" => {
            let manager = thing("manager");
            let call = guess.on(manager.library()?);
            Some(builder::of_manager(&call, machine))
        }
        method if operation::is_telling(method) => {
            let manager = thing("manager");
            let call = guess.on(manager.library()?);
            of_manager(&call, method, machine)
        }
        _ => None,
    }
}

/// The function that brackets are filled by.
pub(super) fn body_of(value: &Value) -> Option<(&Value, bool)> {
    let brackets = own(value, "brackets")?;
    Some((brackets.kept("body")?, brackets.name == "NotBrackets"))
}
