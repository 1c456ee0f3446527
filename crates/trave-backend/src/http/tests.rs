use super::outbound::Outbound;
use super::rate_limit::RateLimit;
use super::valibot::Valibot;
use super::zod::Zod;
use crate::effect::Effect;
use crate::library::Library;
use crate::testing::{FakeMachine, call, chain, function, number, origin};
use crate::value::{InputKind, Object, SchemaKind, SchemaShape, Shape, Taint, Value};

fn z(calls: &[(&str, &[Value])]) -> Value {
    chain(&Zod, &mut FakeMachine::default(), &Zod.import("zod", "z").unwrap(), calls)
}

fn shape(value: &Value) -> SchemaShape {
    match &value.shape {
        Shape::Validated(_, shape) => (**shape).clone(),
        other => panic!("{other:?}"),
    }
}

fn parsed(schema: &Value) -> Value {
    let body = Value::input(InputKind::Body, "");
    call(&Zod, &mut FakeMachine::default(), schema, (Some("parse"), &[body])).unwrap()
}

#[test]
fn limits_are_bounded_by_their_schema() {
    let limit = z(&[
        ("number", &[]),
        ("int", &[]),
        ("min", &[number(1.0)]),
        ("max", &[number(100.0)]),
        ("default", &[number(20.0)]),
    ]);
    let query =
        z(&[("object", &[Value::object([("limit", limit), ("q", z(&[("string", &[])]))])])]);
    let passed = parsed(&query);
    assert!(passed.taint.has(Taint::BODY));
    let SchemaKind::Object(fields) = shape(&passed).kind else { panic!() };
    assert_eq!((fields["limit"].max, fields["limit"].min), (Some(100.0), Some(1.0)));
    assert_eq!(fields["limit"].default, Some(number(20.0)));
    assert_eq!(fields["q"].kind, SchemaKind::Text);
    let body = Value::input(InputKind::Body, "");
    let tried =
        call(&Zod, &mut FakeMachine::default(), &query, (Some("safeParse"), &[body])).unwrap();
    assert_eq!(shape(tried.field("data").unwrap()), shape(&passed));
}

#[test]
fn objects_are_reshaped() {
    let text = || z(&[("string", &[])]);
    let keys = |schema: &Value| match shape(&parsed(schema)).kind {
        SchemaKind::Object(fields) => {
            fields.keys().map(ToString::to_string).collect::<Vec<_>>().join(" ")
        }
        other => format!("{other:?}"),
    };
    let base = z(&[("object", &[Value::object([("a", text()), ("b", text())])])]);
    let yes = Value::of(Shape::Bool(true));
    let change = |method: &str, argument: Value| {
        chain(&Zod, &mut FakeMachine::default(), &base, &[(method, &[argument])])
    };
    assert_eq!(keys(&change("extend", Value::object([("c", text())]))), "a b c");
    assert_eq!(keys(&change("merge", base.clone())), "a b");
    assert_eq!(keys(&change("pick", Value::object([("a", yes.clone())]))), "a");
    assert_eq!(keys(&change("omit", Value::object([("a", yes)]))), "b");
    assert_eq!(keys(&change("refine", function(0))), "a b");
    let choice = z(&[("enum", &[Value::array(vec![Value::text("x")])])]);
    assert_eq!(shape(&parsed(&choice)).kind, SchemaKind::Enum(vec!["x".into()]));
}

#[test]
fn transforms_are_asked_how_large_their_result_gets() {
    let coerce = Zod
        .member(Zod.import("zod", "*").unwrap().library().unwrap(), "coerce", origin(1))
        .unwrap();
    let mut machine = FakeMachine { returns: vec![number(50.0)], ..FakeMachine::default() };
    let schema =
        chain(&Zod, &mut machine, &coerce, &[("number", &[]), ("transform", &[function(0)])]);
    assert_eq!(shape(&parsed(&schema)).max, Some(50.0));
}

#[test]
fn transforms_hand_on_what_was_validated() {
    let limit = || z(&[("number", &[]), ("max", &[number(200.0)])]);
    let query = z(&[("object", &[Value::object([("limit", limit()), ("page", limit())])])]);
    // `input => ({ ...input, page: <something else> })`
    let spread = |given: Value| {
        let fields = [("page".into(), Value::unknown())].into();
        Value::record(Object { fields, rest: Some(std::sync::Arc::new(given)) })
    };
    let mut machine =
        FakeMachine { returns: vec![spread(parsed(&query))], ..FakeMachine::default() };
    let schema = chain(&Zod, &mut machine, &query, &[("transform", &[function(0)])]);
    let SchemaKind::Object(fields) = shape(&parsed(&schema)).kind else { panic!() };
    assert_eq!((fields["limit"].max, fields["page"].max), (Some(200.0), None));
    assert_eq!(fields["page"].kind, SchemaKind::Made);
    // What a function makes that nobody can follow promises nothing, and is no input either.
    let mut machine = FakeMachine { returns: vec![Value::unknown()], ..FakeMachine::default() };
    let schema = chain(&Zod, &mut machine, &query, &[("transform", &[function(0)])]);
    assert_eq!(shape(&parsed(&schema)).kind, SchemaKind::Made);
}

#[test]
fn one_of_several_objects_has_the_fields_of_each() {
    let with = |name: &'static str, max: f64| {
        let limit = z(&[("number", &[]), ("max", &[number(max)])]);
        z(&[("object", &[Value::object([(name, limit)])])])
    };
    let union = z(&[("union", &[Value::array(vec![with("a", 5.0), with("b", 9.0)])])]);
    let SchemaKind::Object(fields) = shape(&parsed(&union)).kind else { panic!() };
    assert_eq!((fields["a"].max, fields["b"].max), (Some(5.0), Some(9.0)));
}

#[test]
fn pipes_of_valibot_are_bounds() {
    let v = Valibot.import("valibot", "*").unwrap();
    let mut machine = FakeMachine::default();
    let mut make =
        |name: &str, args: &[Value]| call(&Valibot, &mut machine, &v, (Some(name), args)).unwrap();
    let parts = [make("number", &[]), make("maxValue", &[number(50.0)])];
    let schema = make("pipe", &parts);
    let passed = make("parse", &[schema, Value::input(InputKind::Query, "limit")]);
    assert_eq!((shape(&passed).max, shape(&passed).kind), (Some(50.0), SchemaKind::Number));
}

#[test]
fn other_services_may_know_who_is_calling() {
    let mut machine = FakeMachine::default();
    let fetch = Outbound.global("fetch").unwrap();
    let token = Value::input(InputKind::Header, "authorization");
    for (argument, taint) in [(token, Taint::OPAQUE), (Value::text("https://x.test"), Taint::NONE)]
    {
        let answer = call(&Outbound, &mut machine, &fetch, (None, &[argument])).unwrap();
        let ok = Outbound.member(answer.library().unwrap(), "ok", origin(1)).unwrap();
        assert_eq!(ok.taint, taint);
    }
    assert!(machine.effects.iter().all(|effect| matches!(effect, Effect::Outbound(_))));
}

#[test]
fn limiters_count_and_say_nothing_about_who_asks() {
    let limiters = [
        ("@upstash/ratelimit", "Ratelimit", "limit"),
        ("rate-limiter-flexible", "RateLimiterMemory", "consume"),
        ("@arcjet/next", "default", "protect"),
    ];
    for (package, name, method) in limiters {
        let mut machine = FakeMachine::default();
        let maker = RateLimit.import(package, name).unwrap();
        let limiter = call(&RateLimit, &mut machine, &maker, (None, &[])).unwrap();
        let address = Value::input(InputKind::Header, "x-forwarded-for");
        let answer = call(&RateLimit, &mut machine, &limiter, (Some(method), &[address])).unwrap();
        assert_eq!(answer.taint, Taint::NONE);
        assert!(
            matches!(machine.effects.as_slice(), [Effect::Limited(it)] if it.library == package)
        );
    }
    assert!(RateLimit.import("@arcjet/next", "shield").is_none());
}

#[test]
fn what_the_caller_sent_is_validated_and_settings_are_not() {
    let (body, setting) = (Value::input(InputKind::Body, ""), Value::text("production"));
    for (value, is_noted) in [(body, true), (setting, false)] {
        let mut machine = FakeMachine::default();
        let schema = z(&[("string", &[])]);
        call(&Zod, &mut machine, &schema, (Some("safeParse"), &[value]));
        assert_eq!(machine.effects.len(), usize::from(is_noted));
    }
}
