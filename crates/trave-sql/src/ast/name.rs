//! Names as PostgreSQL compares them: folded to lower case unless quoted, cut at 63 bytes.

use std::borrow::Borrow;
use std::fmt;

use smol_str::{SmolStr, StrExt};
use trave_source::Span;

/// Longest identifier that PostgreSQL keeps, in bytes.
pub(crate) const NAME_BYTES_MAX: usize = 63;

/// An identifier after folding, so that two spellings of one name compare equal.
///
/// `Display` quotes where reading it back needs quotes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Name(SmolStr);

impl Name {
    /// A name that was written without quotes.
    pub fn folded(written: &str) -> Self {
        Self(cut(written).to_lowercase_smolstr())
    }

    /// A name that was written in quotes, or that comes from a catalog: kept as it is.
    pub fn exact(text: &str) -> Self {
        Self(SmolStr::new(cut(text)))
    }

    /// The folded text, never quoted.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether a hole of a template stands for it: `${table}` in TypeScript, `{{ … }}` in a
    /// migration that is a template. What it names is not known.
    pub fn is_hole(&self) -> bool {
        self.0.starts_with("${") || self.0.starts_with("{{")
    }

    /// Whether it holds nothing, as the schema in `search_path = ''`.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// The longest prefix of whole characters that PostgreSQL would keep.
fn cut(text: &str) -> &str {
    if text.len() <= NAME_BYTES_MAX {
        return text;
    }
    let end = (0..=NAME_BYTES_MAX).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(0);
    text.get(..end).unwrap_or_default()
}

impl fmt::Display for Name {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if needs_quotes(&self.0) {
            write!(out, "\"{}\"", self.0.replace('"', "\"\""))
        } else {
            out.write_str(&self.0)
        }
    }
}

/// Whether a name would be read as something else without quotes.
fn needs_quotes(name: &str) -> bool {
    let starts_well =
        name.bytes().next().is_some_and(|byte| byte.is_ascii_lowercase() || byte == b'_');
    let plain = |byte: u8| {
        byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_' || byte == b'$'
    };
    !starts_well || !name.bytes().all(plain) || crate::keyword::is_reserved(name)
}

impl PartialEq<str> for Name {
    fn eq(&self, other: &str) -> bool {
        self.0 == other
    }
}

impl PartialEq<&str> for Name {
    fn eq(&self, other: &&str) -> bool {
        self.0 == *other
    }
}

impl Borrow<str> for Name {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl AsRef<str> for Name {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

/// A single name and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ident {
    /// The folded name.
    pub name: Name,
    /// Where it was written, quotes included.
    pub span: Span,
}

impl Ident {
    /// The folded text, never quoted.
    pub fn as_str(&self) -> &str {
        self.name.as_str()
    }
}

impl fmt::Display for Ident {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.name.fmt(out)
    }
}

/// A name with an optional schema: a table, a function, a type …
///
/// A database before the schema (`db.schema.table`) is dropped: there is one database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectName {
    /// The schema, if it was written.
    pub schema: Option<Name>,
    /// The name itself.
    pub name: Name,
    /// Where both were written.
    pub span: Span,
}

impl ObjectName {
    /// A name without a schema.
    pub fn unqualified(name: Name, span: Span) -> Self {
        Self { schema: None, name, span }
    }

    /// Whether schema and name are equal, wherever they were written.
    pub fn same(&self, other: &Self) -> bool {
        self.schema == other.schema && self.name == other.name
    }

    /// Whether this is `schema.name`, or `name` without any schema.
    pub fn is(&self, schema: &str, name: &str) -> bool {
        self.name == name && self.schema.as_ref().is_none_or(|written| *written == schema)
    }
}

impl fmt::Display for ObjectName {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(schema) = &self.schema {
            write!(out, "{schema}.")?;
        }
        self.name.fmt(out)
    }
}

#[cfg(test)]
mod tests {
    use super::Name;

    #[test]
    fn names_print_with_quotes_only_where_needed() {
        assert_eq!(Name::folded("Users").to_string(), "users");
        assert_eq!(Name::exact("Users").to_string(), "\"Users\"");
        assert_eq!(Name::exact("order").to_string(), "\"order\"");
        assert_eq!(Name::exact("a\"b").to_string(), "\"a\"\"b\"");
    }

    #[test]
    fn long_names_are_cut_as_the_server_cuts_them() {
        assert_eq!(Name::folded(&"x".repeat(80)).as_str().len(), 63);
        assert_eq!(Name::exact(&"é".repeat(40)).as_str().len(), 62);
    }
}
