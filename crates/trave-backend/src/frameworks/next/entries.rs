//! The ways in that one file of a Next.js application declares.

use smol_str::{SmolStr, format_smolstr};
use trave_ts::ir::{Export, ExprKind, Function, FunctionId, Module, Pattern, TypeNote};

use super::NAME;
use super::files::{FileRole, file_role};
use crate::entry::{Entry, EntryConfig, EntryKind, Handler};
use crate::frameworks::syntax::{
    export, export_origin, exported_constant, exported_function, exported_text, may_be_function,
};
use crate::frameworks::web;
use crate::value::{InputKind, Value};

const METHODS: &[&str] = &["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"];

/// Exports of a page that run on the server for each request.
const PAGE_READERS: &[&str] = &["default", "generateMetadata"];

/// The ways in that a file declares.
pub fn entries(module: &Module, path: &str) -> Vec<Entry> {
    let mut found = Vec::new();
    let in_browser = module.has_directive("use client");
    if !in_browser {
        match file_role(path) {
            Some(FileRole::Route(served)) => routes(module, &served, &mut found),
            Some(FileRole::Api(served)) => api(module, &served, &mut found),
            Some(FileRole::Page(served)) => pages(module, &served, &mut found),
            Some(FileRole::PageData(served)) => page_data(module, &served, &mut found),
            Some(FileRole::Middleware) => middleware(module, &mut found),
            None => {}
        }
    }
    actions(module, path, &mut found);
    found
}

fn routes(module: &Module, served: &str, found: &mut Vec<Entry>) {
    let mut config = config(module);
    config.has_other_methods = module.exports.iter().any(|export| {
        export.name != "GET" && export.name != "HEAD" && METHODS.contains(&export.name.as_str())
    });
    for export in &module.exports {
        if !METHODS.contains(&export.name.as_str()) {
            continue;
        }
        let mut entry = exported(module, export, served);
        entry.kind = kind_of_path(served);
        entry.method = export.name.clone();
        entry.params = vec![web::request(), web::context()];
        entry.config = config.clone();
        found.push(entry);
    }
}

fn api(module: &Module, served: &str, found: &mut Vec<Entry>) {
    let Some(export) = export(module, "default") else { return };
    let mut entry = exported(module, export, served);
    entry.kind = kind_of_path(served);
    entry.params = vec![web::node_request(), web::node_response()];
    found.push(entry);
}

fn pages(module: &Module, served: &str, found: &mut Vec<Entry>) {
    for name in PAGE_READERS {
        let Some(export) = export(module, name) else { continue };
        let mut entry = exported(module, export, served);
        entry.kind = EntryKind::Loader;
        entry.method = SmolStr::new_static("GET");
        entry.params = vec![web::page_props()];
        entry.config = config(module);
        found.push(entry);
    }
}

fn page_data(module: &Module, served: &str, found: &mut Vec<Entry>) {
    for name in ["getServerSideProps", "getInitialProps", "getStaticProps"] {
        let Some(export) = export(module, name) else { continue };
        let mut entry = exported(module, export, served);
        entry.kind = EntryKind::Loader;
        entry.method = SmolStr::new_static("GET");
        entry.params = vec![web::page_context()];
        if name == "getStaticProps" {
            let forced = (SmolStr::new_static("force-static"), entry.origin);
            entry.config.dynamic = Some(forced);
        }
        found.push(entry);
    }
}

fn middleware(module: &Module, found: &mut Vec<Entry>) {
    let named = ["middleware", "proxy", "default"];
    let Some(export) = named.iter().find_map(|name| export(module, name)) else { return };
    let mut entry = exported(module, export, "/");
    entry.kind = EntryKind::Middleware;
    entry.params = vec![web::request(), Value::of(crate::value::Shape::Unknown)];
    entry.config.matcher = super::matcher::matcher(module);
    found.push(entry);
}

/// Middleware as it runs for one path. Its parameters stand for something that no constant of the
/// program equals.
pub fn middleware_for(entry: &Entry, path: &str) -> Entry {
    let mut entry = entry.clone();
    if let Some(request) = entry.params.first_mut() {
        *request = web::request_for(path);
    }
    entry
}

/// Server actions: every exported function of a `'use server'` file, and every function whose
/// body opens with the directive.
fn actions(module: &Module, path: &str, found: &mut Vec<Entry>) {
    if module.has_directive("use server") {
        for export in module.exports.iter().filter(|export| may_be_function(module, export)) {
            let function = exported_function(module, export).and_then(|id| module.function(id));
            if function.is_some_and(takes_client) {
                continue;
            }
            let mut entry = exported(module, export, path);
            entry.kind = EntryKind::ServerAction;
            entry.method = export.name.clone();
            entry.params =
                function.map_or_else(any_arguments, |function| arguments(module, function));
            found.push(entry);
        }
        return;
    }
    for (index, function) in module.functions.iter().enumerate() {
        let is_action = function.directives.iter().any(|name| name == "use server");
        let Some(id) = u32::try_from(index).ok().filter(|_| is_action) else { continue };
        found.push(Entry {
            kind: EntryKind::ServerAction,
            method: function.name.clone().unwrap_or_else(|| SmolStr::new_static("action")),
            path: SmolStr::new(path),
            framework: NAME,
            handler: Handler::Function(FunctionId(id)),
            origin: function.span.in_file(module.file),
            params: arguments(module, function),
            config: EntryConfig::default(),
        });
    }
}

fn exported(module: &Module, export: &Export, path: &str) -> Entry {
    let mut config = EntryConfig::default();
    let function = exported_function(module, export).and_then(|id| module.function(id));
    let directives = function.map(|function| function.directives.as_slice()).unwrap_or_default();
    let origin = export_origin(module, export);
    let directive = directives.iter().chain(&module.directives).find(|name| is_cache(name));
    config.use_cache = directive.map(|name| (name.clone(), origin));
    Entry {
        kind: EntryKind::Http,
        method: SmolStr::new_static("*"),
        path: SmolStr::new(path),
        framework: NAME,
        handler: Handler::Export(export.name.clone()),
        origin,
        params: Vec::new(),
        config,
    }
}

fn is_cache(directive: &str) -> bool {
    directive == "use cache" || directive.starts_with("use cache:")
}

/// Routes for other services say so by their path; a checked signature says so too, later.
pub fn kind_of_path(served: &str) -> EntryKind {
    let has = |words: &[&str]| {
        served.split('/').any(|part| words.iter().any(|word| part.eq_ignore_ascii_case(word)))
    };
    if has(&["webhook", "webhooks", "hook", "hooks"]) || served.ends_with("-webhook") {
        EntryKind::Webhook
    } else if has(&["cron", "crons", "jobs-runner", "scheduled"]) || served.ends_with("-cron") {
        EntryKind::Job
    } else {
        EntryKind::Http
    }
}

fn config(module: &Module) -> EntryConfig {
    let revalidate =
        exported_constant(module, "revalidate").and_then(|(value, origin)| match value {
            ExprKind::Number(seconds) => Some((Some(*seconds), origin)),
            ExprKind::Bool(false) => Some((None, origin)),
            _ => None,
        });
    EntryConfig {
        dynamic: exported_text(module, "dynamic"),
        revalidate,
        fetch_cache: exported_text(module, "fetchCache"),
        use_cache: None,
        runtime: exported_text(module, "runtime").map(|(runtime, _)| runtime),
        has_other_methods: false,
        ..EntryConfig::default()
    }
}

/// Whether a parameter is a database client: no caller can send one.
fn takes_client(function: &Function) -> bool {
    function.params.iter().filter_map(|param| param.note.as_deref()).any(|note| match note {
        TypeNote::Named { name, .. } => name.ends_with("Client"),
        TypeNote::ReturnTypeOf(_) => true,
        _ => false,
    })
}

/// What a caller may put into the arguments of a server action: anything.
fn arguments(module: &Module, function: &Function) -> Vec<Value> {
    let parameters = function.params.iter().enumerate();
    let values = parameters.map(|(index, param)| {
        if matches!(param.note.as_deref(), Some(TypeNote::Named { name, .. }) if name == "FormData")
        {
            return web::form_data();
        }
        let name = match &param.pattern {
            Pattern::Name(id) => module.binding(*id).map(|binding| binding.name.clone()),
            _ if index == 0 => Some(SmolStr::default()),
            _ => None,
        };
        let name = name.unwrap_or_else(|| format_smolstr!("{index}"));
        if name == "formData" {
            return web::form_data();
        }
        Value::input(InputKind::Body, name)
    });
    values.collect()
}

fn any_arguments() -> Vec<Value> {
    vec![Value::input(InputKind::Body, ""), Value::input(InputKind::Body, "1")]
}
