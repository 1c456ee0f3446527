//! Input that is broken, missing or hostile: each gives a clear message and the right exit code,
//! and everything else is still checked.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

#[path = "support/program.rs"]
mod program;

use program::{Project, ROUTE};

const FOUND: (i32, &str) = (1, "rls/table-without-rls");

#[test]
fn broken_settings_are_named_with_their_place() {
    let project = Project::with_a_finding();
    project.write("trave.toml", "[check]\nfail_on = 'error'\n");
    project.expect(&["check"], (2, "line 2, column 1: unknown key `fail_on`"));
    project.write("trave.toml", "[rules]\n'rls/table-witout-rls' = 'off'\n");
    project.expect(&["check"], (2, "did you mean `rls/table-without-rls`?"));
    project.write("trave.toml", "[check\n");
    project.expect(&["check"], (2, "trave.toml`, line 1"));
    project.expect(&["check", "--config", "gone.toml"], (2, "gone.toml"));
}

#[test]
fn a_path_that_does_not_exist_is_said() {
    let project = Project::with_a_finding();
    for command in ["check", "queries", "schema"] {
        project.expect(&[command, "nowhere"], (2, "`nowhere` does not exist"));
    }
    // For routes it may be a part of a path as well.
    project.expect(&["routes", "nowhere"], (2, "no way in has `nowhere` in its path"));
}

#[test]
fn nothing_to_analyse_is_no_success() {
    let project = Project::empty();
    project.write("readme.md", "nothing here");
    project.expect(&["check"], (2, "nothing to analyse"));
    project.expect(&["routes"], (2, "nothing to analyse"));
    project.expect(&["check", "--allow-empty"], (0, "no findings"));
}

#[test]
fn an_unknown_rule_is_answered_with_the_nearest() {
    let project = Project::with_a_finding();
    let nearest = (2, "did you mean `rls/table-without-rls`?");
    project.expect(&["explain", "rls/table-witout-rls"], nearest);
    project.expect(&["check", "--only", "table-without-rls"], nearest);
    project.expect(&["explain", "something-else-entirely"], (2, "no rule is called"));
}

#[test]
fn a_folder_named_like_a_file_stops_nothing() {
    let project = Project::with_a_finding();
    project.write("supabase/migrations/20240102000000_x.sql/readme.md", "a folder");
    project.expect(&["check"], FOUND);
    project.expect(&["check", "--verbose"], (1, "is a folder, not a file"));
}

#[test]
fn latin_1_is_read_and_said() {
    let project = Project::with_a_finding();
    let text = b"-- caf\xe9\ncreate table public.cafes (id bigint primary key);\n";
    project.write("supabase/migrations/20240102000000_cafes.sql", text);
    project.expect(&["check"], (1, "`cafes`"));
    project.expect(&["check", "--verbose"], (1, "read as Latin-1"));
}

#[test]
fn a_huge_file_is_left_out_and_said() {
    let project = Project::with_a_finding();
    let row = "insert into public.notes values (1, 'x');\n";
    project.write("supabase/migrations/20240102000000_x.sql", row.repeat((50 << 20) / row.len()));
    project.expect(&["check"], FOUND);
    project.expect(&["check", "--verbose"], (1, "are left out"));
}

#[test]
fn bytes_that_are_no_text_stop_nothing() {
    let project = Project::with_a_finding();
    project.write("supabase/migrations/20240102000000_x.sql", [0, 159, 146, 150]);
    project.write("src/app/api/odd/route.ts", [b'f', b'r', b'o', b'm', 0, 255, 254]);
    project.expect(&["check"], FOUND);
}

#[test]
fn broken_code_and_sql_are_counted_and_the_rest_is_checked() {
    let project = Project::with_a_finding();
    let broken = "create tabel public.lost (id bigint);\ncreate table public.kept (id bigint);\n";
    project.write("supabase/migrations/20240102000000_x.sql", broken);
    project.write("src/app/api/broken/route.ts", format!("{ROUTE}\nconst = {{ ( [ `\n"));
    let said = project.expect(&["check"], (1, "1 of 3 statements not understood"));
    assert!(said.contains("`kept`"), "{said}");
}

#[test]
fn deep_nesting_stops_nothing() {
    let project = Project::with_a_finding();
    let sql = format!("select {}1{};\n", "(".repeat(100_000), ")".repeat(100_000));
    project.write("supabase/migrations/20240102000000_x.sql", sql);
    let code = format!("{ROUTE}\nconst deep = {}1{};\n", "[".repeat(50_000), "]".repeat(50_000));
    project.write("src/app/api/deep/route.ts", code);
    project.expect(&["check"], FOUND);
}

/// The code does not know at which moment a file goes: it is listed, and then cannot be opened.
#[cfg(unix)]
#[test]
fn a_file_that_vanishes_stops_nothing() {
    let project = Project::with_a_finding();
    let link = project.path().join("supabase/migrations/20240102000000_gone.sql");
    std::os::unix::fs::symlink("nothing.sql", link).unwrap();
    project.expect(&["check"], FOUND);
    project.expect(&["check", "--verbose"], (1, "is a symbolic link to nothing"));
}

#[cfg(unix)]
#[test]
fn a_file_that_cannot_be_opened_stops_nothing() {
    use std::os::unix::fs::PermissionsExt;
    let project = Project::with_a_finding();
    let file = project.write("src/app/api/other/route.ts", ROUTE);
    std::fs::set_permissions(file, std::fs::Permissions::from_mode(0o000)).unwrap();
    project.expect(&["check"], FOUND);
}

#[cfg(unix)]
#[test]
fn a_link_in_a_circle_stops_nothing() {
    use std::os::unix::fs::symlink;
    let project = Project::with_a_finding();
    symlink("..", project.path().join("src/up")).unwrap();
    symlink("round.ts", project.path().join("src/round.ts")).unwrap();
    project.expect(&["check"], FOUND);
    project.expect(&["check", "--verbose"], (1, "`src/round.ts` is a symbolic link"));
}
