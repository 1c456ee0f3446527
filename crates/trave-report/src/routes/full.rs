//! All that is known of one way in.

use std::io::{self, Write};

use trave_model::effect::Trust;
use trave_model::source::Origin;
use trave_model::{Before, Guarded, Query, Reach, Route, Step};

use super::Routes;
use super::words::{
    action_name, before_name, code, guarded_sentence, kind_name, place, query_words,
};
use crate::queries::client_name;

/// The widest column of text; what is longer pushes its place aside.
const TEXT_MAX: usize = 64;
/// As much code of a condition or call is shown.
const CODE_MAX: usize = 48;

/// A line: what it is about, what there is to say, and where.
struct Row {
    about: String,
    text: String,
    place: String,
}

pub(super) fn write(out: &mut dyn Write, route: &Route, shown: &Routes<'_>) -> io::Result<()> {
    writeln!(out, "{}", route.title_with_page())?;
    let rows = Rows { route, shown, told: Vec::new() }.all();
    let about = rows.iter().map(|row| row.about.chars().count()).max().unwrap_or_default();
    let widths = rows.iter().map(|row| row.text.chars().count());
    let text = widths.filter(|width| *width <= TEXT_MAX).max().unwrap_or_default();
    for row in rows {
        let line = format!("  {:<about$}  {:<text$}  {}", row.about, row.text, row.place);
        writeln!(out, "{}", line.trim_end())?;
    }
    Ok(())
}

struct Rows<'a> {
    route: &'a Route,
    shown: &'a Routes<'a>,
    told: Vec<Row>,
}

impl Rows<'_> {
    fn all(mut self) -> Vec<Row> {
        let route = self.route;
        let kind = format!("{}, {}", kind_name(route.kind), route.framework);
        self.at("handler", kind, route.origin);
        for wrapper in &route.wrappers {
            self.at("inside", wrapper.name.to_string(), wrapper.origin);
        }
        self.before();
        self.identity();
        for check in &route.validations {
            self.at("validated", format!("by {}", check.library), check.origin);
        }
        self.limits();
        self.steps();
        self.answers();
        if route.opaque {
            self.say("unknown", "something on the way could not be followed");
        }
        self.told
    }

    fn at(&mut self, about: &str, text: String, origin: Origin) {
        let place = place(&self.shown.model.sources, origin, self.shown.prefix);
        // What was said in the line above is not said again.
        let is_same = self.told.iter().rev().find(|row| !row.about.is_empty());
        let about = if is_same.is_some_and(|row| row.about == about) { "" } else { about };
        self.told.push(Row { about: about.to_owned(), text, place });
    }

    fn say(&mut self, about: &str, text: impl Into<String>) {
        self.told.push(Row { about: about.to_owned(), text: text.into(), place: String::new() });
    }

    /// Middleware and layouts.
    fn before(&mut self) {
        let route = self.route;
        for before in &route.before {
            let name = before_name(before.kind);
            self.at("after", format!("{name}, {}", what_it_does(before)), before.origin);
        }
        let told = |origin: &&Origin| !route.before.iter().any(|it| it.origin == **origin);
        for middleware in route.middleware.iter().filter(told) {
            self.at("after", "middleware".to_owned(), *middleware);
        }
    }

    /// Whether callers are asked who they are, and how.
    fn identity(&mut self) {
        let (route, model) = (self.route, self.shown.model);
        self.say("guarded", guarded_sentence(model.guarded(route)));
        if let Some(waived) = route.waived {
            self.at("", "this says that nobody needs to be asked".to_owned(), waived);
        }
        for check in &route.auth {
            let how = match check.trust {
                Trust::Verified => "verifies who is calling",
                Trust::Claimed => "takes the caller's word",
                Trust::Secret => "compares a secret or a signature",
                Trust::Unknown => "may ask who is calling",
            };
            self.at("", format!("{} {how}", check.name), check.origin);
        }
        for guard in &route.guards {
            let test = code(&model.sources, guard.origin, CODE_MAX);
            self.at("", format!("turned away by `{test}`"), guard.origin);
        }
    }

    fn limits(&mut self) {
        let route = self.route;
        for limit in &route.rate_limits {
            self.at("limited", format!("by {}", limit.library), limit.origin);
        }
        let too_many = route.responses.iter().filter(|it| it.status == Some(429));
        for response in too_many {
            self.at("limited", "answers 429".to_owned(), response.origin);
        }
    }

    /// Queries, caches and other services, numbered in their order; one that is the same at the
    /// same place is told once.
    fn steps(&mut self) {
        let mut seen: Vec<(String, Origin)> = Vec::new();
        for step in &self.route.steps {
            let Some((text, origin)) = self.step(*step) else { continue };
            if seen.contains(&(text.clone(), origin)) {
                continue;
            }
            seen.push((text.clone(), origin));
            self.at(&format!("{}.", seen.len()), text, origin);
            if let Step::Query(id) = step {
                let query = self.shown.model.query(*id);
                self.told.extend(query.and_then(|query| self.calls(query)));
            }
        }
    }

    fn step(&self, step: Step) -> Option<(String, Origin)> {
        let (route, model) = (self.route, self.shown.model);
        Some(match step {
            Step::Guard(_) => return None,
            Step::Query(id) => {
                let query = model.query(id)?;
                (self.query(query), query.facts.origin)
            }
            Step::Cache(at) => {
                let facts = &model.caches.get(at as usize)?.facts;
                (format!("{} cache, {}", action_name(facts.action), facts.library), facts.origin)
            }
            Step::Outbound(at) => {
                let call = *route.outbound.get(at as usize)?;
                (format!("call `{}`", code(&model.sources, call, CODE_MAX)), call)
            }
        })
    }

    /// `select boats by harbour, service client, anybody`.
    fn query(&self, query: &Query) -> String {
        let client = client_name(query.facts.client.role);
        let mut words = format!("{}, {client} client", query_words(query));
        let Some(reach) = self.reach(query) else { return words };
        let facts = [
            (matches!(reach.guarded, Guarded::No | Guarded::ByClaim), ", anybody"),
            (reach.in_loop.is_some(), ", in a loop"),
            (reach.cached_by.is_some(), ", cached"),
        ];
        words.extend(facts.iter().filter(|(holds, _)| *holds).map(|(_, word)| *word));
        words
    }

    /// The functions that lead from the handler to a query, on a line of their own.
    fn calls(&self, query: &Query) -> Option<Row> {
        let path = &self.reach(query)?.path;
        let names: Vec<&str> = path.iter().filter_map(|call| call.name.as_deref()).collect();
        let text = format!("through {}", names.join(" > "));
        (!names.is_empty()).then(|| Row { about: String::new(), text, place: String::new() })
    }

    /// The least guarded way to a query.
    fn reach<'q>(&self, query: &'q Query) -> Option<&'q Reach> {
        query.reaches_from(self.route).min_by_key(|reach| reach.guarded)
    }

    fn answers(&mut self) {
        let responses = &self.route.responses;
        let mut statuses: Vec<u16> = responses.iter().filter_map(|it| it.status).collect();
        statuses.sort_unstable();
        statuses.dedup();
        let mut words: Vec<String> = statuses.iter().map(u16::to_string).collect();
        if responses.iter().any(|response| response.status.is_none()) {
            words.push("others".to_owned());
        }
        if !words.is_empty() {
            self.say("answers", words.join(", "));
        }
        if self.route.framework_cache.is_some() {
            self.say("kept", "the framework caches the answer");
        }
    }
}

fn what_it_does(before: &Before) -> &'static str {
    match before.guarded {
        Guarded::Yes | Guarded::Before => "which turns callers away",
        Guarded::ByClaim => "which takes the caller's word",
        Guarded::Maybe => "which may turn callers away",
        Guarded::No => "which turns nobody away",
    }
}
