//! Tables: their names, their columns by key, and what stands on them.

use std::collections::BTreeMap;

use smol_str::SmolStr;
use trave_sql::Dialect;
use trave_ts::ir::ExprKind;

use super::Reader;
use super::column::{FieldIs, ReferenceIs, UniqueIs};
use crate::declared::code::{At, Meaning, argument};
use crate::declared::name::{BYTES_MAX, cut};
use crate::declared::{Index, IndexKey, Key, Reference, Table, TableName};

/// A table as its own call says it.
#[derive(Debug, Clone)]
pub(super) struct Shape {
    /// The call.
    pub(super) at: At,
    /// The database.
    pub(super) dialect: Dialect,
    /// The table with its columns.
    pub(super) table: Table,
    /// The column of each key.
    pub(super) keys: BTreeMap<SmolStr, SmolStr>,
    /// References that stand at columns, with the column.
    references: Vec<(SmolStr, ReferenceIs)>,
    /// The argument behind the columns.
    extra: Option<At>,
}

impl Reader<'_> {
    /// The table that a call makes.
    pub(super) fn shape(&self, at: At) -> Option<Shape> {
        let Some(ExprKind::Call(call)) = self.code.kind(at) else { return None };
        let (dialect, schema, creator) = self.maker(at, call)?;
        let name = argument(at, call, 0)?;
        let written = self.code.text(name)?;
        let full = match creator {
            Some(creator) => self.renamed(creator, name)?,
            None => written,
        };
        let schema = schema.filter(|schema| schema != "public");
        let name_is = TableName { schema, name: full };
        let mut shape = Shape {
            at,
            dialect,
            table: Table::new(name_is, self.code.origin(name)),
            keys: BTreeMap::new(),
            references: Vec::new(),
            extra: argument(at, call, 2),
        };
        let columns = self.returned(argument(at, call, 1)?);
        for (key, value) in self.code.fields(columns) {
            let Some(field) = self.field(dialect, &key, value) else { continue };
            shape.add(field, key);
        }
        Some(shape)
    }

    /// What a function returns; anything else is itself.
    pub(super) fn returned(&self, at: At) -> At {
        match self.code.meaning(at) {
            Meaning::Function(module, function) => {
                self.code.returned(module, function).unwrap_or(at)
            }
            Meaning::Expr(found) => found,
            _ => at,
        }
    }

    /// What makes the table: the dialect, the schema, the function that renames it.
    fn maker(
        &self,
        at: At,
        call: &trave_ts::ir::Call,
    ) -> Option<(Dialect, Option<SmolStr>, Option<At>)> {
        match self.code.callee(at, call) {
            Meaning::External(package, name) => {
                let dialect = dialect_of(&package)?;
                let makes = matches!(name.as_str(), "pgTable" | "mysqlTable" | "sqliteTable");
                makes.then_some((dialect, None, None))
            }
            Meaning::Expr(callee) => match self.code.kind(callee)? {
                // `const createTable = pgTableCreator((name) => `app_${name}`)`
                ExprKind::Call(maker) => {
                    let Meaning::External(package, name) = self.code.callee(callee, maker) else {
                        return None;
                    };
                    let dialect =
                        dialect_of(&package).filter(|_| name.ends_with("TableCreator"))?;
                    Some((dialect, None, Some(argument(callee, maker, 0)?)))
                }
                ExprKind::Member { .. } => {
                    let schema = self.schema_method(callee, "table")?;
                    Some((Dialect::Postgres, Some(schema), None))
                }
                _ => None,
            },
            _ => None,
        }
    }

    /// The name that the function of a table creator gives.
    fn renamed(&self, creator: At, name: At) -> Option<SmolStr> {
        let Meaning::Function(module, function) = self.code.meaning(creator) else { return None };
        let call = trave_ts::ir::Call {
            callee: creator.expr,
            args: vec![trave_ts::ir::Argument { value: name.expr, spread: false }],
            type_args: Vec::new(),
            optional: false,
        };
        self.code.pass(name, &call, (module, function));
        self.code.text(self.code.returned(module, function)?)
    }

    /// The table with everything that refers to other tables.
    pub(super) fn whole(&self, shape: &Shape, known: &BTreeMap<At, &Shape>) -> Table {
        let mut table = shape.table.clone();
        for (column, reference) in &shape.references {
            let Some((target, key)) = self.target(reference.target, known) else { continue };
            let Some(target_column) = target.keys.get(&key) else { continue };
            let columns = vec![column.clone()];
            let target_columns = vec![target_column.clone()];
            let name = reference_name(shape, &columns, (&target.table.name, &target_columns));
            table.references.push(Reference {
                name,
                columns,
                target: target.table.name.clone(),
                target_columns,
                on_delete: reference.on_delete,
                on_update: reference.on_update,
                origin: reference.origin,
            });
        }
        if let Some(extra) = shape.extra {
            self.add_extra(&mut table, shape, (extra, known));
        }
        table
    }

    /// The table and the key that `table.key` means.
    pub(super) fn target<'s>(
        &self,
        at: At,
        known: &BTreeMap<At, &'s Shape>,
    ) -> Option<(&'s Shape, SmolStr)> {
        let at = self.returned(at);
        let ExprKind::Member { object, property, .. } = self.code.kind(at)? else { return None };
        let mut table = At { expr: *object, ..at };
        // `pgTable(…).enableRLS()` is the table too.
        for _ in 0..4 {
            let (call_at, call) = self.code.call(table)?;
            if let Some(found) = known.get(&call_at) {
                return Some((found, property.clone()));
            }
            let callee = At { expr: call.callee, ..call_at };
            let ExprKind::Member { object, .. } = self.code.kind(callee)? else { return None };
            table = At { expr: *object, ..call_at };
        }
        None
    }
}

/// The name that Drizzle makes up for a reference; SQLite's have none.
pub(super) fn reference_name(
    shape: &Shape,
    columns: &[SmolStr],
    (target, target_columns): (&TableName, &[SmolStr]),
) -> Option<SmolStr> {
    let (own, theirs) = (columns.join("_"), target_columns.join("_"));
    let name = format!("{}_{own}_{}_{theirs}_fk", shape.table.name.name, target.name);
    (shape.dialect != Dialect::Sqlite).then(|| SmolStr::new(cut(&name, BYTES_MAX)))
}

/// The dialect of a package of Drizzle.
pub(super) fn dialect_of(package: &str) -> Option<Dialect> {
    match package {
        "drizzle-orm/pg-core" => Some(Dialect::Postgres),
        "drizzle-orm/mysql-core" => Some(Dialect::MySql),
        "drizzle-orm/sqlite-core" => Some(Dialect::Sqlite),
        _ => None,
    }
}

impl Shape {
    fn add(&mut self, field: FieldIs, key: SmolStr) {
        let table = &mut self.table;
        let column = field.column.name.clone();
        // A key that is spread in and written again is one column.
        table.columns.retain(|known| known.name != column);
        table.keys.retain(|known| known.columns != [column.clone()]);
        self.keys.insert(key, column.clone());
        table.columns.push(field.column);
        let columns = vec![column.clone()];
        if let Some(origin) = field.primary {
            let (name, columns) = (None, columns.clone());
            table.keys.push(Key {
                primary: true,
                name,
                columns,
                nulls_not_distinct: false,
                origin,
            });
        }
        if let Some(UniqueIs { name, nulls_not_distinct, origin }) = field.unique {
            let made_up = || SmolStr::new(format!("{}_{}_unique", table.name.name, field.named));
            let name = Some(name.unwrap_or_else(made_up));
            if self.dialect == Dialect::Sqlite {
                let keys = vec![IndexKey::column(&column)];
                let (method, predicate) = (None, None);
                table.indexes.push(Index { name, unique: true, method, keys, predicate, origin });
            } else {
                table.keys.push(Key { primary: false, name, columns, nulls_not_distinct, origin });
            }
        }
        self.references.extend(field.reference.map(|reference| (column, reference)));
    }
}
