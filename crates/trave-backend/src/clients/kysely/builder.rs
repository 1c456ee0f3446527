//! Builders: `selectFrom('users').where(…).execute()` as one chain each.

use trave_source::Origin;

use super::{NAME, client, condition, expression, own, thing, write};
use crate::clients::build::{self, Around, Scope};
use crate::clients::given::items;
use crate::library::{LibraryCall, Machine};
use crate::query::Query;
use crate::value::{LibraryValue, QueryId, Shape, Taint, Value};

/// Where a builder keeps that what is asked of it is not always asked.
const MAYBE: &str = "maybe";

/// The builder, that remembers how much its query holds now.
pub(super) fn remember(builder: LibraryValue, machine: &mut dyn Machine) -> Value {
    match builder.query.and_then(|id| machine.query_mut(id)) {
        Some(query) => build::marked(builder, query).into_value(),
        None => builder.into_value(),
    }
}

/// A query that stands inside another one, or is given a name: it is sent with that one.
pub(super) fn derive(inner: &Value, machine: &mut dyn Machine) -> Value {
    for inner in inner.alternatives() {
        let builder = own(inner, "builder").and_then(|builder| Some((builder, builder.query?)));
        let Some((builder, id)) = builder else { continue };
        settle(builder, id, machine);
        build::nest(id, machine);
    }
    thing("derived")
}

/// What stands inside a query as a value, an expression, or a function that gives one.
pub(super) fn inside(value: &Value, of: &LibraryValue, machine: &mut dyn Machine) -> Value {
    let value = expression::resolved(value, of, machine);
    for (item, _) in items(&value).0 {
        if own(&item, "builder").is_some() {
            derive(&item, machine);
        }
    }
    value
}

/// Gives the names of a query the spelling of the database, where the client turns them, and
/// forgets what may be a column of another table.
fn settle(builder: &LibraryValue, id: QueryId, machine: &mut dyn Machine) {
    let Some(mut query) = machine.query_mut(id).cloned() else { return };
    build::respell(&mut query, builder, &*machine);
    build::forget_others(&mut query, builder, &*machine);
    if let Some(kept) = machine.query_mut(id) {
        *kept = query;
    }
}

/// A call of a method of a builder.
pub(super) fn call(
    call: &LibraryCall<'_>,
    method: &str,
    machine: &mut dyn Machine,
) -> Option<Value> {
    if matches!(method, "then" | "catch" | "finally") {
        return None;
    }
    if call.callee.kind == "derived" {
        return Some(derived(call, method, machine));
    }
    let id = call.callee.query?;
    match method {
        "execute" | "executeTakeFirst" | "executeTakeFirstOrThrow" | "stream" => {
            return send(call, method, machine);
        }
        "as" => return Some(derive(&call.callee.clone().into_value(), machine)),
        "$call" => return Some(machine.run(&call.arg(0), vec![call.callee.clone().into_value()])),
        "$if" => return Some(perhaps(call, machine)),
        "compile" | "toOperationNode" | "explain" => return None,
        _ => {}
    }
    let mut callee = call.callee.clone();
    let is_outdated = machine.query_mut(id).is_some_and(|query| build::is_outdated(&callee, query));
    if is_outdated && let Some(copy) = build::fork(&callee, id, machine) {
        callee.query = Some(copy);
    }
    let call = &LibraryCall { callee: &callee, ..*call };
    let opened = step(call, method, machine);
    let kept = if opened { Scope::opened(callee.clone()) } else { callee.clone() };
    Some(remember(kept, machine))
}

/// `$if(condition, (qb) => qb.where(…))`.
fn perhaps(call: &LibraryCall<'_>, machine: &mut dyn Machine) -> Value {
    let again = call.callee.clone();
    match call.arg(0).shape {
        Shape::Bool(false) | Shape::Undefined | Shape::Null => again.into_value(),
        Shape::Bool(true) => machine.run(&call.arg(1), vec![again.into_value()]),
        _ => {
            let was = again.kept(MAYBE).is_some();
            let maybe = again.clone().with(MAYBE, Value::of(Shape::Bool(true)));
            let made = machine.run(&call.arg(1), vec![maybe.into_value()]);
            let mut made = own(&made, "builder").cloned().unwrap_or(again);
            if !was {
                made.fields.remove(MAYBE);
            }
            remember(made, machine)
        }
    }
}

/// A method of a query on rows of another query: of what it is told, only queries inside count.
fn derived(call: &LibraryCall<'_>, method: &str, machine: &mut dyn Machine) -> Value {
    match method {
        "execute" => Value::of(Shape::Unknown).tainted(Taint::ROWS),
        "executeTakeFirst" | "executeTakeFirstOrThrow" => {
            Value::of(Shape::Unknown).tainted(Taint::ROWS.and(Taint::PART))
        }
        _ => {
            for arg in call.args {
                inside(arg, call.callee, machine);
            }
            call.callee.clone().into_value()
        }
    }
}

fn send(call: &LibraryCall<'_>, method: &str, machine: &mut dyn Machine) -> Option<Value> {
    let id = call.callee.query?;
    build::extend(machine.query_mut(id)?, call);
    settle(call.callee, id, machine);
    let rows = build::sent(id, machine);
    Some(match method {
        "executeTakeFirst" | "executeTakeFirstOrThrow" => rows.tainted(Taint::PART),
        _ => rows,
    })
}

/// Reads one method of a chain, and says whether something of which no more is known gives rows
/// too from now on.
fn step(call: &LibraryCall<'_>, method: &str, machine: &mut dyn Machine) -> bool {
    let Some(id) = call.callee.query else { return false };
    let conditional = machine.is_conditional(id) || call.callee.kept(MAYBE).is_some();
    let Some(query) = machine.query_mut(id) else { return false };
    build::extend(query, call);
    let scope = Scope::of(call.callee, query);
    let step = Step { call, scope, conditional };
    match method {
        "where" => step.filter(id, machine),
        "whereRef" => step.filter_by_column(id, machine),
        "innerJoin" | "leftJoin" | "rightJoin" | "fullJoin" | "crossJoin" | "using"
        | "innerJoinLateral" | "leftJoinLateral" | "crossJoinLateral" => {
            return step.join(id, method, machine);
        }
        "from" => return step.join(id, "innerJoin", machine),
        "select" | "returning" | "output" => step.select(id, method, machine),
        "orderBy" => step.orders(id, machine),
        "union" | "unionAll" | "intersect" | "intersectAll" | "except" | "exceptAll" => {
            for arg in call.args {
                inside(arg, call.callee, machine);
            }
            if let Some(query) = machine.query_mut(id) {
                query.incomplete = true;
            }
        }
        "set"
        | "values"
        | "expression"
        | "onConflict"
        | "onDuplicateKeyUpdate"
        | "thenUpdateSet"
        | "thenInsertValues" => write::step(call, (id, method), machine),
        _ => {
            let known = machine.query_mut(id).is_some_and(|query| step.simple(query, method));
            if !known && let Some(query) = machine.query_mut(id) {
                query.incomplete = true;
            }
        }
    }
    false
}

/// One method of a builder's chain.
struct Step<'a, 'b> {
    call: &'a LibraryCall<'b>,
    scope: Scope,
    /// It happens to the query only under some condition.
    conditional: bool,
}

impl Step<'_, '_> {
    fn around(&self) -> Around {
        Around::at((self.conditional, self.call.method_origin))
    }

    /// Methods that look at nothing but their arguments; false for one that is not known.
    fn simple(&self, query: &mut Query, method: &str) -> bool {
        let call = self.call;
        let place = (self.conditional, call.method_origin);
        match method {
            "limit" | "top" | "fetch" => {
                query.limit = build::bound(&call.arg(0), place).or_else(|| query.limit.take());
            }
            "offset" => {
                query.offset = build::bound(&call.arg(0), place).or_else(|| query.offset.take());
            }
            "selectAll" | "returningAll" | "outputAll" => self.select_all(query, method),
            "groupBy" => query.selection.aggregates = true,
            "clearLimit" => query.limit = None,
            "clearOffset" => query.offset = None,
            "clearOrderBy" => query.order.clear(),
            "clearWhere" => query.filters.clear(),
            "clearSelect" => {
                query.selection.columns.clear();
                query.selection.star = false;
            }
            "ignore" | "orIgnore" => query.keeps_existing = true,
            "having" | "havingRef" | "distinct" | "distinctOn" | "forUpdate" | "forShare"
            | "forNoKeyUpdate" | "forKeyShare" | "skipLocked" | "noWait" | "modifyEnd"
            | "modifyFront" | "columns" | "defaultValues" | "whenMatched" | "whenNotMatched"
            | "whenMatchedAnd" | "whenNotMatchedAnd" | "thenDelete" | "thenDoNothing"
            | "thenUpdate" | "withPlugin" | "$castTo" | "$narrowType" | "$assertType"
            | "$asScalar" | "$asTuple" | "$notNull" | "clearGroupBy" | "orReplace"
            | "clearReturning" => {}
            _ => return false,
        }
        true
    }

    fn select_all(&self, query: &mut Query, method: &str) {
        query.returning |= method != "selectAll";
        let origin = self.call.method_origin;
        let (tables, _) = items(&self.call.arg(0));
        if tables.is_empty() {
            build::select(query, &self.scope, ("*", origin));
        }
        for (table, _) in tables {
            let all = table.as_text().map(|table| format!("{table}.*"));
            build::select(query, &self.scope, (all.as_deref().unwrap_or("*"), origin));
        }
    }

    /// `where('id', '=', id)`, `where((eb) => eb.or([…]))`, `where(sql`…`)`.
    fn filter(&self, id: QueryId, machine: &mut dyn Machine) {
        let call = self.call;
        let given = if call.args.len() > 1 {
            expression::comparison(call, machine)
        } else {
            expression::resolved(&call.arg(0), call.callee, machine)
        };
        condition::read(&given, (id, &self.scope), self.around(), machine);
    }

    fn filter_by_column(&self, id: QueryId, machine: &mut dyn Machine) {
        let call = self.call;
        let (left, operator, right) = (call.arg(0), call.arg(1), call.arg(2));
        let Some(query) = machine.query_mut(id) else { return };
        match (left.as_text(), operator.as_text(), right.as_text()) {
            (Some(left), Some(operator), Some(right)) => {
                let (op, around) = self.around().operator(operator);
                build::pair(query, &self.scope, (left, right, op), around);
            }
            _ => query.incomplete = true,
        }
    }

    fn join(&self, id: QueryId, method: &str, machine: &mut dyn Machine) -> bool {
        let call = self.call;
        let inner = matches!(method, "innerJoin" | "crossJoin" | "using");
        let Some(table) = client::table_of(&call.arg(0), call.callee, machine) else {
            inside(&call.arg(0), call.callee, machine);
            return true;
        };
        let Some(query) = machine.query_mut(id) else { return false };
        build::join(query, &table, (inner, call.arg_origin(0)));
        let scope = Scope::of(call.callee, query);
        let on = call.arg(1);
        if matches!(on.shape, Shape::Function(_)) {
            let join = LibraryValue::new(NAME, "join");
            let made = machine.run(&on, vec![join.into_value()]);
            condition::read_join(&made, (id, &scope, inner), self.around(), machine);
        }
        false
    }

    /// `select('id')`, `select(['id', 'u.name as name'])`, `select((eb) => […])`.
    fn select(&self, id: QueryId, method: &str, machine: &mut dyn Machine) {
        if method != "select"
            && let Some(query) = machine.query_mut(id)
        {
            query.returning = true;
        }
        for at in 0..self.call.args.len() {
            let origin = self.call.arg_origin(at);
            let given = expression::resolved(&self.call.arg(at), self.call.callee, machine);
            let (items, known) = items(&given);
            if !known && let Some(query) = machine.query_mut(id) {
                query.selection.known = false;
            }
            for (item, _) in items {
                let item = expression::resolved(&item, self.call.callee, machine);
                self.select_item(&item, (id, origin), machine);
            }
        }
    }

    fn select_item(
        &self,
        item: &Value,
        (id, origin): (QueryId, Origin),
        machine: &mut dyn Machine,
    ) {
        if own(item, "builder").is_some() {
            derive(item, machine);
            // What it is called in the result is not kept.
            if let Some(query) = machine.query_mut(id) {
                query.selection.known = false;
            }
            return;
        }
        let Some(query) = machine.query_mut(id) else { return };
        match item.as_text() {
            Some(written) => build::select(query, &self.scope, (written, origin)),
            None if expression::is_aggregate(item) => query.selection.aggregates = true,
            None if item.library().is_some_and(|it| it.library == NAME) => {
                match expression::column(item) {
                    Some(column) => build::select(query, &self.scope, (&column, origin)),
                    None => query.selection.known = false,
                }
            }
            None => query.selection.known = false,
        }
    }

    /// `orderBy('id', 'desc')`, `orderBy('u.id desc')`, `orderBy(['id', 'name desc'])`, and
    /// `orderBy('id', (ob) => ob.desc())`.
    fn orders(&self, id: QueryId, machine: &mut dyn Machine) {
        let call = self.call;
        let direction = call.arg(1);
        let (keys, known) = items(&call.arg(0));
        for (key, certain) in keys {
            let key = expression::resolved(&key, call.callee, machine);
            let conditional = self.conditional || !(certain && known);
            let Some(query) = machine.query_mut(id) else { return };
            let column = expression::column(&key);
            let (column, word) = match column.as_deref().and_then(|it| it.split_once(' ')) {
                Some((column, word)) => (Some(column), Some(word)),
                None => (column.as_deref(), direction.as_text()),
            };
            let column = column.filter(|_| !expression::is_aggregate(&key));
            let ascending = !word.is_some_and(|word| word.to_ascii_lowercase().starts_with("desc"));
            let place = (ascending, conditional, call.method_origin);
            build::order(query, &self.scope, column, place);
        }
    }
}
