use super::*;
use crate::effect::Effect;
use crate::testing::{FakeMachine, call, chain, number, origin};

fn member(value: &Value, path: &[&str]) -> Value {
    path.iter().fold(value.clone(), |value, name| match value.library() {
        Some(library) => Web.member(library, name, origin(1)).unwrap_or_else(Value::unknown),
        None => value.field(name).cloned().unwrap_or_else(Value::unknown),
    })
}

fn get(view: &Value, name: &str) -> Value {
    let mut machine = FakeMachine::default();
    call(&Web, &mut machine, view, (Some("get"), &[Value::text(name)])).unwrap()
}

#[test]
fn parts_of_a_request_are_inputs() {
    let request = request();
    let mut machine = FakeMachine::default();
    let params = member(&request, &["nextUrl", "searchParams"]);
    assert_eq!(get(&params, "page"), Value::input(InputKind::Query, "page"));
    let url = Web.global("URL").unwrap();
    let url = call(&Web, &mut machine, &url, (None, &[member(&request, &["url"])])).unwrap();
    assert_eq!(get(&member(&url, &["searchParams"]), "q"), Value::input(InputKind::Query, "q"));
    let headers = member(&request, &["headers"]);
    assert_eq!(get(&headers, "Authorization"), Value::input(InputKind::Header, "authorization"));
    let body = chain(&Web, &mut machine, &request, &[("json", &[])]);
    assert_eq!(body, Value::input(InputKind::Body, ""));
    let form = chain(&Web, &mut machine, &request, &[("formData", &[])]);
    assert_eq!(get(&form, "name"), Value::input(InputKind::Body, "name"));
    let cookie = get(&cookies(), "session");
    assert_eq!(cookie.truth(), None);
    assert!(cookie.taint.has(Taint::COOKIE));
}

#[test]
fn an_address_of_the_program_is_no_input() {
    let url = Web.global("URL").unwrap();
    let mut machine = FakeMachine::default();
    let url = call(&Web, &mut machine, &url, (None, &[Value::text("https://x.test")])).unwrap();
    assert!(get(&member(&url, &["searchParams"]), "q").inputs.is_empty());
}

#[test]
fn answers_say_status_body_and_cache() {
    let headers = Value::object([("Cache-Control", Value::text("s-maxage=60"))]);
    let init = Value::object([("status", number(404.0)), ("headers", headers)]);
    let mut machine = FakeMachine::default();
    let class = export("NextResponse").unwrap();
    let body = Value::object([("error", Value::text("x"))]);
    call(&Web, &mut machine, &class, (Some("json"), &[body.clone(), init])).unwrap();
    call(&Web, &mut machine, &class, (Some("redirect"), &[Value::text("/")])).unwrap();
    call(&Web, &mut machine, &class, (None, &[Value::text("x")])).unwrap();
    let answers: Vec<_> = machine
        .effects
        .iter()
        .map(|effect| match effect {
            Effect::Response(response) => response,
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(answers[0].status, Some(404));
    assert_eq!(answers[0].body, Some(body));
    assert_eq!(answers[0].cache_control.as_ref().unwrap().0, "s-maxage=60");
    assert_eq!((answers[1].status, answers[2].status), (Some(307), Some(200)));
}

#[test]
fn older_answers_are_built_in_steps() {
    let mut machine = FakeMachine::default();
    let calls: &[(&str, &[Value])] = &[("status", &[number(201.0)]), ("json", &[Value::text("x")])];
    chain(&Web, &mut machine, &node_response(), calls);
    assert!(
        matches!(&machine.effects[0], Effect::Response(response) if response.status == Some(201))
    );
}

#[test]
fn bytes_of_a_text_are_that_text() {
    let mut machine = FakeMachine::default();
    let encoder = Web.global("TextEncoder").unwrap();
    let encoder = call(&Web, &mut machine, &encoder, (None, &[])).unwrap();
    let secret = crate::testing::env("JWT_SECRET");
    let bytes = call(&Web, &mut machine, &encoder, (Some("encode"), std::slice::from_ref(&secret)))
        .unwrap();
    assert_eq!(bytes, secret);
}
