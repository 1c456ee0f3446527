//! Models to tables, enums to enums.

use std::collections::BTreeMap;

use smol_str::SmolStr;
use trave_source::{FileId, Notice};
use trave_sql::Dialect;

use super::attributes::{self, ColumnKind, index_key, made_up, mapped};
use super::group::Database;
use super::syntax::{Attribute, Block, FieldType, Line, Value};
use super::{names, relation, types};
use crate::declared::name::text;
use crate::declared::{Column, Declared, Enum, Index, Key, Table, TableName, Tool};

/// A model with its file.
#[derive(Debug, Clone, Copy)]
pub(super) struct Model<'a> {
    /// The file.
    pub(super) file: FileId,
    /// The block.
    pub(super) block: &'a Block,
}

/// An enum: the name of its type, and its values as written and as stored.
struct EnumIs {
    name: TableName,
    values: Vec<(SmolStr, SmolStr)>,
}

/// The whole schema, to look names up in.
pub(super) struct Schema<'a> {
    /// The database.
    pub(super) database: Database,
    /// Models by name.
    pub(super) models: BTreeMap<&'a str, Model<'a>>,
    enums: BTreeMap<&'a str, EnumIs>,
    views: Vec<&'a str>,
}

/// Lowers the blocks of a schema.
pub(super) fn lower(blocks: &[(FileId, &Block)], database: Database) -> Declared {
    let mut schema =
        Schema { database, models: BTreeMap::new(), enums: BTreeMap::new(), views: Vec::new() };
    let mut declared = Declared::new(Tool::Prisma, database.dialect);
    for (file, block) in blocks {
        match block.keyword.as_str() {
            "model" => {
                schema.models.entry(&block.name.text).or_insert(Model { file: *file, block });
            }
            "view" => schema.views.push(&block.name.text),
            "enum" if !schema.enums.contains_key(block.name.text.as_str()) => {
                let one = enum_of(block);
                if database.dialect == Dialect::Postgres {
                    declared.enums.push(Enum {
                        name: one.name.clone(),
                        values: one.values.iter().map(|(_, stored)| stored.clone()).collect(),
                        origin: block.name.span.in_file(*file),
                    });
                }
                schema.enums.insert(&block.name.text, one);
            }
            _ => {}
        }
    }
    let models: Vec<Model<'_>> = blocks
        .iter()
        .filter(|(_, block)| block.keyword == "model")
        .map(|(file, block)| Model { file: *file, block })
        .collect();
    for model in &models {
        let (table, notices) = schema.table(*model);
        declared.tables.push(table);
        declared.notices.extend(notices);
    }
    declared.tables.extend(relation::join_tables(&schema, &models));
    declared.names = models.iter().map(|model| names::of(&schema, *model)).collect();
    declared
}

fn enum_of(block: &Block) -> EnumIs {
    let stored =
        |line: &Line| mapped(line.attribute("map")).unwrap_or_else(|| line.name.text.clone());
    let values = block.lines.iter().map(|line| (line.name.text.clone(), stored(line))).collect();
    EnumIs { name: block_name(block), values }
}

/// The name of what a block makes: `@@map`, in `@@schema`.
pub(super) fn block_name(block: &Block) -> TableName {
    let name = mapped(block.attribute("map")).unwrap_or_else(|| block.name.text.clone());
    let schema = mapped(block.attribute("schema")).filter(|schema| schema != "public");
    TableName { schema, name }
}

/// The column of a field.
pub(super) fn column_name(line: &Line) -> SmolStr {
    mapped(line.attribute("map")).unwrap_or_else(|| line.name.text.clone())
}

impl Schema<'_> {
    /// The dialect of the database.
    pub(super) fn dialect(&self) -> Dialect {
        self.database.dialect
    }

    fn table(&self, model: Model<'_>) -> (Table, Vec<Notice>) {
        let mut notices = Vec::new();
        let name = block_name(model.block);
        let mut table = Table::new(name, model.block.name.span.in_file(model.file));
        for line in &model.block.lines {
            let Some(kind) = &line.kind else { continue };
            if self.is_relation(kind) {
                continue;
            }
            match self.data_type(line, kind) {
                Some(data_type) => {
                    table.columns.push(self.column(model.file, (line, kind), data_type));
                }
                None => notices.push(Notice::at(
                    line.span.in_file(model.file),
                    format!("`{}` is no type of Prisma", kind.name),
                )),
            }
        }
        self.add_keys(&mut table, model);
        for attribute in &model.block.attributes {
            self.add_index(&mut table, model, attribute);
        }
        if !self.database.without_foreign_keys {
            relation::add_references(self, &mut table, model);
        }
        (table, notices)
    }

    /// Whether a field leads to other rows and makes no column.
    pub(super) fn is_relation(&self, kind: &FieldType) -> bool {
        let name = kind.name.as_str();
        self.models.contains_key(name) || self.views.contains(&name)
    }

    /// The type of a field in SQL, without the brackets of a list.
    pub(super) fn data_type(&self, line: &Line, kind: &FieldType) -> Option<String> {
        if let Some(written) = &kind.unsupported {
            return Some(written.to_string());
        }
        let native = line.attributes.iter().find(|one| one.name.starts_with("db."));
        if let Some(native) = native.and_then(|native| types::native(native, self.dialect())) {
            return Some(native);
        }
        if let Some(scalar) = types::scalar(&kind.name, self.dialect()) {
            return Some(scalar.to_owned());
        }
        let found = self.enums.get(kind.name.as_str())?;
        Some(match self.dialect() {
            Dialect::Postgres => found.name.to_sql(),
            Dialect::MySql => {
                let values: Vec<String> =
                    found.values.iter().map(|(_, stored)| text(stored)).collect();
                format!("enum({})", values.join(","))
            }
            Dialect::Sqlite => "text".to_owned(),
        })
    }

    fn column(
        &self,
        file: FileId,
        (line, kind): (&Line, &FieldType),
        mut data_type: String,
    ) -> Column {
        let default = line.attribute("default").and_then(|it| it.first_or("value"));
        let mut generated = None;
        let is_counted = matches!(default, Some(Value::Call(name, _)) if name == "autoincrement");
        if is_counted {
            match self.dialect() {
                Dialect::Postgres => {
                    data_type = types::serial(&data_type).map_or(data_type, str::to_owned);
                }
                Dialect::MySql => generated = Some("auto_increment".to_owned()),
                Dialect::Sqlite => {}
            }
        }
        if kind.is_list {
            data_type.push_str("[]");
        }
        let values = self.enums.get(kind.name.as_str()).map(|one| one.values.as_slice());
        let column = ColumnKind {
            dialect: self.dialect(),
            data_type: &data_type,
            values: values.unwrap_or_default(),
        };
        let default = default.and_then(|value| attributes::default(value, &column));
        Column {
            name: column_name(line),
            not_null: !kind.is_optional && !kind.is_list,
            default,
            generated,
            data_type,
            origin: line.span.in_file(file),
        }
    }

    fn add_keys(&self, table: &mut Table, model: Model<'_>) {
        for line in &model.block.lines {
            if let Some(id) = line.attribute("id") {
                let columns = vec![column_name(line)];
                table.keys.push(self.primary(table, columns, (model.file, id)));
            }
            if let Some(unique) = line.attribute("unique") {
                let named = attributes::Named { field: SmolStr::default(), rest: rest_of(unique) };
                let keys = vec![(column_name(line), named)];
                let index = self.index(table, (&keys, IndexIs::Unique), (model.file, unique));
                table.indexes.push(index);
            }
        }
        if let Some(id) = model.block.attribute("id") {
            let fields = attributes::fields(id, self.dialect());
            let columns = columns_of(model.block, &fields).into_iter().map(|(name, _)| name);
            let columns: Vec<SmolStr> = columns.collect();
            if !columns.is_empty() {
                table.keys.push(self.primary(table, columns, (model.file, id)));
            }
        }
    }

    fn primary(
        &self,
        table: &Table,
        columns: Vec<SmolStr>,
        (file, id): (FileId, &Attribute),
    ) -> Key {
        let made_up = || made_up(&table.name.name, &[], "_pkey", Dialect::Postgres);
        let mapped = id.named("map").and_then(Value::as_text).cloned();
        let name = (self.dialect() == Dialect::Postgres).then(|| mapped.unwrap_or_else(made_up));
        let origin = id.span.in_file(file);
        Key { primary: true, name, columns, nulls_not_distinct: false, origin }
    }

    fn add_index(&self, table: &mut Table, model: Model<'_>, attribute: &Attribute) {
        let is = match attribute.name.as_str() {
            "unique" => IndexIs::Unique,
            "index" => IndexIs::Plain,
            "fulltext" => IndexIs::FullText,
            _ => return,
        };
        let fields = attributes::fields(attribute, self.dialect());
        let keys = columns_of(model.block, &fields);
        // A condition that is not SQL says less than no index at all.
        let condition = attribute.named("where");
        if keys.is_empty() || condition.is_some_and(|value| raw(value).is_none()) {
            return;
        }
        let mut index = self.index(table, (&keys, is), (model.file, attribute));
        index.predicate = condition.and_then(raw).map(ToString::to_string);
        table.indexes.push(index);
    }

    fn index(
        &self,
        table: &Table,
        (keys, is): (&[(SmolStr, attributes::Named)], IndexIs),
        (file, attribute): (FileId, &Attribute),
    ) -> Index {
        let columns: Vec<SmolStr> = keys.iter().map(|(column, _)| column.clone()).collect();
        let ending = if is == IndexIs::Unique { "_key" } else { "_idx" };
        let named = |argument| attribute.named(argument).and_then(Value::as_text).cloned();
        // Of a plain index `name:` is what `map:` is; of a unique one it is for the client only.
        let old = named("name").filter(|_| is == IndexIs::Plain);
        let mapped = named("map").or(old);
        let made_up = || made_up(&table.name.name, &columns, ending, self.dialect());
        let name = mapped.unwrap_or_else(made_up);
        let method = attribute.named("type").and_then(Value::as_name);
        let method = method.map(|method| SmolStr::new(method.to_lowercase()));
        let method = if is == IndexIs::FullText { Some("fulltext".into()) } else { method };
        Index {
            name: Some(name),
            unique: is == IndexIs::Unique,
            method: method.filter(|_| self.dialect() != Dialect::Sqlite),
            keys: keys.iter().map(|(column, named)| index_key(column, &named.rest)).collect(),
            predicate: None,
            origin: attribute.span.in_file(file),
        }
    }
}

/// What an index is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum IndexIs {
    Plain,
    Unique,
    FullText,
}

/// `@unique(sort: Desc)`.
fn rest_of(attribute: &Attribute) -> String {
    let sort = attribute.named("sort").and_then(Value::as_name);
    if sort.is_some_and(|sort| sort == "Desc") { " desc".to_owned() } else { String::new() }
}

/// `raw("…")`.
fn raw(value: &Value) -> Option<&SmolStr> {
    match value {
        Value::Call(name, arguments) if name == "raw" => arguments.first()?.1.as_text(),
        _ => None,
    }
}

/// The columns of the fields that were named; none where one is missing.
fn columns_of(block: &Block, fields: &[attributes::Named]) -> Vec<(SmolStr, attributes::Named)> {
    let column =
        |named: &attributes::Named| Some((column_name(block.line(&named.field)?), named.clone()));
    fields.iter().map(column).collect::<Option<Vec<_>>>().unwrap_or_default()
}
