//! `trave init`: sets a project up, so that its checks pass today and fail on what is new.

mod ask;
mod change;
mod hook;
mod repository;
mod stack;
mod texts;

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use trave_engine::{Preset, Report};
use trave_rules::RULES;
use trave_workspace::{Depth, Project, settings_below};

use self::ask::Questions;
use self::change::{Change, Outcome};
use self::repository::Repository;
use self::stack::Stack;
use super::baseline::{accept, known_now};
use super::check::fail_level;
use crate::cli::{Ci, Common, Hook, Init};
use crate::failure::Failure;
use crate::output::stdout;
use crate::project::{Request, nothing, options, read, worded};

/// The settings file.
const SETTINGS: &str = "trave.toml";

/// Runs the command.
pub(crate) fn run(arguments: &Init, common: &Common) -> anyhow::Result<()> {
    let folder = arguments.path.as_path();
    let request = Request { path: folder, root: None, depth: Depth::Everything, since: None };
    let mut project = read(request, common)?;
    if project.is_empty() {
        return Err(nothing(folder).into());
    }
    let repository = Repository::around(folder, arguments);
    let stack = Stack::of(folder, &project);
    let setup = Setup { folder, stack, repository: &repository };
    let mut out = stdout();
    writeln!(out, "found: {}", setup.found())?;
    out.flush()?;
    let questions = Questions::new(arguments);
    let preset = questions.preset()?;
    let places = questions.places(&repository)?;
    let (own, before) = setup.settings_before();
    let settings = setup.write_settings(preset, &project)?;
    if arguments.force {
        // The settings of before may have left files out.
        project = read(request, common)?;
    } else {
        let settings = settings_below(folder, &options(request, common));
        project.settings = settings.map_err(|error| worded(&error))?;
    }
    let options = project.settings.rule_options();
    let report = trave_engine::check(&project.model, RULES, &options);
    let level = fail_level(None, &project.settings);
    let fails = level.is_some_and(|level| report.reaches(level));
    // The settings had to be there to be judged by: who answers nothing gets back what was.
    let is_known = questions.baseline((&report, fails)).inspect_err(|_| undo(&own, before))?;
    writeln!(out, "{settings}")?;
    if is_known {
        writeln!(out, "{}", setup.accept(&project, &report)?)?;
    }
    for change in setup.changes(places) {
        writeln!(out, "{}", change.make(&repository.root)?)?;
    }
    writeln!(out, "{}", next((fails && !is_known, is_known)))?;
    out.flush()?;
    Ok(())
}

/// What is known before anything is written.
struct Setup<'a> {
    folder: &'a Path,
    stack: Stack,
    repository: &'a Repository,
}

impl Setup<'_> {
    fn found(&self) -> String {
        let parts = [self.stack.described(), self.repository.described()];
        let parts: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
        parts.join("; ")
    }

    /// Where the settings file is, and what is in it so far.
    fn settings_before(&self) -> (PathBuf, Option<Vec<u8>>) {
        let own = self.folder.join(SETTINGS);
        let before = fs::read(&own).ok();
        (own, before)
    }

    /// Writes the settings file, unless there is one that stays.
    fn write_settings(&self, preset: Preset, project: &Project) -> Result<Outcome, Failure> {
        let own = self.folder.join(SETTINGS);
        if own.exists() && !self.repository.overwrites {
            return Ok(Outcome::kept(SETTINGS));
        }
        let above = project.settings.files_for("").into_iter().next();
        let above = above.filter(|file| Path::new(file) != own);
        let text = texts::settings(&texts::SettingsText {
            stack: &self.stack.described(),
            preset,
            above: above.and_then(|file| repository::way_up(self.folder, Path::new(&file))),
            roots: project.migrations.iter().map(|root| root.folder.as_str()).collect(),
        });
        let path = PathBuf::from(SETTINGS);
        Change::Write { path, text, is_program: false }.make(self.folder)
    }

    /// Writes down what is known; a file of an earlier set-up is kept.
    fn accept(&self, project: &Project, report: &Report) -> Result<Outcome, Failure> {
        let name = "trave-baseline.json";
        if self.folder.join(name).exists() && !self.repository.overwrites {
            return Ok(Outcome::kept(name));
        }
        let file = accept(project, report)?;
        let name = file.path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        Ok(Outcome::wrote(&name, Some(known_now(file.baseline.findings.len()))))
    }

    /// The workflow and the hook.
    fn changes(&self, (ci, hook): (Ci, Hook)) -> Vec<Change> {
        let below = self.repository.below.as_str();
        let ci = self.repository.workflow(ci);
        let hook = hook::change(self.repository, hook, below);
        ci.into_iter().chain(hook).collect()
    }
}

/// Puts a file back as it was.
fn undo(file: &Path, before: Option<Vec<u8>>) {
    let _ = match before {
        Some(before) => fs::write(file, before),
        None => fs::remove_file(file),
    };
}

/// What stands at the end: whether a check passes, and what to do.
fn next((fails, is_known): (bool, bool)) -> String {
    let state = match (fails, is_known) {
        (true, _) => "`trave check` fails until its errors are mended, or known: `trave baseline`",
        (false, true) => {
            "`trave check` passes now and fails on what is new; `--no-baseline` shows all"
        }
        (false, false) => "`trave check` passes now and fails on what is new",
    };
    format!("\n{state}\nnext: look at these files and commit them")
}
