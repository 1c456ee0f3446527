//! What the commands take that set a project up and keep what is known of it.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

/// The file of known findings.
#[derive(Debug, Clone, Args)]
pub(crate) struct KnownFindings {
    /// The file of known findings, in place of trave-baseline.json beside the settings
    #[arg(long, value_name = "FILE", conflicts_with = "no_baseline")]
    pub(crate) baseline: Option<PathBuf>,
    /// Report known findings too
    #[arg(long)]
    pub(crate) no_baseline: bool,
}

/// Write down the findings of today, so that `trave check` reports only new ones.
///
/// A known finding is recognised by its rule and by what it is about, not by its line: it stays
/// known when lines move and when its file is renamed. The file is made to be read, committed and
/// merged.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  trave baseline            everything found today is known from now on
  trave check               reports and fails only on what is new
  trave baseline --prune    what was mended leaves the file
  trave baseline --update   what is new is known too, what was mended leaves

A finding that is right as it is belongs into a comment or `[[ignore]]`, with its reason; a
baseline is for those that wait.")]
pub(crate) struct BaselineCommand {
    /// A folder
    #[arg(value_name = "PATH", default_value = ".")]
    pub(crate) path: PathBuf,
    /// The file, in place of trave-baseline.json beside the settings
    #[arg(long, value_name = "FILE")]
    pub(crate) baseline: Option<PathBuf>,
    /// Take out what occurs no longer, and nothing in
    #[arg(long, conflicts_with = "update")]
    pub(crate) prune: bool,
    /// Take in what is new, and out what occurs no longer
    #[arg(long)]
    pub(crate) update: bool,
    /// The folder of migrations that all code speaks to
    #[arg(long, value_name = "DIR")]
    pub(crate) root: Option<String>,
}

/// Set a project up: settings, known findings, a CI workflow and a pre-commit hook.
///
/// On a terminal it asks what is not said by an option; with `--yes`, and where nobody can be
/// asked, it takes what stands in brackets. It overwrites nothing without `--force`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  trave init                             asks, and writes what you want
  trave init --yes                       takes what fits this repository
  trave init --yes --ci none --hook none settings and known findings only
  trave init --yes --preset strict       begin with a preset")]
pub(crate) struct Init {
    /// The folder of the project
    #[arg(value_name = "PATH", default_value = ".")]
    pub(crate) path: PathBuf,
    /// Ask nothing
    #[arg(long, short)]
    pub(crate) yes: bool,
    /// Where to begin [default: recommended]
    #[arg(long, value_name = "PRESET")]
    pub(crate) preset: Option<PresetName>,
    /// Write down the findings of today as known [default: if there are any that fail]
    #[arg(long, value_name = "WHETHER")]
    pub(crate) baseline: Option<Whether>,
    /// Where `trave check` runs for every change [default: what the repository uses]
    #[arg(long, value_name = "WHERE")]
    pub(crate) ci: Option<Ci>,
    /// What runs `trave check` before a commit [default: what the repository uses, or none]
    #[arg(long, value_name = "WHICH")]
    pub(crate) hook: Option<Hook>,
    /// Overwrite files of an earlier set-up
    #[arg(long)]
    pub(crate) force: bool,
}

/// Show which settings hold for a file, or the JSON schema of trave.toml.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  trave settings                         the files that are read, and levels that differ
  trave settings apps/admin/src/a.ts     what holds there
  trave settings --schema > trave.schema.json

Editors with Taplo (VS Code: Even Better TOML) check and complete trave.toml with this line at its
top:
  #:schema ./trave.schema.json")]
pub(crate) struct SettingsCommand {
    /// A file or folder of a project
    #[arg(value_name = "PATH", default_value = ".")]
    pub(crate) path: PathBuf,
    /// Print the JSON schema of trave.toml
    #[arg(long)]
    pub(crate) schema: bool,
}

/// Print the manual page, or write one for each command into a folder.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  trave man | man -l -                   read it
  trave man ~/.local/share/man/man1      install it for yourself")]
pub(crate) struct Man {
    /// Write trave.1, trave-check.1 … into this folder
    #[arg(value_name = "DIR")]
    pub(crate) folder: Option<PathBuf>,
}

/// A preset, as settings name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum PresetName {
    /// Every rule as its page has it
    Recommended,
    /// Every rule one level higher
    Strict,
    /// What lets people see or change what is not theirs
    Security,
    /// What makes the database slow
    Performance,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Whether {
    Yes,
    No,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Ci {
    /// .github/workflows/trave.yml
    Github,
    /// A job in .gitlab-ci.yml
    Gitlab,
    None,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Hook {
    /// .husky/pre-commit
    Husky,
    /// lefthook.yml
    Lefthook,
    /// .pre-commit-config.yaml
    PreCommit,
    /// .git/hooks/pre-commit, of this clone only
    Git,
    None,
}
