//! Columns with secrets in tables that callers read whole.

use trave_rule::catalog::{Command, Table};
use trave_rule::model::OpenAs;
use trave_rule::words::{callers, code_list, deeds};
use trave_rule::{Context, rule};

#[rule]
fn sensitive_column_exposed(table: &Table, cx: &mut Context) {
    let Some(catalog) = cx.catalog_of(table) else { return };
    let Some(open) = cx.model().open_table(catalog, table) else { return };
    let OpenAs::WithSecrets(secret) = open.role_in_project else { return };
    let may = |role: &&str| catalog.may(role, Command::Select, table) == Some(true);
    let Some(role) = ["anon", "authenticated"].into_iter().find(may) else { return };
    let Some((first, others)) = secret.split_first() else { return };
    let name = table.name.short();
    let columns = code_list(secret.iter().map(|column| &column.name));
    let finding = cx
        .report(first.origin, format!("{} can read {columns} of all `{name}`", callers(role)))
        .about(&table.name)
        .help(format!("alter table {} enable row level security;", table.name))
        .help("-- then a policy for each command that callers need");
    let writes: Vec<Command> =
        open.commands.into_iter().filter(|command| *command != Command::Select).collect();
    if !writes.is_empty() {
        finding.note(format!("{} can {} its rows too", callers(open.role), deeds(&writes)));
    }
    for column in others {
        finding.about(format!("{}.{}", table.name, column.name));
        finding.label(column.origin, "and this");
    }
}
