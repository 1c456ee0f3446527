//! What goes: columns, tables, indexes, databases.

use smol_str::SmolStr;
use trave_source::Span;
use trave_sql::{Drop, DropPart, ObjectKind, ObjectName};

use super::Place;
use crate::replay::session::Session;
use crate::schema::{StepKind, StepTable};

impl Session {
    pub(super) fn note_drop_column(&mut self, table: &StepTable, drop: &DropPart, place: Place) {
        let column = SmolStr::new(drop.name.as_str());
        let known = self.catalog().tables.get(&table.name);
        let complete = known.is_some_and(|known| known.columns_known);
        let before = self.column_before(&table.name, &column);
        if drop.if_exists && before.is_none() && complete {
            return;
        }
        let is_new = before.is_some_and(|column| self.is_new_at(column.origin));
        let kind = StepKind::ColumnDropped { column, is_new };
        self.step(place, Some(table.clone()), kind);
    }

    pub(super) fn note_drop(&mut self, drop: &Drop, span: Span) {
        for target in &drop.targets {
            let place = Place { at: target.name.span, statement: span };
            match drop.kind {
                ObjectKind::Table | ObjectKind::ForeignTable => {
                    if drop.if_exists && self.find_relation(&target.name).is_none() {
                        continue;
                    }
                    if let Some(table) = self.step_table(&target.name) {
                        self.note_bare_name(&target.name, (span, &table));
                        self.step(place, Some(table), StepKind::TableDropped);
                    }
                }
                ObjectKind::Index => self.note_drop_index(drop, &target.name, place),
                ObjectKind::Database => {
                    let name = SmolStr::new(target.name.name.as_str());
                    self.step(place, None, StepKind::DatabaseDropped(name));
                }
                _ => {}
            }
        }
    }

    fn note_drop_index(&mut self, drop: &Drop, index: &ObjectName, place: Place) {
        let found = self.find_relation(index).map(|(name, _)| name);
        let owner = found.as_ref().and_then(|name| self.store.index_owner(name));
        if owner.is_none() && drop.if_exists {
            return;
        }
        let made = owner.as_ref().and_then(|owner| {
            let table = self.catalog().tables.get(owner)?;
            let own = table.indexes.iter().find(|own| index.name == *own.name.as_str())?;
            Some(own.origin)
        });
        if made.is_some_and(|made| self.is_new_at(made)) {
            return;
        }
        let table = owner.map(|name| {
            let is_idle = self.is_idle(&name);
            StepTable { name, is_idle }
        });
        let name = SmolStr::new(index.name.as_str());
        let kind = StepKind::IndexDropped { name, concurrently: drop.concurrently };
        self.step(place, table, kind);
    }
}
