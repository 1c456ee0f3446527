//! Names as the database knows them, where it does not tell large letters from small ones.

use std::collections::BTreeMap;
use std::sync::Arc;

use smol_str::SmolStr;

use crate::library::Machine;
use crate::query::Query;
use crate::value::{Object, Shape, Value};

/// Gives the names of a query the spelling of the catalog.
pub(super) fn respell(query: &mut Query, machine: &dyn Machine) {
    for embed in &mut query.selection.embeds {
        if let Some((table, _)) = machine.spelled(&embed.relation) {
            embed.relation = table;
        }
    }
    let Some(table) = &query.table else { return };
    let Some((table, columns)) = machine.spelled(table) else { return };
    let spell = |name: &mut SmolStr| {
        let known = columns.iter().find(|column| column.eq_ignore_ascii_case(name));
        if let Some(column) = known {
            name.clone_from(column);
        }
    };
    query.table = Some(table);
    respell_own(query, &spell);
}

/// Spells the names of columns that are the leading table's own.
pub(crate) fn respell_own(query: &mut Query, spell: &impl Fn(&mut SmolStr)) {
    let filters = query.filters.iter_mut().filter(|filter| filter.relation.is_none());
    filters.for_each(|filter| spell(&mut filter.column));
    let order = query.order.iter_mut().filter(|key| key.relation.is_none());
    order.filter_map(|key| key.column.as_mut()).for_each(spell);
    query.selection.columns.iter_mut().for_each(|column| spell(&mut column.name));
    query.conflict_columns.iter_mut().flatten().for_each(spell);
    if let Some(payload) = &mut query.payload {
        *payload = written(payload, spell);
    }
}

fn written(payload: &Value, spell: &impl Fn(&mut SmolStr)) -> Value {
    let shape = match &payload.shape {
        Shape::Object(object) => {
            let field = |(name, value): (&SmolStr, &Value)| {
                let mut name = name.clone();
                spell(&mut name);
                (name, value.clone())
            };
            let fields: BTreeMap<SmolStr, Value> = object.fields.iter().map(field).collect();
            Shape::Object(Arc::new(Object { fields, rest: object.rest.clone() }))
        }
        Shape::Array(rows) => {
            Shape::Array(Arc::new(rows.iter().map(|row| written(row, spell)).collect()))
        }
        Shape::List(row) => Shape::List(Arc::new(written(row, spell))),
        _ => return payload.clone(),
    };
    Value { shape, ..payload.clone() }
}
