//! The file of known findings: where it is, and how it is written.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use trave_engine::{Baseline, Known, Report};

use crate::load::{Project, WorkspaceError, unreadable};
use crate::settings::{Anchor, Settings};

/// The name of the file where the settings give it no other.
const FILE_NAME: &str = "trave-baseline.json";

/// A change of what the fields mean makes a new version.
const VERSION: u32 = 1;

/// A file of known findings.
#[derive(Debug, Clone)]
pub struct BaselineFile {
    /// Where it is.
    pub path: PathBuf,
    /// What of it is about the analysed folder.
    pub baseline: Baseline,
    /// What is about other folders, with paths as written.
    elsewhere: Vec<Known>,
    /// The folder that paths in the file are seen from.
    anchor: Anchor,
}

/// Writes each field of a finding on a line of its own, so that changes are read and merged.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    version: u32,
    findings: Vec<Entry>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    rule: String,
    file: String,
    message: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    objects: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    symbol: Option<String>,
    fingerprint: String,
}

impl BaselineFile {
    /// A file without findings, at the named place or where the settings have it.
    pub fn empty(settings: &Settings, named: Option<&Path>) -> Self {
        let path = named.map_or_else(|| settings.baseline_path(FILE_NAME), Path::to_owned);
        let baseline = Baseline::default();
        Self { path, baseline, elsewhere: Vec::new(), anchor: settings.anchor().clone() }
    }

    /// The file at the named place, or the one that the settings have if it is there.
    pub fn read(settings: &Settings, named: Option<&Path>) -> Result<Option<Self>, WorkspaceError> {
        let mut file = Self::empty(settings, named);
        let bytes = match fs::read(&file.path) {
            Ok(bytes) => bytes,
            Err(error) if named.is_none() && error.kind() == io::ErrorKind::NotFound => {
                return Ok(None);
            }
            Err(error) => return Err(unreadable(&file.path, error)),
        };
        let path = file.path.clone();
        let problem = |problem: String| WorkspaceError::Baseline { path, problem };
        let document: Document = match serde_json::from_slice(&bytes) {
            Ok(document) => document,
            Err(error) => return Err(problem(error.to_string())),
        };
        if document.version != VERSION {
            let version = document.version;
            return Err(problem(format!("it has version {version}, which this trave cannot read")));
        }
        for entry in document.findings {
            file.take_in(entry);
        }
        Ok(Some(file))
    }

    fn take_in(&mut self, entry: Entry) {
        let Entry { rule, file, message, objects, symbol, fingerprint } = entry;
        let here = self.anchor.global(&file);
        let is_here = here.is_some();
        let file = here.unwrap_or(file);
        let known = Known { rule, file, message, objects, symbol, fingerprint };
        let list = if is_here { &mut self.baseline.findings } else { &mut self.elsewhere };
        // Two branches may have added the same one.
        if !list.contains(&known) {
            list.push(known);
        }
    }

    /// Writes the file: in order, at once, with nothing left half done.
    pub fn write(&self) -> Result<(), WorkspaceError> {
        let here = self.baseline.findings.iter().cloned().map(|known| Known {
            file: self.anchor.local(&known.file).unwrap_or_else(|| known.file.clone()),
            ..known
        });
        let mut all: Vec<Known> = here.chain(self.elsewhere.iter().cloned()).collect();
        all.sort();
        let entry = |known: Known| {
            let Known { rule, file, message, objects, symbol, fingerprint } = known;
            Entry { rule, file, message, objects, symbol, fingerprint }
        };
        let findings = all.into_iter().map(entry).collect();
        let document = Document { version: VERSION, findings };
        let written = || {
            let mut text = serde_json::to_string_pretty(&document)?;
            text.push('\n');
            let mut beside = self.path.clone().into_os_string();
            beside.push(".new");
            fs::write(&beside, text)?;
            fs::rename(&beside, &self.path)
        };
        written().map_err(|source| WorkspaceError::Unwritable { path: self.path.clone(), source })
    }
}

/// A report without what the file of known findings has, if the project has one.
pub(crate) fn without_known(
    mut report: Report,
    project: &Project,
) -> Result<Report, WorkspaceError> {
    if let Some(file) = BaselineFile::read(&project.settings, None)? {
        file.baseline.apply(&mut report, &project.model.sources);
    }
    Ok(report)
}

#[cfg(test)]
mod tests {
    use trave_engine::Known;

    use super::BaselineFile;
    use crate::load::{Options, WorkspaceError, settings_for};

    fn known(file: &str, message: &str) -> Known {
        Known {
            rule: "rls/leak".to_owned(),
            file: file.to_owned(),
            message: message.to_owned(),
            objects: vec!["public.notes".to_owned()],
            symbol: None,
            fingerprint: "00000000000000aa".to_owned(),
        }
    }

    #[test]
    fn what_is_written_is_read_again_in_order() {
        let folder = tempfile::tempdir().unwrap();
        let settings = settings_for(folder.path(), &Options::default()).unwrap();
        assert!(BaselineFile::read(&settings, None).unwrap().is_none());
        let mut file = BaselineFile::empty(&settings, None);
        file.baseline.findings = vec![known("b.ts", "b"), known("a.ts", "z"), known("a.ts", "a")];
        file.write().unwrap();
        let read = BaselineFile::read(&settings, None).unwrap().unwrap();
        file.baseline.findings.sort();
        assert_eq!(read.baseline, file.baseline);
    }

    #[test]
    fn a_folder_of_a_project_sees_its_own_part_and_keeps_the_rest() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(folder.path().join("apps/web")).unwrap();
        std::fs::write(folder.path().join("trave.toml"), "").unwrap();
        let top = settings_for(folder.path(), &Options::default()).unwrap();
        let mut file = BaselineFile::empty(&top, None);
        file.baseline.findings = vec![known("apps/web/a.ts", "a"), known("apps/shop/b.ts", "b")];
        file.write().unwrap();
        let web = settings_for(&folder.path().join("apps/web"), &Options::default()).unwrap();
        let seen = BaselineFile::read(&web, None).unwrap().unwrap();
        assert_eq!(seen.baseline.findings, [known("a.ts", "a")]);
        seen.write().unwrap();
        let all = BaselineFile::read(&top, None).unwrap().unwrap();
        assert_eq!(all.baseline.findings.len(), 2);
    }

    #[test]
    fn a_file_with_marks_of_a_merge_is_refused_with_the_line() {
        let folder = tempfile::tempdir().unwrap();
        let settings = settings_for(folder.path(), &Options::default()).unwrap();
        let path = folder.path().join("trave-baseline.json");
        std::fs::write(&path, "{\n<<<<<<< HEAD\n").unwrap();
        let error = BaselineFile::read(&settings, None).unwrap_err();
        assert!(matches!(&error, WorkspaceError::Baseline { .. }));
        assert!(error.to_string().contains("line 2"), "{error}");
    }
}
