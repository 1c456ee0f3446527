//! Findings of the engine itself: about suppressions, and about rules that fail.

use trave_rule::{Level, Meta};

/// A suppression without a reason.
pub(crate) const WITHOUT_REASON: Meta = own(
    "trave/suppression-without-reason",
    "A comment silences a rule and does not say why, so it silences nothing.",
);

/// A suppression that silences nothing.
pub(crate) const UNUSED: Meta = own(
    "trave/unused-suppression",
    "A comment or setting silences a rule that has nothing to report there.",
);

/// A suppression of a rule that does not exist.
pub(crate) const UNKNOWN_RULE: Meta =
    own("trave/unknown-rule", "A comment or setting names a rule that does not exist.");

/// A rule that panicked.
pub(crate) const RULE_FAILED: Meta =
    own("trave/rule-failed", "A rule stopped at a place that it could not handle.");

/// The facts of every finding that the engine makes itself.
pub const OWN_RULES: [Meta; 4] = [RULE_FAILED, WITHOUT_REASON, UNKNOWN_RULE, UNUSED];

const fn own(id: &'static str, summary: &'static str) -> Meta {
    Meta { summary, ..Meta::new(id, Level::Warning) }
}
