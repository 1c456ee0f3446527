//! Questions about a lowered file that several frameworks ask.

use smol_str::SmolStr;
use trave_source::Origin;
use trave_ts::ir::{
    Binding, BindingKind, Export, Exported, ExprId, ExprKind, FunctionId, Imported, Module,
    Pattern, Stmt,
};

/// An export by its name.
pub(crate) fn export<'a>(module: &'a Module, name: &str) -> Option<&'a Export> {
    module.exports.iter().find(|export| export.name == name)
}

/// Where an exported name is declared, or else exported.
pub(crate) fn export_origin(module: &Module, export: &Export) -> Origin {
    let span = match &export.what {
        Exported::Binding(id) => module.binding(*id).map_or(export.span, |binding| binding.span),
        Exported::Expr(id) => match module.expr(*id).map(|expr| &expr.kind) {
            Some(ExprKind::Function(_)) | None => export.span,
            Some(_) => module.expr(*id).map_or(export.span, |expr| expr.span),
        },
        Exported::From { .. } => export.span,
    };
    span.in_file(module.file)
}

/// The function that stands directly behind an export.
pub(crate) fn exported_function(module: &Module, export: &Export) -> Option<FunctionId> {
    match &export.what {
        Exported::Binding(id) => {
            let binding = module.binding(*id)?;
            match binding.kind {
                BindingKind::Function(function) => Some(function),
                _ => function_at(module, initial_value(module, binding)?),
            }
        }
        Exported::Expr(id) => function_at(module, *id),
        Exported::From { .. } => None,
    }
}

/// Whether an export may be called: it is no class, no enum, and no plain constant.
pub(crate) fn may_be_function(module: &Module, export: &Export) -> bool {
    match &export.what {
        Exported::From { .. } | Exported::Expr(_) => true,
        Exported::Binding(id) => module.binding(*id).is_some_and(|binding| match binding.kind {
            BindingKind::Function(_) => true,
            BindingKind::Class(_) | BindingKind::Enum(_) | BindingKind::Catch => false,
            _ => initial_value(module, binding).and_then(|id| module.expr(id)).is_none_or(|expr| {
                matches!(
                    expr.kind,
                    ExprKind::Function(_)
                        | ExprKind::Call(_)
                        | ExprKind::Name(_)
                        | ExprKind::Member { .. }
                        | ExprKind::Typed { .. }
                )
            }),
        }),
    }
}

/// Every export that may be called, with its place.
pub(crate) fn exported_functions(module: &Module) -> impl Iterator<Item = (&Export, Origin)> {
    let callable = module.exports.iter().filter(|export| may_be_function(module, export));
    callable.map(|export| (export, export_origin(module, export)))
}

/// A source file by its path: the folders, and its name without the ending.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Located<'a> {
    /// Outermost first.
    pub(crate) folders: Vec<&'a str>,
    /// `users.$id` of `users.$id.tsx`.
    pub(crate) name: &'a str,
}

/// Endings of files that hold code.
const ENDINGS: &[&str] = &["ts", "tsx", "js", "jsx", "mts", "mjs"];

impl<'a> Located<'a> {
    /// None for a file that holds no code, and for declarations of types.
    pub(crate) fn new(path: &'a str) -> Option<Self> {
        let (folder, file) = path.rsplit_once('/').unwrap_or(("", path));
        let (name, ending) = file.rsplit_once('.')?;
        let declares_types = name.strip_suffix("d").is_some_and(|rest| rest.ends_with('.'));
        let is_code = ENDINGS.contains(&ending) && !declares_types;
        let folders = folder.split('/').filter(|name| !name.is_empty()).collect();
        is_code.then_some(Self { folders, name })
    }

    /// The folders below the last folder of this name that stands in one of these, which may be
    /// the root (`""`).
    pub(crate) fn below(&self, name: &str, inside: &[&str]) -> Option<&[&'a str]> {
        let at = (0..self.folders.len()).rev().find(|at| {
            let before = at.checked_sub(1).and_then(|before| self.folders.get(before));
            let fits = inside.contains(before.unwrap_or(&""));
            self.folders.get(*at) == Some(&name) && fits
        })?;
        self.folders.get(at + 1..)
    }
}

/// A path of these parts: `/` of none.
pub(crate) fn path_of<'a>(parts: impl IntoIterator<Item = &'a str>) -> String {
    let mut path = String::new();
    for part in parts {
        path.push('/');
        path.push_str(part);
    }
    if path.is_empty() { "/".to_owned() } else { path }
}

/// The folders below the first folder of this name, that in `src` before others; all of them
/// without one.
pub(crate) fn served_below<'a>(path: &'a str, name: &str) -> Vec<&'a str> {
    let Some(file) = Located::new(path) else { return Vec::new() };
    let is_it = |at: &usize| file.folders.get(*at) == Some(&name);
    let in_source =
        |at: &usize| at.checked_sub(1).and_then(|before| file.folders.get(before)) == Some(&"src");
    let mut places = (0..file.folders.len()).filter(is_it);
    let at = places.clone().find(in_source).or_else(|| places.next());
    let from = at.map_or(0, |at| at + 1);
    file.folders.get(from..).unwrap_or_default().to_vec()
}

/// The constant behind `export const name = …`, with its place.
pub(crate) fn exported_constant<'a>(
    module: &'a Module,
    name: &str,
) -> Option<(&'a ExprKind, Origin)> {
    let Exported::Binding(id) = export(module, name)?.what else { return None };
    let value = initial_value(module, module.binding(id)?)?;
    let expr = module.expr(value)?;
    Some((&expr.kind, expr.span.in_file(module.file)))
}

/// The same, if it is a string.
pub(crate) fn exported_text(module: &Module, name: &str) -> Option<(SmolStr, Origin)> {
    match exported_constant(module, name)? {
        (ExprKind::String(text), origin) => Some((text.clone(), origin)),
        _ => None,
    }
}

fn function_at(module: &Module, id: ExprId) -> Option<FunctionId> {
    match module.expr(id)?.kind {
        ExprKind::Function(function) => Some(function),
        ExprKind::Typed { value, .. } => match module.expr(value)?.kind {
            ExprKind::Function(function) => Some(function),
            _ => None,
        },
        _ => None,
    }
}

/// The initial value of a name that is declared at the top level.
pub(crate) fn initial_value(module: &Module, binding: &Binding) -> Option<ExprId> {
    let top = module.functions.first()?;
    top.body.iter().find_map(|statement| match statement {
        Stmt::Let { pattern: Pattern::Name(id), value, .. } => {
            let named = module.binding(*id)?;
            if named.span == binding.span { *value } else { None }
        }
        _ => None,
    })
}

/// The specifier and imported name behind a local name.
pub(crate) fn imported<'a>(module: &'a Module, binding: &Binding) -> Option<(&'a str, &'a str)> {
    let BindingKind::Import(index) = binding.kind else { return None };
    let import = module.imports.get(index as usize)?;
    let name = match &import.what {
        Imported::Named(name) => name.as_str(),
        Imported::Default => "default",
        Imported::Namespace => "*",
        Imported::Nothing => return None,
    };
    Some((import.specifier.as_str(), name))
}

/// The calls of functions that a file imports, with their places.
pub(crate) fn calls_of(
    module: &Module,
    wanted: impl Fn(&str, &str) -> bool,
) -> Vec<(ExprId, Origin)> {
    let is_wanted = |expr: &trave_ts::ir::Expr| {
        let ExprKind::Call(call) = &expr.kind else { return false };
        imported_callee(module, call.callee).is_some_and(|(package, name)| wanted(package, name))
    };
    let numbered = (0..).map(ExprId).zip(&module.exprs);
    let found = numbered.filter(|(_, expr)| is_wanted(expr));
    found.map(|(id, expr)| (id, expr.span.in_file(module.file))).collect()
}

/// The package and name behind what is called, for something that is imported; a member of a
/// namespace by its own name.
pub(crate) fn imported_callee(module: &Module, callee: ExprId) -> Option<(&str, &str)> {
    match &module.expr(callee)?.kind {
        ExprKind::Name(id) => imported(module, module.binding(*id)?),
        ExprKind::Member { object, property, .. } => {
            let ExprKind::Name(id) = module.expr(*object)?.kind else { return None };
            let (package, _) = imported(module, module.binding(id)?)?;
            Some((package, property.as_str()))
        }
        _ => None,
    }
}

/// The name under which a value is kept: of the property or of the constant that it stands behind.
pub(crate) fn name_of_value(module: &Module, value: ExprId) -> Option<SmolStr> {
    let of_property = module.exprs.iter().find_map(|expr| {
        let ExprKind::Object(properties) = &expr.kind else { return None };
        properties.iter().find_map(|property| match property {
            trave_ts::ir::Property::Field { key, value: own, .. } if *own == value => {
                Some(key.clone())
            }
            _ => None,
        })
    });
    of_property.or_else(|| {
        let top = module.functions.first()?;
        top.body.iter().find_map(|statement| match statement {
            Stmt::Let { pattern: Pattern::Name(id), value: Some(own), .. } if *own == value => {
                module.binding(*id).map(|binding| binding.name.clone())
            }
            _ => None,
        })
    })
}
