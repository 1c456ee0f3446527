//! Foreign keys: what they refer to, and whether they can.

use smol_str::SmolStr;
use trave_sql::{Constraint, ConstraintTiming};

use super::generated::addition;
use super::session::Session;
use super::{Failure, Outcome};
use crate::{ForeignKey, QualifiedName, ReferentialAction};

impl Session {
    /// Adds a foreign key that is written, to partitions too.
    pub(super) fn add_foreign_key(
        &mut self,
        table: &QualifiedName,
        constraint: &Constraint,
        key: &trave_sql::ForeignKey,
    ) -> Outcome {
        if self.only && self.is_partitioned(table) {
            return Err(Failure::new(format!("{table} is partitioned: its parts refer as well")));
        }
        let columns: Vec<SmolStr> =
            key.columns.iter().map(|column| SmolStr::new(column.as_str())).collect();
        for column in &columns {
            self.need_column(table, column)?;
        }
        let target = self.need_table(&key.target)?;
        if constraint.not_valid && self.is_partitioned(table) {
            return Err(Failure::new(format!("{table} is partitioned: its keys are valid")));
        }
        let target_columns = self.target_columns(&target, key)?;
        let tables = &self.catalog().tables;
        let unlogged = |name: &QualifiedName| tables.get(name).is_some_and(|one| one.unlogged);
        if unlogged(&target) && !unlogged(table) {
            return Err(Failure::new(format!("{target} is unlogged, and {table} is not")));
        }
        self.check_reference_types(table, (&columns, &target, &target_columns))?;
        self.refuse_actions_on_generated(table, &columns, key)?;
        let name = if let Some(name) = &constraint.name {
            SmolStr::new(name.as_str())
        } else {
            let joined = addition(columns.iter().map(SmolStr::as_str));
            self.constraint_name(table, &joined, "fkey")
        };
        let made = ForeignKey {
            name,
            columns,
            target,
            target_columns,
            on_delete: action(&key.on_delete),
            on_update: action(&key.on_update),
            validated: !constraint.not_valid,
            deferrable: constraint.timing != ConstraintTiming::Immediate,
            inherited: false,
            origin: self.origin(constraint.span),
        };
        let is_partitioned = self.is_partitioned(table);
        for child in self.store.descendants(table).into_iter().filter(|_| is_partitioned) {
            self.give_foreign_key(&child, &made);
        }
        self.put_foreign_key(table, made);
        Ok(())
    }

    /// No action can give a generated column another value.
    fn refuse_actions_on_generated(
        &self,
        table: &QualifiedName,
        columns: &[SmolStr],
        key: &trave_sql::ForeignKey,
    ) -> Outcome {
        use trave_sql::ReferentialAction::{Cascade, SetDefault, SetNull};
        let found = self.catalog().tables.get(table);
        let is_generated = |column: &SmolStr| {
            let column = found.and_then(|table| table.column(column));
            column.is_some_and(|column| column.generated.is_some())
        };
        let sets =
            |action: &trave_sql::ReferentialAction| matches!(action, SetNull(_) | SetDefault(_));
        let changes =
            sets(&key.on_delete) || sets(&key.on_update) || matches!(key.on_update, Cascade);
        if changes && columns.iter().any(is_generated) {
            return Err(Failure::new("an action cannot change a generated column"));
        }
        Ok(())
    }

    /// Columns of a reference can be compared with those that they refer to.
    pub(super) fn check_reference_types(
        &self,
        table: &QualifiedName,
        (columns, target, target_columns): (&[SmolStr], &QualifiedName, &[SmolStr]),
    ) -> Outcome {
        if self.assumes_missing() {
            return Ok(());
        }
        if columns.len() != target_columns.len() {
            return Err(Failure::new("a foreign key names as many columns as it refers to"));
        }
        let tables = &self.catalog().tables;
        let kind = |table: &QualifiedName, column: &str| {
            Some(tables.get(table)?.column(column)?.type_name.clone())
        };
        for (column, other) in columns.iter().zip(target_columns) {
            let (Some(own), Some(theirs)) = (kind(table, column), kind(target, other)) else {
                continue;
            };
            let (own, theirs) = (self.base_type(&own), self.base_type(&theirs));
            let fits = match (self.is_own_type(&own), self.is_own_type(&theirs)) {
                (false, false) => super::types::can_refer(&own, &theirs),
                _ => own == theirs,
            };
            if !fits {
                return Err(Failure::new(format!("{column} is {own}, and {other} is {theirs}")));
            }
        }
        Ok(())
    }

    /// Adds a foreign key as it is.
    pub(super) fn put_foreign_key(&mut self, table: &QualifiedName, key: ForeignKey) {
        self.store.link_reference(&key.target, table);
        self.store.link_constraint(table, &key.name);
        if let Some(table) = self.store.table(table) {
            table.foreign_keys.push(key);
        }
    }

    /// A partition gets a foreign key of its parent; one that says the same will do.
    pub(super) fn give_foreign_key(&mut self, child: &QualifiedName, key: &ForeignKey) {
        let fits = |own: &&mut ForeignKey| !own.inherited && says_the_same(own, key);
        let own = self.store.table(child);
        match own.and_then(|child| child.foreign_keys.iter_mut().find(fits)) {
            Some(own) => own.inherited = true,
            None => self.put_foreign_key(child, ForeignKey { inherited: true, ..key.clone() }),
        }
    }

    /// The columns referred to, which must be a key of the target where that is known.
    fn target_columns(
        &self,
        target: &QualifiedName,
        key: &trave_sql::ForeignKey,
    ) -> Result<Vec<SmolStr>, Failure> {
        let Some(found) = self.catalog().tables.get(target) else { return Ok(Vec::new()) };
        if key.target_columns.is_empty() {
            return match &found.primary_key {
                Some(primary) => Ok(primary.columns.clone()),
                None if self.assumes_missing() => Ok(Vec::new()),
                None => Err(Failure::new(format!("there is no primary key for {target}"))),
            };
        }
        let columns: Vec<SmolStr> =
            key.target_columns.iter().map(|column| SmolStr::new(column.as_str())).collect();
        let is_key = found.unique_keys().iter().any(|unique| {
            unique.len() == columns.len() && unique.iter().all(|column| columns.contains(column))
        });
        if is_key || self.assumes_missing() {
            return Ok(columns);
        }
        Err(Failure::new(format!("there is no unique constraint on those columns of {target}")))
    }
}

fn action(action: &trave_sql::ReferentialAction) -> ReferentialAction {
    match action {
        trave_sql::ReferentialAction::NoAction => ReferentialAction::NoAction,
        trave_sql::ReferentialAction::Restrict => ReferentialAction::Restrict,
        trave_sql::ReferentialAction::Cascade => ReferentialAction::Cascade,
        trave_sql::ReferentialAction::SetNull(_) => ReferentialAction::SetNull,
        trave_sql::ReferentialAction::SetDefault(_) => ReferentialAction::SetDefault,
    }
}

/// Whether a reference of a partition can stand for one of its parent.
pub(super) fn says_the_same(own: &ForeignKey, key: &ForeignKey) -> bool {
    own.columns == key.columns
        && own.target == key.target
        && own.target_columns == key.target_columns
        && own.on_delete == key.on_delete
        && own.on_update == key.on_update
        && own.deferrable == key.deferrable
        && own.validated == key.validated
}
