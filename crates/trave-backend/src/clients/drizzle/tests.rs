use std::sync::Arc;

use super::*;
use crate::declared::TableName;
use crate::naming::{NamedRelation, NamedTable};
use crate::query::{Operation, Query};
use crate::testing::{FakeMachine, call, chain, function, number, origin};
use crate::value::{InputKind, Taint};

fn text(text: &str) -> Value {
    Value::text(text)
}

fn export(package: &str, name: &str) -> Value {
    Drizzle.import(package, name).unwrap()
}

/// What a call of an export gives.
fn made(machine: &mut FakeMachine, package: &str, name: &str, args: &[Value]) -> Value {
    call(&Drizzle, machine, &export(package, name), (None, args)).unwrap()
}

fn column(table: &Value, key: &str) -> Value {
    Drizzle.member(table.library().unwrap(), key, origin(1)).unwrap()
}

/// A table of users, with a column that is called otherwise than its key.
fn users(machine: &mut FakeMachine) -> Value {
    let id = made(machine, "drizzle-orm/pg-core", "uuid", &[text("id")]);
    let team = made(machine, "drizzle-orm/pg-core", "uuid", &[text("team_id")]);
    let name = made(machine, "drizzle-orm/pg-core", "text", &[]);
    let columns = Value::object([("id", id), ("teamId", team), ("name", name)]);
    made(machine, "drizzle-orm/pg-core", "pgTable", &[text("users"), columns])
}

fn client(machine: &mut FakeMachine) -> Value {
    made(machine, "drizzle-orm/node-postgres", "drizzle", &[text("postgres://")])
}

fn operator(machine: &mut FakeMachine, name: &str, args: &[Value]) -> Value {
    made(machine, "drizzle-orm", name, args)
}

fn awaited(machine: &mut FakeMachine, value: &Value) -> Value {
    Drizzle.awaited(value.library().unwrap(), machine).unwrap()
}

/// `not relation.column op |group ?` of each filter.
fn words(query: &Query) -> String {
    let words = query.filters.iter().map(|filter| {
        let not = if filter.negated { "not " } else { "" };
        let relation = filter.relation.as_ref().map(|name| format!("{name}.")).unwrap_or_default();
        let group = filter.any_of.map(|group| format!(" |{group}")).unwrap_or_default();
        let maybe = if filter.conditional { " ?" } else { "" };
        format!("{not}{relation}{} {:?}{group}{maybe}", filter.column, filter.op)
    });
    words.collect::<Vec<_>>().join("; ")
}

/// The filters of a select under a condition.
fn filtered(condition: impl FnOnce(&mut FakeMachine, &Value) -> Value) -> String {
    let mut machine = FakeMachine::default();
    let (db, users) = (client(&mut machine), users(&mut machine));
    let condition = condition(&mut machine, &users);
    let calls: &[(&str, &[Value])] =
        &[("select", &[]), ("from", &[users]), ("where", &[condition])];
    chain(&Drizzle, &mut machine, &db, calls);
    words(&machine.queries[0])
}

#[test]
fn a_select_is_one_query() {
    let mut machine = FakeMachine::default();
    let (db, users) = (client(&mut machine), users(&mut machine));
    let condition = operator(
        &mut machine,
        "eq",
        &[column(&users, "teamId"), Value::input(InputKind::Path, "id")],
    );
    let latest = operator(&mut machine, "desc", &[column(&users, "name")]);
    let fields = Value::object([("id", column(&users, "id")), ("team", column(&users, "teamId"))]);
    let calls: &[(&str, &[Value])] = &[
        ("select", &[fields]),
        ("from", &[users]),
        ("where", &[condition]),
        ("orderBy", &[latest]),
        ("limit", &[number(20.0)]),
    ];
    let builder = chain(&Drizzle, &mut machine, &db, calls);
    let rows = awaited(&mut machine, &builder);
    assert!(matches!(rows.shape, Shape::Rows(_)) && rows.taint.has(Taint::ROWS));
    let query = &machine.queries[0];
    assert_eq!(query.table.as_deref(), Some("users"));
    assert_eq!(words(query), "team_id Eq");
    assert_eq!(query.selection.columns[1].name, "team_id");
    assert!(!query.order[0].ascending && query.order[0].column.as_deref() == Some("name"));
    assert_eq!(query.limit.as_ref().unwrap().value.as_number(), Some(20.0));
    assert!(!query.incomplete);
}

#[test]
fn operators_are_read() {
    let list = Value::array(vec![text("a")]);
    let one = |name: &'static str, args: Vec<Value>| {
        filtered(move |machine, users| {
            let all: Vec<Value> = std::iter::once(column(users, "name")).chain(args).collect();
            operator(machine, name, &all)
        })
    };
    for (name, args, expected) in [
        ("ne", vec![text("a")], "name Ne"),
        ("inArray", vec![list.clone()], "name In"),
        ("notInArray", vec![list], "not name In"),
        ("isNull", vec![], "name Is"),
        ("isNotNull", vec![], "not name Is"),
        ("ilike", vec![text("%x%")], "name ILike"),
        ("between", vec![text("a"), text("b")], "name Range; name Range"),
    ] {
        assert_eq!(one(name, args), expected);
    }
}

#[test]
fn conditions_are_joined() {
    let both = filtered(|machine, users| {
        let id = operator(machine, "eq", &[column(users, "id"), text("a")]);
        let name = operator(machine, "eq", &[column(users, "name"), text("b")]);
        let maybe = operator(machine, "eq", &[column(users, "teamId"), text("c")]);
        let either = operator(machine, "or", &[id, name]);
        operator(machine, "and", &[either, maybe.join(Value::undefined()), Value::undefined()])
    });
    assert_eq!(both, "id Eq |1; name Eq |1; team_id Eq ?");
    let not = filtered(|machine, users| {
        let id = operator(machine, "eq", &[column(users, "id"), text("a")]);
        operator(machine, "not", &[id])
    });
    assert_eq!(not, "not id Eq");
}

#[test]
fn conditions_that_say_nothing_may_say_anything() {
    let mut machine = FakeMachine::default();
    let (db, users) = (client(&mut machine), users(&mut machine));
    let inner = operator(&mut machine, "exists", &[Value::unknown()]);
    let sql = export("drizzle-orm", "sql");
    let nothing = [Value::array(Vec::new()), text(" ")];
    let joined = call(&Drizzle, &mut machine, &sql, (Some("join"), &nothing)).unwrap();
    for condition in [inner, joined] {
        let calls: &[(&str, &[Value])] =
            &[("select", &[]), ("from", std::slice::from_ref(&users)), ("where", &[condition])];
        chain(&Drizzle, &mut machine, &db, calls);
    }
    assert!(machine.queries.iter().all(|query| query.incomplete && query.filters.is_empty()));
}

#[test]
fn writes_are_by_column() {
    let mut machine = FakeMachine::default();
    let (db, users) = (client(&mut machine), users(&mut machine));
    // What is no column of the table is not sent.
    let fields = [("teamId", text("t")), ("name", text("n")), ("nothing", text("x"))];
    let row = Value::object(fields);
    let target = Value::object([("target", column(&users, "id")), ("set", row.clone())]);
    let calls: &[(&str, &[Value])] = &[
        ("insert", std::slice::from_ref(&users)),
        ("values", std::slice::from_ref(&row)),
        ("onConflictDoUpdate", &[target]),
        ("returning", &[]),
    ];
    chain(&Drizzle, &mut machine, &db, calls);
    let query = &machine.queries[0];
    assert_eq!(query.operation, Some(Operation::Upsert));
    let payload = query.payload.as_ref().unwrap();
    assert!(payload.field("team_id").is_some() && query.returning);
    assert!(payload.field("nothing").is_none());
    assert_eq!(query.conflict_columns.as_deref(), Some(["id".into()].as_slice()));
    let calls: &[(&str, &[Value])] = &[("update", std::slice::from_ref(&users)), ("set", &[row])];
    chain(&Drizzle, &mut machine, &db, calls);
    assert_eq!(machine.queries[1].operation, Some(Operation::Update));
    chain(&Drizzle, &mut machine, &db, &[("delete", &[users])]);
    assert_eq!(machine.queries[2].operation, Some(Operation::Delete));
}

#[test]
fn joined_tables_come_along() {
    let mut machine = FakeMachine::default();
    let (db, users) = (client(&mut machine), users(&mut machine));
    let columns = Value::object([("userId", Value::unknown()), ("title", Value::unknown())]);
    let posts = made(&mut machine, "drizzle-orm/pg-core", "pgTable", &[text("posts"), columns]);
    let tie = operator(&mut machine, "eq", &[column(&users, "id"), column(&posts, "userId")]);
    let title = operator(&mut machine, "eq", &[column(&posts, "title"), text("x")]);
    let calls: &[(&str, &[Value])] =
        &[("select", &[]), ("from", &[users]), ("innerJoin", &[posts, tie]), ("where", &[title])];
    chain(&Drizzle, &mut machine, &db, calls);
    let query = &machine.queries[0];
    assert_eq!(words(query), "posts.title Eq");
    assert!(query.selection.embeds[0].inner && query.selection.embeds[0].relation == "posts");
}

#[test]
fn queries_inside_queries_give_no_rows_of_their_own() {
    let mut machine = FakeMachine::default();
    let (db, users) = (client(&mut machine), users(&mut machine));
    let calls: &[(&str, &[Value])] =
        &[("select", &[]), ("from", &[users]), ("as", &[text("inner")])];
    let inner = chain(&Drizzle, &mut machine, &db, calls);
    let calls: &[(&str, &[Value])] =
        &[("select", &[]), ("from", &[inner]), ("limit", &[number(1.0)])];
    let outer = chain(&Drizzle, &mut machine, &db, calls);
    let rows = awaited(&mut machine, &outer);
    assert!(matches!(rows.shape, Shape::Unknown) && rows.taint.has(Taint::ROWS));
    assert!(machine.queries.len() == 1 && machine.queries[0].nested);
}

#[test]
fn relational_queries_know_tables_and_relations_by_their_names() {
    let relation = NamedRelation {
        target: "posts".into(),
        is_list: true,
        columns: vec!["id".into()],
        target_columns: vec!["author_id".into()],
    };
    let table = |code: &str, keys: &[(&str, &str)]| NamedTable {
        code: code.into(),
        table: TableName { schema: None, name: code.into() },
        columns: keys.iter().map(|(key, name)| ((*key).into(), (*name).into())).collect(),
        ..NamedTable::default()
    };
    let mut users = table("users", &[("id", "id"), ("mail", "e_mail")]);
    users.relations.insert("posts".into(), relation);
    let posts = table("posts", &[("id", "id"), ("title", "title")]);
    let mut machine = FakeMachine { names: vec![users, posts], ..FakeMachine::default() };
    let db = client(&mut machine);
    let query = Drizzle.member(db.library().unwrap(), "query", origin(1)).unwrap();
    let users = Drizzle.member(query.library().unwrap(), "users", origin(1)).unwrap();
    let with = Value::object([("posts", Value::object([("limit", number(3.0))]))]);
    let args = Value::object([
        ("where", Value::object([("mail", text("x"))])),
        ("columns", Value::object([("id", Value::of(Shape::Bool(true)))])),
        ("with", with),
    ]);
    let row = call(&Drizzle, &mut machine, &users, (Some("findFirst"), &[args])).unwrap();
    assert!(row.taint.has(Taint::PART));
    let [posts, users] = machine.queries.as_slice() else { panic!() };
    assert!(posts.nested && words(posts) == "author_id In");
    assert_eq!(words(users), "e_mail Eq");
    assert_eq!(users.selection.columns.len(), 1);
    assert_eq!(users.selection.embeds[0].hint.as_deref(), Some("author_id"));
    assert_eq!(users.limit.as_ref().unwrap().value.as_number(), Some(1.0));
}

#[test]
fn transactions_hand_a_client_over() {
    let mut machine = FakeMachine { returns: vec![text("done")], ..FakeMachine::default() };
    let db = client(&mut machine);
    let done = call(&Drizzle, &mut machine, &db, (Some("transaction"), &[function(0)])).unwrap();
    assert_eq!(done.as_text(), Some("done"));
    assert_eq!(machine.ran_with[0][0].library().unwrap().kind, "client");
}

#[test]
fn what_is_given_a_table_is_a_client() {
    let mut machine = FakeMachine::default();
    let table = [users(&mut machine)];
    let guess = |method, args| Guess {
        receiver: "db",
        method,
        next: None,
        args,
        arg_origins: &[],
        origin: origin(9),
    };
    assert!(Drizzle.guess(&guess("from", &table), &mut machine).is_some());
    assert!(Drizzle.guess(&guess("insert", &table), &mut machine).is_some());
    let other = [Value::of(Shape::Array(Arc::default()))];
    assert!(Drizzle.guess(&guess("from", &other), &mut machine).is_none());
    assert!(Drizzle.typed("drizzle-orm/pg-core", "PgTransaction").is_some());
    assert!(Drizzle.typed("drizzle-orm/pg-core", "PgColumn").is_none());
}
