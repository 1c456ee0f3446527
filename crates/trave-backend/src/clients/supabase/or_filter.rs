//! The grammar of `.or()`: `status.eq.open,and(owner.eq.5,age.gt.3),name.not.ilike.*x*`.
//!
//! Any text gives conditions. What does not fit is left out, and the caller is told so.

use std::ops::Range;

use smol_str::{SmolStr, format_smolstr};

/// Nested `and(…)` and `or(…)` deeper than this are not read.
const DEPTH_MAX: u32 = 16;

/// What may stand behind a column.
const OPERATORS: &[&str] = &[
    "not",
    "eq",
    "neq",
    "gt",
    "gte",
    "lt",
    "lte",
    "like",
    "ilike",
    "match",
    "imatch",
    "is",
    "isdistinct",
    "in",
    "cs",
    "cd",
    "ov",
    "sl",
    "sr",
    "nxl",
    "nxr",
    "adj",
    "fts",
    "plfts",
    "phfts",
    "wfts",
];

/// One comparison of the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Condition {
    /// The column with its JSON path, as written, without quotes.
    pub(crate) column: SmolStr,
    /// The operator: `eq`, `in`, `fts` …
    pub(crate) operator: SmolStr,
    /// Under NOT.
    pub(crate) negated: bool,
    /// The bytes of the value.
    pub(crate) value: Range<usize>,
    /// The bytes of the whole comparison.
    pub(crate) bytes: Range<usize>,
}

/// What was read.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Conditions {
    /// The comparisons in order.
    pub(crate) list: Vec<Condition>,
    /// Whether everything was read.
    pub(crate) complete: bool,
}

/// Reads the argument of `.or()`.
pub(crate) fn parse(text: &str) -> Conditions {
    let mut parser =
        Parser { text, at: 0, list: Vec::new(), negated: false, depth: 0, failed: false };
    parser.items();
    let complete = !parser.failed && parser.at >= text.trim_end().len();
    Conditions { list: parser.list, complete }
}

struct Parser<'a> {
    text: &'a str,
    at: usize,
    list: Vec<Condition>,
    /// Under an odd number of `not.and(…)` and `not.or(…)`.
    negated: bool,
    depth: u32,
    failed: bool,
}

impl Parser<'_> {
    fn rest(&self) -> &str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn eat(&mut self, token: &str) -> bool {
        let found = self.rest().starts_with(token);
        if found {
            self.at += token.len();
        }
        found
    }

    fn blanks(&mut self) {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start().len();
    }

    fn items(&mut self) {
        loop {
            self.blanks();
            self.item();
            self.blanks();
            if self.failed || !self.eat(",") {
                return;
            }
        }
    }

    fn item(&mut self) {
        let start = self.at;
        let inverted = self.eat("not.");
        if !self.eat("and(") && !self.eat("or(") {
            self.at = start;
            self.comparison();
            return;
        }
        if self.depth >= DEPTH_MAX {
            self.failed = true;
            return;
        }
        let outside = self.negated;
        self.negated = outside != inverted;
        self.depth += 1;
        self.items();
        self.depth -= 1;
        self.negated = outside;
        self.failed |= !self.eat(")");
    }

    fn comparison(&mut self) {
        let start = self.at;
        let column = self.path();
        if !self.eat(".") || column.is_empty() {
            self.failed = true;
            return;
        }
        let inverted = self.eat("not.");
        let length = self.rest().find(['.', ',', ')']).unwrap_or(self.rest().len());
        let length = match self.rest().get(..length).and_then(|operator| operator.find('(')) {
            // `fts(english)`, `eq(any)`: the parenthesis belongs to the operator.
            Some(_) => self.rest().find(").").map_or(length, |at| at + 1),
            None => length,
        };
        let operator = self.rest().get(..length).unwrap_or_default();
        let operator = SmolStr::new(operator.split('(').next().unwrap_or_default());
        self.at += length;
        if !self.eat(".") || operator.is_empty() {
            self.failed = true;
            return;
        }
        let from = self.at;
        self.value();
        let (value, bytes) = (from..self.at, start..self.at);
        let negated = self.negated != inverted;
        self.list.push(Condition { column, operator, negated, value, bytes });
    }

    /// A column, or a column of an embedded relation: `clients.name` in `clients.name.eq.x`.
    fn path(&mut self) -> SmolStr {
        let column = self.column();
        let next = self.rest().strip_prefix('.').unwrap_or_default();
        let word = next.split(['.', '(', ',', ')']).next().unwrap_or_default();
        if word.is_empty() || OPERATORS.contains(&word) || !next.contains('.') {
            return column;
        }
        let relation = column;
        self.eat(".");
        let column = self.column();
        format_smolstr!("{relation}.{column}")
    }

    fn column(&mut self) -> SmolStr {
        if self.eat("\"") {
            let length = self.rest().find('"').unwrap_or(self.rest().len());
            let name = SmolStr::new(self.rest().get(..length).unwrap_or_default());
            self.at += length;
            self.eat("\"");
            return name;
        }
        let length = self.rest().find(['.', ',', '(', ')']).unwrap_or(self.rest().len());
        let name = SmolStr::new(self.rest().get(..length).unwrap_or_default().trim());
        self.at += length;
        name
    }

    /// Up to the next comma or parenthesis that is not quoted, nested or in braces.
    fn value(&mut self) {
        let mut nested: u32 = 0;
        let mut quoted = false;
        let mut escaped = false;
        let mut length = self.rest().len();
        for (at, sign) in self.rest().char_indices() {
            match sign {
                _ if escaped => escaped = false,
                '\\' if quoted => escaped = true,
                '"' => quoted = !quoted,
                _ if quoted => {}
                '(' | '{' => nested += 1,
                ')' | '}' if nested > 0 => nested -= 1,
                ')' | ',' if nested == 0 => {
                    length = at;
                    break;
                }
                _ => {}
            }
        }
        self.at += length;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> String {
        let conditions = parse(text);
        assert!(conditions.complete, "{text}");
        let words = conditions.list.iter().map(|condition| {
            let not = if condition.negated { "not " } else { "" };
            let value = text.get(condition.value.clone()).unwrap();
            format!("{not}{} {} {value}", condition.column, condition.operator)
        });
        words.collect::<Vec<_>>().join("; ")
    }

    #[test]
    fn conditions_are_read() {
        for (text, expected) in [
            ("a.eq.1", "a eq 1"),
            ("a.eq.1,b.gt.2", "a eq 1; b gt 2"),
            (
                "a.is.null, expires_at.gt.2024-01-01T00:00:00.000Z",
                "a is null; expires_at gt 2024-01-01T00:00:00.000Z",
            ),
            ("and(a.eq.1,b.eq.2),c.eq.3", "a eq 1; b eq 2; c eq 3"),
            ("not.and(a.eq.1,b.not.eq.2)", "not a eq 1; b eq 2"),
            ("id.in.(1,2,3),tags.cs.{a,b}", "id in (1,2,3); tags cs {a,b}"),
            ("name.ilike.*x*,email.ilike.%y%", "name ilike *x*; email ilike %y%"),
            ("data->>kind.eq.\"a,b\",x.eq.y", "data->>kind eq \"a,b\"; x eq y"),
            ("body.fts(english).cat,x.eq.1", "body fts cat; x eq 1"),
            ("name.eq.", "name eq "),
            ("title.ilike.x,clients.name.ilike.y", "title ilike x; clients.name ilike y"),
            ("clients.name.not.is.null", "not clients.name is null"),
        ] {
            assert_eq!(words(text), expected, "{text}");
        }
    }

    #[test]
    fn any_text_is_read_without_failing() {
        for text in [
            "",
            "a",
            "a.b",
            "a.eq.1)",
            "and(",
            "and(a.eq.1",
            ".eq.1",
            ",,",
            "a.eq.1,",
            "é.ü",
            "\"a",
        ] {
            assert!(!parse(text).complete, "{text}");
        }
        parse(&"and(".repeat(10_000));
        parse(&"a.eq.(".repeat(10_000));
    }
}
