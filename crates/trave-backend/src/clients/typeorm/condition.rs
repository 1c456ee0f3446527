//! Conditions of a query builder: SQL in which properties stand for columns, objects, brackets.

use std::sync::Arc;

use smol_str::SmolStr;

use super::{MAPPER, builder, client};
use crate::clients::placed::{Place, target_of};
use crate::clients::sql::conditions_of;
use crate::clients::sql::text::SqlText;
use crate::declared::TableName;
use crate::library::{LibraryCall, Machine};
use crate::naming::NamedTable;
use crate::query::{Filter, Query, Spliced};
use crate::value::{LibraryValue, QueryId, Shape, Value};

/// Brackets in brackets: no deeper than this.
const DEPTH_MAX: usize = 8;

/// The tables of a query, each with what it is called.
pub(super) struct Tables {
    /// The table, what the builder calls it, and what is known of it.
    pub(super) all: Vec<(SmolStr, SmolStr, Option<Arc<NamedTable>>)>,
}

impl Tables {
    /// The tables of a builder.
    pub(super) fn of(builder: &LibraryValue, machine: &mut dyn Machine) -> Option<Self> {
        let query = machine.query_mut(builder.query?)?;
        let (schema, table) = (query.schema.clone(), query.table.clone()?);
        let joined: Vec<(SmolStr, SmolStr)> = query
            .selection
            .embeds
            .iter()
            .filter_map(|it| Some((it.relation.clone(), it.alias.clone()?)))
            .collect();
        let known = |schema: Option<SmolStr>, name: &SmolStr| {
            machine.declared_table(MAPPER.tool, &TableName { schema, name: name.clone() })
        };
        let alias = builder.kept("alias").and_then(Value::as_text).map(SmolStr::new);
        let alias = alias.unwrap_or_else(|| table.clone());
        let mut all = vec![(table.clone(), alias, known(schema, &table))];
        for (name, alias) in joined {
            let table = known(None, &name);
            all.push((name, alias, table));
        }
        Some(Self { all })
    }

    /// What is known of the table that the builder calls so, and whether it is the own one.
    pub(super) fn named(&self, alias: &str) -> Option<(Option<&NamedTable>, bool)> {
        let at = self.all.iter().position(|(_, own, _)| own == alias)?;
        let (_, _, table) = self.all.get(at)?;
        Some((table.as_deref(), at == 0))
    }

    /// `u.firstName` as the database knows it, as TypeORM writes it anew.
    pub(super) fn columns_in(&self, text: SqlText) -> SqlText {
        text.with_names(&mut |rest, before| {
            let is_word = |it: char| it.is_alphanumeric() || matches!(it, '_' | '.' | ':' | '$');
            if before.is_some_and(is_word) {
                return None;
            }
            let (alias, after) = rest.split_once('.')?;
            let (table, _) = self.named(alias)?;
            let length = after.bytes().take_while(|it| is_name(*it)).count();
            let property = after.get(..length).filter(|it| !it.is_empty())?;
            let column = table.and_then(|table| longest(table, property));
            let (length, column) = column.unwrap_or((length, property.into()));
            Some((alias.len() + 1 + length, format!("`{alias}`.`{column}`")))
        })
    }
}

fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// The column of a property or of a relation.
fn longest(table: &NamedTable, property: &str) -> Option<(usize, SmolStr)> {
    let own = table.column(property);
    let tied = || table.relations.get(property)?.columns.first();
    own.or_else(tied).map(|column| (property.len(), column.clone()))
}

/// `where(text, parameters)`, `where({ … })`, `where(new Brackets(…))`, `where(qb => text)`.
pub(super) fn add(
    call: &LibraryCall<'_>,
    method: &str,
    id: QueryId,
    machine: &mut dyn Machine,
) -> Option<()> {
    let is_alternative = method == "orWhere";
    let conditional = machine.is_conditional(id);
    let before = machine.query_mut(id)?.filters.len();
    let given = call.arg(0);
    if let Some((body, negated)) = client::body_of(&given) {
        let body = body.clone();
        brackets(call.callee, &body, machine);
        settle(
            (call.callee, machine.query_mut(id)?),
            before,
            (is_alternative, conditional, negated),
        );
        return Some(());
    }
    match &given.shape {
        Shape::Function(_) => {
            let sub = builder::sub_query(call, machine);
            let text = machine.run(&given, vec![sub]);
            let mut whole = SqlText::new(call.arg_origin(0));
            whole.push_value(&text, call.arg_origin(0));
            read_text(call, &whole, id, machine);
        }
        Shape::Object(_) | Shape::Array(_) => objects(call, &given, id, machine)?,
        _ => {
            let text = SqlText::of_argument(call, 0);
            read_text(call, &text, id, machine);
        }
    }
    settle((call.callee, machine.query_mut(id)?), before, (is_alternative, conditional, false));
    Some(())
}

fn objects(
    call: &LibraryCall<'_>,
    given: &Value,
    id: QueryId,
    machine: &mut dyn Machine,
) -> Option<()> {
    let tables = Tables::of(call.callee, machine)?;
    let table = tables.all.first().and_then(|(_, _, table)| table.clone());
    let target = target_of(call, call.method.unwrap_or_default());
    let argument = call.arg_origin(0);
    let place = Place { argument, path: Vec::new(), call: call.origin, target };
    let mut scratch = Query::new(super::NAME, crate::clients::sql::direct(), call.origin);
    scratch.filters.clone_from(&machine.query_mut(id)?.filters);
    MAPPER.filter(&mut scratch, (given, table.as_ref()), (place, false, &mut *machine));
    let query = machine.query_mut(id)?;
    query.filters = scratch.filters;
    query.incomplete |= scratch.incomplete;
    Some(())
}

/// `new Brackets(qb => { qb.where(…).orWhere(…) })`: filters of the same query.
fn brackets(callee: &LibraryValue, body: &Value, machine: &mut dyn Machine) {
    let depth = callee.kept("depth").and_then(Value::as_number).unwrap_or(0.0) + 1.0;
    if depth > f64::from(u32::try_from(DEPTH_MAX).unwrap_or(0)) {
        return;
    }
    let first = callee.query.and_then(|id| machine.query_mut(id)).map_or(0, |it| it.filters.len());
    let first = f64::from(u32::try_from(first).unwrap_or(u32::MAX));
    let inner = callee
        .clone()
        .with("depth", Value::of(Shape::Number(depth)))
        .with("first", Value::of(Shape::Number(first)));
    machine.run(body, vec![inner.into_value()]);
}

/// The first filter of the brackets that a builder stands for.
fn first_of(builder: &LibraryValue) -> usize {
    let first = builder.kept("first").and_then(Value::as_number).unwrap_or(0.0);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a small count")]
    let first = first as usize;
    first
}

/// What filters that were added behind the others are; beside what an OR adds, those of the same
/// brackets are alternatives.
fn settle(
    (builder, query): (&LibraryValue, &mut Query),
    before: usize,
    (is_alternative, conditional, negated): (bool, bool, bool),
) {
    for filter in query.filters.iter_mut().skip(before) {
        filter.conditional |= conditional;
        filter.negated = filter.negated != negated;
    }
    let first = first_of(builder).min(before);
    if !is_alternative || first == before {
        return;
    }
    let group = query.filters.iter().filter_map(|filter| filter.any_of).max().unwrap_or(0) + 1;
    for filter in query.filters.iter_mut().skip(first) {
        filter.any_of = Some(group);
    }
}

/// A condition that is written as SQL.
fn read_text(
    call: &LibraryCall<'_>,
    text: &SqlText,
    id: QueryId,
    machine: &mut dyn Machine,
) -> Option<()> {
    let tables = Tables::of(call.callee, machine);
    let found = tables.as_ref().and_then(|tables| {
        let text = tables.columns_in(parameters(text.clone(), &call.arg(1)));
        read(&text, tables)
    });
    let spliced: Vec<Spliced> = text
        .spliced()
        .map(|hole| Spliced { value: hole.value.clone(), origin: hole.origin })
        .collect();
    let query = machine.query_mut(id)?;
    query.spliced.extend(spliced);
    let Some((mut filters, incomplete)) = found else {
        query.incomplete = true;
        return None;
    };
    let groups = query.filters.iter().filter_map(|filter| filter.any_of).max().unwrap_or(0);
    for filter in &mut filters {
        filter.any_of = filter.any_of.map(|group| group + groups);
    }
    query.incomplete |= incomplete;
    query.filters.extend(filters);
    Some(())
}

/// What a text says of the rows of some tables.
pub(super) fn read(text: &SqlText, tables: &Tables) -> Option<(Vec<Filter>, bool)> {
    let names: Vec<(&str, &str)> =
        tables.all.iter().map(|(table, alias, _)| (table.as_str(), alias.as_str())).collect();
    let (mut filters, incomplete) = conditions_of(text, &names)?;
    // `u.key = ""`: where double quotes hold text, it is no column.
    filters.retain(|filter| !filter.column.is_empty());
    // Without what the table is called, a property may stand for its column too.
    let own = tables.all.first().and_then(|(_, _, table)| table.as_deref());
    for filter in filters.iter_mut().filter(|filter| filter.relation.is_none()) {
        if let Some(column) = own.and_then(|table| spelled(table, &filter.column)) {
            filter.column = column;
        }
    }
    Some((filters, incomplete))
}

fn spelled(table: &NamedTable, written: &str) -> Option<SmolStr> {
    let same = |name: &&SmolStr| name.eq_ignore_ascii_case(written);
    let column = table.columns.values().find(same);
    let property = || {
        let mut properties = table.columns.iter();
        properties.find(|(name, _)| same(name)).map(|(_, column)| column)
    };
    column.or_else(property).cloned()
}

/// `:name` and `:...names`, as far as their values are given with the text.
pub(super) fn parameters(text: SqlText, given: &Value) -> SqlText {
    let mut cast = false;
    text.with_marks(&mut |rest| {
        if std::mem::take(&mut cast) {
            return None;
        }
        cast = rest.starts_with("::");
        let name = rest.strip_prefix(':').filter(|_| !cast)?;
        let (dots, name) = name.strip_prefix("...").map_or((0, name), |name| (3, name));
        let length = name.bytes().take_while(|it| is_name(*it)).count();
        let name = name.get(..length).filter(|name| !name.is_empty())?;
        let value = match &given.shape {
            Shape::Object(_) => given.field(name).cloned().unwrap_or_else(Value::unknown),
            _ => Value::unknown().depending_on(std::slice::from_ref(given)),
        };
        Some((1 + dots + length, value))
    })
}
