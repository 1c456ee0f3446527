//! Which migrations are not applied yet: what somebody says, against what there is.

use std::collections::BTreeSet;

use trave_catalog::MigrationRoot;
use trave_source::Sources;

use crate::settings::Settings;

/// What is said about which migrations are applied.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Applied<'a> {
    /// Those up to the one that the settings name, if they name one, by its version or its file.
    Settings(&'a Settings),
    /// All but these files.
    Since(&'a BTreeSet<String>),
}

impl Applied<'_> {
    /// Marks the migrations that are not applied yet, and counts them. None when nothing was said;
    /// an error when it names a migration that is not there.
    pub(crate) fn mark(
        self,
        roots: &mut [MigrationRoot],
        sources: &Sources,
    ) -> Result<Option<usize>, String> {
        let mut count = 0;
        match self {
            Self::Since(changed) => {
                for migration in roots.iter_mut().flat_map(|root| &mut root.files) {
                    migration.is_pending = changed.contains(sources.path(migration.file));
                    count += usize::from(migration.is_pending);
                }
            }
            Self::Settings(settings) => return until(settings, roots, sources),
        }
        Ok(Some(count))
    }
}

/// Marks what lies behind the migration that the settings of each root name.
fn until(
    settings: &Settings,
    roots: &mut [MigrationRoot],
    sources: &Sources,
) -> Result<Option<usize>, String> {
    let mut missing: BTreeSet<&str> = BTreeSet::new();
    let mut found: BTreeSet<&str> = BTreeSet::new();
    let mut count = 0;
    for root in roots {
        let Some(last) = settings.at(&root.folder).applied_until.as_deref() else { continue };
        // Of a folder that it says nothing about, everything is applied.
        let Some(applied) = applied_count(root, sources, last) else {
            missing.insert(last);
            continue;
        };
        found.insert(last);
        for migration in root.files.iter_mut().skip(applied) {
            migration.is_pending = true;
            count += 1;
        }
    }
    let top = settings.applied_until.as_deref();
    let mut named = missing.into_iter().chain(top);
    match named.find(|last| digits(last).is_none() && !found.contains(last)) {
        Some(last) => Err(last.to_owned()),
        None => Ok((top.is_some() || !found.is_empty()).then_some(count)),
    }
}

/// How many migrations of a root, in their order, are applied; none where the name says nothing
/// about this root.
fn applied_count(root: &MigrationRoot, sources: &Sources, last: &str) -> Option<usize> {
    let names: Vec<&str> = root.files.iter().map(|file| named(sources.path(file.file))).collect();
    let last = last.rsplit('/').next().unwrap_or(last);
    let stem = |name: &str| name.strip_suffix(".sql").unwrap_or(name).to_owned();
    if let Some(at) = names.iter().position(|name| stem(name) == stem(last)) {
        return Some(at + 1);
    }
    let version = digits(last)?;
    if names.iter().all(|name| digits(name).is_none()) {
        return None;
    }
    let is_applied = |name: &&str| digits(name).is_some_and(|own| is_until(&own, &version));
    Some(names.iter().rposition(is_applied).map_or(0, |at| at + 1))
}

/// The part of a path that names a migration: the file, or the folder where all files are called
/// `migration.sql`.
fn named(path: &str) -> &str {
    let mut parts = path.rsplit('/');
    match parts.next() {
        Some("migration.sql") => parts.next().unwrap_or(path),
        Some(name) => name,
        None => path,
    }
}

/// The number that a name begins with, behind Flyway's `V`; of `2024-01-31` the whole date.
fn digits(name: &str) -> Option<String> {
    let name = name.strip_prefix(['V', 'v']).unwrap_or(name);
    if let Some(date) = dashed_date(name) {
        return Some(date);
    }
    let end = name.find(|c: char| !c.is_ascii_digit()).unwrap_or(name.len());
    name.get(..end).filter(|digits| !digits.is_empty()).map(str::to_owned)
}

fn dashed_date(name: &str) -> Option<String> {
    let date = name.get(..10)?;
    let parts: Vec<&str> = date.split('-').collect();
    let whole = |part: &&str| part.bytes().all(|byte| byte.is_ascii_digit());
    let is_date = parts.iter().map(|part| part.len()).eq([4, 2, 2]) && parts.iter().all(whole);
    is_date.then(|| parts.concat())
}

/// Whether a version is not after another. A date stands for its whole day: `20240131` is also
/// `20240131093000`. Dates and plain numbers are never of one folder: they say nothing of each
/// other, but for `0`, which is before everything.
fn is_until(own: &str, last: &str) -> bool {
    const DATE: usize = 8;
    let number = |digits: &str| digits.trim_start_matches('0').to_owned();
    if number(last).is_empty() {
        return number(own).is_empty();
    }
    if (own.len() >= DATE) != (last.len() >= DATE) {
        return true;
    }
    let own = if last.len() >= DATE { own.get(..last.len()).unwrap_or(own) } else { own };
    let (own, last) = (number(own), number(last));
    (own.len(), own) <= (last.len(), last)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use trave_catalog::{MigrationRoot, SqlFile, group};
    use trave_source::Sources;

    use super::Applied;
    use crate::settings::Settings;

    fn roots(paths: &[&str]) -> (Vec<MigrationRoot>, Sources) {
        let mut sources = Sources::default();
        let text = "create table t (id int);";
        let ids: Vec<_> = paths.iter().map(|path| sources.add(*path, text)).collect();
        let files = ids.into_iter().zip(paths).map(|(id, path)| SqlFile { id, path, text });
        (group(&files.collect::<Vec<_>>(), &[]).roots, sources)
    }

    fn settings(last: Option<&str>) -> Settings {
        let mut settings = Settings::default();
        settings.applied_until = last.map(str::to_owned);
        settings
    }

    fn pending_until(paths: &[&str], last: &str) -> Vec<bool> {
        pending(paths, Applied::Settings(&settings(Some(last))))
    }

    fn pending(paths: &[&str], applied: Applied<'_>) -> Vec<bool> {
        let (mut roots, sources) = roots(paths);
        applied.mark(&mut roots, &sources).unwrap();
        roots.iter().flat_map(|root| &root.files).map(|file| file.is_pending).collect()
    }

    #[test]
    fn a_version_a_date_or_a_name_says_how_far() {
        let dated = [
            "supabase/migrations/20240101090000_a.sql",
            "supabase/migrations/20240102090000_b.sql",
        ];
        for last in [
            "20240101",
            "2024-01-01",
            "20240101090000",
            "20240101090000_a.sql",
            "20240101120000_gone",
        ] {
            assert_eq!(pending_until(&dated, last), [false, true], "{last}");
        }
        assert_eq!(pending_until(&dated, "0"), [true, true]);
        let numbered = ["m/migrations/0004_a.sql", "m/migrations/0042_b.sql"];
        assert_eq!(pending_until(&numbered, "4"), [false, true]);
        assert_eq!(pending_until(&dated, "42"), [false, false]);
        assert_eq!(pending_until(&numbered, "20240101"), [false, false]);
        let elsewhere = ["workers/migrations/shop.sql"];
        assert_eq!(pending_until(&elsewhere, "20240101"), [false]);
        let prisma = ["prisma/migrations/1_a/migration.sql", "prisma/migrations/2_b/migration.sql"];
        assert_eq!(pending_until(&prisma, "1_a"), [false, true]);
    }

    #[test]
    fn changed_files_are_not_applied() {
        let paths = ["m/migrations/1.sql", "m/migrations/2.sql"];
        let changed = BTreeSet::from(["m/migrations/1.sql".to_owned()]);
        assert_eq!(pending(&paths, Applied::Since(&changed)), [true, false]);
        assert_eq!(pending(&paths, Applied::Settings(&settings(None))), [false, false]);
    }

    #[test]
    fn a_name_that_is_no_migration_is_a_mistake() {
        let (mut roots, sources) = roots(&["m/migrations/1.sql"]);
        let said = settings(Some("initial"));
        let marked = Applied::Settings(&said).mark(&mut roots, &sources);
        assert_eq!(marked, Err("initial".to_owned()));
    }
}
