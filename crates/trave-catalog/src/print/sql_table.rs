//! Tables as statements: columns first, then what stands on them.

use std::collections::BTreeMap;
use std::fmt::Write;

use smol_str::{SmolStr, format_smolstr};
use trave_sql::Name;

use super::sql::{closed, line, parents_first};
use crate::{
    Catalog, Column, ForeignKey, Identity, Index, IndexKey, IndexTarget, Key, QualifiedName,
    ReferentialAction, Sequence, Table, TableKind, Trigger,
};

/// `CREATE TABLE` with its columns and generated expressions.
pub(super) fn add_table(out: &mut String, owned: &Owned<'_>, table: &Table) {
    let columns: Vec<String> =
        table.columns.iter().map(|column| column_sql(owned, table, column)).collect();
    let unlogged = if table.unlogged { "unlogged " } else { "" };
    let foreign = if table.kind == TableKind::Foreign { "foreign " } else { "" };
    let _ = write!(
        out,
        "create {unlogged}{foreign}table {} (\n  {}\n)",
        table.name,
        columns.join(",\n  ")
    );
    if let (Some(key), TableKind::Partitioned) = (&table.partition_key, table.kind) {
        let _ = write!(out, " partition by {key}");
    }
    if let Some(server) = &table.server {
        let _ = write!(out, " server {}", Name::exact(server));
    }
    out.push_str(";\n");
    for column in &table.columns {
        let Some(sequence) = owned.get(&table.name, &column.name) else { continue };
        let made = owned.made_as(sequence);
        if made != sequence.name {
            let name = Name::exact(&sequence.name.name);
            line(out, &format!("alter sequence {made} rename to {name};"));
        }
    }
}

fn column_sql(owned: &Owned<'_>, table: &Table, column: &Column) -> String {
    let mut text = format!("{} {}", Name::exact(&column.name), column.type_name);
    if let Some(generated) = &column.generated {
        let _ = write!(text, " generated always as {} stored", closed(generated));
    }
    if let Some(identity) = column.identity {
        let how = match identity {
            Identity::Always => "always",
            Identity::ByDefault => "by default",
        };
        let _ = write!(text, " generated {how} as identity");
        if let Some(sequence) = owned.get(&table.name, &column.name) {
            let _ = write!(text, " (sequence name {})", owned.made_as(sequence));
        }
    }
    if column.not_null {
        text.push_str(" not null");
    }
    text
}

/// The sequence of each identity column.
pub(super) struct Owned<'a> {
    sequences: BTreeMap<(&'a QualifiedName, &'a str), &'a Sequence>,
    catalog: &'a Catalog,
}

impl<'a> Owned<'a> {
    /// Those of a catalog.
    pub(super) fn of(catalog: &'a Catalog) -> Self {
        let owned = catalog.sequences.values().filter(|one| one.of_identity);
        let owned = owned.filter_map(|sequence| {
            let (table, column) = sequence.owned_by.as_ref()?;
            Some(((table, column.as_str()), sequence))
        });
        Self { sequences: owned.collect(), catalog }
    }

    /// The name that a sequence is made with: it may come to have that of a type, but not begin
    /// with it.
    fn made_as(&self, sequence: &Sequence) -> QualifiedName {
        let Catalog { types, tables, views, sequences, .. } = self.catalog;
        let mut name = sequence.name.clone();
        let is_relation = |name: &QualifiedName| {
            tables.contains_key(name) || views.contains_key(name) || sequences.contains_key(name)
        };
        while types.contains_key(&name) || name != sequence.name && is_relation(&name) {
            name.name = format_smolstr!("{}_", name.name);
        }
        name
    }

    fn get(&self, table: &QualifiedName, column: &str) -> Option<&Sequence> {
        self.sequences.get(&(table, column)).copied()
    }
}

/// `CREATE SEQUENCE`, unless an identity column makes it.
pub(super) fn sequence_sql(sequence: &Sequence) -> String {
    if sequence.of_identity {
        return String::new();
    }
    format!("create sequence {};\n", sequence.name)
}

/// Defaults, keys, checks, indexes, references, triggers: in an order in which each finds what it
/// needs.
pub(super) fn add_parts(out: &mut String, catalog: &Catalog) {
    let made = || catalog.tables.values().filter(|table| table.provenance.is_migration());
    for table in made() {
        add_defaults(out, table);
    }
    add_owners(out, catalog);
    for table in made() {
        add_keys(out, table, Reach::Whole);
        add_checks(out, table);
    }
    for table in catalog.tables.values() {
        add_new_indexes(out, table);
    }
    for table in made() {
        for key in &table.foreign_keys {
            line(out, &foreign_key_sql(&table.name, key));
        }
    }
    // Only now, so that parents do not give their parts to children that have them.
    for table in parents_first(catalog).iter().filter_map(|name| catalog.table(name)) {
        if table.provenance.is_migration() && table.partition_bound.is_none() {
            add_parents(out, catalog, table);
        }
    }
    // Only now, so that each partition brings the keys and indexes that its parent asks for.
    for table in made() {
        if let (Some(parent), Some(bound)) = (&table.parent, &table.partition_bound) {
            let name = &table.name;
            line(out, &format!("alter table {parent} attach partition {name} {bound};"));
        }
    }
    // Only now, so that partitions do not get what they lack.
    for table in made() {
        add_keys(out, table, Reach::Only);
        for index in table.indexes.iter().filter(|one| !one.valid && one.constraint.is_none()) {
            line(out, &index_sql(&table.name, index));
        }
    }
    for table in catalog.tables.values() {
        let parent = table.parent.as_ref().filter(|_| table.is_partition);
        let parent = parent.and_then(|parent| catalog.table(parent));
        let is_own = |trigger: &&Trigger| {
            !crate::replay::is_of_platform(trigger.origin)
                && !parent.is_some_and(|parent| {
                    parent.triggers.iter().any(|other| other.name == trigger.name)
                })
        };
        for trigger in table.triggers.iter().filter(is_own) {
            line(out, &trigger_sql(&table.name, trigger));
            if !trigger.enabled {
                let name = Name::exact(&trigger.name);
                line(out, &format!("alter table {} disable trigger {name};", table.name));
            }
        }
    }
}

/// `INHERIT` wants children that are as strict as their parents; later they need not be.
fn add_parents(out: &mut String, catalog: &Catalog, table: &Table) {
    let name = &table.name;
    let strict = |column: &&Column| {
        let mut parents = table.inherits.iter().filter_map(|parent| catalog.table(parent));
        !column.not_null
            && parents.any(|parent| parent.column(&column.name).is_some_and(|one| one.not_null))
    };
    let loose: Vec<Name> =
        table.columns.iter().filter(strict).map(|column| Name::exact(&column.name)).collect();
    for column in &loose {
        line(out, &format!("alter table only {name} alter column {column} set not null;"));
    }
    for parent in &table.inherits {
        line(out, &format!("alter table {name} inherit {parent};"));
    }
    for column in &loose {
        line(out, &format!("alter table only {name} alter column {column} drop not null;"));
    }
}

/// The parts as they stand now, since a table may have a new name; what is called, as written.
fn trigger_sql(table: &QualifiedName, trigger: &Trigger) -> String {
    let lower = trigger.definition.to_ascii_lowercase();
    let arguments = lower.rfind("execute").and_then(|at| {
        let rest = trigger.definition.get(at..)?;
        rest.get(rest.find('(')?..)
    });
    let arguments = arguments.unwrap_or("()").trim_end_matches(';');
    let events: Vec<String> = trigger
        .events
        .iter()
        .map(|event| match event.as_str() {
            "UPDATE" if !trigger.update_of.is_empty() => {
                format!("update of {}", column_list(&trigger.update_of))
            }
            event => event.to_ascii_lowercase(),
        })
        .collect();
    let words: Vec<&str> = lower.split_whitespace().collect();
    let deferred = words.windows(2).any(|pair| pair == ["initially", "deferred"]);
    let (kind, timing) = match words.contains(&"constraint") {
        true if deferred => ("constraint trigger", " deferrable initially deferred"),
        true => ("constraint trigger", ""),
        false => ("trigger", ""),
    };
    let level = if trigger.for_each_row { "row" } else { "statement" };
    let when = trigger.condition.as_ref().map(|text| format!(" when {}", closed(text)));
    let (name, events) = (Name::exact(&trigger.name), events.join(" or "));
    let (when, moment) = (when.unwrap_or_default(), trigger.timing.to_ascii_lowercase());
    let head = format!("create {kind} {name} {moment} {events} on {table}{timing}");
    format!("{head} for each {level}{when} execute function {}{arguments};", trigger.function)
}

fn add_defaults(out: &mut String, table: &Table) {
    for column in &table.columns {
        let name = Name::exact(&column.name);
        if let Some(default) = column.default_sql() {
            line(
                out,
                &format!(
                    "alter table only {} alter column {name} set default {default};",
                    table.name
                ),
            );
        }
    }
}

/// Whose sequences are whose, apart from those of identity columns.
fn add_owners(out: &mut String, catalog: &Catalog) {
    for sequence in catalog.sequences.values().filter(|one| one.provenance.is_migration()) {
        let Some((table, column)) = &sequence.owned_by else { continue };
        if !sequence.of_identity {
            let column = Name::exact(column);
            line(out, &format!("alter sequence {} owned by {table}.{column};", sequence.name));
        }
    }
}

/// Whether partitions have what their parent has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reach {
    Whole,
    Only,
}

impl Reach {
    fn of(index: &Index) -> Self {
        if index.valid { Self::Whole } else { Self::Only }
    }
}

/// The keys that reach so far.
fn add_keys(out: &mut String, table: &Table, reach: Reach) {
    let mut add = |key: &Key, kind: &str| {
        let nulls = if key.nulls_not_distinct { " nulls not distinct" } else { "" };
        let columns = column_list(&key.columns);
        let index = table.indexes.iter().find(|index| index.name == key.name);
        if index.map_or(Reach::Whole, Reach::of) != reach {
            return;
        }
        let include = index.map(|index| index.include.as_slice()).unwrap_or_default();
        let include = if include.is_empty() {
            String::new()
        } else {
            format!(" include ({})", column_list(include))
        };
        let deferrable = if key.deferrable { " deferrable" } else { "" };
        let what = format!("{kind}{nulls} ({columns}){include}{deferrable}");
        let only = if reach == Reach::Only { "only " } else { "" };
        add_constraint(out, &format!("{only}{}", table.name), &key.name, &what);
    };
    table.primary_key.iter().for_each(|key| add(key, "primary key"));
    table.uniques.iter().for_each(|key| add(key, "unique"));
    for key in table.exclusions.iter().filter(|_| reach == Reach::Whole) {
        let Some(index) = table.indexes.iter().find(|index| index.name == key.name) else {
            continue;
        };
        add_constraint(out, &table.name.to_string(), &key.name, &exclusion_sql(key, index));
    }
}

fn add_checks(out: &mut String, table: &Table) {
    for check in &table.checks {
        let valid = if check.validated { "" } else { " not valid" };
        let what = format!("check {}{valid}", closed(&check.expression));
        add_constraint(out, &table.name.to_string(), &check.name, &what);
    }
}

fn exclusion_sql(key: &Key, index: &Index) -> String {
    let parts = index.keys.iter().zip(&key.operators);
    let parts: Vec<String> =
        parts.map(|(part, with)| format!("{} with {with}", key_sql(index, part))).collect();
    let mut text = format!("exclude using {} ({})", index.method, parts.join(", "));
    if !index.include.is_empty() {
        let _ = write!(text, " include ({})", column_list(&index.include));
    }
    if let Some(predicate) = &index.predicate {
        let _ = write!(text, " where {}", closed(predicate));
    }
    if key.deferrable {
        text.push_str(" deferrable");
    }
    text
}

fn add_constraint(out: &mut String, table: &str, name: &str, what: &str) {
    let name = Name::exact(name);
    line(out, &format!("alter table {table} add constraint {name} {what};"));
}

fn add_new_indexes(out: &mut String, table: &Table) {
    for index in &table.indexes {
        let is_plain = index.constraint.is_none() && index.valid;
        if is_plain && !crate::replay::is_of_platform(index.origin) {
            line(out, &index_sql(&table.name, index));
        }
    }
}

/// `CREATE INDEX` with everything that the index has.
pub fn index_sql(relation: &QualifiedName, index: &Index) -> String {
    let unique = if index.unique { "unique " } else { "" };
    let keys: Vec<String> = index.keys.iter().map(|key| key_sql(index, key)).collect();
    let only = if index.valid { "" } else { "only " };
    let mut text = format!(
        "create {unique}index {} on {only}{relation} using {} ({})",
        Name::exact(&index.name),
        index.method,
        keys.join(", ")
    );
    if !index.include.is_empty() {
        let _ = write!(text, " include ({})", column_list(&index.include));
    }
    if index.nulls_not_distinct {
        text.push_str(" nulls not distinct");
    }
    if let Some(predicate) = &index.predicate {
        let _ = write!(text, " where {}", closed(predicate));
    }
    format!("{text};")
}

fn key_sql(index: &Index, key: &IndexKey) -> String {
    let mut text = match &key.what {
        IndexTarget::Column(column) => Name::exact(column).to_string(),
        IndexTarget::Expression(text) => closed(text),
    };
    if let Some(opclass) = &key.opclass {
        let _ = write!(text, " {opclass}");
    }
    if index.method == "btree" {
        match (key.descending, key.nulls_first) {
            (true, true) => text.push_str(" desc"),
            (true, false) => text.push_str(" desc nulls last"),
            (false, true) => text.push_str(" nulls first"),
            (false, false) => {}
        }
    }
    text
}

fn foreign_key_sql(table: &QualifiedName, key: &ForeignKey) -> String {
    let mut text = format!(
        "alter table {table} add constraint {} foreign key ({}) references {} ({})",
        Name::exact(&key.name),
        column_list(&key.columns),
        key.target,
        column_list(&key.target_columns)
    );
    for (word, action) in [("delete", key.on_delete), ("update", key.on_update)] {
        if action != ReferentialAction::NoAction {
            let _ = write!(text, " on {word} {}", action.words());
        }
    }
    if key.deferrable {
        text.push_str(" deferrable");
    }
    if !key.validated {
        text.push_str(" not valid");
    }
    format!("{text};")
}

fn column_list(columns: &[SmolStr]) -> String {
    columns.iter().map(|column| Name::exact(column).to_string()).collect::<Vec<_>>().join(", ")
}
