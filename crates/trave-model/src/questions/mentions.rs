//! Where the code names tables, columns and functions of the database: for those who lead people
//! from one side to the other.

use smol_str::SmolStr;
use trave_backend::query::{Embed, Operation, Selection};
use trave_backend::value::{Shape, Value};
use trave_catalog::{Catalog, QualifiedName, Table};
use trave_source::{FileId, Origin, Span};

use crate::model::{Model, Query, QueryRef};

/// Longer texts name no table but hold one.
const TARGET_BYTES_MAX: usize = 200;

/// How deep embeds are followed.
const DEPTH_MAX: usize = 8;

/// Something of a catalog that has a name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Entity {
    /// A table or view.
    Relation(QualifiedName),
    /// A column of one.
    Column(QualifiedName, SmolStr),
    /// A function.
    Function(QualifiedName),
}

/// A place in the code that names something of a catalog.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mention {
    /// The name, as far as it stands there.
    pub origin: Origin,
    /// What it names.
    pub entity: Entity,
    /// The catalog, by index.
    pub catalog: usize,
    /// The query that names it.
    pub query: QueryRef,
}

impl Model {
    /// What the queries of a file name, in the order in which it stands there.
    pub fn mentions_in(&self, file: FileId) -> Vec<Mention> {
        let queries = self.queries.iter().filter(|query| touches(query, file));
        let mut found: Vec<Mention> = queries.flat_map(|query| self.mentions(query)).collect();
        found.retain(|mention| mention.origin.file == file);
        unique(found)
    }

    /// Every place in the code that names something of a catalog.
    pub fn mentions_of(&self, catalog: usize, entity: &Entity) -> Vec<Mention> {
        let queries = self.queries.iter().filter(|query| may_name(query, entity));
        let found = queries.flat_map(|query| self.mentions(query));
        let is_it = |mention: &Mention| mention.catalog == catalog && mention.entity == *entity;
        unique(found.filter(is_it).collect())
    }

    /// The innermost query around a byte of a file.
    pub fn query_around(&self, file: FileId, offset: u32) -> Option<&Query> {
        let here = Span { start: offset, end: offset };
        let around = self
            .queries
            .iter()
            .filter(|query| query.facts.origin.file == file && query.facts.origin.span.holds(here));
        around.min_by_key(|query| query.facts.origin.span.len())
    }

    /// The tables that a query names, its own first.
    pub fn tables_named_by<'m>(&'m self, query: &Query) -> Vec<&'m Table> {
        let Some(catalog) = self.catalog_at(query.facts.origin) else { return Vec::new() };
        let own = self.table_of(query);
        let mut tables: Vec<&Table> = own.into_iter().collect();
        embedded_tables(catalog, own, (&query.facts.selection, 0), &mut tables);
        tables
    }

    /// What a query names.
    fn mentions(&self, query: &Query) -> Vec<Mention> {
        let facts = &query.facts;
        let Some(at) = self.catalog_of_file.get(&facts.origin.file) else { return Vec::new() };
        let (Some(catalog), Some(name)) = (self.catalogs.get(*at), query.table_name()) else {
            return Vec::new();
        };
        let mut reader = Reader { model: self, catalog, at: *at, query, found: Vec::new() };
        if facts.operation == Some(Operation::Call) {
            reader.name(facts.target_origin, &name.name, Entity::Function(name.clone()));
            return reader.found;
        }
        reader.target(&name);
        reader.selection(&facts.selection, (&name, 0));
        reader.conditions(&name);
        reader.written(&name);
        reader.found
    }
}

/// Whether a query can name something, as far as a glance tells.
fn may_name(query: &Query, entity: &Entity) -> bool {
    let (Entity::Relation(name) | Entity::Column(name, _) | Entity::Function(name)) = entity;
    query.facts.table.as_ref() == Some(&name.name) || !query.facts.selection.embeds.is_empty()
}

/// Whether a query stands in a file, or a part of it does.
fn touches(query: &Query, file: FileId) -> bool {
    let facts = &query.facts;
    let mut parts =
        facts.filters.iter().map(|it| it.origin).chain(
            facts.order.iter().map(|it| it.origin).chain([facts.origin, facts.target_origin]),
        );
    parts.any(|origin| origin.file == file)
}

fn unique(mut found: Vec<Mention>) -> Vec<Mention> {
    found.sort();
    found.dedup_by(|left, right| left.origin == right.origin && left.entity == right.entity);
    found
}

/// The table that an embed leads to: by its own name, or by the key or column that refers to it.
fn embedded<'c>(catalog: &'c Catalog, from: Option<&Table>, embed: &Embed) -> Option<&'c Table> {
    let schema = from.map(|table| table.name.schema.as_str());
    let by_name = catalog.find_table(schema, &embed.relation);
    by_name.or_else(|| {
        let names = |name: &SmolStr| *name == embed.relation;
        let mut keys = from?.foreign_keys.iter();
        let key = keys.find(|key| names(&key.name) || key.columns.iter().any(names))?;
        catalog.tables.get(&key.target)
    })
}

fn embedded_tables<'c>(
    catalog: &'c Catalog,
    from: Option<&Table>,
    (selection, depth): (&Selection, usize),
    tables: &mut Vec<&'c Table>,
) {
    for embed in selection.embeds.iter().filter(|_| depth < DEPTH_MAX) {
        let table = embedded(catalog, from, embed);
        tables.extend(table);
        embedded_tables(catalog, table, (&embed.selection, depth + 1), tables);
    }
}

/// Gathers what one query names.
struct Reader<'m> {
    model: &'m Model,
    catalog: &'m Catalog,
    at: usize,
    query: &'m Query,
    found: Vec<Mention>,
}

impl Reader<'_> {
    /// Notes a name that stands somewhere in a place.
    fn name(&mut self, place: Origin, name: &str, entity: Entity) {
        if let Some(origin) = self.find(place, name) {
            self.add(origin, entity);
        }
    }

    /// Notes what names the table. Code may call it otherwise, by a constant or as in
    /// `prisma.note.findMany`: then the last word does, the method apart.
    fn target(&mut self, name: &QualifiedName) {
        let facts = &self.query.facts;
        let place = facts.target_origin;
        let text = self.model.sources.slice(place);
        let is_narrow = place != facts.origin && text.len() <= TARGET_BYTES_MAX;
        let after = place.span.end;
        let after = Span { start: after, end: after.saturating_add(1) }.in_file(place.file);
        let is_method = matches!(self.model.sources.slice(after), "(" | "<");
        let otherwise = || {
            let span = if is_method { receiver(text) } else { last_word(text, text.len()) };
            Some(span.filter(|_| is_narrow)?.shifted(place.span.start).in_file(place.file))
        };
        if let Some(origin) = self.find(place, &name.name).or_else(otherwise) {
            self.add(origin, Entity::Relation(name.clone()));
        }
    }

    fn add(&mut self, origin: Origin, entity: Entity) {
        let (catalog, query) = (self.at, self.query.id);
        self.found.push(Mention { origin, entity, catalog, query });
    }

    fn column(&mut self, place: Origin, table: &QualifiedName, column: &str) {
        let entity = Entity::Column(table.clone(), column.into());
        self.name(place, column, entity);
    }

    fn find(&self, place: Origin, name: &str) -> Option<Origin> {
        let text = self.model.sources.slice(place);
        let span = find_name(text, name)?;
        Some(span.shifted(place.span.start).in_file(place.file))
    }

    fn selection(&mut self, selection: &Selection, (table, depth): (&QualifiedName, usize)) {
        for column in &selection.columns {
            self.column(column.origin, table, &column.name);
        }
        if depth >= DEPTH_MAX {
            return;
        }
        let from = self.catalog.tables.get(table);
        for embed in &selection.embeds {
            let Some(target) = embedded(self.catalog, from, embed) else { continue };
            self.add(embed.origin, Entity::Relation(target.name.clone()));
            self.selection(&embed.selection, (&target.name, depth + 1));
        }
    }

    fn conditions(&mut self, own: &QualifiedName) {
        let facts = &self.query.facts;
        for filter in &facts.filters {
            let Some(table) = self.table(own, filter.relation.as_deref()) else { continue };
            self.column(filter.origin, &table, &filter.column);
        }
        for key in &facts.order {
            let Some(table) = self.table(own, key.relation.as_deref()) else { continue };
            if let Some(column) = &key.column {
                self.column(key.origin, &table, column);
            }
        }
    }

    /// The table whose rows a filter or an order is about.
    fn table(&self, own: &QualifiedName, relation: Option<&str>) -> Option<QualifiedName> {
        let Some(relation) = relation else { return Some(own.clone()) };
        let from = self.catalog.tables.get(own);
        let mut embeds = self.query.facts.selection.embeds.iter();
        let is_it =
            |embed: &&Embed| embed.relation == relation || embed.alias.as_deref() == Some(relation);
        let target = embedded(self.catalog, from, embeds.find(is_it)?)?;
        Some(target.name.clone())
    }

    /// Columns that are written, where the names stand in the query itself.
    fn written(&mut self, own: &QualifiedName) {
        let facts = &self.query.facts;
        let Some(payload) = &facts.payload else { return };
        let mut place = facts.origin;
        if facts.target_origin.file == place.file {
            place.span.start = place.span.start.max(facts.target_origin.span.end);
        }
        for column in columns_of(payload) {
            self.column(place, own, column);
        }
    }
}

/// The fields of a row that is written, or of the first of several.
fn columns_of(payload: &Value) -> Vec<&SmolStr> {
    match &payload.shape {
        Shape::Object(object) => object.fields.keys().collect(),
        Shape::Array(items) => items.first().map(columns_of).unwrap_or_default(),
        _ => Vec::new(),
    }
}

/// Where a text names something first, in the spelling of the database or in that of code:
/// `ownerId` is `owner_id`. The name of the method that a text begins with is none.
fn find_name(text: &str, name: &str) -> Option<Span> {
    let mut at = 0;
    let words = text.split_inclusive(|sign: char| !is_part(sign)).map(|piece| {
        let start = at;
        at += piece.len();
        (start, piece.trim_end_matches(|sign: char| !is_part(sign)))
    });
    let is_method = |start: usize, word: &str| {
        start == 0 && text.get(word.len()..).is_some_and(|rest| rest.starts_with('('))
    };
    let same = |word: &str| word == name || spelled_alike(word, name);
    let mut found = words.filter(|(start, word)| same(word) && !is_method(*start, word));
    let (start, word) = found.next()?;
    Some(Span::new(start, start + word.len()))
}

/// The last word of the first bytes of a text.
fn last_word(text: &str, bytes: usize) -> Option<Span> {
    let end = text.get(..bytes)?.trim_end_matches(|sign: char| !is_part(sign)).len();
    let start = text.get(..end)?.trim_end_matches(is_part).len();
    (start < end).then(|| Span::new(start, end))
}

/// The last word before the name of a method that a text ends with; that name where nothing stands
/// before it.
fn receiver(text: &str) -> Option<Span> {
    let method = last_word(text, text.len())?;
    last_word(text, method.start as usize).or(Some(method))
}

fn is_part(sign: char) -> bool {
    sign.is_alphanumeric() || sign == '_' || sign == '$'
}

fn spelled_alike(left: &str, right: &str) -> bool {
    let letters = |name: &str| {
        name.chars().filter(|it| *it != '_').flat_map(char::to_lowercase).collect::<String>()
    };
    !left.is_empty() && letters(left) == letters(right)
}

#[cfg(test)]
mod tests {
    use trave_source::Span;

    use super::{find_name, last_word, receiver};

    #[track_caller]
    fn check(text: &str, name: &str, expected: Option<&str>) {
        let found = find_name(text, name);
        let found = found.and_then(|span| text.get(span.start as usize..span.end as usize));
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn the_last_word_names_a_table_that_code_calls_otherwise() {
        let word = |span: Option<Span>, text: &str| {
            span.and_then(|it| text.get(it.start as usize..it.end as usize)).map(str::to_owned)
        };
        for (text, expected) in [("prisma\n  .note.findMany", "note"), ("knex", "knex")] {
            assert_eq!(word(receiver(text), text).as_deref(), Some(expected));
        }
        let text = "notesTable";
        assert_eq!(word(last_word(text, text.len()), text).as_deref(), Some("notesTable"));
        assert_eq!(last_word("''", 2), None);
        assert_eq!(receiver(""), None);
    }

    #[test]
    fn a_name_is_found_as_a_whole_word_and_in_both_spellings() {
        check("eq('owner_id', id)", "owner_id", Some("owner_id"));
        check("{ ownerId: me }", "owner_id", Some("ownerId"));
        check("eq('id_owner', 1)", "owner", None);
        check("filter('filter', 'eq', 1)", "filter", Some("filter"));
        assert_eq!(find_name("filter('filter')", "filter").unwrap().start, 8);
        check("", "a", None);
        check("ä('é')", "é", Some("é"));
    }
}
