//! `trave rules`: lists every rule.

use std::io::Write;

use serde_json::json;
use trave_rules::RULES;

use crate::cli::{ListFormat, Rules};
use crate::output::stdout;

/// Runs the command.
pub(crate) fn run(arguments: &Rules) -> anyhow::Result<()> {
    let mut out = stdout();
    match arguments.format {
        ListFormat::Table => {
            let width = RULES.iter().map(|rule| rule.meta.id.len()).max().unwrap_or(0);
            for rule in RULES {
                let meta = &rule.meta;
                writeln!(out, "{:<width$}  {:<7}  {}", meta.id, meta.level, meta.summary)?;
            }
        }
        ListFormat::Json => {
            let rules: Vec<_> = RULES
                .iter()
                .map(|rule| {
                    let meta = &rule.meta;
                    let (level, since) = (meta.level.name(), meta.since);
                    let summary = meta.summary;
                    json!({ "rule": meta.id, "level": level, "summary": summary, "since": since })
                })
                .collect();
            serde_json::to_writer_pretty(&mut out, &rules)?;
            writeln!(out)?;
        }
    }
    out.flush()?;
    Ok(())
}
