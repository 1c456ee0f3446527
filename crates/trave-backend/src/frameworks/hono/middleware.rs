//! What packages of Hono bring to run before handlers: who is calling, what is valid, the rest.

use super::context::{VARS, part, valid_name};
use super::{NAME, context};
use crate::auth::token::{algorithms, asked, decoded, guarded, token_use, verified};
use crate::effect::{Effect, TokenAction, Trust};
use crate::http::schema::{promise_of, validated};
use crate::library::{LibraryCall, Machine};
use crate::registration::{Link, links};
use crate::value::{InputKind, LibraryValue, Shape, Taint, Value};

/// A function that some package of Hono exports, called.
pub(super) fn made(call: &LibraryCall<'_>, name: &str, machine: &mut dyn Machine) -> Option<Value> {
    let package = call.callee.kept("of").and_then(Value::as_text).unwrap_or_default();
    let thing = |kind| LibraryValue::new(NAME, kind).placed(call.origin);
    Some(match name {
        "zValidator" | "vValidator" | "sValidator" | "tbValidator" => {
            validator(call.arg(0), call.arg(1))
        }
        "validator" => validator(call.arg(0), call.arg(1)),
        "jwt" | "jwk" => {
            let (key, origin) = (call.arg(0), call.arg_origin(0));
            thing("jwt").with("options", key).placed(origin).into_value()
        }
        "bearerAuth" | "basicAuth" => {
            thing("secret").named(name).with("options", call.arg(0)).into_value()
        }
        "cors" => thing("cors").with("options", call.arg(0)).into_value(),
        "some" | "every" => {
            let list = links(call, 0, &mut |_, _| false);
            let list = Value::array(list.into_iter().map(|link| link.value).collect());
            thing(if name == "some" { "some" } else { "every" }).with("list", list).into_value()
        }
        "except" => {
            let list = Value::array(call.args.iter().skip(1).cloned().collect());
            thing("some").with("list", list).into_value()
        }
        "getCookie" | "getSignedCookie" => {
            let at = usize::from(name == "getSignedCookie") + 1;
            let name = call.arg(at);
            Value::input(InputKind::Cookie, name.as_text().unwrap_or_default())
        }
        "setCookie" | "setSignedCookie" | "deleteCookie" => Value::undefined(),
        "env" => LibraryValue::new(NAME, "env").into_value(),
        "verify" | "verifyWithJwks" if package == "hono/jwt" => verify(call, machine),
        "decode" if package == "hono/jwt" => {
            let payload = decoded(call, NAME, machine);
            Value::object([("payload", payload), ("header", Value::of(Shape::Unknown))])
        }
        "sign" if package == "hono/jwt" => sign(call, machine),
        "stream" | "streamText" | "streamSSE" => {
            machine.run(&call.arg(1), vec![Value::of(Shape::Unknown)]);
            LibraryValue::new(NAME, "response").into_value()
        }
        "getConnInfo" | "getRuntimeKey" | "serve" | "getContext" | "timingSafeEqual" | "hc"
        | "testClient" => return None,
        _ => thing("passive").named(name).into_value(),
    })
}

/// What lets valid parts of a request through.
pub(super) fn validator(target: Value, schema: Value) -> Value {
    let value = LibraryValue::new(NAME, "validator");
    value.with("target", target).with("schema", schema).into_value()
}

/// Runs such a thing as a function of a chain: it is given the context and the next one.
pub(super) fn run(kind: &str, call: &LibraryCall<'_>, machine: &mut dyn Machine) -> Option<Value> {
    if call.method.is_some() {
        return None;
    }
    let next = call.arg(1);
    match kind {
        "validator" => check(call, machine),
        "jwt" => {
            let mut token = token_use(call, NAME, TokenAction::Verify);
            let options = call.callee.kept("options").cloned().unwrap_or_else(Value::unknown);
            let place = call.callee.place.unwrap_or(call.origin);
            token.key = options.field("secret").map(|secret| (secret.clone(), place));
            token.algorithms = algorithms(options.field("alg"));
            token.options_known = matches!(options.shape, Shape::Object(_));
            let caller = verified(token, machine);
            guarded(machine, call.origin, Taint::CALLER);
            if let Some(vars) = vars(call) {
                machine.keep(&vars, "jwtPayload", caller);
            }
        }
        "secret" => {
            asked(machine, (call.origin, &call.callee.name), Trust::Secret);
            let verify = call.callee.kept("options").and_then(|it| it.field("verifyToken"));
            if let Some(verify) = verify.cloned() {
                let token = Value::input(InputKind::Header, "authorization");
                machine.run(&verify, vec![token, call.arg(0)]);
            }
            guarded(machine, call.origin, Taint::SECRET);
        }
        "cors" => {
            let options = call.callee.kept("options");
            let origin = options.and_then(|options| options.field("origin"));
            let is_any = match origin {
                Some(origin) => origin.as_text() == Some("*"),
                None => options.is_none_or(|it| !matches!(it.shape, Shape::Unknown)),
            };
            if is_any {
                context::for_any_origin(machine, call);
            }
        }
        "every" => {
            let list = call.callee.kept("list").cloned();
            let origin = call.origin;
            let links = match list.as_ref().map(|list| &list.shape) {
                Some(Shape::Array(items)) => {
                    items.iter().map(|value| Link { value: value.clone(), origin }).collect()
                }
                _ => Vec::new(),
            };
            machine.run_links(links, &next);
            return Some(Value::undefined());
        }
        "passive" => {}
        // Of `some`, it cannot be told which one runs.
        _ => return None,
    }
    machine.run(&next, Vec::new());
    Some(Value::undefined())
}

fn vars(call: &LibraryCall<'_>) -> Option<Value> {
    let context = call.arg(0);
    context.library().and_then(|context| context.kept(VARS)).cloned()
}

/// Keeps what a validator let through.
fn check(call: &LibraryCall<'_>, machine: &mut dyn Machine) {
    let target = call.callee.kept("target").cloned().unwrap_or_else(Value::unknown);
    let schema = call.callee.kept("schema").cloned().unwrap_or_else(Value::unknown);
    let target = target.as_text().unwrap_or("json");
    let given = part(target);
    let value = match schema.shape {
        Shape::Function(_) => machine.run(&schema, vec![given, call.arg(0)]),
        _ => validated(given, promise_of(&schema)),
    };
    if let Some(vars) = vars(call) {
        machine.keep(&vars, &valid_name(target), value);
    }
}

fn verify(call: &LibraryCall<'_>, machine: &mut dyn Machine) -> Value {
    let mut token = token_use(call, NAME, TokenAction::Verify);
    token.key = call.args.get(1).map(|key| (key.clone(), call.arg_origin(1)));
    token.algorithms = algorithms(call.args.get(2));
    token.options_known = true;
    let caller = verified(token, machine);
    guarded(machine, call.origin, Taint::CALLER);
    caller
}

fn sign(call: &LibraryCall<'_>, machine: &mut dyn Machine) -> Value {
    let payload = call.arg(0);
    let mut token = token_use(call, NAME, TokenAction::Sign);
    token.key = call.args.get(1).map(|key| (key.clone(), call.arg_origin(1)));
    token.algorithms = algorithms(call.args.get(2));
    token.expiry = payload.field("exp").cloned();
    token.options_known = crate::auth::token::is_closed(&payload);
    token.payload = Some(payload);
    machine.record(Effect::Token(token));
    Value::unknown_from(call.args)
}
