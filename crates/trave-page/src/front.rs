//! The front matter of a page: `key: value` lines between two `---`.

use std::str::FromStr;

use crate::error::Problem;
use crate::nearest;

/// How serious the findings of a rule are, before settings change it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// It breaks or leaks in production.
    Error,
    /// It will hurt under load, or hides a mistake.
    Warning,
    /// Worth knowing.
    Info,
    /// Has to be switched on.
    Off,
}

impl Level {
    /// Every level, the most serious first.
    pub const ALL: [Self; 4] = [Self::Error, Self::Warning, Self::Info, Self::Off];

    /// As written on pages and in settings.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Info => "info",
            Self::Off => "off",
        }
    }

    /// The names of all levels, for messages.
    pub(crate) fn names() -> String {
        Self::ALL.map(|level| format!("`{}`", level.name())).join(", ")
    }
}

impl FromStr for Level {
    type Err = Problem;

    fn from_str(text: &str) -> Result<Self, Problem> {
        let found = Self::ALL.into_iter().find(|level| level.name() == text);
        found.ok_or_else(|| Problem::UnknownLevel {
            level: text.to_owned(),
            nearest: nearest(text, Self::ALL.map(Self::name)),
        })
    }
}

/// What the front matter says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Front {
    /// One sentence: what a finding of this rule is.
    pub summary: String,
    /// The level without settings.
    pub level: Level,
    /// The first version that had the rule.
    pub since: String,
    /// Checks of other linters that look for the same: `splinter 0013`.
    pub like: Vec<String>,
    /// Numbers of the Common Weakness Enumeration.
    pub cwe: Vec<u32>,
    /// Entries of the OWASP API list of 2023: `API4`.
    pub owasp: Vec<String>,
    /// Presets that the rule belongs to, beside those that its level and weaknesses put it in.
    pub presets: Vec<String>,
}

const KEYS: [&str; 7] = ["summary", "level", "since", "like", "cwe", "owasp", "presets"];

/// Presets that a page can name. The others are made of levels alone.
const PRESETS: [&str; 2] = ["security", "performance"];

/// Reads the front matter. Returns it with the number of lines that it takes.
pub(crate) fn read_front(lines: &[&str]) -> Result<(Front, usize), (usize, Problem)> {
    if lines.first().map(|line| line.trim_end()) != Some("---") {
        return Err((1, Problem::NoFrontMatter));
    }
    let inside = lines.iter().skip(1).take_while(|line| line.trim_end() != "---").count();
    if inside + 2 > lines.len() {
        return Err((1, Problem::OpenFrontMatter));
    }
    let mut entries = Vec::new();
    for (line, text) in (2..).zip(lines.iter().skip(1).take(inside)) {
        if let Some(entry) = read_entry(text, &entries).map_err(|problem| (line, problem))? {
            entries.push(Entry { line, ..entry });
        }
    }
    Ok((front(&entries)?, inside + 2))
}

struct Entry<'a> {
    key: &'static str,
    value: &'a str,
    line: usize,
}

fn read_entry<'a>(text: &'a str, before: &[Entry<'_>]) -> Result<Option<Entry<'a>>, Problem> {
    if text.trim().is_empty() {
        return Ok(None);
    }
    let (key, value) = text.split_once(':').ok_or_else(|| Problem::NotAKey(text.to_owned()))?;
    let key = key.trim();
    let Some(known) = KEYS.into_iter().find(|known| *known == key) else {
        return Err(Problem::UnknownKey { key: key.to_owned(), nearest: nearest(key, KEYS) });
    };
    if before.iter().any(|entry| entry.key == known) {
        return Err(Problem::RepeatedKey(key.to_owned()));
    }
    let value = value.trim();
    if value.is_empty() {
        return Err(Problem::EmptyValue(key.to_owned()));
    }
    Ok(Some(Entry { key: known, value, line: 0 }))
}

fn front(entries: &[Entry<'_>]) -> Result<Front, (usize, Problem)> {
    let find = |key| entries.iter().find(|entry| entry.key == key);
    let need = |key| find(key).ok_or((1, Problem::MissingKey(key)));
    let list = |key| {
        let value = find(key).map(|entry| entry.value).unwrap_or_default();
        let parts = value.split(',').map(str::trim).filter(|part| !part.is_empty());
        parts.map(str::to_owned).collect::<Vec<_>>()
    };
    let level = need("level")?;
    Ok(Front {
        summary: need("summary")?.value.to_owned(),
        level: level.value.parse().map_err(|problem| (level.line, problem))?,
        since: need("since")?.value.to_owned(),
        like: list("like"),
        cwe: weaknesses(&list("cwe"))
            .map_err(|problem| (find("cwe").map_or(1, |entry| entry.line), problem))?,
        owasp: list("owasp"),
        presets: presets(list("presets"))
            .map_err(|problem| (find("presets").map_or(1, |entry| entry.line), problem))?,
    })
}

fn presets(list: Vec<String>) -> Result<Vec<String>, Problem> {
    match list.iter().find(|name| !PRESETS.contains(&name.as_str())) {
        Some(name) => {
            Err(Problem::UnknownPreset { preset: name.clone(), nearest: nearest(name, PRESETS) })
        }
        None => Ok(list),
    }
}

fn weaknesses(list: &[String]) -> Result<Vec<u32>, Problem> {
    let number = |text: &String| {
        let digits = text.strip_prefix("CWE-").unwrap_or(text);
        digits.parse().map_err(|_| Problem::NotAWeakness(text.clone()))
    };
    list.iter().map(number).collect()
}
