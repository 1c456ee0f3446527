//! Statements.

use smol_str::SmolStr;
use trave_source::Span;

use super::Lower;
use super::pattern::Bind;
use crate::ir::{BindingKind, ExprId, ExprKind, Loop, LoopKind, Pattern, Stmt, Try};
use crate::kind::Kind;
use crate::literal;
use crate::tree::Node;

/// The directives that a program or a body opens with.
pub(super) fn directives(body: Node<'_>) -> Vec<SmolStr> {
    let lone_string = |statement: Node<'_>| {
        let string = statement.first().filter(|_| statement.is(Kind::ExpressionStatement))?;
        string.is(Kind::String).then(|| literal::string(string.text()))
    };
    body.parts().map_while(lone_string).collect()
}

impl<'t> Lower<'t> {
    /// The statements under a node, in the scope that is open.
    pub(super) fn statements(&mut self, block: Node<'t>) -> Vec<Stmt> {
        let mut lowered = Vec::new();
        for statement in block.children() {
            self.statement(statement, &mut lowered);
        }
        lowered.shrink_to_fit();
        lowered
    }

    /// A block with its own scope, or a lone statement in place of one.
    pub(super) fn block(&mut self, node: Node<'t>) -> Vec<Stmt> {
        self.scoped(|lower| {
            if node.is(Kind::StatementBlock) {
                lower.declare_all(node);
                return lower.statements(node);
            }
            let mut lowered = Vec::new();
            lower.declare_statement(node);
            lower.statement(node, &mut lowered);
            lowered
        })
    }

    fn block_of(&mut self, node: Option<Node<'t>>) -> Vec<Stmt> {
        node.map_or_else(Vec::new, |node| self.block(node))
    }

    pub(super) fn statement(&mut self, node: Node<'t>, out: &mut Vec<Stmt>) {
        self.deeper(|lower| lower.statement_here(node, out));
    }

    fn statement_here(&mut self, node: Node<'t>, out: &mut Vec<Stmt>) {
        match node.kind() {
            Kind::ExpressionStatement => self.expression_statement(node, out),
            Kind::LexicalDeclaration | Kind::VariableDeclaration => self.declarators(node, out),
            Kind::ReturnStatement => {
                let value = node.first().map(|value| self.expr(value));
                out.push(Stmt::Return(value, node.span()));
            }
            Kind::ThrowStatement => {
                let value = self.expr_or_nothing(node.first(), node.span());
                out.push(Stmt::Throw(value, node.span()));
            }
            Kind::IfStatement => out.push(self.if_statement(node)),
            Kind::StatementBlock => out.push(Stmt::Block(self.block(node))),
            Kind::TryStatement => out.push(self.try_statement(node)),
            Kind::SwitchStatement => out.push(self.switch_statement(node)),
            Kind::ForInStatement => out.push(self.for_in_statement(node)),
            Kind::ForStatement => out.push(self.for_statement(node)),
            Kind::WhileStatement | Kind::DoStatement => out.push(self.while_statement(node)),
            Kind::BreakStatement | Kind::ContinueStatement => out.push(Stmt::Break),
            Kind::LabeledStatement | Kind::WithStatement => {
                if let Some(body) = node.last() {
                    self.statement(body, out);
                }
            }
            Kind::Error => {
                for inner in node.children() {
                    self.statement(inner, out);
                }
            }
            _ => self.declaration(node, out),
        }
    }

    /// What declares a name, imports or exports, or else is an expression out of place.
    fn declaration(&mut self, node: Node<'t>, out: &mut Vec<Stmt>) {
        match node.kind() {
            Kind::FunctionDeclaration | Kind::GeneratorDeclaration => {
                self.function_declaration(node);
            }
            Kind::ClassDeclaration | Kind::AbstractClassDeclaration => {
                self.class_declaration(node, &[]);
            }
            Kind::EnumDeclaration => self.enumeration(node),
            Kind::InternalModule => self.namespace(node, out),
            Kind::ExportStatement => self.export(node, out),
            Kind::TypeAlias | Kind::InterfaceDeclaration => self.type_declaration(node),
            kind if super::expr::is_expression(kind) => out.push(Stmt::Expr(self.expr(node))),
            _ => {}
        }
    }

    fn expression_statement(&mut self, node: Node<'t>, out: &mut Vec<Stmt>) {
        match node.first() {
            Some(namespace) if namespace.is(Kind::InternalModule) => self.namespace(namespace, out),
            Some(value) => out.push(Stmt::Expr(self.expr(value))),
            None => {}
        }
    }

    fn declarators(&mut self, node: Node<'t>, out: &mut Vec<Stmt>) {
        let is_const = node.has(Kind::ConstToken);
        let kind = if is_const { BindingKind::Const } else { BindingKind::Let };
        for declarator in node.parts().filter(|part| part.is(Kind::VariableDeclarator)) {
            out.extend(self.declarator(declarator, kind));
        }
    }

    fn declarator(&mut self, node: Node<'t>, kind: BindingKind) -> Option<Stmt> {
        let mut parts = node.parts();
        let target = parts.next()?;
        let hint = self.annotation(node);
        let name = target.is(Kind::Identifier).then(|| target.text());
        let value = parts.find(|part| !part.is(Kind::TypeAnnotation));
        let value = value.map(|value| self.expr_named(value, name));
        let pattern = self.pattern(target, Bind::Declared(kind));
        self.annotate(&pattern, hint);
        Some(Stmt::Let { pattern, value, span: node.span() })
    }

    fn if_statement(&mut self, node: Node<'t>) -> Stmt {
        let mut parts = node.parts();
        let test = self.expr_or_nothing(parts.next(), node.span());
        let then = self.block_of(parts.next());
        let otherwise = parts.next().and_then(Node::first);
        Stmt::If { test, then, otherwise: self.block_of(otherwise) }
    }

    fn try_statement(&mut self, node: Node<'t>) -> Stmt {
        let body = self.block_of(node.child(Kind::StatementBlock));
        let mut param = None;
        let catch = node.child(Kind::CatchClause).map(|clause| {
            self.scoped(|lower| {
                let target = clause.first().filter(|part| !part.is(Kind::StatementBlock));
                let bind = Bind::New(BindingKind::Catch);
                param = target.map(|target| lower.pattern(target, bind));
                lower.block_of(clause.child(Kind::StatementBlock))
            })
        });
        let finally = node.child(Kind::FinallyClause).and_then(Node::first);
        let finally = self.block_of(finally);
        Stmt::Try(Box::new(Try { body, param, catch, finally }))
    }

    fn switch_statement(&mut self, node: Node<'t>) -> Stmt {
        let subject = self.expr_or_nothing(node.first(), node.span());
        let body = node.child(Kind::SwitchBody);
        let cases = self.scoped(|lower| {
            for case in body.into_iter().flat_map(Node::parts) {
                lower.declare_all(case);
            }
            let mut cases = Vec::new();
            for case in body.into_iter().flat_map(Node::parts) {
                cases.push(lower.switch_case(case));
            }
            cases
        });
        Stmt::Switch { subject, cases }
    }

    fn switch_case(&mut self, case: Node<'t>) -> (Option<ExprId>, Vec<Stmt>) {
        let mut children = case.children();
        let value = if case.is(Kind::SwitchCase) { children.next() } else { None };
        let value = value.map(|value| self.expr(value));
        let mut body = Vec::new();
        for statement in children {
            self.statement(statement, &mut body);
        }
        (value, body)
    }

    /// `for … of` and `for … in`.
    fn for_in_statement(&mut self, node: Node<'t>) -> Stmt {
        let declares = |token| node.has(token);
        let bind = match () {
            () if declares(Kind::ConstToken) => Bind::New(BindingKind::Const),
            () if declares(Kind::LetToken) => Bind::New(BindingKind::Let),
            () if declares(Kind::VarToken) => Bind::Declared(BindingKind::Let),
            () => Bind::Assign,
        };
        let kind = if node.has(Kind::OfToken) { LoopKind::Of } else { LoopKind::In };
        let mut parts = node.parts();
        let target = parts.next();
        let over = parts.next().map(|over| self.expr(over));
        let body = parts.last();
        self.scoped(|lower| {
            let pattern = target.map(|target| lower.pattern(target, bind));
            let body = lower.block_of(body);
            let (init, update, span) = (Vec::new(), None, node.span());
            Stmt::Loop(Box::new(Loop { kind, init, pattern, over, update, body, span }))
        })
    }

    fn for_statement(&mut self, node: Node<'t>) -> Stmt {
        self.scoped(|lower| {
            let mut parts = node.parts();
            let mut init = Vec::new();
            if let Some(first) = parts.next() {
                lower.declare_statement(first);
                lower.statement(first, &mut init);
            }
            let over = lower.clause(parts.next());
            let (update, body) = match (parts.next(), parts.next()) {
                (update, Some(body)) => (lower.clause(update), Some(body)),
                (body, None) => (None, body),
            };
            let body = lower.block_of(body);
            let (kind, span) = (LoopKind::For, node.span());
            Stmt::Loop(Box::new(Loop { kind, init, pattern: None, over, update, body, span }))
        })
    }

    /// A clause of a `for` that may be empty.
    fn clause(&mut self, node: Option<Node<'t>>) -> Option<ExprId> {
        let node = node.filter(|node| !node.is(Kind::EmptyStatement))?;
        Some(self.expr(if node.is(Kind::ExpressionStatement) { node.first()? } else { node }))
    }

    fn while_statement(&mut self, node: Node<'t>) -> Stmt {
        let is_while = node.is(Kind::WhileStatement);
        let kind = if is_while { LoopKind::While } else { LoopKind::DoWhile };
        let test = node.child(Kind::Parenthesized);
        let body = if is_while { node.last() } else { node.first() };
        let over = test.map(|test| self.expr(test));
        let body = self.block_of(body);
        let (init, span) = (Vec::new(), node.span());
        Stmt::Loop(Box::new(Loop { kind, init, pattern: None, over, update: None, body, span }))
    }

    /// `namespace x { … }`: its statements, then `x` as an object of what it exports.
    fn namespace(&mut self, node: Node<'t>, out: &mut Vec<Stmt>) {
        let Some(name) = node.child(Kind::Identifier) else { return };
        let Some(body) = node.child(Kind::StatementBlock) else { return };
        let lowered = self.scoped(|lower| {
            lower.declare_all(body);
            let mut lowered = Vec::new();
            for statement in body.children() {
                let inner =
                    statement.parts().find(|part| super::scope::is_declaration(part.kind()));
                let is_export = statement.is(Kind::ExportStatement);
                lower.statement(inner.filter(|_| is_export).unwrap_or(statement), &mut lowered);
            }
            (lowered, lower.namespace_object(body))
        });
        let (mut statements, value) = lowered;
        let pattern = self.pattern(name, Bind::Declared(BindingKind::Const));
        statements.push(Stmt::Let { pattern, value: Some(value), span: node.span() });
        out.push(Stmt::Block(statements));
    }

    fn namespace_object(&mut self, body: Node<'t>) -> ExprId {
        let mut names = Vec::new();
        for statement in body.parts().filter(|part| part.is(Kind::ExportStatement)) {
            super::scope::each_declared(statement, &mut |name, _| names.push(name));
        }
        let fields = names.into_iter().map(|name| self.shorthand(name)).collect();
        self.push(body.span(), ExprKind::Object(fields))
    }

    /// The expression of a node that ought to be there.
    pub(super) fn expr_or_nothing(&mut self, node: Option<Node<'t>>, span: Span) -> ExprId {
        match node {
            Some(node) => self.expr(node),
            None => self.push(span, ExprKind::Other(Vec::new())),
        }
    }

    /// Puts a type on the name that a pattern is, if it is one.
    pub(super) fn annotate(&mut self, pattern: &Pattern, note: Option<crate::ir::TypeNote>) {
        let Pattern::Name(id) = pattern else { return };
        if let (Some(note), Some(binding)) = (note, self.binding_mut(*id)) {
            binding.note = Some(Box::new(note));
        }
    }
}
