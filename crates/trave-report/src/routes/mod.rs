//! Ways in: who may take them, what happens on them in order, and why a query belongs to one.

mod brief;
mod choose;
mod full;
mod json;
mod list;
mod reach;
mod words;

pub use brief::brief;
pub use choose::{Asked, Choice, NotThere, reached};
pub use json::write as json;
pub use reach::{Reached, json as reached_json, text as reached_text};
pub(crate) use words::{
    action_name, before_name, code, guarded_by, guarded_name, guarded_sentence, kind_name,
    trust_name,
};

use std::io::{self, Write};

use trave_model::{Model, Route};

/// The ways in that are shown.
#[derive(Debug, Clone, Copy)]
pub struct Routes<'a> {
    /// Those.
    pub routes: &'a [&'a Route],
    /// In what.
    pub model: &'a Model,
    /// What stands before every path.
    pub prefix: &'a str,
}

/// Writes a table with one line per way in.
pub fn text(out: &mut dyn Write, shown: &Routes<'_>) -> io::Result<()> {
    list::write(out, shown)
}

/// Writes all that is known of each way in.
pub fn full_text(out: &mut dyn Write, shown: &Routes<'_>) -> io::Result<()> {
    for (at, route) in shown.routes.iter().enumerate() {
        if at > 0 {
            writeln!(out)?;
        }
        full::write(out, route, shown)?;
    }
    Ok(())
}
