//! Redis clients: `ioredis`, `redis`, `@upstash/redis`, `@vercel/kv`.

use super::ttl::{Dialect, Expiry, command_name, expiry, unit_of};
use crate::effect::{CacheAction, CacheUse, Effect};
use crate::library::{Library, LibraryCall, Machine};
use crate::place::package_name;
use crate::value::{LibraryValue, Shape, Value};

/// A model of one client package.
#[derive(Debug)]
pub(crate) struct Redis {
    name: &'static str,
    packages: &'static [&'static str],
    dialect: Dialect,
}

/// The model of `ioredis`.
pub(crate) static IOREDIS: Redis =
    Redis { name: "ioredis", packages: &["ioredis"], dialect: Dialect::Positional };

/// The model of node-redis.
pub(crate) static NODE_REDIS: Redis =
    Redis { name: "redis", packages: &["redis", "@redis/client"], dialect: Dialect::UpperCase };

/// The model of `@upstash/redis` and `@vercel/kv`.
pub(crate) static UPSTASH: Redis = Redis {
    name: "upstash",
    packages: &["@upstash/redis", "@vercel/kv", "upstash_redis"],
    dialect: Dialect::LowerCase,
};

impl Library for Redis {
    fn name(&self) -> &'static str {
        self.name
    }

    fn import(&self, package: &str, name: &str) -> Option<Value> {
        let package = package_name(package);
        let own = |own: &&str| {
            package == **own || package.strip_prefix(*own).is_some_and(|rest| rest.starts_with('/'))
        };
        if !self.packages.iter().any(own) {
            return None;
        }
        let kind = match name {
            "*" => "namespace",
            "kv" => "client",
            "default" if package == "@vercel/kv" => "client",
            "createClient" | "createCluster" | "createPool" => "maker",
            "default" | "Redis" | "Cluster" => "class",
            _ => "export",
        };
        let value = LibraryValue::new(self.name, kind).named(name);
        Some(value.with("package", Value::text(package)).into_value())
    }

    fn member(
        &self,
        object: &LibraryValue,
        property: &str,
        _at: trave_source::Origin,
    ) -> Option<Value> {
        match (object.kind, property) {
            ("namespace", name) => {
                self.import(object.kept("package").and_then(Value::as_text)?, name)
            }
            ("class", "createClient") => Some(self.thing("maker")),
            ("class", "default" | "Redis" | "Cluster") => Some(object.clone().into_value()),
            ("client", "json") => Some(self.thing("client")),
            ("client", "status" | "isOpen" | "isReady") => Some(Value::of(Shape::Unknown)),
            _ => None,
        }
    }

    fn call(&self, call: &LibraryCall<'_>, machine: &mut dyn Machine) -> Option<Value> {
        match (call.callee.kind, call.method) {
            ("class" | "maker", None) | ("class", Some("fromEnv" | "createClient")) => {
                Some(self.thing("client"))
            }
            ("client", Some("pipeline" | "multi")) => Some(self.thing("pipeline")),
            ("namespace", Some("createClient" | "createCluster"))
            | ("client", Some("duplicate")) => Some(self.thing("client")),
            // Of node-redis: `await createClient().on('error', log).connect()`.
            ("client", Some("connect" | "on" | "once")) => Some(call.callee.clone().into_value()),
            ("client", Some(method)) => Some(self.command(call, method, machine)),
            ("pipeline", Some("exec" | "execAsPipeline")) => Some(Value::of(Shape::Unknown)),
            ("pipeline", Some(method)) => {
                self.command(call, method, machine);
                Some(self.thing("pipeline"))
            }
            _ => None,
        }
    }

    fn typed(&self, package: &str, name: &str) -> Option<Value> {
        let own = self.packages.contains(&package_name(package).as_str());
        let is_client = matches!(name, "Redis" | "default" | "RedisClientType" | "VercelKV");
        (own && is_client).then(|| self.thing("client"))
    }
}

impl Redis {
    fn thing(&self, kind: &'static str) -> Value {
        LibraryValue::new(self.name, kind).into_value()
    }

    fn command(&self, call: &LibraryCall<'_>, method: &str, machine: &mut dyn Machine) -> Value {
        let found = Value::unknown_from(call.args.get(..1).unwrap_or_default());
        match command_name(method).as_str() {
            "get" | "mget" | "getex" | "getdel" | "getbuffer" | "hget" | "hgetall" | "hmget" => {
                machine.record(Effect::Cache(self.use_of(call, CacheAction::Read)));
                return found;
            }
            "set" => self.set(call, machine),
            command @ ("setex" | "psetex") => {
                let mut stored = self.use_of(call, CacheAction::Write);
                stored.ttl_unit = unit_of(command);
                stored.ttl = call.args.get(1).cloned();
                stored.value = call.args.get(2).cloned();
                machine.record(Effect::Cache(stored));
            }
            // A new expiry of what is stored already: a write of no value.
            command @ ("expire" | "pexpire" | "expireat" | "pexpireat") => {
                let mut kept = self.use_of(call, CacheAction::Write);
                kept.ttl_unit = unit_of(command);
                kept.ttl = call.args.get(1).cloned();
                machine.record(Effect::Cache(kept));
            }
            "mset" | "hset" | "hmset" => {
                let mut stored = self.use_of(call, CacheAction::Write);
                stored.value = call.args.last().cloned();
                stored.ttl_known = false;
                machine.record(Effect::Cache(stored));
            }
            "del" | "unlink" | "hdel" | "flushall" | "flushdb" => {
                machine.record(Effect::Cache(self.use_of(call, CacheAction::Invalidate)));
            }
            "setnx" | "incr" | "incrby" | "decr" | "decrby" | "lpush" | "rpush" | "lpop"
            | "rpop" | "sadd" | "srem" | "zadd" | "zrem" | "hincrby" | "publish" | "xadd"
            | "ltrim" => {
                let mut counted = self.use_of(call, CacheAction::Write);
                counted.bookkeeping = true;
                machine.record(Effect::Cache(counted));
            }
            _ => {}
        }
        found
    }

    fn set(&self, call: &LibraryCall<'_>, machine: &mut dyn Machine) {
        let Expiry { ttl, unit, known, if_missing } = expiry(call, self.dialect);
        let mut stored = self.use_of(call, CacheAction::Write);
        (stored.ttl, stored.ttl_unit) = (ttl, unit);
        stored.ttl_known = known;
        stored.value = call.args.get(1).cloned();
        stored.bookkeeping = if_missing;
        machine.record(Effect::Cache(stored));
    }

    fn use_of(&self, call: &LibraryCall<'_>, action: CacheAction) -> CacheUse {
        CacheUse {
            origin: call.origin,
            library: self.name,
            action,
            key: call.arg(0),
            key_origin: call.arg_origin(0),
            ttl: None,
            ttl_unit: None,
            ttl_known: true,
            value: None,
            computes: Vec::new(),
            shared: true,
            bookkeeping: false,
        }
    }
}
