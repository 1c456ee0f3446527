//! Which class stands behind an interface: the only one of the program that implements it.

use rustc_hash::FxHashMap;
use smol_str::SmolStr;
use trave_ts::ir::{BindingId, BindingKind, Class, ClassId, Exported, Imported, TypeNote};

use super::context::{Context, ModuleId};

/// How many names are followed from a class to the interface that it names.
const NAMES_MAX: u32 = 6;

/// Names of classes that stand in for others.
const STAND_INS: [&str; 8] = ["Fake", "Mock", "Stub", "Dummy", "Noop", "NoOp", "InMemory", "Test"];

/// An interface: the module that declares it, and its name there.
type Interface = (ModuleId, SmolStr);

/// The classes that implement each interface; none where several do.
#[derive(Debug, Default)]
pub(super) struct Implementers(FxHashMap<Interface, Option<(ModuleId, BindingId)>>);

impl Implementers {
    pub(super) fn of(cx: &Context<'_>) -> Self {
        let mut found = Self::default();
        for module in &cx.program.modules {
            let id = ModuleId::of(module.file);
            let path = cx.program.sources.path(module.file);
            let classes = (0..).map(ClassId).zip(&module.classes);
            let is_one = |class: &Class| {
                !class.implements.is_empty() && acts(class) && !stands_in(class, path)
            };
            for (class, declared) in classes.filter(|(_, declared)| is_one(declared)) {
                found.add(cx, (id, class), declared);
            }
        }
        found
    }

    fn add(&mut self, cx: &Context<'_>, (id, class): (ModuleId, ClassId), declared: &Class) {
        let Some(module) = cx.module(id) else { return };
        let mut bindings = (0..).map(BindingId).zip(&module.bindings);
        let binding = bindings.find(|(_, it)| it.kind == BindingKind::Class(class));
        let Some((binding, _)) = binding else { return };
        for interface in declared.implements.iter().filter_map(|note| named(cx, id, note)) {
            let known = self.0.entry(interface).or_insert(Some((id, binding)));
            if known.is_some_and(|other| other != (id, binding)) {
                *known = None;
            }
        }
    }

    /// The only class that implements an interface.
    pub(super) fn only(&self, module: ModuleId, name: &str) -> Option<(ModuleId, BindingId)> {
        self.0.get(&(module, SmolStr::new(name))).copied().flatten()
    }
}

/// Whether a class does something, rather than only hold values.
fn acts(class: &Class) -> bool {
    class.methods.iter().any(|method| method.name != "constructor" && !method.is_getter)
}

/// Whether a class is made for tests, or for where nothing real is there.
fn stands_in(class: &Class, path: &str) -> bool {
    let name = class.name.as_deref().unwrap_or_default();
    let path = path.to_ascii_lowercase();
    STAND_INS.iter().any(|it| name.starts_with(it) || name.ends_with(it))
        || ["test", "mock", "fake", "stub", "fixture"].iter().any(|part| path.contains(part))
}

/// The interface that a class names.
fn named(cx: &Context<'_>, module: ModuleId, note: &TypeNote) -> Option<Interface> {
    let TypeNote::Named { binding, name, .. } = note else { return None };
    let lowered = cx.module(module)?;
    if lowered.types.iter().any(|it| it.name == *name) {
        return Some((module, name.clone()));
    }
    let BindingKind::Import(index) = lowered.binding((*binding)?)?.kind else { return None };
    let import = lowered.imports.get(index as usize)?;
    let wanted = match &import.what {
        Imported::Named(original) => original.as_str(),
        Imported::Default => "default",
        _ => name.rsplit('.').next().unwrap_or(name),
    };
    exported(cx, cx.imported(lowered.file, &import.specifier)?, (wanted, NAMES_MAX))
}

fn exported(cx: &Context<'_>, module: ModuleId, (name, names): (&str, u32)) -> Option<Interface> {
    let names = names.checked_sub(1)?;
    let lowered = cx.module(module)?;
    if lowered.types.iter().any(|it| it.name == name) {
        return Some((module, SmolStr::new(name)));
    }
    if let Some(export) = cx.export(module, name) {
        let Exported::From { specifier, name } = &export.what else { return None };
        let next = cx.imported(lowered.file, specifier)?;
        return exported(cx, next, (name, names));
    }
    cx.star_exports(module).into_iter().find_map(|export| {
        let Exported::From { specifier, .. } = &export.what else { return None };
        exported(cx, cx.imported(lowered.file, specifier)?, (name, names))
    })
}
