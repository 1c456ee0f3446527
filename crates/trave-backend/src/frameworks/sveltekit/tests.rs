use super::*;
use crate::effect::Effect;
use crate::library::Library as _;
use crate::testing::{FakeMachine, call, function, number};
use crate::value::{Shape, Value};

fn words(path: &str, text: &str) -> String {
    let module = trave_ts::parse(trave_source::FileId(0), path, text);
    let found = entries(&module, path).unwrap_or_default();
    let words = found.iter().map(|it| format!("{:?} {} {}", it.kind, it.method, it.path));
    words.collect::<Vec<_>>().join("; ")
}

#[test]
fn files_with_a_plus_are_ways_in() {
    for (path, text, expected) in [
        (
            "src/routes/api/notes/[id=uuid]/+server.ts",
            "export const GET: RequestHandler = async () => {}\nexport function fallback() {}",
            "Http GET /api/notes/[id]; Http * /api/notes/[id]",
        ),
        (
            "apps/web/src/routes/(app)/notes/+page.server.ts",
            "export const load = async () => {}
export const actions = { default: async () => {}, remove: async ({ request }) => {} }",
            "Loader GET /notes; Http POST /notes; Http POST /notes?/remove",
        ),
        ("src/routes/+layout.server.js", "export function load() {}", "Loader GET /"),
        ("src/routes/+page.ts", "export const load = () => {}", "Loader GET /"),
        ("src/hooks.server.ts", "export const handle = sequence(a, b)", "Middleware * /"),
        (
            "src/routes/notes.remote.ts",
            "export const list = query(async () => {})",
            "ServerAction list src/routes/notes.remote.ts",
        ),
        (
            "src/routes/api/cron/daily/+server.ts",
            "export function GET() {}",
            "Job GET /api/cron/daily",
        ),
        ("src/lib/server.ts", "export function GET() {}", ""),
    ] {
        assert_eq!(words(path, text), expected, "{path}");
    }
}

#[test]
fn errors_end_the_request() {
    let mut machine = FakeMachine::default();
    let error = SvelteKit.import("@sveltejs/kit", "error").unwrap();
    let value = call(&SvelteKit, &mut machine, &error, (None, &[number(401.0)])).unwrap();
    assert_eq!(value.shape, Shape::Never);
    let Effect::Response(response) = &machine.effects[0] else { panic!() };
    assert_eq!(response.status, Some(401));
}

#[test]
fn handlers_in_sequence_run_one_after_the_other() {
    let mut machine = FakeMachine {
        returns: vec![Value::text("first"), Value::text("second")],
        ..FakeMachine::default()
    };
    let sequence = SvelteKit.import("@sveltejs/kit/hooks", "sequence").unwrap();
    let handlers = [function(0), function(1)];
    let handle = call(&SvelteKit, &mut machine, &sequence, (None, &handlers)).unwrap();
    let given = Value::object([("event", Value::text("event"))]);
    call(&SvelteKit, &mut machine, &handle, (None, &[given])).unwrap();
    let next = machine.ran_with[0][0].field("resolve").cloned().unwrap();
    call(&SvelteKit, &mut machine, &next, (None, &[Value::text("event")])).unwrap();
    assert_eq!(machine.ran_with.len(), 2);
    assert_eq!(machine.ran_with[1][0].field("event"), Some(&Value::text("event")));
}
