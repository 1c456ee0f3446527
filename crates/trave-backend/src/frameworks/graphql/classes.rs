//! Resolvers of `type-graphql`: classes with decorators.

use smol_str::{SmolStr, format_smolstr};
use trave_ts::ir::{Class, ExprId, ExprKind, Method, Module};

use super::NAME;
use crate::entry::{Entry, EntryKind, Handler};
use crate::frameworks::syntax::imported_callee;

/// The package that such classes are made for.
pub(super) const PACKAGE: &str = "type-graphql";

/// The ways in of the classes of a file.
pub(super) fn entries(module: &Module) -> Vec<Entry> {
    if !module.imports.iter().any(|import| import.specifier == PACKAGE) {
        return Vec::new();
    }
    let methods =
        module.classes.iter().flat_map(|class| class.methods.iter().map(move |it| (class, it)));
    methods.filter_map(|(class, method)| entry(module, class, method)).collect()
}

fn entry(module: &Module, class: &Class, method: &Method) -> Option<Entry> {
    let decorator = method.decorators.iter().find_map(|expr| decorator(module, *expr))?;
    let origin = module.function(method.function)?.span.in_file(module.file);
    let entry = Entry::new(NAME, Handler::Function(method.function), origin);
    let entry = entry.of_kind(EntryKind::Procedure).answering();
    Some(match decorator {
        "Query" | "Mutation" | "Subscription" => {
            entry.at(decorator.to_lowercase(), method.name.clone())
        }
        "FieldResolver" => {
            let class = class.name.clone().unwrap_or_else(|| SmolStr::new_static("Object"));
            entry.at("field", format_smolstr!("{class}.{}", method.name))
        }
        _ => return None,
    })
}

/// The name of a decorator of the package that makes a resolver.
fn decorator(module: &Module, expr: ExprId) -> Option<&str> {
    let ExprKind::Call(call) = &module.expr(expr)?.kind else { return None };
    let (package, name) = imported_callee(module, call.callee)?;
    let is_resolver = matches!(name, "Query" | "Mutation" | "Subscription" | "FieldResolver");
    (package == PACKAGE && is_resolver).then_some(name)
}
