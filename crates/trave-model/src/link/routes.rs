//! A route from its entry: what the framework says about it.

use trave_backend::entry::Entry;
use trave_backend::frameworks::{Serving, answer_cache};

use crate::eval::{Context, Handled, Level, Trace};
use crate::model::{FrameworkCache, Guarded, Route, RouteId};

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
        middleware: Vec::new(),
        wrappers: Vec::new(),
        validations: Vec::new(),
        rate_limits: Vec::new(),
        outbound: Vec::new(),
        pages: Vec::new(),
        waived: None,
        framework_cache: framework_cache(cx, entry, trace),
        opaque: trace.opaque || trace.handler == Handled::Missing,
        reads_request: trace.reads_request,
        answered: trace.answered.map(guarded),
    }
}

/// As people read how sure it is that unwanted callers are gone.
pub(super) fn guarded(level: Level) -> Guarded {
    match level {
        Level::Open => Guarded::No,
        Level::Claim => Guarded::ByClaim,
        Level::Maybe => Guarded::Maybe,
        Level::Sure => Guarded::Yes,
    }
}

fn framework_cache(cx: &Context<'_>, entry: &Entry, trace: &Trace) -> Option<FrameworkCache> {
    let major = cx.package_major(entry.origin.file, entry.framework);
    answer_cache(entry, Serving { major, reads_request: trace.reads_request })
}
