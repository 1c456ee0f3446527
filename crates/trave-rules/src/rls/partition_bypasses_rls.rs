//! Parts of a table that callers reach by their own name, past the policies of the whole.

use trave_rule::catalog::{Command, Provenance, Table};
use trave_rule::model::{OpenAs, OpenTable};
use trave_rule::words::{callers, deeds};
use trave_rule::{Context, rule};

#[rule]
fn partition_bypasses_rls(table: &Table, cx: &mut Context) {
    let Provenance::Migration(origin) = table.provenance else { return };
    let Some(catalog) = cx.catalog_of(table) else { return };
    let Some(OpenTable { role, commands, role_in_project }) = cx.model().open_table(catalog, table)
    else {
        return;
    };
    let OpenAs::PartOf(whole) = role_in_project else { return };
    let (part, name) = (table.name.short(), whole.name.short());
    let (who, deed) = (callers(role), deeds(&commands));
    let finding = cx
        .report(origin, format!("{who} can {deed} `{part}`, past the policies of `{name}`"))
        .here("a table of its own to the API")
        .about(&table.name)
        .once_per(whole.name.to_string());
    if let Some(place) = whole.rls_origin {
        finding.label(place, format!("row level security is on for `{name}` only"));
    }
    let served = commands.iter().map(|it| Command::privilege(*it)).collect::<Vec<_>>().join(", ");
    finding
        .note(format!("`{role}` holds {served} on it; a query on `{name}` needs no such privilege"))
        .help(format!("alter table {} enable row level security;", table.name))
        .help(format!("-- no policy of its own: queries on `{name}` meet those of `{name}`"));
}

#[cfg(test)]
mod tests {
    use trave_testing::{check, findings};

    const WHOLE: &str = "
create table events (id int not null, at date not null) partition by range (at);
alter table events enable row level security;
create policy own on events for select to authenticated using (id = 1);
";

    #[test]
    fn many_parts_are_one_finding() {
        let sql = format!(
            "{WHOLE}
create table events_2024 partition of events for values from ('2024-01-01') to ('2025-01-01');
create table events_2025 partition of events for values from ('2025-01-01') to ('2026-01-01');"
        );
        let found = findings(&super::RULE, &sql);
        assert_eq!(found.len(), 1);
        assert!(found[0].labels.iter().any(|it| it.text == "a table of its own to the API"));
    }

    #[test]
    fn a_part_that_is_not_served_or_not_granted_is_reached_through_the_whole() {
        check(
            &super::RULE,
            &format!(
                "{WHOLE}
create schema parts;
create table parts.events_2023 partition of events
  for values from ('2023-01-01') to ('2024-01-01');
create table events_2024 partition of events for values from ('2024-01-01') to ('2025-01-01');
revoke all on events_2024 from anon, authenticated;"
            ),
        );
    }
}
