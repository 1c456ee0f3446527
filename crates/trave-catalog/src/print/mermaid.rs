//! The catalog as an entity relationship diagram in Mermaid's language.

use std::fmt::Write;

use smol_str::SmolStr;

use crate::{Catalog, Column, ForeignKey, Table};

/// Every table that the migrations make, with columns, keys and what refers to what.
pub fn schema_mermaid(catalog: &Catalog) -> String {
    let mut out = String::from("erDiagram\n");
    let is_shown = |table: &&Table| {
        let provenance = table.provenance;
        (provenance.is_migration() || provenance.is_generated()) && !table.is_partition
    };
    for table in catalog.tables.values().filter(is_shown) {
        let _ = writeln!(out, "  {} {{", entity(table));
        for column in &table.columns {
            let _ = writeln!(out, "    {}", attribute(table, column));
        }
        let _ = writeln!(out, "  }}");
    }
    for table in catalog.tables.values().filter(is_shown) {
        for key in &table.foreign_keys {
            let target = catalog.tables.get(&key.target);
            // A table of the platform is named, and not drawn.
            let target = target.map_or_else(|| quoted(&key.target.short()), entity);
            let (many, label) = (many(table, key), key.columns.join(", "));
            let one = if is_optional(table, key) { "|o" } else { "||" };
            let _ = writeln!(out, "  {target} {one}--{many} {} : \"{label}\"", entity(table));
        }
    }
    out
}

fn entity(table: &Table) -> String {
    quoted(&table.name.short())
}

/// Mermaid takes any name in double quotes that has none inside.
fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "'"))
}

fn attribute(table: &Table, column: &Column) -> String {
    let mut keys = Vec::new();
    if names(table.primary_key.as_ref().map(|key| key.columns.as_slice()), column) {
        keys.push("PK");
    }
    if table.foreign_keys.iter().any(|key| key.columns.contains(&column.name)) {
        keys.push("FK");
    }
    let alone = |columns: &[SmolStr]| matches!(columns, [one] if *one == column.name);
    if table.uniques.iter().any(|key| alone(&key.columns)) {
        keys.push("UK");
    }
    let keys = if keys.is_empty() { String::new() } else { format!(" {}", keys.join(", ")) };
    let comment = if column.not_null { "" } else { " \"null\"" };
    format!("{} {}{keys}{comment}", word(&column.type_name), word(&column.name))
}

fn names(key: Option<&[SmolStr]>, column: &Column) -> bool {
    key.is_some_and(|columns| columns.contains(&column.name))
}

/// A type or a column has to be one word for Mermaid: `character varying(20)` is
/// `character_varying(20)`, and signs that it does not know become `_`.
fn word(text: &str) -> String {
    let is_plain =
        |sign: char| sign.is_alphanumeric() || matches!(sign, '_' | '(' | ')' | '[' | ']');
    let mut word: String =
        text.chars().map(|sign| if is_plain(sign) { sign } else { '_' }).collect();
    if !word.starts_with(|sign: char| sign.is_alphabetic() || sign == '_') {
        word.insert(0, '_');
    }
    word
}

/// How many rows refer to one: at most one where the key's columns are unique.
fn many(table: &Table, key: &ForeignKey) -> &'static str {
    let columns: Vec<&str> = key.columns.iter().map(SmolStr::as_str).collect();
    if table.picks_one_row(&columns) { "o|" } else { "o{" }
}

/// Whether a row may refer to nothing.
fn is_optional(table: &Table, key: &ForeignKey) -> bool {
    let is_nullable = |name: &SmolStr| table.column(name).is_some_and(|column| !column.not_null);
    key.columns.iter().any(is_nullable)
}

#[cfg(test)]
mod tests {
    use super::schema_mermaid;
    use crate::testing::catalog;

    #[test]
    fn tables_columns_and_references_are_drawn() {
        let catalog = catalog(
            "create table teams (id bigint primary key, slug text unique, price numeric(10, 2));
             create table members (
               user_id uuid references auth.users, team_id bigint not null references teams,
               primary key (team_id, user_id));
             create table settings (team_id bigint primary key references teams, \"a b\" text);",
        );
        assert_eq!(
            schema_mermaid(&catalog),
            r#"erDiagram
  "members" {
    uuid user_id PK, FK
    bigint team_id PK, FK
  }
  "settings" {
    bigint team_id PK, FK
    text a_b "null"
  }
  "teams" {
    bigint id PK
    text slug UK "null"
    numeric(10_2) price "null"
  }
  "auth.users" ||--o{ "members" : "user_id"
  "teams" ||--o{ "members" : "team_id"
  "teams" ||--o| "settings" : "team_id"
"#
        );
    }
}
