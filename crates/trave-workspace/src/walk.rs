//! Which files there are: one walk over the folder, `.gitignore` respected, in order of path.

use std::io;
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{Sender, channel};

use ignore::{DirEntry, WalkBuilder, WalkState};

use crate::kind::{Kind, is_foreign_folder, is_generated, is_hidden, is_test, kind_of};
use crate::settings::{Patterns, Settings};

/// A file that means something to us.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Found {
    /// Its path.
    pub(crate) path: String,
    /// What it is.
    pub(crate) kind: Kind,
    /// Whether it is looked at for its own sake; otherwise only when something imports it.
    pub(crate) included: bool,
}

/// What a walk found, in order of path.
#[derive(Debug, Default)]
pub(crate) struct Inventory {
    /// The files.
    pub(crate) files: Vec<Found>,
    /// What was passed over, and why.
    pub(crate) notices: Vec<String>,
}

/// Which paths are left out.
#[derive(Debug)]
pub(crate) struct Selection {
    excluded: Vec<Patterns>,
    settings: Settings,
}

impl Inventory {
    /// Takes in files that no walk finds.
    pub(crate) fn add(&mut self, files: impl Iterator<Item = Found>) {
        self.files.extend(files);
        self.files.sort();
        self.files.dedup();
    }

    /// Selects anew: what was found may say more about what is left out.
    pub(crate) fn reselect(&mut self, selection: &Selection) {
        let files = self.files.iter().filter_map(|found| selection.file(&found.path));
        self.files = files.collect();
    }

    /// The settings files of folders below the top.
    pub(crate) fn nested_settings(&self) -> Vec<String> {
        let files = self.files.iter().filter(|file| file.kind == Kind::Settings);
        files.map(|file| file.path.clone()).filter(|path| path.contains('/')).collect()
    }
}

impl Selection {
    /// A selection from the settings. A pattern that cannot be read is an error of the settings.
    pub(crate) fn new(settings: &Settings) -> Result<Self, String> {
        Ok(Self { excluded: settings.excluded()?, settings: settings.clone() })
    }

    /// The file at a path, if it is something to us and not left out.
    pub(crate) fn file(&self, path: &str) -> Option<Found> {
        let kind = kind_of(path)?;
        if path.split('/').any(is_hidden) {
            return None;
        }
        if self.excluded.iter().any(|patterns| patterns.hold(path)) {
            return None;
        }
        let tests = || self.settings.at(path).check.include_tests.unwrap_or(false);
        let code_left_out = is_generated(path) || (is_test(path) && !tests());
        let included = kind != Kind::Code || !code_left_out;
        Some(Found { path: path.to_owned(), kind, included })
    }

    fn enters(&self, path: &str) -> bool {
        !self.excluded.iter().any(|patterns| patterns.hold_folder(path))
    }
}

enum Seen {
    File(Found),
    Notice(String),
}

/// Walks a folder.
pub(crate) fn walk(root: &Path, selection: &Arc<Selection>) -> Inventory {
    let (sender, receiver) = channel();
    let folder_selection = Arc::clone(selection);
    let top = root.to_owned();
    let mut builder = WalkBuilder::new(root);
    builder
        .require_git(false)
        .hidden(false)
        .threads(std::thread::available_parallelism().map_or(1, usize::from).min(8))
        .filter_entry(move |entry| enters(entry, &top, &folder_selection));
    builder.build_parallel().run(|| {
        let (sender, selection) = (sender.clone(), Arc::clone(selection));
        Box::new(move |entry| {
            match entry {
                Ok(entry) => visit(&entry, root, (&selection, &sender)),
                Err(error) => tell(&sender, Seen::Notice(error.to_string())),
            }
            WalkState::Continue
        })
    });
    drop(sender);
    sorted(receiver)
}

fn sorted(seen: impl IntoIterator<Item = Seen>) -> Inventory {
    let mut inventory = Inventory::default();
    for seen in seen {
        match seen {
            Seen::File(found) => inventory.files.push(found),
            Seen::Notice(notice) => inventory.notices.push(notice),
        }
    }
    inventory.files.sort();
    inventory.notices.sort();
    inventory
}

fn visit(entry: &DirEntry, root: &Path, (selection, sender): (&Selection, &Sender<Seen>)) {
    let Some(path) = relative(entry.path(), root) else {
        let path = entry.path().to_string_lossy().into_owned();
        return tell(sender, Seen::Notice(format!("`{path}`: its name is not UTF-8: left out")));
    };
    let Some(kind) = entry.file_type() else { return };
    let named = selection.file(&path);
    if kind.is_symlink() {
        if let Some(why) = link_problem(entry.path(), named.as_ref()) {
            tell(sender, Seen::Notice(format!("`{path}` is {why}: left out")));
        }
    } else if kind.is_dir() {
        if named.is_some() {
            let notice = format!("`{path}` is a folder, not a file: looked into");
            tell(sender, Seen::Notice(notice));
        }
    } else if let Some(found) = named {
        // Opening a pipe would wait for its other end.
        let notice = || Seen::Notice(format!("`{path}` is no regular file: left out"));
        tell(sender, if kind.is_file() { Seen::File(found) } else { notice() });
    }
}

/// Why a link is passed over, if anybody would miss it. Links into the project would show the
/// same file twice.
fn link_problem(path: &Path, named: Option<&Found>) -> Option<&'static str> {
    match path.metadata() {
        Ok(target) => (named.is_some() || target.is_dir()).then_some("a symbolic link"),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            named.map(|_| "a symbolic link to nothing")
        }
        Err(_) => Some("a symbolic link that leads nowhere or in a circle"),
    }
}

fn enters(entry: &DirEntry, root: &Path, selection: &Selection) -> bool {
    if !entry.file_type().is_some_and(|kind| kind.is_dir()) {
        return true;
    }
    let Some(path) = relative(entry.path(), root).filter(|path| !path.is_empty()) else {
        return true;
    };
    let name = entry.file_name().to_str().unwrap_or_default();
    let manifest = || entry.path().parent().is_some_and(|up| up.join("package.json").exists());
    !is_hidden(name) && !is_foreign_folder(name, manifest) && selection.enters(&path)
}

/// The path below the root with `/` between its parts.
fn relative(path: &Path, root: &Path) -> Option<String> {
    let path = path.strip_prefix(root).ok()?;
    let parts: Option<Vec<&str>> = path.iter().map(|part| part.to_str()).collect();
    Some(parts?.join("/"))
}

/// The receiver outlives the walk, so nothing is lost.
fn tell(sender: &Sender<Seen>, seen: Seen) {
    let _ = sender.send(seen);
}

/// The same selection over paths in memory.
pub(crate) fn listed<'a>(
    paths: impl IntoIterator<Item = &'a str>,
    selection: &Selection,
) -> Inventory {
    let found = paths.into_iter().filter_map(|path| selection.file(path));
    sorted(found.map(Seen::File))
}

#[cfg(test)]
mod tests {
    use super::{Selection, listed};
    use crate::settings::{CheckSettings, Settings};

    fn selection(check: CheckSettings) -> Selection {
        let mut settings = Settings::default();
        settings.check = check;
        Selection::new(&settings).unwrap()
    }

    #[test]
    fn what_the_settings_exclude_is_left_out_as_git_would() {
        let selection = selection(CheckSettings {
            exclude: vec!["legacy/".to_owned(), "*.old.ts".to_owned()],
            ..CheckSettings::default()
        });
        let paths = [
            "src/b.ts",
            "legacy/deep/a.ts",
            "src/a.old.ts",
            "src/a.ts",
            ".cache/a.ts",
            "readme.md",
        ];
        let found = listed(paths, &selection).files;
        let paths: Vec<&str> = found.iter().map(|file| file.path.as_str()).collect();
        assert_eq!(paths, ["src/a.ts", "src/b.ts"]);
    }

    #[test]
    fn tests_are_included_when_the_settings_say_so() {
        let path = "src/a.test.ts";
        assert!(!selection(CheckSettings::default()).file(path).unwrap().included);
        let check = CheckSettings { include_tests: Some(true), ..CheckSettings::default() };
        assert!(selection(check).file(path).unwrap().included);
    }
}
