//! Where a macro is used, and the files around it.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

/// The crate and the file that use a macro.
#[derive(Debug)]
pub(crate) struct Place {
    /// The folder of the crate's `Cargo.toml`.
    pub(crate) manifest: PathBuf,
    /// The file of the call; editors do not always know it.
    pub(crate) file: Option<PathBuf>,
}

impl Place {
    /// The place of the macro call that is being expanded.
    pub(crate) fn of_call() -> Self {
        Self {
            manifest: env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default().into(),
            file: proc_macro::Span::call_site().local_file(),
        }
    }

    /// The page of a rule, as `family` and its text. Without a known file, any family that has
    /// a page of this name.
    pub(crate) fn page(&self, name: &str) -> Result<(String, String), String> {
        let family = self.folder().or_else(|| self.family_with(name));
        let family = family.ok_or_else(|| format!("rules/*/{name}.md: write the page first"))?;
        let path = self.manifest.join("rules").join(&family).join(format!("{name}.md"));
        match fs::read_to_string(path) {
            Ok(text) => Ok((family, text)),
            Err(_) => Err(format!("rules/{family}/{name}.md: write the page first")),
        }
    }

    /// The stem of the file of the call.
    pub(crate) fn stem(&self) -> Option<&str> {
        self.file.as_ref()?.file_stem()?.to_str()
    }

    /// The stems of the files in a folder of the crate that end in `.extension`, sorted.
    pub(crate) fn stems(&self, folder: &str, extension: &str) -> Vec<String> {
        let is_wanted = |path: &PathBuf| path.extension().is_some_and(|found| found == extension);
        let paths = list(&self.manifest.join(folder)).into_iter().filter(is_wanted);
        let stem = |path: PathBuf| path.file_stem()?.to_str().map(str::to_owned);
        paths.filter_map(stem).collect()
    }

    /// The families that have pages, sorted.
    pub(crate) fn page_families(&self) -> Vec<String> {
        let folders = list(&self.manifest.join("rules")).into_iter().filter(|path| path.is_dir());
        folders.filter_map(|path| path.file_name()?.to_str().map(str::to_owned)).collect()
    }

    fn folder(&self) -> Option<String> {
        self.file.as_ref()?.parent()?.file_name()?.to_str().map(str::to_owned)
    }

    fn family_with(&self, name: &str) -> Option<String> {
        let page = format!("{name}.md");
        let has_page =
            |family: &String| self.manifest.join("rules").join(family).join(&page).exists();
        self.page_families().into_iter().find(has_page)
    }
}

fn list(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
    paths.sort();
    paths
}
