//! Names of tables and columns as builders take them: `public.users as u`, `u.id as userId`.

use smol_str::SmolStr;

/// A table with the name that its columns are written with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TableRef {
    /// Its schema, where one is named.
    pub(crate) schema: Option<SmolStr>,
    /// Its name.
    pub(crate) name: SmolStr,
    /// What its columns are written with.
    pub(crate) alias: SmolStr,
}

impl TableRef {
    /// The table that a text names.
    pub(crate) fn of(written: &str) -> Self {
        let (table, alias) = with_alias(written);
        let (schema, name) = match table.rsplit_once('.') {
            Some((schema, name)) => (Some(SmolStr::new(schema)), name),
            None => (None, table),
        };
        let alias = SmolStr::new(alias.unwrap_or(name));
        Self { schema, name: SmolStr::new(name), alias }
    }

    /// The same under another name.
    pub(crate) fn called(self, alias: &str) -> Self {
        Self { alias: SmolStr::new(alias), ..self }
    }
}

/// A column as it is written, apart from the table that it belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ColumnRef<'t> {
    /// What stands before the last dot: the table, without its schema.
    pub(super) table: Option<&'t str>,
    /// The column, or `*`.
    pub(super) name: &'t str,
    /// The name that it has in the result.
    pub(super) alias: Option<&'t str>,
}

impl<'t> ColumnRef<'t> {
    /// The column that a text names.
    pub(super) fn of(written: &'t str) -> Self {
        let (column, alias) = with_alias(written);
        match column.rsplit_once('.') {
            Some((table, name)) => {
                let table = table.rsplit_once('.').map_or(table, |(_, table)| table);
                Self { table: Some(table), name, alias }
            }
            None => Self { table: None, name: column, alias },
        }
    }
}

/// `x as y`, in letters of any size.
fn with_alias(written: &str) -> (&str, Option<&str>) {
    let written = written.trim();
    let mut words = written.split_whitespace();
    match (words.next(), words.next(), words.next(), words.next()) {
        (Some(name), Some(word), Some(alias), None) if word.eq_ignore_ascii_case("as") => {
            (bare(name), Some(bare(alias)))
        }
        _ => (bare(written), None),
    }
}

/// A name without quotes around the whole of it.
fn bare(name: &str) -> &str {
    let inner = |quote: char| name.strip_prefix(quote)?.strip_suffix(quote);
    inner('"').or_else(|| inner('`')).filter(|it| !it.contains(['"', '`'])).unwrap_or(name)
}
