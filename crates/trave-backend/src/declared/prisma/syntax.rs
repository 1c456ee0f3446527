//! The text of a `schema.prisma`: blocks of lines, read leniently.

use smol_str::SmolStr;
use trave_source::Span;

/// A block: `model User { … }`.
#[derive(Debug, Clone)]
pub(super) struct Block {
    /// `model`, `enum`, `datasource` …
    pub(super) keyword: SmolStr,
    /// Its name.
    pub(super) name: Word,
    /// Its lines that are no attributes of the block.
    pub(super) lines: Vec<Line>,
    /// `@@index(…)` and its like.
    pub(super) attributes: Vec<Attribute>,
}

/// A name with its place.
#[derive(Debug, Clone, Default)]
pub(super) struct Word {
    /// The name.
    pub(super) text: SmolStr,
    /// Where it stands.
    pub(super) span: Span,
}

/// A line of a block: a field, a value of an enum, a setting.
#[derive(Debug, Clone)]
pub(super) struct Line {
    /// The name it begins with.
    pub(super) name: Word,
    /// The type of a field.
    pub(super) kind: Option<FieldType>,
    /// `= value` of a setting.
    pub(super) setting: Option<Value>,
    /// `@id` and its like.
    pub(super) attributes: Vec<Attribute>,
    /// The whole line, comments not included.
    pub(super) span: Span,
}

/// The type of a field.
#[derive(Debug, Clone, Default)]
pub(super) struct FieldType {
    /// Its name; `Unsupported` for what stands in its parentheses.
    pub(super) name: SmolStr,
    /// The text in the parentheses of `Unsupported("…")`.
    pub(super) unsupported: Option<SmolStr>,
    /// `[]`.
    pub(super) is_list: bool,
    /// `?`.
    pub(super) is_optional: bool,
}

/// An attribute, without its `@`.
#[derive(Debug, Clone)]
pub(super) struct Attribute {
    /// `id`, `db.VarChar`, `relation` …
    pub(super) name: SmolStr,
    /// What stands in its parentheses.
    pub(super) arguments: Vec<Argument>,
    /// All of it.
    pub(super) span: Span,
}

/// An argument, with its name if it was written.
#[derive(Debug, Clone)]
pub(super) struct Argument {
    /// `fields:`.
    pub(super) name: Option<SmolStr>,
    /// The value.
    pub(super) value: Value,
}

/// A value.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Value {
    /// `"text"`.
    Text(SmolStr),
    /// `1`, `-2.5`.
    Number(SmolStr),
    /// A name: `Cascade`, `true`, `a.b`.
    Name(SmolStr),
    /// `now()`, `createdAt(sort: Desc)`.
    Call(SmolStr, Vec<(Option<SmolStr>, Value)>),
    /// `[a, b]`.
    List(Vec<Value>),
    /// Something else.
    Unknown,
}

impl Value {
    /// The text of a string.
    pub(super) fn as_text(&self) -> Option<&SmolStr> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The name, also that of a call.
    pub(super) fn as_name(&self) -> Option<&SmolStr> {
        match self {
            Self::Name(name) | Self::Call(name, _) => Some(name),
            _ => None,
        }
    }

    /// The values of a list; anything else is a list of itself.
    pub(super) fn items(&self) -> &[Self] {
        match self {
            Self::List(items) => items,
            one => std::slice::from_ref(one),
        }
    }
}

impl Attribute {
    /// An argument by its name.
    pub(super) fn named(&self, name: &str) -> Option<&Value> {
        let found = self.arguments.iter().find(|it| it.name.as_deref() == Some(name));
        found.map(|argument| &argument.value)
    }

    /// The argument of this name, or the first that has none.
    pub(super) fn first_or(&self, name: &str) -> Option<&Value> {
        let unnamed = || self.arguments.iter().find(|it| it.name.is_none());
        self.named(name).or_else(|| unnamed().map(|argument| &argument.value))
    }
}

impl Line {
    /// An attribute by its name.
    pub(super) fn attribute(&self, name: &str) -> Option<&Attribute> {
        self.attributes.iter().find(|attribute| attribute.name == name)
    }
}

impl Block {
    /// An attribute of the block by its name.
    pub(super) fn attribute(&self, name: &str) -> Option<&Attribute> {
        self.attributes.iter().find(|attribute| attribute.name == name)
    }

    /// A line by the name that it begins with.
    pub(super) fn line(&self, name: &str) -> Option<&Line> {
        self.lines.iter().find(|line| line.name.text == name)
    }
}
