//! Privileges as statements: taken from all first, then given as they stand.

use std::collections::BTreeMap;
use std::fmt::Write;

use smol_str::SmolStr;
use trave_sql::Name;

use super::sql::line;
use crate::{Catalog, Function, Grant};

/// Whom a new database grants what is made in `public`.
fn default_roles(catalog: &Catalog) -> &'static str {
    if catalog.exposed { "public, anon, authenticated, service_role" } else { "public" }
}

/// `REVOKE` and `GRANT` for a relation.
pub(super) fn grants_of(catalog: &Catalog, object: &str, grants: &[Grant]) -> String {
    statements(default_roles(catalog), object, grants)
}

/// `REVOKE` and `GRANT` for a function.
pub(super) fn routine_grants(catalog: &Catalog, function: &Function) -> String {
    let types: Vec<&str> = function.inputs().map(|one| one.type_name.as_str()).collect();
    let kind = if function.is_procedure { "procedure" } else { "function" };
    let object = format!("{kind} {}({})", function.name, types.join(", "));
    statements(default_roles(catalog), &object, &function.grants)
}

fn statements(roles: &str, object: &str, grants: &[Grant]) -> String {
    let mut out = format!("revoke all on {object} from {roles};\n");
    let mut by_role: BTreeMap<&SmolStr, Vec<String>> = BTreeMap::new();
    for grant in grants {
        let privilege = grant.privilege.to_ascii_lowercase();
        let columns: Vec<String> =
            grant.columns.iter().map(|column| Name::exact(column).to_string()).collect();
        let privilege = if columns.is_empty() {
            privilege
        } else {
            format!("{privilege} ({})", columns.join(", "))
        };
        by_role.entry(&grant.role).or_default().push(privilege);
    }
    for (role, privileges) in by_role {
        let role = quoted_roles(std::slice::from_ref(role));
        let _ = writeln!(out, "grant {} on {object} to {role};", privileges.join(", "));
    }
    out
}

/// Who may use which schema: all of it for new schemas, the difference for the platform's.
pub(super) fn schema_grants(out: &mut String, catalog: &Catalog) {
    let platform = crate::replay::before(catalog).schemas;
    for (name, schema) in &catalog.schemas {
        let before = platform.get(name).map(|old| old.grants.as_slice()).unwrap_or_default();
        let holds = |list: &[Grant], grant: &Grant| {
            list.iter().any(|one| one.role == grant.role && one.privilege == grant.privilege)
        };
        let gone = before.iter().filter(|grant| !holds(&schema.grants, grant));
        let new = schema.grants.iter().filter(|grant| !holds(before, grant));
        let gone = gone.map(|grant| (grant, "revoke", "from"));
        for (grant, verb, word) in gone.chain(new.map(|grant| (grant, "grant", "to"))) {
            let privilege = grant.privilege.to_ascii_lowercase();
            let role = quoted_roles(std::slice::from_ref(&grant.role));
            let name = Name::exact(name);
            line(out, &format!("{verb} {privilege} on schema {name} {word} {role};"));
        }
    }
}

/// Role names, `public` as the keyword that it is.
pub(super) fn quoted_roles(roles: &[SmolStr]) -> String {
    let one = |role: &SmolStr| match role.as_str() {
        "public" => "public".to_owned(),
        name => Name::exact(name).to_string(),
    };
    roles.iter().map(one).collect::<Vec<_>>().join(", ")
}

/// `ALTER DEFAULT PRIVILEGES`, where they differ from those of a new project.
pub(super) fn default_privileges(out: &mut String, catalog: &Catalog) {
    let before = if catalog.exposed {
        crate::replay::before(catalog).default_privileges
    } else {
        Vec::new()
    };
    let gone =
        before.iter().filter(|old| !catalog.default_privileges.iter().any(|new| same(old, new)));
    let new =
        catalog.default_privileges.iter().filter(|new| !before.iter().any(|old| same(old, new)));
    for (entry, verb, word) in
        gone.map(|entry| (entry, "revoke", "from")).chain(new.map(|entry| (entry, "grant", "to")))
    {
        let schema = entry.schema.as_ref();
        let schema = schema.map(|name| format!(" in schema {}", Name::exact(name)));
        line(
            out,
            &format!(
                "alter default privileges for role {}{} {verb} {} on {} {word} {};",
                Name::exact(&entry.for_role),
                schema.unwrap_or_default(),
                entry.privilege.to_ascii_lowercase(),
                entry.objects.to_ascii_lowercase(),
                quoted_roles(std::slice::from_ref(&entry.role)),
            ),
        );
    }
    revoke_from_everybody(out, catalog);
}

/// What everybody holds by default has no entry to take back, only an absence.
fn revoke_from_everybody(out: &mut String, catalog: &Catalog) {
    for (objects, privilege) in [("FUNCTIONS", "execute"), ("TYPES", "usage")] {
        let global = |entry: &&crate::DefaultPrivilege| {
            entry.schema.is_none() && entry.objects == objects && entry.for_role == "postgres"
        };
        let mut entries = catalog.default_privileges.iter().filter(global).peekable();
        if entries.peek().is_some() && !entries.any(|entry| entry.role == "public") {
            let objects = objects.to_ascii_lowercase();
            let text = "alter default privileges for role postgres revoke";
            line(out, &format!("{text} {privilege} on {objects} from public;"));
        }
    }
}

fn same(one: &crate::DefaultPrivilege, other: &crate::DefaultPrivilege) -> bool {
    (&one.for_role, &one.schema, &one.objects, &one.role, &one.privilege)
        == (&other.for_role, &other.schema, &other.objects, &other.role, &other.privilege)
}
