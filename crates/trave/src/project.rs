//! Loads a project for a command, and words what can go wrong for people.

use std::path::Path;

use trave_rules::RULES;
use trave_workspace::{Depth, Options, Project, WorkspaceError, catalogs_at, load};

use crate::cli::Common;
use crate::failure::Failure;
use crate::output::progress;

/// What a command asks of a project.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Request<'a> {
    /// The folder.
    pub(crate) path: &'a Path,
    /// The folder of migrations that all code speaks to.
    pub(crate) root: Option<&'a str>,
    /// How much is read.
    pub(crate) depth: Depth,
    /// A revision of git: migrations added or changed since are not applied yet.
    pub(crate) since: Option<&'a str>,
}

/// Reads a project.
pub(crate) fn read(request: Request<'_>, common: &Common) -> Result<Project, Failure> {
    let bar = progress(common);
    bar.set_message(format!("reading {}", request.path.display()));
    let project = load(request.path, &options(request, common));
    bar.finish_and_clear();
    project.map_err(|error| worded(&error))
}

/// Reads the migrations of a project as a git reference has them.
pub(crate) fn read_at(
    request: Request<'_>,
    reference: &str,
    common: &Common,
) -> Result<Project, Failure> {
    let project = catalogs_at(request.path, reference, &options(request, common));
    project.map_err(|error| worded(&error))
}

/// How a project is loaded for a command.
pub(crate) fn options(request: Request<'_>, common: &Common) -> Options<'static> {
    Options {
        settings: common.config.clone(),
        rules: RULES.iter().map(|rule| rule.meta.id).collect(),
        root: request.root.map(str::to_owned),
        depth: request.depth,
        since: request.since.map(str::to_owned),
    }
}

/// What went wrong, and what to do next.
pub(crate) fn worded(error: &WorkspaceError) -> Failure {
    let failure = Failure::new(error.to_string());
    match error {
        WorkspaceError::Missing(_) => failure.next("give the folder of a project"),
        WorkspaceError::NotAFolder(_) => failure.next("give the folder that holds the project"),
        WorkspaceError::Unreadable { source, .. } => {
            Failure::new(format!("{error}: {source}")).next("check who may read it")
        }
        WorkspaceError::Unwritable { source, .. } => {
            Failure::new(format!("{error}: {source}")).next("check who may write there")
        }
        WorkspaceError::Baseline { .. } => failure.next(
            "resolve what a merge left open, or write the file anew: remove it, then \
             `trave baseline`",
        ),
        WorkspaceError::Settings(_) | WorkspaceError::Pattern(_) => {
            failure.next("docs/settings.md lists what trave.toml can say")
        }
        WorkspaceError::UnknownMigration(_) => {
            failure.next("give the version or the file name of the last migration that is applied")
        }
        WorkspaceError::Git(_) => {
            failure.next("give a branch, a tag or a commit that `git log` knows in this folder")
        }
        WorkspaceError::Interrupted => failure.next("run it again"),
        WorkspaceError::UnknownRoot { known, .. } => failure.next(match known.as_slice() {
            [] => "no folder of migrations was found".to_owned(),
            known => format!("there are {}", quoted(known)),
        }),
    }
}

/// Names in backticks, with commas.
pub(crate) fn quoted(names: &[String]) -> String {
    let shown =
        |name: &String| if name.is_empty() { "`.`".to_owned() } else { format!("`{name}`") };
    names.iter().map(shown).collect::<Vec<_>>().join(", ")
}

/// Says that a folder holds nothing to look at.
pub(crate) fn nothing(path: &Path) -> Failure {
    let path = path.display();
    Failure::new(format!(
        "`{path}` holds nothing to analyse: no migrations, and no TypeScript that talks to a \
         database"
    ))
    .next("give the folder that holds `supabase/` or the source; `--allow-empty` accepts this")
}
