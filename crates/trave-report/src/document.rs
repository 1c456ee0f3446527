//! Pages for browsers: one file each, which loads nothing, and in which nothing takes effect but
//! its own style and its own program.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use maud::{DOCTYPE, Markup, PreEscaped, html};
use sha2::{Digest, Sha256};

/// What a page is made of beside what it shows.
pub(crate) struct Document<'a> {
    /// Its title.
    pub(crate) title: &'a str,
    /// Its style sheet.
    pub(crate) style: &'a str,
    /// Its program, which runs when everything is there; none if it is empty.
    pub(crate) script: &'a str,
}

impl Document<'_> {
    /// The page that shows this.
    pub(crate) fn around(&self, body: &Markup) -> String {
        let page = html! {
            (DOCTYPE)
            html lang="en" {
                head {
                    meta charset="utf-8";
                    meta http-equiv="Content-Security-Policy" content=(self.policy());
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    meta name="referrer" content="no-referrer";
                    meta name="color-scheme" content="light dark";
                    title { (self.title) }
                    style { (PreEscaped(self.style)) }
                }
                body {
                    (body)
                    @if !self.script.is_empty() { script { (PreEscaped(self.script)) } }
                }
            }
        };
        page.into_string()
    }

    /// A content security policy that knows style and program by their hashes and opens no
    /// connection.
    fn policy(&self) -> String {
        let hash = |text: &str| STANDARD.encode(Sha256::digest(text.as_bytes()));
        format!(
            "default-src 'none'; script-src 'sha256-{}'; style-src 'sha256-{}'; base-uri 'none'; \
             form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'",
            hash(self.script),
            hash(self.style)
        )
    }
}
