//! Constraints: their names, their indexes, what they refer to.

use smol_str::SmolStr;
use trave_sql::{Constraint, ConstraintKind, ConstraintTiming, Expr};

use super::generated::{Wanted, addition};
use super::index::IndexPlan;
use super::session::Session;
use super::{Failure, Outcome, expression};
use crate::{
    Check, ForeignKey, Index, IndexKey, IndexTarget, Key, QualifiedName, ReferentialAction, Table,
};

impl Session {
    /// Adds a constraint to a table that is there.
    pub(super) fn add_constraint(
        &mut self,
        table: &QualifiedName,
        constraint: &Constraint,
    ) -> Outcome {
        if let Some(name) = &constraint.name {
            let taken = self.catalog().tables.get(table);
            if taken.is_some_and(|table| table.has_constraint(name.as_str())) {
                return Err(Failure::exists("constraint", name));
            }
        }
        match &constraint.kind {
            ConstraintKind::PrimaryKey(key) => {
                self.add_key(table, constraint, (key, KeyIs::Primary))
            }
            ConstraintKind::Unique(key) => self.add_key(table, constraint, (key, KeyIs::Unique)),
            ConstraintKind::ForeignKey(key) => self.add_foreign_key(table, constraint, key),
            ConstraintKind::Check(expr) => self.add_check(table, constraint, expr),
            ConstraintKind::Exclude(exclude) => self.add_exclusion(table, constraint, exclude),
            ConstraintKind::NotNull(column) => {
                self.column_mut(table, column.as_str()).map(|column| column.not_null = true)
            }
        }
    }

    fn add_key(
        &mut self,
        table: &QualifiedName,
        constraint: &Constraint,
        (key, is): (&trave_sql::Key, KeyIs),
    ) -> Outcome {
        let has_primary =
            self.catalog().tables.get(table).is_some_and(|table| table.primary_key.is_some());
        if is == KeyIs::Primary && has_primary {
            return Err(Failure::new(format!("{table} has a primary key already")));
        }
        if let Some(index) = &key.using_index {
            return self.key_from_index(table, constraint, (index.as_str(), is));
        }
        let columns: Vec<SmolStr> =
            key.columns.iter().map(|column| SmolStr::new(column.as_str())).collect();
        for column in &columns {
            self.need_column(table, column)?;
        }
        let name = match &constraint.name {
            Some(name) => SmolStr::new(name.as_str()),
            None => self.key_name(table, &columns, is),
        };
        if self.is_index_taken(table, &name) {
            return Err(Failure::exists("relation", &name));
        }
        let origin = self.origin(constraint.span);
        let index = Index {
            name: name.clone(),
            method: "btree".into(),
            keys: columns.iter().map(plain_key).collect(),
            include: key.include.iter().map(|column| SmolStr::new(column.as_str())).collect(),
            unique: true,
            nulls_not_distinct: key.nulls_not_distinct,
            predicate: None,
            constraint: Some(name.clone()),
            origin,
        };
        let made = Key {
            name,
            columns,
            nulls_not_distinct: key.nulls_not_distinct,
            definition: None,
            deferrable: constraint.timing != ConstraintTiming::Immediate,
            origin,
        };
        self.put_key(table, made, is);
        self.put_index(table, index);
        self.repeat_key_in_partitions(table, constraint)
    }

    fn key_name(&self, table: &QualifiedName, columns: &[SmolStr], is: KeyIs) -> SmolStr {
        let columns = match is {
            KeyIs::Primary => String::new(),
            KeyIs::Unique => addition(columns.iter().map(SmolStr::as_str)),
        };
        let label = if is == KeyIs::Primary { "pkey" } else { "key" };
        let wanted = Wanted { table: &table.name, columns: &columns, label };
        wanted.choose(|name| {
            self.is_taken(&table.schema, name) || self.store.has_constraint(&table.schema, name)
        })
    }

    fn put_key(&mut self, table: &QualifiedName, key: Key, is: KeyIs) {
        self.store.link_constraint(table, &key.name);
        let Some(table) = self.store.table(table) else { return };
        match is {
            KeyIs::Primary => {
                let of_key = |column: &&mut crate::Column| key.columns.contains(&column.name);
                table.columns.iter_mut().filter(of_key).for_each(|column| column.not_null = true);
                table.primary_key = Some(key);
            }
            KeyIs::Unique => table.uniques.push(key),
        }
    }

    /// `ADD CONSTRAINT … USING INDEX`: the index takes the constraint's name.
    fn key_from_index(
        &mut self,
        table: &QualifiedName,
        constraint: &Constraint,
        (index, is): (&str, KeyIs),
    ) -> Outcome {
        let origin = self.origin(constraint.span);
        let name = constraint.name.as_ref().map_or(index, |name| name.as_str());
        let name = SmolStr::new(name);
        if name != index && self.is_taken(&table.schema, &name) {
            return Err(Failure::exists("relation", &name));
        }
        let missing = || Failure::missing("index", &index);
        let found = self.store.table(table).ok_or_else(missing)?;
        let found = found.indexes.iter_mut().find(|one| one.name == index).ok_or_else(missing)?;
        found.name = name.clone();
        found.constraint = Some(name.clone());
        let columns = found.keys.iter().filter_map(IndexKey::column).cloned().collect();
        let key = Key {
            name: name.clone(),
            columns,
            nulls_not_distinct: found.nulls_not_distinct,
            definition: None,
            deferrable: constraint.timing != ConstraintTiming::Immediate,
            origin,
        };
        self.store.link_index(table, &name);
        self.put_key(table, key, is);
        Ok(())
    }

    fn add_check(
        &mut self,
        table: &QualifiedName,
        constraint: &Constraint,
        expr: &Expr,
    ) -> Outcome {
        let columns = expression::own_columns(expr, &table.name);
        for column in &columns {
            self.need_column(table, column)?;
        }
        let name = if let Some(name) = &constraint.name {
            SmolStr::new(name.as_str())
        } else {
            let column = match columns.as_slice() {
                [column] => column.as_str(),
                _ => "",
            };
            self.constraint_name(table, column, "check")
        };
        self.link_calls(table, expr);
        let check = Check {
            name,
            expression: self.expression_text(expr),
            columns,
            validated: !constraint.not_valid,
            origin: self.origin(constraint.span),
        };
        for child in self.store.children(table) {
            self.put_check(&child, check.clone());
        }
        self.put_check(table, check);
        Ok(())
    }

    /// Adds a check as it is.
    pub(super) fn put_check(&mut self, table: &QualifiedName, check: Check) {
        self.store.link_constraint(table, &check.name);
        if let Some(table) = self.store.table(table)
            && !table.has_constraint(&check.name)
        {
            table.checks.push(check);
        }
    }

    /// `ChooseConstraintName`: free in the whole schema.
    pub(super) fn constraint_name(
        &self,
        table: &QualifiedName,
        columns: &str,
        label: &str,
    ) -> SmolStr {
        let wanted = Wanted { table: &table.name, columns, label };
        wanted.choose(|name| self.store.has_constraint(&table.schema, name))
    }

    fn add_foreign_key(
        &mut self,
        table: &QualifiedName,
        constraint: &Constraint,
        key: &trave_sql::ForeignKey,
    ) -> Outcome {
        let columns: Vec<SmolStr> =
            key.columns.iter().map(|column| SmolStr::new(column.as_str())).collect();
        for column in &columns {
            self.need_column(table, column)?;
        }
        let target = self.need_table(&key.target)?;
        let target_columns = self.target_columns(&target, key)?;
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
            origin: self.origin(constraint.span),
        };
        for child in self.partitions(table) {
            self.put_foreign_key(&child, made.clone());
        }
        self.put_foreign_key(table, made);
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

    fn add_exclusion(
        &mut self,
        table: &QualifiedName,
        constraint: &Constraint,
        exclude: &trave_sql::Exclude,
    ) -> Outcome {
        let method = exclude.method.as_ref().map_or("btree", |method| method.as_str());
        let plan = IndexPlan {
            keys: &exclude.keys,
            method,
            predicate: exclude.predicate.as_ref(),
            label: "excl",
        };
        let mut index = self.plan_index(table, &plan, constraint.name.as_ref())?;
        index.constraint = Some(index.name.clone());
        index.origin = self.origin(constraint.span);
        let key = Key {
            name: index.name.clone(),
            columns: index.keys.iter().filter_map(IndexKey::column).cloned().collect(),
            nulls_not_distinct: false,
            definition: Some(self.slice(constraint.span).to_owned()),
            deferrable: constraint.timing != ConstraintTiming::Immediate,
            origin: index.origin,
        };
        self.store.link_constraint(table, &key.name);
        if let Some(table) = self.store.table(table) {
            table.exclusions.push(key);
        }
        self.put_index(table, index);
        Ok(())
    }

    /// Partitions repeat the keys of their parent under names of their own.
    fn repeat_key_in_partitions(
        &mut self,
        table: &QualifiedName,
        constraint: &Constraint,
    ) -> Outcome {
        let unnamed = Constraint { name: None, ..constraint.clone() };
        for child in self.partitions(table) {
            self.add_constraint(&child, &unnamed)?;
        }
        Ok(())
    }

    /// The partitions of a table.
    pub(super) fn partitions(&self, table: &QualifiedName) -> Vec<QualifiedName> {
        let is_partition = |child: &QualifiedName| {
            self.catalog().tables.get(child).is_some_and(|child| child.is_partition)
        };
        self.store.children(table).into_iter().filter(is_partition).collect()
    }
}

/// Which key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum KeyIs {
    Primary,
    Unique,
}

fn plain_key(column: &SmolStr) -> IndexKey {
    IndexKey {
        what: IndexTarget::Column(column.clone()),
        opclass: None,
        descending: false,
        nulls_first: false,
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

impl Table {
    /// Whether a constraint of this name is on the table.
    pub(crate) fn has_constraint(&self, name: &str) -> bool {
        self.primary_key
            .iter()
            .chain(&self.uniques)
            .chain(&self.exclusions)
            .any(|key| key.name == name)
            || self.foreign_keys.iter().any(|key| key.name == name)
            || self.checks.iter().any(|check| check.name == name)
    }
}
