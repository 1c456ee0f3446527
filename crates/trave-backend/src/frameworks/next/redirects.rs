//! `redirects()` and `rewrites()` of `next.config`: which pages no address leads to any more.
//!
//! What is read are literals: objects with `source` and `destination`, in the returned list or in a
//! constant list that is spread into it. A redirect that is not read redirects nothing; a rewrite
//! that is not read may lead anywhere.

use smol_str::SmolStr;
use trave_ts::ir::{
    BindingKind, ExprId, ExprKind, FunctionId, Module, Pattern, Property, Stmt, TemplatePart,
};

use super::route_pattern::{Found, Reading, RoutePattern};

/// As many redirects are followed, one after the other.
const HOPS_MAX: usize = 8;

/// As deep lists are looked through.
const DEPTH_MAX: usize = 8;

/// Stands for what a template puts in.
const HOLE: char = '\u{0}';

/// One entry of either list.
#[derive(Debug, Clone)]
struct Detour {
    source: RoutePattern,
    destination: Option<SmolStr>,
    /// Only for some requests: those with a header, a cookie, a host.
    conditional: bool,
}

/// What the settings of an application send elsewhere.
#[derive(Debug, Clone, Default)]
pub struct Redirects {
    redirects: Vec<Detour>,
    /// None when some could not be read.
    rewrites: Option<Vec<Detour>>,
}

/// What a `next.config` file redirects and rewrites; none for other files, and for one that
/// redirects nothing.
pub fn redirects(module: &Module, path: &str) -> Option<Redirects> {
    if !is_settings(path) {
        return None;
    }
    let mut redirects = Vec::new();
    collect(module, setting(module, "redirects")?, 0, &mut redirects);
    let rewrites = match setting(module, "rewrites") {
        None => Some(Vec::new()),
        Some(value) => {
            let mut found = Vec::new();
            collect(module, value, 0, &mut found).then_some(found)
        }
    };
    (!redirects.is_empty()).then_some(Redirects { redirects, rewrites })
}

/// Whether a file holds the settings of an application.
pub fn is_settings(path: &str) -> bool {
    path.rsplit('/').next().is_some_and(|file| file.starts_with("next.config."))
}

/// The value of a field of some object of the module.
fn setting(module: &Module, name: &str) -> Option<ExprId> {
    module.exprs.iter().find_map(|expr| match &expr.kind {
        ExprKind::Object(properties) => field(properties, name),
        _ => None,
    })
}

fn field(properties: &[Property], name: &str) -> Option<ExprId> {
    properties.iter().find_map(|property| match property {
        Property::Field { key, value, .. } if key == name => Some(*value),
        _ => None,
    })
}

/// Gathers the entries behind a value; whether all of them could be read.
fn collect(module: &Module, value: ExprId, depth: usize, found: &mut Vec<Detour>) -> bool {
    let Some(expr) = module.expr(value).filter(|_| depth < DEPTH_MAX) else { return false };
    match &expr.kind {
        ExprKind::Array(items) => {
            // Also what stands behind one that cannot be read.
            let all = items.iter().map(|item| collect(module, item.value, depth + 1, found));
            !all.collect::<Vec<_>>().contains(&false)
        }
        ExprKind::Function(function) => of_function(module, *function, depth, found),
        ExprKind::Typed { value, .. } | ExprKind::Await(value) => {
            collect(module, *value, depth + 1, found)
        }
        ExprKind::Name(binding) => {
            let Some(binding) = module.binding(*binding) else { return false };
            match binding.kind {
                BindingKind::Function(function) => of_function(module, function, depth, found),
                BindingKind::Const => initial(module, binding.span)
                    .is_some_and(|value| collect(module, value, depth + 1, found)),
                _ => false,
            }
        }
        ExprKind::Object(properties) => of_object(module, properties, depth, found),
        _ => false,
    }
}

/// What a function returns, when there is one place where it does.
fn of_function(
    module: &Module,
    function: FunctionId,
    depth: usize,
    found: &mut Vec<Detour>,
) -> bool {
    let Some(function) = module.function(function) else { return false };
    let is_plain = |statement: &Stmt| matches!(statement, Stmt::Let { .. } | Stmt::Expr(_));
    match function.body.split_last() {
        Some((Stmt::Return(Some(value), _), before)) if before.iter().all(is_plain) => {
            collect(module, *value, depth + 1, found)
        }
        _ => false,
    }
}

/// One entry, or the object of lists that `rewrites` may return.
fn of_object(
    module: &Module,
    properties: &[Property],
    depth: usize,
    found: &mut Vec<Detour>,
) -> bool {
    let Some(source) = field(properties, "source") else {
        let lists = properties.iter().map(|property| match property {
            Property::Field { value, .. } => collect(module, *value, depth + 1, found),
            Property::Computed { .. } | Property::Spread(_) => false,
        });
        return !lists.collect::<Vec<_>>().contains(&false);
    };
    let Some(source) = text(module, source) else { return false };
    let conditions = ["has", "missing", "locale", "basePath"];
    let destination = field(properties, "destination").and_then(|value| text(module, value));
    found.push(Detour {
        source: RoutePattern::parse(&source),
        destination: destination.filter(|text| !text.contains(HOLE)).map(SmolStr::from),
        conditional: conditions.iter().any(|name| field(properties, name).is_some()),
    });
    true
}

fn text(module: &Module, value: ExprId) -> Option<String> {
    match &module.expr(value)?.kind {
        ExprKind::String(text) => Some(text.to_string()),
        ExprKind::Template(parts) => Some(
            parts
                .iter()
                .map(|part| match part {
                    TemplatePart::Text(text, _) => text.to_string(),
                    TemplatePart::Hole(_) => HOLE.to_string(),
                })
                .collect(),
        ),
        _ => None,
    }
}

/// The value that a constant is declared with, at the top level or in a function.
fn initial(module: &Module, declared: trave_source::Span) -> Option<ExprId> {
    let mut statements = module.functions.iter().flat_map(|function| &function.body);
    statements.find_map(|statement| match statement {
        Stmt::Let { pattern: Pattern::Name(id), value, .. } => {
            module.binding(*id).filter(|binding| binding.span == declared).and(*value)
        }
        _ => None,
    })
}

/// One redirect of an address.
enum Hop {
    /// There is none.
    Nowhere,
    /// To this address.
    To(String),
    /// It cannot be told.
    Unknown,
}

impl Redirects {
    /// Whether every address that a page could be asked for by leads to another one: `served` is
    /// the path of the page, `all` are those of all pages of the application.
    pub fn shadow(&self, served: &str, all: &[String]) -> bool {
        let Some(rewrites) = &self.rewrites else { return false };
        let rewritten = rewrites.iter().map(|rewrite| {
            let Some(destination) = &rewrite.destination else { return Some(None) };
            let found =
                RoutePattern::parse(destination).captures(&sample(served)?, Reading::ForSome);
            Some(match found {
                Found::No => return None,
                Found::Maybe => None,
                Found::Yes(names) => rewrite.source.filled(&names),
            })
        });
        let addresses = std::iter::once(sample(served)).chain(rewritten.flatten());
        addresses.into_iter().all(|address| {
            address.is_some_and(|address| self.leads_elsewhere(&address, served, all))
        })
    }

    /// Whether an address is redirected, in the end to where other pages are.
    fn leads_elsewhere(&self, address: &str, served: &str, all: &[String]) -> bool {
        let mut at = address.to_owned();
        let mut hops = 0;
        loop {
            match self.hop(&at) {
                Hop::Nowhere => break,
                Hop::To(next) if next.contains("://") => return true,
                Hop::To(next) if hops < HOPS_MAX => at = next,
                Hop::To(_) | Hop::Unknown => return false,
            }
            hops += 1;
        }
        let landings = self.landings(&at);
        let is_landing = |page: &str| {
            landings.iter().any(|landing| {
                RoutePattern::of_page(page).captures(landing, Reading::Loosely) != Found::No
            })
        };
        let others = |page: &&String| page.as_str() != served && is_landing(page);
        hops > 0 && !is_own(served, &landings) && all.iter().any(|page| others(&page))
    }

    /// Where an address is redirected to.
    fn hop(&self, address: &str) -> Hop {
        for redirect in &self.redirects {
            match redirect.source.captures(address, Reading::Strictly) {
                Found::No => {}
                Found::Yes(names) if !redirect.conditional => {
                    let to = redirect.destination.as_ref().map(|it| RoutePattern::parse(it));
                    let to = to.and_then(|to| to.filled(&names));
                    return to.map_or(Hop::Unknown, Hop::To);
                }
                Found::Maybe | Found::Yes(_) => return Hop::Unknown,
            }
        }
        Hop::Nowhere
    }

    /// The paths that an address may stand for, rewritten or not.
    fn landings(&self, address: &str) -> Vec<String> {
        let rewrites = self.rewrites.iter().flatten();
        let rewritten = rewrites.filter_map(|rewrite| {
            match rewrite.source.captures(address, Reading::Loosely) {
                Found::Yes(names) => {
                    RoutePattern::parse(rewrite.destination.as_ref()?).filled(&names)
                }
                _ => None,
            }
        });
        std::iter::once(address.to_owned()).chain(rewritten).collect()
    }
}

/// Whether some of these paths is the page's own.
fn is_own(served: &str, landings: &[String]) -> bool {
    landings.iter().any(|landing| {
        RoutePattern::of_page(served).captures(landing, Reading::Loosely) != Found::No
    })
}

/// An address of a page; none for one that takes any number of parts.
fn sample(served: &str) -> Option<String> {
    (!served.contains("...")).then(|| crate::frameworks::sample_path(served))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SETTINGS: &str = "
        const pattern = reserved()
        async function rewrites() {
          return { beforeFiles: [
            { source: `/app/:team(${pattern})/:path*`, destination: '/home/:team/:path*' },
            { source: '/app', destination: '/home' },
          ] }
        }
        async function redirects() {
          const legacy = [{ source: '/home/:team/:path*', destination: '/app/:team/:path*', permanent: false }]
          return [
            ...legacy,
            { source: '/app/:team/jobs/:path*', destination: '/app/:team/projects/:path*', permanent: true },
            { source: '/old', destination: 'https://example.com/new', permanent: true },
            { source: '/gone', destination: '/nowhere', permanent: true },
            { source: '/beta', has: [{ type: 'cookie', key: 'beta' }], destination: '/home', permanent: false },
          ]
        }
        export default { redirects, rewrites }";

    #[test]
    fn pages_that_no_address_leads_to_are_shadowed() {
        let module = trave_ts::parse(trave_source::FileId(0), "next.config.mjs", SETTINGS);
        let found = redirects(&module, "apps/web/next.config.mjs").unwrap();
        let all: Vec<String> =
            ["/home/[team]/projects/[id]", "/home/[team]/jobs/[id]", "/home/[team]/notes", "/old"]
                .map(String::from)
                .into();
        // Redirected to the address of another page.
        assert!(found.shadow("/home/[team]/jobs/[id]", &all));
        assert!(found.shadow("/old", &all));
        // Redirected to an address that is rewritten back to it.
        assert!(!found.shadow("/home/[team]/notes", &all));
        assert!(!found.shadow("/home/[team]/projects/[id]", &all));
        // To where no page is, for some requests only, or by a path of any length.
        assert!(!found.shadow("/gone", &all));
        assert!(!found.shadow("/beta", &all));
        assert!(!found.shadow("/home/[team]/jobs/[...rest]", &all));
        assert!(redirects(&module, "src/config.ts").is_none());
    }

    #[test]
    fn rewrites_that_cannot_be_read_may_lead_anywhere() {
        let text = "export default {
          redirects() { return [{ source: '/old', destination: '/new', permanent: true }] },
          rewrites: () => loadRewrites(),
        }";
        let module = trave_ts::parse(trave_source::FileId(0), "next.config.ts", text);
        let found = redirects(&module, "next.config.ts").unwrap();
        assert!(!found.shadow("/old", &["/old".to_owned(), "/new".to_owned()]));
    }
}
