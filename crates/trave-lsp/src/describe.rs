//! Objects of a catalog as Markdown: what they are, what stands on them, who may reach them.

use std::collections::BTreeMap;
use std::fmt::Write;

use trave_catalog::{
    Column, Command, Function, Grant, Identity, Policy, Provenance, ReferentialAction, Table, View,
    index_sql,
};
use trave_model::{Entity, Model};

use crate::place::Object;

/// As many lines of one kind are shown.
const LINES_MAX: usize = 12;

/// As many columns of a table are shown.
const COLUMNS_MAX: usize = 40;

/// An object for people.
pub(crate) fn object(model: &Model, at: usize, entity: &Entity) -> Option<String> {
    let catalog = model.catalogs.get(at)?;
    Some(match Object::find(catalog, entity)? {
        Object::Table(found) => table(model, at, found),
        Object::View(found) => view(found),
        Object::Column(of, found) => column(model, at, (of, found)),
        Object::Function(found) => function(found),
    })
}

fn table(model: &Model, at: usize, table: &Table) -> String {
    let mut out = Page::default();
    let mut lines: Vec<String> = table.columns.iter().map(|it| column_sql(table, it)).collect();
    let more = lines.len().saturating_sub(COLUMNS_MAX);
    lines.truncate(COLUMNS_MAX);
    if more > 0 {
        lines.push(format!("-- and {more} more"));
    }
    let open = if table.columns_known { "" } else { "\n  -- and columns that are not known" };
    let body = lines.join(",\n  ");
    out.code(&format!("create table {} (\n  {body}{open}\n);", table.name));
    out.say(table.comment.clone());
    out.say(origin(table.provenance));
    out.list("Indexes", table.indexes.iter().map(|index| code(&index_sql(&table.name, index))));
    out.list("Policies", policies(table));
    out.list("Grants", grants(&table.grants));
    let triggers = table.triggers.iter().map(|it| format!("`{}` → `{}`", it.name, it.function));
    out.list("Triggers", triggers);
    out.say(size(model, table));
    out.say(used(model, at, &Entity::Relation(table.name.clone())));
    out.0
}

fn view(view: &View) -> String {
    let mut out = Page::default();
    let kind = if view.materialized { "materialized view" } else { "view" };
    out.code(&format!("create {kind} {} as\n{}", view.name, view.definition.trim()));
    let whose = if view.security_invoker { "its caller" } else { "its owner" };
    out.say(Some(format!("It reads with the rights of {whose}.")));
    out.list("Grants", grants(&view.grants));
    out.0
}

fn function(function: &Function) -> String {
    let mut out = Page::default();
    let set = if function.returns_set { "setof " } else { "" };
    let arguments: Vec<String> = function
        .arguments
        .iter()
        .map(|one| {
            let name = one.name.as_deref().map(|name| format!("{name} ")).unwrap_or_default();
            let default = one.default.as_ref().map(|it| format!(" default {it}"));
            format!("{name}{}{}", one.type_name, default.unwrap_or_default())
        })
        .collect();
    let kind = function.kind();
    let head = format!("{kind} {}({})", function.name, arguments.join(", "));
    let returns = if function.is_procedure {
        String::new()
    } else {
        format!("\n  returns {set}{}", function.returns)
    };
    out.code(&format!("{head}{returns}\n  language {}", function.language));
    if function.security_definer {
        out.say(Some("It runs with the rights of its owner (`security definer`).".to_owned()));
    }
    out.list("Grants", grants(&function.grants));
    out.0
}

fn column(model: &Model, at: usize, (table, column): (&Table, &Column)) -> String {
    let mut out = Page::default();
    out.code(&format!("{}.{}", table.name.short(), column_sql(table, column)));
    let names = |columns: &[smol_str::SmolStr]| columns.contains(&column.name);
    let indexes = table.indexes.iter().filter(|index| {
        index.keys.iter().any(|key| key.column() == Some(&column.name)) || names(&index.include)
    });
    let indexes: Vec<String> = indexes.map(|index| code(&index_sql(&table.name, index))).collect();
    if indexes.is_empty() && table.provenance.is_migration() {
        out.say(Some("No index holds it.".to_owned()));
    }
    out.list("Indexes", indexes.into_iter());
    let mentions = |policy: &&Policy| {
        let texts = policy.conditions().map(|condition| condition.text.as_str());
        texts.into_iter().any(|text| crate::words::words(text).any(|word| word == column.name))
    };
    let about = table.policies.iter().filter(mentions);
    out.list("Policies that read it", about.map(policy_line));
    let checks = table.checks.iter().filter(|check| names(&check.columns));
    out.list("Checks", checks.map(|check| code(&check.expression)));
    out.say(used(model, at, &Entity::Column(table.name.clone(), column.name.clone())));
    out.0
}

/// A column as it is declared, with the keys that it is alone in.
pub(crate) fn column_sql(table: &Table, column: &Column) -> String {
    let mut text = format!("{} {}", trave_catalog::quoted(&column.name), column.type_name);
    if let Some(expression) = &column.generated {
        let _ = write!(text, " generated always as ({expression}) stored");
    }
    match column.identity {
        Some(Identity::Always) => text.push_str(" generated always as identity"),
        Some(Identity::ByDefault) => text.push_str(" generated by default as identity"),
        None => {}
    }
    let alone = |columns: &[smol_str::SmolStr]| columns == [column.name.clone()];
    if table.primary_key.as_ref().is_some_and(|key| alone(&key.columns)) {
        text.push_str(" primary key");
    } else if column.not_null {
        text.push_str(" not null");
    }
    if let Some(default) = &column.default {
        let _ = write!(text, " default {default}");
    }
    if table.uniques.iter().any(|key| alone(&key.columns)) {
        text.push_str(" unique");
    }
    for key in table.foreign_keys.iter().filter(|key| alone(&key.columns)) {
        let _ = write!(text, " references {} ({})", key.target, key.target_columns.join(", "));
        if key.on_delete != ReferentialAction::NoAction {
            let _ = write!(text, " on delete {}", key.on_delete.words());
        }
    }
    text
}

fn policies(table: &Table) -> impl Iterator<Item = String> {
    let off = "row level security is **off**".to_owned();
    let head = (!table.rls_enabled && table.provenance.is_migration()).then_some(off);
    let none = "none, so nobody but its owner reaches a row".to_owned();
    let none = (table.rls_enabled && table.policies.is_empty()).then_some(none);
    head.into_iter().chain(none).chain(table.policies.iter().map(policy_line))
}

/// `own: for select to authenticated using (…)`.
fn policy_line(policy: &Policy) -> String {
    let command = match policy.command {
        None => "all",
        Some(Command::Select) => "select",
        Some(Command::Insert) => "insert",
        Some(Command::Update) => "update",
        Some(Command::Delete) => "delete",
    };
    let using = policy.using.iter().map(|it| format!(" using ({})", one_line(&it.text)));
    let check = policy.check.iter().map(|it| format!(" with check ({})", one_line(&it.text)));
    let conditions: String = using.chain(check).collect();
    let kind = if policy.permissive { "" } else { "restrictive, " };
    let roles = policy.roles.join(", ");
    format!("**{}**: {kind}{}", policy.name, code(&format!("for {command} to {roles}{conditions}")))
}

fn grants(grants: &[Grant]) -> impl Iterator<Item = String> {
    let mut by_role: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for grant in grants {
        let columns = if grant.columns.is_empty() {
            String::new()
        } else {
            format!(" ({})", grant.columns.join(", "))
        };
        let privilege = format!("{}{columns}", grant.privilege.to_lowercase());
        let of_role = by_role.entry(&grant.role).or_default();
        if !of_role.contains(&privilege) {
            of_role.push(privilege);
        }
    }
    by_role.into_iter().map(|(role, privileges)| format!("`{role}`: {}", privileges.join(", ")))
}

fn origin(provenance: Provenance) -> Option<String> {
    let text = match provenance {
        Provenance::Migration(_) => return None,
        Provenance::Declaration(_) => "Declared by the schema of the ORM.",
        Provenance::Generated(_) => "Known from generated types only.",
        Provenance::Platform => "Part of the platform.",
        Provenance::Unknown(_) => "No migration makes it: its shape is not known.",
    };
    Some(text.to_owned())
}

fn size(model: &Model, table: &Table) -> Option<String> {
    let name = &table.name.name;
    if model.is_small(name) {
        Some("It stays small, as `small-tables` in `trave.toml` says.".to_owned())
    } else {
        model.is_lookup(table).then(|| "It looks small: only migrations write it.".to_owned())
    }
}

/// Who uses something.
fn used(model: &Model, at: usize, entity: &Entity) -> Option<String> {
    let mentions = model.mentions_of(at, entity);
    let mut queries: Vec<_> = mentions.iter().map(|mention| mention.query).collect();
    queries.sort_unstable();
    queries.dedup();
    let found = queries.iter().filter_map(|query| model.query(*query));
    let mut routes: Vec<_> =
        found.flat_map(|query| query.reached.iter().map(|reach| reach.route)).collect();
    routes.sort_unstable();
    routes.dedup();
    let count = |number: usize, one: &str, many: &str| {
        format!("{number} {}", if number == 1 { one } else { many })
    };
    (!queries.is_empty()).then(|| {
        let queries = count(queries.len(), "query", "queries");
        format!("Named by {queries}, on {}.", count(routes.len(), "way in", "ways in"))
    })
}

/// A Markdown text that grows.
#[derive(Default)]
struct Page(String);

impl Page {
    fn code(&mut self, text: &str) {
        let _ = write!(self.0, "```sql\n{text}\n```\n");
    }

    fn say(&mut self, text: Option<String>) {
        if let Some(text) = text {
            let _ = write!(self.0, "\n{text}\n");
        }
    }

    fn list(&mut self, title: &str, lines: impl Iterator<Item = String>) {
        let lines: Vec<String> = lines.collect();
        if lines.is_empty() {
            return;
        }
        let _ = write!(self.0, "\n{title}:\n");
        for line in lines.iter().take(LINES_MAX) {
            let _ = writeln!(self.0, "- {line}");
        }
        if lines.len() > LINES_MAX {
            let _ = writeln!(self.0, "- and {} more", lines.len() - LINES_MAX);
        }
    }
}

fn code(text: &str) -> String {
    let text = one_line(text);
    let text = text.trim_end_matches(';');
    if text.contains('`') { format!("`` {text} ``") } else { format!("`{text}`") }
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
