//! The ways in which drivers mark parameters in a text.

use crate::value::{Shape, Value};

use super::text::SqlText;

/// `?` for each value in order, and `:name` or `@name` by name; `??` names a table or column.
pub(crate) fn question(text: SqlText, values: &Value) -> SqlText {
    let list = match &values.shape {
        Shape::Array(items) => Some(items.to_vec()),
        Shape::Undefined => Some(Vec::new()),
        _ => None,
    };
    let mut next = 0;
    text.with_marks(&mut |rest| {
        if let Some(after) = rest.strip_prefix('?') {
            let digits = after.bytes().take_while(u8::is_ascii_digit).count();
            let length = if after.starts_with('?') { 2 } else { 1 + digits };
            let value = list.as_ref().and_then(|list| list.get(next));
            next += 1;
            let value = value
                .cloned()
                .unwrap_or_else(|| Value::unknown().depending_on(std::slice::from_ref(values)));
            return Some((length, value));
        }
        let name = rest.strip_prefix([':', '@', '$'])?;
        let length = name_length(name)?;
        let given = match &values.shape {
            Shape::Array(items) => items.first()?,
            _ => values,
        };
        let part = match &given.shape {
            Shape::Object(_) => given.field(name.get(..length)?)?.clone(),
            // An object that came from elsewhere.
            Shape::Input(_) | Shape::Validated(..) => {
                Value::unknown().depending_on(std::slice::from_ref(given))
            }
            _ => return None,
        };
        Some((1 + length, part))
    })
}

/// pg-promise: `$1`, `$1:csv`, `$1~`, `${name}`, `$(name)`, `$<name>`, `$/name/`, `$[name]`.
pub(crate) fn formatted(text: SqlText, values: &Value) -> SqlText {
    text.with_marks(&mut |rest| {
        let after = rest.strip_prefix('$')?;
        let digits = after.bytes().take_while(u8::is_ascii_digit).count();
        let (length, value) = if digits > 0 {
            (digits, numbered(values, after.get(..digits)?.parse().ok()?))
        } else {
            let close = match after.chars().next()? {
                '{' => '}',
                '(' => ')',
                '<' => '>',
                '[' => ']',
                '/' => '/',
                _ => return None,
            };
            let inner = after.get(1..)?;
            let end = inner.find(close)?;
            let written = inner.get(..end)?.split(':').next()?.trim();
            let start = written.trim_end_matches(['~', '^', '#']);
            (end + 2, named(values, start))
        };
        let modifier = modifier_length(after.get(length..).unwrap_or_default());
        Some((1 + length + modifier, value))
    })
}

/// `:csv`, `:name`, `~`, `^`, `#`; a cast begins with two colons.
fn modifier_length(rest: &str) -> usize {
    if rest.starts_with(['~', '^', '#']) {
        return 1;
    }
    let Some(word) = rest.strip_prefix(':').filter(|word| !word.starts_with(':')) else { return 0 };
    let length = name_length(word).unwrap_or(0);
    let known = ["name", "alias", "raw", "value", "json", "csv", "list"];
    if word.get(..length).is_some_and(|word| known.contains(&word)) { 1 + length } else { 0 }
}

fn numbered(values: &Value, number: usize) -> Value {
    let value = match &values.shape {
        Shape::Array(items) => items.get(number.saturating_sub(1)).cloned(),
        // A single value needs no list.
        _ if number == 1 => Some(values.clone()),
        _ => None,
    };
    value.unwrap_or_else(Value::unknown)
}

fn named(values: &Value, name: &str) -> Value {
    let parts = name.trim_start_matches("this.").split('.');
    let mut value = Some(values.clone());
    for part in parts {
        value = value.and_then(|value| value.field(part).cloned());
    }
    value.unwrap_or_else(|| Value::unknown().depending_on(std::slice::from_ref(values)))
}

fn name_length(text: &str) -> Option<usize> {
    let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
    let length = text.bytes().take_while(is_name).count();
    text.bytes().next().filter(|byte| byte.is_ascii_alphabetic() || *byte == b'_')?;
    Some(length)
}
