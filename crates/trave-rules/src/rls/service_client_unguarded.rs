//! Queries with the service role that every caller reaches.

use trave_rule::model::{Guarded, Query, Reach, RouteKind};
use trave_rule::value::ClientRole;
use trave_rule::{Context, rule};

#[rule]
fn service_client_unguarded(query: &Query, cx: &mut Context) {
    if query.facts.client.role != ClientRole::Service || query.in_script {
        return;
    }
    let Some(name) = query.facts.table.clone() else { return };
    if cx.model().is_public(&name) {
        return;
    }
    let Some(reach) = query.reached.iter().find(|reach| is_open(reach, cx)) else { return };
    let Some(route) = cx.model().route(reach.route) else { return };
    let title = route.title();
    let (place, deed) = (route.origin, query.deed());
    let client = query.facts.client.made_at;
    let finding = cx
        .report(
            query.facts.origin,
            format!(
                "any caller of {title} can {deed} `{name}`: the service role bypasses row level \
                security"
            ),
        )
        .about(&name)
        .symbol(title.clone())
        .once_per(format!("{title} {name} {deed}"))
        .label(place, "nothing on the way from here asks who is calling")
        .help(
            "check the caller first (`auth.getUser()`) and tie the query to that identity, or use \
            a client with the caller's rights",
        );
    if let Some(client) = client {
        finding.label(client, "this client uses the service-role key");
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
}
