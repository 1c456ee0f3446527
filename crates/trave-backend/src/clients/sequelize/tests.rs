use std::collections::BTreeMap;

use super::*;
use crate::declared::TableName;
use crate::naming::{NamedRelation, NamedTable};
use crate::query::{Operation, Query};
use crate::testing::{FakeMachine, call, function, number};
use crate::value::{Object, Shape, Taint};

fn text(text: &str) -> Value {
    Value::text(text)
}

fn object(fields: &[(&str, Value)]) -> Value {
    let fields: BTreeMap<SmolStr, Value> =
        fields.iter().map(|(name, value)| ((*name).into(), value.clone())).collect();
    Value::record(Object { fields, rest: None })
}

fn table(code: &str, name: &str, columns: &[(&str, &str)]) -> NamedTable {
    NamedTable {
        code: code.into(),
        table: TableName { schema: None, name: name.into() },
        columns: columns.iter().map(|(key, column)| ((*key).into(), (*column).into())).collect(),
        primary: vec!["id".into()],
        ..NamedTable::default()
    }
}

/// Users with posts.
fn machine() -> FakeMachine {
    let relation = |target: &str, (own, theirs): (&str, &str)| NamedRelation {
        target: target.into(),
        is_list: own == "id",
        columns: vec![own.into()],
        target_columns: vec![theirs.into()],
    };
    let mut user = table("User", "users", &[("id", "id"), ("mail", "e_mail"), ("name", "name")]);
    user.relations.insert("posts".into(), relation("Post", ("id", "author_id")));
    let mut post = table("Post", "posts", &[("id", "id"), ("authorId", "author_id")]);
    post.relations.insert("author".into(), relation("User", ("author_id", "id")));
    FakeMachine { names: vec![user, post], ..FakeMachine::default() }
}

fn sent(machine: &mut FakeMachine, method: &str, args: &[Value]) -> Value {
    call(&Sequelize, machine, &named("model", "User"), (Some(method), args)).unwrap()
}

fn query(method: &str, args: &[Value]) -> Query {
    let mut machine = machine();
    sent(&mut machine, method, args);
    machine.queries.pop().unwrap()
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

fn filters(given: Value) -> String {
    words(&query("findAll", &[object(&[("where", given)])]))
}

#[test]
fn a_read_is_one_query_on_the_table_of_its_model() {
    let order = Value::array(vec![Value::array(vec![text("mail"), text("DESC")])]);
    let options = object(&[
        ("where", object(&[("mail", text("x"))])),
        ("attributes", Value::array(vec![text("id"), text("mail")])),
        ("order", order),
        ("limit", number(20.0)),
    ]);
    let query = query("findAll", &[options]);
    assert_eq!((query.table.as_deref(), query.operation), (Some("users"), Some(Operation::Select)));
    assert_eq!(words(&query), "e_mail Eq");
    let columns: Vec<&str> = query.selection.columns.iter().map(|it| it.name.as_str()).collect();
    assert_eq!(columns, ["id", "e_mail"]);
    assert!(!query.order[0].ascending && query.order[0].column.as_deref() == Some("e_mail"));
    assert!(query.limit.is_some() && !query.selection.star);
}

#[test]
fn operators_are_read() {
    let list = Value::array(vec![text("a"), text("b")]);
    for (given, expected) in [
        (text("a"), "name Eq"),
        (list.clone(), "name In"),
        (Value::of(Shape::Null), "name Is"),
        (object(&[("$ne", Value::of(Shape::Null))]), "not name Is"),
        (object(&[("$notIn", list.clone())]), "not name In"),
        (object(&[("$gte", text("a")), ("$lt", text("b"))]), "name Range; name Range"),
        (object(&[("$between", list)]), "name Range; name Range"),
        (object(&[("$iLike", text("%x%"))]), "name ILike"),
    ] {
        assert_eq!(filters(object(&[("name", given)])), expected);
    }
}

#[test]
fn alternatives_say_so() {
    let either = Value::array(vec![object(&[("id", text("a"))]), object(&[("name", text("b"))])]);
    assert_eq!(filters(object(&[("$or", either)])), "id Eq |1; name Eq |1");
    let either = object(&[("id", text("a")), ("name", text("b"))]);
    assert_eq!(filters(object(&[("$or", either)])), "id Eq |1; name Eq |1");
    let none = object(&[("$not", object(&[("id", text("a"))]))]);
    assert_eq!(filters(none), "not id Eq");
}

#[test]
fn models_that_come_along_are_joined() {
    let post =
        object(&[("model", named("model", "Post")), ("where", object(&[("authorId", text("x"))]))]);
    let query = query("findAll", &[object(&[("include", Value::array(vec![post]))])]);
    let embed = &query.selection.embeds[0];
    assert_eq!((embed.relation.as_str(), embed.alias.as_deref()), ("posts", Some("posts")));
    assert!(embed.inner);
    assert_eq!(words(&query), "posts.author_id Eq");
}

#[test]
fn one_row_is_named_by_its_key() {
    let mut machine = machine();
    let row = sent(&mut machine, "findByPk", &[text("x")]);
    assert!(matches!(row.shape, Shape::Rows(_)) && row.taint.has(Taint::PART));
    assert_eq!(words(&machine.queries[0]), "id Eq");
    assert!(machine.queries[0].limit.is_some());
}

#[test]
fn writes_say_what_they_write() {
    let changes = object(&[("mail", text("x"))]);
    let options = object(&[("where", object(&[("id", text("a"))]))]);
    let update = query("update", &[changes.clone(), options.clone()]);
    assert_eq!((words(&update).as_str(), update.operation), ("id Eq", Some(Operation::Update)));
    assert!(update.payload.unwrap().field("e_mail").is_some());
    assert_eq!(query("destroy", &[options]).operation, Some(Operation::Delete));
    let created = query("create", std::slice::from_ref(&changes));
    assert!(created.returning && created.operation == Some(Operation::Insert));
    let duplicates = object(&[("updateOnDuplicate", Value::array(vec![text("mail")]))]);
    let rows = Value::array(vec![changes]);
    assert_eq!(query("bulkCreate", &[rows, duplicates]).operation, Some(Operation::Upsert));
}

#[test]
fn rows_that_were_read_are_changed_by_their_key() {
    let mut machine = machine();
    let row = sent(&mut machine, "findByPk", &[text("x")]);
    let args = [object(&[("mail", text("y"))])];
    let guess = |method| Guess {
        receiver: "user",
        method,
        next: None,
        args: &args,
        arg_origins: &[],
        origin: crate::testing::origin(9),
    };
    assert!(Sequelize.on_rows(&guess("update"), &row, &mut machine).is_some());
    assert_eq!(words(&machine.queries[1]), "id Eq");
    assert!(Sequelize.on_rows(&guess("getPosts"), &row, &mut machine).is_some());
    assert_eq!(machine.queries[2].table.as_deref(), Some("posts"));
    assert!(words(&machine.queries[2]).starts_with("author_id Eq"));
    assert!(Sequelize.on_rows(&guess("isAdmin"), &row, &mut machine).is_none());
}

#[test]
fn literal_text_is_a_part_of_the_query() {
    let given = Value::input(crate::value::InputKind::Query, "order");
    let mut machine = machine();
    let literal =
        call(&Sequelize, &mut machine, &named("function", "literal"), (None, &[given])).unwrap();
    sent(&mut machine, "findAll", &[object(&[("order", Value::array(vec![literal]))])]);
    assert_eq!(machine.queries[0].spliced.len(), 1);
    assert!(machine.queries[0].order[0].column.is_none());
}

#[test]
fn text_is_sent_with_its_replacements() {
    let mut machine = machine();
    let options =
        object(&[("replacements", object(&[("id", text("x"))])), ("type", text("SELECT"))]);
    let args = [text("select * from users where id = :id"), options];
    let rows = call(&Sequelize, &mut machine, &thing("client"), (Some("query"), &args)).unwrap();
    assert!(matches!(rows.shape, Shape::Rows(_)));
    assert_eq!(words(&machine.queries[0]), "id Eq");
}

#[test]
fn scopes_add_what_is_not_known() {
    let mut machine = FakeMachine { returns: vec![text("done")], ..machine() };
    let scoped = sent(&mut machine, "scope", &[text("active")]);
    call(&Sequelize, &mut machine, &scoped, (Some("findAll"), &[])).unwrap();
    assert!(machine.queries[0].incomplete);
    let client = Sequelize.typed("sequelize", "Sequelize").unwrap();
    let args = [function(0)];
    let done = call(&Sequelize, &mut machine, &client, (Some("transaction"), &args)).unwrap();
    assert_eq!(done.as_text(), Some("done"));
}
