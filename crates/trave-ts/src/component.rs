//! Components of Vue and Svelte: the code of a file that is mostly markup.

/// The code of a component, everything else made blank so that every offset stays right; none for
/// a file that is code from end to end.
pub(crate) fn script_of(path: &str, text: &str) -> Option<String> {
    let is_component = [".vue", ".svelte"].iter().any(|ending| path.ends_with(ending));
    if !is_component {
        return None;
    }
    let mut blank: Vec<u8> =
        text.bytes().map(|byte| if matches!(byte, b'\n' | b'\r') { byte } else { b' ' }).collect();
    let mut from = 0;
    while let Some((start, end)) = next_script(text, from) {
        let code = text.as_bytes().get(start..end).unwrap_or_default();
        if let Some(place) = blank.get_mut(start..end) {
            place.copy_from_slice(code);
        }
        from = end;
    }
    String::from_utf8(blank).ok()
}

/// Where the next script begins behind its tag, and where it ends.
fn next_script(text: &str, from: usize) -> Option<(usize, usize)> {
    let rest = text.get(from..)?;
    let tag = rest.match_indices("<script").find(|(at, name)| {
        let after = rest.as_bytes().get(at + name.len());
        after.is_some_and(|sign| *sign == b'>' || sign.is_ascii_whitespace())
    });
    let open = from + tag?.0;
    let start = open + tag_length(text.get(open..)?)?;
    let length = text.get(start..)?.find("</script")?;
    Some((start, start + length))
}

/// How long a tag is, with its `>`: one inside quotes does not end it
/// (`generics="T extends Record<string, string>"`).
fn tag_length(tag: &str) -> Option<usize> {
    let mut quote = None;
    for (at, sign) in tag.bytes().enumerate() {
        match (quote, sign) {
            (None, b'>') => return Some(at + 1),
            (None, b'"' | b'\'') => quote = Some(sign),
            (Some(open), _) if open == sign => quote = None,
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::script_of;

    #[test]
    fn only_scripts_are_code_and_stay_where_they_are() {
        let text = "<script lang=\"ts\" generics=\"T extends List<a>\">\nlet é = 1\n</script>\n\
                    <template>{{ a < b }}é</template>\n<script setup>\nlet b = 2\n</script>\n";
        let code = script_of("src/Boat.vue", text).unwrap();
        assert_eq!(code.len(), text.len());
        assert_eq!(code.find("let é = 1"), text.find("let é = 1"));
        assert_eq!(code.find("let b = 2"), text.find("let b = 2"));
        let words: Vec<&str> = code.split_whitespace().collect();
        assert_eq!(words, ["let", "é", "=", "1", "let", "b", "=", "2"]);
    }

    #[test]
    fn what_is_not_closed_is_no_code() {
        for text in ["<script", "<script>let a", "<scripted>a</scripted>", "<script a=\"></script>"]
        {
            let code = script_of("a.svelte", text).unwrap();
            assert!(code.trim().is_empty(), "{text}");
        }
        assert_eq!(script_of("a.ts", "<script>a</script>"), None);
    }
}
