//! Finds settings files and reads them with all that they extend.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::extend::Extended;
use super::place::{Anchor, Place};
use super::{FILE_NAME, Settings, SettingsError};
use crate::load::{Options, WorkspaceError, unreadable};
use crate::path::{join, parent};
use crate::store::Memory;

/// Reads the settings that hold for a folder, if there are any; texts of an editor stand over those
/// of the disk.
pub(crate) fn read(
    folder: &Path,
    options: &Options<'_>,
    over: &Memory,
) -> Result<Settings, WorkspaceError> {
    let analysed = whole(folder);
    let reader = Reader { analysed: &analysed, rules: &options.rules, over };
    let none = || Settings {
        place: Place { folder: folder.to_owned(), ..Place::default() },
        ..Settings::default()
    };
    let (file, anchor) = match &options.settings {
        Some(file) => (file.clone(), Anchor::default()),
        None => match find(folder, &analysed) {
            Some(file) => {
                let above = whole(file.parent().unwrap_or(folder));
                (file, Anchor::between(&above, &analysed).unwrap_or_default())
            }
            // A file that was never saved counts too.
            None if over.get(FILE_NAME).is_some() => (folder.join(FILE_NAME), Anchor::default()),
            None => return Ok(none()),
        },
    };
    let mut settings = reader.file(&file, &anchor, &mut Vec::new())?;
    if options.settings.is_some() {
        // A file named on the command line speaks for the analysed folder, wherever it lies.
        folder.clone_into(&mut settings.place.folder);
        folder.clone_into(&mut settings.baseline_folder);
    }
    Ok(settings)
}

/// Reads the settings files of folders below, given by their paths, into those of the top.
pub(crate) fn read_nested(
    settings: &mut Settings,
    (folder, paths): (&Path, &[String]),
    (rules, over): (&[&str], &Memory),
) -> Result<(), WorkspaceError> {
    let analysed = whole(folder);
    let reader = Reader { analysed: &analysed, rules, over };
    for path in paths {
        let anchor = Anchor::Below(parent(path).to_owned());
        settings.nest(reader.file(&folder.join(path), &anchor, &mut Vec::new())?);
    }
    Ok(())
}

struct Reader<'a> {
    /// The analysed folder, as a whole path.
    analysed: &'a Path,
    rules: &'a [&'a str],
    over: &'a Memory,
}

impl Reader<'_> {
    /// Reads a file, whose paths are seen from `anchor`, with what it extends. `open` are the files
    /// that are being read now.
    fn file(
        &self,
        file: &Path,
        anchor: &Anchor,
        open: &mut Vec<PathBuf>,
    ) -> Result<Settings, WorkspaceError> {
        let text = self.text(file).map_err(|source| unreadable(file, source))?;
        let shown = file.display().to_string();
        let mut settings = Settings::parse(&shown, &text, self.rules)?;
        let folder = file.parent().map(Path::to_owned).unwrap_or_default();
        settings.place.folder.clone_from(&folder);
        settings.place.anchor = anchor.clone();
        settings.place.in_project = self.in_project(file);
        settings.check_patterns()?;
        if settings.check.baseline.is_some() {
            settings.baseline_folder = folder;
        }
        settings.settle_roots();
        open.push(whole(file));
        let bases = settings.extended_files().map(|extended| self.base(&settings, &extended, open));
        let bases: Vec<Settings> = bases.collect::<Result<_, _>>()?;
        open.pop();
        // Of several, the one further right is nearer.
        bases.into_iter().rev().for_each(|base| settings.take_over(base));
        settings.bases.reverse();
        Ok(settings)
    }

    fn base(
        &self,
        settings: &Settings,
        extended: &Extended<'_>,
        open: &mut Vec<PathBuf>,
    ) -> Result<Settings, WorkspaceError> {
        let mistake = |message| settings.mistake(extended.span.clone(), message);
        let path = extended.path;
        let mut file = settings.place.folder.join(path);
        if file.is_dir() {
            file.push(FILE_NAME);
        }
        if !file.is_file() {
            return Err(mistake(format!("`extends`: `{path}` does not exist")).into());
        }
        if open.contains(&whole(&file)) {
            let way = open.iter().skip_while(|it| **it != whole(&file));
            let names: Vec<String> = way.chain([&whole(&file)]).map(|it| self.seen(it)).collect();
            let way = names.join("` → `");
            return Err(mistake(format!("`extends` leads in a circle: `{way}`")).into());
        }
        // A file above speaks of its own folder; one from elsewhere, of whoever extends it.
        let base_folder = whole(file.parent().unwrap_or(&file));
        let own_folder = whole(&settings.place.folder);
        let own = Anchor::between(&base_folder, self.analysed);
        let anchor = own.filter(|_| own_folder.starts_with(&base_folder));
        let anchor = anchor.unwrap_or_else(|| settings.place.anchor.clone());
        self.file(&file, &anchor, open)
    }

    fn text(&self, file: &Path) -> io::Result<String> {
        let held = self.in_project(file).and_then(|path| self.over.get(&path)?.text.clone());
        match held {
            Some(text) => Ok(text.to_string()),
            None => Ok(String::from_utf8_lossy(&fs::read(file)?).into_owned()),
        }
    }

    /// The path of a file in the analysed folder.
    fn in_project(&self, file: &Path) -> Option<String> {
        let folder = whole(file.parent()?);
        let Anchor::Below(folder) = Anchor::between(&folder, self.analysed)? else { return None };
        join(&folder, file.file_name()?.to_str()?)
    }

    /// A whole path as it is shown: from the analysed folder, if it lies there.
    fn seen(&self, path: &Path) -> String {
        path.strip_prefix(self.analysed).unwrap_or(path).display().to_string()
    }
}

impl Settings {
    /// A pattern that cannot be read is a mistake at its place.
    fn check_patterns(&self) -> Result<(), SettingsError> {
        let patterns = self.overrides.iter().flat_map(|entry| &entry.paths);
        for pattern in patterns {
            let text = pattern.get_ref().as_str();
            if let Err(error) = super::rules::Patterns::new(&self.place.anchor, [text]) {
                let message = format!("this pattern cannot be read: {error}");
                return Err(self.mistake(pattern.span(), message));
            }
        }
        Ok(())
    }
}

/// The settings file of a folder, or of one above it in the same repository.
fn find(path: &Path, analysed: &Path) -> Option<PathBuf> {
    for (up, folder) in analysed.ancestors().enumerate() {
        if folder.join(FILE_NAME).is_file() {
            let near = if up == 0 { path } else { folder };
            return Some(near.join(FILE_NAME));
        }
        if folder.join(".git").exists() {
            return None;
        }
    }
    None
}

/// A path without links and dots, as far as the disk knows it.
fn whole(path: &Path) -> PathBuf {
    let path = if path.as_os_str().is_empty() { Path::new(".") } else { path };
    fs::canonicalize(path).unwrap_or_else(|_| path.to_owned())
}
