use super::*;
use crate::query::{Operation, Query};
use crate::testing::{FakeMachine, call, chain, function, number, origin};
use crate::value::{InputKind, Shape, Taint};

fn text(text: &str) -> Value {
    Value::text(text)
}

fn db() -> Value {
    Kysely.typed("kysely", "Kysely").unwrap()
}

fn eb(machine: &mut FakeMachine, args: &[Value]) -> Value {
    call(&Kysely, machine, &thing("eb"), (None, args)).unwrap()
}

fn of_eb(machine: &mut FakeMachine, method: &str, args: &[Value]) -> Value {
    call(&Kysely, machine, &thing("eb"), (Some(method), args)).unwrap()
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

/// The query of a chain on the client.
fn query(machine: &mut FakeMachine, calls: &[(&str, &[Value])]) -> Query {
    chain(&Kysely, machine, &db(), calls);
    machine.queries.last().unwrap().clone()
}

/// The filters of a read of `users as u` under a condition.
fn filtered(condition: impl FnOnce(&mut FakeMachine) -> Vec<Value>) -> String {
    let mut machine = FakeMachine::default();
    let condition = condition(&mut machine);
    let calls: &[(&str, &[Value])] =
        &[("selectFrom", &[text("users as u")]), ("where", &condition)];
    words(&query(&mut machine, calls))
}

#[test]
fn a_select_is_one_query() {
    let mut machine = FakeMachine::default();
    let fields = Value::array(vec![text("u.id"), text("u.team_id as team")]);
    let id = Value::input(InputKind::Path, "id");
    let calls: &[(&str, &[Value])] = &[
        ("selectFrom", &[text("users as u")]),
        ("select", &[fields]),
        ("where", &[text("u.team_id"), text("="), id]),
        ("orderBy", &[text("u.name"), text("desc")]),
        ("limit", &[number(20.0)]),
        ("execute", &[]),
    ];
    let rows = chain(&Kysely, &mut machine, &db(), calls);
    assert!(matches!(rows.shape, Shape::Rows(_)) && rows.taint.has(Taint::ROWS));
    let [query] = machine.queries.as_slice() else { panic!() };
    assert_eq!((query.table.as_deref(), query.operation), (Some("users"), Some(Operation::Select)));
    assert_eq!(words(query), "team_id Eq");
    assert_eq!(query.selection.columns[1].name, "team_id");
    assert_eq!(query.selection.columns[1].alias.as_deref(), Some("team"));
    assert!(!query.order[0].ascending && query.order[0].column.as_deref() == Some("name"));
    assert_eq!(query.limit.as_ref().unwrap().value.as_number(), Some(20.0));
    assert!(!query.incomplete && !query.selection.star);
}

#[test]
fn operators_are_read() {
    let list = Value::array(vec![text("a")]);
    let null = Value::of(Shape::Null);
    for (operator, value, expected) in [
        ("!=", text("a"), "name Ne"),
        ("in", list.clone(), "name In"),
        ("not in", list, "not name In"),
        ("is", null.clone(), "name Is"),
        ("is not", null, "not name Is"),
        ("ILIKE", text("%x%"), "name ILike"),
        (">=", number(1.0), "name Range"),
    ] {
        assert_eq!(filtered(|_| vec![text("name"), text(operator), value]), expected);
    }
}

#[test]
fn expressions_are_conditions() {
    let both = filtered(|machine| {
        let id = eb(machine, &[text("u.id"), text("="), text("a")]);
        let name = eb(machine, &[text("u.name"), text("="), text("b")]);
        let either = of_eb(machine, "or", &[Value::array(vec![id.clone(), name])]);
        let no = of_eb(machine, "not", &[id]);
        vec![of_eb(machine, "and", &[Value::array(vec![either, no])])]
    });
    assert_eq!(both, "id Eq |1; name Eq |1; not id Eq");
    let chained = filtered(|machine| {
        let id = eb(machine, &[text("id"), text("="), text("a")]);
        let or: &[Value] = &[text("name"), text("="), text("b")];
        vec![chain(&Kysely, machine, &id, &[("or", or)])]
    });
    assert_eq!(chained, "id Eq |1; name Eq |1");
    let object = filtered(|machine| {
        vec![of_eb(machine, "and", &[Value::object([("id", text("a")), ("name", text("b"))])])]
    });
    assert_eq!(object, "id Eq; name Eq");
    let between = filtered(|machine| {
        vec![of_eb(machine, "between", &[text("age"), number(1.0), number(2.0)])]
    });
    assert_eq!(between, "age Range; age Range");
}

#[test]
fn a_function_is_given_an_expression_builder() {
    let mut machine = FakeMachine::default();
    let condition = eb(&mut machine, &[text("id"), text("="), text("a")]);
    machine.returns = vec![condition];
    let calls: &[(&str, &[Value])] = &[("selectFrom", &[text("users")]), ("where", &[function(0)])];
    assert_eq!(words(&query(&mut machine, calls)), "id Eq");
    assert_eq!(machine.ran_with[0][0].library().unwrap().kind, "eb");
    let method = Kysely.member(thing("eb").library().unwrap(), "or", origin(1)).unwrap();
    assert_eq!(method.library().unwrap().kind, "eb-method");
}

#[test]
fn joined_tables_come_along() {
    let mut machine = FakeMachine::default();
    let calls: &[(&str, &[Value])] = &[
        ("selectFrom", &[text("posts as p")]),
        ("innerJoin", &[text("users as u"), text("u.id"), text("p.author_id")]),
        ("selectAll", &[text("u")]),
        ("where", &[text("u.team_id"), text("="), text("x")]),
        ("where", &[text("p.id"), text("="), text("y")]),
        ("whereRef", &[text("p.id"), text("="), text("outer.id")]),
    ];
    let query = query(&mut machine, calls);
    assert_eq!(words(&query), "u.team_id Eq; id Eq; id Eq");
    let embed = &query.selection.embeds[0];
    assert_eq!((embed.relation.as_str(), embed.alias.as_deref()), ("users", Some("u")));
    assert!(embed.inner && embed.selection.star && !query.selection.star);
}

#[test]
fn an_older_builder_begins_a_query_of_its_own() {
    let mut machine = FakeMachine::default();
    let calls: &[(&str, &[Value])] =
        &[("selectFrom", &[text("users")]), ("where", &[text("id"), text("="), text("a")])];
    let base = chain(&Kysely, &mut machine, &db(), calls);
    chain(&Kysely, &mut machine, &base, &[("limit", &[number(5.0)]), ("execute", &[])]);
    chain(&Kysely, &mut machine, &base, &[("selectAll", &[]), ("execute", &[])]);
    let [first, second] = machine.queries.as_slice() else { panic!("{:?}", machine.queries) };
    assert!(first.limit.is_some() && !first.selection.star);
    assert!(second.limit.is_none() && second.selection.star);
    assert_eq!(words(second), "id Eq");
}

#[test]
fn what_is_asked_sometimes_says_so() {
    let mut machine = FakeMachine::default();
    let filter: &[Value] = &[text("id"), text("="), text("a")];
    let base: &[(&str, &[Value])] = &[("selectFrom", &[text("users")])];
    let builder = chain(&Kysely, &mut machine, &db(), base);
    let maybe = builder.library().unwrap().clone().with("maybe", Value::of(Shape::Bool(true)));
    let returned = chain(&Kysely, &mut machine, &maybe.into_value(), &[("where", filter)]);
    machine.returns = vec![returned];
    let condition = Value::input(InputKind::Query, "id");
    let made = chain(&Kysely, &mut machine, &builder, &[("$if", &[condition, function(0)])]);
    assert_eq!(words(&machine.queries[0]), "id Eq ?");
    assert!(made.library().unwrap().kept("maybe").is_none());
    chain(&Kysely, &mut machine, &made, &[("where", filter)]);
    assert_eq!(words(&machine.queries[0]), "id Eq ?; id Eq");
    assert_eq!(machine.queries.len(), 1);
}

#[test]
fn writes_say_what_they_write() {
    let mut machine = FakeMachine::default();
    let row = Value::object([("id", text("a")), ("name", text("b"))]);
    let calls: &[(&str, &[Value])] = &[
        ("insertInto", &[text("users")]),
        ("values", &[row]),
        ("returningAll", &[]),
        ("executeTakeFirstOrThrow", &[]),
    ];
    let made = chain(&Kysely, &mut machine, &db(), calls);
    assert!(made.taint.has(Taint::PART));
    let insert = machine.queries[0].clone();
    assert!(insert.returning && insert.payload.unwrap().field("name").is_some());
    let set = Value::object([("name", text("b"))]);
    let calls: &[(&str, &[Value])] = &[
        ("updateTable", &[text("users")]),
        ("set", &[set]),
        ("set", &[text("age"), number(3.0)]),
        ("where", &[text("id"), text("="), text("a")]),
    ];
    let update = query(&mut machine, calls);
    let payload = update.payload.clone().unwrap();
    assert!(payload.field("name").is_some() && payload.field("age").is_some());
    assert_eq!((words(&update).as_str(), update.operation), ("id Eq", Some(Operation::Update)));
}

#[test]
fn a_conflict_makes_an_upsert() {
    let mut machine = FakeMachine::default();
    let calls: &[(&str, &[Value])] =
        &[("insertInto", &[text("users")]), ("onConflict", &[function(0)])];
    query(&mut machine, calls);
    let conflict = machine.ran_with[0][0].clone();
    let columns = Value::array(vec![text("id"), text("team_id")]);
    chain(&Kysely, &mut machine, &conflict, &[("columns", &[columns]), ("doNothing", &[])]);
    let upsert = &machine.queries[0];
    assert_eq!(upsert.operation, Some(Operation::Upsert));
    assert_eq!(upsert.conflict_columns.as_ref().unwrap(), &["id", "team_id"]);
    assert!(upsert.keeps_existing);
}

#[test]
fn queries_inside_queries_are_sent_with_them() {
    let mut machine = FakeMachine::default();
    let calls: &[(&str, &[Value])] =
        &[("selectFrom", &[text("posts")]), ("select", &[text("author_id")])];
    let inner = chain(&Kysely, &mut machine, &db(), calls);
    let calls: &[(&str, &[Value])] =
        &[("selectFrom", &[text("users")]), ("where", &[text("id"), text("in"), inner])];
    let outer = query(&mut machine, calls);
    assert_eq!(words(&outer), "id In");
    assert!(machine.queries[0].nested && !outer.nested);
    let name = Value::text("recent");
    let with = chain(&Kysely, &mut machine, &db(), &[("with", &[name.clone(), function(0)])]);
    let from = chain(&Kysely, &mut machine, &with, &[("selectFrom", &[name])]);
    assert_eq!(from.library().unwrap().kind, "derived");
}

#[test]
fn names_in_camel_case_are_turned_where_the_client_does() {
    let mut machine = FakeMachine::default();
    let plugin = call(&Kysely, &mut machine, &thing("camel-case"), (None, &[])).unwrap();
    let options = Value::object([("plugins", Value::array(vec![plugin]))]);
    let db = call(&Kysely, &mut machine, &thing("class"), (None, &[options])).unwrap();
    let calls: &[(&str, &[Value])] = &[
        ("selectFrom", &[text("userSessions")]),
        ("where", &[text("userId"), text("="), text("a")]),
        ("execute", &[]),
    ];
    chain(&Kysely, &mut machine, &db, calls);
    let query = &machine.queries[0];
    assert_eq!(
        (query.table.as_deref(), words(query).as_str()),
        (Some("user_sessions"), "user_id Eq")
    );
}

#[test]
fn raw_text_is_a_part_of_the_query() {
    let mut machine = FakeMachine::default();
    let given = Value::input(InputKind::Query, "order");
    let raw = call(&Kysely, &mut machine, &thing("sql"), (Some("raw"), &[given])).unwrap();
    let calls: &[(&str, &[Value])] = &[("selectFrom", &[text("users")]), ("where", &[raw])];
    assert_eq!(query(&mut machine, calls).spliced.len(), 1);
    let raw = call(&Kysely, &mut machine, &thing("sql"), (Some("raw"), &[text("id = 1")])).unwrap();
    let calls: &[(&str, &[Value])] = &[("selectFrom", &[text("users")]), ("where", &[raw])];
    assert_eq!(words(&query(&mut machine, calls)), "id Eq");
}

#[test]
fn transactions_hand_a_client_over() {
    let mut machine = FakeMachine { returns: vec![text("done")], ..FakeMachine::default() };
    let calls: &[(&str, &[Value])] = &[("transaction", &[]), ("execute", &[function(0)])];
    let done = chain(&Kysely, &mut machine, &db(), calls);
    assert_eq!(done.as_text(), Some("done"));
    assert_eq!(machine.ran_with[0][0].library().unwrap().kind, "client");
}

#[test]
fn what_names_a_table_so_is_a_client() {
    let mut machine = FakeMachine::default();
    let args = [text("users")];
    let guess = |method| Guess {
        receiver: "db",
        method,
        next: None,
        args: &args,
        arg_origins: &[],
        origin: origin(9),
    };
    assert!(Kysely.guess(&guess("selectFrom"), &mut machine).is_some());
    assert!(Kysely.guess(&guess("from"), &mut machine).is_none());
    assert!(Kysely.typed("kysely", "Generated").is_none());
}

#[test]
fn names_of_expressions_are_no_columns_to_sort_by() {
    let mut machine = FakeMachine::default();
    let text_of = [text("date_trunc('day', at)")];
    let raw = call(&Kysely, &mut machine, &thing("sql"), (Some("raw"), &text_of));
    let of = |selected: Value| -> [(&str, Vec<Value>); 3] {
        [
            ("selectFrom", vec![text("users")]),
            ("select", vec![selected]),
            ("orderBy", vec![text("day")]),
        ]
    };
    for (selected, expected) in [(raw.unwrap(), None), (text("day"), Some("day"))] {
        let calls = of(selected);
        let calls: Vec<(&str, &[Value])> =
            calls.iter().map(|(name, args)| (*name, args.as_slice())).collect();
        let query = query(&mut machine, &calls);
        assert_eq!(query.order[0].column.as_deref(), expected);
    }
}
