//! Phrases that findings share, so that all rules speak alike.

use std::fmt::Display;

use trave_model::catalog::Command;

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

    use super::{code_list, deeds};

    #[test]
    fn lists_read_like_sentences() {
        assert_eq!(code_list(["a"]), "`a`");
        assert_eq!(code_list(["a", "b", "c"]), "`a`, `b` and `c`");
    }

    #[test]
    fn all_writes_are_one_word() {
        assert_eq!(deeds(&[Select, Insert, Update, Delete]), "read and change");
        assert_eq!(deeds(&[Insert, Update, Delete]), "insert, update and delete");
        assert_eq!(deeds(&[Select]), "read");
    }
}
