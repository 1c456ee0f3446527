//! Lists that stay short although they have no limit: a key leaves few rows, or people sort them
//! by hand.

use smol_str::SmolStr;
use trave_backend::query::{Filter, FilterOp};
use trave_backend::value::{Shape, Taint, Value};
use trave_catalog::vocabulary::{is_owners, is_tenants};
use trave_catalog::{Command, QualifiedName, Table};

use crate::model::{LoopAround, Model, Query};

/// Columns that hold the place of a row among its siblings, as somebody arranged them.
const PLACES: [&str; 4] = ["position", "sort_order", "display_order", "sort_position"];

impl Model {
    /// Whether a unique key leaves a query few rows: it pins all columns of the key but one, and
    /// either these name a person, who has only so many teams, days or invitations, or the table
    /// only ties two others together and the query asks for what belongs to one parent.
    pub fn has_few_by_key(&self, query: &Query, table: &Table) -> bool {
        table.unique_keys().iter().any(|key| {
            let mut left_out = key.iter().filter(|column| !query.pins(column));
            let (Some(free), None) = (left_out.next(), left_out.next()) else { return false };
            let of_person = key.iter().any(|column| column != free && names_person(table, column));
            let is_few = key.len() > 2 || target_of(table, free).is_some();
            (of_person && is_few) || self.ties_to_parent(table, key, free)
        })
    }

    /// Whether a key of two references ties rows to a parent, its first column, and `free` is what
    /// they tie to it: the tags of a post. Those who add themselves may be many: likes, followers.
    fn ties_to_parent(&self, table: &Table, key: &[SmolStr], free: &SmolStr) -> bool {
        let [parent, tied] = key else { return false };
        let refers = [parent, tied].iter().all(|column| target_of(table, column).is_some());
        refers && tied == free && !self.adds_themselves(table, free)
    }

    /// Whether callers add rows that name themselves in a column.
    fn adds_themselves(&self, table: &Table, column: &SmolStr) -> bool {
        let by_policy =
            table.policies.iter().filter(|policy| policy.is_for(Command::Insert)).any(|policy| {
                policy.check_or_using().is_some_and(|check| {
                    check.depends_on_caller() && check.columns().contains(column)
                })
            });
        let adding = self.queries_on(table).filter(|query| query.adds_rows());
        let names_caller = |payload: &Value| {
            let mut found = false;
            payload.visit(&mut |part| {
                let own = part.field(column);
                found |= own.is_some_and(|value| value.taint.has(Taint::CALLER.and(Taint::CLAIM)));
            });
            found
        };
        by_policy || adding.filter_map(|query| query.facts.payload.as_ref()).any(names_caller)
    }

    /// Whether the rows of a table are so few for each person that it does not grow by being used:
    /// the other columns of a key that names the person hold few values.
    pub fn is_few_for_each_person(&self, table: &Table) -> bool {
        let catalog = table.origin().and_then(|origin| self.catalog_at(origin));
        let is_few = |column: &SmolStr| {
            let column = table.column(column);
            column.zip(catalog).is_some_and(|(it, catalog)| catalog.few_values(table, it).is_some())
        };
        table.unique_keys().iter().any(|key| {
            let (people, others): (Vec<&SmolStr>, Vec<&SmolStr>) =
                key.iter().partition(|column| names_person(table, column));
            people.len() == 1 && !others.is_empty() && others.into_iter().all(is_few)
        })
    }

    /// Whether a table holds one row at most for each person.
    pub fn is_one_for_each_person(&self, table: &Table) -> bool {
        let refers = |column: &SmolStr| target_of(table, column).is_some_and(is_people);
        let keys = table.unique_keys();
        keys.iter().any(|key| matches!(key.as_slice(), [only] if refers(only)))
    }

    /// Whether a loop works through the rows of a query that a key leaves few of.
    pub fn has_few_rounds_by_key(&self, around: &LoopAround) -> bool {
        let list = around.over.and_then(|id| self.query(id));
        let table = list.and_then(|list| self.table_of(list));
        list.zip(table).is_some_and(|(list, table)| self.has_few_by_key(list, table))
    }
}

impl Query {
    /// Whether its rows stand in an order that somebody gave them by hand: they are few.
    pub fn is_sorted_by_hand(&self, table: &Table) -> bool {
        let keys = self.facts.order.iter().filter(|key| key.relation.is_none() && !key.conditional);
        keys.filter_map(|key| key.column.as_ref()).any(|name| {
            let column = table.column(name);
            PLACES.contains(&name.as_str())
                && column.is_some_and(|column| !column.type_name.starts_with("time"))
        })
    }

    /// Whether its limit is the number of the keys that it asks for: nothing is cut.
    pub fn asks_for_as_many_as_keys(&self, table: &Table) -> bool {
        let Some(limit) = &self.facts.limit else { return false };
        let is_key = |filter: &&Filter| {
            let name = &filter.column;
            filter.op == FilterOp::In
                && !filter.conditional
                && !filter.negated
                && filter.relation.is_none()
                && table
                    .unique_keys()
                    .iter()
                    .any(|key| matches!(key.as_slice(), [it] if it == name))
        };
        // A number that is made of nothing but the list of keys is how many there are.
        let counts = |filter: &Filter| {
            let is_open = !matches!(limit.value.shape, Shape::Number(_));
            let (limit, keys) = (&limit.value, &filter.value);
            is_open && !keys.inputs.is_empty() && limit.inputs == keys.inputs
        };
        self.facts.filters.iter().filter(is_key).any(counts)
    }
}

/// What a column alone refers to.
fn target_of<'t>(table: &'t Table, column: &SmolStr) -> Option<&'t QualifiedName> {
    let refers =
        |key: &&trave_catalog::ForeignKey| key.columns.as_slice() == std::slice::from_ref(column);
    table.foreign_keys.iter().find(refers).map(|key| &key.target)
}

fn is_people(table: &QualifiedName) -> bool {
    is_owners(&table.name) && !is_tenants(&table.name)
}

/// Whether a column says whose a row is: a user or an address.
fn names_person(table: &Table, column: &SmolStr) -> bool {
    let is_named = |name: &str| *column == name || column.ends_with(&format!("_{name}"));
    target_of(table, column).is_some_and(is_people) || is_named("user_id") || is_named("email")
}
