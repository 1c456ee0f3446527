//! Queries with the service role that every caller reaches.

use trave_rule::catalog::Table;
use trave_rule::model::{FoundBy, Guarded, Model, Query, Route, RouteKind, Step};
use trave_rule::query::Operation;
use trave_rule::value::ClientRole;
use trave_rule::{Context, Level, rule};

/// As many other queries of the same handler are shown.
const OTHERS_MAX: usize = 3;

#[rule]
fn service_client_unguarded(route: &Route, cx: &mut Context) {
    if !is_open(route, cx.model()) {
        return;
    }
    // One handler without a check is one problem, however much it touches.
    let mut exposed = exposed(route, cx.model());
    exposed.sort_by_key(|(level, _)| std::cmp::Reverse(*level));
    let mut exposed = exposed.into_iter();
    let Some((level, query)) = exposed.next() else { return };
    let Some(name) = query.facts.table.clone() else { return };
    let finding = cx
        .report(query.facts.origin, message(route, query, cx.model()))
        .here(format!("any caller can {} here", what_callers_do(query)))
        .about(&name)
        .symbol(route.title())
        .once_per(format!("{:?}", query.facts.target_origin))
        .level(level)
        .label(route.origin, "nothing on the way from here asks who is calling")
        .help(remedy(query, level));
    if let Some(client) = query.facts.client.made_at {
        finding.label(client, "this client uses the service-role key");
    }
    if let Some(waived) = route.waived {
        finding.label(waived, "this says that nobody needs to be asked");
    }
    for (_, other) in exposed.filter(|(other, _)| *other >= Level::Warning).take(OTHERS_MAX) {
        finding.label(other.facts.origin, format!("and can {} here", what_callers_do(other)));
    }
}

/// What to do. Row level security is a way only for clients that can carry the caller's rights.
fn remedy(query: &Query, level: Level) -> &'static str {
    let may_be_meant = query.is_read() && level < Level::Error;
    match (may_be_meant, query.facts.goes_through_api()) {
        (true, true) => {
            "if everybody may see these rows, say so in a policy for reading, or select only what \
            is meant for the public; else check the caller first (`auth.getUser()`) and tie the \
            query to that identity"
        }
        (false, true) => {
            "check the caller first (`auth.getUser()`) and tie the query to that identity, or use \
            a client with the caller's rights"
        }
        (true, false) => {
            "if everybody may see these rows, select only what is meant for the public; else check \
            the caller first and tie the query to that identity"
        }
        (false, false) => "check the caller first and tie the query to that identity",
    }
}

/// Whether strangers may take a way in, and nothing unknown is on it.
fn is_open(route: &Route, model: &Model) -> bool {
    let kinds = [RouteKind::Http, RouteKind::ServerAction, RouteKind::Edge, RouteKind::Procedure];
    kinds.contains(&route.kind)
        && !route.opaque
        && !route.is_for_newcomers()
        && !model.asks_for_capability(route)
}

/// What strangers get at on a way in, each with how bad that is.
fn exposed<'m>(route: &Route, model: &'m Model) -> Vec<(Level, &'m Query)> {
    let sent = route.steps.iter().filter_map(|step| match step {
        Step::Query(id) => model.query(*id),
        Step::Cache(_) | Step::Guard(_) => None,
    });
    let judged = sent.filter_map(|query| {
        let mut here = query.reached.iter().filter(|reach| reach.route == route.id);
        let is_open = here.any(|reach| reach.guarded == Guarded::No);
        let level = harm(query, route, model).filter(|_| is_open)?;
        // Whoever wrote that nobody is asked meant it.
        Some((if route.waived.is_some() { level.min(Level::Info) } else { level }, query))
    });
    judged.collect()
}

/// How bad it is that strangers reach a query, if it is at all.
fn harm(query: &Query, route: &Route, model: &Model) -> Option<Level> {
    let facts = &query.facts;
    let name = facts.table.as_deref()?;
    if facts.client.role != ClientRole::Service || query.in_script || model.is_public(name) {
        return None;
    }
    let table = model.table_of(query);
    match facts.operation? {
        Operation::Select => read(query, route, model),
        Operation::Update | Operation::Delete => change(query, table),
        // Adding rows is what public forms are for; not so in the name of somebody else.
        Operation::Insert | Operation::Upsert => {
            query.person_named_by_caller(table?).map(|_| Level::Info)
        }
        Operation::Call => query.writes_input().then_some(Level::Info),
    }
}

fn read(query: &Query, route: &Route, model: &Model) -> Option<Level> {
    let table = model.table_of(query);
    // What anybody may read with the anon key is no secret of the service role's.
    let is_shown = table.is_some_and(|table| model.shows_to_anybody(query, table));
    if !query.fetches_rows() || is_shown || query.keeps_to_public_rows() {
        return None;
    }
    let leaves = query.gives_rows_away();
    let key_is_known = matches!(query.found_by(table), FoundBy::Capability(_));
    if query.shows_display_only() {
        return (leaves && !key_is_known).then_some(Level::Info);
    }
    let has_secret = table.is_some_and(|table| query.secret_column(table).is_some());
    let is_private = has_secret || model.is_about_people(query);
    match query.found_by(table) {
        FoundBy::Capability(_) if has_secret => Some(Level::Warning),
        FoundBy::Capability(_) if model.is_declared_public(route, query) => None,
        FoundBy::Capability(_) => leaves.then_some(Level::Info),
        FoundBy::Guess(_) if has_secret && !leaves => Some(Level::Warning),
        FoundBy::Guess(_) | FoundBy::Anything if leaves && is_private => Some(Level::Error),
        // A sum or a number of all rows.
        FoundBy::Anything if query.facts.filters.is_empty() && route.answers_from_rows() => {
            Some(Level::Warning)
        }
        FoundBy::Guess(_) | FoundBy::Anything => leaves.then_some(Level::Warning),
        FoundBy::Rows | FoundBy::Unknown => (leaves && has_secret).then_some(Level::Warning),
    }
}

fn change(query: &Query, table: Option<&Table>) -> Option<Level> {
    let deletes = query.facts.operation == Some(Operation::Delete);
    let is_chosen = query.writes_content() || deletes;
    match query.found_by(table) {
        FoundBy::Guess(_) => Some(Level::Error),
        FoundBy::Capability(_) if is_chosen => Some(Level::Error),
        FoundBy::Capability(_) => Some(Level::Warning),
        FoundBy::Anything if query.writes_input() => Some(Level::Error),
        FoundBy::Rows | FoundBy::Unknown if query.writes_input() => Some(Level::Warning),
        FoundBy::Anything | FoundBy::Rows | FoundBy::Unknown => None,
    }
}

fn message(route: &Route, query: &Query, model: &Model) -> String {
    let title = route.title_with_page();
    let name = query.facts.table.as_deref().unwrap_or("?");
    let table = model.table_of(query);
    match query.found_by(table) {
        FoundBy::Capability(key) if query.is_read() => {
            let secret = table.and_then(|table| query.secret_column(table));
            let deed = secret.map_or("can read".into(), |it| format!("gets at the `{it}` of"));
            format!("whoever knows its `{key}` {deed} a row of `{name}` through {title}")
        }
        _ => {
            let why = match query.facts.goes_through_api() {
                true => "row level security is bypassed",
                false => "nothing asks who is calling",
            };
            format!("any caller of {title} can {}: {why}", what_callers_do(query))
        }
    }
}

/// As a verb with its object: ``read `profiles` by `user_id` ``.
fn what_callers_do(query: &Query) -> String {
    let name = query.facts.table.as_deref().unwrap_or("?");
    let deed = query.deed();
    match query.found_by(None) {
        FoundBy::Guess(column) | FoundBy::Capability(column) => {
            format!("{deed} `{name}` by `{column}`")
        }
        FoundBy::Anything | FoundBy::Rows | FoundBy::Unknown => format!("{deed} `{name}`"),
    }
}

#[cfg(test)]
mod tests {
    use trave_testing::findings;

    /// Whether a read with these filters is reported, where anybody may see what is not private.
    fn is_reported(filters: &str) -> bool {
        let code = format!(
            "//- supabase/migrations/1_a.sql
create table notes (id int primary key, user_id uuid not null, sharing text not null);
alter table notes enable row level security;
create policy \"shared\" on notes for select using (sharing <> 'private');
//- src/app/api/notes/route.ts
import {{ createClient }} from '@supabase/supabase-js'
const admin = createClient(process.env.SUPABASE_URL!, process.env.SUPABASE_SERVICE_ROLE_KEY!)
export async function POST(request: Request) {{
  const {{ id }} = await request.json()
  const {{ data }} = await admin.from('notes').select('id').eq('id', id){filters}
  return Response.json(data)
}}
"
        );
        !findings(&super::RULE, &code).is_empty()
    }

    #[test]
    fn what_pages_show_is_told_and_no_more() {
        let level = |columns: &str| {
            let code = format!(
                "//- supabase/migrations/1_a.sql
create table people (id int primary key, user_id uuid not null, name text, email text);
alter table people enable row level security;
//- src/app/api/people/route.ts
import {{ createClient }} from '@supabase/supabase-js'
const admin = createClient(process.env.SUPABASE_URL!, process.env.SUPABASE_SERVICE_ROLE_KEY!)
export async function GET(request: Request) {{
  const {{ data }} = await admin.from('people').select('{columns}')
  return Response.json(data)
}}
"
            );
            findings(&super::RULE, &code)[0].level
        };
        assert_eq!(level("id, name"), trave_rule::Level::Info);
        assert_eq!(level("id, name, email"), trave_rule::Level::Error);
    }

    #[test]
    fn a_policy_for_some_rows_shows_only_those() {
        assert!(is_reported(""));
        assert!(!is_reported(".eq('sharing', 'public')"));
        assert!(is_reported(".eq('sharing', 'private')"));
    }
}
