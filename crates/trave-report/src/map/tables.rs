//! Tables, views and functions as the page knows them.

use std::collections::BTreeMap;

use serde::Serialize;
use smol_str::SmolStr;
use trave_model::catalog::{
    Column, ForeignKey, Grant, Identity, Index, IndexKey, IndexTarget, Key, Policy, Provenance,
    Table, View,
};

use super::access::{Lines, Matrices};
use super::objects::{Object, ObjectKey, Objects};
use super::places::{Place, Places};

#[derive(Serialize, Default)]
pub(super) struct TableEntry<'a> {
    /// The root, by its place in the list of roots.
    root: Option<usize>,
    schema: &'a str,
    name: &'a str,
    kind: &'static str,
    /// The project makes it; else a platform does, or nobody.
    own: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    place: Option<Place>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rls: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    comment: Option<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    columns: Vec<ColumnEntry<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    primary_key: Vec<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    uniques: Vec<Vec<&'a str>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    foreign_keys: Vec<Reference<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    checks: Vec<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    indexes: Vec<IndexEntry<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    policies: Vec<PolicyEntry<'a>>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    grants: BTreeMap<&'a str, Vec<String>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    triggers: Vec<TriggerEntry<'a>>,
    /// Tables that a view or a function reads.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    reads: Vec<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    access: Option<Lines>,
}

#[derive(Serialize)]
struct ColumnEntry<'a> {
    name: &'a str,
    #[serde(rename = "type")]
    type_name: &'a str,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    not_null: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    default: Option<String>,
}

#[derive(Serialize)]
struct Reference<'a> {
    columns: Vec<&'a str>,
    /// The table referred to; none where it is not shown.
    table: Option<usize>,
    name: String,
    target_columns: Vec<&'a str>,
    on_delete: &'static str,
    /// At most one row refers to each.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    one: bool,
}

#[derive(Serialize)]
struct IndexEntry<'a> {
    name: &'a str,
    method: &'a str,
    keys: Vec<String>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    unique: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    predicate: Option<&'a str>,
    place: Place,
}

#[derive(Serialize)]
struct PolicyEntry<'a> {
    name: &'a str,
    command: &'static str,
    permissive: bool,
    roles: Vec<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    using: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    check: Option<&'a str>,
    place: Place,
}

#[derive(Serialize)]
struct TriggerEntry<'a> {
    name: &'a str,
    when: String,
    function: String,
    place: Place,
}

/// Describes one object after the other.
pub(super) struct Describing<'a, 'p> {
    pub(super) objects: &'p Objects<'a>,
    pub(super) matrices: &'p Matrices<'a>,
    pub(super) places: &'p mut Places<'a>,
}

impl<'a> Describing<'a, '_> {
    pub(super) fn entry(&mut self, key: &'a ObjectKey, object: Object<'a>) -> TableEntry<'a> {
        let named = TableEntry {
            root: key.catalog,
            schema: &key.name.schema,
            name: &key.name.name,
            ..TableEntry::default()
        };
        match object {
            Object::Table(table) => self.table(key, table, named),
            Object::View(view) => self.view(key, view, named),
            Object::Function(function) => {
                let origin = function.provenance.origin();
                let reads = function.tables.iter();
                TableEntry {
                    kind: "function",
                    own: function.provenance.is_migration(),
                    place: origin.map(|origin| self.places.at(origin)),
                    reads: reads.filter_map(|it| self.named(key, it)).collect(),
                    ..named
                }
            }
            Object::NoTable => TableEntry { kind: "unknown table", ..named },
            Object::NoFunction => TableEntry { kind: "unknown function", ..named },
        }
    }

    fn table(
        &mut self,
        key: &ObjectKey,
        table: &'a Table,
        named: TableEntry<'a>,
    ) -> TableEntry<'a> {
        let provenance = table.provenance;
        let places = &mut *self.places;
        let kind = match provenance {
            Provenance::Unknown(_) => "unknown table",
            Provenance::Platform => "platform table",
            _ => "table",
        };
        TableEntry {
            kind,
            own: provenance.is_migration() || provenance.is_generated(),
            place: provenance.origin().map(|origin| places.at(origin)),
            rls: table.tells_access().then_some(table.rls_enabled),
            comment: table.comment.as_deref(),
            columns: table.columns.iter().map(column).collect(),
            primary_key: table.primary_key.iter().flat_map(names).collect(),
            uniques: table.uniques.iter().map(|key| names(key).collect()).collect(),
            checks: table.checks.iter().map(|check| check.expression.as_str()).collect(),
            indexes: table.indexes.iter().map(|it| index(it, places)).collect(),
            policies: table.policies.iter().map(|it| policy(it, places)).collect(),
            triggers: triggers(table, places),
            grants: grants(&table.grants),
            foreign_keys: self.references(key, table),
            access: self.lines(key),
            ..named
        }
    }

    fn view(&mut self, key: &ObjectKey, view: &'a View, named: TableEntry<'a>) -> TableEntry<'a> {
        let typed = view.columns.iter().zip(&view.types);
        let columns = typed.map(|(name, type_name)| ColumnEntry {
            name,
            type_name,
            not_null: false,
            default: None,
        });
        TableEntry {
            kind: if view.materialized { "materialized view" } else { "view" },
            own: view.provenance.is_migration(),
            place: view.provenance.origin().map(|origin| self.places.at(origin)),
            columns: columns.collect(),
            indexes: view.indexes.iter().map(|it| index(it, self.places)).collect(),
            grants: grants(&view.grants),
            reads: view.reads.iter().filter_map(|it| self.named(key, it)).collect(),
            access: self.lines(key),
            ..named
        }
    }

    fn named(&self, key: &ObjectKey, name: &trave_model::catalog::QualifiedName) -> Option<usize> {
        self.objects.named(key.catalog?, name)
    }

    fn lines(&self, key: &ObjectKey) -> Option<Lines> {
        self.matrices.lines(key.catalog?, &key.name)
    }

    fn references(&self, key: &ObjectKey, table: &'a Table) -> Vec<Reference<'a>> {
        let entry = |it: &'a ForeignKey| {
            let columns: Vec<&str> = it.columns.iter().map(SmolStr::as_str).collect();
            Reference {
                table: self.named(key, &it.target),
                name: it.target.short(),
                target_columns: it.target_columns.iter().map(SmolStr::as_str).collect(),
                on_delete: it.on_delete.words(),
                one: table.picks_one_row(&columns),
                columns,
            }
        };
        table.foreign_keys.iter().map(entry).collect()
    }
}

fn names(key: &Key) -> impl Iterator<Item = &str> {
    key.columns.iter().map(SmolStr::as_str)
}

fn column(column: &Column) -> ColumnEntry<'_> {
    let identity = column.identity.map(|identity| match identity {
        Identity::Always => "generated always as identity".to_owned(),
        Identity::ByDefault => "generated by default as identity".to_owned(),
    });
    let generated = column.generated.as_ref().map(|it| format!("generated always as ({it})"));
    let serial = column.sequence.as_ref().map(|_| "from a sequence".to_owned());
    ColumnEntry {
        name: &column.name,
        type_name: &column.type_name,
        not_null: column.not_null,
        default: identity.or(generated).or_else(|| column.default.clone()).or(serial),
    }
}

fn index<'a>(index: &'a Index, places: &mut Places<'_>) -> IndexEntry<'a> {
    IndexEntry {
        name: &index.name,
        method: &index.method,
        keys: index.keys.iter().map(index_key).collect(),
        unique: index.unique,
        predicate: index.predicate.as_deref(),
        place: places.at(index.origin),
    }
}

fn index_key(key: &IndexKey) -> String {
    let what = match &key.what {
        IndexTarget::Column(column) => column.to_string(),
        IndexTarget::Expression(text) => format!("({text})"),
    };
    let opclass = key.opclass.as_ref().map(|it| format!(" {it}")).unwrap_or_default();
    format!("{what}{opclass}{}", if key.descending { " desc" } else { "" })
}

fn policy<'a>(policy: &'a Policy, places: &mut Places<'_>) -> PolicyEntry<'a> {
    PolicyEntry {
        name: &policy.name,
        command: policy.command.map_or("ALL", trave_model::catalog::Command::privilege),
        permissive: policy.permissive,
        roles: policy.roles.iter().map(SmolStr::as_str).collect(),
        using: policy.using.as_ref().map(|it| it.text.as_str()),
        check: policy.check.as_ref().map(|it| it.text.as_str()),
        place: places.at(policy.origin),
    }
}

fn triggers<'a>(table: &'a Table, places: &mut Places<'_>) -> Vec<TriggerEntry<'a>> {
    let enabled = table.triggers.iter().filter(|trigger| trigger.enabled);
    let entry = |trigger: &'a trave_model::catalog::schema::Trigger| {
        let each = if trigger.for_each_row { "each row" } else { "each statement" };
        let when = trigger.timing.to_lowercase();
        let events = trigger.events.join(" or ").to_lowercase();
        TriggerEntry {
            name: &trigger.name,
            when: format!("{when} {events}, for {each}"),
            function: trigger.function.short(),
            place: places.at(trigger.origin),
        }
    };
    enabled.map(entry).collect()
}

/// Privileges by role, those on single columns with their columns.
fn grants(grants: &[Grant]) -> BTreeMap<&str, Vec<String>> {
    let mut found: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for grant in grants {
        let columns = match grant.columns.as_slice() {
            [] => String::new(),
            columns => format!(" ({})", columns.join(", ")),
        };
        let words = format!("{}{columns}", grant.privilege);
        let of_role = found.entry(&grant.role).or_default();
        if !of_role.contains(&words) {
            of_role.push(words);
        }
    }
    found
}
