//! What the functions and decorators of NestJS are.

use super::context;
use super::guards;
use super::middleware;
use super::params;
use super::{NAME, is_own};
use crate::dispatch::{Dispatch, Injected};
use crate::frameworks::web;
use crate::library::{Library, LibraryCall, Machine};
use crate::value::{LibraryValue, Value};

/// The model of NestJS.
#[derive(Debug)]
pub(crate) struct Nest;

/// Exceptions that end a request, with their status.
const EXCEPTIONS: &[(&str, u16)] = &[
    ("BadRequestException", 400),
    ("UnauthorizedException", 401),
    ("ForbiddenException", 403),
    ("NotFoundException", 404),
    ("ConflictException", 409),
    ("UnprocessableEntityException", 422),
    ("InternalServerErrorException", 500),
];

/// Decorators of parameters.
const PARAMS: &[&str] = &[
    "Args",
    "Body",
    "ConnectedSocket",
    "Context",
    "Cookies",
    "Ctx",
    "Headers",
    "HostParam",
    "Info",
    "Ip",
    "MessageBody",
    "Next",
    "Param",
    "Parent",
    "Payload",
    "Query",
    "RawBody",
    "Req",
    "Request",
    "Res",
    "Response",
    "Root",
    "Session",
    "UploadedFile",
    "UploadedFiles",
];

impl Library for Nest {
    fn name(&self) -> &'static str {
        NAME
    }

    fn import(&self, package: &str, name: &str) -> Option<Value> {
        if !is_own(package) {
            return None;
        }
        let export = LibraryValue::new(NAME, "export").named(name);
        Some(export.with("package", Value::text(package)).into_value())
    }

    fn member(
        &self,
        object: &LibraryValue,
        property: &str,
        _at: trave_source::Origin,
    ) -> Option<Value> {
        match (object.kind, property) {
            ("request", _) => context::request_member(property),
            ("guard", "canActivate") => Some(LibraryValue::new(NAME, "guard-method").into_value()),
            ("export", "canActivate") => {
                let method = LibraryValue::new(NAME, "other-guard-method");
                Some(method.named(object.name.clone()).into_value())
            }
            ("export", method) if object.name == "RequestMethod" => Some(Value::text(method)),
            ("export", "createDecorator" | "create") => {
                let name = format!("{}.{property}", object.name);
                Some(LibraryValue::new(NAME, "export").named(name).into_value())
            }
            _ => None,
        }
    }

    fn call(&self, call: &LibraryCall<'_>, machine: &mut dyn Machine) -> Option<Value> {
        match (call.callee.kind, call.method) {
            ("export", None) => export(call, machine),
            ("export", Some(method)) => static_method(call, method),
            ("param-maker", None) => {
                let factory = call.callee.kept("factory")?.clone();
                let custom = LibraryValue::new(NAME, "custom").with("factory", factory);
                Some(custom.with("data", call.arg(0)).into_value())
            }
            ("metadata-maker", None) => {
                let key = call.callee.clone().into_value();
                Some(metadata(key, call.arg(0)))
            }
            ("guard-method", None) => Some(guards::decided_by_strategy(call, machine)),
            ("other-guard-method", None) => Some(guards::decided_elsewhere(call)),
            ("context", Some(_)) => context::method(call),
            ("reflector", Some(_)) => context::metadata(call),
            ("consumer" | "applied", Some(method)) => middleware::call(call, method),
            ("request", Some("get" | "header")) => {
                let name = call.arg(0).as_text().unwrap_or_default().to_ascii_lowercase();
                Some(Value::input(crate::value::InputKind::Header, name))
            }
            _ => None,
        }
    }

    fn injected(&self, decorator: &LibraryValue) -> Option<Injected> {
        let token = decorator.kept("token").filter(|_| decorator.kind == "inject");
        token.cloned().map(Injected::Token)
    }

    fn dispatch(&self, way: &Dispatch<'_>, machine: &mut dyn Machine) -> Option<Value> {
        if way.decorated.method.is_empty() {
            return None;
        }
        let context = context::context(way, machine);
        guards::run(way, &context, machine);
        let args = params::values(way, &context, machine);
        Some(machine.run(way.handler, args))
    }

    fn typed(&self, package: &str, name: &str) -> Option<Value> {
        let kind = match (package, name) {
            ("@nestjs/core", "Reflector") => "reflector",
            ("@nestjs/common", "MiddlewareConsumer") => "consumer",
            _ => return None,
        };
        Some(LibraryValue::new(NAME, kind).into_value())
    }
}

fn list(kind: &'static str, args: &[Value]) -> Value {
    LibraryValue::new(NAME, kind).with("list", Value::array(args.to_vec())).into_value()
}

fn metadata(key: Value, value: Value) -> Value {
    LibraryValue::new(NAME, "metadata").with("key", key).with("value", value).into_value()
}

fn export(call: &LibraryCall<'_>, machine: &mut dyn Machine) -> Option<Value> {
    let name = call.callee.name.as_str();
    if call.is_new {
        return Some(made(call, name, machine));
    }
    let package = call.callee.kept("package").cloned().unwrap_or_else(Value::undefined);
    Some(match name {
        "UseGuards" => list("guards", call.args),
        "applyDecorators" => list("decorators", call.args),
        "SetMetadata" => metadata(call.arg(0), call.arg(1)),
        "AuthGuard" => LibraryValue::new(NAME, "guard").named("AuthGuard").into_value(),
        "Inject" => LibraryValue::new(NAME, "inject").with("token", call.arg(0)).into_value(),
        "mixin" | "forwardRef" => call.arg(0),
        "createParamDecorator" => {
            LibraryValue::new(NAME, "param-maker").with("factory", call.arg(0)).into_value()
        }
        "Reflector.createDecorator" => {
            LibraryValue::new(NAME, "metadata-maker").placed(call.origin).into_value()
        }
        _ if PARAMS.contains(&name) => LibraryValue::new(NAME, "param")
            .named(name)
            .with("package", package)
            .with("args", Value::array(call.args.to_vec()))
            .into_value(),
        // Other decorators say nothing about who may pass.
        _ if name.starts_with(|first: char| first.is_uppercase()) => {
            LibraryValue::new(NAME, "decorator").named(name).into_value()
        }
        _ => return None,
    })
}

/// `new UnauthorizedException()`, `new ParseIntPipe()`.
fn made(call: &LibraryCall<'_>, name: &str, machine: &mut dyn Machine) -> Value {
    let known = EXCEPTIONS.iter().find(|(exception, _)| *exception == name);
    let status = match known {
        Some((_, status)) => Some(*status),
        None if name == "HttpException" => web::status_in(&call.arg(1), 500),
        None => {
            let made = LibraryValue::new(NAME, "made").named(name).into_value();
            return made.and_dependencies(&Value::unknown_from(call.args));
        }
    };
    web::answer(machine, call.origin, (status, None))
}

/// `GqlExecutionContext.create(context)`, `Reflector.createDecorator()`.
fn static_method(call: &LibraryCall<'_>, method: &str) -> Option<Value> {
    match method {
        "create" => Some(call.arg(0)),
        "createDecorator" => {
            Some(LibraryValue::new(NAME, "metadata-maker").placed(call.origin).into_value())
        }
        _ => None,
    }
}
