//! Lists that a handler reads without an end.

use trave_rule::catalog::Table;
use trave_rule::effect::RowsUse;
use trave_rule::model::{Guarded, Query, Route, RouteKind};
use trave_rule::{Context, Level, rule};

#[rule]
fn unbounded_list(query: &Query, cx: &mut Context) {
    let model = cx.model();
    if query.in_script || query.has_constant_list() || model.truncation(query).is_some() {
        return;
    }
    if model.only_counts(query) {
        return rows_for_a_count(query, cx);
    }
    whole_table(query, cx);
    rows_of_one_parent(query, cx);
}

/// Nothing narrows the list enough: it is as long as the table, or a part of it that grows too.
fn whole_table(query: &Query, cx: &mut Context) {
    let model = cx.model();
    let Some(table) = model.endless_list(query) else { return };
    let for_staff = is_for_staff(query, cx);
    let of_staff = || model.is_one_for_each_person(table) && !model.has_writer_in_code(table);
    if model.drains(query, table) || (for_staff && of_staff()) {
        return;
    }
    let Some(way) = model.reached_from(query).filter(|_| !is_of_migrations(query, cx)) else {
        return;
    };
    let own = model.is_limited_to_caller(query, table);
    let rows = if own {
        format!("every row of `{}` that the caller may see", table.name.name)
    } else {
        whose_rows(query, table)
    };
    let cap = model.rows_cap(query);
    let finding = cx
        .report(
            query.facts.target_origin,
            format!("{way} reads {rows}: {} grows with the table", what_grows(query)),
        )
        .about(&table.name)
        .symbol(way)
        .help(remedy(query));
    if let Some(cap) = cap {
        finding.note(format!("the API cuts it at {cap} rows without saying so"));
    }
    if let Some(origin) = table.origin() {
        finding.label(origin, "nothing bounds how many rows this table holds");
    }
    // What a program reads when it starts, nobody asks for again and again.
    if for_staff || own || takes_only_a_few(query) || !model.is_served(query) {
        finding.level(Level::Info);
    }
}

/// The list holds the rows of one parent, and these grow in number as time goes by.
fn rows_of_one_parent(query: &Query, cx: &mut Context) {
    let model = cx.model();
    let Some((table, parent)) = model.growing_list(query) else { return };
    let reads = model.routes_of(query).into_iter().find(|route| route.is_read());
    let Some(way) = reads.map(Route::title) else { return };
    let name = &table.name.name;
    cx.report(
        query.facts.target_origin,
        format!("{way} returns every row of `{name}` with one `{parent}`, however many there are"),
    )
    .level(Level::Info)
    .about(&table.name)
    .symbol(way)
    .help(remedy(query));
}

/// The rows arrive, and only `count` is looked at.
fn rows_for_a_count(query: &Query, cx: &mut Context) {
    let model = cx.model();
    let Some((table, way)) = model.table_of(query).zip(model.reached_from(query)) else { return };
    cx.report(
        query.facts.target_origin,
        format!("{way} fetches rows of `{}` only to count them", table.name.name),
    )
    .level(Level::Info)
    .about(&table.name)
    .symbol(way)
    .help("add `head: true` beside `count`: the number arrives without the rows");
}

/// Which rows are read, as people say it.
fn whose_rows(query: &Query, table: &Table) -> String {
    let name = &table.name.name;
    // Over the API a filter of a related table may pick only what comes along.
    let picks = |relation: &Option<_>| relation.is_none() || !query.facts.goes_through_api();
    let filtered = query.facts.filters.iter().any(|filter| picks(&filter.relation));
    match query.asks_for(table) {
        Some(conditions) => format!("every row of `{name}` where `{conditions}`"),
        None if filtered => match query.compared_columns() {
            Some(columns) if !columns.is_empty() => {
                format!("every row of `{name}` with that {}", listed(&columns))
            }
            _ => format!("every row of `{name}` that passes its filters"),
        },
        None => format!("all of `{name}`"),
    }
}

/// `` `status` and `kind` ``.
fn listed(columns: &[&str]) -> String {
    columns.iter().map(|column| format!("`{column}`")).collect::<Vec<_>>().join(" and ")
}

/// Whether the code cuts the rows itself before it does anything with them.
fn takes_only_a_few(query: &Query) -> bool {
    !query.uses.is_empty() && query.uses.iter().all(|(how, _)| *how == RowsUse::Sliced)
}

fn is_answered(query: &Query) -> bool {
    query.uses.iter().any(|(how, _)| *how == RowsUse::Answered)
}

fn what_grows(query: &Query) -> &'static str {
    if is_answered(query) { "the answer" } else { "what it reads" }
}

/// Only what is missing, and a limit only where the rows are what the caller gets.
fn remedy(query: &Query) -> String {
    let words = query.facts.wording();
    if takes_only_a_few(query) {
        let limit = words.some_limit;
        return format!(
            "the code cuts the rows itself: add an order and {limit} of as many as it takes"
        );
    }
    let (order, limit) =
        (if query.facts.order.is_empty() { "an order and " } else { "" }, words.limit);
    if is_answered(query) {
        return format!("add {order}{limit}, and let the caller ask for the next page");
    }
    "let the database filter, count or sum, or read page by page until one comes back short"
        .to_owned()
}

/// Whether only pages of the staff read it, behind a check of who is calling.
fn is_for_staff(query: &Query, cx: &Context) -> bool {
    !query.reached.is_empty()
        && query.reached.iter().all(|reach| {
            let route = cx.model().route(reach.route);
            reach.guarded >= Guarded::Before && route.is_some_and(is_staff_page)
        })
}

/// Whether only migrations in code read it: their tables are as long as they were on that day.
fn is_of_migrations(query: &Query, cx: &Context) -> bool {
    let mut routes = query.reached.iter().filter_map(|reach| cx.model().route(reach.route));
    routes.all(Route::is_migration)
}

fn is_staff_page(route: &Route) -> bool {
    let is_page = matches!(route.kind, RouteKind::Loader | RouteKind::ServerAction);
    is_page && route.path.split('/').any(|part| part == "admin")
}

#[cfg(test)]
mod tests {
    use trave_testing::{check, findings};

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

    #[test]
    fn rows_fetched_for_their_number_are_told() {
        check_route(
            "export async function GET() {
  const posts = await supabase.from('posts').select('*', { count: 'exact' })
//                                  ^^^^^^^ GET /api/posts fetches rows of `posts` only to count them
  return Response.json({ total: posts.count })
}",
        );
    }

    #[test]
    fn a_filter_that_leaves_it_endless_is_named() {
        check_route(
            "export async function GET() {
  const { data } = await supabase.from('posts').select('id').eq('status', 'new').order('id')
//                                     ^^^^^^^ GET /api/posts reads every row of `posts` where `status = 'new'`: the answer grows with the table
  return Response.json(data)
}",
        );
    }

    #[test]
    fn what_a_program_reads_when_it_starts_is_worth_a_mention() {
        let found = |path: &str| {
            let code = "import { Pool } from 'pg'
import { keep } from 'kept'
const pool = new Pool()
export async function load() {
  const { rows } = await pool.query('select id, title from posts')
  for (const post of rows) keep(post.id, post.title)
}
load()";
            let table = "create table posts (id uuid primary key, title text not null);";
            findings(&super::RULE, &format!("{table}\n//- {path}\n{code}"))
        };
        assert_eq!(found("src/worker/main.ts")[0].level, trave_rule::Level::Info);
        assert!(found("src/migrations/0001-titles.ts").is_empty());
    }

    #[test]
    fn a_builder_that_nobody_sends_reads_nothing() {
        check_route(
            "export async function GET() {
  const query = supabase.from('posts').select('id')
  return Response.json({ ok: true })
}",
        );
    }

    #[test]
    fn a_builder_that_is_sent_later_reads() {
        check_route(
            "export async function GET() {
  const query = supabase.from('posts').select('id')
//                            ^^^^^^^ GET /api/posts reads all of `posts`: the answer grows with the table
  const [{ data }] = await Promise.all([query])
  return Response.json(data)
}",
        );
    }

    /// A page that answers with the rows of one post, as this query finds them.
    fn check_rows(table: &str, query: &str) {
        check(
            &super::RULE,
            &format!(
                "create table posts (id uuid primary key);
create table tags (id uuid primary key);
{table}
//- src/app/api/posts/[id]/route.ts
import {{ createClient }} from '@supabase/supabase-js'
const supabase = createClient(process.env.SUPABASE_URL!, process.env.SUPABASE_SERVICE_ROLE_KEY!)
export async function GET(request: Request, {{ params }}: {{ params: {{ id: string }} }}) {{
{query}
  return Response.json(data)
}}"
            ),
        );
    }

    #[test]
    fn what_a_table_of_two_references_ties_to_a_parent_is_bounded() {
        check_rows(
            "create table post_tags (
  post_id uuid references posts (id), tag_id uuid references tags (id), created_at timestamptz,
  primary key (post_id, tag_id)
);",
            "  const { data } = await supabase.from('post_tags').select('tag_id').eq('post_id', params.id)",
        );
    }

    #[test]
    fn people_who_add_themselves_are_not() {
        check_rows(
            "create table likes (
  post_id uuid references posts (id), user_id uuid references auth.users (id), created_at timestamptz,
  primary key (post_id, user_id)
);
alter table likes enable row level security;
create policy own on likes for insert with check (user_id = (select auth.uid()));",
            "  const { data } = await supabase.from('likes').select('user_id').eq('post_id', params.id)
//                                     ^^^^^^^ GET /api/posts/[id] returns every row of `likes` with one `post_id`, however many there are",
        );
    }

    #[test]
    fn what_people_sort_by_hand_is_short() {
        check_rows(
            "create table photos (
  id uuid primary key, post_id uuid references posts (id), sort_order int, created_at timestamptz
);",
            "  const { data } = await supabase.from('photos').select('id').eq('post_id', params.id).order('sort_order')",
        );
    }

    #[test]
    fn the_staff_that_nobody_adds_to_is_short() {
        check(
            &super::RULE,
            "create table agents (user_id uuid primary key references auth.users (id), status text);
//- src/app/admin/page.tsx
import { createClient } from '@supabase/supabase-js'
const supabase = createClient(process.env.SUPABASE_URL!, process.env.SUPABASE_SERVICE_ROLE_KEY!)
export default async function Page() {
  const { data: { user } } = await supabase.auth.getUser()
  if (!user) throw new Error('who are you')
  const { data } = await supabase.from('agents').select('user_id').eq('status', 'active')
  return <ul>{data!.map((agent) => <li>{agent.user_id}</li>)}</ul>
}",
        );
    }

    #[test]
    fn filters_that_leave_rows_out_are_not_named_as_what_is_asked_for() {
        check_route(
            "export async function GET() {
  const { data } = await supabase.from('posts').select('id').not('status', 'in', '(old)').order('id')
//                                     ^^^^^^^ GET /api/posts reads every row of `posts` that passes its filters: the answer grows with the table
  return Response.json(data)
}",
        );
    }

    #[test]
    fn a_cut_in_memory_wants_a_limit() {
        check_route(
            "export async function POST() {
  const { data } = await supabase.from('posts').select('id')
//                                     ^^^^^^^ POST /api/posts reads all of `posts`: what it reads grows with the table
  for (const post of data!.slice(0, 200)) console.log(post.id)
  return Response.json({ ok: true })
}",
        );
    }

    #[test]
    fn what_policies_leave_a_caller_is_an_info() {
        let found = trave_testing::findings(
            &super::RULE,
            "create table notes (id uuid primary key, owner_id uuid, title text);
alter table notes enable row level security;
create policy own on notes using (owner_id = (select auth.uid()));
//- src/app/api/notes/route.ts
import { createClient } from '@supabase/supabase-js'
const supabase = createClient(process.env.SUPABASE_URL!, process.env.SUPABASE_ANON_KEY!)
export async function GET() {
  const { data } = await supabase.from('notes').select('id').not('title', 'is', null).order('id')
  return Response.json(data)
}",
        );
        let [only] = found.as_slice() else { panic!("{found:?}") };
        assert_eq!(only.level, super::Level::Info);
        assert!(only.message.contains("that the caller may see"), "{}", only.message);
    }

    #[test]
    fn a_list_of_prisma_is_bounded_in_its_own_words() {
        let project = "//- prisma/schema.prisma
datasource db {
  provider = \"postgresql\"
}
model Post {
  id     Int    @id @default(autoincrement())
  title  String
  status String
}
//- src/app/api/posts/route.ts
import { PrismaClient } from '@prisma/client'
const prisma = new PrismaClient()
export async function GET() {
  const posts = await prisma.post.findMany({ orderBy: { id: 'asc' } })
  const few = await prisma.post.findMany({ orderBy: { id: 'asc' }, take: 20 })
  return Response.json({ posts, few })
}
";
        let found = trave_testing::findings(&super::RULE, project);
        let [only] = found.as_slice() else { panic!("{found:?}") };
        let help = only.help.as_deref();
        assert_eq!(help, Some("add `take: 50`, and let the caller ask for the next page"));
    }

    #[test]
    fn rows_that_belong_to_one_row_of_another_table_have_an_end() {
        let project = "//- prisma/schema.prisma
datasource db {
  provider = \"postgresql\"
}
model Team {
  id    String @id
  users User[]
}
model User {
  id     String @id
  teamId String
  team   Team   @relation(fields: [teamId], references: [id])
  kind   String
}
//- src/app/api/users/route.ts
import { PrismaClient } from '@prisma/client'
const prisma = new PrismaClient()
export async function GET(request: Request, { params }: { params: { team: string } }) {
  const teams = await prisma.team.findMany({ where: { users: { some: { id: params.team } } } })
  return Response.json(teams)
}
export async function POST(request: Request) {
  return Response.json(await prisma.team.findMany({ where: { users: { some: { kind: 'a' } } } }))
//                           ^^^^^^^^^^^^^^^^^^^^ POST /api/users reads every row of `Team` that passes its filters: the answer grows with the table
}
";
        check(&super::RULE, project);
    }
}
