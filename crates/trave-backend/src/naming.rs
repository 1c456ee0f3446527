//! What code calls the tables of a declared schema: `prisma.teamMember` is a row of `team_members`.
//!
//! Whoever reads a declaration leaves this behind, and the models of the libraries that speak in
//! its names ask the evaluator for it: see [`Machine::named_table`].
//!
//! [`Machine::named_table`]: crate::library::Machine::named_table

use std::collections::BTreeMap;

use smol_str::SmolStr;

use crate::declared::TableName;

/// A table by the names that code gives it and what belongs to it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct NamedTable {
    /// What code calls it: the name of a model, an entity, a constant.
    pub code: SmolStr,
    /// The table.
    pub table: TableName,
    /// Its columns by the property that code reads.
    pub columns: BTreeMap<SmolStr, SmolStr>,
    /// What leads to other tables, by the property that code reads.
    pub relations: BTreeMap<SmolStr, NamedRelation>,
    /// The properties of keys of several columns, by the name that code gives the key.
    pub keys: BTreeMap<SmolStr, Vec<SmolStr>>,
    /// The columns of the primary key, where code may name a row by its key alone.
    pub primary: Vec<SmolStr>,
}

/// A property that leads to rows of another table.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct NamedRelation {
    /// What code calls the table that it leads to.
    pub target: SmolStr,
    /// It leads to many rows.
    pub is_list: bool,
    /// Columns of the own table that say which rows; none where a third table ties the two.
    pub columns: Vec<SmolStr>,
    /// The columns of the other table that they are equal to.
    pub target_columns: Vec<SmolStr>,
}

impl NamedTable {
    /// The column that a property reads.
    pub fn column(&self, property: &str) -> Option<&SmolStr> {
        self.columns.get(property)
    }
}

/// `createdAt` as `created_at`.
pub(crate) fn snake(name: &str) -> SmolStr {
    let mut turned = String::with_capacity(name.len() + 4);
    for letter in name.chars() {
        if letter.is_ascii_uppercase() {
            if !turned.is_empty() && !turned.ends_with('_') {
                turned.push('_');
            }
            turned.push(letter.to_ascii_lowercase());
        } else {
            turned.push(letter);
        }
    }
    SmolStr::new(turned)
}

/// `Category` as `Categories`: the ways in which English makes a plural, as far as names of
/// models need them.
pub(crate) fn plural(name: &str) -> SmolStr {
    const IRREGULAR: [(&str, &str); 6] = [
        ("person", "people"),
        ("child", "children"),
        ("datum", "data"),
        ("medium", "media"),
        ("index", "indices"),
        ("analysis", "analyses"),
    ];
    const SAME: [&str; 7] = ["data", "media", "news", "series", "people", "children", "metadata"];
    let lower = name.to_ascii_lowercase();
    let is_same = SAME.iter().any(|word| lower.ends_with(word));
    let irregular = IRREGULAR.iter().find(|(one, _)| lower.ends_with(one));
    // The first letter stays as it is.
    let cut = |end: usize| name.get(..name.len().saturating_sub(end)).unwrap_or_default();
    if let Some((one, many)) = irregular {
        return format!("{}{}", cut(one.len() - 1), many.get(1..).unwrap_or_default()).into();
    }
    let is_plural = lower.ends_with('s') && !lower.ends_with("ss") && !lower.ends_with("us");
    if is_same || is_plural {
        return name.into();
    }
    let vowel = |letter: char| "aeiou".contains(letter);
    if lower.ends_with('y') && !lower.chars().rev().nth(1).is_some_and(vowel) {
        return format!("{}ies", cut(1)).into();
    }
    let hisses = ["s", "x", "z", "ch", "sh"].iter().any(|end| lower.ends_with(end));
    format!("{name}{}", if hisses { "es" } else { "s" }).into()
}

#[cfg(test)]
mod tests {
    use super::{plural, snake};

    #[test]
    fn names_of_many_rows_follow_from_that_of_one() {
        for (one, many) in [
            ("User", "Users"),
            ("category", "categories"),
            ("Day", "Days"),
            ("Box", "Boxes"),
            ("Status", "Statuses"),
            ("Settings", "Settings"),
            ("TeamPerson", "TeamPeople"),
        ] {
            assert_eq!(plural(one), many);
        }
        assert_eq!(snake("userSessionId"), "user_session_id");
    }
}
