//! Whether a table grows: who adds rows to it.

use trave_backend::query::Operation;
use trave_catalog::{Catalog, Command, Function, QualifiedName, Table};

use super::access::{Admission, admission};
use crate::model::{Model, Query};

impl Model {
    /// Whether nothing adds rows to a table while the project serves: no query, no function of the
    /// database that the code or a trigger runs, and no client by itself. It holds what a
    /// migration or somebody by hand has put there, and stays small.
    pub fn stays_as_seeded(&self, table: &Table) -> bool {
        let Some(origin) = table.origin() else { return false };
        let Some(catalog) = self.catalog_at(origin) else { return false };
        let by_client = admission(table, Command::Insert) != Admission::Never
            && catalog.is_reachable(Command::Insert, table) != Some(false);
        !by_client && !self.has_writer_in_code(table)
    }

    /// Whether code adds rows to a table, itself or by a function of the database that it or a
    /// trigger runs. A query in a function that nothing mentions never does.
    pub fn has_writer_in_code(&self, table: &Table) -> bool {
        let adds = |query: &Query| {
            let may =
                matches!(query.facts.operation, Some(Operation::Insert | Operation::Upsert) | None);
            may && !query.in_dead_code
        };
        let catalog = table.origin().and_then(|origin| self.catalog_at(origin));
        let by_function = |catalog: &Catalog| {
            catalog.functions_about(&table.name).any(|function| {
                inserts_into(function, &table.name) && self.is_run(catalog, function)
            })
        };
        self.queries_on(table).any(adds) || catalog.is_some_and(by_function)
    }

    /// Whether code, a trigger, a policy or another function calls a function of the database.
    pub fn is_run(&self, catalog: &Catalog, function: &Function) -> bool {
        let name = &function.name;
        self.is_called_by_code(&name.name)
            || catalog.is_run_by_trigger(name)
            || catalog.is_called_by_policy(name)
            || catalog.is_mentioned_in_body(name)
    }
}

/// Whether the body of a function adds rows to a table: `insert into` with its name behind.
fn inserts_into(function: &Function, table: &QualifiedName) -> bool {
    let body = function.body.to_lowercase();
    let mut after = body.split("insert into").skip(1);
    after.any(|rest| words(rest).take(2).any(|word| word == table.name))
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|sign: char| !sign.is_alphanumeric() && sign != '_').filter(|word| !word.is_empty())
}
