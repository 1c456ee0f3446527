//! Reads that every request repeats and that are the same for everybody.

use trave_rule::model::Query;
use trave_rule::words::list;
use trave_rule::{Context, rule};

/// One reason may be chance.
const REASONS_MIN: usize = 2;

#[rule]
fn uncached_hot_query(query: &Query, cx: &mut Context) {
    let model = cx.model();
    if query.in_script || !query.fetches_rows() || query.facts.incomplete {
        return;
    }
    let Some(table) = model.table_of(query) else { return };
    let uncached = query.reached.iter().all(|reach| model.is_uncached(reach));
    let is_served = model.routes_of(query).iter().any(|route| route.is_read());
    if !is_served || !uncached || !table.provenance.is_migration() {
        return;
    }
    if model.looks_up_one(query, table) {
        return;
    }
    let reasons = model.heat(query, table);
    if reasons.len() < REASONS_MIN
        || !model.is_same_for_all(query)
        || !model.is_decided_by_address(query)
    {
        return;
    }
    let name = &table.name.name;
    cx.report(
        query.facts.target_origin,
        format!("`{name}` is read anew on every request, and the rows are the same for everybody"),
    )
    .about(&table.name)
    .symbol(model.reached_from(query).unwrap_or_default())
    .note(list(&reasons))
    .help(
        "cache the rows for a minute or more, or let a CDN keep the answer: `Cache-Control: \
        public, s-maxage=60`",
    );
}

#[cfg(test)]
mod tests {
    use trave_testing::check;

    #[test]
    fn one_row_by_a_key_that_the_caller_names_is_not_the_same_for_everybody() {
        check(
            &super::RULE,
            "//- supabase/migrations/001.sql
create table pages (id uuid primary key, slug text not null unique, title text not null);
//- app/api/pages/[slug]/route.ts
import { createClient } from '@supabase/supabase-js';
const supabase = createClient(process.env.URL!, process.env.ANON_KEY!);
const find = (slug: string) => supabase.from('pages').select('title').eq('slug', slug).single();
export async function GET(request: Request, { params }: { params: { slug: string } }) {
  const { data } = await find(params.slug);
  return Response.json(data);
}
//- app/api/start/route.ts
import { createClient } from '@supabase/supabase-js';
const supabase = createClient(process.env.URL!, process.env.ANON_KEY!);
export async function GET(request: Request) {
  const slug = new URL(request.url).searchParams.get('page');
  for (const word of ['a', 'b']) {
    const { data } = await supabase.from('pages').select('title').eq('slug', slug).maybeSingle();
    if (data) return Response.json(data);
  }
}
",
        );
    }

    #[test]
    fn the_first_row_by_a_token_is_not_the_same_for_everybody() {
        check(
            &super::RULE,
            "//- supabase/migrations/001.sql
create table invites (id uuid primary key, token text not null, title text not null);
//- app/api/invites/[token]/route.ts
import { createClient } from '@supabase/supabase-js';
const supabase = createClient(process.env.URL!, process.env.ANON_KEY!);
export async function GET(request: Request, { params }: { params: { token: string } }) {
  const invites = supabase.from('invites').select('title');
  const { data } = await invites.eq('token', params.token).limit(1);
  return Response.json(data);
}
",
        );
    }
}
