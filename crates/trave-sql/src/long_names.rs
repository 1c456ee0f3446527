//! Names that PostgreSQL cuts: longer than it keeps.

use trave_source::Span;

use crate::Options;
use crate::ast::name::{NAME_BYTES_MAX, Name};
use crate::lexer::{Lexer, TokenKind};

/// A name that was written longer than PostgreSQL keeps it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LongName {
    /// What is left of it.
    pub kept: Name,
    /// How many bytes were written, quotes not counted.
    pub bytes: usize,
    /// Where it was written.
    pub span: Span,
}

/// Every such name that a text gives to something, in order. A name that it only asks for was cut
/// where it was given, and nobody asks for a policy by its name; bodies of functions are one string
/// and not looked into.
pub(crate) fn long_names(text: &str, options: Options) -> Vec<LongName> {
    let mut lexer = Lexer::new(text, options.dialect);
    let mut found = Vec::new();
    let mut before = Before::default();
    loop {
        let token = lexer.next();
        let written = token.text(text);
        let is_made = before.make_a_name();
        before.pass(token.kind, written);
        let name = match token.kind {
            TokenKind::End => return found,
            TokenKind::Word if written.len() > NAME_BYTES_MAX => written.to_owned(),
            TokenKind::Quoted if written.len() > NAME_BYTES_MAX => {
                let inside = written.get(1..written.len() - 1).unwrap_or_default();
                inside.replace("\"\"", "\"")
            }
            _ => continue,
        };
        if name.len() > NAME_BYTES_MAX && is_made {
            let quoted = token.kind == TokenKind::Quoted;
            let kept = if quoted { Name::exact(&name) } else { Name::folded(&name) };
            let span = Span::new(token.start as usize, token.end as usize).shifted(options.offset);
            found.push(LongName { kept, bytes: name.len(), span });
        }
    }
}

/// What stands before a token in its statement.
#[derive(Default)]
struct Before {
    words: Vec<String>,
    depth: u32,
}

impl Before {
    /// Takes in one more token.
    fn pass(&mut self, kind: TokenKind, written: &str) {
        match kind {
            TokenKind::Semicolon | TokenKind::Breakpoint => return *self = Self::default(),
            TokenKind::Open => self.depth += 1,
            TokenKind::Close => self.depth = self.depth.saturating_sub(1),
            _ => {}
        }
        self.words.push(written.to_ascii_lowercase());
    }

    /// Whether the next token is a name that something gets.
    fn make_a_name(&self) -> bool {
        let words: Vec<&str> = self.words.iter().map(String::as_str).collect();
        // The schema before a dot says nothing.
        let words = match words.as_slice() {
            [before @ .., _, "."] => before,
            words => words,
        };
        let creates = words.first() == Some(&"create");
        match words {
            [.., before, "constraint"] => !matches!(*before, "drop" | "rename" | "validate"),
            [.., "add", "column"] | [.., "not", "exists"] => true,
            [.., "to"] => words.first() == Some(&"alter"),
            [.., "(" | ","] => {
                let is_table = words.iter().take(4).any(|word| *word == "table");
                creates && is_table && self.depth == 1
            }
            [
                ..,
                "index" | "concurrently" | "table" | "view" | "trigger" | "type" | "function"
                | "procedure" | "schema" | "sequence" | "domain",
            ] => creates,
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::long_names;
    use crate::Options;

    #[test]
    fn only_names_longer_than_63_bytes_are_cut() {
        let long = "n".repeat(64);
        let fits = "n".repeat(63);
        let text = format!("create table {long} ({fits} int, \"{long}\" text default '{long}')");
        let found = long_names(&text, Options::default());
        let starts: Vec<u32> = found.iter().map(|name| name.span.start).collect();
        assert_eq!(starts, [13, 148]);
        assert_eq!(found[0].kept.as_str(), fits);
    }

    #[test]
    fn only_the_place_that_gives_a_name_counts() {
        let long = "n".repeat(64);
        for (before, after, made) in [
            ("create index", "on t (a)", true),
            ("create unique index if not exists", "on t (a)", true),
            ("create table app.", "(a int)", true),
            ("alter index i rename to", "", true),
            ("alter table t add constraint", "check (true)", true),
            ("alter table t add column if not exists", "int", true),
            ("create index i on", "(a)", false),
            ("alter index", "rename to i", false),
            ("alter table t drop constraint if exists", "", false),
            ("create policy", "on t using (true)", false),
            ("create table t (a int references u (", "))", false),
        ] {
            let found = long_names(&format!("{before} {long} {after};"), Options::default());
            assert_eq!(found.len(), usize::from(made), "{before}");
        }
    }
}
