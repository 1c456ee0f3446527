//! What expressions and queries name: columns, tables, functions.
//!
//! Walks with a stack of its own, so that no input is too deep.

use smol_str::SmolStr;
use trave_source::Span;
use trave_sql::{
    Call, Expr, ExprKind, FromItem, FromKind, IsTest, JoinCondition, ObjectName, Query, QueryBody,
    Select, Statement,
};

/// A part of an expression, a query or a statement.
#[derive(Clone, Copy)]
pub(super) enum Node<'a> {
    /// An expression.
    Expr(&'a Expr),
    /// A query inside an expression or statement.
    Query(&'a Query),
    /// The middle of a query.
    Body(&'a QueryBody),
    /// What a query reads.
    From(&'a FromItem),
    /// A statement, for those with queries in them.
    Statement(&'a Statement),
}

/// Calls `see` for a node and everything below it, in the order of the text; it answers whether
/// to go deeper.
pub(super) fn walk<'a>(node: Node<'a>, see: &mut dyn FnMut(Node<'a>) -> bool) {
    let mut stack = vec![node];
    while let Some(node) = stack.pop() {
        if see(node) {
            let below = stack.len();
            push_parts(node, &mut stack);
            if let Some(parts) = stack.get_mut(below..) {
                parts.reverse();
            }
        }
    }
}

/// The column that an expression is, if it is nothing more.
pub(super) fn plain_column(expr: &Expr) -> Option<SmolStr> {
    match &expr.kind {
        ExprKind::Column(column) => Some(SmolStr::new(column.name.as_str())),
        _ => None,
    }
}

/// Columns of the table itself that an expression names outside of its queries, each once.
pub(super) fn own_columns(expr: &Expr, table: &str) -> Vec<SmolStr> {
    let mut columns: Vec<SmolStr> = Vec::new();
    for (name, _) in own_references(expr, table) {
        if !columns.contains(&name) {
            columns.push(name);
        }
    }
    columns
}

/// As [`own_columns`], each time with its place.
pub(super) fn own_references(expr: &Expr, table: &str) -> Vec<(SmolStr, Span)> {
    let mut found = Vec::new();
    walk(Node::Expr(expr), &mut |node| {
        let Node::Expr(expr) = node else { return false };
        if let ExprKind::Column(column) = &expr.kind {
            let own = column.qualifier.as_ref().is_none_or(|before| before.name == table);
            if own {
                found.push((SmolStr::new(column.name.as_str()), expr.span));
            }
        }
        true
    });
    found
}

/// Functions that an expression calls, also in its queries.
pub(super) fn calls(expr: &Expr) -> Vec<ObjectName> {
    calls_in(Node::Expr(expr))
}

/// Functions that are called anywhere below.
pub(super) fn calls_in(node: Node<'_>) -> Vec<ObjectName> {
    let mut found: Vec<ObjectName> = Vec::new();
    walk(node, &mut |node| {
        match node {
            Node::Expr(Expr { kind: ExprKind::Call(call), .. }) => found.push(call.name.clone()),
            Node::Expr(Expr { kind: ExprKind::Other(other), .. }) => {
                found.extend(other.calls.iter().cloned());
            }
            Node::From(FromItem { kind: FromKind::Functions(calls), .. }) => {
                found.extend(calls.iter().map(|call| call.name.clone()));
            }
            _ => {}
        }
        true
    });
    found
}

/// Tables that the queries of an expression read; names of `with` are left out.
pub(super) fn tables_in(expr: &Expr) -> Vec<ObjectName> {
    tables(Node::Expr(expr))
}

/// Tables that are read or written anywhere below; names of `with` are left out.
pub(super) fn tables(node: Node<'_>) -> Vec<ObjectName> {
    let mut found: Vec<ObjectName> = Vec::new();
    let mut local: Vec<SmolStr> = Vec::new();
    walk(node, &mut |node| {
        match node {
            Node::Query(query) => local.extend(with_names(&query.with)),
            Node::Body(QueryBody::Table(name))
            | Node::From(FromItem { kind: FromKind::Table(name), .. }) => found.push(name.clone()),
            Node::Statement(statement) => {
                found.extend(written_table(statement).cloned());
                local.extend(with_of(statement));
            }
            Node::Expr(_) | Node::Body(_) | Node::From(_) => {}
        }
        true
    });
    found.retain(|name| {
        name.schema.is_some() || !local.iter().any(|local| local == name.name.as_str())
    });
    found
}

fn with_names(with: &[trave_sql::CommonTable]) -> impl Iterator<Item = SmolStr> + '_ {
    with.iter().map(|common| SmolStr::new(common.name.as_str()))
}

fn with_of(statement: &Statement) -> Vec<SmolStr> {
    match statement {
        Statement::Insert(insert) => with_names(&insert.with).collect(),
        Statement::Update(update) => with_names(&update.with).collect(),
        Statement::Delete(delete) => with_names(&delete.with).collect(),
        _ => Vec::new(),
    }
}

fn written_table(statement: &Statement) -> Option<&ObjectName> {
    match statement {
        Statement::Insert(insert) => Some(&insert.table),
        Statement::Update(update) => Some(&update.table),
        Statement::Delete(delete) => Some(&delete.table),
        Statement::Merge(merge) => Some(&merge.table),
        Statement::Truncate(truncate) => truncate.tables.first(),
        _ => None,
    }
}

fn push_parts<'a>(node: Node<'a>, out: &mut Vec<Node<'a>>) {
    match node {
        Node::Expr(expr) => push_expr(expr, out),
        Node::Query(query) => {
            out.extend(query.with.iter().map(|common| Node::Statement(&common.statement)));
            out.push(Node::Body(&query.body));
            out.extend(query.order.iter().map(|key| Node::Expr(&key.value)));
            out.extend(query.limit.iter().chain(&query.offset).map(Node::Expr));
        }
        Node::Body(body) => push_body(body, out),
        Node::From(item) => push_from(item, out),
        Node::Statement(statement) => push_statement(statement, out),
    }
}

fn push_expr<'a>(expr: &'a Expr, out: &mut Vec<Node<'a>>) {
    match &expr.kind {
        ExprKind::Column(_)
        | ExprKind::Wildcard(_)
        | ExprKind::Literal(_)
        | ExprKind::Parameter(_)
        | ExprKind::Other(_) => {}
        ExprKind::Call(call) => push_call(call, out),
        ExprKind::Subquery(query) | ExprKind::Exists(query) | ExprKind::ArrayQuery(query) => {
            out.push(Node::Query(query));
        }
        ExprKind::InList(list) => {
            out.push(Node::Expr(&list.value));
            out.extend(list.list.iter().map(Node::Expr));
        }
        ExprKind::InQuery(list) => {
            out.push(Node::Expr(&list.value));
            out.push(Node::Query(&list.query));
        }
        ExprKind::Quantified(quantified) => {
            out.extend([&quantified.value, &quantified.right].map(Node::Expr));
        }
        ExprKind::Binary(binary) => out.extend([&binary.left, &binary.right].map(Node::Expr)),
        ExprKind::Unary(unary) => out.push(Node::Expr(&unary.operand)),
        ExprKind::Not(inner) => out.push(Node::Expr(inner)),
        ExprKind::Is(is) => {
            out.push(Node::Expr(&is.value));
            if let IsTest::DistinctFrom(other) = &is.test {
                out.push(Node::Expr(other));
            }
        }
        ExprKind::Cast(cast) => out.push(Node::Expr(&cast.value)),
        ExprKind::Case(case) => {
            out.extend(case.operand.iter().map(Node::Expr));
            for branch in &case.branches {
                out.extend([&branch.condition, &branch.value].map(Node::Expr));
            }
            out.extend(case.otherwise.iter().map(Node::Expr));
        }
        ExprKind::Array(items) | ExprKind::Row(items) => out.extend(items.iter().map(Node::Expr)),
        ExprKind::Like(like) => {
            out.extend([&like.value, &like.pattern].map(Node::Expr));
            out.extend(like.escape.iter().map(Node::Expr));
        }
        ExprKind::Between(between) => {
            out.extend([&between.value, &between.low, &between.high].map(Node::Expr));
        }
        ExprKind::Subscript(subscript) => {
            out.push(Node::Expr(&subscript.value));
            out.extend(subscript.index.iter().chain(&subscript.upper).map(Node::Expr));
        }
        ExprKind::Field(field) => out.push(Node::Expr(&field.value)),
        ExprKind::Collate(collate) => out.push(Node::Expr(&collate.value)),
    }
}

fn push_call<'a>(call: &'a Call, out: &mut Vec<Node<'a>>) {
    out.extend(call.arguments.iter().map(|argument| Node::Expr(&argument.value)));
    out.extend(call.order.iter().map(|key| Node::Expr(&key.value)));
    out.extend(call.filter.iter().map(Node::Expr));
    if let Some(window) = &call.window {
        out.extend(window.partition.iter().map(Node::Expr));
        out.extend(window.order.iter().map(|key| Node::Expr(&key.value)));
    }
}

fn push_body<'a>(body: &'a QueryBody, out: &mut Vec<Node<'a>>) {
    match body {
        QueryBody::Select(select) => push_select(select, out),
        QueryBody::Values(rows) => out.extend(rows.iter().flatten().map(Node::Expr)),
        QueryBody::Table(_) => {}
        QueryBody::Nested(query) => out.push(Node::Query(query)),
        QueryBody::Set(set) => out.extend([Node::Body(&set.left), Node::Body(&set.right)]),
        QueryBody::Statement(statement) => out.push(Node::Statement(statement)),
    }
}

fn push_select<'a>(select: &'a Select, out: &mut Vec<Node<'a>>) {
    if let Some(distinct) = &select.distinct {
        out.extend(distinct.on.iter().map(Node::Expr));
    }
    out.extend(select.projection.iter().map(|item| Node::Expr(&item.value)));
    out.extend(select.from.iter().map(Node::From));
    out.extend(select.filter.iter().map(Node::Expr));
    out.extend(select.group.iter().map(Node::Expr));
    out.extend(select.having.iter().map(Node::Expr));
}

fn push_from<'a>(item: &'a FromItem, out: &mut Vec<Node<'a>>) {
    match &item.kind {
        FromKind::Table(_) => {}
        FromKind::Query(query) => out.push(Node::Query(query)),
        FromKind::Functions(calls) => calls.iter().for_each(|call| push_call(call, out)),
        FromKind::Join(join) => {
            out.extend([Node::From(&join.left), Node::From(&join.right)]);
            if let JoinCondition::On(condition) = &join.condition {
                out.push(Node::Expr(condition));
            }
        }
    }
}

fn push_statement<'a>(statement: &'a Statement, out: &mut Vec<Node<'a>>) {
    match statement {
        Statement::Query(query) => out.push(Node::Query(query)),
        Statement::Insert(insert) => {
            out.extend(insert.with.iter().map(|common| Node::Statement(&common.statement)));
            out.extend(insert.source.iter().map(|query| Node::Query(query)));
            out.extend(insert.returning.iter().map(|item| Node::Expr(&item.value)));
        }
        Statement::Update(update) => {
            out.extend(update.with.iter().map(|common| Node::Statement(&common.statement)));
            out.extend(update.assignments.iter().map(|set| Node::Expr(&set.value)));
            out.extend(update.from.iter().map(Node::From));
            out.extend(update.filter.iter().map(Node::Expr));
        }
        Statement::Delete(delete) => {
            out.extend(delete.with.iter().map(|common| Node::Statement(&common.statement)));
            out.extend(delete.using.iter().map(Node::From));
            out.extend(delete.filter.iter().map(Node::Expr));
        }
        Statement::Merge(merge) => {
            out.push(Node::From(&merge.source));
            out.push(Node::Expr(&merge.condition));
        }
        _ => {}
    }
}
