//! `trave settings`: which settings hold for a file, and the schema of their file.

use std::io::Write;

use trave_rules::RULES;
use trave_workspace::{Depth, json_schema, settings_below};

use crate::cli::{Common, SettingsCommand};
use crate::output::stdout;
use crate::project::{Request, options, worded};
use crate::target::target;

/// Runs the command.
pub(crate) fn run(arguments: &SettingsCommand, common: &Common) -> anyhow::Result<()> {
    let mut out = stdout();
    if arguments.schema {
        let ids: Vec<&str> = RULES.iter().map(|rule| rule.meta.id).collect();
        serde_json::to_writer_pretty(&mut out, &json_schema(&ids))?;
        writeln!(out)?;
        out.flush()?;
        return Ok(());
    }
    let target = target(std::slice::from_ref(&arguments.path))?;
    let request = Request { path: &target.root, root: None, depth: Depth::Catalog, since: None };
    let settings = settings_below(&target.root, &options(request, common));
    let settings = settings.map_err(|error| worded(&error))?;
    let path = target.only.first().map_or("", String::as_str);
    let files = settings.files_for(path);
    if files.is_empty() {
        writeln!(out, "no trave.toml: every rule is as its page has it")?;
    }
    for file in files {
        writeln!(out, "{file}")?;
    }
    let rules = settings.rule_options();
    let width = RULES.iter().map(|rule| rule.meta.id.len()).max().unwrap_or(0);
    for rule in RULES {
        let meta = &rule.meta;
        let level = rules.setting(meta, path).of(meta.level);
        if level != meta.level {
            writeln!(out, "{:<width$}  {level:<7}  in place of {}", meta.id, meta.level)?;
        }
    }
    out.flush()?;
    Ok(())
}
