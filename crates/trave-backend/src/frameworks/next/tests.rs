use super::*;
use crate::effect::{CacheAction, Effect};
use crate::entry::{Entry, EntryKind, Handler};
use crate::library::Library;
use crate::testing::{FakeMachine, call, function, number};
use crate::value::{InputKind, Shape, Value};

fn read(path: &str, text: &str) -> Vec<Entry> {
    entries(&trave_ts::parse(trave_source::FileId(0), path, text), path)
}

fn words(path: &str, text: &str) -> String {
    let entries = read(path, text);
    let words =
        entries.iter().map(|entry| format!("{:?} {} {}", entry.kind, entry.method, entry.path));
    words.collect::<Vec<_>>().join("; ")
}

#[test]
fn ways_in_are_found() {
    for (path, text, expected) in [
        (
            "app/api/x/route.ts",
            "export async function GET() {}\nexport const POST = withUser(async () => {})",
            "Http GET /api/x; Http POST /api/x",
        ),
        (
            "app/api/x/route.ts",
            "export { GET, POST } from './handlers'",
            "Http GET /api/x; Http POST /api/x",
        ),
        (
            "app/api/x/route.ts",
            "const handler = () => {}\nexport { handler as GET }\nexport const dynamic = 'force-dynamic'",
            "Http GET /api/x",
        ),
        (
            "app/api/webhooks/stripe/route.ts",
            "export async function POST() {}",
            "Webhook POST /api/webhooks/stripe",
        ),
        (
            "app/api/cron/clean/route.ts",
            "export async function GET() {}",
            "Job GET /api/cron/clean",
        ),
        (
            "pages/api/users.ts",
            "export default async function handler(req, res) {}",
            "Http * /api/users",
        ),
        (
            "app/home/page.tsx",
            "export default async function Page() {}\nexport async function generateMetadata() {}",
            "Loader GET /home; Loader GET /home",
        ),
        ("app/home/page.tsx", "'use client'\nexport default function Page() {}", ""),
        (
            "middleware.ts",
            "export async function middleware(request) {}\nexport const config = {}",
            "Middleware * /",
        ),
        ("pages/p.tsx", "export async function getServerSideProps(context) {}", "Loader GET /p"),
        (
            "lib/actions.ts",
            "'use server'\nexport async function save(data) {}\nexport const drop = enhance(async () => {})\nconst x = 1",
            "ServerAction save lib/actions.ts; ServerAction drop lib/actions.ts",
        ),
        (
            "app/p/page.tsx",
            "export default function Page() { async function save() { 'use server' } }",
            "Loader GET /p; ServerAction save app/p/page.tsx",
        ),
        ("lib/x.ts", "export async function GET() {}", ""),
    ] {
        assert_eq!(words(path, text), expected, "{path}: {text}");
    }
}

#[test]
fn a_function_that_takes_a_client_is_no_way_in() {
    let text = "'use server'
export async function list(client: SupabaseClient<Database>) {}
export async function save() {}";
    assert_eq!(words("lib/a.ts", text), "ServerAction save lib/a.ts");
}

#[test]
fn actions_are_given_what_the_caller_sends() {
    let found = read(
        "a.ts",
        "'use server'\nexport async function save(id: string, form: FormData, { a }: X) {}",
    );
    assert_eq!(found[0].params[0], Value::input(InputKind::Body, "id"));
    assert_eq!(found[0].params[1].library().unwrap().kind, "form-data");
    assert_eq!(found[0].params.len(), 3);
    assert_eq!(found[0].handler, Handler::Export("save".into()));
}

#[test]
fn the_framework_caches_whole_answers() {
    let cache = |text: &str, major, reads| {
        let found = read("app/api/x/route.ts", text);
        answer_cache(&found[0], Serving { major, reads_request: reads })
            .map(|cache| (cache.by.to_string(), cache.seconds))
    };
    let plain = "export async function GET() {}";
    assert!(cache(plain, Some(14), false).is_some());
    assert_eq!(cache(plain, Some(14), true), None);
    assert_eq!(cache(plain, Some(15), false), None);
    assert_eq!(cache(plain, None, false), None);
    let with = |config: &str| format!("export const {config}\n{plain}");
    assert_eq!(
        cache(&with("revalidate = 60"), Some(15), false),
        Some(("revalidate = 60".into(), Some(60.0)))
    );
    assert_eq!(cache(&with("revalidate = 0"), Some(14), false), None);
    assert_eq!(cache(&with("dynamic = 'force-dynamic'"), Some(14), false), None);
    assert_eq!(
        cache(&with("dynamic = 'force-static'"), Some(16), true),
        Some(("dynamic = 'force-static'".into(), None))
    );
    assert_eq!(read("app/api/cron/x/route.ts", plain)[0].kind, EntryKind::Job);
}

#[test]
fn kept_functions_are_read_through() {
    let mut machine = FakeMachine { returns: vec![Value::text("rows")], ..FakeMachine::default() };
    let keep = Next.import("next/cache", "unstable_cache").unwrap();
    let options = Value::object([("revalidate", number(60.0))]);
    let key = Value::array(vec![Value::text("posts")]);
    let kept = call(&Next, &mut machine, &keep, (None, &[function(0), key, options])).unwrap();
    let id = Value::input(InputKind::Path, "id");
    let value = call(&Next, &mut machine, &kept, (None, std::slice::from_ref(&id))).unwrap();
    assert_eq!(value, Value::text("rows"));
    let Effect::Cache(cache) = &machine.effects[0] else { panic!() };
    assert_eq!(cache.action, CacheAction::ReadThrough);
    assert_eq!(cache.key, Value::array(vec![Value::text("posts"), id]));
    assert_eq!(cache.ttl.as_ref().and_then(Value::as_number), Some(60.0));
    assert!(cache.shared && cache.ttl_known && cache.computes.len() == 1);
}

#[test]
fn some_calls_never_return() {
    let mut machine = FakeMachine::default();
    let redirect = Next.import("next/navigation", "redirect").unwrap();
    let value = call(&Next, &mut machine, &redirect, (None, &[])).unwrap();
    assert_eq!(value.shape, Shape::Never);
}
