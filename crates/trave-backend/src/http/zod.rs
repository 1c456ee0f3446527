//! `zod`, and `yup`, whose schemas read alike.

use smol_str::SmolStr;

use super::schema::{
    array, at_least, at_most, choice, either, made as unknown_schema, note_validation, object,
    of_kind, promise, promise_of, promise_of_result, schema, validated, with_fields,
};
use crate::library::{Library, LibraryCall, Machine};
use crate::place::package_name;
use crate::value::{LibraryValue, SchemaKind, SchemaShape, Shape, Value};

const NAME: &str = "zod";

/// What leaves no room for signs of a language; what a pattern leaves is not known.
const FORMS: [&str; 11] = [
    "uuid", "guid", "cuid", "cuid2", "ulid", "nanoid", "datetime", "date", "time", "regex",
    "matches",
];

/// The model of `zod` and `yup`.
#[derive(Debug)]
pub(crate) struct Zod;

impl Library for Zod {
    fn name(&self) -> &'static str {
        NAME
    }

    fn import(&self, package: &str, name: &str) -> Option<Value> {
        let package = package_name(package);
        let own = package == "zod"
            || package.starts_with("zod/")
            || package == "yup"
            || (matches!(package.as_str(), "astro:schema" | "astro/zod" | "@hono/zod-openapi")
                && name == "z");
        let namespace = matches!(name, "z" | "*" | "default");
        let kind = if namespace { "namespace" } else { "maker" };
        own.then(|| LibraryValue::new(NAME, kind).named(name).into_value())
    }

    fn member(
        &self,
        object: &LibraryValue,
        property: &str,
        _at: trave_source::Origin,
    ) -> Option<Value> {
        match (object.kind, property) {
            ("namespace", "coerce" | "iso" | "z" | "default") => {
                Some(LibraryValue::new(NAME, "namespace").into_value())
            }
            ("namespace", name) => Some(LibraryValue::new(NAME, "maker").named(name).into_value()),
            ("schema", "shape" | "fields") => Some(fields_of(object)),
            // `getValidatedQuery(event, schema.parse)`.
            ("schema", "parse" | "safeParse" | "parseAsync" | "safeParseAsync") => {
                Some(LibraryValue { kind: "parser", ..object.clone() }.named(property).into_value())
            }
            ("schema", "enum" | "Enum" | "options" | "element") => Some(Value::of(Shape::Unknown)),
            _ => None,
        }
    }

    fn call(&self, call: &LibraryCall<'_>, machine: &mut dyn Machine) -> Option<Value> {
        match (call.callee.kind, call.method) {
            ("maker", None) => Some(schema(NAME, made(call, &call.callee.name))),
            ("namespace", Some(name)) => Some(schema(NAME, made(call, name))),
            ("schema", Some(method)) => Some(method_of_schema(call, method, machine)),
            ("parser", None) => Some(method_of_schema(call, &call.callee.name, machine)),
            _ => None,
        }
    }
}

/// The schemas of an object schema's fields.
fn fields_of(object: &LibraryValue) -> Value {
    let SchemaKind::Object(fields) = promise(object).kind else {
        return Value::of(Shape::Unknown);
    };
    let fields = fields.into_iter().map(|(name, shape)| (name, schema(NAME, shape))).collect();
    Value::record(crate::value::Object { fields, rest: None })
}

/// What `z.string()`, `z.object({ … })` and so on promise.
fn made(call: &LibraryCall<'_>, name: &str) -> SchemaShape {
    match name {
        "string" | "email" | "url" => of_kind(SchemaKind::Text),
        name if FORMS.contains(&name) => of_kind(SchemaKind::Word),
        "number" | "bigint" | "int" | "int32" => of_kind(SchemaKind::Number),
        "boolean" | "bool" | "stringbool" => of_kind(SchemaKind::Bool),
        "object" | "strictObject" | "looseObject" => object(&call.arg(0)),
        "array" => array(&call.arg(0)),
        "enum" | "nativeEnum" | "literal" | "oneOf" => choice(&call.arg(0)),
        "union" | "discriminatedUnion" => match &call.args.last().map(|last| &last.shape) {
            Some(Shape::Array(items)) => either(items.iter().map(promise_of)),
            _ => unknown_schema(),
        },
        "optional" | "nullable" => SchemaShape { optional: true, ..promise_of(&call.arg(0)) },
        "preprocess" => promise_of(&call.arg(1)),
        "any" | "unknown" | "mixed" => SchemaShape::default(),
        _ => unknown_schema(),
    }
}

fn method_of_schema(call: &LibraryCall<'_>, method: &str, machine: &mut dyn Machine) -> Value {
    let shape = promise(call.callee);
    if let Some(result) = checked(call, method, &shape) {
        note_validation(call, (NAME, &call.arg(0)), machine);
        return result;
    }
    let changed = bounded(call, method, shape.clone())
        .or_else(|| reshaped(call, method, shape.clone()))
        .or_else(|| (method == "transform").then(|| transformed(call, &shape, machine)));
    // `refine`, `trim`, `describe` and their likes change no promise.
    schema(NAME, changed.unwrap_or(shape))
}

/// What comes of holding a value against a schema; none when the method does something else.
fn checked(call: &LibraryCall<'_>, method: &str, shape: &SchemaShape) -> Option<Value> {
    match method {
        "parse" | "parseAsync" | "decode" | "validate" | "validateSync" | "cast" => {
            Some(validated(call.arg(0), shape.clone()))
        }
        "safeParse" | "safeParseAsync" | "spa" | "safeDecode" => Some(tried(call, shape.clone())),
        "isValid" | "isValidSync" => Some(Value::unknown_from(call.args)),
        _ => None,
    }
}

/// `{ success, data, error }`.
fn tried(call: &LibraryCall<'_>, shape: SchemaShape) -> Value {
    let told = Value::unknown_from(call.args);
    let data = validated(call.arg(0), shape);
    Value::object([("success", told.clone()), ("data", data), ("error", told)])
}

fn bounded(call: &LibraryCall<'_>, method: &str, shape: SchemaShape) -> Option<SchemaShape> {
    let bound = call.arg(0);
    let is_text = shape.kind == SchemaKind::Text;
    Some(match method {
        form if is_text && FORMS.contains(&form) => SchemaShape { kind: SchemaKind::Word, ..shape },
        "max" | "lte" | "lt" | "maximum" => at_most(shape, &bound),
        "min" | "gte" | "gt" | "minimum" => at_least(shape, &bound),
        "length" => at_least(at_most(shape, &bound), &bound),
        "positive" | "nonempty" => at_least(shape, &Value::of(Shape::Number(1.0))),
        "nonnegative" => at_least(shape, &Value::of(Shape::Number(0.0))),
        "optional" | "nullish" | "nullable" | "notRequired" => {
            SchemaShape { optional: true, ..shape }
        }
        "required" if matches!(bound.shape, Shape::Undefined | Shape::Text(_)) => {
            SchemaShape { optional: false, ..shape }
        }
        "default" | "catch" | "prefault" => SchemaShape { default: Some(bound), ..shape },
        _ => return None,
    })
}

fn reshaped(call: &LibraryCall<'_>, method: &str, shape: SchemaShape) -> Option<SchemaShape> {
    let argument = call.arg(0);
    let named: Vec<SmolStr> = match &argument.shape {
        Shape::Object(object) => object.fields.keys().cloned().collect(),
        _ => Vec::new(),
    };
    Some(match method {
        "extend" | "safeExtend" | "merge" | "concat" | "and" | "shape" => {
            let other = match promise_of(&argument).kind {
                SchemaKind::Object(fields) => SchemaKind::Object(fields),
                _ => object(&argument).kind,
            };
            let SchemaKind::Object(added) = other else { return Some(shape) };
            if !matches!(shape.kind, SchemaKind::Object(_)) {
                return Some(of_kind(SchemaKind::Object(added)));
            }
            with_fields(shape, |fields| fields.extend(added))
        }
        "pick" => with_fields(shape, |fields| fields.retain(|name, _| named.contains(name))),
        "omit" => with_fields(shape, |fields| fields.retain(|name, _| !named.contains(name))),
        "partial" => with_fields(shape, |fields| {
            for field in fields.values_mut() {
                field.optional = true;
            }
        }),
        "array" => of_kind(SchemaKind::Array(Box::new(shape))),
        "of" => array(&argument),
        "oneOf" => choice(&argument),
        "or" => either([shape, promise_of(&argument)]),
        // The last schema of the pipe speaks.
        "pipe" => promise_of(&argument),
        _ => return None,
    })
}

/// What comes out of the project's own function: parts that it hands on are still validated.
fn transformed(
    call: &LibraryCall<'_>,
    shape: &SchemaShape,
    machine: &mut dyn Machine,
) -> SchemaShape {
    let given = validated(Value::unknown(), shape.clone());
    promise_of_result(&machine.run(&call.arg(0), vec![given]))
}
