//! What the page may do: run its own program, wear its own style, and nothing else.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

/// What stands in the page and may take effect.
pub(super) struct Inline<'a> {
    pub(super) script: &'a str,
    pub(super) style: &'a str,
}

/// A content security policy that knows both by their hashes and opens no connection.
pub(super) fn text(inline: &Inline<'_>) -> String {
    let hash = |text: &str| STANDARD.encode(Sha256::digest(text.as_bytes()));
    format!(
        "default-src 'none'; script-src 'sha256-{}'; style-src 'sha256-{}'; base-uri 'none'; \
         form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'",
        hash(inline.script),
        hash(inline.style)
    )
}
