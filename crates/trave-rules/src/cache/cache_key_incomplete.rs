//! Cached values that depend on inputs which the key leaves out.

use trave_rule::model::Cache;
use trave_rule::value::Input;
use trave_rule::words::code_list;
use trave_rule::{Context, rule};

#[rule]
fn cache_key_incomplete(cache: &Cache, cx: &mut Context) {
    let facts = &cache.facts;
    // Of a read and a write that belong together, the write says what is kept.
    let write = cx.model().write_of(cache).unwrap_or(cache);
    if !cache.stores_for_others() || cx.model().is_second_half(cache) || write.keeps_what_is_given()
    {
        return;
    }
    let missing = cx.model().inputs_missing_in_key(cache);
    if missing.is_empty() {
        return;
    }
    let names: Vec<String> = missing.iter().map(Input::title).collect();
    cx.report(
        facts.key_origin,
        format!(
            "the cached value depends on {}, which the key leaves out: callers get each other's \
            answers",
            code_list(&names)
        ),
    )
    .here("the key")
    .label(write.facts.origin, "stored here")
    .help(format!("add {} to the key", code_list(&names)));
}

#[cfg(test)]
mod tests {
    use trave_testing::check;

    #[test]
    fn a_store_keeps_what_it_is_given() {
        check(
            &super::RULE,
            "//- src/app/api/reports/route.ts
import { Redis } from '@upstash/redis'
const redis = Redis.fromEnv()
async function keep(id: string, url: string, method: string) {
  await redis.set(`report:${id}`, { url, method }, { ex: 60 })
}
export const storage = {
  set: async (key: string, value: string) => { await redis.set(key, value, { ex: 60 }) },
}
export async function POST(request: Request) {
  const { url, method } = await request.json()
  const id = crypto.randomUUID()
  await keep(id, url, method)
  return Response.json({ id })
}
",
        );
    }

    #[test]
    fn a_record_that_is_looked_up_first_is_no_answer() {
        check(
            &super::RULE,
            "//- src/app/api/orders/route.ts
import { Redis } from '@upstash/redis'
import { z } from 'zod'
const redis = Redis.fromEnv()
const Order = z.object({ token: z.string(), total: z.number() })
export async function POST(request: Request) {
  const order = Order.parse(await request.json())
  const known = await redis.get(`checkout:${order.token}`)
  if (known) return Response.json({ known })
  await redis.set(`checkout:${order.token}`, { total: order.total }, { ex: 60 })
  return Response.json({ known: null })
}
",
        );
    }

    #[test]
    fn only_the_holder_of_a_code_asks_by_it() {
        check(
            &super::RULE,
            "//- src/app/api/callback/route.ts
import { Redis } from '@upstash/redis'
import { createClient } from '@supabase/supabase-js'
const redis = Redis.fromEnv()
const db = createClient(process.env.SUPABASE_URL!, process.env.SUPABASE_ANON_KEY!)
export async function GET(request: Request) {
  const url = new URL(request.url)
  const code = url.searchParams.get('code')
  const known = await redis.get(`code:${code}`)
  if (known) return Response.json({ known })
  const kind = url.searchParams.get('kind')
  const { data } = await db.from('accounts').select('id').eq('kind', kind).limit(20)
  await redis.set(`code:${code}`, data, { ex: 60 })
  return Response.json({ data })
}
",
        );
    }

    #[test]
    fn a_key_made_anew_is_nobody_elses() {
        check(
            &super::RULE,
            "//- src/app/api/reports/route.ts
import { Redis } from '@upstash/redis'
const redis = Redis.fromEnv()
export async function POST(request: Request) {
  const { url } = await request.json()
  const id = crypto.randomUUID().replace(/-/g, '')
  const answer = await fetch(url)
  await redis.set(`report:${id}`, await answer.json(), { ex: 60 })
  return Response.json({ id })
}
",
        );
    }

    #[test]
    fn a_key_that_is_handed_in_may_hold_anything() {
        check(
            &super::RULE,
            "//- src/lib/cached.ts
import { Redis } from '@upstash/redis'
import { createClient } from '@supabase/supabase-js'
const redis = Redis.fromEnv()
const db = createClient(process.env.SUPABASE_URL!, process.env.SUPABASE_ANON_KEY!)
export async function cachedRows(key: string, city: string) {
  const known = await redis.get(key)
  if (known) return known
  const { data } = await db.from('listings').select('id').eq('city', city).limit(20)
  await redis.set(key, data, { ex: 60 })
  return data
}
",
        );
    }
}
