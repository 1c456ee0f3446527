//! Findings with the code they are about, for people at a terminal.

use std::io::{self, Write};

use codespan_reporting::diagnostic::{Diagnostic, Label, Severity};
use codespan_reporting::files::Error;
use codespan_reporting::term::termcolor::{Ansi, NoColor, WriteColor};
use codespan_reporting::term::{Chars, Config, Styles, StylesWriter, emit_to_write_style};
use trave_engine::rule::{Finding, Level};
use trave_source::{FileId, Sources};

use crate::files::Texts;
use crate::place::first_line;
use crate::{Color, Findings};

/// Writes every finding.
pub(crate) fn write(out: &mut dyn Write, findings: &Findings<'_>) -> io::Result<()> {
    match findings.look.color {
        Color::Ansi => write_to(Ansi::new(out), findings),
        Color::Plain => write_to(NoColor::new(out), findings),
    }
}

fn write_to(mut out: impl WriteColor, findings: &Findings<'_>) -> io::Result<()> {
    let styles = Styles::default();
    let config = Config { chars: Chars::box_drawing(), ..Config::default() };
    let files = Texts { sources: &findings.model.sources, prefix: findings.look.prefix };
    for finding in &findings.report.findings {
        let diagnostic = diagnostic(finding, files.sources, findings.look.labels_max);
        let mut writer = StylesWriter::new(&mut out, &styles);
        emit_to_write_style(&mut writer, &config, &files, &diagnostic).map_err(as_io)?;
    }
    out.flush()
}

fn as_io(error: Error) -> io::Error {
    match error {
        Error::Io(error) => error,
        other => io::Error::other(other.to_string()),
    }
}

fn diagnostic(
    finding: &Finding,
    sources: &Sources,
    labels_max: Option<usize>,
) -> Diagnostic<FileId> {
    let shown = labels_max.unwrap_or(usize::MAX);
    let primary = Label::primary(finding.origin.file, first_line(sources, finding.origin))
        .with_message(finding.label.as_deref().unwrap_or_default());
    let others = finding.labels.iter().take(shown).map(|label| {
        Label::secondary(label.origin.file, first_line(sources, label.origin))
            .with_message(&label.text)
    });
    let mut notes = finding.notes.clone();
    let hidden = finding.labels.len().saturating_sub(shown);
    if hidden > 0 {
        notes.push(format!("{hidden} more places; `--verbose` shows them all"));
    }
    notes.extend(finding.help.as_ref().map(|help| indented("help: ", help)));
    Diagnostic::new(severity(finding.level))
        .with_code(finding.rule)
        .with_message(&finding.message)
        .with_labels_iter(std::iter::once(primary).chain(others))
        .with_notes(notes)
}

fn severity(level: Level) -> Severity {
    match level {
        Level::Error => Severity::Error,
        Level::Warning => Severity::Warning,
        Level::Info | Level::Off => Severity::Note,
    }
}

/// Lines after the first stand under the text, not under its heading.
fn indented(heading: &str, text: &str) -> String {
    let blank = format!("\n{:width$}", "", width = heading.len());
    format!("{heading}{}", text.replace('\n', &blank))
}

#[cfg(test)]
mod tests {
    use trave_engine::Report;
    use trave_engine::rule::{Finding, Label, Level};
    use trave_model::Model;
    use trave_source::Span;

    use crate::{Findings, Look};

    #[test]
    fn both_sides_of_a_finding_are_shown() {
        let mut model = Model::default();
        let sql = model.sources.add("a.sql", "create table notes (id int);\n");
        let code = model.sources.add("a.ts", "db\n  .from('notes')\n  .select()\n");
        let origin = Span::new(13, 18).in_file(sql);
        let mut finding = Finding::new("rls/x", Level::Error, (origin, "it leaks".to_owned()));
        let label = Span::new(5, 34).in_file(code);
        finding.labels.push(Label { origin: label, text: "read here".to_owned() });
        finding.help = Some("do this\nthen that".to_owned());
        let report = Report { findings: vec![finding], ..Report::default() };
        let look = Look { prefix: "app/", ..Look::default() };
        let mut out = Vec::new();
        crate::terminal(&mut out, &Findings { report: &report, model: &model, look }).unwrap();
        let expected = "\
error[rls/x]: it leaks
  ┌─ app/a.sql:1:14
  │
1 │ create table notes (id int);
  │              ^^^^^
  │
  ┌─ app/a.ts:2:3
  │
2 │   .from('notes')
  │   -------------- read here
  │
  = help: do this
          then that

";
        assert_eq!(String::from_utf8(out).unwrap(), expected);
    }
}
