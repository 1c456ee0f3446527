//! `trave access`: which rows each role reaches.

use std::io::Write;

use trave_catalog::Matrix;
use trave_report::Access as Report;

use super::roots::{Asked, open};
use crate::cli::{Access, AccessFormat, Common};
use crate::failure::Failure;
use crate::output::stdout;
use crate::project::quoted;
use crate::target::target;

/// Runs the command.
pub(crate) fn run(arguments: &Access, common: &Common) -> anyhow::Result<()> {
    let asked = Asked { path: &arguments.path, root: arguments.root.as_deref() };
    let (project, at) = open(&asked, common)?;
    let Some(catalog) = project.model.catalogs.get(at) else { return Ok(()) };
    let mut matrix = catalog.access();
    keep_tables(&mut matrix, &arguments.table)?;
    keep_roles(&mut matrix, &arguments.role)?;
    let prefix = target(std::slice::from_ref(&project.root))?.prefix;
    let root = catalog.root.as_str();
    let report = Report { matrix, sources: &project.model.sources, prefix: &prefix, root };
    let mut out = stdout();
    match arguments.format {
        AccessFormat::Table => trave_report::access_text(&mut out, &report)?,
        AccessFormat::Json => trave_report::access_json(&mut out, &report)?,
        AccessFormat::Html => trave_report::access_html(&mut out, &report)?,
    }
    out.flush()?;
    Ok(())
}

fn keep_tables(matrix: &mut Matrix<'_>, asked: &[String]) -> Result<(), Failure> {
    if asked.is_empty() {
        return Ok(());
    }
    let names = |name: &String, entry: &trave_catalog::Entry<'_>| {
        *name == entry.name.name || *name == format!("{}.{}", entry.name.schema, entry.name.name)
    };
    let is_there = |name: &&String| matrix.entries.iter().any(|entry| names(name, entry));
    if let Some(name) = asked.iter().find(|name| !is_there(name)) {
        return Err(Failure::new(format!("the migrations leave no table or view `{name}`"))
            .next("`trave access` without `--table` shows all that there are"));
    }
    matrix.entries.retain(|entry| asked.iter().any(|name| names(name, entry)));
    Ok(())
}

fn keep_roles(matrix: &mut Matrix<'_>, asked: &[String]) -> Result<(), Failure> {
    if asked.is_empty() {
        return Ok(());
    }
    let known: Vec<String> = matrix.roles.iter().map(ToString::to_string).collect();
    if let Some(role) = asked.iter().find(|role| !known.contains(role)) {
        return Err(Failure::new(format!("no grant and no policy names the role `{role}`"))
            .next(format!("there are {}", quoted(&known))));
    }
    let is_kept = |role: &str| asked.iter().any(|it| it == role);
    matrix.roles.retain(|role| is_kept(role));
    for entry in &mut matrix.entries {
        entry.lines.retain(|line| is_kept(&line.role));
    }
    Ok(())
}
