//! Commands that run with a caller's rights and that no policy admits.

use trave_rule::catalog::{Command, Table};
use trave_rule::model::{Admission, Query, admission};
use trave_rule::query::Operation;
use trave_rule::words::deed;
use trave_rule::{Context, rule};

#[rule]
fn query_without_policy(query: &Query, cx: &mut Context) {
    if !query.is_by_caller() || query.in_script {
        return;
    }
    let Some(table) = cx.model().table_of(query) else { return };
    let refused = |command: &&Command| admission(table, **command) == Admission::Never;
    let Some(command) = query.commands().iter().find(refused) else { return };
    let name = &table.name.name;
    let finding = cx
        .report(query.facts.target_origin, message(query, table, *command))
        .about(&table.name)
        .about(command.privilege())
        .once_per(format!("{} {}", table.name, command.privilege()))
        .help(format!(
            "create policy {name}_{} on {} for {} to authenticated {};  -- review: who may {} \
            which rows?",
            deed(*command),
            table.name,
            command.privilege().to_lowercase(),
            condition(*command),
            deed(*command),
        ));
    if let Some(origin) = table.rls_origin {
        finding.label(origin, "row level security is on, and no policy covers this command");
    }
}

fn message(query: &Query, table: &Table, command: Command) -> String {
    let name = &table.name.name;
    if query.facts.operation == Some(Operation::Upsert) && command == Command::Update {
        return format!("this upsert fails on rows of `{name}` that exist: no policy admits it");
    }
    let outcome = match command {
        Command::Select => format!("finds no row of `{name}`"),
        Command::Insert => format!("fails: no row may be added to `{name}`"),
        Command::Update => format!("changes no row of `{name}`, and reports success"),
        Command::Delete => format!("deletes no row of `{name}`, and reports success"),
    };
    format!("this {} {outcome}: no policy admits it", command.privilege().to_lowercase())
}

/// A skeleton that admits nothing until somebody has thought about it.
fn condition(command: Command) -> &'static str {
    match command {
        Command::Insert => "with check (false)",
        Command::Select | Command::Update | Command::Delete => "using (false)",
    }
}
