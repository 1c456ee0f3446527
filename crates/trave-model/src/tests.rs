//! What the linker makes of small programs.

use crate::testing::{describe, model};

const SERVER: (&str, &str) = (
    "src/lib/server.ts",
    "
import { createServerClient } from '@supabase/ssr';
import { cookies } from 'next/headers';
export async function createClient() {
  const store = await cookies();
  return createServerClient(process.env.NEXT_PUBLIC_SUPABASE_URL!, process.env.NEXT_PUBLIC_SUPABASE_ANON_KEY!, {
    cookies: { getAll() { return store.getAll(); } },
  });
}
",
);

const ADMIN: (&str, &str) = (
    "src/lib/admin.ts",
    "
import { createClient } from '@supabase/supabase-js';
export const admin = createClient(process.env.SUPABASE_URL!, process.env.SUPABASE_SERVICE_ROLE_KEY!);
",
);

#[track_caller]
fn check(files: &[(&str, &str)], expected: &str) {
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
#[expect(clippy::too_many_lines, reason = "one program, five ways to guard")]
fn a_service_client_is_unguarded_until_somebody_asks() {
    check(
        &[
            ADMIN,
            (
                "src/lib/auth.ts",
                "
import { createClient } from '@/lib/server';
export async function requireUser() {
  const supabase = await createClient();
  const { data: { user } } = await supabase.auth.getUser();
  if (!user) throw new Error('no user');
  return user;
}
export async function currentUser() {
  const supabase = await createClient();
  const { data: { user }, error } = await supabase.auth.getUser();
  if (error || !user) return null;
  return user;
}
export async function checked() {
  const user = await currentUser();
  if (!user) return { error: new Response('no', { status: 401 }) };
  return { user };
}
export const withUser = (handler) => async (request) => {
  const user = await currentUser();
  if (!user) return new Response('no', { status: 401 });
  return handler(request, user);
};
",
            ),
            SERVER,
            (
                "src/app/api/a/route.ts",
                "
import { admin } from '@/lib/admin';
import { checked, currentUser, requireUser, withUser } from '@/lib/auth';
export async function GET() {
  await admin.from('open').select('id');
  const user = await requireUser();
  await admin.from('thrown').select('id').eq('owner', user.id);
}
export async function POST() {
  const user = await currentUser();
  await admin.from('early').select('id');
  if (!user) return new Response('no', { status: 401 });
  await admin.from('late').select('id');
}
export async function PUT() {
  const auth = await checked();
  if ('error' in auth) return auth.error;
  await admin.from('checked').insert({ owner: auth.user.id });
}
export const DELETE = withUser(async (request, user) => {
  await admin.from('wrapped').delete().eq('owner', user.id);
});
export async function PATCH() {
  const user = await currentUser();
  if (user) return new Response('already');
  await admin.from('nobody').update({ seen: true });
}
",
            ),
        ],
        "
GET /api/a
  Select open Service No
  guard
  Select thrown Service owner Yes
POST /api/a
  guard
  Select early Service No
  guard
  Select late Service Yes
PUT /api/a
  guard
  guard
  guard
  Insert checked Service Yes
DELETE /api/a
  guard
  guard
  Delete wrapped Service owner Yes depth 1
PATCH /api/a
  guard
  Update nobody Service No
",
    );
}

#[test]
fn secrets_guard_only_when_compared() {
    check(
        &[
            ADMIN,
            (
                "src/app/api/cron/route.ts",
                "
import { admin } from '@/lib/admin';
export async function GET(request: Request) {
  const secret = process.env.CRON_SECRET;
  if (!secret) return new Response('unset', { status: 500 });
  await admin.from('open').select('id');
  if (request.headers.get('authorization') !== `Bearer ${secret}`) {
    return new Response('no', { status: 401 });
  }
  await admin.from('closed').select('id');
}
",
            ),
        ],
        "
GET /api/cron
  Select open Service No
  guard
  Select closed Service Yes
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
export const clamp = (value: number, low: number, high: number) => Math.max(low, Math.min(high, value));
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
  Select items Service kind city? limit Some(50.0) No Iterated Iterated Answered
  Select photos Service item_id No loop
  Select owners Service id No loop Answered
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
export async function getCached<T>(key: string, seconds: number, compute: () => Promise<T>): Promise<T> {
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
