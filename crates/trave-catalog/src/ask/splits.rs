//! Where SQL takes a text apart that holds several values.

use crate::{Catalog, Column, Table};

/// Functions that take a text apart.
const SPLITTERS: [&str; 4] =
    ["string_to_array", "string_to_table", "regexp_split_to_array", "regexp_split_to_table"];

impl Catalog {
    /// Whether a policy, check, view or function takes a column apart at some sign: it holds a
    /// list.
    pub fn takes_apart(&self, table: &Table, column: &Column) -> bool {
        let name = table.name.name.as_str();
        let policies = table.policies.iter().flat_map(crate::Policy::conditions);
        let own = policies.map(|condition| condition.text.as_str());
        let checks = table.checks.iter().map(|check| check.expression.as_str());
        let generated = table.columns.iter().filter_map(|it| it.generated.as_deref());
        let mut own = own.chain(checks).chain(generated);
        let mut others = self.splitting_texts(&table.name);
        own.any(|text| splits(text, None, &column.name))
            || others.any(|text| splits(text, Some(name), &column.name))
    }
}

/// Whether a text calls one of the splitting functions at all.
pub(super) fn may_split(text: &str) -> bool {
    let text = text.to_lowercase().replace('"', "");
    SPLITTERS.iter().any(|splitter| text.contains(splitter))
}

/// Whether a text hands a column to one of the splitting functions; with a table's name, it must
/// stand before the column or the table be the only one that is read.
fn splits(text: &str, table: Option<&str>, column: &str) -> bool {
    let text = text.to_lowercase().replace('"', "");
    let is_column = |argument: &str| {
        let argument = argument.trim();
        match argument.rsplit_once('.') {
            Some((before, last)) => last == column && is_alias(before, table, &text),
            None => argument == column,
        }
    };
    SPLITTERS.iter().any(|splitter| {
        text.match_indices(splitter).any(|(at, _)| {
            let rest = text.get(at + splitter.len()..).unwrap_or_default().trim_start();
            let argument = rest.strip_prefix('(').and_then(|rest| rest.split([',', ')']).next());
            argument.is_some_and(is_column)
        })
    })
}

/// Whether a name in a query stands for a table: its own, or an alias behind it.
fn is_alias(name: &str, table: Option<&str>, text: &str) -> bool {
    let Some(table) = table else { return true };
    let ends_with_table = |word: &&str| word.rsplit('.').next() == Some(table);
    let words: Vec<&str> = text.split_whitespace().collect();
    name.ends_with(table)
        || words.windows(3).any(|three| match three {
            [of, "as", alias] | [_, of, alias] => ends_with_table(of) && *alias == name,
            _ => false,
        })
}

#[cfg(test)]
mod tests {
    use crate::testing::{catalog, table};

    #[test]
    fn a_column_that_functions_take_apart_holds_a_list() {
        let catalog = catalog(
            "create table posts (id int, labels text, title text);
             create table other (id int, title text);
             create view words as
               select p.id, regexp_split_to_table(p.labels, ',') from posts p;
             create function f() returns setof text language sql as
               'select unnest(string_to_array(o.title, '' '')) from other o, posts p';",
        );
        let posts = table(&catalog, "posts");
        let apart = |name: &str| catalog.takes_apart(posts, posts.column(name).unwrap());
        assert!(apart("labels"));
        assert!(!apart("title"));
    }
}
