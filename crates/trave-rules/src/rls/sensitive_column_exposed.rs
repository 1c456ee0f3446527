//! Columns with secrets in tables that callers read whole.

use trave_rule::catalog::{Column, Command, Provenance, Table, TableKind};
use trave_rule::words::{callers, code_list};
use trave_rule::{Context, rule};

#[rule]
fn sensitive_column_exposed(table: &Table, cx: &mut Context) {
    let Provenance::Migration(_) = table.provenance else { return };
    let Some(catalog) = cx.catalog_of(table) else { return };
    let is_open = !table.rls_enabled && table.kind != TableKind::Foreign;
    if !is_open || !catalog.is_exposed(&table.name.schema) {
        return;
    }
    let may = |role: &&str| catalog.may(role, Command::Select, table) == Some(true);
    let Some(role) = ["anon", "authenticated"].into_iter().find(may) else { return };
    let secret: Vec<&Column> =
        table.columns.iter().filter(|column| is_sensitive(&column.name)).collect();
    let Some((first, others)) = secret.split_first() else { return };
    let name = table.name.short();
    let columns = code_list(secret.iter().map(|column| &column.name));
    let finding = cx
        .report(first.origin, format!("{} can read {columns} of all `{name}`", callers(role)))
        .about(&table.name)
        .help(format!("alter table {} enable row level security;", table.name))
        .help("-- then a policy for each command that callers need");
    for column in others {
        finding.about(format!("{}.{}", table.name, column.name));
        finding.label(column.origin, "and this");
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

fn is_sensitive(column: &str) -> bool {
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
    use super::is_sensitive;

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
            assert_eq!(is_sensitive(name), expected, "{name}");
        }
    }
}
