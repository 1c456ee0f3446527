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

/// Whether a table keeps what has been: logs, histories, counts. Its rows outlive what they name.
pub fn keeps_the_past(table: &str) -> bool {
    const WORDS: [&str; 36] = [
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
