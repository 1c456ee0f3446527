//! The ways in that the classes of one file declare.

use smol_str::{SmolStr, format_smolstr};
use trave_ts::ir::{Argument, Class, ExprId, ExprKind, FunctionId, Method, Module, Property};

use super::{NAME, is_own};
use crate::entry::{Entry, EntryKind, Handler};
use crate::frameworks::next::kind_of_path;
use crate::frameworks::syntax::{imported, path_of};

/// `@Get(':id')` of a module.
struct Decorator<'m> {
    package: &'m str,
    name: &'m str,
    args: &'m [Argument],
}

/// The ways in that a file declares; none when it uses nothing of the framework.
pub(crate) fn entries(module: &Module, _path: &str) -> Option<Vec<Entry>> {
    if !module.imports.iter().any(|import| is_own(&import.specifier)) {
        return None;
    }
    let mut found = Vec::new();
    for class in &module.classes {
        class_entries(module, class, &mut found);
    }
    found.extend(global_guards(module));
    found.extend(applied(module));
    (!found.is_empty()).then_some(found)
}

fn decorator(module: &Module, expr: ExprId) -> Option<Decorator<'_>> {
    let (callee, args): (ExprId, &[Argument]) = match &module.expr(expr)?.kind {
        ExprKind::Call(call) => (call.callee, &call.args),
        _ => (expr, &[]),
    };
    let ExprKind::Name(name) = module.expr(callee)?.kind else { return None };
    let (package, name) = imported(module, module.binding(name)?)?;
    Some(Decorator { package, name, args })
}

fn class_entries(module: &Module, class: &Class, found: &mut Vec<Entry>) {
    let decorators: Vec<Decorator<'_>> =
        class.decorators.iter().filter_map(|expr| decorator(module, *expr)).collect();
    let named = |name: &str| decorators.iter().find(|it| it.name == name && is_own(it.package));
    let prefixes = named("Controller").map(|it| paths(module, it.args));
    for method in &class.methods {
        for expr in &method.decorators {
            let Some(own) = decorator(module, *expr).filter(|it| is_own(it.package)) else {
                continue;
            };
            let entry = entry_of(module, method.function);
            match &prefixes {
                Some(prefixes) => routes(module, (entry, &own), prefixes, found),
                None => found.extend(other(module, (entry, &own), (class, method))),
            }
        }
    }
    // The one method of a worker is known by its name.
    let workers = [
        ("Processor", "process", "process"),
        ("CommandHandler", "execute", "command"),
        ("QueryHandler", "execute", "query"),
        ("EventsHandler", "handle", "event"),
    ];
    for (decorator, name, kind) in workers {
        let method = class.methods.iter().find(|method| method.name == name);
        if named(decorator).is_some()
            && let Some(method) = method.filter(|method| method.decorators.is_empty())
        {
            let queue = class.name.clone().unwrap_or_default();
            found.extend(entry_of(module, method.function).map(|it| job(it, kind, queue)));
        }
    }
}

fn entry_of(module: &Module, function: FunctionId) -> Option<Entry> {
    let origin = module.function(function)?.span.in_file(module.file);
    Some(Entry::new(NAME, Handler::Function(function), origin).answering())
}

fn job(entry: Entry, kind: &str, name: SmolStr) -> Entry {
    entry.of_kind(EntryKind::Job).at(kind, name)
}

/// The ways in of a method of a controller.
fn routes(
    module: &Module,
    (entry, own): (Option<Entry>, &Decorator<'_>),
    prefixes: &[SmolStr],
    found: &mut Vec<Entry>,
) {
    let Some(entry) = entry else { return };
    let method = match own.name {
        "Get" | "Post" | "Put" | "Patch" | "Delete" | "Options" | "Head" | "Search" => {
            own.name.to_uppercase()
        }
        "Sse" => "GET".to_owned(),
        "All" => "*".to_owned(),
        "MessagePattern" | "EventPattern" | "GrpcMethod" => {
            found.push(job(entry, "message", text_or_name(module, own)));
            return;
        }
        _ => return,
    };
    for prefix in prefixes {
        for path in paths(module, own.args) {
            let served = joined(prefix, &path);
            let entry = entry.clone().of_kind(kind_of_path(&served));
            found.push(entry.at(method.as_str(), served));
        }
    }
}

/// The way in of a method of another class: a resolver, a gateway, a schedule.
fn other(
    module: &Module,
    (entry, own): (Option<Entry>, &Decorator<'_>),
    (class, method): (&Class, &Method),
) -> Option<Entry> {
    let entry = entry?;
    let name = || field_name(module, own).unwrap_or_else(|| method.name.clone());
    let of_class = || {
        let class = class.name.clone().unwrap_or_default();
        format_smolstr!("{class}.{}", method.name)
    };
    let is_graphql = own.package == "@nestjs/graphql";
    Some(match own.name {
        "Query" | "Mutation" | "Subscription" if is_graphql => {
            entry.of_kind(EntryKind::Procedure).at(own.name.to_lowercase(), name())
        }
        "ResolveField" | "ResolveProperty" | "ResolveReference" if is_graphql => {
            entry.of_kind(EntryKind::Procedure).at("field", of_class())
        }
        "SubscribeMessage" => entry.of_kind(EntryKind::Procedure).at("message", name()),
        "Cron" | "Interval" | "Timeout" => job(entry, "schedule", of_class()),
        "OnEvent" => job(entry, "event", of_class()),
        "Process" => job(entry, "process", of_class()),
        _ => return None,
    })
}

/// The name of a field that its decorator gives it.
fn field_name(module: &Module, own: &Decorator<'_>) -> Option<SmolStr> {
    own.args.iter().find_map(|argument| match &module.expr(argument.value)?.kind {
        ExprKind::String(text) => Some(text.clone()),
        ExprKind::Object(properties) => field(module, properties, "name"),
        _ => None,
    })
}

fn text_or_name(module: &Module, own: &Decorator<'_>) -> SmolStr {
    field_name(module, own).unwrap_or_else(|| SmolStr::new(own.name))
}

fn field(module: &Module, properties: &[Property], name: &str) -> Option<SmolStr> {
    properties.iter().find_map(|property| match property {
        Property::Field { key, value, .. } if key == name => match &module.expr(*value)?.kind {
            ExprKind::String(text) => Some(text.clone()),
            _ => None,
        },
        _ => None,
    })
}

/// The paths that a decorator names: none, one, or a list of them.
fn paths(module: &Module, args: &[Argument]) -> Vec<SmolStr> {
    let first = args.first().and_then(|argument| module.expr(argument.value));
    let texts = match first.map(|expr| &expr.kind) {
        Some(ExprKind::String(text)) => vec![text.clone()],
        Some(ExprKind::Array(items)) => items
            .iter()
            .filter_map(|item| match &module.expr(item.value)?.kind {
                ExprKind::String(text) => Some(text.clone()),
                _ => None,
            })
            .collect(),
        Some(ExprKind::Object(properties)) => {
            field(module, properties, "path").into_iter().collect()
        }
        _ => Vec::new(),
    };
    if texts.is_empty() { vec![SmolStr::default()] } else { texts }
}

fn joined(prefix: &str, path: &str) -> String {
    path_of(prefix.split('/').chain(path.split('/')).filter(|part| !part.is_empty()))
}

/// `{ provide: APP_GUARD, useClass: AuthGuard }` and `app.useGlobalGuards(new AuthGuard())`: they
/// stand before every way in of the application.
fn global_guards(module: &Module) -> Vec<Entry> {
    let mut found = Vec::new();
    for expr in &module.exprs {
        let guards: Vec<ExprId> = match &expr.kind {
            ExprKind::Object(properties) => provided(module, properties).into_iter().collect(),
            ExprKind::Call(call) => match module.expr(call.callee).map(|it| &it.kind) {
                Some(ExprKind::Member { property, .. }) if property == "useGlobalGuards" => {
                    call.args.iter().map(|argument| argument.value).collect()
                }
                _ => Vec::new(),
            },
            _ => Vec::new(),
        };
        found.extend(guards.into_iter().map(|guard| {
            let entry = Entry::new(NAME, Handler::Expr(guard), expr.span.in_file(module.file));
            entry.of_kind(EntryKind::Middleware)
        }));
    }
    found
}

/// `consumer.apply(…).forRoutes(…)`: middleware before the ways in that it covers.
fn applied(module: &Module) -> Vec<Entry> {
    let configures = module
        .classes
        .iter()
        .any(|class| class.methods.iter().any(|method| method.name == "configure"));
    let mut found = Vec::new();
    for (id, expr) in (0..).map(ExprId).zip(&module.exprs).filter(|_| configures) {
        let ExprKind::Call(call) = &expr.kind else { continue };
        let callee = module.expr(call.callee).map(|it| &it.kind);
        if matches!(callee, Some(ExprKind::Member { property, .. }) if property == "forRoutes") {
            let entry = Entry::new(NAME, Handler::Expr(id), expr.span.in_file(module.file));
            found.push(entry.of_kind(EntryKind::Middleware));
        }
    }
    found
}

fn provided(module: &Module, properties: &[Property]) -> Option<ExprId> {
    let value = |name: &str| {
        properties.iter().find_map(|property| match property {
            Property::Field { key, value, .. } if key == name => Some(*value),
            _ => None,
        })
    };
    let ExprKind::Name(token) = module.expr(value("provide")?)?.kind else { return None };
    let (package, name) = imported(module, module.binding(token)?)?;
    let is_guard = is_own(package) && name == "APP_GUARD";
    is_guard.then(|| value("useClass").or_else(|| value("useValue")))?
}
