//! One line per finding, for editors and `grep`.

use std::io::{self, Write};

use crate::Findings;
use crate::place::start;

/// Writes every finding.
pub(crate) fn write(out: &mut dyn Write, findings: &Findings<'_>) -> io::Result<()> {
    let sources = &findings.model.sources;
    let prefix = findings.look.prefix;
    for finding in &findings.report.findings {
        let path = sources.path(finding.origin.file);
        let point = start(sources, finding.origin);
        let (line, column) = (point.line, point.column);
        let (level, rule, message) = (finding.level, finding.rule, &finding.message);
        writeln!(out, "{prefix}{path}:{line}:{column} {level} {rule} {message}")?;
    }
    Ok(())
}
