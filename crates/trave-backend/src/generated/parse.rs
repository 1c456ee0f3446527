//! The shape of an object type: names, and what stands behind them.

use smol_str::SmolStr;
use trave_source::Span;

/// Objects in objects: no deeper than this.
const DEPTH_MAX: u32 = 12;

/// A member of an object type.
#[derive(Debug, Clone)]
pub(super) struct Member {
    /// Its name, without quotes.
    pub(super) name: SmolStr,
    /// Where the name stands.
    pub(super) span: Span,
    /// `name?:`.
    pub(super) optional: bool,
    /// Its type.
    pub(super) shape: Shape,
}

impl Member {
    /// The type, where it is neither an object nor a tuple.
    pub(super) fn text(&self) -> &str {
        match &self.shape {
            Shape::Text(text) => text,
            Shape::Object(_) | Shape::Tuple(_) => "",
        }
    }
}

/// A type.
#[derive(Debug, Clone)]
pub(super) enum Shape {
    /// `{ … }`.
    Object(Vec<Member>),
    /// `[ … ]`: a tuple.
    Tuple(Vec<Shape>),
    /// Anything else, blanks joined.
    Text(String),
}

/// The members of `type Database = { … }`, or of the interface of that name, and where the name is.
pub(super) fn database(text: &str) -> Option<(Span, Vec<Member>)> {
    let head = ["type Database =", "interface Database "];
    let start = head.iter().find_map(|head| text.find(head))?;
    let start = start + text.get(start..)?.find("Database")?;
    let open = start + text.get(start..)?.find('{')?;
    let mut reader = Reader { text, at: open, depth: 0 };
    Some((Span::new(start, start + "Database".len()), reader.object()?))
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    depth: u32,
}

impl<'a> Reader<'a> {
    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn bump(&mut self) {
        self.at += self.peek().map_or(0, char::len_utf8);
    }

    fn skip_blank(&mut self) {
        loop {
            let rest = self.rest();
            let trimmed = rest.trim_start();
            self.at += rest.len() - trimmed.len();
            if trimmed.starts_with("//") {
                self.at += trimmed.find('\n').unwrap_or(trimmed.len());
            } else if trimmed.starts_with("/*") {
                self.at += trimmed.find("*/").map_or(trimmed.len(), |end| end + 2);
            } else {
                return;
            }
        }
    }

    fn object(&mut self) -> Option<Vec<Member>> {
        if self.depth >= DEPTH_MAX || self.peek() != Some('{') {
            return None;
        }
        self.depth += 1;
        self.bump();
        let mut members = Vec::new();
        loop {
            self.skip_blank();
            match self.peek() {
                None => break,
                Some('}') => {
                    self.bump();
                    break;
                }
                Some(';' | ',') => self.bump(),
                Some(_) => {
                    let before = self.at;
                    members.extend(self.member());
                    if self.at == before {
                        self.bump();
                    }
                }
            }
        }
        self.depth -= 1;
        Some(members)
    }

    fn member(&mut self) -> Option<Member> {
        let (name, span) = self.key()?;
        self.skip_blank();
        let optional = self.peek() == Some('?');
        if optional {
            self.bump();
        }
        if self.peek() != Some(':') {
            self.text_type();
            return None;
        }
        self.bump();
        self.skip_blank();
        Some(Member { name, span, optional, shape: self.shape()? })
    }

    fn shape(&mut self) -> Option<Shape> {
        match self.peek() {
            Some('{') => self.object().map(Shape::Object),
            Some('[') => self.tuple().map(Shape::Tuple),
            _ => Some(Shape::Text(self.text_type())),
        }
    }

    fn tuple(&mut self) -> Option<Vec<Shape>> {
        if self.depth >= DEPTH_MAX {
            return None;
        }
        self.depth += 1;
        self.bump();
        let mut items = Vec::new();
        loop {
            self.skip_blank();
            match self.peek() {
                None => break,
                Some(']') => {
                    self.bump();
                    break;
                }
                Some(',') => self.bump(),
                Some(_) => {
                    let before = self.at;
                    items.extend(self.shape());
                    if self.at == before {
                        self.bump();
                    }
                }
            }
        }
        self.depth -= 1;
        Some(items)
    }

    fn key(&mut self) -> Option<(SmolStr, Span)> {
        let start = self.at;
        let rest = self.rest();
        if let Some(quote) = self.peek().filter(|quote| matches!(quote, '"' | '\'')) {
            let end = rest.get(1..)?.find(quote)?;
            self.at += end + 2;
            return Some((rest.get(1..=end)?.into(), Span::new(start, self.at)));
        }
        let is_part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '$');
        let end = rest.find(|c| !is_part(c)).unwrap_or(rest.len());
        if end == 0 {
            // `[_ in never]: never`
            self.text_type();
            return None;
        }
        self.at += end;
        Some((rest.get(..end)?.into(), Span::new(start, self.at)))
    }

    /// A type up to its end: a semicolon, a comma, a bracket that closes, or the end of a line that
    /// nothing goes on behind.
    fn text_type(&mut self) -> String {
        let mut out = String::new();
        let mut depth = 0_u32;
        while let Some(next) = self.peek() {
            match next {
                ';' | ',' | '}' | ']' if depth == 0 => break,
                '\n' if depth == 0 && !out.trim().is_empty() => {
                    let ends = !out.trim_end().ends_with(['|', '&', ':']);
                    let follows = self.rest().trim_start().starts_with(['|', '&']);
                    if ends && !follows {
                        break;
                    }
                }
                '(' | '[' | '{' | '<' => depth += 1,
                ')' | ']' | '}' | '>' => depth = depth.saturating_sub(1),
                _ => {}
            }
            out.push(if next.is_whitespace() { ' ' } else { next });
            self.bump();
        }
        out.trim().to_owned()
    }
}
