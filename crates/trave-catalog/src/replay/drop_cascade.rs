//! What depends on what goes: it goes too with `CASCADE`, and forbids the drop without.

use smol_str::SmolStr;
use trave_source::Span;

use super::drop::Behavior;
use super::expression;
use super::rewrite::parse_expression;
use super::session::Session;
use super::user_type::printed;
use super::{Failure, Outcome};
use crate::{
    ChangeKind, Dialect, Function, Policy, QualifiedName, Table, Trigger, TypeKind, UserType, View,
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
            need(self.behavior_to(&view, behavior), || format!("view {view} needs {name}"))?;
            self.drop_view(&view, behavior, span)?;
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
            let to_table = self.behavior_to(&table, behavior);
            need(to_table, || format!("a foreign key of {table} needs {name}"))?;
            self.edit_table(&table, |table| table.foreign_keys.retain(|key| key.target != *name))?;
        }
        self.drop_dependants_of_type(name, behavior, span)?;
        for table in self.store.policy_readers(name) {
            if table != *name {
                let to_table = self.behavior_to(&table, behavior);
                self.drop_policies(&table, (to_table, span), |session, policy| {
                    session.policy_reads(policy, name)
                })?;
            }
        }
        Ok(())
    }

    /// What goes in the same statement forbids nothing.
    fn behavior_to(&self, relation: &QualifiedName, behavior: Behavior) -> Behavior {
        if self.dropping.contains(relation) { Behavior::Cascade } else { behavior }
    }

    fn drop_policies(
        &mut self,
        table: &QualifiedName,
        (behavior, span): (Behavior, Span),
        depends: impl Fn(&Self, &Policy) -> bool,
    ) -> Outcome {
        let Some(found) = self.catalog().tables.get(table) else { return Ok(()) };
        let policies = found.policies.iter();
        let gone: Vec<SmolStr> = policies
            .filter(|policy| depends(self, policy))
            .map(|policy| policy.name.clone())
            .collect();
        if gone.is_empty() {
            return Ok(());
        }
        need(behavior, || format!("a policy of {table} needs it"))?;
        self.drop_policies_named(table, &gone, span)
    }

    /// Takes policies from a table because of something that they need.
    pub(super) fn drop_policies_named(
        &mut self,
        table: &QualifiedName,
        gone: &[SmolStr],
        span: Span,
    ) -> Outcome {
        let found = self.catalog().tables.get(table);
        let policies = found.map(|found| found.policies.as_slice()).unwrap_or_default();
        let gone = policies.iter().filter(|policy| gone.contains(&policy.name));
        for policy in gone.cloned().collect::<Vec<Policy>>() {
            self.edit_table(table, |table| table.policies.retain(|one| one.name != policy.name))?;
            self.changed(
                span,
                ChangeKind::PolicyDropped {
                    table: table.clone(),
                    policy: policy.name,
                    command: policy.command,
                    cascaded: true,
                },
            );
        }
        Ok(())
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
        let mut readers = self.store.policy_readers(table);
        if !readers.contains(table) {
            readers.push(table.clone());
        }
        for other in readers {
            self.drop_policies(&other, (behavior, span), |session, policy| {
                session.policy_names((&other, policy), (table, column))
            })?;
        }
        for other in self.store.referrers(table) {
            // A key of the table itself over the same column goes with the column.
            let own = |key: &crate::ForeignKey| {
                other == *table && key.columns.iter().any(|one| one == column)
            };
            let refers = |key: &crate::ForeignKey| {
                key.target == *table
                    && key.target_columns.iter().any(|one| one == column)
                    && !own(key)
            };
            let found = self.catalog().tables.get(&other);
            if !found.is_some_and(|one| one.foreign_keys.iter().any(refers)) {
                continue;
            }
            need(behavior, || format!("a foreign key of {other} needs column {column}"))?;
            self.edit_table(&other, |one| one.foreign_keys.retain(|key| !refers(key)))?;
        }
        let generated = |one: &&crate::Column| {
            one.generated.as_ref().is_some_and(|text| mentions(text, &short, column))
        };
        let found = self.catalog().tables.get(table);
        let generated: Vec<SmolStr> = found
            .into_iter()
            .flat_map(|table| table.columns.iter().filter(generated))
            .map(|one| one.name.clone())
            .collect();
        for other in generated {
            need(behavior, || format!("a generated column needs column {column}"))?;
            self.deeper(|session| {
                session.drop_dependants_of_column(table, &other, (behavior, span))
            })?;
            self.edit_table(table, |table| table.forget_column(&other))?;
        }
        let fires = |trigger: &Trigger| {
            trigger.update_of.iter().any(|one| one == column) || trigger.reads(column)
        };
        if self.catalog().tables.get(table).is_some_and(|table| table.triggers.iter().any(fires)) {
            need(behavior, || format!("a trigger needs column {column}"))?;
        }
        self.edit_table(table, |table| {
            table.triggers.retain(|trigger| !fires(trigger));
        })
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
        self.drop_types_made_of(&is_of, (behavior, span))?;
        let takes = |function: &Function| {
            is_of(&function.returns) || function.arguments.iter().any(|one| is_of(&one.type_name))
        };
        let all = self.catalog().functions.iter();
        let keys: Vec<_> =
            all.filter(|(_, function)| takes(function)).map(|(key, _)| key.clone()).collect();
        for key in keys {
            need(behavior, || format!("function {} takes type {kind}", key.0))?;
            self.drop_dependants_of_function(&key, Behavior::Cascade, span)?;
            self.store.take::<Function>(&key);
        }
        Ok(())
    }
}

impl Session {
    /// Attributes of a type, and domains over it.
    fn drop_types_made_of(
        &mut self,
        is_of: &dyn Fn(&SmolStr) -> bool,
        (behavior, span): (Behavior, Span),
    ) -> Outcome {
        let is_made_of = |kind: &&UserType| match &kind.kind {
            TypeKind::Composite(attributes) => attributes.iter().any(|(_, part)| is_of(part)),
            TypeKind::Domain { base, .. } => is_of(base),
            _ => false,
        };
        let made: Vec<UserType> =
            self.catalog().types.values().filter(is_made_of).cloned().collect();
        for kind in made {
            let name = kind.name;
            need(behavior, || format!("type {name} is made of it"))?;
            if let TypeKind::Domain { .. } = kind.kind {
                self.deeper(|session| session.drop_dependants_of_type(&name, behavior, span))?;
                self.store.take::<UserType>(&name);
            } else if let Some(UserType { kind: TypeKind::Composite(attributes), .. }) =
                self.store.edit::<UserType>(&name)
            {
                attributes.retain(|(_, part)| !is_of(part));
            }
        }
        Ok(())
    }
}

pub(super) fn need(behavior: Behavior, why: impl FnOnce() -> String) -> Outcome {
    if behavior == Behavior::Cascade { Ok(()) } else { Err(Failure(why())) }
}

/// Whether the text of an expression over one table names a column.
pub(super) fn mentions(text: &str, table: &str, column: &str) -> bool {
    parse_expression(text, 0)
        .is_some_and(|expr| expression::own_columns(&expr, table).iter().any(|one| one == column))
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
        self.indexes.retain(|index| !index.stands_on(&table, column));
        self.grants.retain_mut(|grant| {
            let whole = grant.columns.is_empty();
            grant.columns.retain(|one| one != column);
            whole || !grant.columns.is_empty()
        });
    }
}

impl Trigger {
    /// Whether its condition reads a column of the row.
    pub(super) fn reads(&self, column: &str) -> bool {
        let expr = self.condition.as_ref().and_then(|text| parse_expression(text, 0));
        expr.is_some_and(|expr| {
            ["old", "new"]
                .iter()
                .any(|row| expression::own_columns(&expr, row).iter().any(|one| one == column))
        })
    }
}

impl View {
    /// Whether it reads a relation.
    pub fn reads(&self, relation: &QualifiedName) -> bool {
        self.reads.contains(relation)
    }
}
