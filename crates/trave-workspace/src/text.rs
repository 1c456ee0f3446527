//! From bytes to text: what is not UTF-8, binary or too large is said and never stops the rest.

use std::sync::Arc;

/// Larger SQL files are dumps of data.
pub(crate) const SQL_BYTES_MAX: u64 = 32 << 20;

/// Larger code files are bundles.
pub(crate) const CODE_BYTES_MAX: u64 = 2 << 20;

/// Larger settings files are none.
pub(crate) const CONFIG_BYTES_MAX: u64 = 4 << 20;

/// A text, and what had to be done to get it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Text {
    /// The text; none when the file cannot be read as one.
    pub(crate) text: Option<Arc<str>>,
    /// What was unusual about it, in one sentence without a full stop.
    pub(crate) notice: Option<String>,
}

impl Text {
    /// A file that is not read, and why.
    pub(crate) fn unread(why: impl Into<String>) -> Self {
        Self { text: None, notice: Some(why.into()) }
    }
}

/// Decodes the bytes of a file.
pub(crate) fn decode(bytes: Vec<u8>) -> Text {
    if bytes.contains(&0) {
        return Text::unread("holds bytes that no text has: left out");
    }
    match String::from_utf8(bytes) {
        Ok(text) => Text { text: Some(without_mark(text).into()), notice: None },
        Err(error) => {
            let text: String = error.as_bytes().iter().map(|byte| char::from(*byte)).collect();
            let notice = "is not UTF-8: read as Latin-1".to_owned();
            Text { text: Some(text.into()), notice: Some(notice) }
        }
    }
}

/// A byte order mark becomes blanks, so that every offset stays right.
fn without_mark(text: String) -> String {
    match text.strip_prefix('\u{feff}') {
        Some(rest) => format!("   {rest}"),
        None => text,
    }
}

/// Says that a file is too large, in the words of people.
pub(crate) fn too_large(bytes: u64, bytes_max: u64) -> Text {
    let megabytes = |bytes: u64| bytes.div_ceil(1 << 20);
    Text::unread(format!(
        "has {} MB: files of its kind over {} MB are left out",
        megabytes(bytes),
        megabytes(bytes_max)
    ))
}

#[cfg(test)]
mod tests {
    use super::decode;

    #[test]
    fn latin_1_is_read_and_said() {
        let found = decode(b"-- caf\xe9".to_vec());
        assert_eq!(found.text.as_deref(), Some("-- café"));
        assert!(found.notice.is_some());
    }

    #[test]
    fn binary_files_are_left_out_and_marks_keep_their_bytes() {
        assert_eq!(decode(b"\0\x01".to_vec()).text, None);
        assert_eq!(decode("\u{feff}select".as_bytes().to_vec()).text.as_deref(), Some("   select"));
    }
}
