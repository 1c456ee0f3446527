//! `trave map`: a project as a page for browsers.

use std::fs;
use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};

use trave_report::map::Map as Page;
use trave_rules::RULES;

use super::listing::open;
use crate::cli::{Common, Map};
use crate::failure::Failure;
use crate::output::stdout;
use crate::target::Target;
use crate::whole;

/// Where the page is written to when nobody says.
const FILE: &str = "trave-map.html";

/// Runs the command.
pub(crate) fn run(arguments: &Map, common: &Common) -> anyhow::Result<()> {
    let (project, target) = open((&arguments.path, arguments.root.as_deref()), common)?;
    let options = project.settings.rule_options();
    let report = trave_engine::check(&project.model, RULES, &options);
    let title = title(&target);
    let page = trave_report::map::page(&Page {
        model: &project.model,
        report: &report,
        rules: RULES,
        title: &title,
        prefix: &target.prefix,
    });
    if let Some(file) = destination(arguments.output.as_deref()) {
        let written = whole::write(&file, |mut out| out.write_all(page.as_bytes()));
        written.map_err(|error| unwritable(&file, &error))?;
        writeln!(io::stderr().lock(), "wrote {}: open it in a browser", file.display())?;
    } else {
        let mut out = stdout();
        out.write_all(page.as_bytes())?;
        out.flush()?;
    }
    // The program ends here: taking a large model apart piece by piece would only take time.
    std::mem::forget(project);
    Ok(())
}

/// The file to write; none for standard output.
fn destination(asked: Option<&Path>) -> Option<PathBuf> {
    match asked {
        Some(path) if path == Path::new("-") => None,
        Some(path) => Some(path.to_owned()),
        None => io::stdout().is_terminal().then(|| FILE.into()),
    }
}

/// What the page is called: the folder of the project.
fn title(target: &Target) -> String {
    let full = fs::canonicalize(&target.root).unwrap_or_else(|_| target.root.clone());
    let name = full.file_name().map(|name| name.to_string_lossy().into_owned());
    name.unwrap_or_else(|| "project".to_owned())
}

fn unwritable(file: &Path, error: &io::Error) -> Failure {
    Failure::new(format!("`{}` cannot be written: {error}", file.display()))
        .next("give another file with `--output`, or `-` for standard output")
}
