//! `trave routes` and `trave queries`: what was found, without judging it.

use std::io::Write;

use trave_workspace::{Depth, Project};

use crate::cli::{Common, ListFormat, Listing};
use crate::output::stdout;
use crate::project::{Request, nothing, read};
use crate::target::{Target, target};

/// Runs `trave routes`.
pub(crate) fn routes(arguments: &Listing, common: &Common) -> anyhow::Result<()> {
    let (project, target) = open(arguments, common)?;
    let mut out = stdout();
    match arguments.format {
        ListFormat::Table => trave_report::routes_text(&mut out, &project.model, &target.prefix)?,
        ListFormat::Json => trave_report::routes_json(&mut out, &project.model)?,
    }
    out.flush()?;
    Ok(())
}

/// Runs `trave queries`.
pub(crate) fn queries(arguments: &Listing, common: &Common) -> anyhow::Result<()> {
    let (project, target) = open(arguments, common)?;
    let mut out = stdout();
    match arguments.format {
        ListFormat::Table => trave_report::queries_text(&mut out, &project.model, &target.prefix)?,
        ListFormat::Json => trave_report::queries_json(&mut out, &project.model)?,
    }
    out.flush()?;
    Ok(())
}

fn open(arguments: &Listing, common: &Common) -> anyhow::Result<(Project, Target)> {
    let target = target(std::slice::from_ref(&arguments.path))?;
    let root = arguments.root.as_deref();
    let request = Request { path: &target.root, root, depth: Depth::Everything, since: None };
    let project = read(request, common)?;
    if project.is_empty() {
        return Err(nothing(&target.root).into());
    }
    Ok((project, target))
}
