//! What code calls the tables of a declared schema: `prisma.teamMember` is a row of `team_members`.
//!
//! Whoever reads a declaration leaves this behind, and the models of the libraries that speak in
//! its names ask the evaluator for it: see [`Machine::named_table`].
//!
//! [`Machine::named_table`]: crate::library::Machine::named_table

use std::collections::BTreeMap;

use smol_str::SmolStr;

use crate::declared::TableName;

/// A table by the names that code gives it and what belongs to it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct NamedTable {
    /// What code calls it: the name of a model, an entity, a constant.
    pub code: SmolStr,
    /// The table.
    pub table: TableName,
    /// Its columns by the property that code reads.
    pub columns: BTreeMap<SmolStr, SmolStr>,
    /// What leads to other tables, by the property that code reads.
    pub relations: BTreeMap<SmolStr, NamedRelation>,
    /// The properties of keys of several columns, by the name that code gives the key.
    pub keys: BTreeMap<SmolStr, Vec<SmolStr>>,
    /// The columns of the primary key, where code may name a row by its key alone.
    pub primary: Vec<SmolStr>,
}

/// A property that leads to rows of another table.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct NamedRelation {
    /// What code calls the table that it leads to.
    pub target: SmolStr,
    /// It leads to many rows.
    pub is_list: bool,
    /// Columns of the own table that say which rows; none where a third table ties the two.
    pub columns: Vec<SmolStr>,
    /// The columns of the other table that they are equal to.
    pub target_columns: Vec<SmolStr>,
}

impl NamedTable {
    /// The column that a property reads.
    pub fn column(&self, property: &str) -> Option<&SmolStr> {
        self.columns.get(property)
    }
}
