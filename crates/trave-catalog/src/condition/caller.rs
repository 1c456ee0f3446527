//! Who is assumed to be calling, and what session functions return then.

use trave_sql::{Binary, Call, Expr, ExprKind, Literal, Operator};

use super::value::Value;
use super::visit::lone_value;

/// Who is assumed to be calling.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Who {
    /// Nothing is assumed.
    Anybody,
    /// A caller without a session: role `anon`, and no user.
    Stranger,
    /// A caller with a session: role `authenticated`, and some user.
    SignedIn,
}

impl Who {
    fn role(self) -> Value {
        match self {
            Self::Anybody => Value::Unknown,
            Self::Stranger => Value::text("anon"),
            Self::SignedIn => Value::text("authenticated"),
        }
    }

    /// What only those have who are signed in.
    fn user(self) -> Value {
        match self {
            Self::Anybody => Value::Unknown,
            Self::Stranger => Value::NULL,
            Self::SignedIn => Value::Present,
        }
    }

    /// What those who are signed in may have.
    fn detail(self) -> Value {
        if self == Self::Stranger { Value::NULL } else { Value::Unknown }
    }
}

/// What a function of the session returns.
pub(super) fn of_session(call: &Call, who: Who) -> Value {
    let name = call.name.name.as_str();
    match call.name.schema.as_ref().map(trave_sql::Name::as_str) {
        Some("auth") => match name {
            "uid" => who.user(),
            "email" => who.detail(),
            "role" => who.role(),
            _ => Value::Unknown,
        },
        None if matches!(name, "current_user" | "current_role") => who.role(),
        _ => Value::Unknown,
    }
}

/// A claim of the caller's token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Claim<'e> {
    /// The outermost name: `role`, `app_metadata`.
    pub(super) name: &'e str,
    /// Whether it arrives as text, and not as JSON.
    is_text: bool,
}

impl Claim<'_> {
    /// Tokens without a session say little more than their role.
    pub(super) fn value(self, who: Who) -> Value {
        match self.name {
            "role" if self.is_text => who.role(),
            "sub" => who.user(),
            "role" | "aud" | "iss" | "iat" | "exp" | "ref" => Value::Unknown,
            _ => who.detail(),
        }
    }
}

/// `auth.jwt() ->> 'name'`, `auth.jwt() #>> '{name,…}'`.
pub(super) fn claim(binary: &Binary) -> Option<Claim<'_>> {
    if !is_auth(&binary.left, "jwt") {
        return None;
    }
    let ExprKind::Literal(Literal::String(text)) = &binary.right.kind else { return None };
    let first = |path: &'_ str| path.trim_matches(['{', '}']).find(',');
    match binary.operator {
        Operator::JsonGet => Some(Claim { name: text, is_text: false }),
        Operator::JsonGetText => Some(Claim { name: text, is_text: true }),
        Operator::JsonPath | Operator::JsonPathText => {
            let path = text.trim_matches(['{', '}']);
            let name = path.get(..first(text).unwrap_or(path.len()))?.trim();
            Some(Claim { name, is_text: binary.operator == Operator::JsonPathText })
        }
        _ => None,
    }
}

/// Whether an expression is `auth.<name>()`: alone, cast, or in a sub-select of its own.
pub(super) fn is_auth(expr: &Expr, name: &str) -> bool {
    match &expr.kind {
        ExprKind::Call(call) => call.name.schema.is_some() && call.name.is("auth", name),
        ExprKind::Cast(cast) => is_auth(&cast.value, name),
        ExprKind::Subquery(query) => lone_value(query).is_some_and(|value| is_auth(value, name)),
        _ => false,
    }
}
