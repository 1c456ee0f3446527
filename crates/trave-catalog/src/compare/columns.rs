//! What became of the columns of a table.

use smol_str::SmolStr;

use super::{Class, Comparison, after, before};
use crate::{ChangeKind, Column, Table};

impl Comparison<'_> {
    pub(super) fn columns(&mut self, old: &Table, new: &Table) {
        let renamed = self.renamed_columns(old, new);
        for column in &old.columns {
            let to = renamed.iter().find(|(from, _)| *from == column.name).map(|(_, to)| to);
            let now = new.column(to.unwrap_or(&column.name));
            match now {
                Some(now) => {
                    if to.is_some() {
                        self.renamed(new, (column, now));
                    }
                    self.column(new, (column, now));
                }
                None => self.dropped(new, column),
            }
        }
        for column in &new.columns {
            let is_old = old.column(&column.name).is_some()
                || renamed.iter().any(|(_, to)| *to == column.name);
            if !is_old {
                self.added(new, column);
            }
        }
    }

    /// Columns that the later migrations gave another name, as `(before, after)`.
    pub(super) fn renamed_columns(&self, old: &Table, new: &Table) -> Vec<(SmolStr, SmolStr)> {
        let mut renamed: Vec<(SmolStr, SmolStr)> = Vec::new();
        for change in self.news() {
            let ChangeKind::ColumnRenamed { table, from, to } = change else { continue };
            if *table != new.name && *table != old.name {
                continue;
            }
            match renamed.iter_mut().find(|(_, name)| name == from) {
                Some((_, name)) => *name = to.clone(),
                None if old.column(from).is_some() => renamed.push((from.clone(), to.clone())),
                None => {}
            }
        }
        renamed
    }

    fn renamed(&mut self, table: &Table, (old, new): (&Column, &Column)) {
        let name = table.name.short();
        let place = self.place_of(
            |kind| matches!(kind, ChangeKind::ColumnRenamed { to, .. } if *to == new.name),
        );
        self.add(Class::Dangerous, "column-renamed", &name)
            .says(format!(
                "column `{name}.{}` is now `{}`: code that names it fails",
                old.name, new.name
            ))
            .at(after(place));
    }

    fn dropped(&mut self, table: &Table, column: &Column) {
        let name = table.name.short();
        let place = self.place_of(|kind| {
            matches!(kind, ChangeKind::ColumnDropped { table: of, column: gone }
                if *of == table.name && *gone == column.name)
        });
        self.add(Class::Dangerous, "column-dropped", &name)
            .says(format!("column `{name}.{}` is gone, with what it held", column.name))
            .at(after(place).or(before(Some(column.origin))));
    }

    fn added(&mut self, table: &Table, column: &Column) {
        let name = table.name.short();
        let is_filled = column.default.is_some()
            || column.generated.is_some()
            || column.identity.is_some()
            || column.sequence.is_some();
        let (class, what) = if column.not_null && !is_filled {
            (
                Class::Dangerous,
                " and required: inserts that leave it out fail, and so does the migration where \
                a row is left without a value",
            )
        } else {
            (Class::Safe, "")
        };
        self.add(class, "column-added", &name)
            .says(format!("column `{name}.{}` is new{what}", column.name))
            .at(after(Some(column.origin)));
    }

    fn column(&mut self, table: &Table, (old, new): (&Column, &Column)) {
        let name = format!("{}.{}", table.name.short(), new.name);
        let place = after(Some(new.origin));
        let mut add = |class, kind, message: String| {
            self.add(class, kind, table.name.short()).says(message).at(place);
        };
        if old.type_name != new.type_name {
            let message =
                format!("column `{name}` is `{}`, was `{}`", new.type_name, old.type_name);
            add(Class::Review, "column-type", message);
        }
        if !old.not_null && new.not_null {
            add(
                Class::Review,
                "column-required",
                format!("column `{name}` may not be null any more"),
            );
        } else if old.not_null && !new.not_null {
            let message =
                format!("column `{name}` may be null: code that reads it may not expect that");
            add(Class::Review, "column-optional", message);
        }
        if old.default.as_deref().map(super::plain) != new.default.as_deref().map(super::plain) {
            let shown = |default: &Option<String>| {
                default.as_deref().map_or("none".to_owned(), |it| format!("`{}`", super::plain(it)))
            };
            let (now, was) = (shown(&new.default), shown(&old.default));
            add(
                Class::Review,
                "column-default",
                format!("the default of `{name}` is {now}, was {was}"),
            );
        }
    }
}
