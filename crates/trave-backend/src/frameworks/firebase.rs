//! Firebase: functions that are exported as what a trigger makes of them.

use trave_ts::ir::{ExprId, ExprKind, Module};

use crate::entry::{Entry, EntryKind, Handler};
use crate::frameworks::syntax::{calls_of, imported_callee, name_of_value};
use crate::frameworks::web;
use crate::value::{InputKind, Shape, Value};

const NAME: &str = "firebase";

/// What a trigger hands to its function.
enum Trigger {
    /// The request and answer of Express.
    Request,
    /// What a client of the platform sent, with who it is.
    Call,
    /// Something that happened.
    Event,
}

fn trigger(name: &str) -> Option<Trigger> {
    Some(match name {
        "onRequest" => Trigger::Request,
        "onCall" => Trigger::Call,
        "onSchedule" | "onRun" | "onMessagePublished" | "onTaskDispatched" | "onPublish"
        | "onDispatch" => Trigger::Event,
        name if name.starts_with("onDocument")
            || name.starts_with("onValue")
            || name.starts_with("onObject") =>
        {
            Trigger::Event
        }
        _ => return None,
    })
}

fn is_own(package: &str) -> bool {
    package == "firebase-functions" || package.starts_with("firebase-functions/")
}

/// The ways in that a file declares; none when it declares none.
pub(crate) fn entries(module: &Module, _path: &str) -> Option<Vec<Entry>> {
    if !module.imports.iter().any(|import| is_own(&import.specifier)) {
        return None;
    }
    let mut made = calls_of(module, |package, name| is_own(package) && trigger(name).is_some());
    made.extend(of_first_generation(module));
    made.sort_by_key(|(id, _)| *id);
    made.dedup_by_key(|(id, _)| *id);
    let found: Vec<Entry> =
        made.into_iter().filter_map(|(id, origin)| entry(module, id, origin)).collect();
    (!found.is_empty()).then_some(found)
}

/// `functions.https.onRequest(…)`, `functions.pubsub.schedule('…').onRun(…)`.
fn of_first_generation(module: &Module) -> Vec<(ExprId, trave_source::Origin)> {
    let is_trigger = |expr: &trave_ts::ir::Expr| {
        let ExprKind::Call(call) = &expr.kind else { return false };
        let Some(ExprKind::Member { object, property, .. }) =
            module.expr(call.callee).map(|it| &it.kind)
        else {
            return false;
        };
        trigger(property).is_some() && is_below_package(module, *object, 6)
    };
    let numbered = (0..).map(ExprId).zip(&module.exprs);
    let found = numbered.filter(|(_, expr)| is_trigger(expr));
    found.map(|(id, expr)| (id, expr.span.in_file(module.file))).collect()
}

/// Whether a chain of members and calls begins at something of the package.
fn is_below_package(module: &Module, id: ExprId, depth: u32) -> bool {
    if depth == 0 {
        return false;
    }
    if imported_callee(module, id).is_some_and(|(package, _)| is_own(package)) {
        return true;
    }
    match module.expr(id).map(|expr| &expr.kind) {
        Some(ExprKind::Member { object, .. }) => is_below_package(module, *object, depth - 1),
        Some(ExprKind::Call(call)) => is_below_package(module, call.callee, depth - 1),
        _ => false,
    }
}

fn entry(module: &Module, id: ExprId, origin: trave_source::Origin) -> Option<Entry> {
    let ExprKind::Call(call) = &module.expr(id)?.kind else { return None };
    let called = match &module.expr(call.callee)?.kind {
        ExprKind::Member { property, .. } => property.as_str(),
        _ => imported_callee(module, call.callee)?.1,
    };
    let handler = call.args.last()?.value;
    let name = name_of_value(module, id)?;
    let entry = Entry::new(NAME, Handler::Expr(handler), origin);
    let sent = || Value::input(InputKind::Body, "");
    Some(match trigger(called)? {
        Trigger::Request => {
            let given = vec![web::node_request(), web::node_response()];
            entry.at("*", format!("/{name}")).given(given)
        }
        // In the first generation what is sent and who sends it are two arguments.
        Trigger::Call => {
            let auth = Value::caller().join(Value::undefined().and_dependencies(&Value::caller()));
            let both = Value::object([("data", sent()), ("auth", auth)]);
            let is_old = function_takes(module, handler) > 1;
            let given = if is_old { vec![sent(), both] } else { vec![both] };
            entry.of_kind(EntryKind::Procedure).at("call", name).given(given)
        }
        Trigger::Event => {
            let given = vec![Value::of(Shape::Unknown), Value::of(Shape::Unknown)];
            entry.of_kind(EntryKind::Job).at("event", name).given(given)
        }
    })
}

fn function_takes(module: &Module, handler: ExprId) -> usize {
    match module.expr(handler).map(|expr| &expr.kind) {
        Some(ExprKind::Function(id)) => module.function(*id).map_or(0, |it| it.params.len()),
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn triggers_make_ways_in() {
        let text = "import { onRequest, onCall } from 'firebase-functions/v2/https'
import { onSchedule } from 'firebase-functions/v2/scheduler'
import * as functions from 'firebase-functions'
export const api = onRequest({ cors: true }, async (req, res) => {})
export const addNote = onCall(async (request) => {})
export const clean = onSchedule('every day 00:00', async () => {})
export const old = functions.https.onRequest((req, res) => {})
export const daily = functions.pubsub.schedule('every day').onRun(() => {})";
        let module = trave_ts::parse(trave_source::FileId(0), "functions/src/index.ts", text);
        let found = entries(&module, "functions/src/index.ts").unwrap();
        let mut words: Vec<String> =
            found.iter().map(|it| format!("{:?} {} {}", it.kind, it.method, it.path)).collect();
        words.sort();
        assert_eq!(
            words,
            [
                "Http * /api",
                "Http * /old",
                "Job event clean",
                "Job event daily",
                "Procedure call addNote"
            ]
        );
    }
}
