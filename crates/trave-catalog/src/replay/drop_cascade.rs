//! What depends on what goes: it goes too with `CASCADE`, and forbids the drop without.

use smol_str::SmolStr;
use trave_source::Span;

use super::drop::Behavior;
use super::expression::{self, Node};
use super::session::Session;
use super::user_type::printed;
use super::{Failure, Outcome};
use crate::{
    ChangeKind, Check, Condition, Dialect, Function, Index, IndexTarget, Policy, QualifiedName,
    Table, View,
};

impl Session {
    /// Views, policies of other tables and foreign keys of other tables.
    pub(super) fn drop_dependants_of_relation(
        &mut self,
        name: &QualifiedName,
        behavior: Behavior,
        span: Span,
    ) -> Outcome {
        for view in self.store.readers(name) {
            if view == *name || !self.catalog().views.contains_key(&view) {
                continue;
            }
            need(behavior, || format!("view {view} needs {name}"))?;
            self.drop_view(&view, Behavior::Cascade, span)?;
        }
        // SQLite and MySQL rebuild tables with their checks off: references stay, by name.
        let referrers = match self.catalog().dialect {
            Dialect::Postgres => self.store.referrers(name),
            Dialect::MySql | Dialect::Sqlite => Vec::new(),
        };
        for table in referrers {
            if table == *name {
                continue;
            }
            need(behavior, || format!("a foreign key of {table} needs {name}"))?;
            self.edit_table(&table, |table| table.foreign_keys.retain(|key| key.target != *name))?;
        }
        for table in self.store.policy_readers(name) {
            if table != *name {
                self.drop_policies(&table, (behavior, span), |policy| policy_reads(policy, name))?;
            }
        }
        Ok(())
    }

    fn drop_policies(
        &mut self,
        table: &QualifiedName,
        (behavior, span): (Behavior, Span),
        depends: impl Fn(&Policy) -> bool,
    ) -> Outcome {
        let found = self.catalog().tables.get(table);
        let policies = found.map(|found| found.policies.as_slice()).unwrap_or_default();
        let gone: Vec<Policy> = policies.iter().filter(|policy| depends(policy)).cloned().collect();
        if gone.is_empty() {
            return Ok(());
        }
        need(behavior, || format!("a policy of {table} needs it"))?;
        for policy in &gone {
            self.changed(span, gone_with(table, policy));
        }
        self.edit_table(table, |table| table.policies.retain(|policy| !depends(policy)))
    }

    /// Views, policies, foreign keys of other tables, generated columns.
    pub(super) fn drop_dependants_of_column(
        &mut self,
        table: &QualifiedName,
        column: &str,
        (behavior, span): (Behavior, Span),
    ) -> Outcome {
        while let Some(view) = self.view_of_column(table, column) {
            need(behavior, || format!("view {view} reads column {column}"))?;
            self.drop_view(&view, Behavior::Cascade, span)?;
        }
        let short = table.name.clone();
        self.drop_policies(table, (behavior, span), |policy| policy_names(policy, &short, column))?;
        for other in self.store.policy_readers(table) {
            if other != *table {
                self.drop_policies(&other, (behavior, span), |policy| {
                    policy_reads(policy, table) && policy_mentions(policy, &short, column)
                })?;
            }
        }
        for other in self.store.referrers(table) {
            let refers = |key: &crate::ForeignKey| {
                key.target == *table && key.target_columns.iter().any(|one| one == column)
            };
            let found = self.catalog().tables.get(&other);
            if other == *table || !found.is_some_and(|one| one.foreign_keys.iter().any(refers)) {
                continue;
            }
            need(behavior, || format!("a foreign key of {other} needs column {column}"))?;
            self.edit_table(&other, |one| one.foreign_keys.retain(|key| !refers(key)))?;
        }
        let generated = |one: &crate::Column| {
            one.generated.as_ref().is_some_and(|text| mentions(text, &short, column))
        };
        let found = self.catalog().tables.get(table);
        if found.is_some_and(|table| table.columns.iter().any(generated)) {
            need(behavior, || format!("a generated column needs column {column}"))?;
            self.edit_table(table, |table| table.columns.retain(|one| !generated(one)))?;
        }
        self.edit_table(table, |table| {
            table.triggers.retain(|trigger| !trigger.update_of.iter().any(|one| one == column));
        })
    }

    /// Policies, triggers, defaults, checks, generated columns, indexes and views that call it.
    pub(super) fn drop_dependants_of_function(
        &mut self,
        function: &QualifiedName,
        behavior: Behavior,
        span: Span,
    ) -> Outcome {
        if self.overloads(function).len() > 1 {
            return Ok(());
        }
        for relation in self.store.callers(function) {
            if let Some(view) = self.catalog().views.get(&relation) {
                if calls(&view.definition, function) {
                    need(behavior, || format!("view {relation} calls {function}"))?;
                    self.drop_view(&relation, Behavior::Cascade, span)?;
                }
                continue;
            }
            let Some(table) = self.catalog().tables.get(&relation) else { continue };
            let mut without = table.clone();
            forget_calls(&mut without, function);
            let lost = size(table) != size(&without);
            if !lost {
                continue;
            }
            let stays = |policy: &Policy| without.policies.iter().any(|it| it.name == policy.name);
            let gone: Vec<Policy> =
                table.policies.iter().filter(|policy| !stays(policy)).cloned().collect();
            need(behavior, || format!("{relation} calls {function}"))?;
            for policy in &gone {
                self.changed(span, gone_with(&relation, policy));
            }
            self.edit_table(&relation, |table| *table = without)?;
        }
        Ok(())
    }

    /// Columns of the type, and functions that take or return it.
    pub(super) fn drop_dependants_of_type(
        &mut self,
        kind: &QualifiedName,
        behavior: Behavior,
        span: Span,
    ) -> Outcome {
        let text = printed(kind);
        let is_of = |name: &SmolStr| {
            name.strip_prefix(text.as_str()).is_some_and(|rest| matches!(rest, "" | "[]"))
        };
        for table in self.store.typed(kind) {
            let Some(found) = self.catalog().tables.get(&table) else { continue };
            let columns: Vec<SmolStr> = found
                .columns
                .iter()
                .filter(|column| is_of(&column.type_name))
                .map(|column| column.name.clone())
                .collect();
            for column in columns {
                need(behavior, || format!("column {column} of {table} is of type {kind}"))?;
                self.drop_dependants_of_column(&table, &column, (Behavior::Cascade, span))?;
                self.edit_table(&table, |table| table.forget_column(&column))?;
            }
        }
        let takes = |function: &Function| {
            is_of(&function.returns) || function.arguments.iter().any(|one| is_of(&one.type_name))
        };
        let all = self.catalog().functions.iter();
        let keys: Vec<_> =
            all.filter(|(_, function)| takes(function)).map(|(key, _)| key.clone()).collect();
        for key in keys {
            need(behavior, || format!("function {} takes type {kind}", key.0))?;
            self.drop_dependants_of_function(&key.0, Behavior::Cascade, span)?;
            self.store.take::<Function>(&key);
        }
        Ok(())
    }
}

fn need(behavior: Behavior, why: impl FnOnce() -> String) -> Outcome {
    if behavior == Behavior::Cascade { Ok(()) } else { Err(Failure(why())) }
}

fn conditions(policy: &Policy) -> impl Iterator<Item = &Condition> {
    policy.using.iter().chain(&policy.check)
}

fn policy_reads(policy: &Policy, relation: &QualifiedName) -> bool {
    conditions(policy).any(|condition| {
        let tables = expression::tables_in(&condition.expr);
        tables.iter().any(|name| name.is(&relation.schema, &relation.name))
    })
}

/// Whether a policy names a column of its own table.
fn policy_names(policy: &Policy, table: &str, column: &str) -> bool {
    conditions(policy).any(|condition| {
        let own = expression::own_columns(&condition.expr, table);
        own.iter().any(|one| one == column)
            || expression::references(Node::Expr(&condition.expr), column)
                .iter()
                .any(|(before, _)| before.is_some_and(|before| before.name == table))
    })
}

/// Whether the queries of a policy name a column of another table, by any alias.
fn policy_mentions(policy: &Policy, table: &str, column: &str) -> bool {
    conditions(policy).any(|condition| {
        let aliases = aliases_of(&condition.expr, table);
        expression::references(Node::Expr(&condition.expr), column).iter().any(|(before, _)| {
            before.is_none_or(|before| aliases.iter().any(|alias| before.name == alias.as_str()))
        })
    })
}

fn aliases_of(expr: &trave_sql::Expr, table: &str) -> Vec<SmolStr> {
    let mut aliases = vec![SmolStr::new(table)];
    expression::walk(Node::Expr(expr), &mut |node| {
        if let Node::From(item) = node
            && let (trave_sql::FromKind::Table(name), Some(alias)) = (&item.kind, &item.alias)
            && name.name == table
        {
            aliases.push(SmolStr::new(alias.as_str()));
        }
        true
    });
    aliases
}

/// Whether the text of an expression over one table names a column.
fn mentions(text: &str, table: &str, column: &str) -> bool {
    text.contains(column)
        && super::rename::parse_expression(text, 0).is_some_and(|expr| {
            expression::own_columns(&expr, table).iter().any(|one| one == column)
        })
}

/// A policy that goes with something that it needs.
fn gone_with(table: &QualifiedName, policy: &Policy) -> ChangeKind {
    ChangeKind::PolicyDropped {
        table: table.clone(),
        policy: policy.name.clone(),
        command: policy.command,
        cascaded: true,
    }
}

/// Whether a text calls a function, by its name before a parenthesis.
fn calls(text: &str, function: &QualifiedName) -> bool {
    let lower = text.to_ascii_lowercase();
    lower.match_indices(function.name.as_str()).any(|(at, found)| {
        let before = lower.get(..at).and_then(|before| before.chars().next_back());
        let after = lower.get(at + found.len()..).unwrap_or_default().trim_start_matches('"');
        let is_part = |c: char| c.is_alphanumeric() || c == '_';
        !before.is_some_and(is_part) && after.trim_start().starts_with('(')
    })
}

fn forget_calls(table: &mut Table, function: &QualifiedName) {
    table.policies.retain(|policy| {
        !conditions(policy).any(|condition| {
            let called = expression::calls(&condition.expr);
            called.iter().any(|name| name.is(&function.schema, &function.name))
        })
    });
    table.triggers.retain(|trigger| trigger.function != *function);
    table.checks.retain(|Check { expression, .. }| !calls(expression, function));
    for column in &mut table.columns {
        if column.default.as_ref().is_some_and(|text| calls(text, function)) {
            column.default = None;
        }
    }
    table
        .columns
        .retain(|column| !column.generated.as_ref().is_some_and(|text| calls(text, function)));
    table.indexes.retain(|index| !index_calls(index, function));
}

fn index_calls(index: &Index, function: &QualifiedName) -> bool {
    let in_key = index.keys.iter().any(|key| match &key.what {
        IndexTarget::Expression(text) => calls(text, function),
        IndexTarget::Column(_) => false,
    });
    in_key || index.predicate.as_ref().is_some_and(|text| calls(text, function))
}

fn size(table: &Table) -> (usize, usize, usize, usize, usize, usize) {
    let defaults = table.columns.iter().filter(|column| column.default.is_some()).count();
    let (policies, triggers) = (table.policies.len(), table.triggers.len());
    let (checks, indexes) = (table.checks.len(), table.indexes.len());
    (policies, triggers, checks, table.columns.len(), indexes, defaults)
}

impl Table {
    /// Takes a column out with the keys, checks and indexes that name it.
    pub(super) fn forget_column(&mut self, column: &str) {
        let names = |columns: &[SmolStr]| columns.iter().any(|one| one == column);
        let table = self.name.name.clone();
        self.columns.retain(|one| one.name != column);
        if self.primary_key.as_ref().is_some_and(|key| names(&key.columns)) {
            self.primary_key = None;
        }
        self.uniques.retain(|key| !names(&key.columns));
        self.exclusions.retain(|key| !names(&key.columns));
        self.foreign_keys.retain(|key| !names(&key.columns));
        self.checks.retain(|check| !names(&check.columns));
        self.indexes.retain(|index| {
            let in_keys = index.keys.iter().any(|key| match &key.what {
                IndexTarget::Column(one) => one == column,
                IndexTarget::Expression(text) => mentions(text, &table, column),
            });
            let in_predicate = index.predicate.as_ref();
            let in_predicate = in_predicate.is_some_and(|text| mentions(text, &table, column));
            !in_keys && !names(&index.include) && !in_predicate
        });
        self.grants.retain_mut(|grant| {
            let whole = grant.columns.is_empty();
            grant.columns.retain(|one| one != column);
            whole || !grant.columns.is_empty()
        });
    }
}

impl View {
    /// Whether it reads a relation.
    pub fn reads(&self, relation: &QualifiedName) -> bool {
        self.reads.contains(relation)
    }
}
