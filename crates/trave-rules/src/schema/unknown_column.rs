//! Columns that the code names and the table does not have.

use trave_rule::catalog::Table;
use trave_rule::model::{MissingColumn, Query};
use trave_rule::{Context, Level, nearest, rule};

#[rule]
fn unknown_column(query: &Query, cx: &mut Context) {
    let model = cx.model();
    if query.in_script {
        return;
    }
    let Some(table) = model.table_of(query) else { return };
    for missing in model.missing_columns(query, table) {
        report(&missing, table, cx);
    }
}

fn report(missing: &MissingColumn, table: &Table, cx: &mut Context) {
    let (name, column) = (&table.name.name, &missing.name);
    let renamed = missing.past.and_then(|past| past.renamed_to.as_ref());
    let message = match (missing.past, renamed) {
        (Some(_), Some(new)) => format!("`{name}` has no column `{column}`: it is now `{new}`"),
        (Some(_), None) => format!("`{name}` has no column `{column}`: a migration dropped it"),
        (None, _) => format!("`{name}` has no column `{column}`"),
    };
    let finding = cx
        .report(missing.origin, message)
        .about(format!("{}.{column}", table.name))
        .once_per(format!("{}.{column}", table.name));
    if let Some(past) = missing.past {
        finding.label(past.origin, if renamed.is_some() { "renamed here" } else { "dropped here" });
    } else if let Some(origin) = table.origin() {
        finding.label(origin, "the table");
    }
    if missing.drifted && missing.past.is_none() {
        finding.level(Level::Info).note(
            "several columns of this table are unknown: it was probably changed outside of the \
            migrations",
        );
    }
    let similar = nearest(column, table.columns.iter().map(|column| column.name.as_str()));
    if let Some(similar) = similar.filter(|_| missing.past.is_none()) {
        finding.help(format!("did you mean `{similar}`?"));
    }
}
