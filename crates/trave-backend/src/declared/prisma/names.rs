//! What the client calls the models: fields, relations, and keys of several fields.

use std::collections::BTreeMap;

use smol_str::SmolStr;

use super::attributes::{self, mapped};
use super::lower::{Model, Schema, block_name, column_name};
use super::relation::fields;
use super::syntax::{Attribute, Line, Value};
use crate::naming::{NamedRelation, NamedTable};

/// What the client calls a model.
pub(super) fn of(schema: &Schema<'_>, model: Model<'_>) -> NamedTable {
    let mut named = NamedTable {
        code: model.block.name.text.clone(),
        table: block_name(model.block),
        keys: keys(schema, model),
        ..NamedTable::default()
    };
    for line in &model.block.lines {
        let Some(kind) = &line.kind else { continue };
        let field = line.name.text.clone();
        match schema.models.get(kind.name.as_str()) {
            Some(target) => {
                named.relations.insert(field, relation(model, line, *target));
            }
            None if schema.is_relation(kind) => {}
            None => {
                named.columns.insert(field, column_name(line));
            }
        }
    }
    named
}

fn relation(model: Model<'_>, line: &Line, target: Model<'_>) -> NamedRelation {
    let mut relation = NamedRelation {
        target: target.block.name.text.clone(),
        is_list: line.kind.as_ref().is_some_and(|kind| kind.is_list),
        ..NamedRelation::default()
    };
    let columns = |lines: Vec<&Line>| lines.into_iter().map(column_name).collect();
    if let Some((own, theirs)) = ends((model, target), line.attribute("relation")) {
        (relation.columns, relation.target_columns) = (columns(own), columns(theirs));
        return relation;
    }
    // The key stands on the other side.
    let name = mapped(line.attribute("relation"));
    let mut back = target.block.lines.iter().filter(|other| {
        let kind = other.kind.as_ref();
        let is_same = std::ptr::eq(*other, line);
        !is_same
            && kind.is_some_and(|kind| kind.name == model.block.name.text)
            && mapped(other.attribute("relation")) == name
    });
    if let Some((theirs, own)) =
        back.find_map(|other| ends((target, model), other.attribute("relation")))
    {
        (relation.columns, relation.target_columns) = (columns(own), columns(theirs));
    }
    relation
}

/// The fields that `@relation(fields: […], references: […])` ties.
fn ends<'a>(
    (model, target): (Model<'a>, Model<'a>),
    relation: Option<&Attribute>,
) -> Option<(Vec<&'a Line>, Vec<&'a Line>)> {
    let relation = relation?;
    Some((fields(relation, "fields", model)?, fields(relation, "references", target)?))
}

/// Keys of several fields: `a_b`, or the name that `name:` gives.
fn keys(schema: &Schema<'_>, model: Model<'_>) -> BTreeMap<SmolStr, Vec<SmolStr>> {
    let attributes = model.block.attributes.iter();
    let keys = attributes.filter(|it| matches!(it.name.as_str(), "id" | "unique"));
    let named = keys.filter_map(|attribute| {
        let fields: Vec<SmolStr> = attributes::fields(attribute, schema.dialect())
            .into_iter()
            .map(|named| named.field)
            .collect();
        let made_up = || SmolStr::new(fields.join("_"));
        let given = attribute.named("name").and_then(Value::as_text).cloned();
        (fields.len() > 1).then(|| (given.unwrap_or_else(made_up), fields.clone()))
    });
    named.collect()
}
