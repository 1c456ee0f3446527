//! Tables of which callers see nothing.

use trave_rule::catalog::{Catalog, Command, Provenance, Table};
use trave_rule::model::Query;
use trave_rule::value::ClientRole;
use trave_rule::{Context, rule};

#[rule]
fn rls_without_policy(table: &Table, cx: &mut Context) {
    let Provenance::Migration(origin) = table.provenance else { return };
    let Some(catalog) = cx.catalog_of(table) else { return };
    if !table.rls_enabled || !table.policies.is_empty() || table.is_partition {
        return;
    }
    let is_reachable = |command: &Command| catalog.is_reachable(*command, table) == Some(true);
    if !Command::ALL.iter().any(is_reachable) || is_for_server(catalog, table, cx) {
        return;
    }
    let name = table.name.short();
    let message = format!("callers see no row of `{name}`, and change none: it has no policy");
    let finding = cx.report(origin, message).about(&table.name).help(format!(
        "revoke all on {} from anon, authenticated;  -- if only the server needs it",
        table.name
    ));
    if let Some(origin) = table.rls_origin {
        finding.label(origin, "row level security is on");
    }
}

/// Whether something reaches it around row level security, so that no policy is needed, or code
/// reaches it as its callers: that is query-without-policy.
fn is_for_server(catalog: &Catalog, table: &Table, cx: &Context) -> bool {
    let decides =
        |query: &Query| query.is_by_caller() || query.facts.client.role == ClientRole::Service;
    let mut functions = catalog.functions.values();
    cx.model().queries_on(table).any(decides)
        || functions.any(|it| it.security_definer && it.tables.contains(&table.name))
}

#[cfg(test)]
mod tests {
    use trave_testing::check;

    #[test]
    fn what_a_function_with_its_owners_rights_writes_needs_no_policy() {
        check(
            &super::RULE,
            "create table audit (id int primary key);
alter table audit enable row level security;
create function note() returns trigger language plpgsql security definer set search_path = ''
  as $$ begin insert into public.audit values (1); return new; end $$;",
        );
    }

    #[test]
    fn partitions_are_reached_through_their_table() {
        check(
            &super::RULE,
            "create table events (id int not null, at date not null) partition by range (at);
alter table events enable row level security;
create policy p on events for select using (true);
create table events_2024 partition of events for values from ('2024-01-01') to ('2025-01-01');
alter table events_2024 enable row level security;",
        );
    }
}
