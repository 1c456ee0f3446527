//! Template strings.

use trave_source::Span;

use super::Lower;
use crate::ir::{ExprId, ExprKind, TemplatePart};
use crate::kind::Kind;
use crate::literal;
use crate::tree::Node;

impl<'t> Lower<'t> {
    pub(super) fn template(&mut self, node: Node<'t>) -> ExprId {
        let parts = self.template_parts(node);
        let kind = match parts.as_slice() {
            [] => ExprKind::String(smol_str::SmolStr::default()),
            [TemplatePart::Text(text, _)] => ExprKind::String(text.clone()),
            _ => ExprKind::Template(parts),
        };
        self.push(node.span(), kind)
    }

    pub(super) fn tagged(&mut self, node: Node<'t>, tag: Node<'t>, text: Node<'t>) -> ExprId {
        let tag = self.expr(tag);
        let parts = self.template_parts(text);
        self.push(node.span(), ExprKind::Tagged { tag, parts })
    }

    /// Texts and holes in order. Texts are what lies between the holes, so that no node is
    /// needed for each escape.
    fn template_parts(&mut self, node: Node<'t>) -> Vec<TemplatePart> {
        let mut parts = Vec::new();
        let mut at = node.span().start.saturating_add(1);
        for hole in node.parts().filter(|part| part.is(Kind::TemplateSubstitution)) {
            push_text(&mut parts, node, Span { start: at, end: hole.span().start });
            let value = self.expr_or_nothing(hole.first(), hole.span());
            parts.push(TemplatePart::Hole(value));
            at = hole.span().end;
        }
        let end = node.span().end.saturating_sub(1);
        push_text(&mut parts, node, Span { start: at, end });
        parts
    }
}

fn push_text(parts: &mut Vec<TemplatePart>, node: Node<'_>, span: Span) {
    if !span.is_empty() {
        parts.push(TemplatePart::Text(literal::decode(node.slice(span)), span));
    }
}
