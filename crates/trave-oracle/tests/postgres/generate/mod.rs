//! Makes statements at random. What exists is read from trave's own catalog: where that is
//! wrong, the comparison says so.

mod access;
mod alter;
mod chance;
mod kinds;
mod names;
mod parts;
mod routines;
mod tables;
mod values;
mod views;
mod wrap;

use trave_catalog::{Catalog, QualifiedName, Table};
use trave_source::Origin;

pub(crate) use chance::Chance;

use crate::database::{replay, texts};

/// Makes one sequence.
struct Generator {
    chance: Chance,
    /// What there is after the statements so far.
    catalog: Catalog,
    /// The search path after them.
    path: Vec<String>,
    /// Whether a label was added to an enum.
    added_label: bool,
    /// An origin like any other, for columns that are only drafts.
    origin: Origin,
}

/// Makes up to so many statements, each with what trave makes of those so far; most can run where
/// they stand.
pub(crate) fn sequence(seed: u64, length: usize) -> (Vec<String>, Vec<Catalog>) {
    let mut statements: Vec<String> = Vec::new();
    let mut catalogs = Vec::new();
    let catalog = replay(&[]).catalog;
    let origin = users(&catalog).columns[0].origin;
    let mut generator = Generator {
        chance: Chance::new(seed),
        catalog,
        path: default_path(),
        added_label: false,
        origin,
    };
    let length = 1 + generator.chance.below(length);
    while statements.len() < length {
        let statement = generator.next();
        statements.push(statement);
        generator.catalog = replay(&texts(&statements)).catalog;
        catalogs.push(generator.catalog.clone());
    }
    (statements, catalogs)
}

/// A table of the platform.
fn users(catalog: &Catalog) -> &Table {
    &catalog.tables[&QualifiedName::new("auth", "users")]
}

/// The search path of a new connection.
fn default_path() -> Vec<String> {
    ["public", "extensions"].map(str::to_owned).to_vec()
}

impl Generator {
    fn next(&mut self) -> String {
        loop {
            if let Some(statement) = self.statement() {
                return self.wrapped(statement);
            }
        }
    }

    fn statement(&mut self) -> Option<String> {
        let tables = self.catalog.tables.values();
        let tables = tables.filter(|table| table.provenance.is_migration()).count();
        if tables == 0 && self.chance.percent(60) {
            return self.create_table();
        }
        match self.chance.below(100) {
            0..=9 => self.create_table(),
            10..=31 => self.alter_table(),
            32..=38 => self.rename_table(),
            39 | 40 => self.attach(),
            41..=44 => self.drop_table(),
            45..=50 => self.create_index(),
            51..=53 => self.change_index(),
            54..=59 => self.create_policy(),
            60..=62 => self.change_policy(),
            63..=67 => self.create_view(),
            68..=70 => self.change_view(),
            71..=75 => self.create_function(),
            76..=78 => self.change_function(),
            79 | 80 => self.create_trigger(),
            81 => self.change_trigger(),
            82 | 83 => self.create_type(),
            84 | 85 => self.change_type(),
            86 | 87 => self.sequence(),
            88 | 89 => self.change_schema(),
            90 | 91 => self.set_path(),
            92 | 93 => self.small(),
            94..=96 => self.grant(),
            97 => self.default_privileges(),
            98 => self.catalog_loop(),
            _ => self.guarded(),
        }
    }

    /// A table with nothing that matters.
    fn blank(&self) -> Table {
        users(&self.catalog).clone()
    }
}
