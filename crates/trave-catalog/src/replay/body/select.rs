//! Queries that bodies ask: over the catalog, over lists, over nothing.

use smol_str::SmolStr;
use trave_sql::{
    Call, Execute, Expr, ExprKind, FromItem, FromKind, JoinCondition, JoinKind, Operator, Query,
    QueryBody, Select, SelectItem, SetOperator, Statement,
};

use super::datum::{Datum, Scope};
use super::functions::as_array;
use crate::replay::generated::output_name;
use crate::replay::session::Session;

/// A row by its columns.
pub(super) type Row = Vec<(SmolStr, Datum)>;

/// One row of each item of a `FROM`, by alias.
type Joined = Vec<(SmolStr, Row)>;

/// More rows than this are not joined.
const ROWS_MAX: usize = 50_000;

/// What a filter fixes by equality: column and text. Rows without it need not be made.
pub(super) type Wanted = Vec<(SmolStr, SmolStr)>;

/// One equality of a filter, before it is known whose column it means.
struct Wish {
    qualifier: Option<SmolStr>,
    column: SmolStr,
    text: SmolStr,
}

impl Session {
    /// The rows of a query; none where they cannot be told.
    pub(super) fn rows_of(&mut self, query: &Query, scope: &Scope) -> Option<Vec<Row>> {
        if !query.with.is_empty() {
            return None;
        }
        let rows = self.rows_of_body(&query.body, scope)?;
        let limit = match query.limit.as_ref().map(|limit| self.evaluate(limit, scope)) {
            None => usize::MAX,
            Some(Datum::Number(limit)) => usize::try_from(limit).unwrap_or(0),
            Some(_) => return None,
        };
        Some(rows.into_iter().take(limit).collect())
    }

    /// The rows of a query that is a text: `FOR r IN EXECUTE '…'`.
    pub(super) fn rows_of_text(&mut self, execute: &Execute, scope: &Scope) -> Option<Vec<Row>> {
        let Datum::Text(text) = self.evaluate(&execute.command, scope) else { return None };
        let parsed = trave_sql::parse(&text, trave_sql::Options::default());
        let Statement::Query(query) = &parsed.statements.first()?.statement else { return None };
        let mut inner = scope.clone();
        for (at, value) in execute.using.iter().enumerate() {
            let value = self.evaluate(value, scope);
            inner.set(format!("${}", at + 1), value);
        }
        self.rows_of(query, &inner)
    }

    fn rows_of_body(&mut self, body: &QueryBody, scope: &Scope) -> Option<Vec<Row>> {
        match body {
            QueryBody::Select(select) => self.rows_of_select(select, scope),
            QueryBody::Nested(query) => self.rows_of(query, scope),
            QueryBody::Values(rows) => Some(
                rows.iter()
                    .map(|row| {
                        let values = row.iter().enumerate().map(|(at, value)| {
                            let name = format!("column{}", at + 1);
                            (name.into(), self.evaluate(value, scope))
                        });
                        values.collect()
                    })
                    .collect(),
            ),
            QueryBody::Set(set) if set.operator == SetOperator::Union => {
                let mut rows = self.rows_of_body(&set.left, scope)?;
                for row in self.rows_of_body(&set.right, scope)? {
                    if set.all || !rows.contains(&row) {
                        rows.push(row);
                    }
                }
                Some(rows)
            }
            QueryBody::Set(_) | QueryBody::Table(_) | QueryBody::Statement(_) => None,
        }
    }

    fn rows_of_select(&mut self, select: &Select, scope: &Scope) -> Option<Vec<Row>> {
        let wishes = self.wishes(select, scope);
        let mut joined: Vec<Joined> = vec![Vec::new()];
        for item in &select.from {
            joined = self.join_item(joined, item, (scope, &wishes))?;
        }
        let mut kept: Vec<Joined> = Vec::new();
        for rows in joined {
            let keep = match &select.filter {
                None => true,
                Some(filter) => self.evaluate(filter, &visible(scope, &rows)).truth()?,
            };
            if keep {
                kept.push(rows);
            }
        }
        if let Some(call) = lone_aggregate(select) {
            let value = self.aggregated(call, &kept, scope)?;
            return Some(vec![vec![(call.name.name.as_str().into(), value)]]);
        }
        if !select.group.is_empty() || select.having.is_some() {
            return None;
        }
        let mut out: Vec<Row> = Vec::new();
        for rows in &kept {
            let inner = visible(scope, rows);
            for row in self.projected(&select.projection, rows, &inner) {
                if select.distinct.is_none() || !out.contains(&row) {
                    out.push(row);
                }
            }
        }
        Some(out)
    }

    /// `count(*)`, `array_agg(x)` and `string_agg(x, y)`.
    fn aggregated(&mut self, call: &Call, kept: &[Joined], scope: &Scope) -> Option<Datum> {
        if call.name.name == "count" && !call.distinct {
            return i64::try_from(kept.len()).ok().map(Datum::Number);
        }
        let value = &call.arguments.first()?.value;
        let values: Vec<Datum> =
            kept.iter().map(|rows| self.evaluate(value, &visible(scope, rows))).collect();
        Some(match call.name.name.as_str() {
            "array_agg" | "string_agg" if values.is_empty() => Datum::Null,
            "array_agg" => Datum::Array(values),
            "string_agg" => {
                let texts: Option<Vec<SmolStr>> = values.iter().map(Datum::shown).collect();
                match (texts, self.evaluate(&call.arguments.get(1)?.value, scope)) {
                    (Some(texts), Datum::Text(mark)) => Datum::Text(texts.join(&mark).into()),
                    _ => Datum::Unknown,
                }
            }
            _ => Datum::Unknown,
        })
    }

    /// Output rows of one joined row: more than one where `unnest` stands in the projection.
    fn projected(&mut self, items: &[SelectItem], rows: &Joined, scope: &Scope) -> Vec<Row> {
        let mut out: Vec<Row> = vec![Vec::new()];
        for item in items {
            if let ExprKind::Wildcard(of) = &item.value.kind {
                let meant = |alias: &str| of.as_ref().is_none_or(|of| of.name == alias);
                let rows = rows.iter().filter(|(alias, _)| meant(alias));
                let columns: Row = rows.flat_map(|(_, row)| row.iter().cloned()).collect();
                for made in &mut out {
                    made.extend(columns.iter().cloned());
                }
                continue;
            }
            let name = match &item.alias {
                Some(alias) => SmolStr::new(alias.as_str()),
                None => output_name(&item.value),
            };
            let value = self.evaluate(&item.value, scope);
            if is_unnest(&item.value) {
                let items = as_array(value).unwrap_or_else(|| vec![Datum::Unknown]);
                out = repeated(&out, &name, &items);
                continue;
            }
            for made in &mut out {
                made.push((name.clone(), value.clone()));
            }
        }
        out
    }

    fn join_item(
        &mut self,
        before: Vec<Joined>,
        item: &FromItem,
        (scope, wishes): (&Scope, &[Wish]),
    ) -> Option<Vec<Joined>> {
        if let FromKind::Join(join) = &item.kind {
            let left = self.join_item(before, &join.left, (scope, wishes))?;
            let mut out = Vec::new();
            for rows in left {
                let both = self.join_item(vec![rows.clone()], &join.right, (scope, wishes))?;
                let found = self.fitting(both, &join.condition, scope)?;
                if found.is_empty() && matches!(join.kind, JoinKind::Left | JoinKind::Full) {
                    out.push(rows);
                }
                out.extend(found);
            }
            return (out.len() <= ROWS_MAX).then_some(out);
        }
        let alias = alias_of(item);
        let about_it = |wish: &&Wish| wish.qualifier.as_ref().is_none_or(|name| *name == alias);
        let wanted = wishes.iter().filter(about_it);
        let wanted: Wanted = wanted.map(|wish| (wish.column.clone(), wish.text.clone())).collect();
        let mut out = Vec::new();
        for rows in before {
            for row in self.rows_of_item(item, &visible(scope, &rows), &wanted)? {
                let mut more = rows.clone();
                more.push((alias.clone(), row));
                out.push(more);
            }
            if out.len() > ROWS_MAX {
                return None;
            }
        }
        Some(out)
    }

    fn fitting(
        &mut self,
        rows: Vec<Joined>,
        condition: &JoinCondition,
        scope: &Scope,
    ) -> Option<Vec<Joined>> {
        let mut out = Vec::new();
        for joined in rows {
            let fits = match condition {
                JoinCondition::None => true,
                JoinCondition::On(condition) => {
                    self.evaluate(condition, &visible(scope, &joined)).truth()?
                }
                JoinCondition::Using(columns) => {
                    let names: Vec<&str> = columns.iter().map(trave_sql::Ident::as_str).collect();
                    same_values(&joined, &names)
                }
                JoinCondition::Natural => return None,
            };
            if fits {
                out.push(joined);
            }
        }
        Some(out)
    }

    fn rows_of_item(
        &mut self,
        item: &FromItem,
        scope: &Scope,
        wanted: &Wanted,
    ) -> Option<Vec<Row>> {
        let rows = match &item.kind {
            FromKind::Table(name) => self.catalog_rows(name, wanted)?,
            FromKind::Query(query) => self.rows_of(query, scope)?,
            FromKind::Functions(calls) => {
                let [call] = calls.as_slice() else { return None };
                if call.name.name != "unnest" {
                    return None;
                }
                let array = self.evaluate(&call.arguments.first()?.value, scope);
                let name = match (item.columns.first(), &item.alias) {
                    (Some(column), _) => SmolStr::new(column.as_str()),
                    (None, Some(alias)) => SmolStr::new(alias.as_str()),
                    (None, None) => "unnest".into(),
                };
                as_array(array)?.into_iter().map(|value| vec![(name.clone(), value)]).collect()
            }
            FromKind::Join(_) => return None,
        };
        if item.columns.is_empty() {
            return Some(rows);
        }
        let rename = |mut row: Row| {
            for ((name, _), column) in row.iter_mut().zip(&item.columns) {
                *name = SmolStr::new(column.as_str());
            }
            row
        };
        Some(rows.into_iter().map(rename).collect())
    }

    /// Equalities with known texts that every row must meet.
    fn wishes(&mut self, select: &Select, scope: &Scope) -> Vec<Wish> {
        let mut wishes = Vec::new();
        let mut stack: Vec<&Expr> = select.filter.iter().collect();
        while let Some(expr) = stack.pop() {
            let ExprKind::Binary(binary) = &expr.kind else { continue };
            match binary.operator {
                Operator::And => stack.extend([&binary.left, &binary.right]),
                Operator::Equal => {
                    wishes.extend(self.equality(&binary.left, &binary.right, scope));
                    wishes.extend(self.equality(&binary.right, &binary.left, scope));
                }
                _ => {}
            }
        }
        wishes
    }

    /// `column = text`, if that is what two operands say.
    fn equality(&mut self, column: &Expr, value: &Expr, scope: &Scope) -> Option<Wish> {
        let ExprKind::Column(column) = &column.kind else { return None };
        if matches!(value.kind, ExprKind::Column(_)) && column.qualifier.is_none() {
            return None;
        }
        match self.evaluate(value, scope) {
            Datum::Text(text) => Some(Wish {
                qualifier: column.qualifier.as_ref().map(|name| SmolStr::new(name.name.as_str())),
                column: SmolStr::new(column.name.as_str()),
                text,
            }),
            _ => None,
        }
    }
}

/// Each row once for each item, which becomes its last column.
fn repeated(rows: &[Row], name: &SmolStr, items: &[Datum]) -> Vec<Row> {
    let mut out = Vec::new();
    for row in rows {
        out.extend(items.iter().map(|item| {
            let mut made = row.clone();
            made.push((name.clone(), item.clone()));
            made
        }));
    }
    out
}

/// The aggregate that is all a select returns.
fn lone_aggregate(select: &Select) -> Option<&Call> {
    const NAMES: [&str; 9] =
        ["count", "array_agg", "string_agg", "max", "min", "sum", "avg", "bool_and", "bool_or"];
    let [item] = select.projection.as_slice() else { return None };
    let ExprKind::Call(call) = &item.value.kind else { return None };
    let alone = select.group.is_empty() && call.filter.is_none() && call.window.is_none();
    (alone && NAMES.contains(&call.name.name.as_str())).then_some(call)
}

fn is_unnest(expr: &Expr) -> bool {
    matches!(&expr.kind, ExprKind::Call(call) if call.name.name == "unnest")
}

fn alias_of(item: &FromItem) -> SmolStr {
    match (&item.alias, &item.kind) {
        (Some(alias), _) => SmolStr::new(alias.as_str()),
        (None, FromKind::Table(name)) => SmolStr::new(name.name.as_str()),
        (None, _) => SmolStr::default(),
    }
}

/// The variables, hidden by the columns of the joined rows.
fn visible(scope: &Scope, rows: &Joined) -> Scope {
    let mut inner = scope.clone();
    for (alias, row) in rows {
        for (name, value) in row {
            inner.set(name.clone(), value.clone());
        }
        if !row.iter().any(|(name, _)| name == alias) {
            inner.set(alias.clone(), Datum::Row(row.clone()));
        }
    }
    inner
}

fn same_values(joined: &Joined, columns: &[&str]) -> bool {
    let Some(((_, last), before)) = joined.split_last() else { return true };
    let value = |row: &Row, column: &str| {
        row.iter().find(|(name, _)| name == column).map(|(_, value)| value.clone())
    };
    columns.iter().all(|column| {
        let left = before.iter().rev().find_map(|(_, row)| value(row, column));
        left.is_some() && left == value(last, column)
    })
}
