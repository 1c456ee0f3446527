//! What Checkstyle writes: CI servers and review bots read it for any language.

use std::collections::BTreeMap;
use std::io::{self, Write};

use trave_engine::rule::{Finding, Level};

use crate::format::Run;
use crate::place::start;
use crate::prose::one_line;
use crate::xml::{Xml, clean, document};

/// The version of Checkstyle whose format this is.
const VERSION: &str = "8.0";

/// Writes every finding, by file.
pub(crate) fn write(out: &mut dyn Write, run: &Run<'_>) -> io::Result<()> {
    let mut files: BTreeMap<String, Vec<&Finding>> = BTreeMap::new();
    for finding in &run.findings.report.findings {
        files.entry(run.path(finding.origin.file)).or_default().push(finding);
    }
    let mut xml = document(out)?;
    let root = xml.create_element("checkstyle").with_attribute(("version", VERSION));
    root.write_inner_content(|xml| {
        for (path, findings) in &files {
            let file = xml.create_element("file").with_attribute(("name", &*clean(path)));
            file.write_inner_content(|xml| {
                findings.iter().try_for_each(|finding| error(xml, finding, run))
            })?;
        }
        Ok(())
    })?;
    writeln!(xml.get_mut())
}

fn error(xml: &mut Xml<'_>, finding: &Finding, run: &Run<'_>) -> io::Result<()> {
    let point = start(&run.findings.model.sources, finding.origin);
    let (line, column) = (point.line.to_string(), point.column.to_string());
    let message = clean(&one_line(&finding.message));
    let source = format!("trave.{}", finding.rule.replace('/', "."));
    xml.create_element("error")
        .with_attribute(("line", &*line))
        .with_attribute(("column", &*column))
        .with_attribute(("severity", severity(finding.level)))
        .with_attribute(("message", &*message))
        .with_attribute(("source", &*source))
        .write_empty()?;
    Ok(())
}

fn severity(level: Level) -> &'static str {
    match level {
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Info | Level::Off => "info",
    }
}
