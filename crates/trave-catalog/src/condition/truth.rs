//! Whether a condition depends on anything.

use trave_sql::Expr;

use super::caller::Who;
use super::outcome::outcome;

/// Whether a condition depends on anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Truth {
    /// It holds for every row and caller.
    Always,
    /// It holds for none.
    Never,
    /// It holds for every row, for callers that are signed in: `auth.role() = 'authenticated'`.
    AnySession,
    /// It depends on more.
    Depends,
}

pub(super) fn of(expr: &Expr) -> Truth {
    let for_anybody = outcome(expr, Who::Anybody, 0);
    if for_anybody.is_certain() {
        Truth::Always
    } else if for_anybody.is_ruled_out() {
        Truth::Never
    } else if outcome(expr, Who::SignedIn, 0).is_certain() && shuts_out_strangers(expr) {
        Truth::AnySession
    } else {
        Truth::Depends
    }
}

/// Whether a condition certainly fails for callers without a session.
pub(crate) fn shuts_out_strangers(expr: &Expr) -> bool {
    outcome(expr, Who::Stranger, 0).is_ruled_out()
}

#[cfg(test)]
mod tests {
    use super::{Truth, of};

    #[test]
    fn constants_are_told_from_what_depends() {
        for (condition, expected) in [
            ("true", Truth::Always),
            ("1 = 1", Truth::Always),
            ("owner_id = auth.uid() or true", Truth::Always),
            ("false", Truth::Never),
            ("1 = 2", Truth::Never),
            ("owner_id = null", Truth::Never),
            ("owner_id = auth.uid() and not true", Truth::Never),
            ("auth.role() = 'authenticated'", Truth::AnySession),
            ("'authenticated' = (select auth.role())", Truth::AnySession),
            ("auth.uid() is not null", Truth::AnySession),
            ("auth.role() in ('authenticated', 'service_role')", Truth::AnySession),
            ("auth.uid() is not null or shared", Truth::Depends),
            ("auth.uid() is not null and shared", Truth::Depends),
            ("auth.role() = 'service_role'", Truth::Depends),
            ("owner_id = auth.uid()", Truth::Depends),
            ("is_admin()", Truth::Depends),
        ] {
            let expr = trave_sql::parse_expression(condition, trave_sql::Options::default());
            assert_eq!(of(&expr.unwrap()), expected, "{condition}");
        }
    }
}
