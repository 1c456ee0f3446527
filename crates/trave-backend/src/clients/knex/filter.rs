//! The family of `where`.

use smol_str::SmolStr;

use super::{builder, raw};
use crate::clients::build::{self, Around, Comparison, Scope};
use crate::clients::given::Given;
use crate::clients::sql::text::{Hole, SqlText};
use crate::library::{LibraryCall, Machine};
use crate::query::{FilterOp, Query, Spliced};
use crate::value::{LibraryValue, QueryId, Shape, Value};

/// The group of the alternatives that `orWhere` makes of all conditions beside it.
const OR: u32 = 0;

/// A method that adds a condition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Member<'m> {
    is_or: bool,
    negated: bool,
    /// What stands behind `where`: `In`, `Null`, nothing.
    kind: &'m str,
}

/// The member of the family that a method is.
pub(super) fn member(method: &str) -> Option<Member<'_>> {
    let (is_or, rest) = match (method.strip_prefix("orWhere"), method.strip_prefix("andWhere")) {
        (Some(rest), _) => (true, rest),
        (None, Some(rest)) => (false, rest),
        (None, None) => (false, method.strip_prefix("where")?),
    };
    let (negated, kind) = match rest.strip_prefix("Not") {
        Some(kind) if kind.is_empty() || kind.starts_with(|it: char| it.is_ascii_uppercase()) => {
            (true, kind)
        }
        _ => (false, rest),
    };
    let known = [
        "",
        "In",
        "Null",
        "Between",
        "Raw",
        "Like",
        "ILike",
        "Exists",
        "Column",
        "JsonPath",
        "JsonObject",
        "JsonSupersetOf",
        "JsonSubsetOf",
        "Composite",
        "InComposite",
    ];
    known.contains(&kind).then_some(Member { is_or, negated, kind })
}

/// Adds a condition to the query of a builder.
pub(super) fn add(call: &LibraryCall<'_>, member: Member<'_>, machine: &mut dyn Machine) {
    let Some(id) = call.callee.query else { return };
    let conditional = machine.is_conditional(id);
    let Some(query) = machine.query_mut(id) else { return };
    let scope = Scope::of(call.callee, query);
    let (negated, any_of) = (member.negated, beside(query, (member.is_or, conditional)));
    let around = Around { negated, any_of, ..Around::at((conditional, call.method_origin)) };
    let adding = Adding { call, id, scope, around };
    match member.kind {
        "Null" => adding.compare(&call.arg(0), (FilterOp::Is, Value::of(Shape::Null)), machine),
        "In" => adding.among(machine),
        "Between" => {
            let bounds = match call.arg(1).shape {
                Shape::Array(bounds) => bounds.to_vec(),
                _ => vec![Value::unknown(), Value::unknown()],
            };
            for bound in bounds {
                adding.compare(&call.arg(0), (FilterOp::Range, bound), machine);
            }
        }
        "Like" => adding.compare(&call.arg(0), (FilterOp::Like, call.arg(1)), machine),
        "ILike" => adding.compare(&call.arg(0), (FilterOp::ILike, call.arg(1)), machine),
        "Raw" => adding.text(&raw::text_of(call), machine),
        "Exists" => {
            builder::inside(&call.arg(0), call.callee, machine);
        }
        "Column" => adding.columns(machine),
        "" => adding.plain(machine),
        _ => adding.compare(&call.arg(0), (FilterOp::Other, call.arg(1)), machine),
    }
}

/// Among which alternatives a condition stands: behind `orWhere`, all beside it are alternatives.
fn beside(query: &mut Query, (is_or, conditional): (bool, bool)) -> Option<u32> {
    let is_first = query.filters.is_empty();
    if is_or && !is_first {
        for filter in &mut query.filters {
            filter.any_of = Some(OR);
        }
        // What is sometimes an alternative is sometimes none.
        query.incomplete |= conditional;
        return Some(OR);
    }
    query.filters.iter().any(|filter| filter.any_of == Some(OR)).then_some(OR)
}

/// One condition that is added.
struct Adding<'a, 'b> {
    call: &'a LibraryCall<'b>,
    id: QueryId,
    scope: Scope,
    around: Around,
}

impl Adding<'_, '_> {
    fn change(&self, machine: &mut dyn Machine, change: impl FnOnce(&mut Query)) {
        if let Some(query) = machine.query_mut(self.id) {
            change(query);
        }
    }

    fn not_known(&self, machine: &mut dyn Machine) {
        self.change(machine, |query| query.incomplete = true);
    }

    /// `where({ id })`, `where('id', id)`, `where('id', '>', id)`, `where((qb) => …)`.
    fn plain(&self, machine: &mut dyn Machine) {
        let call = self.call;
        match call.args {
            [] => {}
            [only] => self.one(only, machine),
            [column, value] => self.equal((column, value), self.around, machine),
            [column, operator, value, ..] => {
                let (op, around) = self.around.operator(operator.as_text().unwrap_or_default());
                self.compare_in((column, op, value.clone()), around, machine);
            }
        }
    }

    fn one(&self, given: &Value, machine: &mut dyn Machine) {
        if let Some(text) = raw::read(given, self.around.origin) {
            return self.text(&text, machine);
        }
        match &given.shape {
            Shape::Function(_) => self.group(given, machine),
            Shape::Undefined | Shape::Null | Shape::Bool(_) => {}
            _ => {
                let given = Given::of(given);
                if given.rest.is_some() {
                    self.not_known(machine);
                }
                for field in given.fields {
                    let conditional = self.around.conditional || field.is_optional;
                    let around = Around { conditional, ..self.around };
                    let column = Value::text(field.name);
                    self.equal((&column, &field.value), around, machine);
                }
            }
        }
    }

    /// A column and a value; nothing is asked for by `IS NULL`.
    fn equal(&self, (column, value): (&Value, &Value), around: Around, machine: &mut dyn Machine) {
        let op = if matches!(value.shape, Shape::Null) { FilterOp::Is } else { FilterOp::Eq };
        self.compare_in((column, op, value.clone()), around, machine);
    }

    /// Conditions in brackets.
    fn group(&self, function: &Value, machine: &mut dyn Machine) {
        let call = self.call;
        let Some(outer) = machine.query_mut(self.id) else { return };
        let mut inner = Query::new(call.callee.library, super::direct(), call.origin);
        inner.table.clone_from(&outer.table);
        inner.selection.embeds.clone_from(&outer.selection.embeds);
        let inner = machine.start_query(inner);
        let builder = LibraryValue { query: Some(inner), ..call.callee.clone() }.into_value();
        machine.run_on(&builder, function, vec![builder.clone()]);
        let Some(inner) = machine.query_mut(inner).cloned() else { return };
        self.change(machine, |query| {
            query.incomplete |= inner.incomplete;
            query.spliced.extend(inner.spliced);
            build::take_over(query, inner.filters, self.around);
        });
    }

    /// `whereIn('id', ids)`, also of several columns, and of a query inside.
    fn among(&self, machine: &mut dyn Machine) {
        let (columns, values) = (self.call.arg(0), self.call.arg(1));
        match &columns.shape {
            Shape::Array(columns) => {
                for column in columns.iter() {
                    self.compare(column, (FilterOp::In, Value::unknown()), machine);
                }
                builder::inside(&values, self.call.callee, machine);
            }
            _ => self.compare(&columns, (FilterOp::In, values), machine),
        }
    }

    fn columns(&self, machine: &mut dyn Machine) {
        let args: Vec<Option<&str>> = self.call.args.iter().map(Value::as_text).collect();
        let (left, operator, right) = match args.as_slice() {
            [Some(left), Some(right)] => (*left, "=", *right),
            [Some(left), Some(operator), Some(right)] => (*left, *operator, *right),
            _ => return self.not_known(machine),
        };
        let (op, around) = self.around.operator(operator);
        self.change(machine, |query| build::pair(query, &self.scope, (left, right, op), around));
    }

    fn text(&self, text: &SqlText, machine: &mut dyn Machine) {
        self.change(machine, |query| build::condition(query, &self.scope, text, self.around));
    }

    fn compare(&self, column: &Value, what: (FilterOp, Value), machine: &mut dyn Machine) {
        self.compare_in((column, what.0, what.1), self.around, machine);
    }

    fn compare_in(
        &self,
        (column, op, value): (&Value, FilterOp, Value),
        around: Around,
        machine: &mut dyn Machine,
    ) {
        let value = self.value(value, machine);
        let other = value.library().filter(|it| it.kind == "ref");
        let other = other.and_then(|it| it.kept("column")?.as_text().map(SmolStr::new));
        let Some(written) = builder::column(column) else {
            return self.expression((column, value), around, machine);
        };
        self.change(machine, |query| {
            if let Some(other) = other {
                return build::pair(query, &self.scope, (&written, &other, op), around);
            }
            let what = Comparison { column: &written, op, value };
            build::compare(query, &self.scope, what, around);
        });
    }

    /// What a column is compared with.
    fn value(&self, value: Value, machine: &mut dyn Machine) -> Value {
        let is_query = |it: &LibraryValue| matches!(it.kind, "builder" | "derived");
        if matches!(value.shape, Shape::Function(_)) || value.library().is_some_and(is_query) {
            builder::inside(&value, self.call.callee, machine);
            return build::found_inside();
        }
        let Some(text) = raw::read(&value, self.around.origin) else { return value };
        let spliced: Vec<Spliced> = text
            .spliced()
            .map(|hole| Spliced { value: hole.value.clone(), origin: hole.origin })
            .collect();
        self.change(machine, |query| query.spliced.extend(spliced));
        Value::unknown().and_dependencies(&value)
    }

    /// An expression compared with a value.
    fn expression(
        &self,
        (left, right): (&Value, Value),
        around: Around,
        machine: &mut dyn Machine,
    ) {
        let Some(mut text) = raw::read(left, around.origin) else {
            return self.not_known(machine);
        };
        text.push_text(" = ", around.origin);
        text.push_hole(Hole { value: right, origin: around.origin, bound: true });
        self.change(machine, |query| build::condition(query, &self.scope, &text, around));
    }
}
