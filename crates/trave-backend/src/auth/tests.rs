use super::crypto::Crypto;
use super::jose::Jose;
use super::jsonwebtoken::{JsonWebToken, JwtDecode};
use super::session::Session;
use super::webhook::Webhook;
use crate::effect::{Effect, TokenAction, TokenUse, Trust};
use crate::library::Library;
use crate::testing::{FakeMachine, call, chain, env, function, number};
use crate::value::{InputKind, Shape, Taint, Value};

fn tokens(machine: &FakeMachine) -> Vec<&TokenUse> {
    let effects = machine.effects.iter();
    effects
        .filter_map(|effect| if let Effect::Token(token) = effect { Some(token) } else { None })
        .collect()
}

fn trusts(machine: &FakeMachine) -> Vec<Trust> {
    let effects = machine.effects.iter();
    effects
        .filter_map(
            |effect| if let Effect::Auth(check) = effect { Some(check.trust) } else { None },
        )
        .collect()
}

fn guards(machine: &FakeMachine) -> usize {
    machine.effects.iter().filter(|effect| matches!(effect, Effect::Guard(_))).count()
}

fn bearer() -> Value {
    Value::input(InputKind::Header, "authorization")
}

#[test]
fn signing_says_key_and_expiry() {
    let jwt = JsonWebToken.import("jsonwebtoken", "default").unwrap();
    let payload = Value::object([("id", Value::text("1"))]);
    let options = Value::object([("expiresIn", Value::text("1h"))]);
    let mut machine = FakeMachine::default();
    let sign = |machine: &mut FakeMachine, args: &[Value]| {
        call(&JsonWebToken, machine, &jwt, (Some("sign"), args)).unwrap()
    };
    sign(&mut machine, &[payload.clone(), env("SECRET"), options]);
    sign(&mut machine, &[payload.clone(), Value::text("x")]);
    sign(&mut machine, &[payload.clone(), env("SECRET"), Value::unknown()]);
    sign(&mut machine, &[Value::object([("exp", number(1.0))]), env("SECRET")]);
    let known: Vec<_> = tokens(&machine)
        .iter()
        .map(|token| (token.expiry.is_some(), token.options_known))
        .collect();
    assert_eq!(known, [(true, true), (false, true), (false, false), (true, true)]);
    assert_eq!(tokens(&machine)[1].key.as_ref().unwrap().0, Value::text("x"));
}

#[test]
fn verifying_gives_the_caller() {
    let verify = JsonWebToken.import("jsonwebtoken", "verify").unwrap();
    let mut machine = FakeMachine::default();
    let caller =
        call(&JsonWebToken, &mut machine, &verify, (None, &[bearer(), env("SECRET")])).unwrap();
    assert_eq!(caller, Value::caller());
    assert_eq!((trusts(&machine), guards(&machine)), (vec![Trust::Verified], 1));
    let mut machine = FakeMachine::default();
    let args = [bearer(), env("SECRET"), function(0)];
    call(&JsonWebToken, &mut machine, &verify, (None, &args)).unwrap();
    assert_eq!(machine.ran_with[0][1], Value::caller());
    assert_eq!(guards(&machine), 0);
}

#[test]
fn decoding_gives_a_claim_when_the_caller_sent_the_token() {
    let names: &[(&dyn Library, &str, &str)] = &[
        (&JsonWebToken, "jsonwebtoken", "decode"),
        (&JwtDecode, "jwt-decode", "jwtDecode"),
        (&JwtDecode, "jwt-decode", "default"),
        (&Jose, "jose", "decodeJwt"),
    ];
    for (library, package, name) in names {
        let mut machine = FakeMachine::default();
        let decode = library.import(package, name).unwrap();
        let claim = call(*library, &mut machine, &decode, (None, &[bearer()])).unwrap();
        assert!(matches!(claim.shape, Shape::ClaimedCaller(_)), "{name}");
        assert!(claim.taint.has(Taint::CLAIM));
        assert_eq!(tokens(&machine)[0].action, TokenAction::Decode);
        let other =
            call(*library, &mut machine, &decode, (None, &[Value::of(Shape::Unknown)])).unwrap();
        assert!(matches!(other.shape, Shape::Unknown), "{name}");
    }
}

#[test]
fn jose_signs_in_steps() {
    let mut machine = FakeMachine::default();
    let class = Jose.import("https://esm.sh/jose@4", "SignJWT").unwrap();
    let payload = Value::object([("sub", Value::caller())]);
    let signing = call(&Jose, &mut machine, &class, (None, &[payload])).unwrap();
    let header = Value::object([("alg", Value::text("HS256"))]);
    let calls: &[(&str, &[Value])] = &[
        ("setProtectedHeader", &[header]),
        ("setIssuedAt", &[]),
        ("setExpirationTime", &[Value::text("2h")]),
        ("sign", &[env("SECRET")]),
    ];
    chain(&Jose, &mut machine, &signing, calls);
    let token = tokens(&machine)[0];
    assert_eq!(token.expiry, Some(Value::text("2h")));
    assert_eq!(token.algorithms.as_ref().unwrap()[0], "HS256");
    assert_eq!(token.key.as_ref().unwrap().0, env("SECRET"));
    assert!(token.options_known);
    let verify = Jose.import("jose", "jwtVerify").unwrap();
    let result = call(&Jose, &mut machine, &verify, (None, &[bearer(), env("SECRET")])).unwrap();
    assert_eq!(result.field("payload"), Some(&Value::caller()));
}

#[test]
fn sessions_are_the_caller() {
    let mut machine = FakeMachine::default();
    for (package, name) in [
        ("next-auth", "getServerSession"),
        ("next-auth/jwt", "getToken"),
        ("@clerk/nextjs/server", "auth"),
        ("@clerk/nextjs/server", "currentUser"),
    ] {
        let function = Session.import(package, name).unwrap();
        let session = call(&Session, &mut machine, &function, (None, &[])).unwrap();
        assert!(session.taint.has(Taint::CALLER), "{name}");
    }
    assert_eq!(trusts(&machine), [Trust::Verified; 4]);
    let configure = Session.import("next-auth", "default").unwrap();
    let configured = call(&Session, &mut machine, &configure, (None, &[])).unwrap();
    let auth =
        Session.member(configured.library().unwrap(), "auth", crate::testing::origin(1)).unwrap();
    assert!(call(&Session, &mut machine, &auth, (None, &[])).unwrap().taint.has(Taint::CALLER));
}

#[test]
fn signatures_prove_the_sender() {
    let mut machine = FakeMachine::default();
    let class = Webhook.import("stripe", "default").unwrap();
    let stripe = call(&Webhook, &mut machine, &class, (None, &[env("STRIPE_SECRET_KEY")])).unwrap();
    let hooks =
        Webhook.member(stripe.library().unwrap(), "webhooks", crate::testing::origin(1)).unwrap();
    let args = [Value::input(InputKind::Body, ""), bearer(), env("WHSEC")];
    let event = call(&Webhook, &mut machine, &hooks, (Some("constructEvent"), &args)).unwrap();
    assert!(event.taint.has(Taint::SECRET) && event.taint.has(Taint::BODY));
    assert_eq!((trusts(&machine), guards(&machine)), (vec![Trust::Secret], 1));
}

#[test]
fn comparing_signatures_in_constant_time_proves_the_sender() {
    let mut machine = FakeMachine::default();
    let crypto = Crypto.import("node:crypto", "default").unwrap();
    let calls: &[(&str, &[Value])] = &[
        ("createHmac", &[Value::text("sha256"), env("SECRET").tainted(Taint::ENV)]),
        ("update", &[Value::input(InputKind::Body, "")]),
        ("digest", &[]),
    ];
    let expected = chain(&Crypto, &mut machine, &crypto, calls);
    assert!(expected.taint.has(Taint::ENV) && expected.taint.has(Taint::BODY));
    let equal =
        call(&Crypto, &mut machine, &crypto, (Some("timingSafeEqual"), &[expected, bearer()]))
            .unwrap();
    assert!(equal.taint.has(Taint::SECRET));
    assert_eq!(trusts(&machine), [Trust::Secret]);
}

#[test]
fn what_runs_when_somebody_signs_in_is_a_setting() {
    let makers = [
        ("next-auth/providers/email", "default"),
        ("@acme/passkeys-next-auth-provider", "PasskeyProvider"),
        ("@auth/core/providers/github", "default"),
        ("better-auth/api", "createAuthMiddleware"),
        ("@better-auth/sso", "sso"),
    ];
    for (package, name) in makers {
        let maker = Session.import(package, name).unwrap();
        let options = Value::object([("authorize", Value::of(Shape::Unknown))]);
        let mut machine = FakeMachine::default();
        let made = call(&Session, &mut machine, &maker, (None, &[options]));
        assert!(made.is_some_and(|made| made.taint == Taint::NONE), "{package}");
    }
}
