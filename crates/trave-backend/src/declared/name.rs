//! Names in the SQL that declarations become, and of the folders that hold them.

use smol_str::SmolStr;

use super::TableName;

/// The longest identifier that PostgreSQL keeps, in bytes; MySQL allows one more.
pub(super) const BYTES_MAX: usize = 63;

/// A name that reads back exactly. All dialects are read with backticks, none but MySQL takes a
/// name in double quotes for a string, and no name of a tool holds a backtick.
pub(super) fn quoted(name: &str) -> String {
    format!("`{}`", name.replace('`', "``"))
}

/// A string constant.
pub(super) fn text(value: &str) -> String {
    format!("'{}'", value.replace('\'', "''"))
}

/// The longest beginning of whole characters that fits.
pub(super) fn cut(name: &str, bytes_max: usize) -> &str {
    let end = (0..=bytes_max.min(name.len())).rev().find(|&at| name.is_char_boundary(at));
    name.get(..end.unwrap_or(0)).unwrap_or_default()
}

/// The folder of a file.
pub(super) fn folder_of(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// The folder that holds both.
pub(super) fn shared(one: &str, other: &str) -> SmolStr {
    let parts = one.split('/').zip(other.split('/')).take_while(|(a, b)| a == b);
    let parts: Vec<&str> = parts.map(|(part, _)| part).collect();
    SmolStr::new(parts.join("/"))
}

impl TableName {
    /// A name in the default schema.
    pub(super) fn plain(name: &str) -> Self {
        Self { schema: None, name: name.into() }
    }

    /// The name as SQL reads it back.
    pub(super) fn to_sql(&self) -> String {
        match &self.schema {
            Some(schema) => format!("{}.{}", quoted(schema), quoted(&self.name)),
            None => quoted(&self.name),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::cut;

    #[test]
    fn names_are_cut_between_characters() {
        assert_eq!(cut("abc", 5), "abc");
        assert_eq!(cut("abcdef", 5), "abcde");
        assert_eq!(cut("aéé", 2), "a");
    }
}
