//! Migrations that would remove a finding.

use std::time::{SystemTime, UNIX_EPOCH};

use trave_catalog::WantedMigration;
use trave_engine::rule::{Finding, FixChange};
use trave_model::Model;
use trave_sql::Statement;

use crate::snapshot::View;

/// A migration on offer.
pub(crate) struct Offer {
    /// What it does, for a menu.
    pub(crate) title: String,
    /// Where it goes.
    pub(crate) path: String,
    /// What it says.
    pub(crate) text: String,
}

/// What a migration does, before it is known where it goes.
struct Draft {
    title: String,
    name: String,
    sql: String,
}

/// The migrations that a finding asks for.
pub(crate) fn offers(view: &View<'_>, finding: &Finding) -> Vec<Offer> {
    let project = &view.snapshot.project;
    let Some(at) = catalog_of(view.model(), finding) else { return Vec::new() };
    let Some(root) = project.migrations.get(at) else { return Vec::new() };
    let last = root.files.last().map(|last| view.model().sources.path(last.file));
    let now = stamp();
    let offer = |draft: Draft| {
        let wanted = WantedMigration { name: &draft.name, sql: &draft.sql, now: &now };
        let made = root.next(last, &wanted)?;
        Some(Offer { title: draft.title, path: made.path, text: made.text })
    };
    drafts(finding).into_iter().filter_map(offer).collect()
}

/// The catalog that a finding is about: that of its place, or of one beside it.
fn catalog_of(model: &Model, finding: &Finding) -> Option<usize> {
    let labels = finding.labels.iter().map(|label| label.origin);
    let mut places = std::iter::once(finding.origin).chain(labels);
    places.find_map(|place| model.catalog_of_file.get(&place.file).copied())
}

fn drafts(finding: &Finding) -> Vec<Draft> {
    let mut drafts: Vec<Draft> = Vec::new();
    for fix in &finding.fixes {
        if let FixChange::Migration { name, sql } = &fix.change {
            let (title, name, sql) = (fix.title.clone(), name.clone(), sql.clone());
            drafts.push(Draft { title, name, sql });
        }
    }
    for index in &finding.indexes {
        let sql = index.statement.clone();
        let title =
            format!("Create a migration: index on {} ({})", index.table, index.keys.join(", "));
        drafts.push(Draft { title, name: name_of_index(&sql), sql });
    }
    if drafts.is_empty() {
        drafts.extend(finding.help.as_ref().and_then(|help| of_help(finding, help)));
    }
    drafts
}

/// Help that is nothing but statements which change the schema.
fn of_help(finding: &Finding, help: &str) -> Option<Draft> {
    let parsed = trave_sql::parse(help, trave_sql::Options::default());
    let changes = |statement: &Statement| {
        !matches!(
            statement,
            Statement::NotUnderstood(_)
                | Statement::Query(_)
                | Statement::Insert(_)
                | Statement::Update(_)
                | Statement::Delete(_)
        )
    };
    let is_sql = help.trim_end().ends_with(';')
        && !parsed.statements.is_empty()
        && parsed.statements.iter().all(|it| changes(&it.statement));
    if !is_sql {
        return None;
    }
    let rule = finding.rule.rsplit('/').next().unwrap_or(finding.rule);
    let object = finding.objects.first().and_then(|it| it.rsplit('.').next()).unwrap_or_default();
    let first = help.lines().next().unwrap_or_default().trim_end_matches(';');
    Some(Draft {
        title: format!("Create a migration: {first}"),
        name: plain(&format!("{rule} {object}")),
        sql: help.to_owned(),
    })
}

/// `create index concurrently notes_owner_id_idx on …`: the name that follows `index`.
fn name_of_index(statement: &str) -> String {
    let mut words = statement.split_whitespace();
    let is_name = |word: &&str| {
        !["concurrently", "if", "not", "exists"].contains(&word.to_lowercase().as_str())
    };
    words.by_ref().find(|word| word.eq_ignore_ascii_case("index"));
    let name = words.find(is_name).filter(|name| !name.eq_ignore_ascii_case("on"));
    plain(&format!("add {}", name.unwrap_or("index")))
}

/// A text as part of the name of a file.
fn plain(text: &str) -> String {
    let words = text.split(|sign: char| !sign.is_ascii_alphanumeric());
    words.filter(|word| !word.is_empty()).collect::<Vec<_>>().join("_").to_lowercase()
}

/// The time as migrations are numbered by it: `20240131093000`, UTC.
fn stamp() -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |it| it.as_secs());
    stamp_of(now)
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
    use super::{name_of_index, stamp_of};

    #[test]
    fn times_are_written_as_migrations_have_them() {
        assert_eq!(stamp_of(0), "19700101000000");
        assert_eq!(stamp_of(1_709_208_000), "20240229120000");
        assert_eq!(stamp_of(1_735_689_599), "20241231235959");
        assert_eq!(stamp_of(951_868_800), "20000301000000");
    }

    #[test]
    fn an_index_names_its_migration() {
        let named = "create index concurrently if not exists a_b_idx on public.a (b);";
        assert_eq!(name_of_index(named), "add_a_b_idx");
        assert_eq!(name_of_index("create index on a (b);"), "add_index");
    }
}
