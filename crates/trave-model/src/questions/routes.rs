//! Who reaches what, in words that people use.

use smol_str::SmolStr;
use trave_backend::query::Operation;
use trave_catalog::{QualifiedName, Table};

use crate::model::{Model, Query, QueryRef, Route, RouteKind};

impl Query {
    /// The table that it names, with its schema; none when the name is not a constant.
    pub fn table_name(&self) -> Option<QualifiedName> {
        let name = self.facts.table.clone()?;
        let schema = self.facts.schema.clone().unwrap_or_else(|| SmolStr::new_static("public"));
        Some(QualifiedName { schema, name })
    }

    /// Whether it calls a function of the database rather than naming a table.
    pub fn is_call(&self) -> bool {
        self.facts.operation == Some(Operation::Call)
    }

    /// What it does to rows, as a verb.
    pub fn deed(&self) -> &'static str {
        match self.facts.operation {
            Some(Operation::Select) | None => "read",
            Some(Operation::Insert) => "add rows to",
            Some(Operation::Upsert | Operation::Update) => "change",
            Some(Operation::Delete) => "delete from",
            Some(Operation::Call) => "call",
        }
    }
}

impl Route {
    /// As people name it: `GET /api/listings`, ``server action `saveListing` ``.
    pub fn title(&self) -> String {
        match self.kind {
            RouteKind::ServerAction => format!("server action `{}`", self.method),
            RouteKind::Middleware => "the middleware".to_owned(),
            RouteKind::Loader => format!("page {}", self.path),
            RouteKind::Http
            | RouteKind::Edge
            | RouteKind::Procedure
            | RouteKind::Webhook
            | RouteKind::Job => {
                let method = if self.method == "*" { "" } else { self.method.as_str() };
                format!("{method} {}", self.path).trim_start().to_owned()
            }
        }
    }

    /// The same, with the page that a server action is posted to.
    pub fn title_with_page(&self) -> String {
        match self.pages.as_slice() {
            [page] => format!("{} of {page}", self.title()),
            _ => self.title(),
        }
    }

    /// Whether it is meant for callers who are not known yet: signing in and up, resetting a
    /// password, health checks, callbacks of identity providers.
    pub fn is_for_newcomers(&self) -> bool {
        const WORDS: [&str; 27] = [
            "login",
            "logout",
            "signin",
            "sign-in",
            "signup",
            "sign-up",
            "register",
            "reset",
            "forgot",
            "verify",
            "confirm",
            "callback",
            "oauth",
            "otp",
            "magic",
            "health",
            "ping",
            "webhook",
            "cron",
            "unsubscribe",
            "public",
            "share",
            "track",
            "invite",
            "embed",
            "widget",
            "/book/",
        ];
        let path = self.path.to_lowercase();
        let name = self.method.to_lowercase();
        WORDS.iter().any(|word| path.contains(word) || name.contains(word))
    }

    /// Whether callers reach it over the network without being another service.
    pub fn is_public_way_in(&self) -> bool {
        !matches!(self.kind, RouteKind::Webhook | RouteKind::Job)
    }
}

impl Model {
    /// The queries on a table, in order.
    pub fn queries_on<'m>(&'m self, table: &Table) -> impl Iterator<Item = &'m Query> {
        let place = table.origin();
        let catalog = place.and_then(|origin| self.catalog_of_file.get(&origin.file)).copied();
        let ids =
            catalog.and_then(|catalog| self.queries_by_table.get(&(catalog, table.name.clone())));
        ids.into_iter().flatten().filter_map(|id| self.query(*id))
    }

    /// Notes which queries name which table, once all queries are known.
    pub fn index_queries(&mut self) {
        let mut index = std::collections::BTreeMap::<_, Vec<QueryRef>>::new();
        for query in self.queries.iter().filter(|query| query.sent && !query.is_call()) {
            let catalog = self.catalog_of_file.get(&query.facts.origin.file);
            if let (Some(catalog), Some(name)) = (catalog, query.table_name()) {
                index.entry((*catalog, name)).or_default().push(query.id);
            }
        }
        self.queries_by_table = index;
    }

    /// The ways in that reach a query, each once, in order.
    pub fn routes_of<'m>(&'m self, query: &Query) -> Vec<&'m Route> {
        let mut ids: Vec<_> = query.reached.iter().map(|reach| reach.route).collect();
        ids.sort_unstable();
        ids.dedup();
        ids.into_iter().filter_map(|id| self.route(id)).collect()
    }

    /// The ways in that reach a query, as a phrase: `GET /api/a and 2 more`; none if nothing does.
    pub fn reached_from(&self, query: &Query) -> Option<String> {
        let routes = self.routes_of(query);
        let first = routes.first()?.title();
        Some(match routes.len() - 1 {
            0 => first,
            more => format!("{first} and {more} more"),
        })
    }

    /// Whether a table is known to stay small.
    pub fn is_small(&self, table: &str) -> bool {
        self.policy.small_tables.iter().any(|small| small == table)
    }

    /// Whether anybody may read a table's rows, as the settings say.
    pub fn is_public(&self, table: &str) -> bool {
        self.policy.public_tables.iter().any(|public| public == table)
    }
}
