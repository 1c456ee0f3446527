//! How long each part of a run took, and over how much.

use std::time::{Duration, Instant};

/// A part of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Phase {
    /// Listing the files.
    Walk,
    /// Reading code and looking for names that matter.
    Scan,
    /// Parsing code and following its imports.
    Parse,
    /// Replaying migrations.
    Replay,
    /// Making the model.
    Link,
    /// Running the rules.
    Rules,
    /// Writing the report.
    Report,
}

/// What one part of a run did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Measure {
    /// The part.
    pub phase: Phase,
    /// How long it took.
    pub elapsed: Duration,
    /// How many files, routes or findings it went over.
    pub items: usize,
    /// How many bytes of text it went over.
    pub bytes: u64,
}

/// What every part of a run did, in the order in which they ended.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Phases {
    /// One entry per part.
    pub measures: Vec<Measure>,
}

/// How much a part of a run went over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Amount {
    /// How many files, routes or findings.
    pub items: usize,
    /// How many bytes of text.
    pub bytes: u64,
}

impl Phase {
    /// Its name in reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Walk => "walk",
            Self::Scan => "scan",
            Self::Parse => "parse",
            Self::Replay => "replay",
            Self::Link => "link",
            Self::Rules => "rules",
            Self::Report => "report",
        }
    }
}

impl Phases {
    /// Keeps what a part did since `start`.
    pub fn end(&mut self, phase: Phase, start: Instant, amount: Amount) {
        let Amount { items, bytes } = amount;
        self.measures.push(Measure { phase, elapsed: start.elapsed(), items, bytes });
    }

    /// Takes over what was measured elsewhere.
    pub(crate) fn extend(&mut self, other: Self) {
        self.measures.extend(other.measures);
    }
}
