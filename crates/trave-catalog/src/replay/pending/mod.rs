//! What migrations not applied yet do, noted before each of their statements runs: rules compare
//! it with what was there before. Nothing here changes the catalog.

mod columns;
mod constraints;
mod drops;
mod enum_values;
mod repeat;
mod rows;
mod transaction;

use smol_str::SmolStr;
use trave_source::{Origin, Span};
use trave_sql::{
    AlterType, CreateIndex, Ident, ObjectName, OtherStatement, Reindex, Statement, TypeChange,
    ValuePosition,
};

use super::names::RelationIs;
use super::session::{Session, TEMPORARY};
use crate::schema::{NewIndex, Step, StepKind, StepTable};
use crate::{Provenance, QualifiedName, TypeKind};

pub(super) use transaction::{PendingFile, Wrapping};

impl Session {
    /// Notes what a statement of a migration not applied yet is about to do.
    pub(super) fn note_steps(&mut self, statement: &Statement, span: Span) {
        if self.pending.is_none() || self.platform {
            return;
        }
        self.follow_transaction(statement, span);
        self.note_enum_uses(statement, span);
        match statement {
            Statement::CreateTable(create) => self.note_create_table(create, span),
            Statement::AlterTable(alter) => self.note_alter_table(alter, span),
            Statement::CreateIndex(create) => self.note_create_index(create, span),
            Statement::Drop(drop) => self.note_drop(drop, span),
            Statement::Truncate(truncate) => self.note_truncate(truncate, span),
            Statement::Update(_)
            | Statement::Insert(_)
            | Statement::Delete(_)
            | Statement::Merge(_) => {
                self.note_rows(statement, span);
            }
            Statement::AlterType(alter) => self.note_alter_type(alter, span),
            Statement::CreateDomain(_) | Statement::AlterDomain(_) => {
                self.note_domain(statement, span);
            }
            Statement::Reindex(reindex) => self.note_reindex(reindex, span),
            Statement::CreateView(create) => self.note_view(create, span),
            Statement::Query(query) => self.note_query(query, span),
            Statement::Other(other) => self.note_lock(other, span),
            _ => {}
        }
        self.note_repeat(statement, span);
    }

    /// Notes the names that a text of a file cuts.
    pub(super) fn note_long_names(&mut self, text: &str, options: trave_sql::Options) {
        if self.pending.is_none() {
            return;
        }
        for name in trave_sql::long_names(text, options) {
            let kind =
                StepKind::NameCut { kept: SmolStr::new(name.kept.as_str()), bytes: name.bytes };
            self.step(Place::at(name.span, name.span), None, kind);
        }
    }

    /// Writes a step down.
    fn step(&mut self, place: Place, table: Option<StepTable>, kind: StepKind) {
        let Some(pending) = &self.pending else { return };
        let step = Step {
            kind,
            origin: self.origin(place.at),
            statement: self.origin(place.statement),
            table,
            transaction: pending.transaction(),
            timeouts: pending.timeouts,
        };
        let steps = &mut self.store.catalog.pending.steps;
        let repeats = |other: &Step| {
            other.origin == step.origin && other.kind == step.kind && other.table == step.table
        };
        if !steps.last().is_some_and(repeats) {
            steps.push(step);
        }
    }

    /// The table that a name means, as it stands. None where it is something else than a table.
    fn step_table(&self, name: &ObjectName) -> Option<StepTable> {
        let Some((found, is)) = self.find_relation(name) else {
            // A name that a block put together may be one that it made the same way.
            let is_idle = self.is_put_together();
            return Some(StepTable { name: self.likely_name(name), is_idle });
        };
        if is != RelationIs::Table {
            return None;
        }
        let is_idle = self.is_idle(&found);
        Some(StepTable { name: found, is_idle })
    }

    /// Where a name that nothing makes, or that is made now, most likely belongs.
    fn likely_name(&self, name: &ObjectName) -> QualifiedName {
        let known = |schema: &&SmolStr| self.catalog().schemas.contains_key(*schema);
        let written = name.schema.as_ref().map(|schema| SmolStr::new(schema.as_str()));
        let schema = written.or_else(|| self.search_path.iter().find(known).cloned());
        let schema = schema.unwrap_or_else(|| SmolStr::new_static("public"));
        QualifiedName::new(schema, name.name.as_str())
    }

    /// Whether nobody waits for the rows of a table: it is new, temporary, or was emptied.
    fn is_idle(&self, table: &QualifiedName) -> bool {
        let found = self.catalog().tables.get(table);
        table.schema == TEMPORARY
            || self.emptied.contains(table)
            || found.is_some_and(|found| self.is_new(found.provenance))
    }

    /// Whether a migration not applied yet made something.
    fn is_new(&self, provenance: Provenance) -> bool {
        match provenance {
            Provenance::Migration(origin) | Provenance::Declaration(origin) => {
                self.is_new_at(origin)
            }
            Provenance::Generated(_) | Provenance::Platform | Provenance::Unknown(_) => false,
        }
    }

    fn is_new_at(&self, origin: Origin) -> bool {
        self.catalog().pending.holds(origin)
    }

    /// Notes that a table is named without its schema.
    fn note_bare_name(&mut self, name: &ObjectName, (statement, table): (Span, &StepTable)) {
        if name.schema.is_none() && table.name.schema != TEMPORARY {
            let place = Place { at: name.span, statement };
            self.step(place, Some(table.clone()), StepKind::NamedWithoutSchema);
        }
    }

    fn note_create_index(&mut self, create: &CreateIndex, span: Span) {
        let Some(table) = self.step_table(&create.table) else { return };
        let taken = |name: &Ident| self.is_index_taken(&table.name, name.as_str());
        if create.mode.if_not_exists && create.name.as_ref().is_some_and(taken) {
            return;
        }
        let concurrently = create.mode.concurrently;
        let written = self.slice(span);
        let definition = written.get("create ".len()..).unwrap_or_default().trim().to_owned();
        let name = create.name.as_ref().map(|name| SmolStr::new(name.as_str()));
        let at = create.name.as_ref().map_or(create.table.span, |name| name.span);
        let by_hand = create.mode.if_not_exists
            && self.pending.as_ref().is_some_and(|file| file.is_indexed_by_hand);
        let index = NewIndex { name, concurrently, definition, by_hand };
        self.step(Place { at, statement: span }, Some(table), StepKind::IndexMade(Box::new(index)));
    }

    fn note_alter_type(&mut self, alter: &AlterType, span: Span) {
        let mut candidates = self.candidates(&alter.name).into_iter();
        let found = candidates.find(|name| self.catalog().types.contains_key(name));
        let found = found.and_then(|name| self.catalog().types.get(&name));
        let provenance = found.map(|found| found.provenance);
        if !provenance.is_some_and(|made| self.is_of_file(made)) {
            self.note_values(alter, span);
        }
        let found = provenance.and_then(|_| self.catalog().types.get(&self.type_of(&alter.name)?));
        if found.is_some_and(|found| self.is_new(found.provenance)) {
            return;
        }
        let of = found.map_or_else(|| self.likely_name(&alter.name), |found| found.name.clone());
        let labels = match found.map(|found| &found.kind) {
            Some(TypeKind::Enum(labels)) => labels.clone(),
            _ => Vec::new(),
        };
        for change in &alter.changes {
            let TypeChange::AddValue(add) = change else { continue };
            if add.if_not_exists && labels.contains(&add.value) {
                continue;
            }
            let kind = StepKind::EnumValueAdded {
                of: of.clone(),
                value: add.value.clone(),
                placed: add.position != ValuePosition::End,
                last: labels.last().cloned(),
            };
            self.step(Place::at(span, span), None, kind);
        }
    }

    fn note_domain(&mut self, statement: &Statement, span: Span) {
        let (name, created) = match statement {
            Statement::CreateDomain(create) if create.not_null => (&create.name, true),
            Statement::CreateDomain(create) if !create.constraints.is_empty() => {
                (&create.name, true)
            }
            Statement::AlterDomain(alter)
                if matches!(alter.change, trave_sql::DomainChange::AddConstraint(_)) =>
            {
                (&alter.name, false)
            }
            _ => return,
        };
        let domain = self.likely_name(name);
        let made = self.catalog().types.get(&domain).map(|found| found.provenance);
        let is_new = made.is_some_and(|made| self.is_new(made));
        let kind = StepKind::DomainConstrained { domain, created, is_new };
        self.step(Place { at: name.span, statement: span }, None, kind);
    }

    /// What keeps others out of a table without changing it. A comment and a plain `VACUUM` let
    /// everybody read and write.
    fn note_lock(&mut self, other: &OtherStatement, span: Span) {
        let written = self.slice(span).to_ascii_lowercase();
        let is_full = || written.split(|c: char| !c.is_alphanumeric()).any(|word| word == "full");
        match other.verb.as_str() {
            "lock" => {}
            "vacuum" if is_full() => {}
            _ => return,
        }
        let table = other.object.as_ref().and_then(|name| self.step_table(name));
        self.step(Place::at(span, span), table, StepKind::TableLocked);
    }

    fn note_reindex(&mut self, reindex: &Reindex, span: Span) {
        let kind = StepKind::Reindexed {
            kind: reindex.kind.clone(),
            name: reindex
                .name
                .as_ref()
                .map(|name| SmolStr::new(name.name.as_str()))
                .unwrap_or_default(),
            concurrently: reindex.concurrently,
        };
        let of_table = reindex.name.as_ref().filter(|_| reindex.kind == "table");
        let table = of_table.and_then(|name| self.step_table(name));
        self.step(Place::at(span, span), table, kind);
    }
}

/// Where a step stands, and in which statement.
#[derive(Debug, Clone, Copy)]
struct Place {
    at: Span,
    statement: Span,
}

impl Place {
    fn at(at: Span, statement: Span) -> Self {
        Self { at, statement }
    }
}

#[cfg(test)]
mod tests;
