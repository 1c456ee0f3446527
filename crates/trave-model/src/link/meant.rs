//! Which functions a mention means: through imports, constants, wrappers, and the types of fields
//! and parameters.

use rustc_hash::FxHashSet;
use smol_str::SmolStr;
use trave_ts::ir::{
    BindingId, BindingKind, ClassId, Exported, ExprId, ExprKind, Function, FunctionId, Imported,
    Module, Param, Pattern, Property, Stmt, TypeNote,
};

use super::mentions::{InUnit, Mentioned};
use crate::eval::{Context, FunctionKey, ModuleId};

/// How many names, values and types are followed for one mention.
const HOPS_MAX: u32 = 12;

/// How many base classes are asked for a method.
const BASES_MAX: u32 = 8;

/// Types that stand for what they are given.
const TRANSPARENT: [&str; 9] = [
    "Promise",
    "Awaited",
    "Readonly",
    "Required",
    "Partial",
    "NonNullable",
    "Omit",
    "Pick",
    "Extract",
];

/// A class as it is declared.
type ClassKey = (ModuleId, ClassId);

/// The functions that one function leads to.
pub(super) struct Meant<'p> {
    cx: &'p Context<'p>,
    pub(super) functions: Vec<FunctionKey>,
    /// What the function that mentions them says of members.
    mentioned: &'p InUnit,
    /// Classes that were followed: one may hold an object of its own.
    used: FxHashSet<ClassKey>,
}

impl<'p> Meant<'p> {
    pub(super) fn new(cx: &'p Context<'p>, mentioned: &'p InUnit) -> Self {
        Self { cx, functions: Vec::new(), mentioned, used: FxHashSet::default() }
    }

    /// What a mention means.
    pub(super) fn mention(&mut self, module: ModuleId, what: &Mentioned) {
        match what {
            Mentioned::Name(name, member) => {
                self.binding(module, (*name, member.as_deref()), HOPS_MAX);
            }
            Mentioned::Function(function) => self.functions.push((module, *function)),
            Mentioned::Module(specifier) => {
                let Some(lowered) = self.cx.module(module) else { return };
                let Some(loaded) = self.cx.imported(lowered.file, specifier) else { return };
                let mentioned = self.mentioned;
                // `const { run } = await import('./job')`.
                let local = lowered.bindings.iter().filter(|it| it.function != FunctionId(0));
                for name in mentioned.names.iter().chain(local.map(|binding| &binding.name)) {
                    self.export(loaded, (name, None), HOPS_MAX);
                }
            }
        }
    }

    /// Methods of the class whose method it is, and of what the types of its fields and parameters
    /// say.
    pub(super) fn around(&mut self, (id, function): FunctionKey) {
        let Some(module) = self.cx.module(id) else { return };
        let Some(lowered) = module.function(function) else { return };
        self.params(id, lowered, |_| true);
        let Some(class) = lowered.class else { return };
        for owner in ["this", "super"] {
            self.methods_of((id, class), owner, BASES_MAX);
        }
        self.fields((id, class), BASES_MAX);
    }

    fn fields(&mut self, (id, class): ClassKey, bases: u32) {
        let Some(bases) = bases.checked_sub(1) else { return };
        let Some(module) = self.cx.module(id) else { return };
        let Some(declared) = module.class(class) else { return };
        for field in &declared.fields {
            if let Some(note) = field.note.as_deref() {
                self.typed(id, (&field.name, note), HOPS_MAX);
            }
            if let Some(value) = field.value {
                self.made(id, (&field.name, value));
            }
        }
        let constructor = declared.methods.iter().find(|method| method.name == "constructor");
        if let Some(function) = constructor.and_then(|it| module.function(it.function)) {
            self.params(id, function, |param| param.field);
        }
        if let Some(base) = self.base((id, class)) {
            self.fields(base, bases);
        }
    }

    /// What the types of those parameters say that count.
    fn params(&mut self, id: ModuleId, function: &Function, counts: fn(&Param) -> bool) {
        let Some(module) = self.cx.module(id) else { return };
        for param in function.params.iter().filter(|param| counts(param)) {
            let Some(note) = param.note.as_deref() else { continue };
            match &param.pattern {
                Pattern::Name(name) => {
                    let name = module.binding(*name).map(|it| it.name.clone());
                    self.typed(id, (&name.unwrap_or_default(), note), HOPS_MAX);
                }
                Pattern::Object { .. } => self.typed(id, ("", note), HOPS_MAX),
                _ => {}
            }
        }
    }

    /// A field that is made with `new`.
    fn made(&mut self, id: ModuleId, (name, value): (&str, ExprId)) {
        let Some(ExprKind::New(call)) =
            self.cx.module(id).and_then(|it| it.expr(value)).map(|it| &it.kind)
        else {
            return;
        };
        if let Some(class) = self.class_of(id, call.callee) {
            self.methods_of(class, name, BASES_MAX);
        }
    }

    /// The methods that are called on something of a type, by the name of that something.
    fn typed(&mut self, id: ModuleId, (name, note): (&str, &TypeNote), hops: u32) {
        let Some(hops) = hops.checked_sub(1) else { return };
        match note {
            TypeNote::Named { binding, name: of, args } => {
                if TRANSPARENT.contains(&of.as_str()) {
                    if let Some(first) = args.first() {
                        self.typed(id, (name, first), hops);
                    }
                } else if let Some(binding) = binding {
                    self.named(id, (name, *binding, of), hops);
                } else {
                    self.declared(id, (name, of), hops);
                }
            }
            TypeNote::Object(fields) => {
                for (field, note) in fields {
                    self.typed(id, (field, note), hops);
                }
            }
            TypeNote::AnyOf(notes) => {
                for note in notes {
                    self.typed(id, (name, note), hops);
                }
            }
            _ => {}
        }
    }

    fn named(&mut self, id: ModuleId, (name, binding, of): (&str, BindingId, &str), hops: u32) {
        let Some(module) = self.cx.module(id) else { return };
        match module.binding(binding).map(|it| it.kind) {
            Some(BindingKind::Class(class)) => self.methods_of((id, class), name, BASES_MAX),
            Some(BindingKind::Import(index)) => {
                let Some(import) = module.imports.get(index as usize) else { return };
                let wanted = import.what.name();
                match self.cx.imported(module.file, &import.specifier) {
                    Some(next) => self.exported_type(next, (name, wanted), hops),
                    None => self.unread(&import.specifier, (name, wanted)),
                }
            }
            _ => self.declared(id, (name, of), hops),
        }
    }

    /// A type that a module declares, or the class that implements it.
    fn declared(&mut self, id: ModuleId, (name, of): (&str, &str), hops: u32) {
        let module = self.cx.module(id);
        let Some(declared) = module.and_then(|it| it.types.iter().find(|it| it.name == of)) else {
            return;
        };
        match self.cx.implementer(id, of) {
            Some(class) => self.methods_by_binding(class, name),
            None => self.typed(id, (name, &declared.note), hops),
        }
    }

    fn unread(&mut self, specifier: &str, (name, of): (&str, &str)) {
        if let Some(class) = self.cx.implementer_of_unread(specifier, of) {
            self.methods_by_binding(class, name);
        }
    }

    fn exported_type(&mut self, id: ModuleId, (name, of): (&str, &str), hops: u32) {
        let Some(hops) = hops.checked_sub(1) else { return };
        let Some(module) = self.cx.module(id) else { return };
        if module.types.iter().any(|it| it.name == of) {
            return self.declared(id, (name, of), hops);
        }
        let export = self.cx.export(id, of);
        let stars = self.cx.star_exports(id).into_iter().filter(|_| export.is_none());
        let found: Vec<_> = export.into_iter().chain(stars).collect();
        for export in found {
            match &export.what {
                Exported::Binding(binding) => self.named(id, (name, *binding, of), hops),
                Exported::From { specifier, name: original } => {
                    let wanted = if original == "*" { of } else { original };
                    match self.cx.imported(module.file, specifier) {
                        Some(next) => self.exported_type(next, (name, wanted), hops),
                        None => self.unread(specifier, (name, wanted)),
                    }
                }
                Exported::Expr(_) => {}
            }
        }
    }

    fn methods_by_binding(&mut self, (id, binding): (ModuleId, BindingId), name: &str) {
        let kind = self.cx.module(id).and_then(|it| it.binding(binding)).map(|it| it.kind);
        if let Some(BindingKind::Class(class)) = kind {
            self.methods_of((id, class), name, BASES_MAX);
        }
    }

    /// The methods of a class that are called on what has this name.
    fn methods_of(&mut self, class: ClassKey, name: &str, bases: u32) {
        let taken = self.mentioned.members.iter().filter(|(owner, _)| owner == name);
        let taken: FxHashSet<&str> = taken.map(|(_, member)| member.as_str()).collect();
        if !taken.is_empty() {
            self.methods(class, &|method| taken.contains(method), bases);
        }
    }

    fn methods(&mut self, (id, class): ClassKey, is_taken: &dyn Fn(&str) -> bool, bases: u32) {
        let Some(bases) = bases.checked_sub(1) else { return };
        let Some(declared) = self.cx.module(id).and_then(|module| module.class(class)) else {
            return;
        };
        let methods = declared.methods.iter().filter(|method| is_taken(&method.name));
        self.functions.extend(methods.map(|method| (id, method.function)));
        for field in declared.fields.iter().filter(|field| is_taken(&field.name)) {
            if let Some(value) = field.value {
                self.value(id, (value, None), HOPS_MAX);
            }
        }
        if let Some(base) = self.base((id, class)) {
            self.methods(base, is_taken, bases);
        }
    }

    /// The project's class that a class extends.
    fn base(&self, (id, class): ClassKey) -> Option<ClassKey> {
        let extends = self.cx.module(id)?.class(class)?.extends?;
        self.class_of(id, extends)
    }

    /// The class that an expression names.
    fn class_of(&self, id: ModuleId, expr: ExprId) -> Option<ClassKey> {
        match self.cx.module(id)?.expr(expr)?.kind {
            ExprKind::Name(name) => self.class_named(id, name, HOPS_MAX),
            ExprKind::Class(class) => Some((id, class)),
            _ => None,
        }
    }

    fn class_named(&self, id: ModuleId, name: BindingId, hops: u32) -> Option<ClassKey> {
        let hops = hops.checked_sub(1)?;
        let module = self.cx.module(id)?;
        match module.binding(name)?.kind {
            BindingKind::Class(class) => Some((id, class)),
            BindingKind::Import(index) => {
                let import = module.imports.get(index as usize)?;
                let next = self.cx.imported(module.file, &import.specifier)?;
                self.class_exported(next, import.what.name(), hops)
            }
            _ => None,
        }
    }

    fn class_exported(&self, id: ModuleId, name: &str, hops: u32) -> Option<ClassKey> {
        let hops = hops.checked_sub(1)?;
        let file = self.cx.module(id)?.file;
        let next = |specifier: &SmolStr, name: &str| {
            self.class_exported(self.cx.imported(file, specifier)?, name, hops)
        };
        match self.cx.export(id, name).map(|export| &export.what) {
            Some(Exported::Binding(binding)) => self.class_named(id, *binding, hops),
            Some(Exported::Expr(expr)) => match self.cx.module(id)?.expr(*expr)?.kind {
                ExprKind::Class(class) => Some((id, class)),
                _ => None,
            },
            Some(Exported::From { specifier, name }) => next(specifier, name),
            None => self.cx.star_exports(id).into_iter().find_map(|export| match &export.what {
                Exported::From { specifier, .. } => next(specifier, name),
                _ => None,
            }),
        }
    }

    fn binding(&mut self, id: ModuleId, (name, member): (BindingId, Option<&str>), hops: u32) {
        let Some(hops) = hops.checked_sub(1) else { return };
        let Some(module) = self.cx.module(id) else { return };
        let Some(binding) = module.binding(name) else { return };
        match binding.kind {
            BindingKind::Function(function) => {
                self.functions.push((id, function));
            }
            BindingKind::Class(class) => self.used((id, class)),
            BindingKind::Import(index) => {
                let Some(import) = module.imports.get(index as usize) else { return };
                let Some(next) = self.cx.imported(module.file, &import.specifier) else { return };
                match (&import.what, member) {
                    (Imported::Nothing, _) | (Imported::Namespace, None) => {}
                    (Imported::Namespace, Some(member)) => self.export(next, (member, None), hops),
                    (what, member) => self.export(next, (what.name(), member), hops),
                }
            }
            BindingKind::Const | BindingKind::Let if binding.function == FunctionId(0) => {
                let declared = self.cx.declaration(id, name);
                if let Some(Stmt::Let { pattern, value: Some(value), .. }) = declared {
                    let member = member.filter(|_| matches!(pattern, Pattern::Name(_)));
                    self.value(id, (*value, member), hops);
                }
            }
            _ => {}
        }
    }

    /// A class that is mentioned: it may be made, and its methods called by their names.
    fn used(&mut self, class: ClassKey) {
        if !self.used.insert(class) {
            return;
        }
        let names = &self.mentioned.names;
        self.methods(class, &|method| method == "constructor" || names.contains(method), BASES_MAX);
    }

    fn export(&mut self, id: ModuleId, (name, member): (&str, Option<&str>), hops: u32) {
        let Some(hops) = hops.checked_sub(1) else { return };
        let Some(module) = self.cx.module(id) else { return };
        let export = self.cx.export(id, name);
        let stars = self.cx.star_exports(id).into_iter().filter(|_| export.is_none());
        let found: Vec<_> = export.into_iter().chain(stars).collect();
        for export in found {
            match &export.what {
                Exported::Binding(binding) => self.binding(id, (*binding, member), hops),
                Exported::Expr(expr) => self.value(id, (*expr, member), hops),
                Exported::From { specifier, name: original } => {
                    let Some(next) = self.cx.imported(module.file, specifier) else { continue };
                    let wanted = if original == "*" { name } else { original };
                    self.export(next, (wanted, member), hops);
                }
            }
        }
    }

    /// The functions in a value, or in a member of it.
    fn value(&mut self, id: ModuleId, (value, member): (ExprId, Option<&str>), hops: u32) {
        let Some(hops) = hops.checked_sub(1) else { return };
        let Some(module) = self.cx.module(id) else { return };
        let Some(expr) = module.expr(value) else { return };
        match &expr.kind {
            ExprKind::Function(function) => self.functions.push((id, *function)),
            ExprKind::Name(name) => self.binding(id, (*name, member), hops),
            ExprKind::Class(class) => self.used((id, *class)),
            ExprKind::Typed { value, .. } | ExprKind::Await(value) => {
                self.value(id, (*value, member), hops);
            }
            ExprKind::Object(properties) => self.object(id, (properties, member), hops),
            ExprKind::New(call) => {
                if let Some(class) = self.class_of(id, call.callee) {
                    self.used(class);
                }
                for argument in &call.args {
                    self.value(id, (argument.value, None), hops);
                }
            }
            ExprKind::String(_) | ExprKind::Number(_) | ExprKind::Member { .. } => {}
            _ => self.parts(module, (id, value), hops),
        }
    }

    fn object(&mut self, id: ModuleId, (of, member): (&[Property], Option<&str>), hops: u32) {
        for property in of {
            match property {
                Property::Field { key, value, .. } => {
                    if member.is_none_or(|member| member == key) {
                        self.value(id, (*value, None), hops);
                    }
                }
                Property::Spread(value) => self.value(id, (*value, member), hops),
                Property::Computed { .. } => {}
            }
        }
    }

    fn parts(&mut self, module: &'p Module, (id, value): (ModuleId, ExprId), hops: u32) {
        let mut parts = Vec::new();
        module.for_each_child(value, &mut |part| parts.push(part));
        for part in parts {
            self.value(id, (part, None), hops);
        }
    }
}
