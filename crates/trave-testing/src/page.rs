//! The examples of a page as tests.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::fs;
use std::path::PathBuf;
use std::sync::Mutex;

use trave_page::{Example, Page, Verdict};
use trave_rule::{Finding, Level, Rule};

use crate::bless::bless;
use crate::compare::{Placed, compare};
use crate::pipeline::{Run, render};
use crate::show;

/// A rule whose page is tested. `#[rule]` makes one for each of its tests.
#[derive(Debug, Clone, Copy)]
pub struct PageTest {
    /// The rule.
    pub rule: &'static Rule,
    /// All rules, this one among them.
    pub rules: &'static [&'static Rule],
    /// The folder that holds `rules/`.
    pub folder: &'static str,
}

impl PageTest {
    /// Runs the example whose first fence stands at this line.
    ///
    /// # Panics
    /// When the example is not what the page says.
    #[track_caller]
    pub fn example(self, line: usize) {
        if self.is_blessing() {
            return;
        }
        let page = self.page();
        let Some(example) = page.examples.iter().find(|example| example.line == line) else {
            panic!("{}: no example at line {line}", page.path);
        };
        let run = self.run(example);
        let failure = match example.verdict {
            Verdict::Bad => self.bad(example, &run),
            Verdict::Good => self.good(example, &run),
        };
        if let Some(failure) = failure.or_else(|| rule_failed(&run)) {
            let rerun = format!("cargo test -p trave-rules {}", show::test_name());
            let accept = format!("cargo bless {}", self.rule.meta.name());
            panic!("\n{failure}rerun: {rerun}      accept: {accept}\n");
        }
    }

    /// Compares the *Report* of the page, if it has one, with what the terminal shows.
    ///
    /// # Panics
    /// When they differ.
    #[track_caller]
    pub fn report(self) {
        if self.is_blessing() {
            return;
        }
        let page = self.page();
        let (Some(stored), Some(now)) = (&page.report, self.report_text(&page)) else { return };
        assert!(
            stored.text == now,
            "\n{}:{} · reworded\nstored:\n{}\nnow:\n{now}\naccept: cargo bless {}\n",
            page.path,
            stored.fence_line,
            stored.text,
            self.rule.meta.name(),
        );
    }

    /// The terminal text of what the first bad example gives.
    pub(crate) fn report_text(self, page: &Page) -> Option<String> {
        let example = page.examples.iter().find(|example| example.verdict == Verdict::Bad)?;
        let run = self.run(example);
        let is_own = |finding: &&Finding| finding.rule == self.rule.meta.id;
        render(&run, run.report.findings.iter().find(is_own)?)
    }

    /// The labels that this rule gives to an example.
    pub(crate) fn found(self, example: &Example) -> Vec<Placed> {
        self.run(example).found(self.rule)
    }

    fn run(self, example: &Example) -> Run {
        let files = example.files.iter().map(|file| (file.path.clone(), file.text.clone()));
        Run::of(self.rule, self.rules, files.collect())
    }

    fn page(self) -> Page {
        let path = format!("rules/{}.md", self.rule.meta.id);
        match Page::read(&path, self.rule.meta.page) {
            Ok(page) => page,
            Err(error) => panic!("{error}"),
        }
    }

    fn bad(self, example: &Example, run: &Run) -> Option<String> {
        let found = run.found(self.rule);
        if found.is_empty() {
            let place = self.place(example);
            let id = self.rule.meta.id;
            let todo = "write the rule until it reports; `cargo bless` then writes the carets";
            return Some(format!("{place} · missing: {id} reports nothing here\n{todo}\n"));
        }
        let mismatches = compare(expected(example), found);
        let blocks: Vec<String> = mismatches
            .iter()
            .map(|mismatch| {
                let file = example.files.iter().find(|file| file.path == mismatch.path());
                let text = file.map_or("", |file| &file.text);
                let line = file.map_or(example.line, |file| file.page_line(mismatch.line()));
                let place = format!("rules/{}.md:{line}", self.rule.meta.id);
                show::mismatch(mismatch, (&place, text))
            })
            .collect();
        (!blocks.is_empty()).then(|| blocks.join("\n"))
    }

    /// The page's own rule says nothing in a good example, and no other rule finds an error.
    fn good(self, example: &Example, run: &Run) -> Option<String> {
        let is_noise =
            |finding: &&Finding| finding.rule == self.rule.meta.id || finding.level == Level::Error;
        let noise: Vec<&Finding> = run.report.findings.iter().filter(is_noise).collect();
        if noise.is_empty() {
            return None;
        }
        let mut text = format!("{} · noisy: this example must stay silent\n", self.place(example));
        for finding in noise {
            let labels = run.labels(finding);
            let Some(Placed { path, label }) = labels.first() else { continue };
            let file = example.files.iter().find(|file| file.path == *path);
            let line = file.map_or(example.line, |file| file.page_line(label.line));
            let _ = writeln!(text, "  line {line}: {}: {}", finding.rule, finding.message);
        }
        Some(text)
    }

    fn place(self, example: &Example) -> String {
        format!("rules/{}.md:{}", self.rule.meta.id, example.line)
    }

    /// With `TRAVE_BLESS` set, rewrites the page once, and no test of it is run.
    fn is_blessing(self) -> bool {
        static DONE: Mutex<BTreeSet<&'static str>> = Mutex::new(BTreeSet::new());
        if std::env::var_os("TRAVE_BLESS").is_none() {
            return false;
        }
        let Ok(mut done) = DONE.lock() else { return true };
        if done.insert(self.rule.meta.id) {
            let name = format!("rules/{}.md", self.rule.meta.id);
            let path = PathBuf::from(self.folder).join(&name);
            let page = self.page();
            let new = bless(self, &page);
            if new != self.rule.meta.page {
                let written = fs::write(&path, new);
                assert!(written.is_ok(), "{name}: could not be written: {written:?}");
            }
        }
        true
    }
}

/// The labels that the carets of an example ask for.
pub(crate) fn expected(example: &Example) -> Vec<Placed> {
    let labels = example.files.iter().flat_map(|file| {
        let path = file.path.clone();
        file.labels.iter().map(move |label| Placed { path: path.clone(), label: label.clone() })
    });
    labels.collect()
}

/// A rule that panics fails every test that meets it.
fn rule_failed(run: &Run) -> Option<String> {
    let failed = run.report.findings.iter().find(|finding| finding.rule == "trave/rule-failed")?;
    Some(format!("{}: {}\n", failed.message, failed.notes.join("; ")))
}
