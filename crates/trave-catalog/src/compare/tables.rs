//! Tables that came, went or got another name, and what became of those that stayed.

use smol_str::SmolStr;
use trave_source::Origin;

use super::{Class, Comparison, after, before};
use crate::{ChangeKind, QualifiedName, Table};

impl Comparison<'_> {
    /// Compares all tables that migrations make.
    pub(super) fn tables(&mut self) {
        let (old, new) = (self.before, self.after);
        for table in old.tables.values().filter(|table| is_made(table)) {
            match new.tables.get(&table.name).filter(|table| is_made(table)) {
                Some(now) => self.table(table, now),
                None => self.gone(table),
            }
        }
        for table in new.tables.values().filter(|table| is_made(table)) {
            let is_new = old.tables.get(&table.name).is_none_or(|table| !is_made(table));
            if is_new && self.old_name(&table.name).is_none() {
                let name = table.name.short();
                self.add(Class::Safe, "table-added", &name)
                    .says(format!("table `{name}` is new"))
                    .at(after(table.origin()));
            }
        }
    }

    fn gone(&mut self, table: &Table) {
        let (name, new) = (table.name.short(), self.after);
        if let Some(renamed) = self.new_name(&table.name)
            && let Some(now) = new.tables.get(&renamed)
        {
            let place = after(self.place_of(
                |kind| matches!(kind, ChangeKind::TableRenamed { to, .. } if *to == renamed),
            ));
            self.add(Class::Dangerous, "table-renamed", &name)
                .says(format!(
                    "table `{name}` is now `{}`: code that names it fails",
                    now.name.short()
                ))
                .at(place);
            self.table(table, now);
            return;
        }
        let place = self
            .place_of(|kind| matches!(kind, ChangeKind::TableDropped(gone) if *gone == table.name));
        let place = after(place).or(before(table.origin()));
        self.add(Class::Dangerous, "table-dropped", &name)
            .says(format!("table `{name}` is gone, with its rows"))
            .at(place);
    }

    fn table(&mut self, old: &Table, new: &Table) {
        self.columns(old, new);
        self.keys(old, new);
        self.row_level_security(old, new);
        self.triggers(old, new);
    }

    fn row_level_security(&mut self, old: &Table, new: &Table) {
        let name = new.name.short();
        let place = after(new.rls_origin);
        if old.rls_enabled && !new.rls_enabled {
            self.add(Class::Dangerous, "rls-disabled", &name)
                .says(format!("row level security of `{name}` is off: its policies do nothing"))
                .at(place);
        } else if !old.rls_enabled && new.rls_enabled {
            self.add(Class::Review, "rls-enabled", &name)
                .says(format!(
                    "row level security of `{name}` is on: callers see what policies admit"
                ))
                .at(place);
        }
    }

    fn triggers(&mut self, old: &Table, new: &Table) {
        let name = new.name.short();
        for trigger in &new.triggers {
            let was = old.triggers.iter().find(|it| it.name == trigger.name);
            let (kind, said) = match was {
                None => ("trigger-added", "is new"),
                Some(was) if super::plain(&was.definition) != super::plain(&trigger.definition) => {
                    ("trigger-changed", "changed")
                }
                Some(_) => continue,
            };
            self.add(Class::Review, kind, &name)
                .says(format!("trigger `{}` of `{name}` {said}", trigger.name))
                .at(after(Some(trigger.origin)));
        }
        let is_gone = |name: &SmolStr| new.triggers.iter().all(|it| it.name != *name);
        for trigger in old.triggers.iter().filter(|it| is_gone(&it.name)) {
            self.add(Class::Review, "trigger-dropped", &name)
                .says(format!("trigger `{}` of `{name}` is gone", trigger.name))
                .at(before(Some(trigger.origin)));
        }
    }

    /// The name that a table has now, if the later migrations renamed it.
    fn new_name(&self, name: &QualifiedName) -> Option<QualifiedName> {
        let mut name = name.clone();
        let mut is_renamed = false;
        for change in self.news() {
            if let ChangeKind::TableRenamed { from, to } = change
                && *from == name
            {
                name = to.clone();
                is_renamed = true;
            }
        }
        is_renamed.then_some(name)
    }

    /// The name that a table had before, if it had another.
    pub(super) fn old_name(&self, name: &QualifiedName) -> Option<&QualifiedName> {
        let mut known = self.before.tables.keys();
        known.find(|old| self.new_name(old).as_ref() == Some(name))
    }

    /// What only the later history holds: it begins as the earlier one does, as a rule.
    pub(super) fn news(&self) -> impl Iterator<Item = &ChangeKind> {
        let (old, new) = (&self.before.history, &self.after.history);
        let same = old.iter().zip(new).take_while(|(one, other)| one.kind == other.kind).count();
        new.iter().skip(same).map(|change| &change.kind)
    }

    /// The last statement of the later texts that did something.
    pub(super) fn place_of(&self, is_it: impl Fn(&ChangeKind) -> bool) -> Option<Origin> {
        let mut history = self.after.history.iter().rev();
        history.find(|change| is_it(&change.kind)).map(|change| change.origin)
    }
}

pub(super) fn is_made(table: &Table) -> bool {
    table.provenance.is_migration()
}
