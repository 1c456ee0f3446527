//! Who is let in: what counts as a question who is calling, and what does not.

use crate::testing::{describe, model};
use crate::tests::ADMIN;

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
