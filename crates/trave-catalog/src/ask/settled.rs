//! Which tables and columns can be judged as they stand.

use crate::{Catalog, Column, Dialect, Table, TableKind};

impl Catalog {
    /// Whether a table is the project's own, stands in a PostgreSQL database and is known as a
    /// whole. What a pending migration makes is judged there; partitions are as their parent is.
    pub fn is_settled(&self, table: &Table) -> bool {
        let is_made = table.provenance.is_migration() && table.is_known();
        let is_own = table.kind != TableKind::Foreign && table.inherits.is_empty();
        let is_pending = table.origin().is_some_and(|origin| self.pending.holds(origin));
        let is_doubtful = self.unknown.contains(&table.name) || is_pending;
        self.dialect == Dialect::Postgres
            && is_made
            && is_own
            && !table.is_partition
            && !is_doubtful
            && self.is_own_schema(&table.name.schema)
    }

    /// The columns of such a table that no pending migration adds; none of any other table.
    pub fn settled_columns<'t>(&self, table: &'t Table) -> impl Iterator<Item = &'t Column> {
        let is_settled = self.is_settled(table);
        let columns = table.columns.iter().filter(move |_| is_settled);
        columns.filter(|column| !self.pending.holds(column.origin))
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{catalog, table};

    #[test]
    fn parts_and_tables_of_others_are_not_judged() {
        let catalog = catalog(
            "create table a (id int, at timestamptz) partition by range (at);
             create table b partition of a for values from (minvalue) to (maxvalue);
             create table d (id int);
             create table c (own int) inherits (d);",
        );
        let columns = |name: &str| catalog.settled_columns(table(&catalog, name)).count();
        assert_eq!(columns("a"), 2);
        assert_eq!(columns("b"), 0);
        assert_eq!(columns("c"), 0);
    }
}
