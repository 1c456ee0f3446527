//! What the text of a literal stands for.

use smol_str::SmolStr;

/// The value of a quoted string, quotes included in `text`.
pub(crate) fn string(text: &str) -> SmolStr {
    let mut inside = text.chars();
    inside.next();
    inside.next_back();
    decode(inside.as_str())
}

/// Text with its escapes decoded; an escape that is none stays as written.
pub(crate) fn decode(text: &str) -> SmolStr {
    if memchr::memchr(b'\\', text.as_bytes()).is_none() {
        return SmolStr::new(text);
    }
    let mut decoded = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('\\') {
        decoded.push_str(before);
        rest = escape(after, &mut decoded);
    }
    decoded.push_str(rest);
    SmolStr::from(decoded)
}

/// Decodes one escape that begins after a backslash; returns what follows it.
fn escape<'t>(after: &'t str, decoded: &mut String) -> &'t str {
    let mut rest = after.chars();
    let plain = match rest.next() {
        Some('n') => '\n',
        Some('t') => '\t',
        Some('r') => '\r',
        Some('b') => '\u{8}',
        Some('f') => '\u{c}',
        Some('v') => '\u{b}',
        Some('0') if !rest.as_str().starts_with(|next: char| next.is_ascii_digit()) => '\0',
        Some('\n') | None => return rest.as_str(),
        Some('\r') => return rest.as_str().strip_prefix('\n').unwrap_or(rest.as_str()),
        Some('x') => return code(rest.as_str(), 2, decoded),
        Some('u') => return unicode(rest.as_str(), decoded),
        Some(other) => other,
    };
    decoded.push(plain);
    rest.as_str()
}

fn unicode<'t>(rest: &'t str, decoded: &mut String) -> &'t str {
    let braced = rest.strip_prefix('{').and_then(|inside| inside.split_once('}'));
    match braced {
        Some((digits, rest)) => {
            push_code(digits, decoded);
            rest
        }
        None => code(rest, 4, decoded),
    }
}

fn code<'t>(rest: &'t str, digits: usize, decoded: &mut String) -> &'t str {
    match rest.split_at_checked(digits) {
        Some((digits, rest)) => {
            push_code(digits, decoded);
            rest
        }
        None => rest,
    }
}

fn push_code(digits: &str, decoded: &mut String) {
    let code = u32::from_str_radix(digits, 16).ok().and_then(char::from_u32);
    decoded.push(code.unwrap_or(char::REPLACEMENT_CHARACTER));
}

/// The value of a number as written: separators, other bases and `n` included.
pub(crate) fn number(text: &str) -> f64 {
    let digits: String = text.chars().filter(|digit| *digit != '_').collect();
    let digits = digits.strip_suffix('n').unwrap_or(&digits);
    let based = [("0x", 16), ("0X", 16), ("0o", 8), ("0O", 8), ("0b", 2), ("0B", 2)];
    for (prefix, base) in based {
        if let Some(digits) = digits.strip_prefix(prefix) {
            return digits.chars().fold(0.0, |value, digit| {
                value.mul_add(f64::from(base), f64::from(digit.to_digit(base).unwrap_or(0)))
            });
        }
    }
    digits.parse().unwrap_or(f64::NAN)
}

#[cfg(test)]
mod tests {
    use super::{decode, number, string};

    #[test]
    fn escapes_stand_for_their_characters() {
        assert_eq!(string(r"'it\'s'"), "it's");
        assert_eq!(decode(r"a\n\x41\u0042\u{43}\q"), "a\nABCq");
        assert_eq!(decode("a\\\nb\\"), "ab");
        assert_eq!(decode(r"\u{zz}\x4"), "\u{fffd}4");
        assert_eq!(string("'"), "");
    }

    #[test]
    fn numbers_have_bases_and_separators() {
        let values = ["1_000", "0xff", "0b101", "12n", "1.5e3", "1x"].map(number);
        assert_eq!(format!("{values:?}"), "[1000.0, 255.0, 5.0, 12.0, 1500.0, NaN]");
    }
}
