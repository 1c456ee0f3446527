//! Tokens to statements: where each one ends.

use crate::Dialect;
use crate::lexer::{Lexer, Token, TokenKind};

/// Hands out the tokens of one statement after the other.
pub(crate) struct Splitter<'a> {
    text: &'a str,
    lexer: Lexer<'a>,
    dialect: Dialect,
    /// A token that belongs to the next statement.
    pending: Option<Token>,
}

/// How far a statement is, as far as its end is concerned.
#[derive(Default)]
struct Progress {
    /// Open parentheses.
    parentheses: u32,
    /// Open `begin … end` and `case … end`.
    blocks: u32,
}

impl<'a> Splitter<'a> {
    pub(crate) fn new(text: &'a str, dialect: Dialect) -> Self {
        Self { text, lexer: Lexer::new(text, dialect), dialect, pending: None }
    }

    /// Fills `tokens` with the next statement, without its semicolon; false at the end.
    pub(crate) fn next(&mut self, tokens: &mut Vec<Token>) -> bool {
        tokens.clear();
        let mut progress = Progress::default();
        loop {
            let token = self.pending.take().unwrap_or_else(|| self.lexer.next());
            match token.kind {
                TokenKind::End => return !tokens.is_empty(),
                TokenKind::Command => return self.command(token, tokens),
                TokenKind::Breakpoint | TokenKind::Semicolon if tokens.is_empty() => {}
                TokenKind::Breakpoint => return true,
                TokenKind::Semicolon if self.ends_here(tokens, &progress) => {
                    self.skip_copy_data(tokens);
                    return true;
                }
                _ => {
                    self.advance(token, tokens, &mut progress);
                    tokens.push(token);
                }
            }
        }
    }

    /// A psql command is a statement of its own, and ends what stands before it.
    fn command(&mut self, token: Token, tokens: &mut Vec<Token>) -> bool {
        if tokens.is_empty() {
            tokens.push(token);
        } else {
            self.pending = Some(token);
        }
        true
    }

    /// Only rules hold semicolons in parentheses, and only bodies of standard SQL in blocks: in
    /// all else an open parenthesis is a mistake that must not swallow the rest of the file.
    fn ends_here(&self, tokens: &[Token], progress: &Progress) -> bool {
        let in_rule = progress.parentheses > 0 && self.creates(tokens, &["rule"]);
        !in_rule && progress.blocks == 0
    }

    fn advance(&self, token: Token, tokens: &[Token], progress: &mut Progress) {
        match token.kind {
            TokenKind::Open => progress.parentheses += 1,
            TokenKind::Close => progress.parentheses = progress.parentheses.saturating_sub(1),
            TokenKind::Word => self.advance_blocks(token, tokens, progress),
            _ => {}
        }
    }

    fn advance_blocks(&self, token: Token, tokens: &[Token], progress: &mut Progress) {
        let word = token.text(self.text);
        let after = |previous: &str| {
            tokens.last().is_some_and(|last| last.text(self.text).eq_ignore_ascii_case(previous))
        };
        let any = |words: &[&str]| words.iter().any(|other| word.eq_ignore_ascii_case(other));
        let ends = after("end");
        if ends && any(&["if", "loop", "while", "repeat"]) && self.may_hold_body(tokens) {
            // MySQL closes these with a word after `end`, which closed nothing that was counted.
            progress.blocks += 1;
        } else if progress.blocks == 0 {
            let atomic = any(&["atomic"]) && after("begin");
            let body = any(&["begin"]) && self.may_hold_body(tokens);
            progress.blocks = u32::from(body || atomic);
        } else if any(&["end"]) {
            progress.blocks -= 1;
        } else if any(&["case", "begin"]) && !ends {
            progress.blocks += 1;
        }
    }

    /// Whether the dialect writes bodies without quotes, and this statement may have one.
    fn may_hold_body(&self, tokens: &[Token]) -> bool {
        self.dialect != Dialect::Postgres
            && self.creates(tokens, &["trigger", "procedure", "function", "event"])
    }

    /// Whether a statement begins with `create … kind`.
    fn creates(&self, tokens: &[Token], kinds: &[&str]) -> bool {
        let is = |token: &Token, word: &str| token.text(self.text).eq_ignore_ascii_case(word);
        tokens.first().is_some_and(|first| is(first, "create"))
            && tokens.iter().skip(1).take(6).any(|token| kinds.iter().any(|kind| is(token, kind)))
    }

    /// The lines after `COPY … FROM stdin;` are data.
    fn skip_copy_data(&mut self, tokens: &[Token]) {
        let is = |token: &Token, word: &str| token.text(self.text).eq_ignore_ascii_case(word);
        let copies = tokens.first().is_some_and(|first| is(first, "copy"));
        let pairs = tokens.iter().zip(tokens.iter().skip(1));
        if copies && pairs.into_iter().any(|(a, b)| is(a, "from") && is(b, "stdin")) {
            self.lexer.skip_copy_data();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Splitter;
    use crate::Dialect;

    fn split(text: &str) -> Vec<&str> {
        split_as(text, Dialect::Postgres)
    }

    fn split_as(text: &str, dialect: Dialect) -> Vec<&str> {
        let mut splitter = Splitter::new(text, dialect);
        let mut tokens = Vec::new();
        let mut found = Vec::new();
        while splitter.next(&mut tokens) {
            let start = tokens.first().unwrap().start as usize;
            let end = tokens.last().unwrap().end as usize;
            found.push(text.get(start..end).unwrap().trim_end());
        }
        found
    }

    #[test]
    fn semicolons_end_statements_and_comments_belong_to_none() {
        assert_eq!(
            split("-- a\nselect 1;; /* b; */ select ';' -- c\n"),
            ["select 1", "select ';'"]
        );
    }

    #[test]
    fn bodies_are_not_split() {
        let text = "create function f() returns int begin atomic select case when true then 1 end; \
                    select 2; end; select 3";
        assert_eq!(split(text).len(), 2);
        assert_eq!(split("do $$ begin; end $$; select 1").len(), 2);
        assert_eq!(
            split("create rule r as on insert to t do (select 1; select 2); select 3").len(),
            2
        );
    }

    #[test]
    fn an_open_parenthesis_costs_one_statement() {
        assert_eq!(split("create table t (a int; create table u (b int);").len(), 2);
    }

    #[test]
    fn data_commands_and_breakpoints_are_seen() {
        let text = "\\connect x\nCOPY t (a) FROM stdin;\n1;2\n\\.\nselect 1\n--> statement-breakpoint\nselect 2";
        assert_eq!(split(text), ["\\connect x", "COPY t (a) FROM stdin", "select 1", "select 2"]);
    }

    #[test]
    fn triggers_of_other_databases_keep_their_bodies() {
        let text = "create trigger t after insert on a begin update b set c = 1; delete from d; end; select 1";
        assert_eq!(split_as(text, Dialect::Sqlite).len(), 2);
        let text = "create procedure p() begin if a then select 1; end if; select 2; end; select 3";
        assert_eq!(split_as(text, Dialect::MySql).len(), 2);
    }
}
