//! What code registers while it is looked for: apps, routes, middleware, mounted routers.

use rustc_hash::FxHashMap;
use trave_backend::registration::{Registered, Registration};
use trave_backend::value::ClosureId;
use trave_source::Origin;

use super::Evaluator;

/// More registrations than this are not looked at: something goes round in circles.
const REGISTRATIONS_MAX: usize = 50_000;

/// What was registered so far, in order.
#[derive(Debug, Default)]
pub(crate) struct Registry {
    pub(crate) entered: Vec<Entered>,
    /// The branches in which each app was made.
    built_in: FxHashMap<ClosureId, Vec<u32>>,
}

/// A registration with what surrounded it.
#[derive(Debug)]
pub(crate) struct Entered {
    pub(crate) registration: Registration,
    /// It only happens under some condition, although its app is there.
    pub(crate) is_conditional: bool,
    /// The calls that led to it.
    pub(crate) through: Vec<Origin>,
}

impl Evaluator<'_> {
    /// Keeps a registration, while registrations are looked for.
    pub(super) fn enter(&mut self, registration: Registration) {
        self.memo.effects += 1;
        let calls = self.trace.path(self.call);
        let through = calls.iter().filter_map(|call| call.origin).collect();
        let branches = &self.branches;
        let Some(registry) = &mut self.registry else { return };
        if registry.entered.len() >= REGISTRATIONS_MAX {
            return;
        }
        let owner = registration.owner;
        if matches!(registration.what, Registered::Built(_)) {
            registry.built_in.insert(owner, branches.clone());
        }
        let around = registry.built_in.get(&owner).map_or(&[][..], Vec::as_slice);
        let is_conditional = branches.iter().any(|branch| !around.contains(branch));
        registry.entered.push(Entered { registration, is_conditional, through });
    }
}
