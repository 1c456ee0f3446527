//! Questions that rules ask a value.

use crate::value::{Input, InputKind, SchemaKind, SchemaShape, Shape, Taint, Value};

/// How deep values are looked into.
const DEPTH_MAX: usize = 8;

impl Value {
    /// Whether the caller chooses it freely: an input as it comes, with no upper bound on the way.
    pub fn is_unclamped_input(&self) -> bool {
        unclamped(self, 0)
    }

    /// What of it the caller writes freely, as text: an input as it comes, or as a part of a text.
    /// Numbers, and one of several constants, are not free.
    pub fn free_text(&self) -> Option<&Input> {
        free_text(self, Taint::NONE, 0)
    }

    /// The same, but for texts of which characters were replaced: what they may still hold is not
    /// known.
    pub fn unchanged_text(&self) -> Option<&Input> {
        free_text(self, Taint::REPLACED, 0)
    }

    /// The constant text that it begins with, as far as known; a string of which only later parts
    /// are known gives none.
    pub fn known_prefix(&self) -> Option<&str> {
        match &self.shape {
            Shape::Text(text) => Some(text),
            Shape::Template(parts) => parts.first()?.known_prefix(),
            _ => None,
        }
    }

    /// Whether it can be told what a cache key is made of: nothing unknown takes part. Callers
    /// that nobody knows make a key of what they like.
    pub fn is_known_key(&self) -> bool {
        let readable = match &self.shape {
            Shape::Text(_) | Shape::Template(_) | Shape::Array(_) | Shape::Caller => true,
            Shape::Input(input) => input.kind != InputKind::Parameter,
            _ => false,
        };
        readable && !self.taint.has(Taint::UNKNOWN.and(Taint::OPAQUE).and(Taint::ROWS))
    }

    /// The variable that gives way to a constant when it is not set: `process.env.X ?? 'y'`.
    pub fn env_with_fallback(&self) -> Option<&str> {
        let Shape::OneOf(alternatives) = &self.shape else { return None };
        let constant =
            alternatives.iter().any(|value| value.as_text().is_some_and(|text| !text.is_empty()));
        let variable = alternatives.iter().find_map(|value| match &value.shape {
            Shape::Env(name) => Some(name.as_str()),
            _ => None,
        });
        variable.filter(|_| constant)
    }
}

fn unclamped(value: &Value, depth: usize) -> bool {
    match &value.shape {
        _ if depth > DEPTH_MAX => false,
        Shape::Input(input) => {
            !matches!(input.kind, InputKind::Parameter | InputKind::Identity | InputKind::Cookie)
        }
        Shape::OneOf(values) => values.iter().any(|value| unclamped(value, depth + 1)),
        Shape::Sum(sum) => sum.terms.iter().any(|(term, _)| unclamped(term, depth + 1)),
        Shape::Validated(inner, schema) => is_open(schema) && unclamped(inner, depth + 1),
        _ => false,
    }
}

fn free_text(value: &Value, but: Taint, depth: usize) -> Option<&Input> {
    match &value.shape {
        _ if depth > DEPTH_MAX => None,
        Shape::Input(input) => {
            let is_callers = !matches!(input.kind, InputKind::Parameter | InputKind::Identity);
            Some(input).filter(|_| is_callers && !value.taint.has(but))
        }
        Shape::OneOf(values) => values.iter().find_map(|value| free_text(value, but, depth + 1)),
        Shape::Template(parts) => parts.iter().find_map(|part| free_text(part, but, depth + 1)),
        Shape::Validated(inner, schema) => {
            let is_text = matches!(schema.kind, SchemaKind::Any | SchemaKind::Text);
            free_text(inner, but, depth + 1).filter(|_| is_text)
        }
        _ => None,
    }
}

/// Whether a schema lets any number through.
fn is_open(schema: &SchemaShape) -> bool {
    schema.kind == SchemaKind::Number && schema.max.is_none()
}

impl Input {
    /// As people name it: `city` of the query string, `the body`.
    pub fn title(&self) -> String {
        if !self.name.is_empty() {
            return self.name.to_string();
        }
        let part = match self.kind {
            InputKind::Path => "the path",
            InputKind::Query => "the query string",
            InputKind::Body => "the body",
            InputKind::Header => "the headers",
            InputKind::Cookie => "the cookies",
            InputKind::Parameter => "a parameter",
            InputKind::Identity => "the caller",
        };
        part.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use crate::value::{InputKind, SchemaKind, SchemaShape, Shape, Value};

    fn limit() -> Value {
        Value::input(InputKind::Query, "limit")
    }

    #[test]
    fn a_bound_anywhere_on_the_way_clamps() {
        let schema =
            SchemaShape { kind: SchemaKind::Number, max: Some(100.0), ..SchemaShape::default() };
        let bounded = Value::of(Shape::Validated(Arc::new(limit()), Arc::new(schema)));
        let or_default =
            Value::of(Shape::OneOf(Arc::new(vec![limit(), Value::of(Shape::Number(20.0))])));
        assert!(limit().is_unclamped_input());
        assert!(or_default.is_unclamped_input());
        assert!(!bounded.is_unclamped_input());
        assert!(!Value::of(Shape::Clamped(Arc::new(limit()), 100.0)).is_unclamped_input());
    }

    #[test]
    fn only_text_is_free() {
        let schema = SchemaShape { kind: SchemaKind::Number, ..SchemaShape::default() };
        let number = Value::of(Shape::Validated(Arc::new(limit()), Arc::new(schema)));
        let inside = Value::of(Shape::Template(Arc::new(vec![Value::text("%"), limit()])));
        assert!(limit().free_text().is_some() && inside.free_text().is_some());
        assert!(number.free_text().is_none() && Value::text("x").free_text().is_none());
        assert!(Value::caller().free_text().is_none());
    }

    #[test]
    fn a_variable_with_a_constant_behind_it_has_a_fallback() {
        let env = Value::of(Shape::Env("JWT_SECRET".into()));
        let either = Value::of(Shape::OneOf(Arc::new(vec![env.clone(), Value::text("dev")])));
        assert_eq!(either.env_with_fallback(), Some("JWT_SECRET"));
        assert_eq!(env.env_with_fallback(), None);
    }
}
