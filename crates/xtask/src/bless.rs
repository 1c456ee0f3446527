//! `cargo bless`: accepts what the program prints now as what tests expect.

use crate::repository;

/// The variable that tests read: with it they write instead of comparing.
const VARIABLE: &str = "TRAVE_BLESS";

/// Runs the command; a filter narrows which tests write.
pub(crate) fn run(arguments: &[String]) -> anyhow::Result<()> {
    let pages = ["test", "--quiet", "--package", "trave-rules"];
    repository::run(repository::cargo(&pages).args(arguments).env(VARIABLE, "1"))?;
    let texts = ["test", "--quiet", "--package", "trave", "--test", "fixtures", "--test", "docs"];
    repository::run(repository::cargo(&texts).env(VARIABLE, "1"))
}
