//! Views and policies hold on to what they read, not to its name: their texts follow new names,
//! and say in full what only the search path of their maker would have found.

use smol_str::{SmolStr, ToSmolStr};
use trave_source::Span;
use trave_sql::{Expr, ExprKind, Name, ObjectName, Query};

use super::expression::{self, Node};
use super::meaning::Meaning;
use super::names::candidates_along;
use super::rewrite::{
    Edits, column_edits, edit_condition, edited, parse_expression, parse_query, qualifier_edits,
};
use super::session::Session;
use super::store::FunctionKey;
use crate::{Condition, IndexTarget, Policy, QualifiedName, Table, View};

/// A new name.
enum Change<'a> {
    Column(&'a QualifiedName, &'a str, &'a SmolStr),
    Relation(&'a QualifiedName, &'a QualifiedName),
    Function(&'a FunctionKey, &'a QualifiedName),
}

/// A text of the catalog, read again.
struct Stored<'a> {
    text: &'a str,
    /// The place of its first byte.
    base: u32,
    node: Node<'a>,
}

impl Session {
    /// A column of a table or view is about to get a new name.
    pub(super) fn follow_column(&mut self, relation: &QualifiedName, names: (&str, &SmolStr)) {
        self.follow(relation, &Change::Column(relation, names.0, names.1));
    }

    /// A table or view is about to get a new name.
    pub(super) fn follow_relation(&mut self, from: &QualifiedName, to: &QualifiedName) {
        self.follow(from, &Change::Relation(from, to));
    }

    /// A function is about to get a new name: what calls it follows. Of several that a call can
    /// mean, nobody can tell which.
    pub(super) fn follow_function(&mut self, from: &FunctionKey, to: &QualifiedName) {
        let change = Change::Function(from, to);
        for relation in self.store.callers(&from.0) {
            if self.catalog().views.contains_key(&relation) {
                self.follow_in_view(&relation, &change);
                continue;
            }
            self.follow_in_policies(&relation, &change);
            let Some(mut table) = self.catalog().tables.get(&relation).cloned() else { continue };
            for text in texts_of(&mut table) {
                let Some(expr) = parse_expression(text, 0) else { continue };
                let edits = self.call_edits(Node::Expr(&expr), from, to);
                if !edits.is_empty() {
                    *text = edited(text, expr.span.start, edits);
                }
            }
            let _ = self.edit_table(&relation, |found| *found = table);
        }
    }

    /// Remembers the functions that the texts of a table call, for those that were copied.
    pub(super) fn link_texts(&mut self, name: &QualifiedName) {
        self.link_types(name);
        let Some(mut table) = self.catalog().tables.get(name).cloned() else { return };
        let mut called = Vec::new();
        for text in texts_of(&mut table) {
            let Some(expr) = parse_expression(text, 0) else { continue };
            called.extend(expression::calls(&expr));
        }
        for call in called {
            let mut candidates = candidates_along(&call, self.settled_path()).into_iter();
            if let Some(function) = candidates.find(|name| self.knows_function(name)) {
                self.store.link_caller(&function, name);
            }
        }
    }

    fn call_edits(&self, node: Node<'_>, from: &FunctionKey, to: &QualifiedName) -> Edits {
        let calls = self.calls_of(node, from).into_iter();
        calls.map(|place| (place, to.to_smolstr())).collect()
    }

    fn follow_in_view(&mut self, view: &QualifiedName, change: &Change<'_>) {
        let Some(found) = self.catalog().views.get(view) else { return };
        let Some(query) = parse_query(&found.definition) else { return };
        let meaning = self.meaning_of_query(&query, self.settled_path());
        let stored = Stored { text: &found.definition, base: 0, node: Node::Query(&query) };
        let edits = self.edits(&stored, &meaning, change);
        if let Some(view) = self.store.edit::<View>(view).filter(|_| !edits.is_empty()) {
            view.definition = edited(&view.definition, 0, edits);
        }
    }

    fn follow(&mut self, relation: &QualifiedName, change: &Change<'_>) {
        for view in self.store.readers(relation) {
            self.follow_in_view(&view, change);
        }
        let mut tables = self.store.policy_readers(relation);
        if !tables.contains(relation) {
            tables.push(relation.clone());
        }
        for table in tables {
            self.follow_in_policies(&table, change);
        }
    }

    fn follow_in_policies(&mut self, table: &QualifiedName, change: &Change<'_>) {
        let Some(found) = self.catalog().tables.get(table) else { return };
        let mut policies = found.policies.clone();
        let mut changed = false;
        for policy in &mut policies {
            for condition in policy.using.iter_mut().chain(&mut policy.check) {
                let meaning = self.meaning_of_expr(&condition.expr, table, self.settled_path());
                let (text, base) = (condition.text.as_str(), condition.expr.span.start);
                let stored = Stored { text, base, node: Node::Expr(&condition.expr) };
                let edits = self.edits(&stored, &meaning, change);
                changed |= !edits.is_empty();
                edit_condition(condition, edits);
            }
        }
        if let Some(table) = self.store.table(table).filter(|_| changed) {
            table.policies = policies;
        }
    }

    fn edits(&self, stored: &Stored<'_>, meaning: &Meaning, change: &Change<'_>) -> Edits {
        let node = stored.node;
        match change {
            Change::Column(relation, from, to) => {
                column_edits((stored.text, stored.base), meaning, relation, (from, to))
            }
            Change::Function(from, to) => self.call_edits(node, from, to),
            Change::Relation(from, to) => {
                let mut edits = qualifier_edits(meaning, from, to);
                let names = expression::tables(node).into_iter();
                let names = names.filter(|name| self.settled(name).as_ref() == Some(*from));
                edits.extend(names.map(|name| (name.span, to.to_smolstr())));
                edits
            }
        }
    }

    /// The relation that a name in a stored text means.
    pub(super) fn settled(&self, name: &ObjectName) -> Option<QualifiedName> {
        self.find_relation_along(name, self.settled_path()).map(|(found, _)| found)
    }

    /// Whether the queries of a policy read a relation.
    pub(super) fn policy_reads(&self, policy: &Policy, relation: &QualifiedName) -> bool {
        conditions(policy).any(|condition| {
            let tables = expression::tables_in(&condition.expr);
            tables.iter().any(|name| self.settled(name).as_ref() == Some(relation))
        })
    }

    /// Whether a policy of a table names a column, of that table or of another.
    pub(super) fn policy_names(
        &self,
        (table, policy): (&QualifiedName, &Policy),
        (relation, column): (&QualifiedName, &str),
    ) -> bool {
        conditions(policy).any(|condition| {
            let meaning = self.meaning_of_expr(&condition.expr, table, self.settled_path());
            meaning.names(relation, column)
        })
    }

    /// A view that shows or reads a column of a relation.
    pub(super) fn view_of_column(
        &self,
        relation: &QualifiedName,
        column: &str,
    ) -> Option<QualifiedName> {
        self.store.readers(relation).into_iter().find(|view| {
            let Some(view) = self.catalog().views.get(view) else { return false };
            let Some(query) = parse_query(&view.definition) else { return true };
            self.meaning_of_query(&query, self.settled_path()).names(relation, column)
        })
    }

    /// The text of an expression, without parentheses around it, that means the same later.
    pub(super) fn expression_text(&self, expr: &Expr) -> String {
        self.expression_text_with(expr, Edits::new())
    }

    /// As [`Session::expression_text`], with edits.
    pub(super) fn expression_text_with(&self, expr: &Expr, mut edits: Edits) -> String {
        let span = self.inside(expr.span);
        edits.extend(self.settling_edits(Node::Expr(expr)));
        self.settled_text(span, edits)
    }

    /// As [`Session::expression_text`], for what a view shows: wildcards become columns.
    pub(super) fn query_text(&self, query: &Query) -> String {
        let mut edits = self.settling_edits(Node::Query(query));
        let meaning = self.meaning_of_query(query, &self.search_path);
        for expansion in meaning.expansions {
            let columns = expansion.columns.iter();
            let columns = columns.map(|(before, name)| match before.as_str() {
                "" => Name::exact(name).to_string(),
                before => format!("{}.{}", Name::exact(before), Name::exact(name)),
            });
            let columns = columns.collect::<Vec<_>>().join(", ");
            let span = expansion.span;
            let place = if columns.is_empty() { self.with_comma(span, query.span) } else { span };
            edits.push((place, SmolStr::new(columns)));
        }
        self.settled_text(query.span, edits)
    }

    /// An item of a list that goes away, with the comma behind it, or else before it.
    fn with_comma(&self, item: Span, list: Span) -> Span {
        let is_comma = |span: &Span| self.slice(*span) == ",";
        let is_text = |span: &Span| !self.slice(*span).is_empty();
        let mut behind = (item.end + 1..=list.end).map(|end| Span { start: item.end, end });
        let mut before =
            (list.start..item.start).rev().map(|start| Span { start, end: item.start });
        let behind = behind.find(is_text).filter(is_comma).map(|span| span.end);
        match (behind, before.find(is_text).filter(is_comma)) {
            (Some(end), _) => Span { end, ..item },
            (None, Some(comma)) => Span { start: comma.start, ..item },
            (None, None) => item,
        }
    }

    fn settled_text(&self, span: Span, edits: Edits) -> String {
        let text = self.slice(span);
        if edits.is_empty() { text.to_owned() } else { edited(text, span.start, edits) }
    }

    /// The names that another search path would not find, in full.
    pub(super) fn settling_edits(&self, node: Node<'_>) -> Edits {
        if self.search_path == self.settled_path() {
            return Vec::new();
        }
        let mut edits = Edits::new();
        let mut settle = |span: Span, find: &dyn Fn(&[SmolStr]) -> Option<QualifiedName>| {
            let found = find(&self.search_path);
            let later = find(self.settled_path());
            if let Some(found) = found.filter(|found| later.as_ref() != Some(found)) {
                edits.push((span, found.to_smolstr()));
            }
        };
        for name in expression::tables(node) {
            settle(name.span, &|path| {
                self.find_relation_along(&name, path).map(|(found, _)| found)
            });
        }
        for name in expression::calls_in(node) {
            settle(name.span, &|path| {
                let mut candidates = candidates_along(&name, path).into_iter();
                candidates.find(|name| self.knows_function(name))
            });
        }
        expression::walk(node, &mut |node| {
            if let Node::Expr(Expr { kind: ExprKind::Cast(cast), .. }) = node {
                let name = &cast.data_type.name;
                settle(name.span, &|path| self.find_type_along(name, path));
            }
            true
        });
        edits
    }
}

/// The texts of the expressions of a table, but for those of its policies.
pub(super) fn texts_of(table: &mut Table) -> impl Iterator<Item = &mut String> {
    let checks = table.checks.iter_mut().map(|check| &mut check.expression);
    let columns = table.columns.iter_mut();
    let columns = columns.flat_map(|one| one.default.iter_mut().chain(&mut one.generated));
    let indexes = table.indexes.iter_mut().flat_map(|index| {
        let keys = index.keys.iter_mut().filter_map(|key| match &mut key.what {
            IndexTarget::Expression(text) => Some(text),
            IndexTarget::Column(_) => None,
        });
        keys.chain(&mut index.predicate)
    });
    let triggers = table.triggers.iter_mut().filter_map(|one| one.condition.as_mut());
    checks.chain(columns).chain(indexes).chain(triggers)
}

fn conditions(policy: &Policy) -> impl Iterator<Item = &Condition> {
    policy.using.iter().chain(&policy.check)
}
