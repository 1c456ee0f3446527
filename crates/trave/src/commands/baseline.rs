//! `trave baseline`: writes down what is known, so that only what is new is reported.

use std::io::Write;
use std::path::Path;

use trave_engine::{Baseline, Report};
use trave_rules::RULES;
use trave_workspace::{BaselineFile, Project};

use super::listing::open;
use crate::cli::{BaselineCommand, Common};
use crate::failure::Failure;
use crate::output::stdout;
use crate::project::worded;

/// Runs the command.
pub(crate) fn run(arguments: &BaselineCommand, common: &Common) -> anyhow::Result<()> {
    let (project, _) = open((&arguments.path, arguments.root.as_deref()), common)?;
    let (line, file) = written(arguments, &project)?;
    file.write().map_err(|error| worded(&error))?;
    let mut out = stdout();
    writeln!(out, "{line}")?;
    if !arguments.prune {
        writeln!(out, "`trave check` reports only what is not in it: commit the file")?;
    }
    out.flush()?;
    Ok(())
}

/// The new file, and what is said of it.
fn written(
    arguments: &BaselineCommand,
    project: &Project,
) -> Result<(String, BaselineFile), Failure> {
    let named = arguments.baseline.as_deref();
    let mut file = BaselineFile::empty(&project.settings, named);
    let there = file.path.exists();
    let path = shown(&file.path);
    if there && !arguments.update && !arguments.prune {
        return Err(Failure::new(format!("`{path}` is there already")).next(
            "`--prune` takes out what occurs no longer, `--update` takes in what is new as well",
        ));
    }
    if arguments.prune && !there {
        return Err(Failure::new(format!("`{path}` does not exist"))
            .next("`trave baseline` without `--prune` writes it"));
    }
    if there {
        let known = BaselineFile::read(&project.settings, Some(&file.path));
        file = known.map_err(|error| worded(&error))?.unwrap_or(file);
    }
    let options = project.settings.rule_options();
    let mut report = trave_engine::check(&project.model, RULES, &options);
    let sources = &project.model.sources;
    let all = Baseline::of(&report, sources);
    let compared = file.baseline.apply(&mut report, sources);
    let (gone, new) = (compared.gone.len(), report.findings.len());
    file.baseline = if arguments.prune { Baseline { findings: compared.known } } else { all };
    let kept = file.baseline.findings.len();
    let line = if arguments.prune {
        format!("`{path}`: {gone} taken out, {kept} left, {new} not in it")
    } else if there {
        format!("`{path}`: {gone} taken out, {new} taken in, {kept} in all")
    } else {
        format!("`{path}`: {}", known_now(kept))
    };
    Ok((line, file))
}

/// A path without the `./` of the folder that the user is in.
pub(crate) fn shown(path: &Path) -> String {
    path.strip_prefix(".").unwrap_or(path).display().to_string()
}

/// How many findings a file has that was written now.
pub(crate) fn known_now(count: usize) -> String {
    match count {
        1 => "1 finding is known now".to_owned(),
        count => format!("{count} findings are known now"),
    }
}

/// Writes down everything that a report of a new project says: for `trave init`.
pub(crate) fn accept(project: &Project, report: &Report) -> Result<BaselineFile, Failure> {
    let mut file = BaselineFile::empty(&project.settings, None);
    file.baseline = Baseline::of(report, &project.model.sources);
    file.write().map_err(|error| worded(&error))?;
    Ok(file)
}
