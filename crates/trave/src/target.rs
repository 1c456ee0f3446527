//! Which folder is analysed for the paths that were given, and what of it is reported.

use std::env;
use std::fs;
use std::path::{Component, Path, PathBuf};

use crate::failure::Failure;

/// What marks the folder of a project.
const MARKS: [&str; 3] = ["trave.toml", ".git", "supabase"];

/// What a run looks at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Target {
    /// The analysed folder.
    pub(crate) root: PathBuf,
    /// Paths in it that are reported; empty for all.
    pub(crate) only: Vec<String>,
    /// What stands before a path in it, seen from where the user is.
    pub(crate) prefix: String,
}

/// The target of these paths: a folder, or the project around several folders and files.
pub(crate) fn target(paths: &[PathBuf]) -> Result<Target, Failure> {
    let full: Vec<PathBuf> = paths.iter().map(|path| existing(path)).collect::<Result<_, _>>()?;
    if let ([path], [whole]) = (paths, full.as_slice())
        && whole.is_dir()
    {
        let prefix = prefix(path);
        return Ok(Target { root: path.clone(), only: Vec::new(), prefix });
    }
    let root = project_around(&full);
    let only = full.iter().filter_map(|path| relative(path, &root)).collect();
    let prefix = seen_from_here(&root);
    Ok(Target { root, only, prefix })
}

impl Target {
    /// Whether something at this path is reported.
    pub(crate) fn reports(&self, path: &str) -> bool {
        self.only.is_empty()
            || self.only.iter().any(|only| {
                let rest = path.strip_prefix(only.as_str());
                only.is_empty() || rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
            })
    }
}

/// What stands before a path in a folder, seen from the root of its repository. Without one, from
/// where the user is, or from the folder itself.
pub(crate) fn from_repository(folder: &Path) -> String {
    let folder = fs::canonicalize(folder).unwrap_or_else(|_| folder.to_owned());
    let here = env::current_dir().and_then(fs::canonicalize).unwrap_or_default();
    let repository = folder.ancestors().find(|above| above.join(".git").exists());
    let below = folder.strip_prefix(repository.unwrap_or(&here)).unwrap_or(Path::new(""));
    below.iter().flat_map(|part| [part.to_string_lossy(), "/".into()]).collect()
}

fn existing(path: &Path) -> Result<PathBuf, Failure> {
    fs::canonicalize(path).map_err(|error| {
        let path = path.display();
        match error.kind() {
            std::io::ErrorKind::NotFound => Failure::new(format!("`{path}` does not exist"))
                .next("give the folder of a project, or files in it"),
            _ => Failure::new(format!("`{path}` cannot be read: {error}")),
        }
    })
}

/// The folder of the project that holds all the paths.
fn project_around(paths: &[PathBuf]) -> PathBuf {
    let mut paths = paths.iter();
    let first = paths.next().cloned().unwrap_or_default();
    let mut shared = if first.is_dir() { first } else { parent(&first) };
    for path in paths {
        while !path.starts_with(&shared) {
            shared = parent(&shared);
        }
    }
    let marked = |folder: &&Path| MARKS.iter().any(|mark| folder.join(mark).exists());
    shared.ancestors().find(marked).map_or_else(|| shared.clone(), Path::to_owned)
}

fn parent(path: &Path) -> PathBuf {
    path.parent().unwrap_or(Path::new("/")).to_owned()
}

fn relative(path: &Path, root: &Path) -> Option<String> {
    let parts = path.strip_prefix(root).ok()?;
    Some(parts.iter().map(|part| part.to_string_lossy()).collect::<Vec<_>>().join("/"))
}

/// `./apps/web` is shown as `apps/web/`, and `.` not at all.
fn prefix(path: &Path) -> String {
    let parts = path.components().filter(|part| *part != Component::CurDir);
    let path: PathBuf = parts.collect();
    if path.as_os_str().is_empty() {
        return String::new();
    }
    format!("{}/", path.display().to_string().trim_end_matches('/'))
}

fn seen_from_here(root: &Path) -> String {
    let here = env::current_dir().and_then(fs::canonicalize).unwrap_or_default();
    if let Ok(below) = root.strip_prefix(&here) {
        return prefix(below);
    }
    match here.strip_prefix(root) {
        Ok(above) => "../".repeat(above.components().count()),
        Err(_) => prefix(root),
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{Target, prefix};

    #[test]
    fn paths_are_shown_as_they_were_given() {
        assert_eq!(prefix(Path::new(".")), "");
        assert_eq!(prefix(Path::new("./apps/web/")), "apps/web/");
        assert_eq!(prefix(Path::new("/srv/app")), "/srv/app/");
    }

    #[test]
    fn a_file_or_folder_narrows_the_report() {
        let target =
            Target { root: ".".into(), only: vec!["src/app".to_owned()], prefix: String::new() };
        assert!(target.reports("src/app/route.ts"));
        assert!(!target.reports("src/apple.ts"));
    }
}
