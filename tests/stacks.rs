//! Each stack in `fixtures/stacks/` has the same faults, which are found, and the same right ways,
//! which are not reported. `docs/stacks.md` is the table of what came out.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on fails"
)]

#[path = "support/golden.rs"]
mod golden;
mod support;

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::path::Path;
use std::process::Command;

use golden::expect_file;
use support::{read, repository};

/// The faults in the order of the table: their names in comments, what they are called in the
/// table, and the rules that tell them.
const FAULTS: [(&str, &str, &[&str]); 8] = [
    ("unindexed-filter", "unindexed filter", &["index/unindexed-filter"]),
    ("unbounded-list", "unbounded list", &["pagination/unbounded-list"]),
    ("unclamped-limit", "unclamped limit", &["pagination/unclamped-limit"]),
    ("query-in-loop", "query in a loop", &["resilience/query-in-loop"]),
    ("unguarded-write", "unguarded write", &["api/missing-auth", "rls/service-client-unguarded"]),
    (
        "input-in-query",
        "input in the query's text",
        &["injection/sql-injection", "injection/postgrest-filter-injection"],
    ),
    ("unverified-token", "unverified token", &["jwt/unverified-decode", "jwt/session-unverified"]),
    ("shared-cache", "user data in a shared cache", &["cache/user-data-in-shared-cache"]),
];

const FOLDER: &str = "fixtures/stacks";

#[test]
fn every_stack_tells_its_faults_and_nothing_else() {
    keep_schemas();
    let stacks: Vec<Stack> = names().iter().map(|name| Stack::read(name)).collect();
    let problems: Vec<String> = stacks.iter().flat_map(Stack::problems).collect();
    assert!(problems.is_empty(), "\n{}\n", problems.join("\n"));
    expect_file("docs/stacks.md", &page(&stacks));
}

/// A project with what is planted in it and what trave says about it.
struct Stack {
    name: String,
    about: String,
    /// Why a fault cannot exist here, by its name.
    impossible: BTreeMap<String, String>,
    /// Why a fault is not found yet, by its name.
    missed: BTreeMap<String, String>,
    faults: Vec<Mark>,
    rights: Vec<Mark>,
    findings: Vec<Finding>,
    /// Where queries begin.
    queries: Vec<Place>,
}

/// A file and a line in it.
type Place = (String, u64);

/// A comment that says what the next line is.
struct Mark {
    fault: String,
    place: Place,
}

struct Finding {
    rule: String,
    place: Place,
    message: String,
}

impl Stack {
    fn read(name: &str) -> Self {
        let readme = read(&format!("{FOLDER}/{name}/README.md"));
        let texts = files(&repository().join(FOLDER).join(name));
        let about = readme.lines().skip(1).find(|line| !line.trim().is_empty());
        Self {
            name: name.to_owned(),
            about: about.unwrap_or_default().trim_end_matches('.').to_owned(),
            impossible: excuses(&readme, "cannot"),
            missed: excuses(&readme, "missed"),
            faults: marks(&texts, "fault"),
            rights: marks(&texts, "right"),
            findings: findings(name),
            queries: queries(name),
        }
    }

    fn problems(&self) -> Vec<String> {
        let at = |(file, line): &Place| format!("{FOLDER}/{}/{file}:{line}", self.name);
        let mut problems = Vec::new();
        for mark in self.faults.iter().chain(&self.rights) {
            if !FAULTS.iter().any(|fault| fault.0 == mark.fault) {
                problems.push(format!("{}: there is no fault `{}`", at(&mark.place), mark.fault));
            }
        }
        for (fault, _, rules) in FAULTS {
            problems.extend(self.problems_of(fault, rules));
        }
        for finding in self.findings.iter().filter(|finding| !self.is_planted(finding)) {
            let Finding { rule, place, message } = finding;
            problems.push(format!("{}: reported and not planted: {rule}: {message}", at(place)));
        }
        for right in self.rights.iter().filter(|right| !self.queries.contains(&right.place)) {
            problems.push(format!(
                "{}: no query is seen here, so silence says nothing",
                at(&right.place)
            ));
        }
        problems
    }

    /// What is wrong about one fault.
    fn problems_of(&self, fault: &str, rules: &[&str]) -> Option<String> {
        let planted: Vec<&Mark> = self.faults.iter().filter(|mark| mark.fault == fault).collect();
        let right = self.rights.iter().filter(|mark| mark.fault == fault).count();
        let name = format!("{FOLDER}/{}", self.name);
        if self.impossible.contains_key(fault) {
            let is_there = !planted.is_empty() || right > 0;
            return is_there.then(|| format!("{name}: `{fault}` is there and cannot be"));
        }
        let [mark] = planted.as_slice() else {
            return Some(format!("{name}: {} times `// fault: {fault}`, not once", planted.len()));
        };
        if right != 1 {
            return Some(format!("{name}: {right} times `// right: {fault}`, not once"));
        }
        let is_found = self.tells(mark, rules);
        match (is_found, self.missed.contains_key(fault)) {
            (true, true) => Some(format!("{name}: `{fault}` is found now: it is not missed")),
            (false, false) => {
                let (file, line) = &mark.place;
                Some(format!("{name}/{file}:{line}: `{fault}` is not found by {rules:?}"))
            }
            _ => None,
        }
    }

    fn tells(&self, mark: &Mark, rules: &[&str]) -> bool {
        let mut findings = self.findings.iter();
        findings.any(|it| it.place == mark.place && rules.contains(&it.rule.as_str()))
    }

    fn is_planted(&self, finding: &Finding) -> bool {
        self.faults.iter().filter(|mark| mark.place == finding.place).any(|mark| {
            let mut known = FAULTS.iter().filter(|fault| fault.0 == mark.fault);
            known.any(|(_, _, rules)| rules.contains(&finding.rule.as_str()))
        })
    }
}

/// The stacks: every folder but the one of shared schemas.
fn names() -> Vec<String> {
    let entries = fs::read_dir(repository().join(FOLDER)).unwrap().flatten();
    let folders = entries.filter(|entry| entry.path().is_dir());
    let mut names: Vec<String> =
        folders.map(|entry| entry.file_name().into_string().unwrap()).collect();
    names.retain(|name| name != "schema");
    names.sort();
    names
}

/// The texts below a folder, by their paths in it.
fn files(folder: &Path) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(at) = folders.pop() {
        for entry in fs::read_dir(at).unwrap().flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let name = path.strip_prefix(folder).unwrap().to_str().unwrap().to_owned();
            found.insert(name, fs::read_to_string(path).unwrap());
        }
    }
    found
}

/// Comments `// fault: name`, each with the line below.
fn marks(texts: &BTreeMap<String, String>, word: &str) -> Vec<Mark> {
    let mut marks = Vec::new();
    // A README tells how comments look.
    for (file, text) in texts.iter().filter(|(file, _)| *file != "README.md") {
        for (number, line) in (1..).zip(text.lines()) {
            let line = line.trim();
            let comment = line.strip_prefix("// ").or_else(|| line.strip_prefix("-- "));
            let fault = comment.and_then(|it| it.strip_prefix(word)?.strip_prefix(": "));
            marks.extend(
                fault.map(|fault| Mark {
                    fault: fault.to_owned(),
                    place: (file.clone(), number + 1),
                }),
            );
        }
    }
    marks
}

/// Lines `- cannot: fault: reason` of a README.
fn excuses(readme: &str, word: &str) -> BTreeMap<String, String> {
    let lines = readme.lines().filter_map(|line| line.strip_prefix(&format!("- {word}: ")));
    let parts = lines.map(|line| line.split_once(": ").unwrap_or((line, "")));
    parts.map(|(fault, reason)| (fault.to_owned(), reason.to_owned())).collect()
}

/// What a command prints about a stack as JSON.
fn json(command: &str, stack: &str) -> serde_json::Value {
    let mut trave = Command::new(env!("CARGO_BIN_EXE_trave"));
    trave.args([command, "--format", "json"]);
    let output = trave.current_dir(repository().join(FOLDER).join(stack)).output().unwrap();
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| {
        panic!("{stack}: {error}: {}", String::from_utf8_lossy(&output.stderr))
    })
}

fn findings(stack: &str) -> Vec<Finding> {
    let found = json("check", stack);
    let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
    let finding = |it: &serde_json::Value| Finding {
        rule: text(&it["rule"]),
        place: (text(&it["file"]), it["start"]["line"].as_u64().unwrap()),
        message: text(&it["message"]),
    };
    found["findings"].as_array().unwrap().iter().map(finding).collect()
}

fn queries(stack: &str) -> Vec<Place> {
    let found = json("queries", stack);
    let place = |it: &serde_json::Value| {
        (it["file"].as_str().unwrap().to_owned(), it["line"].as_u64().unwrap())
    };
    found.as_array().unwrap().iter().map(place).collect()
}

/// A file of a stack that begins with the same line as one of `schema/` is a copy of it, which
/// `cargo bless` writes anew.
fn keep_schemas() {
    let folder = repository().join(FOLDER);
    for (_, schema) in files(&folder.join("schema")) {
        let first = schema.lines().next();
        for name in names() {
            let own = files(&folder.join(&name)).into_iter();
            for (file, _) in own.filter(|(_, text)| text.lines().next() == first) {
                expect_file(&format!("{FOLDER}/{name}/{file}"), &schema);
            }
        }
    }
}

fn page(stacks: &[Stack]) -> String {
    let mut page = String::from(
        "# Stacks\n\nSmall projects in `fixtures/stacks/`, one for each stack, have the same eight \
         faults and the same\neight right ways. A test runs the whole program over each: every \
         fault has to be told by its rule\nat its place, and nothing else may be told. It writes \
         this page.\n\n",
    );
    let titles: Vec<&str> = FAULTS.iter().map(|fault| fault.1).collect();
    writeln!(page, "| stack | {} |", titles.join(" | ")).unwrap();
    writeln!(page, "|---|{}", "---|".repeat(FAULTS.len())).unwrap();
    let mut notes = Vec::new();
    for stack in stacks {
        let cells: Vec<String> =
            FAULTS.iter().map(|(fault, ..)| cell(stack, fault, &mut notes)).collect();
        writeln!(page, "| `{}`: {} | {} |", stack.name, stack.about, cells.join(" | ")).unwrap();
    }
    if !notes.is_empty() {
        writeln!(page, "\n{}", notes.join("\n")).unwrap();
    }
    page.push_str("\n## The faults\n\n| fault | in comments | told by |\n|---|---|---|\n");
    for (fault, title, rules) in FAULTS {
        let links = rules.iter().map(|rule| format!("[{rule}](../rules/{rule}.md)"));
        let links = links.collect::<Vec<_>>().join(", ");
        writeln!(page, "| {title} | `{fault}` | {links} |").unwrap();
    }
    page
}

/// What came of a fault in a stack; reasons go to the notes.
fn cell(stack: &Stack, fault: &str, notes: &mut Vec<String>) -> String {
    let excuses = [("none", &stack.impossible), ("missed", &stack.missed)];
    for (word, reasons) in excuses {
        if let Some(reason) = reasons.get(fault) {
            let number = notes.len() + 1;
            notes.push(format!("{number}. `{}`, {fault}: {reason}", stack.name));
            return format!("{word} ({number})");
        }
    }
    "found".to_owned()
}
