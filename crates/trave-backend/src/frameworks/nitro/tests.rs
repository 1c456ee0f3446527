use super::*;
use crate::effect::Effect;
use crate::library::Library as _;
use crate::testing::{FakeMachine, call, env, function, number, origin};
use crate::value::{InputKind, Value};

fn words(path: &str, text: &str) -> String {
    let module = trave_ts::parse(trave_source::FileId(0), path, text);
    let found = entries(&module, path).unwrap_or_default();
    let words = found.iter().map(|it| format!("{:?} {} {}", it.kind, it.method, it.path));
    words.collect::<Vec<_>>().join("; ")
}

#[test]
fn files_below_server_are_ways_in() {
    let handler = "export default defineEventHandler(async (event) => {})";
    for (path, text, expected) in [
        ("server/api/todos/[id].patch.ts", handler, "Http PATCH /api/todos/[id]"),
        ("apps/web/server/api/todos/index.ts", handler, "Http * /api/todos"),
        ("server/routes/sitemap.xml.ts", handler, "Http * /sitemap.xml"),
        ("server/api/webhooks/stripe.post.ts", handler, "Webhook POST /api/webhooks/stripe"),
        ("server/middleware/auth.ts", handler, "Middleware * /"),
        (
            "server/api/a.ts",
            "const h = withUser(async () => {})\nexport default defineOwnHandler(h)",
            "Http * /api/a",
        ),
        ("server/tasks/clean.ts", "export default defineTask({ run() {} })", "Job * clean"),
        ("server/api/root.ts", "export const appRouter = router({})", ""),
        ("server/utils/db.ts", handler, ""),
    ] {
        assert_eq!(words(path, text), expected, "{path}");
    }
}

#[test]
fn helpers_of_the_server_need_no_import() {
    assert_eq!(auto_imported("server/utils/db.ts"), Some(""));
    assert_eq!(auto_imported("apps/web/server/utils/a/b.ts"), Some("apps/web"));
    assert_eq!(auto_imported("observer/utils/db.ts"), None);
    assert_eq!(auto_imported("src/utils/db.ts"), None);
}

#[test]
fn settings_are_variables() {
    let mut machine = FakeMachine::default();
    let config = Nitro.global("useRuntimeConfig").unwrap();
    let config = call(&Nitro, &mut machine, &config, (None, &[])).unwrap();
    let secret = Nitro.member(config.library().unwrap(), "apiSecret", origin(1)).unwrap();
    assert_eq!(secret.shape, env("NUXT_API_SECRET").shape);
}

#[test]
fn kept_answers_are_keyed_by_their_address() {
    let mut machine = FakeMachine { returns: vec![Value::text("rows")], ..FakeMachine::default() };
    let keep = Nitro.global("defineCachedEventHandler").unwrap();
    let options = Value::object([("maxAge", number(60.0))]);
    let kept = call(&Nitro, &mut machine, &keep, (None, &[function(0), options])).unwrap();
    call(&Nitro, &mut machine, &kept, (None, &[super::model::event()])).unwrap();
    let Effect::Cache(cache) = &machine.effects[0] else { panic!() };
    let kinds: Vec<InputKind> = cache.key.inputs.iter().map(|input| input.kind).collect();
    assert_eq!(kinds, [InputKind::Path, InputKind::Query]);
    assert_eq!(cache.ttl.as_ref().and_then(Value::as_number), Some(60.0));
}
