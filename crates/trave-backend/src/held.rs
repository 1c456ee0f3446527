//! Objects that library values carry: what code puts on a request and reads again later.

use crate::value::{ClosureId, LibraryValue, Shape, Value};

/// Where a library value keeps its object.
pub(crate) const OBJECT: &str = "object";

impl LibraryValue {
    /// The object that it keeps.
    pub fn object(&self) -> Option<ClosureId> {
        match self.kept(OBJECT)?.shape {
            Shape::Instance(id) => Some(id),
            _ => None,
        }
    }

    /// The same with an object.
    #[must_use]
    pub fn with_object(self, object: Value) -> Self {
        self.with(OBJECT, object)
    }
}
