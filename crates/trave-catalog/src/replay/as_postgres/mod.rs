//! What a real server taught the replay, one lesson each.

mod heirs;
mod objects;
mod printed;
mod queries;
mod tables;

use crate::testing::{names, strict, table};
use crate::{Catalog, QualifiedName};

/// What is left after statements of which some are refused.
fn after(sql: &str) -> Catalog {
    strict(sql).catalog
}

/// How many statements are refused.
fn refusals(sql: &str) -> usize {
    let replayed = strict(sql);
    assert_eq!(replayed.notices, [], "not understood");
    replayed.failures.len()
}

/// Statements of which the last one is refused, and no other.
#[track_caller]
fn last_is_refused(sql: &str) {
    let (before, last) = sql.trim_end_matches(';').rsplit_once(';').unwrap();
    assert_eq!(refusals(before), 0, "{before}");
    assert_eq!(refusals(sql), 1, "{last}");
}

#[track_caller]
fn columns(catalog: &Catalog, name: &str) -> String {
    names(&table(catalog, name).columns, |column| &column.name)
}

fn view_text(catalog: &Catalog, name: &str) -> String {
    catalog.views[&QualifiedName::new("public", name)].definition.clone()
}
