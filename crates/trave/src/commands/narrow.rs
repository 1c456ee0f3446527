//! What of a report is told: what no baseline knows, what a change has to do with, and what lies
//! in the paths that were given.

use trave_engine::rule::Finding;
use trave_engine::{Compared, Report};
use trave_workspace::{BaselineFile, Project};

use super::baseline::shown;
use super::since::Since;
use crate::cli::{Check, Common};
use crate::failure::Failure;
use crate::project::{Request, worded};
use crate::target::Target;

/// One run of `trave check`, as far as its report is narrowed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Narrowing<'a> {
    /// What was asked.
    pub(crate) arguments: &'a Check,
    /// How.
    pub(crate) common: &'a Common,
    /// The folder, and the paths in it.
    pub(crate) target: &'a Target,
}

impl Narrowing<'_> {
    /// Takes out of a report what is not told, and says in lines what that was.
    pub(crate) fn apply(
        self,
        report: &mut Report,
        (project, request): (&Project, Request<'_>),
    ) -> Result<Vec<String>, Failure> {
        let sources = &project.model.sources;
        let mut lines = Vec::new();
        if let Some(file) = self.baseline(project)? {
            let compared = file.baseline.apply(report, sources);
            lines.extend(self.gone(&file, &compared));
        }
        if let Some(reference) = self.arguments.since.as_deref() {
            let since = Since::read(project, (request, reference), self.common)?;
            report.findings.retain(|finding| since.concerns(finding, sources));
            lines.push(since.described(reference));
        }
        let is_told = |finding: &Finding| {
            let places = finding.labels.iter().map(|label| label.origin);
            let mut all = std::iter::once(finding.origin).chain(places);
            all.any(|place| self.target.reports(sources.path(place.file)))
        };
        report.findings.retain(is_told);
        Ok(lines)
    }

    fn baseline(self, project: &Project) -> Result<Option<BaselineFile>, Failure> {
        let known = &self.arguments.known;
        if known.no_baseline {
            return Ok(None);
        }
        let named = known.baseline.as_deref();
        BaselineFile::read(&project.settings, named).map_err(|error| worded(&error))
    }

    /// What is said of known findings that occur no longer. Of rules that did not run, nothing is.
    fn gone(self, file: &BaselineFile, compared: &Compared) -> Option<String> {
        let only = &self.arguments.only;
        let has_run = |rule: &str| {
            let family = rule.split('/').next();
            only.is_empty() || only.iter().any(|it| it == rule || Some(it.as_str()) == family)
        };
        let count = compared.gone.iter().filter(|known| has_run(&known.rule)).count();
        let path = shown(&file.path);
        let (what, it) = match count {
            0 => return None,
            1 => ("1 known finding".to_owned(), "occurs no longer: it leaves the file"),
            count => (format!("{count} known findings"), "occur no longer: they leave the file"),
        };
        Some(format!("{what} of `{path}` {it} with `trave baseline --prune`"))
    }
}
