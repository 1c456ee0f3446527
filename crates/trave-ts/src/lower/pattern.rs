//! What declarations, parameters and assignments bind.

use smol_str::SmolStr;

use super::Lower;
use crate::ir::{BindingKind, ExprId, Pattern, PatternField};
use crate::kind::Kind;
use crate::literal;
use crate::tree::Node;

/// How the names in a pattern come to be.
#[derive(Debug, Clone, Copy)]
pub(super) enum Bind {
    /// The pattern declares them here.
    New(BindingKind),
    /// Their block declared them before.
    Declared(BindingKind),
    /// They are assigned to.
    Assign,
}

impl<'t> Lower<'t> {
    pub(super) fn pattern(&mut self, node: Node<'t>, bind: Bind) -> Pattern {
        self.deeper(|lower| lower.pattern_here(node, bind)).unwrap_or(Pattern::Unknown)
    }

    fn pattern_here(&mut self, node: Node<'t>, bind: Bind) -> Pattern {
        match node.kind() {
            Kind::Identifier | Kind::ShorthandPattern => self.name_pattern(node, bind),
            Kind::ObjectPattern => self.object_pattern(node, bind),
            Kind::ArrayPattern => self.array_pattern(node, bind),
            Kind::AssignmentPattern => self.with_default(node, bind).0,
            Kind::RestPattern | Kind::Parenthesized | Kind::NonNull => {
                node.first().map_or(Pattern::Unknown, |inner| self.pattern(inner, bind))
            }
            Kind::MemberExpression | Kind::Subscript => Pattern::Place(self.expr(node)),
            _ => Pattern::Unknown,
        }
    }

    fn name_pattern(&mut self, node: Node<'t>, bind: Bind) -> Pattern {
        let known = match bind {
            Bind::New(_) => None,
            Bind::Declared(_) | Bind::Assign => self.scopes.find(node.text()),
        };
        match (bind, known) {
            (Bind::Assign, Some(id)) => {
                if let Some(binding) = self.binding_mut(id) {
                    binding.reassigned = true;
                }
                Pattern::Name(id)
            }
            (Bind::Assign, None) => Pattern::Place(self.expr(node)),
            (_, Some(id)) => Pattern::Name(id),
            (Bind::New(kind) | Bind::Declared(kind), None) => {
                Pattern::Name(self.declare(node, kind))
            }
        }
    }

    fn object_pattern(&mut self, node: Node<'t>, bind: Bind) -> Pattern {
        let mut fields = Vec::new();
        let mut rest = None;
        for part in node.parts() {
            match part.kind() {
                Kind::RestPattern => rest = Some(Box::new(self.pattern(part, bind))),
                Kind::PairPattern => fields.extend(self.pair_pattern(part, bind)),
                _ => fields.push(self.short_field(part, bind)),
            }
        }
        Pattern::Object { fields, rest }
    }

    /// `a` or `a = 1`.
    fn short_field(&mut self, part: Node<'t>, bind: Bind) -> PatternField {
        let name = part.first().unwrap_or(part);
        let (pattern, default) = self.with_default(part, bind);
        PatternField { key: Some(SmolStr::new(name.text())), pattern, default, span: part.span() }
    }

    /// `key: pattern` or `key: pattern = 1`.
    fn pair_pattern(&mut self, part: Node<'t>, bind: Bind) -> Option<PatternField> {
        let (key, value) = part.pair()?;
        let (pattern, default) = self.with_default(value, bind);
        Some(PatternField { key: property_key(key), pattern, default, span: part.span() })
    }

    fn array_pattern(&mut self, node: Node<'t>, bind: Bind) -> Pattern {
        let mut items = Vec::new();
        let mut rest = None;
        let mut item = None;
        for part in node.children().filter(|part| !part.is(Kind::Error)) {
            match part.kind() {
                Kind::CommaToken => items.push(item.take()),
                Kind::RestPattern => rest = Some(Box::new(self.pattern(part, bind))),
                _ => item = Some(self.with_default(part, bind)),
            }
        }
        items.extend(item.map(Some));
        Pattern::Array { items, rest }
    }

    /// A pattern that may carry a default. The default is lowered first, as in the source it
    /// cannot see the names it stands for.
    fn with_default(&mut self, node: Node<'t>, bind: Bind) -> (Pattern, Option<ExprId>) {
        let is_default =
            matches!(node.kind(), Kind::AssignmentPattern | Kind::ObjectAssignmentPattern);
        match node.pair().filter(|_| is_default) {
            Some((pattern, default)) => {
                let name = pattern.is(Kind::Identifier).then(|| pattern.text());
                let default = self.expr_named(default, name);
                (self.pattern(pattern, bind), Some(default))
            }
            None => (self.pattern(node, bind), None),
        }
    }
}

/// The key of a property, pair or member as far as it is constant.
pub(super) fn property_key(key: Node<'_>) -> Option<SmolStr> {
    match key.kind() {
        Kind::String => Some(literal::string(key.text())),
        Kind::ComputedName => {
            let inner = key.first()?;
            inner.is(Kind::String).then(|| literal::string(inner.text()))
        }
        _ => Some(SmolStr::new(key.text())),
    }
}
