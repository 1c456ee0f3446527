//! The environment: `process.env.X`, `import.meta.env.X`, `Deno.env.get('X')`, t3's `createEnv`.

use crate::effect::{Effect, EnvRead};
use crate::library::{Library, LibraryCall, Machine};
use crate::value::{LibraryValue, Shape, Taint, Value};

const NAME: &str = "env";

/// The model of the environment.
#[derive(Debug)]
pub(crate) struct Env;

impl Library for Env {
    fn name(&self) -> &'static str {
        NAME
    }

    fn import(&self, package: &str, name: &str) -> Option<Value> {
        match (package, name) {
            ("process" | "node:process", "default" | "*") => Some(thing("process")),
            (
                "process" | "node:process" | "$env/dynamic/private" | "$env/dynamic/public",
                "env",
            )
            | ("$env/static/private" | "$env/static/public", "*") => Some(thing("variables")),
            ("$env/static/private" | "$env/static/public", name) => Some(variable(name)),
            (package, "createEnv") if package.starts_with("@t3-oss/env") => Some(thing("create")),
            _ => None,
        }
    }

    fn global(&self, name: &str) -> Option<Value> {
        match name {
            "process" | "Bun" => Some(thing("process")),
            "Deno" => Some(thing("deno")),
            "import.meta" => Some(thing("meta")),
            _ => None,
        }
    }

    fn member(
        &self,
        object: &LibraryValue,
        property: &str,
        _at: trave_source::Origin,
    ) -> Option<Value> {
        match (object.kind, property) {
            ("process" | "meta", "env") => Some(thing("variables")),
            ("deno", "env") => Some(thing("deno-variables")),
            ("variables", name) => Some(variable(name)),
            _ => None,
        }
    }

    fn call(&self, call: &LibraryCall<'_>, machine: &mut dyn Machine) -> Option<Value> {
        match (call.callee.kind, call.method) {
            ("deno-variables", Some("get")) => {
                let argument = call.arg(0);
                let name = argument.as_text()?;
                let read = EnvRead { origin: call.origin, name: name.into() };
                machine.record(Effect::Env(read));
                Some(variable(name))
            }
            ("deno-variables", Some("toObject")) | ("create", None) => Some(thing("variables")),
            ("process", Some("exit" | "abort")) | ("deno", Some("exit")) => Some(Value::never()),
            _ => None,
        }
    }
}

/// Prefixes of variables that build tools copy into what the browser gets.
const PUBLISHED_PREFIXES: [&str; 8] = [
    "NEXT_PUBLIC_",
    "VITE_",
    "PUBLIC_",
    "NUXT_PUBLIC_",
    "EXPO_PUBLIC_",
    "REACT_APP_",
    "GATSBY_",
    "VUE_APP_",
];

/// Whether a build tool copies a variable of this name into what the browser gets.
pub fn is_published(variable: &str) -> bool {
    PUBLISHED_PREFIXES.iter().any(|prefix| variable.starts_with(prefix))
}

/// Whether a variable of this name holds a key that bypasses row level security.
pub fn names_service_key(variable: &str) -> bool {
    let parts = ["SERVICE_ROLE", "SUPABASE_SERVICE_KEY", "SUPABASE_SECRET_KEY"];
    parts.iter().any(|part| variable.contains(part))
}

fn thing(kind: &'static str) -> Value {
    LibraryValue::new(NAME, kind).into_value()
}

fn variable(name: &str) -> Value {
    Value::of(Shape::Env(name.into())).tainted(Taint::ENV)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{FakeMachine, call, env, origin};

    #[test]
    fn variables_are_read_in_every_way() {
        let mut machine = FakeMachine::default();
        let process = Env.global("process").unwrap();
        let variables = Env.member(process.library().unwrap(), "env", origin(1)).unwrap();
        let read = Env.member(variables.library().unwrap(), "KEY", origin(1)).unwrap();
        assert_eq!(read.shape, env("KEY").shape);
        let deno = Env.global("Deno").unwrap();
        let variables = Env.member(deno.library().unwrap(), "env", origin(1)).unwrap();
        let read =
            call(&Env, &mut machine, &variables, (Some("get"), &[Value::text("KEY")])).unwrap();
        assert_eq!(read.shape, env("KEY").shape);
        assert_eq!(machine.effects.len(), 1);
    }
}
