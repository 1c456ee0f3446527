//! The parts of an expression: its operands, and the queries in it.

use trave_sql::{
    Expr, ExprKind, FromItem, FromKind, IsTest, JoinCondition, Query, QueryBody, Select,
};

/// How deep conditions are followed; deeper ones are not judged.
pub(super) const DEPTH_MAX: usize = 64;

/// Sees every part of an expression, sub-selects included.
pub(super) trait Visitor<'a> {
    /// Sees an expression before its parts; false ends the descent there.
    fn enter(&mut self, expr: &'a Expr) -> bool;

    /// Sees a query inside an expression; false ends the descent there.
    fn enter_query(&mut self, _query: &'a Query) -> bool {
        true
    }

    /// Is told that all of a query was seen.
    fn leave_query(&mut self) {}

    /// Sees what a query reads.
    fn reads(&mut self, _item: &'a FromItem) {}
}

/// Shows an expression and all its parts to a visitor.
pub(super) fn visit<'a>(expr: &'a Expr, visitor: &mut impl Visitor<'a>, depth: usize) {
    if depth > DEPTH_MAX || !visitor.enter(expr) {
        return;
    }
    for part in operands(expr) {
        visit(part, visitor, depth + 1);
    }
    if let Some(query) = queries(expr) {
        visit_query(query, visitor, depth + 1);
    }
}

/// Shows the parts of a query to a visitor.
pub(super) fn visit_query<'a>(query: &'a Query, visitor: &mut impl Visitor<'a>, depth: usize) {
    if depth > DEPTH_MAX || !visitor.enter_query(query) {
        return;
    }
    visit_body(&query.body, visitor, depth + 1);
    visitor.leave_query();
}

fn visit_body<'a>(body: &'a QueryBody, visitor: &mut impl Visitor<'a>, depth: usize) {
    match body {
        _ if depth > DEPTH_MAX => {}
        QueryBody::Select(select) => visit_select(select, visitor, depth),
        QueryBody::Nested(query) => visit_query(query, visitor, depth + 1),
        QueryBody::Set(set) => {
            visit_body(&set.left, visitor, depth + 1);
            visit_body(&set.right, visitor, depth + 1);
        }
        QueryBody::Values(_) | QueryBody::Table(_) | QueryBody::Statement(_) => {}
    }
}

fn visit_select<'a>(select: &'a Select, visitor: &mut impl Visitor<'a>, depth: usize) {
    for item in &select.from {
        visit_from(item, visitor, depth + 1);
    }
    let projected = select.projection.iter().map(|item| &item.value);
    let conditions = select.filter.iter().chain(&select.group).chain(&select.having);
    for expr in projected.chain(conditions) {
        visit(expr, visitor, depth + 1);
    }
}

fn visit_from<'a>(item: &'a FromItem, visitor: &mut impl Visitor<'a>, depth: usize) {
    if depth > DEPTH_MAX {
        return;
    }
    visitor.reads(item);
    match &item.kind {
        FromKind::Table(_) => {}
        FromKind::Query(query) => visit_query(query, visitor, depth + 1),
        FromKind::Functions(calls) => {
            for argument in calls.iter().flat_map(|call| &call.arguments) {
                visit(&argument.value, visitor, depth + 1);
            }
        }
        FromKind::Join(join) => {
            visit_from(&join.left, visitor, depth + 1);
            visit_from(&join.right, visitor, depth + 1);
            if let JoinCondition::On(condition) = &join.condition {
                visit(condition, visitor, depth + 1);
            }
        }
    }
}

/// The operands of an expression that are expressions themselves.
fn operands(expr: &Expr) -> Vec<&Expr> {
    match &expr.kind {
        ExprKind::Call(call) => {
            call.arguments.iter().map(|argument| &argument.value).chain(&call.filter).collect()
        }
        ExprKind::InList(within) => std::iter::once(&within.value).chain(&within.list).collect(),
        ExprKind::InQuery(within) => vec![&within.value],
        ExprKind::Quantified(compared) => vec![&compared.value, &compared.right],
        ExprKind::Binary(binary) => vec![&binary.left, &binary.right],
        ExprKind::Unary(unary) => vec![&unary.operand],
        ExprKind::Not(inner) => vec![inner],
        ExprKind::Is(is) => match &is.test {
            IsTest::DistinctFrom(other) => vec![&is.value, other],
            _ => vec![&is.value],
        },
        ExprKind::Cast(cast) => vec![&cast.value],
        ExprKind::Case(case) => {
            let branches = case.branches.iter();
            let branches = branches.flat_map(|branch| [&branch.condition, &branch.value]);
            branches.chain(&case.operand).chain(&case.otherwise).collect()
        }
        ExprKind::Array(items) | ExprKind::Row(items) => items.iter().collect(),
        ExprKind::Like(like) => vec![&like.value, &like.pattern],
        ExprKind::Between(between) => vec![&between.value, &between.low, &between.high],
        ExprKind::Subscript(subscript) => {
            let bounds = subscript.index.iter().chain(&subscript.upper);
            std::iter::once(&subscript.value).chain(bounds).collect()
        }
        ExprKind::Field(field) => vec![&field.value],
        ExprKind::Collate(collate) => vec![&collate.value],
        _ => Vec::new(),
    }
}

/// The queries of an expression itself, not of its operands.
fn queries(expr: &Expr) -> Option<&Query> {
    match &expr.kind {
        ExprKind::Subquery(query) | ExprKind::Exists(query) | ExprKind::ArrayQuery(query) => {
            Some(query)
        }
        ExprKind::InQuery(within) => Some(&within.query),
        _ => None,
    }
}

/// The value of `(select value)`: a query that reads nothing, so that it is run once.
pub(super) fn lone_value(query: &Query) -> Option<&Expr> {
    let QueryBody::Select(select) = &query.body else { return None };
    let [item] = select.projection.as_slice() else { return None };
    (select.from.is_empty() && select.filter.is_none()).then_some(&item.value)
}
