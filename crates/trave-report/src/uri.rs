//! Paths in addresses.

/// A path as a part of an address: what might mean something there is written `%xx`.
pub(crate) fn encoded(path: &str) -> String {
    let mut encoded = String::with_capacity(path.len());
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/()".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            let code = format!("%{byte:02X}");
            encoded.push_str(&code);
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::encoded;

    #[test]
    fn what_means_something_in_an_address_is_encoded() {
        assert_eq!(encoded("src/(shop)/[id]/ä b.ts"), "src/(shop)/%5Bid%5D/%C3%A4%20b.ts");
        assert_eq!(encoded("c:/a#b%?"), "c%3A/a%23b%25%3F");
    }
}
