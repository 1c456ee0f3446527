//! Texts that hold several values.

use trave_rule::catalog::vocabulary::words_of;
use trave_rule::catalog::{Column, Table};
use trave_rule::{Context, rule};

#[rule]
fn list_in_column(table: &Table, cx: &mut Context) {
    let Some(catalog) = cx.catalog_of(table) else { return };
    for column in catalog.settled_columns(table).filter(|column| is_text(column)) {
        let is_taken_apart = catalog.takes_apart(table, column);
        if !is_taken_apart && !says_several(&column.name) {
            continue;
        }
        let (name, short) = (&column.name, table.name.short());
        let finding = cx
            .report(
                column.origin,
                format!(
                    "`{name}` of `{short}` holds a list: no key checks its values, no index finds \
                     one"
                ),
            )
            .about(format!("{}.{name}", table.name))
            .help(format!("a table with one row per value, which refers to `{short}`"))
            .help("or, where the values are nobody's key: `text[]` with a GIN index");
        if is_taken_apart {
            finding.note("SQL of the project takes it apart");
        }
    }
}

fn is_text(column: &Column) -> bool {
    let kind = column.type_name.as_str();
    !kind.ends_with(']')
        && (matches!(kind, "text" | "citext") || kind.starts_with("character varying"))
}

/// Whether a name says that its values are several, each something of its own.
fn says_several(name: &str) -> bool {
    let words = words_of(name);
    let words: Vec<&str> = words.iter().map(AsRef::as_ref).collect();
    let is_sealed = words.iter().any(|word| matches!(*word, "encrypted" | "hashed" | "hash"));
    let is_several = matches!(
        words.as_slice(),
        [.., "tags" | "hashtags" | "emails" | "ids" | "uuids" | "csv"]
            | [.., "phone", "numbers"]
            | [.., "email", "addresses"]
            | [_, .., "urls" | "phones"]
    );
    is_several && !is_sealed
}

#[cfg(test)]
mod tests {
    use trave_testing::check;

    #[test]
    fn arrays_documents_and_single_values_are_fine() {
        check(
            &super::RULE,
            r"
create table posts (
  id int primary key, tags text[], emails jsonb, encrypted_ids text, title text, keywords text
);
create table searches (id int primary key, words text);
create function f() returns setof text language sql as
  'select unnest(string_to_array(title, '' '')) from searches';
",
        );
    }

    #[test]
    fn sql_that_takes_a_column_apart_says_so() {
        check(
            &super::RULE,
            r"
create table posts (id int primary key, labels text);
--                                      ^^^^^^^^^^^ `labels` of `posts` holds a list: no key checks its values, no index finds one
create view words as select id, regexp_split_to_table(labels, ',') as label from posts;
",
        );
    }
}
