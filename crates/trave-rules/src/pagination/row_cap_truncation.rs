//! Reads that are taken for the whole table although the API cuts them.

use trave_rule::effect::RowsUse;
use trave_rule::model::{Query, Truncation};
use trave_rule::{Context, Level, rule};

#[rule]
fn row_cap_truncation(query: &Query, cx: &mut Context) {
    let model = cx.model();
    if query.in_script || !model.is_served(query) || query.has_constant_list() {
        return;
    }
    let Some(truncation) = model.truncation(query) else { return };
    let Truncation { table, cap, asked, how, origin } = truncation;
    let name = &table.name.name;
    let what = match how {
        RowsUse::Aggregated => "counted or summed here",
        RowsUse::Indexed => "made into a map or set here",
        _ => "looped over here",
    };
    let asks = match asked {
        Some(asked) => format!("this asks for {asked} rows of `{name}`, and at most {cap} arrive"),
        None => {
            format!("at most {cap} rows of `{name}` arrive, and the code takes them for all")
        }
    };
    let finding = cx.report(query.facts.target_origin, asks);
    if how != RowsUse::Aggregated && query.is_search() {
        // Whoever types less than a word gets less than all that it fits, and types on.
        finding.level(Level::Info);
    }
    finding
        .about(&table.name)
        .symbol(model.reached_from(query).unwrap_or_default())
        .label(origin, what)
        .note(format!(
            "the API returns at most {cap} rows (`max_rows`) and says nothing about the rest"
        ))
        .help(remedy(how));
}

/// What to do instead, which depends on what the rows are for.
fn remedy(how: RowsUse) -> &'static str {
    match how {
        RowsUse::Aggregated => {
            "let the database count and sum (`count`, a view, an RPC), or read page by page until \
            one comes back short"
        }
        RowsUse::Indexed => {
            "ask the database for what is looked up or counted (`.in(…)`, a view, an RPC), or read \
            page by page until one comes back short"
        }
        _ => "read page by page, in the order of a unique column, until one comes back short",
    }
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
    fn asking_for_more_than_arrives_is_told() {
        check_route(
            "export async function GET() {
  const { data } = await supabase.from('posts').select('id').eq('author_id', 'x').limit(5000)
//                                     ^^^^^^^ this asks for 5000 rows of `posts`, and at most 1000 arrive
  const total = data!.filter((post) => post.id).length
  return Response.json({ total })
}",
        );
    }

    #[test]
    fn a_few_of_the_rows_are_not_all_of_them() {
        check_route(
            "export async function GET() {
  const { data } = await supabase.from('posts').select('id')
  const ids = []
  for (const post of (data ?? []).slice(0, 200)) ids.push(post.id)
  return Response.json(ids)
}",
        );
    }

    #[test]
    fn the_length_of_a_part_of_a_row_counts_no_rows() {
        check_route(
            "export async function GET() {
  const { data } = await supabase.from('posts').select('id, title')
  const words = (data ?? []).map((post) => post.title.split(' ')[0].length)
  return Response.json(words)
}",
        );
    }

    #[test]
    fn a_queue_that_empties_itself_takes_the_rest_next_time() {
        check_route(
            "export async function POST() {
  const { data } = await supabase.from('posts').select('id').eq('status', 'new')
  for (const post of data ?? []) {
    await supabase.from('posts').update({ status: 'done' }).eq('id', post.id)
  }
  return Response.json({ ok: true })
}",
        );
    }

    #[test]
    fn a_list_that_migrations_fill_stays_small() {
        check(
            &super::RULE,
            "create table plans (id int primary key, name text not null unique);
insert into plans (id, name) values (1, 'free'), (2, 'pro');
//- src/app/api/plans/route.ts
import { createClient } from '@supabase/supabase-js'
const supabase = createClient(process.env.SUPABASE_URL!, process.env.SUPABASE_ANON_KEY!)
export async function GET() {
  const { data } = await supabase.from('plans').select('id, name')
  const names = new Map(data!.map((plan) => [plan.id, plan.name]))
  return Response.json({ first: names.get(1) })
}",
        );
    }

    #[test]
    fn a_list_that_anybody_adds_to_does_not_stay_small() {
        check(
            &super::RULE,
            "create table words (id serial primary key, name text not null unique);
insert into words (name) values ('free'), ('pro');
//- src/app/api/words/route.ts
import { createClient } from '@supabase/supabase-js'
const supabase = createClient(process.env.SUPABASE_URL!, process.env.SUPABASE_ANON_KEY!)
export async function GET() {
  const { data } = await supabase.from('words').select('id, name')
//                                     ^^^^^^^ at most 1000 rows of `words` arrive, and the code takes them for all
  const names = new Set(data!.map((word) => word.name))
  return Response.json({ has: names.has('free') })
}
export async function POST(request: Request) {
  const { words } = await request.json()
  for (const word of words) await supabase.from('words').insert({ name: word })
  return Response.json({ ok: true })
}",
        );
    }

    #[test]
    fn a_search_by_what_somebody_types_is_an_info() {
        check_route(
            "export async function GET(request: Request) {
  const word = new URL(request.url).searchParams.get('q')
  const { data } = await supabase.from('posts').select('id').ilike('title', `%${word}%`)
//                                     ^^^^^^^ at most 1000 rows of `posts` arrive, and the code takes them for all
  const ids = new Set(data!.map((post) => post.id))
  const { data: notes } = await supabase.from('notes').select('id').in('post_id', [...ids]).limit(20)
  return Response.json(notes)
}",
        );
    }
}
