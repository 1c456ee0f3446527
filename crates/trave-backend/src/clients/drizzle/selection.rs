//! What a select asks for: columns by name, rows of joined tables, totals.

use smol_str::SmolStr;
use trave_source::Origin;

use super::operator::is_aggregate;
use super::table::{self, TableFacts};
use crate::clients::given::Given;
use crate::query::{Embed, SelectedColumn, Selection};
use crate::value::{Shape, Value};

/// Columns inside objects inside the object of fields: no deeper than this.
const DEPTH_MAX: u32 = 4;

/// What `select(fields)` asks of one table; everything without fields.
pub(super) fn of_table(fields: &Value, table: &TableFacts, origin: Origin) -> Selection {
    let mut selection = Selection { known: true, ..Selection::default() };
    match &fields.shape {
        Shape::Undefined => selection.star = true,
        Shape::Object(_) => add(&mut selection, fields, (table, origin, DEPTH_MAX)),
        _ => selection.known = false,
    }
    selection
}

fn add(
    selection: &mut Selection,
    fields: &Value,
    (table, origin, depth): (&TableFacts, Origin, u32),
) {
    let Some(depth) = depth.checked_sub(1) else { return };
    let given = Given::of(fields);
    selection.known &= given.rest.is_none();
    for field in &given.fields {
        if let Some((column, of)) = table::column(&field.value) {
            if of == table.alias {
                let alias = (column != field.name).then(|| field.name.clone());
                selection.columns.push(SelectedColumn { name: column, origin, alias });
            }
        } else if let Some(inner) = TableFacts::of(&field.value) {
            selection.star |= inner.alias == table.alias;
        } else if is_aggregate(&field.value) {
            selection.aggregates = true;
        } else if matches!(field.value.shape, Shape::Object(_)) {
            add(selection, &field.value, (table, origin, depth));
        }
    }
}

/// What comes back of a joined table.
pub(super) fn joined(fields: &Value, table: &TableFacts, (inner, origin): (bool, Origin)) -> Embed {
    let selection = Selection { aggregates: false, ..of_table(fields, table, origin) };
    Embed {
        relation: table.name.clone(),
        hint: None,
        alias: Some(table.alias.clone()),
        inner,
        selection,
        origin,
    }
}

/// The columns that a list of values names, or one.
pub(super) fn columns_in(value: &Value) -> Option<Vec<SmolStr>> {
    match &value.shape {
        Shape::Array(items) => {
            items.iter().map(|item| Some(table::column(item)?.0)).collect::<Option<Vec<_>>>()
        }
        _ => Some(vec![table::column(value)?.0]),
    }
}
