//! The catalog as SQL that PostgreSQL accepts: canonical names and order, one object after the
//! other. Expressions are as written, so they are read with the search path of a project.

use std::collections::BTreeSet;
use std::fmt::Write;

use smol_str::SmolStr;
use trave_sql::Name;

use super::sql_access::{
    default_privileges, grants_of, quoted_roles, routine_grants, schema_grants,
};
use super::sql_function::Routines;
use super::sql_table::{Owned, add_parts, add_table, index_sql, sequence_sql};
use crate::{Catalog, Provenance, QualifiedName, TypeKind, UserType, View};

/// Everything that the migrations made, as statements in an order in which they can run on a new
/// project.
pub fn schema_sql(catalog: &Catalog) -> String {
    let mut out = String::from("set check_function_bodies = off;\n");
    let path = if catalog.exposed { "public, extensions" } else { "public" };
    line(&mut out, &format!("set search_path = {path};\n"));
    add_foundations(&mut out, catalog);
    let routines = Routines::of(catalog);
    routines.add_early(&mut out);
    let owned = Owned::of(catalog);
    for table in parents_first(catalog) {
        let made = catalog.table(&table).filter(|table| table.provenance.is_migration());
        if let Some(table) = made {
            add_table(&mut out, &owned, table);
        }
    }
    routines.add_late(&mut out);
    add_parts(&mut out, catalog);
    add_views(&mut out, catalog);
    add_access(&mut out, catalog);
    routines.add_defaults(&mut out);
    out
}

/// Ends a statement.
pub(super) fn line(out: &mut String, text: &str) {
    out.push_str(text);
    out.push('\n');
}

/// An expression in parentheses; a comment at its end does not swallow the last one.
pub(super) fn closed(expression: &str) -> String {
    let end = if expression.contains("--") { "\n" } else { "" };
    format!("({expression}{end})")
}

/// A text in quotes.
pub(super) fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// Servers of the names that foreign tables need. What they connect to is no part of the schema,
/// so a wrapper that reads nothing stands in.
fn add_servers(out: &mut String, catalog: &Catalog) {
    let servers: BTreeSet<&SmolStr> =
        catalog.tables.values().filter_map(|table| table.server.as_ref()).collect();
    if !servers.is_empty() {
        line(out, "create foreign data wrapper stand_in;");
    }
    for server in servers {
        let server = Name::exact(server);
        line(out, &format!("create server {server} foreign data wrapper stand_in;"));
    }
}

fn add_foundations(out: &mut String, catalog: &Catalog) {
    for (name, role) in &catalog.roles {
        if role.provenance.is_migration() {
            let bypass = if role.bypass_rls { " bypassrls" } else { "" };
            line(out, &format!("create role {}{bypass};", Name::exact(name)));
        }
    }
    for (name, schema) in &catalog.schemas {
        if schema.provenance.is_migration() {
            line(out, &format!("create schema {};", Name::exact(name)));
        }
    }
    for (name, extension) in &catalog.extensions {
        if extension.provenance != Provenance::Platform {
            let (name, schema) = (Name::exact(name), Name::exact(&extension.schema));
            // Some extensions make their schema themselves, and take no other.
            let insists = extension.schema == "pgtle";
            let schema = if insists { String::new() } else { format!(" schema {schema}") };
            line(out, &format!("create extension if not exists {name}{schema};"));
        }
    }
    add_servers(out, catalog);
    let (enums, others): (Vec<&UserType>, Vec<&UserType>) = catalog
        .types
        .values()
        .filter(|kind| kind.provenance.is_migration())
        .partition(|kind| matches!(kind.kind, TypeKind::Enum(_)));
    // Sequences first: their names may be those of types, but not the other way round.
    for sequence in catalog.sequences.values() {
        if sequence.provenance.is_migration() {
            out.push_str(&sequence_sql(sequence));
        }
    }
    for kind in enums {
        add_type(out, kind);
    }
    for kind in in_order(others, is_made_of) {
        add_type(out, kind);
    }
}

/// Things after those that they need; what needs itself, in the order in which it came.
pub(super) fn in_order<T>(mut waiting: Vec<&T>, needs: impl Fn(&T, &T) -> bool) -> Vec<&T> {
    let mut order = Vec::new();
    while !waiting.is_empty() {
        let is_ready = |one: &&T| {
            !waiting.iter().any(|other| !std::ptr::eq(*other, *one) && needs(one, other))
        };
        let (ready, rest): (Vec<&T>, Vec<&T>) = waiting.iter().partition(|one| is_ready(one));
        let (ready, rest) = if ready.is_empty() { (rest, Vec::new()) } else { (ready, rest) };
        order.extend(ready);
        waiting = rest;
    }
    order
}

fn is_made_of(kind: &UserType, other: &UserType) -> bool {
    let part = other.name.to_string();
    let is_part = |text: &str| text.trim_end_matches("[]") == part;
    match &kind.kind {
        TypeKind::Domain { base, .. } => is_part(base),
        TypeKind::Composite(attributes) => attributes.iter().any(|(_, kind)| is_part(kind)),
        _ => false,
    }
}

fn add_type(out: &mut String, kind: &UserType) {
    let name = &kind.name;
    match &kind.kind {
        TypeKind::Enum(labels) => {
            let labels: Vec<String> = labels.iter().map(|label| quoted(label)).collect();
            line(out, &format!("create type {name} as enum ({});", labels.join(", ")));
        }
        TypeKind::Composite(attributes) => {
            let parts =
                attributes.iter().map(|(name, kind)| format!("{} {kind}", Name::exact(name)));
            let parts: Vec<String> = parts.collect();
            line(out, &format!("create type {name} as ({});", parts.join(", ")));
        }
        TypeKind::Domain { base, not_null, default, checks } => {
            let mut text = format!("create domain {name} as {base}");
            if let Some(default) = default {
                let _ = write!(text, " default {default}");
            }
            if *not_null {
                text.push_str(" not null");
            }
            for (check, condition) in checks {
                let _ =
                    write!(text, " constraint {} check {}", Name::exact(check), closed(condition));
            }
            line(out, &format!("{text};"));
        }
        TypeKind::Range | TypeKind::Other => {}
    }
}

/// Tables after those that they are parts or heirs of.
pub(super) fn parents_first(catalog: &Catalog) -> Vec<QualifiedName> {
    let mut done: BTreeSet<&QualifiedName> = BTreeSet::new();
    let mut order = Vec::new();
    let mut waiting: Vec<&crate::Table> = catalog.tables.values().collect();
    while !waiting.is_empty() {
        let is_ready = |table: &&crate::Table| {
            let known = |parent: &&QualifiedName| catalog.tables.contains_key(*parent);
            table.inherits.iter().filter(known).all(|parent| done.contains(parent))
        };
        let (ready, rest): (Vec<&crate::Table>, Vec<&crate::Table>) =
            waiting.into_iter().partition(is_ready);
        if ready.is_empty() {
            order.extend(rest.iter().map(|table| table.name.clone()));
            break;
        }
        for table in ready {
            done.insert(&table.name);
            order.push(table.name.clone());
        }
        waiting = rest;
    }
    order
}

/// Views after those that they read; in a circle, one stands in for itself at first.
fn add_views(out: &mut String, catalog: &Catalog) {
    let mut done: BTreeSet<&QualifiedName> = BTreeSet::new();
    let mut waiting: Vec<&View> =
        catalog.views.values().filter(|view| view.provenance.is_migration()).collect();
    while !waiting.is_empty() {
        let is_ready = |view: &&View| {
            let mut others = view.reads.iter().filter(|other| {
                catalog.views.get(*other).is_some_and(|other| other.provenance.is_migration())
            });
            others.all(|other| done.contains(other) || *other == view.name)
        };
        let (ready, rest): (Vec<&View>, Vec<&View>) =
            waiting.iter().partition(|view| is_ready(view));
        if ready.is_empty()
            && let Some(text) = rest.iter().find_map(|view| stand_in(view, &mut done))
        {
            line(out, &text);
            continue;
        }
        let (ready, rest) = if ready.is_empty() { (rest, Vec::new()) } else { (ready, rest) };
        for view in ready {
            add_view(out, view, if done.insert(&view.name) { "" } else { "or replace " });
        }
        waiting = rest;
    }
}

/// A view of the same columns that reads nothing, where their types are known: what reads the view
/// can be made, and then the view itself.
fn stand_in<'a>(view: &'a View, done: &mut BTreeSet<&'a QualifiedName>) -> Option<String> {
    let is_known = view.columns_known && !view.types.iter().any(SmolStr::is_empty);
    if !is_known || view.materialized || !done.insert(&view.name) {
        return None;
    }
    let columns = view.columns.iter().zip(&view.types);
    let columns = columns.map(|(name, kind)| format!("null::{kind} as {}", Name::exact(name)));
    let columns = columns.collect::<Vec<_>>().join(", ");
    Some(format!("create view {} as\nselect {columns};", view.name))
}

fn add_view(out: &mut String, view: &View, or_replace: &str) {
    let kind = if view.materialized { "materialized view" } else { "view" };
    let columns: Vec<String> =
        view.columns.iter().map(|column| Name::exact(column).to_string()).collect();
    let columns = if view.columns_known && !columns.is_empty() {
        format!(" ({})", columns.join(", "))
    } else {
        String::new()
    };
    let mut options = Vec::new();
    if view.security_invoker {
        options.push("security_invoker = true");
    }
    if view.security_barrier {
        options.push("security_barrier = true");
    }
    let options = match options.as_slice() {
        [] => String::new(),
        list => format!(" with ({})", list.join(", ")),
    };
    let definition = view.definition.trim_end_matches(';');
    let name = &view.name;
    line(out, &format!("create {or_replace}{kind} {name}{columns}{options} as\n{definition};"));
    for index in &view.indexes {
        line(out, &index_sql(&view.name, index));
    }
}

fn add_access(out: &mut String, catalog: &Catalog) {
    for table in catalog.tables.values() {
        add_policies(out, table);
        if table.provenance.is_migration() {
            out.push_str(&grants_of(catalog, &table.name.to_string(), &table.grants));
        }
    }
    for view in catalog.views.values().filter(|view| view.provenance.is_migration()) {
        out.push_str(&grants_of(catalog, &view.name.to_string(), &view.grants));
    }
    for sequence in catalog.sequences.values().filter(|one| one.provenance.is_migration()) {
        out.push_str(&grants_of(catalog, &format!("sequence {}", sequence.name), &sequence.grants));
    }
    for function in catalog.functions.values().filter(|one| one.provenance.is_migration()) {
        out.push_str(&routine_grants(catalog, function));
    }
    schema_grants(out, catalog);
    default_privileges(out, catalog);
    add_publications(out, catalog);
}

fn add_policies(out: &mut String, table: &crate::Table) {
    if table.provenance.is_migration() && table.rls_enabled {
        line(out, &format!("alter table {} enable row level security;", table.name));
    }
    if table.provenance.is_migration() && table.rls_forced {
        line(out, &format!("alter table {} force row level security;", table.name));
    }
    for policy in table.policies.iter().filter(|one| !crate::replay::is_of_platform(one.origin)) {
        let mut text = format!("create policy {} on {}", Name::exact(&policy.name), table.name);
        if !policy.permissive {
            text.push_str(" as restrictive");
        }
        if let Some(command) = policy.command {
            let _ = write!(text, " for {}", command.privilege().to_ascii_lowercase());
        }
        let _ = write!(text, " to {}", quoted_roles(&policy.roles));
        if let Some(using) = &policy.using {
            let _ = write!(text, "\n  using {}", closed(&using.text));
        }
        if let Some(check) = &policy.check {
            let _ = write!(text, "\n  with check {}", closed(&check.text));
        }
        line(out, &format!("{text};"));
    }
}

fn add_publications(out: &mut String, catalog: &Catalog) {
    for (name, publication) in &catalog.publications {
        let name = Name::exact(name);
        if publication.provenance.is_migration() {
            let all = if publication.all_tables { " for all tables" } else { "" };
            line(out, &format!("create publication {name}{all};"));
        }
        for table in publication.tables.keys() {
            line(out, &format!("alter publication {name} add table only {table};"));
        }
    }
    for (id, bucket) in &catalog.buckets {
        let id = quoted(id);
        let public = bucket.public;
        let columns = "insert into storage.buckets (id, name, public)";
        line(out, &format!("{columns} values ({id}, {id}, {public});"));
    }
}
