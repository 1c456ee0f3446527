//! Functions: declared, expressed, arrows and methods.

use smol_str::SmolStr;

use super::pattern::Bind;
use super::{Lower, count, statement};
use crate::ir::{
    BindingKind, ClassId, ExprId, ExprKind, Function, FunctionId, Param, Pattern, Stmt,
};
use crate::kind::Kind;
use crate::tree::Node;

/// What is known of a function from where it stands.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Known<'t> {
    pub(super) name: Option<&'t str>,
    pub(super) class: Option<ClassId>,
}

impl<'t> Lower<'t> {
    /// Lowers `function f() {}`, whose name its block declared before.
    pub(super) fn function_declaration(&mut self, node: Node<'t>) {
        let name = node.child(Kind::Identifier);
        let known = Known { name: name.map(Node::text), class: None };
        let id = self.function(node, known);
        self.settle(name, BindingKind::Function(id));
    }

    /// A function or arrow as an expression; its own name is in its scope only.
    pub(super) fn function_expression(&mut self, node: Node<'t>, name: Option<&'t str>) -> ExprId {
        let is_arrow = node.is(Kind::ArrowFunction);
        let own = node.child(Kind::Identifier).filter(|_| !is_arrow);
        let known = Known { name: own.map(Node::text).or(name), class: None };
        let id = self.scoped(|lower| {
            own.map(|own| lower.declare(own, BindingKind::Const));
            let id = lower.function(node, known);
            lower.settle(own, BindingKind::Function(id));
            id
        });
        self.push(node.span(), ExprKind::Function(id))
    }

    /// Lowers any function; its id precedes those of the functions inside it.
    pub(super) fn function(&mut self, node: Node<'t>, known: Known<'t>) -> FunctionId {
        let id = FunctionId(count(self.module.functions.len()));
        self.module.functions.push(Function {
            name: known.name.map(SmolStr::new),
            span: node.span(),
            parent: Some(self.function),
            class: known.class,
            params: Vec::new(),
            body: Vec::new(),
            directives: Vec::new(),
            returns: None,
            is_async: node.has(Kind::AsyncToken),
        });
        let around = std::mem::replace(&mut self.function, id);
        self.scoped(|lower| lower.fill_function(id, node));
        self.function = around;
        id
    }

    fn fill_function(&mut self, id: FunctionId, node: Node<'t>) {
        let params = self.params(node);
        let returns = self.annotation(node).map(Box::new);
        let block = node.child(Kind::StatementBlock);
        let directives = block.map(statement::directives).unwrap_or_default();
        let body = match block {
            Some(block) => self.function_body(block),
            None => self.arrow_body(node),
        };
        if let Some(function) = self.module.functions.get_mut(id.0 as usize) {
            function.params = params;
            function.returns = returns;
            function.directives = directives;
            function.body = body;
        }
    }

    fn function_body(&mut self, block: Node<'t>) -> Vec<Stmt> {
        self.declare_all(block);
        self.declare_vars(block);
        self.statements(block)
    }

    /// An arrow with an expression body returns it.
    fn arrow_body(&mut self, node: Node<'t>) -> Vec<Stmt> {
        let is_arrow = node.is(Kind::ArrowFunction);
        let body = node.last().filter(|body| is_arrow && super::expr::is_expression(body.kind()));
        body.map(|body| Stmt::Return(Some(self.expr(body)), body.span())).into_iter().collect()
    }

    fn params(&mut self, node: Node<'t>) -> Vec<Param> {
        if let Some(list) = node.child(Kind::FormalParameters) {
            return list.parts().filter_map(|param| self.param(param)).collect();
        }
        // `x => …`
        let lone =
            node.first().filter(|it| node.is(Kind::ArrowFunction) && it.is(Kind::Identifier));
        let bind = Bind::New(BindingKind::Param);
        lone.map(|name| plain_param(self.pattern(name, bind))).into_iter().collect()
    }

    fn param(&mut self, node: Node<'t>) -> Option<Param> {
        if !matches!(node.kind(), Kind::RequiredParameter | Kind::OptionalParameter) {
            return None;
        }
        let decorators = self.decorators(node);
        let mut parts = node.parts().filter(|part| !is_modifier(part.kind()));
        let target = parts.next()?;
        if target.is(Kind::This) {
            return None;
        }
        let hint = self.annotation(node);
        let name = target.is(Kind::Identifier).then(|| target.text());
        let default = parts.find(|part| !part.is(Kind::TypeAnnotation));
        let default = default.map(|default| self.expr_named(default, name));
        let pattern = self.pattern(target, Bind::New(BindingKind::Param));
        self.annotate(&pattern, hint.clone());
        let field = node.children().any(|child| makes_field(child.kind()));
        let (rest, hint) = (target.is(Kind::RestPattern), hint.map(Box::new));
        Some(Param { pattern, default, rest, note: hint, field, decorators })
    }

    /// The decorators that stand directly under a node.
    pub(super) fn decorators(&mut self, node: Node<'t>) -> Vec<ExprId> {
        let decorators = node.parts().filter(|part| part.is(Kind::Decorator));
        decorators.filter_map(|decorator| Some(self.expr(decorator.first()?))).collect()
    }
}

fn plain_param(pattern: Pattern) -> Param {
    Param { pattern, default: None, rest: false, note: None, field: false, decorators: Vec::new() }
}

fn is_modifier(kind: Kind) -> bool {
    matches!(kind, Kind::Decorator | Kind::AccessibilityModifier | Kind::OverrideModifier)
}

fn makes_field(kind: Kind) -> bool {
    matches!(kind, Kind::AccessibilityModifier | Kind::OverrideModifier | Kind::ReadonlyToken)
}
