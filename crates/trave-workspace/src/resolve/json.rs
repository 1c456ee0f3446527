//! JSON as people write it in settings: with comments and trailing commas.

use jsonc_parser::ParseOptions;
use serde_json::Value;

/// How deep settings may nest: the parser recurses.
const DEPTH_MAX: usize = 100;

/// Reads JSON with comments; the error is a plain sentence.
pub(crate) fn read(text: &str) -> Result<Value, String> {
    if deepest(text) > DEPTH_MAX {
        return Err(format!("nested deeper than {DEPTH_MAX} levels"));
    }
    let text = text.trim_start_matches('\u{feff}');
    jsonc_parser::parse_to_serde_value(text, &ParseOptions::default())
        .map_err(|error| error.to_string())
}

/// An upper bound of the nesting: brackets in strings count too, which no real file minds.
fn deepest(text: &str) -> usize {
    let step = |(depth, most): (usize, usize), byte: u8| match byte {
        b'{' | b'[' => (depth + 1, most.max(depth + 1)),
        b'}' | b']' => (depth.saturating_sub(1), most),
        _ => (depth, most),
    };
    text.bytes().fold((0, 0), step).1
}

/// A text field.
pub(crate) fn text<'a>(value: &'a Value, field: &str) -> Option<&'a str> {
    value.get(field)?.as_str()
}

/// The fields of an object with text values, in order of name.
pub(crate) fn texts(value: Option<&Value>) -> impl Iterator<Item = (&str, &str)> {
    let fields = value.and_then(Value::as_object).into_iter().flatten();
    fields.filter_map(|(key, value)| Some((key.as_str(), value.as_str()?)))
}
