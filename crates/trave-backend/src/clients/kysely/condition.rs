//! Conditions as filters.

use super::{builder, expression, own, sql};
use crate::clients::build::{self, Around, Comparison, Scope};
use crate::clients::given::items;
use crate::clients::sql::text::Hole;
use crate::library::Machine;
use crate::query::{FilterOp, Query};
use crate::value::{LibraryValue, QueryId, Shape, Value};

/// How deep conditions inside conditions are followed.
const DEPTH_MAX: u32 = 32;

/// Adds what a condition says to a query.
pub(super) fn read(
    condition: &Value,
    (id, scope): (QueryId, &Scope),
    around: Around,
    machine: &mut dyn Machine,
) {
    let mut conditions = Conditions { id, scope, machine, depth: 0 };
    conditions.read(condition, around);
}

/// Adds what a join is under, beside the columns that tie the two tables: rows of an outer join
/// stay without a partner.
pub(super) fn read_join(
    join: &Value,
    (id, scope, inner): (QueryId, &Scope, bool),
    around: Around,
    machine: &mut dyn Machine,
) {
    let Some(parts) = own(join, "join").and_then(|join| join.kept(expression::PARTS)) else {
        return;
    };
    let before = machine.query_mut(id).map_or(0, |query| query.filters.len());
    let incomplete = machine.query_mut(id).is_some_and(|query| query.incomplete);
    read(parts, (id, scope), around, machine);
    if let Some(query) = machine.query_mut(id) {
        query.incomplete = incomplete;
        if !inner {
            let added = query.filters.split_off(before);
            query.filters.extend(added.into_iter().filter(|it| it.relation.is_some()));
        }
    }
}

/// Reads the conditions of one call.
struct Conditions<'m, 's> {
    id: QueryId,
    scope: &'s Scope,
    machine: &'m mut dyn Machine,
    depth: u32,
}

impl Conditions<'_, '_> {
    fn query(&mut self, change: impl FnOnce(&mut Query)) {
        if let Some(query) = self.machine.query_mut(self.id) {
            change(query);
        }
    }

    fn not_known(&mut self) {
        self.query(|query| query.incomplete = true);
    }

    fn read(&mut self, value: &Value, around: Around) {
        if self.depth >= DEPTH_MAX {
            return self.not_known();
        }
        self.depth += 1;
        match value.alternatives() {
            [only] => self.one(only, around),
            several => {
                for one in several.iter().filter(|one| one.is_nullish() != Some(true)) {
                    self.one(one, Around { conditional: true, ..around });
                }
            }
        }
        self.depth -= 1;
    }

    fn one(&mut self, value: &Value, around: Around) {
        if own(value, "builder").is_some() {
            builder::derive(value, self.machine);
            return;
        }
        if let Some(condition) = own(value, "condition") {
            let condition = condition.clone();
            return self.condition(&condition, around);
        }
        if let Some(text) = sql::read(value, around.origin) {
            let scope = self.scope;
            return self.query(|query| build::condition(query, scope, &text, around));
        }
        match &value.shape {
            Shape::Array(_) | Shape::List(_) => self.each(value, around),
            Shape::Bool(_) => {}
            _ => match expression::column(value).filter(|_| value.as_text().is_none()) {
                Some(column) => {
                    let is_true = Value::of(Shape::Bool(true));
                    self.compare(&column, (FilterOp::Eq, is_true), around);
                }
                None => self.not_known(),
            },
        }
    }

    fn each(&mut self, value: &Value, around: Around) {
        let (items, known) = items(value);
        if !known && items.is_empty() {
            self.not_known();
        }
        for (item, certain) in items {
            let conditional = around.conditional || !certain;
            self.read(&item, Around { conditional, ..around });
        }
    }

    fn condition(&mut self, condition: &LibraryValue, around: Around) {
        let around = Around { origin: condition.place.unwrap_or(around.origin), ..around };
        let parts = condition.kept(expression::PARTS).cloned().unwrap_or_else(Value::undefined);
        match condition.name.as_str() {
            "and" => self.each(&parts, around),
            "or" => self.any(&parts, around),
            "not" => self.each(&parts, around.flipped()),
            "between" => self.between(condition, around),
            "compare" => self.comparison(condition, around),
            // Whether other rows exist is a condition of them.
            _ => {}
        }
    }

    fn any(&mut self, parts: &Value, around: Around) {
        let spread: Vec<Value> = items(parts).0.into_iter().map(|(part, _)| part).collect();
        let several = match spread.as_slice() {
            [only] => items(only).0.len() > 1 || matches!(only.shape, Shape::List(_)),
            parts => parts.len() > 1,
        };
        if !several || around.negated {
            return self.each(parts, around);
        }
        let group = around.any_of.or_else(|| {
            let query = self.machine.query_mut(self.id)?;
            Some(build::free_group(query))
        });
        let around = Around { any_of: group, ..around };
        for part in spread {
            match &part.shape {
                Shape::Array(_) | Shape::List(_) => self.each(&part, around),
                _ => self.read(&part, around),
            }
        }
    }

    fn between(&mut self, condition: &LibraryValue, around: Around) {
        let column = condition.kept(expression::COLUMN).and_then(expression::column);
        let bounds = condition.kept(expression::VALUE).map(|bounds| items(bounds).0);
        let (Some(column), Some(bounds)) = (column, bounds) else { return self.not_known() };
        for (bound, _) in bounds {
            self.compare(&column, (FilterOp::Range, bound), around);
        }
    }

    fn comparison(&mut self, condition: &LibraryValue, around: Around) {
        let kept = |field: &str| condition.kept(field).cloned().unwrap_or_else(Value::undefined);
        let (left, operator, right) =
            (kept(expression::COLUMN), kept(expression::OPERATOR), kept(expression::VALUE));
        let (op, around) = around.operator(operator.as_text().unwrap_or_default());
        let right = expression::handed(&right);
        let right = match right.library() {
            // Rows of a query inside: what it finds is not known here.
            Some(inner) if matches!(inner.kind, "builder" | "derived") => {
                builder::derive(&right, self.machine);
                build::found_inside()
            }
            _ => right,
        };
        let other = right.library().and_then(|_| expression::column(&right));
        match (expression::column(&left), other) {
            (Some(left), Some(right)) => {
                let scope = self.scope;
                self.query(|query| build::pair(query, scope, (&left, &right, op), around));
            }
            (Some(column), None) => {
                let right = self.value(&right, around);
                self.compare(&column, (op, right), around);
            }
            (None, _) => self.expression(&left, right, around),
        }
    }

    /// What a column is compared with: of SQL, what it is made of.
    fn value(&mut self, right: &Value, around: Around) -> Value {
        let Some(text) = sql::read(right, around.origin) else {
            return match right.library() {
                Some(_) => Value::unknown().and_dependencies(right),
                None => right.clone(),
            };
        };
        let spliced: Vec<Hole> = text.spliced().cloned().collect();
        self.query(|query| {
            let spliced = spliced.into_iter();
            query.spliced.extend(
                spliced
                    .map(|hole| crate::query::Spliced { value: hole.value, origin: hole.origin }),
            );
        });
        Value::unknown().and_dependencies(right)
    }

    /// An expression compared with a value.
    fn expression(&mut self, left: &Value, right: Value, around: Around) {
        let Some(mut text) = sql::read(left, around.origin) else {
            // A function of a column: which one is not kept.
            return self.not_known();
        };
        text.push_text(" = ", around.origin);
        text.push_hole(Hole { value: right, origin: around.origin, bound: true });
        let scope = self.scope;
        self.query(|query| build::condition(query, scope, &text, around));
    }

    fn compare(&mut self, column: &str, (op, value): (FilterOp, Value), around: Around) {
        let scope = self.scope;
        let what = Comparison { column, op, value };
        self.query(|query| build::compare(query, scope, what, around));
    }
}
