//! `trave routes` and `trave path`: ways in, and why a query belongs to one.

use std::io::Write;
use std::path::{Path, PathBuf};

use trave_engine::nearest;
use trave_report::{Asked, Choice, NotThere, Reached};

use super::listing::open;
use crate::cli::{Common, ListFormat, Routes, Way};
use crate::failure::Failure;
use crate::output::stdout;
use crate::project::quoted;

/// As many names are offered where one is not known.
const OFFERED_MAX: usize = 12;

/// Runs `trave routes`.
pub(crate) fn list(arguments: &Routes, common: &Common) -> anyhow::Result<()> {
    let (path, pattern) = project_and_pattern(&arguments.what)?;
    let (project, target) = open((&path, arguments.root.as_deref()), common)?;
    let model = &project.model;
    let choice = Choice {
        pattern,
        methods: &arguments.method,
        tables: &arguments.table,
        unguarded: arguments.unguarded,
    };
    let routes = choice.of(model).map_err(|missing| worded(&missing))?;
    let shown = trave_report::Routes { routes: &routes, model, prefix: &target.prefix };
    let is_one = routes.len() == 1 && model.routes.len() > 1;
    let mut out = stdout();
    match arguments.format {
        ListFormat::Json => trave_report::routes_json(&mut out, &shown)?,
        ListFormat::Table if common.verbose || is_one => {
            trave_report::routes_full_text(&mut out, &shown)?;
        }
        ListFormat::Table => trave_report::routes_text(&mut out, &shown)?,
    }
    out.flush()?;
    Ok(())
}

/// What is no folder or file is a pattern.
fn project_and_pattern(what: &[String]) -> Result<(PathBuf, Option<&str>), Failure> {
    let here = || PathBuf::from(".");
    match what {
        [] => Ok((here(), None)),
        [only] if Path::new(only).exists() => Ok((only.into(), None)),
        [only] => Ok((here(), Some(only))),
        [path, pattern, ..] if Path::new(path).exists() => Ok((path.into(), Some(pattern))),
        [path, ..] => Err(Failure::new(format!("`{path}` does not exist"))
            .next("give the folder of a project first, then a part of the paths to show")),
    }
}

/// Runs `trave path`.
pub(crate) fn path(arguments: &Way, common: &Common) -> anyhow::Result<()> {
    let (project, target) = open((&arguments.path, arguments.root.as_deref()), common)?;
    let (model, prefix) = (&project.model, target.prefix.as_str());
    let asked = (arguments.method.as_str(), arguments.route.as_str());
    let found = trave_report::reached(model, asked, &arguments.table)
        .map_err(|missing| worded(&missing))?;
    let reached = Reached { found: &found, model, prefix };
    let mut out = stdout();
    match arguments.format {
        ListFormat::Table => trave_report::reached_text(&mut out, &reached)?,
        ListFormat::Json => trave_report::reached_json(&mut out, &reached)?,
    }
    out.flush()?;
    Ok(())
}

fn worded(missing: &NotThere) -> Failure {
    let name = &missing.name;
    let failure = Failure::new(match missing.what {
        Asked::Path => format!("no way in has `{name}` in its path"),
        Asked::Method => format!("nothing takes {name} there"),
        Asked::Table => format!("no query of `{name}` is reached"),
    });
    if let Some(near) = nearest(name, missing.known.iter().map(String::as_str)) {
        return failure.next(format!("did you mean `{near}`?"));
    }
    let shown: Vec<String> = missing.known.iter().take(OFFERED_MAX).cloned().collect();
    let rest = missing.known.len() - shown.len();
    let more = if rest > 0 { format!(" and {rest} more") } else { String::new() };
    match (missing.what, shown.is_empty()) {
        (_, true) => failure.next("nothing was found at all"),
        (Asked::Path, _) => failure.next("`trave routes` lists all of them"),
        (Asked::Method | Asked::Table, _) => {
            failure.next(format!("there is {}{more}", quoted(&shown)))
        }
    }
}
