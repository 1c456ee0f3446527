//! Diagnostics: of the whole project, of what is typed, pushed and pulled.

use serde_json::{Value, json};
use trave_lsp::Ending;

use crate::client::{Client, capabilities};

pub(crate) const MIGRATION: &str = "supabase/migrations/20240101000000_notes.sql";
pub(crate) const ROUTE: &str = "src/app/api/notes/route.ts";

/// A route that filters by a column that no index serves, and nothing else that is wrong.
pub(crate) const PROJECT: &str = concat!(
    "\n//- supabase/migrations/20240101000000_notes.sql\n",
    include_str!("../../../../tests/editors/notes.sql"),
    "//- src/app/api/notes/route.ts\n",
    include_str!("../../../../tests/editors/route.ts"),
);

#[test]
fn an_edit_of_a_route_shows_and_one_of_the_migration_takes_it_away() {
    let mut client = Client::start(PROJECT);
    client.open(ROUTE);
    client.open(MIGRATION);
    assert_eq!(client.rules(ROUTE), [""; 0]);
    client.replace(ROUTE, ".select(", ".select(/* all */ ");
    assert_eq!(client.rules(ROUTE), [""; 0]);
    // Nobody is asked for any more: every row is read, by a column without an index.
    client.replace(ROUTE, ".eq('owner_id', user.id)", ".eq('folder', request.url)");
    client.replace(
        MIGRATION,
        "alter table public.notes enable",
        "-- alter table public.notes enable",
    );
    let found = client.diagnostics(ROUTE);
    let found: Vec<&Value> =
        found.iter().filter(|it| it["code"] == "index/unindexed-filter").collect();
    let [finding] = found.as_slice() else { panic!("{found:#?}") };
    assert_eq!(finding["source"], "trave");
    let related = finding["relatedInformation"].as_array().unwrap();
    let in_sql = related.iter().find(|it| client.path(&it["location"]["uri"]) == MIGRATION);
    assert!(in_sql.is_some(), "{related:#?}");
    assert!(finding["data"]["fingerprint"].is_string());
    // Unsaved, in another file: the disk has neither the filter nor the index.
    let end = client.text(MIGRATION).len();
    client.edit(MIGRATION, end..end, "create index on public.notes (folder);\n");
    let rules = client.rules(ROUTE);
    assert!(rules.iter().all(|it| !it.starts_with("index/unindexed-filter")), "{rules:?}");
    assert_eq!(client.leave(), Ending::Orderly);
}

#[test]
fn diagnostics_are_pushed_with_their_version_and_taken_back() {
    let mut client = Client::start(PROJECT);
    client.open(MIGRATION);
    client.replace(MIGRATION, "alter table public.notes enable row level security;", "");
    let expected = client.diagnostics(MIGRATION);
    assert!(!expected.is_empty());
    let published = &client.published[MIGRATION];
    assert_eq!(published["diagnostics"].as_array().unwrap(), &expected);
    assert_eq!(published["version"], 2);
    // The disk counts again, and it is well.
    client.close(MIGRATION);
    assert_eq!(client.rules(MIGRATION), [""; 0]);
    assert_eq!(client.published[MIGRATION]["diagnostics"], json!([]));
}

#[test]
fn whoever_asks_is_answered_and_not_told_what_has_not_changed() {
    let hello = json!({
        "capabilities": capabilities(),
        "initializationOptions": { "diagnostics": "pull" },
    });
    let mut client = Client::with(PROJECT, hello);
    assert_eq!(client.capabilities["diagnosticProvider"]["workspaceDiagnostics"], true);
    client.open(MIGRATION);
    client.replace(MIGRATION, "alter table public.notes enable row level security;", "");
    let params = json!({ "previousResultIds": [] });
    let report = client.request("workspace/diagnostic", params).unwrap();
    let items = report["items"].as_array().unwrap().clone();
    let [item] = items.as_slice() else { panic!("{items:#?}") };
    assert_eq!(client.path(&item["uri"]), MIGRATION);
    let id = item["resultId"].clone();
    let params =
        json!({ "textDocument": { "uri": client.uri(MIGRATION) }, "previousResultId": id });
    let report = client.request("textDocument/diagnostic", params).unwrap();
    assert_eq!(report["kind"], "unchanged");
    assert!(client.published.is_empty(), "who asks is not told");
    assert!(client.heard.iter().any(|it| it["method"] == "workspace/diagnostic/refresh"));
}

#[test]
fn settings_that_cannot_be_used_are_said_in_their_file() {
    let fixture = format!("{PROJECT}//- trave.toml\n[check]\nfail_on = 'error'\n");
    let mut client = Client::start(&fixture);
    assert_eq!(client.rules("trave.toml"), ["trave/settings:1:0"]);
    let shown = client.heard.iter().find(|it| it["method"] == "window/showMessage").unwrap();
    let text = shown["params"]["message"].as_str().unwrap();
    assert!(text.contains("did you mean `fail-on`"), "{text}");
}

#[test]
fn folders_are_analysed_one_by_one_and_the_innermost_reports() {
    let one = "create table a (id int primary key);";
    let fixture = format!(
        "//- supabase/migrations/1_a.sql\n{one}\n//- apps/web/supabase/migrations/1_a.sql\n{one}\n"
    );
    let mut client = Client::silent(&fixture);
    let (outer, inner) = (client.uri(""), client.uri("apps/web"));
    let folders = json!([{ "uri": outer, "name": "a" }, { "uri": inner, "name": "b" }]);
    let hello = json!({ "capabilities": capabilities(), "workspaceFolders": folders });
    client.request("initialize", hello).unwrap();
    client.notify("initialized", json!({}));
    let path = "apps/web/supabase/migrations/1_a.sql";
    let both = client.rules(path);
    assert!(!both.is_empty());
    assert_eq!(client.rules("supabase/migrations/1_a.sql"), both);
    let gone = json!({ "event": { "added": [], "removed": [{ "uri": inner, "name": "b" }] } });
    client.notify("workspace/didChangeWorkspaceFolders", gone);
    assert_eq!(client.rules(path), both, "the outer folder reports it now");
}
