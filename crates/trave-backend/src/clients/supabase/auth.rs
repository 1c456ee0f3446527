//! `client.auth`: who is calling, and how far the answer can be trusted.

use std::sync::Arc;

use super::NAME;
use crate::effect::{AuthCheck, Effect, Guard, Trust};
use crate::library::{LibraryCall, Machine};
use crate::value::{Shape, Taint, Value};

/// A call of a method of `client.auth`.
pub(super) fn call(call: &LibraryCall<'_>, machine: &mut dyn Machine) -> Option<Value> {
    Some(match call.method? {
        "getUser" => verified(call, machine, answer_user()),
        "getClaims" => verified(call, machine, answer_claims()),
        "getSession" => {
            record(call, machine, Trust::Claimed);
            answer_session(&Value {
                shape: Shape::ClaimedCaller(call.origin),
                ..Value::caller().with_taint(Taint::CLAIM)
            })
        }
        "signInWithPassword"
        | "signInWithIdToken"
        | "signInWithPasskey"
        | "verifyOtp"
        | "exchangeCodeForSession"
        | "setSession"
        | "refreshSession"
        | "updateUser" => verified(call, machine, answer_session(&Value::caller())),
        // Subscribing and signing out tell nothing about the caller.
        _ => external(call.args, Taint::NONE),
    })
}

/// What the module for Nuxt gives beside clients: the user, whom it asks the service for, and the
/// session, which nobody verified.
pub(super) fn of_nuxt(call: &LibraryCall<'_>, machine: &mut dyn Machine) -> Option<Value> {
    let (trust, value) = match call.callee.name.as_str() {
        "serverSupabaseUser" => (Trust::Verified, Value::caller()),
        "serverSupabaseSession" => {
            let claim = Shape::ClaimedCaller(call.origin);
            (Trust::Claimed, Value { shape: claim, ..Value::caller().with_taint(Taint::CLAIM) })
        }
        _ => return None,
    };
    let check = AuthCheck { origin: call.origin, name: call.callee.name.clone(), trust };
    machine.record(Effect::Auth(check));
    Some(or_null(value))
}

/// A call of a method of `client.auth.admin` or `client.auth.mfa`.
pub(super) fn administer(call: &LibraryCall<'_>, machine: &mut dyn Machine) -> Value {
    if call.method == Some("deleteUser") {
        machine.record(Effect::UserDeleted(call.origin));
    }
    external(call.args, Taint::ROWS)
}

/// What another service answered: `{ data, error }` of which nothing is known.
pub(super) fn external(args: &[Value], taint: Taint) -> Value {
    let part = || Value::of(Shape::Unknown).depending_on(args).tainted(taint);
    Value::object([("data", part()), ("error", part())])
}

fn verified(call: &LibraryCall<'_>, machine: &mut dyn Machine, answer: Value) -> Value {
    record(call, machine, Trust::Verified);
    answer
}

fn record(call: &LibraryCall<'_>, machine: &mut dyn Machine, trust: Trust) {
    let name = format!("auth.{}", call.method.unwrap_or(NAME)).into();
    machine.record(Effect::Auth(AuthCheck { origin: call.origin, name, trust }));
}

/// `{ data, error }` whose error tells as much about the caller as its data.
fn answer(data: Value) -> Value {
    let error = Value::of(Shape::Unknown).depending_on(std::slice::from_ref(&data));
    Value::object([("data", data), ("error", error)])
}

fn answer_user() -> Value {
    answer(Value::object([("user", Value::caller())]))
}

fn answer_claims() -> Value {
    let claims =
        Value::object([("claims", Value::caller()), ("header", Value::of(Shape::Unknown))]);
    answer(or_null(claims))
}

/// The session's tokens may be handed on; only its user is a claim.
fn answer_session(user: &Value) -> Value {
    let token = || Value::of(Shape::Unknown).depending_on(std::slice::from_ref(user));
    let session = Value::object([
        ("user", user.clone()),
        ("access_token", token()),
        ("refresh_token", token()),
        ("provider_token", token()),
        ("expires_at", token()),
    ]);
    answer(Value::object([("session", or_null(session)), ("user", user.clone())]))
}

fn or_null(value: Value) -> Value {
    let either = vec![value, Value::of(Shape::Null)];
    Value::of(Shape::OneOf(Arc::new(either.clone()))).depending_on(&either)
}

/// What `withSupabase({ auth })` checks before its handler runs.
pub(super) fn served(call: &LibraryCall<'_>, mode: &str, machine: &mut dyn Machine) {
    let (trust, by) = match mode.split(':').next().unwrap_or_default() {
        "user" => (Trust::Verified, Taint::CALLER),
        "secret" => (Trust::Secret, Taint::SECRET),
        "" => (Trust::Unknown, Taint::UNKNOWN),
        _ => return,
    };
    let name = "withSupabase".into();
    machine.record(Effect::Auth(AuthCheck { origin: call.origin, name, trust }));
    machine.record(Effect::Guard(Guard { origin: call.origin, by }));
}
