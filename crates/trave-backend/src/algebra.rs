//! What follows from values: what two of them have in common, how large one can get.

use std::sync::Arc;

use crate::value::{Inputs, Object, Shape, Sum, Taint, Value};

/// More alternatives than this are as good as unknown.
const ALTERNATIVES_MAX: usize = 8;

/// How deep two values are compared; deeper ones count as different.
const COMPARE_DEPTH_MAX: u32 = 5;

/// How many parts of one value are looked at by [`Value::visit`].
const PARTS_MAX: usize = 2_000;

impl Value {
    /// What is one of these; unknown when there is none.
    pub fn one_of(values: impl IntoIterator<Item = Self>) -> Self {
        values.into_iter().reduce(Self::join).unwrap_or_else(Self::unknown)
    }

    /// What is this or the other.
    #[must_use]
    pub fn join(self, other: Self) -> Self {
        if matches!(other.shape, Shape::Never) {
            return self.and_dependencies(&other);
        }
        if same(&self, &other, COMPARE_DEPTH_MAX) {
            return either_of_same(self, &other);
        }
        if matches!(self.shape, Shape::Never) {
            return other.and_dependencies(&self);
        }
        let all = Self::undefined().and_dependencies(&self).and_dependencies(&other);
        // Those of one side were told apart when it was joined.
        let mut kept = self.into_alternatives();
        for value in other.into_alternatives() {
            keep(&mut kept, value);
        }
        let joined = settle(kept);
        joined.and_dependencies(&all)
    }

    /// The alternatives of a `OneOf`; any other value is its only alternative.
    pub fn alternatives(&self) -> &[Self] {
        match &self.shape {
            Shape::OneOf(values) => values,
            _ => std::slice::from_ref(self),
        }
    }

    /// Whether every alternative satisfies a condition.
    pub fn always(&self, condition: impl Fn(&Self) -> bool) -> bool {
        self.alternatives().iter().all(condition)
    }

    /// The largest number that this can be. `undefined` and `null` are no numbers and do not count.
    pub fn upper_bound(&self) -> Option<f64> {
        match &self.shape {
            Shape::Number(number) => Some(*number),
            Shape::Text(text) => text.trim().parse().ok(),
            Shape::Clamped(value, max) => {
                Some(value.upper_bound().map_or(*max, |own| own.min(*max)))
            }
            Shape::Validated(value, schema) => match (schema.max, value.upper_bound()) {
                (Some(left), Some(right)) => Some(left.min(right)),
                (left, right) => left.or(right),
            },
            Shape::Sum(sum) => sum.upper_bound(),
            Shape::OneOf(values) => {
                let numbers = values
                    .iter()
                    .filter(|value| !matches!(value.shape, Shape::Undefined | Shape::Null));
                let bounds: Option<Vec<f64>> = numbers.map(Self::upper_bound).collect();
                bounds?.into_iter().reduce(f64::max)
            }
            _ => None,
        }
    }

    /// Whether it counts as true in a condition, if that is sure.
    pub fn truth(&self) -> Option<bool> {
        match &self.shape {
            Shape::Undefined | Shape::Null => Some(false),
            Shape::Bool(value) => Some(*value),
            Shape::Number(number) => Some(*number != 0.0 && !number.is_nan()),
            Shape::Text(text) => Some(!text.is_empty()),
            Shape::Object(_)
            | Shape::Array(_)
            | Shape::List(_)
            | Shape::Library(_)
            | Shape::Function(_)
            | Shape::Instance(_) => Some(true),
            Shape::Template(parts) => parts
                .iter()
                .any(|part| part.as_text().is_some_and(|text| !text.is_empty()))
                .then_some(true),
            Shape::OneOf(values) => {
                let first = values.first()?.truth()?;
                values.iter().all(|value| value.truth() == Some(first)).then_some(first)
            }
            _ => None,
        }
    }

    /// Whether it is `null` or `undefined`, if that is sure.
    pub fn is_nullish(&self) -> Option<bool> {
        match &self.shape {
            Shape::Undefined | Shape::Null => Some(true),
            Shape::Unknown
            | Shape::Input(_)
            | Shape::Rows(_)
            | Shape::Env(_)
            | Shape::Caller
            | Shape::ClaimedCaller(_)
            | Shape::Validated(..)
            | Shape::Never => None,
            Shape::OneOf(values) => {
                let first = values.first()?.is_nullish()?;
                values.iter().all(|value| value.is_nullish() == Some(first)).then_some(first)
            }
            _ => Some(false),
        }
    }

    /// Whether it is the same in every respect that shows at its surface and a few layers down.
    pub fn is_same(&self, other: &Self) -> bool {
        self.taint == other.taint
            && self.inputs == other.inputs
            && same(self, other, COMPARE_DEPTH_MAX)
    }

    /// Calls `visit` with this value and every value inside it, outermost first.
    pub fn visit<'a>(&'a self, visit: &mut dyn FnMut(&'a Self)) {
        visit(self);
        let mut waiting = Vec::new();
        push_parts(self, &mut waiting);
        let mut left = PARTS_MAX;
        while let Some(value) = waiting.pop() {
            if left == 0 {
                return;
            }
            left -= 1;
            visit(value);
            push_parts(value, &mut waiting);
        }
    }

    /// The same, but for what stands inside values that `skip` accepts, and these themselves.
    pub fn visit_unless<'a>(
        &'a self,
        skip: &dyn Fn(&Self) -> bool,
        visit: &mut dyn FnMut(&'a Self),
    ) {
        let mut waiting = vec![self];
        let mut left = PARTS_MAX;
        while let Some(value) = waiting.pop() {
            if left == 0 {
                return;
            }
            left -= 1;
            if !skip(value) {
                visit(value);
                push_parts(value, &mut waiting);
            }
        }
    }

    /// Whether this value or one inside it has a shape.
    pub fn holds(&self, wanted: impl Fn(&Shape) -> bool) -> bool {
        if wanted(&self.shape) {
            return true;
        }
        if self.is_leaf() {
            return false;
        }
        let mut waiting = Vec::new();
        push_parts(self, &mut waiting);
        let mut left = PARTS_MAX;
        while let Some(value) = waiting.pop() {
            if left == 0 {
                return false;
            }
            left -= 1;
            if wanted(&value.shape) {
                return true;
            }
            push_parts(value, &mut waiting);
        }
        false
    }

    /// Whether no value is inside it.
    fn is_leaf(&self) -> bool {
        !matches!(
            self.shape,
            Shape::Template(_)
                | Shape::Object(_)
                | Shape::Array(_)
                | Shape::List(_)
                | Shape::Sum(_)
                | Shape::Clamped(..)
                | Shape::Validated(..)
                | Shape::Library(_)
                | Shape::OneOf(_)
        )
    }

    /// The same value, that also depends on what the other depends on.
    #[must_use]
    pub fn and_dependencies(mut self, other: &Self) -> Self {
        self.taint = self.taint.and(other.taint);
        self.inputs = self.inputs.and(&other.inputs);
        self
    }

    /// Nothing known but what it depends on.
    #[must_use]
    pub fn unknown_from(others: &[Self]) -> Self {
        let nothing = Self { shape: Shape::Unknown, taint: Taint::NONE, inputs: Inputs::default() };
        nothing.depending_on(others)
    }

    /// An array of unknown length with such elements.
    pub fn list(element: Self) -> Self {
        let (taint, inputs) = (element.taint, element.inputs.clone());
        Self { shape: Shape::List(Arc::new(element)), taint, inputs }
    }

    /// An array of these elements.
    pub fn array(items: Vec<Self>) -> Self {
        let dependencies = Self::unknown_from(&items);
        Self::of(Shape::Array(Arc::new(items))).and_dependencies(&dependencies)
    }

    /// An object of these fields and, maybe, others.
    pub fn record(object: Object) -> Self {
        let mut value = Self::undefined();
        for field in object.fields.values().chain(object.rest.as_deref()) {
            value = value.and_dependencies(field);
        }
        value.shape = Shape::Object(Arc::new(object));
        value
    }

    fn into_alternatives(self) -> Vec<Self> {
        match self.shape {
            Shape::OneOf(values) => Arc::unwrap_or_clone(values),
            _ => vec![self],
        }
    }
}

impl Sum {
    fn upper_bound(&self) -> Option<f64> {
        let mut total = self.constant;
        for (value, count) in &self.terms {
            // What is subtracted is taken for zero or more: sizes and offsets are.
            if *count > 0.0 {
                total += value.upper_bound()? * count;
            }
        }
        Some(total)
    }
}

fn keep(kept: &mut Vec<Value>, value: Value) {
    for old in kept.iter_mut() {
        if same(old, &value, COMPARE_DEPTH_MAX) {
            *old = either_of_same(old.clone(), &value);
            return;
        }
        if let Some(merged) = merge_bounds(old, &value).or_else(|| absorb_empty(old, &value)) {
            *old = merged;
            return;
        }
    }
    kept.push(value);
}

/// The same value from two sides: it is proof of nothing that only one side proves.
fn either_of_same(left: Value, right: &Value) -> Value {
    let proven = left.taint.only(right.taint).only(Taint::ADMITTED);
    let mut both = left.and_dependencies(right);
    both.taint = both.taint.without(Taint::ADMITTED).and(proven);
    both
}

/// `limit > 100 ? 100 : limit` is a clamped limit, not two alternatives.
fn merge_bounds(left: &Value, right: &Value) -> Option<Value> {
    let ((Shape::Clamped(value, bound), Shape::Number(number))
    | (Shape::Number(number), Shape::Clamped(value, bound))) = (&left.shape, &right.shape)
    else {
        return None;
    };
    let clamped = Value::of(Shape::Clamped(Arc::clone(value), bound.max(*number)));
    Some(clamped.and_dependencies(left).and_dependencies(right))
}

/// `rows ?? []` is rows: an empty array adds nothing to an array of unknown length.
fn absorb_empty(left: &Value, right: &Value) -> Option<Value> {
    let is_empty = |value: &Value| matches!(&value.shape, Shape::Array(items) if items.is_empty());
    let is_open = |value: &Value| matches!(value.shape, Shape::List(_) | Shape::Rows(_));
    match (is_empty(left), is_empty(right)) {
        (true, false) if is_open(right) => Some(right.clone().and_dependencies(left)),
        (false, true) if is_open(left) => Some(left.clone().and_dependencies(right)),
        _ => None,
    }
}

fn settle(mut kept: Vec<Value>) -> Value {
    let is_proven = |value: &Value| value.taint.has(Taint::ADMITTED);
    let mut dependencies = Value::unknown_from(&kept);
    if !kept.iter().all(is_proven) {
        dependencies.taint = dependencies.taint.without(Taint::ADMITTED);
    }
    let is_unknown = |value: &Value| matches!(value.shape, Shape::Unknown);
    if kept.iter().any(is_unknown) {
        let is_unproven = kept.iter().any(|it| !is_worth_following(it) && !is_proven(it));
        kept.retain(is_worth_following);
        if is_unproven {
            // What is left stands for what was dropped as well.
            for value in &mut kept {
                value.taint = value.taint.without(Taint::ADMITTED);
            }
        }
        if kept.iter().any(|value| matches!(value.shape, Shape::Object(_) | Shape::List(_))) {
            kept.push(dependencies.clone());
        }
    }
    join_arrays(&mut kept);
    if kept.len() > ALTERNATIVES_MAX {
        return dependencies;
    }
    match (kept.pop(), kept.is_empty()) {
        (None, _) => dependencies,
        (Some(only), true) => only.and_dependencies(&dependencies),
        (Some(last), false) => {
            kept.push(last);
            Value::of(Shape::OneOf(Arc::new(kept))).and_dependencies(&dependencies)
        }
    }
}

/// Of many arrays that differ in what was added under conditions, the shortest and that which holds
/// everything say enough: what is in both is there for certain.
fn join_arrays(kept: &mut Vec<Value>) {
    let array = |value: &Value| match &value.shape {
        Shape::Array(items) => Some(Arc::clone(items)),
        _ => None,
    };
    if kept.len() <= 2 {
        return;
    }
    let Some(arrays) = kept.iter().map(array).collect::<Option<Vec<_>>>() else { return };
    if let Some(pair) = joined_pairs(&arrays) {
        *kept = vec![pair];
        return;
    }
    let mut shortest = arrays.iter().min_by_key(|items| items.len()).cloned().unwrap_or_default();
    let is_there = |items: &[Value], item: &Value| {
        items.iter().any(|other| same(other, item, COMPARE_DEPTH_MAX))
    };
    let mut all: Vec<Value> = Vec::new();
    for item in arrays.iter().flat_map(|items| items.iter()) {
        if !is_there(&all, item) {
            all.push(item.clone());
        }
    }
    let certain = |item: &&Value| arrays.iter().all(|items| is_there(items, item));
    let common: Vec<Value> = shortest.iter().filter(certain).cloned().collect();
    if common.len() < shortest.len() {
        shortest = Arc::new(common);
    }
    *kept = vec![Value::of(Shape::Array(shortest)), Value::of(Shape::Array(Arc::new(all)))];
}

/// Names with what they stand for, as `Object.entries` gives them: one of the names, one of the
/// values.
fn joined_pairs(arrays: &[Arc<Vec<Value>>]) -> Option<Value> {
    let parts = arrays.iter().map(|pair| match pair.as_slice() {
        [name, value] if name.as_text().is_some() => Some((name.clone(), value.clone())),
        _ => None,
    });
    let (names, values): (Vec<Value>, Vec<Value>) =
        parts.collect::<Option<Vec<_>>>()?.into_iter().unzip();
    Some(Value::array(vec![Value::one_of(names), Value::one_of(values)]))
}

/// A client, a function or rows that may come from elsewhere are still worth following.
fn is_worth_following(value: &Value) -> bool {
    matches!(
        value.shape,
        Shape::Library(_)
            | Shape::Function(_)
            | Shape::Instance(_)
            | Shape::Rows(_)
            | Shape::Object(_)
            | Shape::List(_)
    )
}

fn same(left: &Value, right: &Value, depth: u32) -> bool {
    if depth == 0 {
        return false;
    }
    let all = |left: &[Value], right: &[Value]| {
        left.len() == right.len() && left.iter().zip(right).all(|(a, b)| same(a, b, depth - 1))
    };
    match (&left.shape, &right.shape) {
        (Shape::Object(a), Shape::Object(b)) => Arc::ptr_eq(a, b) || same_objects(a, b, depth - 1),
        (Shape::Array(a), Shape::Array(b))
        | (Shape::Template(a), Shape::Template(b))
        | (Shape::OneOf(a), Shape::OneOf(b)) => Arc::ptr_eq(a, b) || all(a, b),
        (Shape::List(a), Shape::List(b)) => Arc::ptr_eq(a, b) || same(a, b, depth - 1),
        (Shape::Clamped(a, max_a), Shape::Clamped(b, max_b)) => {
            max_a.to_bits() == max_b.to_bits() && (Arc::ptr_eq(a, b) || same(a, b, depth - 1))
        }
        (Shape::Validated(a, schema_a), Shape::Validated(b, schema_b)) => {
            Arc::ptr_eq(schema_a, schema_b) && same(a, b, depth - 1)
        }
        (Shape::Library(a), Shape::Library(b)) => {
            Arc::ptr_eq(a, b) || (a.fields.is_empty() && b.fields.is_empty() && a == b)
        }
        (Shape::Unknown, Shape::Unknown) => left.inputs == right.inputs,
        (Shape::Sum(a), Shape::Sum(b)) => Arc::ptr_eq(a, b),
        (a, b) => std::mem::discriminant(a) == std::mem::discriminant(b) && a == b,
    }
}

fn same_objects(left: &Object, right: &Object, depth: u32) -> bool {
    left.fields.len() == right.fields.len()
        && left.rest.is_some() == right.rest.is_some()
        && left
            .fields
            .iter()
            .zip(&right.fields)
            .all(|((name, a), (other, b))| name == other && same(a, b, depth))
}

fn push_parts<'a>(value: &'a Value, waiting: &mut Vec<&'a Value>) {
    match &value.shape {
        Shape::Template(parts) | Shape::Array(parts) | Shape::OneOf(parts) => {
            waiting.extend(parts.iter().rev());
        }
        Shape::Object(object) => {
            waiting.extend(object.rest.as_deref());
            waiting.extend(object.fields.values().rev());
        }
        Shape::List(inner) | Shape::Clamped(inner, _) | Shape::Validated(inner, _) => {
            waiting.push(inner);
        }
        Shape::Library(library) => waiting.extend(library.fields.values().rev()),
        Shape::Sum(sum) => waiting.extend(sum.terms.iter().map(|(term, _)| term)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use crate::value::{InputKind, Shape, Value};

    #[test]
    fn a_bound_on_either_side_of_a_choice_bounds_it() {
        let limit = Value::input(InputKind::Query, "limit");
        let clamped = Value::of(Shape::Clamped(Arc::new(limit.clone()), 100.0));
        let chosen = clamped.join(Value::of(Shape::Number(20.0)));
        assert_eq!(chosen.upper_bound(), Some(100.0));
        assert_eq!(chosen.join(limit).upper_bound(), None);
    }

    #[test]
    fn a_client_that_may_come_from_elsewhere_is_still_a_client() {
        let caller = Value::caller();
        assert!(matches!(caller.clone().join(caller).shape, Shape::Caller));
        let text = Value::text("a").join(Value::text("b")).join(Value::text("a"));
        assert_eq!(text.alternatives().len(), 2);
        assert!(matches!(text.join(Value::unknown()).shape, Shape::Unknown));
    }

    #[test]
    fn names_and_values_of_pairs_stay_apart() {
        let pair = |name: &str, value: Value| Value::array(vec![Value::text(name), value]);
        let input = |name: &str| Value::input(InputKind::Query, name);
        let pairs = ["a", "b", "c"].map(|name| pair(name, input(name)));
        let Shape::Array(parts) = Value::one_of(pairs).shape else { panic!() };
        assert!(parts[0].inputs.is_empty() && parts[0].free_text().is_none());
        assert_eq!(parts[1].inputs.iter().count(), 3);
    }
}
