//! What a file declares, and what a project does: ways in, queries, tables and what stands on them.

use lsp_types::{
    DocumentSymbol, DocumentSymbolParams, DocumentSymbolResponse, Location, SymbolInformation,
    SymbolKind, Uri, WorkspaceSymbolParams,
};
use trave_catalog::Table;
use trave_model::{Query, Route};
use trave_source::{FileId, Origin};

use crate::server::Server;
use crate::snapshot::View;
use crate::{uri, worker};

/// As many symbols are listed for one question.
const SYMBOLS_MAX: usize = 500;

/// A symbol before it is known how the client wants it.
struct Symbol {
    name: String,
    detail: String,
    kind: SymbolKind,
    origin: Origin,
    children: Vec<Symbol>,
}

/// Answers `textDocument/documentSymbol`.
pub(crate) fn of_document(
    server: &Server,
    params: &DocumentSymbolParams,
) -> Option<DocumentSymbolResponse> {
    let address = &params.text_document.uri;
    let path = uri::to_path(address)?;
    let root = server.folder_of(&path)?;
    let view = server.view(root)?;
    let file = view.snapshot.file(&worker::relative(root, &path)?)?;
    let mut symbols = in_file(&view, file);
    symbols.sort_by_key(|symbol| symbol.origin.span);
    Some(if server.client.nests_symbols {
        DocumentSymbolResponse::Nested(
            symbols.into_iter().filter_map(|it| nested(&view, it)).collect(),
        )
    } else {
        let mut flat = Vec::new();
        for symbol in symbols {
            flatten(&view, symbol, (address, None), &mut flat);
        }
        DocumentSymbolResponse::Flat(flat)
    })
}

/// Answers `workspace/symbol`: ways in, tables, views and functions.
pub(crate) fn of_workspace(
    server: &Server,
    params: &WorkspaceSymbolParams,
) -> Vec<SymbolInformation> {
    let mut found = Vec::new();
    for view in server.views() {
        let model = view.model();
        let routes = model.routes.iter().map(route);
        let catalogs = model.catalogs.iter();
        let objects = catalogs.flat_map(|catalog| {
            let tables = catalog.tables.values().filter(|it| it.provenance.is_migration());
            let views = catalog.views.values().filter_map(view_symbol);
            let functions = catalog.functions.values().filter_map(function);
            tables.filter_map(table).chain(views).chain(functions)
        });
        for symbol in routes.chain(objects).filter(|it| matches(&it.name, &params.query)) {
            let Some(location) = view.location(symbol.origin) else { continue };
            found.push(information(&symbol, location, None));
            if found.len() >= SYMBOLS_MAX {
                return found;
            }
        }
    }
    found
}

fn in_file(view: &View<'_>, file: FileId) -> Vec<Symbol> {
    let model = view.model();
    let here = |origin: Origin| origin.file == file;
    let mut symbols: Vec<Symbol> =
        model.routes.iter().filter(|it| here(it.origin)).map(route).collect();
    let mut queries: Vec<&Query> =
        model.queries.iter().filter(|it| here(it.facts.origin)).collect();
    queries.sort_by_key(|query| query.facts.origin);
    queries.dedup_by_key(|query| query.facts.origin);
    symbols.extend(queries.into_iter().map(query));
    for catalog in &model.catalogs {
        symbols.extend(catalog.tables.values().filter_map(table).filter(|it| here(it.origin)));
        for of in catalog.tables.values() {
            let loose = parts(of).into_iter().filter(|it| here(it.origin));
            let is_inside = of.origin().is_some_and(here);
            symbols.extend(loose.filter(|_| !is_inside));
        }
        symbols.extend(catalog.views.values().filter_map(view_symbol).filter(|it| here(it.origin)));
        let functions = catalog.functions.values().filter_map(function);
        symbols.extend(functions.filter(|it| here(it.origin)));
    }
    for symbol in &mut symbols {
        symbol.children.retain(|child| here(child.origin));
    }
    symbols
}

fn route(route: &Route) -> Symbol {
    Symbol {
        name: route.title(),
        detail: route.framework.to_owned(),
        kind: SymbolKind::FUNCTION,
        origin: route.origin,
        children: Vec::new(),
    }
}

fn query(query: &Query) -> Symbol {
    let facts = &query.facts;
    let table = facts.table.as_deref().unwrap_or("?");
    Symbol {
        name: format!("{} {table}", query.deed()),
        detail: facts.library.to_owned(),
        kind: SymbolKind::EVENT,
        origin: facts.origin,
        children: Vec::new(),
    }
}

fn table(table: &Table) -> Option<Symbol> {
    let columns = table.columns.iter().map(|column| Symbol {
        name: column.name.to_string(),
        detail: column.type_name.to_string(),
        kind: SymbolKind::FIELD,
        origin: column.origin,
        children: Vec::new(),
    });
    Some(Symbol {
        name: table.name.short(),
        detail: "table".to_owned(),
        kind: SymbolKind::CLASS,
        origin: table.origin()?,
        children: columns.chain(parts(table)).collect(),
    })
}

/// Policies, indexes and triggers of a table.
fn parts(table: &Table) -> Vec<Symbol> {
    let of = table.name.short();
    let part = |name: &str, detail: &str, (kind, origin)| Symbol {
        name: name.to_owned(),
        detail: format!("{detail} of {of}"),
        kind,
        origin,
        children: Vec::new(),
    };
    let policies = table.policies.iter();
    let policies = policies.map(|it| part(&it.name, "policy", (SymbolKind::INTERFACE, it.origin)));
    let indexes = table.indexes.iter().filter(|index| index.constraint.is_none());
    let indexes = indexes.map(|it| part(&it.name, "index", (SymbolKind::KEY, it.origin)));
    let triggers = table.triggers.iter();
    let triggers = triggers.map(|it| part(&it.name, "trigger", (SymbolKind::EVENT, it.origin)));
    policies.chain(indexes).chain(triggers).collect()
}

fn view_symbol(view: &trave_catalog::View) -> Option<Symbol> {
    Some(Symbol {
        name: view.name.short(),
        detail: "view".to_owned(),
        kind: SymbolKind::INTERFACE,
        origin: view.provenance.origin()?,
        children: Vec::new(),
    })
}

fn function(function: &trave_catalog::Function) -> Option<Symbol> {
    Some(Symbol {
        name: function.name.short(),
        detail: function.kind().to_owned(),
        kind: SymbolKind::FUNCTION,
        origin: function.provenance.origin()?,
        children: Vec::new(),
    })
}

/// Whether the letters of a question stand in a name in their order.
fn matches(name: &str, question: &str) -> bool {
    let mut letters = name.chars().flat_map(char::to_lowercase);
    let mut wanted = question.chars().flat_map(char::to_lowercase).filter(|it| *it != ' ');
    wanted.all(|letter| letters.any(|it| it == letter))
}

#[expect(deprecated, reason = "the protocol still wants the field")]
fn nested(view: &View<'_>, symbol: Symbol) -> Option<DocumentSymbol> {
    let range = view.range(symbol.origin)?;
    let children: Vec<DocumentSymbol> =
        symbol.children.into_iter().filter_map(|child| nested(view, child)).collect();
    // What is inside has to lie inside.
    let end = children.iter().map(|child| child.range.end).fold(range.end, Ord::max);
    let start = children.iter().map(|child| child.range.start).fold(range.start, Ord::min);
    Some(DocumentSymbol {
        name: symbol.name,
        detail: Some(symbol.detail),
        kind: symbol.kind,
        tags: None,
        deprecated: None,
        range: lsp_types::Range { start, end },
        selection_range: range,
        children: Some(children).filter(|all| !all.is_empty()),
    })
}

fn flatten(
    view: &View<'_>,
    symbol: Symbol,
    (address, inside): (&Uri, Option<&str>),
    flat: &mut Vec<SymbolInformation>,
) {
    if let Some(range) = view.range(symbol.origin) {
        let location = Location { uri: address.clone(), range };
        flat.push(information(&symbol, location, inside.map(str::to_owned)));
    }
    let name = symbol.name;
    for child in symbol.children {
        flatten(view, child, (address, Some(&name)), flat);
    }
}

#[expect(deprecated, reason = "the protocol still wants the field")]
fn information(symbol: &Symbol, location: Location, inside: Option<String>) -> SymbolInformation {
    SymbolInformation {
        name: symbol.name.clone(),
        kind: symbol.kind,
        tags: None,
        deprecated: None,
        location,
        container_name: inside.or_else(|| Some(symbol.detail.clone())),
    }
}
