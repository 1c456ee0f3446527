//! Which ways in are shown, and what to say when there are none.

use trave_model::{Guarded, Model, Query, Route};

/// What is asked for; everything, where nothing is.
#[derive(Debug, Clone, Copy, Default)]
pub struct Choice<'a> {
    /// A part or a pattern of their paths.
    pub pattern: Option<&'a str>,
    /// Methods, one of which they take.
    pub methods: &'a [String],
    /// Tables, one of which they query.
    pub tables: &'a [String],
    /// Queries are reached before anybody has verified who is calling.
    pub unguarded: bool,
}

/// A name that nothing has, with those that there are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotThere {
    /// What was asked for.
    pub what: Asked,
    /// The name.
    pub name: String,
    /// Those that there are, sorted.
    pub known: Vec<String>,
}

/// What was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked {
    /// A path of a way in.
    Path,
    /// A method at a path.
    Method,
    /// A table that is queried.
    Table,
}

impl NotThere {
    fn new<'m>(what: Asked, name: &str, known: impl Iterator<Item = &'m str>) -> Self {
        let mut known: Vec<String> = known.map(str::to_owned).collect();
        known.sort_unstable();
        known.dedup();
        Self { what, name: name.to_owned(), known }
    }

    fn path(model: &Model, path: &str) -> Self {
        Self::new(Asked::Path, path, model.routes.iter().map(|route| route.path.as_str()))
    }

    fn table<'m>(table: &str, queries: impl Iterator<Item = &'m Query>) -> Self {
        Self::new(Asked::Table, table, queries.filter_map(|query| query.facts.table.as_deref()))
    }
}

impl Choice<'_> {
    /// Those ways in; a name that nothing has is an error.
    pub fn of<'m>(&self, model: &'m Model) -> Result<Vec<&'m Route>, NotThere> {
        let mut routes: Vec<&Route> = model.routes.iter().collect();
        if let Some(pattern) = self.pattern {
            routes.retain(|route| route.is_meant_by(pattern));
            if routes.is_empty() {
                return Err(NotThere::path(model, pattern));
            }
        }
        for table in self.tables {
            if !model.queries.iter().any(|query| query.touches(table)) {
                return Err(NotThere::table(table, model.queries.iter()));
            }
        }
        routes.retain(|route| self.takes(model, route));
        Ok(routes)
    }

    fn takes(&self, model: &Model, route: &Route) -> bool {
        let has_method =
            self.methods.is_empty() || self.methods.iter().any(|it| takes_method(route, it));
        let mut queries = model.queries_of(route);
        let wanted = |query: &Query| self.tables.iter().any(|table| query.touches(table));
        let has_table = self.tables.is_empty() || queries.any(wanted);
        let is_open = || matches!(model.guarded(route), Guarded::No | Guarded::ByClaim);
        has_method && has_table && (!self.unguarded || is_open())
    }
}

/// A handler of any method has every one.
fn takes_method(route: &Route, method: &str) -> bool {
    route.method.eq_ignore_ascii_case(method) || route.method == "*" || method == "*"
}

/// A way in, with the queries on a table that it reaches.
pub(super) type ReachedTable<'m> = (&'m Route, Vec<&'m Query>);

/// The ways in that take a method at a path, with their queries on a table.
pub fn reached<'m>(
    model: &'m Model,
    (method, path): (&str, &str),
    table: &str,
) -> Result<Vec<ReachedTable<'m>>, NotThere> {
    let there = model.routes_at(path);
    if there.is_empty() {
        return Err(NotThere::path(model, path));
    }
    let own: Vec<&Route> = there.iter().copied().filter(|it| takes_method(it, method)).collect();
    if own.is_empty() {
        let methods = there.iter().map(|route| route.method.as_str());
        return Err(NotThere::new(Asked::Method, method, methods));
    }
    let of_table = |route: &'m Route| {
        let queries = model.queries_of(route).filter(|query| query.touches(table));
        (route, queries.collect::<Vec<_>>())
    };
    let found: Vec<ReachedTable<'m>> = own
        .iter()
        .map(|route| of_table(route))
        .filter(|(_, queries)| !queries.is_empty())
        .collect();
    if found.is_empty() {
        let queries = own.into_iter().flat_map(|route| model.queries_of(route));
        return Err(NotThere::table(table, queries));
    }
    Ok(found)
}
