//! SQL as the code puts it together: text with holes, and where each part of it stands.

use std::fmt::Write as _;

use trave_source::{Origin, Span};

use crate::library::{LibraryCall, Piece};
use crate::value::{LibraryValue, Shape, Value};

/// A part of the text that the code fills in when it runs.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Hole {
    /// What it is filled with.
    pub(crate) value: Value,
    /// Where it stands.
    pub(crate) origin: Origin,
    /// Sent beside the text as a parameter, rather than made part of it.
    pub(crate) bound: bool,
}

/// SQL text with `${n}` for its n-th hole.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct SqlText {
    text: String,
    places: Vec<Place>,
    holes: Vec<Hole>,
    /// Where the whole of it stands.
    origin: Origin,
}

/// Where bytes of the text stand.
#[derive(Debug, Clone, PartialEq)]
struct Place {
    start: usize,
    end: usize,
    origin: Origin,
    /// Its bytes are the file's: no escapes.
    is_literal: bool,
}

impl SqlText {
    /// A text that holds nothing yet.
    pub(crate) fn new(origin: Origin) -> Self {
        Self { text: String::new(), places: Vec::new(), holes: Vec::new(), origin }
    }

    /// The text of a tagged template, with a library's own way to put in what its holes hold.
    pub(crate) fn tagged(
        call: &LibraryCall<'_>,
        mut push: impl FnMut(&mut Self, &Value, Origin),
    ) -> Self {
        let mut text = Self::new(call.origin);
        for piece in call.pieces(0).unwrap_or_default() {
            match piece {
                Piece::Text(part, origin) => text.push_text(part, *origin),
                Piece::Hole(value, origin) => push(&mut text, value, *origin),
            }
        }
        text
    }

    /// The text that an argument of a call gives; what a template fills in becomes part of it.
    pub(crate) fn of_argument(call: &LibraryCall<'_>, index: usize) -> Self {
        let origin = call.arg_origin(index);
        let mut text = Self::new(origin);
        match call.pieces(index) {
            Some(pieces) => text.push_pieces(pieces),
            None => text.push_value(&call.arg(index), origin),
        }
        text
    }

    /// Adds the pieces of a template, each hole as a part of the text.
    pub(crate) fn push_pieces(&mut self, pieces: &[Piece]) {
        for piece in pieces {
            match piece {
                Piece::Text(text, origin) => self.push_text(text, *origin),
                Piece::Hole(value, origin) => self.push_value(value, *origin),
            }
        }
    }

    /// Adds a value that becomes part of the text: a constant as it is, anything else as a hole.
    pub(crate) fn push_value(&mut self, value: &Value, origin: Origin) {
        match &value.shape {
            Shape::Text(text) => self.push_text(text, origin),
            Shape::Number(number) => self.push_text(&number.to_string(), origin),
            Shape::Template(parts) => {
                for part in parts.iter() {
                    self.push_value(part, origin);
                }
            }
            _ => self.push_hole(Hole { value: value.clone(), origin, bound: false }),
        }
    }

    /// Adds text that stands at a place.
    pub(crate) fn push_text(&mut self, text: &str, origin: Origin) {
        let length = origin.span.len() as usize;
        let quotes = usize::from(length == text.len() + 2);
        let is_literal = length == text.len() + 2 * quotes;
        let first = Span::new(quotes, quotes).shifted(origin.span.start).start;
        let start = self.text.len();
        self.text.push_str(text);
        let end = self.text.len();
        let span = Span { start: first, end: first.saturating_add(origin.span.len()) };
        let origin = if is_literal { span.in_file(origin.file) } else { origin };
        self.places.push(Place { start, end, origin, is_literal });
    }

    /// Adds a hole.
    pub(crate) fn push_hole(&mut self, hole: Hole) {
        let start = self.text.len();
        let _ = write!(self.text, "${{{}}}", self.holes.len());
        let end = self.text.len();
        self.places.push(Place { start, end, origin: hole.origin, is_literal: false });
        self.holes.push(hole);
    }

    /// Adds another text with its holes.
    pub(crate) fn push_sql(&mut self, other: &Self) {
        for place in &other.places {
            let text = other.text.get(place.start..place.end).unwrap_or_default();
            match other.hole(text) {
                Some(hole) if !place.is_literal => self.push_hole(hole.clone()),
                _ if place.is_literal => {
                    let start = self.text.len();
                    self.text.push_str(text);
                    self.places.push(Place { start, end: self.text.len(), ..place.clone() });
                }
                _ => self.push_text(text, place.origin),
            }
        }
    }

    /// The text, holes as `${n}`.
    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether nothing of it is known.
    pub(crate) fn is_unknown(&self) -> bool {
        let is_hole = |place: &Place| self.hole(self.bytes(place)).is_some();
        self.places.iter().all(|place| is_hole(place) || self.bytes(place).trim().is_empty())
    }

    fn bytes(&self, place: &Place) -> &str {
        self.text.get(place.start..place.end).unwrap_or_default()
    }

    /// The same text with holes where `mark` finds a parameter, outside quotes and comments. It is
    /// given what follows, and says how many bytes the mark has.
    pub(crate) fn with_marks(self, mark: Mark<'_>) -> Self {
        self.rewritten(&mut |rest, _| mark(rest).map(|(length, value)| (length, Put::Value(value))))
    }

    /// The same text with other text where `name` finds a name, outside quotes and comments. It is
    /// given what follows and the character before, and says how many bytes the name has.
    pub(crate) fn with_names(self, name: Name<'_>) -> Self {
        self.rewritten(&mut |rest, before| {
            name(rest, before).map(|(length, text)| (length, Put::Text(text)))
        })
    }

    fn rewritten(self, find: Find<'_>) -> Self {
        let mut made = Self::new(self.origin);
        let mut quote = Quote::None;
        for place in &self.places {
            let bytes = self.bytes(place);
            match self.hole(bytes).filter(|_| !place.is_literal) {
                Some(hole) => made.push_hole(hole.clone()),
                None => made.push_rewritten((bytes, place), &mut quote, find),
            }
        }
        made
    }

    fn push_rewritten(
        &mut self,
        (bytes, place): (&str, &Place),
        quote: &mut Quote,
        find: Find<'_>,
    ) {
        let (mut done, mut at) = (0, 0);
        let mut before = self.text.chars().next_back();
        while let Some(rest) = bytes.get(at..).filter(|rest| !rest.is_empty()) {
            let found = if *quote == Quote::None { find(rest, before) } else { None };
            let Some((length, put)) = found else {
                *quote = quote.after(rest);
                before = rest.chars().next();
                at += before.map_or(1, char::len_utf8);
                continue;
            };
            self.push_part(bytes, (done, at), place);
            let origin = place.part(place.start + at, place.start + at + length);
            match put {
                Put::Value(value) => self.push_hole(Hole { value, origin, bound: true }),
                Put::Text(text) => self.push_text(&text, origin),
            }
            at += length;
            done = at;
            before = bytes.get(..at).and_then(|it| it.chars().next_back());
        }
        self.push_part(bytes, (done, bytes.len()), place);
    }

    fn push_part(&mut self, bytes: &str, (from, to): (usize, usize), place: &Place) {
        let Some(part) = bytes.get(from..to).filter(|part| !part.is_empty()) else { return };
        let origin = place.part(place.start + from, place.start + to);
        let start = self.text.len();
        self.text.push_str(part);
        let end = self.text.len();
        self.places.push(Place { start, end, origin, is_literal: place.is_literal });
    }

    /// Where the whole of it stands.
    pub(crate) fn origin(&self) -> Origin {
        self.origin
    }

    /// The hole that a parameter or name stands for.
    pub(crate) fn hole(&self, written: &str) -> Option<&Hole> {
        let number = written.strip_prefix("${")?.strip_suffix('}')?;
        self.holes.get(number.parse::<usize>().ok()?)
    }

    /// Values that become part of the text.
    pub(crate) fn spliced(&self) -> impl Iterator<Item = &Hole> {
        self.holes.iter().filter(|hole| !hole.bound)
    }

    /// A constant of the text, which may hold holes: `'%${0}%'`.
    pub(crate) fn filled(&self, text: &str) -> Value {
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some((before, hole, after)) = self.next_hole(rest) {
            if !before.is_empty() {
                parts.push(Value::text(before));
            }
            parts.push(hole.value.clone());
            rest = after;
        }
        if parts.is_empty() {
            return Value::text(text);
        }
        if !rest.is_empty() {
            parts.push(Value::text(rest));
        }
        let shape = Shape::Template(std::sync::Arc::new(parts.clone()));
        Value::of(shape).depending_on(&parts)
    }

    fn next_hole<'t>(&self, text: &'t str) -> Option<(&'t str, &Hole, &'t str)> {
        let start = text.find("${")?;
        let (before, from) = text.split_at_checked(start)?;
        let (written, after) = from.split_at_checked(from.find('}')? + 1)?;
        Some((before, self.hole(written)?, after))
    }

    /// Where bytes of the text stand in the file.
    pub(crate) fn place(&self, span: Span) -> Origin {
        let (start, end) = (span.start as usize, span.end as usize);
        let first = self.places.iter().find(|place| place.start <= start && start < place.end);
        let last = self.places.iter().find(|place| place.start < end && end <= place.end);
        let (Some(first), Some(last)) = (first, last) else { return self.origin };
        let (from, to) = (first.part(start, first.end), last.part(last.start, end));
        let ordered = from.file == to.file && from.span.start <= to.span.end;
        let both = Span { start: from.span.start, end: to.span.end };
        match (first == last, ordered) {
            (true, _) => first.part(start, end),
            (false, true) if self.origin.span.holds(both) => both.in_file(from.file),
            _ => from,
        }
    }
}

impl Place {
    fn part(&self, start: usize, end: usize) -> Origin {
        if !self.is_literal {
            return self.origin;
        }
        let span = Span::new(start - self.start, end - self.start);
        span.shifted(self.origin.span.start).in_file(self.origin.file)
    }
}

/// Finds a parameter at the beginning of a text: its bytes, and what it stands for.
pub(crate) type Mark<'m> = &'m mut dyn FnMut(&str) -> Option<(usize, Value)>;

/// Finds a name at the beginning of a text, given the character before it: its bytes, and what is
/// to stand in its place.
pub(crate) type Name<'m> = &'m mut dyn FnMut(&str, Option<char>) -> Option<(usize, String)>;

type Find<'m> = &'m mut dyn FnMut(&str, Option<char>) -> Option<(usize, Put)>;

/// What stands in the place of something that was found.
enum Put {
    Value(Value),
    Text(String),
}

/// What a character of SQL stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Quote {
    None,
    Single,
    Double,
    LineComment,
}

impl Quote {
    /// What the character behind the first one of `rest` stands in.
    fn after(self, rest: &str) -> Self {
        match (self, rest.chars().next()) {
            (Self::None, Some('\'')) => Self::Single,
            (Self::None, Some('"')) => Self::Double,
            (Self::None, Some('-')) if rest.starts_with("--") => Self::LineComment,
            (Self::Single, Some('\''))
            | (Self::Double, Some('"'))
            | (Self::LineComment, Some('\n')) => Self::None,
            _ => self,
        }
    }
}

/// A text as a value of a library keeps it: one value for each part.
pub(crate) fn kept(text: &SqlText, library: &'static str) -> Value {
    let parts = text.places.iter().map(|place| {
        let bytes = text.text.get(place.start..place.end).unwrap_or_default();
        let part = match text.hole(bytes).filter(|_| !place.is_literal) {
            Some(hole) if hole.bound => {
                LibraryValue::new(library, "bound").with("value", hole.value.clone())
            }
            Some(hole) => LibraryValue::new(library, "spliced").with("value", hole.value.clone()),
            None if place.is_literal => {
                LibraryValue::new(library, "literal").with("value", Value::text(bytes))
            }
            None => LibraryValue::new(library, "text").with("value", Value::text(bytes)),
        };
        part.placed(place.origin).into_value()
    });
    let parts: Vec<Value> = parts.collect();
    let holes: Vec<Value> = text.holes.iter().map(|hole| hole.value.clone()).collect();
    Value::of(Shape::Array(std::sync::Arc::new(parts))).depending_on(&holes)
}

/// The text that such a value keeps.
pub(crate) fn read_kept(value: &Value, origin: Origin) -> Option<SqlText> {
    let Shape::Array(parts) = &value.shape else { return None };
    let mut text = SqlText::new(origin);
    for part in parts.iter() {
        let part = part.library()?;
        let (value, place) = (part.kept("value")?, part.place?);
        match part.kind {
            "literal" => {
                let bytes = value.as_text()?;
                let start = text.text.len();
                text.text.push_str(bytes);
                let end = text.text.len();
                text.places.push(Place { start, end, origin: place, is_literal: true });
            }
            "text" => text.push_text(value.as_text()?, place),
            kind => {
                let hole = Hole { value: value.clone(), origin: place, bound: kind == "bound" };
                text.push_hole(hole);
            }
        }
    }
    Some(text)
}
