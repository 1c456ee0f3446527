//! `trave schema`: prints what the migrations leave behind.

use std::io::Write;

use trave_catalog::{Missing, Replay, replay, schema_json, schema_mermaid, schema_sql};

use super::roots::{Asked, open};
use crate::cli::{Common, Schema, SchemaFormat};
use crate::output::stdout;

/// Runs the command.
pub(crate) fn run(arguments: &Schema, common: &Common) -> anyhow::Result<()> {
    let asked = Asked { path: &arguments.path, root: arguments.root.as_deref() };
    let (project, at) = open(&asked, common)?;
    let Some(root) = project.migrations.get(at) else { return Ok(()) };
    // What an empty server would hold: tables that nothing makes are not assumed here.
    let catalog =
        replay(root, &project.model.sources, Replay { missing: Missing::Refused }).catalog;
    let mut out = stdout();
    match arguments.format {
        SchemaFormat::Sql => out.write_all(schema_sql(&catalog).as_bytes())?,
        SchemaFormat::Mermaid => out.write_all(schema_mermaid(&catalog).as_bytes())?,
        SchemaFormat::Json => {
            serde_json::to_writer_pretty(&mut out, &schema_json(&catalog))?;
            writeln!(out)?;
        }
    }
    out.flush()?;
    Ok(())
}
