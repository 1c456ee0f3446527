//! Messages with names in backticks, as other languages for texts write them.

use maud::{Markup, html};

/// Signs that mean something to Markdown, or to what GitHub and GitLab add to it.
const MARKDOWN_SIGNS: &str = "\\`*_[]<>|~&$";

/// A part of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part<'a> {
    Plain(&'a str),
    Code(&'a str),
}

/// A message on one line.
pub(crate) fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A message as HTML.
pub(crate) fn as_html(text: &str) -> Markup {
    html! {
        @for part in parts(text) {
            @match part {
                Part::Plain(plain) => (plain),
                Part::Code(code) => code { (code) },
            }
        }
    }
}

/// A message as Markdown on one line. Names in it link to nothing and call nobody.
pub(crate) fn as_markdown(text: &str) -> String {
    let text = one_line(text);
    let written = parts(&text).into_iter().map(|part| match part {
        Part::Plain(plain) => escaped(plain),
        Part::Code(code) => format!("`{code}`"),
    });
    written.collect()
}

/// Whether a help is code or SQL to copy, and not a sentence.
pub(crate) fn is_code(help: &str) -> bool {
    help.contains('\n') || help.ends_with(';') || help.contains(";  --")
}

/// Plain text as Markdown.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for sign in text.chars() {
        if MARKDOWN_SIGNS.contains(sign) {
            escaped.push('\\');
        }
        escaped.push(sign);
        // `@name` and `#1` become links even where they are escaped: nothing stands between.
        if sign == '@' || sign == '#' {
            escaped.push('\u{200b}');
        }
    }
    escaped
}

/// Text as a block of code in Markdown, whatever stands in it.
pub(crate) fn fenced(text: &str) -> String {
    let mut longest = 2;
    let mut run = 0;
    for sign in text.chars() {
        run = if sign == '`' { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    let fence = "`".repeat(longest + 1);
    format!("{fence}\n{}\n{fence}", text.trim_end())
}

/// The parts of a message: every other backtick begins code. One that is left over is a sign.
fn parts(text: &str) -> Vec<Part<'_>> {
    let pieces: Vec<&str> = text.split('`').collect();
    if pieces.len().is_multiple_of(2) {
        return vec![Part::Plain(text)];
    }
    let mut parts = Vec::with_capacity(pieces.len());
    for (at, piece) in pieces.into_iter().enumerate() {
        match (at % 2, piece) {
            (0, "") => {}
            (0, plain) => parts.push(Part::Plain(plain)),
            (_, "") => parts.push(Part::Plain("``")),
            (_, code) => parts.push(Part::Code(code)),
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::{as_html, as_markdown, fenced, one_line};

    #[test]
    fn names_in_backticks_are_code() {
        let text = "`a<b>` of `c` is <open>";
        assert_eq!(as_html(text).0, "<code>a&lt;b&gt;</code> of <code>c</code> is &lt;open&gt;");
        assert_eq!(as_markdown(text), "`a<b>` of `c` is \\<open\\>");
    }

    #[test]
    fn a_backtick_that_is_left_over_is_a_sign() {
        assert_eq!(as_html("a ` b").0, "a ` b");
        assert_eq!(as_markdown("a ` b"), "a \\` b");
        assert_eq!(as_markdown("the name ``"), "the name \\`\\`");
    }

    #[test]
    fn nobody_is_called() {
        assert_eq!(as_markdown("by @ada in #1"), "by @\u{200b}ada in #\u{200b}1");
    }

    #[test]
    fn a_block_of_code_ends_where_it_should() {
        assert_eq!(fenced("a ```` b\n"), "`````\na ```` b\n`````");
        assert_eq!(fenced("a"), "```\na\n```");
    }

    #[test]
    fn a_message_has_one_line() {
        assert_eq!(one_line("a\n  b\r\nc"), "a b c");
    }
}
