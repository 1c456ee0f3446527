//! Answers that depend on the caller, stored for all.

use trave_rule::effect::Response;
use trave_rule::model::{Cache, Model, Route};
use trave_rule::value::Taint;
use trave_rule::{Context, rule};

#[rule]
fn user_data_in_shared_cache(model: &Model, cx: &mut Context) {
    for cache in &model.caches {
        stored(cache, cx);
    }
    for route in &model.routes {
        for response in &route.responses {
            answered(route, response, cx);
        }
    }
}

fn stored(cache: &Cache, cx: &mut Context) {
    let facts = &cache.facts;
    let write = cx.model().write_of(cache).unwrap_or(cache);
    if !cache.stores_for_others() || write.is_session_store() {
        return;
    }
    if !cx.model().leaks_between_callers(cache) || cx.model().is_second_half(cache) {
        return;
    }
    cx.report(
        facts.key_origin,
        "the cached value depends on the caller, and the key does not: everybody gets the first \
        caller's data",
    )
    .here("the key")
    .label(write.facts.origin, "stored here")
    .help("put the caller's id into the key");
}

fn answered(route: &Route, response: &Response, cx: &mut Context) {
    let Some((header, origin)) = &response.cache_control else { return };
    let shared = header.contains("public") || header.contains("s-maxage");
    let by_caller = response.body.as_ref().is_some_and(|body| body.taint.has(Taint::CALLER));
    if !shared || !by_caller || response.vary.is_some() {
        return;
    }
    let title = route.title();
    cx.report(
        *origin,
        format!(
            "the answer of {title} depends on the caller, and `{header}` lets shared caches keep it"
        ),
    )
    .symbol(title)
    .label(response.origin, "the answer")
    .help("answer with `Cache-Control: private, no-store`");
}

#[cfg(test)]
mod tests {
    use trave_testing::findings;

    /// A handler that keeps who is calling under a key.
    fn kept_under(key: &str) -> usize {
        let code = format!(
            "//- src/app/api/session/route.ts
import jwt from 'jsonwebtoken'
import {{ newId }} from 'ids'
import {{ Redis }} from '@upstash/redis'
const redis = Redis.fromEnv()
export async function POST(request: Request) {{
  const token = request.headers.get('authorization')?.slice(7) ?? ''
  const {{ sub }} = jwt.verify(token, process.env.JWT_SECRET!) as {{ sub: string }}
  const id = newId('session')
  await redis.set({key}, JSON.stringify({{ sub }}), {{ ex: 60 }})
  return Response.json({{ id }})
}}
"
        );
        findings(&super::RULE, &code).len()
    }

    #[test]
    fn a_session_under_a_key_of_its_own_is_nobody_elses() {
        assert_eq!((kept_under("`session:${id}`"), kept_under("'session'")), (0, 1));
    }
}
