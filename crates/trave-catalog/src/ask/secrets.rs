//! Columns whose names say that they hold what nobody else may know.

use crate::vocabulary::names_sensitive;
use crate::{Column, Table};

impl Table {
    /// Columns that are named after secrets: `password`, `access_token`, `iban`.
    pub fn secret_columns(&self) -> impl Iterator<Item = &Column> {
        self.columns.iter().filter(|column| names_sensitive(&column.name))
    }
}

#[cfg(test)]
mod tests {
    use crate::vocabulary::names_sensitive;

    #[test]
    fn names_are_taken_as_a_whole() {
        for (name, expected) in [
            ("password", true),
            ("api_key", true),
            ("Access-Token", true),
            ("password_hint_shown", false),
            ("token_count", false),
            ("object_key", false),
        ] {
            assert_eq!(names_sensitive(name), expected, "{name}");
        }
    }
}
