//! Keys, checks and indexes.

use smol_str::SmolStr;
use trave_source::Origin;

use super::{Class, Comparison, after, before};
use crate::{Column, Index, IndexTarget, ReferentialAction, Table};

/// A constraint as far as a comparison goes.
struct Constraint {
    name: SmolStr,
    what: String,
    columns: Vec<SmolStr>,
    is_unique: bool,
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
            let is_idle = if one.is_unique {
                is_null_everywhere(&one.columns, (old, new))
            } else {
                !one.columns.is_empty() && one.columns.iter().all(is_fresh)
            };
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
            // What goes with its column is said of the column.
            let goes_along = one.columns.iter().any(|column| new.column(column).is_none());
            if goes_along || is.iter().any(|it| it.name == one.name || it.what == one.what) {
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
        let own = |table: &Table| -> Vec<(String, Index)> {
            let own = table.indexes.iter().filter(|index| index.constraint.is_none());
            own.map(|it| (shown(it), it.clone())).collect()
        };
        let (was, is) = (own(old), own(new));
        for (what, index) in &is {
            if was.iter().any(|(other, _)| other == what) {
                continue;
            }
            let may_stop = index.unique && !is_null_everywhere(&columns(index), (old, new));
            let (class, note) = if may_stop {
                (Class::Review, ": rows that share a value stop the migration")
            } else {
                (Class::Safe, "")
            };
            self.add(class, "index-added", &name)
                .says(format!("index `{}` on `{name}` {what} is new{note}", index.name))
                .at(after(Some(index.origin)));
        }
        for (what, index) in &was {
            // What goes with its column is said of the column.
            let goes_along = columns(index).iter().any(|column| new.column(column).is_none());
            if goes_along || is.iter().any(|(other, _)| other == what) {
                continue;
            }
            let (class, note) = match new.indexes.iter().find(|other| covers(other, index)) {
                Some(other) => (Class::Safe, format!("`{}` does its work", other.name)),
                None if index.unique => (Class::Review, "rows may share a value now".to_owned()),
                None => (Class::Review, "queries may need it".to_owned()),
            };
            self.add(class, "index-dropped", &name)
                .says(format!("index `{}` on `{name}` {what} is gone: {note}", index.name))
                .at(before(Some(index.origin)));
        }
    }
}

/// Whether one of these columns is new and null in every row: then no two rows share their values.
fn is_null_everywhere(columns: &[SmolStr], (old, new): (&Table, &Table)) -> bool {
    columns.iter().any(|name| {
        let is_empty = |column: &Column| {
            !column.not_null
                && column.default.is_none()
                && column.generated.is_none()
                && column.identity.is_none()
                && column.sequence.is_none()
        };
        old.column(name).is_none() && new.column(name).is_some_and(is_empty)
    })
}

/// The columns that an index names as its keys.
fn columns(index: &Index) -> Vec<SmolStr> {
    let named = index.keys.iter().filter_map(|key| match &key.what {
        IndexTarget::Column(name) => Some(name.clone()),
        IndexTarget::Expression(_) => None,
    });
    named.collect()
}

/// Whether an index finds all rows that another one finds, and keeps the same rows apart.
fn covers(index: &Index, other: &Index) -> bool {
    let what = |index: &Index| -> Vec<IndexTarget> {
        index.keys.iter().map(|key| key.what.clone()).collect()
    };
    let (keys, wanted) = (what(index), what(other));
    let same_rows = index.predicate.is_none() || index.predicate == other.predicate;
    let same_way = match other.method.as_str() {
        "btree" | "hash" => index.method == "btree",
        method => index.method == *method,
    };
    let keeps =
        !other.unique || index.unique && index.predicate == other.predicate && keys == wanted;
    same_rows && same_way && keeps && keys.starts_with(&wanted)
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
        is_unique: true,
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
        is_unique: false,
        takes_rows: key.on_delete == ReferentialAction::Cascade,
        origin: key.origin,
    });
    let checks = table.checks.iter().map(|check| Constraint {
        name: check.name.clone(),
        what: format!("check ({})", super::plain(&check.expression)),
        columns: check.columns.clone(),
        is_unique: false,
        takes_rows: false,
        origin: check.origin,
    });
    let exclusions = table.exclusions.iter().map(|key| Constraint {
        name: key.name.clone(),
        what: format!("exclusion `{}`", key.name),
        columns: key.columns.clone(),
        is_unique: false,
        takes_rows: false,
        origin: key.origin,
    });
    keys.chain(foreign).chain(checks).chain(exclusions).collect()
}

fn action(action: ReferentialAction) -> String {
    match action {
        ReferentialAction::NoAction => String::new(),
        other => format!(" on delete {}", other.words()),
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
