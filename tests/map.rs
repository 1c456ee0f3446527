//! The map: written as the command line says, and used in a real browser.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on fails")]

#[path = "support/large.rs"]
mod large;
#[path = "support/program.rs"]
mod program;
mod support;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Once;

use program::Project;

/// The names under which Chromium may be installed.
const BROWSERS: [&str; 4] =
    ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

#[test]
fn it_is_written_where_the_command_line_says() {
    let project = Project::with_a_finding();
    project.expect(&["map", "-o", "out.html"], (0, "wrote out.html"));
    let written = fs::read(project.path().join("out.html")).unwrap();
    let piped = project.run(&["map"]);
    assert_eq!(piped.stdout, written, "the same to a file and into a pipe");
    assert!(piped.stderr.is_empty());
    assert!(!project.path().join("trave-map.html").exists(), "a pipe is enough");
    project.expect(&["map", "-o", "nowhere/out.html"], (2, "`nowhere/out.html` cannot be written"));
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
    let driver = driver();
    let title = folder.canonicalize().unwrap();
    let mut node = Command::new("node");
    node.arg(driver.join("map.mjs")).arg(browser()).arg(&page).arg(scenario);
    node.current_dir(&driver).env("TITLE", title.file_name().unwrap());
    let output = node.output().expect("Node is missing: `cargo xtask test` installs it");
    let said = [output.stdout, output.stderr].concat();
    let said = String::from_utf8_lossy(&said);
    println!("{said}");
    assert!(output.status.success(), "{scenario}:\n{said}");
}

/// The folder of the driver, with the packages that it needs.
fn driver() -> PathBuf {
    static INSTALLED: Once = Once::new();
    let folder = support::repository().join("tests/browser");
    INSTALLED.call_once(|| {
        let is_there = |name: &str| folder.join("node_modules").join(name).is_dir();
        if is_there("playwright-core") && is_there("axe-core") {
            return;
        }
        let mut npm = Command::new("npm");
        npm.args(["install", "--no-audit", "--no-fund", "--no-package-lock"]).current_dir(&folder);
        let output = npm.output().expect("npm is missing: `cargo xtask test` installs it");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    });
    folder
}

fn browser() -> PathBuf {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut programs = std::env::split_paths(&path)
        .flat_map(|folder| BROWSERS.iter().map(move |name| folder.join(name)));
    let found = programs.find(|program| program.is_file());
    found.unwrap_or_else(|| {
        panic!("Chromium is missing: `cargo xtask test` installs it, or names the package")
    })
}
