//! Ways in as people ask for them: by path, by method, by what they reach.

use trave_backend::query::{Filter, FilterOp, Operation};
use trave_backend::value::{Taint, Value};
use trave_catalog::vocabulary::names_credential;

use super::rows::Certain;
use crate::model::{Guarded, Model, Query, Reach, Route};

impl Model {
    /// The queries of a way in, each once, in the order in which they are sent.
    pub fn queries_of<'m>(&'m self, route: &'m Route) -> impl Iterator<Item = &'m Query> {
        let mut seen = Vec::new();
        let sent = route.sent().filter(move |query| {
            let is_new = !seen.contains(query);
            seen.push(*query);
            is_new
        });
        sent.filter_map(|query| self.query(query))
    }

    /// Whether callers are turned away before the least guarded query; without queries, at all.
    /// A query that finds out who is calling comes before the answer.
    pub fn guarded(&self, route: &Route) -> Guarded {
        let asked = self.queries_of(route).filter(|query| !query.asks_who_is_calling());
        let reaches = asked.flat_map(|query| query.reaches_from(route));
        let reaches = reaches.filter(|reach| !reach.by_mention);
        let least = reaches.map(|reach| reach.guarded).min();
        let asked = route.guards.iter().map(|guard| asked_by(guard.by)).max();
        let asked = match route.answered {
            // Who is asked makes no difference.
            Some(Guarded::No) => Guarded::No,
            _ => asked.unwrap_or(Guarded::No),
        };
        least.unwrap_or_else(|| asked.behind(&route.before))
    }

    /// The ways in at a path: those that are written so, else those that serve it.
    pub fn routes_at<'m>(&'m self, path: &str) -> Vec<&'m Route> {
        let written: Vec<&Route> = self.routes.iter().filter(|it| it.path == path).collect();
        if !written.is_empty() {
            return written;
        }
        self.routes.iter().filter(|route| route.serves(path)).collect()
    }
}

/// How well a guard checks that depends on this.
fn asked_by(by: Taint) -> Guarded {
    if by.has(Taint::CALLER.and(Taint::SECRET)) {
        Guarded::Yes
    } else if by.has(Taint::CLAIM) {
        Guarded::ByClaim
    } else {
        Guarded::Maybe
    }
}

impl Query {
    /// Whether it looks up what the caller shows to be let in: a token, the hash of a key, what a
    /// header or cookie holds.
    fn asks_who_is_calling(&self) -> bool {
        let shown_by_header = |value: &Value| value.taint.has(Taint::HEADER.and(Taint::COOKIE));
        if self.facts.operation == Some(Operation::Call) {
            return self.facts.payload.as_ref().is_some_and(shown_by_header);
        }
        let mut shown = self.facts.filters.iter().filter(|filter| {
            let is_plain = filter.is_certain_of_part();
            let is_sent = filter.value.taint.has(Taint::INPUT.and(Taint::UNKNOWN));
            filter.op == FilterOp::Eq && is_plain && is_sent
        });
        let is_shown = |it: &Filter| names_credential(&it.column) || shown_by_header(&it.value);
        self.is_read() && shown.any(is_shown)
    }

    /// The ways from a way in to it.
    pub fn reaches_from(&self, route: &Route) -> impl Iterator<Item = &Reach> {
        let id = route.id;
        self.reached.iter().filter(move |reach| reach.route == id)
    }

    /// Whether it works on a table or calls a function of this name, with its schema or without.
    pub fn touches(&self, name: &str) -> bool {
        let Some(own) = self.table_name() else { return false };
        *own.name == *name || format!("{}.{}", own.schema, own.name) == name
    }
}

impl Route {
    /// Whether requests of a path come here: its parameters stand for anything.
    pub fn serves(&self, path: &str) -> bool {
        let own: Vec<&str> = parts(&self.path);
        let asked: Vec<&str> = parts(path);
        serves(&own, &asked)
    }

    /// Whether a person who types this means it: a part of its path or name, a path that it
    /// serves, or a path with `*` for anything.
    pub fn is_meant_by(&self, pattern: &str) -> bool {
        let (path, pattern) = (self.path.to_lowercase(), pattern.to_lowercase());
        if pattern.contains('*') {
            return has_form(&path, &pattern);
        }
        path.contains(&pattern)
            || self.method.to_lowercase() == pattern
            || (pattern.starts_with('/') && self.serves(&pattern))
    }
}

fn parts(path: &str) -> Vec<&str> {
    path.split('/').filter(|part| !part.is_empty()).collect()
}

fn serves(own: &[&str], asked: &[&str]) -> bool {
    match (own, asked) {
        ([], []) => true,
        ([first, ..], _) if takes_rest(first) => true,
        ([first, own @ ..], [part, asked @ ..]) => {
            (first == part || is_parameter(first)) && serves(own, asked)
        }
        _ => false,
    }
}

/// `[id]`, `:id`, `{id}`, `$id`.
fn is_parameter(part: &str) -> bool {
    part.starts_with(['[', ':', '{', '$'])
}

/// `[...rest]`, `[[...rest]]`, `*`, `:rest*`.
fn takes_rest(part: &str) -> bool {
    part.contains("[...") || part.ends_with('*') || part == "$"
}

/// Whether a text has the form of a pattern in which `*` stands for anything.
fn has_form(text: &str, pattern: &str) -> bool {
    let mut pieces = pattern.split('*');
    let first = pieces.next().unwrap_or_default();
    let Some(mut rest) = text.strip_prefix(first) else { return false };
    let mut last = "";
    for piece in pieces {
        last = piece;
        match rest.find(piece) {
            Some(at) => rest = rest.get(at + piece.len()..).unwrap_or_default(),
            None => return false,
        }
    }
    rest.is_empty() || last.is_empty() || text.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::{has_form, parts, serves};

    #[test]
    fn parameters_stand_for_anything() {
        let serves = |own: &str, asked: &str| serves(&parts(own), &parts(asked));
        assert!(serves("/api/boats/[slug]", "/api/boats/anna"));
        assert!(serves("/api/boats/:slug/trips", "/api/boats/anna/trips/"));
        assert!(serves("/files/[...path]", "/files/a/b"));
        assert!(!serves("/api/boats/[slug]", "/api/boats"));
        assert!(!serves("/api/boats", "/api/boats/anna"));
    }

    #[test]
    fn stars_stand_for_anything() {
        assert!(has_form("/api/boats/[slug]/trips", "/api/*/trips"));
        assert!(has_form("/api/boats", "/api/*"));
        assert!(!has_form("/api/boats", "/api/*/trips"));
        assert!(!has_form("/web/api/boats", "/api/*"));
    }
}
