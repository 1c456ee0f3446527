//! The reader of `schema.prisma`. What it does not know it skips to the end of the line.

use smol_str::SmolStr;
use trave_source::Span;

use super::syntax::{Argument, Attribute, Block, FieldType, Line, Value, Word};

/// Lists in calls in lists: no deeper than this.
const DEPTH_MAX: u32 = 32;

/// Every block of a text.
pub(super) fn parse(text: &str) -> Vec<Block> {
    let mut reader = Reader { text, at: 0, depth: 0 };
    let mut blocks = Vec::new();
    loop {
        reader.skip_blank(Ends::MeanNothing);
        if reader.is_at_end() {
            return blocks;
        }
        match reader.block() {
            Some(block) => blocks.push(block),
            None => reader.skip_line(),
        }
    }
}

/// What the end of a line means where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ends {
    /// A blank like others.
    MeanNothing,
    /// The end of a field.
    EndLines,
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

    fn is_at_end(&self) -> bool {
        self.at >= self.text.len()
    }

    /// Passes over a character if it comes next.
    fn eat(&mut self, wanted: char) -> bool {
        let found = self.peek() == Some(wanted);
        self.at += if found { wanted.len_utf8() } else { 0 };
        found
    }

    /// Passes over blanks and comments; over ends of lines too where those mean nothing.
    fn skip_blank(&mut self, ends: Ends) {
        loop {
            let rest = self.rest();
            let blank = |c: char| c.is_whitespace() && (ends == Ends::MeanNothing || c != '\n');
            let trimmed = rest.trim_start_matches(blank);
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

    fn skip_line(&mut self) {
        let rest = self.rest();
        self.at += rest.find('\n').map_or(rest.len(), |end| end + 1);
    }

    fn word(&mut self) -> Option<Word> {
        let is_part = |c: char| c.is_alphanumeric() || c == '_' || c == '-';
        let rest = self.rest();
        let end = rest.find(|c| !is_part(c)).unwrap_or(rest.len());
        let text = rest.get(..end).filter(|text| !text.is_empty())?;
        let span = Span::new(self.at, self.at + end);
        self.at += end;
        Some(Word { text: SmolStr::new(text), span })
    }

    /// `a.b`.
    fn path(&mut self) -> Option<SmolStr> {
        let start = self.at;
        self.word()?;
        while self.eat('.') {
            self.word()?;
        }
        self.text.get(start..self.at).map(SmolStr::new)
    }

    fn block(&mut self) -> Option<Block> {
        let keyword = self.word()?.text;
        self.skip_blank(Ends::EndLines);
        let name = self.word()?;
        self.skip_blank(Ends::MeanNothing);
        if !self.eat('{') {
            return None;
        }
        let mut block = Block { keyword, name, lines: Vec::new(), attributes: Vec::new() };
        loop {
            self.skip_blank(Ends::MeanNothing);
            if self.is_at_end() || self.eat('}') {
                return Some(block);
            }
            if self.rest().starts_with("@@") {
                block.attributes.extend(self.attribute());
            } else {
                block.lines.extend(self.line());
            }
            self.skip_blank(Ends::EndLines);
            if !matches!(self.peek(), Some('\n' | '}') | None) {
                self.skip_line();
            }
        }
    }

    fn line(&mut self) -> Option<Line> {
        let start = self.at;
        let name = self.word()?;
        let mut line =
            Line { name, kind: None, setting: None, attributes: Vec::new(), span: Span::default() };
        let mut end = self.at;
        self.skip_blank(Ends::EndLines);
        if self.eat('=') {
            self.skip_blank(Ends::EndLines);
            line.setting = self.value();
            end = self.at;
        } else if self.peek().is_some_and(char::is_alphabetic) {
            line.kind = self.field_type();
            end = self.at;
        }
        loop {
            self.skip_blank(Ends::EndLines);
            if self.peek() != Some('@') {
                break;
            }
            let attribute = self.attribute()?;
            line.attributes.push(attribute);
            end = self.at;
        }
        line.span = Span::new(start, end);
        Some(line)
    }

    fn field_type(&mut self) -> Option<FieldType> {
        let mut kind = FieldType { name: self.word()?.text, ..FieldType::default() };
        if self.peek() == Some('(') {
            let inside = self.arguments();
            kind.unsupported = inside.first().and_then(|first| first.value.as_text()).cloned();
        }
        if self.rest().starts_with("[]") {
            kind.is_list = true;
            self.at += 2;
        }
        kind.is_optional = self.eat('?');
        Some(kind)
    }

    fn attribute(&mut self) -> Option<Attribute> {
        let start = self.at;
        while self.eat('@') {}
        let name = self.path()?;
        self.skip_blank(Ends::EndLines);
        let end = self.at;
        let arguments = if self.peek() == Some('(') { self.arguments() } else { Vec::new() };
        let end = if arguments.is_empty() { end.min(self.at) } else { self.at };
        let text = self.text.get(start..end).unwrap_or_default();
        let span = Span::new(start, start + text.trim_end().len());
        Some(Attribute { name, arguments, span })
    }

    /// `(a, name: b)`, which may span lines.
    fn arguments(&mut self) -> Vec<Argument> {
        let mut list = Vec::new();
        if !self.eat('(') || self.depth >= DEPTH_MAX {
            return list;
        }
        self.depth += 1;
        loop {
            self.skip_blank(Ends::MeanNothing);
            if self.is_at_end() || self.eat(')') {
                break;
            }
            let before = self.at;
            list.extend(self.argument());
            self.skip_blank(Ends::MeanNothing);
            self.eat(',');
            if self.at == before {
                self.at += self.peek().map_or(0, char::len_utf8);
            }
        }
        self.depth -= 1;
        list
    }

    fn argument(&mut self) -> Option<Argument> {
        let start = self.at;
        if let Some(word) = self.word() {
            self.skip_blank(Ends::MeanNothing);
            if self.eat(':') {
                self.skip_blank(Ends::MeanNothing);
                return Some(Argument { name: Some(word.text), value: self.value()? });
            }
            self.at = start;
        }
        Some(Argument { name: None, value: self.value()? })
    }

    fn value(&mut self) -> Option<Value> {
        match self.peek()? {
            '"' => self.string().map(Value::Text),
            '[' => Some(self.list()),
            '{' => {
                self.skip_braces();
                Some(Value::Unknown)
            }
            c if c == '-' || c.is_ascii_digit() => {
                let rest = self.rest();
                let is_part = |c: char| c.is_ascii_digit() || matches!(c, '-' | '.' | 'e' | 'E');
                let end = rest.find(|c| !is_part(c)).unwrap_or(rest.len());
                self.at += end;
                rest.get(..end).map(|text| Value::Number(SmolStr::new(text)))
            }
            _ => {
                let name = self.path()?;
                if self.peek() != Some('(') {
                    return Some(Value::Name(name));
                }
                let arguments = self.arguments().into_iter();
                Some(Value::Call(name, arguments.map(|it| (it.name, it.value)).collect()))
            }
        }
    }

    fn list(&mut self) -> Value {
        let mut items = Vec::new();
        self.eat('[');
        if self.depth >= DEPTH_MAX {
            return Value::Unknown;
        }
        self.depth += 1;
        loop {
            self.skip_blank(Ends::MeanNothing);
            if self.is_at_end() || self.eat(']') {
                break;
            }
            let before = self.at;
            items.extend(self.value());
            self.skip_blank(Ends::MeanNothing);
            self.eat(',');
            if self.at == before {
                self.at += self.peek().map_or(0, char::len_utf8);
            }
        }
        self.depth -= 1;
        Value::List(items)
    }

    fn skip_braces(&mut self) {
        let mut depth = 0_u32;
        while let Some(next) = self.peek() {
            self.at += next.len_utf8();
            match next {
                '{' => depth += 1,
                '}' => depth = depth.saturating_sub(1),
                _ => {}
            }
            if depth == 0 {
                return;
            }
        }
    }

    fn string(&mut self) -> Option<SmolStr> {
        let mut text = String::new();
        let mut chars = self.rest().char_indices().skip(1);
        while let Some((at, next)) = chars.next() {
            match next {
                '"' => {
                    self.at += at + 1;
                    return Some(text.into());
                }
                '\n' => break,
                '\\' => text.extend(chars.next().map(|(_, escaped)| unescaped(escaped))),
                other => text.push(other),
            }
        }
        self.skip_line();
        None
    }
}

fn unescaped(escaped: char) -> char {
    match escaped {
        'n' => '\n',
        't' => '\t',
        'r' => '\r',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::super::syntax::Value;
    use super::parse;

    #[test]
    fn fields_attributes_and_values() {
        let text = "model User { // who\n  id Int @id @default(autoincrement())\n  \
                    tags String[] @default([\"a\", \"b\"]) @map(\"all_tags\")\n  /// doc\n  \
                    geo Unsupported(\"geography(Point)\")?\n\n  \
                    @@index([a(sort: Desc), b],\n    map: \"x\")\n}\nenum Role { A\n B @map(\"b\") }";
        let blocks = parse(text);
        assert_eq!(blocks.len(), 2);
        let user = &blocks[0];
        let names: Vec<&str> = user.lines.iter().map(|line| line.name.text.as_str()).collect();
        assert_eq!(names, ["id", "tags", "geo"]);
        let span = user.lines[0].span;
        assert_eq!(
            text.get(span.start as usize..span.end as usize).unwrap(),
            "id Int @id @default(autoincrement())"
        );
        let tags = user.lines[1].attribute("default").unwrap().first_or("value").unwrap();
        assert_eq!(tags.items().len(), 2);
        let geo = user.lines[2].kind.as_ref().unwrap();
        assert_eq!(geo.unsupported.as_deref(), Some("geography(Point)"));
        assert!(geo.is_optional);
        let index = user.attribute("index").unwrap();
        assert_eq!(index.named("map"), Some(&Value::Text("x".into())));
        assert_eq!(index.first_or("fields").unwrap().items().len(), 2);
        let span = index.span;
        assert!(text.get(span.start as usize..span.end as usize).unwrap().ends_with("map: \"x\")"));
        let values: Vec<&str> =
            blocks[1].lines.iter().map(|line| line.name.text.as_str()).collect();
        assert_eq!(values, ["A", "B"]);
    }

    #[test]
    fn broken_text_ends() {
        for text in
            ["model", "model X {", "model X { a Int @x(", "}{ @@", "model X { a \"", "@[[[["]
        {
            let _ = parse(text);
        }
        let deep = format!("model X {{ a Int @x({}", "[".repeat(100_000));
        let _ = parse(&deep);
    }
}
