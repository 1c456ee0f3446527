//! What an expression is worth while a body runs.

use smol_str::{SmolStr, ToSmolStr};
use trave_sql::{
    Binary, Case, ColumnRef, Expr, ExprKind, InList, Is, IsTest, Like, LikeKind, Literal, Operator,
    Quantified, Quantifier, Subscript,
};

use super::datum::{Datum, Scope};
use super::select::Row;
use crate::replay::session::{DEPTH_MAX, Session};

impl Session {
    /// The value of an expression; [`Datum::Unknown`] where it cannot be told.
    pub(super) fn evaluate(&mut self, expr: &Expr, scope: &Scope) -> Datum {
        if self.depth >= DEPTH_MAX * 8 {
            return Datum::Unknown;
        }
        self.depth += 1;
        let value = self.value_of(expr, scope);
        self.depth -= 1;
        value
    }

    fn value_of(&mut self, expr: &Expr, scope: &Scope) -> Datum {
        match &expr.kind {
            ExprKind::Literal(literal) => literal_value(literal),
            ExprKind::Column(column) => column_value(column, scope),
            ExprKind::Parameter(name) => scope.get(name).cloned().unwrap_or(Datum::Unknown),
            ExprKind::Binary(binary) => self.binary(binary, scope),
            ExprKind::Not(inner) => not(&self.evaluate(inner, scope)),
            ExprKind::Is(is) => self.is(is, scope),
            ExprKind::Cast(cast) => {
                let value = self.evaluate(&cast.value, scope);
                self.cast(value, &cast.data_type)
            }
            ExprKind::Call(call) => self.call_value(call, scope),
            ExprKind::Array(items) => {
                Datum::Array(items.iter().map(|item| self.evaluate(item, scope)).collect())
            }
            ExprKind::Row(items) => {
                let values = items
                    .iter()
                    .enumerate()
                    .map(|(at, item)| (format!("f{}", at + 1).into(), self.evaluate(item, scope)));
                Datum::Row(values.collect())
            }
            ExprKind::InList(list) => self.in_list(list, scope),
            ExprKind::InQuery(_)
            | ExprKind::Exists(_)
            | ExprKind::Subquery(_)
            | ExprKind::ArrayQuery(_) => self.query_value(expr, scope).unwrap_or(Datum::Unknown),
            ExprKind::Quantified(quantified) => self.quantified(quantified, scope),
            ExprKind::Case(case) => self.case(case, scope),
            ExprKind::Like(like) => self.like(like, scope),
            ExprKind::Subscript(subscript) => self.subscript(subscript, scope),
            ExprKind::Field(field) => match self.evaluate(&field.value, scope) {
                Datum::Row(row) => row
                    .into_iter()
                    .find(|(name, _)| name == field.name.as_str())
                    .map_or(Datum::Unknown, |(_, value)| value),
                _ => Datum::Unknown,
            },
            ExprKind::Collate(collate) => self.evaluate(&collate.value, scope),
            ExprKind::Unary(unary) if unary.operator == "-" => {
                match self.evaluate(&unary.operand, scope) {
                    Datum::Number(number) => {
                        number.checked_neg().map_or(Datum::Unknown, Datum::Number)
                    }
                    _ => Datum::Unknown,
                }
            }
            ExprKind::Unary(_)
            | ExprKind::Wildcard(_)
            | ExprKind::Between(_)
            | ExprKind::Other(_) => Datum::Unknown,
        }
    }

    /// The value of a query inside an expression; none where its rows cannot be told.
    fn query_value(&mut self, expr: &Expr, scope: &Scope) -> Option<Datum> {
        match &expr.kind {
            ExprKind::InQuery(list) => {
                let value = self.evaluate(&list.value, scope);
                let mut items = first_columns(self.rows_of(&list.query, scope)?).into_iter();
                Some(Negated(list.negated).of(any_equal(&value, &mut items)))
            }
            ExprKind::Exists(query) => Some(Datum::Bool(!self.rows_of(query, scope)?.is_empty())),
            ExprKind::Subquery(query) => {
                let firsts = first_columns(self.rows_of(query, scope)?);
                Some(firsts.into_iter().next().unwrap_or(Datum::Null))
            }
            ExprKind::ArrayQuery(query) => {
                Some(Datum::Array(first_columns(self.rows_of(query, scope)?)))
            }
            _ => None,
        }
    }

    fn binary(&mut self, binary: &Binary, scope: &Scope) -> Datum {
        let left = self.evaluate(&binary.left, scope);
        match (&binary.operator, &left) {
            (Operator::And, Datum::Bool(false)) => return Datum::Bool(false),
            (Operator::Or, Datum::Bool(true)) => return Datum::Bool(true),
            _ => {}
        }
        let right = self.evaluate(&binary.right, scope);
        match &binary.operator {
            Operator::And => and(&left, &right),
            Operator::Or => not(&and(&not(&left), &not(&right))),
            Operator::Equal => left.equals(&right),
            Operator::NotEqual => not(&left.equals(&right)),
            Operator::Concat => concat(left, right),
            Operator::Less => compared(&left, &right, std::cmp::Ordering::is_lt),
            Operator::LessOrEqual => compared(&left, &right, std::cmp::Ordering::is_le),
            Operator::Greater => compared(&left, &right, std::cmp::Ordering::is_gt),
            Operator::GreaterOrEqual => compared(&left, &right, std::cmp::Ordering::is_ge),
            Operator::Plus => arithmetic(&left, &right, i64::checked_add),
            Operator::Minus => arithmetic(&left, &right, i64::checked_sub),
            Operator::Times => arithmetic(&left, &right, i64::checked_mul),
            _ => Datum::Unknown,
        }
    }

    fn is(&mut self, is: &Is, scope: &Scope) -> Datum {
        let value = self.evaluate(&is.value, scope);
        if value == Datum::Unknown {
            return Datum::Unknown;
        }
        let answer = match &is.test {
            IsTest::Null | IsTest::Unknown => Datum::Bool(value == Datum::Null),
            IsTest::True => Datum::Bool(value == Datum::Bool(true)),
            IsTest::False => Datum::Bool(value == Datum::Bool(false)),
            IsTest::DistinctFrom(other) => {
                let other = self.evaluate(other, scope);
                match (&value, &other) {
                    (_, Datum::Unknown) => Datum::Unknown,
                    (Datum::Null, other) => Datum::Bool(*other != Datum::Null),
                    (_, Datum::Null) => Datum::Bool(true),
                    _ => not(&value.equals(&other)),
                }
            }
            IsTest::Other(_) => Datum::Unknown,
        };
        Negated(is.negated).of(answer)
    }

    fn in_list(&mut self, list: &InList, scope: &Scope) -> Datum {
        let value = self.evaluate(&list.value, scope);
        let items: Vec<Datum> = list.list.iter().map(|item| self.evaluate(item, scope)).collect();
        Negated(list.negated).of(any_equal(&value, &mut items.into_iter()))
    }

    fn quantified(&mut self, quantified: &Quantified, scope: &Scope) -> Datum {
        let value = self.evaluate(&quantified.value, scope);
        let items = match &quantified.right.kind {
            ExprKind::Subquery(query) => match self.rows_of(query, scope) {
                Some(rows) => first_columns(rows),
                None => return Datum::Unknown,
            },
            _ => match self.evaluate(&quantified.right, scope) {
                Datum::Array(items) => items,
                _ => return Datum::Unknown,
            },
        };
        match (&quantified.operator, quantified.quantifier) {
            (Operator::Equal, Quantifier::Any) => any_equal(&value, &mut items.into_iter()),
            (Operator::NotEqual, Quantifier::All) => {
                not(&any_equal(&value, &mut items.into_iter()))
            }
            _ => Datum::Unknown,
        }
    }

    fn case(&mut self, case: &Case, scope: &Scope) -> Datum {
        let operand = case.operand.as_ref().map(|operand| self.evaluate(operand, scope));
        for branch in &case.branches {
            let condition = self.evaluate(&branch.condition, scope);
            let condition = match &operand {
                Some(operand) => operand.equals(&condition),
                None => condition,
            };
            match condition.truth() {
                Some(true) => return self.evaluate(&branch.value, scope),
                Some(false) => {}
                None => return Datum::Unknown,
            }
        }
        case.otherwise.as_ref().map_or(Datum::Null, |otherwise| self.evaluate(otherwise, scope))
    }

    fn like(&mut self, like: &Like, scope: &Scope) -> Datum {
        let (value, pattern) =
            (self.evaluate(&like.value, scope), self.evaluate(&like.pattern, scope));
        let (Datum::Text(value), Datum::Text(pattern)) = (&value, &pattern) else {
            return Datum::Unknown;
        };
        let fits = match like.kind {
            LikeKind::Like => fits(pattern.as_bytes(), value.as_bytes()),
            LikeKind::Ilike => {
                fits(pattern.to_lowercase().as_bytes(), value.to_lowercase().as_bytes())
            }
            LikeKind::Similar => return Datum::Unknown,
        };
        Negated(like.negated).of(Datum::Bool(fits))
    }

    fn subscript(&mut self, subscript: &Subscript, scope: &Scope) -> Datum {
        let value = self.evaluate(&subscript.value, scope);
        let index = subscript.index.as_ref().map(|index| self.evaluate(index, scope));
        let (Datum::Array(items), Some(Datum::Number(index))) = (value, index) else {
            return Datum::Unknown;
        };
        let at = index.checked_sub(1).and_then(|at| usize::try_from(at).ok());
        at.and_then(|at| items.get(at).cloned()).unwrap_or(Datum::Null)
    }

    /// `'public.t'::regclass` becomes the full name; other casts keep the value.
    fn cast(&mut self, value: Datum, kind: &trave_sql::DataType) -> Datum {
        match (kind.name.name.as_str(), value) {
            ("regclass", Datum::Text(text)) => self.object_named(&text),
            ("regprocedure", Datum::Text(text)) => self.function_of_text(&text),
            (_, Datum::Text(text)) if kind.is_array() => array_of(&text),
            ("integer" | "bigint" | "smallint", Datum::Text(text)) => {
                text.parse().map_or(Datum::Unknown, Datum::Number)
            }
            ("boolean", Datum::Text(text)) => match text.as_str() {
                "true" | "t" | "on" | "yes" | "1" => Datum::Bool(true),
                "false" | "f" | "off" | "no" | "0" => Datum::Bool(false),
                _ => Datum::Unknown,
            },
            ("text" | "character varying" | "name", value) if !kind.is_array() => {
                value.shown().filter(|_| value != Datum::Null).map_or(value, Datum::Text)
            }
            (_, value) => value,
        }
    }

    /// The relation that a text names, as `regclass` prints it; null where there is none.
    pub(super) fn object_named(&self, text: &str) -> Datum {
        let name = written_name(text);
        match self.find_relation(&name) {
            Some((found, _)) => Datum::Text(found.to_smolstr()),
            None => Datum::Null,
        }
    }
}

/// `schema.name` as somebody wrote it in a text.
pub(super) fn written_name(text: &str) -> trave_sql::ObjectName {
    let one = |part: &str| match part.strip_prefix('"').and_then(|part| part.strip_suffix('"')) {
        Some(quoted) => trave_sql::Name::exact(&quoted.replace("\"\"", "\"")),
        None => trave_sql::Name::folded(part),
    };
    let (schema, name) = match text.split_once('.') {
        Some((schema, name)) => (Some(one(schema.trim())), one(name.trim())),
        None => (None, one(text.trim())),
    };
    trave_sql::ObjectName { schema, name, span: trave_source::Span::default() }
}

fn first_columns(rows: Vec<Row>) -> Vec<Datum> {
    rows.into_iter().filter_map(|row| Some(row.into_iter().next()?.1)).collect()
}

fn literal_value(literal: &Literal) -> Datum {
    match literal {
        Literal::Null => Datum::Null,
        Literal::Boolean(value) => Datum::Bool(*value),
        Literal::Number(text) => text.parse().map_or(Datum::Unknown, Datum::Number),
        Literal::String(text) => Datum::Text(text.clone()),
        Literal::Bits(_) => Datum::Unknown,
    }
}

fn column_value(column: &ColumnRef, scope: &Scope) -> Datum {
    let found = match &column.qualifier {
        Some(record) => scope.field(record.name.as_str(), column.name.as_str()),
        None => scope.get(column.name.as_str()),
    };
    match found {
        // A record of one column stands for the scalar that the loop fills.
        Some(Datum::Row(row)) if column.qualifier.is_none() && row.len() == 1 => {
            row.first().map_or(Datum::Unknown, |(_, value)| value.clone())
        }
        Some(value) => value.clone(),
        None => Datum::Unknown,
    }
}

fn not(value: &Datum) -> Datum {
    match value {
        Datum::Bool(value) => Datum::Bool(!value),
        Datum::Null => Datum::Null,
        _ => Datum::Unknown,
    }
}

/// `not in`, `not like`, `is not`: the test, turned round where it was written so.
struct Negated(bool);

impl Negated {
    fn of(&self, value: Datum) -> Datum {
        if self.0 { not(&value) } else { value }
    }
}

fn and(left: &Datum, right: &Datum) -> Datum {
    match (left, right) {
        (Datum::Bool(false), _) | (_, Datum::Bool(false)) => Datum::Bool(false),
        (Datum::Bool(true), Datum::Bool(true)) => Datum::Bool(true),
        (Datum::Unknown, _) | (_, Datum::Unknown) => Datum::Unknown,
        _ => Datum::Null,
    }
}

fn any_equal(value: &Datum, items: &mut dyn Iterator<Item = Datum>) -> Datum {
    let mut answer = Datum::Bool(false);
    for item in items {
        match value.equals(&item) {
            Datum::Bool(true) => return Datum::Bool(true),
            Datum::Bool(false) => {}
            other => answer = other,
        }
    }
    answer
}

fn concat(left: Datum, right: Datum) -> Datum {
    match (left, right) {
        (Datum::Null, _) | (_, Datum::Null) => Datum::Null,
        (Datum::Array(mut left), Datum::Array(right)) => {
            left.extend(right);
            Datum::Array(left)
        }
        (left, right) => match (left.shown(), right.shown()) {
            (Some(left), Some(right)) => Datum::Text(format!("{left}{right}").into()),
            _ => Datum::Unknown,
        },
    }
}

fn compared(left: &Datum, right: &Datum, test: fn(std::cmp::Ordering) -> bool) -> Datum {
    match (left, right) {
        (Datum::Number(left), Datum::Number(right)) => Datum::Bool(test(left.cmp(right))),
        (Datum::Null, _) | (_, Datum::Null) => Datum::Null,
        _ => Datum::Unknown,
    }
}

fn arithmetic(left: &Datum, right: &Datum, operation: fn(i64, i64) -> Option<i64>) -> Datum {
    match (left, right) {
        (Datum::Number(left), Datum::Number(right)) => {
            operation(*left, *right).map_or(Datum::Unknown, Datum::Number)
        }
        _ => Datum::Unknown,
    }
}

/// `{a,"b c"}` as an array; one text where it is no such list.
pub(super) fn array_of(text: &str) -> Datum {
    let Some(inner) = text.trim().strip_prefix('{').and_then(|text| text.strip_suffix('}')) else {
        return Datum::Unknown;
    };
    if inner.trim().is_empty() {
        return Datum::Array(Vec::new());
    }
    let items = inner.split(',').map(|item| {
        let item: SmolStr = item.trim().trim_matches('"').into();
        Datum::Text(item)
    });
    Datum::Array(items.collect())
}

/// `LIKE` over bytes: `%` any, `_` one, `\` takes the next as it is.
fn fits(pattern: &[u8], text: &[u8]) -> bool {
    let (mut at, mut of) = (0, 0);
    let mut retry: Option<(usize, usize)> = None;
    while at < text.len() {
        let (wanted, width) = match (pattern.get(of), pattern.get(of + 1)) {
            (Some(b'%'), _) => {
                retry = Some((of, at));
                of += 1;
                continue;
            }
            (Some(b'\\'), Some(next)) => (Some(*next), 2),
            (Some(b'_'), _) => (text.get(at).copied(), 1),
            (Some(byte), _) => (Some(*byte), 1),
            (None, _) => (None, 0),
        };
        if wanted.is_some() && wanted == text.get(at).copied() {
            at += 1;
            of += width;
            continue;
        }
        let Some((star, from)) = retry else { return false };
        retry = Some((star, from + 1));
        of = star + 1;
        at = from + 1;
    }
    pattern.get(of..).unwrap_or_default().iter().all(|byte| *byte == b'%')
}

#[cfg(test)]
mod tests {
    use super::fits;

    #[test]
    fn patterns_fit_as_in_sql() {
        assert!(fits(b"a%c", b"abc") && fits(b"%", b"") && fits(b"a_c", b"abc"));
        assert!(fits(b"pg\\_%", b"pg_class") && !fits(b"pg\\_%", b"pgxclass"));
        assert!(!fits(b"a%c", b"abd"));
    }
}
