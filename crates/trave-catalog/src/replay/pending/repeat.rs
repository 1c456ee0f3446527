//! Statements that fail when they run a second time, after a migration that stopped half-way.

use trave_source::Span;
use trave_sql::{AlterAction, AlterActionKind, Drop, ObjectKind, Statement, TableKind};

use super::Place;
use crate::replay::session::Session;
use crate::schema::{Repeat, StepKind};

impl Session {
    pub(super) fn note_repeat(&mut self, statement: &Statement, span: Span) {
        if self.pending.as_ref().is_none_or(|file| file.is_single) {
            return;
        }
        let place = Place::at(span, span);
        match statement {
            // A temporary one ends with the connection.
            Statement::CreateTable(create)
                if !create.if_not_exists && create.kind != TableKind::Temporary =>
            {
                self.repeat(place, Repeat::IfNotExists("create table"));
            }
            Statement::CreateIndex(create)
                if !create.mode.if_not_exists && create.name.is_some() =>
            {
                let concurrently = create.mode.concurrently;
                let words = if concurrently { "create index concurrently" } else { "create index" };
                self.repeat(place, Repeat::IfNotExists(words));
            }
            Statement::Drop(drop) if !drop.if_exists => {
                if let Some(word) = word_of(drop) {
                    self.repeat(place, Repeat::IfExists(word));
                }
            }
            Statement::AlterTable(alter) => {
                for action in &alter.actions {
                    if let Some(repeat) = self.repeat_of(action) {
                        self.repeat(Place { at: action.span, statement: span }, repeat);
                    }
                }
            }
            _ => {}
        }
    }

    fn repeat(&mut self, place: Place, repeat: Repeat) {
        self.step(place, None, StepKind::NotRepeatable(repeat));
    }

    /// Renames, keys and what has no `IF`: a second run fails, or does the work again.
    fn repeat_of(&mut self, action: &AlterAction) -> Option<Repeat> {
        match &action.kind {
            AlterActionKind::AddColumn(add) => {
                (!add.if_not_exists).then_some(Repeat::IfNotExists("add column"))
            }
            AlterActionKind::DropColumn(drop) => {
                (!drop.if_exists).then_some(Repeat::IfExists("drop column"))
            }
            AlterActionKind::DropConstraint(drop) => {
                if let Some(file) = &mut self.pending {
                    file.drop_before(drop.name.as_str());
                }
                (!drop.if_exists).then_some(Repeat::IfExists("drop constraint"))
            }
            AlterActionKind::AddConstraint(constraint) => {
                let name = constraint.name.as_ref().map(trave_sql::Ident::as_str)?;
                let dropped = self.pending.as_mut().is_some_and(|file| file.takes_dropped(name));
                (!dropped).then_some(Repeat::DropBefore)
            }
            AlterActionKind::RenameColumn(_) | AlterActionKind::RenameTo(_) => {
                Some(Repeat::Transaction)
            }
            _ => None,
        }
    }
}

fn word_of(drop: &Drop) -> Option<&'static str> {
    match drop.kind {
        ObjectKind::Table => Some("drop table"),
        ObjectKind::Index if drop.concurrently => Some("drop index concurrently"),
        ObjectKind::Index => Some("drop index"),
        ObjectKind::Type => Some("drop type"),
        ObjectKind::View => Some("drop view"),
        _ => None,
    }
}
