//! What a name in SQL means: tables first, then columns of the tables of the same statement.

use trave_catalog::{Catalog, QualifiedName, Table};
use trave_model::Entity;
use trave_source::Span;

use crate::words::{is_part, qualifier, slice, word_at, words};

/// Longer texts are dumps: a window around the cursor is looked at instead of statements.
const BYTES_MAX: usize = 1 << 20;

/// How much of a long text is looked at on both sides.
const WINDOW: u32 = 4096;

/// Words behind which a table is named.
const BEFORE_RELATION: [&str; 11] = [
    "from",
    "join",
    "into",
    "update",
    "table",
    "on",
    "references",
    "only",
    "exists",
    "truncate",
    "view",
];

/// What the name at a byte of a text of SQL means.
pub(crate) fn entity_at(catalog: &Catalog, text: &str, offset: u32) -> Option<(Entity, Span)> {
    let span = word_at(text, offset)?;
    let statement = statement_at(text, offset);
    let name = Name {
        word: slice(text, span).to_lowercase(),
        exact: slice(text, span),
        qualifier: qualifier(text, span.start).map(str::to_lowercase),
        after: word_before(text, span.start).to_lowercase(),
    };
    entity(catalog, slice(text, statement), &name).map(|entity| (entity, span))
}

/// What a name in a statement means.
fn entity(catalog: &Catalog, statement: &str, name: &Name<'_>) -> Option<Entity> {
    if let Some(qualifier) = &name.qualifier {
        return name.relation(catalog, Some(qualifier)).or_else(|| {
            let table = catalog.find_table(None, qualifier);
            // `n.id`: an alias may stand for any table of the statement.
            let tables = table.map_or_else(|| tables_of(catalog, statement), |table| vec![table]);
            name.column(&tables)
        });
    }
    let relation = name.relation(catalog, None);
    if relation.is_some() && BEFORE_RELATION.contains(&name.after.as_str()) {
        return relation;
    }
    name.column(&tables_of(catalog, statement)).or(relation).or_else(|| name.function(catalog))
}

/// The statement around a byte.
pub(crate) fn statement_at(text: &str, offset: u32) -> Span {
    if text.len() > BYTES_MAX {
        let end = u32::try_from(text.len()).unwrap_or(u32::MAX);
        return Span { start: offset.saturating_sub(WINDOW), end: end.min(offset + WINDOW) };
    }
    let here = Span { start: offset, end: offset };
    let mut statements = trave_sql::statements(text, trave_sql::Options::default());
    let around = statements.find(|statement| statement.span.holds(here));
    around.map_or(here, |statement| statement.span)
}

/// The tables that a text names, in the order in which it does.
pub(crate) fn tables_of<'c>(catalog: &'c Catalog, text: &str) -> Vec<&'c Table> {
    let mut tables: Vec<&Table> = Vec::new();
    let mut before = "";
    for word in words(text) {
        let in_schema = catalog.tables.get(&QualifiedName::new(before, word));
        let table = in_schema.or_else(|| find_table(catalog, word));
        before = word;
        let is_new = |table: &&Table| !tables.iter().any(|known| std::ptr::eq(*known, *table));
        if let Some(table) = table.filter(is_new) {
            tables.push(table);
        }
    }
    tables
}

fn find_table<'c>(catalog: &'c Catalog, word: &str) -> Option<&'c Table> {
    let exact = catalog.find_table(None, word);
    exact.or_else(|| catalog.find_table(None, &word.to_lowercase()))
}

/// A name with what stands before it.
struct Name<'t> {
    word: String,
    exact: &'t str,
    qualifier: Option<String>,
    after: String,
}

impl Name<'_> {
    fn spellings(&self) -> [&str; 2] {
        [self.exact, &self.word]
    }

    fn relation(&self, catalog: &Catalog, schema: Option<&str>) -> Option<Entity> {
        let find = |name: &str| {
            let table = catalog.find_table(schema, name).map(|table| &table.name);
            table.or_else(|| catalog.find_view(schema, name).map(|view| &view.name))
        };
        self.spellings().into_iter().find_map(find).cloned().map(Entity::Relation)
    }

    fn column(&self, tables: &[&Table]) -> Option<Entity> {
        tables.iter().find_map(|table| {
            let column = self.spellings().into_iter().find_map(|name| table.column(name))?;
            Some(Entity::Column(table.name.clone(), column.name.clone()))
        })
    }

    fn function(&self, catalog: &Catalog) -> Option<Entity> {
        let mut functions = catalog.functions.keys().map(|(name, _)| name);
        let is_it = |name: &&QualifiedName| self.spellings().contains(&name.name.as_str());
        functions.find(is_it).cloned().map(Entity::Function)
    }
}

/// The word before a name, past its schema and what makes no difference.
fn word_before(text: &str, start: u32) -> &str {
    let mut before = text.get(..start as usize).unwrap_or_default();
    if let Some(rest) = before.trim_end_matches('"').strip_suffix('.') {
        before = rest.trim_end_matches('"').trim_end_matches(is_part);
    }
    let before = before.trim_end_matches('"').trim_end();
    before.get(before.trim_end_matches(is_part).len()..).unwrap_or_default()
}
