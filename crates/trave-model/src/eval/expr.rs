//! Expressions: constants, literals, and the way to everything else.

use std::sync::Arc;

use smol_str::SmolStr;
use trave_backend::effect::RowsUse;
use trave_backend::library::Piece;
use trave_backend::value::{Object, Shape, Value};
use trave_ts::ir::{Argument, Expr, ExprId, ExprKind, Property, TemplatePart};

use super::Evaluator;
use super::frame::Instance;
use super::loops::rounds_of;
use super::member::or_nothing;
use super::place::{at_most, element_of};

/// A template of more pieces than this only keeps what it depends on.
const PIECES_MAX: usize = 64;

impl<'p> Evaluator<'p> {
    /// What an expression gives; its effects are kept.
    pub(super) fn eval(&mut self, id: ExprId) -> Value {
        if !self.may_step() {
            return Value::unknown();
        }
        let Some(expr) = self.expr(id) else { return Value::unknown() };
        self.depth += 1;
        let value = self.eval_kind(id, expr);
        self.depth -= 1;
        value
    }

    fn eval_kind(&mut self, id: ExprId, expr: &'p Expr) -> Value {
        match &expr.kind {
            ExprKind::String(text) => Value::text(text.clone()),
            ExprKind::Number(number) => Value::of(Shape::Number(*number)),
            ExprKind::Bool(value) => Value::of(Shape::Bool(*value)),
            ExprKind::Null => Value::of(Shape::Null),
            ExprKind::Undefined => Value::undefined(),
            ExprKind::Regex(_) => Value::of(Shape::Unknown),
            ExprKind::Template(parts) => self.template(parts),
            ExprKind::Tagged { tag, parts } => self.tagged(id, *tag, parts),
            ExprKind::Name(binding) => self.read(*binding),
            ExprKind::Global(name) => self.global(name),
            ExprKind::This | ExprKind::Super => {
                self.here.this.clone().unwrap_or_else(Value::unknown)
            }
            ExprKind::Object(properties) => self.object(properties),
            ExprKind::Array(items) => self.array_literal(items),
            ExprKind::Function(function) => self.closure_in(*function, self.here.frame),
            ExprKind::Class(class) => self.new_instance(Instance {
                module: self.here.id,
                class: *class,
                frame: self.here.frame,
                is_class: true,
                is_lasting: true,
                fields: Vec::new(),
            }),
            ExprKind::Import(specifier) => self.import_name(specifier, "*"),
            ExprKind::Await(awaited) => {
                let is_call =
                    matches!(self.expr(*awaited).map(|it| &it.kind), Some(ExprKind::Call(_)));
                let value = self.eval(*awaited);
                if is_call {
                    let call = self.origin(*awaited);
                    self.awaited_call(call, &value);
                }
                self.await_value(value)
            }
            ExprKind::Typed { value, note } => {
                let value = self.eval(*value);
                self.with_note(value, Some(note))
            }
            ExprKind::Other(parts) => self.parts(parts),
            _ => self.eval_compound(id, expr),
        }
    }

    fn eval_compound(&mut self, id: ExprId, expr: &'p Expr) -> Value {
        match &expr.kind {
            ExprKind::Member { object, property, property_span, optional } => {
                let receiver = self.eval(*object);
                if !*optional && matches!(receiver.shape, Shape::Undefined | Shape::Null) {
                    // It throws: whatever gets here was something else.
                    return Value::unknown().and_dependencies(&receiver);
                }
                let at = self.at(*property_span);
                let member = self.member_used(&receiver, property, at);
                if *optional { or_nothing(&receiver, member) } else { member }
            }
            ExprKind::Index { object, index } => self.index(*object, *index),
            ExprKind::Call(call) => self.call(id, call),
            ExprKind::New(call) => self.construct(id, call),
            ExprKind::Unary { op, value } => self.unary(op, *value),
            ExprKind::Binary { op, left, right } => self.binary(op, *left, *right),
            ExprKind::Logical { op, left, right } => self.logical(op, *left, *right),
            ExprKind::Conditional { test, yes, no } => self.conditional(*test, *yes, *no),
            ExprKind::Assign { target, op, value } => self.assign_expr(target, op, *value),
            _ => Value::unknown(),
        }
    }

    /// JSX, sequences and the like: functions in them are handlers that somebody will call.
    fn parts(&mut self, parts: &[ExprId]) -> Value {
        let mut values = Vec::with_capacity(parts.len());
        for part in parts {
            let value = self.eval(*part);
            let origin = self.origin(*part);
            self.use_rows(&value, RowsUse::Answered, origin);
            self.hand_over(&value);
            // They run when somebody clicks, not in each round of a loop around them.
            let loops = std::mem::take(&mut self.loops);
            self.run_callback(&value);
            self.loops = loops;
            values.push(value);
        }
        Value::unknown_from(&values)
    }

    fn template(&mut self, parts: &[TemplatePart]) -> Value {
        joined(&self.pieces(parts))
    }

    /// The pieces of a template, holes evaluated.
    pub(super) fn pieces(&mut self, parts: &[TemplatePart]) -> Vec<Piece> {
        let piece = |part: &TemplatePart| match part {
            TemplatePart::Text(text, span) => Piece::Text(text.clone(), self.at(*span)),
            TemplatePart::Hole(hole) => {
                let value = self.eval(*hole);
                Piece::Hole(value, self.origin(*hole))
            }
        };
        parts.iter().map(piece).collect()
    }

    fn object(&mut self, properties: &[Property]) -> Value {
        let mut object = Object::default();
        for property in properties {
            match property {
                Property::Field { key, value, .. } => {
                    let value = self.eval(*value);
                    object.fields.insert(key.clone(), value);
                }
                Property::Computed { key, value } => {
                    let key = self.eval(*key);
                    let value = self.eval(*value).and_dependencies(&key);
                    set_computed(&mut object, &key, value);
                }
                Property::Spread(value) => {
                    let value = self.eval(*value);
                    spread(&mut object, &value);
                }
            }
        }
        Value::record(object)
    }

    fn array_literal(&mut self, items: &[Argument]) -> Value {
        let mut values = Vec::with_capacity(items.len());
        let mut spreads = Vec::new();
        for item in items {
            let value = self.eval(item.value);
            match (&value.shape, item.spread) {
                (_, false) => values.push(value),
                (Shape::Array(inner), true) => values.extend(inner.iter().cloned()),
                (_, true) => {
                    values.push(element_of(&value));
                    spreads.push(value);
                }
            }
        }
        match (spreads.as_slice(), values.len()) {
            ([], _) => Value::array(values),
            // `[...rows]` is still rows.
            ([only], 1) if matches!(only.shape, Shape::Rows(_)) => only.clone(),
            _ => {
                let single = u32::try_from(values.len() - spreads.len()).map_or(0.0, f64::from);
                let spread: Option<f64> = spreads.iter().map(|it| rounds_of(self, it)).sum();
                at_most(Value::list(Value::one_of(values)), spread.map(|rounds| rounds + single))
            }
        }
    }
}

/// The text that the pieces of a template make.
pub(super) fn joined(pieces: &[Piece]) -> Value {
    let value = |piece: &Piece| match piece {
        Piece::Text(text, _) => Value::text(text.clone()),
        Piece::Hole(value, _) => value.clone(),
    };
    concat(pieces.iter().map(value).collect())
}

/// Strings put together.
pub(super) fn concat(pieces: Vec<Value>) -> Value {
    let dependencies = Value::unknown_from(&pieces);
    let mut merged: Vec<Value> = Vec::with_capacity(pieces.len());
    for piece in pieces {
        let inner = match &piece.shape {
            Shape::Template(inner) => inner.to_vec(),
            _ => vec![piece],
        };
        for piece in inner {
            push_piece(&mut merged, piece);
        }
    }
    let shape = match merged.as_slice() {
        [] => Shape::Text(SmolStr::default()),
        [Value { shape: Shape::Text(text), .. }] => Shape::Text(text.clone()),
        _ if merged.len() > PIECES_MAX => Shape::Unknown,
        _ => Shape::Template(Arc::new(merged)),
    };
    Value::of(shape).and_dependencies(&dependencies)
}

fn push_piece(pieces: &mut Vec<Value>, piece: Value) {
    let text = constant_text(&piece);
    let last = pieces.last_mut();
    match (text, last) {
        (Some(text), Some(Value { shape: Shape::Text(last), .. })) => {
            *last = SmolStr::from(format!("{last}{text}"));
        }
        (Some(text), _) => pieces.push(Value { shape: Shape::Text(text), ..piece }),
        (None, _) => pieces.push(piece),
    }
}

/// A constant as string concatenation writes it.
pub(super) fn constant_text(value: &Value) -> Option<SmolStr> {
    match &value.shape {
        Shape::Text(text) => Some(text.clone()),
        Shape::Number(number) => Some(SmolStr::from(number.to_string())),
        Shape::Bool(value) => Some(SmolStr::new_static(if *value { "true" } else { "false" })),
        _ => None,
    }
}

/// Adds a field whose key is computed.
pub(super) fn set_computed(object: &mut Object, key: &Value, value: Value) {
    if let Some(key) = constant_text(key) {
        object.fields.insert(key, value);
        return;
    }
    let rest = object.rest.take().map_or(value.clone(), |rest| Value::clone(&rest).join(value));
    object.rest = Some(Arc::new(rest));
}

/// Adds what an object literal spreads.
pub(super) fn spread(object: &mut Object, value: &Value) {
    let is_nothing = |value: &Value| {
        matches!(value.shape, Shape::Undefined | Shape::Null | Shape::Bool(_) | Shape::Never)
    };
    let mut sources = Vec::new();
    for alternative in value.alternatives() {
        match &alternative.shape {
            Shape::Object(source) => sources.push(source),
            _ if is_nothing(alternative) => {}
            _ => {
                let rest = object.rest.take().map(|rest| Value::clone(&rest));
                let rest = rest.map_or(alternative.clone(), |rest| rest.join(alternative.clone()));
                object.rest = Some(Arc::new(rest));
            }
        }
    }
    let is_sure = sources.len() == value.alternatives().len();
    for (source, name, field) in sources
        .iter()
        .flat_map(|source| source.fields.iter().map(move |(name, field)| (source, name, field)))
    {
        let everywhere = is_sure && sources.iter().all(|other| other.fields.contains_key(name));
        let is_first = sources.first().is_some_and(|first| Arc::ptr_eq(first, source));
        let before = object.fields.get(name).cloned();
        let joined = match before {
            Some(before) if !everywhere || !is_first => before.join(field.clone()),
            None if !everywhere => field.clone().join(Value::undefined()),
            _ => field.clone(),
        };
        object.fields.insert(name.clone(), joined.and_dependencies(&Value::unknown_from(&[])));
    }
    for rest in sources.iter().filter_map(|source| source.rest.as_deref()) {
        let joined =
            object.rest.take().map_or(rest.clone(), |own| Value::clone(&own).join(rest.clone()));
        object.rest = Some(Arc::new(joined));
    }
}
