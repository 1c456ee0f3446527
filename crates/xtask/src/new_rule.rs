//! `cargo new-rule family/name`: writes the two files of a rule, and nothing else.

use std::fs;
use std::path::Path;

use anyhow::{Context, bail, ensure};

use crate::process::{Outcome, repository};

const PAGE: &str = include_str!("../templates/page.md");
const FUNCTION: &str = include_str!("../templates/rule.rs.txt");

/// Writes the page and the function of a rule.
pub(crate) fn write_rule(id: &str) -> anyhow::Result<Outcome> {
    let files = files(id)?;
    let repository = repository();
    let family = repository.join("crates/trave-rules/src").join(files.family);
    ensure!(
        family.is_dir(),
        "there is no family `{}`: name it in `catalog!` in crates/trave-rules/src/lib.rs and make \
         its folders rules/{0} and crates/trave-rules/src/{0}",
        files.family
    );
    write(&repository, &files.page, &PAGE.replace("{name}", files.name))?;
    let function = files.name.replace('-', "_");
    write(&repository, &files.function, &FUNCTION.replace("{function}", &function))?;
    println!("cargo test -p trave-rules {function}    # fails until both say something");
    Ok(Outcome::Success)
}

/// Where the two files of a rule are.
#[derive(Debug, PartialEq, Eq)]
struct Files<'a> {
    family: &'a str,
    name: &'a str,
    page: String,
    function: String,
}

fn files(id: &str) -> anyhow::Result<Files<'_>> {
    let Some((family, name)) = id.split_once('/') else {
        bail!("`{id}` names no rule: a rule is called family/name");
    };
    for part in [family, name] {
        let is_word = |word: &str| {
            !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
        };
        let begins_well = part.starts_with(|first: char| first.is_ascii_lowercase());
        ensure!(
            begins_well && part.split('-').all(is_word),
            "`{part}` is no name: use small letters and digits, with `-` between words"
        );
    }
    let function = name.replace('-', "_");
    Ok(Files {
        family,
        name,
        page: format!("rules/{family}/{name}.md"),
        function: format!("crates/trave-rules/src/{family}/{function}.rs"),
    })
}

fn write(repository: &Path, path: &str, text: &str) -> anyhow::Result<()> {
    let file = repository.join(path);
    ensure!(!file.exists(), "`{path}` is there already");
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder).with_context(|| format!("`{path}` has no folder"))?;
    }
    fs::write(&file, text).with_context(|| format!("`{path}` cannot be written"))?;
    println!("wrote {path}");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::files;

    #[test]
    fn a_rule_has_two_files_of_one_name() {
        let files = files("index/unindexed-filter").unwrap();
        assert_eq!(files.page, "rules/index/unindexed-filter.md");
        assert_eq!(files.function, "crates/trave-rules/src/index/unindexed_filter.rs");
    }

    #[test]
    fn what_cannot_be_a_name_is_refused() {
        for id in ["unindexed", "Index/x", "index/", "index/a_b", "index/-a", "a/b/c", "../a/b"] {
            assert!(files(id).is_err(), "{id}");
        }
    }
}
