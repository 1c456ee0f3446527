//! A validation schema as a value: what it promises of what it lets through.

use std::collections::BTreeMap;
use std::sync::Arc;

use smol_str::SmolStr;

use crate::effect::{Effect, LibraryUse};
use crate::library::{LibraryCall, Machine};
use crate::value::{LibraryValue, SchemaKind, SchemaShape, Shape, Taint, Value};

/// Notes that a call holds what the caller sent against a schema; settings of the program's own
/// are held against schemas too.
pub(super) fn note_validation(
    call: &LibraryCall<'_>,
    (library, checked): (&'static str, &Value),
    machine: &mut dyn Machine,
) {
    if checked.taint.has(Taint::INPUT) {
        machine.record(Effect::Validated(LibraryUse { origin: call.origin, library }));
    }
}

/// A schema that promises this.
pub(crate) fn schema(library: &'static str, shape: SchemaShape) -> Value {
    let promise = Value::of(Shape::Validated(Arc::new(Value::undefined()), Arc::new(shape)));
    LibraryValue::new(library, "schema").with("promise", promise).into_value()
}

/// What a schema promises; nothing when it is none.
pub(crate) fn promise(schema: &LibraryValue) -> SchemaShape {
    match schema.kept("promise").map(|promise| &promise.shape) {
        Some(Shape::Validated(_, shape)) => (**shape).clone(),
        _ => SchemaShape::default(),
    }
}

/// What a value promises if it is a schema; a schema that is not known lets through who knows what.
pub(crate) fn promise_of(value: &Value) -> SchemaShape {
    value.library().filter(|it| it.kept("promise").is_some()).map_or_else(made, promise)
}

/// A schema that gives something of its own making.
pub(crate) fn made() -> SchemaShape {
    of_kind(SchemaKind::Made)
}

/// What is known of the result of a function that was given a validated value: parts that it
/// hands on keep their promises.
pub(crate) fn promise_of_result(result: &Value) -> SchemaShape {
    match &result.shape {
        Shape::Validated(_, shape) => (**shape).clone(),
        Shape::Object(object) => {
            let handed_on = object.rest.as_deref().map(promise_of_result);
            let mut fields = match handed_on.map(|shape| shape.kind) {
                Some(SchemaKind::Object(fields)) => fields,
                _ => BTreeMap::new(),
            };
            let own = object.fields.iter();
            fields.extend(own.map(|(name, field)| (name.clone(), promise_of_result(field))));
            of_kind(SchemaKind::Object(fields))
        }
        Shape::OneOf(values) => {
            let present = |value: &&Value| !matches!(value.shape, Shape::Undefined | Shape::Null);
            let all = either(values.iter().filter(present).map(promise_of_result));
            SchemaShape { max: result.upper_bound(), ..all }
        }
        _ => SchemaShape { max: result.upper_bound(), ..made() },
    }
}

/// A value that passed a schema.
pub(crate) fn validated(value: Value, shape: SchemaShape) -> Value {
    let (taint, inputs) = (value.taint, value.inputs.clone());
    let value = Value::of(Shape::Validated(Arc::new(value), Arc::new(shape)));
    Value { taint, inputs, ..value }
}

/// A schema of a kind that promises no more.
pub(crate) fn of_kind(kind: SchemaKind) -> SchemaShape {
    SchemaShape { kind, ..SchemaShape::default() }
}

/// The schema of an object with these fields.
pub(crate) fn object(fields: &Value) -> SchemaShape {
    let Shape::Object(object) = &fields.shape else { return made() };
    let fields: BTreeMap<SmolStr, SchemaShape> =
        object.fields.iter().map(|(name, field)| (name.clone(), promise_of(field))).collect();
    of_kind(SchemaKind::Object(fields))
}

/// The schema of a list of these.
pub(crate) fn array(element: &Value) -> SchemaShape {
    of_kind(SchemaKind::Array(Box::new(promise_of(element))))
}

/// The schema of one of these constants.
pub(crate) fn choice(values: &Value) -> SchemaShape {
    let texts: Option<Vec<SmolStr>> = match &values.shape {
        Shape::Array(items) => items.iter().map(|item| item.as_text().map(SmolStr::new)).collect(),
        Shape::Object(object) => {
            object.fields.values().map(|item| item.as_text().map(SmolStr::new)).collect()
        }
        Shape::Text(text) => Some(vec![text.clone()]),
        _ => None,
    };
    match (texts, values.as_number()) {
        (Some(texts), _) => of_kind(SchemaKind::Enum(texts)),
        (None, Some(number)) => SchemaShape {
            kind: SchemaKind::Number,
            max: Some(number),
            min: Some(number),
            ..SchemaShape::default()
        },
        (None, None) => made(),
    }
}

/// The smaller of two upper bounds.
pub(crate) fn at_most(mut shape: SchemaShape, max: &Value) -> SchemaShape {
    if let Some(max) = max.upper_bound() {
        shape.max = Some(shape.max.map_or(max, |known| known.min(max)));
    }
    shape
}

/// The larger of two lower bounds.
pub(crate) fn at_least(mut shape: SchemaShape, min: &Value) -> SchemaShape {
    if let Some(min) = min.as_number() {
        shape.min = Some(shape.min.map_or(min, |known| known.max(min)));
    }
    shape
}

/// The fields of an object schema, changed.
pub(crate) fn with_fields(
    mut shape: SchemaShape,
    change: impl FnOnce(&mut BTreeMap<SmolStr, SchemaShape>),
) -> SchemaShape {
    if let SchemaKind::Object(fields) = &mut shape.kind {
        change(fields);
    }
    shape
}

/// What one of several schemas promises: only what all of them do.
pub(crate) fn either(schemas: impl IntoIterator<Item = SchemaShape>) -> SchemaShape {
    let all: Vec<SchemaShape> = schemas.into_iter().collect();
    let bounds: Option<Vec<f64>> = all.iter().map(|shape| shape.max).collect();
    let max = bounds.and_then(|bounds| bounds.into_iter().reduce(f64::max));
    let optional = all.iter().any(|shape| shape.optional);
    let kind = match all.as_slice() {
        [first, rest @ ..] if rest.iter().all(|shape| shape.kind == first.kind) => {
            first.kind.clone()
        }
        _ => one_of_objects(&all).map_or(SchemaKind::Made, SchemaKind::Object),
    };
    SchemaShape { kind, max, optional, ..SchemaShape::default() }
}

/// The fields of one of several objects: each is what those promise that have it.
fn one_of_objects(schemas: &[SchemaShape]) -> Option<BTreeMap<SmolStr, SchemaShape>> {
    let mut alternatives: BTreeMap<SmolStr, Vec<SchemaShape>> = BTreeMap::new();
    for schema in schemas {
        let SchemaKind::Object(fields) = &schema.kind else { return None };
        for (name, field) in fields {
            alternatives.entry(name.clone()).or_default().push(field.clone());
        }
    }
    Some(alternatives.into_iter().map(|(name, fields)| (name, either(fields))).collect())
}
