//! What a run found.

use std::collections::BTreeMap;

use trave_rule::source::Notice;
use trave_rule::{Finding, Level};

/// What a run found.
#[derive(Debug, Clone, Default)]
pub struct Report {
    /// The findings, by file, place and rule.
    pub findings: Vec<Finding>,
    /// How many findings comments and settings silenced.
    pub silenced: usize,
    /// How many findings a baseline knew.
    pub known: usize,
    /// What is wrong with the settings, but stops nothing.
    pub notices: Vec<Notice>,
}

/// How many findings there are of each level.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Errors.
    pub errors: usize,
    /// Warnings.
    pub warnings: usize,
    /// Infos.
    pub infos: usize,
}

impl Report {
    /// How many findings there are of each level.
    pub fn counts(&self) -> Counts {
        let count = |level| self.findings.iter().filter(|finding| finding.level == level).count();
        Counts {
            errors: count(Level::Error),
            warnings: count(Level::Warning),
            infos: count(Level::Info),
        }
    }

    /// How many findings each rule has, by id.
    pub fn per_rule(&self) -> BTreeMap<&'static str, usize> {
        let mut counts = BTreeMap::new();
        for finding in &self.findings {
            *counts.entry(finding.rule).or_default() += 1;
        }
        counts
    }

    /// Whether any finding is as serious as this or more.
    pub fn reaches(&self, level: Level) -> bool {
        self.findings.iter().any(|finding| finding.level >= level)
    }
}
