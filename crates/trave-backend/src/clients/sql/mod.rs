//! SQL that stands in the code as text: whoever sends it, it becomes the same queries.

mod conditions;
mod known;
mod lower;
pub(crate) mod marks;
pub(crate) mod part;
mod scope;
pub(crate) mod spelling;
#[cfg(test)]
mod tests;
pub(crate) mod text;

use trave_source::Origin;
use trave_sql::{Dialect, Options, Statement};

pub(crate) use conditions::Params;
use lower::lower;
use text::SqlText;

use crate::effect::Effect;
use crate::library::Machine;
use crate::query::{Filter, Operation, Query, Spliced};
use crate::value::{ClientFact, ClientRole, QueryId, Shape, Taint, Value};

/// Statements of one text that are read; what follows is set-up.
const STATEMENTS_MAX: usize = 16;

/// Who sends a text, from where.
#[derive(Debug, Clone)]
pub(crate) struct Sender {
    /// The client library.
    pub(crate) library: &'static str,
    /// Whose SQL it speaks.
    pub(crate) dialect: Dialect,
    /// The call that sends it.
    pub(crate) origin: Origin,
}

/// A connection of the server's own: row level security does not hold it up.
pub(crate) fn direct() -> ClientFact {
    ClientFact { role: ClientRole::Service, session: false, browser: false, made_at: None }
}

/// Sends a text: its queries are kept in order. What comes back is the query of the last statement
/// that has one: its rows are the answer.
pub(crate) fn send(
    sender: &Sender,
    text: &SqlText,
    params: &Params,
    machine: &mut dyn Machine,
) -> Option<QueryId> {
    let mut answer = None;
    for mut queries in read(sender, text, params) {
        let spliced =
            text.spliced().map(|hole| Spliced { value: hole.value.clone(), origin: hole.origin });
        if let Some(first) = queries.first_mut() {
            first.spliced = spliced.collect();
        }
        for (at, mut query) in queries.into_iter().enumerate() {
            if sender.dialect != Dialect::Postgres {
                spelling::respell(&mut query, &*machine);
            }
            let id = machine.start_query(query);
            machine.record(Effect::Query(id));
            if at == 0 {
                answer = Some(id);
            }
        }
    }
    answer
}

/// The queries of each statement.
fn read(sender: &Sender, text: &SqlText, params: &Params) -> Vec<Vec<Query>> {
    let mut empty = Query::new(sender.library, direct(), sender.origin);
    empty.dialect = Some(sender.dialect);
    empty.target_origin = text.origin();
    let options = Options { dialect: sender.dialect, offset: 0 };
    let statements = trave_sql::statements(text.as_str(), options).take(STATEMENTS_MAX);
    let mut found = Vec::new();
    for parsed in statements {
        let queries = match &parsed.statement {
            Statement::NotUnderstood(_) => vec![unread(text, &parsed.statement, &empty)],
            statement => lower(statement, text, params, &empty),
        };
        if !queries.is_empty() {
            found.push(queries);
        }
    }
    if found.is_empty() && text.is_unknown() {
        found.push(vec![Query { incomplete: true, ..empty }]);
    }
    found
}

/// What a text that stands as a condition says of the rows of a table, and whether something of it
/// could not be read. None where it is no condition.
pub(crate) fn conditions_in(text: &SqlText, table: &str) -> Option<(Vec<Filter>, bool)> {
    conditions_of(text, &[(table, table)])
}

/// The same where several tables are joined, each with the name that columns are written with.
pub(crate) fn conditions_of(
    text: &SqlText,
    tables: &[(&str, &str)],
) -> Option<(Vec<Filter>, bool)> {
    let tables = tables.iter().map(|(table, alias)| format!("`{table}` as `{alias}`"));
    let tables = tables.collect::<Vec<_>>().join(" cross join ");
    let mut whole = SqlText::new(text.origin());
    whole.push_text(&format!("select 1 from {tables} where "), text.origin());
    whole.push_sql(text);
    // Every dialect is read with backticks.
    let options = Options { dialect: Dialect::Postgres, offset: 0 };
    let parsed = trave_sql::statements(whole.as_str(), options).next()?;
    let empty = Query::new("", direct(), text.origin());
    let query = lower(&parsed.statement, &whole, &Params::default(), &empty).into_iter().next()?;
    Some((query.filters, query.incomplete))
}

/// A query of which no more is known than its first word.
fn unread(text: &SqlText, statement: &Statement, empty: &Query) -> Query {
    let kind = match statement {
        Statement::NotUnderstood(reason) => reason.kind.as_str(),
        _ => text.as_str(),
    };
    let operation = match kind.split_whitespace().next() {
        Some("select" | "with" | "values") => Some(Operation::Select),
        Some("insert" | "replace") => Some(Operation::Insert),
        Some("update") => Some(Operation::Update),
        Some("delete") => Some(Operation::Delete),
        _ => None,
    };
    Query { operation, incomplete: true, ..empty.clone() }
}

/// The rows of an answer, as far as the query gives any.
pub(crate) fn rows(id: Option<QueryId>, machine: &mut dyn Machine) -> Value {
    let Some(id) = id else { return Value::of(Shape::Unknown).tainted(Taint::ROWS) };
    let Some(query) = machine.query_mut(id) else { return Value::unknown() };
    let looked_up = query.looked_up_by();
    let shape = if query.gives_rows() { Shape::Rows(id) } else { Shape::Unknown };
    Value::of(shape).depending_on(std::slice::from_ref(&looked_up))
}
