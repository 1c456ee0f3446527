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

/// Every such name of a text, in order; bodies of functions are one string and not looked into.
pub(crate) fn long_names(text: &str, options: Options) -> Vec<LongName> {
    let mut lexer = Lexer::new(text, options.dialect);
    let mut found = Vec::new();
    loop {
        let token = lexer.next();
        let written = token.text(text);
        let name = match token.kind {
            TokenKind::End => return found,
            TokenKind::Word if written.len() > NAME_BYTES_MAX => written.to_owned(),
            TokenKind::Quoted if written.len() > NAME_BYTES_MAX => {
                let inside = written.get(1..written.len() - 1).unwrap_or_default();
                inside.replace("\"\"", "\"")
            }
            _ => continue,
        };
        if name.len() > NAME_BYTES_MAX {
            let quoted = token.kind == TokenKind::Quoted;
            let kept = if quoted { Name::exact(&name) } else { Name::folded(&name) };
            let span = Span::new(token.start as usize, token.end as usize).shifted(options.offset);
            found.push(LongName { kept, bytes: name.len(), span });
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
}
