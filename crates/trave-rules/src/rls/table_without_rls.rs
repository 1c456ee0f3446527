//! Tables that callers of the API reach while row level security is off.

use trave_rule::catalog::{Command, Provenance, Table};
use trave_rule::model::{OpenAs, OpenTable};
use trave_rule::words::{callers, code_list, deeds};
use trave_rule::{Context, rule};

/// How many queries are shown beside the table.
const QUERIES_MAX: usize = 3;

#[rule]
fn table_without_rls(table: &Table, cx: &mut Context) {
    let Provenance::Migration(origin) = table.provenance else { return };
    let Some(catalog) = cx.catalog_of(table) else { return };
    let Some(open) = cx.model().open_table(catalog, table) else { return };
    // Whatever makes it worse has a rule of its own.
    if !matches!(open.role_in_project, OpenAs::Plain) {
        return;
    }
    let OpenTable { role, commands, .. } = open;
    let queries: Vec<_> = cx.model().queries_on(table).take(QUERIES_MAX).collect();
    let sites: Vec<_> = queries
        .iter()
        .map(|query| {
            let way = cx.model().reached_from(query).unwrap_or_else(|| "this code".to_owned());
            (query.facts.origin, format!("{way} uses it"))
        })
        .collect();
    let message =
        format!("{} can {} every row of `{}`", callers(role), deeds(&commands), table.name.name);
    let finding = cx
        .report(origin, message)
        .here("row level security is never enabled")
        .about(&table.name)
        .note(premise(table, role, &commands))
        .help(format!("alter table {} enable row level security;", table.name))
        .help("-- then a policy for each command that callers need");
    for (site, text) in sites {
        finding.label(site, text);
    }
}

/// Why callers reach it: the served schema and the privileges.
fn premise(table: &Table, role: &str, commands: &[Command]) -> String {
    let granted = table.grants.iter().any(|grant| grant.role == role && grant.origin.is_some());
    let how = if granted { "by a migration" } else { "by the platform's default grants" };
    let commands = code_list(commands.iter().map(|command| command.privilege()));
    let schema = &table.name.schema;
    format!("`{schema}` is served by the API, and `{role}` holds {commands} {how}")
}
