//! The repository around a project: its root, its branch, where its checks run.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::change::Change;
use super::texts;
use crate::cli::{Ci, Hook, Init};

/// A repository, as far as a set-up has to know it.
#[derive(Debug, Clone)]
pub(crate) struct Repository {
    /// Its folder; that of the project where there is none.
    pub(crate) root: PathBuf,
    /// The folder of the project in it, with `/` between its parts; empty for the whole.
    pub(crate) below: String,
    /// Where its checks run.
    pub(crate) ci: Ci,
    /// What runs before its commits.
    pub(crate) hook: Hook,
    /// Whether files that are there may be overwritten.
    pub(crate) overwrites: bool,
    branch: String,
}

/// Names under which hook managers keep their settings.
const LEFTHOOK: [&str; 4] = ["lefthook.yml", "lefthook.yaml", ".lefthook.yml", ".lefthook.yaml"];

/// The settings of the pre-commit framework.
const PRE_COMMIT: &str = ".pre-commit-config.yaml";

impl Repository {
    /// The repository that holds a folder.
    pub(crate) fn around(folder: &Path, arguments: &Init) -> Self {
        let whole = fs::canonicalize(folder).unwrap_or_else(|_| folder.to_owned());
        let root = whole.ancestors().find(|folder| folder.join(".git").exists());
        let root = root.unwrap_or(&whole).to_owned();
        let below = whole.strip_prefix(&root).unwrap_or(Path::new(""));
        let parts: Vec<_> = below.iter().map(|part| part.to_string_lossy()).collect();
        let below = parts.join("/");
        let (ci, hook, branch) = (ci(&root), hook(&root), branch(&root));
        Self { root, below, ci, hook, overwrites: arguments.force, branch }
    }

    /// What it uses, in words.
    pub(crate) fn described(&self) -> String {
        let ci = match self.ci {
            Ci::Github => "GitHub Actions",
            Ci::Gitlab => "GitLab CI",
            Ci::None => "",
        };
        let hook = if self.hook == Hook::None { "" } else { self.hook_name() };
        let parts: Vec<&str> = [ci, hook].into_iter().filter(|part| !part.is_empty()).collect();
        parts.join(", ")
    }

    /// What runs before its commits, in words.
    pub(crate) fn hook_name(&self) -> &'static str {
        match self.hook {
            Hook::Husky => "husky",
            Hook::Lefthook => "lefthook",
            Hook::PreCommit => "pre-commit",
            Hook::Git => "a hook of this clone",
            Hook::None => "nothing",
        }
    }

    /// The text of a file of it.
    pub(crate) fn text(&self, path: &str) -> Option<String> {
        fs::read_to_string(self.root.join(path)).ok()
    }

    /// The settings file of lefthook.
    pub(crate) fn lefthook_file(&self) -> &'static str {
        let mut names = LEFTHOOK.into_iter();
        names.find(|name| self.root.join(name).is_file()).unwrap_or("lefthook.yml")
    }

    /// Where git looks for the hook of this clone: settings and worktrees may put it elsewhere.
    pub(crate) fn hook_of_clone(&self) -> String {
        let asked = git(&self.root, &["rev-parse", "--git-path", "hooks/pre-commit"]);
        asked.unwrap_or_else(|| ".git/hooks/pre-commit".to_owned())
    }

    /// What makes the checks run for every change.
    pub(crate) fn workflow(&self, ci: Ci) -> Option<Change> {
        match ci {
            Ci::None => None,
            Ci::Github => {
                let path = ".github/workflows/trave.yml";
                if self.root.join(path).exists() && !self.overwrites {
                    return Some(Change::Keep(path.into()));
                }
                let text = texts::github(&self.branch, &self.below);
                Some(Change::Write { path: path.into(), text, is_program: false })
            }
            Ci::Gitlab => {
                let path = ".gitlab-ci.yml";
                let job = texts::gitlab(&self.below);
                let Some(text) = self.text(path) else {
                    return Some(Change::Write { path: path.into(), text: job, is_program: false });
                };
                // A second job of the name would take the place of the first.
                if text.lines().any(|line| line.starts_with("trave:")) {
                    return Some(Change::Keep(path.into()));
                }
                let text = format!("{}\n\n{job}", text.trim_end());
                Some(Change::Extend { path: path.into(), text })
            }
        }
    }
}

fn ci(root: &Path) -> Ci {
    if root.join(".gitlab-ci.yml").is_file() {
        return Ci::Gitlab;
    }
    let remote = git(root, &["remote", "get-url", "origin"]).unwrap_or_default();
    let is_github = root.join(".github").is_dir() || remote.contains("github.com");
    match (is_github, remote.contains("gitlab")) {
        (true, _) => Ci::Github,
        (false, true) => Ci::Gitlab,
        (false, false) => Ci::None,
    }
}

fn hook(root: &Path) -> Hook {
    if root.join(".husky").is_dir() {
        Hook::Husky
    } else if LEFTHOOK.iter().any(|name| root.join(name).is_file()) {
        Hook::Lefthook
    } else if root.join(PRE_COMMIT).is_file() {
        Hook::PreCommit
    } else {
        Hook::None
    }
}

/// The branch that others start from: what the remote says, else one of the usual names, else the
/// one that is checked out.
fn branch(root: &Path) -> String {
    let of_remote = git(root, &["symbolic-ref", "--short", "refs/remotes/origin/HEAD"]);
    let of_remote = of_remote.and_then(|name| Some(name.strip_prefix("origin/")?.to_owned()));
    let usual = || {
        let is_there = |name: &&str| {
            git(root, &["rev-parse", "--verify", "--quiet", &format!("refs/heads/{name}")])
                .is_some()
        };
        ["main", "master"].into_iter().find(is_there).map(str::to_owned)
    };
    let own = || git(root, &["symbolic-ref", "--short", "HEAD"]);
    of_remote.or_else(usual).or_else(own).unwrap_or_else(|| "main".to_owned())
}

/// The one line that git answers; none where it does not.
fn git(root: &Path, arguments: &[&str]) -> Option<String> {
    let output = Command::new("git").arg("-C").arg(root).args(arguments).output().ok()?;
    let line = String::from_utf8(output.stdout).ok()?.trim_end().to_owned();
    Some(line).filter(|line| output.status.success() && !line.is_empty())
}

/// The way from a folder to a file above it: `../../trave.toml`.
pub(crate) fn way_up(folder: &Path, file: &Path) -> Option<String> {
    let folder = fs::canonicalize(folder).ok()?;
    let above = fs::canonicalize(file.parent()?).ok()?;
    let steps = folder.strip_prefix(&above).ok()?.components().count();
    Some(format!("{}{}", "../".repeat(steps), file.file_name()?.to_str()?))
}
