//! Closes gaps of the grammar: syntax that it cannot read, and that does not matter, is blanked
//! before the parse. Offsets stay, and texts are read from the original, so nothing shifts.

use std::borrow::Cow;

use memchr::memmem;

/// How far back the type arguments of a tagged template are looked for.
const TYPE_ARGUMENTS_MAX: usize = 2_000;

/// The text as the grammar can read it.
pub(crate) fn mask(text: &str) -> Cow<'_, [u8]> {
    let mut masked = Cow::Borrowed(text.as_bytes());
    for end in memmem::find_iter(text.as_bytes(), b">`") {
        if let Some(start) = type_arguments(text.as_bytes(), end) {
            blank(&mut masked, start..end + 1);
        }
    }
    for start in memmem::find_iter(text.as_bytes(), b"typeof import(") {
        if let Some(end) = import_type(text.as_bytes(), start) {
            blank(&mut masked, start..end);
            fill(&mut masked, start, b"any");
        }
    }
    masked
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

fn fill(masked: &mut Cow<'_, [u8]>, start: usize, word: &[u8]) {
    if let Some(place) = masked.to_mut().get_mut(start..start + word.len()) {
        place.copy_from_slice(word);
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
    fn the_type_of_an_import_is_any() {
        check("f<typeof import('x')>()", "f<any               >()");
        check("f<typeof import(", "f<typeof import(");
    }
}
