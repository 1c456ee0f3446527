//! Who is let in: what counts as a question who is calling, and what does not.

use crate::testing::{describe, model};
use crate::tests::{ADMIN, SERVER, check};

#[test]
fn a_session_that_is_put_together_anew_still_says_who_is_calling() {
    let route = |lookup: &str, wrap: &str| {
        format!(
            "import {{ cache }} from 'react'
            import {{ betterAuth }} from 'better-auth'
            import {{ headers }} from 'next/headers'
            import {{ admin }} from '@/lib/admin'
            const auth = betterAuth({{}})
            const isActive = async (id: string) => {{
              const {{ data }} = await admin.from('users').select('active').eq('id', id).single()
              return data?.active === true
            }}
            const getSession = {wrap}(async () => {{
              const result = await auth.api.getSession({{ headers: await headers() }})
              if (!result?.user) return null
              {lookup}
              return {{ user: {{ id: result.user.id, name: result.user.name }} }}
            }})
            export async function POST(request: Request) {{
              const session = await getSession()
              if (!session?.user) throw new Error('not signed in')
              await admin.from('boats').delete().eq('id', 1)
            }}"
        )
    };
    for lookup in ["", "if (!(await isActive(result.user.id))) return null"] {
        for wrap in ["", "cache"] {
            let text = route(lookup, wrap);
            let found = describe(&model(&[("src/app/api/x/route.ts", &text), ADMIN]));
            assert!(found.contains("Delete boats Service id Yes"), "{lookup} {wrap}\n{found}");
        }
    }
}

#[test]
fn the_lookup_of_a_key_is_the_question_and_not_what_is_guarded() {
    use crate::model::Guarded::{Maybe, Yes};

    let by_hash = "const hash = createHash('sha256').update(key).digest('hex')
          const { data } = await admin.from('api_keys').select('id').eq('hashed_key', hash).single()";
    let by_prefix = "const { data } =
            await admin.from('api_keys').select('id').eq('prefix', key.slice(0, 8)).single()";
    let by_function = "const { data } = await admin.rpc('find_key', { value: key })";
    for (lookup, expected) in [(by_hash, Yes), (by_prefix, Yes), (by_function, Maybe)] {
        let route = format!(
            "import {{ admin }} from '@/lib/admin'
            import {{ createHash }} from 'crypto'
            export async function GET(request: Request) {{
              const key = request.headers.get('x-api-key') ?? ''
              {lookup}
              if (!data) return new Response('no', {{ status: 401 }})
              const {{ data: boats }} = await admin.from('boats').select('id').limit(10)
              return Response.json(boats)
            }}"
        );
        let model = model(&[("src/app/api/x/route.ts", &route), ADMIN]);
        let guarded = model.routes.first().map(|route| model.guarded(route));
        let found = describe(&model);
        assert_eq!(guarded, Some(expected), "{lookup}\n{found}");
    }
}

#[test]
fn a_check_that_is_skipped_while_developing_is_still_one() {
    let route = |test: &str| {
        format!(
            "import {{ admin }} from '@/lib/admin'
            const isProduction = process.env.NODE_ENV === 'production'
            async function check(request: Request) {{
              if ({test}) return
              if (request.headers.get('x-key') !== process.env.KEY) throw new Error('no')
            }}
            export async function POST(request: Request) {{
              const {{ id }} = await request.json()
              await check(request)
              await admin.from('boats').delete().eq('id', id)
            }}"
        )
    };
    for (test, guarded) in [
        ("process.env.VERCEL !== '1'", "Maybe"),
        ("process.env.NODE_ENV !== 'production'", "Yes"),
        ("!isProduction && request.headers.get('x-user')", "Yes"),
        ("process.env.VERCEL !== '1' && request.headers.get('x-user')", "Maybe"),
        ("isProduction && request.headers.get('x-user')", "No"),
        ("request.headers.get('x-skip') === '1'", "No"),
    ] {
        let text = route(test);
        let found = describe(&model(&[("src/app/api/x/route.ts", &text), ADMIN]));
        assert!(found.contains(&format!("Delete boats Service id {guarded}")), "{test}\n{found}");
    }
}

#[test]
fn asking_who_is_calling_guards_nothing_where_all_get_the_same_answer() {
    let route = |wanted: &str| {
        format!(
            "import {{ admin }} from '@/lib/admin'
            export async function GET(request: Request) {{
              let member = null
              try {{
                const {{ data }} = await admin.auth.getUser(request.headers.get('authorization'))
                if (!data.user) throw new Error('nobody')
                member = data.user
              }} catch {{ member = null }}
              {wanted}
              return Response.json(await fetch('https://weather.test/'))
            }}"
        )
    };
    for (wanted, expected) in [
        ("", crate::model::Guarded::No),
        ("if (!member) return new Response('no', { status: 401 })", crate::model::Guarded::Yes),
    ] {
        let model = model(&[("src/app/api/x/route.ts", &route(wanted)), ADMIN]);
        let guarded = model.routes.first().map(|route| model.guarded(route));
        assert_eq!(guarded, Some(expected), "{wanted}\n{}", describe(&model));
    }
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
fn a_verified_token_guards_what_follows_it() {
    check(
        &[
            ADMIN,
            (
                "src/lib/jwt.ts",
                "
import jwt from 'jsonwebtoken';
export function readToken(request: Request) {
  const header = request.headers.get('authorization');
  if (!header?.startsWith('Bearer ')) return null;
  try {
    return jwt.verify(header.slice(7), process.env.JWT_SECRET!) as { sub: string };
  } catch {
    return null;
  }
}
",
            ),
            (
                "src/app/api/partner/route.ts",
                "
import jwt from 'jsonwebtoken';
import { admin } from '@/lib/admin';
import { readToken } from '@/lib/jwt';
export async function GET(request: Request) {
  const partner = readToken(request);
  if (!partner) return new Response('no', { status: 401 });
  const { data } = await admin.from('listings').select('id').eq('partner_id', partner.sub);
  return Response.json(data);
}
export async function POST(request: Request) {
  let claims;
  try {
    claims = jwt.verify(request.headers.get('authorization')!, process.env.JWT_SECRET!);
  } catch (error) {
    return new Response('no', { status: 401 });
  }
  await admin.from('closed').select('id');
}
export async function PUT(request: Request) {
  const claims = jwt.decode(request.headers.get('authorization')!);
  if (!claims) return new Response('no', { status: 401 });
  await admin.from('claimed').select('id').eq('id', claims.sub);
}
",
            ),
        ],
        "
GET /api/partner
  guard
  guard
  Select listings Service partner_id Yes Answered
POST /api/partner
  guard
  Select closed Service Yes
PUT /api/partner
  guard
  Select claimed Service id ByClaim
",
    );
}

#[test]
fn sessions_are_claims() {
    let model = model(&[
        SERVER,
        (
            "src/app/api/me/route.ts",
            "
import { createClient } from '@/lib/server';
export async function GET() {
  const supabase = await createClient();
  const { data: { session } } = await supabase.auth.getSession();
  if (!session) return new Response('no', { status: 401 });
  const profiles = supabase.from('profiles').select('name');
  const { data } = await profiles.eq('id', session.user.id).single();
  return Response.json(data);
}
",
        ),
    ]);
    let claims: Vec<String> =
        model.claims.iter().map(|it| format!("{:?} {:?}", it.facts.how, it.source)).collect();
    assert_eq!(claims, ["Passage Session", "Rows Session"]);
    assert_eq!(describe(&model).lines().nth(2), Some("  Select profiles User id ByClaim Answered"));
}

#[test]
#[expect(clippy::too_many_lines, reason = "one program, told from both sides")]
fn errors_that_only_strangers_get_guard_what_follows() {
    check(
        &[
            SERVER,
            ADMIN,
            (
                "src/lib/access.ts",
                "
import { createClient } from './server';
export async function access(id: string) {
  const client = await createClient();
  const { data: { user } } = await client.auth.getUser();
  if (!user) return { error: 'UNAUTHORIZED' as const, client, user: null };
  const { data } = await client.from('videos').select('id').eq('id', id).maybeSingle();
  if (!data) return { error: 'NOT_FOUND' as const, client, user };
  return { error: null, client, user };
}
",
            ),
            (
                "src/app/api/videos/route.ts",
                "
import { access } from '@/lib/access';
import { admin } from '@/lib/admin';
export async function POST(request: Request) {
  const { id } = await request.json();
  const granted = await access(id);
  if (granted.error === 'UNAUTHORIZED') return new Response('no', { status: 401 });
  await admin.from('chapters').insert({ video_id: id });
}
export async function PUT(request: Request) {
  const { id } = await request.json();
  const granted = await access(id);
  if (granted.error === 'NOT_FOUND') return new Response('no', { status: 404 });
  await admin.from('open').insert({ video_id: id });
}
",
            ),
            (
                "src/server/lists.ts",
                "
'use server';
import type { SupabaseClient } from '@supabase/supabase-js';
export async function listOf(client: SupabaseClient, id: string) {
  return client.from('inner').select('id').eq('id', id);
}
",
            ),
        ],
        "
POST /api/videos
  guard
  Select videos User id Yes depth 1
  guard
  Insert chapters Service Yes
PUT /api/videos
  guard
  Select videos User id Yes depth 1
  Insert open Service No
unreached
  Select inner Unknown id
",
    );
}

/// Helpers that take long and only compute are not run for every argument: their bound has to stay.

#[test]
fn actions_run_behind_their_middleware() {
    let client = "import { createSafeActionClient } from 'next-safe-action'
        import { getServerSession } from 'next-auth'
        export const open = createSafeActionClient({ handleServerError() {} })
          .use(async ({ next }) => next({ ctx: { id: 1 } }))
        export const signedIn = open.use(async ({ next, ctx }) => {
          const session = await getServerSession()
          if (!session?.user) throw new Error('not signed in')
          return next({ ctx: { ...ctx, user: session.user } })
        })";
    let actions = "'use server'
        import { z } from 'zod'
        import { open, signedIn } from '@/client'
        import { admin } from '@/lib/admin'
        const schema = z.object({ id: z.string().uuid() })
        export const rename = signedIn.inputSchema(schema).metadata({ name: 'rename' })
          .action(async ({ parsedInput: { id }, ctx }) => {
            await admin.from('boats').update({ by: ctx.user.id }).eq('id', id)
          })
        export const forget = open.schema(schema)
          .action(async ({ parsedInput }) => {
            await admin.from('boats').delete().eq('id', parsedInput.id)
          })";
    let files = [("src/client.ts", client), ("src/app/actions.ts", actions), ADMIN];
    let found = describe(&model(&files));
    assert!(found.contains("Update boats Service id Yes"), "{found}");
    assert!(found.contains("Delete boats Service id No"), "{found}");
    assert!(!found.contains("opaque"), "{found}");
}

#[test]
fn what_only_logs_around_a_handler_changes_nothing() {
    let route = "import { createAxiomRouteHandler } from '@axiomhq/nextjs'
        import { AsyncLocalStorage } from 'node:async_hooks'
        import { admin } from '@/lib/admin'
        const store = new AsyncLocalStorage()
        const withLog = createAxiomRouteHandler({ onSuccess: async () => {} })
        export const POST = withLog(async (request: Request) => {
          const { id } = await request.json()
          return store.run({}, async () => {
            await admin.from('boats').delete().eq('id', id)
            return new Response('ok')
          })
        })";
    let found = describe(&model(&[("src/app/api/boats/route.ts", route), ADMIN]));
    assert!(found.starts_with("POST /api/boats\n"), "{found}");
    assert!(found.contains("Delete boats Service id No"), "{found}");
}
