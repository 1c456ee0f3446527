//! A route from its entry: what the framework says about it.

use trave_backend::entry::{Entry, EntryKind};

use crate::eval::{Context, Handled, Trace};
use crate::model::{FrameworkCache, Route, RouteId};

/// Next.js before this major version serves GET handlers that do not read the request from a cache.
const STATIC_HANDLERS_UNTIL: u32 = 14;

/// A route with nothing on it yet.
pub(super) fn route(cx: &Context<'_>, (id, entry): (RouteId, &Entry), trace: &Trace) -> Route {
    Route {
        id,
        method: entry.method.clone(),
        path: entry.path.clone(),
        framework: entry.framework,
        kind: entry.kind,
        origin: entry.origin,
        steps: Vec::new(),
        responses: Vec::new(),
        auth: Vec::new(),
        guards: Vec::new(),
        before: Vec::new(),
        pages: Vec::new(),
        waived: None,
        framework_cache: framework_cache(cx, entry, trace),
        opaque: trace.opaque || trace.handler == Handled::Missing,
        reads_request: trace.reads_request,
    }
}

fn framework_cache(cx: &Context<'_>, entry: &Entry, trace: &Trace) -> Option<FrameworkCache> {
    let config = &entry.config;
    if let Some((directive, origin)) = &config.use_cache {
        return Some(FrameworkCache { by: directive.clone(), seconds: None, origin: *origin });
    }
    let is_read = entry.method == "GET" || entry.kind == EntryKind::Loader;
    if !is_read {
        return None;
    }
    let dynamic = config.dynamic.as_ref();
    if dynamic.is_some_and(|(how, _)| how == "force-dynamic") {
        return None;
    }
    if let Some((seconds, origin)) = &config.revalidate {
        let by =
            seconds.map_or_else(|| "revalidate = false".into(), |it| format!("revalidate = {it}"));
        let lives = seconds.is_none_or(|seconds| seconds > 0.0);
        return lives.then(|| FrameworkCache { by: by.into(), seconds: *seconds, origin: *origin });
    }
    if let Some((how, origin)) = dynamic.filter(|(how, _)| how == "force-static") {
        let by = format!("dynamic = '{how}'");
        return Some(FrameworkCache { by: by.into(), seconds: None, origin: *origin });
    }
    let major = cx.package_major(entry.origin.file, "next")?;
    let by_default = major <= STATIC_HANDLERS_UNTIL
        && entry.framework == "next"
        && entry.kind == EntryKind::Http
        && !config.has_other_methods
        && !trace.reads_request;
    by_default.then(|| FrameworkCache {
        by: format!("Next.js {major} keeps what GET handlers answer that do not read the request")
            .into(),
        seconds: None,
        origin: entry.origin,
    })
}
