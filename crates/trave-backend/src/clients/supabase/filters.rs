//! Filters: each method of the builder that adds a condition.

use std::sync::Arc;

use smol_str::SmolStr;
use trave_source::Origin;

use super::builder::{Step, referenced};
use super::or_filter;
use crate::place::StringPlace;
use crate::query::{Filter, FilterOp, Query, Spliced};
use crate::value::{Shape, Value};

/// Stands for the n-th hole of a template while its text is read.
const HOLE: u32 = 0xE000;
/// How many holes fit into the private signs.
const HOLES_MAX: u32 = 0x1900;

/// How a filter compares.
#[derive(Clone, Copy)]
struct Comparison {
    op: FilterOp,
    negated: bool,
}

impl From<FilterOp> for Comparison {
    fn from(op: FilterOp) -> Self {
        Self { op, negated: false }
    }
}

/// Adds the condition that this method means; false when the method is no filter.
pub(super) fn apply(query: &mut Query, step: &Step<'_, '_>) -> bool {
    match step.call.method.unwrap_or_default() {
        "match" => step.matched(query),
        "or" => step.any(query),
        "not" | "filter" => step.spelled(query),
        "notIn" => {
            let comparison = Comparison { op: FilterOp::In, negated: true };
            step.push(query, comparison, step.call.arg(1));
        }
        method => match operator_of_method(method) {
            Some(op) => step.push(query, op.into(), step.call.arg(1)),
            None => return false,
        },
    }
    true
}

pub(super) fn operator_of_method(method: &str) -> Option<FilterOp> {
    Some(match method {
        "eq" => FilterOp::Eq,
        "neq" | "isDistinct" => FilterOp::Ne,
        "gt" | "gte" | "lt" | "lte" => FilterOp::Range,
        "is" => FilterOp::Is,
        "in" => FilterOp::In,
        "like" | "likeAllOf" | "likeAnyOf" => FilterOp::Like,
        "ilike" | "ilikeAllOf" | "ilikeAnyOf" => FilterOp::ILike,
        "regexMatch" | "regexIMatch" => FilterOp::Regex,
        "contains" | "containedBy" => FilterOp::Contains,
        "overlaps" | "rangeGt" | "rangeGte" | "rangeLt" | "rangeLte" | "rangeAdjacent" => {
            FilterOp::Overlaps
        }
        "textSearch" => FilterOp::TextSearch,
        _ => return None,
    })
}

/// The operators of PostgREST, as `.filter()`, `.not()` and `.or()` name them.
fn operator_of_name(name: &str) -> FilterOp {
    match name.split('(').next().unwrap_or_default() {
        "eq" => FilterOp::Eq,
        "neq" | "isdistinct" => FilterOp::Ne,
        "gt" | "gte" | "lt" | "lte" => FilterOp::Range,
        "like" => FilterOp::Like,
        "ilike" => FilterOp::ILike,
        "match" | "imatch" => FilterOp::Regex,
        "is" => FilterOp::Is,
        "in" => FilterOp::In,
        "cs" | "cd" => FilterOp::Contains,
        "ov" | "sl" | "sr" | "nxl" | "nxr" | "adj" => FilterOp::Overlaps,
        "fts" | "plfts" | "phfts" | "wfts" => FilterOp::TextSearch,
        _ => FilterOp::Other,
    }
}

impl Step<'_, '_> {
    /// `.not(column, operator, value)` and `.filter(column, operator, value)`.
    fn spelled(&self, query: &mut Query) {
        let operator = self.call.arg(1);
        let Some(operator) = operator.as_text() else {
            query.incomplete = true;
            return;
        };
        let bare = operator.strip_prefix("not.").unwrap_or(operator);
        let negated = (self.call.method == Some("not")) != (bare.len() != operator.len());
        let comparison = Comparison { op: operator_of_name(bare), negated };
        self.push(query, comparison, self.call.arg(2));
    }

    fn push(&self, query: &mut Query, comparison: Comparison, value: Value) {
        let column = self.call.arg(0);
        let Some(column) = column.as_text() else {
            query.incomplete = true;
            return;
        };
        let column = ColumnPath::read(column);
        query.filters.push(self.filter(column, comparison, value));
    }

    fn filter(&self, column: ColumnPath, comparison: Comparison, value: Value) -> Filter {
        Filter {
            relation: column.relation,
            column: column.column,
            path: column.path,
            op: comparison.op,
            negated: comparison.negated,
            any_of: None,
            value,
            conditional: self.conditional,
            origin: self.call.method_origin,
        }
    }

    /// `.match({ a: 1, b: 2 })`.
    fn matched(&self, query: &mut Query) {
        let record = self.call.arg(0);
        let Shape::Object(record) = &record.shape else {
            query.incomplete = true;
            return;
        };
        query.incomplete |= record.rest.is_some();
        for (column, value) in &record.fields {
            let column = ColumnPath::read(column);
            query.filters.push(self.filter(column, FilterOp::Eq.into(), value.clone()));
        }
    }

    /// `.or('a.eq.1,b.gt.2')`.
    fn any(&self, query: &mut Query) {
        let argument = self.call.arg(0);
        let place = self.call.arg_origin(0);
        let splice = |value: &Value| Spliced { value: value.clone(), origin: place };
        let Some(text) = Spelled::of(&argument) else {
            query.spliced.push(splice(&argument));
            query.incomplete = true;
            return;
        };
        query.spliced.extend(text.holes.iter().map(splice));
        let conditions = or_filter::parse(&text.text);
        query.incomplete |= !conditions.complete;
        let group = 1 + query.filters.iter().filter_map(|filter| filter.any_of).max().unwrap_or(0);
        let relation = referenced(&self.call.arg(1));
        let alone = conditions.list.len() == 1 && conditions.complete;
        for condition in conditions.list {
            if condition.column.contains(is_hole) {
                query.incomplete = true;
                continue;
            }
            let op = operator_of_name(&condition.operator);
            let value = text.value(condition.value.start, condition.value.end, op);
            let column = ColumnPath::read(&condition.column);
            let comparison = Comparison { op, negated: condition.negated };
            let mut filter = self.filter(column, comparison, value);
            filter.relation = relation.clone().or(filter.relation);
            filter.any_of = Some(group).filter(|_| !alone);
            filter.origin = text.place(place, &condition.bytes, filter.origin);
            query.filters.push(filter);
        }
    }
}

/// A column as filters name it.
struct ColumnPath {
    relation: Option<SmolStr>,
    column: SmolStr,
    path: Option<SmolStr>,
}

impl ColumnPath {
    /// `rel.column->path`.
    fn read(text: &str) -> Self {
        let text = text.trim();
        let at = text.find("->").unwrap_or(text.len());
        let (name, path) = text.split_at_checked(at).unwrap_or((text, ""));
        let (relation, column) = match name.rsplit_once('.') {
            Some((relation, column)) => (Some(SmolStr::new(relation)), column),
            None => (None, name),
        };
        let path = Some(path).filter(|path| !path.is_empty()).map(SmolStr::new);
        Self { relation, column: SmolStr::new(column.trim_matches('"')), path }
    }
}

fn is_hole(sign: char) -> bool {
    (HOLE..HOLE + HOLES_MAX).contains(&u32::from(sign))
}

/// A text with one private sign for each hole of the template it was.
struct Spelled {
    text: String,
    holes: Vec<Value>,
}

impl Spelled {
    fn of(value: &Value) -> Option<Self> {
        match &value.shape {
            Shape::Text(text) => Some(Self { text: text.to_string(), holes: Vec::new() }),
            Shape::Template(parts) => {
                let mut spelled = Self { text: String::new(), holes: Vec::new() };
                for part in parts.iter() {
                    spelled.add(part)?;
                }
                Some(spelled)
            }
            _ => None,
        }
    }

    fn add(&mut self, part: &Value) -> Option<()> {
        if let Some(text) = part.as_text() {
            self.text.push_str(text);
            return Some(());
        }
        let index = u32::try_from(self.holes.len()).ok().filter(|index| *index < HOLES_MAX)?;
        self.text.push(char::from_u32(HOLE + index)?);
        self.holes.push(part.clone());
        Some(())
    }

    /// The value between two bytes.
    fn value(&self, start: usize, end: usize, op: FilterOp) -> Value {
        let text = self.text.get(start..end).unwrap_or_default();
        if op == FilterOp::In {
            let items = text.trim_start_matches('(').trim_end_matches(')').split(',');
            let items: Vec<Value> = items.map(|item| self.piece(item.trim())).collect();
            let value = Value::of(Shape::Array(Arc::new(items.clone())));
            return value.depending_on(&items);
        }
        if op == FilterOp::Is && text == "null" {
            return Value::of(Shape::Null);
        }
        if matches!(op, FilterOp::Like | FilterOp::ILike) {
            return self.piece(&text.replace('*', "%"));
        }
        self.piece(text)
    }

    fn piece(&self, text: &str) -> Value {
        let text = text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(text);
        let mut parts: Vec<Value> = Vec::new();
        let mut plain = String::new();
        for sign in text.chars() {
            if !is_hole(sign) {
                plain.push(sign);
                continue;
            }
            if !plain.is_empty() {
                parts.push(Value::text(std::mem::take(&mut plain)));
            }
            let index = (u32::from(sign) - HOLE) as usize;
            parts.push(self.holes.get(index).cloned().unwrap_or_else(Value::unknown));
        }
        if parts.is_empty() {
            return Value::text(plain);
        }
        if !plain.is_empty() {
            parts.push(Value::text(plain));
        }
        match <[Value; 1]>::try_from(parts) {
            Ok([only]) => only,
            Err(parts) => Value::of(Shape::Template(Arc::new(parts.clone()))).depending_on(&parts),
        }
    }

    /// The place of bytes of a constant text; the call for a template.
    fn place(&self, argument: Origin, bytes: &std::ops::Range<usize>, call: Origin) -> Origin {
        if !self.holes.is_empty() {
            return call;
        }
        let part = StringPlace::new(argument, &self.text).part(bytes.start, bytes.end);
        if part == argument { call } else { part }
    }
}
