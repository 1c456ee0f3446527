//! Keys, checks and indexes.

use smol_str::SmolStr;
use trave_source::Origin;

use super::{Class, Comparison, after, before};
use crate::{Index, IndexTarget, ReferentialAction, Table};

/// A constraint as far as a comparison goes.
struct Constraint {
    name: SmolStr,
    what: String,
    columns: Vec<SmolStr>,
    takes_rows: bool,
    origin: Origin,
}

impl Comparison<'_> {
    pub(super) fn keys(&mut self, old: &Table, new: &Table) {
        // A column that got another name makes no other key.
        let old = &with_new_names(old, &self.renamed_columns(old, new));
        let (was, is) = (constraints(old), constraints(new));
        let name = new.name.short();
        for one in &is {
            let same = was.iter().find(|it| it.name == one.name);
            if was.iter().any(|it| it.what == one.what) {
                continue;
            }
            // No row holds anything yet in a column that is new.
            let is_fresh = |column: &SmolStr| old.column(column).is_none();
            let is_idle = !one.columns.is_empty() && one.columns.iter().all(is_fresh);
            let (class, kind, message) = match same {
                Some(it) if one.takes_rows => (
                    Class::Dangerous,
                    "constraint-changed",
                    format!("`{name}`: {}, was {}: rows go that stayed before", one.what, it.what),
                ),
                Some(it) => (
                    Class::Review,
                    "constraint-changed",
                    format!("`{name}`: {}, was {}", one.what, it.what),
                ),
                None if is_idle => {
                    (Class::Safe, "constraint-added", format!("`{name}`: {} is new", one.what))
                }
                None => (
                    Class::Review,
                    "constraint-added",
                    format!("`{name}`: {} is new: rows that break it stop the migration", one.what),
                ),
            };
            self.add(class, kind, &name).says(message).at(after(Some(one.origin)));
        }
        for one in &was {
            if is.iter().any(|it| it.name == one.name || it.what == one.what) {
                continue;
            }
            self.add(Class::Review, "constraint-dropped", &name)
                .says(format!("`{name}`: {} is gone: nothing keeps rows to it", one.what))
                .at(before(Some(one.origin)));
        }
        self.indexes(old, new);
    }

    fn indexes(&mut self, old: &Table, new: &Table) {
        let name = new.name.short();
        let own = |table: &Table| -> Vec<(SmolStr, String, Origin, bool)> {
            let own = table.indexes.iter().filter(|index| index.constraint.is_none());
            own.map(|it| (it.name.clone(), shown(it), it.origin, it.unique)).collect()
        };
        let (was, is) = (own(old), own(new));
        for (index, what, origin, unique) in &is {
            if was.iter().any(|(_, other, ..)| other == what) {
                continue;
            }
            let class = if *unique { Class::Review } else { Class::Safe };
            let note = if *unique { ": rows that share a value stop the migration" } else { "" };
            self.add(class, "index-added", &name)
                .says(format!("index `{index}` on `{name}` {what} is new{note}"))
                .at(after(Some(*origin)));
        }
        for (index, what, origin, _) in &was {
            if is.iter().any(|(_, other, ..)| other == what) {
                continue;
            }
            self.add(Class::Review, "index-dropped", &name)
                .says(format!("index `{index}` on `{name}` {what} is gone: queries may need it"))
                .at(before(Some(*origin)));
        }
    }
}

/// A table with the columns of its keys and indexes as they are called now.
fn with_new_names(table: &Table, renamed: &[(SmolStr, SmolStr)]) -> Table {
    let mut table = table.clone();
    if renamed.is_empty() {
        return table;
    }
    let rename = |name: &mut SmolStr| {
        if let Some((_, to)) = renamed.iter().find(|(from, _)| from == name) {
            *name = to.clone();
        }
    };
    let keys = table.primary_key.iter_mut().chain(&mut table.uniques);
    keys.flat_map(|key| &mut key.columns).for_each(rename);
    table.foreign_keys.iter_mut().flat_map(|key| &mut key.columns).for_each(rename);
    for key in table.indexes.iter_mut().flat_map(|index| &mut index.keys) {
        if let IndexTarget::Column(name) = &mut key.what {
            rename(name);
        }
    }
    table
}

fn constraints(table: &Table) -> Vec<Constraint> {
    let list = |columns: &[SmolStr]| columns.join(", ");
    let keys = table.primary_key.iter().map(|key| ("primary key", key));
    let uniques = table.uniques.iter().map(|key| ("unique", key));
    let keys = keys.chain(uniques).map(|(word, key)| Constraint {
        name: key.name.clone(),
        what: format!("{word} ({})", list(&key.columns)),
        columns: key.columns.clone(),
        takes_rows: false,
        origin: key.origin,
    });
    let foreign = table.foreign_keys.iter().map(|key| Constraint {
        name: key.name.clone(),
        what: format!(
            "foreign key ({}) to `{}`{}",
            list(&key.columns),
            key.target.short(),
            action(key.on_delete)
        ),
        columns: key.columns.clone(),
        takes_rows: key.on_delete == ReferentialAction::Cascade,
        origin: key.origin,
    });
    let checks = table.checks.iter().map(|check| Constraint {
        name: check.name.clone(),
        what: format!("check ({})", super::plain(&check.expression)),
        columns: check.columns.clone(),
        takes_rows: false,
        origin: check.origin,
    });
    let exclusions = table.exclusions.iter().map(|key| Constraint {
        name: key.name.clone(),
        what: format!("exclusion `{}`", key.name),
        columns: key.columns.clone(),
        takes_rows: false,
        origin: key.origin,
    });
    keys.chain(foreign).chain(checks).chain(exclusions).collect()
}

fn action(action: ReferentialAction) -> &'static str {
    match action {
        ReferentialAction::NoAction => "",
        ReferentialAction::Restrict => " on delete restrict",
        ReferentialAction::Cascade => " on delete cascade",
        ReferentialAction::SetNull => " on delete set null",
        ReferentialAction::SetDefault => " on delete set default",
    }
}

/// `(a, lower(b) desc) where c`.
fn shown(index: &Index) -> String {
    let key = |key: &crate::IndexKey| {
        let what = match &key.what {
            IndexTarget::Column(name) => name.to_string(),
            IndexTarget::Expression(text) => super::plain(text),
        };
        if key.descending { format!("{what} desc") } else { what }
    };
    let keys: Vec<String> = index.keys.iter().map(key).collect();
    let method = if index.method == "btree" { "" } else { index.method.as_str() };
    let predicate = index.predicate.as_ref().map(|it| format!(" where {}", super::plain(it)));
    format!("{method}({}){}", keys.join(", "), predicate.unwrap_or_default())
}
