//! The fixes of findings, put together: which files become what, and what has to wait.
//!
//! Nothing is written here. Edits that touch each other are not made at once, and what a migration
//! has done is changed by a new migration only.

mod edits;
mod migrations;

use std::collections::{BTreeMap, BTreeSet};

use trave_engine::rule::{Edit, Finding, Fix, FixChange, Safety};
use trave_model::Model;

use crate::load::Project;

pub use migrations::stamp;

/// Which fixes are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// Those that change nothing but what the finding is about.
    Safe,
    /// Those too that somebody has to look at.
    All,
}

/// What fixing comes to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Plan {
    /// The files that change, by path.
    pub changes: Vec<FileChange>,
    /// How many findings are mended.
    pub mended: usize,
    /// Findings that could be mended, and why they are not.
    pub left: BTreeMap<Left, usize>,
    /// How many findings no fix is known for.
    pub unknown: usize,
}

/// A file that changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileChange {
    /// Its path in the analysed folder.
    pub path: String,
    /// Its text, as it was analysed; none for a new file.
    pub before: Option<String>,
    /// Its new text.
    pub after: String,
    /// The rules whose findings it mends.
    pub rules: BTreeSet<&'static str>,
}

/// Why a finding is not mended although there is a fix.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Left {
    /// The fix may change what the program does.
    NeedsALook,
    /// Another fix changes the same place.
    Overlaps,
    /// The schema is declared in code: a migration beside it would be undone.
    Declared,
    /// The tool keeps a list of its migrations beside the files.
    ToolsOwn,
}

/// Puts the fixes of findings together.
pub fn plan(project: &Project, findings: &[&Finding], scope: Scope) -> Plan {
    let mut plan = Plan::default();
    let mut edits = edits::Edits::default();
    let mut migrations = migrations::Migrations::of(project);
    for finding in findings {
        let remedies = finding.remedies();
        let is_allowed = |remedy: &&Vec<Fix>| {
            scope == Scope::All || remedy.iter().all(|fix| fix.safety == Safety::Safe)
        };
        let made = match (remedies.first(), remedies.iter().find(is_allowed)) {
            (None, _) => {
                plan.unknown += 1;
                continue;
            }
            (_, Some(remedy)) => take(finding, remedy, (&mut edits, &mut migrations)),
            (Some(_), None) => Err(Left::NeedsALook),
        };
        match made {
            Ok(()) => plan.mended += 1,
            Err(left) => *plan.left.entry(left).or_default() += 1,
        }
    }
    plan.changes = edits.files(&project.model);
    plan.changes.extend(migrations.files());
    plan.changes.sort_by(|one, other| one.path.cmp(&other.path));
    plan
}

/// Takes a remedy in: whole, or not at all.
fn take(
    finding: &Finding,
    remedy: &[Fix],
    (edits, migrations): (&mut edits::Edits, &mut migrations::Migrations<'_>),
) -> Result<(), Left> {
    let of_file = |fix: &Fix| match &fix.change {
        FixChange::Edits(edits) => edits.clone(),
        FixChange::Migration { .. } => Vec::new(),
    };
    let own: Vec<Edit> = remedy.iter().flat_map(of_file).collect();
    let root = remedy.iter().any(|fix| matches!(fix.change, FixChange::Migration { .. }));
    let root = if root { Some(migrations.root_for(finding)?) } else { None };
    edits.add(finding.rule, &own)?;
    for fix in remedy {
        if let (FixChange::Migration { name, sql }, Some(root)) = (&fix.change, root) {
            migrations.add(root, finding.rule, (name, sql));
        }
    }
    Ok(())
}

/// The root that a finding is about, by its number: that of its place, or of one beside it.
pub fn root_of(model: &Model, finding: &Finding) -> Option<usize> {
    let labels = finding.labels.iter().map(|label| label.origin);
    let mut places = std::iter::once(finding.origin).chain(labels);
    places.find_map(|place| model.catalog_of_file.get(&place.file).copied())
}
