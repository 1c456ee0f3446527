//! What counts as asking who is calling before the service role is used, and what strangers may
//! get at anyway.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use trave_testing::check;

/// Checks `rls/service-client-unguarded` against migrations and one handler with a service client.
#[track_caller]
fn check_handler(sql: &str, path: &str, handler: &str) {
    let rule = trave_rules::RULES.iter().find(|it| it.meta.id == "rls/service-client-unguarded");
    let fixture = format!(
        "//- supabase/migrations/001.sql
{sql}
//- {path}
import {{ cookies }} from 'next/headers';
import {{ createServerClient }} from '@supabase/ssr';
import {{ createClient }} from '@supabase/supabase-js';
const admin = createClient(process.env.URL!, process.env.SUPABASE_SERVICE_ROLE_KEY!);
{handler}
"
    );
    check(rule.copied().unwrap(), &fixture);
}

const PEOPLE: &str = "create table people (id uuid primary key, email text unique, name text);
alter table people enable row level security;";

const NOTES: &str = "create table notes (id int primary key, owner_id uuid not null, body text);
alter table notes enable row level security;
create policy own on notes for select using (owner_id = (select auth.uid()));
create policy staff on notes for select using (
  exists (select 1 from people where people.id = auth.uid() and people.name = 'staff')
);";

#[test]
fn a_count_and_a_check_that_somebody_is_there_read_nothing() {
    check_handler(
        PEOPLE,
        "app/api/people/route.ts",
        "export async function POST(request: Request) {
  const { email } = await request.json();
  const { count } = await admin.from('people').select('id', { count: 'exact', head: true });
  const { data } = await admin.from('people').select('id').eq('email', email).maybeSingle();
  return Response.json({ count, free: !data });
}",
    );
}

#[test]
fn a_random_key_is_for_whoever_was_given_it() {
    check_handler(
        PEOPLE,
        "app/api/people/route.ts",
        "export async function GET(request: Request) {
  const id = new URL(request.url).searchParams.get('id');
  const { data } = await admin.from('people').select('email').eq('id', id).single();
//                       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ whoever knows its `id` can read a row of `people` through GET /api/people
  return Response.json(data);
}",
    );
}

#[test]
fn what_pages_show_is_given_out_by_a_random_key() {
    check_handler(
        PEOPLE,
        "app/api/people/route.ts",
        "export async function GET(request: Request) {
  const id = new URL(request.url).searchParams.get('id');
  const { data } = await admin.from('people').select('name').eq('id', id).single();
  return Response.json(data);
}",
    );
}

#[test]
fn a_random_key_does_not_give_out_secrets() {
    check_handler(
        "create table machines (id uuid primary key, name text, api_key text not null);
alter table machines enable row level security;",
        "app/api/ask/route.ts",
        "export async function POST(request: Request) {
  const { machine } = await request.json();
  const { data } = await admin.from('machines').select('*').eq('id', machine).single();
//                       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ whoever knows its `id` gets at the `api_key` of a row of `machines` through POST /api/ask
  const answer = await fetch('https://machines.example', { headers: { key: data.api_key } });
  return new Response(answer.body);
}",
    );
}

#[test]
fn an_address_is_no_random_key() {
    check_handler(
        PEOPLE,
        "app/api/people/route.ts",
        "export async function POST(request: Request) {
  const { email } = await request.json();
  const { data } = await admin.from('people').select('name').eq('email', email).single();
//                       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ any caller of POST /api/people can read `people` by `email`: row level security is bypassed
  return Response.json(data);
}",
    );
}

#[test]
fn an_action_is_named_with_its_page() {
    check_handler(
        NOTES,
        "app/notes/page.tsx",
        "export default function Page() {
  async function archive(id: number) {
    'use server';
    await admin.from('notes').update({ body: null }).eq('id', id);
//        ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ any caller of server action `archive` of /notes can change `notes` by `id`: row level security is bypassed
  }
  return null;
}",
    );
}

#[test]
fn middleware_guards_the_actions_of_the_pages_that_it_covers() {
    check_handler(
        NOTES,
        "app/staff/page.tsx",
        "export default function Page() {
  async function clear(id: number) {
    'use server';
    await admin.from('notes').delete().eq('id', id);
  }
  return null;
}
//- middleware.ts
import { NextResponse } from 'next/server';
import { createServerClient } from '@supabase/ssr';
const STAFF = ['/staff', '/office'];
export async function middleware(request) {
  const own = createServerClient(process.env.URL!, process.env.ANON!, { cookies: request.cookies });
  const { data: { user } } = await own.auth.getUser();
  const isStaff = STAFF.some((path) => request.nextUrl.pathname.startsWith(path));
  if (isStaff && !user) return NextResponse.redirect(new URL('/login', request.url));
  return NextResponse.next();
}
export const config = { matcher: ['/((?!api|_next/static).*)'] };",
    );
}

#[test]
fn a_row_that_only_its_owner_sees_asks_for_its_owner() {
    check_handler(
        NOTES,
        "app/api/notes/route.ts",
        "export async function DELETE(request: Request) {
  const { id } = await request.json();
  const cookieStore = await cookies();
  const own = createServerClient(process.env.URL!, process.env.ANON!, { cookies: cookieStore });
  const { data: note } = await own.from('notes').select('id').eq('id', id).maybeSingle();
  if (!note) return new Response('not found', { status: 404 });
  await admin.from('notes').delete().eq('id', id);
  return new Response(null, { status: 204 });
}",
    );
}

#[test]
fn a_row_that_everybody_sees_asks_for_nobody() {
    check_handler(
        "create table notes (id int primary key, owner_id uuid not null, shared boolean);
alter table notes enable row level security;
create policy own on notes for select using (shared or owner_id = auth.uid());",
        "app/api/notes/route.ts",
        "export async function DELETE(request: Request) {
  const { id } = await request.json();
  const cookieStore = await cookies();
  const own = createServerClient(process.env.URL!, process.env.ANON!, { cookies: cookieStore });
  const { data: note } = await own.from('notes').select('id').eq('id', id).maybeSingle();
  if (!note) return new Response('not found', { status: 404 });
  await admin.from('notes').delete().eq('id', id);
//      ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ any caller of DELETE /api/notes can delete from `notes` by `id`: row level security is bypassed
  return new Response(null, { status: 204 });
}",
    );
}

#[test]
fn forms_and_rows_that_are_there_to_be_seen_are_for_everybody() {
    check_handler(
        "create table homes (id int primary key, owner_id uuid, title text, is_public boolean);
create table questions (id uuid primary key default gen_random_uuid(), email text, body text);",
        "app/api/homes/route.ts",
        "export async function GET(request: Request) {
  const title = new URL(request.url).searchParams.get('title');
  const { data } = await admin.from('homes').select('id').eq('title', title).eq('is_public', true);
  return Response.json(data);
}
export async function POST(request: Request) {
  const { email, body } = await request.json();
  const { data } = await admin.from('questions').insert({ email, body }).select('id').single();
  return Response.json({ id: data.id });
}",
    );
}
