//! Conditions: `and(eq(users.id, id), ilike(users.name, pattern))` as filters.

use smol_str::SmolStr;
use trave_source::Origin;

use super::table::{self, TableFacts};
use super::{is_nothing, own, text};
use crate::clients::given::items;
use crate::clients::sql::conditions_in;
use crate::clients::sql::text::{Hole, SqlText};
use crate::query::{Filter, FilterOp, Query};
use crate::value::{LibraryValue, Shape, Taint, Value};

/// How deep conditions inside conditions are followed.
const DEPTH_MAX: u32 = 32;

/// Reads the conditions of one query.
struct Conditions<'t> {
    table: &'t TableFacts,
    origin: Origin,
    groups: u32,
    depth: u32,
    filters: Vec<Filter>,
    incomplete: bool,
    spliced: Vec<Hole>,
}

/// Where a condition stands.
#[derive(Clone, Copy, Default)]
struct Around {
    negated: bool,
    any_of: Option<u32>,
    conditional: bool,
}

/// Adds what a condition says to a query on a table.
pub(super) fn read(
    query: &mut Query,
    table: &TableFacts,
    (condition, conditional): (&Value, bool),
    origin: Origin,
) {
    let groups = query.filters.iter().filter_map(|filter| filter.any_of).max().unwrap_or(0);
    let mut conditions = Conditions {
        table,
        origin,
        groups,
        depth: 0,
        filters: Vec::new(),
        incomplete: false,
        spliced: Vec::new(),
    };
    conditions.read(condition, Around { conditional, ..Around::default() });
    query.incomplete |= conditions.incomplete;
    query.filters.extend(conditions.filters);
    let spliced = conditions.spliced.into_iter();
    query.spliced.extend(
        spliced.map(|hole| crate::query::Spliced { value: hole.value, origin: hole.origin }),
    );
}

impl Conditions<'_> {
    fn read(&mut self, value: &Value, around: Around) {
        if self.depth >= DEPTH_MAX {
            self.incomplete = true;
            return;
        }
        self.depth += 1;
        match value.alternatives() {
            [only] => self.one(only, around),
            several => {
                for one in several.iter().filter(|one| !is_nothing(one)) {
                    self.one(one, Around { conditional: true, ..around });
                }
            }
        }
        self.depth -= 1;
    }

    fn one(&mut self, value: &Value, around: Around) {
        if is_nothing(value) || matches!(value.shape, Shape::Bool(_)) {
            return;
        }
        if let Some(condition) = own(value, "condition") {
            return self.operator(condition, around);
        }
        if let Some((column, table)) = table::column(value) {
            let is_true = Value::of(Shape::Bool(true));
            return self.push((&column, &table), (FilterOp::Eq, is_true), (around, self.origin));
        }
        match text::read(value, self.origin) {
            Some(text) => self.text(&text, around),
            None => self.incomplete = true,
        }
    }

    fn operator(&mut self, condition: &LibraryValue, around: Around) {
        let origin = condition.place.unwrap_or(self.origin);
        let args = match condition.kept("args").map(|args| &args.shape) {
            Some(Shape::Array(args)) => args.to_vec(),
            _ => Vec::new(),
        };
        let arg = |index: usize| args.get(index).cloned().unwrap_or_else(Value::undefined);
        match condition.name.as_str() {
            "and" => {
                for arg in &args {
                    self.each(arg, around);
                }
            }
            "or" => self.any(&args, around),
            "not" => self.read(&arg(0), Around { negated: !around.negated, ..around }),
            // Some of the rows, and it is not known which.
            "exists" | "notExists" => self.incomplete = true,
            "between" | "notBetween" => {
                let flips = condition.name == "notBetween";
                let around = Around { negated: around.negated != flips, ..around };
                for bound in [arg(1), arg(2)] {
                    self.compare(&arg(0), (FilterOp::Range, bound), (around, origin));
                }
            }
            name => match comparison(name) {
                Some((op, flips)) => {
                    let around = Around { negated: around.negated != flips, ..around };
                    let value = match op {
                        FilterOp::Is => Value::of(Shape::Null),
                        _ => arg(1),
                    };
                    self.compare(&arg(0), (op, value), (around, origin));
                }
                None => self.incomplete = true,
            },
        }
    }

    /// A condition, or a list of them.
    fn each(&mut self, value: &Value, around: Around) {
        let (items, _) = items(value);
        for (item, certain) in items {
            self.read(&item, Around { conditional: around.conditional || !certain, ..around });
        }
    }

    fn any(&mut self, args: &[Value], around: Around) {
        let there: Vec<&Value> = args.iter().filter(|arg| !is_nothing(arg)).collect();
        if there.len() < 2 && there.iter().all(|arg| items(arg).0.len() < 2) {
            for arg in there {
                self.each(arg, around);
            }
            return;
        }
        let group = around.any_of.unwrap_or_else(|| {
            self.groups += 1;
            self.groups
        });
        let around = Around { any_of: Some(group).filter(|_| !around.negated), ..around };
        for arg in there {
            self.each(arg, around);
        }
    }

    fn compare(
        &mut self,
        left: &Value,
        (op, right): (FilterOp, Value),
        (around, origin): (Around, Origin),
    ) {
        match (table::column(left), table::column(&right)) {
            (Some((column, table)), None) => {
                self.push((&column, &table), (op, right), (around, origin));
            }
            (None, Some((column, table))) => {
                self.push((&column, &table), (op, left.clone()), (around, origin));
            }
            (Some((one, of_one)), Some((other, of_other))) if of_one == of_other => {
                for column in [one, other] {
                    self.push(
                        (&column, &of_one),
                        (FilterOp::Other, Value::unknown()),
                        (around, origin),
                    );
                }
            }
            // What joins two tables is no filter of either.
            (Some(_), Some(_)) => {}
            (None, None) => self.expression(left, right, around),
        }
    }

    /// An expression compared with a value.
    fn expression(&mut self, left: &Value, right: Value, around: Around) {
        let Some(mut text) = text::read(left, self.origin) else {
            self.incomplete = true;
            return;
        };
        text.push_text(" = ", self.origin);
        text.push_hole(Hole { value: right, origin: self.origin, bound: true });
        self.text(&text, around);
    }

    /// A condition that is written as SQL.
    fn text(&mut self, text: &SqlText, around: Around) {
        self.spliced.extend(text.spliced().cloned());
        let Some((filters, incomplete)) = conditions_in(text, &self.table.alias) else {
            self.incomplete = true;
            return;
        };
        // A text of which no condition is known may say anything.
        self.incomplete |= incomplete || filters.is_empty();
        let groups = self.groups;
        for mut filter in filters {
            filter.negated = filter.negated != around.negated;
            filter.conditional |= around.conditional;
            if let Some(group) = filter.any_of {
                self.groups = self.groups.max(groups + group);
                filter.any_of = Some(groups + group);
            }
            filter.any_of = around.any_of.or(filter.any_of);
            self.filters.push(filter);
        }
    }

    fn push(
        &mut self,
        (column, table): (&SmolStr, &SmolStr),
        (op, value): (FilterOp, Value),
        (around, origin): (Around, Origin),
    ) {
        let is_own = *table == self.table.alias;
        // Rows of a query inside: what it finds is not known here.
        let value = match value.library() {
            Some(_) => Value::of(Shape::Unknown).tainted(Taint::ROWS.and(Taint::UNKNOWN)),
            None => value,
        };
        self.filters.push(Filter {
            relation: (!is_own).then(|| table.clone()),
            column: column.clone(),
            path: None,
            op,
            negated: around.negated,
            any_of: around.any_of,
            value,
            conditional: around.conditional,
            origin,
        });
    }
}

/// How an operator compares, and whether it means the contrary.
pub(super) fn comparison(name: &str) -> Option<(FilterOp, bool)> {
    Some(match name {
        "eq" => (FilterOp::Eq, false),
        "ne" => (FilterOp::Ne, false),
        "gt" | "gte" | "lt" | "lte" => (FilterOp::Range, false),
        "like" => (FilterOp::Like, false),
        "notLike" => (FilterOp::Like, true),
        "ilike" => (FilterOp::ILike, false),
        "notIlike" => (FilterOp::ILike, true),
        "inArray" | "in" => (FilterOp::In, false),
        "notInArray" | "notIn" => (FilterOp::In, true),
        "isNull" => (FilterOp::Is, false),
        "isNotNull" => (FilterOp::Is, true),
        "arrayContains" | "arrayContained" => (FilterOp::Contains, false),
        "arrayOverlaps" => (FilterOp::Overlaps, false),
        _ => return None,
    })
}
