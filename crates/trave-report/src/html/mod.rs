//! Findings as one page for browsers: code, filters, light and dark. It asks no network for
//! anything, and forbids itself to.

mod finding;

use std::collections::BTreeMap;
use std::io::{self, Write};

use maud::{Markup, html};
use trave_engine::rule::Level;

use self::finding::article;
use crate::document::Document;
use crate::format::Run;
use crate::place::start;
use crate::prose::as_html;
use crate::summary::{counted, coverage, silenced};

const STYLE: &str = include_str!("style.css");
const SCRIPT: &str = include_str!("script.js");

/// Writes the page.
pub(crate) fn write(out: &mut dyn Write, run: &Run<'_>) -> io::Result<()> {
    let title = format!("trave: {}", counted(run.findings.report));
    let document = Document { title: &title, style: STYLE, script: SCRIPT };
    out.write_all(document.around(&body(run)).as_bytes())
}

fn body(run: &Run<'_>) -> Markup {
    let report = run.findings.report;
    html! {
        header {
            h1 { "trave" }
            p { (counted(report)) (silenced(report)) " · " (coverage(run.findings.model)) }
            @if !report.findings.is_empty() { (filters(run)) }
        }
        main {
            @for finding in run.by_weight() { (article(finding, run)) }
            @if report.findings.is_empty() {
                p.empty { "No rule found anything." }
            }
            p.empty #none hidden {
                "No finding is like this. "
                button type="reset" form="filters" { "Show all" }
            }
        }
        (notices(run))
    }
}

fn filters(run: &Run<'_>) -> Markup {
    let findings = &run.findings.report.findings;
    let mut files: BTreeMap<String, usize> = BTreeMap::new();
    for finding in findings {
        *files.entry(run.path(finding.origin.file)).or_default() += 1;
    }
    html! {
        form #filters role="search" aria-label="Findings to show" {
            fieldset {
                legend { "Level" }
                @for (level, count) in levels(run) {
                    label class=(level) {
                        input type="checkbox" name="level" value=(level) checked;
                        " " (level) " " span.count { (count) }
                    }
                }
            }
            label { span { "Rule" } select name="rule" {
                option value="" { "all rules" }
                @for (rule, count) in run.findings.report.per_rule() {
                    option value=(rule) { (rule) " (" (count) ")" }
                }
            } }
            label { span { "File" } select name="file" {
                option value="" { "all files" }
                @for (file, count) in &files {
                    option value=(file) { (file) " (" (count) ")" }
                }
            } }
            label { span { "Text" }
                input type="search" name="text" placeholder="table, route, words"
                    autocomplete="off";
            }
            output #shown aria-live="polite" { (findings.len()) " of " (findings.len()) }
        }
    }
}

fn levels(run: &Run<'_>) -> Vec<(Level, usize)> {
    let counts = run.findings.report.counts();
    let levels = [
        (Level::Error, counts.errors),
        (Level::Warning, counts.warnings),
        (Level::Info, counts.infos),
    ];
    levels.into_iter().filter(|(_, count)| *count > 0).collect()
}

/// What was not read or not understood.
fn notices(run: &Run<'_>) -> Markup {
    let model = run.findings.model;
    let mut lines: BTreeMap<(String, &str), usize> = BTreeMap::new();
    for notice in model.notices.iter().chain(&run.findings.report.notices) {
        let place = notice.origin.map(|origin| {
            let line = start(&model.sources, origin).line;
            format!("{}:{line}", run.path(origin.file))
        });
        *lines.entry((place.unwrap_or_default(), &notice.message)).or_default() += 1;
    }
    html! {
        @if !lines.is_empty() {
            details.notices {
                summary { "What was not read or not understood: " (lines.len()) }
                ul {
                    @for ((place, message), count) in &lines {
                        li {
                            @if !place.is_empty() { code { (place) } " " }
                            (as_html(message))
                            @if *count > 1 { " (" (count) " times)" }
                        }
                    }
                }
            }
        }
    }
}
