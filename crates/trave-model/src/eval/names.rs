//! What a name stands for: locals, what modules declare, imports and re-exports, globals.
//!
//! The top level of a module never runs as a whole. What it declares is computed when somebody
//! asks, once per evaluation.

use smol_str::SmolStr;
use trave_backend::value::{ClosureId, LibraryValue, Shape, Taint, Value};
use trave_ts::ir::{
    Binding, BindingId, BindingKind, Exported, ExprId, FunctionId, Import, Imported, Stmt, TypeNote,
};

use super::builtins;
use super::frame::{Closure, FrameId, Instance};
use super::{Evaluator, ModuleId};

/// How many re-exports are followed.
const REEXPORTS_MAX: u32 = 16;

impl Evaluator<'_> {
    pub(super) fn read(&mut self, id: BindingId) -> Value {
        let Some(binding) = self.here.module.binding(id) else { return Value::unknown() };
        let frame = match binding.function {
            FunctionId(0) => Some(self.module_frame(self.here.id)),
            function => self.frame_of(function),
        };
        let Some(frame) = frame else { return self.typed_or(binding, Value::unknown()) };
        if let Some(value) = self.slot(frame, id) {
            return value.clone();
        }
        let value = self.declared(binding, id, frame);
        if !matches!(binding.kind, BindingKind::Let | BindingKind::Const) {
            self.fill_slot(frame, id, value.clone());
        }
        value
    }

    /// A name that nothing has assigned yet.
    fn declared(&mut self, binding: &Binding, id: BindingId, frame: FrameId) -> Value {
        match binding.kind {
            BindingKind::Function(function) if binding.function == FunctionId(0) => {
                self.closure_of_module(function, frame)
            }
            BindingKind::Function(function) => self.closure_in(function, frame),
            BindingKind::Class(class) => self.new_instance(Instance {
                module: self.here.id,
                class,
                frame,
                is_class: true,
                is_lasting: true,
                fields: Vec::new(),
            }),
            BindingKind::Import(index) => {
                // A file may import a name from itself, or two from each other.
                self.fill_slot(frame, id, Value::unknown());
                self.read_import(index)
            }
            BindingKind::Enum(members) => {
                self.at_top(self.here.id, |it| it.eval(members)).unwrap_or_else(Value::unknown)
            }
            BindingKind::Const | BindingKind::Let if binding.function == FunctionId(0) => {
                self.read_top(id, frame)
            }
            _ => self.typed_or(binding, Value::unknown()),
        }
    }

    /// A name of the module's top level: runs its declaration, and no other.
    fn read_top(&mut self, id: BindingId, frame: FrameId) -> Value {
        let Some(Stmt::Let { pattern, value, .. }) = self.cx.declaration(self.here.id, id) else {
            return Value::unknown();
        };
        // A name that needs itself is unknown, not endless.
        for name in pattern.bindings() {
            self.fill_slot(frame, name, Value::unknown());
        }
        // What it holds does not depend on how deep the call was that asked first.
        let running = std::mem::take(&mut self.running);
        self.at_top(self.here.id, |it| {
            let value = value.map_or_else(Value::undefined, |value| it.eval(value));
            // It stays declared, whatever becomes of the branch that asked first.
            let older = std::mem::take(&mut it.older);
            it.bind(pattern, value);
            it.older = older;
        });
        self.running = running;
        self.slot(frame, id).cloned().unwrap_or_else(Value::unknown)
    }

    fn read_import(&mut self, index: u32) -> Value {
        let Some(import) = self.here.module.imports.get(index as usize) else {
            return Value::unknown();
        };
        self.import(import)
    }

    fn import(&mut self, import: &Import) -> Value {
        if import.what == Imported::Nothing {
            return Value::undefined();
        }
        self.import_name(&import.specifier, import.what.name())
    }

    /// What a module that this one names exports; `*` is the namespace.
    pub(super) fn import_name(&mut self, specifier: &SmolStr, name: &str) -> Value {
        let file = self.here.module.file;
        match self.cx.imported(file, specifier) {
            Some(module) if name == "*" => builtins::namespace(module),
            Some(module) => {
                self.exported(module, name, REEXPORTS_MAX).unwrap_or_else(Value::unknown)
            }
            // A generated client may be kept with the code, and not be read.
            None if self.cx.is_own(file, specifier) => {
                self.known_export(specifier, name).unwrap_or_else(Value::unknown)
            }
            None => self.library_export(specifier, name),
        }
    }

    /// What an export is by what libraries know of it.
    fn known_export(&self, package: &str, name: &str) -> Option<Value> {
        self.cx.libraries().iter().find_map(|library| library.import(package, name))
    }

    /// What an external package exports.
    pub(super) fn library_export(&self, package: &str, name: &str) -> Value {
        self.known_export(package, name).unwrap_or_else(|| match name {
            "*" => builtins::package(package),
            _ => Value::unknown().tainted(Taint::FOREIGN),
        })
    }

    /// What a module exports under a name; none when it does not.
    pub(super) fn exported(&mut self, module: ModuleId, name: &str, hops: u32) -> Option<Value> {
        let hops = hops.checked_sub(1)?;
        let Some(export) = self.cx.export(module, name) else {
            return self.star_exported(module, name, hops);
        };
        match &export.what {
            Exported::Binding(binding) => self.at_top(module, |it| it.read(*binding)),
            Exported::Expr(expr) => self.default_export(module, *expr),
            Exported::From { specifier, name } => {
                let file = self.cx.module(module)?.file;
                match self.cx.imported(file, specifier) {
                    Some(next) if name == "*" => Some(builtins::namespace(next)),
                    Some(next) => self.exported(next, name, hops),
                    None if self.cx.is_own(file, specifier) => self.known_export(specifier, name),
                    None => Some(self.library_export(specifier, name)),
                }
            }
        }
    }

    /// What a module exports without a name. One that makes an app makes it once.
    pub(super) fn default_export(&mut self, module: ModuleId, expr: ExprId) -> Option<Value> {
        if let Some(value) = self.default_exports.get(&(module, expr)) {
            return Some(value.clone());
        }
        let made = self.objects_made;
        let value = self.at_top(module, |it| it.eval(expr))?;
        if self.objects_made != made {
            self.default_exports.insert((module, expr), value.clone());
        }
        Some(value)
    }

    fn star_exported(&mut self, module: ModuleId, name: &str, hops: u32) -> Option<Value> {
        let file = self.cx.module(module)?.file;
        for export in self.cx.star_exports(module) {
            let Exported::From { specifier, .. } = &export.what else { continue };
            let value = match self.cx.imported(file, specifier) {
                Some(next) => self.exported(next, name, hops),
                None => self.known_export(specifier, name),
            };
            if value.is_some() {
                return value;
            }
        }
        None
    }

    pub(super) fn global(&mut self, name: &SmolStr) -> Value {
        if let Some(module) = self.cx.auto_import(self.here.id, name) {
            return self.exported(module, name, REEXPORTS_MAX).unwrap_or_else(Value::unknown);
        }
        if let Some(value) = self.globals.get(name) {
            return value.clone();
        }
        let known = self.cx.libraries().iter().find_map(|library| library.global(name));
        let value = known.or_else(|| builtins::global(name)).unwrap_or_else(Value::unknown);
        self.globals.insert(name.clone(), value.clone());
        value
    }

    /// A function of this module, as seen from a frame.
    pub(super) fn closure_in(&mut self, function: FunctionId, frame: FrameId) -> Value {
        let this = self.here.this.clone();
        self.new_closure(Closure { module: self.here.id, function, frame, this })
    }

    /// A function that a module declares: no method runs around it, whoever reads it first.
    fn closure_of_module(&mut self, function: FunctionId, frame: FrameId) -> Value {
        self.new_closure(Closure { module: self.here.id, function, frame, this: None })
    }

    pub(super) fn new_closure(&mut self, closure: Closure) -> Value {
        let id = ClosureId(u32::try_from(self.closures.len()).unwrap_or(u32::MAX));
        self.closures.push(closure);
        Value::of(Shape::Function(id))
    }

    pub(super) fn new_instance(&mut self, instance: Instance) -> Value {
        let id = ClosureId(u32::try_from(self.instances.len()).unwrap_or(u32::MAX));
        self.instances.push(instance);
        Value::of(Shape::Instance(id))
    }

    /// The value, or what its annotated type says when the value says nothing.
    fn typed_or(&mut self, binding: &Binding, value: Value) -> Value {
        self.with_note(value, binding.note.as_deref())
    }

    /// The value, or what a type says when the value says nothing.
    pub(super) fn with_note(&mut self, value: Value, note: Option<&TypeNote>) -> Value {
        let tells = match &value.shape {
            Shape::Unknown => false,
            Shape::Input(input) => input.kind != trave_backend::value::InputKind::Parameter,
            _ => true,
        };
        match note {
            Some(note) if !tells => {
                let typed = self.typed(note);
                typed.map_or(value.clone(), |typed| typed.and_dependencies(&value))
            }
            _ => value,
        }
    }

    /// What is known of a library by its name.
    pub(super) fn library_of(
        &self,
        value: &LibraryValue,
    ) -> Option<&'static dyn trave_backend::library::Library> {
        self.cx.library(value.library)
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{describe, model};

    #[test]
    fn names_that_files_import_from_each_other_are_unknown() {
        for other in ["import { db } from './route'", "import { db } from './other'"] {
            let other = format!("{other}\nexport {{ db }}");
            let route = "import { db } from './other'
                export { db }
                export async function GET() { return Response.json(db.from('notes')) }";
            let found = model(&[("app/notes/route.ts", route), ("app/notes/other.ts", &other)]);
            assert_eq!(describe(&found).trim(), "GET /notes");
        }
    }
}
