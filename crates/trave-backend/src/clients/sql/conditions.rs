//! `WHERE`, `ON` and `HAVING` as filters.

use std::sync::Arc;

use smol_str::SmolStr;
use trave_source::Span;
use trave_sql::{
    Binary, ColumnRef, Descend, Expr, ExprKind, InList, Is, IsTest, Like, LikeKind, Literal,
    Operator, Quantified, Quantifier,
};

use super::scope::{Owner, Scope};
use super::text::SqlText;
use crate::query::{Filter, FilterOp};
use crate::value::{Shape, Taint, Value};

/// How deep conditions are followed.
const DEPTH_MAX: u32 = 64;

/// Reads the conditions of one statement.
pub(super) struct Conditions<'s, 't> {
    pub(super) scope: &'t Scope<'s>,
    pub(super) text: &'t SqlText,
    /// What stands for `$1`, `?` and `:name`.
    pub(super) params: &'t Params,
    pub(super) filters: Vec<Filter>,
    /// Columns whose table cannot be told are left out.
    pub(super) incomplete: bool,
    groups: u32,
    depth: u32,
}

/// The values of a statement's parameters.
#[derive(Debug, Clone, Default)]
pub(crate) struct Params {
    /// In order; `None` where the list is not known.
    pub(crate) list: Option<Vec<Value>>,
    /// By name.
    pub(crate) named: Option<Value>,
}

impl Params {
    /// The parameters that a list gives.
    pub(crate) fn listed(values: &Value) -> Self {
        let list = match &values.shape {
            Shape::Array(items) => Some(items.to_vec()),
            _ => None,
        };
        Self { list, named: Some(values.clone()) }
    }
}

/// A comparison of a column.
struct Comparison<'e> {
    column: &'e Expr,
    op: FilterOp,
    value: Value,
}

/// Where a condition stands.
#[derive(Clone, Copy, Default)]
struct Around {
    negated: bool,
    any_of: Option<u32>,
    conditional: bool,
}

impl<'s, 't> Conditions<'s, 't> {
    pub(super) fn new(scope: &'t Scope<'s>, text: &'t SqlText, params: &'t Params) -> Self {
        Self { scope, text, params, filters: Vec::new(), incomplete: false, groups: 0, depth: 0 }
    }

    /// Adds a condition that every row meets.
    pub(super) fn add(&mut self, condition: &Expr) {
        self.read(condition, Around::default());
    }

    fn read(&mut self, condition: &Expr, around: Around) {
        if self.depth >= DEPTH_MAX {
            self.incomplete = true;
            return;
        }
        self.depth += 1;
        self.condition(condition, around);
        self.depth -= 1;
    }

    fn condition(&mut self, condition: &Expr, around: Around) {
        match &condition.kind {
            ExprKind::Binary(binary) => self.binary(condition, binary, around),
            ExprKind::Not(inner) => {
                self.read(inner, Around { negated: !around.negated, ..around });
            }
            ExprKind::Like(like) => {
                let op = match like.kind {
                    LikeKind::Like => FilterOp::Like,
                    LikeKind::Ilike => FilterOp::ILike,
                    LikeKind::Similar => FilterOp::Regex,
                };
                self.like(condition, like, (op, around));
            }
            ExprKind::InList(list) => self.in_list(condition, list, around),
            ExprKind::InQuery(list) => {
                let around = Around { negated: around.negated != list.negated, ..around };
                let value = Value::of(Shape::Unknown).tainted(Taint::ROWS);
                self.compare(
                    condition,
                    Comparison { column: &list.value, op: FilterOp::In, value },
                    around,
                );
            }
            ExprKind::Is(is) => self.is(condition, is, around),
            ExprKind::Between(between) => {
                let around = Around { negated: around.negated != between.negated, ..around };
                for bound in [&between.low, &between.high] {
                    let value = self.value(bound);
                    let column = &between.value;
                    self.compare(
                        condition,
                        Comparison { column, op: FilterOp::Range, value },
                        around,
                    );
                }
            }
            ExprKind::Quantified(quantified) => self.quantified(condition, quantified, around),
            ExprKind::Column(_) => {
                let value = Value::of(Shape::Bool(true));
                let comparison = Comparison { column: condition, op: FilterOp::Eq, value };
                self.compare(condition, comparison, around);
            }
            ExprKind::Parameter(name) => self.spliced(name),
            ExprKind::Literal(_) | ExprKind::Exists(_) => {}
            _ => self.other(condition, around),
        }
    }

    /// A hole in the place of a condition: what it says cannot be told.
    fn spliced(&mut self, name: &str) {
        let bound = self.text.hole(name).is_none_or(|hole| hole.bound);
        self.incomplete |= !bound;
    }

    fn binary(&mut self, whole: &Expr, binary: &Binary, around: Around) {
        let (left, right) = (&binary.left, &binary.right);
        match (&binary.operator, around.negated) {
            (Operator::And, false) => {
                self.read(left, around);
                self.read(right, around);
            }
            (Operator::Or, false) => self.any(left, right, around),
            // NOT (a AND b), NOT (a OR b): rare, and of no use to an index.
            (Operator::And | Operator::Or, true) => self.other(whole, around),
            _ => self.comparison(whole, binary, around),
        }
    }

    /// `a OR b`; `$1 IS NULL OR a = $1` is a filter that applies only sometimes.
    fn any(&mut self, left: &Expr, right: &Expr, around: Around) {
        for (switch, condition) in [(left, right), (right, left)] {
            if is_switch(switch) {
                self.read(condition, Around { conditional: true, ..around });
                return;
            }
        }
        let group = around.any_of.unwrap_or_else(|| {
            self.groups += 1;
            self.groups
        });
        let around = Around { any_of: Some(group), ..around };
        self.read(left, around);
        self.read(right, around);
    }

    fn comparison(&mut self, whole: &Expr, binary: &Binary, around: Around) {
        let Some((op, negated)) = operator(&binary.operator) else {
            self.other(whole, around);
            return;
        };
        let around = Around { negated: around.negated != negated, ..around };
        let (left, right) = (&binary.left, &binary.right);
        let (has_left, has_right) = (has_columns(left), has_columns(right));
        match (has_left, has_right) {
            (true, true) => self.join(whole, (left, right), (op, around)),
            (true, false) => {
                let value = self.value(right);
                self.compare(whole, Comparison { column: left, op, value }, around);
            }
            (false, true) => {
                let value = self.value(left);
                self.compare(whole, Comparison { column: right, op, value }, around);
            }
            (false, false) => {}
        }
    }

    /// `a.x = b.y` joins two tables; anything else between columns is a condition of its own kind.
    fn join(
        &mut self,
        whole: &Expr,
        (left, right): (&Expr, &Expr),
        (op, around): (FilterOp, Around),
    ) {
        let owner = |side: &Expr| match &side.kind {
            ExprKind::Column(column) => Some(self.scope.owner(column)),
            _ => None,
        };
        match (owner(left), owner(right)) {
            (Some(one), Some(other)) if one != other || one == Owner::Unknown => {
                // The leading table's column compared with something of a query around it.
                let outer = Value::of(Shape::Unknown).tainted(Taint::ROWS.and(Taint::UNKNOWN));
                for (side, owner, partner) in [(left, one, other), (right, other, one)] {
                    if owner == Owner::Table(0) && partner == Owner::Unknown {
                        let value = outer.clone();
                        self.compare(whole, Comparison { column: side, op, value }, around);
                    }
                }
            }
            _ => self.other(whole, around),
        }
    }

    fn like(&mut self, whole: &Expr, like: &Like, (op, around): (FilterOp, Around)) {
        let around = Around { negated: around.negated != like.negated, ..around };
        let value = self.value(&like.pattern);
        self.compare(whole, Comparison { column: &like.value, op, value }, around);
    }

    fn in_list(&mut self, whole: &Expr, list: &InList, around: Around) {
        let around = Around { negated: around.negated != list.negated, ..around };
        let items: Vec<Value> = list.list.iter().map(|item| self.value(item)).collect();
        let spliced = |item: &Expr| match &item.kind {
            ExprKind::Parameter(name) => self.text.hole(name).is_some(),
            _ => false,
        };
        // `IN (${ids})` writes as many as there are.
        let value = match (items.as_slice(), list.list.as_slice()) {
            ([only], [item]) if spliced(item) => only.clone(),
            _ => Value::of(Shape::Array(Arc::new(items.clone()))).depending_on(&items),
        };
        self.compare(whole, Comparison { column: &list.value, op: FilterOp::In, value }, around);
    }

    fn is(&mut self, whole: &Expr, is: &Is, around: Around) {
        let around = Around { negated: around.negated != is.negated, ..around };
        let value = match &is.test {
            IsTest::Null => Value::of(Shape::Null),
            IsTest::True => Value::of(Shape::Bool(true)),
            IsTest::False => Value::of(Shape::Bool(false)),
            IsTest::DistinctFrom(other) => {
                let value = self.value(other);
                let comparison = Comparison { column: &is.value, op: FilterOp::Ne, value };
                self.compare(whole, comparison, around);
                return;
            }
            IsTest::Unknown | IsTest::Other(_) => Value::unknown(),
        };
        self.compare(whole, Comparison { column: &is.value, op: FilterOp::Is, value }, around);
    }

    /// `= ANY ($1)` is `IN`, `<> ALL ($1)` its contrary.
    fn quantified(&mut self, whole: &Expr, quantified: &Quantified, around: Around) {
        let negated = match (&quantified.operator, quantified.quantifier) {
            (Operator::Equal, Quantifier::Any) => false,
            (Operator::NotEqual, Quantifier::All) => true,
            _ => return self.other(whole, around),
        };
        // `$1 = ANY (tags)` asks what an array column holds.
        if has_columns(&quantified.right) && !has_columns(&quantified.value) {
            let value = self.value(&quantified.value);
            let comparison = Comparison { column: &quantified.right, op: FilterOp::Other, value };
            return self.compare(whole, comparison, around);
        }
        let around = Around { negated: around.negated != negated, ..around };
        let value = self.value(&quantified.right);
        let comparison = Comparison { column: &quantified.value, op: FilterOp::In, value };
        self.compare(whole, comparison, around);
    }

    /// A condition of which only the columns can be told.
    fn other(&mut self, condition: &Expr, around: Around) {
        let mut columns: Vec<(&ColumnRef, Span)> = Vec::new();
        columns_of(condition, &mut columns);
        for (column, _) in columns {
            let filter = FilterParts { column, path: None, op: FilterOp::Other };
            self.push(condition, filter, (Value::unknown(), around));
        }
    }

    fn compare(&mut self, whole: &Expr, comparison: Comparison<'_>, around: Around) {
        let Comparison { column, op, value } = comparison;
        match &bare(column).kind {
            ExprKind::Column(name) => {
                let filter = FilterParts { column: name, path: None, op };
                self.push(whole, filter, (value, around));
            }
            ExprKind::Binary(binary) if is_json_path(&binary.operator) => {
                let mut columns = Vec::new();
                columns_of(column, &mut columns);
                if let [(name, span)] = columns.as_slice() {
                    let path = self.path_behind(column, *span);
                    self.push(
                        whole,
                        FilterParts { column: name, path: Some(path), op },
                        (value, around),
                    );
                }
            }
            _ => {
                let mut columns = Vec::new();
                columns_of(column, &mut columns);
                for (name, _) in columns {
                    let filter = FilterParts { column: name, path: None, op: FilterOp::Other };
                    self.push(whole, filter, (value.clone(), around));
                }
            }
        }
    }

    /// What stands behind a JSON column: `->'a'->>'b'`.
    fn path_behind(&self, whole: &Expr, column: Span) -> SmolStr {
        let (start, end) = (column.end as usize, whole.span.end as usize);
        SmolStr::new(self.text.as_str().get(start..end).unwrap_or_default().trim())
    }

    fn push(&mut self, whole: &Expr, filter: FilterParts<'_>, (value, around): (Value, Around)) {
        let Owner::Table(table) = self.scope.owner(filter.column) else {
            self.incomplete = true;
            return;
        };
        let relation = (table > 0).then(|| self.scope.tables.get(table)).flatten();
        self.filters.push(Filter {
            relation: relation.map(|table| table.alias.clone()),
            column: SmolStr::new(filter.column.name.as_str()),
            path: filter.path,
            op: filter.op,
            negated: around.negated,
            any_of: around.any_of,
            value,
            conditional: around.conditional,
            origin: self.text.place(whole.span),
        });
    }

    /// What an expression without columns is worth.
    pub(super) fn value(&self, expr: &Expr) -> Value {
        value_of(expr, self.text, self.params)
    }
}

struct FilterParts<'e> {
    column: &'e ColumnRef,
    path: Option<SmolStr>,
    op: FilterOp,
}

/// What an expression without columns is worth.
pub(super) fn value_of(expr: &Expr, text: &SqlText, params: &Params) -> Value {
    match &expr.kind {
        ExprKind::Literal(Literal::Null) => Value::of(Shape::Null),
        ExprKind::Literal(Literal::Boolean(value)) => Value::of(Shape::Bool(*value)),
        ExprKind::Literal(Literal::Number(number)) => {
            number.parse().map_or_else(|_| Value::unknown(), |it| Value::of(Shape::Number(it)))
        }
        ExprKind::Literal(Literal::String(string)) => text.filled(string),
        ExprKind::Parameter(name) => parameter(name, text, params),
        ExprKind::Cast(cast) => value_of(&cast.value, text, params),
        ExprKind::Array(items) => {
            let items: Vec<Value> = items.iter().map(|it| value_of(it, text, params)).collect();
            Value::of(Shape::Array(Arc::new(items.clone()))).depending_on(&items)
        }
        _ => {
            let mut parts = Vec::new();
            for_each_part(expr, &mut |part| {
                if let ExprKind::Parameter(name) = &part.kind {
                    parts.push(parameter(name, text, params));
                }
            });
            Value::of(Shape::Unknown).depending_on(&parts)
        }
    }
}

fn parameter(name: &str, text: &SqlText, params: &Params) -> Value {
    if let Some(hole) = text.hole(name) {
        return hole.value.clone();
    }
    let index = name.strip_prefix('$').and_then(|it| it.parse::<usize>().ok());
    if let (Some(index), Some(list)) = (index, &params.list) {
        return list.get(index.saturating_sub(1)).cloned().unwrap_or_else(Value::unknown);
    }
    let named = params
        .named
        .as_ref()
        .and_then(|named| named.field(name.trim_start_matches([':', '$', '@'])).cloned());
    named.unwrap_or_else(Value::unknown)
}

fn operator(operator: &Operator) -> Option<(FilterOp, bool)> {
    Some(match operator {
        Operator::Equal => (FilterOp::Eq, false),
        Operator::NotEqual => (FilterOp::Ne, false),
        Operator::Less | Operator::LessOrEqual | Operator::Greater | Operator::GreaterOrEqual => {
            (FilterOp::Range, false)
        }
        Operator::Contains
        | Operator::ContainedBy
        | Operator::HasKey
        | Operator::HasAnyKey
        | Operator::HasAllKeys => (FilterOp::Contains, false),
        Operator::Overlaps => (FilterOp::Overlaps, false),
        Operator::Regex { negated, .. } => (FilterOp::Regex, *negated),
        Operator::TextSearch => (FilterOp::TextSearch, false),
        _ => return None,
    })
}

fn is_json_path(operator: &Operator) -> bool {
    matches!(
        operator,
        Operator::JsonGet | Operator::JsonGetText | Operator::JsonPath | Operator::JsonPathText
    )
}

/// `$1 IS NULL`, `NOT $1`, `$1 = 'all'`: it says whether a filter applies, not which rows.
fn is_switch(expr: &Expr) -> bool {
    let mut asks = false;
    for_each_part(expr, &mut |part| asks |= matches!(part.kind, ExprKind::Parameter(_)));
    asks && !has_columns(expr) && !matches!(expr.kind, ExprKind::Parameter(_))
}

/// The expression without casts to text types and parentheses that change no order.
fn bare(expr: &Expr) -> &Expr {
    match &expr.kind {
        ExprKind::Collate(collate) => bare(&collate.value),
        _ => expr,
    }
}

fn has_columns(expr: &Expr) -> bool {
    let mut columns = Vec::new();
    columns_of(expr, &mut columns);
    !columns.is_empty()
}

/// The columns of an expression, those of queries inside it left out.
fn columns_of<'e>(expr: &'e Expr, found: &mut Vec<(&'e ColumnRef, Span)>) {
    for_each_part(expr, &mut |part| {
        if let ExprKind::Column(column) = &part.kind {
            found.push((column, part.span));
        }
    });
}

/// Calls `visit` with an expression and every part of it outside queries.
pub(super) fn for_each_part<'e>(expr: &'e Expr, visit: &mut dyn FnMut(&'e Expr)) {
    expr.walk(&mut |part| {
        visit(part);
        match &part.kind {
            ExprKind::Subquery(_) | ExprKind::Exists(_) | ExprKind::ArrayQuery(_) => Descend::Past,
            ExprKind::InQuery(test) => {
                for_each_part(&test.value, visit);
                Descend::Past
            }
            _ => Descend::Into,
        }
    });
}
