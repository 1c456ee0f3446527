//! Finds the one folder of migrations that a command is about.

use std::fs;
use std::path::{Path, PathBuf};

use trave_catalog::MigrationRoot;
use trave_workspace::{Depth, Project};

use crate::cli::Common;
use crate::failure::Failure;
use crate::project::{Request, quoted, read};
use crate::target::target;

/// Folders that belong to a project, and are not one.
const HOLDERS: [&str; 5] = ["migrations", "supabase", "prisma", "drizzle", "schemas"];

/// What the command line says of it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asked<'a> {
    /// A project or a folder of migrations.
    pub(super) path: &'a Path,
    /// The folder, where the project has several.
    pub(super) root: Option<&'a str>,
}

/// The project, read as far as its migrations go, and the place of the folder among them.
pub(super) fn open(asked: &Asked<'_>, common: &Common) -> Result<(Project, usize), Failure> {
    target(&[asked.path.to_owned()])?;
    let (project, within) = project_of(asked.path);
    let request = Request { path: &project, root: asked.root, depth: Depth::Catalog, since: None };
    let project = read(request, common)?;
    let at = chosen(&project, asked.root, &within)?;
    Ok((project, at))
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
fn chosen(project: &Project, root: Option<&str>, within: &str) -> Result<usize, Failure> {
    let asked = root.map(|root| root.trim_start_matches("./").trim_end_matches('/'));
    let fits = |folder: &str| match asked {
        Some(asked) => folder == asked,
        None => Path::new(folder).starts_with(within) || Path::new(within).starts_with(folder),
    };
    let roots = project.migrations.iter().enumerate();
    let found: Vec<(usize, &MigrationRoot)> =
        roots.filter(|(_, root)| fits(&root.folder)).collect();
    match found.as_slice() {
        [(at, _)] => Ok(*at),
        [] => {
            let path = project.root.display();
            Err(Failure::new(format!("`{path}` holds no migrations"))
                .next("give the folder that holds `supabase/` or `migrations/`"))
        }
        several => {
            let folders: Vec<String> =
                several.iter().map(|(_, root)| root.folder.to_string()).collect();
            Err(Failure::new(format!("there are {} folders of migrations", several.len()))
                .next(format!("choose one with `--root`: {}", quoted(&folders))))
        }
    }
}
