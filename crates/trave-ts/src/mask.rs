//! Closes gaps of the grammar: syntax that it cannot read, and that does not matter, is blanked
//! or respelled before the parse. Offsets stay, and texts are read from the original, so nothing
//! shifts and no name changes.

use std::borrow::Cow;

use memchr::memmem;
use trave_source::Span;

/// How far back the type arguments of a tagged template are looked for.
const TYPE_ARGUMENTS_MAX: usize = 2_000;

/// The text as the grammar can read it.
pub(crate) fn mask(text: &str) -> Cow<'_, [u8]> {
    let text = text.as_bytes();
    let mut masked = Cow::Borrowed(text);
    for end in memmem::find_iter(text, b">`") {
        if let Some(start) = type_arguments(text, end) {
            blank(&mut masked, start..end + 1);
        }
    }
    for start in memmem::find_iter(text, b"typeof import(") {
        if let Some(end) = import_type(text, start) {
            spell_as_name(&mut masked, start..end);
        }
    }
    respell_words(text, &mut masked);
    masked
}

/// Blanks each `&` of JSX text that made an error; says whether there was one.
pub(crate) fn blank_ampersands(masked: &mut Cow<'_, [u8]>, errors: &[Span]) -> bool {
    let starts = errors.iter().map(|error| error.start as usize);
    let found: Vec<_> = starts.filter(|start| masked.get(*start) == Some(&b'&')).collect();
    for start in &found {
        blank(masked, *start..start + 1);
    }
    !found.is_empty()
}

/// Names that the grammar takes for keywords where they stand.
fn respell_words(text: &[u8], masked: &mut Cow<'_, [u8]>) {
    for at in memmem::find_iter(text, b"< unique") {
        spell(masked, at + 2, b'U');
    }
    for word in [b"abstract:".as_slice(), b"abstract?:"] {
        for at in memmem::find_iter(text, word).filter(|at| begins_line(text, *at)) {
            spell(masked, at, b'A');
        }
    }
    // Without a semicolon before it, a line that begins with `in_…` is read as an operator.
    for at in memmem::find_iter(text, b"in_").filter(|at| begins_line(text, *at)) {
        spell(masked, at, b'I');
    }
}

fn begins_line(text: &[u8], at: usize) -> bool {
    let before = text.get(..at).unwrap_or_default().iter().rev();
    let mut before = before.skip_while(|byte| matches!(byte, b' ' | b'\t'));
    matches!(before.next(), None | Some(b'\n'))
}

/// ``tag<T[]>`…` ``: where the arguments that close at `end` begin.
fn type_arguments(text: &[u8], end: usize) -> Option<usize> {
    let floor = end.saturating_sub(TYPE_ARGUMENTS_MAX);
    let mut depth = 0_usize;
    let mut quotes = 0_usize;
    for at in (floor..=end).rev() {
        let before = at.checked_sub(1).and_then(|at| text.get(at).copied()).unwrap_or(b' ');
        match text.get(at)? {
            b'>' if before == b'=' => {}
            b'>' => depth += 1,
            b'<' => depth = depth.checked_sub(1)?,
            b'\'' | b'"' => quotes += 1,
            b'`' | b'$' | b'\\' | b'/' | b'#' => return None,
            _ => {}
        }
        if depth == 0 {
            let is_tag = before.is_ascii_alphanumeric() || matches!(before, b'_' | b'$' | b')');
            return (is_tag && quotes.is_multiple_of(2)).then_some(at);
        }
    }
    None
}

/// `typeof import('x')`: where it ends.
fn import_type(text: &[u8], start: usize) -> Option<usize> {
    let rest = text.get(start..)?;
    let end = memchr::memchr(b')', rest)? + 1;
    let inside = rest.get(..end)?;
    let quotes = inside.iter().filter(|byte| matches!(byte, b'\'' | b'"')).count();
    (quotes == 2 && !inside.contains(&b'\n')).then_some(start + end)
}

/// Replaces everything but line breaks by blanks.
fn blank(masked: &mut Cow<'_, [u8]>, range: std::ops::Range<usize>) {
    for byte in masked.to_mut().get_mut(range).into_iter().flatten() {
        if *byte != b'\n' {
            *byte = b' ';
        }
    }
}

fn spell(masked: &mut Cow<'_, [u8]>, at: usize, letter: u8) {
    if let Some(byte) = masked.to_mut().get_mut(at) {
        *byte = letter;
    }
}

/// Makes one long name of a range.
fn spell_as_name(masked: &mut Cow<'_, [u8]>, range: std::ops::Range<usize>) {
    for byte in masked.to_mut().get_mut(range).into_iter().flatten() {
        if !byte.is_ascii_alphanumeric() {
            *byte = b'_';
        }
    }
}

#[cfg(test)]
mod tests {
    use super::mask;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        assert_eq!(String::from_utf8_lossy(&mask(text)), expected);
    }

    #[test]
    fn type_arguments_of_a_tagged_template_are_blanked() {
        check("sql<T[]>`select`", "sql     `select`");
        let blanks = " ".repeat("<{ a: Map<string, 'x'> }>".len());
        check("sql<{ a: Map<string, 'x'> }>`s`", &format!("sql{blanks}`s`"));
        check("f()<T>`s`", "f()   `s`");
        check("x =>`s`", "x =>`s`");
        check("<T>`s`", "<T>`s`");
        check("a > b>`s`", "a > b>`s`");
    }

    #[test]
    fn the_type_of_an_import_is_a_name() {
        check("f<typeof import('x')>()", "f<typeof_import__x__>()");
        check("f<typeof import(", "f<typeof import(");
    }

    #[test]
    fn names_that_look_like_keywords_are_respelled() {
        check("i < unique.length", "i < Unique.length");
        check("{\n  abstract: string\n  in_use: x }", "{\n  Abstract: string\n  In_use: x }");
        check("x.main_ in_", "x.main_ in_");
    }
}
