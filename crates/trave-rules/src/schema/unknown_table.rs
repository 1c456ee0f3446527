//! Tables that the code names and the schema does not have.

use trave_rule::model::{MissingTable, Query};
use trave_rule::words::misspelt;
use trave_rule::{Context, Level, rule};

#[rule]
fn unknown_table(query: &Query, cx: &mut Context) {
    let model = cx.model();
    if query.in_script {
        return;
    }
    let Some(missing) = model.missing_table(query) else { return };
    let (Some(name), Some(catalog)) = (query.table_name(), model.catalog_at(query.facts.origin))
    else {
        return;
    };
    let table = &name.name;
    let (message, level) = match &missing {
        MissingTable::Dropped(_) => {
            (format!("`{table}` no longer exists: a migration dropped it"), Level::Error)
        }
        MissingTable::Renamed(_, to) => {
            (format!("`{table}` no longer exists: it is now `{}`", to.name), Level::Error)
        }
        MissingTable::NeverMade(true) => (format!("no migration makes `{table}`"), Level::Error),
        MissingTable::NeverMade(false) => {
            (format!("no migration in this repository makes `{table}`"), Level::Info)
        }
    };
    let known = catalog.tables.keys().chain(catalog.views.keys());
    let similar = misspelt(table, known.map(|other| other.name.as_str()));
    let finding = cx
        .report(query.facts.target_origin, message)
        .here("queried here")
        .about(&name)
        .once_per(name.to_string())
        .level(level);
    let renamed = match &missing {
        MissingTable::Renamed(_, to) => Some(to.name.to_string()),
        MissingTable::Dropped(_) | MissingTable::NeverMade(_) => None,
    };
    match missing {
        MissingTable::Dropped(origin) => finding.label(origin, "dropped here"),
        MissingTable::Renamed(origin, _) => finding.label(origin, "renamed here"),
        MissingTable::NeverMade(_) => finding,
    };
    let help = match renamed.or_else(|| similar.map(str::to_owned)) {
        Some(similar) => format!("did you mean `{similar}`?"),
        None => "add the migration that makes it, or remove the query".to_owned(),
    };
    finding.help(help);
}
