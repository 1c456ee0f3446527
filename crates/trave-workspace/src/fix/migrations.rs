//! New migrations: one for each statement that runs alone, and one per rule for all others.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{SystemTime, UNIX_EPOCH};

use trave_catalog::{DeclaredBy, MigrationRoot, RootKind, WantedMigration};
use trave_engine::rule::Finding;

use super::{FileChange, Left, root_of};
use crate::load::Project;

/// A migration that is wanted.
#[derive(Debug)]
struct Draft {
    rule: &'static str,
    name: String,
    statements: Vec<String>,
}

/// The migrations that are wanted in each root.
#[derive(Debug)]
pub(super) struct Migrations<'p> {
    project: &'p Project,
    by_root: BTreeMap<usize, Vec<Draft>>,
}

impl<'p> Migrations<'p> {
    pub(super) fn of(project: &'p Project) -> Self {
        Self { project, by_root: BTreeMap::new() }
    }

    /// The root in which a finding is mended, or why none is.
    pub(super) fn root_for(&self, finding: &Finding) -> Result<usize, Left> {
        let at = root_of(&self.project.model, finding).ok_or(Left::ToolsOwn)?;
        let root = self.project.migrations.get(at).ok_or(Left::ToolsOwn)?;
        let mut declared = root.declarations.iter();
        if declared.any(|one| one.by != DeclaredBy::GeneratedTypes) {
            return Err(Left::Declared);
        }
        let wanted = WantedMigration { name: "a", sql: "", now: "" };
        if is_declarative(root) || root.next(self.last_of(root), &wanted).is_some() {
            return Ok(at);
        }
        Err(Left::ToolsOwn)
    }

    /// Wants statements in a root. What cannot run in a transaction gets a file of its own.
    pub(super) fn add(&mut self, at: usize, rule: &'static str, (name, sql): (&str, &str)) {
        let drafts = self.by_root.entry(at).or_default();
        // Two findings may ask for the same: an index that goes twice would stop the second one.
        let known = |one: &String| drafts.iter().any(|draft| draft.statements.contains(one));
        let new: Vec<String> = statements(sql).into_iter().filter(|one| !known(one)).collect();
        if new.is_empty() {
            return;
        }
        let is_open = |draft: &&mut Draft| {
            draft.rule == rule && !draft.statements.iter().any(|it| runs_alone(it))
        };
        let open = drafts.iter_mut().find(is_open).filter(|_| !runs_alone(sql));
        let Some(draft) = open else {
            drafts.push(Draft { rule, name: name.to_owned(), statements: new });
            return;
        };
        // What several findings of a rule ask for is named after the rule.
        draft.name = rule.rsplit('/').next().unwrap_or(rule).replace('-', "_");
        draft.statements.extend(new);
    }

    /// The files.
    pub(super) fn files(self) -> Vec<FileChange> {
        let mut files = Vec::new();
        for (at, drafts) in &self.by_root {
            let Some(root) = self.project.migrations.get(*at) else { continue };
            if is_declarative(root) {
                files.extend(self.longer(root, drafts));
                continue;
            }
            let mut last = self.last_of(root).map(str::to_owned);
            for draft in drafts {
                let sql = draft.statements.join("\n");
                // Numbers that are times stay times, also behind a full minute.
                let now = stamp(files.len());
                let wanted = WantedMigration { name: &draft.name, sql: &sql, now: &now };
                let Some(made) = root.next(last.as_deref(), &wanted) else { continue };
                last = Some(made.path.clone());
                let rules = BTreeSet::from([draft.rule]);
                files.push(FileChange { path: made.path, before: None, after: made.text, rules });
            }
        }
        files
    }

    /// A schema that is kept as it is to be, with the statements behind it: nothing runs there
    /// while the table is in use.
    fn longer(&self, root: &MigrationRoot, drafts: &[Draft]) -> Option<FileChange> {
        let source = self.project.model.sources.get(root.files.last()?.file)?;
        let before = source.text.to_string();
        let mut after = before.clone();
        if !after.ends_with('\n') {
            after.push('\n');
        }
        for statement in drafts.iter().flat_map(|draft| &draft.statements) {
            after.push('\n');
            after.push_str(&statement.replace(" concurrently ", " "));
            after.push('\n');
        }
        let rules = drafts.iter().map(|draft| draft.rule).collect();
        Some(FileChange { path: source.path.to_string(), before: Some(before), after, rules })
    }

    fn last_of(&self, root: &MigrationRoot) -> Option<&'p str> {
        root.files.last().map(|last| self.project.model.sources.path(last.file))
    }
}

/// Whether files say what the schema is, and not what changes it.
fn is_declarative(root: &MigrationRoot) -> bool {
    matches!(root.kind, RootKind::SupabaseSchemas | RootKind::SchemaFile)
}

/// The statements of a text, each with the sign that ends it.
fn statements(sql: &str) -> Vec<String> {
    let parsed = trave_sql::statements(sql, trave_sql::Options::default());
    let texts = parsed.filter_map(|one| sql.get(one.span.start as usize..one.span.end as usize));
    texts.map(|text| format!("{};", text.trim().trim_end_matches(';'))).collect()
}

/// Whether a statement refuses to run beside others in a transaction.
fn runs_alone(sql: &str) -> bool {
    sql.contains(" concurrently ")
}

/// The time in some seconds as migrations are numbered by it: `20240131093000`, UTC.
pub fn stamp(later: usize) -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |it| it.as_secs());
    stamp_of(now + later as u64)
}

/// Days since 1970 to a date of the Gregorian calendar, as Howard Hinnant counts them: years
/// begin in March, eras have 400 years.
fn stamp_of(seconds: u64) -> String {
    let (days, time) = (seconds / 86_400 + 719_468, seconds % 86_400);
    let (era, day) = (days / 146_097, days % 146_097);
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    let year = year + era * 400 + u64::from(month <= 2);
    let (hour, minute, second) = (time / 3_600, time / 60 % 60, time % 60);
    format!("{year:04}{month:02}{day:02}{hour:02}{minute:02}{second:02}")
}

#[cfg(test)]
mod tests {
    use super::stamp_of;

    #[test]
    fn times_are_written_as_migrations_have_them() {
        assert_eq!(stamp_of(0), "19700101000000");
        assert_eq!(stamp_of(1_709_208_000), "20240229120000");
        assert_eq!(stamp_of(1_735_689_599), "20241231235959");
        assert_eq!(stamp_of(951_868_800), "20000301000000");
    }
}
