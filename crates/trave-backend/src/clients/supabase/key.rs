//! Which rights a key gives, by its variable's name, its shape, or the role inside it.

use crate::base64;
use crate::value::{ClientRole, Shape, Value};

/// How deep wrapped and alternative keys are looked through.
const DEPTH_MAX: u32 = 8;

/// The role of the client that is made with this key.
pub(crate) fn role_of(key: &Value) -> ClientRole {
    role_in(key, 0).unwrap_or(ClientRole::Unknown)
}

/// None for what is no key at all (`undefined`, `''`), so that it does not count among
/// alternatives: the client of `process.env.KEY ?? ''` has the rights of `KEY`.
fn role_in(key: &Value, depth: u32) -> Option<ClientRole> {
    if depth > DEPTH_MAX {
        return Some(ClientRole::Unknown);
    }
    match &key.shape {
        Shape::Undefined | Shape::Null | Shape::Never | Shape::Bool(_) => None,
        Shape::Env(name) => Some(role_of_name(name)),
        Shape::Text(text) if text.is_empty() => None,
        Shape::Text(text) => Some(role_of_text(text)),
        Shape::Validated(inner, _) | Shape::Clamped(inner, _) => role_in(inner, depth + 1),
        Shape::OneOf(values) => {
            let mut roles = values.iter().filter_map(|value| role_in(value, depth + 1));
            let first = roles.next()?;
            Some(if roles.all(|role| role == first) { first } else { ClientRole::Unknown })
        }
        _ => Some(ClientRole::Unknown),
    }
}

/// The role of a key in this variable of the environment.
pub(crate) fn role_of_name(name: &str) -> ClientRole {
    let name = name.to_ascii_uppercase();
    let has = |words: &[&str]| words.iter().any(|word| name.contains(word));
    if has(&["SERVICE_ROLE", "SERVICE_KEY", "SERVICEROLE", "SECRET", "SUPABASE_ADMIN"]) {
        ClientRole::Service
    } else if has(&["ANON", "PUBLISHABLE", "PUBLIC_KEY"]) {
        ClientRole::User
    } else if name.contains("SUPABASE") && name.contains("SERVICE") {
        ClientRole::Service
    } else {
        ClientRole::Unknown
    }
}

fn role_of_text(key: &str) -> ClientRole {
    if key.starts_with("sb_secret_") {
        return ClientRole::Service;
    }
    if key.starts_with("sb_publishable_") {
        return ClientRole::User;
    }
    let payload = key.split('.').nth(1).and_then(base64::decode_url);
    let payload = payload.and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or_default();
    let compact: String = payload.chars().filter(|sign| !sign.is_whitespace()).collect();
    if compact.contains("\"role\":\"service_role\"") {
        ClientRole::Service
    } else if compact.contains("\"role\":\"anon\"")
        || compact.contains("\"role\":\"authenticated\"")
    {
        ClientRole::User
    } else {
        ClientRole::Unknown
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    fn env(name: &str) -> Value {
        Value::of(Shape::Env(name.into()))
    }

    #[test]
    fn names_tell_the_role() {
        for (name, role) in [
            ("SUPABASE_SERVICE_ROLE_KEY", ClientRole::Service),
            ("NEXT_PUBLIC_SUPABASE_SERVICE_ROLE_KEY", ClientRole::Service),
            ("SUPABASE_SECRET_KEY", ClientRole::Service),
            ("SUPABASE_SECRET_KEYS", ClientRole::Service),
            ("SUPABASE_SERVICE_KEY", ClientRole::Service),
            ("NEXT_PUBLIC_SUPABASE_ANON_KEY", ClientRole::User),
            ("NEXT_PUBLIC_SUPABASE_PUBLISHABLE_DEFAULT_KEY", ClientRole::User),
            ("SUPABASE_KEY", ClientRole::Unknown),
        ] {
            assert_eq!(role_of(&env(name)), role, "{name}");
        }
    }

    #[test]
    fn alternatives_must_agree() {
        let either = |values: Vec<Value>| Value::of(Shape::OneOf(Arc::new(values)));
        let service = env("SUPABASE_SERVICE_ROLE_KEY");
        let anon = env("SUPABASE_ANON_KEY");
        assert_eq!(role_of(&either(vec![service.clone(), Value::text("")])), ClientRole::Service);
        assert_eq!(role_of(&either(vec![service.clone(), anon])), ClientRole::Unknown);
        assert_eq!(role_of(&either(vec![service, Value::undefined()])), ClientRole::Service);
        assert_eq!(role_of(&Value::undefined()), ClientRole::Unknown);
    }

    #[test]
    fn literal_keys_tell_the_role() {
        // {"role":"service_role"} and {"iss": "x", "role": "anon"}
        assert_eq!(
            role_of(&Value::text("h.eyJyb2xlIjoic2VydmljZV9yb2xlIn0.s")),
            ClientRole::Service
        );
        assert_eq!(
            role_of(&Value::text("h.eyJpc3MiOiAieCIsICJyb2xlIjogImFub24ifQ.s")),
            ClientRole::User
        );
        assert_eq!(role_of(&Value::text("sb_secret_x")), ClientRole::Service);
        assert_eq!(role_of(&Value::text("sb_publishable_x")), ClientRole::User);
        assert_eq!(role_of(&Value::text("....")), ClientRole::Unknown);
    }
}
