//! The map: written as the command line says, and used in a real browser.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on fails"
)]
#![expect(clippy::print_stdout, reason = "it tells how long pictures take")]

#[path = "support/chromium.rs"]
mod chromium;
#[path = "support/large.rs"]
mod large;
#[path = "support/node.rs"]
mod node;
#[path = "support/program.rs"]
mod program;
mod support;

use std::fs;
use std::path::Path;
use std::process::Command;

use chromium::chromium;
use program::Project;
use serde_json::{Value, json};

#[test]
fn it_is_written_where_the_command_line_says() {
    let project = Project::with_a_finding();
    project.expect(&["map", "-o", "out.html"], (0, "wrote out.html"));
    let written = fs::read(project.path().join("out.html")).unwrap();
    let piped = project.run(&["map"]);
    assert_eq!(piped.stdout, written, "the same to a file and into a pipe");
    assert!(piped.stderr.is_empty());
    assert!(!project.path().join("trave-map.html").exists(), "a pipe is enough");
    project.expect(&["map", "-o", "new/out.html"], (0, "wrote new/out.html"));
    project.expect(&["map", "-o", "src"], (2, "`src` cannot be written"));
    let left = fs::read_dir(project.path()).unwrap().map(|entry| entry.unwrap().file_name());
    let left: Vec<String> = left.map(|name| name.into_string().unwrap()).collect();
    assert!(!left.iter().any(|name| name.starts_with('.')), "nothing half done is left: {left:?}");
    Project::empty().expect(&["map", "-o", "out.html"], (2, "holds nothing to analyse"));
}

#[test]
fn the_same_project_gives_the_same_bytes() {
    let fixture = support::repository().join("fixtures/spejs");
    let with_threads = |threads: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_trave"));
        command.args(["map", "-o", "-"]).current_dir(&fixture).env("RAYON_NUM_THREADS", threads);
        command.output().unwrap().stdout
    };
    let one = with_threads("1");
    assert!(one.len() > 50_000, "{} bytes", one.len());
    assert!(one == with_threads("4"), "the number of threads changes the page");
}

#[test]
fn ways_in_queries_tables_and_findings_know_each_other() {
    let project = Project::with_a_finding();
    let page = String::from_utf8(project.run(&["map"]).stdout).unwrap();
    let (_, rest) = page.split_once("id=\"island\">").unwrap();
    let (island, _) = rest.split_once("</script>").unwrap();
    let island: Value = serde_json::from_str(island).unwrap();
    assert_eq!(island["routes"][0]["path"], "/api/notes");
    assert_eq!(island["routes"][0]["guarded"], "no");
    assert_eq!(island["routes"][0]["steps"][0]["query"]["id"], 0);
    assert_eq!(island["queries"][0]["table"], 0);
    assert_eq!(island["queries"][0]["found_by"]["key"], "notes_pkey");
    assert_eq!(island["tables"][0]["name"], "notes");
    assert_eq!(island["tables"][0]["access"]["cells"][0][0]["rows"], "all");
    let findings = island["findings"].as_array().unwrap();
    let open = findings.iter().find(|it| it["rule"] == "rls/table-without-rls").unwrap();
    assert_eq!((&open["tables"], &open["queries"]), (&json!([0]), &json!([0])), "{open:#}");
    let (file, line) = (&open["places"][0]["place"][0], &open["places"][0]["place"][1]);
    let file = usize::try_from(file.as_u64().unwrap()).unwrap();
    assert_eq!(island["files"][file], program::MIGRATION_PATH);
    assert_eq!(*line, 1);
}

#[test]
fn a_small_project_is_shown_in_all_four_views() {
    let project = Project::with_a_finding();
    use_page(&project, project.path(), "small");
}

#[test]
fn it_is_searched_filtered_and_walked_by_keyboard() {
    use_page(&Project::empty(), &support::repository().join("fixtures/spejs"), "use");
}

/// axe-core looks at every view in both themes.
#[test]
fn nothing_keeps_people_out() {
    use_page(&Project::empty(), &support::repository().join("fixtures/spejs"), "accessible");
}

/// The policy of the page forbids it as well; here it is not even tried.
#[test]
fn the_program_reads_no_markup_and_opens_no_connection() {
    let folder = "crates/trave-report/src/map/page";
    let never = ["innerHTML", "outerHTML", "insertAdjacent", "document.write", "eval(", "fetch("];
    let ways_out = ["XMLHttpRequest", "WebSocket", "EventSource", "sendBeacon", "import(", "url("];
    let files = fs::read_dir(support::repository().join(folder)).unwrap();
    let names = files.map(|file| file.unwrap().file_name().into_string().unwrap());
    let names: Vec<String> = names.collect();
    assert!(names.len() > 5, "{names:?}");
    for name in names {
        let text = support::read(&format!("{folder}/{name}"));
        let found = never.iter().chain(&ways_out).find(|word| text.contains(**word));
        assert_eq!(found, None, "{name}");
    }
}

#[test]
fn names_that_look_like_markup_are_names() {
    let project = Project::empty();
    let name = "</script><script>window.ran = true</script><img src=x onerror=window.ran=1>";
    project.write("supabase/config.toml", "project_id = 'notes'\n");
    let migration =
        format!("create table public.\"{name}\" (id bigint primary key, \"{name}\" text);\n");
    project.write(program::MIGRATION_PATH, migration);
    let route = program::ROUTE.replace("from('notes')", &format!("from('{name}')"));
    project.write("src/app/api/notes/route.ts", &route);
    let page = project.run(&["map"]).stdout;
    let page = String::from_utf8(page).unwrap();
    assert_eq!(page.matches("</script>").count(), 2, "the island and the program end once each");
    use_page(&project, project.path(), "hostile");
}

#[test]
fn three_hundred_ways_in_and_two_hundred_tables_stay_fluent() {
    let project = Project::empty();
    large::write(&project);
    use_page(&project, project.path(), "large");
}

/// Draws the map of a folder, and lets the driver go through a scenario with it.
#[track_caller]
fn use_page(scratch: &Project, folder: &Path, scenario: &str) {
    let page = scratch.path().join("map.html");
    let output = scratch.run(&["map", folder.to_str().unwrap(), "-o", page.to_str().unwrap()]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let driver = node::packages("tests/browser");
    let title = folder.canonicalize().unwrap();
    let mut node = Command::new("node");
    node.arg(driver.join("map.mjs")).arg(chromium()).arg(&page).arg(scenario);
    node.current_dir(&driver).env("TITLE", title.file_name().unwrap());
    let output = node.output().unwrap();
    let said = [output.stdout, output.stderr].concat();
    let said = String::from_utf8_lossy(&said);
    println!("{said}");
    assert!(output.status.success(), "{scenario}:\n{said}");
}
