//! `trave check`: reads a project, runs the rules, and reports.

use std::io::{self, Write};
use std::time::{Duration, Instant};

use trave_engine::Report;
use trave_engine::rule::{Level, Meta, Rule};
use trave_report::{Color, Findings, Format, Look, Repository, Timing};
use trave_rules::RULES;
use trave_workspace::{Amount, Depth, Phase, Phases, Project, Settings};

use super::Ending;
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
    let rules = chosen(&arguments.only)?;
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
    let report = judge(&mut project, &rules, &target);
    let fails = fail_level(arguments, &project.settings);
    let run = Run { arguments, common, target: &target, rules: &rules, fails, start };
    run.write(&mut project, &report)?;
    let found = fails.is_some_and(|level| report.reaches(level));
    // The program ends here: taking a large model apart piece by piece would only take time.
    std::mem::forget(project);
    Ok(if found { Ending::Found } else { Ending::Clean })
}

fn judge(project: &mut Project, rules: &[&Rule], target: &Target) -> Report {
    let start = Instant::now();
    let options = project.settings.rule_options();
    let mut report = trave_engine::check(&project.model, rules, &options);
    let sources = &project.model.sources;
    report.findings.retain(|finding| {
        let places = finding.labels.iter().map(|label| label.origin);
        std::iter::once(finding.origin)
            .chain(places)
            .any(|place| target.reports(sources.path(place.file)))
    });
    let amount = Amount { items: report.findings.len(), bytes: 0 };
    project.phases.end(Phase::Rules, start, amount);
    report
}

/// One run, as far as its report needs to know.
struct Run<'a> {
    arguments: &'a Check,
    common: &'a Common,
    target: &'a Target,
    rules: &'a [&'static Rule],
    fails: Option<Level>,
    start: Instant,
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
        let options = project.settings.rule_options();
        let rules = self.rules.iter().map(|rule| &rule.meta);
        let rules: Vec<&Meta> = rules.filter(|meta| options.is_on(meta)).collect();
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

/// The rules that were asked for by id or family; all when none was.
fn chosen(only: &[String]) -> Result<Vec<&'static Rule>, Failure> {
    if only.is_empty() {
        return Ok(RULES.to_vec());
    }
    for name in only {
        if !RULES.iter().any(|rule| is_named(rule, name)) {
            return Err(super::explain::unknown(name));
        }
    }
    let named = |rule: &&&'static Rule| only.iter().any(|name| is_named(rule, name));
    Ok(RULES.iter().filter(named).copied().collect())
}

fn is_named(rule: &Rule, name: &str) -> bool {
    rule.meta.id == name || rule.meta.family() == name
}

fn fail_level(arguments: &Check, settings: &Settings) -> Option<Level> {
    match arguments.fail_on {
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
