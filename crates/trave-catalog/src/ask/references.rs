//! Which table a column names, where no foreign key says so.

use crate::vocabulary::words_of;
use crate::{Catalog, Column, QualifiedName, Table};

impl Catalog {
    /// The table that a column is named after and whose key it could hold: `course_id` beside
    /// `courses (id)`, of one type and in one schema. None where the column already refers to
    /// something, or where its table says beside it which table is meant (`subject_type`).
    pub fn table_named_by<'c>(&'c self, table: &Table, column: &Column) -> Option<&'c Table> {
        let words = words_of(&column.name);
        let (last, stem) = words.split_last()?;
        let refers = table.foreign_keys.iter().any(|key| key.columns.contains(&column.name));
        if last != "id" || stem.is_empty() || refers || is_one_of_several(table, stem) {
            return None;
        }
        let stem = stem.concat();
        let named = self.tables.values().find(|other| {
            let bare: String = words_of(&other.name.name).concat();
            other.name.schema == table.name.schema && is_plural_or_same(&stem, &bare)
        })?;
        let key = named.primary_key.as_ref()?;
        let [key] = key.columns.as_slice() else { return None };
        let is_same_type = named.column(key).is_some_and(|it| it.type_name == column.type_name);
        (is_same_type && named.name != table.name).then_some(named)
    }

    /// Whether some foreign key refers to a table.
    pub fn is_referred_to(&self, name: &QualifiedName) -> bool {
        let keys = self.tables.values().flat_map(|table| &table.foreign_keys);
        keys.into_iter().any(|key| key.target == *name)
    }
}

/// Whether a column beside says which table is meant.
fn is_one_of_several(table: &Table, stem: &[smol_str::SmolStr]) -> bool {
    table.columns.iter().any(|other| {
        let words = words_of(&other.name);
        words.split_last().is_some_and(|(last, rest)| {
            matches!(last.as_str(), "type" | "kind" | "table" | "model") && rest == stem
        })
    })
}

/// Whether a name is another one, or its plural.
fn is_plural_or_same(one: &str, name: &str) -> bool {
    let is_y = |stem: &str| name.strip_suffix("ies").is_some_and(|it| it == stem);
    name == one
        || name.strip_suffix('s').is_some_and(|it| it == one)
        || name.strip_suffix("es").is_some_and(|it| it == one)
        || one.strip_suffix('y').is_some_and(is_y)
}

#[cfg(test)]
mod tests {
    use crate::testing::{catalog, table};

    #[test]
    fn a_column_names_the_table_of_its_words() {
        let catalog = catalog(
            "create table courses (id int primary key);
             create table \"UserGroup\" (id int primary key);
             create table entries (
               id int primary key, course_id int, \"userGroupId\" int, far_course_id int,
               entry_id int
             );
             create table likes (course_id int, course_type text, user_group_id bigint);",
        );
        let named = |of: &str, column: &str| {
            let of = table(&catalog, of);
            let column = of.column(column).unwrap();
            catalog.table_named_by(of, column).map(|found| found.name.name.to_string())
        };
        assert_eq!(named("entries", "course_id").as_deref(), Some("courses"));
        assert_eq!(named("entries", "userGroupId").as_deref(), Some("UserGroup"));
        assert_eq!(named("entries", "far_course_id"), None);
        assert_eq!(named("entries", "entry_id"), None);
        assert_eq!(named("likes", "course_id"), None);
        assert_eq!(named("likes", "user_group_id"), None);
    }
}
