//! Objects without a class, on which code keeps things.

use trave_backend::value::{Shape, Value};

use super::Evaluator;
use super::frame::Instance;

impl Evaluator<'_> {
    /// A new object of no class.
    pub(super) fn new_object(&mut self) -> Value {
        self.new_instance(Instance::plain())
    }

    /// Keeps a value on an object.
    pub(super) fn keep_on(&mut self, object: &Value, name: &str, value: Value) {
        if let Shape::Instance(id) = object.shape {
            self.set_field(id, name.into(), value);
        }
    }

    /// What was kept on an object.
    pub(super) fn kept_on(&self, object: &Value, name: &str) -> Option<Value> {
        match object.shape {
            Shape::Instance(id) => self.field(id, name).cloned(),
            _ => None,
        }
    }
}
