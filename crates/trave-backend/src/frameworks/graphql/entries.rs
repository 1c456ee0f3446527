//! Resolvers that one file declares.
//!
//! They are told by their shape, wherever they lie: an object with a field `Query` or `Mutation`
//! whose fields are functions, and a field of a builder with a function `resolve`.

use smol_str::{SmolStr, format_smolstr};
use trave_source::{Origin, Span};
use trave_ts::ir::{Call, ExprId, ExprKind, Module, Property};

use super::{NAME, classes};
use crate::entry::{Entry, EntryKind, Handler};
use crate::frameworks::syntax::{imported_callee, initial_value};

/// The types of a schema by which callers come in.
const ROOTS: &[&str] = &["Query", "Mutation", "Subscription"];

/// The ways in that a file declares; none when it declares none.
pub(crate) fn entries(module: &Module, _path: &str) -> Option<Vec<Entry>> {
    let mut found = classes::entries(module);
    for expr in &module.exprs {
        match &expr.kind {
            ExprKind::Object(properties) if is_resolver_map(module, properties) => {
                resolver_map(module, properties, &mut found);
            }
            ExprKind::Call(call) => {
                built(module, (call, expr.span), &mut found);
                found.extend(context(module, call));
            }
            ExprKind::New(call) => found.extend(context(module, call)),
            _ => {}
        }
    }
    (!found.is_empty()).then_some(found)
}

fn kind(module: &Module, id: ExprId) -> Option<&ExprKind> {
    module.expr(id).map(|expr| &expr.kind)
}

/// The fields of an object literal, also behind a constant of the module.
fn fields(module: &Module, id: ExprId) -> Option<&[Property]> {
    match kind(module, id)? {
        ExprKind::Object(properties) => Some(properties),
        ExprKind::Typed { value, .. } => fields(module, *value),
        ExprKind::Name(name) => {
            let value = initial_value(module, module.binding(*name)?)?;
            match kind(module, value)? {
                ExprKind::Object(properties) => Some(properties),
                _ => None,
            }
        }
        _ => None,
    }
}

fn is_function(module: &Module, id: ExprId) -> bool {
    matches!(kind(module, id), Some(ExprKind::Function(_)))
}

/// Whether an object holds resolvers: functions below a type by which callers come in.
fn is_resolver_map(module: &Module, properties: &[Property]) -> bool {
    properties.iter().any(|property| match property {
        Property::Field { key, value, .. } if ROOTS.contains(&key.as_str()) => {
            let fields = fields(module, *value).unwrap_or_default();
            let resolves = |field: &Property| match field {
                Property::Field { value, .. } => resolver_of(module, *value).is_some(),
                _ => false,
            };
            fields.iter().any(resolves)
        }
        _ => false,
    })
}

/// A resolver: a function, or `{ resolve }` or `{ subscribe }` of one, maybe wrapped by a call.
fn resolver_of(module: &Module, id: ExprId) -> Option<ExprId> {
    match kind(module, id)? {
        ExprKind::Function(_) | ExprKind::Name(_) => Some(id),
        ExprKind::Call(call) => {
            let given = call.args.iter().any(|argument| is_function(module, argument.value));
            given.then_some(id)
        }
        ExprKind::Object(properties) => properties.iter().find_map(|property| match property {
            Property::Field { key, value, .. }
                if matches!(key.as_str(), "resolve" | "subscribe") =>
            {
                resolver_of(module, *value)
            }
            _ => None,
        }),
        _ => None,
    }
}

fn resolver_map(module: &Module, properties: &[Property], found: &mut Vec<Entry>) {
    for property in properties {
        let Property::Field { key: parent, value, .. } = property else { continue };
        for field in fields(module, *value).unwrap_or_default() {
            let Property::Field { key, value, span } = field else { continue };
            let Some(resolver) = resolver_of(module, *value) else { continue };
            let at = span.in_file(module.file);
            found.push(entry((parent, key), Handler::Expr(resolver), at));
        }
    }
}

/// A resolver as a way in.
fn entry((parent, field): (&str, &str), handler: Handler, origin: Origin) -> Entry {
    let entry = Entry::new(NAME, handler, origin).of_kind(EntryKind::Procedure).answering();
    if ROOTS.contains(&parent) {
        entry.at(parent.to_lowercase(), SmolStr::new(field))
    } else {
        entry.at("field", format_smolstr!("{parent}.{field}"))
    }
}

/// `builder.queryField('notes', (t) => t.field({ resolve }))` of Pothos, and its likes.
fn built(module: &Module, (call, span): (&Call, Span), found: &mut Vec<Entry>) {
    let Some(ExprKind::Member { property, .. }) = kind(module, call.callee) else { return };
    let text = |id: ExprId| match kind(module, id) {
        Some(ExprKind::String(text)) => Some(text.clone()),
        _ => None,
    };
    let first = call.args.first().map(|argument| argument.value);
    let named = first.and_then(text);
    let parent = match property.as_str() {
        "queryField" | "queryFields" | "queryType" => SmolStr::new_static("Query"),
        "mutationField" | "mutationFields" | "mutationType" => SmolStr::new_static("Mutation"),
        "subscriptionField" | "subscriptionFields" | "subscriptionType" => {
            SmolStr::new_static("Subscription")
        }
        "objectType" | "prismaObject" | "drizzleObject" | "objectField" | "prismaNode" => {
            named.clone().unwrap_or_else(|| SmolStr::new_static("Object"))
        }
        _ => return,
    };
    let own = named.filter(|_| property.ends_with("Field") && parent != "Object");
    for expr in module.exprs.iter().filter(|expr| span.holds(expr.span)) {
        let ExprKind::Object(properties) = &expr.kind else { continue };
        let resolver = properties.iter().find_map(|property| match property {
            Property::Field { key, value, span } if key == "resolve" => Some((*value, *span)),
            _ => None,
        });
        let Some((resolver, at)) = resolver else { continue };
        let field = own.clone().or_else(|| field_around(module, expr.span));
        let field = field.unwrap_or_else(|| SmolStr::new_static("field"));
        found.push(entry((&parent, &field), Handler::Expr(resolver), at.in_file(module.file)));
    }
}

/// The name of the innermost property around a place whose value is a call: `notes: t.field(…)`.
fn field_around(module: &Module, place: Span) -> Option<SmolStr> {
    let properties = module.exprs.iter().filter_map(|expr| match &expr.kind {
        ExprKind::Object(properties) if expr.span != place => Some(properties),
        _ => None,
    });
    let around = properties.flatten().filter_map(|property| match property {
        Property::Field { key, value, .. } => {
            let expr = module.expr(*value)?;
            let is_it = matches!(expr.kind, ExprKind::Call(_)) && expr.span.holds(place);
            is_it.then_some((key, expr.span))
        }
        _ => None,
    });
    around.min_by_key(|(_, span)| span.end - span.start).map(|(key, _)| key.clone())
}

/// What makes the context of every resolver: `{ context: async ({ req }) => … }` of a server.
fn context(module: &Module, call: &Call) -> Option<Entry> {
    let name = match kind(module, call.callee)? {
        ExprKind::Name(id) => module.binding(*id)?.name.clone(),
        ExprKind::Member { property, .. } => property.clone(),
        _ => return None,
    };
    let is_server = matches!(
        name.as_str(),
        "ApolloServer"
            | "createYoga"
            | "expressMiddleware"
            | "fastifyApolloHandler"
            | "graphqlHTTP"
            | "startServerAndCreateNextHandler"
            | "startStandaloneServer"
    );
    if !is_server || imported_callee(module, call.callee).is_none() {
        return None;
    }
    let options = call.args.iter().filter_map(|argument| fields(module, argument.value));
    let context = options.flatten().find_map(|property| match property {
        Property::Field { key, value, span } if key == "context" => Some((*value, *span)),
        _ => None,
    });
    let (value, span) = context?;
    let entry = Entry::new(NAME, Handler::Expr(value), span.in_file(module.file));
    Some(entry.of_kind(EntryKind::Middleware))
}
