//! `trave check`: reads a project, runs the rules, and reports.

use std::io::{self, Write};
use std::time::{Duration, Instant};

use trave_engine::rule::{Level, Meta, Rule};
use trave_engine::{Options, Report};
use trave_report::{Color, Findings, Format, Look, Repository, Timing};
use trave_rules::RULES;
use trave_workspace::{Amount, Depth, Phase, Phases, Project, Settings};

use super::Ending;
use super::narrow::Narrowing;
use crate::cli::{Check, Common, FailOn};
use crate::failure::Failure;
use crate::output::{color, stdout};
use crate::project::{Request, nothing, read};
use crate::reports;
use crate::target::{Target, from_repository, target};

/// How many further places of a finding the terminal shows.
const LABELS_MAX: usize = 6;

/// Runs the command.
pub(crate) fn run(arguments: &Check, common: &Common) -> anyhow::Result<Ending> {
    let start = Instant::now();
    known(&arguments.only)?;
    let target = target(&arguments.paths)?;
    reports::prepare(&arguments.report)?;
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
    let mut options = project.settings.rule_options();
    options.only.clone_from(&arguments.only);
    let mut report = judge(&mut project, &options);
    let narrowing = Narrowing { arguments, common, target: &target };
    let remarks = narrowing.apply(&mut report, (&project, request))?;
    let fails = fail_level(arguments.fail_on, &project.settings);
    let run = Run { arguments, common, target: &target, options: &options, fails, start, remarks };
    run.write(&mut project, &report)?;
    let found = fails.is_some_and(|level| report.reaches(level));
    // The program ends here: taking a large model apart piece by piece would only take time.
    std::mem::forget(project);
    Ok(if found { Ending::Found } else { Ending::Clean })
}

fn judge(project: &mut Project, options: &Options) -> Report {
    let start = Instant::now();
    let report = trave_engine::check(&project.model, RULES, options);
    let amount = Amount { items: report.findings.len(), bytes: 0 };
    project.phases.end(Phase::Rules, start, amount);
    report
}

/// One run, as far as its report needs to know.
struct Run<'a> {
    arguments: &'a Check,
    common: &'a Common,
    target: &'a Target,
    options: &'a Options,
    fails: Option<Level>,
    start: Instant,
    /// What was left out of the report, in lines.
    remarks: Vec<String>,
}

impl Run<'_> {
    fn write(&self, project: &mut Project, report: &Report) -> anyhow::Result<()> {
        let start = Instant::now();
        self.write_reports(project, report)?;
        notices(project, self.common, self.target)?;
        let amount = Amount { items: report.findings.len(), bytes: 0 };
        project.phases.end(Phase::Report, start, amount);
        if self.arguments.timings {
            timings(&project.phases, self.start.elapsed())?;
        }
        Ok(())
    }

    /// Files first: whoever closes the pipe early still gets them.
    fn write_reports(&self, project: &Project, report: &Report) -> anyhow::Result<()> {
        let Self { arguments, common, target, fails, .. } = *self;
        let labels_max = (!common.verbose).then_some(LABELS_MAX);
        let look = Look { color: Color::Plain, prefix: &target.prefix, labels_max };
        let rules = RULES.iter().map(|rule| &rule.meta);
        let rules: Vec<&Meta> = rules.filter(|meta| self.options.is_on(meta)).collect();
        let (prefix, web) = (from_repository(&target.root), reports::web());
        let mut run = trave_report::Run {
            findings: Findings { report, model: &project.model, look },
            rules: &rules,
            fails,
            elapsed: self.start.elapsed(),
            repository: Repository { prefix: &prefix, web: web.as_deref() },
        };
        reports::write(&arguments.report, &run)?;
        let format = arguments.format.0;
        if format == Format::Github {
            reports::summarize(&run)?;
        }
        run.findings.look.color = color(common.color);
        let mut out = stdout();
        trave_report::write(&mut out, format, &run)?;
        if format == Format::Terminal {
            self.remarks.iter().try_for_each(|line| writeln!(out, "{line}"))?;
        }
        out.flush()?;
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
pub(crate) fn known(only: &[String]) -> Result<(), Failure> {
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
