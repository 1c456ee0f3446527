//! Queries with the service role that every caller reaches.

use trave_rule::model::{FoundBy, Harm, Model, Query, Route};
use trave_rule::{Context, Level, rule};

/// As many other queries of the same handler are shown.
const OTHERS_MAX: usize = 3;

/// What to ask before a query of a direct connection.
const CHECK: &str = "check first who is calling";

/// How a direct connection gets the rights of a caller.
const SET_ROLE: &str = "set the caller's role and claims in the transaction";

#[rule]
fn service_client_unguarded(route: &Route, cx: &mut Context) {
    let mut exposed = cx.model().exposed_to_strangers(route);
    // Where there are no policies to go past, that is `api/missing-auth`.
    exposed.retain(|exposed| exposed.bypasses_policies);
    // One handler without a check is one problem, however much it touches.
    let mut exposed = exposed.into_iter();
    let Some(worst) = exposed.next() else { return };
    let query = worst.query;
    let Some(name) = query.facts.table.clone() else { return };
    let level = level_of(worst.harm);
    let finding = cx
        .report(query.facts.origin, message(route, query, cx.model()))
        .here(format!("any caller can {} here", query.offered_deed()))
        .about(&name)
        .symbol(route.title())
        .once_at(query.facts.target_origin)
        .level(level)
        .label(route.origin, "nothing on the way from here asks who is calling")
        .help(advice(query, level));
    if let Some(client) = query.facts.client.made_at {
        let what = if query.facts.goes_through_api() {
            "this client uses the service-role key"
        } else {
            "this connection goes past row level security"
        };
        finding.label(client, what);
    }
    if let Some(waived) = route.waived {
        finding.label(waived, "this says that nobody needs to be asked");
    }
    for other in exposed.filter(|other| other.harm >= Harm::Some).take(OTHERS_MAX) {
        let deed = other.query.offered_deed();
        finding.label(other.query.facts.origin, format!("and can {deed} here"));
    }
}

/// A direct connection has no session of its own: who calls, the program has to find out.
fn advice(query: &Query, level: Level) -> String {
    let through_api = query.facts.goes_through_api();
    let check = if through_api { "check the caller first (`auth.getUser()`)" } else { CHECK };
    let tie = "tie the query to that identity";
    if query.is_read() && level < Level::Error {
        let shown =
            if through_api { "say so in a policy for reading, or select" } else { "select" };
        return format!(
            "if everybody may see these rows, {shown} only what is meant for the public; else \
             {check} and {tie}"
        );
    }
    let rights = if through_api { "use a client with the caller's rights" } else { SET_ROLE };
    format!("{check} and {tie}, or {rights}")
}

fn level_of(harm: Harm) -> Level {
    match harm {
        Harm::Slight => Level::Info,
        Harm::Some => Level::Warning,
        Harm::Grave => Level::Error,
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
        _ => format!(
            "any caller of {title} can {}: row level security is bypassed",
            query.offered_deed()
        ),
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
    #[test]
    fn a_direct_connection_has_no_session_of_its_own() {
        let code = "//- supabase/migrations/1_a.sql
create table notes (id int primary key, user_id uuid not null, text text not null);
alter table notes enable row level security;
//- src/app/api/notes/route.ts
import postgres from 'postgres'
const sql = postgres(process.env.DATABASE_URL!)
export async function POST(request: Request) {
  const { id } = await request.json()
  await sql`delete from notes where id = ${id}`
  return new Response()
}
";
        let found = findings(&super::RULE, code);
        let [only] = found.as_slice() else { panic!("{found:?}") };
        assert!(only.help.as_ref().is_some_and(|help| !help.contains("auth.getUser")));
    }
}
