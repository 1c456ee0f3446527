//! `trave rules`: lists every rule.

use std::io::Write;

use serde_json::json;
use trave_engine::Preset;
use trave_engine::rule::{Level, Meta};
use trave_rules::RULES;

use crate::cli::{ListFormat, PresetName, Rules};
use crate::output::stdout;

/// Runs the command.
pub(crate) fn run(arguments: &Rules) -> anyhow::Result<()> {
    let mut out = stdout();
    let listed = listed(arguments.preset.map(Preset::from));
    match arguments.format {
        ListFormat::Table => {
            let width = listed.iter().map(|(meta, _)| meta.id.len()).max().unwrap_or(0);
            for (meta, level) in listed {
                writeln!(out, "{:<width$}  {level:<7}  {}", meta.id, meta.summary)?;
            }
        }
        ListFormat::Json => {
            let rules: Vec<_> = listed.iter().map(entry).collect();
            serde_json::to_writer_pretty(&mut out, &rules)?;
            writeln!(out)?;
        }
    }
    out.flush()?;
    Ok(())
}

/// The rules of a preset with their levels in it; without one, every rule as its page has it.
fn listed(preset: Option<Preset>) -> Vec<(&'static Meta, Level)> {
    let all = RULES.iter().map(|rule| &rule.meta);
    let Some(preset) = preset else { return all.map(|meta| (meta, meta.level)).collect() };
    let leveled = all.map(|meta| (meta, preset.setting(meta).of(meta.level)));
    leveled.filter(|(_, level)| *level != Level::Off).collect()
}

fn entry((meta, level): &(&Meta, Level)) -> serde_json::Value {
    let (level, since, summary) = (level.name(), meta.since, meta.summary);
    json!({ "rule": meta.id, "level": level, "summary": summary, "since": since })
}

impl From<PresetName> for Preset {
    fn from(name: PresetName) -> Self {
        match name {
            PresetName::Recommended => Self::Recommended,
            PresetName::Strict => Self::Strict,
            PresetName::Security => Self::Security,
            PresetName::Performance => Self::Performance,
        }
    }
}
