//! What can be wrong with a page, and where.

use std::error::Error;
use std::fmt;

use crate::front::Level;
use crate::page::SectionKind;

/// A page that cannot be used, with the line that has to change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageError {
    /// The page, as its reader was given it: `rules/rls/table-without-rls.md`.
    pub path: String,
    /// Line, from 1.
    pub line: usize,
    /// What is wrong there.
    pub problem: Problem,
}

/// One way in which a page can be wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Problem {
    /// The page does not begin with `---`.
    NoFrontMatter,
    /// The front matter is never closed.
    OpenFrontMatter,
    /// A line of the front matter that is no `key: value`.
    NotAKey(String),
    /// A key that means nothing.
    UnknownKey {
        /// As written.
        key: String,
        /// The key that was perhaps meant.
        nearest: Option<&'static str>,
    },
    /// A key given twice.
    RepeatedKey(String),
    /// A required key that is not there.
    MissingKey(&'static str),
    /// A key without a value.
    EmptyValue(String),
    /// A level that does not exist.
    UnknownLevel {
        /// As written.
        level: String,
        /// The level that was perhaps meant.
        nearest: Option<&'static str>,
    },
    /// A weakness number that is none.
    NotAWeakness(String),
    /// A preset that pages cannot name.
    UnknownPreset {
        /// As written.
        preset: String,
        /// The preset that was perhaps meant.
        nearest: Option<&'static str>,
    },
    /// A fence without its end.
    OpenFence,
    /// The title is missing or is not the name of the page.
    Title {
        /// What it has to be.
        expected: String,
    },
    /// Nothing between title and first section says what goes wrong.
    NoIntroduction,
    /// A section that pages do not have.
    UnknownSection {
        /// As written.
        section: String,
        /// The section that was perhaps meant.
        nearest: Option<&'static str>,
    },
    /// A section that stands after one that it has to precede, or twice.
    SectionOrder {
        /// The section.
        section: SectionKind,
        /// The section before it.
        after: SectionKind,
    },
    /// A required section that is not there, or has no example.
    NoExample(SectionKind),
    /// A fence whose language has no default path, without a path line.
    NoPath(String),
    /// Two files of one example at the same path.
    RepeatedPath(String),
    /// Carets with no line above them.
    LooseLabel,
    /// Carets in an example that is good.
    LabelInGood,
}

impl fmt::Display for PageError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}:{}: {}", self.path, self.line, self.problem)
    }
}

impl Error for PageError {}

impl fmt::Display for Problem {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoFrontMatter
            | Self::OpenFrontMatter
            | Self::NotAKey(_)
            | Self::UnknownKey { .. }
            | Self::RepeatedKey(_)
            | Self::MissingKey(_)
            | Self::EmptyValue(_)
            | Self::UnknownLevel { .. }
            | Self::UnknownPreset { .. }
            | Self::NotAWeakness(_) => self.fmt_front(out),
            _ => self.fmt_body(out),
        }
    }
}

impl Problem {
    fn fmt_front(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoFrontMatter => out.write_str("a page begins with `---` and its front matter"),
            Self::OpenFrontMatter => out.write_str("the front matter has no closing `---`"),
            Self::NotAKey(line) => write!(out, "`{line}` is not `key: value`"),
            Self::UnknownKey { key, nearest } => {
                write!(out, "unknown key `{key}`{}", DidYouMean(*nearest))
            }
            Self::RepeatedKey(key) => write!(out, "`{key}` is given twice"),
            Self::MissingKey(key) => write!(out, "the front matter has no `{key}`"),
            Self::EmptyValue(key) => write!(out, "`{key}` has no value"),
            Self::UnknownLevel { level, nearest: None } => {
                write!(out, "unknown level `{level}`; levels are {}", Level::names())
            }
            Self::UnknownLevel { level, nearest } => {
                write!(out, "unknown level `{level}`{}", DidYouMean(*nearest))
            }
            Self::NotAWeakness(text) => write!(out, "`{text}` is not a number such as `CWE-347`"),
            Self::UnknownPreset { preset, nearest } => {
                write!(out, "pages cannot name the preset `{preset}`{}", DidYouMean(*nearest))
            }
            _ => Ok(()),
        }
    }

    fn fmt_body(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OpenFence => out.write_str("this fence is never closed"),
            Self::Title { expected } => write!(out, "the title has to be `# {expected}`"),
            Self::NoIntroduction => {
                out.write_str("say below the title what goes wrong in production")
            }
            Self::UnknownSection { section, nearest } => {
                write!(out, "unknown section `{section}`{}", DidYouMean(*nearest))
            }
            Self::SectionOrder { section, after } if section == after => {
                write!(out, "a second section `{}`", section.title())
            }
            Self::SectionOrder { section, after } => {
                write!(out, "`{}` has to stand before `{}`", section.title(), after.title())
            }
            Self::NoExample(section) => write!(
                out,
                "a page needs a section `## {}` with at least one example",
                section.title()
            ),
            Self::NoPath(language) => write!(
                out,
                "a `{language}` fence has no default path: \
                 put a line like `` `path/to/file`: `` above it"
            ),
            Self::RepeatedPath(path) => write!(
                out,
                "a second file at `{path}`: give it a path line, or start a new example with `---`"
            ),
            Self::LooseLabel => out.write_str("carets label the line above, and there is none"),
            Self::LabelInGood => {
                out.write_str("a good example has no findings, so it has no carets")
            }
            _ => Ok(()),
        }
    }
}

/// Writes `; did you mean x?`, or nothing.
struct DidYouMean(Option<&'static str>);

impl fmt::Display for DidYouMean {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.map_or(Ok(()), |name| write!(out, "; did you mean `{name}`?"))
    }
}
