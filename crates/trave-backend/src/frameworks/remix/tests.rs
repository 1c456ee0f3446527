use super::*;
use crate::entry::EntryKind;

fn words(path: &str, text: &str) -> String {
    let module = trave_ts::parse(trave_source::FileId(0), path, text);
    let found = entries(&module, path).unwrap_or_default();
    let words = found.iter().map(|it| format!("{:?} {} {}", it.kind, it.method, it.path));
    words.collect::<Vec<_>>().join("; ")
}

#[test]
fn route_modules_are_ways_in() {
    let page = "export async function loader() {}\nexport const action = async () => {}
export default function Page() {}";
    assert_eq!(
        words("app/routes/notes.$id.tsx", page),
        "Loader GET /notes/:id; Http POST /notes/:id"
    );
    let resource = "export async function loader({ request }) {}";
    assert_eq!(words("app/routes/api.notes.ts", resource), "Http GET /api/notes");
    assert_eq!(
        words("app/routes/webhooks.stripe.ts", "export async function action() {}"),
        "Webhook POST /webhooks/stripe"
    );
    assert_eq!(words("app/root.tsx", page), "Loader GET /; Http POST /");
    assert_eq!(words("app/routes/helpers.ts", "export const x = 1"), "");
    assert_eq!(words("lib/loader.ts", resource), "");
}

#[test]
fn modules_of_a_table_of_routes_are_known_by_their_types() {
    let text = "import type { Route } from './+types/notes'
export async function loader({ params }: Route.LoaderArgs) {}
export default function Notes() {}";
    assert_eq!(words("app/pages/notes.tsx", text), "Loader GET /pages/notes");
    let module = trave_ts::parse(trave_source::FileId(0), "a.tsx", text);
    assert!(entries(&module, "app/pages/notes.tsx").unwrap()[0].kind == EntryKind::Loader);
}
