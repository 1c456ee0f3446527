//! The formats of `trave check`, read by programs that others wrote: each has to tell what the JSON
//! of the same run tells.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on fails"
)]

#[path = "support/browser.rs"]
mod browser;
#[path = "support/chromium.rs"]
mod chromium;
#[path = "support/node.rs"]
mod node;
#[path = "support/program.rs"]
mod program;
mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use comrak::nodes::NodeValue;
use program::Project;
use serde_json::Value;
use support::repository;

/// What every format tells of a finding.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Told {
    file: String,
    line: u64,
    level: String,
    rule: String,
    message: String,
}

const FORMATS: [&str; 10] = [
    "terminal",
    "concise",
    "json",
    "sarif",
    "github",
    "gitlab",
    "junit",
    "checkstyle",
    "html",
    "markdown",
];

/// One run with every report, over a project that has much to report.
struct Reports {
    folder: tempfile::TempDir,
    told: Vec<Told>,
}

impl Reports {
    /// A marketplace with faults of most families.
    fn of_fixture() -> Self {
        let fixture = repository().join("fixtures/spejs");
        Self::of(&fixture, "fixtures/spejs/")
    }

    /// A project that calls its things by names that mean something to every format.
    fn of_strange_names() -> (Project, Self) {
        let project = Project::empty();
        project.write("supabase/config.toml", "project_id = 'notes'\n");
        project.write(
            "supabase/migrations/20240101000000_a #%,ä'&.sql",
            "create table public.\"<b>%0A|*x* @ada #1 ]]>&amp; ''\u{1}\u{1b}[1m::error::🚤\" (id int);\n\
             create table public.\"</script><!--\" (id int);\n\
             create table public.\"::warning::a`b\" (\n  id int\n);\n",
        );
        let reports = Self::of(project.path(), "");
        assert!(reports.told.len() >= 3, "{:?}", reports.told);
        (project, reports)
    }

    fn of(project: &Path, prefix: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut trave = Command::new(env!("CARGO_BIN_EXE_trave"));
        trave.arg("check").arg(project).args(["--format", "json", "--fail-on", "warning"]);
        for format in FORMATS {
            let file = folder.path().join("reports").join(format);
            trave.arg("--report").arg(format!("{format}={}", file.display()));
        }
        let output = plain(&mut trave).output().unwrap();
        let problem = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{problem}");
        let document: Value = serde_json::from_slice(&output.stdout).unwrap();
        let findings = document["findings"].as_array().unwrap();
        let told = findings.iter().map(|finding| Told {
            file: format!("{prefix}{}", text(&finding["file"])),
            line: finding["start"]["line"].as_u64().unwrap(),
            level: text(&finding["level"]),
            rule: text(&finding["rule"]),
            message: text(&finding["message"]),
        });
        Self { folder, told: told.collect() }
    }

    fn file(&self, format: &str) -> PathBuf {
        self.folder.path().join("reports").join(format)
    }

    fn text(&self, format: &str) -> String {
        fs::read_to_string(self.file(format)).unwrap()
    }

    fn json(&self, format: &str) -> Value {
        serde_json::from_str(&self.text(format)).unwrap()
    }

    /// What another program reads in a report.
    #[track_caller]
    fn read_by_others(&self, format: &str) -> Value {
        let consumers = node::packages("tests/consumers");
        let mut node = Command::new("node");
        node.arg(consumers.join("read.mjs")).arg(format).arg(self.file(format));
        // A reader looks in its folder for the files that a report names.
        let output = node.current_dir(self.folder.path()).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice(&output.stdout).unwrap()
    }

    /// The findings, as a format that says less of them has them.
    fn expected(&self, change: impl Fn(&mut Told)) -> Vec<Told> {
        let mut told = self.told.clone();
        told.iter_mut().for_each(change);
        told.sort();
        told
    }
}

/// A program that knows nothing of the service that runs this test.
fn plain(command: &mut Command) -> &mut Command {
    let names = ["GITHUB_STEP_SUMMARY", "GITHUB_SERVER_URL", "CI_PROJECT_URL"];
    names.into_iter().fold(command, |command, name| command.env_remove(name))
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("{value} is no text")).to_owned()
}

/// A text as XML and logs hold it: on one line, without signs that cannot be written.
fn readable(text: &str) -> String {
    let signs = text.chars().map(|sign| if sign < ' ' { '\u{fffd}' } else { sign });
    signs.collect::<String>().split_whitespace().collect::<Vec<_>>().join(" ")
}

#[track_caller]
fn compare(mut actual: Vec<Told>, expected: &[Told]) {
    actual.sort();
    assert!(!expected.is_empty());
    let missing: Vec<&Told> = expected.iter().filter(|it| !actual.contains(it)).collect();
    let extra: Vec<&Told> = actual.iter().filter(|it| !expected.contains(it)).collect();
    assert!(missing.is_empty() && extra.is_empty(), "missing: {missing:#?}\nextra: {extra:#?}");
    assert_eq!(actual.len(), expected.len());
}

#[track_caller]
fn expect_schema(name: &str, document: &Value) {
    let schema = support::read(&format!("tests/schemas/{name}.json"));
    let address = "https://schema.test/it.json";
    let mut compiler = boon::Compiler::new();
    compiler.enable_format_assertions();
    compiler.add_resource(address, serde_json::from_str(&schema).unwrap()).unwrap();
    let mut schemas = boon::Schemas::new();
    let index = compiler.compile(address, &mut schemas).unwrap();
    if let Err(error) = schemas.validate(document, index) {
        panic!("not as {name} wants it:\n{error:#}");
    }
}

fn both() -> [Reports; 2] {
    [Reports::of_fixture(), Reports::of_strange_names().1]
}

#[test]
fn sarif_is_as_the_published_schema_wants_it() {
    for reports in both() {
        let log = reports.json("sarif");
        expect_schema("sarif-2.1.0", &log);
        let run = &log["runs"][0];
        let results = run["results"].as_array().unwrap();
        let told = results.iter().map(|result| {
            let place = &result["locations"][0]["physicalLocation"];
            let rule = &run["tool"]["driver"]["rules"]
                [usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap()];
            assert_eq!(rule["id"], result["ruleId"]);
            let message = text(&result["message"]["text"]);
            Told {
                file: decoded(&text(&place["artifactLocation"]["uri"])),
                line: place["region"]["startLine"].as_u64().unwrap(),
                level: text(&result["level"]).replace("note", "info"),
                rule: text(&result["ruleId"]),
                message: message.split("\n\n").next().unwrap().to_owned(),
            }
        });
        compare(first_lines(told.collect()), &reports.expected(|_| {}));
    }
}

/// What stands below the message in the same paragraph belongs to it.
fn first_lines(told: Vec<Told>) -> Vec<Told> {
    let first =
        |told: Told| Told { message: told.message.lines().next().unwrap().to_owned(), ..told };
    told.into_iter().map(first).collect()
}

fn decoded(uri: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = uri.bytes();
    while let Some(byte) = rest.next() {
        let code = (byte == b'%').then(|| [rest.next().unwrap(), rest.next().unwrap()]);
        let code = code.map(|digits| String::from_utf8(digits.to_vec()).unwrap());
        bytes.push(code.map_or(byte, |digits| u8::from_str_radix(&digits, 16).unwrap()));
    }
    String::from_utf8(bytes).unwrap()
}

#[test]
fn sarif_carries_the_pages_of_rules() {
    let log = Reports::of_fixture().json("sarif");
    let rules = log["runs"][0]["tool"]["driver"]["rules"].as_array().unwrap();
    let rule = rules.iter().find(|rule| rule["id"] == "rls/table-without-rls").unwrap();
    assert!(text(&rule["help"]["markdown"]).contains("\n## Good\n"));
    assert!(!text(&rule["help"]["text"]).contains('#'));
    assert!(text(&rule["helpUri"]).starts_with("https://"));
    assert_eq!(rule["defaultConfiguration"]["level"], "error");
    let tags = rule["properties"]["tags"].as_array().unwrap();
    assert!(tags.contains(&"external/cwe/cwe-862".into()), "{tags:?}");
    let results = log["runs"][0]["results"].as_array().unwrap();
    assert!(results.iter().any(|result| result["relatedLocations"].is_array()));
}

#[test]
fn gitlab_reads_code_quality() {
    for reports in both() {
        let issues = reports.json("gitlab");
        expect_schema("gitlab-code-quality", &issues);
        let told = issues.as_array().unwrap().iter().map(|issue| {
            let rule = text(&issue["check_name"]);
            let description = text(&issue["description"]);
            Told {
                file: text(&issue["location"]["path"]),
                line: issue["location"]["lines"]["begin"].as_u64().unwrap(),
                level: text(&issue["severity"]),
                message: description.strip_prefix(&format!("{rule}: ")).unwrap().to_owned(),
                rule,
            }
        });
        let severities = [("error", "critical"), ("warning", "major"), ("info", "info")];
        let severities = BTreeMap::from(severities);
        compare(
            told.collect(),
            &reports.expected(|it| it.level = severities[&*it.level].to_owned()),
        );
    }
}

#[test]
fn github_annotates_the_worst() {
    for reports in both() {
        let read = reports.read_by_others("github");
        let told = read.as_array().unwrap().iter().map(|read| {
            assert_eq!(read["toolkit"], true, "GitHub's toolkit writes it differently: {read}");
            Told {
                file: text(&read["file"]),
                line: read["line"].as_u64().unwrap(),
                level: text(&read["level"]).replace("notice", "info"),
                rule: text(&read["title"]),
                message: text(&read["message"]),
            }
        });
        let told = first_lines(told.collect());
        let expected = reports.expected(|_| {});
        for one in &told {
            assert!(expected.contains(one), "{one:?}");
        }
        for level in ["error", "warning", "info"] {
            let count = |told: &[Told]| told.iter().filter(|it| it.level == level).count();
            assert_eq!(count(&told), count(&expected).min(10), "{level}");
        }
        // Everything else is in the log too, and is no command.
        let log = reports.text("github");
        let commands = ["::error ", "::warning ", "::notice ", "::group::", "::endgroup::"];
        let is_text = |line: &&str| !commands.iter().any(|command| line.starts_with(command));
        let lines: Vec<&str> = log.lines().filter(is_text).collect();
        assert_eq!(lines.len() + told.len(), expected.len());
        assert!(lines.iter().all(|line| !line.starts_with("::") && !line.contains("##[")));
    }
}

#[test]
fn junit_fails_where_the_run_fails() {
    for reports in both() {
        let read = reports.read_by_others("junit");
        let suites = read["testsuite"].as_array().unwrap();
        let cases: Vec<&Value> =
            suites.iter().flat_map(|suite| suite["testcase"].as_array().unwrap()).collect();
        let names: BTreeSet<_> =
            cases.iter().map(|it| (text(&it["classname"]), text(&it["name"]))).collect();
        assert_eq!(names.len(), cases.len(), "servers follow a test by its name");
        let found =
            cases.iter().filter(|case| case["line"].is_number() || case["line"].is_string());
        let told = found.map(|case| {
            let failure = &case["failure"][0];
            let (level, message) = if failure.is_object() {
                (text(&failure["type"]), text(&failure["message"]))
            } else {
                ("info".to_owned(), text(&case["skipped"][0]["message"]))
            };
            let message = message.replace("info, which does not fail this run: ", "");
            let file = text(&case["file"]);
            let rest = message.strip_prefix(&format!("{file}:")).unwrap();
            let mut parts = rest.splitn(3, ':');
            let line = parts.next().unwrap().parse().unwrap();
            let message = parts.nth(1).unwrap().trim_start().to_owned();
            Told { file, line, level, rule: text(&case["classname"]), message }
        });
        compare(
            told.collect(),
            &reports.expected(|it| {
                it.message = readable(&it.message);
            }),
        );
        let ended = |case: &&&Value| case["failure"].is_null() && case["skipped"].is_null();
        let passed = cases.iter().filter(ended).count();
        let found: BTreeSet<&str> = reports.told.iter().map(|it| &*it.rule).collect();
        assert_eq!(passed, suites.len() - found.len(), "a rule that finds nothing passed");
        // One of the two projects has something of every rule.
        assert!(passed > 50 || found.len() > 50, "{passed} of {}", suites.len());
        let failures = reports.told.iter().filter(|it| it.level != "info").count();
        assert_eq!(read["failures"], failures);
    }
}

#[test]
fn checkstyle_is_read_by_a_review_bot() {
    for reports in both() {
        let read = reports.read_by_others("checkstyle");
        let told = read.as_array().unwrap().iter().map(|read| Told {
            file: text(&read["file"]),
            line: read["line"].as_u64().unwrap(),
            level: text(&read["severity"]),
            rule: String::new(),
            message: text(&read["message"]),
        });
        compare(
            told.collect(),
            &reports.expected(|it| {
                it.rule.clear();
                it.message = readable(&it.message);
            }),
        );
    }
}

#[test]
fn markdown_is_what_github_makes_of_it() {
    for reports in both() {
        let comment = reports.text("markdown");
        assert!(comment.len() <= 65_536, "{}", comment.len());
        let arena = comrak::Arena::new();
        let mut options = comrak::Options::default();
        options.extension.table = true;
        options.extension.strikethrough = true;
        options.extension.autolink = true;
        options.extension.tasklist = true;
        let root = comrak::parse_document(&arena, &comment, &options);
        let mut items = 0;
        for node in root.descendants() {
            match &node.data().value {
                NodeValue::Item(_) => items += 1,
                NodeValue::HtmlBlock(block) => expect_own_html(&block.literal),
                NodeValue::HtmlInline(html) => expect_own_html(html),
                NodeValue::Text(text) => assert!(!text.contains("@ada"), "{text}"),
                NodeValue::Link(link) => panic!("a link to {}", link.url),
                NodeValue::Table(_) | NodeValue::Strikethrough | NodeValue::Emph => {
                    panic!("a name is taken for Markdown:\n{comment}")
                }
                _ => {}
            }
        }
        let left_out = comment.lines().find(|line| line.contains("did not fit"));
        let left_out = left_out.map_or(0, |line| line.split(' ').next().unwrap().parse().unwrap());
        assert_eq!(items + left_out, reports.told.len());
    }
}

#[track_caller]
fn expect_own_html(html: &str) {
    let own =
        ["<!-- trave -->", "<details>", "</details>", "<summary>", "</summary>", "<sub>", "</sub>"];
    let own = own.iter().chain(&["<b>", "</b>", "<code>", "</code>"]);
    let rest = own.fold(html.to_owned(), |rest, tag| rest.replace(tag, ""));
    assert!(!rest.contains('<'), "{html}");
}

#[test]
fn the_page_filters_in_a_browser() {
    let reports = Reports::of_fixture();
    let page = reports.file("html").with_extension("html");
    fs::copy(reports.file("html"), &page).unwrap();
    let count = |filter: &dyn Fn(&&Told) -> bool| reports.told.iter().filter(filter).count();
    let (total, errors) = (reports.told.len(), count(&|it| it.level == "error"));
    let rls = count(&|it| it.rule == "rls/table-without-rls");
    let file = &reports.told[0].file;
    let in_file = count(&|it| it.file == *file);
    let script = format!(
        "const form = document.getElementById('filters');
        const seen = () => [...document.querySelectorAll('article')]
          .filter((it) => it.getClientRects().length > 0).length;
        const set = (name, value) => {{
          form.elements[name].value = value;
          form.elements[name].dispatchEvent(new Event('input', {{ bubbles: true }}));
        }};
        const levels = [...form.querySelectorAll('[name=level]')];
        const click = (level) => levels.find((it) => it.value === level).click();
        const counts = [seen()];
        click('warning'); click('info'); counts.push(seen());
        click('warning'); click('info'); counts.push(seen());
        set('rule', 'rls/table-without-rls'); counts.push(seen()); set('rule', '');
        set('file', '{file}'); counts.push(seen()); set('file', '');
        set('text', 'nothingislikethis'); counts.push(seen());
        const none = document.getElementById('none').getClientRects().length;
        document.querySelector('#none button').click();
        setTimeout(() => {{
          counts.push(seen());
          document.title = [counts.join(' '), none, location.hash].join('|');
        }}, 100);"
    );
    let opened = browser::open_and_do(&page, &script);
    assert!(opened.console.is_empty(), "{:#?}", opened.console);
    let counts = format!("{total} {errors} {total} {rls} {in_file} 0 {total}");
    let title = format!("<title>{counts}|1|</title>");
    assert!(opened.document.contains(&title), "{title}\n{}", head(&opened.document));
    // An address keeps the filters.
    let opened = browser::open(&page, "#level=error&rule=rls%2Ftable-without-rls");
    let shown = format!("{rls} of {total}</output>");
    assert!(opened.document.contains(&shown), "{shown}");
    assert!(errors > 0 && rls > 0 && rls < errors && errors < total, "{counts}");
}

fn head(document: &str) -> &str {
    document.lines().find(|line| line.contains("<title>")).unwrap_or_default()
}

#[test]
fn the_page_shows_names_as_they_are() {
    let (_project, reports) = Reports::of_strange_names();
    let page = reports.file("html").with_extension("html");
    fs::copy(reports.file("html"), &page).unwrap();
    let script = "document.title = [...document.querySelectorAll('article')]
        .map((it) => it.dataset.file).join('|') + document.querySelectorAll('main b').length;";
    let opened = browser::open_and_do(&page, script);
    assert!(opened.console.is_empty(), "{:#?}", opened.console);
    let name = "supabase/migrations/20240101000000_a #%,ä'&amp;.sql";
    let names = vec![name; reports.told.len()].join("|");
    let title = format!("<title>{names}0</title>");
    assert!(opened.document.contains(&title), "{}", head(&opened.document));
}

fn fingerprints(reports: &Reports) -> BTreeMap<String, String> {
    let log = reports.json("sarif");
    let results = log["runs"][0]["results"].as_array().unwrap();
    let named = results.iter().map(|result| {
        let name = text(&result["partialFingerprints"]["traveFingerprint/v1"]);
        (name, text(&result["message"]["text"]).lines().next().unwrap().to_owned())
    });
    let named: BTreeMap<String, String> = named.collect();
    assert_eq!(named.len(), results.len(), "two findings have one name");
    let issues = reports.json("gitlab");
    let issues = issues.as_array().unwrap().iter().map(|issue| text(&issue["fingerprint"]));
    assert_eq!(issues.collect::<BTreeSet<_>>(), named.keys().cloned().collect());
    named
}

#[test]
fn fingerprints_are_unique_and_survive_moved_lines() {
    let project = Project::empty();
    copy(&repository().join("fixtures/spejs"), project.path());
    let before = fingerprints(&Reports::of(project.path(), ""));
    let mut moved = 0;
    each_file(project.path(), &mut |path| {
        let begin = match path.extension().and_then(|end| end.to_str()) {
            Some("ts" | "tsx") => "// moved\n\n// down\n",
            Some("sql") => "-- moved\n\n-- down\n",
            _ => return,
        };
        // Directives have to stay in the first line.
        let text = fs::read_to_string(path).unwrap();
        if !text.starts_with(['"', '\'', '#']) {
            fs::write(path, format!("{begin}{text}")).unwrap();
            moved += 1;
        }
    });
    assert!(moved > 20, "{moved}");
    assert_eq!(fingerprints(&Reports::of(project.path(), "")), before);
}

fn each_file(folder: &Path, visit: &mut impl FnMut(&Path)) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { each_file(&path, visit) } else { visit(&path) }
    }
}

fn copy(from: &Path, to: &Path) {
    each_file(from, &mut |path| {
        let target = to.join(path.strip_prefix(from).unwrap());
        fs::create_dir_all(target.parent().unwrap()).unwrap();
        fs::copy(path, target).unwrap();
    });
}

fn run(project: &Project, arguments: &[&str]) -> Output {
    plain(&mut project.command(arguments)).output().unwrap()
}

#[test]
fn reports_stand_beside_what_is_printed() {
    let project = Project::with_a_finding();
    project
        .write("old.xml", "something older and much longer than the report of this run".repeat(99));
    let arguments = ["check", "--report", "junit=old.xml", "--report", "concise=out/deep/a.txt"];
    let output = run(&project, &arguments);
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8(output.stdout).unwrap().starts_with("error[rls/table-without-rls]"));
    let report = fs::read_to_string(project.path().join("old.xml")).unwrap();
    assert!(report.starts_with("<?xml") && report.ends_with("</testsuites>\n"), "{report}");
    let report = fs::read_to_string(project.path().join("out/deep/a.txt")).unwrap();
    assert_eq!(report.lines().count(), 1);
    let files = fs::read_dir(project.path()).unwrap().map(|it| it.unwrap().file_name());
    assert!(files.into_iter().all(|name| !name.to_string_lossy().starts_with(".trave-")));
}

#[cfg(unix)]
#[test]
fn a_report_can_be_read_by_others_and_a_device_stays_one() {
    use std::os::unix::fs::{FileTypeExt, PermissionsExt};
    let project = Project::with_a_finding();
    let arguments = ["check", "--report", "json=a.json", "--report", "html=/dev/null"];
    assert_eq!(run(&project, &arguments).status.code(), Some(1));
    let mode = |path: &str| fs::metadata(project.path().join(path)).unwrap().permissions().mode();
    project.write("any", "");
    assert_eq!(mode("a.json"), mode("any"));
    assert!(fs::metadata("/dev/null").unwrap().file_type().is_char_device());
}

#[test]
fn a_report_that_cannot_be_written_is_told_before_anything_else() {
    let project = Project::with_a_finding();
    project.write("taken/file", "");
    for (report, problem) in [
        ("sarfi=a", "did you mean `sarif`?"),
        ("sarif", "FORMAT=FILE"),
        ("sarif=taken", "`taken` is a folder"),
        ("sarif=taken/file/a", "the sarif report cannot be written to `taken/file/a`"),
    ] {
        project.expect(&["check", "--report", report], (2, problem));
    }
    let twice = ["check", "--report", "sarif=a", "--report", "html=a"];
    project.expect(&twice, (2, "two reports: sarif and html"));
    assert!(!project.path().join("a").exists());
}

#[test]
fn a_workflow_of_github_gets_annotations_and_a_summary() {
    let project = Project::with_a_finding();
    let summary = project.write("summary.md", "of an earlier command\n");
    let mut command = project.command(&["check", "--format", "github"]);
    let told = [
        ("GITHUB_SERVER_URL", "https://github.com"),
        ("GITHUB_REPOSITORY", "ada/notes"),
        ("GITHUB_SHA", "c0ffee"),
    ];
    let output = command.env("GITHUB_STEP_SUMMARY", &summary).envs(told).output().unwrap();
    let log = String::from_utf8(output.stdout).unwrap();
    assert!(log.starts_with("::error title=rls/table-without-rls,file=supabase/"), "{log}");
    let text = fs::read_to_string(&summary).unwrap();
    assert!(text.starts_with("of an earlier command\n### trave: 1 error\n"), "{text}");
    let path = program::MIGRATION_PATH;
    let link = format!("[`{path}:1`](<https://github.com/ada/notes/blob/c0ffee/{path}#L1>)");
    assert!(text.contains(&link), "{text}");
    let mut command = project.command(&["check", "--format", "github"]);
    let output = command.env("GITHUB_STEP_SUMMARY", project.path()).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    let problem = String::from_utf8(output.stderr).unwrap();
    assert!(problem.contains("GITHUB_STEP_SUMMARY names it"), "{problem}");
}

/// Services know files from the root of the repository, wherever trave was started.
#[test]
fn paths_begin_at_the_root_of_the_repository() {
    let project = Project::empty();
    project.write(".git/HEAD", "ref: refs/heads/main\n");
    project.write("apps/api/supabase/config.toml", "project_id = 'notes'\n");
    project.write(&format!("apps/api/{}", program::MIGRATION_PATH), program::MIGRATION);
    let path = format!("apps/api/{}", program::MIGRATION_PATH);
    let mut command = project.command(&["check", "--format", "gitlab"]);
    let here = plain(&mut command).current_dir(project.path().join("apps/api")).output().unwrap();
    for output in [here, run(&project, &["check", "apps/api", "--format", "gitlab"])] {
        let issues: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(issues[0]["location"]["path"], path);
    }
}

#[test]
fn nothing_found_is_a_report_too() {
    let project = Project::with_a_finding();
    project.write("trave.toml", "[rules]\n'rls/table-without-rls' = 'off'\n");
    let print = |format| {
        let output = run(&project, &["check", "--format", format]);
        assert_eq!(output.status.code(), Some(0), "{format}");
        String::from_utf8(output.stdout).unwrap()
    };
    expect_schema("sarif-2.1.0", &serde_json::from_str(&print("sarif")).unwrap());
    assert_eq!(print("gitlab"), "[]\n");
    assert_eq!(print("github"), "");
    assert!(print("junit").contains("failures=\"0\" errors=\"0\" skipped=\"0\""));
    assert!(!print("junit").contains("table-without-rls"), "it did not run");
    let checkstyle = print("checkstyle");
    assert!(checkstyle.contains("<checkstyle version=\"8.0\">"), "{checkstyle}");
    assert!(!checkstyle.contains("<file"), "{checkstyle}");
    assert!(print("html").contains("No rule found anything."));
    assert!(print("markdown").contains("### trave: no findings\n"));
}
