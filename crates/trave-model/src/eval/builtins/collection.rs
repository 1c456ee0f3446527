//! `Map` and `Set`: only what their elements look like is kept.

use trave_backend::effect::RowsUse;
use trave_backend::value::{LibraryValue, Shape, Value};

use super::{ELEMENT, LIBRARY};
use crate::eval::Evaluator;
use crate::eval::call::Site;
use crate::eval::place::element_of;

const COLLECTION: &str = "collection";

pub(super) fn member(library: &LibraryValue, name: &str) -> Option<Value> {
    let element = library.kept(ELEMENT)?;
    (name == "size").then(|| Value::of(Shape::Unknown).and_dependencies(element))
}

impl Evaluator<'_> {
    pub(super) fn new_collection(&mut self, site: &Site) -> Value {
        let source = site.arg(0);
        self.use_rows(&source, RowsUse::Indexed, site.origin);
        let element = match source.shape {
            Shape::Undefined | Shape::Null => Value::undefined(),
            _ => element_of(&source),
        };
        collection(last_of_pair(&element)).and_dependencies(&source)
    }

    pub(super) fn call_collection(
        &mut self,
        receiver: &Value,
        library: &LibraryValue,
        (method, site): (&str, &Site),
    ) -> Option<Value> {
        let element = library.kept(ELEMENT)?;
        // Others may have filled it: what was never seen going in is unknown, not missing.
        let element = match element.shape {
            Shape::Undefined => Value::unknown().and_dependencies(element),
            _ => element.clone(),
        };
        let element = element.and_dependencies(receiver);
        Some(match method {
            "get" => element.join(Value::undefined()).and_dependencies(&site.arg(0)),
            "has" | "delete" | "clear" => {
                Value::unknown_from(&site.args).and_dependencies(&element)
            }
            "set" | "add" => receiver.clone(),
            "values" | "keys" => Value::list(element),
            "entries" => {
                let key = Value::of(Shape::Unknown).and_dependencies(&element);
                Value::list(Value::array(vec![key, element]))
            }
            "forEach" => {
                self.each(&Value::list(element), site);
                Value::undefined()
            }
            _ => return None,
        })
    }
}

/// What a collection holds after a call that changes it.
pub(super) fn mutated(library: &LibraryValue, method: &str, args: &[Value]) -> Option<Value> {
    let element = library.kept(ELEMENT)?;
    let added = match method {
        "set" => args.get(1)?,
        "add" => args.first()?,
        _ => return None,
    };
    let is_empty = matches!(element.shape, Shape::Undefined);
    Some(collection(if is_empty { added.clone() } else { element.clone().join(added.clone()) }))
}

fn collection(element: Value) -> Value {
    let depends = Value::unknown_from(std::slice::from_ref(&element));
    let library = LibraryValue::new(LIBRARY, COLLECTION).with(ELEMENT, element);
    library.into_value().and_dependencies(&depends)
}

/// `new Map([[key, value]])` holds values.
fn last_of_pair(element: &Value) -> Value {
    match &element.shape {
        Shape::Array(parts) => match parts.as_slice() {
            [_, value] => value.clone(),
            _ => element.clone(),
        },
        _ => element.clone(),
    }
}
