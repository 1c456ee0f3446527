//! Keys of the database that are written down in code.

use trave_backend::base64::decode_url;
use trave_source::{FileId, Span};
use trave_ts::ir::{ExprKind, Module};

use super::browser::Browser;
use crate::model::SecretLiteral;

/// What a real secret key is at least as long as.
const KEY_BYTES_MIN: usize = 24;

/// Every secret written down in a module, in order.
pub(super) fn find(module: &Module) -> Vec<(Span, &'static str)> {
    let literals = module.exprs.iter().filter_map(|expr| {
        let ExprKind::String(text) = &expr.kind else { return None };
        Some((expr.span, kind_of(text)?))
    });
    let mut found: Vec<(Span, &'static str)> = literals.collect();
    found.sort_by_key(|(span, _)| *span);
    found
}

/// The secrets of a module as the model holds them.
pub(super) fn placed<'s>(
    file: FileId,
    secrets: &'s [(Span, &'static str)],
    browser: &Browser,
) -> impl Iterator<Item = SecretLiteral> + use<'s> {
    let in_browser = browser.has(file);
    secrets.iter().map(move |(span, kind)| SecretLiteral {
        origin: span.in_file(file),
        kind,
        in_browser,
    })
}

/// What kind of secret a text is, if it is one.
fn kind_of(text: &str) -> Option<&'static str> {
    if text.len() < KEY_BYTES_MIN {
        return None;
    }
    if text.starts_with("sb_secret_") {
        return Some("secret key");
    }
    is_service_token(text).then_some("service-role key")
}

/// Whether a text is a token whose payload says `"role": "service_role"`.
fn is_service_token(text: &str) -> bool {
    let mut parts = text.split('.');
    let (Some(head), Some(payload), Some(_)) = (parts.next(), parts.next(), parts.next()) else {
        return false;
    };
    if !head.starts_with("eyJ") {
        return false;
    }
    let payload = decode_url(payload).and_then(|bytes| String::from_utf8(bytes).ok());
    payload.is_some_and(|payload| {
        let compact: String = payload.chars().filter(|sign| !sign.is_whitespace()).collect();
        compact.contains("\"role\":\"service_role\"")
    })
}

#[cfg(test)]
mod tests {
    use super::kind_of;

    #[test]
    fn keys_are_told_from_other_texts() {
        assert_eq!(kind_of("sb_secret_0123456789abcdefghij"), Some("secret key"));
        assert_eq!(kind_of("sb_publishable_0123456789abcdef"), None);
        // {"role":"service_role"}
        assert_eq!(
            kind_of("eyJhbGciOiJIUzI1NiJ9.eyJyb2xlIjoic2VydmljZV9yb2xlIn0.c2lnbmF0dXJl"),
            Some("service-role key")
        );
        // {"role":"anon"}
        assert_eq!(kind_of("eyJhbGciOiJIUzI1NiJ9.eyJyb2xlIjoiYW5vbiJ9.c2lnbmF0dXJl"), None);
    }
}
