//! What the linker makes of small programs.

use crate::testing::{describe, model};

pub(crate) const SERVER: (&str, &str) = (
    "src/lib/server.ts",
    "
import { createServerClient } from '@supabase/ssr';
import { cookies } from 'next/headers';
export async function createClient() {
  const store = await cookies();
  const key = process.env.NEXT_PUBLIC_SUPABASE_ANON_KEY!;
  return createServerClient(process.env.NEXT_PUBLIC_SUPABASE_URL!, key, {
    cookies: { getAll() { return store.getAll(); } },
  });
}
",
);

pub(crate) const ADMIN: (&str, &str) = (
    "src/lib/admin.ts",
    "
import { createClient } from '@supabase/supabase-js';
const key = process.env.SUPABASE_SERVICE_ROLE_KEY!;
export const admin = createClient(process.env.SUPABASE_URL!, key);
",
);

#[track_caller]
pub(crate) fn check(files: &[(&str, &str)], expected: &str) {
    let found = describe(&model(files));
    assert_eq!(found.trim(), expected.trim(), "found:\n{found}");
}

#[test]
fn a_handler_is_followed_into_its_service() {
    check(
        &[
            SERVER,
            (
                "src/services/notes.ts",
                "
import type { SupabaseClient } from '@supabase/supabase-js';
export async function notesOf(client: SupabaseClient, owner: string) {
  const { data } = await client.from('notes').select('id, body').eq('owner_id', owner);
  return data ?? [];
}
",
            ),
            (
                "src/app/api/notes/route.ts",
                "
import { NextResponse } from 'next/server';
import { createClient } from '@/lib/server';
import { notesOf } from '@/services/notes';
export async function GET() {
  const supabase = await createClient();
  const { data: { user } } = await supabase.auth.getUser();
  if (!user) return NextResponse.json({ error: 'no' }, { status: 401 });
  const notes = await notesOf(supabase, user.id);
  return NextResponse.json({ notes });
}
",
            ),
        ],
        "
GET /api/notes
  guard
  Select notes User owner_id Yes depth 1 Answered
",
    );
}

#[test]
fn loops_bounds_and_conditions_are_seen() {
    check(
        &[
            ADMIN,
            (
                "src/lib/page.ts",
                "
export const clamp = (value: number, low: number, high: number) =>
  Math.max(low, Math.min(high, value));
",
            ),
            (
                "src/app/api/list/route.ts",
                "
import { NextRequest, NextResponse } from 'next/server';
import { admin } from '@/lib/admin';
import { clamp } from '@/lib/page';
export async function GET(request: NextRequest) {
  const params = request.nextUrl.searchParams;
  const limit = clamp(Number(params.get('limit') ?? 20), 1, 50);
  const page = Number(params.get('page') ?? 1);
  const from = (page - 1) * limit;
  let query = admin.from('items').select('*').eq('kind', 'a').range(from, from + limit - 1);
  if (params.get('city')) query = query.eq('city', params.get('city'));
  const { data: items } = await query;
  for (const item of items ?? []) {
    await admin.from('photos').select('url').eq('item_id', item.id);
  }
  const owners = await Promise.all((items ?? []).map(async (item) => {
    const { data } = await admin.from('owners').select('name').eq('id', item.owner_id).single();
    return data;
  }));
  let size = Number(params.get('size'));
  if (size > 100) size = 100;
  await admin.from('sized').select('id').limit(size);
  await admin.from('unsized').select('id').limit(Number(params.get('n')));
  let all = [];
  let start = 0;
  while (true) {
    const { data } = await admin.from('paged').select('id').range(start, start + 999);
    all = all.concat(data);
    if (!data || data.length < 1000) break;
    start += 1000;
  }
  return NextResponse.json({ items, owners });
}
",
            ),
        ],
        "
GET /api/list
  Select items Service kind city? limit Some(50.0) No Iterated Mapped Answered
  Select photos Service item_id No loop of 50
  Select owners Service id No loop of 50 Answered
  Select sized Service limit Some(100.0) No
  Select unsized Service limit None No
  Select paged Service limit Some(1000.0) No
",
    );
}

#[test]
fn a_cache_of_the_projects_own_is_understood_by_what_it_does() {
    check(
        &[
            ADMIN,
            (
                "src/lib/cache.ts",
                "
import Redis from 'ioredis';
const redis = new Redis(process.env.REDIS_URL!);
export async function getCached<T>(
  key: string,
  seconds: number,
  compute: () => Promise<T>,
): Promise<T> {
  const hit = await redis.get(key);
  if (hit) return JSON.parse(hit) as T;
  const value = await compute();
  await redis.set(key, JSON.stringify(value), 'EX', seconds);
  return value;
}
",
            ),
            (
                "src/app/api/cities/route.ts",
                "
import { admin } from '@/lib/admin';
import { getCached } from '@/lib/cache';
export async function GET() {
  const cities = await getCached('cities', 60, async () => {
    const { data } = await admin.from('cities').select('id, name').limit(100);
    return data;
  });
  return Response.json(cities);
}
",
            ),
        ],
        "
GET /api/cities
  ReadThrough ioredis cities
  Select cities Service limit Some(100.0) No cached depth 2 Answered
  Write ioredis cities
",
    );
}

#[test]
fn classes_and_factories_carry_their_client() {
    check(
        &[
            ADMIN,
            (
                "src/repositories/bookings.ts",
                "
import type { SupabaseClient } from '@supabase/supabase-js';
abstract class Repository {
  constructor(protected readonly client: SupabaseClient) {}
}
export class Bookings extends Repository {
  private table = 'bookings';
  async of(owner: string) {
    return this.client.from(this.table).select('id').eq('owner_id', owner);
  }
  async unused(id: string) {
    await this.client.from('unused').delete().eq('id', id);
  }
}
export function createBookings(client: SupabaseClient) {
  return {
    async count() {
      const { count } = await client.from('counts').select('*', { count: 'exact', head: true });
      return count;
    },
  };
}
",
            ),
            (
                "src/app/api/bookings/route.ts",
                "
import { admin } from '@/lib/admin';
import { Bookings, createBookings } from '@/repositories/bookings';
const bookings = new Bookings(admin);
export async function GET(request: Request) {
  const { data } = await bookings.of('me');
  const count = await createBookings(admin).count();
  return Response.json({ data, count });
}
",
            ),
        ],
        "
GET /api/bookings
  Select bookings Service owner_id No depth 1 Answered
  Select counts Service No depth 1
unreached
  Delete unused Unknown id
",
    );
}

#[test]
#[expect(clippy::too_many_lines, reason = "one program with a bit of everything")]
fn actions_wrappers_and_loops_are_followed_through_calls() {
    check(
        &[
            SERVER,
            ADMIN,
            (
                "src/lib/actions.ts",
                "
import { redirect } from 'next/navigation';
import { createClient } from './server';
export function enhanceAction(fn, config) {
  return async (params) => {
    let user = undefined;
    if (config.auth ?? true) {
      const client = await createClient();
      const { data } = await client.auth.getUser();
      if (!data.user) {
        redirect('/login');
      }
      user = data.user;
    }
    const data = config.schema ? config.schema.parse(params) : params;
    return fn(data, user);
  };
}
",
            ),
            (
                "src/lib/index.ts",
                "export * from './actions';\nexport { admin as db } from './admin';\n",
            ),
            (
                "src/server/actions.ts",
                "
'use server';
import { z } from 'zod';
import { db, enhanceAction } from '@/lib';
const Schema = z.object({ ids: z.array(z.string()) });
export const rename = enhanceAction(
  async (data, user) => {
    for (const id of data.ids) await touch(id);
    switch (data.kind) {
      case 'a':
      case 'b':
        await db.from('b').select('id').limit(1);
        break;
      default:
        await db.from('c').select('id').limit(1);
    }
  },
  { auth: true, schema: Schema },
);
async function touch(id: string) {
  await db.from('touched').update({ seen: true }).eq('id', id);
}
export async function open(id: string) {
  const chunks = [];
  for (let at = 0; at < id.length; at += 100) chunks.push(id.slice(at, at + 100));
  for (const chunk of chunks) await db.from('chunks').select('id').in('id', chunk);
  for (let attempt = 0; attempt < 3; attempt++) {
    const { data } = await db.from('tries').select('id').eq('id', id).maybeSingle();
    if (data) return data;
  }
}
",
            ),
        ],
        "
rename src/server/actions.ts
  guard
  Update touched Service id Yes loop depth 2
  Select b Service limit Some(1.0) Yes depth 1
  Select c Service limit Some(1.0) Yes depth 1
open src/server/actions.ts
  Select chunks Service id No chunks
  Select tries Service id No Answered
",
    );
}

#[test]
fn what_is_registered_elsewhere_is_taken_for_there() {
    check(
        &[
            ADMIN,
            (
                "src/lib/registry.ts",
                "
const makers = {};
export function register(name, maker) { makers[name] = maker; }
export function find(name) {
  const maker = makers[name];
  if (!maker) throw new Error('nothing is registered');
  return maker();
}
",
            ),
            (
                "src/app/api/jobs/route.ts",
                "
import { admin } from '@/lib/admin';
import { find } from '@/lib/registry';
export async function GET() {
  const logger = await find('console');
  logger.info('starts');
  const { data } = await admin.from('jobs').select('id').limit(5);
  return Response.json(data);
}
",
            ),
        ],
        "
GET /api/jobs
  Select jobs Service limit Some(5.0) No Answered
",
    );
}

#[test]
fn long_helpers_keep_what_they_promise() {
    let steps: String = (0..30).fold(String::new(), |text, at| {
        text + &format!("  const step{at} = String(value) + 'x{at}'.trim();\n")
    });
    let helpers = format!(
        "
let cached: string | undefined;
export function describe(value: unknown) {{
  if (!cached) cached = 'set up once';
{steps}  return cached + step1 + step29;
}}
export function bounded(value: unknown) {{
{steps}  return Math.min(Number(value), 50);
}}
"
    );
    let handler = "
import { admin } from '@/lib/admin';
import { bounded, describe } from '@/lib/helpers';
export async function GET(request: Request) {
  const query = new URL(request.url).searchParams;
  const words = ['a', 'b', 'c', 'd'].map((name) => describe(query.get(name)));
  bounded(query.get('first'));
  bounded(query.get('second'));
  const third = bounded(query.get('third'));
  const { data } = await admin.from('notes').select('id').eq('title', words[3]).limit(third);
  return Response.json(data);
}
";
    check(
        &[ADMIN, ("src/lib/helpers.ts", &helpers), ("src/app/api/notes/route.ts", handler)],
        "
GET /api/notes
  Select notes Service title limit Some(50.0) No Answered
",
    );
}

#[test]
fn what_a_module_registers_runs_for_callers_who_got_so_far() {
    let route = "import { notify } from '@/jobs'
        import { auth } from './auth'
        export async function POST(request: Request) {
          const user = await auth(request)
          if (!user) return new Response('no', { status: 401 })
          await notify.trigger({ id: 1 })
          return new Response('ok')
        }";
    let auth = "import jwt from 'jsonwebtoken'
        export async function auth(request: Request) {
          return jwt.verify(request.headers.get('authorization'), process.env.SECRET!)
        }";
    let jobs = "import { task } from 'some-queue'
        import { createClient } from '@supabase/supabase-js'
        const admin = createClient(process.env.URL!, process.env.SERVICE_ROLE_KEY!)
        export const notify = task({
          run: async ({ id }) => { await admin.from('members').select('email').eq('id', id) },
        })";
    let files =
        [("src/app/api/x/route.ts", route), ("src/app/api/x/auth.ts", auth), ("src/jobs.ts", jobs)];
    let found = describe(&model(&files));
    assert!(found.contains("Select members Service id Yes"), "{found}");
}

#[test]
fn components_of_vue_and_svelte_are_code_of_the_browser() {
    let component = |tag: &str| {
        format!(
            "{tag}
            import {{ createClient }} from '@supabase/supabase-js'
            const client = createClient(import.meta.env.VITE_URL, import.meta.env.VITE_ANON_KEY)
            async function load() {{ await client.from('boats').select('id, name').limit(10) }}
            </script>
            <template><button @click=\"load()\">{{{{ a < b }}}}</button></template>"
        )
    };
    for (path, tag) in [
        ("src/Boats.vue", "<script setup lang=\"ts\">"),
        ("src/lib/Boats.svelte", "<script lang=\"ts\">"),
    ] {
        let found = describe(&model(&[(path, &component(tag))]));
        assert_eq!(found, "unreached\n  Select boats User limit Some(10.0)\n", "{path}");
    }
}
