//! Who reaches what, in words that people use.

use smol_str::SmolStr;
use trave_backend::query::Operation;
use trave_catalog::{QualifiedName, Table};

use crate::model::{Model, Query, QueryRef, Reach, Route, RouteKind};

/// Words for what callers do who are not known yet; those of more than one word with dashes.
const NEWCOMERS: [&str; 39] = [
    "login",
    "log-in",
    "logout",
    "log-out",
    "signin",
    "sign-in",
    "signup",
    "sign-up",
    "signout",
    "sign-out",
    "register",
    "registration",
    "reset",
    "forgot",
    "verify",
    "verification",
    "confirm",
    "confirmation",
    "callback",
    "oauth",
    "o-auth",
    "oauth2",
    "otp",
    "magic",
    "health",
    "healthz",
    "healthcheck",
    "ping",
    "webhook",
    "cron",
    "unsubscribe",
    "public",
    "share",
    "track",
    "tracking",
    "invite",
    "invitation",
    "embed",
    "widget",
];

/// Folders of migrations that are written in code.
const MIGRATIONS: [&str; 3] = ["alterations", "migration", "migrations"];

/// The words of a name in lower case, each between dashes: `-api-sign-up-` of `/api/signUp`.
fn words(name: &str) -> String {
    let mut out = String::from("-");
    let mut letters = name.chars().peekable();
    let mut before = '-';
    while let Some(letter) = letters.next() {
        let ends_run = letters.peek().is_some_and(|next| next.is_lowercase());
        let begins = letter.is_uppercase()
            && (before.is_lowercase()
                || before.is_numeric()
                || (before.is_uppercase() && ends_run));
        let is_part = letter.is_alphanumeric();
        if (begins || !is_part) && !out.ends_with('-') {
            out.push('-');
        }
        if is_part {
            out.extend(letter.to_lowercase());
        }
        before = letter;
    }
    if !out.ends_with('-') {
        out.push('-');
    }
    out
}

/// Whether a name holds a word, also in the plural or the past.
fn has_word(name: &str, word: &str) -> bool {
    name.match_indices('-').any(|(at, _)| {
        let rest = name.get(at + 1..).and_then(|rest| rest.strip_prefix(word));
        rest.is_some_and(|rest| ["-", "s-", "d-"].iter().any(|end| rest.starts_with(end)))
    })
}

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
            RouteKind::Start => format!("the start of {}", self.path),
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
    /// password, health checks, callbacks of identity providers. Whole words of the path or of the
    /// action's name say so.
    pub fn is_for_newcomers(&self) -> bool {
        let names = [&self.path, &self.method].map(|name| words(name));
        names.iter().any(|name| NEWCOMERS.iter().any(|word| has_word(name, word)))
            || self.path.to_lowercase().contains("/book/")
    }

    /// Whether nobody waits for it: a job, or what a program does when it starts.
    pub fn runs_alone(&self) -> bool {
        matches!(self.kind, RouteKind::Job | RouteKind::Start)
    }

    /// Whether it is a migration written in code: it runs once, before the program that needs it.
    pub fn is_migration(&self) -> bool {
        let (folders, _) = self.path.rsplit_once('/').unwrap_or_default();
        self.kind == RouteKind::Start && folders.split('/').any(|it| MIGRATIONS.contains(&it))
    }

    /// Whether callers reach it over the network without being another service.
    pub fn is_public_way_in(&self) -> bool {
        !matches!(self.kind, RouteKind::Webhook | RouteKind::Job | RouteKind::Start)
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

    /// The ways in that are known to run a query, each once, in order.
    pub fn routes_of<'m>(&'m self, query: &Query) -> Vec<&'m Route> {
        self.routes_by(query, |reach| !reach.by_mention)
    }

    fn routes_by<'m>(&'m self, query: &Query, counts: fn(&Reach) -> bool) -> Vec<&'m Route> {
        let counting = query.reached.iter().filter(|reach| counts(reach));
        let mut ids: Vec<_> = counting.map(|reach| reach.route).collect();
        ids.sort_unstable();
        ids.dedup();
        ids.into_iter().filter_map(|id| self.route(id)).collect()
    }

    /// Whether a query is reached more often than when a program starts.
    pub fn is_served(&self, query: &Query) -> bool {
        let mut routes = query.reached.iter().filter_map(|reach| self.route(reach.route));
        routes.any(|route| route.kind != RouteKind::Start)
    }

    /// The ways in that reach a query, as a phrase: `GET /api/a and 2 more`; none if nothing does.
    pub fn reached_from(&self, query: &Query) -> Option<String> {
        let routes = self.routes_by(query, |_| true);
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

#[cfg(test)]
mod tests {
    use super::{has_word, words};

    #[test]
    fn names_fall_apart_into_words() {
        assert_eq!(words("/api/signUp/[id]"), "-api-sign-up-id-");
        assert_eq!(words("handleHTTPPing"), "-handle-http-ping-");
    }

    #[test]
    fn a_word_is_no_part_of_another() {
        assert!(has_word(&words("/api/webhooks/stripe"), "webhook"));
        assert!(has_word(&words("/shared/[token]"), "share"));
        for path in ["/api/shipping", "/api/mapping", "/api/hotpot", "/api/tracker"] {
            assert!(!["ping", "otp", "track"].iter().any(|word| has_word(&words(path), word)));
        }
    }
}
