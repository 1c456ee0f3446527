//! `cargo bless`: makes what the program prints now what the tests expect.

use crate::process::{Outcome, cargo, repository, run};

/// Blesses everything, or one rule or fixture.
pub(crate) fn run_bless(name: Option<&str>) -> anyhow::Result<Outcome> {
    let Some(name) = name else {
        let pages = bless_pages(None)?;
        let program = bless_program(&["fixtures", "stacks", "docs"])?;
        return Ok(if pages == Outcome::Success { program } else { pages });
    };
    if repository().join("fixtures").join(name).is_dir() {
        return bless_program(&["fixtures"]);
    }
    if repository().join("fixtures/stacks").join(name).is_dir() {
        return bless_program(&["stacks"]);
    }
    bless_pages(Some(&rule_function(name)))
}

/// The pages of rules: carets and *Report*.
fn bless_pages(function: Option<&str>) -> anyhow::Result<Outcome> {
    let mut tests = cargo(&["test", "--package", "trave-rules"]);
    run(tests.args(function).env("TRAVE_BLESS", "1"))
}

/// The expected listings of fixtures, the table of stacks, and the help texts in the documentation.
fn bless_program(targets: &[&str]) -> anyhow::Result<Outcome> {
    let mut tests = cargo(&["test", "--package", "trave"]);
    for target in targets {
        tests.args(["--test", target]);
    }
    run(tests.env("TRAVE_BLESS", "1"))
}

/// `rls/policy-without-rls`, or its second part, as the tests of its page are called.
fn rule_function(name: &str) -> String {
    name.replace('/', "::").replace('-', "_")
}

#[cfg(test)]
mod tests {
    use super::rule_function;

    #[test]
    fn rules_are_found_by_their_names() {
        assert_eq!(rule_function("rls/policy-without-rls"), "rls::policy_without_rls");
        assert_eq!(rule_function("policy-without-rls"), "policy_without_rls");
    }
}
