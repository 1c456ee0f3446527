//! Indexes that only migrations make: entities need not name them.
//!
//! Migrations of TypeORM are code that runs SQL. Which of them ran against which database is not
//! known, so that nothing else of them is read: a table is what its entity says.

use smol_str::SmolStr;
use trave_source::Origin;
use trave_sql::{AlterActionKind, CreateIndex, Dialect, ExprKind as SqlKind, Options, Statement};
use trave_ts::ir::{ExprId, ExprKind};

use super::{Reader, Shape};
use crate::declared::class::Options as Given;
use crate::declared::code::{At, argument};
use crate::declared::{Index, IndexKey};

/// An index that a migration makes.
#[derive(Debug, Clone)]
pub(super) struct Migrated {
    table: SmolStr,
    columns: Vec<SmolStr>,
    unique: bool,
    name: Option<SmolStr>,
    origin: Origin,
}

/// Tables are made anew under such names before they take the place of the old ones.
const PASSING: [&str; 2] = ["temp_", "temporary_"];

impl Reader<'_> {
    /// Every index that the migrations of a package make.
    pub(super) fn migrated(&self, package: &str) -> Vec<Migrated> {
        let mut found = Vec::new();
        for (module, linked) in self.code.modules.iter().enumerate() {
            let migrates = linked.package == package && linked.text.contains("MigrationInterface");
            if !migrates || linked.is_test {
                continue;
            }
            for (expr, one) in (0..).map(ExprId).zip(&linked.module.exprs) {
                let at = At { module, expr };
                let ExprKind::Call(call) = &one.kind else { continue };
                let callee = At { expr: call.callee, ..at };
                let Some(ExprKind::Member { property, .. }) = self.code.kind(callee) else {
                    continue;
                };
                match property.as_str() {
                    "query" => {
                        let text = argument(at, call, 0).and_then(|text| self.code.text(text));
                        let origin = self.code.origin(at);
                        found.extend(text.iter().flat_map(|text| written(text, origin)));
                    }
                    "createIndex" => found.extend(
                        argument(at, call, 0)
                            .zip(argument(at, call, 1))
                            .and_then(|(table, index)| self.made(table, index)),
                    ),
                    _ => {}
                }
            }
        }
        found
    }

    /// `createIndex('users', new TableIndex({ columnNames: ['email'] }))`.
    fn made(&self, table: At, index: At) -> Option<Migrated> {
        let options = match self.code.kind(index)? {
            ExprKind::New(call) => argument(index, call, 0)?,
            _ => index,
        };
        let given = Given { code: self.code, at: Some(options) };
        if given.field("where").is_some() {
            return None;
        }
        Some(Migrated {
            table: self.code.text(table)?,
            columns: self.code.texts(given.field("columnNames")?)?,
            unique: given.is("isUnique"),
            name: given.text("name"),
            origin: self.code.origin(index),
        })
    }
}

impl Shape<'_> {
    /// Adds what migrations make of this table, where nothing begins with the same columns yet.
    pub(super) fn add_migrated(&mut self, all: &[Migrated]) {
        for one in all {
            let passing = PASSING.iter().find_map(|prefix| one.table.strip_prefix(prefix));
            let is_own = one.table == self.table.name.name
                || passing.is_some_and(|name| name == self.table.name.name);
            let has = |column: &SmolStr| self.table.columns.iter().any(|it| it.name == *column);
            if is_own && one.columns.iter().all(has) && !self.is_served(&one.columns) {
                self.table.indexes.push(Index {
                    name: one.name.clone(),
                    unique: one.unique,
                    method: None,
                    keys: one.columns.iter().map(|column| IndexKey::column(column)).collect(),
                    predicate: None,
                    origin: one.origin,
                });
            }
        }
    }

    fn is_served(&self, columns: &[SmolStr]) -> bool {
        let indexes = self.table.indexes.iter().map(|index| {
            index.keys.iter().map(|key| key.value.trim_matches(['"', '`']).into()).collect()
        });
        let keys = self.table.keys.iter().map(|key| key.columns.clone());
        let primary = self.primary.iter().map(|(column, _)| column.clone()).collect();
        let all: Vec<Vec<SmolStr>> = indexes.chain(keys).chain([primary]).collect();
        all.iter().any(|known| known.starts_with(columns))
    }
}

/// The indexes that a text of SQL makes.
fn written(text: &str, origin: Origin) -> Vec<Migrated> {
    if !text.to_ascii_lowercase().contains("index") {
        return Vec::new();
    }
    let options = Options { dialect: Dialect::Postgres, offset: 0 };
    let mut found = Vec::new();
    for parsed in trave_sql::statements(text, options) {
        match &parsed.statement {
            Statement::CreateIndex(index) => found.extend(migrated(index, None, origin)),
            Statement::AlterTable(table) => {
                found.extend(table.actions.iter().filter_map(|action| match &action.kind {
                    AlterActionKind::AddIndex(index) => {
                        migrated(index, Some(table.name.name.as_str()), origin)
                    }
                    _ => None,
                }));
            }
            _ => {}
        }
    }
    found
}

fn migrated(index: &CreateIndex, table: Option<&str>, origin: Origin) -> Option<Migrated> {
    if index.predicate.is_some() || index.method.as_ref().is_some_and(|it| it.as_str() != "btree") {
        return None;
    }
    let column = |key: &trave_sql::IndexKey| match &key.value.kind {
        SqlKind::Column(column) => Some(SmolStr::new(column.name.as_str())),
        _ => None,
    };
    Some(Migrated {
        table: table.unwrap_or_else(|| index.table.name.as_str()).into(),
        columns: index.keys.iter().map(column).collect::<Option<_>>()?,
        unique: index.unique,
        name: index.name.as_ref().map(|name| name.as_str().into()),
        origin,
    })
}
