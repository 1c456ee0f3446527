//! `valibot`: schemas are made by functions, bounds are steps of a pipe.

use super::schema::{
    array, at_least, at_most, choice, made as unknown_schema, note_validation, object, of_kind,
    promise, promise_of, schema, validated,
};
use crate::library::{Library, LibraryCall, Machine};
use crate::place::package_name;
use crate::value::{LibraryValue, SchemaKind, SchemaShape, Value};

const NAME: &str = "valibot";

/// The model of `valibot`.
#[derive(Debug)]
pub(crate) struct Valibot;

impl Library for Valibot {
    fn name(&self) -> &'static str {
        NAME
    }

    fn import(&self, package: &str, name: &str) -> Option<Value> {
        let kind = if name == "*" { "namespace" } else { "function" };
        (package_name(package) == NAME)
            .then(|| LibraryValue::new(NAME, kind).named(name).into_value())
    }

    fn member(
        &self,
        object: &LibraryValue,
        property: &str,
        _at: trave_source::Origin,
    ) -> Option<Value> {
        (object.kind == "namespace").then(|| self.import(NAME, property))?
    }

    fn call(&self, call: &LibraryCall<'_>, machine: &mut dyn Machine) -> Option<Value> {
        let name = match call.callee.kind {
            "namespace" => call.method?,
            "function" => call.callee.name.as_str(),
            _ => return None,
        };
        Some(match name {
            "parse" | "parseAsync" => {
                note_validation(call, (NAME, &call.arg(1)), machine);
                validated(call.arg(1), promise_of(&call.arg(0)))
            }
            "safeParse" | "safeParseAsync" => {
                note_validation(call, (NAME, &call.arg(1)), machine);
                let told = Value::unknown_from(call.args);
                let output = validated(call.arg(1), promise_of(&call.arg(0)));
                Value::object([("success", told.clone()), ("output", output), ("issues", told)])
            }
            "maxValue" | "maxLength" | "minValue" | "minLength" => {
                LibraryValue::new(NAME, "step").named(name).with("bound", call.arg(0)).into_value()
            }
            _ => schema(NAME, made(call, name)),
        })
    }
}

fn made(call: &LibraryCall<'_>, name: &str) -> SchemaShape {
    match name {
        "string" => of_kind(SchemaKind::Text),
        "number" | "bigint" => of_kind(SchemaKind::Number),
        "boolean" => of_kind(SchemaKind::Bool),
        "object" | "strictObject" | "looseObject" => object(&call.arg(0)),
        "array" => array(&call.arg(0)),
        "picklist" | "enum" | "literal" => choice(&call.arg(0)),
        "optional" | "nullish" | "nullable" => SchemaShape {
            optional: true,
            default: call.args.get(1).cloned(),
            ..promise_of(&call.arg(0))
        },
        "pipe" => call.args.iter().fold(SchemaShape::default(), piped),
        "any" | "unknown" => SchemaShape::default(),
        _ => unknown_schema(),
    }
}

fn piped(shape: SchemaShape, step: &Value) -> SchemaShape {
    let Some(step) = step.library() else { return shape };
    let bound = step.kept("bound").cloned().unwrap_or_else(Value::undefined);
    match (step.kind, step.name.as_str()) {
        ("step", "maxValue" | "maxLength") => at_most(shape, &bound),
        ("step", _) => at_least(shape, &bound),
        // An action such as `v.trim()` is read as a schema that promises nothing.
        _ => {
            let next = promise(step);
            if next.kind == SchemaKind::Made { shape } else { next }
        }
    }
}
