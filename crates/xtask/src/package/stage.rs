//! A folder that is filled from scratch with what a package holds.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Context;

use crate::process::repository;

/// A folder below `target/` in which a package is put together.
#[derive(Debug)]
pub(super) struct Stage {
    folder: PathBuf,
}

impl Stage {
    /// An empty folder here.
    pub(super) fn new(folder: PathBuf) -> anyhow::Result<Self> {
        if folder.exists() {
            fs::remove_dir_all(&folder)
                .with_context(|| format!("`{}` cannot be emptied", folder.display()))?;
        }
        fs::create_dir_all(&folder)
            .with_context(|| format!("`{}` cannot be made", folder.display()))?;
        Ok(Self { folder })
    }

    /// Where it is.
    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Writes a file, with the folders above it.
    pub(super) fn write(&self, name: &str, text: &str) -> anyhow::Result<()> {
        let file = self.place(name)?;
        fs::write(&file, text).with_context(|| format!("`{}` cannot be written", file.display()))
    }

    /// Copies a file, with its right to be run.
    pub(super) fn copy(&self, from: &Path, name: &str) -> anyhow::Result<()> {
        let file = self.place(name)?;
        let copied = fs::copy(from, &file);
        copied.with_context(|| {
            format!("`{}` cannot be copied to `{}`", from.display(), file.display())
        })?;
        Ok(())
    }

    /// Copies a folder of the repository, without what git ignores there.
    pub(super) fn copy_tracked(&self, folder: &str) -> anyhow::Result<()> {
        let from = repository().join(folder);
        for path in tracked(&from)? {
            self.copy(&from.join(&path), &path)?;
        }
        Ok(())
    }

    /// Copies both licences of the repository.
    pub(super) fn copy_licences(&self) -> anyhow::Result<()> {
        let licences = ["LICENSE-APACHE", "LICENSE-MIT"];
        licences.iter().try_for_each(|name| self.copy(&repository().join(name), name))
    }

    fn place(&self, name: &str) -> anyhow::Result<PathBuf> {
        let file = self.folder.join(name);
        if let Some(above) = file.parent() {
            fs::create_dir_all(above)
                .with_context(|| format!("`{}` cannot be made", above.display()))?;
        }
        Ok(file)
    }
}

/// The files in a folder that are tracked, or new and not ignored.
fn tracked(folder: &Path) -> anyhow::Result<Vec<String>> {
    let mut git = Command::new("git");
    // A clone may belong to another user than the one who packs it.
    git.args(["-c", "safe.directory=*", "ls-files", "-z", "--cached", "--others"]);
    let output = git.arg("--exclude-standard").current_dir(folder).output();
    let output = output.context("`git ls-files` cannot be run")?;
    anyhow::ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let listed = String::from_utf8(output.stdout).context("a file has a strange name")?;
    let paths = listed.split_terminator('\0').map(str::to_owned);
    Ok(paths.filter(|path| folder.join(path).is_file()).collect())
}
