//! What a condition can come to. SQL knows three values, and a policy admits a row on one of them:
//! what is null is not admitted.

use trave_sql::{
    Binary, Expr, ExprKind, InList, InQuery, Is, IsTest, Operator, Quantified, Quantifier, Query,
    QueryBody,
};

use super::caller::Who;
use super::implied::Known;
use super::value::{Value, value};
use super::visit::{DEPTH_MAX, lone_value};

/// Which of the three values are possible.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Outcome {
    holds: bool,
    fails: bool,
    null: bool,
}

impl Outcome {
    const HOLDS: Self = Self { holds: true, fails: false, null: false };
    const FAILS: Self = Self { holds: false, fails: true, null: false };
    pub(super) const NULL: Self = Self { holds: false, fails: false, null: true };
    /// Nothing is known.
    const ANY: Self = Self { holds: true, fails: true, null: true };
    /// True or false, never null.
    const EITHER: Self = Self { holds: true, fails: true, null: false };

    /// Whether it is true, whatever else.
    pub(super) fn is_certain(self) -> bool {
        self == Self::HOLDS
    }

    /// Whether it cannot be true.
    pub(super) fn is_ruled_out(self) -> bool {
        !self.holds
    }

    /// The value, if there is only one.
    pub(super) fn value(self) -> Value {
        match self {
            Self::HOLDS => Value::Known(Known::Boolean(true)),
            Self::FAILS => Value::Known(Known::Boolean(false)),
            Self::NULL => Value::Known(Known::Null),
            Self { null: false, .. } => Value::Present,
            _ => Value::Unknown,
        }
    }

    fn of(value: &Value) -> Self {
        match value {
            Value::Known(Known::Boolean(true)) => Self::HOLDS,
            Value::Known(Known::Boolean(false)) => Self::FAILS,
            Value::Known(Known::Null) => Self::NULL,
            Value::Present => Self::EITHER,
            Value::Known(_) | Value::Unknown => Self::ANY,
        }
    }

    fn not(self) -> Self {
        Self { holds: self.fails, fails: self.holds, null: self.null }
    }

    fn and(self, other: Self) -> Self {
        Self {
            holds: self.holds && other.holds,
            fails: self.fails || other.fails,
            null: (self.null && (other.null || other.holds)) || (other.null && self.holds),
        }
    }

    fn or(self, other: Self) -> Self {
        self.not().and(other.not()).not()
    }
}

impl From<bool> for Outcome {
    fn from(holds: bool) -> Self {
        if holds { Self::HOLDS } else { Self::FAILS }
    }
}

/// What a condition comes to for whoever is assumed to be calling, over all rows.
pub(super) fn outcome(expr: &Expr, who: Who, depth: usize) -> Outcome {
    if depth > DEPTH_MAX {
        return Outcome::ANY;
    }
    match &expr.kind {
        ExprKind::Not(inner) => outcome(inner, who, depth + 1).not(),
        ExprKind::Cast(cast) => outcome(&cast.value, who, depth + 1),
        ExprKind::Binary(binary) => of_binary(binary, who, depth),
        ExprKind::Is(is) if is.negated => of_test(is, who, depth).not(),
        ExprKind::Is(is) => of_test(is, who, depth),
        ExprKind::InList(list) if list.negated => of_list(list, who, depth).not(),
        ExprKind::InList(list) => of_list(list, who, depth),
        ExprKind::InQuery(found) if found.negated => of_search(found, who, depth).not(),
        ExprKind::InQuery(found) => of_search(found, who, depth),
        ExprKind::Quantified(compared) => of_quantified(compared, who, depth),
        ExprKind::Exists(query) => of_exists(query, who, depth),
        ExprKind::Like(like) => {
            let operands = [&like.value, &like.pattern];
            strict(&operands.map(|operand| value(operand, who, depth + 1)))
        }
        ExprKind::Between(between) => {
            if value(&between.value, who, depth + 1).is_null() {
                Outcome::NULL
            } else {
                Outcome::ANY
            }
        }
        ExprKind::Subquery(query) if lone_value(query).is_some() => {
            lone_value(query).map_or(Outcome::ANY, |inner| outcome(inner, who, depth + 1))
        }
        _ => Outcome::of(&value(expr, who, depth + 1)),
    }
}

/// Whether a query finds no row.
pub(super) fn is_empty(query: &Query, who: Who, depth: usize) -> bool {
    let QueryBody::Select(select) = &query.body else { return false };
    let counts = select.projection.iter().any(|item| is_aggregate(&item.value));
    let filter = select.filter.as_ref();
    select.group.is_empty()
        && !counts
        && filter.is_some_and(|filter| outcome(filter, who, depth + 1).is_ruled_out())
}

/// Whether it returns one row even of nothing.
fn is_aggregate(expr: &Expr) -> bool {
    let mut found = false;
    expr.walk(&mut |part| {
        if let ExprKind::Call(call) = &part.kind {
            let name = call.name.name.as_str();
            found |= matches!(name, "count" | "sum" | "min" | "max" | "avg" | "every")
                || name.ends_with("_agg")
                || name.starts_with("bool_");
        }
        trave_sql::Descend::Into
    });
    found
}

fn of_binary(binary: &Binary, who: Who, depth: usize) -> Outcome {
    let side = |expr| outcome(expr, who, depth + 1);
    match binary.operator {
        Operator::And => side(&binary.left).and(side(&binary.right)),
        Operator::Or => side(&binary.left).or(side(&binary.right)),
        _ => {
            let [left, right] =
                [&binary.left, &binary.right].map(|side| value(side, who, depth + 1));
            match binary.operator {
                Operator::Equal => equality(&left, &right),
                Operator::NotEqual => equality(&left, &right).not(),
                _ => strict(&[left, right]),
            }
        }
    }
}

/// Operators give null when an operand is.
fn strict(operands: &[Value; 2]) -> Outcome {
    if operands.iter().any(Value::is_null) { Outcome::NULL } else { Outcome::ANY }
}

fn equality(left: &Value, right: &Value) -> Outcome {
    match (left, right) {
        _ if left.is_null() || right.is_null() => Outcome::NULL,
        (Value::Known(left), Value::Known(right)) if is_same_kind(left, right) => {
            Outcome::from(left == right)
        }
        (Value::Unknown, _) | (_, Value::Unknown) => Outcome::ANY,
        _ => Outcome::EITHER,
    }
}

fn is_same_kind(left: &Known, right: &Known) -> bool {
    std::mem::discriminant(left) == std::mem::discriminant(right)
}

fn of_test(is: &Is, who: Who, depth: usize) -> Outcome {
    let tested = value(&is.value, who, depth + 1);
    let is_so = |expected: Known| match &tested {
        Value::Known(known) => Outcome::from(*known == expected),
        Value::Present | Value::Unknown => Outcome::EITHER,
    };
    match &is.test {
        IsTest::Null => match tested {
            Value::Unknown => Outcome::EITHER,
            _ => Outcome::from(tested.is_null()),
        },
        IsTest::True => is_so(Known::Boolean(true)),
        IsTest::False => is_so(Known::Boolean(false)),
        IsTest::DistinctFrom(other) => match (&tested, &value(other, who, depth + 1)) {
            (Value::Unknown, _) | (_, Value::Unknown) => Outcome::EITHER,
            (left, right) if left.is_null() || right.is_null() => {
                Outcome::from(left.is_null() != right.is_null())
            }
            (left, right) => equality(left, right).not(),
        },
        IsTest::Unknown | IsTest::Other(_) => Outcome::EITHER,
    }
}

fn of_list(list: &InList, who: Who, depth: usize) -> Outcome {
    let wanted = value(&list.value, who, depth + 1);
    let items = list.list.iter().map(|item| equality(&wanted, &value(item, who, depth + 1)));
    items.fold(Outcome::FAILS, Outcome::or)
}

/// `null in (…)` is null, and false where there is nothing to compare with.
fn of_search(found: &InQuery, who: Who, depth: usize) -> Outcome {
    if is_empty(&found.query, who, depth + 1) {
        Outcome::FAILS
    } else if value(&found.value, who, depth + 1).is_null() {
        Outcome { holds: false, fails: true, null: true }
    } else {
        Outcome::ANY
    }
}

fn of_quantified(compared: &Quantified, who: Who, depth: usize) -> Outcome {
    let all = compared.quantifier == Quantifier::All;
    let is_empty = match &compared.right.kind {
        ExprKind::ArrayQuery(query) | ExprKind::Subquery(query) => is_empty(query, who, depth + 1),
        _ => false,
    };
    if is_empty {
        // The array of an empty scalar sub-select is null: not true either way.
        let is_array = matches!(&compared.right.kind, ExprKind::ArrayQuery(_));
        return if all && is_array {
            Outcome::HOLDS
        } else {
            Outcome { holds: all, ..Outcome::ANY }
        };
    }
    if value(&compared.right, who, depth + 1).is_null() {
        return Outcome::NULL;
    }
    if value(&compared.value, who, depth + 1).is_null() {
        return Outcome { holds: all, fails: !all, null: true };
    }
    Outcome::ANY
}

fn of_exists(query: &Query, who: Who, depth: usize) -> Outcome {
    if is_empty(query, who, depth + 1) {
        return Outcome::FAILS;
    }
    if lone_value(query).is_some() { Outcome::HOLDS } else { Outcome::EITHER }
}

#[cfg(test)]
mod tests {
    use super::{Who, outcome};

    fn comes_to(condition: &str, who: Who) -> String {
        let expr = trave_sql::parse_expression(condition, trave_sql::Options::default()).unwrap();
        let outcome = outcome(&expr, who, 0);
        let words = [("true", outcome.holds), ("false", outcome.fails), ("null", outcome.null)];
        let possible = words.iter().filter(|(_, is_possible)| *is_possible);
        possible.map(|(word, _)| *word).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn null_is_not_true() {
        for (condition, expected) in [
            ("auth.uid() = owner_id", "null"),
            ("auth.uid() <> owner_id", "null"),
            ("not (auth.uid() = owner_id)", "null"),
            ("auth.uid() = owner_id or true", "true"),
            ("auth.uid() = owner_id and false", "false"),
            ("auth.uid() = owner_id and shared", "false null"),
            ("auth.uid() = owner_id or shared", "true null"),
            ("auth.uid() is null", "true"),
            ("not (auth.uid() is not null)", "true"),
            ("(auth.uid() = owner_id) is not true", "true"),
            ("auth.uid() is not distinct from null", "true"),
            ("auth.uid() is distinct from owner_id", "true false"),
            ("coalesce(auth.uid() = owner_id, true)", "true"),
            ("coalesce((select auth.uid()), owner_id) = owner_id", "true false null"),
            ("auth.uid() in ('a', 'b')", "null"),
            ("auth.uid()::text not in ('a', 'b')", "null"),
        ] {
            assert_eq!(comes_to(condition, Who::Stranger), expected, "{condition}");
        }
    }

    #[test]
    fn what_a_query_finds_depends_on_its_filter() {
        for (condition, expected) in [
            ("exists (select 1 from members where user_id = auth.uid())", "false"),
            ("exists (select count(*) from members where user_id = auth.uid())", "true false"),
            ("not exists (select 1 from blocked where user_id = auth.uid())", "true"),
            ("team_id in (select team_id from members where user_id = auth.uid())", "false"),
            ("team_id not in (select team_id from members where user_id = auth.uid())", "true"),
            ("auth.uid() in (select user_id from members)", "false null"),
            ("auth.uid() not in (select user_id from blocked)", "true null"),
            ("auth.uid() = any (select user_id from members)", "false null"),
            ("team_id = (select team_id from members where user_id = auth.uid())", "null"),
        ] {
            assert_eq!(comes_to(condition, Who::Stranger), expected, "{condition}");
        }
    }

    #[test]
    fn claims_and_roles_are_those_of_the_caller() {
        for (condition, who, expected) in [
            ("auth.role() = 'authenticated'", Who::Stranger, "false"),
            ("auth.role() = 'authenticated'", Who::SignedIn, "true"),
            ("auth.role() = 'authenticated'", Who::Anybody, "true false null"),
            ("auth.role() <> 'service_role'", Who::Stranger, "true"),
            ("(auth.jwt() ->> 'role') = 'anon'", Who::Stranger, "true"),
            ("auth.jwt() -> 'app_metadata' ->> 'plan' = 'pro'", Who::Stranger, "null"),
            ("auth.jwt() ->> 'iss' = 'x'", Who::Stranger, "true false null"),
            ("auth.uid() is null", Who::SignedIn, "false"),
            ("is_admin()", Who::Stranger, "true false null"),
        ] {
            assert_eq!(comes_to(condition, who), expected, "{condition}");
        }
    }
}
