//! What a run says, one file per format. Findings and models come in as plain data; bytes go out.

mod access;
mod changes;
mod checkstyle;
mod concise;
mod document;
mod excerpt;
mod files;
mod format;
mod github;
mod gitlab;
mod html;
mod json;
mod junit;
pub mod map;
mod markdown;
mod place;
mod prose;
mod queries;
mod routes;
#[cfg(test)]
mod sample;
mod sarif;
mod summary;
mod table;
mod terminal;
mod text;
mod uri;
mod xml;

pub use access::{Access, html as access_html, json as access_json, text as access_text};
pub use changes::{Changes, Side, json as changes_json, text as changes_text};
pub use format::{Format, Repository, Run, write};
pub use markdown::job_summary;
pub use queries::{json as queries_json, text as queries_text};
pub use routes::{
    Asked, Choice, NotThere, Reached, Routes, brief as route_brief, full_text as routes_full_text,
    json as routes_json, reached, reached_json, reached_text, text as routes_text,
};
pub use summary::{Timing, notices, timings};

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
