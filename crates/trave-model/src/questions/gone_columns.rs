//! Functions of the database that name a column which is gone: they fail when they run.

use trave_catalog::{Catalog, Function, PastColumn, Table};
use trave_source::{Origin, Span};

use crate::model::Model;

/// A column that is gone, and a function that names it all the same.
#[derive(Debug, Clone)]
pub struct GoneColumn<'m> {
    /// The table that had it.
    pub table: &'m Table,
    /// What became of it.
    pub past: &'m PastColumn,
    /// Where the function names it.
    pub origin: Origin,
}

impl Model {
    /// Columns that are gone and that the body of a function takes to be there.
    pub fn gone_columns<'m>(
        &self,
        catalog: &'m Catalog,
        function: &'m Function,
    ) -> Vec<GoneColumn<'m>> {
        let Some(made) = function.provenance.origin().filter(|_| is_certain(catalog, function))
        else {
            return Vec::new();
        };
        let tables = catalog.tables.values().filter(|it| !it.past_columns.is_empty());
        let known = tables.filter(|it| it.provenance.is_migration() && it.columns_known);
        let mut found: Vec<GoneColumn<'m>> = Vec::new();
        for (table, past) in known.flat_map(|it| it.past_columns.iter().map(move |one| (it, one))) {
            let name = past.name.as_str();
            let is_gone = table.column(name).is_none()
                && !catalog.pending.holds(past.origin)
                && !self.is_shown_by_types(catalog, table, name);
            if !is_gone || !function.body.contains(name) || is_own_name(function, name) {
                continue;
            }
            let names = catalog.text_names_column(&function.body, &table.name, name)
                || names_in_row(catalog, function, (table, name));
            if names && !found.iter().any(|it| it.past.name == past.name) {
                let origin = self.place_in(made, function, name).unwrap_or(made);
                found.push(GoneColumn { table, past, origin });
            }
        }
        found
    }

    /// Whether generated types of the project show a column.
    fn is_shown_by_types(&self, catalog: &Catalog, table: &Table, column: &str) -> bool {
        let tables = self.generated.get(&catalog.root).into_iter().flatten();
        tables.into_iter().any(|it| {
            it.schema == table.name.schema
                && it.name == table.name.name
                && it.columns.iter().any(|shown| shown == column)
        })
    }

    /// Where the body of a function names something first.
    fn place_in(&self, made: Origin, function: &Function, name: &str) -> Option<Origin> {
        let text = &self.sources.get(made.file)?.text;
        let from = made.span.end as usize;
        let body = from + text.get(from..)?.find(function.body.trim())?;
        let end = body + function.body.trim().len();
        let at = words(text.get(body..end)?).find(|(_, word)| *word == name)?.0 + body;
        Some(Span::new(at, at + name.len()).in_file(made.file))
    }
}

/// Whether the body is what runs, and can be read.
fn is_certain(catalog: &Catalog, function: &Function) -> bool {
    function.provenance.is_migration()
        && !catalog.unknown.contains(&function.name)
        && matches!(function.language.as_str(), "sql" | "plpgsql")
}

/// Whether the name is also that of an argument, a result or a variable.
fn is_own_name(function: &Function, name: &str) -> bool {
    let is_argument = |it: &trave_catalog::FunctionArgument| it.name.as_deref() == Some(name);
    let body = function.body.to_lowercase();
    let declared = body.split("begin").next().filter(|_| body.contains("declare"));
    function.arguments.iter().any(is_argument)
        || declared.is_some_and(|it| words(it).any(|(_, word)| word == name))
}

/// Whether a function of triggers asks `new` or `old` for a column that no row has that it is run
/// for.
fn names_in_row(catalog: &Catalog, function: &Function, (table, name): (&Table, &str)) -> bool {
    if !function.is_for_triggers() {
        return false;
    }
    let runs = |it: &&Table| it.triggers.iter().any(|one| one.function == function.name);
    let mut tables = catalog.tables.values().filter(runs);
    let runs_here = tables.clone().any(|it| it.name == table.name);
    let body = function.body.to_lowercase();
    let asks = words(&body).any(|(at, word)| {
        let before = body.get(..at).unwrap_or_default();
        word == name && (before.ends_with("new.") || before.ends_with("old."))
    });
    runs_here && asks && tables.all(|it| it.columns_known && it.column(name).is_none())
}

/// The words of a text with their places, without those in comments at the end of a line.
fn words(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let lines = text.split_inclusive('\n').scan(0, |start, line| {
        let at = *start;
        *start += line.len();
        Some((at, line.split("--").next().unwrap_or_default()))
    });
    lines.flat_map(|(start, line)| {
        let parts = line.split_inclusive(|sign: char| !sign.is_alphanumeric() && sign != '_');
        parts.scan(start, |at, part| {
            let here = *at;
            *at += part.len();
            let word = part.trim_end_matches(|sign: char| !sign.is_alphanumeric() && sign != '_');
            Some((here, word))
        })
    })
}
