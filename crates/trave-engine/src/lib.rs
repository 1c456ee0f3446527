//! Runs rules over a model: levels, suppressions, order.
//!
//! It does not know the rules: whoever calls hands it a slice. Nothing here reads a file; what
//! the settings say comes in as [`Options`].

mod baseline;
mod comment;
mod levels;
mod merge;
mod nested;
mod options;
mod own;
mod preset;
mod report;
mod run;
mod silence;
#[cfg(test)]
mod tests;

use trave_rule::Rule;
use trave_rule::model::Model;

pub use baseline::{Baseline, Compared, Known};
pub use levels::{Levels, Override, Paths, Setting};
pub use options::{Ignore, Options, Scope, nearest_rule};
pub use own::OWN_RULES;
pub use preset::Preset;
pub use report::{Counts, Report};
pub use trave_rule as rule;
pub use trave_rule::nearest;

/// Runs every rule that is chosen and not off, and returns what they found in a stable order.
pub fn check(model: &Model, rules: &[&Rule], options: &Options) -> Report {
    let found = run::run(model, rules, options);
    let outcome = silence::silence(found, &silence::Scope { model, rules, options });
    let mut findings = outcome.findings;
    merge::sort(&mut findings, &model.sources);
    // Merged after suppressions: a comment silences one place of a finding, not all of them.
    let mut findings = nested::merge(merge::merge(findings));
    merge::number_repeated(&mut findings);
    Report { findings, silenced: outcome.silenced, notices: outcome.notices, ..Report::default() }
}
