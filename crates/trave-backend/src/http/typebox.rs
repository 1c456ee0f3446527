//! `TypeBox`, and JSON Schema written down: what they promise of what they let through.

use std::collections::BTreeMap;

use smol_str::SmolStr;

use super::schema::{
    array, at_least, at_most, choice, either, made, object, of_kind, promise_of, schema, validated,
};
use crate::library::{Library, LibraryCall, Machine};
use crate::place::package_name;
use crate::value::{LibraryValue, SchemaKind, SchemaShape, Shape, Value};

const NAME: &str = "typebox";

/// The model of `TypeBox`.
#[derive(Debug)]
pub(crate) struct TypeBox;

impl Library for TypeBox {
    fn name(&self) -> &'static str {
        NAME
    }

    fn import(&self, package: &str, name: &str) -> Option<Value> {
        let package = package_name(package);
        let own = matches!(package.as_str(), "@sinclair/typebox" | "typebox")
            || (package == "@fastify/type-provider-typebox" && name == "Type")
            || (package == "elysia" && name == "t");
        own.then(maker)
    }

    fn call(&self, call: &LibraryCall<'_>, _machine: &mut dyn Machine) -> Option<Value> {
        (call.callee.kind == "maker").then_some(())?;
        Some(schema(NAME, made_by(call, call.method?)))
    }
}

fn maker() -> Value {
    LibraryValue::new(NAME, "maker").into_value()
}

/// What `Type.String({ maxLength: 80 })` and so on promise.
fn made_by(call: &LibraryCall<'_>, name: &str) -> SchemaShape {
    let first = call.arg(0);
    let shape = match name {
        "String" => of_kind(SchemaKind::Text),
        "Number" | "Integer" | "Numeric" | "BigInt" => of_kind(SchemaKind::Number),
        "Boolean" | "BooleanString" => of_kind(SchemaKind::Bool),
        "Object" | "Form" => object(&first),
        "Array" => return bounded(array(&first), &call.arg(1)),
        "Literal" | "Enum" | "UnionEnum" => choice(&first),
        "Union" => match &first.shape {
            Shape::Array(items) => either(items.iter().map(promise_of)),
            _ => made(),
        },
        "Optional" | "Nullable" | "MaybeEmpty" | "Partial" => {
            SchemaShape { optional: true, ..promise_of(&first) }
        }
        "Any" | "Unknown" => SchemaShape::default(),
        _ => made(),
    };
    bounded(shape, &first)
}

fn bounded(mut shape: SchemaShape, options: &Value) -> SchemaShape {
    for name in ["maximum", "maxLength", "maxItems", "exclusiveMaximum"] {
        if let Some(bound) = options.field(name) {
            shape = at_most(shape, bound);
        }
    }
    for name in ["minimum", "minLength", "minItems", "exclusiveMinimum"] {
        if let Some(bound) = options.field(name) {
            shape = at_least(shape, bound);
        }
    }
    if let Some(default) = options.field("default")
        && !matches!(shape.kind, SchemaKind::Object(_))
    {
        shape.default = Some(default.clone());
    }
    shape
}

/// A part of a request that some schema has let through: of a library, or written as JSON Schema.
pub(crate) fn checked(given: Value, by: &Value) -> Value {
    let is_schema = by.library().is_some_and(|it| it.kept("promise").is_some());
    match &by.shape {
        _ if is_schema => validated(given, promise_of(by)),
        Shape::Object(_) => validated(given, json_schema(by, 0)),
        Shape::Undefined => given,
        _ => validated(given, made()),
    }
}

/// What a JSON Schema promises.
fn json_schema(written: &Value, depth: u32) -> SchemaShape {
    if written.library().is_some() {
        return promise_of(written);
    }
    if depth > 16 {
        return made();
    }
    if let Some(values) = written.field("enum") {
        return choice(values);
    }
    let shape = match written.field("type").and_then(Value::as_text) {
        Some("string") => of_kind(SchemaKind::Text),
        Some("number" | "integer") => of_kind(SchemaKind::Number),
        Some("boolean") => of_kind(SchemaKind::Bool),
        Some("array") => {
            let item = written.field("items").map_or_else(made, |it| json_schema(it, depth + 1));
            of_kind(SchemaKind::Array(Box::new(item)))
        }
        Some("object") => {
            let mut fields: BTreeMap<SmolStr, SchemaShape> = BTreeMap::new();
            if let Some(Shape::Object(properties)) = written.field("properties").map(|it| &it.shape)
            {
                let all = properties.fields.iter();
                fields.extend(all.map(|(name, it)| (name.clone(), json_schema(it, depth + 1))));
            }
            of_kind(SchemaKind::Object(fields))
        }
        _ => made(),
    };
    bounded(shape, written)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{FakeMachine, call, number};
    use crate::value::InputKind;

    #[test]
    fn a_schema_of_typebox_bounds_a_number() {
        let mut machine = FakeMachine::default();
        let options = Value::object([("maximum", number(50.0))]);
        let limit = call(&TypeBox, &mut machine, &maker(), (Some("Integer"), &[options])).unwrap();
        let value = checked(Value::input(InputKind::Query, "limit"), &limit);
        assert_eq!(value.upper_bound(), Some(50.0));
    }

    #[test]
    fn a_json_schema_bounds_the_fields_that_it_names() {
        let limit = Value::object([("type", Value::text("integer")), ("maximum", number(20.0))]);
        let properties = Value::object([("limit", limit)]);
        let written = Value::object([("type", Value::text("object")), ("properties", properties)]);
        let Shape::Validated(_, shape) = checked(Value::unknown(), &written).shape else {
            panic!()
        };
        let SchemaKind::Object(fields) = &shape.kind else { panic!() };
        assert_eq!(fields["limit"].max, Some(20.0));
    }
}
