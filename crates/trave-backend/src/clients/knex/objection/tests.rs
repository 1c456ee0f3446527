use super::*;
use crate::query::{Operation, Query};
use crate::testing::{FakeMachine, call, chain, number};
use crate::value::{Shape, Taint};

fn text(text: &str) -> Value {
    Value::text(text)
}

/// A class of users, who have pets and teams.
fn user() -> Value {
    let join = |from: &str, to: &str| Value::object([("from", text(from)), ("to", text(to))]);
    let pets = Value::object([("join", join("users.id", "pets.owner_id"))]);
    let through = Value::object([
        ("from", text("users.id")),
        ("through", Value::object([("from", text("members.user_id"))])),
        ("to", text("teams.id")),
    ]);
    let teams = Value::object([("join", through)]);
    Value::object([
        ("tableName", text("users")),
        ("relationMappings", Value::object([("pets", pets), ("teams", teams)])),
    ])
}

/// `User.query()`.
fn on(machine: &mut FakeMachine) -> Value {
    let model = LibraryValue::new(NAME, "model").with(OWNER, user()).into_value();
    call(&Objection, machine, &model, (Some("query"), &[])).unwrap()
}

fn sent(machine: &mut FakeMachine, calls: &[(&str, &[Value])]) -> Value {
    let query = on(machine);
    let builder = chain(&Objection, machine, &query, calls);
    Objection.awaited(builder.library().unwrap(), machine).unwrap()
}

fn words(query: &Query) -> String {
    let words = query.filters.iter().map(|filter| format!("{} {:?}", filter.column, filter.op));
    words.collect::<Vec<_>>().join("; ")
}

#[test]
fn a_model_names_its_table() {
    let mut machine = FakeMachine::default();
    let where_name: &[Value] = &[text("name"), text("x")];
    let rows = sent(&mut machine, &[("where", where_name), ("limit", &[number(5.0)])]);
    assert!(matches!(rows.shape, Shape::Rows(_)) && !rows.taint.has(Taint::PART));
    let query = &machine.queries[0];
    assert_eq!((query.library, query.table.as_deref()), ("objection", Some("users")));
    assert_eq!(words(query), "name Eq");
    assert!(query.selection.star && query.limit.is_some());
}

#[test]
fn one_row_is_named_by_its_key() {
    let mut machine = FakeMachine::default();
    let row = sent(&mut machine, &[("findById", &[text("x")])]);
    assert!(row.taint.has(Taint::PART));
    assert_eq!(words(&machine.queries[0]), "id Eq");
    sent(&mut machine, &[("findOne", &[Value::object([("name", text("x"))])])]);
    assert_eq!(words(&machine.queries[1]), "name Eq");
    sent(&mut machine, &[("deleteById", &[text("x")])]);
    assert_eq!(machine.queries[2].operation, Some(Operation::Delete));
}

#[test]
fn writes_say_what_they_write() {
    let mut machine = FakeMachine::default();
    let changes = [Value::object([("name", text("x"))])];
    sent(&mut machine, &[("patch", &changes), ("findById", &[text("a")])]);
    let patch = &machine.queries[0];
    assert_eq!((patch.operation, words(patch).as_str()), (Some(Operation::Update), "id Eq"));
    assert!(patch.payload.as_ref().unwrap().field("name").is_some());
    sent(&mut machine, &[("insert", &changes)]);
    assert!(machine.queries[1].returning);
    let [changes] = changes;
    sent(&mut machine, &[("patchAndFetchById", &[text("a"), changes])]);
    assert_eq!(words(&machine.queries[2]), "id Eq");
}

#[test]
fn graphs_are_fetched_with_queries_of_their_own() {
    let mut machine = FakeMachine::default();
    sent(&mut machine, &[("withGraphFetched", &[text("[pets(onlyCats), teams, unknown]")])]);
    let [users, pets, teams] = machine.queries.as_slice() else { panic!("{:?}", machine.queries) };
    assert_eq!(users.table.as_deref(), Some("users"));
    assert!(pets.nested && pets.table.as_deref() == Some("pets"));
    assert_eq!(words(pets), "owner_id In");
    assert!(teams.incomplete && teams.filters.is_empty());
}

#[test]
fn joined_relations_are_called_by_their_names() {
    let mut machine = FakeMachine::default();
    let by_kind: &[Value] = &[text("pets.kind"), text("cat")];
    sent(&mut machine, &[("joinRelated", &[text("pets")]), ("where", by_kind)]);
    let query = &machine.queries[0];
    assert_eq!(query.selection.embeds[0].relation, "pets");
    assert_eq!(query.filters[0].relation.as_deref(), Some("pets"));
}

#[test]
fn pages_are_bounded() {
    let mut machine = FakeMachine::default();
    let page = sent(&mut machine, &[("page", &[number(2.0), number(20.0)])]);
    assert!(page.field("results").is_some() && page.field("total").is_some());
    assert!(machine.queries[0].limit.is_some() && machine.queries[0].offset.is_some());
}

#[test]
fn mappers_turn_names() {
    let mut machine = FakeMachine::default();
    let mappers = call(&Objection, &mut machine, &thing("mappers"), (None, &[])).unwrap();
    let turns = mappers.field("wrapIdentifier").and_then(Value::library).unwrap();
    assert_eq!(turns.kind, "snake-case");
}
