//! `--since`: which findings have to do with what changed since a revision.

use std::collections::BTreeSet;

use trave_catalog::{Catalog, compare};
use trave_engine::rule::Finding;
use trave_engine::rule::source::Sources;
use trave_workspace::{Project, changed_since};

use crate::cli::Common;
use crate::failure::Failure;
use crate::project::{Request, read_at, worded};

/// What changed since a revision.
#[derive(Debug, Default)]
pub(crate) struct Since {
    /// Files that were added or changed.
    files: BTreeSet<String>,
    /// Objects of the database that new or changed migrations make another: `notes`, `app.notes`.
    objects: BTreeSet<String>,
}

impl Since {
    /// Asks git, and compares the schema with that of the revision.
    pub(crate) fn read(
        project: &Project,
        (request, reference): (Request<'_>, &str),
        common: &Common,
    ) -> Result<Self, Failure> {
        let changes =
            changed_since(request.path, reference).map_err(|error| worded(&error.into()))?;
        let mut since = Self { files: changes.files, objects: BTreeSet::new() };
        if since.files.is_empty() {
            return Ok(since);
        }
        let was = read_at(request, &changes.base, common)?;
        let nothing = Catalog::default();
        for now in &project.model.catalogs {
            let before = was.model.catalogs.iter().find(|catalog| catalog.root == now.root);
            let differences = compare(before.map_or(&nothing, |before| before), now);
            since.objects.extend(differences.into_iter().map(|it| it.object));
        }
        Ok(since)
    }

    /// Whether a place of a finding is in a changed file, or it is about a changed object.
    pub(crate) fn concerns(&self, finding: &Finding, sources: &Sources) -> bool {
        let places = finding.labels.iter().map(|label| label.origin);
        let mut files = std::iter::once(finding.origin).chain(places);
        files.any(|place| self.files.contains(sources.path(place.file)))
            || finding.objects.iter().any(|object| self.has_changed(object))
    }

    /// Whether an object, or what it is a part of, is among the changed ones.
    fn has_changed(&self, object: &str) -> bool {
        let mut name = object.strip_prefix("public.").unwrap_or(object);
        loop {
            if self.objects.contains(name) {
                return true;
            }
            match name.rsplit_once('.') {
                Some((whole, _)) => name = whole,
                None => return false,
            }
        }
    }

    /// What a run reports, in words.
    pub(crate) fn described(&self, reference: &str) -> String {
        let files = match self.files.len() {
            1 => "1 file".to_owned(),
            count => format!("{count} files"),
        };
        let objects = match self.objects.len() {
            0 => String::new(),
            1 => " and 1 object of the database".to_owned(),
            count => format!(" and {count} objects of the database"),
        };
        format!("reported is what has to do with changes since `{reference}`: {files}{objects}")
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::Since;

    #[test]
    fn a_column_changes_with_its_table() {
        let objects = ["notes", "app.tags"].map(str::to_owned);
        let since = Since { objects: BTreeSet::from(objects), ..Since::default() };
        assert!(since.has_changed("public.notes.body"));
        assert!(since.has_changed("public.notes"));
        assert!(since.has_changed("app.tags.id"));
        assert!(!since.has_changed("public.notes_archive"));
        assert!(!since.has_changed("public.tags"));
    }
}
