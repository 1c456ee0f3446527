//! Which name means which binding here, and what each block declares before it runs.

use rustc_hash::{FxHashMap, FxHashSet};

use super::Lower;
use crate::ir::{BindingId, BindingKind};
use crate::kind::Kind;
use crate::tree::Node;

/// The names in sight, with what each scope must put back when it closes.
#[derive(Debug, Default)]
pub(super) struct Scopes<'t> {
    names: FxHashMap<&'t str, BindingId>,
    hidden: Vec<(&'t str, Option<BindingId>)>,
    /// Every alias and interface met so far, wherever it stands.
    types: FxHashSet<&'t str>,
}

/// How much was hidden when a scope opened.
pub(super) struct Mark(usize);

impl<'t> Scopes<'t> {
    pub(super) fn open(&self) -> Mark {
        Mark(self.hidden.len())
    }

    pub(super) fn close(&mut self, mark: &Mark) {
        for (name, before) in self.hidden.drain(mark.0..).rev() {
            match before {
                Some(binding) => self.names.insert(name, binding),
                None => self.names.remove(name),
            };
        }
    }

    pub(super) fn declare(&mut self, name: &'t str, binding: BindingId) {
        let before = self.names.insert(name, binding);
        self.hidden.push((name, before));
    }

    pub(super) fn find(&self, name: &str) -> Option<BindingId> {
        self.names.get(name).copied()
    }

    pub(super) fn declare_type(&mut self, name: &'t str) {
        self.types.insert(name);
    }

    pub(super) fn declares_type(&self, name: &str) -> bool {
        self.types.contains(name)
    }
}

impl<'t> Lower<'t> {
    /// Lowers something that has a scope of its own.
    pub(super) fn scoped<T>(&mut self, inside: impl FnOnce(&mut Self) -> T) -> T {
        let mark = self.scopes.open();
        let lowered = inside(self);
        self.scopes.close(&mark);
        lowered
    }

    /// Declares what the statements under `block` declare in its scope.
    pub(super) fn declare_all(&mut self, block: Node<'t>) {
        for statement in block.children() {
            self.declare_statement(statement);
        }
    }

    /// Declares what one statement declares in the scope it stands in.
    pub(super) fn declare_statement(&mut self, statement: Node<'t>) {
        match statement.kind() {
            Kind::ImportStatement => self.import(statement),
            // What an ERROR holds is read as if it stood here.
            Kind::Error => self.declare_all(statement),
            Kind::TypeAlias | Kind::InterfaceDeclaration => {
                if let Some(name) = statement.child(Kind::TypeIdentifier) {
                    self.scopes.declare_type(name.text());
                }
            }
            Kind::ExportStatement => {
                for part in statement.parts().filter(|part| is_declaration(part.kind())) {
                    self.declare_statement(part);
                }
            }
            _ => each_declared(statement, &mut |name, kind| {
                self.declare(name, kind);
            }),
        }
    }

    /// Declares every `var` of a function, however deep it stands in blocks.
    pub(super) fn declare_vars(&mut self, function: Node<'t>) {
        for node in function.inside_function() {
            each_var(node, &mut |name| {
                self.declare(name, BindingKind::Let);
            });
        }
    }
}

/// Calls `found` with each name that a statement declares in its block. Functions, classes and
/// enums are said to be constants until they are lowered.
pub(super) fn each_declared<'t>(statement: Node<'t>, found: &mut dyn FnMut(Node<'t>, BindingKind)) {
    match statement.kind() {
        Kind::LexicalDeclaration => {
            let is_const = statement.has(Kind::ConstToken);
            let kind = if is_const { BindingKind::Const } else { BindingKind::Let };
            each_declarator(statement, kind, found);
        }
        Kind::ClassDeclaration | Kind::AbstractClassDeclaration => {
            name_of(statement, Kind::TypeIdentifier, found);
        }
        Kind::FunctionDeclaration
        | Kind::GeneratorDeclaration
        | Kind::EnumDeclaration
        | Kind::ImportAlias
        | Kind::InternalModule => name_of(statement, Kind::Identifier, found),
        // A namespace is an expression statement to the grammar.
        Kind::ExpressionStatement => {
            if let Some(namespace) = statement.child(Kind::InternalModule) {
                name_of(namespace, Kind::Identifier, found);
            }
        }
        Kind::ExportStatement => {
            for part in statement.parts().filter(|part| is_declaration(part.kind())) {
                each_declared(part, found);
            }
        }
        _ => {}
    }
}

/// Calls `found` with each name that `export` before a declaration exports.
pub(super) fn each_exported<'t>(declaration: Node<'t>, found: &mut dyn FnMut(Node<'t>)) {
    let mut each = |name, _| found(name);
    if declaration.is(Kind::VariableDeclaration) {
        each_declarator(declaration, BindingKind::Let, &mut each);
    } else {
        each_declared(declaration, &mut each);
    }
}

/// Whether `export` may stand before it.
pub(super) fn is_declaration(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::LexicalDeclaration
            | Kind::VariableDeclaration
            | Kind::ClassDeclaration
            | Kind::AbstractClassDeclaration
            | Kind::FunctionDeclaration
            | Kind::GeneratorDeclaration
            | Kind::EnumDeclaration
            | Kind::ImportAlias
            | Kind::InternalModule
            | Kind::InterfaceDeclaration
            | Kind::TypeAlias
            | Kind::AmbientDeclaration
            | Kind::FunctionSignature
    )
}

/// Calls `found` with each name of a `var` statement, or of a `for (var … of …)`.
fn each_var<'t>(node: Node<'t>, found: &mut dyn FnMut(Node<'t>)) {
    match node.kind() {
        Kind::VariableDeclaration => {
            each_declarator(node, BindingKind::Let, &mut |name, _| found(name));
        }
        Kind::ForInStatement if node.has(Kind::VarToken) => {
            if let Some(pattern) = node.first() {
                each_name(pattern, found);
            }
        }
        _ => {}
    }
}

fn name_of<'t>(node: Node<'t>, kind: Kind, found: &mut dyn FnMut(Node<'t>, BindingKind)) {
    if let Some(name) = node.child(kind) {
        found(name, BindingKind::Const);
    }
}

fn each_declarator<'t>(
    declaration: Node<'t>,
    kind: BindingKind,
    found: &mut dyn FnMut(Node<'t>, BindingKind),
) {
    for declarator in declaration.parts().filter(|part| part.is(Kind::VariableDeclarator)) {
        if let Some(pattern) = declarator.first() {
            each_name(pattern, &mut |name| found(name, kind));
        }
    }
}

/// Calls `found` with each name that a pattern binds.
pub(super) fn each_name<'t>(pattern: Node<'t>, found: &mut dyn FnMut(Node<'t>)) {
    let mut waiting = vec![pattern];
    while let Some(node) = waiting.pop() {
        match node.kind() {
            Kind::Identifier | Kind::ShorthandPattern => found(node),
            Kind::ObjectPattern | Kind::ArrayPattern | Kind::RestPattern => {
                waiting.extend(node.parts());
            }
            Kind::AssignmentPattern | Kind::ObjectAssignmentPattern => waiting.extend(node.first()),
            Kind::PairPattern => waiting.extend(node.last()),
            _ => {}
        }
    }
}
