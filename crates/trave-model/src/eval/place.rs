//! Places that can be assigned to, and read without running anything.

use std::sync::Arc;

use trave_backend::library::Assigned;
use trave_backend::value::{LibraryValue, SchemaKind, SchemaShape, Shape, Taint, Value};
use trave_source::Origin;
use trave_ts::ir::{BindingId, ExprId, ExprKind, FunctionId};

use super::Evaluator;
use super::expr::set_computed;
use super::member::or_nothing;

/// The elements of arrays shorter than this are joined each time.
const SHORT: usize = 8;

/// How many joined elements are kept.
const ELEMENTS_MAX: usize = 64;

impl Evaluator<'_> {
    /// What [`element_of`] gives: a module's lists of constants are long, and looped over again
    /// and again.
    pub(super) fn element(&mut self, list: &Value) -> Value {
        let items = match &list.shape {
            Shape::Array(items) if items.len() >= SHORT => items,
            _ => return element_of(list),
        };
        let key = Arc::as_ptr(items).addr();
        if let Some((_, element)) = self.elements.get(&key) {
            return element.clone();
        }
        let element = element_of(list);
        if self.elements.len() >= ELEMENTS_MAX {
            self.elements.clear();
        }
        self.elements.insert(key, (Arc::clone(items), element.clone()));
        element
    }

    /// Assigns to a name, wherever it was declared.
    pub(super) fn set(&mut self, id: BindingId, value: Value) {
        let Some(binding) = self.here.module.binding(id) else { return };
        let frame = match binding.function {
            FunctionId(0) => Some(self.module_frame(self.here.id)),
            function => self.frame_of(function),
        };
        if let Some(frame) = frame {
            let value = self.with_note(value, binding.note.as_deref());
            self.set_slot(frame, id, value);
        }
    }

    /// Assigns to an expression, if it is a place.
    pub(super) fn write_back(&mut self, id: ExprId, value: Value) {
        match self.expr(id).map(|expr| &expr.kind) {
            Some(ExprKind::Name(binding)) => self.set(*binding, value),
            Some(ExprKind::Member { object, property, .. }) => {
                self.set_member(*object, &Value::text(property.clone()), value);
            }
            Some(ExprKind::Index { object, index }) => {
                let key = self.peek(*index).unwrap_or_else(Value::unknown);
                self.set_member(*object, &key, value);
            }
            Some(ExprKind::Typed { value: inner, .. }) => self.write_back(*inner, value),
            _ => {}
        }
    }

    fn set_member(&mut self, object: ExprId, key: &Value, value: Value) {
        self.hand_over(&value);
        let origin = self.origin(object);
        let Some(owner) = self.peek(object) else { return };
        match &owner.shape {
            Shape::Instance(id) => {
                if let Some(name) = key.as_text() {
                    self.set_field(*id, name.into(), value);
                }
            }
            Shape::Library(library) => {
                if let Some(name) = key.as_text() {
                    self.set_library_member(library, name, (value, origin));
                }
            }
            Shape::Rows(_) => {
                if let Some(name) = key.as_text() {
                    self.set_on_rows(&owner, (name, &value, origin));
                }
            }
            Shape::Object(fields) => {
                let mut fields = (**fields).clone();
                set_computed(&mut fields, key, value);
                self.write_back(object, Value::record(fields).and_dependencies(&owner));
            }
            Shape::Array(_) | Shape::List(_) => {
                let element = element_of(&owner);
                let joined = if matches!(&owner.shape, Shape::Array(items) if items.is_empty()) {
                    value
                } else {
                    element.join(value)
                };
                self.write_back(object, Value::list(joined).and_dependencies(key));
            }
            _ => {}
        }
    }

    /// Assigns to a member of a row, which its client may write later.
    fn set_on_rows(&mut self, rows: &Value, set: (&str, &Value, Origin)) {
        let Shape::Rows(id) = rows.shape else { return };
        let library = self.trace.query(id).and_then(|it| self.cx.library(it.query.library));
        if let Some(library) = library {
            library.set_on_rows(rows, set, self);
        }
    }

    /// Assigns to a member of a library value that carries an object.
    fn set_library_member(
        &mut self,
        library: &LibraryValue,
        property: &str,
        (value, origin): (Value, Origin),
    ) {
        let Some(object) = library.object() else { return };
        let assigned = Assigned { object: library, property, value: &value, origin };
        let is_done = self.library_of(library).is_some_and(|it| it.assign(&assigned, self));
        if !is_done {
            self.set_field(object, property.into(), value);
        }
    }

    /// What a place holds; none for an expression that would have to run.
    pub(super) fn peek(&mut self, id: ExprId) -> Option<Value> {
        if !self.may_step() {
            return None;
        }
        match &self.expr(id)?.kind {
            ExprKind::Name(binding) => Some(self.read(*binding)),
            ExprKind::This => self.here.this.clone(),
            ExprKind::Member { object, property, property_span, optional } => {
                let owner = self.peek(*object)?;
                let at = self.at(*property_span);
                match &owner.shape {
                    // Getters run; fields do not.
                    Shape::Instance(instance) => self.field(*instance, property).cloned(),
                    Shape::Library(library) if library.object().is_some() => {
                        Some(self.member_at(&owner, property, at))
                    }
                    Shape::Library(_) => None,
                    _ => {
                        let member = self.member_at(&owner, property, at);
                        Some(if *optional { or_nothing(&owner, member) } else { member })
                    }
                }
            }
            ExprKind::String(text) => Some(Value::text(text.clone())),
            ExprKind::Number(number) => Some(Value::of(Shape::Number(*number))),
            ExprKind::Bool(value) => Some(Value::of(Shape::Bool(*value))),
            ExprKind::Null => Some(Value::of(Shape::Null)),
            ExprKind::Undefined => Some(Value::undefined()),
            ExprKind::Typed { value, .. } | ExprKind::Await(value) => self.peek(*value),
            _ => None,
        }
    }
}

/// A list that is known to hold so many elements at most.
pub(super) fn at_most(list: Value, count: Option<f64>) -> Value {
    let Some(count) = count else { return list };
    let schema = SchemaShape { max: Some(count), ..SchemaShape::default() };
    let dependencies = Value::unknown_from(std::slice::from_ref(&list));
    let bounded = Value::of(Shape::Validated(Arc::new(list), Arc::new(schema)));
    bounded.and_dependencies(&dependencies)
}

/// Whether it is known how many elements a list holds at most, because it was cut or checked.
pub(super) fn has_bound(list: &Value) -> bool {
    matches!(&list.shape, Shape::Validated(_, schema) if schema.max.is_some())
}

/// A list without what is known of its length.
pub(super) fn unbounded(list: &Value) -> &Value {
    match &list.shape {
        Shape::Validated(inner, schema) if schema.kind == SchemaKind::Any => unbounded(inner),
        _ => list,
    }
}

/// The elements of an array, joined; of anything else, what looping over it gives.
pub(super) fn element_of(value: &Value) -> Value {
    match &value.shape {
        Shape::Array(items) if items.is_empty() => Value::undefined().and_dependencies(value),
        Shape::Array(items) => Value::one_of(items.iter().cloned()),
        Shape::List(element) => Value::clone(element),
        Shape::OneOf(values) => {
            let is_nothing = |value: &Value| value.is_nullish() == Some(true);
            let values: Vec<Value> =
                values.iter().filter(|value| !is_nothing(value)).map(element_of).collect();
            Value::one_of(values)
        }
        Shape::Validated(inner, schema) => {
            let element = element_of(inner);
            match &schema.kind {
                SchemaKind::Array(item) => {
                    let inner = Arc::new(element.clone());
                    let item = Arc::new((**item).clone());
                    Value::of(Shape::Validated(inner, item)).and_dependencies(&element)
                }
                SchemaKind::Made => Value::of(Shape::Unknown).and_dependencies(&element),
                _ => element,
            }
        }
        Shape::Rows(_) => value.clone().tainted(Taint::PART),
        Shape::Input(_) | Shape::Caller | Shape::ClaimedCaller(_) => value.clone(),
        Shape::Object(object) => match &object.rest {
            Some(rest) if object.fields.is_empty() => Value::clone(rest),
            _ => Value::of(Shape::Unknown).and_dependencies(value),
        },
        Shape::Library(library) => match library.fields.get(super::builtins::ELEMENT) {
            Some(element) => element.clone(),
            None => Value::of(Shape::Unknown).and_dependencies(value),
        },
        _ => Value::of(Shape::Unknown).and_dependencies(value),
    }
}
