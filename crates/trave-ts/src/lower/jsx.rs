//! JSX: only the expressions in it count, and the component that it names.

use super::Lower;
use crate::ir::{ExprId, ExprKind};
use crate::kind::Kind;
use crate::tree::Node;

impl<'t> Lower<'t> {
    /// `<Name a={b}>{c}</Name>` becomes its parts: `Name`, `b`, `c`.
    pub(super) fn jsx(&mut self, node: Node<'t>) -> ExprId {
        let mut parts = Vec::new();
        self.jsx_parts(node, &mut parts);
        self.push(node.span(), ExprKind::Other(parts))
    }

    fn jsx_parts(&mut self, node: Node<'t>, out: &mut Vec<ExprId>) {
        let is_tag = matches!(node.kind(), Kind::JsxOpeningElement | Kind::JsxSelfClosing);
        for part in node.parts() {
            match part.kind() {
                Kind::Identifier if is_tag && !is_component(part) => {}
                Kind::JsxOpeningElement | Kind::JsxAttribute | Kind::JsxExpression => {
                    self.deeper(|lower| lower.jsx_parts(part, out));
                }
                // An attribute's text, or text between elements.
                Kind::String | Kind::PropertyName | Kind::JsxText => {}
                Kind::SpreadElement => out.extend(part.first().map(|inner| self.expr(inner))),
                kind if super::expr::is_expression(kind) => out.push(self.expr(part)),
                _ => {}
            }
        }
    }
}

/// `<div>` is markup, `<Page>` is a name.
fn is_component(name: Node<'_>) -> bool {
    name.text().starts_with(|first: char| first.is_uppercase())
}
