//! What the names of functions and values that cannot be followed give away.

use trave_backend::value::{InputKind, Shape, Taint, Value};

/// Words of functions that ask who is calling.
const ASKING: [&str; 22] = [
    "auth",
    "authed",
    "authenticate",
    "authenticated",
    "authorize",
    "authorized",
    "session",
    "verify",
    "verified",
    "permission",
    "permissions",
    "guard",
    "guarded",
    "protect",
    "protected",
    "role",
    "roles",
    "admin",
    "signed",
    "authorization",
    "authentication",
    "csrf",
];

/// First words of functions that ask for the user.
const FETCHING: [&str; 9] =
    ["get", "require", "current", "ensure", "check", "assert", "with", "load", "is"];

/// Words of functions that compare a signature or secret.
const COMPARING: [&str; 7] =
    ["verify", "signature", "timing", "compare", "equal", "equals", "match"];

/// How the names of what is there end when a caller is turned away.
const FAILING: [&str; 17] = [
    "error",
    "errors",
    "err",
    "response",
    "denied",
    "blocked",
    "unauthorized",
    "unauthenticated",
    "forbidden",
    "invalid",
    "missing",
    "expired",
    "failed",
    "failure",
    "rejected",
    "redirect",
    "anonymous",
];

/// First words of functions that another service answers, or that let time pass.
const WAITING: [&str; 6] = ["send", "sleep", "delay", "wait", "dispatch", "publish"];

/// Whether a function is named like one that asks who is calling.
pub(super) fn ask_identity(name: &str) -> bool {
    let words = words(name);
    let fetches = words.first().is_some_and(|first| FETCHING.contains(&first.as_str()));
    let of_user = words.iter().any(|word| matches!(word.as_str(), "user" | "member" | "caller"));
    (fetches && of_user && words.len() == 2)
        || words.iter().any(|word| ASKING.contains(&word.as_str()))
}

/// Words of settings that say whether callers are asked who they are.
const SETTINGS: [&str; 10] = [
    "auth",
    "authed",
    "authenticate",
    "authenticated",
    "authentication",
    "authorize",
    "authorized",
    "authorization",
    "protect",
    "protected",
];

/// Words of settings that turn another one off.
const OFF: [&str; 8] =
    ["skip", "no", "without", "bypass", "disable", "public", "anonymous", "unauthenticated"];

/// Whether a setting is named like one that says whether callers are asked who they are.
pub(super) fn waives(name: &str) -> bool {
    let words = words(name);
    let is_setting = words.iter().any(|word| SETTINGS.contains(&word.as_str()));
    is_setting || (asks_nobody(name) && words.len() <= 2 && is_public(&words))
}

/// Whether such a setting asks nobody when it is set: `skipAuth`, `isPublic`.
pub(super) fn asks_nobody(name: &str) -> bool {
    words(name).iter().any(|word| OFF.contains(&word.as_str()))
}

fn is_public(words: &[String]) -> bool {
    words.iter().any(|word| matches!(word.as_str(), "public" | "anonymous" | "unauthenticated"))
}

/// Whether a setting is named like one that says that people are served.
pub(super) fn names_production(name: &str) -> bool {
    words(name).iter().any(|word| matches!(word.as_str(), "production" | "prod" | "live"))
}

/// Whether a setting is named like one that says that nobody is served: a developer's machine.
pub(super) fn names_development(name: &str) -> bool {
    let tells = |word: &String| {
        matches!(
            word.as_str(),
            "development" | "dev" | "develop" | "test" | "testing" | "local" | "e2e" | "localhost"
        )
    };
    words(name).iter().any(tells)
}

/// Whether a function is named like one that compares a signature or secret.
pub(super) fn check_secret(name: &str) -> bool {
    words(name).iter().any(|word| COMPARING.contains(&word.as_str()))
}

/// Whether something is named like what is there when a caller is turned away.
pub(super) fn names_failure(name: &str) -> bool {
    let words = words(name);
    let negated = words.first().is_some_and(|first| matches!(first.as_str(), "not" | "guest"))
        || words.get(1).is_some_and(|second| second == "not");
    negated || words.last().is_some_and(|last| FAILING.contains(&last.as_str()))
}

/// Whether a value tells who is calling: the request, cookies, a header with a credential.
pub(super) fn tells_identity(value: &Value) -> bool {
    if value.taint.has(Taint::CLAIM.and(Taint::COOKIE)) {
        return true;
    }
    let by_header = value.inputs.iter().any(|input| {
        let name = input.name.to_ascii_lowercase();
        let credential = ["auth", "cookie", "token", "key", "signature", "secret"];
        input.kind == InputKind::Header
            && (name.is_empty() || credential.iter().any(|word| name.contains(word)))
    });
    by_header || value.holds(|shape| matches!(shape, Shape::Library(it) if it.kind == "request"))
}

/// The words of a name in camel or snake case, in lower case.
fn words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut after_lower = false;
    for sign in name.chars() {
        if !sign.is_alphanumeric() {
            after_lower = false;
            words.push(String::new());
            continue;
        }
        if words.is_empty() || (sign.is_uppercase() && after_lower) {
            words.push(String::new());
        }
        after_lower = sign.is_lowercase() || sign.is_numeric();
        if let Some(word) = words.last_mut() {
            word.extend(sign.to_lowercase());
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

/// Whether a function is named like one that sends something to another service, or waits.
pub(super) fn sends_or_waits(name: &str) -> bool {
    WAITING.iter().any(|word| {
        let rest = name.strip_prefix(word);
        rest.is_some_and(|rest| !rest.starts_with(|next: char| next.is_ascii_lowercase()))
    })
}

#[cfg(test)]
mod tests {
    use super::{ask_identity, check_secret, names_failure, sends_or_waits};

    #[test]
    fn names_give_away_what_functions_ask() {
        for name in ["auth", "getSession", "withAuth", "requireUser", "verifyToken", "isAdmin"] {
            assert!(ask_identity(name), "{name}");
        }
        for name in ["useRouter", "createUser", "limit", "getAuthor", "captureException"] {
            assert!(!ask_identity(name), "{name}");
        }
        assert!(check_secret("timingSafeEqual"));
        assert!(names_failure("authError"));
        assert!(names_failure("isNotAllowed"));
        assert!(!names_failure("user"));
        assert!(sends_or_waits("sendMail") && sends_or_waits("sleep"));
        assert!(!sends_or_waits("sender") && !sends_or_waits("waitlist"));
    }
}
