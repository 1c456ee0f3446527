//! Where the parts of a call stand whose arguments are objects.

use smol_str::SmolStr;
use trave_source::Origin;

use crate::library::{LibraryCall, Machine};

/// Where the arguments of a read stand.
#[derive(Clone)]
pub(crate) struct Place {
    /// The argument of the call.
    pub(crate) argument: Origin,
    /// The way from there.
    pub(crate) path: Vec<SmolStr>,
    /// The call.
    pub(crate) call: Origin,
    /// What stands for all of it: the model and the method.
    pub(crate) target: Origin,
}

impl Place {
    /// The place of a field of what stands here.
    pub(crate) fn inside(&self, name: &str) -> Self {
        let mut path = self.path.clone();
        path.push(name.into());
        Self { path, ..self.clone() }
    }

    /// Where it stands, as far as it is written down.
    pub(crate) fn origin(&self, machine: &dyn Machine) -> Origin {
        let path: Vec<&str> = self.path.iter().map(SmolStr::as_str).collect();
        machine.place_in(self.argument, &path).unwrap_or(self.target)
    }
}

/// `prisma.user.findMany`, `repo.find`: what says which rows are touched how.
pub(crate) fn target_of(call: &LibraryCall<'_>, name: &str) -> Origin {
    let (mut target, method) = (call.origin, call.method_origin);
    let length = u32::try_from(name.len()).unwrap_or(0);
    if method.file == target.file && method.span.start > target.span.start {
        target.span.end = target.span.end.min(method.span.start + length);
    }
    target
}
