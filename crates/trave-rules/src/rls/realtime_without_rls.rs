//! Tables whose changes are sent to everybody who subscribes.

use trave_rule::catalog::{Provenance, Table};
use trave_rule::model::{OpenAs, OpenTable};
use trave_rule::words::{callers, deeds};
use trave_rule::{Context, Level, rule};

#[rule]
fn realtime_without_rls(table: &Table, cx: &mut Context) {
    let Provenance::Migration(origin) = table.provenance else { return };
    let Some(catalog) = cx.catalog_of(table) else { return };
    let Some(OpenTable { role, commands, role_in_project }) = cx.model().open_table(catalog, table)
    else {
        return;
    };
    let OpenAs::Sent(sent) = role_in_project else { return };
    let (name, who) = (table.name.short(), callers(role));
    let is_served = !commands.is_empty();
    let message = if is_served {
        let deeds = deeds(&commands);
        format!("{who} can {deeds} every row of `{name}`, and is sent each change")
    } else {
        format!("{who} is sent each change of `{name}`")
    };
    let finding = cx
        .report(origin, message)
        .here("row level security is never enabled")
        .about(&table.name)
        .label(sent, "added here to what subscribers are sent")
        .help(format!("alter table {} enable row level security;", table.name))
        .help("-- then a policy for SELECT: subscribers are sent the rows that it shows them");
    if is_served {
        // As table-without-rls, which says nothing of it.
        finding.level(Level::Error);
    } else {
        finding.note(format!(
            "the API does not serve `{}`, but `{role}` holds USAGE on it and SELECT on the table",
            table.name.schema
        ));
    }
}

#[cfg(test)]
mod tests {
    use trave_rule::Level;
    use trave_testing::{check, findings};

    #[test]
    fn a_schema_that_is_not_served_is_sent_all_the_same() {
        let found = findings(
            &super::RULE,
            "create schema live;
create table live.positions (id int primary key, at point);
grant usage on schema live to anon;
grant select on live.positions to anon;
alter publication supabase_realtime add table live.positions;",
        );
        assert_eq!(
            found[0].message,
            "anyone with the anon key is sent each change of `live.positions`"
        );
        assert_eq!(found[0].level, Level::Warning);
    }

    #[test]
    fn what_subscribers_may_not_read_is_not_sent() {
        check(
            &super::RULE,
            "create schema live;
create table live.positions (id int primary key, at point);
alter publication supabase_realtime add table live.positions;",
        );
    }
}
