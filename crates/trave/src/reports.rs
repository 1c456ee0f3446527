//! `--report FORMAT=FILE`: the reports of one run that go into files, and the summary that a
//! workflow of GitHub asks for.

use std::env;
use std::fs;
use std::io::{self, BufWriter, Write};
use std::path::PathBuf;
use std::str::FromStr;

use trave_report::{Format, Run, job_summary};

use crate::failure::Failure;
use crate::whole;

/// How long the summary of a step may be, with room for what others add to it.
const SUMMARY_BYTES_MAX: usize = 1_000_000;

/// A report that goes into a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ReportFile {
    format: Format,
    path: PathBuf,
}

impl FromStr for ReportFile {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (name, path) = text.split_once('=').ok_or("write it as FORMAT=FILE")?;
        if path.is_empty() {
            return Err(format!("name a file: {name}=FILE"));
        }
        if path == "-" {
            return Err(format!("standard output is for `--format {name}`"));
        }
        let found = Format::ALL.into_iter().find(|format| format.name() == name);
        let format = found.ok_or_else(|| unknown(name))?;
        Ok(Self { format, path: path.into() })
    }
}

fn unknown(name: &str) -> String {
    let names = Format::ALL.map(Format::name);
    match trave_engine::nearest(name, names) {
        Some(near) => format!("no format is called `{name}`; did you mean `{near}`?"),
        None => format!("no format is called `{name}`; there are {}", names.join(", ")),
    }
}

/// Sees to it that every report can be written, before anything is analysed.
pub(crate) fn prepare(reports: &[ReportFile]) -> Result<(), Failure> {
    for (at, report) in reports.iter().enumerate() {
        let mut before = reports.iter().take(at);
        if let Some(other) = before.find(|other| other.path == report.path) {
            let (one, two) = (other.format.name(), report.format.name());
            let path = report.path.display();
            return Err(Failure::new(format!("`{path}` is to hold two reports: {one} and {two}"))
                .next("give each report a file of its own"));
        }
        if report.path.is_dir() {
            let path = report.path.display();
            return Err(Failure::new(format!("`{path}` is a folder, not a file for a report"))
                .next(format!("--report {}={path}/FILE", report.format.name())));
        }
        whole::try_at(&report.path).map_err(|error| unwritable(report, &error))?;
    }
    Ok(())
}

/// Writes every report.
pub(crate) fn write(reports: &[ReportFile], run: &Run<'_>) -> Result<(), Failure> {
    for report in reports {
        write_one(report, run).map_err(|error| unwritable(report, &error))?;
    }
    Ok(())
}

/// Adds to the summary of the job what annotations have no room for, when a workflow of GitHub
/// reads the log.
pub(crate) fn summarize(run: &Run<'_>) -> Result<(), Failure> {
    let Some(path) = env::var_os("GITHUB_STEP_SUMMARY").filter(|path| !path.is_empty()) else {
        return Ok(());
    };
    let path = PathBuf::from(path);
    let written = fs::metadata(&path).map_or(0, |file| file.len());
    let written = usize::try_from(written).unwrap_or(usize::MAX);
    let text = job_summary(run, SUMMARY_BYTES_MAX.saturating_sub(written));
    let file = fs::OpenOptions::new().append(true).create(true).open(&path);
    let appended = file.and_then(|mut file| file.write_all(text.as_bytes()));
    appended.map_err(|error| {
        let path = path.display();
        Failure::new(format!("the job summary `{path}` cannot be written: {error}"))
            .next("GITHUB_STEP_SUMMARY names it; unset it to go without a summary")
    })
}

/// What stands before a path of the repository in the address of a file: from what GitHub and
/// GitLab tell their jobs.
pub(crate) fn web() -> Option<String> {
    let told = |name: &str| env::var(name).ok().filter(|value| value.starts_with("https://"));
    let named = |name: &str| env::var(name).ok().filter(|value| !value.is_empty());
    let github = || {
        let (server, name) = (told("GITHUB_SERVER_URL")?, named("GITHUB_REPOSITORY")?);
        Some(format!("{server}/{name}/blob/{}", named("GITHUB_SHA")?))
    };
    let gitlab = || Some(format!("{}/-/blob/{}", told("CI_PROJECT_URL")?, named("CI_COMMIT_SHA")?));
    github().or_else(gitlab)
}

fn write_one(report: &ReportFile, run: &Run<'_>) -> io::Result<()> {
    whole::write(&report.path, |file| write_to(file, report.format, run))
}

fn write_to(file: impl Write, format: Format, run: &Run<'_>) -> io::Result<()> {
    let mut out = BufWriter::with_capacity(1 << 16, file);
    trave_report::write(&mut out, format, run)?;
    out.flush()
}

fn unwritable(report: &ReportFile, error: &io::Error) -> Failure {
    let (format, path) = (report.format.name(), report.path.display());
    Failure::new(format!("the {format} report cannot be written to `{path}`: {error}"))
        .next("give a file in a folder that you may write to")
}

#[cfg(test)]
mod tests {
    use super::ReportFile;

    #[test]
    fn a_report_is_a_format_and_a_file() {
        let report: ReportFile = "sarif=out/a=b.sarif".parse().unwrap();
        assert_eq!(report.format.name(), "sarif");
        assert_eq!(report.path.to_str(), Some("out/a=b.sarif"));
        let problem = |text: &str| text.parse::<ReportFile>().unwrap_err();
        assert_eq!(problem("sarif"), "write it as FORMAT=FILE");
        assert_eq!(problem("sarif="), "name a file: sarif=FILE");
        assert!(problem("sarfi=x").ends_with("did you mean `sarif`?"));
        assert!(problem("pdf=x").contains("there are terminal, concise, json, sarif"));
        assert!(problem("html=-").contains("`--format html`"));
    }
}
