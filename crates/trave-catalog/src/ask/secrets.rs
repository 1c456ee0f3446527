//! Columns whose names say that they hold what nobody else may know.

use crate::{Column, Table};

impl Table {
    /// Columns that are named after secrets: `password`, `access_token`, `iban`.
    pub fn secret_columns(&self) -> impl Iterator<Item = &Column> {
        self.columns.iter().filter(|column| is_secret(&column.name))
    }
}

/// Names of one word that hold what nobody else may know.
const WORDS: [&str; 22] = [
    "password",
    "passwd",
    "pwd",
    "passphrase",
    "passcode",
    "secret",
    "token",
    "apikey",
    "jwt",
    "otp",
    "ssn",
    "cvv",
    "cvc",
    "cvn",
    "iban",
    "bic",
    "imei",
    "macaddr",
    "certificate",
    "pin",
    "credentials",
    "mnemonic",
];

/// Pairs of words, each with what may stand before the second.
const PAIRS: [(&str, &[&str]); 11] = [
    (
        "key",
        &[
            "secret",
            "private",
            "api",
            "auth",
            "session",
            "pgp",
            "gpg",
            "ssh",
            "license",
            "activation",
            "encryption",
            "signing",
        ],
    ),
    ("token", &["access", "refresh", "oauth", "session", "bearer", "auth", "id", "api"]),
    ("code", &["auth", "recovery", "backup", "verification", "swift", "2fa"]),
    ("secret", &["session", "client", "2fa", "webhook", "totp", "api", "mfa"]),
    ("number", &["license", "passport", "card", "account", "routing", "insurance"]),
    ("id", &["session", "passport", "national", "tax", "patient"]),
    ("hash", &["password", "token", "secret"]),
    ("record", &["health", "medical"]),
    ("insurance", &["health", "medical"]),
    ("license", &["driver", "drivers"]),
    ("account", &["bank"]),
];

fn is_secret(column: &str) -> bool {
    let name = column.to_lowercase().replace('-', "_");
    let is_pair = |(last, first): &(&str, &[&str])| {
        name.rsplit_once('_').is_some_and(|(before, end)| end == *last && first.contains(&before))
    };
    let others = [
        "social_security",
        "social_security_number",
        "credit_card",
        "credit_card_number",
        "two_factor",
        "mac_address",
        "device_uuid",
        "facial_recognition",
    ];
    WORDS.contains(&name.as_str()) || PAIRS.iter().any(is_pair) || others.contains(&name.as_str())
}

#[cfg(test)]
mod tests {
    use super::is_secret;

    #[test]
    fn names_are_taken_as_a_whole() {
        for (name, expected) in [
            ("password", true),
            ("api_key", true),
            ("Access-Token", true),
            ("password_hint_shown", false),
            ("token_count", false),
            ("object_key", false),
        ] {
            assert_eq!(is_secret(name), expected, "{name}");
        }
    }
}
