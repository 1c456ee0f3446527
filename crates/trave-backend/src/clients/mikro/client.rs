//! Who speaks to the database: the entity manager, its forks, and repositories.

use std::sync::Arc;

use smol_str::SmolStr;

use super::operation::{self, Of};
use super::{MAPPER, NAME, builder, named, thing, unit};
use crate::clients::entity::Mapper;
use crate::clients::placed::target_of;
use crate::clients::sql::marks::question;
use crate::clients::sql::text::{Hole, SqlText};
use crate::clients::sql::{Params, Sender, rows, send};
use crate::library::{Guess, LibraryCall, Machine, Made};
use crate::naming::NamedTable;
use crate::value::{LibraryValue, Shape, Value};

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
        "MikroORM" => Some(thing("orm")),
        "EntityRepository" | "SqlEntityRepository" => Some(repository(args.first().cloned())),
        name if name.ends_with("EntityManager") => Some(thing("em")),
        _ => None,
    }
}

/// A call of something that a package exports.
pub(super) fn export(call: &LibraryCall<'_>, machine: &mut dyn Machine) -> Option<Value> {
    let name = call.callee.name.as_str();
    Some(match name {
        "MikroORM" => thing("orm"),
        "EntityRepository" | "SqlEntityRepository" => repository(call.type_args.first().cloned()),
        "wrap" => LibraryValue::new(NAME, "wrapped").with("entity", call.arg(0)).into_value(),
        "ref" | "rel" | "defineConfig" => call.args.last().cloned()?,
        "InjectRepository" => {
            let entity = Mapper::entity_of(&call.arg(0), machine);
            let injected = LibraryValue::new(NAME, "injected");
            injected.with("value", repository(entity)).into_value()
        }
        "InjectEntityManager" => {
            LibraryValue::new(NAME, "injected").with("value", thing("em")).into_value()
        }
        "InjectMikroORM" => {
            LibraryValue::new(NAME, "injected").with("value", thing("orm")).into_value()
        }
        _ if name.starts_with(|first: char| first.is_ascii_uppercase()) => named("decorator", name),
        _ => return None,
    })
}

/// `MikroORM.init(…)`, `RequestContext.create(em, next)`, `Reference.create(user)`.
pub(super) fn of_class(
    call: &LibraryCall<'_>,
    method: &str,
    machine: &mut dyn Machine,
) -> Option<Value> {
    match (call.callee.name.as_str(), method) {
        ("MikroORM", "init" | "initSync") => Some(thing("orm")),
        ("RequestContext", "getEntityManager") => Some(thing("em")),
        ("RequestContext", "create" | "createAsync" | "enter") => {
            let body = call.args.iter().find(|it| matches!(it.shape, Shape::Function(_)))?;
            let value = machine.run(body, Vec::new());
            Some(machine.awaited(value))
        }
        ("Reference", "create" | "createFromPK") => call.args.last().cloned(),
        _ => None,
    }
}

/// A method of what `MikroORM.init` gives.
pub(super) fn of_orm(method: &str) -> Option<Value> {
    match method {
        "close" | "connect" | "reconnect" => Some(Value::undefined()),
        _ => None,
    }
}

/// A method of an entity manager.
pub(super) fn of_em(
    call: &LibraryCall<'_>,
    method: &str,
    machine: &mut dyn Machine,
) -> Option<Value> {
    match method {
        "fork" | "getContext" | "clear" => Some(thing("em")),
        "getRepository" | "repo" => {
            let given = Mapper::entity_of(&call.arg(0), machine);
            Some(repository(given.or_else(|| call.type_args.first().cloned())))
        }
        "getConnection" | "getDriver" => Some(thing("connection")),
        "execute" => Some(raw(call, machine)),
        "transactional" => {
            let value = machine.run(&call.arg(0), vec![thing("em")]);
            unit::flush(machine);
            Some(machine.awaited(value))
        }
        "qb" | "createQueryBuilder" => {
            let table = Mapper::entity_of(&call.arg(0), machine);
            let table = table.and_then(|name| MAPPER.table(&name, machine));
            Some(builder::started(call, (table.as_ref(), &call.arg(1)), machine))
        }
        "getReference" => {
            let entity = Mapper::entity_of(&call.arg(0), machine);
            Some(reference(entity, &call.arg(1)))
        }
        "map" | "merge" => Some(Value::of(Shape::Unknown).depending_on(call.args)),
        _ => changes(call, method, (None, 1), machine).or_else(|| {
            let first = call.arg(0);
            let class = machine.class_of(&first).filter(|(_, made)| *made == Made::Class);
            let text = first.as_text().map(SmolStr::new);
            let entity = class.map(|(name, _)| name).or(text);
            // `em.nativeInsert(user)`, `em.upsert(user)`.
            let object = Mapper::entity_of(&first, machine);
            let shift = usize::from(entity.is_some() || object.is_none());
            let table = entity.or(object).and_then(|name| MAPPER.table(&name, machine));
            operation::call(call, method, &Of { table, shift }, machine)
        }),
    }
}

/// What is written when changes are flushed; `shift` is where the fields of a new entity stand.
fn changes(
    call: &LibraryCall<'_>,
    method: &str,
    (table, shift): (Option<&Arc<NamedTable>>, usize),
    machine: &mut dyn Machine,
) -> Option<Value> {
    let at = (call.origin, target_of(call, method));
    match method {
        "create" => {
            let fields = call.arg(shift);
            let made = match shift {
                0 => fields.clone(),
                _ => unit::create(&call.arg(0), &fields, machine),
            };
            let persists = call.arg(shift + 1).field("persist").and_then(Value::truth);
            if persists != Some(false) {
                unit::persist((&made, table), at, machine);
            }
            return Some(made);
        }
        "persist" => unit::persist((&call.arg(0), table), at, machine),
        "persistAndFlush" => {
            unit::persist((&call.arg(0), table), at, machine);
            unit::flush(machine);
        }
        "remove" => unit::remove(&call.arg(0), at, machine),
        "removeAndFlush" => {
            unit::remove(&call.arg(0), at, machine);
            unit::flush(machine);
        }
        "assign" => {
            let entity = call.arg(0);
            unit::assign(&entity, &call.arg(1), call.origin, machine);
            return Some(entity);
        }
        "flush" | "commit" => unit::flush(machine),
        "begin" | "rollback" | "lock" | "addFilter" | "setFilterParams" => {}
        "refresh" | "populate" => return Some(call.arg(0)),
        _ => return None,
    }
    // `em.persist(a).persist(b).flush()`.
    Some(call.callee.clone().into_value())
}

/// A method of a repository.
pub(super) fn of_repository(
    call: &LibraryCall<'_>,
    method: &str,
    machine: &mut dyn Machine,
) -> Option<Value> {
    let entity = Some(call.callee.name.clone()).filter(|name| !name.is_empty());
    let table = entity.as_ref().and_then(|name| MAPPER.table(name, machine));
    match method {
        "getEntityManager" => return Some(thing("em")),
        "qb" | "createQueryBuilder" => {
            return Some(builder::started(call, (table.as_ref(), &call.arg(0)), machine));
        }
        "getReference" => return Some(reference(entity, &call.arg(0))),
        "map" | "merge" => return Some(Value::of(Shape::Unknown).depending_on(call.args)),
        _ => {}
    }
    let of = Of { table, shift: 0 };
    operation::call(call, method, &of, machine)
        .or_else(|| changes(call, method, (of.table.as_ref(), 0), machine))
}

/// `wrap(user).assign(data)`.
pub(super) fn of_wrapped(
    call: &LibraryCall<'_>,
    method: &str,
    machine: &mut dyn Machine,
) -> Option<Value> {
    let entity = call.callee.kept("entity")?.clone();
    match method {
        "assign" => {
            unit::assign(&entity, &call.arg(0), call.origin, machine);
            Some(entity)
        }
        "toObject" | "toJSON" | "toPOJO" | "serialize" | "init" | "load" | "populated"
        | "toReference" => Some(entity),
        _ => None,
    }
}

/// `execute(text, parameters)`.
pub(super) fn raw(call: &LibraryCall<'_>, machine: &mut dyn Machine) -> Value {
    let mut text = SqlText::of_argument(call, 0);
    if call.is_tagged {
        text = SqlText::tagged(call, |text, value, origin| {
            text.push_hole(Hole { value: value.clone(), origin, bound: true });
        });
    }
    let text = question(text, &call.arg(1));
    let dialect = machine.dialect();
    let sender = Sender { library: NAME, dialect, origin: call.origin };
    let id = send(&sender, &text, &Params::listed(&call.arg(1)), machine);
    rows(id, machine)
}

/// A row that was not read, known by its key.
fn reference(entity: Option<SmolStr>, key: &Value) -> Value {
    let made = LibraryValue::new(NAME, "reference").named(entity.unwrap_or_default());
    made.with("key", key.clone()).into_value().and_dependencies(key)
}

/// A call on something unknown that is given an entity: `em.find(User, …)`; on what is called
/// `em`, also one that is given an object of one, or that writes what was put off.
pub(super) fn guess(guess: &Guess<'_>, machine: &mut dyn Machine) -> Option<Value> {
    let em = thing("em");
    let call = guess.on(em.library()?);
    let is_em = matches!(guess.receiver, "em" | "_em" | "entityManager");
    if is_em && guess.method == "flush" && guess.args.is_empty() {
        return of_em(&call, guess.method, machine);
    }
    let first = guess.args.first()?;
    let writes =
        matches!(guess.method, "persist" | "persistAndFlush" | "remove" | "removeAndFlush");
    if is_em && writes && unit::is_known(first, machine) {
        return of_em(&call, guess.method, machine);
    }
    let (name, made) = machine.class_of(first)?;
    let own = matches!(
        guess.method,
        "getRepository" | "repo" | "qb" | "createQueryBuilder" | "create" | "getReference"
    );
    let is_telling = own || operation::is_telling(guess.method);
    if made == Made::Object || !is_telling || MAPPER.table(&name, machine).is_none() {
        return None;
    }
    of_em(&call, guess.method, machine)
}
