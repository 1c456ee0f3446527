//! What can be wrong with a settings file, said with its place and the nearest right name.

use std::fmt;
use std::ops::Range;

use toml::Spanned;
use trave_engine::Preset;
use trave_source::{LineIndex, Position};

/// A settings file that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SettingsError {
    path: String,
    line: u32,
    column: u32,
    message: String,
}

impl SettingsError {
    /// The file, as it was asked for.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Where it is wrong.
    pub fn position(&self) -> Position {
        Position { line: self.line, column: self.column }
    }

    /// What is wrong, without the place.
    pub fn message(&self) -> &str {
        &self.message
    }

    pub(super) fn from_toml(path: &str, text: &str, error: &toml::de::Error) -> Self {
        Self::at((path, text), error.span(), plain(error.message()))
    }

    pub(super) fn unknown_rule(file: (&str, &str), name: &Spanned<String>, rules: &[&str]) -> Self {
        let name_text = name.get_ref();
        let hint = match nearest(name_text, rules) {
            Some(rule) => format!("did you mean `{rule}`?"),
            None => "`trave rules` lists them all".to_owned(),
        };
        let message = format!("no rule is called `{name_text}`; {hint}");
        Self::at(file, Some(name.span()), message)
    }

    pub(super) fn unknown_preset(file: (&str, &str), name: &Spanned<String>) -> Self {
        let known = Preset::ALL.map(Preset::name);
        let text = name.get_ref();
        let hint = match nearest(text, &known) {
            Some(preset) => format!("did you mean `{preset}`?"),
            None => format!("there are `{}`, and paths of settings files", known.join("`, `")),
        };
        Self::at(file, Some(name.span()), format!("no preset is called `{text}`; {hint}"))
    }

    pub(super) fn at(
        (path, text): (&str, &str),
        span: Option<Range<usize>>,
        message: String,
    ) -> Self {
        let offset = span.map_or(0, |span| u32::try_from(span.start).unwrap_or(u32::MAX));
        let position = LineIndex::new(text).position(text, offset);
        Self { path: path.to_owned(), line: position.line, column: position.column, message }
    }
}

impl fmt::Display for SettingsError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { path, line, column, message } = self;
        write!(out, "`{path}`, line {line}, column {column}: {message}")
    }
}

impl std::error::Error for SettingsError {}

/// The name among `known` that was meant, if one is near enough.
pub(crate) fn nearest<'a>(name: &str, known: &[&'a str]) -> Option<&'a str> {
    known
        .iter()
        .map(|candidate| (strsim::damerau_levenshtein(name, candidate), *candidate))
        .filter(|(distance, candidate)| *distance <= 1.max(candidate.len() / 3))
        .min()
        .map(|(_, candidate)| candidate)
        .or_else(|| known.iter().copied().find(|candidate| candidate.starts_with(name)))
}

/// Words the library's message as we word ours. Unknown names come with a list of the known
/// ones, of which only the nearest is of use.
fn plain(message: &str) -> String {
    let message = message.trim().trim_end_matches('.');
    let what = match message.split_once(' ') {
        Some(("unknown", rest)) if rest.starts_with("field") => "key",
        Some(("unknown", rest)) if rest.starts_with("variant") => "value",
        _ => return message.lines().collect::<Vec<_>>().join("; "),
    };
    let mut names = message.split('`').skip(1).step_by(2);
    let unknown = names.next().unwrap_or_default();
    let known: Vec<&str> = names.collect();
    match nearest(unknown, &known) {
        Some(name) => format!("unknown {what} `{unknown}`; did you mean `{name}`?"),
        None => format!("unknown {what} `{unknown}`; there are `{}`", known.join("`, `")),
    }
}
