//! Settings as a repository with several packages has them, presets, and what tells about them.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

#[path = "support/program.rs"]
mod program;

use program::{MIGRATION, MIGRATION_PATH, Project};

const RULE: &str = "rls/table-without-rls";

/// Two applications, each with a table that anybody may read.
fn two_applications() -> Project {
    let project = Project::empty();
    for name in ["shop", "web"] {
        let folder = format!("apps/{name}/supabase");
        project.write(&format!("{folder}/config.toml"), "project_id = 'notes'\n");
        let path = format!("{folder}/migrations/20240101000000_notes.sql");
        project.write(&path, MIGRATION);
    }
    project
}

/// The levels of the findings in each application, `-` for none.
fn levels(project: &Project, arguments: &[&str]) -> (String, String) {
    let mut command = vec!["check", "--format", "concise", "--fail-on", "never", "--only", RULE];
    command.extend(arguments);
    let output = project.run(&command);
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    let level = |name: &str| {
        let line = text.lines().find(|line| line.starts_with(&format!("apps/{name}/")));
        line.and_then(|line| line.split(' ').nth(1)).unwrap_or("-").to_owned()
    };
    (level("shop"), level("web"))
}

#[track_caller]
fn expect(project: &Project, (shop, web): (&str, &str)) {
    assert_eq!(levels(project, &[]), (shop.to_owned(), web.to_owned()));
}

#[test]
fn the_nearest_settings_decide() {
    let project = two_applications();
    expect(&project, ("error", "error"));
    project.write("apps/shop/trave.toml", "[rules]\n'rls/table-without-rls' = 'info'\n");
    expect(&project, ("info", "error"));
    project.write("trave.toml", "[rules]\nrls = 'warning'\n");
    expect(&project, ("info", "warning"));
    // Without a word of its own, a file below is as if there were none above.
    project.write("apps/shop/trave.toml", "");
    expect(&project, ("error", "warning"));
    project.write("apps/shop/trave.toml", "extends = ['../../trave.toml']\n");
    expect(&project, ("warning", "warning"));
}

#[test]
fn a_file_named_on_the_command_line_is_the_only_one() {
    let project = two_applications();
    project.write("apps/shop/trave.toml", "[rules]\nrls = 'info'\n");
    project.write("other.toml", "[rules]\nrls = 'warning'\n");
    let found = levels(&project, &["--config", "other.toml"]);
    assert_eq!(found, ("warning".to_owned(), "warning".to_owned()));
}

#[test]
fn overrides_and_exclusions_are_seen_from_their_own_file() {
    let project = two_applications();
    let over = "[[overrides]]\npaths = ['supabase/']\nrules = { rls = 'info' }\n";
    project.write("apps/web/trave.toml", over);
    expect(&project, ("error", "info"));
    // As in `.gitignore`, a folder without another one before it is meant at any depth.
    project.write("trave.toml", over);
    expect(&project, ("info", "info"));
    project
        .write("trave.toml", "[[overrides]]\npaths = ['apps/shop/**']\nrules = { rls = 'off' }\n");
    expect(&project, ("-", "info"));
    project.write("apps/web/trave.toml", "[check]\nexclude = ['supabase/']\n");
    expect(&project, ("-", "-"));
}

#[test]
fn a_folder_is_checked_under_the_settings_above_it() {
    let project = two_applications();
    project
        .write("trave.toml", "[[overrides]]\npaths = ['apps/shop/**']\nrules = { rls = 'info' }\n");
    project.expect(&["check", "apps/shop", "--format", "concise"], (0, "info rls"));
    project.expect(&["check", "apps/web", "--format", "concise"], (1, "error rls"));
    project.write("trave.toml", "[check]\nexclude = ['apps/shop/supabase']\n");
    project.expect(&["check", "apps/shop"], (2, "nothing to analyse"));
}

#[test]
fn shared_settings_speak_of_whoever_extends_them() {
    let project = two_applications();
    let over = "[[overrides]]\npaths = ['supabase/']\nrules = { rls = 'info' }\n";
    project.write("packages/settings/trave.toml", over);
    project.write("apps/web/trave.toml", "extends = ['../../packages/settings']\n");
    expect(&project, ("error", "info"));
}

#[test]
fn what_cannot_be_extended_is_told_with_its_place() {
    let project = Project::with_a_finding();
    project.write("trave.toml", "extends = ['strict', 'base.toml']\n");
    project.expect(&["check"], (2, "line 1, column 22: `extends`: `base.toml` does not exist"));
    project.write("base.toml", "extends = ['trave.toml']\n");
    project.expect(&["check"], (2, "`extends` leads in a circle: `trave.toml` → `base.toml`"));
    project.write("base.toml", "[cheks]\n");
    project.expect(&["check"], (2, "`./base.toml`, line 1, column 2: unknown key `cheks`"));
    project.write("base.toml", "");
    project.expect(&["check"], (1, RULE));
    project.write("trave.toml", "extends = ['recomended']\n");
    project.expect(&["check"], (2, "did you mean `recommended`?"));
}

#[test]
fn presets_choose_rules_and_levels() {
    let project = Project::with_a_finding();
    project.write("trave.toml", "extends = ['performance']\n");
    project.expect(&["check", "--fail-on", "info"], (0, "no findings"));
    project.write("trave.toml", "extends = ['performance']\n[rules]\nrls = 'warning'\n");
    project.expect(&["check", "--fail-on", "warning"], (1, RULE));
    project.write("trave.toml", "extends = ['performance', 'security']\n");
    project.expect(&["check"], (1, RULE));
    let slow =
        project.expect(&["rules", "--preset", "performance"], (0, "rls/policy-per-row-call"));
    assert!(!slow.contains(RULE), "{slow}");
    let safe = project.expect(&["rules", "--preset", "security"], (0, RULE));
    assert!(!safe.contains("index/unindexed-filter"), "{safe}");
    let strict = project.expect(&["rules", "--preset", "strict"], (0, "index/unused-index"));
    let level = strict.lines().find(|line| line.starts_with("index/unindexed-filter")).unwrap();
    assert!(level.contains(" error "), "{level}");
}

#[test]
fn an_ignore_that_silences_nothing_is_told_where_it_stands() {
    let project = Project::with_a_finding();
    let ignore = |object: &str| {
        format!("[[ignore]]\nrule = '{RULE}'\nobject = '{object}'\nreason = 'all may read them'\n")
    };
    project.write("trave.toml", ignore("public.notes") + &ignore("public.gone"));
    let arguments = ["check", "--format", "concise", "--fail-on", "warning"];
    let all = project.expect(&arguments, (1, "trave.toml:6:8 warning trave/unused-suppression"));
    assert_eq!(all.lines().count(), 1, "{all}");
    project.expect(&["check", "--only", "jwt", "--fail-on", "warning"], (0, "no findings"));
    // The settings above a folder may be meant for another one.
    let (shop, web) = ("apps/shop/a.sql", "apps/web/supabase/migrations/20240101000000_a.sql");
    project.write(shop, "create table public.gone (id int primary key);\n");
    project.write(web, "create table public.tags (id int primary key);\n");
    let web = project.expect(&["check", "apps/web", "--fail-on", "never"], (0, "`tags`"));
    assert!(!web.contains("unused-suppression"), "{web}");
}

#[test]
fn a_rule_that_is_not_chosen_may_be_silenced() {
    let project = Project::with_a_finding();
    let comment = format!("-- trave-ignore {RULE}: everybody may read these\n");
    project.write(MIGRATION_PATH, format!("{comment}{MIGRATION}"));
    project.expect(&["check", "--only", "jwt", "--fail-on", "info"], (0, "no findings"));
}

#[test]
fn migrations_are_applied_as_the_settings_nearest_to_them_say() {
    let project = two_applications();
    project.write("apps/web/trave.toml", "applied-until = '20231231'\n");
    project.expect(&["check", "--fail-on", "never"], (0, "1 migration judged as not applied yet"));
    project.write("apps/web/trave.toml", "applied-until = 'nothing_called_so'\n");
    project.expect(&["check"], (2, "no migration is called `nothing_called_so`"));
}

#[test]
fn settings_are_shown_for_a_file() {
    let project = two_applications();
    project.expect(&["settings"], (0, "no trave.toml"));
    project.write("trave.toml", "extends = ['security']\n");
    project.write("apps/web/trave.toml", "extends = ['../../trave.toml']\n[rules]\nrls = 'info'\n");
    let path = "apps/web/supabase/migrations/20240101000000_notes.sql";
    let all = project.expect(&["settings", path], (0, "apps/web/trave.toml\n"));
    let line = all.lines().find(|line| line.starts_with(RULE)).unwrap();
    assert!(line.ends_with("info     in place of error"), "{line}");
    assert!(all.contains("index/unindexed-filter"), "{all}");
}

#[test]
fn the_schema_knows_every_rule_and_the_documented_example() {
    let project = Project::empty();
    let output = project.run(&["settings", "--schema"]);
    let schema: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let names = schema["properties"]["rules"]["propertyNames"]["enum"].as_array().unwrap();
    assert!(names.iter().any(|name| name == RULE) && names.iter().any(|name| name == "rls"));
    let page = include_str!("../docs/settings.md");
    let (_, example) = page.split_once("```toml\n").unwrap();
    let (example, _) = example.split_once("```\n").unwrap();
    let keys = example.lines().filter_map(|line| line.split_once(" = ").map(|(key, _)| key));
    let is_known = |key: &str| {
        let text = schema.to_string();
        key.starts_with('"')
            || text.contains(&format!("\"{key}\":"))
            || names.iter().any(|it| it == key)
    };
    let unknown: Vec<&str> = keys.filter(|key| !is_known(key.trim())).collect();
    assert!(unknown.is_empty(), "{unknown:?} are not in the schema");
}

#[test]
fn there_is_a_manual_page_for_each_command() {
    let project = Project::empty();
    project.expect(&["man"], (0, ".TH trave 1"));
    project.expect(&["man", "pages"], (0, "a page for trave and for each command"));
    let page = std::fs::read_to_string(project.path().join("pages/trave-check.1")).unwrap();
    assert!(page.contains(".TH trave-check 1") && page.contains("fail"), "{page}");
    project.write("file", "");
    project.expect(&["man", "file/pages"], (2, "cannot be written to"));
}
