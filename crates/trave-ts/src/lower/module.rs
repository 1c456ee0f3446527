//! What a module takes from others, and what it gives them.

use smol_str::SmolStr;
use trave_source::Span;

use super::scope::{each_exported, is_declaration};
use super::{Lower, count};
use crate::ir::{
    BindingKind, Export, Exported, ExprId, ExprKind, Import, Imported, Property, Stmt,
};
use crate::kind::Kind;
use crate::literal;
use crate::tree::Node;

impl<'t> Lower<'t> {
    /// Declares what an `import` statement takes.
    pub(super) fn import(&mut self, node: Node<'t>) {
        let require = node.child(Kind::ImportRequire);
        let Some(source) = require.unwrap_or(node).child(Kind::String) else { return };
        let specifier = literal::string(source.text());
        let first = self.module.imports.len();
        match (require.or(node.child(Kind::ImportClause)), require) {
            (Some(clause), None) => self.import_clause(clause, &specifier, node.span()),
            (_, Some(require)) => {
                let name = require.child(Kind::Identifier);
                self.take(name, &specifier, (Imported::Namespace, node.span()));
            }
            (None, None) => self.take(None, &specifier, (Imported::Nothing, node.span())),
        }
        if node.has(Kind::TypeToken) || node.has(Kind::TypeofToken) {
            for import in self.module.imports.iter_mut().skip(first) {
                import.type_only = true;
            }
        }
    }

    fn import_clause(&mut self, clause: Node<'t>, specifier: &SmolStr, span: Span) {
        for part in clause.parts() {
            match part.kind() {
                Kind::Identifier => self.take(Some(part), specifier, (Imported::Default, span)),
                Kind::NamespaceImport => {
                    self.take(part.first(), specifier, (Imported::Namespace, span));
                }
                Kind::NamedImports => {
                    for named in part.parts() {
                        self.import_named(named, specifier, span);
                    }
                }
                _ => {}
            }
        }
    }

    fn import_named(&mut self, node: Node<'t>, specifier: &SmolStr, span: Span) {
        let Some(name) = node.first() else { return };
        self.take(node.last(), specifier, (imported(&name_text(name)), span));
        if let Some(import) = self.module.imports.last_mut() {
            import.type_only = node.has(Kind::TypeToken);
        }
    }

    /// Lists an import, and declares its local name if it has one.
    pub(super) fn take(
        &mut self,
        name: Option<Node<'t>>,
        specifier: &SmolStr,
        (what, span): (Imported, Span),
    ) {
        let kind = BindingKind::Import(count(self.module.imports.len()));
        let binding = name.map(|name| self.declare(name, kind));
        let specifier = specifier.clone();
        self.module.imports.push(Import { specifier, what, binding, type_only: false, span });
    }

    pub(super) fn export(&mut self, node: Node<'t>, out: &mut Vec<Stmt>) {
        let part = node.parts().find(|part| !part.is(Kind::Decorator));
        if node.has(Kind::StarToken) {
            return self.export_from(node, "*", "*");
        }
        let Some(part) = part else { return };
        match part.kind() {
            Kind::NamespaceExport => {
                let name = part.first().map(name_text).unwrap_or_default();
                self.export_from(node, &name, "*");
            }
            Kind::ExportClause => self.export_clause(node, part),
            kind if is_declaration(kind) => self.export_declaration(node, part, out),
            // `export default e`, `export = e`
            _ => {
                let name = part.is(Kind::Identifier).then(|| self.scopes.find(part.text()));
                let what = match name.flatten() {
                    Some(binding) => Exported::Binding(binding),
                    None => Exported::Expr(self.expr_named(part, Some("default"))),
                };
                self.add_export("default", what, node.span());
            }
        }
    }

    fn export_declaration(&mut self, node: Node<'t>, part: Node<'t>, out: &mut Vec<Stmt>) {
        let is_class =
            matches!(part.kind(), Kind::ClassDeclaration | Kind::AbstractClassDeclaration);
        let types = self.module.types.len();
        if is_class {
            let decorators = self.decorators(node);
            self.class_declaration(part, &decorators);
        } else {
            self.statement(part, out);
        }
        for declared in self.module.types.iter_mut().skip(types) {
            declared.exported = true;
        }
        let is_default = node.has(Kind::DefaultToken);
        let mut names = Vec::new();
        each_exported(part, &mut |name| names.push(name));
        for name in names {
            if let Some(binding) = self.scopes.find(name.text()) {
                let exported = if is_default { "default" } else { name.text() };
                self.add_export(exported, Exported::Binding(binding), name.span());
            }
        }
    }

    fn export_clause(&mut self, node: Node<'t>, clause: Node<'t>) {
        for specifier in clause.parts() {
            let (Some(name), Some(alias)) = (specifier.first(), specifier.last()) else { continue };
            let (name, alias) = (name_text(name), name_text(alias));
            if node.has(Kind::String) {
                self.export_from(node, &alias, &name);
                continue;
            }
            match self.scopes.find(&name) {
                Some(binding) => {
                    self.add_export(&alias, Exported::Binding(binding), specifier.span());
                }
                // Its declaration may come later.
                None => self.exported_types.push(name),
            }
        }
    }

    fn export_from(&mut self, node: Node<'t>, exported: &str, name: &str) {
        let Some(source) = node.child(Kind::String) else { return };
        let specifier = literal::string(source.text());
        let what = Exported::From { specifier, name: SmolStr::new(name) };
        self.add_export(exported, what, node.span());
    }

    fn add_export(&mut self, name: &str, what: Exported, span: Span) {
        self.module.exports.push(Export { name: SmolStr::new(name), what, span });
    }

    /// Types that a clause exported before they were declared.
    pub(super) fn settle_types(&mut self) {
        self.exported_types.sort_unstable();
        for declared in &mut self.module.types {
            declared.exported |= self.exported_types.binary_search(&declared.name).is_ok();
        }
    }

    /// `module.exports = e`, `module.exports.x = e` and `exports.x = e`.
    pub(super) fn common_export(&mut self, target: Node<'t>, value: ExprId) {
        let text = target.text();
        let is_export = text.starts_with("module.exports") || text.starts_with("exports.");
        if !is_export || !target.is(Kind::MemberExpression) || self.scopes.find("module").is_some()
        {
            return;
        }
        let Some(name) = text.strip_prefix("module.").unwrap_or(text).strip_prefix("exports")
        else {
            return;
        };
        match name.strip_prefix('.') {
            None if name.is_empty() => self.common_default(value, target.span()),
            Some(name) if !name.contains('.') => {
                self.add_export(name, Exported::Expr(value), target.span());
            }
            _ => {}
        }
    }

    /// The fields of an object are also exported one by one.
    fn common_default(&mut self, value: ExprId, span: Span) {
        self.add_export("default", Exported::Expr(value), span);
        let value = self.module.exprs.get(value.0 as usize);
        let Some(ExprKind::Object(properties)) = value.map(|value| &value.kind) else { return };
        for property in properties {
            let Property::Field { key, value, span } = property else { continue };
            let what = Exported::Expr(*value);
            self.module.exports.push(Export { name: key.clone(), what, span: *span });
        }
    }
}

fn imported(name: &str) -> Imported {
    if name == "default" { Imported::Default } else { Imported::Named(SmolStr::new(name)) }
}

/// A name in a clause: plain, or a string.
fn name_text(name: Node<'_>) -> SmolStr {
    if name.is(Kind::String) { literal::string(name.text()) } else { SmolStr::new(name.text()) }
}
