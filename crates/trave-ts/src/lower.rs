//! From the flat tree to the lowered module, in one pass: each scope first declares its names,
//! then its statements are lowered with every name resolved on the spot.

mod class;
mod expr;
mod function;
mod jsx;
mod module;
mod note;
mod pattern;
mod scope;
mod statement;
mod template;
#[cfg(test)]
mod tests;

use smol_str::SmolStr;
use trave_source::{FileId, Span};

use crate::ir::{
    Binding, BindingId, BindingKind, Comment, DEPTH_MAX, Expr, ExprId, ExprKind, Function,
    FunctionId, Module,
};
use crate::tree::{Extras, Node, Tree};
use scope::Scopes;

/// What a comment that speaks to trave begins with.
const COMMENT_MARK: &str = "trave-ignore";

/// Lowers a file that was parsed.
pub(crate) fn lower(file: FileId, tree: Tree<'_>, extras: Extras) -> Module {
    let root = tree.root();
    let comments = comments(tree, &extras.comments);
    let mut module = Module { comments, errors: extras.errors, ..empty(file) };
    module.functions.push(top_level(root.span()));
    let mut lower = Lower {
        module,
        scopes: Scopes::default(),
        function: FunctionId(0),
        exported_types: Vec::new(),
        depth: 0,
        awaits_chain: false,
    };
    lower.program(root);
    lower.finish()
}

/// The module of a file that was not parsed.
pub(crate) fn unread(file: FileId, span: Span) -> Module {
    Module { functions: vec![top_level(span)], errors: vec![span], ..empty(file) }
}

fn empty(file: FileId) -> Module {
    Module {
        file,
        directives: Vec::new(),
        imports: Vec::new(),
        exports: Vec::new(),
        functions: Vec::new(),
        classes: Vec::new(),
        exprs: Vec::new(),
        bindings: Vec::new(),
        types: Vec::new(),
        comments: Vec::new(),
        errors: Vec::new(),
    }
}

fn top_level(span: Span) -> Function {
    Function {
        name: None,
        span,
        parent: None,
        class: None,
        params: Vec::new(),
        body: Vec::new(),
        directives: Vec::new(),
        returns: None,
        is_async: false,
    }
}

fn comments(tree: Tree<'_>, spans: &[Span]) -> Vec<Comment> {
    if memchr::memmem::find(tree.text.as_bytes(), COMMENT_MARK.as_bytes()).is_none() {
        return Vec::new();
    }
    let text = |span: Span| {
        let written = tree.root().slice(span).trim_end_matches("*/");
        written.trim_start_matches(['/', '*', '!', ' ', '\t']).trim_end()
    };
    let marked = spans.iter().filter(|span| text(**span).starts_with(COMMENT_MARK));
    marked.map(|span| Comment { span: *span, text: SmolStr::new(text(*span)) }).collect()
}

/// A module in the making.
struct Lower<'t> {
    module: Module,
    scopes: Scopes<'t>,
    /// The function whose body is being lowered.
    function: FunctionId,
    /// Types that the module exports by name.
    exported_types: Vec<SmolStr>,
    /// How many expressions, statements and patterns stand around the current one.
    depth: u32,
    /// An `await` was found inside the chain that is being lowered, and belongs around all of it.
    awaits_chain: bool,
}

impl<'t> Lower<'t> {
    fn program(&mut self, root: Node<'t>) {
        self.declare_all(root);
        self.declare_vars(root);
        self.module.directives = statement::directives(root);
        let body = self.statements(root);
        if let Some(top) = self.module.functions.first_mut() {
            top.body = body;
        }
    }

    /// Gives back the memory that growing left over: modules of a whole project live side by side.
    fn finish(mut self) -> Module {
        self.settle_types();
        self.module.exprs.shrink_to_fit();
        self.module.bindings.shrink_to_fit();
        self.module.functions.shrink_to_fit();
        self.module
    }

    /// Lowers what is one level deeper, unless that is too deep.
    fn deeper<T>(&mut self, inside: impl FnOnce(&mut Self) -> T) -> Option<T> {
        if self.depth >= DEPTH_MAX {
            return None;
        }
        self.depth += 1;
        let lowered = inside(self);
        self.depth -= 1;
        Some(lowered)
    }

    fn push(&mut self, span: Span, kind: ExprKind) -> ExprId {
        let id = ExprId(count(self.module.exprs.len()));
        self.module.exprs.push(Expr { span, kind });
        id
    }

    /// Makes a binding and puts its name into the current scope.
    fn declare(&mut self, name: Node<'t>, kind: BindingKind) -> BindingId {
        let id = BindingId(count(self.module.bindings.len()));
        let (text, function) = (name.text(), self.function);
        self.module.bindings.push(Binding {
            name: SmolStr::new(text),
            span: name.span(),
            kind,
            function,
            note: None,
            reassigned: false,
        });
        self.scopes.declare(text, id);
        id
    }

    fn binding_mut(&mut self, id: BindingId) -> Option<&mut Binding> {
        self.module.bindings.get_mut(id.0 as usize)
    }

    /// Says what a name that its scope declared turned out to be.
    fn settle(&mut self, name: Option<Node<'t>>, kind: BindingKind) {
        let id = name.and_then(|name| self.scopes.find(name.text()));
        if let Some(binding) = id.and_then(|id| self.binding_mut(id)) {
            binding.kind = kind;
        }
    }
}

fn count(items: usize) -> u32 {
    u32::try_from(items).unwrap_or(u32::MAX)
}
