//! What a run says, one file per format. Findings and models come in as plain data; bytes go out.

mod access;
mod changes;
mod concise;
mod files;
mod json;
pub mod map;
mod place;
mod queries;
mod routes;
mod summary;
mod table;
mod terminal;

pub use access::{Access, html as access_html, json as access_json, text as access_text};
pub use changes::{Changes, Side, json as changes_json, text as changes_text};
pub use json::write as json;
pub use queries::{json as queries_json, text as queries_text};
pub use routes::{
    Asked, Choice, NotThere, Reached, Routes, full_text as routes_full_text, json as routes_json,
    reached, reached_json, reached_text, text as routes_text,
};
pub use summary::{Summary, Timing, notices, timings};

use std::io::{self, Write};

use trave_engine::Report;
use trave_model::Model;

/// What a report of findings is made of.
#[derive(Debug, Clone, Copy)]
pub struct Findings<'a> {
    /// What was found.
    pub report: &'a Report,
    /// In what.
    pub model: &'a Model,
    /// How it is written.
    pub look: Look<'a>,
}

/// How reports for people are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Look<'a> {
    /// Colour, for terminals.
    pub color: Color,
    /// What stands before every path, so that it can be followed from where the user is.
    pub prefix: &'a str,
    /// How many further places of one finding are shown; none for all.
    pub labels_max: Option<usize>,
}

/// Whether reports have colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Color {
    /// Plain text.
    #[default]
    Plain,
    /// ANSI escapes.
    Ansi,
}

/// Writes findings with the code they are about.
pub fn terminal(out: &mut dyn Write, findings: &Findings<'_>) -> io::Result<()> {
    terminal::write(out, findings)
}

/// Writes one line per finding: `file:line:column level rule message`.
pub fn concise(out: &mut dyn Write, findings: &Findings<'_>) -> io::Result<()> {
    concise::write(out, findings)
}
