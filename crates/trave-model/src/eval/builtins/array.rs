//! Arrays: methods that loop run their callback once, under the name of the call.

use trave_backend::effect::RowsUse;
use trave_backend::value::{Shape, Taint, Value};

use crate::eval::Evaluator;
use crate::eval::call::Site;
use crate::eval::loops::{REGISTERED_MAX, rounds_of};
use crate::eval::place::{at_most, element_of, unbounded};

/// Arrays of so few constants are worked through one by one.
const ROUNDS_MAX: usize = 3;

/// Lists of so few constants are asked one constant at a time.
const CONSTANTS_MAX: usize = 64;

/// How a method uses all the rows that it is called on.
fn use_of(method: &str) -> Option<RowsUse> {
    Some(match method {
        "forEach" => RowsUse::Iterated,
        "map" | "flatMap" => RowsUse::Mapped,
        "filter" | "find" | "findIndex" | "findLast" | "some" | "every" | "includes"
        | "indexOf" => RowsUse::Searched,
        "reduce" | "reduceRight" => RowsUse::Aggregated,
        "sort" | "toSorted" | "reverse" | "toReversed" => RowsUse::Sorted,
        "slice" | "splice" => RowsUse::Sliced,
        _ => return None,
    })
}

impl Evaluator<'_> {
    pub(super) fn call_array(
        &mut self,
        receiver: &Value,
        method: &str,
        site: &Site,
    ) -> Option<Value> {
        let is_text = matches!(
            receiver.shape,
            Shape::Text(_) | Shape::Template(_) | Shape::Number(_) | Shape::Object(_)
        );
        if is_text {
            return None;
        }
        let has_callback = matches!(
            site.args.first().map(|value| &value.shape),
            Some(Shape::Function(_) | Shape::Library(_) | Shape::OneOf(_))
        );
        if let Some(how) = use_of(method) {
            self.use_rows(receiver, how, site.method_origin);
        }
        if let Some(registered) = self.each_registering(receiver, (method, has_callback), site) {
            return Some(registered);
        }
        match method {
            "map" | "flatMap" if has_callback => Some(self.map(receiver, method, site)),
            "forEach" if has_callback => {
                self.each(receiver, site);
                Some(Value::undefined())
            }
            "filter" | "toSorted" | "sort" | "find" | "findLast" if has_callback => {
                self.each(receiver, site);
                Some(match method {
                    "find" | "findLast" => self.element(receiver).join(Value::undefined()),
                    "filter" => {
                        let count = rounds_of(self, receiver);
                        at_most(opened(unbounded(receiver)), count.filter(|_| !is_rows(receiver)))
                    }
                    _ => receiver.clone(),
                })
            }
            "some" | "every" | "findIndex" if has_callback => {
                if let Some(known) = self.asked_of_constants(receiver, method, site) {
                    return Some(known);
                }
                let answer = self.each(receiver, site);
                Some(Value::unknown_from(&[answer, receiver.clone()]))
            }
            "reduce" | "reduceRight" if has_callback => Some(self.reduce(receiver, site)),
            _ => plain(unbounded(receiver), method, site),
        }
    }

    /// While routes are looked for, a callback runs for every known element.
    fn each_registering(
        &mut self,
        receiver: &Value,
        (method, has_callback): (&str, bool),
        site: &Site,
    ) -> Option<Value> {
        let Shape::Array(items) = &receiver.shape else { return None };
        let is_each = matches!(method, "forEach" | "map" | "flatMap") && has_callback;
        if self.registry.is_none() || !is_each {
            return None;
        }
        let callback = site.arg(0);
        let items: Vec<Value> = items.iter().take(REGISTERED_MAX).cloned().collect();
        let mut results = Vec::with_capacity(items.len());
        for item in items {
            let args = vec![item, Value::of(Shape::Unknown), receiver.clone()];
            results.push(self.run_value(&callback, args));
            self.activation.diverged = false;
        }
        Some(match method {
            "forEach" => Value::undefined(),
            "map" => Value::array(results),
            _ => Value::array(results.iter().flat_map(flattened).collect()),
        })
    }

    /// What `some` and `every` answer of a list of constants, if each constant decides it.
    fn asked_of_constants(&mut self, receiver: &Value, method: &str, site: &Site) -> Option<Value> {
        let Shape::Array(items) = &receiver.shape else { return None };
        let decides = match method {
            "some" => true,
            "every" => false,
            _ => return None,
        };
        if items.len() > CONSTANTS_MAX || items.iter().any(|item| item.as_text().is_none()) {
            return None;
        }
        for item in items.iter().cloned() {
            let answer = self.round(receiver, item, site).truth()?;
            if answer == decides {
                return Some(Value::of(Shape::Bool(decides)));
            }
        }
        Some(Value::of(Shape::Bool(!decides)))
    }

    fn map(&mut self, receiver: &Value, method: &str, site: &Site) -> Value {
        if let Shape::Array(items) = &receiver.shape
            && items.len() <= ROUNDS_MAX
            && method == "map"
        {
            let items = items.to_vec();
            let over = receiver.clone();
            let mapped = items.into_iter().map(|item| self.round(&over, item, site)).collect();
            return Value::array(mapped).and_dependencies(receiver);
        }
        let result = self.each(receiver, site);
        let result = if method == "flatMap" { element_of(&result) } else { result };
        Value::list(result).and_dependencies(receiver)
    }

    /// Runs the callback of a looping method once, with what an element looks like.
    pub(super) fn each(&mut self, receiver: &Value, site: &Site) -> Value {
        let element = self.element(receiver);
        self.round(receiver, element, site)
    }

    fn round(&mut self, over: &Value, element: Value, site: &Site) -> Value {
        let callback = site.arg(0);
        let index = Value::of(Shape::Unknown).tainted(Taint::ELEMENT);
        let args = vec![element.tainted(Taint::ELEMENT), index, over.clone()];
        self.run_round(over, site, |it| it.run_value(&callback, args))
    }

    fn run_round(
        &mut self,
        over: &Value,
        site: &Site,
        run: impl FnOnce(&mut Self) -> Value,
    ) -> Value {
        let frame = self.loop_frame(site.method_origin, over);
        self.loops.push(frame);
        let mut result = self.maybe(run);
        self.loops.pop();
        if self.loops.is_empty() {
            result.taint = result.taint.without(Taint::ELEMENT);
        }
        result
    }

    fn reduce(&mut self, receiver: &Value, site: &Site) -> Value {
        let element = self.element(receiver);
        let start = site.args.get(1).cloned().unwrap_or_else(|| element.clone());
        let callback = site.arg(0);
        // What the rounds before gave can be anything of the kind.
        let folded = match &start.shape {
            Shape::Object(_) | Shape::Library(_) | Shape::List(_) => start.clone(),
            Shape::Array(items) if items.is_empty() => start.clone(),
            _ => Value::of(Shape::Unknown).depending_on(&[start.clone(), element.clone()]),
        };
        let args = vec![folded, element, Value::of(Shape::Unknown), receiver.clone()];
        let result = self.run_round(receiver, site, |it| it.run_value(&callback, args));
        start.join(result).and_dependencies(receiver)
    }

    /// `Array.from`, `Array.isArray`, `Array.of`, `Array(n)`.
    pub(super) fn call_array_global(&mut self, member: &str, site: &Site) -> Option<Value> {
        let source = site.arg(0);
        match member {
            "from" => {
                let list = match &source.shape {
                    Shape::Array(_) | Shape::List(_) | Shape::Rows(_) => source,
                    _ => Value::list(element_of(&source)),
                };
                let Some(mapping) = site.args.get(1).cloned() else { return Some(list) };
                let mapping = Site { args: vec![mapping], ..site.clone() };
                let element = self.each(&list, &mapping);
                Some(Value::list(element))
            }
            "isArray" => Some(match source.shape {
                Shape::Array(_) | Shape::List(_) => Value::of(Shape::Bool(true)),
                _ => Value::unknown_from(&site.args),
            }),
            "of" => Some(Value::array(site.args.clone())),
            "" => Some(Value::list(Value::of(Shape::Unknown))),
            _ => None,
        }
    }
}

/// Methods that call nothing back.
fn plain(receiver: &Value, method: &str, site: &Site) -> Option<Value> {
    let is_list = matches!(receiver.shape, Shape::Array(_) | Shape::List(_) | Shape::Rows(_));
    Some(match method {
        "sort" | "toSorted" | "reverse" | "toReversed" | "flat" | "values" | "entries" | "keys"
        | "fill"
            if is_list =>
        {
            receiver.clone()
        }
        "slice" if is_list => at_most(opened(receiver), cut(site)),
        "splice" if is_list => opened(receiver),
        "at" | "pop" | "shift" if is_list => element_of(receiver),
        "concat" if is_list => {
            let mut element = element_of(receiver);
            for value in &site.args {
                let other = element_of(value);
                element = element.join(other);
            }
            Value::list(element)
        }
        "push" | "unshift" => Value::of(Shape::Unknown),
        "join" if is_list => joined(receiver, site),
        "includes" if holds(receiver, &site.arg(0)).is_some() => {
            Value::of(Shape::Bool(holds(receiver, &site.arg(0))?))
        }
        "includes" | "indexOf" if is_list => {
            Value::unknown_from(&site.args).and_dependencies(receiver)
        }
        _ => return None,
    })
}

/// The elements of an array, or the value itself.
fn flattened(value: &Value) -> Vec<Value> {
    match &value.shape {
        Shape::Array(items) => items.to_vec(),
        _ => vec![value.clone()],
    }
}

/// Whether a list of constants holds a constant.
fn holds(list: &Value, wanted: &Value) -> Option<bool> {
    let Shape::Array(items) = &list.shape else { return None };
    let wanted = wanted.as_text()?;
    let mut texts = Vec::with_capacity(items.len());
    for item in items.iter() {
        texts.push(item.as_text()?);
    }
    Some(texts.contains(&wanted))
}

fn joined(receiver: &Value, site: &Site) -> Value {
    let Shape::Array(items) = &receiver.shape else {
        return Value::unknown_from(std::slice::from_ref(receiver));
    };
    let separator = site.args.first().cloned().unwrap_or_else(|| Value::text(","));
    let mut pieces = Vec::with_capacity(items.len() * 2);
    for (at, item) in items.iter().enumerate() {
        if at > 0 {
            pieces.push(separator.clone());
        }
        pieces.push(item.clone());
    }
    crate::eval::expr::concat(pieces)
}

/// How many elements `slice(from, to)` leaves at most.
fn cut(site: &Site) -> Option<f64> {
    let from = site.arg(0).as_number().filter(|from| *from >= 0.0)?;
    let to = site.args.get(1)?.upper_bound().filter(|to| *to >= 0.0)?;
    Some((to - from).max(0.0))
}

/// Whether it is the rows of a query, which know their limit themselves.
fn is_rows(value: &Value) -> bool {
    value.alternatives().iter().all(|value| matches!(value.shape, Shape::Rows(_)))
}

/// Fewer or other elements of the same kind.
fn opened(value: &Value) -> Value {
    match &value.shape {
        Shape::Array(items) if !items.is_empty() => {
            Value::list(Value::one_of(items.iter().cloned())).and_dependencies(value)
        }
        _ => value.clone(),
    }
}

/// What an array is after a call that changes it.
pub(super) fn mutated(
    receiver: &Value,
    method: &str,
    (args, in_loop): (&[Value], bool),
) -> Option<Value> {
    let adds = matches!(method, "push" | "unshift");
    if !adds || args.is_empty() {
        return None;
    }
    let added = Value::one_of(args.iter().cloned());
    let depends = Value::unknown_from(args).tainted(Taint::NONE);
    let receiver = unbounded(receiver);
    let grown = match &receiver.shape {
        Shape::Array(items) if !in_loop => {
            let mut items = items.to_vec();
            items.extend(args.iter().cloned());
            Value::array(items)
        }
        Shape::Array(items) if items.is_empty() => Value::list(added),
        Shape::Array(items) => Value::list(Value::one_of(items.iter().cloned()).join(added)),
        Shape::List(element) => Value::list(Value::clone(element).join(added)),
        Shape::OneOf(values) => {
            let grown = values.iter().map(|value| mutated(value, method, (args, in_loop)));
            Value::one_of(grown.collect::<Option<Vec<_>>>()?)
        }
        _ => return None,
    };
    Some(grown.and_dependencies(receiver).and_dependencies(&depends))
}
