use super::*;
use crate::effect::Trust;
use crate::query::{FilterOp, Operation, Query};
use crate::testing::{FakeMachine, call, chain, env, function, number, origin};
use crate::value::{ClientRole, InputKind, Shape};
use std::sync::Arc;

fn make(machine: &mut FakeMachine, name: &str, args: &[Value]) -> Value {
    let package =
        if name == "createServerClient" { "@supabase/ssr" } else { "@supabase/supabase-js" };
    let constructor = Supabase.import(package, name).unwrap();
    call(&Supabase, machine, &constructor, (None, args)).unwrap()
}

fn role(name: &str, args: &[Value]) -> (ClientRole, bool) {
    let mut machine = FakeMachine {
        returns: vec![Value::of(Shape::Array(Arc::default()))],
        ..FakeMachine::default()
    };
    machine.returns.push(Value::input(InputKind::Cookie, ""));
    let client = make(&mut machine, name, args);
    let fact = client.library().unwrap().client.clone().unwrap();
    (fact.role, fact.session)
}

fn anon_client(machine: &mut FakeMachine) -> Value {
    make(machine, "createClient", &[env("URL"), env("SUPABASE_ANON_KEY")])
}

fn run(calls: &[(&str, &[Value])]) -> (FakeMachine, Value) {
    let mut machine = FakeMachine::default();
    let client = anon_client(&mut machine);
    let value = chain(&Supabase, &mut machine, &client, calls);
    (machine, value)
}

fn query(calls: &[(&str, &[Value])]) -> Query {
    run(calls).0.queries.remove(0)
}

fn text(text: &str) -> Value {
    Value::text(text)
}

/// `not column->path op` of each filter.
fn words(query: &Query) -> String {
    let words = query.filters.iter().map(|filter| {
        let not = if filter.negated { "not " } else { "" };
        let relation = filter.relation.as_ref().map(|name| format!("{name}.")).unwrap_or_default();
        let path = filter.path.as_deref().unwrap_or_default();
        let group = filter.any_of.map(|group| format!(" |{group}")).unwrap_or_default();
        format!("{not}{relation}{}{path} {:?}{group}", filter.column, filter.op)
    });
    words.collect::<Vec<_>>().join("; ")
}

#[test]
fn clients_have_the_rights_of_their_key() {
    let service = env("SUPABASE_SERVICE_ROLE_KEY");
    let anon = env("NEXT_PUBLIC_SUPABASE_ANON_KEY");
    let header = |value: Value| {
        let headers = Value::object([("Authorization", value)]);
        Value::object([("global", Value::object([("headers", headers)]))])
    };
    let cookies = |read| Value::object([("cookies", Value::object([("getAll", function(read))]))]);
    let bearer = Value::of(Shape::Template(Arc::new(vec![text("Bearer "), service.clone()])));
    let token = Value::input(InputKind::Header, "authorization");
    let url = env("URL");
    for (name, args, expected) in [
        ("createClient", vec![url.clone(), service.clone()], (ClientRole::Service, false)),
        ("createClient", vec![url.clone(), anon.clone()], (ClientRole::User, false)),
        (
            "createClient",
            vec![url.clone(), service.clone(), header(token)],
            (ClientRole::User, true),
        ),
        (
            "createClient",
            vec![url.clone(), anon.clone(), header(bearer)],
            (ClientRole::Service, false),
        ),
        ("createClient", vec![url.clone(), Value::unknown()], (ClientRole::Unknown, false)),
        ("createServerClient", vec![url.clone(), anon, cookies(1)], (ClientRole::User, true)),
        (
            "createServerClient",
            vec![url.clone(), service.clone(), cookies(1)],
            (ClientRole::User, true),
        ),
        (
            "createServerClient",
            vec![url.clone(), service.clone(), cookies(0)],
            (ClientRole::Service, false),
        ),
        ("createServerClient", vec![url, service], (ClientRole::Unknown, true)),
    ] {
        assert_eq!(role(name, &args), expected, "{name} {args:?}");
    }
}

#[test]
fn a_read_is_one_query() {
    let query = query(&[
        ("from", &[text("bookings")]),
        ("select", &[text("id, guests(name)"), Value::object([("count", text("exact"))])]),
        ("eq", &[text("listing_id"), Value::input(InputKind::Path, "id")]),
        (
            "order",
            &[text("created_at"), Value::object([("ascending", Value::of(Shape::Bool(false)))])],
        ),
        ("limit", &[number(20.0)]),
    ]);
    assert_eq!(query.table.as_deref(), Some("bookings"));
    assert_eq!(query.operation, Some(Operation::Select));
    assert_eq!(query.client.role, ClientRole::User);
    assert_eq!(query.selection.embeds[0].relation, "guests");
    assert_eq!(words(&query), "listing_id Eq");
    assert!(!query.order[0].ascending && !query.filters[0].conditional);
    assert_eq!(query.limit.unwrap().value.as_number(), Some(20.0));
    assert_eq!(query.count.as_deref(), Some("exact"));
    assert!(!query.incomplete);
}

#[test]
fn writes_say_what_they_write() {
    let row = Value::object([("name", text("x"))]);
    let options = Value::object([("onConflict", text("owner_id, name"))]);
    let upsert = query(&[
        ("from", &[text("t")]),
        ("upsert", &[row.clone(), options]),
        ("select", &[]),
        ("single", &[]),
    ]);
    assert_eq!(upsert.operation, Some(Operation::Upsert));
    assert_eq!(upsert.conflict_columns.unwrap(), ["owner_id", "name"]);
    assert!(upsert.returning && upsert.selection.star && upsert.single.is_some());
    assert_eq!(upsert.payload, Some(row));
    let delete =
        query(&[("from", &[text("t")]), ("delete", &[]), ("eq", &[text("id"), text("1")])]);
    assert_eq!((delete.operation, delete.returning), (Some(Operation::Delete), false));
}

#[test]
fn filters_are_read() {
    let one = number(1.0);
    let record = Value::object([("a", one.clone()), ("b", one.clone())]);
    let query = query(&[
        ("from", &[text("t")]),
        ("select", &[text("*")]),
        ("in", &[text("id"), one.clone()]),
        ("is", &[text("deleted_at"), Value::of(Shape::Null)]),
        ("ilike", &[text("guests.name"), text("%x%")]),
        ("eq", &[text("data->>kind"), one.clone()]),
        ("not", &[text("status"), text("in"), text("(a,b)")]),
        ("filter", &[text("age"), text("not.gte"), one.clone()]),
        ("match", &[record]),
        ("contains", &[text("tags"), one.clone()]),
        ("overlaps", &[text("during"), one.clone()]),
        ("textSearch", &[text("body"), one]),
    ]);
    assert_eq!(
        words(&query),
        "id In; deleted_at Is; guests.name ILike; data->>kind Eq; not status In; not age Range; \
         a Eq; b Eq; tags Contains; during Overlaps; body TextSearch"
    );
}

#[test]
fn alternatives_are_read_with_their_holes() {
    let id = Value::caller();
    let template = vec![
        text("sender_id.eq."),
        id.clone(),
        text(",and(name.ilike.*"),
        id.clone(),
        text("*,x.in.(1,2))"),
    ];
    let template = Value::of(Shape::Template(Arc::new(template)));
    let query = query(&[
        ("from", &[text("t")]),
        ("select", &[]),
        ("or", &[template]),
        ("or", &[text("a.is.null")]),
    ]);
    assert_eq!(words(&query), "sender_id Eq |1; name ILike |1; x In |1; a Is");
    assert_eq!(query.filters[0].value, id);
    assert!(matches!(&query.filters[1].value.shape, Shape::Template(parts) if parts.len() == 3));
    assert!(!query.incomplete);
}

#[test]
fn ranges_become_limit_and_offset() {
    let page = Value::input(InputKind::Query, "page");
    let from = crate::arithmetic::multiply(&page, &number(10.0));
    let to = crate::arithmetic::add(&from, &number(9.0));
    let query = query(&[("from", &[text("t")]), ("select", &[]), ("range", &[from.clone(), to])]);
    assert_eq!(query.limit.unwrap().value.as_number(), Some(10.0));
    assert_eq!(query.offset.unwrap().value, from);
}

#[test]
fn each_verb_is_a_query_of_its_own() {
    let mut machine = FakeMachine::default();
    let client = anon_client(&mut machine);
    let table = chain(&Supabase, &mut machine, &client, &[("from", &[text("t")])]);
    chain(&Supabase, &mut machine, &table, &[("select", &[]), ("eq", &[text("a"), number(1.0)])]);
    chain(&Supabase, &mut machine, &table, &[("delete", &[]), ("eq", &[text("b"), number(1.0)])]);
    let found: Vec<_> =
        machine.queries.iter().map(|query| (query.operation.unwrap(), words(query))).collect();
    assert_eq!(found, [(Operation::Select, "a Eq".into()), (Operation::Delete, "b Eq".into())]);
}

#[test]
fn filters_added_under_a_condition_say_so() {
    let mut machine = FakeMachine::default();
    let client = anon_client(&mut machine);
    let read: &[(&str, &[Value])] = &[("from", &[text("t")]), ("select", &[])];
    let builder = chain(&Supabase, &mut machine, &client, read);
    let builder = chain(&Supabase, &mut machine, &builder, &[("eq", &[text("a"), number(1.0)])]);
    machine.conditional = true;
    chain(&Supabase, &mut machine, &builder, &[("eq", &[text("b"), number(1.0)])]);
    let conditional: Vec<bool> =
        machine.queries[0].filters.iter().map(|filter| filter.conditional).collect();
    assert_eq!(conditional, [false, true]);
}

#[test]
fn results_depend_on_what_they_were_looked_up_by() {
    let key = Value::input(InputKind::Header, "x-api-key");
    let (mut machine, builder) =
        run(&[("from", &[text("keys")]), ("select", &[]), ("eq", &[text("hash"), key])]);
    let result = Supabase.awaited(builder.library().unwrap(), &mut machine).unwrap();
    let data = result.field("data").unwrap();
    assert!(matches!(data.shape, Shape::Rows(_)));
    assert!(data.taint.has(Taint::SECRET) && data.taint.has(Taint::ROWS));
    assert!(!data.taint.has(Taint::UNKNOWN));
}

#[test]
fn questions_who_is_calling_are_answered() {
    for (method, trust) in [
        ("getUser", Trust::Verified),
        ("getClaims", Trust::Verified),
        ("getSession", Trust::Claimed),
    ] {
        let mut machine = FakeMachine::default();
        let client = anon_client(&mut machine);
        let auth = Supabase.member(client.library().unwrap(), "auth", origin(1)).unwrap();
        let answer = chain(&Supabase, &mut machine, &auth, &[(method, &[])]);
        let taint = if trust == Trust::Verified { Taint::CALLER } else { Taint::CLAIM };
        assert!(answer.field("data").unwrap().taint.has(taint), "{method}");
        assert!(answer.field("error").unwrap().taint.has(taint), "{method}");
        assert!(matches!(&machine.effects[0], Effect::Auth(check) if check.trust == trust));
    }
}

#[test]
fn storage_and_realtime_are_no_queries() {
    let (machine, _) = run(&[("channel", &[text("x")]), ("on", &[text("y")]), ("subscribe", &[])]);
    assert!(machine.queries.is_empty());
    let mut machine = FakeMachine::default();
    let client = anon_client(&mut machine);
    let storage = Supabase.member(client.library().unwrap(), "storage", origin(1)).unwrap();
    chain(&Supabase, &mut machine, &storage, &[("from", &[text("b")]), ("upload", &[text("p")])]);
    assert!(machine.queries.is_empty());
}

#[test]
fn unmistakable_chains_on_unknown_receivers_are_queries() {
    let table = [text("bookings")];
    let guess = |receiver, method, next| Guess {
        receiver,
        method,
        next,
        args: &table,
        arg_origins: &[],
        origin: origin(9),
    };
    let mut machine = FakeMachine::default();
    assert!(Supabase.guess(&guess("this.db", "from", Some("select")), &mut machine).is_some());
    assert!(Supabase.guess(&guess("this.storage", "from", Some("update")), &mut machine).is_none());
    assert!(Supabase.guess(&guess("Array", "from", Some("map")), &mut machine).is_none());
    assert!(Supabase.guess(&guess("supabase", "rpc", None), &mut machine).is_some());
    assert!(Supabase.guess(&guess("server", "rpc", None), &mut machine).is_none());
    let filters =
        query(&[("from", &table), ("select", &[]), ("eq", &[Value::unknown(), text("x")])]);
    assert!(filters.incomplete && filters.filters.iter().all(|filter| filter.op == FilterOp::Eq));
}
