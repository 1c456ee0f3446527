//! Defaults of arguments as PostgreSQL prints them, where they are simple enough.

/// The printed form; none for anything but constants and plain calls.
pub(super) fn printed(written: &str, type_name: &str) -> Option<String> {
    let text = written.trim();
    let lower = text.to_ascii_lowercase();
    if lower == "null" {
        return Some(format!("NULL::{type_name}"));
    }
    if matches!(lower.as_str(), "true" | "false") {
        return Some(lower);
    }
    if is_number(text) {
        return Some(text.to_owned());
    }
    if let Some(positive) = text.strip_prefix('-').filter(|rest| is_number(rest)) {
        let kind = if positive.contains('.') { "numeric" } else { "integer" };
        return Some(format!("'-{positive}'::{kind}"));
    }
    if is_text(text) {
        return Some(format!("{text}::{type_name}"));
    }
    if let Some((value, kind)) = text.rsplit_once("::") {
        return cast(value.trim(), &kind.trim().to_ascii_lowercase());
    }
    match lower.as_str() {
        "current_timestamp" | "current_date" | "current_user" | "localtimestamp" => {
            Some(lower.to_ascii_uppercase())
        }
        "now()" | "auth.uid()" | "gen_random_uuid()" => Some(lower),
        _ => None,
    }
}

fn cast(value: &str, kind: &str) -> Option<String> {
    let kind = kind.replace('"', "");
    let (base, brackets) = kind.strip_suffix("[]").map_or((kind.as_str(), ""), |base| (base, "[]"));
    let base = match base {
        "int" | "int4" => "integer",
        "int8" => "bigint",
        "bool" => "boolean",
        "varchar" => "character varying",
        "timestamptz" => "timestamp with time zone",
        "timestamp" => "timestamp without time zone",
        other => other,
    };
    let own = base.contains('.');
    if !own && !crate::replay::is_built_in(base) {
        return None;
    }
    let kind = format!("{base}{brackets}");
    if value.eq_ignore_ascii_case("null") {
        return Some(format!("NULL::{kind}"));
    }
    let printed_anew = ["interval", "time", "date"].iter().any(|word| base.starts_with(word));
    if is_text(value) && !printed_anew {
        return Some(format!("{value}::{kind}"));
    }
    let is_empty_array = value.to_ascii_lowercase().replace(' ', "") == "array[]";
    is_empty_array.then(|| format!("ARRAY[]::{kind}"))
}

fn is_number(text: &str) -> bool {
    !text.is_empty()
        && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
        && text.bytes().filter(|byte| *byte == b'.').count() <= 1
        && text.starts_with(|c: char| c.is_ascii_digit())
}

/// One quoted text and nothing else.
fn is_text(text: &str) -> bool {
    let inner = text.strip_prefix('\'').and_then(|text| text.strip_suffix('\''));
    inner.is_some_and(|inner| !inner.replace("''", "").contains(['\'', '\\']))
}

#[cfg(test)]
mod tests {
    use super::printed;

    #[test]
    fn constants_carry_their_type() {
        assert_eq!(printed("null", "uuid").as_deref(), Some("NULL::uuid"));
        assert_eq!(printed("'a'", "text").as_deref(), Some("'a'::text"));
        assert_eq!(printed("-1", "integer").as_deref(), Some("'-1'::integer"));
        assert_eq!(printed("10", "bigint").as_deref(), Some("10"));
        assert_eq!(printed("'{}'::jsonb", "jsonb").as_deref(), Some("'{}'::jsonb"));
        assert_eq!(printed("array['a']", "text[]"), None);
    }
}
