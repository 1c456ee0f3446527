//! Addresses of files as clients write them, and paths as the system does.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use lsp_types::Uri;
use serde_json::Value;

/// The file behind an address; none for anything but files.
pub(crate) fn to_path(uri: &Uri) -> Option<PathBuf> {
    let rest = uri.as_str().strip_prefix("file://")?;
    // A host before the path: only this machine is meant.
    let path = rest.strip_prefix("localhost").unwrap_or(rest);
    if !path.starts_with('/') {
        return None;
    }
    let path = String::from_utf8(decoded(path)).ok()?;
    let has_drive = path.as_bytes().get(2) == Some(&b':');
    Some(PathBuf::from(if has_drive { path.get(1..)?.to_owned() } else { path }))
}

/// The address of a file.
pub(crate) fn from_path(path: &Path) -> Option<Uri> {
    let path = path.to_str()?.replace('\\', "/");
    let mut address = String::from(if path.starts_with('/') { "file://" } else { "file:///" });
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/:@!$&'()*+,;=".contains(&byte) {
            address.push(char::from(byte));
        } else {
            let _ = write!(address, "%{byte:02X}");
        }
    }
    Uri::from_str(&address).ok()
}

/// Escapes what clients leave bare in addresses, wherever a message holds one: `[id]` in the
/// name of a folder is common.
pub(crate) fn escape_all(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(escape_all),
        Value::Object(fields) => {
            for (name, field) in fields.iter_mut() {
                match field {
                    Value::String(text) if name.ends_with("ri") && text.contains("://") => {
                        escape(text);
                    }
                    _ => escape_all(field),
                }
            }
        }
        _ => {}
    }
}

fn escape(text: &mut String) {
    let is_bare = |byte: u8| !byte.is_ascii_graphic() || b"[]^`{}|\\\"<>".contains(&byte);
    if !text.bytes().any(is_bare) {
        return;
    }
    let mut escaped = String::new();
    for byte in text.bytes() {
        if is_bare(byte) {
            let _ = write!(escaped, "%{byte:02X}");
        } else {
            escaped.push(char::from(byte));
        }
    }
    *text = escaped;
}

fn decoded(text: &str) -> Vec<u8> {
    let mut rest = text.as_bytes();
    let mut out = Vec::with_capacity(text.len());
    while let Some((byte, after)) = rest.split_first() {
        let digits = after.get(..2).and_then(|two| std::str::from_utf8(two).ok());
        let value = digits.and_then(|two| u8::from_str_radix(two, 16).ok());
        let value = value.filter(|_| *byte == b'%');
        out.push(value.unwrap_or(*byte));
        rest = if value.is_some() { after.get(2..).unwrap_or_default() } else { after };
    }
    out
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::str::FromStr;

    use lsp_types::Uri;
    use serde_json::json;

    use super::{escape_all, from_path, to_path};

    #[test]
    fn paths_come_back_from_their_addresses() {
        for path in ["/a/[id]/röute.ts", "/with space/%41.sql", "/plain.ts"] {
            let uri = from_path(Path::new(path)).unwrap();
            assert_eq!(to_path(&uri).as_deref(), Some(Path::new(path)), "{}", uri.as_str());
        }
        let drive = Uri::from_str("file:///c%3A/app/a.ts").unwrap();
        assert_eq!(to_path(&drive).as_deref(), Some(Path::new("c:/app/a.ts")));
        assert_eq!(to_path(&Uri::from_str("untitled:one").unwrap()), None);
    }

    #[test]
    fn bare_brackets_are_escaped() {
        let mut message = json!({ "textDocument": { "uri": "file:///a/[id]/b c.ts" }, "uris": 1 });
        escape_all(&mut message);
        assert_eq!(message["textDocument"]["uri"], "file:///a/%5Bid%5D/b%20c.ts");
    }
}
