//! `next.config`: variables that it copies into what the browser gets.

use trave_source::Span;
use trave_ts::ir::{ExprKind, Module, Property};

/// The object behind `env` in a `next.config` file: everything read in it is inlined.
pub fn published_env(module: &Module, path: &str) -> Option<Span> {
    if !super::is_settings(path) {
        return None;
    }
    module.exprs.iter().find_map(|expr| {
        let ExprKind::Object(properties) = &expr.kind else { return None };
        properties.iter().find_map(|property| match property {
            Property::Field { key, value, .. } if key == "env" => {
                let value = module.expr(*value)?;
                matches!(value.kind, ExprKind::Object(_)).then_some(value.span)
            }
            _ => None,
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_env_of_the_settings_is_published() {
        let text = "export default { a: process.env.A, env: { B: process.env.B } }";
        let module = trave_ts::parse(trave_source::FileId(0), "next.config.ts", text);
        let span = published_env(&module, "apps/web/next.config.ts").unwrap();
        assert_eq!(text.get(span.start as usize..span.end as usize), Some("{ B: process.env.B }"));
        assert_eq!(published_env(&module, "src/config.ts"), None);
    }
}
