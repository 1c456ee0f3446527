//! Names that a schema still has to give.

use smol_str::{SmolStr, format_smolstr};

use crate::{Catalog, QualifiedName};

/// As long as PostgreSQL lets a name be.
const NAME_BYTES_MAX: usize = 63;

/// More numbers than this nobody needs.
const NUMBERS_MAX: usize = 1000;

impl Catalog {
    /// Whether a schema has a relation of this name: tables, views, sequences and indexes share
    /// their names.
    pub fn has_relation(&self, name: &QualifiedName) -> bool {
        let of_table = |table: &crate::Table| table.indexes.iter().any(|it| it.name == name.name);
        let of_view = |view: &crate::View| view.indexes.iter().any(|it| it.name == name.name);
        let is_here = |of: &QualifiedName| of.schema == name.schema;
        self.tables.contains_key(name)
            || self.views.contains_key(name)
            || self.sequences.contains_key(name)
            || self.tables.iter().any(|(of, table)| is_here(of) && of_table(table))
            || self.views.iter().any(|(of, view)| is_here(of) && of_view(view))
    }

    /// A name for a new relation of a schema: the one that is wanted, cut as PostgreSQL cuts it;
    /// with a number behind it where it is taken, as PostgreSQL numbers its own.
    pub fn free_name(&self, schema: &str, wanted: &str) -> SmolStr {
        let numbered = |number: usize| {
            let digits = if number == 0 { String::new() } else { number.to_string() };
            format_smolstr!("{}{digits}", cut(wanted, NAME_BYTES_MAX - digits.len()))
        };
        let is_free = |one: &SmolStr| !self.has_relation(&QualifiedName::new(schema, one.clone()));
        let free = (0..NUMBERS_MAX).map(numbered).find(is_free);
        free.unwrap_or_else(|| wanted.into())
    }
}

/// The beginning of a text that has no more bytes than this.
fn cut(text: &str, bytes_max: usize) -> &str {
    let end = (0..=bytes_max.min(text.len())).rev().find(|at| text.is_char_boundary(*at));
    text.get(..end.unwrap_or(0)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use crate::testing::catalog;

    #[test]
    fn a_name_that_is_taken_gets_a_number() {
        let catalog = catalog(
            "create table notes (id int, owner_id int);
             create index notes_owner_id_idx on notes (owner_id) where id > 3;
             create index notes_owner_id_idx1 on notes (id);
             create schema other;",
        );
        assert_eq!(catalog.free_name("public", "notes_owner_id_idx"), "notes_owner_id_idx2");
        assert_eq!(catalog.free_name("other", "notes_owner_id_idx"), "notes_owner_id_idx");
        assert_eq!(catalog.free_name("public", "notes"), "notes1");
    }

    #[test]
    fn a_long_name_is_cut_before_its_number() {
        let long = "a".repeat(70);
        let taken = "a".repeat(63);
        let catalog = catalog(&format!("create table {taken} (id int);"));
        assert_eq!(catalog.free_name("public", &long), format!("{}1", "a".repeat(62)));
        assert_eq!(catalog.free_name("other", &long), taken);
    }
}
