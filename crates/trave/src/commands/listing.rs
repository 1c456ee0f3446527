//! `trave queries`: what was found, without judging it.

use std::io::Write;
use std::path::{Path, PathBuf};

use trave_workspace::{Depth, Project};

use crate::cli::{Common, ListFormat, Listing};
use crate::output::stdout;
use crate::project::{Request, nothing, read};
use crate::target::{Target, target};

/// Runs `trave queries`.
pub(crate) fn queries(arguments: &Listing, common: &Common) -> anyhow::Result<()> {
    let (project, target) = open((&arguments.path, arguments.root.as_deref()), common)?;
    let mut out = stdout();
    match arguments.format {
        ListFormat::Table => trave_report::queries_text(&mut out, &project.model, &target.prefix)?,
        ListFormat::Json => trave_report::queries_json(&mut out, &project.model)?,
    }
    out.flush()?;
    Ok(())
}

/// A project whose code and migrations are read.
pub(super) fn open(
    (path, root): (&Path, Option<&str>),
    common: &Common,
) -> anyhow::Result<(Project, Target)> {
    open_all((&[path.to_owned()], root), common)
}

/// The same, of which several files or folders were named.
pub(super) fn open_all(
    (paths, root): (&[PathBuf], Option<&str>),
    common: &Common,
) -> anyhow::Result<(Project, Target)> {
    let target = target(paths)?;
    let request = Request { path: &target.root, root, depth: Depth::Everything, since: None };
    let project = read(request, common)?;
    if project.is_empty() {
        return Err(nothing(&target.root).into());
    }
    Ok((project, target))
}
