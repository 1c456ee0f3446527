//! Objects without a class, on which code keeps things.

use smol_str::SmolStr;
use trave_backend::value::{ClosureId, Shape, Value};

use super::Evaluator;
use super::frame::Instance;

/// What objects hold where a function returns.
#[derive(Debug)]
pub(super) struct Returned {
    /// The function says no there.
    refuses: bool,
    kept: Vec<(ClosureId, SmolStr, Value)>,
}

impl Evaluator<'_> {
    /// A new object of no class.
    pub(super) fn new_object(&mut self) -> Value {
        self.objects_made += 1;
        let object = self.new_instance(Instance::plain());
        // Those of apps outlive every function that registers on them.
        if let (Shape::Instance(id), None) = (&object.shape, &self.registry) {
            self.held.push(*id);
        }
        object
    }

    /// What is kept on objects where the running function returns.
    pub(super) fn held_at_return(&mut self, value: &Value) {
        if self.held.is_empty() {
            return;
        }
        let mut kept = Vec::new();
        for id in &self.held {
            let fields = self.instances.get(id.0 as usize).map(|it| it.fields.as_slice());
            let fields = fields.unwrap_or_default().iter();
            kept.extend(fields.map(|(name, value)| (*id, name.clone(), value.clone())));
        }
        self.activation.kept.push(Returned { refuses: value.truth() == Some(false), kept });
    }

    /// Makes objects hold what they hold on some way out of a function. Ways out that say no lead
    /// nowhere, mostly, so that they only count where there are no others.
    pub(super) fn hold_as_returned(&mut self) {
        let mut ways = std::mem::take(&mut self.activation.kept);
        if ways.iter().any(|way| !way.refuses) {
            ways.retain(|way| !way.refuses);
        }
        let mut places: Vec<(ClosureId, SmolStr)> = Vec::new();
        for (id, name, _) in ways.iter().flat_map(|way| &way.kept) {
            if !places.iter().any(|(known, field)| known == id && field == name) {
                places.push((*id, name.clone()));
            }
        }
        for (id, name) in places {
            let of_way = |way: &Returned| {
                let mut kept = way.kept.iter();
                let found = kept.find(|(known, field, _)| *known == id && *field == name);
                found.map_or_else(Value::undefined, |(_, _, value)| value.clone())
            };
            let value = Value::one_of(ways.iter().map(of_way));
            let is_so = self.field(id, &name).is_some_and(|now| now.is_same(&value));
            if !is_so {
                self.set_field(id, name, value);
            }
        }
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
