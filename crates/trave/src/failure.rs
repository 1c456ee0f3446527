//! Why trave could not run: what happened, and what to do next.

use std::fmt;

/// A failure for people: it ends the program with exit code 2.
#[derive(Debug)]
pub(crate) struct Failure {
    what: String,
    next: Option<String>,
}

impl Failure {
    /// A failure of which nothing more can be said.
    pub(crate) fn new(what: impl Into<String>) -> Self {
        Self { what: what.into(), next: None }
    }

    /// Says what to do next.
    #[must_use]
    pub(crate) fn next(mut self, next: impl Into<String>) -> Self {
        self.next = Some(next.into());
        self
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "error: {}", self.what)?;
        self.next.iter().try_for_each(|next| write!(out, "\nhelp: {next}"))
    }
}

impl std::error::Error for Failure {}
