//! Queries that run once per element.

use trave_rule::model::{LoopAround, Query, Route, Same};
use trave_rule::query::Operation;
use trave_rule::{Context, Level, rule};

/// Loops of so few rounds are a choice, not an accident.
const ROUNDS_HARMLESS: f64 = 10.0;

/// Up to here it is worth knowing, no more.
const ROUNDS_FEW: f64 = 25.0;

#[rule]
fn query_in_loop(query: &Query, cx: &mut Context) {
    if query.in_script || query.facts.incomplete || query.facts.nested {
        return;
    }
    let Some(Way { route, around, by_mention }) = worst_way(query, cx) else { return };
    let title = route.title();
    let table = query.facts.table.as_deref();
    let name = table.map_or_else(|| "a table".to_owned(), |table| format!("`{table}`"));
    let deed = deed(query);
    let help = advice(query, around, cx);
    let few = has_few_rounds(around) || cx.model().has_few_rounds_by_key(around);
    let finding = cx
        .report(
            query.facts.target_origin,
            format!("{name} is {deed} once for each round of a loop"),
        )
        .here(format!("{name} is {deed} here"))
        .about(table.unwrap_or("the database"))
        .symbol(title.clone())
        // One loop is one problem, however many queries stand in it.
        .once_at(around.origin)
        .label(around.origin, format!("the loop, on the way from {title}"))
        .help(help);
    if route.runs_alone() || by_mention || few {
        // A job may take its time, and often has to go through its list one by one. Nor is it known
        // how often a way is taken that running did not follow to its end.
        finding.level(Level::Info);
    }
}

/// A way that leads into a loop.
struct Way<'m> {
    route: &'m Route,
    around: &'m LoopAround,
    by_mention: bool,
}

/// The way on which the loop costs most: one that callers wait for, before one of a job.
fn worst_way<'m>(query: &'m Query, cx: &Context<'m>) -> Option<Way<'m>> {
    let ways = query.reached.iter().filter_map(|reach| {
        let around = reach.in_loop.as_ref().filter(|around| is_costly(around))?;
        let route = cx.model().route(reach.route).filter(|route| !route.is_migration())?;
        // Nobody waits for the few rounds of a job.
        let counts = !route.runs_alone() || !has_few_rounds(around);
        counts.then_some(Way { route, around, by_mention: reach.by_mention })
    });
    ways.min_by_key(|way| {
        (way.by_mention, way.route.runs_alone(), has_few_rounds(way.around), way.route.id)
    })
}

/// A round that also waits for a timer or another service is not bound by its queries, and what
/// it writes records how far it got.
fn is_costly(around: &LoopAround) -> bool {
    !around.chunked
        && !around.waits
        && around.rounds_max.is_none_or(|rounds| rounds > ROUNDS_HARMLESS)
}

fn has_few_rounds(around: &LoopAround) -> bool {
    around.rounds_max.is_some_and(|rounds| rounds <= ROUNDS_FEW)
}

/// What happens to the table.
fn deed(query: &Query) -> &'static str {
    match query.facts.operation {
        Some(Operation::Insert | Operation::Upsert) => "written",
        Some(Operation::Update | Operation::Delete) => "changed",
        Some(Operation::Call) => "called",
        _ => "queried",
    }
}

/// What to do instead.
fn advice(query: &Query, around: &LoopAround, cx: &Context) -> String {
    const ONCE: &str = "it does not depend on the element: ask once, before the loop";
    const CHANGE: &str = "change them with one statement";
    let repeats = around.same == Same::Query && !cx.model().changes_in_same_loop(query);
    let words = query.facts.wording();
    match query.facts.operation {
        Some(Operation::Insert | Operation::Upsert) => {
            "collect the rows and write them with one call".to_owned()
        }
        Some(Operation::Delete) => {
            format!("delete them with one statement: {}", words.delete_list)
        }
        Some(Operation::Update) if around.same >= Same::Values || writes_the_same(query, cx) => {
            format!("{CHANGE}: {}", words.update_list)
        }
        Some(Operation::Update) if writes_whole_rows(query, cx) => {
            format!("{CHANGE}: {}", words.write_rows)
        }
        Some(Operation::Update) => format!("{CHANGE}, {}", words.update_each),
        Some(Operation::Call) if repeats && is_named_like_a_question(query) => ONCE.to_owned(),
        Some(Operation::Call) => "call a function that takes all elements, once".to_owned(),
        _ if repeats => ONCE.to_owned(),
        _ if query.facts.head => format!("count all groups at once: {}", words.count_groups),
        _ => format!(
            "ask once, with {} or {}, and look the rows up in a map",
            words.in_list, words.related
        ),
    }
}

fn writes_the_same(query: &Query, cx: &Context) -> bool {
    cx.model().table_of(query).is_some_and(|table| query.writes_the_same(table))
}

fn writes_whole_rows(query: &Query, cx: &Context) -> bool {
    cx.model().table_of(query).is_some_and(|table| query.writes_whole_rows(table))
}

/// Whether the function that it calls asks rather than does something.
fn is_named_like_a_question(query: &Query) -> bool {
    const WORDS: [&str; 10] =
        ["get", "list", "find", "fetch", "load", "count", "search", "is", "has", "can"];
    let name = query.facts.table.as_deref().unwrap_or_default();
    WORDS.contains(&name.split('_').next().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use trave_testing::check;

    /// A project with one table of posts, and a way in that does this.
    fn check_route(body: &str) {
        check(
            &super::RULE,
            &format!(
                "create table posts (id uuid primary key, author_id uuid not null, title text not \
                null, status text not null default 'new', created_at timestamptz not null default \
                now());
//- src/app/api/posts/route.ts
import {{ createClient }} from '@supabase/supabase-js'
import {{ z }} from 'zod'
import {{ deliver }} from 'post-office'
const supabase = createClient(process.env.SUPABASE_URL!, process.env.SUPABASE_ANON_KEY!)
{body}"
            ),
        );
    }

    /// A way in that does this once for each of many ids.
    fn check_round(round: &str) {
        check_route(&format!(
            "export async function POST(request: Request) {{
  const {{ ids, author }} = await request.json()
  for (const id of ids) {{
{round}
  }}
  return Response.json({{ ok: true }})
}}"
        ));
    }

    #[test]
    fn a_round_that_waits_for_a_timer_is_not_bound_by_its_query() {
        check_round(
            "    await supabase.from('posts').update({ status: 'done' }).eq('id', id)
    await new Promise((resolve) => setTimeout(resolve, 500))",
        );
    }

    #[test]
    fn a_round_that_calls_another_service_records_how_far_it_got() {
        for call in ["fetch('https://x.test/' + id)", "deliver(id)"] {
            check_round(&format!(
                "    await {call}
    await supabase.from('posts').update({{ status: 'done' }}).eq('id', id)"
            ));
        }
    }

    #[test]
    fn a_function_of_another_package_that_is_not_awaited_is_no_wait() {
        check_round(
            "    await supabase.from('posts').update({ title: deliver(id) }).eq('id', id)
//                      ^^^^^^^ `posts` is changed once for each round of a loop",
        );
    }

    #[test]
    fn few_rounds_are_a_choice() {
        check_route(
            "const KINDS = ['a', 'b', 'c', 'd', 'e', 'f']
export async function GET() {
  const counts = await Promise.all(KINDS.map(async (kind) => {
    const { count } = await supabase.from('posts').select('id', { count: 'exact', head: true }).eq('status', kind)
    return count
  }))
  return Response.json(counts)
}",
        );
        check_route(
            "const Body = z.object({ ids: z.array(z.string()).max(5) })
export async function POST(request: Request) {
  const { ids } = Body.parse(await request.json())
  for (const id of ids) await supabase.from('posts').delete().eq('id', id)
  return Response.json({ ok: true })
}",
        );
    }

    #[test]
    fn few_rounds_of_a_job_are_nobodys_wait() {
        check(
            &super::RULE,
            "create table posts (id uuid primary key, status text);
//- vercel.json
{ \"crons\": [{ \"path\": \"/api/cron/posts\", \"schedule\": \"* * * * *\" }] }
//- src/lib/limits.ts
export const AT_ONCE = 5
//- src/lib/posts.ts
import { createClient } from '@supabase/supabase-js'
const supabase = createClient(process.env.SUPABASE_URL!, process.env.SUPABASE_ANON_KEY!)
export async function count(limit: number) {
  const { data } = await supabase.from('posts').select('id').order('id').limit(limit * 4)
  for (const post of data ?? []) await supabase.from('posts').select('status').eq('id', post.id)
}
//- src/app/api/cron/posts/route.ts
import { AT_ONCE } from '../../../../lib/limits'
import { count } from '../../../../lib/posts'
export async function GET() {
  await count(AT_ONCE)
  return Response.json({ ok: true })
}",
        );
    }

    /// A program that somebody starts, at this path, with a query in a loop.
    fn program(path: &str) -> Vec<trave_rule::Finding> {
        trave_testing::findings(
            &super::RULE,
            &format!(
                "create table posts (id uuid primary key, status text);
//- {path}
import {{ createClient }} from '@supabase/supabase-js'
const supabase = createClient(process.env.SUPABASE_URL!, process.env.SUPABASE_ANON_KEY!)
export async function run() {{
  const {{ data }} = await supabase.from('posts').select('id')
  for (const post of data ?? []) {{
    await supabase.from('posts').update({{ status: post.id.slice(2) }}).eq('id', post.id)
  }}
}}
run()"
            ),
        )
    }

    #[test]
    fn nobody_waits_for_what_a_program_does_when_it_starts() {
        let found = program("src/worker/main.ts");
        let [only] = found.as_slice() else { panic!("{found:?}") };
        assert_eq!(only.level, trave_rule::Level::Info);
    }

    #[test]
    fn a_migration_in_code_runs_once() {
        assert!(program("src/migrations/0001-status.ts").is_empty());
    }

    #[test]
    fn what_a_key_leaves_few_of_is_an_info() {
        let found = trave_testing::findings(
            &super::RULE,
            "create table teams (id uuid primary key);
create table invitations (
  id uuid primary key, team_id uuid references teams (id), email text, accepted_at timestamptz,
  unique (team_id, email)
);
//- src/app/api/join/route.ts
import { createClient } from '@supabase/supabase-js'
const supabase = createClient(process.env.SUPABASE_URL!, process.env.SUPABASE_ANON_KEY!)
export async function POST(request: Request) {
  const { email } = await request.json()
  const { data } = await supabase.from('invitations').select('id').eq('email', email)
  for (const invitation of data ?? []) {
    await supabase.from('invitations').update({ accepted_at: new Date().toISOString() }).eq('id', invitation.id)
  }
  return Response.json({ ok: true })
}",
        );
        let [only] = found.as_slice() else { panic!("{found:?}") };
        assert_eq!(only.level, trave_rule::Level::Info);
        assert!(only.help.iter().any(|help| help.contains(".update(…).in")));
    }
}
