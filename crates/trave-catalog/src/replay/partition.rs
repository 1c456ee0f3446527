//! What the key of a partitioned table forbids.

use smol_str::SmolStr;
use trave_sql::{ExprKind, StorageOption};

use super::session::Session;
use super::{Failure, Outcome, expression, rewrite};
use crate::{Dialect, QualifiedName, Table};

/// What a table is partitioned by.
struct PartitionKey {
    /// Its columns, also those inside of expressions.
    columns: Vec<SmolStr>,
    /// Whether there are expressions.
    has_expressions: bool,
}

/// The key of a partitioned table, read again from its text.
fn key_of(table: &Table) -> Option<PartitionKey> {
    let text = table.partition_key.as_ref()?;
    let list = text.get(text.find('(')?..)?;
    let expr = rewrite::parse_expression(list, 0)?;
    let parts = match &expr.kind {
        ExprKind::Row(parts) => parts.iter().collect(),
        _ => vec![&expr],
    };
    let has_expressions = parts.iter().any(|part| expression::plain_column(part).is_none());
    Some(PartitionKey {
        columns: expression::own_columns(&expr, &table.name.name),
        has_expressions,
    })
}

impl Session {
    /// A partitioned table keeps no rows: nothing can be said of how it keeps them.
    pub(super) fn refuse_options(
        &self,
        table: &QualifiedName,
        options: &[StorageOption],
    ) -> Outcome {
        let says_something = options.iter().any(|option| option.name != "oids");
        let of_postgres = self.catalog().dialect == Dialect::Postgres;
        if of_postgres && says_something && self.is_partitioned(table) {
            return Err(Failure::new(format!("{table} is partitioned: it has no such options")));
        }
        Ok(())
    }

    /// A column of the key stays, with its type.
    pub(super) fn refuse_partition_column(&self, table: &QualifiedName, column: &str) -> Outcome {
        let key = self.catalog().tables.get(table).and_then(key_of);
        if key.is_some_and(|key| key.columns.iter().any(|one| one == column)) {
            return Err(Failure::new(format!("{table} is partitioned by {column}")));
        }
        Ok(())
    }

    /// A unique key of a partitioned table has every column that the rows are divided by.
    pub(super) fn refuse_key_across_partitions(
        &self,
        table: &QualifiedName,
        columns: &[SmolStr],
    ) -> Outcome {
        let Some(key) = self.catalog().tables.get(table).and_then(key_of) else { return Ok(()) };
        if key.has_expressions || key.columns.iter().any(|column| !columns.contains(column)) {
            return Err(Failure::new(format!("a key of {table} has to hold its partition key")));
        }
        Ok(())
    }

    /// No two partitions of a table take the same rows, as far as their bounds are the same.
    pub(super) fn refuse_bound(&self, parent: &QualifiedName, bound: &str) -> Outcome {
        let plain =
            |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
        let wanted = plain(bound);
        let taken = self.store.children(parent).into_iter().find(|child| {
            let child = self.catalog().tables.get(child);
            let bound = child.and_then(|child| child.partition_bound.as_ref());
            bound.is_some_and(|bound| plain(bound) == wanted)
        });
        match taken {
            Some(other) => Err(Failure::new(format!("partition {other} takes the same rows"))),
            None => Ok(()),
        }
    }

    /// The columns of the key have to be there.
    pub(super) fn check_partition_key(&mut self, table: &QualifiedName) -> Outcome {
        let key = self.catalog().tables.get(table).and_then(key_of);
        let columns = key.map(|key| key.columns).unwrap_or_default();
        columns.iter().try_for_each(|column| self.need_column(table, column))
    }
}
