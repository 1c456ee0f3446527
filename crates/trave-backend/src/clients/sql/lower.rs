//! A statement as the queries that it sends: one for what it says, one for each query inside it.

use std::collections::BTreeMap;
use std::sync::Arc;

use smol_str::SmolStr;
use trave_sql::{
    Assignment, CommonTable, ConflictTarget, Delete, Descend, Direction, Expr, ExprKind, FromItem,
    Insert, ObjectName, OrderKey as SqlOrder, Query as SqlQuery, QueryBody, Select, SelectItem,
    Statement, Update,
};

use super::conditions::{Conditions, Params, value_of};
use super::known::{is_aggregate, is_built_in, is_of_the_database};
use super::scope::{Named, Owner, Scope, Side, column_span};
use super::text::SqlText;
use crate::query::{Bound, Embed, Operation, OrderKey, Query, SelectedColumn, Selection};
use crate::value::{Object, Shape, Value};

/// How deep queries inside queries are followed.
const DEPTH_MAX: u32 = 16;

/// Reads one statement.
pub(super) struct Lowering<'t> {
    text: &'t SqlText,
    params: &'t Params,
    /// A query that says nothing yet, made by the same client at the same place.
    empty: &'t Query,
    /// Names that `WITH` gives.
    common: Vec<SmolStr>,
    found: Vec<Query>,
    depth: u32,
}

/// The queries of a statement, what it says first; none for one that touches no rows.
pub(super) fn lower(
    statement: &Statement,
    text: &SqlText,
    params: &Params,
    empty: &Query,
) -> Vec<Query> {
    let mut lowering =
        Lowering { text, params, empty, common: Vec::new(), found: Vec::new(), depth: 0 };
    lowering.statement(statement);
    lowering.found.retain(|query| !is_of_the_database(query));
    for (at, query) in lowering.found.iter_mut().enumerate() {
        query.nested = at > 0;
    }
    // What stands first is then the one whose rows go into the total.
    if let Some(first) = lowering.found.first_mut().filter(|_| is_total(statement)) {
        first.selection.aggregates = true;
    }
    lowering.found
}

/// Whether a statement gives one row whatever stands inside it: values of its own, or a total.
fn is_total(statement: &Statement) -> bool {
    let Statement::Query(query) = statement else { return false };
    let QueryBody::Select(select) = &query.body else { return false };
    let totals = || select.projection.iter().any(|item| is_aggregate(&item.value));
    select.from.is_empty() || (select.group.is_empty() && totals())
}

impl Lowering<'_> {
    fn statement(&mut self, statement: &Statement) {
        if self.depth >= DEPTH_MAX {
            return;
        }
        self.depth += 1;
        match statement {
            Statement::Query(query) => self.query(query),
            Statement::Insert(insert) => self.insert(insert),
            Statement::Update(update) => self.update(update),
            Statement::Delete(delete) => self.delete(delete),
            _ => {}
        }
        self.depth -= 1;
    }

    fn with(&mut self, tables: &[CommonTable]) {
        for table in tables {
            self.common.push(SmolStr::new(table.name.as_str()));
        }
        for table in tables {
            self.statement(&table.statement);
        }
    }

    /// A query; what it says comes before what stands inside it.
    fn query(&mut self, query: &SqlQuery) {
        if self.depth >= DEPTH_MAX {
            return;
        }
        self.depth += 1;
        let names = query.with.iter().map(|table| SmolStr::new(table.name.as_str()));
        self.common.extend(names);
        self.body(&query.body, Some(query));
        for table in &query.with {
            self.statement(&table.statement);
        }
        self.depth -= 1;
    }

    fn body(&mut self, body: &QueryBody, around: Option<&SqlQuery>) {
        match body {
            QueryBody::Select(select) => self.select(select, around),
            QueryBody::Nested(query) => self.query(query),
            QueryBody::Set(set) => {
                self.body(&set.left, around.filter(|query| query.limit.is_some()));
                self.body(&set.right, around.filter(|query| query.limit.is_some()));
            }
            QueryBody::Statement(statement) => self.statement(statement),
            QueryBody::Table(name) => {
                let mut query = self.on(Operation::Select, name);
                query.selection = Selection { star: true, known: true, ..Selection::default() };
                self.found.push(query);
            }
            QueryBody::Values(_) => {}
        }
    }

    fn select(&mut self, select: &Select, around: Option<&SqlQuery>) {
        let common = self.common.clone();
        let scope = Scope::of_select(select, self.text, &common);
        let lead = scope.tables.first().cloned();
        if let Some(lead) = &lead {
            let mut query = self.about(Operation::Select, lead);
            self.read_conditions(&mut query, &scope, select.filter.as_ref());
            query.selection = self.selection(&select.projection, &scope);
            query.selection.aggregates |= !select.group.is_empty();
            if let Some(around) = around {
                self.read_ending(&mut query, around, &scope);
                forget_outputs(&mut query.order, &select.projection);
            }
            self.found.push(query);
        }
        if lead.is_none() {
            self.functions(select, &scope);
        }
        for nested in &scope.nested {
            self.query(nested);
        }
        let parts = select.projection.iter().map(|item| &item.value).chain(&select.filter);
        for part in parts.chain(&select.having).chain(scope.joins.iter().copied()) {
            self.queries_inside(part);
        }
    }

    /// `select f(…)`, `select * from f(…)`: a call, where the function is one of the project's.
    fn functions(&mut self, select: &Select, scope: &Scope<'_>) {
        let calls = select.projection.iter().filter_map(|item| match &item.value.kind {
            ExprKind::Call(call) => Some(&call.name),
            _ => None,
        });
        let from = scope.functions.iter().copied();
        for name in from.chain(calls.filter(|_| select.from.is_empty())) {
            if !is_built_in(name) {
                let query = self.on(Operation::Call, name);
                self.found.push(query);
            }
        }
    }

    fn insert(&mut self, insert: &Insert) {
        self.with(&insert.with);
        let updates = insert.on_conflict.as_ref();
        let operation = if updates.is_some() { Operation::Upsert } else { Operation::Insert };
        let mut query = self.on(operation, &insert.table);
        query.payload = Some(self.inserted(insert));
        if let Some(conflict) = updates {
            query.keeps_existing = conflict.assignments.is_empty();
            if let ConflictTarget::Keys(keys) = &conflict.target {
                let column = |key: &Expr| match &key.kind {
                    ExprKind::Column(column) => Some(SmolStr::new(column.name.as_str())),
                    _ => None,
                };
                query.conflict_columns = keys.iter().map(column).collect();
            }
        }
        self.read_returning(&mut query, &insert.returning, &Scope::default());
        self.found.insert(self.first(), query);
        if let Some(source) = &insert.source {
            self.query(source);
        }
    }

    /// The rows of `VALUES`, as objects; unknown for a query.
    fn inserted(&self, insert: &Insert) -> Value {
        let values = insert.source.as_ref().map(|source| &source.body);
        let Some(QueryBody::Values(rows)) = values else { return Value::unknown() };
        if insert.columns.is_empty()
            || insert.columns.iter().any(|it| it.as_str().starts_with("${"))
        {
            return Value::unknown();
        }
        let columns = || insert.columns.iter().map(|it| SmolStr::new(it.as_str()));
        let row = |row: &Vec<Expr>| {
            let values = row.iter().map(|value| value_of(value, self.text, self.params));
            record(columns().zip(values).collect())
        };
        let rows: Vec<Value> = rows.iter().map(row).collect();
        match <[Value; 1]>::try_from(rows) {
            Ok([only]) => only,
            Err(rows) => Value::of(Shape::Array(Arc::new(rows.clone()))).depending_on(&rows),
        }
    }

    fn update(&mut self, update: &Update) {
        self.with(&update.with);
        let mut query = self.on(Operation::Update, &update.table);
        query.payload = Some(self.assigned(&update.assignments));
        let parts = (&update.table, update.alias.as_ref(), update.from.as_slice());
        self.change(query, parts, (update.filter.as_ref(), &update.returning));
        for assignment in &update.assignments {
            self.queries_inside(&assignment.value);
        }
    }

    fn assigned(&self, assignments: &[Assignment]) -> Value {
        let mut fields = BTreeMap::new();
        for assignment in assignments {
            for column in &assignment.columns {
                let value = match assignment.columns.as_slice() {
                    [_] => value_of(&assignment.value, self.text, self.params),
                    _ => Value::unknown(),
                };
                fields.insert(SmolStr::new(column.as_str()), value);
            }
        }
        record(fields)
    }

    fn delete(&mut self, delete: &Delete) {
        self.with(&delete.with);
        let query = self.on(Operation::Delete, &delete.table);
        let parts = (&delete.table, delete.alias.as_ref(), delete.using.as_slice());
        self.change(query, parts, (delete.filter.as_ref(), &delete.returning));
    }

    /// The rest of a statement that changes rows.
    fn change(
        &mut self,
        mut query: Query,
        (table, alias, from): (&ObjectName, Option<&trave_sql::Ident>, &[FromItem]),
        (filter, returning): (Option<&Expr>, &[SelectItem]),
    ) {
        let common = self.common.clone();
        let mut scope = Scope::default();
        scope.add_table(table, alias, (Side::Inner, (self.text, &[])));
        for item in from {
            scope.add(item, Side::Inner, (self.text, &common));
        }
        self.read_conditions(&mut query, &scope, filter);
        self.read_returning(&mut query, returning, &scope);
        self.found.insert(self.first(), query);
        for nested in &scope.nested {
            self.query(nested);
        }
        for part in filter.into_iter().chain(scope.joins.iter().copied()) {
            self.queries_inside(part);
        }
    }

    /// Where the query of a statement goes: before those of its `WITH`, at the outermost level.
    fn first(&self) -> usize {
        if self.depth <= 1 { 0 } else { self.found.len() }
    }

    fn read_conditions(&self, query: &mut Query, scope: &Scope<'_>, filter: Option<&Expr>) {
        let mut conditions = Conditions::new(scope, self.text, self.params);
        for condition in filter.into_iter().chain(scope.joins.iter().copied()) {
            conditions.add(condition);
        }
        query.incomplete |= conditions.incomplete;
        query.filters = conditions.filters;
    }

    fn read_returning(&self, query: &mut Query, returning: &[SelectItem], scope: &Scope<'_>) {
        query.returning = !returning.is_empty();
        if query.returning {
            query.selection = self.selection(returning, scope);
        }
    }

    /// `ORDER BY`, `LIMIT` and `OFFSET`.
    fn read_ending(&self, query: &mut Query, around: &SqlQuery, scope: &Scope<'_>) {
        query.order = around.order.iter().map(|key| self.order_key(key, scope)).collect();
        let bound = |expr: &Expr| Bound {
            value: value_of(expr, self.text, self.params),
            conditional: false,
            origin: self.text.place(expr.span),
        };
        query.limit = around.limit.as_ref().map(bound);
        query.offset = around.offset.as_ref().map(bound);
    }

    fn order_key(&self, key: &SqlOrder, scope: &Scope<'_>) -> OrderKey {
        let column = match &key.value.kind {
            ExprKind::Column(column) if !column.name.is_hole() => Some(column),
            _ => None,
        };
        let owner = column.map(|column| scope.owner(column));
        let relation = match owner {
            Some(Owner::Table(at)) if at > 0 => scope.tables.get(at).map(|it| it.alias.clone()),
            _ => None,
        };
        let known = column.filter(|_| matches!(owner, Some(Owner::Table(_))));
        OrderKey {
            relation,
            column: known.map(|column| SmolStr::new(column.name.as_str())),
            ascending: key.direction == Direction::Ascending,
            conditional: false,
            origin: self.text.place(key.value.span),
        }
    }

    fn selection(&self, items: &[SelectItem], scope: &Scope<'_>) -> Selection {
        let mut selection = Selection { known: true, ..Selection::default() };
        let mut others: Vec<Selection> = vec![Selection::default(); scope.tables.len()];
        for item in items {
            match &item.value.kind {
                ExprKind::Wildcard(None) => selection.star = true,
                ExprKind::Wildcard(Some(name)) => {
                    let at = scope.tables.iter().position(|it| name.name == *it.alias);
                    match at.and_then(|at| others.get_mut(at)).filter(|_| at != Some(0)) {
                        Some(other) => other.star = true,
                        None => selection.star = true,
                    }
                }
                ExprKind::Column(column) => {
                    let chosen = SelectedColumn {
                        name: SmolStr::new(column.name.as_str()),
                        origin: self.text.place(column_span(column, item.value.span)),
                        alias: item.alias.as_ref().map(|alias| SmolStr::new(alias.as_str())),
                    };
                    match scope.owner(column) {
                        Owner::Table(0) => selection.columns.push(chosen),
                        Owner::Table(at) => {
                            others
                                .get_mut(at)
                                .into_iter()
                                .for_each(|it| it.columns.push(chosen.clone()));
                        }
                        Owner::Unknown if scope.tables.is_empty() => selection.columns.push(chosen),
                        Owner::Unknown => selection.known = false,
                    }
                }
                _ => selection.aggregates |= is_aggregate(&item.value),
            }
        }
        selection.embeds = embeds(scope, others);
        selection
    }

    /// Queries inside an expression.
    fn queries_inside(&mut self, expr: &Expr) {
        let mut inside = Vec::new();
        expr.walk(&mut |part| match &part.kind {
            ExprKind::Subquery(query) | ExprKind::Exists(query) | ExprKind::ArrayQuery(query) => {
                inside.push(&**query);
                Descend::Past
            }
            ExprKind::InQuery(test) => {
                inside.push(&test.query);
                Descend::Past
            }
            _ => Descend::Into,
        });
        for query in inside {
            self.query(query);
        }
    }

    fn on(&self, operation: Operation, name: &ObjectName) -> Query {
        let mut scope = Scope::default();
        scope.add_table(name, None, (Side::Inner, (self.text, &[])));
        let named = scope.tables.pop();
        named.map_or_else(|| self.empty.clone(), |named| self.about(operation, &named))
    }

    fn about(&self, operation: Operation, named: &Named) -> Query {
        Query {
            operation: Some(operation),
            schema: named.schema.clone(),
            table: named.table.clone(),
            target_origin: named.origin,
            ..self.empty.clone()
        }
    }
}

/// `ORDER BY day` means what is returned as `day`, before any column of that name.
fn forget_outputs(order: &mut [OrderKey], returned: &[SelectItem]) {
    for key in order {
        let is_output = |item: &SelectItem| {
            let alias = item.alias.as_ref().map(trave_sql::Ident::as_str);
            alias.is_some() && alias == key.column.as_deref()
        };
        if returned.iter().any(is_output) {
            key.column = None;
        }
    }
}

/// Every table but the leading one, as relations that come along.
fn embeds(scope: &Scope<'_>, selections: Vec<Selection>) -> Vec<Embed> {
    let others = scope.tables.iter().zip(selections).skip(1);
    let embed = |(named, selection): (&Named, Selection)| {
        Some(Embed {
            relation: named.table.clone()?,
            hint: None,
            alias: Some(named.alias.clone()),
            inner: named.inner,
            selection: Selection { known: true, ..selection },
            origin: named.origin,
        })
    };
    others.filter_map(embed).collect()
}

fn record(fields: BTreeMap<SmolStr, Value>) -> Value {
    let all: Vec<Value> = fields.values().cloned().collect();
    Value::of(Shape::Object(Arc::new(Object { fields, rest: None }))).depending_on(&all)
}
