//! The grammar of `select()`: columns, aliases, casts, JSON paths, aggregates, embeds.
//!
//! Any text gives a selection. What does not fit the grammar makes it unknown, never an error.

use smol_str::SmolStr;

use crate::place::StringPlace;
use crate::query::{Embed, SelectedColumn, Selection};

/// Embeds nest only a few levels in real life; deeper ones are not read.
const DEPTH_MAX: u32 = 24;

/// Reads the argument of `select()`.
pub(crate) fn parse(text: &str, place: StringPlace) -> Selection {
    let mut parser = Parser { text, at: 0, place, depth: 0, failed: false };
    let mut selection = parser.list();
    parser.blanks();
    selection.known = !parser.failed && parser.at >= text.len();
    selection
}

/// What `select()` asks for without an argument.
pub(crate) fn everything() -> Selection {
    Selection { star: true, known: true, ..Selection::default() }
}

struct Parser<'a> {
    text: &'a str,
    at: usize,
    place: StringPlace,
    depth: u32,
    failed: bool,
}

/// A name with its bytes in the text.
struct Name {
    text: SmolStr,
    start: usize,
    end: usize,
}

impl Parser<'_> {
    fn rest(&self) -> &str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn blanks(&mut self) {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start().len();
    }

    fn eat(&mut self, token: &str) -> bool {
        self.blanks();
        let found = self.rest().starts_with(token);
        if found {
            self.at += token.len();
        }
        found
    }

    fn sees(&mut self, token: &str) -> bool {
        self.blanks();
        self.rest().starts_with(token)
    }

    fn list(&mut self) -> Selection {
        let mut selection = Selection { known: true, ..Selection::default() };
        if self.depth > DEPTH_MAX {
            self.failed = true;
            return selection;
        }
        loop {
            self.blanks();
            if self.rest().is_empty() || self.sees(")") {
                return selection;
            }
            self.node(&mut selection);
            if self.failed || !self.eat(",") {
                return selection;
            }
        }
    }

    fn node(&mut self, selection: &mut Selection) {
        if self.eat("...") {
            let Some(name) = self.name() else { return };
            self.field(selection, None, name);
        } else if self.eat("*") {
            selection.star = true;
        } else if let Some(name) = self.name() {
            if !self.sees("::") && self.eat(":") {
                let Some(field) = self.name() else { return };
                self.field(selection, Some(name.text), field);
            } else {
                self.field(selection, None, name);
            }
        }
    }

    fn field(&mut self, to: &mut Selection, alias: Option<SmolStr>, name: Name) {
        let hints = self.hints();
        if self.sees("(") {
            self.embed(to, Embedding { alias, name, hints });
            return;
        }
        if !hints.is_empty() {
            self.failed = true;
        }
        while self.eat("->>") || self.eat("->") {
            self.name();
        }
        self.cast();
        let aggregated = self.aggregate();
        // `rel(count)` is the older spelling of `rel(count())`.
        if name.text == "count" && !aggregated {
            to.aggregates = true;
            return;
        }
        to.aggregates |= aggregated;
        let origin = self.place.part(name.start, name.end);
        to.columns.push(SelectedColumn { name: name.text, origin, alias });
    }

    fn hints(&mut self) -> Vec<SmolStr> {
        let mut hints = Vec::new();
        while self.eat("!") {
            match self.name() {
                Some(hint) => hints.push(hint.text),
                None => break,
            }
        }
        hints
    }

    fn embed(&mut self, to: &mut Selection, embedding: Embedding) {
        let Embedding { alias, name, hints } = embedding;
        self.eat("(");
        self.depth += 1;
        let selection = self.list();
        self.depth -= 1;
        if !self.eat(")") {
            self.failed = true;
        }
        let is_empty = selection == Selection { known: true, ..Selection::default() };
        if name.text == "count" && is_empty && hints.is_empty() {
            to.aggregates = true;
            self.cast();
            return;
        }
        to.embeds.push(Embed {
            relation: name.text,
            inner: hints.iter().any(|hint| hint == "inner"),
            hint: hints.into_iter().find(|hint| hint != "inner" && hint != "left"),
            alias,
            selection,
            origin: self.place.part(name.start, name.end),
        });
    }

    fn cast(&mut self) {
        if self.eat("::") {
            self.name();
            // `numeric(10,2)`, `text[]`
            if self.sees("[") {
                let end = self.rest().find(']').map_or(self.text.len(), |at| self.at + at + 1);
                self.at = end;
            }
        }
    }

    fn aggregate(&mut self) -> bool {
        if !self.eat(".") {
            return false;
        }
        let known = self.name().is_some_and(|name| {
            matches!(name.text.as_str(), "count" | "sum" | "avg" | "min" | "max")
        });
        if !known || !self.eat("(") || !self.eat(")") {
            self.failed = true;
        }
        self.cast();
        true
    }

    /// A plain or quoted name; none, and the parse has failed, when there is none.
    fn name(&mut self) -> Option<Name> {
        self.blanks();
        let start = self.at;
        if self.rest().starts_with('"') {
            return self.quoted(start);
        }
        let mut before_arrow = false;
        let length = self
            .rest()
            .char_indices()
            .find(|(at, sign)| {
                before_arrow = *sign == '-' && self.rest().get(at + 1..at + 2) == Some(">");
                before_arrow || sign.is_whitespace() || ",():!.*\"[]".contains(*sign)
            })
            .map_or(self.rest().len(), |(at, _)| at);
        let text = SmolStr::new(self.rest().get(..length).unwrap_or_default());
        self.at = start + length;
        if length == 0 {
            self.failed = true;
            return None;
        }
        Some(Name { text, start, end: self.at })
    }

    fn quoted(&mut self, start: usize) -> Option<Name> {
        let inside = self.rest().get(1..).unwrap_or_default();
        let Some(length) = inside.find('"') else {
            self.failed = true;
            self.at = self.text.len();
            return None;
        };
        let text = SmolStr::new(inside.get(..length).unwrap_or_default());
        self.at = start + length + 2;
        Some(Name { text, start, end: self.at })
    }
}

/// What stands before the parenthesis of an embed.
struct Embedding {
    alias: Option<SmolStr>,
    name: Name,
    hints: Vec<SmolStr>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use trave_source::{FileId, Span};

    fn read(text: &str) -> Selection {
        parse(text, StringPlace::new(Span::new(0, text.len() + 2).in_file(FileId(0)), text))
    }

    /// `a, b:c, rel!hint(x)` as columns and embeds, for comparing.
    fn words(selection: &Selection) -> String {
        let mut words: Vec<String> = Vec::new();
        if selection.star {
            words.push("*".to_owned());
        }
        if selection.aggregates {
            words.push("#".to_owned());
        }
        for column in &selection.columns {
            let alias = column.alias.as_ref().map(|alias| format!("{alias}=")).unwrap_or_default();
            words.push(format!("{alias}{}", column.name));
        }
        for embed in &selection.embeds {
            let alias = embed.alias.as_ref().map(|alias| format!("{alias}=")).unwrap_or_default();
            let hint = embed.hint.as_ref().map(|hint| format!("!{hint}")).unwrap_or_default();
            let inner = if embed.inner { "!" } else { "" };
            words.push(format!("{alias}{}{hint}{inner}({})", embed.relation, words_of(embed)));
        }
        words.join(" ")
    }

    fn words_of(embed: &Embed) -> String {
        words(&embed.selection)
    }

    #[test]
    fn selections_are_read() {
        for (text, expected) in [
            ("*", "*"),
            ("", ""),
            ("id, name", "id name"),
            ("id,\n  full_name:name,\n", "id full_name=name"),
            ("total::text, data->owner->>id, alias:data->>x", "total data alias=data"),
            ("*, author:users(id, name)", "* author=users(id name)"),
            ("users!posts_author_id_fkey(*)", "users!posts_author_id_fkey(*)"),
            ("members!inner(role), teams!fk!inner (id)", "members!(role) teams!fk!(id)"),
            ("count", "#"),
            ("count()", "#"),
            ("items(count)", "items(#)"),
            ("amount.sum(), status", "# amount status"),
            ("...profile(name)", "profile(name)"),
            ("a(b(c(d)))", "a(b(c(d)))"),
            ("\"Full Name\", x", "Full Name x"),
            ("rel()", "rel()"),
        ] {
            let selection = read(text);
            assert!(selection.known, "{text}");
            assert_eq!(words(&selection), expected, "{text}");
        }
    }

    #[test]
    fn columns_know_their_bytes() {
        let selection = read("id, author:users(name)");
        assert_eq!(selection.columns[0].origin.span, Span::new(1, 3));
        assert_eq!(selection.embeds[0].origin.span, Span::new(12, 17));
        assert_eq!(selection.embeds[0].selection.columns[0].origin.span, Span::new(18, 22));
    }

    #[test]
    fn any_text_is_read_without_failing() {
        for text in
            ["(", ")", "a(", "a)", "a b", ",", "a,,b", "::", "->", "...", "\"", "a!(", "é:ü(ß"]
        {
            assert!(!read(text).known, "{text}");
        }
        let deep = "a(".repeat(5_000);
        assert!(!read(&deep).known);
        for end in 0..40 {
            let text = "a:b!c!inner(*, d->>e::text, ...f(g.sum()))";
            read(text.get(..end.min(text.len())).unwrap());
        }
    }
}
