//! SQL that is typed: in migrations and in strings of code.

use trave_catalog::Catalog;
use trave_source::Span;

use super::{Offer, columns, relations};
use crate::sql_names::tables_of;
use crate::words::{is_part, words};

/// Words that SQL begins with.
const BEGINNINGS: [&str; 8] =
    ["select", "insert", "update", "delete", "with", "alter", "create", "merge"];

/// Words behind which a table stands.
const BEFORE_RELATION: [&str; 8] =
    ["from", "join", "into", "update", "table", "references", "on", "only"];

/// Whether a text reads like SQL.
pub(super) fn is_sql(text: &str) -> bool {
    let first = words(text).next().map(str::to_lowercase);
    first.is_some_and(|first| BEGINNINGS.contains(&first.as_str()))
}

/// Names that fit behind what is written of a statement.
pub(super) fn offers(catalog: &Catalog, written: &str, statement: &str) -> Vec<Offer> {
    let before = written.trim_end_matches(is_part);
    if let Some(rest) = before.strip_suffix('.') {
        let qualifier = rest.get(rest.trim_end_matches(is_part).len()..).unwrap_or_default();
        return qualified(catalog, qualifier, statement);
    }
    let last = words(before).last().map(str::to_lowercase).unwrap_or_default();
    let follows = before.ends_with(char::is_whitespace);
    // `create policy … on`, `create index … on` name a table; a join's `on` names columns.
    let names_table = match last.as_str() {
        "on" => !words(before).any(|word| word.eq_ignore_ascii_case("join")),
        word => BEFORE_RELATION.contains(&word),
    };
    if follows && names_table {
        return relations(catalog, None);
    }
    let tables = tables_of(catalog, statement);
    if tables.is_empty() {
        return relations(catalog, None);
    }
    let mut offers: Vec<Offer> = tables.into_iter().flat_map(columns).collect();
    offers.dedup();
    offers
}

/// Names behind a dot: columns of a table or an alias, tables of a schema.
fn qualified(catalog: &Catalog, qualifier: &str, statement: &str) -> Vec<Offer> {
    if let Some(table) = catalog.find_table(None, qualifier) {
        return columns(table);
    }
    if catalog.tables.keys().any(|name| name.schema == qualifier) {
        return relations(catalog, Some(qualifier));
    }
    let names: Vec<&str> = words(statement).collect();
    let is_alias = |pair: &&[&str]| pair.get(1) == Some(&qualifier);
    let of_alias = names.windows(2).filter(is_alias).filter_map(|pair| pair.first().copied());
    let with_as = names.windows(3).filter(|three| {
        three.get(1).is_some_and(|word| word.eq_ignore_ascii_case("as"))
            && three.get(2) == Some(&qualifier)
    });
    let of_alias = of_alias.chain(with_as.filter_map(|three| three.first().copied()));
    let mut tables = of_alias.into_iter().filter_map(|name| catalog.find_table(None, name));
    tables.next().map(columns).unwrap_or_default()
}

/// The statement that is typed: from the last semicolon to the next.
pub(super) fn typed_statement(text: &str, offset: u32) -> Span {
    let (before, after) = text.split_at_checked(offset as usize).unwrap_or((text, ""));
    let start = before.rfind(';').map_or(0, |at| at + 1);
    let end = after.find(';').unwrap_or(after.len());
    Span::new(start, before.len() + end)
}
