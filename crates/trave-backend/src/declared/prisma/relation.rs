//! Relations: foreign keys, and the tables behind lists on both sides.

use smol_str::{SmolStr, format_smolstr};
use trave_sql::Dialect;

use super::attributes::{index_key, made_up, mapped};
use super::lower::{Model, Schema, block_name, column_name};
use super::syntax::{Attribute, Line, Value};
use crate::declared::{Action, Column, Index, Key, Reference, Table, TableName};

/// Adds the foreign keys of a model.
pub(super) fn add_references(schema: &Schema<'_>, table: &mut Table, model: Model<'_>) {
    for line in &model.block.lines {
        let Some(relation) = line.attribute("relation") else { continue };
        let Some(kind) = &line.kind else { continue };
        let Some(target) = schema.models.get(kind.name.as_str()) else { continue };
        let own = fields(relation, "fields", model);
        let theirs = fields(relation, "references", *target);
        let (Some(own), Some(theirs)) = (own, theirs) else { continue };
        let optional = |line: &&Line| line.kind.as_ref().is_some_and(|kind| kind.is_optional);
        let on_delete = if own.iter().all(optional) { Action::SetNull } else { Action::Restrict };
        let columns: Vec<SmolStr> = own.iter().map(|line| column_name(line)).collect();
        let mapped = relation.named("map").and_then(Value::as_text).cloned();
        let made_up = || made_up(&table.name.name, &columns, "_fkey", schema.dialect());
        let name = mapped.unwrap_or_else(made_up);
        table.references.push(Reference {
            name: Some(name),
            target: block_name(target.block),
            target_columns: theirs.iter().map(|line| column_name(line)).collect(),
            on_delete: action(relation, "onDelete").unwrap_or(on_delete),
            on_update: action(relation, "onUpdate").unwrap_or(Action::Cascade),
            origin: line.span.in_file(model.file),
            columns,
        });
    }
}

/// The fields that an argument of `@relation` names.
pub(super) fn fields<'a>(
    relation: &Attribute,
    argument: &str,
    model: Model<'a>,
) -> Option<Vec<&'a Line>> {
    let names = relation.named(argument)?.items();
    let lines: Option<Vec<&Line>> =
        names.iter().map(|name| model.block.line(name.as_name()?)).collect();
    lines.filter(|lines| !lines.is_empty())
}

fn action(relation: &Attribute, argument: &str) -> Option<Action> {
    Some(match relation.named(argument)?.as_name()?.as_str() {
        "Cascade" => Action::Cascade,
        "Restrict" => Action::Restrict,
        "NoAction" => Action::NoAction,
        "SetNull" => Action::SetNull,
        "SetDefault" => Action::SetDefault,
        _ => return None,
    })
}

/// One end of a relation between lists.
struct End<'a> {
    model: Model<'a>,
    line: &'a Line,
    target: &'a str,
    /// `@relation("name")`.
    name: Option<SmolStr>,
}

/// The tables of relations that are lists on both sides: `_PostToTag`.
pub(super) fn join_tables(schema: &Schema<'_>, models: &[Model<'_>]) -> Vec<Table> {
    let ends: Vec<End<'_>> = models.iter().flat_map(|model| ends(schema, *model)).collect();
    let mut tables = Vec::new();
    for (at, end) in ends.iter().enumerate() {
        let rest = ends.get(at + 1..).unwrap_or_default();
        let Some(other) = rest.iter().find(|other| are_two_ends(end, other)) else { continue };
        let (a, b) = if order(end) <= order(other) { (end, other) } else { (other, end) };
        tables.extend(join_table(schema, a, b));
    }
    tables
}

fn ends<'a>(schema: &Schema<'a>, model: Model<'a>) -> Vec<End<'a>> {
    let end = |line: &'a Line| {
        let kind = line.kind.as_ref().filter(|kind| kind.is_list)?;
        schema.models.get(kind.name.as_str())?;
        let relation = line.attribute("relation");
        if relation.is_some_and(|it| it.named("fields").is_some()) {
            return None;
        }
        Some(End { model, line, target: &kind.name, name: mapped(relation) })
    };
    model.block.lines.iter().filter_map(end).collect()
}

fn are_two_ends(one: &End<'_>, other: &End<'_>) -> bool {
    one.target == other.model.block.name.text
        && other.target == one.model.block.name.text
        && one.name == other.name
}

/// A comes before B by the name of the model, then by that of the field.
fn order<'a>(end: &'a End<'_>) -> (&'a str, &'a str) {
    (&end.model.block.name.text, &end.line.name.text)
}

fn join_table(schema: &Schema<'_>, a: &End<'_>, b: &End<'_>) -> Option<Table> {
    let (of_a, of_b) = (&a.model.block.name.text, &b.model.block.name.text);
    let relation = a.name.clone().unwrap_or_else(|| format_smolstr!("{of_a}To{of_b}"));
    let name = format_smolstr!("_{relation}");
    let target = block_name(a.model.block);
    let name = TableName { schema: target.schema, name };
    let origin = a.line.span.in_file(a.model.file);
    let mut table = Table::new(name, origin);
    for (column, end) in [("A", a), ("B", b)] {
        let (id, data_type) = id_of(schema, end.model)?;
        table.columns.push(Column {
            name: column.into(),
            data_type,
            not_null: true,
            default: None,
            generated: None,
            origin: end.line.span.in_file(end.model.file),
        });
        if !schema.database.without_foreign_keys {
            let columns = vec![SmolStr::new(column)];
            table.references.push(Reference {
                name: Some(made_up(&table.name.name, &columns, "_fkey", schema.dialect())),
                columns,
                target: block_name(end.model.block),
                target_columns: vec![id],
                on_delete: Action::Cascade,
                on_update: Action::Cascade,
                origin: end.line.span.in_file(end.model.file),
            });
        }
    }
    let columns = vec![SmolStr::new("A"), SmolStr::new("B")];
    let table_name = table.name.name.clone();
    if schema.dialect() == Dialect::Postgres {
        let name = Some(format_smolstr!("{table_name}_AB_pkey"));
        table.keys.push(Key { primary: true, name, columns, nulls_not_distinct: false, origin });
    } else {
        let name = format_smolstr!("{table_name}_AB_unique");
        table.indexes.push(Index { unique: true, ..index(name, &["A", "B"], origin) });
    }
    let name = format_smolstr!("{table_name}_B_index");
    table.indexes.push(index(name, &["B"], origin));
    Some(table)
}

fn index(name: SmolStr, columns: &[&str], origin: trave_source::Origin) -> Index {
    Index {
        name: Some(name),
        unique: false,
        method: None,
        keys: columns.iter().map(|column| index_key(column, "")).collect(),
        predicate: None,
        origin,
    }
}

/// The column and the type of the one field that is the id of a model.
fn id_of(schema: &Schema<'_>, model: Model<'_>) -> Option<(SmolStr, String)> {
    let line = model.block.lines.iter().find(|line| line.attribute("id").is_some())?;
    Some((column_name(line), schema.data_type(line, line.kind.as_ref()?)?))
}
