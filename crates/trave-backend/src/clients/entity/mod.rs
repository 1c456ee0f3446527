//! What object mappers have in common whose tables are classes: names, conditions, written rows,
//! what comes along, order and bounds.

mod condition;
mod selection;
mod written;

use std::sync::Arc;

use smol_str::SmolStr;
use trave_source::Origin;

pub(crate) use condition::{About, Around, Comparison, Conditions};
pub(crate) use selection::{add_related, bound, choose, is_descending, orders};
pub(crate) use written::{is_entity, key_of, row};

use crate::clients::given::GivenField;
use crate::clients::sql::{direct, rows};
use crate::declared::{TableName, Tool};
use crate::effect::Effect;
use crate::library::Machine;
use crate::naming::NamedTable;
use crate::query::{Bound, Operation, Query};
use crate::value::{QueryId, Shape, Value};

/// An object mapper.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Mapper {
    /// The name of its library.
    pub(crate) library: &'static str,
    /// Who reads its entities.
    pub(crate) tool: Tool,
    /// Reads what is said of a column.
    pub(crate) compare: fn(&mut Conditions<'_>, &SmolStr, &Value, (&About, Around)),
    /// Reads a field that is no property, and says whether it was none.
    pub(crate) word: fn(&mut Conditions<'_>, &GivenField, (&About, Around)) -> bool,
}

impl Mapper {
    /// The name of the entity that a value is: a class, an object of one, or its name.
    pub(crate) fn entity_of(value: &Value, machine: &dyn Machine) -> Option<SmolStr> {
        let mut names = value.alternatives().iter().map(|value| match &value.shape {
            Shape::Text(name) => Some(name.clone()),
            _ => machine.class_of(value).map(|(name, _)| name),
        });
        let first = names.next()??;
        names.all(|name| name.as_ref() == Some(&first)).then_some(first)
    }

    /// The table that a query works on, as its entity names it.
    pub(crate) fn table_of(
        self,
        id: QueryId,
        machine: &mut dyn Machine,
    ) -> Option<Arc<NamedTable>> {
        let query = machine.query_mut(id)?;
        let table = TableName { schema: query.schema.clone(), name: query.table.clone()? };
        machine.declared_table(self.tool, &table)
    }

    /// The table of an entity, by its name or that of its table.
    pub(crate) fn table(self, name: &str, machine: &dyn Machine) -> Option<Arc<NamedTable>> {
        let by_table = || {
            let (schema, name) = match name.split_once('.') {
                Some((schema, name)) => (Some(schema.into()), name.into()),
                None => (None, name.into()),
            };
            machine.declared_table(self.tool, &TableName { schema, name })
        };
        machine.named_table(self.tool, name).or_else(by_table)
    }

    /// A query that says nothing yet but its table.
    pub(crate) fn query(
        self,
        operation: Operation,
        table: Option<&Arc<NamedTable>>,
        (call, target): (Origin, Origin),
    ) -> Query {
        let mut query = Query::new(self.library, direct(), call);
        query.operation = Some(operation);
        query.target_origin = target;
        query.table = table.map(|table| table.table.name.clone());
        query.schema = table.and_then(|table| table.table.schema.clone());
        query.selection.known = true;
        query
    }
}

/// Sends a query; what comes back are its rows.
pub(crate) fn send(query: Query, machine: &mut dyn Machine) -> Value {
    let id = machine.start_query(query);
    machine.record(Effect::Query(id));
    rows(Some(id), machine)
}

/// A limit of one row, where a method takes the first.
pub(crate) fn first_row(origin: Origin) -> Bound {
    Bound { value: Value::of(Shape::Number(1.0)), conditional: false, origin }
}

/// Whether the property of an entity is an embedded one: its own properties have columns.
fn is_embedded(table: &NamedTable, path: &str) -> bool {
    let inside =
        |property: &SmolStr| property.strip_prefix(path).is_some_and(|rest| rest.starts_with('.'));
    table.columns.keys().any(inside)
}
