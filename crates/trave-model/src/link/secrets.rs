//! Keys of the database that are written down in code.

use trave_backend::base64::decode_url;
use trave_ts::ir::{ExprKind, Module};

use super::browser::Browser;
use crate::model::SecretLiteral;
use crate::program::Program;

/// What a real secret key is at least as long as.
const KEY_BYTES_MIN: usize = 24;

/// Every secret written down, in the order of files and places.
pub(super) fn find(program: &Program, browser: &Browser) -> Vec<SecretLiteral> {
    let mut secrets: Vec<SecretLiteral> =
        program.modules.iter().flat_map(|module| in_module(module, browser)).collect();
    secrets.sort_by_key(|secret| secret.origin);
    secrets
}

fn in_module(module: &Module, browser: &Browser) -> Vec<SecretLiteral> {
    let in_browser = browser.has(module.file);
    let literals = module.exprs.iter().filter_map(|expr| {
        let ExprKind::String(text) = &expr.kind else { return None };
        let kind = kind_of(text)?;
        Some(SecretLiteral { origin: expr.span.in_file(module.file), kind, in_browser })
    });
    literals.collect()
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
