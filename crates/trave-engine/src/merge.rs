//! One problem, one finding; and an order that no thread decides.

use std::collections::BTreeMap;

use trave_rule::source::Sources;
use trave_rule::{Finding, Fingerprint, Key};

/// Makes findings of one rule with the same key one finding; the first one leads. Without a key,
/// the same message at the same place is the same finding.
pub(crate) fn merge(findings: Vec<Finding>) -> Vec<Finding> {
    let mut kept: Vec<Finding> = Vec::new();
    let mut by_key: BTreeMap<(&'static str, Key), usize> = BTreeMap::new();
    for finding in findings {
        let here = || Key::Name(format!("{:?} {}", finding.origin, finding.message));
        let key = finding.key.clone().unwrap_or_else(here);
        let index = *by_key.entry((finding.rule, key)).or_insert(kept.len());
        match kept.get_mut(index) {
            Some(first) => first.absorb(finding),
            None => kept.push(finding),
        }
    }
    kept
}

/// Sorts by file, place, rule and message.
pub(crate) fn sort(findings: &mut [Finding], sources: &Sources) {
    findings.sort_by(|left, right| {
        let key = |finding: &Finding| (finding.origin.span, finding.rule);
        sources
            .path(left.origin.file)
            .cmp(sources.path(right.origin.file))
            .then_with(|| key(left).cmp(&key(right)))
            .then_with(|| left.message.cmp(&right.message))
    });
}

/// Tells findings with the same fingerprint apart by their number.
pub(crate) fn number_repeated(findings: &mut [Finding]) {
    let mut seen: BTreeMap<Fingerprint, usize> = BTreeMap::new();
    for finding in findings {
        let count = seen.entry(finding.fingerprint).or_default();
        *count += 1;
        if *count > 1 {
            finding.fingerprint = finding.fingerprint.with(&count.to_string());
        }
    }
}
