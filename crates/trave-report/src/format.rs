//! The formats of `trave check`: what they are called, and who writes each.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::io::{self, Write};
use std::time::Duration;

use trave_engine::OWN_RULES;
use trave_engine::rule::{Finding, Level, Meta};
use trave_source::FileId;

use crate::Findings;
use crate::summary::Summary;
use crate::uri::encoded;
use crate::{checkstyle, concise, github, gitlab, html, json, junit, markdown, sarif, terminal};

/// How a run of `trave check` can be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Findings with the code, and a summary.
    Terminal,
    /// One line per finding.
    Concise,
    /// Our own JSON.
    Json,
    /// SARIF 2.1.0.
    Sarif,
    /// Commands that a workflow of GitHub reads from the log.
    Github,
    /// The code quality report of GitLab.
    Gitlab,
    /// A test report.
    Junit,
    /// What Checkstyle writes.
    Checkstyle,
    /// A page for browsers.
    Html,
    /// A comment for a pull request.
    Markdown,
}

impl Format {
    /// Every format, in the order of `--help`.
    pub const ALL: [Self; 10] = [
        Self::Terminal,
        Self::Concise,
        Self::Json,
        Self::Sarif,
        Self::Github,
        Self::Gitlab,
        Self::Junit,
        Self::Checkstyle,
        Self::Html,
        Self::Markdown,
    ];

    /// As the command line takes it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Terminal => "terminal",
            Self::Concise => "concise",
            Self::Json => "json",
            Self::Sarif => "sarif",
            Self::Github => "github",
            Self::Gitlab => "gitlab",
            Self::Junit => "junit",
            Self::Checkstyle => "checkstyle",
            Self::Html => "html",
            Self::Markdown => "markdown",
        }
    }

    /// What `--help` says of it.
    pub const fn about(self) -> &'static str {
        match self {
            Self::Terminal => "With the code, for people",
            Self::Concise => "One line per finding, for editors and scripts",
            Self::Json => "For programs (docs/json.md)",
            Self::Sarif => "SARIF 2.1.0, for code scanning and viewers",
            Self::Github => "Annotations of a GitHub workflow, and its job summary",
            Self::Gitlab => "Code quality report of GitLab",
            Self::Junit => "Test report, for CI servers",
            Self::Checkstyle => "Checkstyle's XML, for CI servers and review bots",
            Self::Html => "One page for browsers, with code and filters",
            Self::Markdown => "A comment for a pull request",
        }
    }
}

/// A run of `trave check`, as its reports tell it.
#[derive(Debug, Clone, Copy)]
pub struct Run<'a> {
    /// What was found, in what.
    pub findings: Findings<'a>,
    /// The rules that ran.
    pub rules: &'a [&'a Meta],
    /// The least level that fails the run; none if no finding does.
    pub fails: Option<Level>,
    /// How long the run took.
    pub elapsed: Duration,
    /// Where the analysed folder stands.
    pub repository: Repository<'a>,
}

/// Where the analysed folder stands in its repository: services know files from there.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Repository<'a> {
    /// What stands before every path, so that it begins at the root of the repository.
    pub prefix: &'a str,
    /// What stands before such a path in the address of a file on the web, if that is known.
    pub web: Option<&'a str>,
}

/// Writes a run in a format.
pub fn write(out: &mut dyn Write, format: Format, run: &Run<'_>) -> io::Result<()> {
    match format {
        Format::Terminal => {
            terminal::write(out, &run.findings)?;
            let Findings { report, model, look } = run.findings;
            Summary { report, model, look, elapsed: run.elapsed }.write(out)
        }
        Format::Concise => concise::write(out, &run.findings),
        Format::Json => json::write(out, &run.findings),
        Format::Sarif => sarif::write(out, run),
        Format::Github => github::write(out, run),
        Format::Gitlab => gitlab::write(out, run),
        Format::Junit => junit::write(out, run),
        Format::Checkstyle => checkstyle::write(out, run),
        Format::Html => html::write(out, run),
        Format::Markdown => markdown::write(out, run),
    }
}

impl<'a> Run<'a> {
    /// The path of a file from the root of the repository.
    pub(crate) fn path(&self, file: FileId) -> String {
        format!("{}{}", self.repository.prefix, self.findings.model.sources.path(file))
    }

    /// The address of a line on the web, if that of files is known.
    pub(crate) fn web_address(&self, path: &str, line: u32) -> Option<String> {
        let web = self.repository.web?;
        Some(format!("{web}/{}#L{line}", encoded(path)))
    }

    /// What is known of the rule of a finding.
    pub(crate) fn meta(&self, rule: &str) -> Option<&'a Meta> {
        let ran = self.rules.iter().copied();
        ran.chain(OWN_RULES.iter()).find(|meta| meta.id == rule)
    }

    /// Every finding, the most serious first; of one level, each rule once before one comes again.
    /// So the first few say most.
    pub(crate) fn by_weight(&self) -> Vec<&'a Finding> {
        let mut turns: BTreeMap<&str, usize> = BTreeMap::new();
        let findings = self.findings.report.findings.iter();
        let mut ranked: Vec<(Reverse<Level>, usize, &Finding)> = findings
            .map(|finding| {
                let turn = turns.entry(finding.rule).or_default();
                *turn += 1;
                (Reverse(finding.level), *turn, finding)
            })
            .collect();
        ranked.sort_by_key(|(level, turn, _)| (*level, *turn));
        ranked.into_iter().map(|(_, _, finding)| finding).collect()
    }

    /// Findings by level and rule, the most serious first and then those with most findings.
    pub(crate) fn by_rule(&self) -> Vec<((Level, &'static str), Vec<&'a Finding>)> {
        let mut rules: BTreeMap<(Level, &'static str), Vec<&Finding>> = BTreeMap::new();
        for finding in &self.findings.report.findings {
            rules.entry((finding.level, finding.rule)).or_default().push(finding);
        }
        let mut rules: Vec<_> = rules.into_iter().collect();
        rules.sort_by_key(|((level, _), findings)| (Reverse(*level), Reverse(findings.len())));
        rules
    }
}
