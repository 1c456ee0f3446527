//! supabase-js and its companions: clients, queries, authentication.

mod auth;
mod builder;
mod construct;
mod filters;
mod key;
mod or_filter;
mod result;
mod select;
#[cfg(test)]
mod tests;
pub mod typing;

use crate::effect::Effect;
use crate::library::{Guess, Library, LibraryCall, Machine};
use crate::place::package_name;
use crate::value::{LibraryValue, Taint, Value};
use crate::wording::{SUPABASE, Wording};

const NAME: &str = "supabase";

/// The model of supabase-js.
#[derive(Debug)]
pub(crate) struct Supabase;

fn is_own(package: &str) -> bool {
    package.starts_with("@supabase/") || package == "#supabase/server"
}

impl Library for Supabase {
    fn name(&self) -> &'static str {
        NAME
    }

    fn import(&self, package: &str, name: &str) -> Option<Value> {
        let package = package_name(package);
        if !is_own(&package) {
            return None;
        }
        let kind = match name {
            "*" | "default" => "namespace",
            "withSupabase" => "with-supabase",
            name if construct::is_constructor(name) => "constructor",
            _ => "export",
        };
        let value = LibraryValue::new(NAME, kind).named(name);
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
                let package = object.kept("package").and_then(Value::as_text).unwrap_or_default();
                self.import(package, name)
            }
            ("client", "auth" | "storage" | "functions") => Some(part(object, property)),
            ("client", "rest") => Some(object.clone().into_value()),
            ("auth", "admin" | "mfa") => Some(part(object, "admin")),
            ("builder" | "table", property) => result::member(object, property),
            ("context", "supabase") => Some(context_client("createContextClient")),
            ("context", "supabaseAdmin") => Some(context_client("createAdminClient")),
            ("context", "userClaims" | "jwtClaims" | "claims") => Some(Value::caller()),
            _ => None,
        }
    }

    fn call(&self, call: &LibraryCall<'_>, machine: &mut dyn Machine) -> Option<Value> {
        match (call.callee.kind, call.method) {
            ("constructor", None) => construct::construct(call, machine),
            ("namespace", Some(name)) => {
                let package = call.callee.kept("package").and_then(Value::as_text)?;
                let export = self.import(package, name)?;
                let callee = export.library()?;
                self.call(&LibraryCall { callee, method: None, ..*call }, machine)
            }
            ("export", None) => auth::of_nuxt(call, machine),
            ("client", Some(method)) => client_call(call, method, machine),
            ("table", Some(_)) => builder::verb(call, machine),
            ("builder", Some(_)) => builder::chain(call, machine),
            ("auth", Some(_)) => auth::call(call, machine),
            ("admin", Some(_)) => Some(auth::administer(call, machine)),
            ("storage", Some("from")) => Some(part(call.callee, "bucket")),
            ("storage" | "bucket", Some(_)) => Some(auth::external(call.args, Taint::NONE)),
            ("functions", Some(_)) => {
                machine.record(Effect::Outbound(call.origin));
                Some(auth::external(call.args, Taint::NONE))
            }
            ("channel", Some(_)) => Some(call.callee.clone().into_value()),
            ("with-supabase", None) => Some(with_handler(call)),
            ("served", None) => run_served(call, machine),
            _ => None,
        }
    }

    fn awaited(&self, value: &LibraryValue, machine: &mut dyn Machine) -> Option<Value> {
        if value.kind == "builder" { result::awaited(value, machine) } else { None }
    }

    fn typed(&self, package: &str, name: &str) -> Option<Value> {
        let own = package.is_empty() || is_own(&package_name(package));
        let name = name.rsplit('.').next().unwrap_or(name);
        let is_client = own && matches!(name, "SupabaseClient" | "PostgrestClient");
        is_client.then(|| construct::client(construct::unknown_client(), None))
    }

    fn guess(&self, guess: &Guess<'_>, machine: &mut dyn Machine) -> Option<Value> {
        guessed(guess, machine)
    }

    fn wording(&self) -> &'static Wording {
        &SUPABASE
    }
}

fn client_call(call: &LibraryCall<'_>, method: &str, machine: &mut dyn Machine) -> Option<Value> {
    match method {
        "from" => Some(builder::from(call, machine)),
        "rpc" => Some(builder::rpc(call, machine)),
        "schema" => {
            let value = call.callee.clone().with("schema", call.arg(0));
            Some(value.into_value())
        }
        "channel" | "removeChannel" | "removeAllChannels" | "getChannels" => {
            Some(part(call.callee, "channel"))
        }
        _ => None,
    }
}

/// A part of a client: `auth`, `storage` …
fn part(client: &LibraryValue, kind: &str) -> Value {
    let kind = match kind {
        "auth" => "auth",
        "admin" => "admin",
        "storage" => "storage",
        "bucket" => "bucket",
        "functions" => "functions",
        _ => "channel",
    };
    let mut value = LibraryValue::new(NAME, kind);
    value.client.clone_from(&client.client);
    value.into_value()
}

fn context_client(constructor: &str) -> Value {
    let role = match constructor {
        "createAdminClient" => crate::value::ClientRole::Service,
        _ => crate::value::ClientRole::User,
    };
    let session = role == crate::value::ClientRole::User;
    construct::client(
        crate::value::ClientFact { role, session, browser: false, made_at: None },
        None,
    )
}

/// `withSupabase({ auth }, handler)` gives a handler of requests.
fn with_handler(call: &LibraryCall<'_>) -> Value {
    let mode = call.arg(0).field("auth").cloned().unwrap_or_else(|| Value::text("user"));
    LibraryValue::new(NAME, "served").with("handler", call.arg(1)).with("auth", mode).into_value()
}

fn run_served(call: &LibraryCall<'_>, machine: &mut dyn Machine) -> Option<Value> {
    let handler = call.callee.kept("handler")?;
    let mode = call.callee.kept("auth").and_then(Value::as_text).unwrap_or_default();
    auth::served(call, mode, machine);
    let context = LibraryValue::new(NAME, "context").into_value();
    Some(machine.run(handler, vec![call.arg(0), context]))
}

/// `.from('table')` of a table that exists or on something named like a client, `.rpc('function')`
/// on such a thing, and questions who is calling on something named `auth`.
fn guessed(guess: &Guess<'_>, machine: &mut dyn Machine) -> Option<Value> {
    let name = guess.receiver.to_ascii_lowercase();
    let callee = LibraryValue {
        client: Some(construct::unknown_client()),
        ..LibraryValue::new(NAME, "client")
    };
    let call = guess.on(&callee);
    let is_client = ["supabase", "client", "admin", "db"].iter().any(|word| name.contains(word));
    match guess.method {
        "from" => {
            let table = guess.args.first()?.as_text().filter(|_| guess.args.len() == 1)?;
            let is_verb =
                |next| matches!(next, "select" | "insert" | "upsert" | "update" | "delete");
            let is_table = !name.contains("storage")
                && guess.next.is_none_or(is_verb)
                && (is_client || machine.knows_table(table) == Some(true));
            is_table.then(|| builder::from(&call, machine))
        }
        "rpc" => {
            guess.args.first()?.as_text()?;
            is_client.then(|| builder::rpc(&call, machine))
        }
        "getUser" | "getClaims" | "getSession" if name.ends_with("auth") => {
            auth::call(&call, machine)
        }
        "deleteUser" if name.ends_with("auth.admin") => Some(auth::administer(&call, machine)),
        _ => None,
    }
}
