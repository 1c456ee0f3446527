//! `CREATE INDEX`, also on partitions and materialized views.

use smol_str::SmolStr;
use trave_source::Span;
use trave_sql::{CreateIndex, Direction, Expr, Ident, Nulls};

use super::drop_cascade::mentions;
use super::generated::{Wanted, addition, different, key_names};
use super::names::RelationIs;
use super::session::Session;
use super::{Failure, Outcome, expression};
use crate::{Index, IndexKey, IndexTarget, QualifiedName, TableKind, View};

/// What an index is made of, before it has a name.
pub(super) struct IndexPlan<'a> {
    /// The keys.
    pub(super) keys: &'a [trave_sql::IndexKey],
    /// The access method.
    pub(super) method: &'a str,
    /// `WHERE …`.
    pub(super) predicate: Option<&'a Expr>,
    /// What a generated name ends with.
    pub(super) label: &'a str,
    /// Columns that the index only carries.
    pub(super) include: &'a [Ident],
}

impl Session {
    /// `CREATE [UNIQUE] INDEX`.
    pub(super) fn create_index(&mut self, create: &CreateIndex, span: Span) -> Outcome {
        let (relation, is) = self.need_relation(&create.table)?;
        if !matches!(is, RelationIs::Table | RelationIs::View) {
            return Err(Failure::new(format!("{relation} cannot have an index")));
        }
        let mut index = self.new_index(&relation, create, span)?;
        if create.unique {
            let columns: Vec<SmolStr> =
                index.keys.iter().filter_map(IndexKey::column).cloned().collect();
            self.refuse_key_across_partitions(&relation, &columns)?;
        }
        if let Some(name) = &create.name
            && self.is_index_taken(&relation, name.as_str())
        {
            let keeps = create.mode.if_not_exists;
            return if keeps { Ok(()) } else { Err(Failure::exists("relation", name)) };
        }
        if !self.lacks_partitions(&relation) {
            self.put_index(&relation, index);
            return Ok(());
        }
        index.valid = !create.mode.only;
        let name = index.name.clone();
        self.atomically(|session| {
            session.put_index(&relation, index);
            if create.mode.only { Ok(()) } else { session.spread_index(&relation, &name) }
        })
    }

    /// An index that MySQL writes inside its table.
    pub(super) fn index_of_table(
        &mut self,
        table: &QualifiedName,
        create: &CreateIndex,
    ) -> Outcome {
        let mut index = self.plan_index(table, &plan_of(create), create.name.as_ref())?;
        let origin = create.name.as_ref().map(|name| self.origin(name.span));
        let origin = origin.unwrap_or(index.origin);
        complete(&mut index, create, origin);
        self.put_index(table, index);
        Ok(())
    }

    fn new_index(
        &mut self,
        relation: &QualifiedName,
        create: &CreateIndex,
        span: Span,
    ) -> Result<Index, Failure> {
        let mut index = self.plan_index(relation, &plan_of(create), create.name.as_ref())?;
        let span = create.name.as_ref().map_or(span, |name| name.span);
        complete(&mut index, create, self.origin(span));
        Ok(index)
    }

    /// An index with its name, still without what only `CREATE INDEX` can say.
    pub(super) fn plan_index(
        &mut self,
        relation: &QualifiedName,
        plan: &IndexPlan<'_>,
        name: Option<&Ident>,
    ) -> Result<Index, Failure> {
        let mut keys = Vec::new();
        for key in plan.keys {
            keys.push(self.index_key(relation, key, plan.method)?);
        }
        if let Some(predicate) = plan.predicate {
            for column in expression::own_columns(predicate, &relation.name) {
                self.need_column(relation, &column)?;
            }
            self.link_calls(relation, predicate);
        }
        for column in plan.include {
            self.need_column(relation, column.as_str())?;
        }
        let values: Vec<&Expr> = plan.keys.iter().map(|key| &key.value).collect();
        let column_names = key_names(&values, plan.include);
        let name = match name {
            Some(name) => SmolStr::new(name.as_str()),
            None => self.index_name(relation, &column_names, plan.label),
        };
        let span = plan.keys.first().map_or(Span::default(), |key| key.span);
        Ok(Index {
            name,
            method: SmolStr::new(plan.method),
            keys,
            include: Vec::new(),
            column_names,
            unique: false,
            nulls_not_distinct: false,
            predicate: plan.predicate.map(|predicate| self.expression_text(predicate)),
            constraint: None,
            inherited: false,
            valid: true,
            origin: self.origin(span),
        })
    }

    fn index_name(
        &self,
        relation: &QualifiedName,
        column_names: &[SmolStr],
        label: &str,
    ) -> SmolStr {
        let columns = addition(column_names.iter().map(SmolStr::as_str));
        let wanted = Wanted { table: &relation.name, columns: &columns, label };
        wanted.choose(|name| self.is_index_name_taken(relation, name, label))
    }

    /// Whether a generated name is taken: that of an index behind a constraint is one of a
    /// constraint as well.
    pub(super) fn is_index_name_taken(
        &self,
        relation: &QualifiedName,
        name: &str,
        label: &str,
    ) -> bool {
        let schema = &relation.schema;
        self.is_taken(schema, name) || label != "idx" && self.store.has_constraint(schema, name)
    }

    fn index_key(
        &mut self,
        relation: &QualifiedName,
        key: &trave_sql::IndexKey,
        method: &str,
    ) -> Result<IndexKey, Failure> {
        let what = if let Some(column) = expression::plain_column(&key.value) {
            self.need_column(relation, &column)?;
            IndexTarget::Column(column)
        } else {
            for column in expression::own_columns(&key.value, &relation.name) {
                self.need_column(relation, &column)?;
            }
            self.link_calls(relation, &key.value);
            IndexTarget::Expression(self.expression_text(&key.value))
        };
        let descending = key.direction == Direction::Descending;
        let opclass = key.opclass.as_ref().map(|name| SmolStr::new(name.name.as_str()));
        Ok(IndexKey {
            what,
            opclass: opclass.filter(|name| !is_default_opclass(name, method)),
            descending,
            nulls_first: key.nulls.map_or(descending, |nulls| nulls == Nulls::First),
        })
    }

    /// Adds an index as it is.
    pub(super) fn put_index(&mut self, relation: &QualifiedName, index: Index) {
        self.store.link_index(relation, &index.name);
        if self.catalog().views.contains_key(relation) {
            if let Some(view) = self.store.edit::<View>(relation) {
                view.indexes.push(index);
            }
        } else if let Some(table) = self.store.table(relation) {
            table.indexes.push(index);
        }
    }

    /// Whether a relation is a partitioned table.
    pub(super) fn is_partitioned(&self, relation: &QualifiedName) -> bool {
        let table = self.catalog().tables.get(relation);
        table.is_some_and(|table| table.kind == TableKind::Partitioned)
    }
}

fn plan_of(create: &CreateIndex) -> IndexPlan<'_> {
    IndexPlan {
        keys: &create.keys,
        method: create.method.as_ref().map_or("btree", |method| method.as_str()),
        predicate: create.predicate.as_ref(),
        label: "idx",
        include: &create.include,
    }
}

fn complete(index: &mut Index, create: &CreateIndex, origin: trave_source::Origin) {
    index.unique = create.unique;
    index.nulls_not_distinct = create.nulls_not_distinct;
    index.include = create.include.iter().map(|column| SmolStr::new(column.as_str())).collect();
    index.origin = origin;
}

impl Index {
    /// Whether it has to be made anew when a column changes its type.
    pub(super) fn stands_on(&self, table: &str, column: &str) -> bool {
        let in_text = |text: &String| mentions(text, table, column);
        let in_key = |key: &IndexKey| match &key.what {
            IndexTarget::Column(one) => one == column,
            IndexTarget::Expression(text) => in_text(text),
        };
        self.keys.iter().any(in_key)
            || self.include.iter().any(|one| one == column)
            || self.predicate.as_ref().is_some_and(in_text)
    }

    /// It is made anew: its columns are called as they are now.
    pub(super) fn call_anew(&mut self) {
        let keys = self.keys.iter().zip(&self.column_names).map(|(key, old)| match &key.what {
            IndexTarget::Column(column) => column.clone(),
            IndexTarget::Expression(_) => old.clone(),
        });
        self.column_names = different(keys.chain(self.include.iter().cloned()));
    }
}

/// Operator classes that say nothing: the method would take them anyway.
fn is_default_opclass(name: &str, method: &str) -> bool {
    match method {
        "btree" | "hash" => name.ends_with("_ops") && !name.contains("pattern"),
        "gin" => matches!(name, "jsonb_ops" | "array_ops" | "tsvector_ops"),
        "gist" => matches!(name, "tsvector_ops" | "range_ops" | "inet_ops"),
        _ => false,
    }
}

impl IndexKey {
    /// The column, if the key is one.
    pub fn column(&self) -> Option<&SmolStr> {
        match &self.what {
            IndexTarget::Column(column) => Some(column),
            IndexTarget::Expression(_) => None,
        }
    }
}
