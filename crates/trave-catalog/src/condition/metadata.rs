//! Whether a condition trusts what users can write down about themselves.

use trave_source::Span;
use trave_sql::{Descend, Expr, ExprKind, Literal};

/// Where a condition names the metadata that the user can edit: `user_metadata` in the token,
/// `raw_user_meta_data` in `auth.users`.
pub(super) fn of_user(expr: &Expr) -> Option<Span> {
    let mut found = None;
    expr.walk(&mut |part| {
        let names = match &part.kind {
            ExprKind::Literal(Literal::String(text)) => {
                text == "user_metadata" || text.starts_with("{user_metadata")
            }
            ExprKind::Column(column) => column.name == "raw_user_meta_data",
            ExprKind::Other(other) => {
                other.text.contains("'user_metadata'") || other.text.contains("raw_user_meta_data")
            }
            _ => false,
        };
        if names && found.is_none() {
            found = Some(part.span);
        }
        Descend::Into
    });
    found
}
