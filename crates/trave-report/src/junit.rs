//! A test report: a suite for each rule that ran, a test for each finding.
//!
//! It passes when the run does: findings below the level that fails are skipped tests, and a rule
//! that found nothing is a test that passed. Tests say their file and line, which GitLab and what
//! annotates pull requests read; only Jenkins' xUnit plugin insists on a schema without them.

use std::collections::BTreeMap;
use std::io::{self, Write};

use quick_xml::events::BytesText;
use trave_engine::rule::{Finding, Meta};

use crate::format::Run;
use crate::place::start;
use crate::prose::one_line;
use crate::text::whole;
use crate::xml::{Xml, clean, document};

/// How many tests there are, and how they ended.
#[derive(Debug, Clone, Copy, Default)]
struct Tally {
    tests: usize,
    failures: usize,
    skipped: usize,
}

/// Writes every rule that ran.
pub(crate) fn write(out: &mut dyn Write, run: &Run<'_>) -> io::Result<()> {
    let mut rules: BTreeMap<&str, Vec<&Finding>> = BTreeMap::new();
    rules.extend(run.rules.iter().map(|meta| (meta.id, Vec::new())));
    for finding in &run.findings.report.findings {
        rules.entry(finding.rule).or_default().push(finding);
    }
    let tallies = rules.values().map(|findings| tally(findings, run));
    let total = tallies.fold(Tally::default(), |sum, one| Tally {
        tests: sum.tests + one.tests,
        failures: sum.failures + one.failures,
        skipped: sum.skipped + one.skipped,
    });
    let mut xml = document(out)?;
    let root = xml.create_element("testsuites").with_attribute(("name", "trave"));
    // No schema knows skipped tests here.
    let counts = counted(total);
    let counts = pairs(&counts).filter(|(name, _)| *name != "skipped");
    root.with_attributes(counts).write_inner_content(|xml| {
        rules.iter().try_for_each(|(rule, findings)| suite(xml, (rule, findings), run))
    })?;
    writeln!(xml.get_mut())
}

fn suite(
    xml: &mut Xml<'_>,
    (rule, findings): (&str, &[&Finding]),
    run: &Run<'_>,
) -> io::Result<()> {
    let counts = counted(tally(findings, run));
    let suite = xml.create_element("testsuite").with_attribute(("name", rule));
    suite.with_attributes(pairs(&counts)).write_inner_content(|xml| {
        if findings.is_empty() {
            return passed(xml, rule, run.meta(rule));
        }
        let mut names: BTreeMap<String, usize> = BTreeMap::new();
        for finding in findings {
            let mut name = clean(&one_line(&finding.message));
            let count = names.entry(name.clone()).or_default();
            *count += 1;
            // Servers follow a test by its name.
            if *count > 1 {
                name = format!("{name} ({count})");
            }
            test(xml, (&name, finding), run)?;
        }
        Ok(())
    })?;
    Ok(())
}

fn passed(xml: &mut Xml<'_>, rule: &str, meta: Option<&Meta>) -> io::Result<()> {
    let name = meta.map_or("", |meta| meta.summary);
    let case = xml.create_element("testcase").with_attribute(("classname", rule));
    case.with_attribute(("name", &*clean(name))).write_empty()?;
    Ok(())
}

fn test(xml: &mut Xml<'_>, (name, finding): (&str, &Finding), run: &Run<'_>) -> io::Result<()> {
    let path = clean(&run.path(finding.origin.file));
    let point = start(&run.findings.model.sources, finding.origin);
    let line = point.line.to_string();
    let place = format!("{path}:{line}:{}", point.column);
    let case = xml
        .create_element("testcase")
        .with_attribute(("classname", finding.rule))
        .with_attribute(("name", name))
        .with_attribute(("file", &*path))
        .with_attribute(("line", &*line));
    case.write_inner_content(|xml| {
        let message = format!("{place}: {}", clean(&one_line(&finding.message)));
        if !fails(finding, run) {
            let level = finding.level;
            let skipped = format!("{level}, which does not fail this run: {message}");
            xml.create_element("skipped").with_attribute(("message", &*skipped)).write_empty()?;
            return Ok(());
        }
        let text = clean(&format!("{place}\n{}", whole(finding, run)));
        xml.create_element("failure")
            .with_attribute(("message", &*message))
            .with_attribute(("type", finding.level.name()))
            .write_text_content(BytesText::new(&text))?;
        Ok(())
    })?;
    Ok(())
}

fn fails(finding: &Finding, run: &Run<'_>) -> bool {
    run.fails.is_some_and(|level| finding.level >= level)
}

fn tally(findings: &[&Finding], run: &Run<'_>) -> Tally {
    let failures = findings.iter().filter(|finding| fails(finding, run)).count();
    Tally { tests: findings.len().max(1), failures, skipped: findings.len() - failures }
}

fn counted(tally: Tally) -> [(&'static str, String); 4] {
    [
        ("tests", tally.tests.to_string()),
        ("failures", tally.failures.to_string()),
        ("errors", 0.to_string()),
        ("skipped", tally.skipped.to_string()),
    ]
}

fn pairs<'a>(counts: &'a [(&'static str, String)]) -> impl Iterator<Item = (&'a str, &'a str)> {
    counts.iter().map(|(name, count)| (*name, count.as_str()))
}
