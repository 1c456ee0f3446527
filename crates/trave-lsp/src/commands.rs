//! Commands, and requests of our own: pages of rules, ways in, the access matrix.

use lsp_types::{ExecuteCommandParams, MessageType, Range};
use serde::Deserialize;
use serde_json::{Value, json};
use trave_engine::nearest_rule;
use trave_model::Route;
use trave_report::map::Map;
use trave_report::{Access, Routes};

use crate::server::{Asked, Fault, Server};
use crate::snapshot::View;
use crate::{diagnostics, pages};

/// The commands that clients may send.
pub(crate) const COMMANDS: [&str; 3] = ["trave.explain", "trave.showRoute", "trave.select"];

/// Answers `workspace/executeCommand`.
pub(crate) fn execute(server: &mut Server, params: &ExecuteCommandParams) -> Result<Value, Fault> {
    let argument = params.arguments.first().unwrap_or(&Value::Null);
    match params.command.as_str() {
        "trave.explain" => {
            let page = explain(server, argument)?;
            show_page(server, &page);
            Ok(page)
        }
        "trave.showRoute" => {
            let text = route(server, argument)?;
            if !server.client.shows_pages {
                server.tell(MessageType::INFO, text.clone());
            }
            Ok(json!({ "text": text }))
        }
        "trave.select" => select(server, argument),
        other => Err(Fault::invalid(format!("there is no command `{other}`"))),
    }
}

/// Answers `trave/explain`: the page of a rule as Markdown.
pub(crate) fn explain(server: &Server, argument: &Value) -> Result<Value, Fault> {
    let name = argument.as_str().or_else(|| argument.get("rule").and_then(Value::as_str));
    let name = name.ok_or_else(|| Fault::invalid("name a rule: `rls/table-without-rls`"))?;
    let meta = diagnostics::meta(name, server.rules).ok_or_else(|| {
        let near = nearest_rule(name, server.rules);
        let hint = near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
        Fault::invalid(format!("no rule is called `{name}`{hint}"))
    })?;
    Ok(json!({
        "rule": meta.id,
        "summary": meta.summary,
        "markdown": pages::markdown(meta),
        "gist": pages::gist(meta),
        "url": meta.url(),
    }))
}

/// Shows a page to somebody whose editor does not do it: on the web, or its first words.
fn show_page(server: &mut Server, page: &Value) {
    if server.client.shows_pages {
        return;
    }
    match page.get("url").and_then(Value::as_str) {
        Some(url) if server.client.shows_documents => {
            let params = json!({ "uri": url, "external": true });
            server.ask("window/showDocument", params, Asked::Nothing);
        }
        _ => {
            let text = page.get("gist").and_then(Value::as_str).unwrap_or_default();
            let rule = page.get("rule").and_then(Value::as_str).unwrap_or_default();
            let more = format!("`trave explain {rule}` prints the whole page.");
            server.tell(MessageType::INFO, format!("{rule}: {text}\n{more}"));
        }
    }
}

/// Puts the cursor on a range: what a code action left to be filled in.
fn select(server: &mut Server, argument: &Value) -> Result<Value, Fault> {
    #[derive(Deserialize)]
    struct Place {
        uri: String,
        range: Range,
    }
    let place: Place = serde_json::from_value(argument.clone())
        .map_err(|error| Fault::invalid(error.to_string()))?;
    if server.client.shows_documents {
        let params = json!({ "uri": place.uri, "takeFocus": true, "selection": place.range });
        server.ask("window/showDocument", params, Asked::Nothing);
    }
    Ok(Value::Null)
}

/// All that is known of one way in.
fn route(server: &Server, argument: &Value) -> Result<String, Fault> {
    let field = |name: &str| argument.get(name).and_then(Value::as_str).unwrap_or_default();
    let (method, path) = (field("method"), field("path"));
    for view in server.views() {
        let model = view.model();
        let mut routes = model.routes.iter();
        if let Some(route) = routes.find(|route| route.method == method && route.path == path) {
            return written(|out| {
                let routes = [route];
                let shown = Routes { routes: &routes, model, prefix: "" };
                trave_report::routes_full_text(out, &shown)
            });
        }
    }
    Err(Fault::invalid(format!("there is no way in `{method} {path}`")))
}

/// Answers `trave/routes`: every way in, as `trave routes --format json` has it, with a place
/// that can be opened and the words of its lens.
pub(crate) fn routes(server: &Server) -> Result<Value, Fault> {
    let folders = server.views().map(|view| {
        let model = view.model();
        let shown: Vec<&Route> = model.routes.iter().collect();
        let text = written(|out| {
            let routes = Routes { routes: &shown, model, prefix: "" };
            trave_report::routes_json(out, &routes)
        })?;
        let details: Vec<Value> =
            serde_json::from_str(&text).map_err(|error| Fault::invalid(error.to_string()))?;
        let routes = shown.iter().zip(details).map(|(route, details)| {
            json!({
                "title": route.title_with_page(),
                "brief": trave_report::route_brief(model, route),
                "location": view.location(route.origin),
                "details": details,
            })
        });
        Ok(json!({ "folder": view.root, "routes": routes.collect::<Vec<_>>() }))
    });
    Ok(json!({ "folders": folders.collect::<Result<Vec<Value>, Fault>>()? }))
}

/// Answers `trave/accessMatrix`: a page for each folder of migrations.
pub(crate) fn access(server: &Server) -> Result<Value, Fault> {
    let mut pages = Vec::new();
    for view in server.views() {
        pages.extend(access_of(&view)?);
    }
    Ok(json!({ "pages": pages }))
}

fn access_of(view: &View<'_>) -> Result<Vec<Value>, Fault> {
    let sources = &view.model().sources;
    let pages = view.model().catalogs.iter().map(|catalog| {
        let root = catalog.root.as_str();
        let access = Access { matrix: catalog.access(), sources, prefix: "", root };
        let html = written(|out| trave_report::access_html(out, &access))?;
        Ok(json!({ "folder": view.root, "root": root, "html": html }))
    });
    pages.collect()
}

/// Answers `trave/map`: a page for each folder of the workspace.
pub(crate) fn map(server: &Server) -> Value {
    let pages = server.views().map(|view| {
        let title = view.root.file_name().map(|name| name.to_string_lossy().into_owned());
        let html = trave_report::map::page(&Map {
            model: view.model(),
            report: &view.snapshot.report,
            rules: server.rules,
            title: title.as_deref().unwrap_or("project"),
            prefix: "",
        });
        json!({ "folder": view.root, "html": html })
    });
    json!({ "pages": pages.collect::<Vec<Value>>() })
}

fn written(
    write: impl FnOnce(&mut dyn std::io::Write) -> std::io::Result<()>,
) -> Result<String, Fault> {
    let mut out = Vec::new();
    write(&mut out).map_err(|error| Fault::invalid(error.to_string()))?;
    String::from_utf8(out).map_err(|error| Fault::invalid(error.to_string()))
}
