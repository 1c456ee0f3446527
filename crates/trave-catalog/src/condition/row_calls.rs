//! Session functions that a policy runs once per row.

use smol_str::{SmolStr, format_smolstr};
use trave_source::Origin;
use trave_sql::{Call, Expr, ExprKind, Query};

use super::visit::{Visitor, lone_value, visit};
use crate::schema::Condition;

/// Functions that return the same for all rows of one query, and that PostgreSQL nevertheless
/// runs for each row unless a sub-select keeps the result.
const AUTH_CALLS: [&str; 4] = ["uid", "jwt", "role", "email"];

/// A session function that runs once per row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowCall {
    /// The call as people write it: `auth.uid()`.
    pub text: SmolStr,
    /// Where it stands.
    pub origin: Origin,
}

pub(super) fn of(condition: &Condition) -> Vec<RowCall> {
    let mut finder = Finder { condition, found: Vec::new() };
    visit(&condition.expr, &mut finder, 0);
    finder.found
}

struct Finder<'c> {
    condition: &'c Condition,
    found: Vec<RowCall>,
}

impl Visitor for Finder<'_> {
    fn enter(&mut self, expr: &Expr) -> bool {
        if let ExprKind::Call(call) = &expr.kind
            && let Some(text) = session_call(call)
        {
            let origin = expr.span.in_file(self.condition.origin.file);
            self.found.push(RowCall { text, origin });
        }
        true
    }

    /// `(select auth.uid())` reads nothing, so it is run once, whatever stands around it.
    fn enter_query(&mut self, query: &Query) -> bool {
        lone_value(query).is_none()
    }
}

fn session_call(call: &Call) -> Option<SmolStr> {
    let name = call.name.name.as_str();
    if call.name.schema.as_ref().is_some_and(|schema| *schema == "auth") {
        return AUTH_CALLS.contains(&name).then(|| format_smolstr!("auth.{name}()"));
    }
    (name == "current_setting").then(|| SmolStr::new_static("current_setting(…)"))
}
