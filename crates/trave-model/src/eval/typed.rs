//! What a type annotation says about a value: which client a parameter is, which class a field.

use std::sync::Arc;

use smol_str::SmolStr;
use trave_backend::value::{Object, Shape, Value};
use trave_ts::ir::{BindingId, BindingKind, Exported, Imported, TypeDeclaration, TypeNote};

use super::provide::Token;
use super::{Evaluator, ModuleId, builtins};

/// How many type names are followed.
const NAMES_MAX: u32 = 6;

impl Evaluator<'_> {
    /// The value that a type stands for; none when it says nothing.
    pub(super) fn typed(&mut self, note: &TypeNote) -> Option<Value> {
        let place = std::ptr::from_ref(note).addr();
        if self.untold.contains(&place) {
            return None;
        }
        if self.depth > super::DEPTH_MAX / 2 {
            self.left_untold += 1;
            return None;
        }
        let left = self.left_untold;
        self.depth += 16;
        let value = self.typed_in(self.here.id, note, NAMES_MAX);
        self.depth -= 16;
        if value.is_none() && self.left_untold == left {
            self.untold.insert(place);
        }
        value
    }

    fn typed_in(&mut self, module: ModuleId, note: &TypeNote, names: u32) -> Option<Value> {
        match note {
            TypeNote::Named { binding, name, args } => match name.as_str() {
                "Promise" | "Awaited" | "Readonly" | "Required" | "Partial" | "NonNullable"
                | "Omit" | "Pick" | "Extract" | "Exclude" => {
                    self.typed_in(module, args.first()?, names)
                }
                "Array" | "ReadonlyArray" | "Set" => {
                    let element = self.typed_in(module, args.first()?, names)?;
                    Some(Value::list(element))
                }
                _ => {
                    let args = self.names_of(module, args);
                    self.typed_name(module, (*binding, name, &args), names)
                }
            },
            TypeNote::TypeOf(binding) => {
                // What it is now may still be under way.
                self.left_untold += 1;
                self.at_top(module, |it| it.read(*binding)).and_then(known)
            }
            TypeNote::ReturnTypeOf(binding) => {
                self.left_untold += 1;
                self.returned_by(module, *binding)
            }
            TypeNote::Object(fields) => {
                let mut object = Object::default();
                for (name, field) in fields {
                    if let Some(value) = self.typed_in(module, field, names) {
                        object.fields.insert(name.clone(), value);
                    }
                }
                if object.fields.is_empty() {
                    return None;
                }
                object.rest = Some(Arc::new(Value::of(Shape::Unknown)));
                Some(Value::record(object))
            }
            TypeNote::Array(element) => Some(Value::list(self.typed_in(module, element, names)?)),
            TypeNote::AnyOf(notes) => {
                notes.iter().find_map(|note| self.typed_in(module, note, names))
            }
            TypeNote::Literal(_) | TypeNote::Other => None,
        }
    }

    fn typed_name(
        &mut self,
        module: ModuleId,
        (binding, name, args): (Option<BindingId>, &str, &[SmolStr]),
        names: u32,
    ) -> Option<Value> {
        let names = names.checked_sub(1)?;
        let lowered = self.cx.module(module)?;
        if let Some(declared) = lowered.types.iter().find(|it| it.name == name) {
            return self.implemented(module, declared, names);
        }
        let Some(binding) = binding else { return self.library_type("", name, args) };
        match lowered.binding(binding)?.kind {
            BindingKind::Class(_) => self.instance_of(module, binding),
            BindingKind::Import(index) => {
                let import = lowered.imports.get(index as usize)?;
                // `Db.Transaction` of an imported `Db`.
                let inside = name.find('.').and_then(|dot| name.get(dot..)).unwrap_or_default();
                let wanted = match &import.what {
                    Imported::Named(original) => format!("{original}{inside}"),
                    Imported::Default => format!("default{inside}"),
                    _ => name.rsplit('.').next().unwrap_or(name).to_owned(),
                };
                match self.cx.imported(lowered.file, &import.specifier) {
                    Some(next) => self.exported_type(next, (&wanted, args), names),
                    None => self.type_elsewhere(&import.specifier, &wanted, args),
                }
            }
            _ => None,
        }
    }

    /// What stands for a type that a module declares: the only class that implements it, or what
    /// its members are.
    fn implemented(
        &mut self,
        module: ModuleId,
        declared: &TypeDeclaration,
        names: u32,
    ) -> Option<Value> {
        let class = self.cx.implementer(module, &declared.name);
        let made = class.and_then(|(module, binding)| self.instance_of(module, binding));
        made.or_else(|| self.typed_in(module, &declared.note, names))
    }

    /// A type that a module exports: an alias, a class, or a re-export of one.
    fn exported_type(
        &mut self,
        module: ModuleId,
        (name, args): (&str, &[SmolStr]),
        names: u32,
    ) -> Option<Value> {
        let names = names.checked_sub(1)?;
        let lowered = self.cx.module(module)?;
        if let Some(declared) = lowered.types.iter().find(|it| it.name == name) {
            return self.implemented(module, declared, names);
        }
        let (first, inside) = name.split_at(name.find('.').unwrap_or(name.len()));
        if let Some(export) = self.cx.export(module, first) {
            return match &export.what {
                Exported::Binding(binding) => {
                    self.typed_name(module, (Some(*binding), name, args), names)
                }
                Exported::Expr(_) => None,
                Exported::From { specifier, name } => {
                    let name = format!("{name}{inside}");
                    match self.cx.imported(lowered.file, specifier) {
                        Some(next) => self.exported_type(next, (&name, args), names),
                        None => self.type_elsewhere(specifier, &name, args),
                    }
                }
            };
        }
        let stars = self.cx.star_exports(module);
        stars.into_iter().find_map(|export| {
            let Exported::From { specifier, .. } = &export.what else { return None };
            match self.cx.imported(lowered.file, specifier) {
                Some(next) => self.exported_type(next, (name, args), names),
                None => self.library_type(specifier, name, args),
            }
        })
    }

    /// A type of a library, or an interface of a file that was not read.
    fn type_elsewhere(&mut self, from: &str, name: &str, args: &[SmolStr]) -> Option<Value> {
        let known = self.library_type(from, name, args);
        let class = || self.cx.implementer_of_unread(from, name);
        match known {
            Some(known) => Some(known),
            None => class().and_then(|(module, binding)| self.instance_of(module, binding)),
        }
    }

    fn library_type(&self, package: &str, name: &str, args: &[SmolStr]) -> Option<Value> {
        self.cx.libraries().iter().find_map(|library| library.typed_with(package, name, args))
    }

    /// The names of the types that something is given, as the modules that declare them say.
    pub(super) fn names_of(&self, module: ModuleId, notes: &[TypeNote]) -> Vec<SmolStr> {
        let lowered = self.cx.module(module);
        let name = |note: &TypeNote| match note {
            TypeNote::Named { binding, name, .. } => {
                let kind = binding.and_then(|it| lowered?.binding(it)).map(|it| it.kind);
                let imported = match kind {
                    Some(BindingKind::Import(index)) => lowered?.imports.get(index as usize),
                    _ => None,
                };
                match imported.map(|import| &import.what) {
                    Some(Imported::Named(original)) => Some(original.clone()),
                    _ => Some(name.clone()),
                }
            }
            _ => None,
        };
        notes.iter().map(|note| name(note).unwrap_or_default()).collect()
    }

    /// An object of a class of the project, made with whatever. Classes whose fields are of each
    /// other's types, as the entities of an ORM, share one object each.
    fn instance_of(&mut self, module: ModuleId, binding: BindingId) -> Option<Value> {
        let class = self.at_top(module, |it| it.read(binding))?;
        let Shape::Instance(id) = class.shape else { return None };
        let class = self.class_ref(id)?;
        if self.running.len() >= super::CALLS_MAX / 2 {
            self.left_untold += 1;
            return None;
        }
        if let Some((_, made)) = self.typed.iter().find(|(known, _)| *known == class) {
            self.left_untold += u32::from(made.is_none());
            return made.clone();
        }
        if let Some(known) = self.pristine.get(&class).cloned() {
            return Some(self.copy_of(known));
        }
        let place = self.typed.len();
        self.typed.push((class, None));
        self.typing += 1;
        let events = self.trace.events.len();
        let provided = self.provided(&Token::Class(class.module, class.class));
        let value = match provided {
            Some(provided) => Some(provided),
            None => self.at_top(module, |it| it.construct_unknown(class)),
        };
        self.trace.events.truncate(events);
        self.typing -= 1;
        // Whoever registers routes hands the same services to each controller.
        if self.typing == 0 && self.registry.is_none() {
            self.typed.clear();
            if let Some(made) = &value
                && !self.trace.opaque
            {
                self.pristine.insert(class, self.pristine(made));
            }
        } else if let Some((_, made)) = self.typed.get_mut(place) {
            made.clone_from(&value);
        }
        value
    }

    /// What a function gives when nobody knows what it is given.
    fn returned_by(&mut self, module: ModuleId, binding: BindingId) -> Option<Value> {
        let function = self.at_top(module, |it| it.read(binding))?;
        // A type runs nothing: what making the value would do is forgotten.
        let events = self.trace.events.len();
        let value = self.at_top(module, |it| {
            let value = it.run_value(&function, Vec::new());
            it.await_value(value)
        });
        self.trace.events.truncate(events);
        known(value?)
    }

    /// A call without arguments that stands nowhere.
    pub(super) fn nowhere(&self) -> super::call::Site {
        let at = self.at(trave_source::Span::default());
        super::call::Site::plain(Vec::new(), at)
    }

    /// Runs a function value of any kind.
    pub(super) fn run_value(&mut self, function: &Value, args: Vec<Value>) -> Value {
        let mut site = self.nowhere();
        site.arg_origins = vec![site.origin; args.len()];
        site.args = args;
        match &function.shape {
            Shape::Function(id) => self.invoke(*id, site.args, super::invoke::Caller::default()),
            Shape::Library(library) if library.library == builtins::LIBRARY => {
                self.call_builtin_value(function, None, site)
            }
            _ => self.call_value(function, site),
        }
    }
}

fn known(value: Value) -> Option<Value> {
    (!matches!(value.shape, Shape::Unknown | Shape::Undefined | Shape::Never)).then_some(value)
}
