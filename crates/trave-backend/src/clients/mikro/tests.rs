use std::collections::BTreeMap;

use smol_str::SmolStr;

use super::*;
use crate::declared::TableName;
use crate::naming::{NamedRelation, NamedTable};
use crate::query::{Operation, Query};
use crate::testing::{FakeMachine, call, chain, number, origin};
use crate::value::{ClosureId, InputKind, Shape, Taint};

fn table(code: &str, name: &str, columns: &[(&str, &str)]) -> NamedTable {
    let columns = columns.iter().map(|(property, column)| ((*property).into(), (*column).into()));
    NamedTable {
        code: code.into(),
        table: TableName { schema: None, name: name.into() },
        columns: columns.collect(),
        primary: vec!["id".into()],
        ..NamedTable::default()
    }
}

/// Classes 0 and 1 are `User` and `Book`.
fn machine() -> FakeMachine {
    let mut user =
        table("User", "user", &[("id", "id"), ("email", "email"), ("lastSeen", "last_seen")]);
    let relation = |target: &str, is_list, own: &str, theirs: &str| NamedRelation {
        target: target.into(),
        is_list,
        columns: vec![own.into()],
        target_columns: vec![theirs.into()],
    };
    user.relations.insert("books".into(), relation("Book", true, "id", "owner_id"));
    let mut book = table("Book", "book", &[("id", "id"), ("title", "title")]);
    book.relations.insert("owner".into(), relation("User", false, "owner_id", "id"));
    FakeMachine { names: vec![user, book], classes: vec!["User", "Book"], ..FakeMachine::default() }
}

fn class(index: u32) -> Value {
    Value::of(Shape::Instance(ClosureId(index)))
}

fn object(fields: &[(&str, Value)]) -> Value {
    let fields: BTreeMap<SmolStr, Value> =
        fields.iter().map(|(name, value)| ((*name).into(), value.clone())).collect();
    Value::record(crate::value::Object { fields, rest: None })
}

fn text(text: &str) -> Value {
    Value::text(text)
}

fn em() -> Value {
    MikroOrm.typed("@mikro-orm/postgresql", "EntityManager").unwrap()
}

fn query(method: &str, args: &[Value]) -> Query {
    let mut machine = machine();
    call(&MikroOrm, &mut machine, &em(), (Some(method), args)).unwrap();
    machine.queries.pop().unwrap()
}

fn words(query: &Query) -> String {
    let words = query.filters.iter().map(|filter| {
        let not = if filter.negated { "not " } else { "" };
        let relation = filter.relation.as_ref().map(|name| format!("{name}.")).unwrap_or_default();
        let group = filter.any_of.map(|group| format!(" |{group}")).unwrap_or_default();
        format!("{not}{relation}{} {:?}{group}", filter.column, filter.op)
    });
    words.collect::<Vec<_>>().join("; ")
}

fn filters(of: u32, given: Value) -> String {
    words(&query("find", &[class(of), given]))
}

#[test]
fn a_read_is_one_query_on_the_table_of_its_entity() {
    let options = object(&[
        ("orderBy", object(&[("lastSeen", text("desc"))])),
        ("limit", number(20.0)),
        ("populate", Value::array(vec![text("books.owner")])),
    ]);
    let given = object(&[("email", Value::input(InputKind::Query, "email"))]);
    let found = query("find", &[class(0), given, options]);
    assert_eq!(found.table.as_deref(), Some("user"));
    assert_eq!(words(&found), "email Eq");
    assert_eq!(found.order[0].column.as_deref(), Some("last_seen"));
    assert!(!found.order[0].ascending && found.limit.is_some());
    let embed = &found.selection.embeds[0];
    assert_eq!((embed.relation.as_str(), embed.hint.as_deref()), ("book", Some("owner_id")));
    assert_eq!(embed.selection.embeds[0].relation, "user");
}

#[test]
fn operators_and_alternatives_are_read() {
    let list = Value::array(vec![text("a"), text("b")]);
    for (given, expected) in [
        (object(&[("email", object(&[("$in", list.clone())]))]), "email In"),
        (object(&[("email", list.clone())]), "email In"),
        (object(&[("email", object(&[("$ne", Value::of(Shape::Null))]))]), "not email Is"),
        (object(&[("email", object(&[("$like", text("%x"))]))]), "email Like"),
        (
            object(&[("lastSeen", object(&[("$gte", text("x")), ("$lt", text("y"))]))]),
            "last_seen Range; last_seen Range",
        ),
        (
            object(&[(
                "$or",
                Value::array(vec![object(&[("id", text("a"))]), object(&[("email", text("b"))])]),
            )]),
            "id Eq |1; email Eq |1",
        ),
        (object(&[("$not", object(&[("id", text("a"))]))]), "not id Eq"),
        (object(&[("books", object(&[("title", text("x"))]))]), "book.title Eq"),
        (
            object(&[("books", object(&[("$some", object(&[("title", text("x"))]))]))]),
            "book.title Eq",
        ),
        (text("7"), "id Eq"),
        (list, "id In"),
    ] {
        assert_eq!(filters(0, given.clone()), expected, "{given:?}");
    }
    let owner = object(&[("owner", object(&[("id", text("u"))]))]);
    assert_eq!(filters(1, owner), "owner_id Eq");
    assert_eq!(filters(1, object(&[("owner", Value::unknown())])), "owner_id Eq");
    assert_eq!(
        filters(1, object(&[("owner", object(&[("$in", Value::unknown())]))])),
        "owner_id In"
    );
}

#[test]
fn native_queries_are_sent_at_once() {
    let data = object(&[("lastSeen", text("x"))]);
    let update = query("nativeUpdate", &[class(0), object(&[("email", text("y"))]), data.clone()]);
    assert_eq!((update.operation, words(&update)), (Some(Operation::Update), "email Eq".into()));
    assert!(update.payload.unwrap().field("last_seen").is_some());
    assert_eq!(query("nativeDelete", &[class(0), text("7")]).operation, Some(Operation::Delete));
    assert_eq!(query("insert", &[class(0), data]).operation, Some(Operation::Insert));
}

#[test]
fn what_is_persisted_is_written_when_it_is_flushed() {
    let mut machine = machine();
    let fields = object(&[("email", text("x"))]);
    call(&MikroOrm, &mut machine, &em(), (Some("create"), &[class(0), fields])).unwrap();
    call(&MikroOrm, &mut machine, &em(), (Some("persist"), &[class(0)])).unwrap();
    assert!(machine.queries.is_empty());
    call(&MikroOrm, &mut machine, &em(), (Some("flush"), &[])).unwrap();
    let [insert] = machine.queries.as_slice() else { panic!("{:?}", machine.queries) };
    assert_eq!(
        (insert.operation, insert.table.as_deref()),
        (Some(Operation::Insert), Some("user"))
    );
}

#[test]
fn rows_that_were_changed_are_written_when_they_are_flushed() {
    let mut machine = machine();
    let row =
        call(&MikroOrm, &mut machine, &em(), (Some("findOne"), &[class(0), text("7")])).unwrap();
    assert!(row.taint.has(Taint::PART));
    for (property, value) in [("lastSeen", "x"), ("email", "y"), ("nothing", "z")] {
        MikroOrm.set_on_rows(&row, (property, &text(value), origin(3)), &mut machine);
    }
    call(&MikroOrm, &mut machine, &em(), (Some("flush"), &[])).unwrap();
    let update = &machine.queries[1];
    assert_eq!((update.operation, words(update)), (Some(Operation::Update), "id Eq".into()));
    let payload = update.payload.as_ref().unwrap();
    assert!(payload.field("last_seen").is_some() && payload.field("email").is_some());
    call(&MikroOrm, &mut machine, &em(), (Some("removeAndFlush"), &[row])).unwrap();
    assert_eq!(machine.queries[2].operation, Some(Operation::Delete));
}

#[test]
fn builders_are_sent_by_their_last_method() {
    let mut machine = machine();
    let args = [class(0), text("u")];
    let builder =
        call(&MikroOrm, &mut machine, &em(), (Some("createQueryBuilder"), &args)).unwrap();
    let given = object(&[("b.title", text("x")), ("u.email", text("y"))]);
    chain(
        &MikroOrm,
        &mut machine,
        &builder,
        &[
            ("leftJoin", &[text("u.books"), text("b")]),
            ("where", &[given]),
            ("orderBy", &[object(&[("u.lastSeen", text("asc"))])]),
            ("limit", &[number(3.0)]),
            ("getResultList", &[]),
        ],
    );
    let found = &machine.queries[0];
    assert_eq!(words(found), "book.title Eq; email Eq");
    assert_eq!(found.order[0].column.as_deref(), Some("last_seen"));
    assert!(found.limit.is_some());
}

#[test]
fn repositories_know_their_entity_by_type() {
    let args = ["Book".into()];
    let books = MikroOrm.typed_with("@mikro-orm/core", "EntityRepository", &args).unwrap();
    let mut machine = machine();
    let given = object(&[("title", text("x"))]);
    call(&MikroOrm, &mut machine, &books, (Some("findOne"), &[given])).unwrap();
    assert_eq!(machine.queries[0].table.as_deref(), Some("book"));
    assert!(MikroOrm.typed_with("./orm", "EntityRepository", &args).is_none());
}
