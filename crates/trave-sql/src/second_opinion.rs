//! What sqlparser makes of a statement that was not understood: a gap of ours, or no SQL at all.
//!
//! Our own readers come first: they know every statement that a catalog needs, with the place of
//! each name. Only what they refuse is asked about here, so that whoever reads the notice knows
//! whether to mend the statement or to report the gap.

use sqlparser::dialect::{Dialect as Grammar, MySqlDialect, PostgreSqlDialect, SQLiteDialect};
use sqlparser::parser::Parser;

use crate::Dialect;

/// Longer statements are data, and asking would cost more than the answer is worth.
const BYTES_MAX: usize = 100_000;

/// Whether a statement is SQL to sqlparser, as far as that is worth asking.
pub(crate) fn is_sql(text: &str, dialect: Dialect) -> bool {
    text.len() <= BYTES_MAX && sqlparser_reads(text, dialect)
}

/// Whether sqlparser reads a text. The measure of how long reading may take, too.
pub fn sqlparser_reads(text: &str, dialect: Dialect) -> bool {
    let grammar: &dyn Grammar = match dialect {
        Dialect::Postgres => &PostgreSqlDialect {},
        Dialect::MySql => &MySqlDialect {},
        Dialect::Sqlite => &SQLiteDialect {},
    };
    Parser::parse_sql(grammar, text).is_ok()
}

#[cfg(test)]
mod tests {
    use super::is_sql;
    use crate::Dialect;

    #[test]
    fn sql_is_told_from_what_is_none() {
        assert!(is_sql("create table a (x int)", Dialect::Postgres));
        assert!(!is_sql("create tabel a (x int)", Dialect::Postgres));
        assert!(!is_sql("((((", Dialect::Sqlite));
    }
}
