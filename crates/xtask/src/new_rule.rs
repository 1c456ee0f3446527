//! `cargo new-rule family/name`: the page and the file of a new rule.

use std::fs;
use std::path::Path;

use anyhow::{Context, bail, ensure};

use crate::repository;

const PAGE: &str = include_str!("new_rule/page.md");
const CODE: &str = include_str!("new_rule/rule.rs.txt");

/// Runs the command.
pub(crate) fn run(arguments: &[String]) -> anyhow::Result<()> {
    let [id] = arguments else { bail!("cargo new-rule FAMILY/NAME") };
    let (family, name) = id.split_once('/').context("a rule has a family: `rls/my-rule`")?;
    for part in [family, name] {
        ensure!(is_kebab(part), "`{part}`: lower-case words with `-` between them");
    }
    let root = repository::root();
    let page = root.join("rules").join(family).join(format!("{name}.md"));
    let file = name.replace('-', "_");
    let code = root.join("crates/trave-rules/src").join(family).join(format!("{file}.rs"));
    write(&page, &filled(PAGE, family, name))?;
    write(&code, &filled(CODE, family, name))
}

fn filled(template: &str, family: &str, name: &str) -> String {
    let function = name.replace('-', "_");
    template
        .replace("{family}", family)
        .replace("{name}", name)
        .replace("{function}", &function)
}

fn is_kebab(text: &str) -> bool {
    let word = |word: &str| {
        !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
    };
    text.split('-').all(word)
}

fn write(path: &Path, text: &str) -> anyhow::Result<()> {
    ensure!(!path.exists(), "`{}` exists already", path.display());
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(path, text).with_context(|| format!("cannot write `{}`", path.display()))?;
    println!("wrote {}", path.display());
    Ok(())
}
