use super::memory::Memory;
use super::redis::{IOREDIS, NODE_REDIS, Redis, UPSTASH};
use crate::effect::{CacheAction, CacheUse, Effect};
use crate::library::Library;
use crate::testing::{FakeMachine, call, chain, number};
use crate::value::{Shape, Value};

fn uses(machine: &FakeMachine) -> Vec<&CacheUse> {
    let effects = machine.effects.iter();
    effects
        .filter_map(|effect| if let Effect::Cache(cache) = effect { Some(cache) } else { None })
        .collect()
}

fn client(library: &'static Redis, package: &str, name: &str) -> (FakeMachine, Value) {
    let mut machine = FakeMachine::default();
    let maker = library.import(package, name).unwrap();
    let client = call(library, &mut machine, &maker, (None, &[])).unwrap();
    (machine, client)
}

fn text(text: &str) -> Value {
    Value::text(text)
}

#[test]
fn each_client_spells_expiry_its_own_way() {
    let upper = Value::object([("EX", number(60.0))]);
    let lower = Value::object([("ex", number(60.0))]);
    let nested = Value::object([(
        "expiration",
        Value::object([("type", text("EX")), ("value", number(60.0))]),
    )]);
    let cases = [
        (&IOREDIS, "ioredis", "default", vec![text("EX"), number(60.0)], (true, true)),
        (&IOREDIS, "ioredis", "default", vec![], (false, true)),
        (&IOREDIS, "ioredis", "Redis", vec![upper.clone()], (false, true)),
        (&IOREDIS, "ioredis", "Redis", vec![Value::unknown()], (false, false)),
        (&NODE_REDIS, "redis", "createClient", vec![upper.clone()], (true, true)),
        (&NODE_REDIS, "redis", "createClient", vec![nested], (true, true)),
        (&NODE_REDIS, "redis", "createClient", vec![lower.clone()], (false, true)),
        (&NODE_REDIS, "redis", "createClient", vec![text("EX"), number(60.0)], (false, true)),
        (&UPSTASH, "@upstash/redis", "Redis", vec![lower], (true, true)),
        (&UPSTASH, "@upstash/redis", "Redis", vec![upper], (false, true)),
        (&UPSTASH, "@vercel/kv", "createClient", vec![Value::unknown()], (false, false)),
    ];
    for (library, package, name, options, expected) in cases {
        let (mut machine, client) = client(library, package, name);
        let args: Vec<Value> = [text("k"), text("v")].into_iter().chain(options).collect();
        call(library, &mut machine, &client, (Some("set"), &args)).unwrap();
        let found = uses(&machine)[0];
        assert_eq!((found.ttl.is_some(), found.ttl_known), expected, "{package} {args:?}");
    }
}

#[test]
fn commands_read_write_and_invalidate() {
    let (mut machine, client) = client(&IOREDIS, "ioredis", "default");
    for (method, args) in [
        ("get", vec![text("k")]),
        ("setex", vec![text("k"), number(60.0), text("v")]),
        ("set", vec![text("lock"), text("1"), text("NX"), text("PX"), number(5.0)]),
        ("incr", vec![text("n")]),
        ("expire", vec![text("n"), number(60.0)]),
        ("del", vec![text("k")]),
    ] {
        call(&IOREDIS, &mut machine, &client, (Some(method), &args)).unwrap();
    }
    let found: Vec<_> = uses(&machine)
        .iter()
        .map(|cache| (cache.action, cache.ttl.is_some(), cache.bookkeeping))
        .collect();
    assert_eq!(
        found,
        [
            (CacheAction::Read, false, false),
            (CacheAction::Write, true, false),
            (CacheAction::Write, true, true),
            (CacheAction::Write, false, true),
            (CacheAction::Write, true, false),
            (CacheAction::Invalidate, false, false),
        ]
    );
    let pipeline: &[(&str, &[Value])] =
        &[("pipeline", &[]), ("set", &[text("k"), text("v")]), ("exec", &[])];
    chain(&IOREDIS, &mut machine, &client, pipeline);
    assert_eq!(uses(&machine).len(), 7);
}

#[test]
fn bounded_stores_forget_by_themselves() {
    for (options, known) in [(vec![Value::object([("max", number(5.0))])], false), (vec![], true)] {
        let mut machine = FakeMachine::default();
        let class = Memory.import("lru-cache", "LRUCache").unwrap();
        let store = call(&Memory, &mut machine, &class, (None, &options)).unwrap();
        call(&Memory, &mut machine, &store, (Some("set"), &[text("k"), text("v")])).unwrap();
        assert_eq!((uses(&machine)[0].ttl_known, &uses(&machine)[0].ttl), (known, &None));
    }
    assert_eq!(Value::undefined().shape, Shape::Undefined);
}
