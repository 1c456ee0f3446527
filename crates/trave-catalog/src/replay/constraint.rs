//! Constraints, but for foreign keys: their names and their indexes.

use smol_str::{SmolStr, format_smolstr};
use trave_sql::{Constraint, ConstraintKind, ConstraintTiming, Expr, Name};

use super::generated::{Wanted, addition, different};
use super::index::IndexPlan;
use super::rewrite::Edits;
use super::session::Session;
use super::{Failure, Outcome, expression};
use crate::{Check, Index, IndexKey, IndexTarget, Key, QualifiedName, Table};

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
        self.refuse_key_across_partitions(table, &columns)?;
        let carried = key.include.iter().map(|column| SmolStr::new(column.as_str()));
        let column_names = different(columns.iter().cloned().chain(carried));
        let name = match &constraint.name {
            Some(name) => SmolStr::new(name.as_str()),
            None => self.key_name(table, &column_names, is),
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
            column_names,
            unique: true,
            nulls_not_distinct: key.nulls_not_distinct,
            predicate: None,
            constraint: Some(name.clone()),
            inherited: false,
            valid: !(self.only && self.lacks_partitions(table)),
            origin,
        };
        let made = Key {
            name: name.clone(),
            columns,
            nulls_not_distinct: key.nulls_not_distinct,
            operators: Vec::new(),
            deferrable: constraint.timing != ConstraintTiming::Immediate,
            origin,
        };
        self.put_key(table, made, is);
        self.put_index(table, index);
        if self.only { Ok(()) } else { self.spread_index(table, &name) }
    }

    fn key_name(&self, table: &QualifiedName, columns: &[SmolStr], is: KeyIs) -> SmolStr {
        let columns = match is {
            KeyIs::Primary => String::new(),
            KeyIs::Unique => addition(columns.iter().map(SmolStr::as_str)),
        };
        let label = if is == KeyIs::Primary { "pkey" } else { "key" };
        let wanted = Wanted { table: &table.name, columns: &columns, label };
        wanted.choose(|name| self.is_index_name_taken(table, name, label))
    }

    fn put_key(&mut self, table: &QualifiedName, key: Key, is: KeyIs) {
        self.store.link_constraint(table, &key.name);
        if is == KeyIs::Primary {
            let of_key = |column: &&mut crate::Column| key.columns.contains(&column.name);
            let below = if self.only { Vec::new() } else { self.store.descendants(table) };
            for name in below.iter().chain([table]) {
                let Some(table) = self.store.table(name) else { continue };
                table.columns.iter_mut().filter(of_key).for_each(|column| column.not_null = true);
            }
        }
        let Some(table) = self.store.table(table) else { return };
        match is {
            KeyIs::Primary => table.primary_key = Some(key),
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
        if self.is_partitioned(table) {
            return Err(Failure::new(format!("{table} is partitioned")));
        }
        if name != index && self.is_taken(&table.schema, &name) {
            return Err(Failure::exists("relation", &name));
        }
        let found = self.catalog().tables.get(table);
        if found.is_some_and(|table| table.has_constraint(&name)) {
            return Err(Failure::exists("constraint", &name));
        }
        let missing = || Failure::missing("index", &index);
        let found = self.store.table(table).ok_or_else(missing)?;
        let found = found.indexes.iter_mut().find(|one| one.name == index).ok_or_else(missing)?;
        if !can_back_key(found) {
            return Err(Failure::new(format!("index {index} cannot back a key")));
        }
        found.name = name.clone();
        found.constraint = Some(name.clone());
        let columns = found.keys.iter().filter_map(IndexKey::column).cloned().collect();
        let key = Key {
            name: name.clone(),
            columns,
            nulls_not_distinct: found.nulls_not_distinct,
            operators: Vec::new(),
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
        let rows = self.whole_rows(table, expr);
        let mut columns = expression::own_columns(expr, &table.name);
        columns.retain(|column| rows.is_empty() || *column != table.name);
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
            expression: self.expression_text_with(expr, rows),
            columns,
            validated: !constraint.not_valid,
            local: true,
            origin: self.origin(constraint.span),
        };
        for child in self.store.descendants(table) {
            self.put_check(&child, Check { local: false, ..check.clone() })?;
        }
        self.put_check(table, check)
    }

    /// Where an expression names a table and not a column: there it means the whole row.
    fn whole_rows(&self, table: &QualifiedName, expr: &Expr) -> Edits {
        let found = self.catalog().tables.get(table).filter(|one| one.columns_known);
        if found.is_none_or(|found| found.column(&table.name).is_some()) {
            return Edits::new();
        }
        let row = format_smolstr!("{}.*", Name::exact(&table.name));
        let named = expression::own_references(expr, &table.name).into_iter();
        let is_row = |name: &SmolStr, span| *name == table.name && !self.slice(span).contains('.');
        let named = named.filter(|(name, span)| is_row(name, *span));
        named.map(|(_, span)| (span, row.clone())).collect()
    }

    /// Adds a check as it is. One of the same name that says the same is the same.
    pub(super) fn put_check(&mut self, table: &QualifiedName, check: Check) -> Outcome {
        self.store.link_constraint(table, &check.name);
        let Some(table) = self.store.table(table) else { return Ok(()) };
        let taken = table.has_constraint(&check.name);
        match table.checks.iter_mut().find(|own| own.name == check.name) {
            Some(own) if own.expression == check.expression => own.local |= check.local,
            None if !taken => table.checks.push(check),
            _ => return Err(Failure::exists("constraint", &check.name)),
        }
        Ok(())
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

    fn add_exclusion(
        &mut self,
        table: &QualifiedName,
        constraint: &Constraint,
        exclude: &trave_sql::Exclude,
    ) -> Outcome {
        if self.is_partitioned(table) {
            return Err(Failure::new(format!("{table} is partitioned, and has no exclusions")));
        }
        let method = exclude.method.as_ref().map_or("btree", |method| method.as_str());
        let plan = IndexPlan {
            keys: &exclude.keys,
            method,
            predicate: exclude.predicate.as_ref(),
            label: "excl",
            include: &[],
        };
        if let Some(name) = &constraint.name
            && self.is_index_taken(table, name.as_str())
        {
            return Err(Failure::exists("relation", name));
        }
        let mut index = self.plan_index(table, &plan, constraint.name.as_ref())?;
        index.constraint = Some(index.name.clone());
        index.origin = self.origin(constraint.span);
        let key = Key {
            name: index.name.clone(),
            columns: index.keys.iter().filter_map(IndexKey::column).cloned().collect(),
            nulls_not_distinct: false,
            operators: exclude.operators.clone(),
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

/// Unique over plain columns in the plain order, for all rows, and not behind a key already.
fn can_back_key(index: &Index) -> bool {
    let plain = |key: &IndexKey| key.column().is_some() && !key.descending && !key.nulls_first;
    index.unique
        && index.predicate.is_none()
        && index.constraint.is_none()
        && index.method == "btree"
        && index.keys.iter().all(plain)
}

fn plain_key(column: &SmolStr) -> IndexKey {
    IndexKey {
        what: IndexTarget::Column(column.clone()),
        opclass: None,
        descending: false,
        nulls_first: false,
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
