//! The words in which ways in are told.

use trave_model::effect::{CacheAction, Trust};
use trave_model::query::Operation;
use trave_model::source::{Origin, Sources};
use trave_model::{BeforeKind, Guarded, Model, Query, Route, RouteKind};

use crate::place::{first_line, start};
use crate::queries::operation_name;

/// A word for how well the callers of a way in are checked; what runs before it by its name.
pub(crate) fn guarded_by(model: &Model, route: &Route) -> &'static str {
    let guarded = model.guarded(route);
    let by = route.before.iter().find(|before| before.guarded == Guarded::Yes);
    match (guarded, by.map(|before| before.kind)) {
        (Guarded::Before, Some(kind)) => before_name(kind),
        _ => guarded_name(guarded),
    }
}

/// What runs before a way in, by its name.
pub(crate) fn before_name(kind: BeforeKind) -> &'static str {
    match kind {
        BeforeKind::Middleware => "middleware",
        BeforeKind::Layout => "layout",
    }
}

/// A word for how well callers are checked.
pub(crate) fn guarded_name(guarded: Guarded) -> &'static str {
    match guarded {
        Guarded::No => "no",
        Guarded::Maybe => "maybe",
        Guarded::ByClaim => "claim",
        Guarded::Before => "before",
        Guarded::Yes => "yes",
    }
}

/// The same as a sentence.
pub(crate) fn guarded_sentence(guarded: Guarded) -> &'static str {
    match guarded {
        Guarded::No => "no: anybody gets through",
        Guarded::Maybe => "maybe: something that could not be followed may turn callers away",
        Guarded::ByClaim => "only by a claim of identity that nobody verified",
        Guarded::Before => "yes, by what runs before",
        Guarded::Yes => "yes",
    }
}

pub(crate) fn kind_name(kind: RouteKind) -> &'static str {
    match kind {
        RouteKind::Http => "http",
        RouteKind::ServerAction => "action",
        RouteKind::Edge => "edge",
        RouteKind::Procedure => "procedure",
        RouteKind::Loader => "loader",
        RouteKind::Middleware => "middleware",
        RouteKind::Webhook => "webhook",
        RouteKind::Job => "job",
    }
}

pub(crate) fn action_name(action: CacheAction) -> &'static str {
    match action {
        CacheAction::Read => "read",
        CacheAction::Write => "write",
        CacheAction::Invalidate => "invalidate",
        CacheAction::ReadThrough => "read-through",
    }
}

pub(crate) fn trust_name(trust: Trust) -> &'static str {
    match trust {
        Trust::Verified => "verified",
        Trust::Claimed => "claimed",
        Trust::Secret => "secret",
        Trust::Unknown => "unknown",
    }
}

/// What a query does: `select boats by harbour`.
pub(super) fn query_words(query: &Query) -> String {
    let facts = &query.facts;
    let operation = facts.operation.map_or("?", operation_name);
    let mut words = format!("{operation} {}", facts.table.as_deref().unwrap_or("?"));
    let changes = !matches!(facts.operation, Some(Operation::Insert | Operation::Call));
    let mut columns: Vec<&str> = Vec::new();
    for filter in facts.filters.iter().filter(|filter| changes && filter.relation.is_none()) {
        if !columns.contains(&filter.column.as_str()) {
            columns.push(&filter.column);
        }
    }
    if !columns.is_empty() {
        words.push_str(" by ");
        words.push_str(&columns.join(", "));
    }
    words
}

/// `src/lib/db.ts:12`, as seen from where the user is.
pub(super) fn place(sources: &Sources, origin: Origin, prefix: &str) -> String {
    format!("{prefix}{}:{}", sources.path(origin.file), start(sources, origin).line)
}

/// The code at a place, as far as it fits into one line.
pub(crate) fn code(sources: &Sources, origin: Origin, width: usize) -> String {
    let text = sources.get(origin.file).map_or("", |source| &source.text);
    let range = first_line(sources, origin);
    let line = text.get(range.clone()).unwrap_or_default();
    let short = cut(line, width);
    let goes_on = range.end < origin.span.end as usize && !short.ends_with('…');
    if goes_on { format!("{short} …") } else { short }
}

/// The line around a place, without its indentation.
pub(super) fn line_around(sources: &Sources, origin: Origin, width: usize) -> String {
    let text = sources.get(origin.file).map_or("", |source| &source.text);
    let at = first_line(sources, origin).start;
    let (before, after) = text.split_at_checked(at).unwrap_or((text, ""));
    let begin = before.rsplit('\n').next().unwrap_or_default();
    let end = after.split('\n').next().unwrap_or_default();
    cut(format!("{begin}{end}").trim(), width)
}

fn cut(line: &str, width: usize) -> String {
    let short: String = line.chars().take(width).collect();
    if short.len() < line.len() { format!("{} …", short.trim_end()) } else { short }
}
