//! What the names of tables and columns say, in one place: people, tenants, money, secrets.
//!
//! Names are a hint and never a proof; whoever asks has to know more before it speaks.

use smol_str::SmolStr;

use crate::Table;

/// The words of a name, in small letters: of `unit_price`, `unitPrice` and `UnitPrice` alike.
pub fn words_of(name: &str) -> Vec<SmolStr> {
    let mut words = vec![String::new()];
    let mut was_small = false;
    for sign in name.chars() {
        let begins = !sign.is_alphanumeric() || (sign.is_uppercase() && was_small);
        if begins && words.last().is_some_and(|word| !word.is_empty()) {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut().filter(|_| sign.is_alphanumeric()) {
            word.extend(sign.to_lowercase());
        }
        was_small = sign.is_lowercase() || sign.is_ascii_digit();
    }
    words.into_iter().filter(|word| !word.is_empty()).map(SmolStr::from).collect()
}

/// Whether some word of a name is one of these.
pub fn has_word(name: &str, wanted: &[&str]) -> bool {
    words_of(name).iter().any(|word| wanted.contains(&word.as_str()))
}

/// Tables whose rows are groups that share data: what belongs to one is nobody else's.
const TENANTS: [&str; 8] = [
    "accounts",
    "companies",
    "organisations",
    "organizations",
    "orgs",
    "teams",
    "tenants",
    "workspaces",
];

/// Columns that hold a tenant's key, where no foreign key says so.
const TENANT_COLUMNS: [&str; 7] = [
    "company_id",
    "org_id",
    "organisation_id",
    "organization_id",
    "team_id",
    "tenant_id",
    "workspace_id",
];

/// Tables with a row for each person that uses the project, or is served by it.
const PEOPLE: [&str; 7] =
    ["accounts", "clients", "customers", "members", "profiles", "user_profiles", "users"];

/// Columns that hold a person's key.
const PERSON_COLUMNS: [&str; 6] =
    ["account_id", "created_by", "customer_id", "owner_id", "profile_id", "user_id"];

/// Whether a table holds tenants.
pub fn is_tenants(table: &str) -> bool {
    TENANTS.contains(&table)
}

/// Whether a column is called like a tenant's key.
pub fn names_tenant(column: &str) -> bool {
    TENANT_COLUMNS.contains(&column)
}

/// Whether a table holds people. A declaration in code may name it in the singular (`User`).
pub fn is_people(table: &str) -> bool {
    let name = words_of(table).join("_");
    PEOPLE.iter().any(|people| *people == name || people.strip_suffix('s') == Some(name.as_str()))
}

/// Whether a table holds those who use the project, alone or in groups: what is kept for one of
/// them is theirs.
pub fn is_owners(table: &str) -> bool {
    matches!(table, "users" | "profiles") || is_tenants(table)
}

/// Whether a column is called like a person's key.
pub fn names_person(column: &str) -> bool {
    PERSON_COLUMNS.contains(&words_of(column).join("_").as_str())
}

/// Whether a column holds how to reach somebody.
pub fn reaches_somebody(column: &str) -> bool {
    matches!(column, "email" | "phone")
}

/// Whether a column is called like one that holds a secret of the row's own: a password, a key.
pub fn names_secret(column: &str) -> bool {
    let words: Vec<&str> = column.split('_').collect();
    let is_secret = |word: &&str| {
        matches!(
            *word,
            "secret" | "password" | "passcode" | "apikey" | "credentials" | "credential"
        )
    };
    let is_pair = |pair: &[&str]| {
        matches!(
            pair,
            ["api" | "private" | "service" | "access" | "encryption" | "signing", "key"]
                | ["access" | "refresh" | "auth" | "bearer" | "bot" | "session", "token"]
                | ["token" | "key", "hash"]
        )
    };
    words.iter().any(is_secret) || words.windows(2).any(is_pair)
}

/// Whether a column, or a path in it, is called like what only the right caller can know: the token
/// of a share, an invitation, a reset.
pub fn names_capability(name: &str) -> bool {
    const PARTS: [&str; 8] =
        ["token", "secret", "hash", "signature", "nonce", "api_key", "share", "invite"];
    PARTS.iter().any(|part| name.contains(part))
}

/// Whether a column says what somebody may do or gets: who sets it for himself helps himself.
pub fn names_privilege(column: &str) -> bool {
    const WORDS: [&str; 18] = [
        "admin",
        "approved",
        "balance",
        "banned",
        "credits",
        "moderator",
        "permission",
        "permissions",
        "plan",
        "privilege",
        "privileges",
        "role",
        "roles",
        "staff",
        "superuser",
        "superadmin",
        "tier",
        "verified",
    ];
    has_word(column, &WORDS) && !column.ends_with("_at")
}

/// Whether a column holds what is there to be seen, as pages show it: a name, a title, a picture.
pub fn names_display(column: &str) -> bool {
    const WORDS: [&str; 24] = [
        "avatar",
        "banner",
        "bio",
        "color",
        "colour",
        "cover",
        "description",
        "display",
        "emoji",
        "excerpt",
        "handle",
        "headline",
        "icon",
        "id",
        "image",
        "label",
        "locale",
        "logo",
        "name",
        "slug",
        "summary",
        "title",
        "url",
        "username",
    ];
    let words = words_of(column);
    !words.is_empty() && words.iter().all(|word| WORDS.contains(&word.as_str()))
}

/// Whether a table keeps what has been: logs, histories, counts. Its rows outlive what they name.
pub fn keeps_the_past(table: &str) -> bool {
    const WORDS: [&str; 38] = [
        "activities",
        "activity",
        "analytics",
        "archive",
        "archived",
        "audit",
        "audits",
        "backup",
        "backups",
        "deleted",
        "deletions",
        "errors",
        "event",
        "events",
        "histories",
        "history",
        "journal",
        "legacy",
        "log",
        "logs",
        "metrics",
        "old",
        "purges",
        "snapshot",
        "snapshots",
        "spans",
        "staging",
        "statistics",
        "stats",
        "telemetry",
        "temp",
        "tmp",
        "tombstones",
        "trace",
        "traces",
        "usage",
        "versions",
        "views",
    ];
    has_word(table, &WORDS)
}

/// Whether a table gets a row whenever something happens: its rows come without end.
pub fn comes_without_end(table: &str) -> bool {
    const WORDS: [&str; 18] = [
        "audit",
        "clicks",
        "deliveries",
        "event",
        "events",
        "history",
        "impressions",
        "journal",
        "log",
        "logs",
        "messages",
        "metrics",
        "readings",
        "requests",
        "telemetry",
        "usage",
        "views",
        "visits",
    ];
    has_word(table, &WORDS)
}

/// Whether a table holds numbers that were computed from others, to look at: reports.
pub fn is_report(table: &str) -> bool {
    const WORDS: [&str; 9] = [
        "analytics",
        "forecast",
        "forecasts",
        "metrics",
        "report",
        "reports",
        "statistics",
        "stats",
        "summaries",
    ];
    has_word(table, &WORDS)
}

/// Whether a column's name says that it holds money, by itself or with what stands beside it:
/// `price` and `salary` do; `amount` and `total` only among other money, or in an order.
pub fn names_money(column: &str, table: &Table) -> bool {
    let words = words_of(column);
    let has = |wanted: &[&str]| words.iter().any(|word| wanted.contains(&word.as_str()));
    let is_money = has(&MONEY) || (has(&MAYBE_MONEY) && is_about_money(table));
    is_money && !has(&PROPORTIONS)
}

/// Words that mean money.
const MONEY: [&str; 19] = [
    "budget", "cost", "costs", "earnings", "fee", "fees", "income", "payout", "payouts", "price",
    "prices", "rent", "revenue", "salaries", "salary", "subtotal", "wage", "wages", "payroll",
];

/// Words that mean money or another quantity.
const MAYBE_MONEY: [&str; 11] = [
    "amount", "balance", "credit", "debit", "deposit", "discount", "paid", "payment", "spend",
    "tax", "total",
];

/// Words of what is counted, measured or compared with money, and of what was computed roughly.
const PROPORTIONS: [&str; 41] = [
    "average",
    "avg",
    "change",
    "confidence",
    "conversion",
    "count",
    "days",
    "delta",
    "effort",
    "elasticity",
    "estimate",
    "estimated",
    "exchange",
    "factor",
    "forecast",
    "growth",
    "hours",
    "index",
    "kcal",
    "kg",
    "level",
    "margin",
    "mean",
    "median",
    "minutes",
    "multiplier",
    "pct",
    "percent",
    "percentage",
    "percentile",
    "predicted",
    "probability",
    "quantity",
    "rank",
    "rate",
    "ratio",
    "score",
    "share",
    "trend",
    "weight",
    "tokens",
];

/// Whether a table is about money: it holds what is ordered, billed or paid, or knows currencies.
fn is_about_money(table: &Table) -> bool {
    const WORDS: [&str; 28] = [
        "bill",
        "billing",
        "bills",
        "carts",
        "charge",
        "charges",
        "checkouts",
        "donation",
        "donations",
        "expense",
        "expenses",
        "invoice",
        "invoices",
        "ledger",
        "order",
        "orders",
        "payment",
        "payments",
        "payouts",
        "purchase",
        "purchases",
        "quotes",
        "refund",
        "refunds",
        "sale",
        "sales",
        "wallet",
        "wallets",
    ];
    let knows = |name: &str| has_word(name, &["currency"]) || has_word(name, &MONEY);
    has_word(&table.name.name, &WORDS) || table.columns.iter().any(|column| knows(&column.name))
}

/// Names of one word that hold what nobody else may know.
const SENSITIVE_WORDS: [&str; 22] = [
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
const SENSITIVE_PAIRS: [(&str, &[&str]); 11] = [
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

/// Whether a column is called, as a whole, like one whose values nobody else may know: passwords,
/// tokens, numbers of passports and accounts.
pub fn names_sensitive(column: &str) -> bool {
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
    SENSITIVE_WORDS.contains(&name.as_str())
        || SENSITIVE_PAIRS.iter().any(is_pair)
        || others.contains(&name.as_str())
}

#[cfg(test)]
mod tests {
    use super::{keeps_the_past, names_money, words_of};
    use crate::testing::{catalog, table};

    #[test]
    fn names_are_words_however_they_are_written() {
        for name in ["unit_price", "unitPrice", "UnitPrice", "unit price"] {
            assert_eq!(words_of(name), ["unit", "price"], "{name}");
        }
        assert_eq!(words_of("userID"), ["user", "id"]);
        assert_eq!(words_of("address2_line"), ["address2", "line"]);
        assert!(words_of("__").is_empty());
    }

    #[test]
    fn an_amount_is_money_among_money() {
        let catalog = catalog(
            "create table ingredients (amount real, price_index real, unit_price real);
             create table recipes (amount real, total real);
             create table invoices (amount real, tax_rate real);",
        );
        let names = |of: &str, column: &str| names_money(column, table(&catalog, of));
        assert!(names("ingredients", "unit_price") && names("ingredients", "amount"));
        assert!(!names("ingredients", "price_index"));
        assert!(!names("recipes", "amount") && !names("recipes", "total"));
        assert!(names("invoices", "amount") && !names("invoices", "tax_rate"));
    }

    #[test]
    fn what_is_over_is_told_by_words() {
        assert!(
            keeps_the_past("audit_logs")
                && keeps_the_past("PageView") == keeps_the_past("page_view")
        );
        assert!(!keeps_the_past("blogs") && !keeps_the_past("orders"));
    }
}
