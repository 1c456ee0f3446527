//! Queries with the service role that every caller reaches.

use trave_rule::catalog::Table;
use trave_rule::model::{Guarded, Model, Query, Reach, RouteKind};
use trave_rule::query::Operation;
use trave_rule::value::ClientRole;
use trave_rule::{Context, Level, rule};

#[rule]
fn service_client_unguarded(query: &Query, cx: &mut Context) {
    if query.facts.client.role != ClientRole::Service || query.in_script {
        return;
    }
    let Some(name) = query.facts.table.clone() else { return };
    if cx.model().is_public(&name) {
        return;
    }
    // What anybody may read with the anon key is no secret of the service role's.
    let reads_public = query.is_read()
        && cx
            .model()
            .table_of(query)
            .is_some_and(|table| cx.model().shows_to_anybody(query, table));
    if reads_public {
        return;
    }
    let Some(reach) = query.reached.iter().find(|reach| is_open(reach, cx)) else { return };
    let Some(route) = cx.model().route(reach.route) else { return };
    let title = route.title();
    let (place, deed) = (route.origin, query.deed());
    let client = query.facts.client.made_at;
    let level = if harms(query, cx.model()) { Level::Error } else { Level::Warning };
    let finding = cx
        .report(
            query.facts.origin,
            format!(
                "any caller of {title} can {deed} `{name}`: the service role bypasses row level \
                security"
            ),
        )
        .here(format!("any caller can {deed} `{name}` here"))
        .about(&name)
        .symbol(title.clone())
        // One handler without a check is one problem, however much it touches.
        .once_per(title)
        .label(place, "nothing on the way from here asks who is calling")
        .help(
            "check the caller first (`auth.getUser()`) and tie the query to that identity, or use \
            a client with the caller's rights",
        );
    if let Some(client) = client {
        finding.label(client, "this client uses the service-role key");
    }
    finding.level(level);
}

/// Whether strangers get at what is somebody's: they change or remove rows, or read those of
/// people. Adding rows is what public forms are for.
fn harms(query: &Query, model: &Model) -> bool {
    match query.facts.operation {
        Some(Operation::Update | Operation::Delete) => true,
        Some(Operation::Select) => model.table_of(query).is_some_and(Table::is_about_people),
        _ => false,
    }
}

/// Whether a way leads there from outside with nobody turned away and nothing unknown on it.
fn is_open(reach: &Reach, cx: &Context) -> bool {
    let Some(route) = cx.model().route(reach.route) else { return false };
    reach.guarded == Guarded::No
        && !route.opaque
        && matches!(
            route.kind,
            RouteKind::Http | RouteKind::ServerAction | RouteKind::Edge | RouteKind::Procedure
        )
        && !route.is_for_newcomers()
        && !cx.model().asks_for_capability(route)
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
    fn a_policy_for_some_rows_shows_only_those() {
        assert!(is_reported(""));
        assert!(!is_reported(".eq('sharing', 'public')"));
        assert!(is_reported(".eq('sharing', 'private')"));
    }
}
