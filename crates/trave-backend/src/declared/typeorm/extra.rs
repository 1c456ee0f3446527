//! What stands on columns: `@Index`, `@Unique`, `@Check`, and what inheritance and trees add.

use smol_str::SmolStr;
use trave_sql::Dialect;

use super::types::{data_type, type_name};
use super::{Prop, Reader, Shape, names};
use crate::declared::class::Decorator;
use crate::declared::class::Options;
use crate::declared::code::At;
use crate::declared::{Check, Column, Index, IndexKey};

/// Whether a decorator says something that is read when all columns are known.
pub(super) fn is_mark(said: &Decorator<'_>) -> bool {
    matches!(said.name.as_str(), "Index" | "Unique" | "Check")
}

/// The arguments of a mark, each of which may be left out.
struct Arguments {
    name: Option<SmolStr>,
    properties: Option<At>,
    options: Option<At>,
}

impl Reader<'_> {
    /// Adds everything that stands on the columns of a table.
    pub(super) fn add_marks(&self, shape: &mut Shape<'_>) {
        for (mark, path) in std::mem::take(&mut shape.marks) {
            match mark.name.as_str() {
                "Check" => self.add_check(shape, &mark),
                "Unique" => {
                    let said = self.arguments(&mark);
                    let columns = self.columns(shape, path.as_ref(), &said);
                    if let Some(columns) = columns {
                        let origin = self.code.origin(mark.at);
                        self.add_unique(shape, columns, (said.name, origin));
                    }
                }
                _ => {
                    self.add_index(shape, path.as_ref(), &mark);
                }
            }
        }
    }

    fn arguments(&self, mark: &Decorator<'_>) -> Arguments {
        let mut found = Arguments { name: None, properties: None, options: None };
        for at in (0..3).filter_map(|index| mark.argument(index)) {
            if let Some(name) = self.code.text(at) {
                found.name = Some(name);
            } else if self.properties(at).is_some() && found.properties.is_none() {
                found.properties = Some(at);
            } else {
                found.options = Some(at);
            }
        }
        found
    }

    fn columns(
        &self,
        shape: &Shape<'_>,
        path: Option<&SmolStr>,
        said: &Arguments,
    ) -> Option<Vec<SmolStr>> {
        let properties = match path {
            Some(path) => vec![path.clone()],
            None => self.properties(said.properties?)?,
        };
        let columns: Option<Vec<Vec<SmolStr>>> =
            properties.iter().map(|property| shape.columns_of(property)).collect();
        columns.map(|columns| columns.concat()).filter(|columns| !columns.is_empty())
    }

    fn add_index(
        &self,
        shape: &mut Shape<'_>,
        path: Option<&SmolStr>,
        mark: &Decorator<'_>,
    ) -> Option<()> {
        let said = self.arguments(mark);
        let columns = self.columns(shape, path, &said)?;
        let options = Options { code: self.code, at: said.options };
        let predicate = options.text("where");
        let is_unread = predicate.is_none() && options.field("where").is_some();
        if is_unread || options.truth("synchronize") == Some(false) {
            return None;
        }
        let spatial = options.is("spatial") && self.settings.dialect == Dialect::Postgres;
        let made_up = || names::index(&shape.table.name.name, &columns, predicate.as_deref());
        let name = said.name.unwrap_or_else(made_up);
        shape.table.indexes.push(Index {
            name: Some(name),
            unique: options.is("unique"),
            method: spatial.then(|| "gist".into()),
            keys: columns.iter().map(|column| IndexKey::column(column)).collect(),
            predicate: predicate.map(|it| it.to_string()),
            origin: self.code.origin(mark.at),
        });
        Some(())
    }

    fn add_check(&self, shape: &mut Shape<'_>, mark: &Decorator<'_>) {
        let text = |index| mark.argument(index).and_then(|at| self.code.text(at));
        let (name, condition) = match (text(0), text(1)) {
            (name, Some(condition)) => (name, condition),
            (Some(condition), None) => (None, condition),
            _ => return,
        };
        let name = name.unwrap_or_else(|| names::check(&shape.table.name.name, &condition));
        shape.table.checks.push(Check {
            name: Some(name),
            condition: condition.to_string(),
            origin: self.code.origin(mark.at),
        });
    }

    /// `@TableInheritance({ column: { name: 'type' } })`: the column that tells which class a row
    /// is of, with its index.
    pub(super) fn add_discriminator(&self, shape: &mut Shape<'_>, decorators: &[Decorator<'_>]) {
        let Some(said) = decorators.iter().find(|it| it.name == "TableInheritance") else { return };
        let options = Options { code: self.code, at: said.argument(0) };
        let column = Options { code: self.code, at: options.field("column") };
        let own = column.text("name").or_else(|| column.at.and_then(|at| self.code.text(at)));
        let name = own.unwrap_or_else(|| "type".into());
        let origin = self.code.origin(said.at);
        let kind = column.field("type").and_then(|at| type_name(self.code, at));
        let kind = kind.unwrap_or_else(|| "varchar".to_owned());
        let known = shape.props.iter().find(|prop| prop.property == name);
        let name = if let Some(prop) = known {
            prop.column.clone()
        } else {
            shape.put(Column {
                name: name.clone(),
                data_type: data_type(self.settings.dialect, &kind, column),
                not_null: !column.is("nullable"),
                default: None,
                generated: None,
                origin,
            });
            shape.discriminator = Some(name.clone());
            name
        };
        let columns = [name.clone()];
        shape.table.indexes.push(Index {
            name: Some(names::index(&shape.table.name.name, &columns, None)),
            unique: false,
            method: None,
            keys: vec![IndexKey::column(&name)],
            predicate: None,
            origin,
        });
    }

    /// `@Tree('materialized-path')`, `@Tree('nested-set')`: the columns that keep the order.
    pub(super) fn add_path(&self, shape: &mut Shape<'_>, decorators: &[Decorator<'_>]) {
        let Some(said) = decorators.iter().find(|it| it.name == "Tree") else { return };
        let kind = said.argument(0).and_then(|at| self.code.text(at));
        let none = Options { code: self.code, at: None };
        let mut add = |name: &str, type_name: &str, default: &str| {
            shape.put(Column {
                name: name.into(),
                data_type: data_type(self.settings.dialect, type_name, none),
                not_null: type_name == "Number",
                default: Some(default.to_owned()),
                generated: None,
                origin: self.code.origin(said.at),
            });
        };
        match kind.as_deref() {
            Some("materialized-path") => add("mpath", "String", "''"),
            Some("nested-set") => {
                add("nsleft", "Number", "1");
                add("nsright", "Number", "2");
            }
            _ => {}
        }
    }
}

impl Shape<'_> {
    /// The columns of a property: those of a relation are what refers.
    pub(super) fn columns_of(&self, path: &str) -> Option<Vec<SmolStr>> {
        let relation = self.relations.iter().find(|relation| relation.path == path);
        if let Some(relation) = relation {
            return Some(relation.columns.clone()).filter(|columns| !columns.is_empty());
        }
        let prop = self.props.iter().find(|prop: &&Prop| prop.path == path)?;
        Some(vec![prop.column.clone()])
    }
}
