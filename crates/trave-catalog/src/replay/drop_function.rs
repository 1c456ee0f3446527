//! What calls a function that goes: it goes too, or forbids the drop.

use smol_str::SmolStr;
use trave_source::Span;
use trave_sql::{Expr, ExprKind, FromItem, FromKind, ObjectName};

use super::Outcome;
use super::drop::Behavior;
use super::drop_cascade::need;
use super::expression::{self, Node};
use super::names::candidates_along;
use super::rewrite::{parse_expression, parse_query};
use super::session::Session;
use super::store::FunctionKey;
use crate::{EventTrigger, Function, Index, IndexTarget, QualifiedName, Table};

/// What of a table calls a function.
#[derive(Default)]
struct Callers {
    policies: Vec<SmolStr>,
    triggers: Vec<SmolStr>,
    checks: Vec<SmolStr>,
    defaults: Vec<SmolStr>,
    generated: Vec<SmolStr>,
    indexes: Vec<SmolStr>,
}

impl Callers {
    fn is_empty(&self) -> bool {
        [&self.policies, &self.triggers, &self.checks, &self.defaults, &self.generated]
            .iter()
            .all(|list| list.is_empty())
            && self.indexes.is_empty()
    }
}

impl Session {
    /// Policies, triggers, defaults, checks, generated columns, indexes and views that call it.
    pub(super) fn drop_dependants_of_function(
        &mut self,
        key: &FunctionKey,
        behavior: Behavior,
        span: Span,
    ) -> Outcome {
        for relation in self.store.callers(&key.0) {
            if self.catalog().views.contains_key(&relation) {
                if self.view_calls(&relation, key) {
                    need(behavior, || format!("view {relation} calls {}", key.0))?;
                    self.drop_view(&relation, Behavior::Cascade, span)?;
                }
                continue;
            }
            for table in self.store.descendants(&relation).into_iter().chain([relation]) {
                self.drop_callers(&table, key, (behavior, span))?;
            }
        }
        let events = self.catalog().event_triggers.iter();
        let events: Vec<SmolStr> = events
            .filter(|(_, event)| event.function == key.0 && key.1.is_empty())
            .map(|(name, _)| name.clone())
            .collect();
        for event in events {
            need(behavior, || format!("event trigger {event} calls {}", key.0))?;
            self.store.take::<EventTrigger>(&event);
        }
        Ok(())
    }

    fn drop_callers(
        &mut self,
        table: &QualifiedName,
        key: &FunctionKey,
        (behavior, span): (Behavior, Span),
    ) -> Outcome {
        let Some(found) = self.catalog().tables.get(table) else { return Ok(()) };
        let callers = self.callers_in(found, key);
        if callers.is_empty() {
            return Ok(());
        }
        need(behavior, || format!("{table} calls {}", key.0))?;
        self.drop_policies_named(table, &callers.policies, span)?;
        self.edit_table(table, |table| {
            table.triggers.retain(|one| !callers.triggers.contains(&one.name));
            table.indexes.retain(|one| !callers.indexes.contains(&one.name));
            table.exclusions.retain(|one| !callers.indexes.contains(&one.name));
            for column in &mut table.columns {
                if callers.defaults.contains(&column.name) {
                    column.default = None;
                }
            }
        })?;
        for check in &callers.checks {
            self.drop_constraint_named(table, check, Behavior::Cascade)?;
        }
        for column in &callers.generated {
            self.deeper(|session| {
                session.drop_dependants_of_column(table, column, (Behavior::Cascade, span))
            })?;
            self.edit_table(table, |table| table.forget_column(column))?;
        }
        Ok(())
    }

    fn callers_in(&self, table: &Table, key: &FunctionKey) -> Callers {
        let in_text = |text: &String| {
            parse_expression(text, 0).is_some_and(|expr| self.calls_it(Node::Expr(&expr), key))
        };
        let in_index = |index: &&Index| {
            let in_key = index.keys.iter().any(|key| match &key.what {
                IndexTarget::Expression(text) => in_text(text),
                IndexTarget::Column(_) => false,
            });
            in_key || index.predicate.as_ref().is_some_and(in_text)
        };
        let columns = || table.columns.iter();
        let name_of = |column: &crate::Column| column.name.clone();
        let policies = table.policies.iter().filter(|policy| {
            let mut conditions = policy.using.iter().chain(&policy.check);
            conditions.any(|condition| self.calls_it(Node::Expr(&condition.expr), key))
        });
        let triggers = table.triggers.iter().filter(|trigger| {
            trigger.function == key.0 && key.1.is_empty()
                || trigger.condition.as_ref().is_some_and(in_text)
        });
        let checks = table.checks.iter().filter(|check| in_text(&check.expression));
        let defaults = columns().filter(|one| one.default.as_ref().is_some_and(in_text));
        let generated = columns().filter(|one| one.generated.as_ref().is_some_and(in_text));
        Callers {
            policies: policies.map(|one| one.name.clone()).collect(),
            triggers: triggers.map(|one| one.name.clone()).collect(),
            checks: checks.map(|one| one.name.clone()).collect(),
            defaults: defaults.map(name_of).collect(),
            generated: generated.map(name_of).collect(),
            indexes: table.indexes.iter().filter(in_index).map(|one| one.name.clone()).collect(),
        }
    }

    fn view_calls(&self, view: &QualifiedName, key: &FunctionKey) -> bool {
        let view = self.catalog().views.get(view);
        let query = view.and_then(|view| parse_query(&view.definition));
        query.is_some_and(|query| self.calls_it(Node::Query(&query), key))
    }

    /// Whether a stored text calls this function and no other of its name.
    fn calls_it(&self, node: Node<'_>, key: &FunctionKey) -> bool {
        !self.calls_of(node, key).is_empty()
    }

    /// The places where a stored text calls this function and no other of its name.
    pub(super) fn calls_of(&self, node: Node<'_>, key: &FunctionKey) -> Vec<Span> {
        let mut found = Vec::new();
        let mut see = |name: &ObjectName, arguments: Option<usize>| {
            if self.means(name, arguments, key) {
                found.push(name.span);
            }
        };
        expression::walk(node, &mut |node| {
            match node {
                Node::Expr(Expr { kind: ExprKind::Call(call), .. }) => {
                    see(&call.name, Some(call.arguments.len()));
                }
                Node::Expr(Expr { kind: ExprKind::Other(other), .. }) => {
                    other.calls.iter().for_each(|name| see(name, None));
                }
                Node::From(FromItem { kind: FromKind::Functions(calls), .. }) => {
                    for call in calls {
                        see(&call.name, Some(call.arguments.len()));
                    }
                }
                _ => {}
            }
            true
        });
        found
    }

    fn means(&self, name: &ObjectName, arguments: Option<usize>, key: &FunctionKey) -> bool {
        if name.name != key.0.name.as_str() {
            return false;
        }
        let mut candidates = candidates_along(name, self.settled_path()).into_iter();
        if candidates.find(|name| self.knows_function(name)).as_ref() != Some(&key.0) {
            return false;
        }
        let takes = |key: &FunctionKey| {
            let function = self.catalog().functions.get(key);
            function.is_some_and(|one| arguments.is_none_or(|count| takes(one, count)))
        };
        let mut others = self.overloads(&key.0).into_iter().filter(|other| other != key);
        takes(key) && !others.any(|other| takes(&other))
    }
}

/// Whether a function can be called with so many arguments.
pub(super) fn takes(function: &Function, count: usize) -> bool {
    let most = function.inputs().count();
    let least = function.inputs().filter(|one| !one.has_default).count();
    let variadic = function.inputs().any(|one| one.mode == "VARIADIC");
    (least..=most).contains(&count) || variadic && count >= least
}
