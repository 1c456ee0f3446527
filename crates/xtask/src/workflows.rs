//! `cargo xtask workflows`: whether those who run them would accept the files below `.github` and
//! `.gitlab`, and the hook for pre-commit.

use std::process::Command;

use crate::process::{Outcome, repository, run};
use crate::tools::{CHECK_JSONSCHEMA, PRE_COMMIT, ZIZMOR};

/// Files, and the schema that each has to keep to.
const SCHEMAS: [(&str, &str); 4] = [
    ("vendor.github-workflows", ".github/workflows/ci.yml"),
    ("vendor.github-workflows", ".github/workflows/release.yml"),
    ("vendor.github-actions", ".github/actions/check/action.yml"),
    ("vendor.gitlab-ci", ".gitlab/trave.yml"),
];

/// Checks all of them: their form, and whether they are safe.
pub(crate) fn run_checks() -> anyhow::Result<Outcome> {
    for check in &mut checks()? {
        let outcome = run(check.current_dir(repository()))?;
        if outcome != Outcome::Success {
            return Ok(outcome);
        }
    }
    Ok(Outcome::Success)
}

fn checks() -> anyhow::Result<Vec<Command>> {
    let validator = CHECK_JSONSCHEMA.program()?;
    let mut checks: Vec<Command> = Vec::new();
    for (schema, file) in SCHEMAS {
        let mut check = Command::new(&validator);
        check.args(["--builtin-schema", schema, file]);
        checks.push(check);
    }
    let mut hooks = Command::new(PRE_COMMIT.program()?);
    hooks.args(["validate-manifest", ".pre-commit-hooks.yaml"]);
    checks.push(hooks);
    let mut audit = Command::new(ZIZMOR.program()?);
    audit.args(["--offline", "--no-progress", "--quiet", "--min-severity", "medium", ".github"]);
    checks.push(audit);
    Ok(checks)
}
