//! Texts that speak of a type follow its new name, and those of its labels.

use smol_str::{SmolStr, ToSmolStr, format_smolstr};
use trave_sql::{Cast, Expr, ExprKind, Literal};

use super::expression::{self, Node};
use super::follow::texts_of;
use super::rewrite::{Edits, edit_condition, edited, parse_expression, parse_query};
use super::session::Session;
use super::user_type::printed;
use crate::{QualifiedName, Table, View};

/// What changes in an expression or a query over a table.
type EditsOf<'a> = &'a dyn Fn(&Session, &Table, Node<'_>) -> Edits;

impl Session {
    /// A type is about to get a new name.
    pub(super) fn follow_type(&mut self, from: &QualifiedName, to: &QualifiedName) {
        self.edit_typed(from, &|session, _, node| {
            let casts = session.casts_to(node, from).into_iter();
            casts.map(|cast| (cast.data_type.name.span, to.to_smolstr())).collect()
        });
    }

    /// A label of an enum has a new name: constants of the type are that label still.
    pub(super) fn follow_label(&mut self, kind: &QualifiedName, from: &SmolStr, to: &SmolStr) {
        let new = format_smolstr!("'{}'", to.replace('\'', "''"));
        let of_type = printed(kind);
        self.edit_typed(kind, &|session, table, node| {
            let mut constants: Vec<&Expr> = Vec::new();
            constants.extend(session.casts_to(node, kind).into_iter().map(|cast| &cast.value));
            let is_of = |expr: &Expr| {
                let column = expression::plain_column(expr);
                let column = column.and_then(|column| table.column(&column));
                column.is_some_and(|column| column.type_name == of_type)
            };
            constants.extend(compared(node, &is_of));
            let same = constants.into_iter().filter(|one| is_label(one, from));
            same.map(|one| (one.span, new.clone())).collect()
        });
        for table in self.store.typed(kind) {
            let Some(table) = self.store.table(&table) else { continue };
            for column in table.columns.iter_mut().filter(|one| one.type_name == of_type) {
                let plain = column.default.as_deref().and_then(|text| parse_expression(text, 0));
                if plain.is_some_and(|expr| is_label(&expr, from)) {
                    column.default = Some(new.to_string());
                }
            }
        }
    }

    /// Edits what stands on tables with a column of a type, and what reads them.
    fn edit_typed(&mut self, kind: &QualifiedName, edits: EditsOf<'_>) {
        for name in self.store.typed(kind) {
            let Some(found) = self.catalog().tables.get(&name) else { continue };
            let mut table = found.clone();
            for text in texts_of(&mut table) {
                let Some(expr) = parse_expression(text, 0) else { continue };
                let edits = edits(self, found, Node::Expr(&expr));
                if !edits.is_empty() {
                    *text = edited(text, expr.span.start, edits);
                }
            }
            let policies = table.policies.iter_mut();
            for condition in policies.flat_map(|one| one.using.iter_mut().chain(&mut one.check)) {
                let edits = edits(self, found, Node::Expr(&condition.expr));
                edit_condition(condition, edits);
            }
            for view in self.store.readers(&name) {
                self.edit_view(&view, &table, edits);
            }
            let _ = self.edit_table(&name, |found| *found = table);
        }
    }

    fn edit_view(&mut self, view: &QualifiedName, over: &Table, edits: EditsOf<'_>) {
        let Some(found) = self.catalog().views.get(view) else { return };
        let Some(query) = parse_query(&found.definition) else { return };
        let edits = edits(self, over, Node::Query(&query));
        if let Some(view) = self.store.edit::<View>(view).filter(|_| !edits.is_empty()) {
            view.definition = edited(&view.definition, 0, edits);
        }
    }

    /// The casts to a type in a stored text.
    fn casts_to<'a>(&self, node: Node<'a>, kind: &QualifiedName) -> Vec<&'a Cast> {
        let mut found = Vec::new();
        expression::walk(node, &mut |node| {
            if let Node::Expr(Expr { kind: ExprKind::Cast(cast), .. }) = node
                && self.find_type_along(&cast.data_type.name, self.settled_path()).as_ref()
                    == Some(kind)
            {
                found.push(cast.as_ref());
            }
            true
        });
        found
    }
}

/// What is compared with something.
fn compared<'a>(node: Node<'a>, with: &dyn Fn(&Expr) -> bool) -> Vec<&'a Expr> {
    let mut found = Vec::new();
    expression::walk(node, &mut |node| {
        match node {
            Node::Expr(Expr { kind: ExprKind::Binary(binary), .. }) => {
                let pair = [&binary.left, &binary.right];
                if pair.iter().any(|one| with(one)) {
                    found.extend(pair);
                }
            }
            Node::Expr(Expr { kind: ExprKind::InList(list), .. }) if with(&list.value) => {
                found.extend(&list.list);
            }
            _ => {}
        }
        true
    });
    found
}

fn is_label(expr: &Expr, label: &str) -> bool {
    matches!(&expr.kind, ExprKind::Literal(Literal::String(text)) if *text == *label)
}
