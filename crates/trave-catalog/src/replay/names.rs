//! From names as written to objects: the search path, and tables that nothing makes.

use smol_str::SmolStr;
use trave_source::Span;
use trave_sql::ObjectName;

use super::session::{Session, TEMPORARY};
use super::{Failure, prelude};
use crate::{Column, Provenance, QualifiedName, Schema, Table, TableKind};

/// What a relation name stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum RelationIs {
    /// A table, also a partitioned or foreign one.
    Table,
    /// A view or materialized view.
    View,
    /// A sequence.
    Sequence,
    /// An index.
    Index,
    /// A composite type.
    Type,
}

impl Session {
    /// What a name stands for among the relations, which share one space of names.
    pub(super) fn relation(&self, name: &QualifiedName) -> Option<RelationIs> {
        let catalog = self.catalog();
        if catalog.tables.contains_key(name) {
            return Some(RelationIs::Table);
        }
        if catalog.views.contains_key(name) {
            return Some(RelationIs::View);
        }
        if catalog.sequences.contains_key(name) {
            return Some(RelationIs::Sequence);
        }
        if self.store.index_owner(name).is_some() {
            return Some(RelationIs::Index);
        }
        let kind = &catalog.types.get(name)?.kind;
        matches!(kind, crate::TypeKind::Composite(_)).then_some(RelationIs::Type)
    }

    /// Every name that a written one may mean, best first.
    pub(super) fn candidates(&self, name: &ObjectName) -> Vec<QualifiedName> {
        candidates_along(name, &self.search_path)
    }

    /// The first relation that a written name means.
    pub(super) fn find_relation(&self, name: &ObjectName) -> Option<(QualifiedName, RelationIs)> {
        self.find_relation_along(name, &self.search_path)
    }

    /// As [`Session::find_relation`], along another path.
    pub(super) fn find_relation_along(
        &self,
        name: &ObjectName,
        path: &[SmolStr],
    ) -> Option<(QualifiedName, RelationIs)> {
        let mut candidates = candidates_along(name, path).into_iter();
        candidates.find_map(|name| self.relation(&name).map(|is| (name, is)))
    }

    /// The name that a new object gets.
    pub(super) fn new_name(&mut self, name: &ObjectName) -> Result<QualifiedName, Failure> {
        let short = SmolStr::new(name.name.as_str());
        if let Some(schema) = &name.schema {
            let schema = schema_name(schema.as_str());
            self.need_schema(&schema, name.span)?;
            return Ok(QualifiedName::new(schema, short));
        }
        let known = |schema: &&SmolStr| self.catalog().schemas.contains_key(*schema);
        match self.search_path.iter().find(known) {
            Some(schema) => Ok(QualifiedName::new(schema.clone(), short)),
            None if self.assumes_missing() => Ok(QualifiedName::new("public", short)),
            None => Err(Failure::new("no schema has been selected to create in")),
        }
    }

    /// Fails without the schema, or takes it as made elsewhere.
    pub(super) fn need_schema(&mut self, schema: &SmolStr, span: Span) -> Result<(), Failure> {
        if self.catalog().schemas.contains_key(schema)
            || schema == TEMPORARY
            || schema == "pg_catalog"
        {
            return Ok(());
        }
        if let Some(extension) = prelude::extension_of_schema(schema) {
            self.assume_extension(extension, span);
            return Ok(());
        }
        if !self.assumes_missing() {
            return Err(Failure::missing("schema", schema));
        }
        let provenance = Provenance::Unknown(self.origin(span));
        self.store.put(schema.clone(), Schema { provenance, grants: Vec::new() });
        Ok(())
    }

    /// The table that a statement is about. One that nothing makes fails it, or is taken as made
    /// elsewhere with columns nobody knows.
    pub(super) fn need_table(&mut self, name: &ObjectName) -> Result<QualifiedName, Failure> {
        match self.find_relation(name) {
            Some((found, RelationIs::Table)) => Ok(found),
            Some((found, _)) => Err(Failure::new(format!("{found} is not a table"))),
            None => self.assume_table(name),
        }
    }

    /// As [`Session::need_table`]; a view is an answer too.
    pub(super) fn need_relation(
        &mut self,
        name: &ObjectName,
    ) -> Result<(QualifiedName, RelationIs), Failure> {
        match self.find_relation(name) {
            Some(found) => Ok(found),
            None => self.assume_table(name).map(|table| (table, RelationIs::Table)),
        }
    }

    fn assume_table(&mut self, name: &ObjectName) -> Result<QualifiedName, Failure> {
        if !self.assumes_missing() {
            return Err(Failure::missing("relation", name));
        }
        let full = self.new_name(name)?;
        let mut table = blank_table(full.clone(), Provenance::Unknown(self.origin(name.span)));
        table.columns_known = false;
        table.grants_known = false;
        self.store.put(full.clone(), table);
        Ok(full)
    }

    /// A column of a table. In lenient replays a statement that names a column which nothing
    /// made is taken as proof that it was made elsewhere, unless a migration took it away.
    pub(super) fn need_column(
        &mut self,
        table: &QualifiedName,
        column: &str,
    ) -> Result<(), Failure> {
        let assumes = self.assumes_missing() && !self.speculative;
        let Some(found) = self.catalog().tables.get(table) else { return Ok(()) };
        if has_column(&found.columns, column) || is_system_column(column) {
            return Ok(());
        }
        let gone = found.past_columns.iter().any(|past| past.name == column);
        if assumes && !gone {
            if let Some(found) = self.store.table(table) {
                found.columns_known = false;
            }
            return Ok(());
        }
        if gone {
            self.gone_column = Some((table.clone(), SmolStr::new(column)));
        }
        Err(Failure::new(format!("column {column} of {table} does not exist")))
    }
}

/// Every name that a written one may mean along a path, best first.
pub(super) fn candidates_along(name: &ObjectName, path: &[SmolStr]) -> Vec<QualifiedName> {
    let short = SmolStr::new(name.name.as_str());
    if let Some(schema) = &name.schema {
        return vec![QualifiedName::new(schema_name(schema.as_str()), short)];
    }
    let path = path.iter().filter(|schema| *schema != "$user").cloned();
    std::iter::once(SmolStr::new(TEMPORARY))
        .chain(path)
        .map(|schema| QualifiedName::new(schema, short.clone()))
        .collect()
}

/// `pg_temp_3` and its alias are one.
fn schema_name(schema: &str) -> SmolStr {
    if schema.starts_with("pg_temp") { SmolStr::new(TEMPORARY) } else { SmolStr::new(schema) }
}

/// Whether a column of this name is among them.
pub(super) fn has_column(columns: &[Column], name: &str) -> bool {
    columns.iter().any(|column| column.name == name)
}

/// Whether every table has a column of this name.
pub(super) fn is_system_column(name: &str) -> bool {
    matches!(name, "ctid" | "xmin" | "xmax" | "cmin" | "cmax" | "tableoid")
}

/// A table with nothing in it.
pub(super) fn blank_table(name: QualifiedName, provenance: Provenance) -> Table {
    Table {
        name,
        provenance,
        kind: TableKind::Ordinary,
        columns: Vec::new(),
        primary_key: None,
        uniques: Vec::new(),
        foreign_keys: Vec::new(),
        checks: Vec::new(),
        exclusions: Vec::new(),
        indexes: Vec::new(),
        policies: Vec::new(),
        rls_enabled: false,
        rls_forced: false,
        rls_origin: None,
        grants: Vec::new(),
        grants_known: true,
        triggers: Vec::new(),
        parent: None,
        is_partition: false,
        comment: None,
        inherits: Vec::new(),
        partition_key: None,
        partition_bound: None,
        server: None,
        unlogged: false,
        columns_known: true,
        past_columns: Vec::new(),
    }
}
