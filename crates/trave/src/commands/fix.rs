//! `trave fix`: makes the changes that remove findings, or shows them.

use std::fs;
use std::io::{self, Write};
use std::path::Path;

use similar::TextDiff;
use trave_engine::OWN_RULES;
use trave_engine::rule::Finding;
use trave_rules::RULES;
use trave_workspace::{FileChange, Left, Plan, Project, Scope, plan};

use super::Ending;
use super::check::known;
use super::listing::open_all;
use crate::cli::{Common, Fix};
use crate::failure::Failure;
use crate::output::stdout;
use crate::target::Target;
use crate::whole;

/// Lines around a change that are shown with it.
const CONTEXT_LINES: usize = 3;

/// Runs the command.
pub(crate) fn run(arguments: &Fix, common: &Common) -> anyhow::Result<Ending> {
    let is_own = |name: &&String| OWN_RULES.iter().any(|meta| meta.id == name.as_str());
    let of_pages: Vec<String> =
        arguments.rule.iter().filter(|name| !is_own(name)).cloned().collect();
    known(&of_pages)?;
    let (project, target) = open_all((&arguments.paths, arguments.root.as_deref()), common)?;
    let plan = planned(arguments, &project, &target);
    let mut out = stdout();
    if arguments.dry_run {
        show(&plan, &target, &mut out)?;
    } else {
        // Nothing is written unless all of it can be.
        plan.changes.iter().try_for_each(|change| ready(change, &target))?;
        for change in &plan.changes {
            make(change, &target)?;
            writeln!(out, "{}", line(change, &target))?;
        }
    }
    writeln!(out, "{}", summary(&plan, arguments))?;
    out.flush()?;
    let would_change = arguments.dry_run && !plan.changes.is_empty();
    Ok(if would_change { Ending::Found } else { Ending::Clean })
}

fn planned(arguments: &Fix, project: &Project, target: &Target) -> Plan {
    // All rules run: which comments silence nothing shows only then.
    let options = project.settings.rule_options();
    let report = trave_engine::check(&project.model, RULES, &options);
    let is_named = |finding: &&Finding| {
        let family = finding.rule.split('/').next();
        let named = |it: &String| it == finding.rule || Some(it.as_str()) == family;
        arguments.rule.is_empty() || arguments.rule.iter().any(named)
    };
    let sources = &project.model.sources;
    let is_told = |finding: &&Finding| target.reports(sources.path(finding.origin.file));
    let findings: Vec<&Finding> = report.findings.iter().filter(is_named).filter(is_told).collect();
    let scope = if arguments.with_unsafe { Scope::All } else { Scope::Safe };
    plan(project, &findings, scope)
}

/// Writes what would change as a diff that `git apply` reads.
fn show(plan: &Plan, target: &Target, out: &mut impl Write) -> io::Result<()> {
    for change in &plan.changes {
        let path = format!("{}{}", target.prefix, change.path);
        let (before, old) = match &change.before {
            Some(before) => (before.as_str(), format!("a/{path}")),
            None => ("", "/dev/null".to_owned()),
        };
        let diff = TextDiff::from_lines(before, change.after.as_str());
        let mut diff = diff.unified_diff();
        write!(out, "{}", diff.context_radius(CONTEXT_LINES).header(&old, &format!("b/{path}")))?;
    }
    Ok(())
}

/// Sees to it that a file is still as it was analysed, and that none is overwritten.
fn ready(change: &FileChange, target: &Target) -> Result<(), Failure> {
    let path = target.root.join(&change.path);
    let shown = format!("{}{}", target.prefix, change.path);
    match &change.before {
        None if path.exists() => Err(Failure::new(format!("`{shown}` is there already"))
            .next("run it again: a new migration gets another number")),
        None => Ok(()),
        Some(before) => match fs::read(&path) {
            Ok(now) if now == before.as_bytes() => Ok(()),
            Ok(_) => Err(Failure::new(format!("`{shown}` is not as it was read"))
                .next("run it again; files have to be UTF-8, without a byte order mark")),
            Err(error) => Err(unwritable(&shown, &error)),
        },
    }
}

fn make(change: &FileChange, target: &Target) -> Result<(), Failure> {
    let path = target.root.join(&change.path);
    // A link stays one: what it leads to is written.
    let path = fs::canonicalize(&path).unwrap_or(path);
    let written =
        whole::write(Path::new(&path), |mut file| file.write_all(change.after.as_bytes()));
    written.map_err(|error| unwritable(&format!("{}{}", target.prefix, change.path), &error))
}

fn unwritable(path: &str, error: &io::Error) -> Failure {
    Failure::new(format!("`{path}` cannot be written: {error}"))
        .next("check who may write there; what was written before stays")
}

/// What became of a file, as a line.
fn line(change: &FileChange, target: &Target) -> String {
    let what = if change.before.is_some() { "changed" } else { "wrote" };
    let rules: Vec<&str> = change.rules.iter().copied().collect();
    format!("{what:<7} {}{}: {}", target.prefix, change.path, rules.join(", "))
}

/// What was done, and what remains, in lines.
fn summary(plan: &Plan, arguments: &Fix) -> String {
    let mended = match (plan.mended, arguments.dry_run) {
        (0, _) => "nothing to mend".to_owned(),
        (count, true) => format!("{} would be mended", findings(count)),
        (count, false) => format!("{} mended", findings(count)),
    };
    let mut lines = vec![mended];
    for (left, count) in &plan.left {
        let why = match left {
            Left::NeedsALook if arguments.dry_run => {
                "can be mended, but somebody has to look: `--unsafe` shows how"
            }
            Left::NeedsALook => {
                "can be mended, but somebody has to look: `--unsafe --dry-run` shows how"
            }
            Left::Overlaps => "at the place of another fix: run it again",
            Left::Declared => "about a schema that is declared in code: change it there",
            Left::ToolsOwn => "where no migration can be added by hand: your tool makes it",
        };
        lines.push(format!("left: {}, {why}", findings(*count)));
    }
    if plan.unknown > 0 {
        let what = findings(plan.unknown);
        lines.push(format!("left: {what}, for which no fix is certain: `trave check`"));
    }
    lines.join("\n")
}

fn findings(count: usize) -> String {
    if count == 1 { "1 finding".to_owned() } else { format!("{count} findings") }
}
