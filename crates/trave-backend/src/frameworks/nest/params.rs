//! What the parameters of a handler are given, by their decorators.

use std::collections::BTreeMap;
use std::sync::Arc;

use smol_str::SmolStr;

use super::context::{flat, graphql_context, request_of};
use crate::dispatch::{DecoratedField, Dispatch, Parameter};
use crate::frameworks::web;
use crate::library::Machine;
use crate::value::{InputKind, LibraryValue, SchemaKind, SchemaShape, Shape, Value};

/// What a handler is given.
pub(super) fn values(way: &Dispatch<'_>, context: &Value, machine: &mut dyn Machine) -> Vec<Value> {
    let params = &way.decorated.params;
    params.iter().map(|param| value(param, context, machine)).collect()
}

fn value(param: &Parameter, context: &Value, machine: &mut dyn Machine) -> Value {
    let own = param.decorators.iter();
    let Some(decorator) =
        own.filter_map(Value::library).find(|it| matches!(it.kind, "param" | "custom"))
    else {
        let typed = param.typed.clone();
        return typed.unwrap_or_else(|| Value::input(InputKind::Parameter, param.name.clone()));
    };
    if decorator.kind == "custom" {
        return custom(decorator, context, machine);
    }
    let args = match decorator.kept("args").map(|it| &it.shape) {
        Some(Shape::Array(args)) => args.to_vec(),
        _ => Vec::new(),
    };
    let Some(kind) = part(decorator, context) else {
        return Value::of(Shape::Unknown);
    };
    let given = match kind {
        Part::Input(kind) => Value::input(kind, name_in(&args)),
        Part::Value(value) => return value,
    };
    checked(given, (param, &args), machine)
}

/// Which part of the request a decorator gives.
enum Part {
    Input(InputKind),
    Value(Value),
}

fn part(decorator: &LibraryValue, context: &Value) -> Option<Part> {
    let is_graphql = decorator.kept("package").and_then(Value::as_text) == Some("@nestjs/graphql");
    let context = context.library();
    Some(match decorator.name.as_str() {
        "Context" | "Ctx" if is_graphql => Part::Value(context.map(graphql_context)?),
        "Args" | "Body" | "RawBody" | "UploadedFile" | "UploadedFiles" | "MessageBody"
        | "Payload" => Part::Input(InputKind::Body),
        "Query" => Part::Input(InputKind::Query),
        "Param" => Part::Input(InputKind::Path),
        "Headers" | "Ip" | "HostParam" => Part::Input(InputKind::Header),
        "Cookies" => Part::Input(InputKind::Cookie),
        "Req" | "Request" => Part::Value(context.map(request_of)?),
        "Res" | "Response" => Part::Value(web::node_response()),
        _ => return None,
    })
}

/// `@Query('page')`, `@Args({ name: 'id' })`.
fn name_in(args: &[Value]) -> SmolStr {
    let first = args.first();
    let text = first.and_then(Value::as_text).map(SmolStr::new);
    let named = || first.and_then(|it| it.field("name")).and_then(Value::as_text);
    text.or_else(|| named().map(SmolStr::new)).unwrap_or_default()
}

/// A decorator of the project's own: `createParamDecorator((data, context) => …)`.
fn custom(decorator: &LibraryValue, context: &Value, machine: &mut dyn Machine) -> Value {
    let Some(factory) = decorator.kept("factory").cloned() else { return Value::unknown() };
    let data = decorator.kept("data").cloned().unwrap_or_else(Value::undefined);
    let value = machine.run(&factory, vec![data, context.clone()]);
    machine.awaited(value)
}

/// What pipes and the class of the parameter promise of a value.
fn checked(
    value: Value,
    (param, args): (&Parameter, &[Value]),
    machine: &mut dyn Machine,
) -> Value {
    let mut shape = args.iter().filter_map(Value::library).find_map(piped);
    if shape.is_none() && name_in(args).is_empty() {
        let fields = param.typed.as_ref().map(|typed| machine.decorated_fields(typed));
        shape = fields.and_then(|fields| promised(&fields));
    }
    if shape.is_none() && param.type_name == "number" {
        return value;
    }
    match shape {
        Some(shape) => {
            let (taint, inputs) = (value.taint, value.inputs.clone());
            let value = Value::of(Shape::Validated(Arc::new(value), Arc::new(shape)));
            Value { taint, inputs, ..value }
        }
        None => value,
    }
}

/// What a pipe lets through.
fn piped(pipe: &LibraryValue) -> Option<SchemaShape> {
    let kind = match pipe.name.as_str() {
        "ParseIntPipe" | "ParseFloatPipe" => SchemaKind::Number,
        "ParseUUIDPipe" => SchemaKind::Text,
        "ParseBoolPipe" => SchemaKind::Bool,
        "ParseEnumPipe" | "ParseDatePipe" => SchemaKind::Made,
        _ => return None,
    };
    Some(SchemaShape { kind, ..SchemaShape::default() })
}

/// What the decorators of the fields of a class promise of an object; nothing when there are none.
fn promised(fields: &[DecoratedField]) -> Option<SchemaShape> {
    let checks = |field: &DecoratedField| {
        flat(&field.decorators).iter().any(|it| it.library().is_some_and(|it| it.kind == "check"))
    };
    if !fields.iter().any(checks) {
        return None;
    }
    let fields: BTreeMap<SmolStr, SchemaShape> =
        fields.iter().map(|field| (field.name.clone(), field_promise(field))).collect();
    Some(SchemaShape { kind: SchemaKind::Object(fields), ..SchemaShape::default() })
}

/// What the decorators of one field promise: a check keeps what it promises as a value.
fn field_promise(field: &DecoratedField) -> SchemaShape {
    let mut shape = SchemaShape { optional: field.optional, ..SchemaShape::default() };
    for decorator in flat(&field.decorators) {
        let check = decorator.library().filter(|it| it.kind == "check");
        let promise = check.and_then(|it| it.kept("promise")).map(|it| &it.shape);
        let Some(Shape::Validated(_, promise)) = promise else { continue };
        if shape.kind == SchemaKind::Any {
            shape.kind = promise.kind.clone();
        }
        shape.max = shape.max.or(promise.max);
        shape.min = shape.min.or(promise.min);
        shape.optional |= promise.optional;
    }
    shape
}
