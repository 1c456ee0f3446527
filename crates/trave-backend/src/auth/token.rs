//! What every token library does: sign, verify, decode.

use smol_str::SmolStr;
use trave_source::Origin;

use crate::effect::{AuthCheck, Effect, Guard, TokenAction, TokenUse, Trust};
use crate::library::{LibraryCall, Machine};
use crate::value::{Shape, Taint, Value};

/// Says that somebody was asked who is calling.
pub(crate) fn asked(machine: &mut dyn Machine, check: (Origin, &str), trust: Trust) {
    let (origin, name) = check;
    machine.record(Effect::Auth(AuthCheck { origin, name: name.into(), trust }));
}

/// Says that callers without the right identity are gone, because the call throws for them.
pub(crate) fn guarded(machine: &mut dyn Machine, origin: Origin, by: Taint) {
    machine.record(Effect::Guard(Guard { origin, by }));
}

/// A token use of which only the call is known.
pub(crate) fn token_use(
    call: &LibraryCall<'_>,
    library: &'static str,
    action: TokenAction,
) -> TokenUse {
    TokenUse {
        origin: call.origin,
        library,
        action,
        key: None,
        algorithms: None,
        expiry: None,
        options_known: false,
        payload: None,
        token: call.args.first().filter(|_| action != TokenAction::Sign).cloned(),
    }
}

/// The algorithms that an option names: one or a list.
pub(crate) fn algorithms(option: Option<&Value>) -> Option<Vec<SmolStr>> {
    let option = option?;
    match &option.shape {
        Shape::Text(text) => Some(vec![text.clone()]),
        Shape::Array(items) => items.iter().map(|item| item.as_text().map(SmolStr::new)).collect(),
        _ => None,
    }
}

/// Whether nothing can hide in an object.
pub(crate) fn is_closed(value: &Value) -> bool {
    match &value.shape {
        Shape::Object(object) => object.rest.is_none(),
        Shape::Undefined => true,
        _ => false,
    }
}

/// What reading a token without verifying it gives: a claim, when the caller sent the token. A
/// token that another service answered with says nothing about the caller.
pub(crate) fn decoded(
    call: &LibraryCall<'_>,
    library: &'static str,
    machine: &mut dyn Machine,
) -> Value {
    machine.record(Effect::Token(token_use(call, library, TokenAction::Decode)));
    let token = call.arg(0);
    if !token.taint.has(Taint::INPUT.and(Taint::CLAIM)) {
        return Value::unknown_from(call.args);
    }
    asked(machine, (call.origin, "token decode"), Trust::Claimed);
    let claim = Value::of(Shape::ClaimedCaller(call.origin)).and_dependencies(&token);
    claim.and_dependencies(&Value::caller().with_taint(Taint::CLAIM))
}

/// What verifying a token gives: the caller.
pub(crate) fn verified(token: TokenUse, machine: &mut dyn Machine) -> Value {
    let origin = token.origin;
    let name = token.library;
    machine.record(Effect::Token(token));
    asked(machine, (origin, &format!("{name} verify")), Trust::Verified);
    Value::caller()
}

/// A value, or null.
pub(crate) fn or_null(value: Value) -> Value {
    let missing = Value::of(Shape::Null).and_dependencies(&value);
    value.join(missing)
}
