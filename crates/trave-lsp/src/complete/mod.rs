//! Names of the schema while they are typed: in chains of calls, in SQL in strings, in migrations.

mod chain;
mod sql;

use std::path::{Path, PathBuf};

use lsp_types::{
    CompletionItem, CompletionItemKind, CompletionParams, CompletionResponse, CompletionTextEdit,
    Documentation, MarkupContent, MarkupKind, TextEdit,
};
use serde::{Deserialize, Serialize};
use trave_catalog::{Catalog, Function, QualifiedName, Table};
use trave_model::Entity;
use trave_source::Span;

use crate::describe;
use crate::place::Here;
use crate::server::Server;
use crate::tokens::{Kind, Token, tokens};
use crate::words::{is_part, slice};

/// As many names are offered.
const ITEMS_MAX: usize = 1000;

/// A name on offer.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Offer {
    /// What is written.
    text: String,
    /// What stands beside it.
    detail: String,
    /// What it is.
    entity: Option<Entity>,
    kind: OfferKind,
}

/// What a name on offer is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
enum OfferKind {
    Column,
    Relation,
    Function,
    Argument,
}

/// Answers `textDocument/completion`.
pub(crate) fn complete(server: &Server, params: &CompletionParams) -> Option<CompletionResponse> {
    let here = server.here(&params.text_document_position)?;
    let (at, catalog) = here.catalog().or_else(|| only_catalog(&here))?;
    let (offers, span) = offers(&here, catalog)?;
    let uri = &params.text_document_position.text_document.uri;
    let document = server.documents.get(&crate::uri::to_path(uri)?)?;
    let range = document.lines(server.client.encoding).range(span);
    let root = here.view.root;
    let item = |offer: &Offer| {
        let about = offer.entity.as_ref();
        let about = about.and_then(|entity| serde_json::to_value(About::of(root, at, entity)).ok());
        CompletionItem {
            label: offer.text.clone(),
            detail: Some(offer.detail.clone()),
            kind: Some(match offer.kind {
                OfferKind::Column => CompletionItemKind::FIELD,
                OfferKind::Relation => CompletionItemKind::CLASS,
                OfferKind::Function => CompletionItemKind::FUNCTION,
                OfferKind::Argument => CompletionItemKind::PROPERTY,
            }),
            text_edit: Some(CompletionTextEdit::Edit(TextEdit {
                range,
                new_text: offer.text.clone(),
            })),
            data: about,
            ..CompletionItem::default()
        }
    };
    Some(CompletionResponse::Array(offers.iter().take(ITEMS_MAX).map(item).collect()))
}

/// Answers `completionItem/resolve`: tells all about the one name that is looked at.
pub(crate) fn resolve(server: &Server, mut item: CompletionItem) -> CompletionItem {
    let about = item.data.clone().and_then(|data| serde_json::from_value::<About>(data).ok());
    let text = about.and_then(|about| {
        let view = server.view(&about.root)?;
        describe::object(view.model(), about.catalog, &about.entity()?)
    });
    item.documentation = text.map(|value| {
        Documentation::MarkupContent(MarkupContent { kind: MarkupKind::Markdown, value })
    });
    item
}

/// What a name on offer means, as the client keeps it until it asks.
#[derive(Serialize, Deserialize)]
struct About {
    root: PathBuf,
    catalog: usize,
    kind: OfferKind,
    schema: String,
    name: String,
    column: String,
}

impl About {
    fn of(root: &Path, catalog: usize, entity: &Entity) -> Self {
        let (kind, name, column) = match entity {
            Entity::Relation(name) => (OfferKind::Relation, name, String::new()),
            Entity::Column(name, column) => (OfferKind::Column, name, column.to_string()),
            Entity::Function(name) => (OfferKind::Function, name, String::new()),
        };
        let (schema, name) = (name.schema.to_string(), name.name.to_string());
        Self { root: root.to_owned(), catalog, kind, schema, name, column }
    }

    fn entity(&self) -> Option<Entity> {
        let name = QualifiedName::new(&self.schema, &self.name);
        Some(match self.kind {
            OfferKind::Relation => Entity::Relation(name),
            OfferKind::Column => Entity::Column(name, self.column.as_str().into()),
            OfferKind::Function => Entity::Function(name),
            OfferKind::Argument => return None,
        })
    }
}

/// The catalog of a file that nobody has analysed yet, where there is no choice.
fn only_catalog<'a>(here: &Here<'a>) -> Option<(usize, &'a Catalog)> {
    match here.view.model().catalogs.as_slice() {
        [only] => Some((0, only)),
        _ => None,
    }
}

/// The names that fit, and what they replace.
fn offers(here: &Here<'_>, catalog: &Catalog) -> Option<(Vec<Offer>, Span)> {
    let (text, offset) = (here.text, here.offset);
    if here.is_sql() {
        let statement = sql::typed_statement(text, offset);
        let written = slice(text, Span { start: statement.start, end: offset });
        let offers = sql::offers(catalog, written, slice(text, statement));
        return Some((offers, word_before(text, statement, offset)));
    }
    let pieces = tokens(text);
    let at = pieces.partition_point(|token| token.span.end < offset);
    let inside = |token: &&Token| {
        let is_text = matches!(token.kind, Kind::Text | Kind::Template);
        is_text && token.span.start <= offset && offset <= token.span.end
    };
    let before = pieces.get(..at).unwrap_or_default();
    let Some(around) = pieces.get(at).filter(inside) else {
        // No text: perhaps the key of an object.
        let offers = chain::arguments(catalog, text, before)?;
        return Some((
            offers,
            crate::words::word_at(text, offset)
                .map_or(Span { start: offset, end: offset }, |span| Span { end: offset, ..span }),
        ));
    };
    let written = slice(text, Span { start: around.span.start, end: offset });
    let offers = chain::offers(catalog, text, (before, written)).or_else(|| {
        let whole = sql_around(text, &pieces, at);
        sql::is_sql(&whole).then(|| sql::offers(catalog, written, &whole))
    })?;
    Some((offers, word_before(text, around.span, offset)))
}

/// The whole text of a template, holes left out.
fn sql_around(text: &str, pieces: &[Token], at: usize) -> String {
    let is_template = |token: &&Token| token.kind == Kind::Template;
    let Some(around) = pieces.get(at).filter(is_template) else {
        return pieces.get(at).map(|token| slice(text, token.span).to_owned()).unwrap_or_default();
    };
    // Parts of one template follow each other with a hole between them.
    let begins = |token: &Token| {
        text.get(..token.span.start as usize).is_some_and(|before| before.ends_with('`'))
    };
    let ends = |token: &Token| {
        text.get(token.span.end as usize..).is_some_and(|after| !after.starts_with("${"))
    };
    let mut parts = vec![slice(text, around.span)];
    let mut first = *around;
    for token in pieces.iter().take(at).rev().filter(is_template) {
        if begins(&first) {
            break;
        }
        parts.insert(0, slice(text, token.span));
        first = *token;
    }
    let mut last = *around;
    for token in pieces.iter().skip(at + 1).filter(is_template) {
        if ends(&last) {
            break;
        }
        parts.push(slice(text, token.span));
        last = *token;
    }
    parts.join(" ? ")
}

/// What has been typed of a name.
fn word_before(text: &str, around: Span, offset: u32) -> Span {
    let written = slice(text, Span { start: around.start, end: offset });
    let length = written.len() - written.trim_end_matches(is_part).len();
    let length = u32::try_from(length).unwrap_or(0);
    Span { start: offset - length, end: offset }
}

impl Offer {
    fn relation(name: &trave_catalog::QualifiedName, detail: &str) -> Self {
        Self {
            text: name.name.to_string(),
            detail: detail.to_owned(),
            entity: Some(Entity::Relation(name.clone())),
            kind: OfferKind::Relation,
        }
    }

    fn function(function: &Function) -> Self {
        Self {
            text: function.name.name.to_string(),
            detail: format!("{} → {}", function.signature(), function.returns),
            entity: Some(Entity::Function(function.name.clone())),
            kind: OfferKind::Function,
        }
    }

    fn argument(argument: &trave_catalog::FunctionArgument) -> Option<Self> {
        Some(Self {
            text: argument.name.as_ref()?.to_string(),
            detail: argument.type_name.to_string(),
            entity: None,
            kind: OfferKind::Argument,
        })
    }
}

/// The columns of a table.
fn columns(table: &Table) -> Vec<Offer> {
    let offer = |column: &trave_catalog::Column| {
        let null = if column.not_null { " not null" } else { "" };
        Offer {
            text: column.name.to_string(),
            detail: format!("{}{null} · {}", column.type_name, table.name.short()),
            entity: Some(Entity::Column(table.name.clone(), column.name.clone())),
            kind: OfferKind::Column,
        }
    };
    table.columns.iter().map(offer).collect()
}

/// Tables and views of a schema; of all that the project made where none is named.
fn relations(catalog: &Catalog, schema: Option<&str>) -> Vec<Offer> {
    let fits = |name: &trave_catalog::QualifiedName, is_own: bool| match schema {
        Some(schema) => name.schema == schema,
        None => is_own,
    };
    let tables = catalog.tables.values();
    let tables = tables.filter(|it| fits(&it.name, it.provenance.origin().is_some()));
    let views = catalog.views.values();
    let views = views.filter(|it| fits(&it.name, it.provenance.origin().is_some()));
    let tables = tables.map(|it| Offer::relation(&it.name, "table"));
    tables.chain(views.map(|it| Offer::relation(&it.name, "view"))).collect()
}
