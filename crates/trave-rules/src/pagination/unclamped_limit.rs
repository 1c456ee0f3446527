//! Page sizes that the caller chooses.

use trave_rule::model::{Guarded, Query, Route, RouteKind};
use trave_rule::value::Input;
use trave_rule::{Context, Level, rule};

#[rule]
fn unclamped_limit(query: &Query, cx: &mut Context) {
    let model = cx.model();
    let Some(limit) = &query.facts.limit else { return };
    if query.in_script || !limit.value.is_unclamped_input() {
        return;
    }
    let open = query.reached.iter().filter(|reach| {
        let route = model.route(reach.route);
        let is_open = |it: &Route| it.is_public_way_in() && it.kind != RouteKind::Loader;
        !reach.by_mention && route.is_some_and(is_open)
    });
    let mut open = open.peekable();
    let Some(way) = model.reached_from(query).filter(|_| open.peek().is_some()) else { return };
    let is_guarded = open.all(|reach| reach.guarded == Guarded::Yes);
    let name = query.facts.table.as_deref().unwrap_or("a table");
    let cap = model.rows_cap(query);
    // Resolvers share the class of their arguments: its field is one parameter of all of them.
    let is_shared = model.routes_of(query).into_iter().all(is_resolver);
    let inputs: Vec<String> = limit.value.inputs.iter().map(Input::title).collect();
    let finding = cx
        .report(
            limit.origin,
            format!(
                "the caller of {way} chooses how many rows of `{name}` are read, without a bound"
            ),
        )
        .about(name)
        .symbol(way.clone())
        // One parameter is one problem, however many queries it limits.
        .once_per(match inputs.join(" ") {
            shared if is_shared => format!("resolvers {shared}"),
            own => format!("{way} {own}"),
        })
        .help(
            "bound it, as in `Math.min(limit, 100)`, or validate it with a schema that has a \
            maximum",
        );
    if is_shared {
        finding.here(format!("`{name}`, for {way}"));
    }
    if let Some(cap) = cap {
        finding.note(format!("the API's own limit of {cap} rows is all that stands in the way"));
        if is_guarded {
            // Known callers get no more than that many rows at once.
            finding.level(Level::Info);
        }
    }
}

/// Whether a way in is a field of a GraphQL schema.
fn is_resolver(route: &Route) -> bool {
    let methods = ["query", "mutation", "subscription", "field"];
    route.kind == RouteKind::Procedure && methods.contains(&route.method.as_str())
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
    fn a_transform_that_spreads_its_parameter_keeps_its_bounds() {
        check_route(
            "const Page = z.object({ size: z.coerce.number().max(200), q: z.string().optional() })
  .refine((page) => page.size > 0)
  .transform((page) => ({ ...page, q: page.q ?? '' }))
export async function POST(request: Request) {
  const page = Page.parse(await request.json())
  const { data } = await supabase.from('posts').select('id').order('id').limit(page.size)
  return Response.json(data)
}",
        );
    }

    #[test]
    fn a_transform_that_nobody_can_follow_is_not_judged() {
        check_route(
            "const Page = z.object({ size: z.coerce.number() }).transform(deliver)
export async function POST(request: Request) {
  const page = Page.parse(await request.json())
  const { data } = await supabase.from('posts').select('id').order('id').limit(page.size)
  return Response.json(data)
}",
        );
    }

    #[test]
    fn a_transform_keeps_what_is_missing_too() {
        check_route(
            "const Page = z.object({ size: z.coerce.number() }).transform((page) => ({ ...page }))
export async function POST(request: Request) {
  const page = Page.parse(await request.json())
  const { data } = await supabase.from('posts').select('id').order('id').limit(page.size)
//                                                                       ^^^^^^^^^^^^^^^^ the caller of POST /api/posts chooses how many rows of `posts` are read, without a bound
  return Response.json(data)
}",
        );
    }
    #[test]
    fn a_class_of_arguments_is_one_problem_of_all_resolvers() {
        let found = findings(
            &super::RULE,
            "create table posts (id uuid primary key);
create table notes (id uuid primary key);
//- src/args.ts
import { ArgsType, Field, Int } from 'type-graphql'
@ArgsType()
export class Page {
  @Field(() => Int)
  take: number
}
//- src/resolvers.ts
import { Args, Query, Resolver, buildSchema } from 'type-graphql'
import { createClient } from '@supabase/supabase-js'
import { Page } from './args'
const supabase = createClient(process.env.SUPABASE_URL!, process.env.SUPABASE_ANON_KEY!)
@Resolver()
export class Lists {
  @Query()
  async posts(@Args() page: Page) {
    return (await supabase.from('posts').select('id').order('id').limit(page.take)).data
  }
  @Query()
  async notes(@Args() page: Page) {
    return (await supabase.from('notes').select('id').order('id').limit(page.take)).data
  }
}
buildSchema({ resolvers: [Lists] })",
        );
        let [only] = found.as_slice() else { panic!("{found:?}") };
        assert_eq!(only.labels.len(), 1);
    }
}
