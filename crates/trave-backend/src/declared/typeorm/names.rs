//! The names that TypeORM makes up: its default naming strategy, and the one in snake case that
//! many projects take from `typeorm-naming-strategies`.

use smol_str::SmolStr;

use crate::declared::name::{BYTES_MAX, cut};
use crate::declared::sha1;

/// How tables and columns are named.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Naming {
    /// `DefaultNamingStrategy`.
    #[default]
    Default,
    /// `SnakeNamingStrategy`.
    Snake,
}

impl Naming {
    /// The column of a property; `prefixes` are those of the embedded classes around it.
    pub(super) fn column(self, property: &str, own: Option<&str>, prefixes: &[SmolStr]) -> SmolStr {
        let prefix = prefixes.join("_");
        match self {
            Self::Default => {
                let name = own.unwrap_or(property);
                if prefixes.is_empty() {
                    return name.into();
                }
                format!("{}{}", camel(&prefix), title(name)).into()
            }
            Self::Snake => {
                let mut parts = prefixes.to_vec();
                parts.push(SmolStr::default());
                let name = own.map_or_else(|| snake(property), str::to_owned);
                format!("{}{name}", snake(&parts.join("_"))).into()
            }
        }
    }

    /// The column of a reference.
    pub(super) fn join_column(self, relation: &str, referenced: &str) -> SmolStr {
        self.joined(&format!("{relation}_{referenced}"))
    }

    /// The column of a table between two.
    pub(super) fn junction_column(self, table: &str, column: &str) -> SmolStr {
        self.joined(&format!("{table}_{column}"))
    }

    fn joined(self, words: &str) -> SmolStr {
        match self {
            Self::Default => camel(words).into(),
            Self::Snake => snake(words).into(),
        }
    }
}

/// The table between two.
pub(super) fn junction(first: &str, property: &str, second: &str) -> SmolStr {
    snake(&format!("{first}_{}_{second}", property.replace('.', "_"))).into()
}

/// The name of a constraint: hashed of the table and the sorted columns.
pub(super) fn constraint(prefix: &str, table: &str, columns: &[SmolStr]) -> SmolStr {
    hashed(prefix, table, &sorted(columns))
}

/// The name of an index.
pub(super) fn index(table: &str, columns: &[SmolStr], predicate: Option<&str>) -> SmolStr {
    let columns = sorted(columns);
    match predicate.filter(|predicate| !predicate.is_empty()) {
        Some(predicate) => hashed("IDX", table, &format!("{columns}_{predicate}")),
        None => hashed("IDX", table, &columns),
    }
}

/// The name of a check.
pub(super) fn check(table: &str, condition: &str) -> SmolStr {
    hashed("CHK", table, condition)
}

/// The type of a column with values of its own.
pub(super) fn enumeration(table: &str, column: &str) -> SmolStr {
    cut(&format!("{table}_{}_enum", column.to_lowercase()), BYTES_MAX).into()
}

fn sorted(columns: &[SmolStr]) -> String {
    let mut columns = columns.to_vec();
    columns.sort();
    columns.join("_")
}

/// The name with its prefix is 30 characters long: what Oracle once kept.
fn hashed(prefix: &str, table: &str, rest: &str) -> SmolStr {
    let digits = sha1::hex(&encoded(&format!("{table}_{rest}")));
    let digits = digits.get(..29_usize.saturating_sub(prefix.len())).unwrap_or_default();
    format!("{prefix}_{digits}").into()
}

/// What TypeORM hashes in truth: the text as `encodeURIComponent` writes it.
fn encoded(text: &str) -> String {
    let letter = |byte: u8| {
        if byte.is_ascii_alphanumeric() || b"-_.!~*'()".contains(&byte) {
            char::from(byte).to_string()
        } else {
            format!("%{byte:02X}")
        }
    };
    text.bytes().map(letter).collect::<Vec<_>>().concat()
}

/// `UserAPIKey` to `user_api_key`.
pub(super) fn snake(name: &str) -> String {
    let letters: Vec<char> = name.chars().collect();
    let mut out = String::new();
    for (at, letter) in letters.iter().enumerate() {
        let before = at.checked_sub(1).and_then(|at| letters.get(at));
        let starts_word = letter.is_ascii_uppercase()
            && before.is_some_and(|before| {
                let ends_word = before.is_ascii_lowercase() || before.is_ascii_digit();
                let after = letters.get(at + 1);
                ends_word
                    || before.is_ascii_uppercase() && after.is_some_and(char::is_ascii_lowercase)
            });
        if starts_word {
            out.push('_');
        }
        out.extend(letter.to_lowercase());
    }
    out
}

/// `Author_id` to `authorId`.
fn camel(name: &str) -> String {
    let mut out = String::new();
    let mut letters = name.chars().enumerate().peekable();
    while let Some((at, letter)) = letters.next() {
        let separates = letter.is_whitespace() || matches!(letter, '-' | '_');
        let next = letters.peek().map(|(_, next)| *next);
        if at == 0 && letter.is_ascii_uppercase() {
            out.push(letter.to_ascii_lowercase());
        } else if let Some(next) = next.filter(|next| separates && is_word(*next)) {
            out.push(next.to_ascii_uppercase());
            letters.next();
        } else {
            out.push(letter);
        }
    }
    out
}

fn is_word(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || letter == '_'
}

/// The first letter is large, all others are small.
fn title(name: &str) -> String {
    let mut letters = name.chars();
    let first = letters.next().map(|first| first.to_uppercase().to_string()).unwrap_or_default();
    format!("{first}{}", letters.as_str().to_lowercase())
}

#[cfg(test)]
mod tests {
    use super::{Naming, camel, check, constraint, snake, title};

    #[test]
    fn names_are_those_of_typeorm() {
        assert_eq!(snake("PassportOfPerson"), "passport_of_person");
        assert_eq!(snake("UserAPIKey2Go"), "user_api_key2_go");
        assert_eq!(camel("author_id"), "authorId");
        assert_eq!(camel("Notes_tagId"), "notesTagId");
        assert_eq!(camel("work_"), "work_");
        assert_eq!(title("zipCode"), "Zipcode");
        assert_eq!(constraint("PK", "teams", &["id".into()]), "PK_7e5523774a38b08a6236d322403");
        assert_eq!(check("people", "\"age\" >= 0"), "CHK_c4fa38804dde1141049d41a7bc");
    }

    #[test]
    fn columns_of_embedded_classes_have_prefixes() {
        let prefixes = ["home".into()];
        assert_eq!(Naming::Default.column("zipCode", None, &prefixes), "homeZipcode");
        assert_eq!(Naming::Snake.column("zipCode", None, &prefixes), "home_zip_code");
        assert_eq!(Naming::Snake.column("zipCode", Some("zip"), &[]), "zip");
        assert_eq!(Naming::Snake.join_column("ownedBy", "id"), "owned_by_id");
    }
}
