//! Queries that are sent only after another one found its table or column missing: the code is
//! made to run on a schema of yesterday too.

use trave_source::{FileId, Span};
use trave_ts::ir::{ExprId, Module, Stmt};

use crate::model::Query;

/// What PostgreSQL and its API answer where a table or column is not there.
const CODES: [&str; 5] = ["42p01", "42703", "pgrst204", "pgrst205", "does not exist"];

/// How deep statements are followed.
const DEPTH_MAX: u32 = 32;

/// Marks such queries, given where in each module they would stand.
pub(super) fn mark<'d>(queries: &mut [Query], regions: impl Fn(FileId) -> &'d [Span]) {
    for query in queries {
        let place = query.facts.target_origin;
        query.is_fallback = regions(place.file).iter().any(|region| region.holds(place.span));
    }
}

/// Where in a module such queries would stand.
pub(super) fn regions(module: &Module, text: &str) -> Vec<Span> {
    let lower = text.to_ascii_lowercase();
    if !asks_for_missing(&lower) {
        return Vec::new();
    }
    let mut fallbacks = Fallbacks { module, text: &lower, found: Vec::new() };
    for function in &module.functions {
        fallbacks.block(&function.body, 0);
    }
    fallbacks.found
}

/// Whether a condition asks whether a table or column is missing, by an error's code or by a
/// function that is named after it.
fn asks_for_missing(condition: &str) -> bool {
    let kinds = ["relation", "table", "column", "schema"];
    let by_name = kinds.iter().any(|kind| {
        condition.contains(&format!("missing{kind}"))
            || condition.contains(&format!("missing_{kind}"))
    });
    by_name || CODES.iter().any(|code| condition.contains(code))
}

struct Fallbacks<'m> {
    module: &'m Module,
    text: &'m str,
    found: Vec<Span>,
}

impl Fallbacks<'_> {
    fn block(&mut self, stmts: &[Stmt], depth: u32) {
        if depth > DEPTH_MAX {
            return;
        }
        for (at, stmt) in stmts.iter().enumerate() {
            match stmt {
                Stmt::If { test, then, otherwise } => {
                    let rest = stmts.get(at + 1..).unwrap_or_default();
                    self.branch(*test, (then, otherwise, rest));
                    self.block(then, depth + 1);
                    self.block(otherwise, depth + 1);
                }
                Stmt::Block(inner) => self.block(inner, depth + 1),
                Stmt::Loop(inner) => self.block(&inner.body, depth + 1),
                Stmt::Try(inner) => {
                    self.block(&inner.body, depth + 1);
                    self.block(inner.catch.as_deref().unwrap_or_default(), depth + 1);
                }
                _ => {}
            }
        }
    }

    /// `if (isMissing(error)) { here }`, and `if (!isMissing(error)) throw error; here`.
    fn branch(&mut self, test: ExprId, (then, otherwise, rest): (&[Stmt], &[Stmt], &[Stmt])) {
        let Some(span) = self.module.expr(test).map(|expr| expr.span) else { return };
        let range = span.start as usize..span.end as usize;
        let condition = self.text.get(range).unwrap_or_default();
        if !asks_for_missing(condition) {
            return;
        }
        let leaves = matches!(then.last(), Some(Stmt::Throw(..) | Stmt::Return(..)));
        let after = match (condition.contains('!'), leaves) {
            (false, _) => then,
            (true, true) => rest,
            (true, false) => otherwise,
        };
        let spans: Vec<Span> = after.iter().filter_map(|stmt| self.span_of(stmt)).collect();
        self.found.extend(spans);
    }

    /// Where the expressions of a statement stand, as far as queries may be among them.
    fn span_of(&self, stmt: &Stmt) -> Option<Span> {
        let of = |id: ExprId| self.module.expr(id).map(|expr| expr.span);
        match stmt {
            Stmt::Let { span, .. } | Stmt::Return(_, span) | Stmt::Throw(_, span) => Some(*span),
            Stmt::Expr(id) => of(*id),
            Stmt::Loop(inner) => Some(inner.span),
            Stmt::If { .. } | Stmt::Try(_) | Stmt::Switch { .. } | Stmt::Block(_) | Stmt::Break => {
                None
            }
        }
    }
}
