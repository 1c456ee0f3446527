//! What is looked up in one module, made when somebody first asks and kept as long as its text.

use std::sync::OnceLock;

use rustc_hash::FxHashMap;
use smol_str::SmolStr;
use trave_source::Span;
use trave_ts::ir::{BindingId, Export, ExprId, ExprKind, Module, Stmt};

/// What is looked up in one module. It holds places in the module and nothing of it.
#[derive(Debug, Default)]
pub(crate) struct Facts {
    names: OnceLock<Names>,
    /// The object literals by their bytes.
    objects: OnceLock<FxHashMap<Span, ExprId>>,
}

/// What a module exports and declares.
#[derive(Debug, Default)]
struct Names {
    /// Exports by name, as places in [`Module::exports`].
    exports: FxHashMap<SmolStr, usize>,
    stars: Vec<usize>,
    /// The statement at the top level that declares a name or holds what does.
    declarations: FxHashMap<BindingId, usize>,
}

impl Facts {
    pub(super) fn export<'m>(&self, module: &'m Module, name: &str) -> Option<&'m Export> {
        module.exports.get(*self.names(module).exports.get(name)?)
    }

    /// The `export * from` of a module.
    pub(super) fn stars<'m>(&self, module: &'m Module) -> Vec<&'m Export> {
        let stars = self.names(module).stars.iter();
        stars.filter_map(|at| module.exports.get(*at)).collect()
    }

    /// The statement at the top level that declares a name.
    pub(super) fn declaration<'m>(
        &self,
        module: &'m Module,
        binding: BindingId,
    ) -> Option<&'m Stmt> {
        let at = *self.names(module).declarations.get(&binding)?;
        declaring(module.functions.first()?.body.get(at)?, binding)
    }

    pub(super) fn object(&self, module: &Module, span: Span) -> Option<ExprId> {
        self.objects.get_or_init(|| objects_of(module)).get(&span).copied()
    }

    fn names(&self, module: &Module) -> &Names {
        self.names.get_or_init(|| Names::of(module))
    }
}

impl Names {
    fn of(module: &Module) -> Self {
        let mut names = Self::default();
        for (at, export) in module.exports.iter().enumerate() {
            if export.name == "*" {
                names.stars.push(at);
            } else {
                names.exports.entry(export.name.clone()).or_insert(at);
            }
        }
        let top = module.functions.first().into_iter().flat_map(|top| &top.body);
        for (at, statement) in top.enumerate() {
            declare(statement, &mut |binding| {
                names.declarations.entry(binding).or_insert(at);
            });
        }
        names
    }
}

/// Only declarations that every load of the module runs: those in blocks count as well, since
/// `try { client = … }` at the top level is how optional things are set up.
fn declare(statement: &Stmt, found: &mut dyn FnMut(BindingId)) {
    if let Stmt::Let { pattern, .. } = statement {
        pattern.bindings().into_iter().for_each(&mut *found);
    }
    for inner in inside(statement) {
        declare(inner, found);
    }
}

/// The statement that declares a name: this one, or the first one inside.
fn declaring(statement: &Stmt, binding: BindingId) -> Option<&Stmt> {
    match statement {
        Stmt::Let { pattern, .. } => {
            pattern.bindings().into_iter().any(|it| it == binding).then_some(statement)
        }
        _ => inside(statement).find_map(|inner| declaring(inner, binding)),
    }
}

/// The statements inside of one that every load runs with it.
fn inside(statement: &Stmt) -> impl Iterator<Item = &Stmt> {
    let (first, second): (&[Stmt], &[Stmt]) = match statement {
        Stmt::Block(body) => (body, &[]),
        Stmt::If { then, otherwise, .. } => (then, otherwise),
        Stmt::Try(guarded) => (&guarded.body, &[]),
        _ => (&[], &[]),
    };
    first.iter().chain(second)
}

fn objects_of(module: &Module) -> FxHashMap<Span, ExprId> {
    let exprs = (0..).map(ExprId).zip(&module.exprs);
    let objects = exprs.filter(|(_, expr)| matches!(expr.kind, ExprKind::Object(_)));
    objects.map(|(id, expr)| (expr.span, id)).collect()
}
