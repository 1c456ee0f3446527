//! Words that PostgreSQL keeps for itself.

/// Reserved words: a name that is one of these must be quoted. Sorted.
const RESERVED: &[&str] = &[
    "all",
    "analyse",
    "analyze",
    "and",
    "any",
    "array",
    "as",
    "asc",
    "asymmetric",
    "both",
    "case",
    "cast",
    "check",
    "collate",
    "column",
    "constraint",
    "create",
    "current_catalog",
    "current_date",
    "current_role",
    "current_time",
    "current_timestamp",
    "current_user",
    "default",
    "deferrable",
    "desc",
    "distinct",
    "do",
    "else",
    "end",
    "except",
    "false",
    "fetch",
    "for",
    "foreign",
    "from",
    "grant",
    "group",
    "having",
    "in",
    "initially",
    "intersect",
    "into",
    "lateral",
    "leading",
    "limit",
    "localtime",
    "localtimestamp",
    "not",
    "null",
    "offset",
    "on",
    "only",
    "or",
    "order",
    "placing",
    "primary",
    "references",
    "returning",
    "select",
    "session_user",
    "some",
    "symmetric",
    "system_user",
    "table",
    "then",
    "to",
    "trailing",
    "true",
    "union",
    "unique",
    "user",
    "using",
    "variadic",
    "when",
    "where",
    "window",
    "with",
];

/// Words after a table that begin the next clause, though they are not reserved. Sorted.
const NOT_AN_ALIAS: &[&str] = &[
    "cross",
    "full",
    "inner",
    "isnull",
    "join",
    "left",
    "natural",
    "notnull",
    "outer",
    "overlaps",
    "right",
    "set",
    "straight_join",
    "tablesample",
];

/// Functions that are written without parentheses. Sorted.
const BARE_FUNCTIONS: &[&str] = &[
    "current_catalog",
    "current_date",
    "current_role",
    "current_schema",
    "current_time",
    "current_timestamp",
    "current_user",
    "default",
    "localtime",
    "localtimestamp",
    "session_user",
    "user",
];

/// Whether a folded name is a reserved word.
pub(crate) fn is_reserved(name: &str) -> bool {
    RESERVED.binary_search(&name).is_ok()
}

/// Whether a folded word after a table begins the next clause, and so is no alias.
pub(crate) fn begins_clause(word: &str) -> bool {
    is_reserved(word) || NOT_AN_ALIAS.binary_search(&word).is_ok()
}

/// Whether a folded word calls a function without parentheses.
pub(crate) fn is_bare_function(word: &str) -> bool {
    BARE_FUNCTIONS.binary_search(&word).is_ok()
}

#[cfg(test)]
mod tests {
    use super::{BARE_FUNCTIONS, NOT_AN_ALIAS, RESERVED};

    #[test]
    fn lists_are_sorted() {
        assert!(RESERVED.is_sorted());
        assert!(BARE_FUNCTIONS.is_sorted());
        assert!(NOT_AN_ALIAS.is_sorted());
    }
}
