//! What the functions of a module mention: names, and members of names. Read off the code: nothing
//! runs for it.
//!
//! A function with those inside it that it calls or hands to others is one unit. What it only
//! makes, for whoever takes it by its name, is a unit of its own.

use rustc_hash::{FxHashMap, FxHashSet};
use smol_str::SmolStr;
use trave_source::Span;
use trave_ts::ir::{BindingId, Expr, ExprId, ExprKind, FunctionId, Module, Stmt};

use super::units::Units;

/// How deep statements at the top level are looked into.
const BLOCKS_MAX: u32 = 32;

/// What the units of a module mention.
#[derive(Debug)]
pub(super) struct Mentions {
    pub(super) units: Units,
    of_unit: FxHashMap<FunctionId, InUnit>,
}

/// What a unit mentions.
#[derive(Debug, Default)]
pub(super) struct InUnit {
    /// In the order of the code.
    pub(super) all: Vec<Mention>,
    /// The members that it takes of anything, with the last name of what it takes them of.
    pub(super) members: FxHashSet<(SmolStr, SmolStr)>,
    /// The same without what they are taken of.
    pub(super) names: FxHashSet<SmolStr>,
}

/// One mention.
#[derive(Debug)]
pub(super) struct Mention {
    /// The innermost function around it.
    pub(super) inner: FunctionId,
    /// Where it stands.
    pub(super) span: Span,
    /// What is mentioned.
    pub(super) what: Mentioned,
}

/// What is mentioned.
#[derive(Debug)]
pub(super) enum Mentioned {
    /// A name, with the member that is taken of it.
    Name(BindingId, Option<SmolStr>),
    /// A module that is loaded there and then.
    Module(SmolStr),
    /// A function that is written there.
    Function(FunctionId),
}

impl Mentions {
    pub(super) fn of(module: &Module) -> Self {
        let mut found = Self { units: Units::of(module), of_unit: FxHashMap::default() };
        let mut around = Around::of(module);
        let top = effects(module);
        let member_of = members_of_names(module);
        let mut exprs: Vec<(ExprId, &Expr)> =
            (0..).map(ExprId).zip(&module.exprs).filter(|(_, expr)| tells(expr)).collect();
        exprs.sort_by_key(|(id, expr)| (expr.span.start, *id));
        for (id, expr) in exprs {
            let inner = around.at(expr.span);
            let unit = found.units.around(inner);
            if unit == FunctionId(0) && !top.iter().any(|span| span.holds(expr.span)) {
                continue;
            }
            let place = found.of_unit.entry(unit).or_default();
            let what = match &expr.kind {
                ExprKind::Name(name) => Mentioned::Name(*name, member_of.get(&id).cloned()),
                ExprKind::Import(specifier) => Mentioned::Module(specifier.clone()),
                ExprKind::Function(function) => Mentioned::Function(*function),
                ExprKind::Member { object, property, .. } => {
                    place.names.insert(property.clone());
                    place.members.insert((last_name(module, *object), property.clone()));
                    continue;
                }
                _ => continue,
            };
            place.all.push(Mention { inner, span: expr.span, what });
        }
        found
    }

    pub(super) fn in_unit(&self, unit: FunctionId) -> Option<&InUnit> {
        self.of_unit.get(&unit)
    }
}

fn tells(expr: &Expr) -> bool {
    matches!(
        expr.kind,
        ExprKind::Name(_) | ExprKind::Import(_) | ExprKind::Function(_) | ExprKind::Member { .. }
    )
}

/// The member that is taken of each name, where one is.
fn members_of_names(module: &Module) -> FxHashMap<ExprId, SmolStr> {
    let taken = module.exprs.iter().filter_map(|expr| match &expr.kind {
        ExprKind::Member { object, property, .. } => Some((*object, property.clone())),
        _ => None,
    });
    taken.collect()
}

/// The last part of what stands before a dot, as written.
fn last_name(module: &Module, id: ExprId) -> SmolStr {
    match module.expr(id).map(|expr| &expr.kind) {
        Some(ExprKind::Name(name)) => {
            module.binding(*name).map(|it| it.name.clone()).unwrap_or_default()
        }
        Some(ExprKind::Member { property, .. }) => property.clone(),
        Some(ExprKind::This) => SmolStr::new_static("this"),
        Some(ExprKind::Super) => SmolStr::new_static("super"),
        Some(ExprKind::Await(value) | ExprKind::Typed { value, .. }) => last_name(module, *value),
        _ => SmolStr::default(),
    }
}

/// What runs when a module is loaded, as far as it is there for its effects: statements, and what
/// is called to make a value.
fn effects(module: &Module) -> Vec<Span> {
    let mut found = Vec::new();
    if let Some(top) = module.functions.first() {
        add_effects(module, &top.body, (&mut found, BLOCKS_MAX));
    }
    found
}

fn add_effects(module: &Module, body: &[Stmt], (found, depth): (&mut Vec<Span>, u32)) {
    let Some(depth) = depth.checked_sub(1) else { return };
    let span = |id: ExprId| module.expr(id).map(|expr| expr.span);
    for statement in body {
        match statement {
            Stmt::Expr(expr) => found.extend(span(*expr)),
            Stmt::Let { value: Some(value), .. } => {
                found.extend(callee(module, *value).and_then(span));
            }
            Stmt::Block(inner) => add_effects(module, inner, (&mut *found, depth)),
            Stmt::If { then, otherwise, .. } => {
                add_effects(module, then, (&mut *found, depth));
                add_effects(module, otherwise, (&mut *found, depth));
            }
            Stmt::Try(inner) => add_effects(module, &inner.body, (&mut *found, depth)),
            Stmt::Loop(inner) => add_effects(module, &inner.body, (&mut *found, depth)),
            _ => {}
        }
    }
}

/// What is called to make a value.
fn callee(module: &Module, id: ExprId) -> Option<ExprId> {
    match &module.expr(id)?.kind {
        ExprKind::Await(inner) | ExprKind::Typed { value: inner, .. } => callee(module, *inner),
        ExprKind::Call(call) => Some(call.callee),
        _ => None,
    }
}

/// Whether a module does something when it is loaded, other than declare.
pub(super) fn acts(module: &Module) -> bool {
    let does = |statement: &Stmt| match statement {
        Stmt::Expr(expr) => calls(module, *expr),
        Stmt::Let { value: Some(value), .. } => {
            matches!(module.expr(*value).map(|it| &it.kind), Some(ExprKind::Await(_)))
        }
        Stmt::If { .. } | Stmt::Try(_) | Stmt::Loop(_) | Stmt::Block(_) => true,
        _ => false,
    };
    module.functions.first().is_some_and(|top| top.body.iter().any(does))
}

fn calls(module: &Module, id: ExprId) -> bool {
    match module.expr(id).map(|expr| &expr.kind) {
        Some(ExprKind::Call(_) | ExprKind::New(_)) => true,
        Some(ExprKind::Await(value) | ExprKind::Unary { value, .. }) => calls(module, *value),
        Some(ExprKind::Logical { left, right, .. }) => {
            calls(module, *left) || calls(module, *right)
        }
        Some(ExprKind::Other(parts)) => parts.iter().any(|part| calls(module, *part)),
        _ => false,
    }
}

/// The innermost function around places that are asked for in the order of the code.
struct Around {
    functions: Vec<(FunctionId, Span)>,
    next: usize,
    open: Vec<(FunctionId, Span)>,
}

impl Around {
    fn of(module: &Module) -> Self {
        let numbered = (0..).map(FunctionId).zip(&module.functions).skip(1);
        let mut functions: Vec<(FunctionId, Span)> =
            numbered.map(|(id, function)| (id, function.span)).collect();
        functions.sort_by_key(|(_, span)| (span.start, std::cmp::Reverse(span.end)));
        Self { functions, next: 0, open: Vec::new() }
    }

    /// A function that is written at a place is not around it.
    fn at(&mut self, place: Span) -> FunctionId {
        while let Some((id, span)) = self.functions.get(self.next) {
            if span.start > place.start || *span == place {
                break;
            }
            self.open.push((*id, *span));
            self.next += 1;
        }
        self.open.retain(|(_, span)| span.end > place.start);
        let around = self.open.iter().rev().find(|(_, span)| span.holds(place));
        around.map_or(FunctionId(0), |(id, _)| *id)
    }
}
