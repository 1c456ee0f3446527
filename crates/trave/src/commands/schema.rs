//! `trave schema`: prints what the migrations leave behind.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use trave_catalog::{MigrationRoot, Missing, Replay, replay, schema_json, schema_sql};
use trave_workspace::{Depth, Project};

use crate::cli::{Common, Schema, SchemaFormat};
use crate::failure::Failure;
use crate::output::stdout;
use crate::project::{Request, quoted, read};
use crate::target::target;

/// Folders that belong to a project, and are not one.
const HOLDERS: [&str; 5] = ["migrations", "supabase", "prisma", "drizzle", "schemas"];

/// Runs the command.
pub(crate) fn run(arguments: &Schema, common: &Common) -> anyhow::Result<()> {
    target(std::slice::from_ref(&arguments.path))?;
    let (project, within) = project_of(&arguments.path);
    let root = arguments.root.as_deref();
    let request = Request { path: &project, root, depth: Depth::Catalog, since: None };
    let project = read(request, common)?;
    let root = chosen(&project, root, &within)?;
    // What an empty server would hold: tables that nothing makes are not assumed here.
    let catalog =
        replay(root, &project.model.sources, Replay { missing: Missing::Refused }).catalog;
    let mut out = stdout();
    match arguments.format {
        SchemaFormat::Sql => out.write_all(schema_sql(&catalog).as_bytes())?,
        SchemaFormat::Json => {
            serde_json::to_writer_pretty(&mut out, &schema_json(&catalog))?;
            writeln!(out)?;
        }
    }
    out.flush()?;
    Ok(())
}

/// The project around a folder of migrations, and where in it the folder lies.
fn project_of(path: &Path) -> (PathBuf, String) {
    let full = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let is_holder = |folder: &Path| {
        let name = folder.file_name().and_then(|name| name.to_str());
        name.is_some_and(|name| HOLDERS.contains(&name))
    };
    let project = full.ancestors().find(|folder| !is_holder(folder)).unwrap_or(&full);
    if project == full {
        return (path.to_owned(), String::new());
    }
    let parts = full.strip_prefix(project).into_iter().flat_map(Path::iter);
    let within: Vec<String> = parts.map(|part| part.to_string_lossy().into_owned()).collect();
    (project.to_owned(), within.join("/"))
}

/// The root that was asked for, or the only one.
fn chosen<'a>(
    project: &'a Project,
    root: Option<&str>,
    within: &str,
) -> Result<&'a MigrationRoot, Failure> {
    let asked = root.map(|root| root.trim_start_matches("./").trim_end_matches('/'));
    let fits = |folder: &str| match asked {
        Some(asked) => folder == asked,
        None => Path::new(folder).starts_with(within) || Path::new(within).starts_with(folder),
    };
    let found: Vec<&MigrationRoot> =
        project.migrations.iter().filter(|root| fits(&root.folder)).collect();
    match found.as_slice() {
        [root] => Ok(root),
        [] => {
            let path = project.root.display();
            Err(Failure::new(format!("`{path}` holds no migrations"))
                .next("give the folder that holds `supabase/` or `migrations/`"))
        }
        several => {
            let folders: Vec<String> = several.iter().map(|root| root.folder.to_string()).collect();
            Err(Failure::new(format!("there are {} folders of migrations", several.len()))
                .next(format!("choose one with `--root`: {}", quoted(&folders))))
        }
    }
}
