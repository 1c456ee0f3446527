//! Lists that a handler reads without an end.

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
    if model.drains(query, table) || takes_only_a_few(query) {
        return;
    }
    let Some(way) = model.reached_from(query) else { return };
    let rows = whose_rows(query, &table.name.name);
    let for_staff = is_for_staff(query, cx);
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
    if for_staff {
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
fn whose_rows(query: &Query, table: &str) -> String {
    let own = query.facts.filters.iter().filter(|filter| filter.relation.is_none());
    let mut columns: Vec<String> = Vec::new();
    for filter in own {
        let column = format!("`{}`", filter.column);
        if !columns.contains(&column) {
            columns.push(column);
        }
    }
    if columns.is_empty() {
        return format!("all of `{table}`");
    }
    format!("every row of `{table}` with that {}", columns.join(" and "))
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
fn remedy(query: &Query) -> &'static str {
    match (is_answered(query), query.facts.order.is_empty()) {
        (true, true) => "add an order and `.limit(50)`, and let the caller ask for the next page",
        (true, false) => "add `.limit(50)`, and let the caller ask for the next page",
        (false, _) => {
            "let the database filter, count or sum, or read page by page until one comes back short"
        }
    }
}

/// Whether only pages of the staff read it, behind a check of who is calling.
fn is_for_staff(query: &Query, cx: &Context) -> bool {
    !query.reached.is_empty()
        && query.reached.iter().all(|reach| {
            let route = cx.model().route(reach.route);
            reach.guarded == Guarded::Yes && route.is_some_and(is_staff_page)
        })
}

fn is_staff_page(route: &Route) -> bool {
    let is_page = matches!(route.kind, RouteKind::Loader | RouteKind::ServerAction);
    is_page && route.path.split('/').any(|part| part == "admin")
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
//                                     ^^^^^^^ GET /api/posts reads every row of `posts` with that `status`: the answer grows with the table
  return Response.json(data)
}",
        );
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
}
