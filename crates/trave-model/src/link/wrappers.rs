//! The project's own functions that a handler is wrapped in: `withErrors(withUser(handler))`.
//!
//! A wrapper makes a function that runs in the handler's place and calls what it was given. So the
//! function that runs first stands inside the wrapper, and on the way from it to the code of the
//! handler's own file lie the wrappers inside.

use trave_source::FileId;
use trave_ts::ir::FunctionId;

use super::root_of;
use crate::eval::{Context, FunctionKey, Trace};
use crate::model::Wrapper;

/// More wrappers than this are not followed.
const WRAPPERS_MAX: usize = 16;

/// The wrappers of a handler that a file declares, outermost first.
pub(super) fn of(cx: &Context<'_>, trace: &Trace, file: FileId) -> Vec<Wrapper> {
    let mut wrappers = Vec::new();
    let Some(mut running) = trace.calls.first().and_then(|handler| handler.callee) else {
        return wrappers;
    };
    let mut at = 0;
    while let Some(wrapper) = wrapper_of(cx, running) {
        wrappers.push(wrapper);
        let found = wrapped(cx, trace, (at, running), file);
        let Some((call, callee)) = found.filter(|_| wrappers.len() < WRAPPERS_MAX) else { break };
        (at, running) = (call, callee);
        if is_plain(cx, running) || is_in_file(cx, running, file) {
            break;
        }
    }
    wrappers
}

/// The function at the top level inside of which another one is made.
fn wrapper_of(cx: &Context<'_>, (module, function): FunctionKey) -> Option<Wrapper> {
    let module = cx.module(module)?;
    let root = root_of(module, function);
    let outer = module.function(root).filter(|_| root != function)?;
    Some(Wrapper { name: outer.name.clone()?, origin: outer.span.in_file(module.file) })
}

/// The first call below another one that runs what was handed in: code of the handler's file, or a
/// function that another wrapper made.
fn wrapped(
    cx: &Context<'_>,
    trace: &Trace,
    (at, running): (usize, FunctionKey),
    file: FileId,
) -> Option<(usize, FunctionKey)> {
    let calls = trace.calls.iter().enumerate().skip(at + 1);
    let mut below = calls.filter(|(call, _)| is_below(trace, *call, at));
    below.find_map(|(call, node)| {
        let callee = node.callee?;
        let is_own = root(cx, callee) == root(cx, running);
        let is_handed_in = is_in_file(cx, callee, file) || !is_plain(cx, callee);
        (!is_own && is_handed_in).then_some((call, callee))
    })
}

fn is_below(trace: &Trace, call: usize, above: usize) -> bool {
    let mut at = call;
    while at > above {
        let Some(node) = trace.calls.get(at) else { return false };
        at = node.parent as usize;
    }
    at == above
}

fn root(cx: &Context<'_>, (id, function): FunctionKey) -> Option<FunctionKey> {
    Some((id, root_of(cx.module(id)?, function)))
}

fn is_in_file(cx: &Context<'_>, (id, _): FunctionKey, file: FileId) -> bool {
    cx.module(id).is_some_and(|module| module.file == file)
}

/// Whether a function stands at the top level of its module.
fn is_plain(cx: &Context<'_>, (id, function): FunctionKey) -> bool {
    let parent = cx.module(id).and_then(|module| module.function(function)?.parent);
    parent.is_none_or(|parent| parent == FunctionId(0))
}

#[cfg(test)]
mod tests {
    use crate::testing::model;

    fn wrappers(files: &[(&str, &str)]) -> Vec<String> {
        let model = model(files);
        let route = model.routes.first().unwrap();
        route.wrappers.iter().map(|wrapper| wrapper.name.to_string()).collect()
    }

    const WRAP: &str = "
        import { log } from './log'
        export function withErrors(handler) {
          return async (request) => {
            try { log(request); return await handler(request) } catch { return new Response('no') }
          }
        }
        export const withUser = (options) => (handler) => async (request) => {
          const user = [1].map(() => request.headers.get('x'))
          return handler(request, user)
        }";

    #[test]
    fn wrappers_are_named_from_outside_in() {
        let log = "export function log(request) { console.log(request.url) }";
        let route = "import { withErrors, withUser } from '../../lib/wrap'
            export const GET = withErrors(withUser({})(async (request) => new Response('ok')))";
        let files = [("app/api/route.ts", route), ("lib/wrap.ts", WRAP), ("lib/log.ts", log)];
        assert_eq!(wrappers(&files), ["withErrors", "withUser"]);
    }

    #[test]
    fn a_plain_handler_has_none() {
        let route = "import { log } from '../../lib/log'
            export async function GET(request) { log(request); return new Response('ok') }";
        let log = "export function log(request) { console.log(request.url) }";
        assert_eq!(wrappers(&[("app/api/route.ts", route), ("lib/log.ts", log)]), [""; 0]);
    }

    #[test]
    fn a_wrapper_may_stand_in_the_same_file() {
        let route = "const wrap = (handler) => (request) => handler(request)
            export const GET = wrap(async (request) => new Response('ok'))";
        assert_eq!(wrappers(&[("app/api/route.ts", route)]), ["wrap"]);
    }
}
