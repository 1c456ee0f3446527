//! Tests of rules: texts with carets in, the whole pipeline in memory, and failures that say what
//! to do. Used by tests only.
//!
//! [`PageTest`] runs the examples of a page; `#[rule]` writes the calls. [`check`] runs an inline
//! fixture of a rule file. With `TRAVE_BLESS=1` page tests rewrite their page instead of failing.
#![expect(clippy::panic, reason = "a failing test panics: that is how it fails")]

mod bless;
mod compare;
mod fixture;
mod page;
mod pipeline;
mod show;

use trave_rule::{Finding, Rule};

pub use fixture::{Cursor, Fixture, FixtureFile};
pub use page::PageTest;

/// Checks that a rule reports exactly what the carets of a fixture say, and nothing where there
/// are none. The fixture language is described at [`Fixture`].
///
/// # Panics
/// When it does not.
#[track_caller]
pub fn check(rule: &'static Rule, fixture: &str) {
    let caller = std::panic::Location::caller();
    let fixture = Fixture::read(fixture);
    let files = fixture.files.iter().map(|file| (file.path.clone(), file.text.clone())).collect();
    let run = pipeline::Run::of(rule, &[rule], files);
    let mismatches = compare::compare(fixture.expected(), run.found(rule));
    if mismatches.is_empty() {
        return;
    }
    let place = format!("{}:{}", caller.file(), caller.line());
    let blocks: Vec<String> = mismatches
        .iter()
        .map(|mismatch| {
            let path = mismatch.path();
            show::mismatch(mismatch, (&format!("{place} ({path})"), text_of(&fixture, path)))
        })
        .collect();
    panic!("\n{}\nrerun: cargo test {}\n", blocks.join("\n"), show::test_name());
}

/// What a rule reports on a fixture, for tests of what carets cannot show: helps and notes.
pub fn findings(rule: &'static Rule, fixture: &str) -> Vec<Finding> {
    let fixture = Fixture::read(fixture);
    let files = fixture.files.into_iter().map(|file| (file.path, file.text)).collect();
    pipeline::Run::of(rule, &[rule], files).report.findings
}

fn text_of<'a>(fixture: &'a Fixture, path: &str) -> &'a str {
    fixture.files.iter().find(|file| file.path == path).map_or("", |file| &file.text)
}
