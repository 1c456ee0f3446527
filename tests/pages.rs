//! What every page of a rule keeps to, so that findings read as if one person had worded them.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use trave_rules::RULES;

/// The rules that the first version has.
const FIRST_SET: [&str; 31] = [
    "cache/cache-key-incomplete",
    "cache/cached-sibling-uncached",
    "cache/missing-ttl",
    "cache/uncached-hot-query",
    "cache/user-data-in-shared-cache",
    "index/unindexed-filter",
    "index/unindexed-foreign-key",
    "index/unindexed-order",
    "index/wildcard-search",
    "jwt/fallback-secret",
    "jwt/hardcoded-secret",
    "jwt/missing-expiry",
    "jwt/session-unverified",
    "jwt/unverified-decode",
    "pagination/row-cap-truncation",
    "pagination/unbounded-list",
    "pagination/unclamped-limit",
    "pagination/unstable-order",
    "resilience/query-in-loop",
    "rls/policy-always-true",
    "rls/policy-per-row-call",
    "rls/policy-recursion",
    "rls/policy-without-rls",
    "rls/query-without-policy",
    "rls/returning-without-select-policy",
    "rls/service-client-unguarded",
    "rls/service-key-exposed",
    "rls/table-without-rls",
    "schema/single-without-unique",
    "schema/unknown-column",
    "schema/unknown-table",
];

/// Words that scold instead of saying what will happen.
const SCOLDING: [&str; 7] = ["should", "must", "invalid", "bad", "please", "never use", "don't"];

/// Characters of a message, which has to make sense alone on one line of a terminal.
const MESSAGE_MAX: usize = 110;

#[test]
fn the_first_set_is_complete() {
    let ids: Vec<&str> = RULES.iter().map(|rule| rule.meta.id).collect();
    let missing: Vec<&str> = FIRST_SET.into_iter().filter(|id| !ids.contains(id)).collect();
    assert!(missing.is_empty(), "rules without page and function: {missing:#?}");
}

#[test]
fn messages_say_what_will_happen() {
    let mut problems = Vec::new();
    for rule in RULES {
        for message in messages(rule.meta.page) {
            let say = |what: &str| format!("{}: {what}: {message}", rule.meta.id);
            if message.chars().count() > MESSAGE_MAX {
                problems.push(say("long"));
            }
            if message.ends_with('.') {
                problems.push(say("ends with a full stop"));
            }
            if message.starts_with(|first: char| first.is_uppercase()) && !names_first(message) {
                problems.push(say("begins with a capital letter"));
            }
            let words = format!(" {} ", message.to_lowercase());
            let scolds = |word: &&&str| words.contains(&format!(" {word} "));
            problems.extend(SCOLDING.iter().find(scolds).map(|word| say(&format!("`{word}`"))));
        }
    }
    assert!(problems.is_empty(), "\n{}\n", problems.join("\n"));
}

#[test]
fn summaries_are_one_sentence() {
    let wrong: Vec<&str> = RULES
        .iter()
        .filter(|rule| !rule.meta.summary.ends_with('.') || rule.meta.summary.contains(". "))
        .map(|rule| rule.meta.id)
        .collect();
    assert!(wrong.is_empty(), "summaries that are not one sentence: {wrong:#?}");
}

#[test]
fn pages_show_what_the_terminal_shows() {
    let without: Vec<&str> = RULES
        .iter()
        .filter(|rule| report(rule.meta.page).is_none())
        .map(|rule| rule.meta.id)
        .collect();
    assert!(without.is_empty(), "pages without Report, which `cargo bless` writes: {without:#?}");
}

#[test]
fn rules_name_problems() {
    for rule in RULES {
        let name = rule.meta.name();
        let begins =
            ["no-", "ban-", "prefer-", "require-"].iter().any(|word| name.starts_with(word));
        assert!(
            !begins,
            "{}: name the problem, so that it reads well after \"allow\"",
            rule.meta.id
        );
    }
}

/// The words of findings: of the carets in bad examples, and of the first line of the report.
fn messages(page: &str) -> Vec<&str> {
    let bad = page.split("\n## Bad\n").nth(1).unwrap().split("\n## ").next().unwrap();
    let carets = bad.lines().filter_map(|line| {
        let (before, message) = line.split_once("^ ")?;
        before.contains(['-', '/']).then_some(message.trim())
    });
    let headline = report(page).and_then(|text| text.lines().next()?.split_once("]: "));
    carets.chain(headline.map(|(_, message)| message)).collect()
}

/// What stands in the fence of the *Report*.
fn report(page: &str) -> Option<&str> {
    let (_, section) = page.split_once("\n## Report\n")?;
    section.split_once("```text\n").map(|(_, text)| text)
}

/// A message may begin with a name that is written in capitals: `GET /api/notes`, `INSERT`.
fn names_first(message: &str) -> bool {
    let word = message.split(|sign: char| !sign.is_alphanumeric()).next().unwrap();
    word.len() > 1 && word.chars().all(char::is_uppercase)
}
