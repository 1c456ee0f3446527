//! What stands behind the columns of a table: indexes, keys, references, checks.

use std::collections::BTreeMap;

use smol_str::SmolStr;
use trave_sql::Dialect;
use trave_ts::ir::ExprKind;

use super::Reader;
use super::column::{Chain, action_of};
use super::table::{Shape, dialect_of, reference_name};
use crate::declared::code::{At, Meaning, argument};
use crate::declared::name::{BYTES_MAX, cut, quoted};
use crate::declared::{Check, Index, IndexKey, Key, Reference, Table};

impl Reader<'_> {
    /// Adds what the third argument of a table says: an array, or an object, or a function that
    /// returns one.
    pub(super) fn add_extra(
        &self,
        table: &mut Table,
        shape: &Shape,
        (extra, known): (At, &BTreeMap<At, &Shape>),
    ) {
        let at = self.returned(extra);
        let items = self.code.items(at);
        let items = items
            .unwrap_or_else(|| self.code.fields(at).into_iter().map(|(_, value)| value).collect());
        for item in items {
            let Some(chain) = self.chain(item) else { continue };
            let Meaning::External(package, function) = self.code.callee(chain.at, chain.call)
            else {
                continue;
            };
            if dialect_of(&package).is_none() {
                continue;
            }
            match function.as_str() {
                "index" | "uniqueIndex" => {
                    table.indexes.extend(self.index(
                        shape,
                        &chain,
                        (item, function == "uniqueIndex"),
                    ));
                }
                "unique" => self.add_unique(table, shape, (&chain, item)),
                "primaryKey" => table.keys.extend(self.primary(shape, &chain, item)),
                "foreignKey" => {
                    table.references.extend(self.foreign(shape, &chain, (item, known)));
                }
                "check" => table.checks.extend(self.check(shape, &chain, item)),
                _ => {}
            }
        }
    }

    fn name(&self, chain: &Chain<'_>) -> Option<SmolStr> {
        self.code.text(argument(chain.at, chain.call, 0)?)
    }

    fn index(&self, shape: &Shape, chain: &Chain<'_>, (at, unique): (At, bool)) -> Option<Index> {
        let on = chain
            .methods
            .iter()
            .find(|it| matches!(it.name.as_str(), "on" | "onOnly" | "using"))?;
        let is_using = on.name == "using";
        let from = usize::from(is_using);
        let keys = (from..on.call.args.len())
            .map(|index| self.index_key(shape, argument(on.at, on.call, index)?));
        let keys: Vec<(IndexKey, String)> = keys.collect::<Option<_>>()?;
        let method = if is_using { self.code.text(argument(on.at, on.call, 0)?) } else { None };
        let columns: Vec<&str> = keys.iter().map(|(_, name)| name.as_str()).collect();
        let made_up = || {
            let name = format!("{}_{}_index", shape.table.name.name, columns.join("_"));
            SmolStr::new(cut(&name, BYTES_MAX))
        };
        let predicate = match chain.methods.iter().find(|it| it.name == "where") {
            Some(condition) => {
                let written = argument(condition.at, condition.call, 0)?;
                Some(self.sql(written, &|key| shape.keys.get(key).cloned())?)
            }
            None => None,
        };
        let name = Some(self.name(chain).unwrap_or_else(made_up));
        let origin = self.code.origin(at);
        let keys = keys.into_iter().map(|(key, _)| key).collect();
        Some(Index { name, unique, method, keys, predicate, origin })
    }

    /// `table.a.desc().nullsLast().op('x')`, or an expression.
    fn index_key(&self, shape: &Shape, at: At) -> Option<(IndexKey, String)> {
        if let Some(sql) = self.sql(at, &|key| shape.keys.get(key).cloned()) {
            let whole = direction(&sql);
            return Some((whole, String::new()));
        }
        let (mut at, mut words) = (at, Vec::new());
        while let Some(ExprKind::Call(call)) = self.code.kind(at) {
            let ExprKind::Member { object, property, .. } =
                self.code.kind(At { expr: call.callee, ..at })?
            else {
                return None;
            };
            words.push((property.as_str(), argument(at, call, 0)));
            at = At { expr: *object, ..at };
        }
        let column = self.column(shape, at)?;
        let said = |word: &str| words.iter().any(|(own, _)| *own == word);
        let class = words.iter().find(|(word, _)| *word == "op").and_then(|(_, class)| *class);
        let class = class.and_then(|class| self.code.text(class));
        let mut rest = class.map(|class| format!(" {class}")).unwrap_or_default();
        if shape.dialect == Dialect::Postgres {
            // Drizzle says where nulls go even where nobody asked.
            rest.push_str(match (said("desc"), said("nullsFirst")) {
                (true, true) => " desc nulls first",
                (true, false) => " desc nulls last",
                (false, true) => " nulls first",
                (false, false) => "",
            });
        }
        Some((IndexKey { value: quoted(&column), rest }, column.to_string()))
    }

    /// The column of `table.key`.
    fn column(&self, shape: &Shape, at: At) -> Option<SmolStr> {
        let ExprKind::Member { property, .. } = self.code.kind(at)? else { return None };
        shape.keys.get(property).cloned()
    }

    fn columns(&self, shape: &Shape, at: At) -> Option<Vec<SmolStr>> {
        let columns = self.code.items(at)?.into_iter().map(|item| self.column(shape, item));
        columns.collect::<Option<Vec<_>>>().filter(|columns| !columns.is_empty())
    }

    fn add_unique(&self, table: &mut Table, shape: &Shape, (chain, at): (&Chain<'_>, At)) {
        let Some(on) = chain.methods.iter().find(|it| it.name == "on") else { return };
        let columns = (0..on.call.args.len())
            .map(|index| self.column(shape, argument(on.at, on.call, index)?));
        let Some(columns) = columns.collect::<Option<Vec<_>>>() else { return };
        let made_up = || {
            let name = format!("{}_{}_unique", table.name.name, columns.join("_"));
            SmolStr::new(cut(&name, BYTES_MAX))
        };
        let name = self.name(chain).unwrap_or_else(made_up);
        let nulls_not_distinct = chain.methods.iter().any(|it| it.name == "nullsNotDistinct");
        let origin = self.code.origin(at);
        if shape.dialect == Dialect::Sqlite {
            let keys = columns.iter().map(|column| IndexKey::column(column)).collect();
            let (name, method) = (Some(name), None);
            table.indexes.push(Index { name, unique: true, method, keys, predicate: None, origin });
        } else {
            let name = Some(name);
            table.keys.push(Key { primary: false, name, columns, nulls_not_distinct, origin });
        }
    }

    /// `primaryKey({ columns: [t.a, t.b], name: 'x' })`, or `primaryKey(t.a, t.b)`.
    fn primary(&self, shape: &Shape, chain: &Chain<'_>, at: At) -> Option<Key> {
        let first = argument(chain.at, chain.call, 0)?;
        let columns = match self.code.field(first, "columns") {
            Some(columns) => self.columns(shape, columns)?,
            None => (0..chain.call.args.len())
                .map(|index| self.column(shape, argument(chain.at, chain.call, index)?))
                .collect::<Option<Vec<_>>>()?,
        };
        let written = self.code.field(first, "name").and_then(|name| self.code.text(name));
        let made_up = || {
            let name = format!("{}_{}_pk", shape.table.name.name, columns.join("_"));
            SmolStr::new(cut(&name, BYTES_MAX))
        };
        let name = written.unwrap_or_else(made_up);
        let name = (shape.dialect == Dialect::Postgres).then_some(name);
        let origin = self.code.origin(at);
        Some(Key { primary: true, name, columns, nulls_not_distinct: false, origin })
    }

    /// `foreignKey({ columns: […], foreignColumns: […] }).onDelete('cascade')`.
    fn foreign(
        &self,
        shape: &Shape,
        chain: &Chain<'_>,
        (at, known): (At, &BTreeMap<At, &Shape>),
    ) -> Option<Reference> {
        let options = argument(chain.at, chain.call, 0)?;
        let columns = self.columns(shape, self.code.field(options, "columns")?)?;
        let foreign = self.code.items(self.code.field(options, "foreignColumns")?)?;
        let mut target = None;
        let mut target_columns = Vec::new();
        for item in foreign {
            // `table.id` of the function's own parameter is this table.
            let (found, key) = if let Some(found) = self.target(item, known) {
                found
            } else {
                let ExprKind::Member { property, .. } = self.code.kind(item)? else {
                    return None;
                };
                (*known.get(&shape.at)?, property.clone())
            };
            target_columns.push(found.keys.get(&key)?.clone());
            target = Some(found.table.name.clone());
        }
        let target = target?;
        let action = |name: &str| {
            let method = chain.methods.iter().find(|it| it.name == name);
            let said = method.and_then(|it| argument(it.at, it.call, 0));
            action_of(said.and_then(|said| self.code.text(said)).as_deref().unwrap_or_default())
        };
        let written = self.code.field(options, "name").and_then(|name| self.code.text(name));
        let made_up = || reference_name(shape, &columns, (&target, &target_columns));
        let name = written.filter(|_| shape.dialect != Dialect::Sqlite).or_else(made_up);
        let (on_delete, on_update) = (action("onDelete"), action("onUpdate"));
        let origin = self.code.origin(at);
        Some(Reference { name, columns, target, target_columns, on_delete, on_update, origin })
    }

    fn check(&self, shape: &Shape, chain: &Chain<'_>, at: At) -> Option<Check> {
        let condition = argument(chain.at, chain.call, 1)?;
        let condition = self.sql(condition, &|key| shape.keys.get(key).cloned())?;
        Some(Check { name: self.name(chain), condition, origin: self.code.origin(at) })
    }
}

/// An expression as a key; `… desc` behind it is no part of it.
fn direction(sql: &str) -> IndexKey {
    let lower = sql.to_ascii_lowercase();
    let ending = [" desc nulls last", " desc", " asc"].into_iter().find(|end| lower.ends_with(end));
    let cut = ending.map_or(sql.len(), |ending| sql.len() - ending.len());
    let value = sql.get(..cut).unwrap_or(sql);
    let is_column = trave_sql::parse_expression(value, trave_sql::Options::default())
        .is_some_and(|it| matches!(it.kind, trave_sql::ExprKind::Column(_)));
    let value = if is_column { value.to_owned() } else { format!("({value})") };
    IndexKey { value, rest: ending.unwrap_or_default().to_owned() }
}
