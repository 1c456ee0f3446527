//! Migrations that would remove a finding.

use trave_catalog::WantedMigration;
use trave_engine::rule::{Finding, FixChange, WantedIndex, part_of_name};
use trave_sql::Statement;
use trave_workspace::{root_of, stamp};

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
    let Some(at) = root_of(view.model(), finding) else { return Vec::new() };
    let Some(root) = project.migrations.get(at) else { return Vec::new() };
    let last = root.files.last().map(|last| view.model().sources.path(last.file));
    let now = stamp(0);
    let offer = |draft: Draft| {
        let wanted = WantedMigration { name: &draft.name, sql: &draft.sql, now: &now };
        let made = root.next(last, &wanted)?;
        Some(Offer { title: draft.title, path: made.path, text: made.text })
    };
    drafts(finding).into_iter().filter_map(offer).collect()
}

fn drafts(finding: &Finding) -> Vec<Draft> {
    let mut drafts: Vec<Draft> = Vec::new();
    let of_indexes = finding.indexes.iter().map(WantedIndex::fix);
    for fix in finding.fixes.iter().cloned().chain(of_indexes) {
        if let FixChange::Migration { name, sql } = fix.change {
            drafts.push(Draft { title: format!("Create a migration: {}", fix.title), name, sql });
        }
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
        name: part_of_name(&format!("{rule} {object}")),
        sql: help.to_owned(),
    })
}
