//! `trave check`: reads a project, runs the rules, and reports.

use std::io::{self, Write};
use std::time::{Duration, Instant};

use trave_engine::Report;
use trave_engine::rule::{Level, Rule};
use trave_report::{Findings, Look, Summary, Timing};
use trave_rules::RULES;
use trave_workspace::{Amount, Depth, Phase, Phases, Project, Settings};

use super::Ending;
use super::narrow::Narrowing;
use crate::cli::{Check, CheckFormat, Common, FailOn};
use crate::failure::Failure;
use crate::output::{color, stdout};
use crate::project::{Request, nothing, read};
use crate::target::{Target, target};

/// How many further places of a finding the terminal shows.
const LABELS_MAX: usize = 6;

/// Runs the command.
pub(crate) fn run(arguments: &Check, common: &Common) -> anyhow::Result<Ending> {
    let start = Instant::now();
    known(&arguments.only)?;
    let target = target(&arguments.paths)?;
    let request = Request {
        path: &target.root,
        root: arguments.root.as_deref(),
        depth: Depth::Everything,
        since: arguments.since.as_deref(),
    };
    let mut project = read(request, common)?;
    if project.is_empty() && !arguments.allow_empty {
        notices(&project, common, &target)?;
        return Err(nothing(&target.root).into());
    }
    let mut report = judge(&mut project, &arguments.only);
    let narrowing = Narrowing { arguments, common, target: &target };
    let remarks = narrowing.apply(&mut report, (&project, request))?;
    let run = Run { arguments, common, target: &target, start, remarks };
    run.write(&mut project, &report)?;
    let fails = fail_level(arguments.fail_on, &project.settings);
    let found = fails.is_some_and(|level| report.reaches(level));
    // The program ends here: taking a large model apart piece by piece would only take time.
    std::mem::forget(project);
    Ok(if found { Ending::Found } else { Ending::Clean })
}

fn judge(project: &mut Project, only: &[String]) -> Report {
    let start = Instant::now();
    let mut options = project.settings.rule_options();
    options.only = only.to_vec();
    let report = trave_engine::check(&project.model, RULES, &options);
    let amount = Amount { items: report.findings.len(), bytes: 0 };
    project.phases.end(Phase::Rules, start, amount);
    report
}

/// One run, as far as its report needs to know.
struct Run<'a> {
    arguments: &'a Check,
    common: &'a Common,
    target: &'a Target,
    start: Instant,
    /// What was left out of the report, in lines.
    remarks: Vec<String>,
}

impl Run<'_> {
    fn write(&self, project: &mut Project, report: &Report) -> io::Result<()> {
        let start = Instant::now();
        let model = &project.model;
        let labels_max = (!self.common.verbose).then_some(LABELS_MAX);
        let look =
            Look { color: color(self.common.color), prefix: &self.target.prefix, labels_max };
        let findings = Findings { report, model, look };
        let mut out = stdout();
        match self.arguments.format {
            CheckFormat::Terminal => {
                trave_report::terminal(&mut out, &findings)?;
                Summary { report, model, elapsed: self.start.elapsed() }.write(&mut out)?;
                self.remarks.iter().try_for_each(|line| writeln!(out, "{line}"))?;
            }
            CheckFormat::Concise => trave_report::concise(&mut out, &findings)?,
            CheckFormat::Json => trave_report::json(&mut out, &findings)?,
        }
        out.flush()?;
        notices(project, self.common, self.target)?;
        let amount = Amount { items: report.findings.len(), bytes: 0 };
        project.phases.end(Phase::Report, start, amount);
        if self.arguments.timings {
            timings(&project.phases, self.start.elapsed())?;
        }
        Ok(())
    }
}

/// What was not read, when somebody wants to know.
fn notices(project: &Project, common: &Common, target: &Target) -> io::Result<()> {
    if !common.verbose {
        return Ok(());
    }
    trave_report::notices(&mut io::stderr().lock(), &project.model, &target.prefix)
}

fn timings(phases: &Phases, total: Duration) -> io::Result<()> {
    let measures = phases.measures.iter();
    let mut parts: Vec<Timing> = measures
        .map(|measure| (measure.phase.name(), measure.elapsed, measure.items, measure.bytes))
        .collect();
    parts.push(("total", total, 0, 0));
    trave_report::timings(&mut io::stderr().lock(), &parts)
}

/// Makes sure that there are rules or families of these names.
fn known(only: &[String]) -> Result<(), Failure> {
    let mut names = only.iter();
    let unknown = names.find(|name| !RULES.iter().any(|rule| is_named(rule, name)));
    unknown.map_or(Ok(()), |name| Err(super::explain::unknown(name)))
}

fn is_named(rule: &Rule, name: &str) -> bool {
    rule.meta.id == name || rule.meta.family() == name
}

/// The least level that fails: what the command line says, else the settings.
pub(crate) fn fail_level(said: Option<FailOn>, settings: &Settings) -> Option<Level> {
    match said {
        Some(FailOn::Error) => Some(Level::Error),
        Some(FailOn::Warning) => Some(Level::Warning),
        Some(FailOn::Info) => Some(Level::Info),
        Some(FailOn::Never) => None,
        None => match settings.check.fail_on.map_or(Level::Error, Level::from) {
            Level::Off => None,
            level => Some(level),
        },
    }
}
