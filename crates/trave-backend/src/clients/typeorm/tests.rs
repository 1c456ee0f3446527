use std::collections::BTreeMap;

use smol_str::SmolStr;

use super::*;
use crate::declared::TableName;
use crate::naming::{NamedRelation, NamedTable};
use crate::query::{Operation, Query};
use crate::testing::{FakeMachine, call, chain, number};
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

fn relation(target: &str, own: &str, theirs: &str) -> NamedRelation {
    NamedRelation {
        target: target.into(),
        is_list: theirs != "id",
        columns: vec![own.into()],
        target_columns: vec![theirs.into()],
    }
}

/// Classes 0 and 1 are `User` and `Post`.
fn machine() -> FakeMachine {
    let mut user =
        table("User", "users", &[("id", "id"), ("email", "email"), ("firstName", "first_name")]);
    user.relations.insert("posts".into(), relation("Post", "id", "author_id"));
    user.columns.insert("home.city".into(), "home_city".into());
    let mut post =
        table("Post", "posts", &[("id", "id"), ("title", "title"), ("madeAt", "made_at")]);
    post.relations.insert("author".into(), relation("User", "author_id", "id"));
    FakeMachine { names: vec![user, post], classes: vec!["User", "Post"], ..FakeMachine::default() }
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

fn operator(name: &str, args: &[Value]) -> Value {
    let export = TypeOrm.import("typeorm", name).unwrap();
    call(&TypeOrm, &mut FakeMachine::default(), &export, (None, args)).unwrap()
}

/// What repositories of users give, and which queries they send.
fn sent(machine: &mut FakeMachine, method: &str, args: &[Value]) -> Value {
    let users = TypeOrm.typed_with("typeorm", "Repository", &["User".into()]).unwrap();
    call(&TypeOrm, machine, &users, (Some(method), args)).unwrap()
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
    words(&query("find", &[object(&[("where", given)])]))
}

#[test]
fn a_read_is_one_query_on_the_table_of_its_entity() {
    let options = object(&[
        ("where", object(&[("firstName", Value::input(InputKind::Path, "name"))])),
        ("order", object(&[("firstName", text("DESC"))])),
        ("take", number(20.0)),
        ("relations", Value::array(vec![text("posts")])),
    ]);
    let found = query("find", &[options]);
    assert_eq!(found.table.as_deref(), Some("users"));
    assert_eq!(words(&found), "first_name Eq");
    assert_eq!(found.order[0].column.as_deref(), Some("first_name"));
    assert!(!found.order[0].ascending && found.selection.star);
    assert_eq!(found.limit.unwrap().value.as_number(), Some(20.0));
    let embed = &found.selection.embeds[0];
    assert_eq!((embed.relation.as_str(), embed.hint.as_deref()), ("posts", Some("author_id")));
}

#[test]
fn operators_are_read() {
    let list = Value::array(vec![text("a"), text("b")]);
    let given = |name: &str, args: &[Value]| object(&[("email", operator(name, args))]);
    for (given, expected) in [
        (given("In", std::slice::from_ref(&list)), "email In"),
        (given("Not", &[operator("In", &[list])]), "not email In"),
        (given("Not", &[operator("IsNull", &[])]), "not email Is"),
        (given("Not", &[text("a")]), "email Ne"),
        (given("ILike", &[text("%x%")]), "email ILike"),
        (given("Between", &[text("a"), text("b")]), "email Range; email Range"),
        (
            given("Or", &[operator("IsNull", &[]), operator("Like", &[text("x")])]),
            "email Is |1; email Like |1",
        ),
        (object(&[("home", object(&[("city", text("x"))]))]), "home_city Eq"),
        (object(&[("posts", object(&[("title", text("x"))]))]), "posts.title Eq"),
    ] {
        assert_eq!(filters(given), expected);
    }
}

#[test]
fn alternatives_and_optional_conditions_say_so() {
    let either = Value::array(vec![object(&[("id", text("a"))]), object(&[("email", text("b"))])]);
    assert_eq!(filters(either), "id Eq |1; email Eq |1");
    let maybe = text("x").join(Value::undefined());
    assert_eq!(filters(object(&[("email", maybe)])), "email Eq ?");
}

#[test]
fn rows_are_named_by_key_by_conditions_and_as_before() {
    assert_eq!(words(&query("delete", &[text("7")])), "id Eq");
    assert_eq!(words(&query("update", &[Value::array(vec![text("7")]), object(&[])])), "id In");
    assert_eq!(words(&query("findOneBy", &[object(&[("email", text("x"))])])), "email Eq");
    assert_eq!(words(&query("findOne", &[text("7")])), "id Eq");
    assert_eq!(words(&query("find", &[object(&[("email", text("x"))])])), "email Eq");
    let unknown = query("find", &[object(&[("where", Value::unknown())])]);
    assert!(unknown.incomplete && unknown.filters.is_empty());
}

#[test]
fn the_key_of_a_related_row_is_a_column_of_ones_own() {
    let mut machine = machine();
    let manager = TypeOrm.typed("typeorm", "EntityManager").unwrap();
    let given = object(&[("author", object(&[("id", text("u"))]))]);
    call(&TypeOrm, &mut machine, &manager, (Some("findBy"), &[class(1), given])).unwrap();
    assert_eq!(words(&machine.queries[0]), "author_id Eq");
    assert_eq!(machine.queries[0].table.as_deref(), Some("posts"));
}

#[test]
fn what_comes_back_says_how_many_rows_there_are() {
    let mut machine = machine();
    let row = sent(&mut machine, "findOneBy", &[object(&[])]);
    assert!(matches!(row.shape, Shape::Rows(_)) && row.taint.has(Taint::PART));
    let both = sent(&mut machine, "findAndCount", &[]);
    let Shape::Array(parts) = &both.shape else { panic!("{both:?}") };
    assert!(matches!(parts[0].shape, Shape::Rows(_)) && matches!(parts[1].shape, Shape::Unknown));
    sent(&mut machine, "count", &[]);
    assert!(machine.queries[2].head);
    assert_eq!(machine.queries[0].limit.as_ref().unwrap().value.as_number(), Some(1.0));
}

#[test]
fn saving_adds_what_is_new_and_changes_what_was_read() {
    let new = query("save", &[object(&[("email", text("x"))])]);
    assert_eq!(new.operation, Some(Operation::Insert));
    assert!(new.payload.unwrap().field("email").is_some());
    let known = query("save", &[object(&[("id", text("7")), ("email", text("x"))])]);
    assert_eq!(known.operation, Some(Operation::Upsert));
    let mut machine = machine();
    let read = sent(&mut machine, "findOneBy", &[object(&[("id", text("7"))])]);
    sent(&mut machine, "save", std::slice::from_ref(&read));
    assert_eq!(machine.queries[1].operation, Some(Operation::Update));
    assert_eq!(words(&machine.queries[1]), "id Eq");
    let guess = Guess {
        receiver: "user",
        method: "save",
        next: None,
        args: &[],
        arg_origins: &[],
        origin: crate::testing::origin(9),
    };
    assert!(TypeOrm.on_rows(&guess, &read, &mut machine).is_some());
    assert_eq!(machine.queries[2].table.as_deref(), Some("users"));
}

#[test]
fn an_upsert_names_its_key() {
    let rows = Value::array(vec![object(&[("email", text("x"))])]);
    let upsert = query("upsert", &[rows, Value::array(vec![text("email")])]);
    assert_eq!(upsert.operation, Some(Operation::Upsert));
    assert_eq!(upsert.conflict_columns.unwrap(), ["email"]);
}

fn built(calls: &[(&str, &[Value])]) -> Query {
    let mut machine = machine();
    let users = TypeOrm.typed_with("typeorm", "Repository", &["User".into()]).unwrap();
    let builder = call(&TypeOrm, &mut machine, &users, (Some("createQueryBuilder"), &[text("u")]));
    chain(&TypeOrm, &mut machine, &builder.unwrap(), calls);
    machine.queries.swap_remove(0)
}

#[test]
fn builders_name_properties_in_text() {
    let name = object(&[("name", Value::input(InputKind::Query, "name"))]);
    let found = built(&[
        ("leftJoinAndSelect", &[text("u.posts"), text("p")]),
        ("where", &[text("u.firstName = :name AND p.madeAt > now()"), name]),
        ("andWhere", &[text("u.id IN (:...ids)"), object(&[("ids", Value::array(vec![]))])]),
        ("orderBy", &[text("u.firstName"), text("DESC")]),
        ("take", &[number(10.0)]),
        ("getMany", &[]),
    ]);
    assert_eq!(words(&found), "first_name Eq; p.made_at Range; id In");
    assert!(!found.incomplete && found.spliced.is_empty());
    assert!(found.filters[0].value.taint.has(Taint::INPUT));
    assert_eq!(found.order[0].column.as_deref(), Some("first_name"));
    assert_eq!(found.selection.embeds[0].relation, "posts");
    assert!(found.limit.is_some());
}

#[test]
fn text_with_values_in_it_is_spliced() {
    let input = Value::input(InputKind::Query, "name");
    let parts = vec![text("u.firstName = '"), input.clone(), text("'")];
    let whole = Value::of(Shape::Template(std::sync::Arc::new(parts)))
        .depending_on(std::slice::from_ref(&input));
    let found = built(&[("where", &[whole]), ("getMany", &[])]);
    assert_eq!(found.spliced.len(), 1);
    assert_eq!(built(&[("orderBy", &[input]), ("getMany", &[])]).spliced.len(), 1);
}

#[test]
fn alternatives_of_builders_are_of_one_group() {
    let found = built(&[
        ("where", &[text("u.id = 1")]),
        ("orWhere", &[text("u.email = 'x'")]),
        ("getOne", &[]),
    ]);
    assert_eq!(words(&found), "id Eq |1; email Eq |1");
    assert_eq!(found.limit.unwrap().value.as_number(), Some(1.0));
}

#[test]
fn builders_write() {
    let found = built(&[
        ("update", &[]),
        ("set", &[object(&[("firstName", text("x"))])]),
        ("where", &[text("id = :id"), object(&[("id", text("7"))])]),
        ("execute", &[]),
    ]);
    assert_eq!(found.operation, Some(Operation::Update));
    assert_eq!(words(&found), "id Eq");
    assert!(found.payload.unwrap().field("first_name").is_some());
}

#[test]
fn clients_are_known_by_package_type_and_decorator() {
    assert!(TypeOrm.typed("typeorm", "DataSource").is_some());
    assert!(TypeOrm.typed("./typeorm", "DataSource").is_none());
    let inject = TypeOrm.import("@nestjs/typeorm", "InjectRepository").unwrap();
    let mut machine = machine();
    let made = call(&TypeOrm, &mut machine, &inject, (None, &[class(1)])).unwrap();
    let Some(Injected::Value(handed)) = TypeOrm.injected(made.library().unwrap()) else { panic!() };
    assert_eq!(handed.library().unwrap().name, "Post");
    assert!(TypeOrm.import("@nestjs/typeorm", "TypeOrmModule").is_none());
}

#[test]
fn entities_that_extend_the_base_speak_for_themselves() {
    let mut machine = machine();
    let base = TypeOrm.import("typeorm", "BaseEntity").unwrap();
    let user = base.library().unwrap().clone().with(crate::library::OWNER, class(0)).into_value();
    let given = object(&[("email", text("x"))]);
    call(&TypeOrm, &mut machine, &user, (Some("findOneBy"), &[given])).unwrap();
    assert_eq!(machine.queries[0].table.as_deref(), Some("users"));
    assert_eq!(words(&machine.queries[0]), "email Eq");
}
