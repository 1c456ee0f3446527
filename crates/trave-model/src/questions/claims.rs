//! What unverified claims of identity decide.

use trave_backend::effect::ClaimRole;

use crate::model::Claim;

impl Claim {
    /// What the claim decides, in words; none where it is only handed on.
    pub fn decision(&self) -> Option<&'static str> {
        match self.facts.how {
            ClaimRole::Rows => Some("decides here which rows are touched"),
            ClaimRole::Passage => Some("decides here who passes"),
            ClaimRole::Returned => None,
        }
    }
}
