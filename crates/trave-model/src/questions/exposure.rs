//! What a query that everybody reaches gives away: by what its rows are found, and what leaves.

use smol_str::SmolStr;
use trave_backend::effect::RowsUse;
use trave_backend::query::{Filter, FilterOp};
use trave_backend::value::{Shape, Taint, Value};
use trave_catalog::vocabulary::{names_display, names_secret, words_of};
use trave_catalog::{Column, Table};

use super::rows::Certain;
use crate::model::{Model, Query, Route};

/// By what a query finds its rows, from what everybody can know to what only some do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FoundBy<'q> {
    /// By nothing that narrows: all rows, or all with some constant.
    Anything,
    /// By something that the caller names and could name otherwise: an address, a person's id.
    Guess(&'q SmolStr),
    /// By something that only those know who were given it: the random key of the row, its token
    /// or its public name.
    Capability(&'q SmolStr),
    /// By rows that were found before.
    Rows,
    /// By something that could not be followed.
    Unknown,
}

/// Columns that say that a row is there to be seen, with what they hold then.
const VISIBLE: [&str; 7] =
    ["public", "published", "visible", "listed", "live", "shared", "approved"];

/// Columns that say that it is not.
const HIDDEN: [&str; 5] = ["private", "hidden", "draft", "secret", "internal"];

/// What a column of the state of a row holds when the row is there to be seen.
const SEEN_STATES: [&str; 7] =
    ["published", "active", "public", "live", "approved", "visible", "open"];

/// What addresses are for that are handed to others: `share_id`, `portal_slug`.
const HANDED_OUT: [&str; 9] =
    ["share", "shared", "link", "portal", "public", "invite", "invitation", "embed", "magic"];

/// Columns by which a row is named in addresses.
const NAMES: [&str; 6] = ["slug", "handle", "username", "code", "subdomain", "domain"];

impl Query {
    /// Whether what it reads is put into an answer.
    pub fn gives_rows_away(&self) -> bool {
        self.uses.iter().any(|(how, _)| *how == RowsUse::Answered)
    }

    /// Whether a constant in its filters keeps to rows that are there to be seen: `is_public`,
    /// `status = 'published'`, or some keys that are written down.
    pub fn keeps_to_public_rows(&self) -> bool {
        let mut certain = self.facts.filters.iter().filter(|filter| filter.is_certain());
        self.has_constant_list() || certain.any(pins_visibility)
    }

    /// Whether what it writes comes from the caller.
    pub fn writes_input(&self) -> bool {
        self.facts.payload.as_ref().is_some_and(is_sent)
    }

    /// Whether what it writes is more than a mark that somebody came by: a constant, a count, the
    /// time.
    pub fn writes_content(&self) -> bool {
        let content = Taint::INPUT.and(Taint::UNKNOWN).and(Taint::OPAQUE);
        self.facts.payload.as_ref().is_some_and(|payload| payload.taint.has(content))
    }

    /// By what it finds its rows.
    pub fn found_by(&self, table: Option<&Table>) -> FoundBy<'_> {
        let narrows = |filter: &&Filter| filter.is_certain() && narrows(filter.op);
        let filters: Vec<&Filter> = self.facts.filters.iter().filter(narrows).collect();
        let find = |test: &dyn Fn(&Filter) -> bool| {
            filters.iter().find(|filter| test(filter)).map(|filter| &filter.column)
        };
        let is_key = |filter: &Filter| {
            filter.op == FilterOp::Eq && is_sent(&filter.value) && is_capability(table, filter)
        };
        if let Some(column) = find(&is_key) {
            return FoundBy::Capability(column);
        }
        if let Some(column) = find(&|filter| is_sent(&filter.value)) {
            return FoundBy::Guess(column);
        }
        if find(&|filter| filter.value.taint.has(Taint::ROWS)).is_some() {
            return FoundBy::Rows;
        }
        let vague = Taint::UNKNOWN.and(Taint::OPAQUE).and(Taint::IDENTITY);
        let is_vague = find(&|filter| filter.value.taint.has(vague)).is_some();
        // Some comparison of what the caller may have sent, of which only the columns are known.
        let mut others = self.facts.filters.iter().filter(|it| it.op == FilterOp::Other);
        let is_opaque =
            others.any(|filter| is_sent(&filter.value) || filter.value.taint.has(vague));
        if is_vague || is_opaque || self.facts.incomplete {
            FoundBy::Unknown
        } else {
            FoundBy::Anything
        }
    }

    /// The first of the columns that it fetches that is named like a secret, the one apart by which
    /// the row is found.
    pub fn secret_column<'t>(&self, table: &'t Table) -> Option<&'t SmolStr> {
        let selection = &self.facts.selection;
        let is_fetched = |column: &&Column| {
            selection.star || selection.columns.iter().any(|it| it.name == column.name)
        };
        let is_known = |column: &&Column| self.fixed_columns().any(|fixed| *fixed == column.name);
        let mut fetched = table.columns.iter().filter(is_fetched);
        fetched.find(|it| names_secret(&it.name) && !is_known(it)).map(|column| &column.name)
    }

    /// Whether all that it fetches is there to be seen: names, titles, pictures.
    pub fn shows_display_only(&self) -> bool {
        let selection = &self.facts.selection;
        let is_chosen = selection.known && !selection.star && selection.embeds.is_empty();
        let mut columns = selection.columns.iter();
        is_chosen && !selection.columns.is_empty() && columns.all(|it| names_display(&it.name))
    }

    /// The first column of what it adds in which the caller names a person: it adds rows in the
    /// name of somebody.
    pub fn person_named_by_caller<'t>(&self, table: &'t Table) -> Option<&'t SmolStr> {
        let payload = self.facts.payload.as_ref()?;
        let is_sent = |column: &SmolStr| payload.field(column).is_some_and(is_sent);
        table
            .columns
            .iter()
            .map(|column| &column.name)
            .find(|column| table.refers_to_person(column) && is_sent(column))
    }
}

impl Route {
    /// Whether some answer is made of rows, if only of their number or sum.
    pub fn answers_from_rows(&self) -> bool {
        let bodies = self.responses.iter().filter_map(|response| response.body.as_ref());
        bodies.into_iter().any(|body| body.taint.has(Taint::ROWS))
    }
}

impl Model {
    /// Whether the code declares that a way in is for everybody, and what it gives away is chosen:
    /// any site may read its answer, a handler of its own tells browsers so beforehand, and the
    /// query finds one row by a whole unique key and names the columns that it wants.
    pub fn is_declared_public(&self, route: &Route, query: &Query) -> bool {
        let is_key = self.table_of(query).is_some_and(|table| query.is_key_lookup(table));
        let selection = &query.facts.selection;
        let is_chosen = selection.known && !selection.star && !selection.columns.is_empty();
        let tells_browsers = || {
            let mut others = self.routes.iter();
            others.any(|other| other.method == "OPTIONS" && other.path == route.path)
        };
        is_key
            && is_chosen
            && route.responses.iter().any(|response| response.for_any_origin)
            && tells_browsers()
    }

    /// Whether a query works on rows of people, as far as the catalog tells.
    pub fn is_about_people(&self, query: &Query) -> bool {
        self.table_of(query).is_some_and(Table::is_about_people)
    }
}

/// Whether a value is what the caller sent, and not what was found by it.
fn is_sent(value: &Value) -> bool {
    let sent = Taint::INPUT;
    match &value.shape {
        Shape::Object(object) => object.fields.values().any(is_sent),
        Shape::Array(items) => items.iter().any(is_sent),
        _ => value.taint.has(sent) && !value.taint.has(Taint::ROWS),
    }
}

/// Whether a comparison leaves some of the rows, rather than all but some.
fn narrows(op: FilterOp) -> bool {
    matches!(op, FilterOp::Eq | FilterOp::In | FilterOp::Contains | FilterOp::Overlaps)
        || matches!(op, FilterOp::Like | FilterOp::ILike | FilterOp::Regex | FilterOp::TextSearch)
}

/// Whether a filter keeps to rows that are there to be seen.
fn pins_visibility(filter: &Filter) -> bool {
    let column = filter.column.as_str();
    let says = |words: &[&str]| {
        let stem = column.strip_prefix("is_").unwrap_or(column);
        let stem = stem.split('_').next().unwrap_or(stem);
        words.contains(&stem)
    };
    match &filter.value.shape {
        Shape::Bool(value) => says(if *value { &VISIBLE } else { &HIDDEN }),
        Shape::Text(text) => {
            let of_state = column.ends_with("status")
                || column.ends_with("state")
                || column.ends_with("visibility");
            filter.op == FilterOp::Eq && of_state && SEEN_STATES.contains(&text.as_str())
        }
        _ => false,
    }
}

/// Whether a column alone finds a row, and its values are known to those only who were given them.
fn is_capability(table: Option<&Table>, filter: &Filter) -> bool {
    let column = filter.column.as_str();
    let words = words_of(column);
    let words: Vec<&str> = words.iter().map(SmolStr::as_str).collect();
    let is_token = matches!(*words, [.., "token"] | [_, .., "key" | "hash"]);
    let is_handed_out =
        matches!(*words, [.., first, "id" | "uuid" | "uid"] if HANDED_OUT.contains(&first));
    let is_named = is_token || words.iter().any(|word| NAMES.contains(word));
    let Some(table) = table else { return is_named || is_handed_out };
    let is_unique = table.unique_keys().iter().any(|key| *key == [filter.column.clone()]);
    let is_random = table.column(column).is_some_and(is_random);
    let refers = table.foreign_keys.iter().any(|key| key.columns == [filter.column.clone()]);
    let is_key = is_random && (is_unique || (is_handed_out && !refers));
    (is_key || is_named) && !table.refers_to_person(column)
}

/// Whether the values of a column are not counted up: neither sequences nor numbers.
fn is_random(column: &Column) -> bool {
    let numbers = ["integer", "bigint", "smallint", "numeric", "serial"];
    let is_number = numbers.iter().any(|number| column.type_name.starts_with(number));
    let reaches_somebody = ["email", "phone", "name"].iter().any(|it| column.name.contains(it));
    !is_number && !reaches_somebody && column.identity.is_none() && column.sequence.is_none()
}
