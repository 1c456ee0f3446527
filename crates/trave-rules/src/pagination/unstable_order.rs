//! Limited lists whose order leaves rows tied.

use trave_rule::catalog::Table;
use trave_rule::model::Query;
use trave_rule::query::OrderKey;
use trave_rule::{Context, Level, rule};

/// So few rows are a sample rather than a page.
const FEW: f64 = 10.0;

#[rule]
fn unstable_order(query: &Query, cx: &mut Context) {
    let model = cx.model();
    if query.in_script || query.facts.limit.is_none() || model.has_ceiling(query) {
        return;
    }
    let Some(table) = model.table_of(query) else { return };
    if !table.provenance.is_migration() || !query.is_list(table) {
        return;
    }
    if model.routes_of(query).iter().all(|route| route.runs_alone()) {
        return;
    }
    let keys: Vec<&OrderKey> =
        query.facts.order.iter().filter(|key| key.relation.is_none()).collect();
    match keys.first() {
        None if any_will_do(query, table) || query.asks_for_as_many_as_keys(table) => {}
        // A queue: the next call takes the rest.
        None if model.works_off(query, table) => {}
        // The order is by what comes along from another table.
        None if !query.facts.order.is_empty() => {}
        None => report_unordered(query, table, cx),
        Some(_) if query.facts.offset.is_some() && leaves_ties(&keys, query, table) => {
            report_ties(&keys, query, table, cx);
        }
        Some(_) => {}
    }
}

fn report_unordered(query: &Query, table: &Table, cx: &mut Context) {
    let Some(limit) = &query.facts.limit else { return };
    let name = &table.name.name;
    cx.report(
        limit.origin,
        format!("this takes some rows of `{name}` in no order: another call may return others"),
    )
    .about(&table.name)
    .symbol(cx_way(query, name))
    .help(format!(
        "add {}, ending in a unique column such as {}",
        query.facts.wording().order,
        unique_column(table)
    ));
}

fn report_ties(keys: &[&OrderKey], query: &Query, table: &Table, cx: &mut Context) {
    let Some(first) = keys.first() else { return };
    let columns: Vec<&str> = keys.iter().filter_map(|key| key.column.as_deref()).collect();
    let name = &table.name.name;
    let is_time = |column: &&str| {
        let kind = table.column(column).map_or("", |column| column.type_name.as_str());
        kind.starts_with("timestamp") || kind.starts_with("datetime")
    };
    let shared = columns.iter().map(|column| format!("`{column}`")).collect::<Vec<_>>();
    let (before, behind) = query.facts.wording().order_by;
    let finding = cx
        .report(
            first.origin,
            format!(
                "pages of `{name}` may repeat or skip rows that share {}: nothing breaks the tie",
                one_of_each(&shared)
            ),
        )
        .about(format!("{}.{}", table.name, columns.join(".")))
        .symbol(cx_way(query, name))
        .help(format!(
            "add a unique column as the last key: {before}{}{behind}",
            unique_column(table).trim_matches('`')
        ));
    if columns.iter().any(is_time) {
        // Two rows of the same instant are rare.
        finding.level(Level::Info);
    }
}

/// ``a `city` and a `name` ``.
fn one_of_each(columns: &[String]) -> String {
    columns.iter().map(|column| format!("a {column}")).collect::<Vec<_>>().join(" and ")
}

/// Whether it makes no difference which few rows arrive: the code asks whether there are any, or
/// wants some others than one that it knows.
fn any_will_do(query: &Query, table: &Table) -> bool {
    let limit = query.facts.limit.as_ref().and_then(|limit| limit.value.upper_bound());
    let only_asks = query.answer.rows && !query.answer.parts && query.uses.is_empty();
    limit.is_some_and(|rows| rows <= FEW) && (only_asks || query.leaves_out_one(table))
}

/// Whether two rows may compare equal under all keys; an order that is not known may break ties.
fn leaves_ties(keys: &[&OrderKey], query: &Query, table: &Table) -> bool {
    let known = keys.iter().all(|key| key.column.is_some());
    let sorted = |column: &str| {
        keys.iter().any(|key| key.column.as_deref() == Some(column)) || query.pins(column)
    };
    known && !table.unique_keys().iter().any(|key| key.iter().all(|column| sorted(column)))
}

/// A column that breaks ties.
fn unique_column(table: &Table) -> String {
    let keys = table.unique_keys();
    let single = keys.iter().find(|key| key.len() == 1).and_then(|key| key.first());
    single.map_or_else(|| "`id`".to_owned(), |column| format!("`{column}`"))
}

/// What the finding is known by: the function is not, the table and its limit are.
fn cx_way(query: &Query, table: &str) -> String {
    let columns: Vec<&str> =
        query.facts.filters.iter().map(|filter| filter.column.as_str()).collect();
    format!("{table} by {}", columns.join(","))
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
    fn whether_there_is_a_row_needs_no_order() {
        check_route(
            "export async function GET() {
  const { data } = await supabase.from('posts').select('id').limit(2)
  return Response.json({ any: data!.length > 0 })
}",
        );
    }

    #[test]
    fn others_than_this_one_are_a_suggestion() {
        check_route(
            "export async function POST(request: Request) {
  const { id } = await request.json()
  const { data } = await supabase.from('posts').select('id, title').neq('id', id).limit(5)
  return Response.json(data)
}",
        );
    }

    #[test]
    fn a_limit_out_of_reach_is_a_ceiling() {
        check_route(
            "export async function GET() {
  const { data } = await supabase.from('posts').select('id, status').limit(5000)
  return Response.json(data)
}",
        );
    }

    #[test]
    fn all_keys_are_named() {
        check_route(
            "export async function POST(request: Request) {
  const { page } = await request.json()
  const { data } = await supabase.from('posts').select('id').order('status').order('title').range(page * 50, page * 50 + 49)
//                                                           ^^^^^^^^^^^^^^^ pages of `posts` may repeat or skip rows that share a `status` and a `title`: nothing breaks the tie
  return Response.json(data)
}",
        );
    }

    #[test]
    fn a_limit_that_is_the_number_of_keys_cuts_nothing() {
        check_route(
            "export async function POST(request: Request) {
  const { ids } = await request.json()
  const { data } = await supabase.from('posts').select('id').in('id', ids).limit(ids.length)
  return Response.json(data)
}",
        );
    }

    #[test]
    fn of_a_queue_the_next_call_takes_the_rest() {
        check_route(
            "export async function POST() {
  const { data } = await supabase.from('posts').select('id').eq('status', 'new').limit(50)
  for (const post of data ?? []) {
    await supabase.from('posts').update({ status: 'done' }).eq('id', post.id)
  }
  return Response.json({ ok: true })
}",
        );
    }

    #[test]
    fn an_order_by_another_table_is_an_order() {
        let list = |order: &str| {
            format!(
                "create table authors (id uuid primary key, name text not null);
create table posts (id uuid primary key, author_id uuid not null references authors);
//- src/app/api/posts/route.ts
import {{ Pool }} from 'pg'
const pool = new Pool()
export async function GET() {{
  const {{ rows }} = await pool.query(
    'select p.id from posts p join authors a on a.id = p.author_id{order} limit 50'
  )
  return Response.json(rows)
}}"
            )
        };
        check(&super::RULE, &list(" order by a.name"));
        assert_eq!(findings(&super::RULE, &list("")).len(), 1);
    }

    #[test]
    fn of_a_batch_that_is_changed_as_a_whole_the_next_round_takes_the_rest() {
        check_route(
            "export async function POST() {
  while (true) {
    const { data } = await supabase.from('posts').select('id').eq('status', 'new').limit(50)
    if (!data?.length) break
    await supabase.from('posts').update({ status: 'done' }).in('id', data.map((post) => post.id))
  }
  return Response.json({ ok: true })
}",
        );
        check_route(
            "export async function DELETE() {
  const { data } = await supabase.from('posts').select('id').eq('status', 'old').limit(50)
  const ids = (data ?? []).map((post) => post.id)
  await supabase.from('posts').delete().in('id', ids)
  return Response.json({ more: ids.length === 50 })
}",
        );
    }

    #[test]
    fn a_batch_of_which_nothing_leaves_the_list_is_no_queue() {
        check_route(
            "export async function POST() {
  const { data } = await supabase.from('posts').select('id').eq('status', 'new').limit(50)
//                                                                               ^^^^^^^^^ this takes some rows of `posts` in no order: another call may return others
  await supabase.from('posts').update({ title: 'seen' }).in('id', data!.map((post) => post.id))
  return Response.json(data)
}",
        );
    }

    #[test]
    fn a_change_outside_of_the_loop_makes_no_queue() {
        check_route(
            "export async function POST(request: Request) {
  const { id } = await request.json()
  const { data } = await supabase.from('posts').select('id').eq('status', 'new').limit(50)
//                                                                               ^^^^^^^^^ this takes some rows of `posts` in no order: another call may return others
  await supabase.from('posts').update({ status: 'done' }).eq('id', id)
  return Response.json(data)
}",
        );
    }
}
