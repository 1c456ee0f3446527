//! A comment for a pull request, and the summary of a job: short, with details to unfold.

use std::io::{self, Write};

use trave_engine::rule::{Finding, Level};
use trave_source::Origin;

use crate::format::Run;
use crate::place::start;
use crate::prose::{as_html, as_markdown, fenced, is_code};
use crate::summary::{counted, coverage, silenced};

/// How long a comment on GitHub may be.
const COMMENT_BYTES_MAX: usize = 65_536;

/// How many findings of one rule a comment lists.
const COMMENT_PER_RULE_MAX: usize = 20;

/// What the last lines need.
const RESERVE: usize = 600;

/// Ends what a rule found.
const CLOSE: &str = "\n\n</details>\n";

/// How long a text may be.
#[derive(Debug, Clone, Copy)]
struct Limits {
    bytes: usize,
    per_rule: usize,
}

/// Writes a comment. Its first line tells it from other comments, so that it can be replaced.
pub(crate) fn write(out: &mut dyn Write, run: &Run<'_>) -> io::Result<()> {
    let limits = Limits { bytes: COMMENT_BYTES_MAX, per_rule: COMMENT_PER_RULE_MAX };
    write!(out, "{}", text("<!-- trave -->\n", run, limits))
}

/// The summary of a job, with as many findings as fit into so many bytes.
pub fn job_summary(run: &Run<'_>, bytes_max: usize) -> String {
    text("", run, Limits { bytes: bytes_max, per_rule: usize::MAX })
}

fn text(begin: &str, run: &Run<'_>, limits: Limits) -> String {
    let report = run.findings.report;
    let mut text = format!("{begin}### trave: {}{}\n", counted(report), silenced(report));
    let mut left_out = 0;
    for (group, findings) in run.by_rule() {
        let section = section((group, &findings), run, (text.len() + RESERVE, limits));
        left_out += findings.len() - section.told;
        text.push_str(&section.text);
    }
    if left_out > 0 {
        let more = if left_out == 1 {
            "1 more finding".to_owned()
        } else {
            format!("{left_out} more findings")
        };
        let rest = format!("\n{more} did not fit here: `trave check` shows all of them.\n");
        text.push_str(&rest);
    }
    let model = run.findings.model;
    text + &format!("\n<sub>{}</sub>\n", coverage(model))
}

/// What one rule found of one level, as far as it fits.
struct Section {
    text: String,
    told: usize,
}

fn section(
    (group, findings): ((Level, &str), &[&Finding]),
    run: &Run<'_>,
    (used, limits): (usize, Limits),
) -> Section {
    let mut text =
        format!("\n<details>\n<summary>{}</summary>\n\n", heading(group, findings.len(), run));
    let (mut told, mut said) = (0, None);
    for finding in findings.iter().take(limits.per_rule) {
        // The same help is not said again: this is to be short.
        let help = finding.help.as_deref().filter(|help| said != Some(*help));
        let item = item(finding, help, run);
        if used + text.len() + item.len() + CLOSE.len() > limits.bytes {
            continue;
        }
        text.push_str(&item);
        (told, said) = (told + 1, finding.help.as_deref());
    }
    let text = if told == 0 { String::new() } else { text.trim_end().to_owned() + CLOSE };
    Section { text, told }
}

/// Level, rule, number and meaning: Markdown is not read in it, so it is HTML.
fn heading((level, rule): (Level, &str), count: usize, run: &Run<'_>) -> String {
    let summary = run.meta(rule).map_or("", |meta| meta.summary);
    let summary = as_html(summary).into_string();
    format!("<b>{level}</b> · <code>{rule}</code> · {count} · {summary}")
}

fn item(finding: &Finding, help: Option<&str>, run: &Run<'_>) -> String {
    let message = as_markdown(&finding.message);
    let mut item = format!("- {}: {message}\n", place(finding.origin, run));
    if let Some(help) = help {
        let block = if is_code(help) { fenced(help) } else { as_markdown(help) };
        item.push('\n');
        for line in block.lines() {
            item.push_str(if line.is_empty() { "" } else { "  " });
            item.push_str(line);
            item.push('\n');
        }
        item.push('\n');
    }
    item
}

/// Path and line, as a link where the address of files is known.
fn place(origin: Origin, run: &Run<'_>) -> String {
    let line = start(&run.findings.model.sources, origin).line;
    let path = run.path(origin.file);
    let shown = format!("`{}:{line}`", path.replace(['`', '\n', '\r'], "?"));
    match run.web_address(&path, line) {
        Some(address) => format!("[{shown}](<{address}>)"),
        None => shown,
    }
}

#[cfg(test)]
mod tests {
    use super::COMMENT_BYTES_MAX;
    use crate::Format;
    use crate::sample::{Sample, finding};

    #[test]
    fn a_finding_is_a_line_that_can_be_unfolded() {
        let mut sample = Sample { web: Some("https://example.com/blob/1"), ..Sample::default() };
        let mut one = finding(("a/x", "error"), "`notes` is *open*");
        one.help = Some("alter table notes;\n\n-- then".to_owned());
        sample.report.findings.push(one);
        let expected = "\
<!-- trave -->
### trave: 1 error

<details>
<summary><b>error</b> · <code>a/x</code> · 1 · </summary>

- [`app/a.sql:1`](<https://example.com/blob/1/app/a.sql#L1>): `notes` is \\*open\\*

  ```
  alter table notes;

  -- then
  ```

</details>

<sub>0 files, 0 routes, 0 of 0 queries resolved, 0 statements read</sub>
";
        assert_eq!(sample.written(Format::Markdown), expected);
    }

    #[test]
    fn the_same_help_is_said_once() {
        let mut sample = Sample::default();
        let helps = ["sort them", "sort them", "drop index a;"];
        sample.report.findings.extend(helps.map(|help| {
            let mut one = finding(("a/x", "error"), "it is slow");
            one.help = Some(help.to_owned());
            one
        }));
        let text = sample.written(Format::Markdown);
        assert_eq!(text.matches("sort them").count(), 1, "{text}");
        assert!(text.contains("\n  ```\n  drop index a;\n  ```\n"), "{text}");
    }

    #[test]
    fn nothing_found_is_said() {
        let text = Sample::default().written(Format::Markdown);
        assert!(text.starts_with("<!-- trave -->\n### trave: no findings\n"), "{text}");
    }

    #[test]
    fn a_comment_is_never_too_long_and_says_what_is_left_out() {
        let mut sample = Sample::default();
        let long = |number: usize| format!("{number} {}", "x".repeat(5_000));
        let rules = ["a/a", "a/b", "a/c"];
        let findings = (0..60).map(|number| finding((rules[number % 3], "error"), &long(number)));
        sample.report.findings.extend(findings);
        sample.report.findings.extend((0..30).map(|_| finding(("a/d", "warning"), "short")));
        let text = sample.written(Format::Markdown);
        assert!(text.len() <= COMMENT_BYTES_MAX, "{}", text.len());
        assert!(text.len() > COMMENT_BYTES_MAX - 6_000, "{}", text.len());
        let told = text.matches("\n- `").count();
        assert_eq!(text.matches("short").count(), 20);
        assert!(text.contains(&format!("\n{} more findings did not fit here", 90 - told)));
        assert_eq!(text.matches("<details>").count(), text.matches("</details>").count());
    }
}
