//! Phrases that findings share, so that all rules speak alike.

use std::fmt::Display;

use trave_model::catalog::Command;
use trave_page::{distance, nearest};

/// `a`, `a and b`, `a, b and c`.
pub fn list<T: Display>(items: impl IntoIterator<Item = T>) -> String {
    let items: Vec<String> = items.into_iter().map(|item| item.to_string()).collect();
    match items.as_slice() {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// The same with each item in code quotes.
pub fn code_list<T: Display>(items: impl IntoIterator<Item = T>) -> String {
    list(items.into_iter().map(|item| format!("`{item}`")))
}

/// `a, b, c`, as SQL lists columns.
pub fn plain_list<T: Display>(items: impl IntoIterator<Item = T>) -> String {
    items.into_iter().map(|item| item.to_string()).collect::<Vec<_>>().join(", ")
}

/// Names in the order of letters, to name a set by: the order in which code lists them is its own.
pub fn sorted<T: Display>(names: impl IntoIterator<Item = T>) -> String {
    let mut names: Vec<String> = names.into_iter().map(|name| name.to_string()).collect();
    names.sort();
    names.join(",")
}

/// The name that a misspelt one was meant to be: a letter or two are wrong. A word that is another
/// word (`created_at` for `updated_at`) is no slip.
pub fn misspelt<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    nearest(name, known).filter(|near| is_slip(name, near))
}

fn is_slip(name: &str, near: &str) -> bool {
    let (words, others): (Vec<&str>, Vec<&str>) =
        (name.split('_').collect(), near.split('_').collect());
    if words.len() != others.len() {
        return words.concat() == others.concat();
    }
    let close = |(word, other): (&&str, &&str)| {
        let most = if word.chars().count().max(other.chars().count()) > 5 { 2 } else { 1 };
        word == other || distance(word, other) <= most
    };
    words.iter().zip(&others).all(close)
}

/// Who holds a role: `anon` is everybody with the public key.
pub fn callers(role: &str) -> &'static str {
    match role {
        "authenticated" => "every signed-in user",
        _ => "anyone with the anon key",
    }
}

/// What commands do: `read`, `read and change`, `insert, update and delete`.
pub fn deeds(commands: &[Command]) -> String {
    let writes = commands.iter().filter(|command| **command != Command::Select).count();
    match (commands.contains(&Command::Select), writes) {
        (true, 0) => "read".to_owned(),
        (true, 3) => "read and change".to_owned(),
        _ => list(commands.iter().map(|command| deed(*command))),
    }
}

/// What a command does, as a verb.
pub fn deed(command: Command) -> &'static str {
    match command {
        Command::Select => "read",
        Command::Insert => "insert",
        Command::Update => "update",
        Command::Delete => "delete",
    }
}

#[cfg(test)]
mod tests {
    use trave_model::catalog::Command::{Delete, Insert, Select, Update};

    use super::{code_list, deeds, misspelt};

    #[test]
    fn lists_read_like_sentences() {
        assert_eq!(code_list(["a"]), "`a`");
        assert_eq!(code_list(["a", "b", "c"]), "`a`, `b` and `c`");
    }

    #[test]
    fn a_slip_is_no_other_word() {
        for (name, known, expected) in [
            ("titel", "title", true),
            ("user_ids", "user_id", true),
            ("username", "user_name", true),
            ("updated_at", "created_at", false),
            ("min_price", "max_price", false),
            ("sent_to", "sent_at", false),
            ("id", "is_id", false),
        ] {
            assert_eq!(misspelt(name, [known]).is_some(), expected, "{name} {known}");
        }
    }

    #[test]
    fn all_writes_are_one_word() {
        assert_eq!(deeds(&[Select, Insert, Update, Delete]), "read and change");
        assert_eq!(deeds(&[Insert, Update, Delete]), "insert, update and delete");
        assert_eq!(deeds(&[Select]), "read");
    }
}
