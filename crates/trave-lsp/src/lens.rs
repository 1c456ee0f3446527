//! A line above each handler that tells what it does, and a word behind each query.

use std::path::Path;

use lsp_types::{
    CodeLens, CodeLensParams, Command, InlayHint, InlayHintKind, InlayHintLabel, InlayHintParams,
    InlayHintTooltip, Position,
};
use serde_json::json;
use trave_catalog::Table;
use trave_model::{Model, Query};
use trave_source::{FileId, Span};

use crate::server::Server;
use crate::snapshot::View;
use crate::{uri, worker};

/// Answers `textDocument/codeLens`.
pub(crate) fn lenses(server: &Server, params: &CodeLensParams) -> Vec<CodeLens> {
    let found = || {
        let (view, file) = file_of(server, &params.text_document.uri)?;
        let model = view.model();
        let routes = model.routes.iter().filter(|route| route.origin.file == file);
        let lens = |route: &trave_model::Route| {
            let command = Command {
                title: trave_report::route_brief(model, route),
                command: "trave.showRoute".to_owned(),
                arguments: Some(vec![json!({
                    "uri": params.text_document.uri, "method": route.method, "path": route.path,
                })]),
            };
            let mut range = view.range(route.origin)?;
            range.end = Position { line: range.start.line, ..range.end }.max(range.start);
            Some(CodeLens { range, command: Some(command), data: None })
        };
        Some(routes.filter_map(lens).collect())
    };
    if server.settings.code_lens { found().unwrap_or_default() } else { Vec::new() }
}

/// Answers `textDocument/inlayHint`.
pub(crate) fn hints(server: &Server, params: &InlayHintParams) -> Vec<InlayHint> {
    if !server.settings.inlay_hints {
        return Vec::new();
    }
    let Some((view, file)) = file_of(server, &params.text_document.uri) else { return Vec::new() };
    let mut hints: Vec<InlayHint> = Vec::new();
    let queries = view.model().queries.iter();
    for query in queries.filter(|it| it.facts.origin.file == file && it.sent) {
        let Some(hint) = hint(&view, query) else { continue };
        let is_asked = params.range.start <= hint.position && hint.position <= params.range.end;
        let is_new = !hints.iter().any(|known| known.position == hint.position);
        if is_asked && is_new {
            hints.push(hint);
        }
    }
    hints
}

/// Everything that lenses and hints of a file say, without its places.
pub(crate) fn words_of(view: &View<'_>, path: &Path) -> Vec<String> {
    let file = worker::relative(view.root, path).and_then(|path| view.snapshot.file(&path));
    let Some(file) = file else { return Vec::new() };
    let model = view.model();
    let routes = model.routes.iter().filter(|route| route.origin.file == file);
    let lenses = routes.map(|route| trave_report::route_brief(model, route));
    let queries = model.queries.iter().filter(|it| it.facts.origin.file == file && it.sent);
    let hints = queries.filter_map(|query| words(model, query, model.table_of(query)?));
    lenses.chain(hints).collect()
}

fn file_of<'a>(server: &'a Server, address: &lsp_types::Uri) -> Option<(View<'a>, FileId)> {
    let path = uri::to_path(address)?;
    let root = server.folder_of(&path)?;
    let view = server.view(root)?;
    let file = view.snapshot.file(&worker::relative(root, &path)?)?;
    Some((view, file))
}

fn hint(view: &View<'_>, query: &Query) -> Option<InlayHint> {
    let model = view.model();
    let table = model.table_of(query)?;
    let label = words(model, query, table)?;
    let target = query.facts.target_origin;
    let source = view.model().sources.get(target.file)?;
    // Behind the closing bracket of what names the table, if it is one.
    let rest = source.text.get(target.span.end as usize..)?;
    let end = target.span.end + u32::from(rest.starts_with(')'));
    let range = view.range(Span { start: end, end }.in_file(target.file))?;
    Some(InlayHint {
        position: range.end,
        label: InlayHintLabel::String(label),
        kind: Some(InlayHintKind::TYPE),
        text_edits: None,
        tooltip: tooltip(model, query, table).map(InlayHintTooltip::String),
        padding_left: Some(true),
        padding_right: None,
        data: None,
    })
}

/// `one row · notes_pkey`.
fn words(model: &Model, query: &Query, table: &Table) -> Option<String> {
    let rows = rows(query, table)?;
    let way = if model.is_unserved(query) {
        Some("no index")
    } else {
        model.index_for(query, table).map(|index| index.name.as_str())
    };
    Some(match way {
        Some(way) => format!("{rows} · {way}"),
        None => rows,
    })
}

/// How many rows come back; none for what brings none.
fn rows(query: &Query, table: &Table) -> Option<String> {
    let facts = &query.facts;
    if facts.head {
        return Some("a count".to_owned());
    }
    if facts.nested || !(query.is_read() || facts.returning) || facts.incomplete {
        return None;
    }
    let limit = facts.limit.as_ref().and_then(|limit| limit.value.as_number());
    Some(match limit {
        _ if facts.single.is_some() || query.is_key_lookup(table) => "one row".to_owned(),
        Some(limit) if limit <= 1.0 => "one row".to_owned(),
        Some(limit) => format!("≤ {limit} rows"),
        None if query.is_list(table) => "many rows".to_owned(),
        None => return None,
    })
}

fn tooltip(model: &Model, query: &Query, table: &Table) -> Option<String> {
    if model.is_unserved(query) {
        let name = table.name.short();
        return Some(format!("No index serves its filters: each run reads the whole of {name}."));
    }
    let index = model.index_for(query, table)?;
    Some(trave_catalog::index_sql(&table.name, index))
}
