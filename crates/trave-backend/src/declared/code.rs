//! Reading declarations out of TypeScript without running it: names are followed to what they
//! were declared as, through imports, and constants are put together.

use std::cell::RefCell;

use rustc_hash::FxHashMap;
use smol_str::SmolStr;
use trave_source::{FileId, Origin, Span};
use trave_ts::ir::{
    BindingId, BindingKind, Call, ClassId, Exported, ExprId, ExprKind, FunctionId, Imported,
    Module, Pattern, Property, Stmt, TemplatePart,
};

/// Names that lead to names: no further than this.
const STEPS_MAX: u32 = 32;

/// A module with what its imports mean.
#[derive(Debug)]
pub struct Linked<'a> {
    /// The module.
    pub module: &'a Module,
    /// Its file; that of the module itself is not set yet.
    pub file: FileId,
    /// Its path relative to the analysed folder.
    pub path: &'a str,
    /// Its text.
    pub text: &'a str,
    /// The folder of its package.
    pub package: &'a str,
    /// Whether it belongs to tests: what it declares is nobody's schema.
    pub is_test: bool,
    /// What each specifier means, as an index into the modules.
    pub imports: Vec<(&'a str, usize)>,
}

/// Every module of a project, and what was found of their names.
pub(super) struct Code<'a> {
    /// The modules.
    pub(super) modules: &'a [Linked<'a>],
    /// The value that each constant was declared with.
    values: Vec<FxHashMap<BindingId, ExprId>>,
    /// What the parameters of the function that is looked into stand for.
    arguments: RefCell<FxHashMap<(usize, BindingId), At>>,
}

/// An expression of a module.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct At {
    /// The module.
    pub(super) module: usize,
    /// The expression in it.
    pub(super) expr: ExprId,
}

/// What an expression is, after its names were followed.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Meaning {
    /// An expression that is no name.
    Expr(At),
    /// A function of the project.
    Function(usize, FunctionId),
    /// A class of the project.
    Class(usize, ClassId),
    /// An export of a package: `pgTable` of `drizzle-orm/pg-core`.
    External(SmolStr, SmolStr),
    /// A parameter.
    Parameter,
    /// Something else.
    Unknown,
}

impl<'a> Code<'a> {
    /// Takes in the modules.
    pub(super) fn new(modules: &'a [Linked<'a>]) -> Self {
        let values = modules.iter().map(|one| values(one.module)).collect();
        Self { modules, values, arguments: RefCell::default() }
    }

    /// What kind of expression stands at a place.
    pub(super) fn kind(&self, at: At) -> Option<&'a ExprKind> {
        let module = self.modules.get(at.module)?.module;
        module.expr(at.expr).map(|expr| &expr.kind)
    }

    /// The place in its file.
    pub(super) fn origin(&self, at: At) -> Origin {
        let linked = self.modules.get(at.module);
        let span = linked.and_then(|one| one.module.expr(at.expr)).map(|expr| expr.span);
        let file = linked.map_or(FileId(u32::MAX), |one| one.file);
        span.unwrap_or_default().in_file(file)
    }

    /// A span of a module as a place.
    pub(super) fn place(&self, module: usize, span: Span) -> Origin {
        span.in_file(self.modules.get(module).map_or(FileId(u32::MAX), |one| one.file))
    }

    /// Follows names to what they mean.
    pub(super) fn meaning(&self, at: At) -> Meaning {
        self.follow(at, STEPS_MAX)
    }

    fn follow(&self, at: At, steps: u32) -> Meaning {
        let Some(steps) = steps.checked_sub(1) else { return Meaning::Unknown };
        match self.kind(at) {
            Some(ExprKind::Name(binding)) => self.binding(at.module, *binding, steps),
            Some(ExprKind::Typed { value, .. }) => self.follow(At { expr: *value, ..at }, steps),
            Some(ExprKind::Function(function)) => Meaning::Function(at.module, *function),
            Some(ExprKind::Class(class)) => Meaning::Class(at.module, *class),
            Some(ExprKind::Member { object, property, .. }) => {
                let object = At { expr: *object, ..at };
                match self.follow(object, steps) {
                    Meaning::External(package, name) if name == "*" => {
                        Meaning::External(package, property.clone())
                    }
                    Meaning::Expr(found) => match self.field(found, property) {
                        Some(value) => self.follow(value, steps),
                        None => Meaning::Expr(at),
                    },
                    _ => match self.namespace(object) {
                        Some(module) => self.exported(module, property, steps),
                        None => Meaning::Expr(at),
                    },
                }
            }
            Some(_) => Meaning::Expr(at),
            None => Meaning::Unknown,
        }
    }

    /// The module of the project that `import * as x` binds.
    fn namespace(&self, at: At) -> Option<usize> {
        let ExprKind::Name(binding) = self.kind(at)? else { return None };
        let linked = self.modules.get(at.module)?;
        let BindingKind::Import(import) = linked.module.binding(*binding)?.kind else {
            return None;
        };
        let import = linked.module.imports.get(import as usize)?;
        linked.target(&import.specifier).filter(|_| import.what == Imported::Namespace)
    }

    /// What a name of a module means.
    pub(super) fn named(&self, module: usize, binding: BindingId) -> Meaning {
        self.binding(module, binding, STEPS_MAX)
    }

    fn binding(&self, module: usize, binding: BindingId, steps: u32) -> Meaning {
        // The borrow has to end here: what follows may pass other arguments.
        let argument = self.arguments.borrow().get(&(module, binding)).copied();
        if let Some(argument) = argument {
            return self.follow(argument, steps);
        }
        let Some(linked) = self.modules.get(module) else { return Meaning::Unknown };
        let Some(found) = linked.module.binding(binding) else { return Meaning::Unknown };
        match found.kind {
            BindingKind::Const | BindingKind::Let => {
                let value = self.values.get(module).and_then(|values| values.get(&binding));
                let value = value.filter(|_| !found.reassigned);
                value
                    .map_or(Meaning::Unknown, |expr| self.follow(At { module, expr: *expr }, steps))
            }
            BindingKind::Function(function) => Meaning::Function(module, function),
            BindingKind::Class(class) => Meaning::Class(module, class),
            BindingKind::Enum(expr) => Meaning::Expr(At { module, expr }),
            BindingKind::Param => Meaning::Parameter,
            BindingKind::Catch => Meaning::Unknown,
            BindingKind::Import(at) => {
                let Some(import) = linked.module.imports.get(at as usize) else {
                    return Meaning::Unknown;
                };
                let name = match &import.what {
                    Imported::Named(name) => name.clone(),
                    Imported::Default => "default".into(),
                    Imported::Namespace => "*".into(),
                    Imported::Nothing => return Meaning::Unknown,
                };
                match linked.target(&import.specifier) {
                    Some(target) if name != "*" => self.exported(target, &name, steps),
                    Some(_) => Meaning::Unknown,
                    None => Meaning::External(import.specifier.clone(), name),
                }
            }
        }
    }

    /// What a module exports under a name.
    fn exported(&self, module: usize, name: &str, steps: u32) -> Meaning {
        let (Some(linked), Some(steps)) = (self.modules.get(module), steps.checked_sub(1)) else {
            return Meaning::Unknown;
        };
        let mut named = linked.module.exports.iter().filter(|export| export.name == name);
        if let Some(export) = named.next() {
            return match &export.what {
                Exported::Binding(binding) => self.binding(module, *binding, steps),
                Exported::Expr(expr) => self.follow(At { module, expr: *expr }, steps),
                Exported::From { specifier, name } => match linked.target(specifier) {
                    Some(target) => self.exported(target, name, steps),
                    None => Meaning::External(specifier.clone(), name.clone()),
                },
            };
        }
        let all = linked.module.exports.iter().filter(|export| export.name == "*");
        for export in all {
            let Exported::From { specifier, .. } = &export.what else { continue };
            let Some(target) = linked.target(specifier) else { continue };
            let found = self.exported(target, name, steps);
            if found != Meaning::Unknown {
                return found;
            }
        }
        Meaning::Unknown
    }

    /// The call that an expression is, after names were followed.
    pub(super) fn call(&self, at: At) -> Option<(At, &'a Call)> {
        let Meaning::Expr(at) = self.meaning(at) else { return None };
        match self.kind(at)? {
            ExprKind::Call(call) => Some((at, call)),
            _ => None,
        }
    }

    /// What a call calls.
    pub(super) fn callee(&self, at: At, call: &Call) -> Meaning {
        self.meaning(At { expr: call.callee, ..at })
    }

    /// The value of a field of an object literal, spreads included.
    pub(super) fn field(&self, at: At, name: &str) -> Option<At> {
        self.fields(at).into_iter().rev().find(|(key, _)| key == name).map(|(_, value)| value)
    }

    /// Every field of an object literal, in order, with those that are spread into it.
    pub(super) fn fields(&self, at: At) -> Vec<(SmolStr, At)> {
        let mut found = Vec::new();
        self.collect_fields(at, STEPS_MAX, &mut found);
        found
    }

    fn collect_fields(&self, at: At, steps: u32, found: &mut Vec<(SmolStr, At)>) {
        let Some(steps) = steps.checked_sub(1) else { return };
        let Meaning::Expr(at) = self.value(at) else { return };
        let Some(ExprKind::Object(properties)) = self.kind(at) else { return };
        for property in properties {
            match property {
                Property::Field { key, value, .. } => {
                    found.push((key.clone(), At { expr: *value, ..at }));
                }
                Property::Spread(value) => {
                    self.collect_fields(At { expr: *value, ..at }, steps, found);
                }
                Property::Computed { .. } => {}
            }
        }
    }

    /// What an expression is, also when a function of the project returns it.
    pub(super) fn value(&self, at: At) -> Meaning {
        let mut found = self.meaning(at);
        for _ in 0..STEPS_MAX {
            let Meaning::Expr(at) = found else { return found };
            let Some(ExprKind::Call(call)) = self.kind(at) else { return found };
            let Meaning::Function(module, function) = self.callee(at, call) else {
                return found;
            };
            let Some(returned) = self.returned(module, function) else { return found };
            self.pass(at, call, (module, function));
            found = self.meaning(returned);
        }
        Meaning::Unknown
    }

    /// Lets the parameters of a function stand for the arguments of a call.
    pub(super) fn pass(&self, at: At, call: &Call, (module, id): (usize, FunctionId)) {
        let function = self.modules.get(module).and_then(|one| one.module.function(id));
        let mut arguments = self.arguments.borrow_mut();
        for (index, param) in function.into_iter().flat_map(|it| &it.params).enumerate() {
            let Pattern::Name(binding) = param.pattern else { continue };
            match argument(at, call, index) {
                // A parameter that stands for itself would lead round in a circle.
                Some(argument) if !matches!(self.kind(argument), Some(ExprKind::Name(_))) => {
                    arguments.insert((module, binding), argument);
                }
                _ => {
                    arguments.remove(&(module, binding));
                }
            }
        }
    }

    /// What a function returns, if that is one expression.
    pub(super) fn returned(&self, module: usize, function: FunctionId) -> Option<At> {
        let function = self.modules.get(module)?.module.function(function)?;
        let returned = function.body.iter().rev().find_map(|statement| match statement {
            Stmt::Return(value, _) => *value,
            _ => None,
        });
        returned.map(|expr| At { module, expr })
    }

    /// A string constant.
    pub(super) fn text(&self, at: At) -> Option<SmolStr> {
        let Meaning::Expr(at) = self.meaning(at) else { return None };
        match self.kind(at)? {
            ExprKind::String(text) => Some(text.clone()),
            ExprKind::Template(parts) => {
                let part = |part: &TemplatePart| match part {
                    TemplatePart::Text(text, _) => Some(text.clone()),
                    TemplatePart::Hole(hole) => self.text(At { expr: *hole, ..at }),
                };
                let parts: Option<Vec<SmolStr>> = parts.iter().map(part).collect();
                Some(SmolStr::new(parts?.concat()))
            }
            _ => None,
        }
    }

    /// A number constant, as it is printed.
    pub(super) fn number(&self, at: At) -> Option<String> {
        let Meaning::Expr(at) = self.meaning(at) else { return None };
        match self.kind(at)? {
            ExprKind::Number(number) if number.is_finite() => Some(number.to_string()),
            ExprKind::Unary { op, value } if op == "-" => {
                Some(format!("-{}", self.number(At { expr: *value, ..at })?))
            }
            _ => None,
        }
    }

    /// `true` or `false`.
    pub(super) fn truth(&self, at: At) -> Option<bool> {
        let Meaning::Expr(at) = self.meaning(at) else { return None };
        match self.kind(at)? {
            ExprKind::Bool(value) => Some(*value),
            _ => None,
        }
    }

    /// The elements of an array literal, those that are spread into it included.
    pub(super) fn items(&self, at: At) -> Option<Vec<At>> {
        let Meaning::Expr(at) = self.value(at) else { return None };
        let ExprKind::Array(items) = self.kind(at)? else { return None };
        let mut found = Vec::new();
        for item in items {
            let value = At { expr: item.value, ..at };
            if item.spread {
                let Meaning::Expr(inner) = self.meaning(value) else { return None };
                let ExprKind::Array(more) = self.kind(inner)? else { return None };
                found.extend(more.iter().map(|it| At { expr: it.value, ..inner }));
            } else {
                found.push(value);
            }
        }
        Some(found)
    }

    /// String constants: of an array, of an enum, or of `Object.values(…)` of one.
    pub(super) fn texts(&self, at: At) -> Option<Vec<SmolStr>> {
        if let Some(items) = self.items(at) {
            return items.into_iter().map(|item| self.text(item)).collect();
        }
        let Meaning::Expr(at) = self.meaning(at) else { return None };
        match self.kind(at)? {
            ExprKind::Object(_) => {
                self.fields(at).into_iter().map(|(_, value)| self.text(value)).collect()
            }
            ExprKind::Call(call) => {
                let of_object = matches!(self.kind(At { expr: call.callee, ..at })?,
                    ExprKind::Member { property, .. } if property == "values");
                let of = argument(at, call, 0).filter(|_| of_object)?;
                let Meaning::Expr(of) = self.meaning(of) else { return None };
                matches!(self.kind(of)?, ExprKind::Object(_)).then(|| self.texts(of))?
            }
            _ => None,
        }
    }

    /// A constant as JSON writes it.
    pub(super) fn json(&self, at: At, depth: u32) -> Option<String> {
        let depth = depth.checked_sub(1)?;
        let Meaning::Expr(at) = self.meaning(at) else { return None };
        Some(match self.kind(at)? {
            ExprKind::String(text) => format!("{:?}", text.as_str()),
            ExprKind::Number(_) | ExprKind::Unary { .. } => self.number(at)?,
            ExprKind::Bool(value) => value.to_string(),
            ExprKind::Null => "null".to_owned(),
            ExprKind::Array(_) => {
                let items = self.items(at)?.into_iter().map(|item| self.json(item, depth));
                format!("[{}]", items.collect::<Option<Vec<_>>>()?.join(","))
            }
            ExprKind::Object(_) => {
                let fields = self.fields(at).into_iter();
                let field = |(key, value): (SmolStr, At)| {
                    Some(format!("{:?}:{}", key.as_str(), self.json(value, depth)?))
                };
                format!("{{{}}}", fields.map(field).collect::<Option<Vec<_>>>()?.join(","))
            }
            _ => return None,
        })
    }
}

/// An argument of a call, if it is one value.
pub(super) fn argument(at: At, call: &Call, index: usize) -> Option<At> {
    let argument = call.args.get(index).filter(|argument| !argument.spread)?;
    Some(At { expr: argument.value, ..at })
}

impl Linked<'_> {
    /// The module that a specifier means.
    fn target(&self, specifier: &str) -> Option<usize> {
        self.imports.iter().find(|(own, _)| *own == specifier).map(|(_, module)| *module)
    }
}

/// The value that each constant of a module was declared with.
fn values(module: &Module) -> FxHashMap<BindingId, ExprId> {
    let mut found = FxHashMap::default();
    for function in &module.functions {
        for statement in &function.body {
            if let Stmt::Let { pattern: Pattern::Name(binding), value: Some(value), .. } = statement
            {
                found.insert(*binding, *value);
            }
        }
    }
    found
}
