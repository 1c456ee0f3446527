//! One finding on the page: what happens, the code on both sides, what to do.

use maud::{Markup, html};
use trave_engine::rule::Finding;
use trave_source::Origin;

use crate::excerpt::excerpt;
use crate::format::Run;
use crate::place::start;
use crate::prose::{as_html, is_code};

/// How many further places are shown with their code.
const PLACES_MAX: usize = 5;

/// One finding.
pub(super) fn article(finding: &Finding, run: &Run<'_>) -> Markup {
    let id = finding.fingerprint.to_string();
    let path = run.path(finding.origin.file);
    let shown = finding.labels.iter().take(PLACES_MAX);
    let rest = finding.labels.get(PLACES_MAX..).unwrap_or_default();
    html! {
        article id=(id) class=(finding.level)
            data-level=(finding.level) data-rule=(finding.rule) data-file=(path) {
            h2 {
                span.level { (finding.level) } " "
                span.message { (as_html(&finding.message)) }
            }
            p.rule {
                code { (finding.rule) }
                @if let Some(meta) = run.meta(finding.rule) { " " (as_html(meta.summary)) }
            }
            (code(finding.origin, finding.label.as_deref().unwrap_or_default(), run))
            @for label in shown { (code(label.origin, &label.text, run)) }
            @if !rest.is_empty() {
                details {
                    summary { (rest.len()) " more places" }
                    ul {
                        @for label in rest {
                            li { (place(label.origin, run)) " " (as_html(&label.text)) }
                        }
                    }
                }
            }
            @if !finding.notes.is_empty() {
                ul.notes { @for note in &finding.notes { li { (as_html(note)) } } }
            }
            @if let Some(help) = &finding.help {
                div.help {
                    strong { "What to do" }
                    @if is_code(help) { pre { (help) } } @else { p { (as_html(help)) } }
                }
            }
        }
    }
}

/// The code of a place, with what it has to do with the finding.
fn code(origin: Origin, label: &str, run: &Run<'_>) -> Markup {
    let lines = excerpt(&run.findings.model.sources, origin);
    html! {
        figure {
            figcaption { (place(origin, run)) @if !label.is_empty() { " " (as_html(label)) } }
            pre tabindex="0" {
                @for line in &lines {
                    span.line data-number=(line.number) {
                        (line.before)
                        @if !line.marked.is_empty() { mark { (line.marked) } }
                        (line.after) "\n"
                    }
                }
            }
        }
    }
}

/// Path and line, as a link where the address of files is known.
fn place(origin: Origin, run: &Run<'_>) -> Markup {
    let point = start(&run.findings.model.sources, origin);
    let path = run.path(origin.file);
    let shown = format!("{path}:{}:{}", point.line, point.column);
    html! {
        @if let Some(address) = run.web_address(&path, point.line) {
            a.place href=(address) { (shown) }
        } @else {
            span.place { (shown) }
        }
    }
}
