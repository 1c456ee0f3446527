//! Conditions as objects: properties with what they are compared with, alternatives, related rows.

use std::sync::Arc;

use smol_str::{SmolStr, format_smolstr};
use trave_source::Origin;

use super::{Mapper, is_embedded};
use crate::clients::given::{Given, GivenField, items};
use crate::clients::placed::Place;
use crate::library::Machine;
use crate::naming::{NamedRelation, NamedTable};
use crate::query::{Filter, FilterOp, Query, Spliced};
use crate::value::{Shape, Value};

/// How deep conditions inside conditions are followed.
const DEPTH_MAX: usize = 24;

/// Reads the conditions of one call.
pub(crate) struct Conditions<'m> {
    pub(crate) machine: &'m mut dyn Machine,
    mapper: Mapper,
    /// What is read at the moment.
    pub(crate) place: Place,
    groups: u32,
    filters: Vec<Filter>,
    pub(crate) incomplete: bool,
    spliced: Vec<Spliced>,
}

/// Where a condition stands.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Around {
    /// Under NOT.
    pub(crate) negated: bool,
    /// The alternatives that it is one of.
    pub(crate) any_of: Option<u32>,
    /// It is not always there.
    pub(crate) conditional: bool,
}

/// The rows that a condition is about.
#[derive(Debug, Clone)]
pub(crate) struct About {
    /// Their table.
    pub(crate) table: Option<Arc<NamedTable>>,
    /// The related table; none for the query's own.
    pub(crate) relation: Option<SmolStr>,
    /// The path of the embedded property whose properties are compared.
    embedded: Option<SmolStr>,
}

/// A comparison.
#[derive(Debug, Clone)]
pub(crate) struct Comparison {
    /// How.
    pub(crate) op: FilterOp,
    /// Under NOT.
    pub(crate) negated: bool,
    /// With what.
    pub(crate) value: Value,
}

impl Comparison {
    /// A comparison that is not negated.
    pub(crate) fn plain(op: FilterOp, value: Value) -> Self {
        Self { op, negated: false, value }
    }
}

impl Mapper {
    /// Adds what a condition says that stands at a place. What is no object is the key of a row,
    /// if `by_key` says so.
    pub(crate) fn filter(
        self,
        query: &mut Query,
        (given, table): (&Value, Option<&Arc<NamedTable>>),
        (place, by_key, machine): (Place, bool, &mut dyn Machine),
    ) {
        let groups = query.filters.iter().filter_map(|filter| filter.any_of).max().unwrap_or(0);
        let mut conditions = Conditions {
            machine,
            mapper: self,
            place,
            groups,
            filters: Vec::new(),
            incomplete: false,
            spliced: Vec::new(),
        };
        let about = About { table: table.cloned(), relation: None, embedded: None };
        conditions.whole(given, (&about, by_key));
        query.incomplete |= conditions.incomplete;
        query.filters.extend(conditions.filters);
        query.spliced.extend(conditions.spliced);
    }
}

fn is_object(value: &Value) -> bool {
    match &value.shape {
        Shape::Object(_) => true,
        Shape::Validated(_, schema) => {
            matches!(schema.kind, crate::value::SchemaKind::Object(_))
        }
        _ => false,
    }
}

/// Whether an object says how something is compared: `{ $in: [1, 2] }`.
fn is_compared(value: &Value) -> bool {
    let of_rows = ["$and", "$or", "$not", "$some", "$every", "$none"];
    match &value.shape {
        Shape::Object(object) => {
            let mut names = object.fields.keys();
            names.any(|name| name.starts_with('$') && !of_rows.contains(&name.as_str()))
        }
        _ => false,
    }
}

fn holds_objects(value: &Value) -> bool {
    value.alternatives().iter().any(is_object)
}

impl Conditions<'_> {
    /// The condition of a call: an object, a list of alternatives, a key, a list of keys.
    fn whole(&mut self, given: &Value, (about, by_key): (&About, bool)) {
        let around = Around::default();
        if given.is_nullish() == Some(true) {
            return;
        }
        if holds_objects(given) {
            return self.all(given, about, around);
        }
        let (parts, _) = items(given);
        let is_list = matches!(given.shape, Shape::Array(_) | Shape::List(_));
        if parts.iter().any(|(part, _)| holds_objects(part)) {
            return self.any(given, about, around);
        }
        let key = about.table.as_ref().and_then(|table| match table.primary.as_slice() {
            [only] => Some(only.clone()),
            _ => None,
        });
        match key.filter(|_| by_key) {
            Some(key) => {
                let op = if is_list { FilterOp::In } else { FilterOp::Eq };
                self.push(&key, Comparison::plain(op, given.clone()), (about, around));
            }
            None => self.incomplete = true,
        }
    }

    /// An object of conditions, all of which hold.
    pub(crate) fn all(&mut self, given: &Value, about: &About, around: Around) {
        if self.place.path.len() > DEPTH_MAX {
            self.incomplete = true;
            return;
        }
        let given = Given::of(given);
        self.incomplete |= given.rest.is_some();
        for field in &given.fields {
            let around = Around { conditional: around.conditional || field.is_optional, ..around };
            self.place.path.push(field.name.clone());
            if !(self.mapper.word)(self, field, (about, around)) {
                self.property(field, about, around);
            }
            self.place.path.pop();
        }
    }

    /// A list of objects, or one.
    pub(crate) fn each(&mut self, value: &Value, about: &About, around: Around) {
        let (items, known) = items(value);
        self.incomplete |= !known && items.is_empty();
        for (item, certain) in items {
            let around = Around { conditional: around.conditional || !certain, ..around };
            self.all(&item, about, around);
        }
    }

    /// Alternatives.
    pub(crate) fn any(&mut self, value: &Value, about: &About, around: Around) {
        let (alternatives, _) = items(value);
        // One alternative is a condition; that none of several holds is a condition of each.
        if alternatives.len() < 2 || around.negated {
            return self.each(value, about, around);
        }
        let any_of = Some(self.group(around));
        self.each(value, about, Around { any_of, ..around });
    }

    /// The alternatives that something is one of: those around, or new ones.
    pub(crate) fn group(&mut self, around: Around) -> u32 {
        around.any_of.unwrap_or_else(|| {
            self.groups += 1;
            self.groups
        })
    }

    fn property(&mut self, field: &GivenField, about: &About, around: Around) {
        let Some(table) = about.table.clone() else {
            // Without a schema the name of the property is the best guess at the column.
            return (self.mapper.compare)(self, &field.name, &field.value, (about, around));
        };
        let path = match &about.embedded {
            Some(outer) => format_smolstr!("{outer}.{}", field.name),
            None => field.name.clone(),
        };
        if let Some(column) = table.column(&path) {
            (self.mapper.compare)(self, column, &field.value, (about, around));
        } else if let Some(relation) = table.relations.get(&path) {
            self.related(relation, &field.value, (about, around));
        } else if is_embedded(&table, &path) {
            let about = About { embedded: Some(path), ..about.clone() };
            self.all(&field.value, &about, around);
        } else {
            self.dotted(field, &table, (about, around));
        }
    }

    /// `'author.name': …`, as far as it is known.
    fn dotted(&mut self, field: &GivenField, table: &NamedTable, at: (&About, Around)) {
        let (about, around) = at;
        let related = field.name.split_once('.').and_then(|(first, rest)| {
            table.relations.get(first).map(|relation| (relation, SmolStr::new(rest)))
        });
        let Some((relation, rest)) = related else {
            self.incomplete = true;
            return;
        };
        let other = self.other(relation);
        let inner =
            GivenField { name: rest, value: field.value.clone(), is_optional: field.is_optional };
        match Self::tied(relation, &inner.name, (&other, around)) {
            Some(own) => (self.mapper.compare)(self, &own, &inner.value, (about, around)),
            None => self.property(&inner, &other, around),
        }
    }

    fn other(&self, relation: &NamedRelation) -> About {
        let table = self.machine.named_table(self.mapper.tool, &relation.target);
        let name = table.as_ref().map(|table| table.table.name.clone());
        let relation = Some(name.unwrap_or_else(|| relation.target.clone()));
        About { table, relation, embedded: None }
    }

    /// The column of the own table that a property of a related row is equal to.
    fn tied(
        relation: &NamedRelation,
        property: &str,
        (other, around): (&About, Around),
    ) -> Option<SmolStr> {
        let column = other.table.as_ref().and_then(|table| table.column(property));
        let mut pairs = relation.target_columns.iter().zip(&relation.columns);
        let same = pairs.find(|(theirs, _)| Some(*theirs) == column);
        same.filter(|_| !relation.is_list && !around.negated).map(|(_, own)| own.clone())
    }

    /// `author: { name: … }`, `author: 5`, `author: IsNull()`.
    fn related(&mut self, relation: &NamedRelation, value: &Value, at: (&About, Around)) {
        let (about, around) = at;
        let other = self.other(relation);
        let given = value.alternatives().iter().find(|it| is_object(it));
        if given.is_none_or(is_compared) {
            let own = relation.columns.first().filter(|_| !relation.is_list);
            let key = other.table.as_ref().and_then(|table| table.primary.first());
            match (own, key) {
                (Some(own), _) => (self.mapper.compare)(self, own, value, (about, around)),
                (None, Some(key)) => (self.mapper.compare)(self, key, value, (&other, around)),
                (None, None) => self.incomplete = true,
            }
            return;
        }
        let given = Given::of(value);
        self.incomplete |= given.rest.is_some();
        for field in &given.fields {
            let around = Around { conditional: around.conditional || field.is_optional, ..around };
            let tied = Self::tied(relation, &field.name, (&other, around));
            self.place.path.push(field.name.clone());
            match tied {
                Some(own) => (self.mapper.compare)(self, &own, &field.value, (about, around)),
                None if (self.mapper.word)(self, field, (&other, around)) => {}
                None => self.property(field, &other, around),
            }
            self.place.path.pop();
        }
    }

    /// Values become part of the text of the query.
    pub(crate) fn splice(&mut self, values: &[Value], place: Option<Origin>) {
        let origin = place.unwrap_or_else(|| self.place.origin(&*self.machine));
        let free = values.iter().filter(|value| value.free_text().is_some());
        self.spliced.extend(free.map(|value| Spliced { value: value.clone(), origin }));
    }

    /// Adds a comparison of a column.
    pub(crate) fn push(&mut self, column: &SmolStr, comparison: Comparison, at: (&About, Around)) {
        let (about, around) = at;
        let written = self.place.origin(&*self.machine);
        self.filters.push(Filter {
            relation: about.relation.clone(),
            column: column.clone(),
            path: None,
            op: comparison.op,
            negated: around.negated != comparison.negated,
            any_of: around.any_of,
            value: comparison.value,
            conditional: around.conditional,
            origin: written,
        });
    }
}
