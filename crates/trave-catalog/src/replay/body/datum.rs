//! Values while a body runs, as far as they are known.

use std::collections::BTreeMap;

use smol_str::{SmolStr, ToSmolStr};

/// A value.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Datum {
    /// It cannot be told without running.
    Unknown,
    /// Null.
    Null,
    /// True or false.
    Bool(bool),
    /// A whole number.
    Number(i64),
    /// A text, a name, an object by its full name.
    Text(SmolStr),
    /// An array.
    Array(Vec<Datum>),
    /// A row by its columns.
    Row(Vec<(SmolStr, Datum)>),
}

impl Datum {
    /// A known text.
    pub(super) fn text(text: impl AsRef<str>) -> Self {
        Self::Text(SmolStr::new(text))
    }

    /// How the value looks inside a text; none for what has no such look.
    pub(super) fn shown(&self) -> Option<SmolStr> {
        match self {
            Self::Text(text) => Some(text.clone()),
            Self::Number(number) => Some(number.to_smolstr()),
            Self::Bool(true) => Some("t".into()),
            Self::Bool(false) => Some("f".into()),
            Self::Null => Some(SmolStr::default()),
            Self::Unknown | Self::Array(_) | Self::Row(_) => None,
        }
    }

    /// As a condition: none for null and for what is not known.
    pub(super) fn truth(&self) -> Option<bool> {
        match self {
            Self::Bool(value) => Some(*value),
            Self::Null => Some(false),
            _ => None,
        }
    }

    /// Whether two values are equal; unknown where one is.
    pub(super) fn equals(&self, other: &Self) -> Self {
        match (self, other) {
            (Self::Unknown, _) | (_, Self::Unknown) => Self::Unknown,
            (Self::Null, _) | (_, Self::Null) => Self::Null,
            (Self::Array(a), Self::Array(b)) => Self::Bool(a == b),
            _ => match (self.shown(), other.shown()) {
                (Some(a), Some(b)) => Self::Bool(a == b),
                _ => Self::Unknown,
            },
        }
    }
}

/// Variables, by name in lower case.
#[derive(Debug, Clone, Default)]
pub(super) struct Scope {
    variables: BTreeMap<SmolStr, Datum>,
}

impl Scope {
    /// Gives a variable a value.
    pub(super) fn set(&mut self, name: impl Into<SmolStr>, value: Datum) {
        self.variables.insert(name.into(), value);
    }

    /// The value of a variable.
    pub(super) fn get(&self, name: &str) -> Option<&Datum> {
        self.variables.get(name)
    }

    /// The value of `record.field`.
    pub(super) fn field(&self, record: &str, field: &str) -> Option<&Datum> {
        match self.variables.get(record)? {
            Datum::Row(columns) => {
                columns.iter().find(|(name, _)| name == field).map(|(_, value)| value)
            }
            Datum::Unknown => Some(&Datum::Unknown),
            _ => None,
        }
    }

    /// Forgets what a variable is: something that could not be run may have changed it.
    pub(super) fn forget(&mut self, name: &str) {
        let name = name.split('.').next().unwrap_or(name);
        self.set(name, Datum::Unknown);
    }
}
