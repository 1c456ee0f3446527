//! The user of a session that nobody verified.

use std::collections::BTreeSet;

use trave_rule::model::{Claim, ClaimSource, Route, RouteId, RouteKind, Stake, Trusted};
use trave_rule::{Context, Level, rule};

/// As many places show where the claim decides.
const LABELS_MAX: usize = 6;

#[rule]
fn session_unverified(claim: &Claim, cx: &mut Context) {
    if !is_unverified(claim) {
        return;
    }
    // All that one call decides is one problem, told where it is worst.
    let (model, call) = (cx.model(), claim.facts.claim);
    let mut claims =
        model.claims.iter().filter(|it| is_unverified(it) && it.facts.claim == call).peekable();
    if claims.peek().is_none_or(|first| !std::ptr::eq(*first, claim)) {
        return;
    }
    let trusts: Vec<Trusted> = claims.flat_map(|claim| model.trusts(claim)).collect();
    // Of two that are equally bad the first in the code is shown.
    let Some(worst) = trusts.iter().rev().max_by_key(|trusted| trusted.stake) else { return };
    let ways: BTreeSet<RouteId> =
        trusts.iter().filter_map(|trusted| Some(trusted.route?.id)).collect();
    let title = worst.route.map_or_else(|| "this code".to_owned(), Route::title);
    let finding = cx
        .report(call, message(worst, &title))
        .here(match ways.len() {
            0 | 1 => "read from the cookies, not verified".to_owned(),
            many => format!("read from the cookies, not verified, for {many} ways in"),
        })
        .level(level(worst.stake))
        .symbol(title)
        .once_at(call)
        .help("call `auth.getUser()` or `auth.getClaims()` instead: both verify the token");
    let is_page = worst.route.is_none_or(|route| route.kind == RouteKind::Middleware);
    if worst.stake == Stake::Passage && !is_page {
        finding.note("the database verifies the caller's token again before it shows any row");
    }
    let mut places: Vec<&Claim> = vec![worst.claim];
    for trusted in &trusts {
        if !places.iter().any(|known| known.facts.origin == trusted.claim.facts.origin) {
            places.push(trusted.claim);
        }
    }
    for place in places.into_iter().take(LABELS_MAX) {
        finding.label(place.facts.origin, place.decision().unwrap_or("is used here"));
    }
}

fn is_unverified(claim: &Claim) -> bool {
    claim.source == ClaimSource::Session && !claim.also_verified && !claim.in_browser
}

fn level(stake: Stake) -> Level {
    match stake {
        Stake::Passage => Level::Info,
        Stake::Doubt | Stake::Answer => Level::Warning,
        Stake::Read | Stake::Write => Level::Error,
    }
}

fn message(worst: &Trusted, title: &str) -> String {
    let Some(query) = worst.query else {
        return format!("{title} lets in whoever has a session cookie: nobody has verified it");
    };
    let deed = match worst.stake {
        Stake::Write => "writes",
        Stake::Read | Stake::Doubt | Stake::Answer | Stake::Passage => "reads",
    };
    let what = match &query.facts.table {
        Some(table) if query.is_call() => format!("calls `{table}`"),
        Some(table) => format!("{deed} `{table}`"),
        None => format!("{deed} rows"),
    };
    format!("{title} {what} for the user of `getSession()`, which any caller can forge")
}

#[cfg(test)]
mod tests {
    use trave_rule::Level;
    use trave_testing::findings;

    const SCHEMA: &str = "
//- supabase/migrations/1_a.sql
create table orders (id int primary key, user_id uuid not null);
alter table orders enable row level security;
";
    const START: &str = "
import { cookies } from 'next/headers'
import { createServerClient } from '@supabase/ssr'
import { createClient } from '@supabase/supabase-js'
const admin = createClient(process.env.SUPABASE_URL!, process.env.SUPABASE_SERVICE_ROLE_KEY!)
const own = (store) =>
  createServerClient(process.env.SUPABASE_URL!, process.env.SUPABASE_ANON_KEY!, { cookies: store })
";

    /// Level and message of what is found in a handler with this body.
    fn found(path: &str, body: &str) -> Vec<(Level, String)> {
        let code = format!("{SCHEMA}//- {path}{START}{body}");
        let found = findings(&super::RULE, &code).into_iter();
        found.map(|finding| (finding.level, finding.message)).collect()
    }

    #[test]
    fn a_write_comes_before_a_read() {
        let body = "
export async function POST() {
  const { data: { session } } = await own(await cookies()).auth.getSession()
  await admin.from('orders').select('id').eq('user_id', session.user.id)
  await admin.from('orders').insert({ user_id: session.user.id })
}
";
        let message = "POST /api/a writes `orders` for the user of `getSession()`, which any caller can forge";
        assert_eq!(found("src/app/api/a/route.ts", body), [(Level::Error, message.to_owned())]);
    }

    #[test]
    fn a_handler_that_nothing_else_guards_is_open() {
        let body = "
export async function POST() {
  const { data: { session } } = await own(await cookies()).auth.getSession()
  if (!session) return new Response(null, { status: 401 })
  return Response.json({ secret: process.env.REPORT })
}
";
        let message =
            "POST /api/a lets in whoever has a session cookie: nobody has verified it".to_owned();
        assert_eq!(found("src/app/api/a/route.ts", body), [(Level::Warning, message)]);
    }

    #[test]
    fn a_handler_whose_rows_the_database_guards_is_a_mention() {
        let body = "
export async function GET() {
  const supabase = own(await cookies())
  const { data: { session } } = await supabase.auth.getSession()
  if (!session) return new Response(null, { status: 401 })
  const { data } = await supabase.from('orders').select('id').eq('user_id', session.user.id)
  return Response.json(data)
}
";
        assert_eq!(found("src/app/api/a/route.ts", body)[0].0, Level::Info);
    }

    #[test]
    fn middleware_that_sends_visitors_away_is_a_mention() {
        let body = "
import { NextResponse } from 'next/server'
export async function middleware(request) {
  const { data: { session } } = await own(request.cookies).auth.getSession()
  if (!session) return NextResponse.redirect(new URL('/login', request.url))
  return NextResponse.next()
}
";
        assert_eq!(found("src/middleware.ts", body)[0].0, Level::Info);
    }
}
