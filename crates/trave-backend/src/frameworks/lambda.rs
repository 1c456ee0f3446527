//! AWS Lambda: exported handlers, known by their types or by what they are given.

use smol_str::SmolStr;
use trave_ts::ir::{BindingKind, Export, Exported, Function, Imported, Module, Pattern, TypeNote};

use crate::entry::{Entry, EntryKind, Handler};
use crate::frameworks::syntax::{Located, export_origin, exported_function, may_be_function};
use crate::frameworks::web;
use crate::library::{Library, LibraryCall, Machine};
use crate::value::{InputKind, LibraryValue, Shape, Value};

const NAME: &str = "lambda";

/// Types of handlers and events that come from a gateway; every other one of the package comes from
/// a queue, a schedule or another service.
const OVER_HTTP: &[&str] = &["APIGateway", "ALB", "LambdaFunctionURL", "AppSync", "CloudFront"];

/// The ways in that a file declares; none when it declares none.
pub(crate) fn entries(module: &Module, path: &str) -> Option<Vec<Entry>> {
    if !module.imports.iter().any(|import| is_own(&import.specifier)) {
        return None;
    }
    let file = Located::new(path)?;
    let mut served: Vec<&str> = file.folders.clone();
    served.push(file.name);
    let exports = module.exports.iter().filter(|export| may_be_function(module, export));
    let found: Vec<Entry> = exports
        .filter_map(|export| {
            let kind = kind_of(module, export)?;
            let path = format!("{}.{}", served.join("/"), export.name);
            let handler = Handler::Export(export.name.clone());
            let entry = Entry::new(NAME, handler, export_origin(module, export));
            Some(entry.of_kind(kind).at("*", path).given(vec![event(), context()]).answering())
        })
        .collect();
    (!found.is_empty()).then_some(found)
}

fn is_own(package: &str) -> bool {
    matches!(package, "aws-lambda" | "@middy/core")
        || package.starts_with("@aws-lambda-powertools/")
}

/// What kind of handler an export is: by its type, that of its event, or its name.
fn kind_of(module: &Module, export: &Export) -> Option<EntryKind> {
    let function = exported_function(module, export).and_then(|id| module.function(id));
    let of_binding = match export.what {
        Exported::Binding(id) => module.binding(id).and_then(|it| it.note.as_deref()),
        _ => None,
    };
    let of_event =
        function.and_then(|it| it.params.first()).and_then(|param| param.note.as_deref());
    let notes = [of_binding, of_event];
    if let Some(name) = notes.into_iter().flatten().find_map(|note| own_type(module, note)) {
        let over_http = OVER_HTTP.iter().any(|beginning| name.starts_with(beginning));
        let is_handler = name.contains("Handler") || name.contains("Event");
        let kind = if over_http || name == "Handler" { EntryKind::Http } else { EntryKind::Job };
        return is_handler.then_some(kind);
    }
    let is_named = export.name == "handler" || export.name == "lambdaHandler";
    (is_named && function.is_none_or(takes_event)).then_some(EntryKind::Http)
}

fn takes_event(function: &Function) -> bool {
    matches!(function.params.first().map(|param| &param.pattern), Some(Pattern::Name(_)))
}

/// The name of a type that comes from the package of types.
fn own_type(module: &Module, note: &TypeNote) -> Option<SmolStr> {
    let TypeNote::Named { binding, name, .. } = note else { return None };
    let BindingKind::Import(index) = module.binding((*binding)?)?.kind else { return None };
    let import = module.imports.get(index as usize)?;
    let named = match &import.what {
        Imported::Named(original) => original.clone(),
        _ => SmolStr::new(name.rsplit('.').next().unwrap_or(name)),
    };
    (import.specifier == "aws-lambda").then_some(named)
}

fn event() -> Value {
    LibraryValue::new(NAME, "event").into_value().and_dependencies(&web::request())
}

fn context() -> Value {
    Value::of(Shape::Unknown)
}

/// The model of AWS Lambda.
#[derive(Debug)]
pub(crate) struct Lambda;

impl Library for Lambda {
    fn name(&self) -> &'static str {
        NAME
    }

    fn import(&self, package: &str, name: &str) -> Option<Value> {
        let is_middy = package == "@middy/core" && matches!(name, "default" | "middy");
        is_middy.then(|| LibraryValue::new(NAME, "middy").into_value())
    }

    fn member(
        &self,
        object: &LibraryValue,
        property: &str,
        _at: trave_source::Origin,
    ) -> Option<Value> {
        match (object.kind, property) {
            ("event", _) => event_member(property),
            // What an authorizer of the gateway found out before the handler was called.
            ("gateway", "authorizer") => Some(Value::caller()),
            ("gateway", "identity" | "http") => Some(Value::input(InputKind::Header, "")),
            _ => None,
        }
    }

    fn call(&self, call: &LibraryCall<'_>, machine: &mut dyn Machine) -> Option<Value> {
        match (call.callee.kind, call.method) {
            ("middy", None) => {
                let handler = call.arg(0);
                Some(LibraryValue::new(NAME, "wrapped").with("handler", handler).into_value())
            }
            ("wrapped", Some("use" | "before" | "after" | "onError")) => {
                Some(call.callee.clone().into_value())
            }
            ("wrapped", Some("handler")) => {
                Some(call.callee.clone().with("handler", call.arg(0)).into_value())
            }
            ("wrapped", None) => {
                let handler = call.callee.kept("handler")?.clone();
                Some(machine.run(&handler, call.args.to_vec()))
            }
            _ => None,
        }
    }

    fn typed(&self, package: &str, name: &str) -> Option<Value> {
        let is_event =
            package == "aws-lambda" && name.contains("Event") && !name.contains("Result");
        (is_event && !name.ends_with("Handler")).then(event)
    }
}

fn event_member(property: &str) -> Option<Value> {
    Some(match property {
        "body" | "arguments" | "detail" => Value::input(InputKind::Body, ""),
        "queryStringParameters" | "multiValueQueryStringParameters" | "rawQueryString" => {
            Value::input(InputKind::Query, "")
        }
        "pathParameters" | "rawPath" | "path" => Value::input(InputKind::Path, ""),
        "headers" | "multiValueHeaders" => Value::input(InputKind::Header, ""),
        "cookies" => Value::input(InputKind::Cookie, ""),
        "Records" => Value::list(Value::input(InputKind::Body, "")),
        "requestContext" => LibraryValue::new(NAME, "gateway").into_value(),
        "identity" => Value::caller(),
        "httpMethod" | "isBase64Encoded" | "source" | "resources" => Value::of(Shape::Unknown),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> String {
        let path = "services/notes/create.ts";
        let module = trave_ts::parse(trave_source::FileId(0), path, text);
        let found = entries(&module, path).unwrap_or_default();
        let words = found.iter().map(|it| format!("{:?} {}", it.kind, it.path));
        words.collect::<Vec<_>>().join("; ")
    }

    #[test]
    fn exported_handlers_are_ways_in() {
        for (text, expected) in [
            (
                "import type { APIGatewayProxyHandler } from 'aws-lambda'
                 export const main: APIGatewayProxyHandler = async (event) => {}",
                "Http services/notes/create.main",
            ),
            (
                "import { SQSEvent } from 'aws-lambda'
                 export async function handler(event: SQSEvent) {}
                 export const helper = () => {}",
                "Job services/notes/create.handler",
            ),
            (
                "import middy from '@middy/core'\nexport const handler = middy(base).use(x())",
                "Http services/notes/create.handler",
            ),
            ("export const handler = async (event) => {}", ""),
        ] {
            assert_eq!(words(text), expected, "{text}");
        }
    }
}
