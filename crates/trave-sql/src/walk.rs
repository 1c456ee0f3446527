//! Walks over expressions, queries and bodies, for those who look for something in them.

use crate::ast::block::{Block, BodyStatement, BodyStatementKind};
use crate::ast::expression::{Call, Expr, ExprKind, IsTest, Literal, Operator};
use crate::ast::name::{Name, ObjectName};
use crate::ast::query::{FromItem, FromKind, JoinCondition, OrderKey, Query, QueryBody, Select};
use crate::ast::statement::Statement;

/// Whether a walk goes into what it just met.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Descend {
    /// Into its parts.
    Into,
    /// Past it.
    Past,
}

/// What a walk calls for each expression, outer before inner.
pub type Visit<'a, 'v> = &'v mut dyn FnMut(&'a Expr) -> Descend;

impl Expr {
    /// Visits this expression and all in it, those of sub-queries too.
    pub fn walk<'a>(&'a self, visit: Visit<'a, '_>) {
        if visit(self) == Descend::Past {
            return;
        }
        self.walk_parts(visit);
    }

    fn walk_parts<'a>(&'a self, visit: Visit<'a, '_>) {
        match &self.kind {
            ExprKind::Column(_)
            | ExprKind::Wildcard(_)
            | ExprKind::Literal(_)
            | ExprKind::Parameter(_)
            | ExprKind::Other(_) => {}
            ExprKind::Call(call) => call.walk(visit),
            ExprKind::Subquery(query) | ExprKind::Exists(query) | ExprKind::ArrayQuery(query) => {
                query.walk(visit);
            }
            ExprKind::InList(test) => {
                test.value.walk(visit);
                walk_all(&test.list, visit);
            }
            ExprKind::InQuery(test) => {
                test.value.walk(visit);
                test.query.walk(visit);
            }
            ExprKind::Quantified(test) => walk_both(&test.value, &test.right, visit),
            ExprKind::Binary(binary) => walk_both(&binary.left, &binary.right, visit),
            ExprKind::Unary(unary) => unary.operand.walk(visit),
            ExprKind::Not(operand) => operand.walk(visit),
            ExprKind::Array(list) | ExprKind::Row(list) => walk_all(list, visit),
            _ => self.walk_rare_parts(visit),
        }
    }

    fn walk_rare_parts<'a>(&'a self, visit: Visit<'a, '_>) {
        match &self.kind {
            ExprKind::Is(is) => {
                is.value.walk(visit);
                if let IsTest::DistinctFrom(other) = &is.test {
                    other.walk(visit);
                }
            }
            ExprKind::Cast(cast) => cast.value.walk(visit),
            ExprKind::Case(case) => {
                walk_all(case.operand.iter(), visit);
                for branch in &case.branches {
                    walk_both(&branch.condition, &branch.value, visit);
                }
                walk_all(case.otherwise.iter(), visit);
            }
            ExprKind::Like(like) => {
                walk_both(&like.value, &like.pattern, visit);
                walk_all(like.escape.iter(), visit);
            }
            ExprKind::Between(between) => {
                between.value.walk(visit);
                walk_both(&between.low, &between.high, visit);
            }
            ExprKind::Subscript(subscript) => {
                subscript.value.walk(visit);
                walk_all(subscript.index.iter().chain(&subscript.upper), visit);
            }
            ExprKind::Field(field) => field.value.walk(visit),
            ExprKind::Collate(collate) => collate.value.walk(visit),
            _ => {}
        }
    }

    /// The parts of a chain of `and`; the expression itself if it is none.
    pub fn conjuncts(&self) -> Vec<&Expr> {
        self.chain(&Operator::And)
    }

    /// The parts of a chain of `or`; the expression itself if it is none.
    pub fn disjuncts(&self) -> Vec<&Expr> {
        self.chain(&Operator::Or)
    }

    fn chain(&self, operator: &Operator) -> Vec<&Expr> {
        let mut parts = Vec::new();
        let mut open = vec![self];
        while let Some(next) = open.pop() {
            match &next.kind {
                ExprKind::Binary(binary) if binary.operator == *operator => {
                    open.push(&binary.right);
                    open.push(&binary.left);
                }
                _ => parts.push(next),
            }
        }
        parts
    }

    /// The text of a string constant, casts of it included.
    pub fn as_string(&self) -> Option<&str> {
        match &self.kind {
            ExprKind::Literal(Literal::String(text)) => Some(text),
            ExprKind::Cast(cast) => cast.value.as_string(),
            _ => None,
        }
    }

    /// The call, if it is one of `schema.name`, or of `name` without a schema.
    pub fn as_call(&self, schema: &str, name: &str) -> Option<&Call> {
        match &self.kind {
            ExprKind::Call(call) if call.name.is(schema, name) => Some(call),
            _ => None,
        }
    }
}

impl Call {
    fn walk<'a>(&'a self, visit: Visit<'a, '_>) {
        for argument in &self.arguments {
            argument.value.walk(visit);
        }
        walk_keys(&self.order, visit);
        walk_all(self.filter.iter(), visit);
        if let Some(window) = &self.window {
            walk_all(&window.partition, visit);
            walk_keys(&window.order, visit);
        }
    }
}

fn walk_all<'a>(list: impl IntoIterator<Item = &'a Expr>, visit: Visit<'a, '_>) {
    for expr in list {
        expr.walk(visit);
    }
}

fn walk_both<'a>(left: &'a Expr, right: &'a Expr, visit: Visit<'a, '_>) {
    left.walk(visit);
    right.walk(visit);
}

fn walk_keys<'a>(keys: &'a [OrderKey], visit: Visit<'a, '_>) {
    for key in keys {
        key.value.walk(visit);
    }
}

impl Query {
    /// Visits every expression of the query, those of its sub-queries too.
    pub fn walk<'a>(&'a self, visit: Visit<'a, '_>) {
        for table in &self.with {
            table.statement.walk(visit);
        }
        self.body.walk(visit);
        walk_keys(&self.order, visit);
        walk_all(self.limit.iter().chain(&self.offset), visit);
    }

    /// Every `select` of the outermost level: one, or the sides of a union.
    pub fn selects(&self) -> Vec<&Select> {
        let mut selects = Vec::new();
        self.body.collect_selects(&mut selects);
        selects
    }

    /// The call of `select f(…)` that reads no table.
    pub fn single_call(&self) -> Option<&Call> {
        let QueryBody::Select(select) = &self.body else { return None };
        let [item] = select.projection.as_slice() else { return None };
        match &item.value.kind {
            ExprKind::Call(call) if select.from.is_empty() => Some(call),
            _ => None,
        }
    }

    /// Every table and view that it reads, in sub-queries too; names of `with` are left out.
    pub fn tables_read(&self) -> Vec<&ObjectName> {
        let mut reader = TableReader::default();
        reader.query(self);
        reader.found
    }
}

impl QueryBody {
    fn walk<'a>(&'a self, visit: Visit<'a, '_>) {
        match self {
            Self::Select(select) => select.walk(visit),
            Self::Values(rows) => rows.iter().for_each(|row| walk_all(row, visit)),
            Self::Table(_) => {}
            Self::Nested(query) => query.walk(visit),
            Self::Set(operation) => {
                operation.left.walk(visit);
                operation.right.walk(visit);
            }
            Self::Statement(statement) => statement.walk(visit),
        }
    }

    fn collect_selects<'a>(&'a self, selects: &mut Vec<&'a Select>) {
        match self {
            Self::Select(select) => selects.push(select),
            Self::Nested(query) => query.body.collect_selects(selects),
            Self::Set(operation) => {
                operation.left.collect_selects(selects);
                operation.right.collect_selects(selects);
            }
            Self::Values(_) | Self::Table(_) | Self::Statement(_) => {}
        }
    }
}

impl Select {
    fn walk<'a>(&'a self, visit: Visit<'a, '_>) {
        walk_all(self.distinct.iter().flat_map(|distinct| &distinct.on), visit);
        walk_all(self.projection.iter().map(|item| &item.value), visit);
        for item in &self.from {
            item.walk(visit);
        }
        walk_all(self.filter.iter().chain(&self.group).chain(&self.having), visit);
    }
}

impl FromItem {
    fn walk<'a>(&'a self, visit: Visit<'a, '_>) {
        match &self.kind {
            FromKind::Table(_) => {}
            FromKind::Query(query) => query.walk(visit),
            FromKind::Functions(calls) => calls.iter().for_each(|call| call.walk(visit)),
            FromKind::Join(join) => {
                join.left.walk(visit);
                join.right.walk(visit);
                if let JoinCondition::On(condition) = &join.condition {
                    condition.walk(visit);
                }
            }
        }
    }

    /// This item and, if it is a join, all that are joined, left to right.
    pub fn flattened(&self) -> Vec<&FromItem> {
        let mut items = Vec::new();
        let mut open = vec![self];
        while let Some(next) = open.pop() {
            match &next.kind {
                FromKind::Join(join) => {
                    open.push(&join.right);
                    open.push(&join.left);
                }
                _ => items.push(next),
            }
        }
        items
    }
}

impl Statement {
    /// Visits every expression of a query or of a statement that changes rows.
    pub fn walk<'a>(&'a self, visit: Visit<'a, '_>) {
        match self {
            Self::Query(query) => query.walk(visit),
            Self::Insert(insert) => {
                insert.with.iter().for_each(|table| table.statement.walk(visit));
                if let Some(source) = &insert.source {
                    source.walk(visit);
                }
                if let Some(conflict) = &insert.on_conflict {
                    walk_all(conflict.assignments.iter().map(|set| &set.value), visit);
                    walk_all(conflict.filter.iter(), visit);
                }
                walk_all(insert.returning.iter().map(|item| &item.value), visit);
            }
            Self::Update(update) => {
                update.with.iter().for_each(|table| table.statement.walk(visit));
                walk_all(update.assignments.iter().map(|set| &set.value), visit);
                update.from.iter().for_each(|item| item.walk(visit));
                walk_all(update.filter.iter(), visit);
                walk_all(update.returning.iter().map(|item| &item.value), visit);
            }
            Self::Delete(delete) => {
                delete.with.iter().for_each(|table| table.statement.walk(visit));
                delete.using.iter().for_each(|item| item.walk(visit));
                walk_all(delete.filter.iter(), visit);
                walk_all(delete.returning.iter().map(|item| &item.value), visit);
            }
            Self::Merge(merge) => {
                merge.source.walk(visit);
                merge.condition.walk(visit);
            }
            Self::Call(call) => call.walk(visit),
            _ => {}
        }
    }

    /// Every table that a query or a statement that changes rows reads or changes.
    pub fn tables_touched(&self) -> Vec<&ObjectName> {
        let mut reader = TableReader::default();
        reader.statement(self);
        reader.found
    }
}

/// Collects the tables that queries read, and knows the names that `with` gave.
#[derive(Default)]
struct TableReader<'a> {
    common: Vec<&'a Name>,
    found: Vec<&'a ObjectName>,
}

impl<'a> TableReader<'a> {
    fn query(&mut self, query: &'a Query) {
        let known = self.common.len();
        for table in &query.with {
            if table.recursive {
                self.common.push(&table.name.name);
            }
            self.statement(&table.statement);
            self.common.push(&table.name.name);
        }
        self.body(&query.body);
        self.keys(&query.order);
        self.expressions(query.limit.iter().chain(&query.offset));
        self.common.truncate(known);
    }

    fn body(&mut self, body: &'a QueryBody) {
        match body {
            QueryBody::Select(select) => self.select(select),
            QueryBody::Values(rows) => rows.iter().for_each(|row| self.expressions(row)),
            QueryBody::Table(name) => self.table(name),
            QueryBody::Nested(query) => self.query(query),
            QueryBody::Set(operation) => {
                self.body(&operation.left);
                self.body(&operation.right);
            }
            QueryBody::Statement(statement) => self.statement(statement),
        }
    }

    fn select(&mut self, select: &'a Select) {
        for item in &select.from {
            self.item(item);
        }
        self.expressions(select.projection.iter().map(|item| &item.value));
        self.expressions(select.filter.iter().chain(&select.group).chain(&select.having));
    }

    fn item(&mut self, item: &'a FromItem) {
        match &item.kind {
            FromKind::Table(name) => self.table(name),
            FromKind::Query(query) => self.query(query),
            FromKind::Functions(calls) => {
                let arguments = calls.iter().flat_map(|call| &call.arguments);
                self.expressions(arguments.map(|argument| &argument.value));
            }
            FromKind::Join(join) => {
                self.item(&join.left);
                self.item(&join.right);
                if let JoinCondition::On(condition) = &join.condition {
                    self.expression(condition);
                }
            }
        }
    }

    fn statement(&mut self, statement: &'a Statement) {
        match statement {
            Statement::Query(query) => self.query(query),
            Statement::Insert(insert) => {
                insert.with.iter().for_each(|table| self.statement(&table.statement));
                self.table(&insert.table);
                if let Some(source) = &insert.source {
                    self.query(source);
                }
            }
            Statement::Update(update) => {
                self.table(&update.table);
                update.from.iter().for_each(|item| self.item(item));
                self.expressions(update.assignments.iter().map(|set| &set.value));
                self.expressions(&update.filter);
            }
            Statement::Delete(delete) => {
                self.table(&delete.table);
                delete.using.iter().for_each(|item| self.item(item));
                self.expressions(&delete.filter);
            }
            Statement::Merge(merge) => {
                self.table(&merge.table);
                self.item(&merge.source);
            }
            _ => {}
        }
    }

    fn keys(&mut self, keys: &'a [OrderKey]) {
        self.expressions(keys.iter().map(|key| &key.value));
    }

    fn expressions(&mut self, list: impl IntoIterator<Item = &'a Expr>) {
        for expr in list {
            self.expression(expr);
        }
    }

    /// The queries in an expression, each with the names that are known here.
    fn expression(&mut self, expr: &'a Expr) {
        let mut queries = Vec::new();
        expr.walk(&mut |inner| match &inner.kind {
            ExprKind::Subquery(query) | ExprKind::Exists(query) | ExprKind::ArrayQuery(query) => {
                queries.push(&**query);
                Descend::Past
            }
            ExprKind::InQuery(test) => {
                queries.push(&test.query);
                Descend::Past
            }
            _ => Descend::Into,
        });
        for query in queries {
            self.query(query);
        }
    }

    fn table(&mut self, name: &'a ObjectName) {
        let common = name.schema.is_none() && self.common.contains(&&name.name);
        if !common {
            self.found.push(name);
        }
    }
}

impl Block {
    /// Visits every step, those of branches, loops, blocks and handlers too, in order.
    pub fn walk<'a>(&'a self, visit: &mut dyn FnMut(&'a BodyStatement)) {
        walk_steps(&self.statements, visit);
        for handler in &self.handlers {
            walk_steps(&handler.statements, visit);
        }
    }
}

fn walk_steps<'a>(steps: &'a [BodyStatement], visit: &mut dyn FnMut(&'a BodyStatement)) {
    for step in steps {
        visit(step);
        match &step.kind {
            BodyStatementKind::If(branches) => {
                for branch in &branches.branches {
                    walk_steps(&branch.statements, visit);
                }
                walk_steps(&branches.otherwise, visit);
            }
            BodyStatementKind::Loop(inner) => walk_steps(&inner.statements, visit),
            BodyStatementKind::Block(block) => block.walk(visit),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Descend;
    use crate::testing::statement;
    use crate::{ExprKind, Options, Statement, parse_expression};

    #[test]
    fn tables_are_found_wherever_they_are_read() {
        let text = "with recursive c as (select * from a union select * from c), d as (insert into b select 1 returning id) \
                    select (select max(x) from e) from c join d on d.id in (select id from f) \
                    left join lateral (select * from g) as h on true where exists (select 1 from s.i) order by 1";
        let Statement::Query(query) = statement(text) else { panic!() };
        let mut names: Vec<_> = query.tables_read().iter().map(ToString::to_string).collect();
        names.sort();
        assert_eq!(names, ["a", "b", "e", "f", "g", "s.i"]);
    }

    #[test]
    fn a_walk_can_stop_at_sub_queries() {
        let text = "auth.uid() = owner and (select auth.uid()) = other";
        let expr = parse_expression(text, Options::default()).unwrap();
        let mut calls = 0;
        expr.walk(&mut |inner| {
            calls += usize::from(inner.as_call("auth", "uid").is_some());
            if matches!(inner.kind, ExprKind::Subquery(_)) { Descend::Past } else { Descend::Into }
        });
        assert_eq!(calls, 1);
        assert_eq!(expr.conjuncts().len(), 2);
    }

    #[test]
    fn single_calls_are_seen() {
        let Statement::Query(query) =
            statement("select pg_catalog.set_config('search_path', '', false)")
        else {
            panic!()
        };
        assert_eq!(query.single_call().unwrap().name.name, "set_config");
    }
}
