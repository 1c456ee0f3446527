use std::collections::BTreeMap;

use smol_str::SmolStr;

use super::*;
use crate::declared::TableName;
use crate::effect::Effect;
use crate::naming::{NamedRelation, NamedTable};
use crate::query::{Operation, Query};
use crate::testing::{FakeMachine, call, number};
use crate::value::{InputKind, Taint};

fn table(code: &str, name: &str, columns: &[(&str, &str)]) -> NamedTable {
    NamedTable {
        code: code.into(),
        table: TableName { schema: None, name: name.into() },
        columns: columns.iter().map(|(key, column)| ((*key).into(), (*column).into())).collect(),
        ..NamedTable::default()
    }
}

/// A relation; one to many is a list.
fn relation(target: &str, (own, theirs): (&str, &str)) -> NamedRelation {
    NamedRelation {
        target: target.into(),
        is_list: own == "id",
        columns: vec![own.into()],
        target_columns: vec![theirs.into()],
    }
}

/// Users with posts, and memberships with a key of two fields.
fn machine() -> FakeMachine {
    let mut user = table("User", "users", &[("id", "id"), ("email", "email"), ("name", "name")]);
    user.relations.insert("posts".into(), relation("Post", ("id", "author_id")));
    let mut post = table(
        "Post",
        "posts",
        &[("id", "id"), ("authorId", "author_id"), ("title", "title"), ("madeAt", "made_at")],
    );
    post.relations.insert("author".into(), relation("User", ("author_id", "id")));
    let mut member = table("Member", "members", &[("userId", "user_id"), ("teamId", "team_id")]);
    member.keys.insert("userId_teamId".into(), vec!["userId".into(), "teamId".into()]);
    FakeMachine { names: vec![user, post, member], ..FakeMachine::default() }
}

fn object(fields: &[(&str, Value)]) -> Value {
    let fields: BTreeMap<SmolStr, Value> =
        fields.iter().map(|(name, value)| ((*name).into(), value.clone())).collect();
    Value::record(crate::value::Object { fields, rest: None })
}

fn text(text: &str) -> Value {
    Value::text(text)
}

fn sent(machine: &mut FakeMachine, model: &str, method: &str, args: &Value) -> Value {
    let client = call(&Prisma, machine, &thing("class"), (None, &[])).unwrap();
    let model = Prisma.member(client.library().unwrap(), model, crate::testing::origin(1)).unwrap();
    call(&Prisma, machine, &model, (Some(method), std::slice::from_ref(args))).unwrap()
}

fn queries(model: &str, method: &str, args: &Value) -> Vec<Query> {
    let mut machine = machine();
    sent(&mut machine, model, method, args);
    machine.queries
}

fn query(model: &str, method: &str, args: &Value) -> Query {
    queries(model, method, args).pop().unwrap()
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

fn filters(model: &str, given: Value) -> String {
    words(&query(model, "findMany", &object(&[("where", given)])))
}

#[test]
fn a_read_is_one_query_on_the_table_of_its_model() {
    let args = object(&[
        ("where", object(&[("authorId", Value::input(InputKind::Path, "id"))])),
        ("orderBy", object(&[("madeAt", text("desc"))])),
        ("take", number(-20.0)),
        ("skip", Value::input(InputKind::Query, "skip")),
    ]);
    let query = query("post", "findMany", &args);
    assert_eq!(query.table.as_deref(), Some("posts"));
    assert_eq!(query.operation, Some(Operation::Select));
    assert_eq!(words(&query), "author_id Eq");
    assert_eq!(query.order[0].column.as_deref(), Some("made_at"));
    assert!(!query.order[0].ascending && query.selection.star);
    assert_eq!(query.limit.unwrap().value.as_number(), Some(20.0));
    assert!(query.offset.is_some());
}

#[test]
fn a_cursor_is_an_order() {
    let cursor = object(&[("id", text("x"))]);
    let found = query("post", "findMany", &object(&[("cursor", cursor), ("take", number(5.0))]));
    assert_eq!(found.order[0].column.as_deref(), Some("id"));
}

#[test]
fn operators_are_read() {
    let list = Value::array(vec![text("a"), text("b")]);
    for (given, expected) in [
        (object(&[("id", object(&[("in", list.clone())]))]), "id In"),
        (object(&[("id", object(&[("notIn", list)]))]), "not id In"),
        (object(&[("id", object(&[("not", Value::of(Shape::Null))]))]), "not id Is"),
        (object(&[("id", Value::of(Shape::Null))]), "id Is"),
        (object(&[("name", object(&[("contains", text("x"))]))]), "name Like"),
        (
            object(&[("name", object(&[("contains", text("x")), ("mode", text("insensitive"))]))]),
            "name ILike",
        ),
        (object(&[("id", object(&[("gte", text("a")), ("lt", text("b"))]))]), "id Range; id Range"),
        (object(&[("NOT", object(&[("id", text("a"))]))]), "not id Eq"),
    ] {
        assert_eq!(filters("user", given), expected);
    }
}

#[test]
fn alternatives_and_optional_conditions_say_so() {
    let either = Value::array(vec![object(&[("id", text("a"))]), object(&[("email", text("b"))])]);
    assert_eq!(filters("user", object(&[("OR", either)])), "id Eq |1; email Eq |1");
    let one = Value::array(vec![object(&[("id", text("a"))])]);
    assert_eq!(filters("user", object(&[("OR", one)])), "id Eq");
    let maybe = text("x").join(Value::undefined());
    assert_eq!(filters("user", object(&[("email", maybe)])), "email Eq ?");
}

#[test]
fn conditions_on_related_rows_are_of_their_table() {
    let some = object(&[("some", object(&[("title", text("x"))]))]);
    assert_eq!(filters("user", object(&[("posts", some)])), "posts.title Eq");
    let author = object(&[("email", text("x")), ("id", text("y"))]);
    assert_eq!(filters("post", object(&[("author", author)])), "users.email Eq; author_id Eq");
    let key = object(&[("userId_teamId", object(&[("userId", text("a")), ("teamId", text("b"))]))]);
    assert_eq!(filters("member", key), "user_id Eq; team_id Eq");
}

#[test]
fn related_rows_come_along_or_are_asked_for() {
    let posts = object(&[("take", number(3.0)), ("where", object(&[("title", text("x"))]))]);
    let args = object(&[("include", object(&[("posts", posts)]))]);
    let found = queries("user", "findMany", &args);
    let [posts, users] = found.as_slice() else { panic!("{found:?}") };
    assert!(posts.nested && posts.table.as_deref() == Some("posts"));
    assert_eq!(words(posts), "author_id In; title Eq");
    assert_eq!(posts.limit.as_ref().unwrap().value.as_number(), Some(3.0));
    let embed = &users.selection.embeds[0];
    assert_eq!((embed.relation.as_str(), embed.hint.as_deref()), ("posts", Some("author_id")));
    let args = object(&[("select", object(&[("name", Value::of(Shape::Bool(true)))]))]);
    let named = query("user", "findMany", &args);
    assert!(!named.selection.star && named.selection.columns[0].name == "name");
}

#[test]
fn writes_name_columns_and_keys() {
    let connect = object(&[("connect", object(&[("id", text("u"))]))]);
    let data = object(&[("title", text("x")), ("author", connect)]);
    let created = query("post", "create", &object(&[("data", data.clone())]));
    assert_eq!(created.operation, Some(Operation::Insert));
    let payload = created.payload.unwrap();
    assert_eq!(payload.field("author_id").and_then(Value::as_text), Some("u"));
    assert!(payload.field("title").is_some() && created.returning);
    let posts = object(&[("posts", object(&[("create", data)]))]);
    let found = queries("user", "create", &object(&[("data", posts)]));
    assert_eq!(found[0].table.as_deref(), Some("posts"));
    assert!(found[0].nested && found[0].operation == Some(Operation::Insert));
}

#[test]
fn an_upsert_names_its_key() {
    let key = object(&[("userId_teamId", object(&[("userId", text("a")), ("teamId", text("b"))]))]);
    let args = object(&[("where", key), ("create", object(&[])), ("update", object(&[]))]);
    let upsert = query("member", "upsert", &args);
    assert_eq!(upsert.operation, Some(Operation::Upsert));
    assert_eq!(upsert.conflict_columns.unwrap(), ["user_id", "team_id"]);
    assert!(upsert.keeps_existing && upsert.filters.is_empty());
}

#[test]
fn what_comes_back_says_how_many_rows_there_are() {
    let mut machine = machine();
    let row = sent(&mut machine, "user", "findUnique", &object(&[]));
    assert!(matches!(row.shape, Shape::Rows(_)) && row.taint.has(Taint::PART));
    let rows = sent(&mut machine, "user", "findMany", &object(&[]));
    assert!(matches!(rows.shape, Shape::Rows(_)) && !rows.taint.has(Taint::PART));
    let count = sent(&mut machine, "user", "count", &object(&[]));
    assert!(matches!(count.shape, Shape::Unknown) && count.taint.has(Taint::ROWS));
    assert!(machine.queries[2].head);
    assert_eq!(machine.queries[0].limit.as_ref().unwrap().value.as_number(), Some(1.0));
    assert!(machine.effects.iter().all(|effect| matches!(effect, Effect::Query(_))));
}

#[test]
fn clients_are_known_by_what_exports_them() {
    for (package, name, expected) in [
        ("@prisma/client", "PrismaClient", Some("class")),
        ("../generated/prisma/client", "PrismaClient", Some("class")),
        ("@/generated/prisma", "Prisma", Some("namespace")),
        ("@prisma/client", "Role", Some("constants")),
        ("./enums", "Role", None),
        ("@/lib/prisma", "prisma", None),
    ] {
        let kind = Prisma.import(package, name).map(|it| it.library().unwrap().kind);
        assert_eq!(kind, expected, "{package} {name}");
    }
    assert!(Prisma.typed("@prisma/client", "Prisma.TransactionClient").is_some());
    assert!(Prisma.typed("@prisma/client", "User").is_none());
}

#[test]
fn a_call_on_something_unknown_is_known_by_model_and_method() {
    let mut machine = machine();
    let args = [object(&[("where", object(&[("id", text("x"))]))])];
    let guess = |receiver, method| Guess {
        receiver,
        method,
        next: None,
        args: &args,
        arg_origins: &[],
        origin: crate::testing::origin(9),
    };
    assert!(Prisma.guess(&guess("user", "findFirst"), &mut machine).is_some());
    assert!(Prisma.guess(&guess("user", "delete"), &mut machine).is_some());
    assert!(Prisma.guess(&guess("users", "findFirst"), &mut machine).is_none());
    assert!(Prisma.guess(&guess("user", "save"), &mut machine).is_none());
}
