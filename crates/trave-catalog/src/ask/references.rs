//! Which table a column names, where no foreign key says so.

use smol_str::SmolStr;

use crate::vocabulary::words_of;
use crate::{Catalog, ChangeKind, Column, QualifiedName, Table};

impl Catalog {
    /// The table that a column is named after and whose key it could hold: `course_id` beside
    /// `courses (id)`, of one type and in one schema. None where the column already refers to
    /// something, where the foreign key was dropped, or where its table says beside it which table
    /// is meant (`subject_type`).
    pub fn table_named_by<'c>(&'c self, table: &Table, column: &Column) -> Option<&'c Table> {
        let words = words_of(&column.name);
        let (last, stem) = words.split_last()?;
        let refers = table.foreign_keys.iter().any(|key| key.columns.contains(&column.name));
        let is_other = refers || self.let_go_of(&table.name, &column.name);
        if last != "id" || stem.is_empty() || is_other || is_one_of_several(table, stem) {
            return None;
        }
        let stem = stem.concat();
        // A letter that takes more than a byte is compared with its word.
        let first = |name: &str| name.bytes().next().filter(u8::is_ascii);
        let begin = first(&stem);
        let named = self.tables.values().find(|other| {
            let name = other.name.name.as_str();
            let begins_alike = first(name).map(|it| it.to_ascii_lowercase()) == begin;
            begins_alike
                && other.name.schema == table.name.schema
                && is_plural_or_same(&stem, &words_of(name).concat())
        })?;
        let key = named.primary_key.as_ref()?;
        let [key] = key.columns.as_slice() else { return None };
        let is_same_type = named.column(key).is_some_and(|it| it.type_name == column.type_name);
        (is_same_type && named.name != table.name).then_some(named)
    }

    /// How many columns of a name refer to a table.
    pub fn references_by(&self, column: &str, target: &QualifiedName) -> usize {
        let keys = self.tables.values().flat_map(|table| &table.foreign_keys);
        let is_by = |key: &&crate::ForeignKey| {
            key.target == *target && key.columns.iter().any(|it| it == column)
        };
        keys.filter(is_by).count()
    }

    /// How many columns once referred to a table and do so no more: somebody dropped the key.
    pub fn references_dropped(&self, target: &QualifiedName) -> usize {
        let dropped = self.dropped().filter(|(.., to)| *to == target);
        let still_there = dropped.filter(|(of, columns, _)| {
            self.tables.get(*of).is_some_and(|table| {
                columns.iter().all(|it| table.column(it).is_some())
                    && !table.foreign_keys.iter().any(|key| key.columns == *columns)
            })
        });
        still_there.count()
    }

    /// Whether a column once referred to something, and somebody dropped the foreign key.
    fn let_go_of(&self, table: &QualifiedName, column: &str) -> bool {
        let mut dropped = self.dropped().filter(|(of, ..)| *of == table);
        dropped.any(|(_, columns, _)| columns.iter().any(|it| it == column))
    }

    /// The foreign keys that were dropped: of which table, over which columns, to which table.
    fn dropped(&self) -> impl Iterator<Item = (&QualifiedName, &[SmolStr], &QualifiedName)> {
        self.history.iter().filter_map(|change| match &change.kind {
            ChangeKind::ReferenceDropped { table, columns, target } => {
                Some((table, columns.as_slice(), target))
            }
            _ => None,
        })
    }
}

/// Whether a column beside says which table is meant.
fn is_one_of_several(table: &Table, stem: &[SmolStr]) -> bool {
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
             create table likes (course_id int, course_type text, user_group_id bigint);
             create table marks (course_id int constraint c references courses);
             alter table marks drop constraint c;",
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
        assert_eq!(named("marks", "course_id"), None);
        assert_eq!(named("likes", "user_group_id"), None);
    }
}
