//! Method calls on what no value tells: libraries say which of them are their own.

use trave_backend::library::Guess;
use trave_backend::value::{Shape, Value};

use super::Evaluator;
use super::call::Site;

impl Evaluator<'_> {
    /// Asks every library whether a call on something unknown is unmistakably its own.
    pub(super) fn guess(&mut self, receiver: &Value, method: &str, site: &Site) -> Option<Value> {
        let nothing_known = match &receiver.shape {
            Shape::Unknown => true,
            Shape::Input(input) => input.kind == trave_backend::value::InputKind::Parameter,
            _ => false,
        };
        if !nothing_known {
            return None;
        }
        let guess = guess_of(site, method);
        self.cx.libraries().iter().find_map(|library| library.guess(&guess, self))
    }

    /// A method of rows, as the client gives them that read them.
    pub(super) fn call_on_rows(
        &mut self,
        receiver: &Value,
        method: &str,
        site: &Site,
    ) -> Option<Value> {
        let Shape::Rows(id) = receiver.shape else { return None };
        let library = self.cx.library(self.trace.query(id)?.query.library)?;
        library.on_rows(&guess_of(site, method), receiver, self)
    }
}

/// A call without what is known of its receiver.
fn guess_of<'a>(site: &'a Site, method: &'a str) -> Guess<'a> {
    Guess {
        receiver: &site.name,
        method,
        next: site.next.as_deref(),
        args: &site.args,
        arg_origins: &site.arg_origins,
        origin: site.origin,
    }
}
