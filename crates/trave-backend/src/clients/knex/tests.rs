use super::*;
use crate::query::{Operation, Query};
use crate::testing::{FakeMachine, call, chain, function, number};
use crate::value::{InputKind, Shape, Taint};

fn text(text: &str) -> Value {
    Value::text(text)
}

fn knex() -> Value {
    Knex.typed("knex", "Knex.Transaction").unwrap()
}

/// `knex('users')`, or another table.
fn on(machine: &mut FakeMachine, table: &str) -> Value {
    call(&Knex, machine, &knex(), (None, &[text(table)])).unwrap()
}

fn sent(machine: &mut FakeMachine, value: &Value) -> Value {
    Knex.awaited(value.library().unwrap(), machine).unwrap()
}

/// `not relation.column op |group ?` of each filter.
fn words(query: &Query) -> String {
    let words = query.filters.iter().map(|filter| {
        let not = if filter.negated { "not " } else { "" };
        let relation = filter.relation.as_ref().map(|name| format!("{name}.")).unwrap_or_default();
        let group = filter.any_of.map(|group| format!(" |{group}")).unwrap_or_default();
        format!("{not}{relation}{} {:?}{group}", filter.column, filter.op)
    });
    words.collect::<Vec<_>>().join("; ")
}

/// The filters of a chain on `users`.
fn filtered(calls: &[(&str, &[Value])]) -> String {
    let mut machine = FakeMachine::default();
    let users = on(&mut machine, "users");
    chain(&Knex, &mut machine, &users, calls);
    words(&machine.queries[0])
}

#[test]
fn a_chain_is_one_query() {
    let mut machine = FakeMachine::default();
    let users = on(&mut machine, "users as u");
    let given = Value::object([("u.team_id", Value::input(InputKind::Path, "id"))]);
    let calls: &[(&str, &[Value])] = &[
        ("where", &[given]),
        ("select", &[text("u.id"), text("u.name as title")]),
        ("orderBy", &[text("u.name"), text("desc")]),
        ("limit", &[number(20.0)]),
    ];
    let builder = chain(&Knex, &mut machine, &users, calls);
    let rows = sent(&mut machine, &builder);
    assert!(matches!(rows.shape, Shape::Rows(_)) && !rows.taint.has(Taint::PART));
    let query = &machine.queries[0];
    assert_eq!((query.table.as_deref(), words(query).as_str()), (Some("users"), "team_id Eq"));
    assert_eq!(query.selection.columns[1].alias.as_deref(), Some("title"));
    assert!(!query.order[0].ascending && query.order[0].column.as_deref() == Some("name"));
    assert!(!query.selection.star && !query.incomplete);
}

#[test]
fn what_names_no_columns_asks_for_all() {
    let mut machine = FakeMachine::default();
    let knex = knex();
    let calls: &[(&str, &[Value])] = &[("first", &[]), ("from", &[text("public.users")])];
    let builder = chain(&Knex, &mut machine, &knex, calls);
    let row = sent(&mut machine, &builder);
    assert!(row.taint.has(Taint::PART));
    let query = &machine.queries[0];
    assert_eq!(query.schema.as_deref(), Some("public"));
    assert!(query.selection.star && query.limit.is_some());
}

#[test]
fn the_family_of_where_is_read() {
    let (a, list) = (text("a"), Value::array(vec![text("a")]));
    for (method, args, expected) in [
        ("where", vec![text("id"), a.clone()], "id Eq"),
        ("where", vec![text("id"), Value::of(Shape::Null)], "id Is"),
        ("where", vec![text("id"), text(">"), a.clone()], "id Range"),
        ("andWhereNot", vec![text("id"), a.clone()], "not id Eq"),
        ("whereIn", vec![text("id"), list.clone()], "id In"),
        ("whereNotIn", vec![text("id"), list.clone()], "not id In"),
        ("whereNull", vec![text("id")], "id Is"),
        ("whereNotNull", vec![text("id")], "not id Is"),
        ("whereILike", vec![text("id"), a.clone()], "id ILike"),
        ("whereBetween", vec![text("id"), Value::array(vec![a.clone(), a])], "id Range; id Range"),
        ("whereRaw", vec![text("id = ? and age > 3"), list], "id Eq; age Range"),
    ] {
        assert_eq!(filtered(&[(method, &args)]), expected, "{method}");
    }
}

#[test]
fn alternatives_say_so() {
    let equal = |name: &str| [text(name), text("x")];
    let both = filtered(&[
        ("where", &equal("id")),
        ("orWhere", &equal("name")),
        ("andWhere", &equal("age")),
    ]);
    assert_eq!(both, "id Eq |0; name Eq |0; age Eq |0");
    assert_eq!(filtered(&[("orWhere", &equal("id"))]), "id Eq");
}

#[test]
fn brackets_hold_conditions_together() {
    let mut machine = FakeMachine::default();
    let users = on(&mut machine, "users");
    let id: &[Value] = &[text("id"), text("x")];
    let builder = chain(&Knex, &mut machine, &users, &[("where", &[function(0)]), ("where", id)]);
    let inner = machine.ran_with[0][0].clone();
    chain(&Knex, &mut machine, &inner, &[("where", id), ("orWhere", &[text("name"), text("y")])]);
    assert_eq!(words(&machine.queries[1]), "id Eq |0; name Eq |0");
    assert_eq!(words(&machine.queries[0]), "id Eq");
    assert!(builder.library().is_some());
}

#[test]
fn joined_tables_come_along() {
    let mut machine = FakeMachine::default();
    let posts = on(&mut machine, "posts");
    let table = Value::object([("u", text("users"))]);
    let calls: &[(&str, &[Value])] = &[
        ("leftJoin", &[table, text("u.id"), text("posts.author_id")]),
        ("select", &[text("posts.id"), text("u.name")]),
        ("where", &[text("u.team_id"), text("x")]),
        ("whereColumn", &[text("posts.id"), text("outer.id")]),
    ];
    chain(&Knex, &mut machine, &posts, calls);
    let query = &machine.queries[0];
    assert_eq!(words(query), "u.team_id Eq; id Eq");
    let embed = &query.selection.embeds[0];
    assert!(!embed.inner && embed.selection.columns[0].name == "name");
    assert_eq!(query.selection.columns.len(), 1);
}

#[test]
fn writes_say_what_they_write() {
    let mut machine = FakeMachine::default();
    let row = [Value::object([("id", text("a")), ("name", text("b"))])];
    let users = on(&mut machine, "users");
    let calls: &[(&str, &[Value])] =
        &[("insert", &row), ("onConflict", &[text("id")]), ("merge", &[])];
    chain(&Knex, &mut machine, &users, calls);
    let upsert = &machine.queries[0];
    assert_eq!(upsert.operation, Some(Operation::Upsert));
    assert_eq!(upsert.conflict_columns.as_ref().unwrap(), &["id"]);
    assert!(upsert.payload.as_ref().unwrap().field("name").is_some() && !upsert.returning);
    let users = on(&mut machine, "users");
    let id: &[Value] = &[text("id"), text("x")];
    let [row] = row;
    let calls: &[(&str, &[Value])] =
        &[("where", id), ("update", &[row, text("*")]), ("returning", &[text("id")])];
    chain(&Knex, &mut machine, &users, calls);
    let update = &machine.queries[1];
    assert_eq!((words(update).as_str(), update.operation), ("id Eq", Some(Operation::Update)));
    assert!(update.returning);
    let users = on(&mut machine, "users");
    chain(&Knex, &mut machine, &users, &[("where", id), ("del", &[])]);
    assert_eq!(machine.queries[2].operation, Some(Operation::Delete));
    let users = on(&mut machine, "users");
    chain(&Knex, &mut machine, &users, &[("increment", &[text("age"), number(1.0)])]);
    assert!(machine.queries[3].payload.as_ref().unwrap().field("age").is_some());
}

#[test]
fn a_copy_is_a_query_of_its_own() {
    let mut machine = FakeMachine::default();
    let users = on(&mut machine, "users");
    let copy = chain(&Knex, &mut machine, &users, &[("clone", &[])]);
    chain(&Knex, &mut machine, &copy, &[("limit", &[number(1.0)])]);
    assert!(machine.queries[0].limit.is_none() && machine.queries[1].limit.is_some());
}

#[test]
fn raw_text_is_sent_or_becomes_a_part() {
    let mut machine = FakeMachine::default();
    let args = [text("select * from users where id = ?"), Value::array(vec![text("x")])];
    let raw = call(&Knex, &mut machine, &knex(), (Some("raw"), &args)).unwrap();
    let result = sent(&mut machine, &raw);
    assert!(result.field("rows").is_some());
    assert_eq!(words(&machine.queries[0]), "id Eq");
    let given = Value::input(InputKind::Query, "order");
    let users = on(&mut machine, "users");
    chain(&Knex, &mut machine, &users, &[("orderByRaw", &[given])]);
    assert_eq!(machine.queries[1].spliced.len(), 1);
}

#[test]
fn queries_inside_queries_are_sent_with_them() {
    let mut machine = FakeMachine::default();
    let posts = on(&mut machine, "posts");
    let inner = chain(&Knex, &mut machine, &posts, &[("select", &[text("author_id")])]);
    let users = on(&mut machine, "users");
    chain(&Knex, &mut machine, &users, &[("whereIn", &[text("id"), inner])]);
    assert!(machine.queries[0].nested && !machine.queries[1].nested);
    assert_eq!(words(&machine.queries[1]), "id In");
    let calls: &[(&str, &[Value])] =
        &[("with", &[text("recent"), function(0)]), ("from", &[text("recent")])];
    let from = chain(&Knex, &mut machine, &knex(), calls);
    assert_eq!(from.library().unwrap().kind, "derived");
}

#[test]
fn clients_are_known_by_their_package_and_type() {
    let mut machine = FakeMachine { returns: vec![text("done")], ..FakeMachine::default() };
    let maker = Knex.import("knex", "default").unwrap();
    let settings = Value::object([("client", text("mysql2"))]);
    let made = call(&Knex, &mut machine, &maker, (None, &[settings])).unwrap();
    let dialect = client::dialect(made.library().unwrap(), &machine);
    assert_eq!(dialect, trave_sql::Dialect::MySql);
    let done = call(&Knex, &mut machine, &made, (Some("transaction"), &[function(0)])).unwrap();
    assert_eq!(done.as_text(), Some("done"));
    assert_eq!(machine.ran_with[0][0].library().unwrap().kind, "client");
    assert!(Knex.typed("knex", "Knex.QueryBuilder").is_none());
    assert!(Knex.import("pg", "default").is_none());
}
