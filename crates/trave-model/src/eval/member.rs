//! Members of values: `value.name` and `value[key]`.

use std::sync::Arc;

use smol_str::{SmolStr, format_smolstr};
use trave_backend::effect::{Effect, EnvRead, RowsUse};
use trave_backend::registration::PARENT;
use trave_backend::value::{
    ClosureId, Input, InputKind, LibraryValue, SchemaKind, SchemaShape, Shape, Taint, Value,
};
use trave_source::Origin;
use trave_ts::ir::{ExprId, ExprKind};

use super::place::element_of;
use super::{Evaluator, builtins};

/// How many apps are looked at that are mounted in each other.
const PARENTS_MAX: u32 = 16;

/// What `value?.name` gives: nothing, where the value may be nothing.
pub(super) fn or_nothing(value: &Value, member: Value) -> Value {
    let is_nothing = |value: &Value| matches!(value.shape, Shape::Undefined | Shape::Null);
    let Shape::OneOf(values) = &value.shape else { return member };
    match values.iter().find(|value| is_nothing(value)) {
        Some(nothing) => member.join(Value::undefined().and_dependencies(nothing)),
        None => member,
    }
}

impl Evaluator<'_> {
    /// A member that the program uses as a value: the length of rows is a count of them.
    pub(super) fn member_used(&mut self, object: &Value, name: &str, at: Origin) -> Value {
        if name == "length" {
            self.use_rows(object, RowsUse::Aggregated, at);
        }
        self.member_at(object, name, at)
    }

    /// What is compared or tested: whether rows are empty does not count as a use of all of them.
    pub(super) fn operand(&mut self, id: ExprId) -> Value {
        if let Some(ExprKind::Member { object, property, property_span, .. }) =
            self.expr(id).map(|expr| &expr.kind)
            && property == "length"
        {
            let receiver = self.eval(*object);
            let at = self.at(*property_span);
            return self.member_at(&receiver, property, at);
        }
        self.eval(id)
    }

    pub(super) fn index(&mut self, object: ExprId, index: ExprId) -> Value {
        let receiver = self.eval(object);
        let key = self.eval(index);
        let at = self.origin(index);
        match &key.shape {
            Shape::Text(name) => self.member_at(&receiver, name, at),
            Shape::Number(number) => {
                self.element_taken(&receiver);
                nth(&receiver, *number)
            }
            _ => {
                self.element_taken(&receiver);
                self.any_member(&receiver, at).and_dependencies(&key)
            }
        }
    }

    /// Some member, by a key that is not known.
    fn any_member(&mut self, value: &Value, at: Origin) -> Value {
        match &value.shape {
            Shape::Object(object) => {
                let all = object.fields.values().chain(object.rest.as_deref());
                Value::one_of(all.cloned().chain([Value::undefined()])).and_dependencies(value)
            }
            Shape::Library(_) => self.member_at(value, "*", at),
            Shape::Input(input) => Value {
                shape: Shape::Input(Input { kind: input.kind, name: SmolStr::default() }),
                ..value.clone()
            },
            _ => element_of(value),
        }
    }

    pub(super) fn member_at(&mut self, value: &Value, name: &str, at: Origin) -> Value {
        // What belongs to an element differs from round to round as well.
        let differs = value.taint.only(Taint::ELEMENT);
        self.own_member(value, name, at).tainted(differs)
    }

    fn own_member(&mut self, value: &Value, name: &str, at: Origin) -> Value {
        match &value.shape {
            Shape::Object(object) => match (object.fields.get(name), object.rest.as_deref()) {
                (Some(field), _) => {
                    if let Shape::Rows(id) = field.shape {
                        self.asked_for(id);
                    }
                    field.clone()
                }
                (None, Some(rest)) => self.member_at(&Value::clone(rest), name, at),
                (None, None) => Value::undefined(),
            },
            Shape::Input(input) => input_member(value, input, name),
            Shape::Rows(id) if name != "length" => {
                self.taken(*id);
                value.clone().tainted(Taint::PART)
            }
            Shape::Caller | Shape::ClaimedCaller(_) if name != "length" => value.clone(),
            Shape::Validated(_, schema) if name == "length" && schema.max.is_some() => {
                let count = Value::of(Shape::Unknown).and_dependencies(value);
                let bound = schema.max.unwrap_or_default();
                Value::of(Shape::Clamped(Arc::new(count), bound)).and_dependencies(value)
            }
            Shape::Validated(inner, schema) => {
                let member = self.member_at(inner, name, at);
                let checked = validated_member(&member, schema, name);
                // One field of an input depends on that field, not on the others.
                let is_input = matches!(inner.shape, Shape::Input(_));
                if is_input { checked } else { checked.and_dependencies(value) }
            }
            Shape::Library(_) => self.library_member(value, name, at),
            Shape::Instance(id) => self.instance_member(value, *id, (name, at)),
            // Which alternative it is may tell who is calling.
            Shape::OneOf(values) => {
                let member = self.member_of_any(values, name, at);
                member.tainted(value.taint.only(Taint::IDENTITY))
            }
            Shape::Array(items) if name == "length" => {
                let count = u32::try_from(items.len()).unwrap_or(u32::MAX);
                Value::of(Shape::Number(f64::from(count)))
            }
            Shape::Text(text) if name == "length" => {
                let count = u32::try_from(text.chars().count()).unwrap_or(u32::MAX);
                Value::of(Shape::Number(f64::from(count)))
            }
            Shape::Array(_) | Shape::List(_) | Shape::Text(_) | Shape::Template(_) => {
                Value::of(Shape::Unknown).and_dependencies(value)
            }
            Shape::Undefined | Shape::Null | Shape::Never => {
                Value::undefined().and_dependencies(value)
            }
            _ => Value::of(Shape::Unknown).and_dependencies(value),
        }
    }

    fn member_of_any(&mut self, values: &[Value], name: &str, at: Origin) -> Value {
        let is_nothing = |value: &Value| matches!(value.shape, Shape::Undefined | Shape::Null);
        let mut members = Vec::with_capacity(values.len());
        for value in values {
            // `null.name` throws: what is left is what the others give.
            if !is_nothing(value) {
                let member = self.member_at(value, name, at);
                members.push(admitted_like(member, value));
            }
        }
        if members.is_empty() { Value::undefined() } else { Value::one_of(members) }
    }

    fn library_member(&mut self, value: &Value, name: &str, at: Origin) -> Value {
        let Some(library) = value.library() else { return Value::unknown() };
        if let Some(kept) = self.kept_member(library, name) {
            return kept;
        }
        if let Some(query) = library.query {
            self.sent(query);
        }
        if let Some(member) = self.builtin_member(library, name) {
            return member;
        }
        let model = self.library_of(library);
        match model.and_then(|model| model.member(library, name, at)) {
            Some(member) => self.seen(member, at),
            None => Value::of(Shape::Unknown).and_dependencies(value).tainted(Taint::UNKNOWN),
        }
    }

    /// Notes what a value that a library gave says about the program.
    pub(super) fn seen(&mut self, mut value: Value, at: Origin) -> Value {
        if let Shape::Env(name) = &value.shape {
            self.push(Effect::Env(EnvRead { origin: at, name: name.clone() }));
            // Whether a variable is set says nothing about who is calling; comparing it does.
            value.taint = value.taint.without(Taint::SECRET).and(Taint::ENV);
        }
        let from_request = Taint::INPUT.and(Taint::CLAIM).and(Taint::CALLER);
        self.trace.reads_request |= value.taint.has(from_request);
        value
    }

    /// What code kept on the object that a library value carries, or on that of its parent.
    pub(super) fn kept_member(&self, library: &LibraryValue, name: &str) -> Option<Value> {
        let mut at = library;
        for _ in 0..PARENTS_MAX {
            let object = at.object()?;
            if let Some(kept) = self.field(object, name) {
                return Some(kept.clone());
            }
            at = at.kept(PARENT)?.library()?;
        }
        None
    }

    fn instance_member(
        &mut self,
        value: &Value,
        id: ClosureId,
        (name, at): (&str, Origin),
    ) -> Value {
        if let Some(own) = self.method_or_field(value, id, name) {
            return own;
        }
        match self.library_part(id) {
            Some(part) => self.member_at(&part, name, at),
            None => Value::unknown(),
        }
    }

    fn builtin_member(&mut self, library: &LibraryValue, name: &str) -> Option<Value> {
        if library.library != builtins::LIBRARY {
            return None;
        }
        if let Some(module) = builtins::namespace_of(library) {
            return Some(self.exported(module, name, 16).unwrap_or_else(Value::unknown));
        }
        if library.kind == builtins::PACKAGE {
            return Some(self.library_export(&library.name, name));
        }
        builtins::member(library, name)
    }
}

fn input_member(value: &Value, input: &Input, name: &str) -> Value {
    if name == "length" {
        return Value::of(Shape::Unknown).and_dependencies(value);
    }
    let full = match input.name.as_str() {
        "" => SmolStr::from(name),
        outer => format_smolstr!("{outer}.{name}"),
    };
    let member = Value::input(input.kind, full);
    // Parts of a parameter of unknown origin are not inputs of their own.
    if input.kind == InputKind::Parameter { member.and_dependencies(value) } else { member }
}

fn validated_member(member: &Value, schema: &SchemaShape, name: &str) -> Value {
    let unknown = || Value::of(Shape::Unknown).and_dependencies(member);
    let field = match &schema.kind {
        SchemaKind::Object(fields) => fields.get(name),
        SchemaKind::Any => return member.clone(),
        _ => return unknown(),
    };
    // What the schema does not name it drops, or it was not seen naming it.
    let Some(field) = field else { return unknown() };
    let inner = Arc::new(member.clone());
    let validated = Value::of(Shape::Validated(inner, Arc::new(field.clone())));
    validated.and_dependencies(member)
}

/// A member of something that only admitted callers get is such a thing too.
fn admitted_like(member: Value, owner: &Value) -> Value {
    member.tainted(owner.taint.only(Taint::ADMITTED))
}

/// An element by its constant index.
fn nth(value: &Value, index: f64) -> Value {
    match &value.shape {
        Shape::Array(items) => {
            let found =
                items.iter().zip(0u32..).find(|(_, at)| (f64::from(*at) - index).abs() < 0.5);
            found.map_or_else(Value::undefined, |(item, _)| item.clone())
        }
        Shape::OneOf(values) => {
            let values: Vec<Value> = values.iter().map(|value| nth(value, index)).collect();
            Value::one_of(values)
        }
        _ => element_of(value),
    }
}
