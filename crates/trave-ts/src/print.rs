//! A module as text that reads like the source it came from: for people who debug, and for tests.
//!
//! A name is written with the number of its binding (`db#3`); one that nothing declares, bare.

mod expr;
mod note;
mod stmt;

use crate::ir::{
    Binding, BindingId, BindingKind, Class, Exported, FunctionId, Imported, Module, Param, TypeNote,
};

/// Writes what was kept of a file, top level first.
pub fn print(module: &Module) -> String {
    let mut printer = Printer { module, out: String::new(), indent: 0 };
    printer.directives(&module.directives);
    printer.imports();
    if let Some(top) = module.functions.first() {
        printer.stmts(&top.body);
    }
    printer.declared();
    for declared in &module.types {
        let export = if declared.exported { "export " } else { "" };
        let note = printer.note(&declared.note);
        printer.line(&format!("{export}type {} = {note}", declared.name));
    }
    printer.exports();
    for comment in &module.comments {
        printer.line(&format!("comment {}", comment.text));
    }
    for error in &module.errors {
        printer.line(&format!("error {}..{}", error.start, error.end));
    }
    printer.out
}

/// Text in the making.
struct Printer<'m> {
    module: &'m Module,
    out: String,
    indent: usize,
}

impl Printer<'_> {
    fn line(&mut self, text: &str) {
        self.out.push_str(&"  ".repeat(self.indent));
        self.out.push_str(text);
        self.out.push('\n');
    }

    fn indented(&mut self, inside: impl FnOnce(&mut Self)) {
        self.indent += 1;
        inside(self);
        self.indent -= 1;
    }

    fn directives(&mut self, directives: &[smol_str::SmolStr]) {
        for directive in directives {
            self.line(&format!("'{directive}'"));
        }
    }

    fn imports(&mut self) {
        for import in &self.module.imports {
            let what = match &import.what {
                Imported::Nothing => "nothing",
                Imported::Default => "default",
                Imported::Named(name) => name,
                Imported::Namespace => "*",
            };
            let kind = if import.type_only { "import type" } else { "import" };
            let local = import.binding.map(|id| format!(" as {}", self.name(id)));
            let local = local.unwrap_or_default();
            self.line(&format!("{kind} {what}{local} from '{}'", import.specifier));
        }
    }

    fn exports(&mut self) {
        for export in &self.module.exports {
            let what = match &export.what {
                Exported::Binding(id) => self.name(*id),
                Exported::Expr(id) => self.expr(*id),
                Exported::From { specifier, name } => format!("{name} from '{specifier}'"),
            };
            self.line(&format!("export {} = {what}", export.name));
        }
    }

    /// Functions, classes and enums that a declaration made, in the order of their names.
    fn declared(&mut self) {
        for (at, binding) in self.module.bindings.iter().enumerate() {
            let name = format!("{}#{at}", binding.name);
            match binding.kind {
                BindingKind::Function(id) => {
                    self.line(&format!("function {name}{}", self.signature(id)));
                    self.body(id);
                }
                BindingKind::Class(id) => {
                    let class = self.module.class(id);
                    if let Some(class) = class {
                        self.class(&name, class);
                    }
                }
                BindingKind::Enum(id) => self.line(&format!("enum {name} = {}", self.expr(id))),
                _ => {}
            }
        }
    }

    fn class(&mut self, name: &str, class: &Class) {
        self.decorators(&class.decorators);
        let extends = class.extends.map(|id| format!(" extends {}", self.expr(id)));
        let names = class.implements.iter().filter_map(|note| match note {
            TypeNote::Named { name, .. } => Some(name.as_str()),
            _ => None,
        });
        let names: Vec<&str> = names.collect();
        let implements = if names.is_empty() {
            String::new()
        } else {
            format!(" implements {}", names.join(", "))
        };
        self.line(&format!("class {name}{}{implements}", extends.unwrap_or_default()));
        self.indented(|printer| printer.members(class));
    }

    fn members(&mut self, class: &Class) {
        for field in &class.fields {
            self.decorators(&field.decorators);
            let note = self.annotation(field.note.as_deref());
            let value = field.value.map(|id| format!(" = {}", self.expr(id))).unwrap_or_default();
            let kind = if field.is_static { "static " } else { "" };
            self.line(&format!("{kind}{}{note}{value}", field.name));
        }
        for method in &class.methods {
            self.decorators(&method.decorators);
            let kind = if method.is_static { "static " } else { "" };
            let get = if method.is_getter { "get " } else { "" };
            let signature = self.signature(method.function);
            self.line(&format!("{kind}{get}{}{signature}", method.name));
            self.body(method.function);
        }
    }

    fn decorators(&mut self, decorators: &[crate::ir::ExprId]) {
        for decorator in decorators {
            self.line(&format!("@{}", self.expr(*decorator)));
        }
    }

    fn body(&mut self, id: FunctionId) {
        let Some(function) = self.module.function(id) else { return };
        self.indented(|printer| {
            printer.directives(&function.directives);
            printer.stmts(&function.body);
        });
    }

    /// Parameters and return type of a function.
    fn signature(&self, id: FunctionId) -> String {
        let Some(function) = self.module.function(id) else { return String::new() };
        let params: Vec<_> = function.params.iter().map(|param| self.param(param)).collect();
        let note = self.annotation(function.returns.as_deref());
        let kind = if function.is_async { " async" } else { "" };
        format!("({}){note}{kind}", params.join(", "))
    }

    fn param(&self, param: &Param) -> String {
        let decorators: Vec<_> =
            param.decorators.iter().map(|id| format!("@{} ", self.expr(*id))).collect();
        let field = if param.field { "this." } else { "" };
        let rest = if param.rest { "..." } else { "" };
        let pattern = self.pattern(&param.pattern);
        let note = self.annotation(param.note.as_deref());
        let default = param.default.map(|id| format!(" = {}", self.expr(id))).unwrap_or_default();
        format!("{}{field}{rest}{pattern}{note}{default}", decorators.concat())
    }

    fn name(&self, id: BindingId) -> String {
        let name = self.module.binding(id).map_or("?", |binding: &Binding| &binding.name);
        format!("{name}#{}", id.0)
    }
}
