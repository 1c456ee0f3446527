//! `cargo xtask workflows`: whether those who run them would accept the files below `.github` and
//! `.gitlab`, and the hook for pre-commit.

use std::process::Command;

use crate::process::{Outcome, repository, run};
use crate::tools::{CHECK_JSONSCHEMA, ZIZMOR};

/// Files, and the schema that each has to keep to.
const SCHEMAS: [(&str, &str); 5] = [
    ("vendor.github-workflows", ".github/workflows/ci.yml"),
    ("vendor.github-workflows", ".github/workflows/release.yml"),
    ("vendor.github-actions", ".github/actions/check/action.yml"),
    ("vendor.gitlab-ci", ".gitlab/trave.yml"),
    ("vendor.pre-commit-hooks", ".pre-commit-hooks.yaml"),
];

/// Checks all of them: their form, and whether they are safe.
pub(crate) fn run_checks() -> anyhow::Result<Outcome> {
    let validator = CHECK_JSONSCHEMA.program()?;
    for (schema, file) in SCHEMAS {
        let mut check = Command::new(&validator);
        check.args(["--builtin-schema", schema, file]).current_dir(repository());
        let outcome = run(&mut check)?;
        if outcome != Outcome::Success {
            return Ok(outcome);
        }
    }
    let mut audit = Command::new(ZIZMOR.program()?);
    audit.args(["--offline", "--no-progress", "--quiet", "--min-severity", "medium", ".github"]);
    run(audit.current_dir(repository()))
}
