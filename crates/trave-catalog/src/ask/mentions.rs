//! Whether SQL names a column of a table: in an insert, an update, or a query of that table alone.

use crate::{Catalog, QualifiedName};

impl Catalog {
    /// Whether some statement of an SQL text, also one inside of a function body, takes a table to
    /// have a column. One that names another table with such a column tells nothing.
    pub fn text_names_column(&self, text: &str, table: &QualifiedName, column: &str) -> bool {
        if !text.contains(column) || !text.contains(table.name.as_str()) {
            return false;
        }
        let belongs_to = |word: &&str| {
            let others = self.tables.iter().filter(|(name, _)| **name != *table);
            let mut named = others.filter(|(name, _)| name.name == *word);
            named.any(|(_, other)| other.column(column).is_some())
        };
        without_comments(text).split(';').any(|statement| {
            // To take it apart is dear, and most statements are about something else.
            if !statement.contains(column) || !statement.contains(table.name.as_str()) {
                return false;
            }
            let statement = Tokens::of(statement);
            let names = statement.inserts(&table.name, column)
                || statement.sets(&table.name, column)
                || statement.reads(&table.name, column);
            names && !statement.0.iter().any(belongs_to)
        })
    }
}

fn without_comments(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut from = 0;
    for comment in trave_sql::comments(text, trave_sql::Options::default()) {
        kept.push_str(text.get(from..comment.span.start as usize).unwrap_or_default());
        from = comment.span.end as usize;
    }
    kept.push_str(text.get(from..).unwrap_or_default());
    kept
}

/// The words and signs of a statement, texts left out.
struct Tokens<'t>(Vec<&'t str>);

impl<'t> Tokens<'t> {
    /// What follows the head of a function, if the statement is the first of its body.
    fn of(statement: &'t str) -> Self {
        let body = statement.rsplit('$').next().unwrap_or_default();
        let mut tokens = Vec::new();
        for part in body.split('\'').step_by(2) {
            let is_word = |sign: char| sign.is_alphanumeric() || sign == '_';
            for piece in part.split_inclusive(|sign: char| !is_word(sign)) {
                let word = piece.trim_end_matches(|sign: char| !is_word(sign));
                let sign = piece.get(word.len()..).unwrap_or_default().trim();
                tokens
                    .extend([word, sign].into_iter().filter(|token| !matches!(*token, "" | "\"")));
            }
        }
        Self(tokens)
    }

    fn at(&self, place: usize) -> &'t str {
        self.0.get(place).copied().unwrap_or_default()
    }

    fn is(&self, place: usize, word: &str) -> bool {
        self.at(place).eq_ignore_ascii_case(word)
    }

    fn places(&self, word: &'static str) -> impl Iterator<Item = usize> {
        (0..self.0.len()).filter(move |place| self.is(*place, word))
    }

    /// The place of the table's own name, where one begins: behind the schema.
    fn table_at(&self, place: usize) -> usize {
        let place = if self.is(place, "only") { place + 1 } else { place };
        if self.is(place + 1, ".") { place + 2 } else { place }
    }

    /// `insert into t (…, c, …)`.
    fn inserts(&self, table: &str, column: &str) -> bool {
        self.places("into").any(|into| {
            let name = self.table_at(into + 1);
            let list = name + if self.is(name + 1, "as") { 3 } else { 1 };
            let mut columns = (list + 1..self.0.len()).take_while(|place| !self.is(*place, ")"));
            self.at(name) == table
                && self.is(list, "(")
                && columns.any(|place| self.at(place) == column)
        })
    }

    /// `update t set …, c = …`.
    fn sets(&self, table: &str, column: &str) -> bool {
        self.places("update").any(|update| {
            let name = self.table_at(update + 1);
            let ends = |place: usize| self.is(place, "where") || self.is(place, "from");
            let mut set = (name + 1..self.0.len()).take_while(|place| !ends(*place));
            self.at(name) == table
                && set.any(|place| self.at(place) == column && self.is(place + 1, "="))
        })
    }

    /// A statement about one table, that names the column as its own.
    fn reads(&self, table: &str, column: &str) -> bool {
        let is_clause = |place: &usize| {
            let opens = ["from", "join", "update", "into"].iter().any(|word| self.is(*place, word));
            opens && !self.is(place.wrapping_sub(1), "for") && !self.is(place + 1, "set")
        };
        // `select … into variable` names no table, but variables may be called like columns.
        let clauses: Vec<usize> = (0..self.0.len()).filter(is_clause).collect();
        let about: Vec<usize> = clauses
            .iter()
            .map(|place| self.table_at(place + 1))
            .filter(|name| !self.is(name.wrapping_sub(1), "into"))
            .collect();
        let [name] = about.as_slice() else { return false };
        let alias = self.at(name + if self.is(name + 1, "as") { 2 } else { 1 });
        let is_own = |place: usize| {
            let of = self.at(place.wrapping_sub(2));
            let plain = !self.is(place.wrapping_sub(1), ".");
            self.at(place) == column && (plain || of == table || of == alias)
        };
        self.at(*name) == table
            && (0..self.0.len()).any(|place| {
                is_own(place) && !self.is(place + 1, "(") && !self.is(place.wrapping_sub(1), "into")
            })
    }
}

#[cfg(test)]
mod tests {
    use crate::QualifiedName;
    use crate::testing::catalog;

    #[test]
    fn a_statement_has_to_name_the_column_as_the_tables_own() {
        let catalog = catalog("create table a (id int); create table b (id int, size int);");
        let name = QualifiedName::new("public", "a");
        let names = |text: &str| catalog.text_names_column(text, &name, "size");
        for text in [
            "update public.a set id = 2, size = 1 where id = 1;",
            "insert into a (id, size) values (1, 2);",
            "create function f() returns void as $$ begin select size into s from a x; end $$;",
            "select x.size from a as x where x.id = 1 for update;",
        ] {
            assert!(names(text), "{text}");
        }
        for text in [
            "select id from a; select size from b;",
            "select a.id, b.size from a join b using (id);",
            "select id from a; -- and its size\nselect resize from a;",
            "select id from a where name = 'size';",
            "select id into size from a;",
            "insert into a (id) values (new.size);",
            "create function f() returns table (id int, size int) as $$ select id from a $$;",
            "select id from a where id = other.size;",
        ] {
            assert!(!names(text), "{text}");
        }
    }
}
