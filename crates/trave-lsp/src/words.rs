//! Words in texts: what stands under a cursor, and what stands before it.

use trave_source::Span;

/// Whether a character is part of a name, in SQL and in TypeScript.
pub(crate) fn is_part(sign: char) -> bool {
    sign.is_alphanumeric() || sign == '_' || sign == '$'
}

/// The name that a byte stands in or at the end of.
pub(crate) fn word_at(text: &str, offset: u32) -> Option<Span> {
    let (before, after) = text.split_at_checked(offset as usize)?;
    let start = before.trim_end_matches(is_part).len();
    let end = text.len() - after.trim_start_matches(is_part).len();
    (start < end).then(|| Span::new(start, end))
}

/// The text of a span; nothing where it does not fit.
pub(crate) fn slice(text: &str, span: Span) -> &str {
    text.get(span.start as usize..span.end as usize).unwrap_or_default()
}

/// Every name of a text, in order.
pub(crate) fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|sign: char| !is_part(sign)).filter(|word| !word.is_empty())
}

/// The name that a dot before a byte belongs to: `notes` of `notes.id` before `id`.
pub(crate) fn qualifier(text: &str, start: u32) -> Option<&str> {
    let before = text.get(..start as usize)?.trim_end_matches('"').strip_suffix('.')?;
    let before = before.trim_end_matches('"');
    let name = before.get(before.trim_end_matches(is_part).len()..)?;
    (!name.is_empty()).then_some(name)
}

/// Whether two names are one in the spellings of the database and of code: `ownerId`, `owner_id`.
pub(crate) fn spelled_alike(left: &str, right: &str) -> bool {
    let letters = |name: &str| {
        name.chars().filter(|it| *it != '_').flat_map(char::to_lowercase).collect::<String>()
    };
    left == right || (!left.is_empty() && letters(left) == letters(right))
}

#[cfg(test)]
mod tests {
    use super::{qualifier, slice, word_at};

    #[test]
    fn a_cursor_in_or_behind_a_name_means_it() {
        let text = "from public.notes;";
        for (offset, expected) in [(0, "from"), (4, "from"), (14, "notes"), (17, "notes")] {
            assert_eq!(slice(text, word_at(text, offset).unwrap()), expected);
        }
        assert_eq!(word_at(text, 18), None);
        assert_eq!(word_at(text, 99), None);
        assert_eq!(qualifier(text, 12), Some("public"));
        assert_eq!(qualifier(text, 5), None);
    }
}
