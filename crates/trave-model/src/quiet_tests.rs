//! Calls that are left out since they only compute, and those that must not be.

use crate::testing::{describe, model};

const DB: &str = "
    import { createClient } from '@supabase/supabase-js'
    export const db = createClient(process.env.URL!, process.env.SERVICE_ROLE_KEY!)";

/// The lines of a route over some helpers, with a function that takes long to give a text.
#[track_caller]
fn check(helpers: &str, route: &str, expected: &[&str]) {
    let shape = "
        export function shape(it: unknown) {
            const parts = [String(it), 'a', 'b', 'c'].map((part) => part.trim().toLowerCase())
            const ends = [parts[0] + parts[1], parts[2] + parts[3]].join('-')
            return { text: `${ends} ${parts.join(', ')}`, size: ends.length + parts.length }
        }";
    let helpers = format!("import {{ db }} from './db'\n{shape}\n{helpers}");
    let route = format!(
        "import {{ db }} from '@/db'
         import {{ createServerClient }} from '@supabase/ssr'
         import {{ cookies }} from 'next/headers'
         import * as it from '@/helpers'
         {route}"
    );
    let model = model(&[
        ("src/db.ts", DB),
        ("src/helpers.ts", &helpers),
        ("src/app/api/notes/route.ts", &route),
    ]);
    let found = describe(&model);
    let found: Vec<&str> = found.lines().map(str::trim).collect();
    assert_eq!(found, expected, "\n{}\n", found.join("\n"));
}

#[test]
fn a_word_may_decide_that_a_helper_does_more() {
    check(
        "export async function track(kind: string, more: string) {
             const shaped = shape(more)
             if (kind === 'audit') await db.from('audits').insert(shaped)
             console.log(shaped)
         }",
        "export async function GET() {
             await it.track('a', 'b')
             await it.track('c', 'd')
             await it.track('e', 'f')
             await it.track('audit', 'g')
         }",
        &["GET /api/notes", "Insert audits Service No depth 1"],
    );
}

#[test]
fn a_helper_that_throws_may_turn_callers_away() {
    check(
        "export function must(value: unknown) {
             console.log(shape(value), shape('value'))
             if (!value) throw new Error('nobody')
         }",
        "export async function GET() {
             it.must('a')
             it.must('b')
             it.must('c')
             const client = createServerClient('', '', { cookies: cookies() })
             const { data: { user } } = await client.auth.getUser()
             it.must(user)
             await db.from('notes').delete().eq('id', 1)
         }",
        &["GET /api/notes", "guard", "Delete notes Service id Yes"],
    );
}

#[test]
fn a_helper_does_what_it_is_given() {
    check(
        "export function make(write?: () => void) {
             return (more: unknown) => {
                 console.log(shape(more), shape('more'))
                 if (write) write()
             }
         }",
        "const log = it.make()
         export async function GET() {
             log('a')
             log('b')
             log('c')
             const keep = it.make(async () => { await db.from('logs').insert({}) })
             keep('d')
         }",
        &["GET /api/notes", "Insert logs Service No depth 2"],
    );
}

#[test]
fn a_helper_runs_what_it_is_passed() {
    check(
        "export function log(more: unknown, extra?: () => void) {
             console.log(shape(more), shape('more'))
             if (extra) extra()
         }",
        "export async function GET() {
             it.log('a')
             it.log('b')
             it.log('c')
             it.log('d', async () => { await db.from('logs').insert({}) })
         }",
        &["GET /api/notes", "Insert logs Service No depth 2"],
    );
}

#[test]
fn rows_that_are_logged_are_used() {
    let taken = |rounds: usize, last: &str| {
        let before = (0..rounds).map(|round| format!("it.log('round {round}')\n"));
        let before: String = before.collect();
        let route = format!(
            "import {{ db }} from '@/db'
             import * as it from '@/helpers'
             export async function GET() {{
                 {before}
                 const {{ data }} = await db.from('notes').select('id, text')
                 {last}
             }}"
        );
        let helpers = "
            export function log(it: unknown) {
                const parts = [String(it), 'a', 'b', 'c'].map((part) => part.trim())
                console.log([parts[0] + parts[1], parts[2] + parts[3]].join('-'), globalThis.told(it))
            }";
        let model = model(&[
            ("src/db.ts", DB),
            ("src/helpers.ts", helpers),
            ("src/app/api/notes/route.ts", &route),
        ]);
        model.queries.iter().any(|query| query.answer.parts)
    };
    assert!(!taken(3, ""), "nobody uses them");
    assert!(taken(0, "it.log(data)"), "as it is run");
    assert!(taken(3, "it.log(data)"), "as it is left out");
}

#[test]
fn a_call_that_was_known_on_one_way_in_is_made_on_the_next() {
    check(
        "async function write(text: string) {
             await db.from('logs').insert({ text })
         }
         export async function both(text: string) {
             await write('a')
             return shape(text).size
         }
         export const first = () => write('a')",
        "export async function GET() {
             await it.first()
             return Response.json(await it.both('b'))
         }
         export async function POST() {
             return Response.json(await it.both('b'))
         }",
        &[
            "GET /api/notes",
            "Insert logs Service No depth 2",
            "POST /api/notes",
            "Insert logs Service No depth 2",
        ],
    );
}
