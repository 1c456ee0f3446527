//! Functions that policies run for each row, because nothing says that they only look.

use trave_rule::catalog::{CallIn, Catalog, Function, Policy, Provenance, Table};
use trave_rule::value::ClientRole;
use trave_rule::{Context, Level, rule};

/// How many calls are shown beside the function.
const CALLS_MAX: usize = 3;

#[rule]
fn volatile_policy_function(function: &Function, cx: &mut Context) {
    let Provenance::Migration(origin) = function.provenance else { return };
    let Some(catalog) = cx.catalog_of(function) else { return };
    if !function.is_volatile() || function.is_procedure || function.is_for_triggers() {
        return;
    }
    if !catalog.is_called_by_policy(&function.name) {
        return;
    }
    let calls = calls_per_row(catalog, function, cx);
    let Some((first, _, _)) = calls.first() else { return };
    let name = &function.name.name;
    let tables = calls.iter().filter(|(table, _, _)| table.name != first.name).count();
    let more = if tables == 0 { "" } else { " and more tables" };
    let level = level(&calls, cx);
    let finding = cx
        .report(
            origin,
            format!(
                "`{name}` runs once for every row of `{}`{more} that a query looks at: it is \
                 volatile",
                first.name.short()
            ),
        )
        .about(function.signature())
        .once_per(function.signature())
        .level(level);
    for (table, policy, call) in calls.iter().take(CALLS_MAX) {
        let table = table.name.short();
        finding.label(call.origin, format!("in policy `{}` of `{table}`", policy.name));
    }
    if level == Level::Info {
        finding.note("callers find single rows there, or no code comes with their rights");
    }
    if function.may_change_something() {
        finding.note("it may do more than look: only where it does not is it `stable`");
    } else {
        finding.help(format!("alter function {} stable;", function.signature()));
    }
    let call = if function.arguments.is_empty() { "()" } else { "(…)" };
    finding.help(format!(
        "-- in the policies: `(select {}{call})`, which runs once for the whole query",
        function.name
    ));
}

/// Calls that a sub-select could keep, in conditions for rows that are there: they do not look at
/// the row.
fn calls_per_row<'m>(
    catalog: &'m Catalog,
    function: &Function,
    cx: &Context<'m>,
) -> Vec<(&'m Table, &'m Policy, CallIn)> {
    let guarded = catalog.tables.values().filter(|it| it.rls_enabled);
    let policies = guarded.flat_map(|it| it.policies.iter().map(move |policy| (it, policy)));
    let calls = policies.flat_map(|(table, policy)| {
        let using = policy.using.iter();
        let calls = using.flat_map(|using| using.calls_of(function, catalog));
        calls.map(move |call| (table, policy, call))
    });
    let per_row = calls.filter(|(_, _, call)| call.per_row && !call.of_row);
    per_row.filter(|(table, _, _)| cx.model().may_grow(table)).collect()
}

/// An info where no query pays for it.
fn level(calls: &[(&Table, &Policy, CallIn)], cx: &Context) -> Level {
    let is_idle = |table: &Table| {
        let mut sites = cx.model().queries_on(table).peekable();
        sites.peek().is_some()
            && sites.all(|it| it.in_script || it.facts.client.role == ClientRole::Service)
    };
    let is_cheap = |(table, policy, _): &(&Table, &Policy, CallIn)| {
        is_idle(table) || cx.model().admits_single_rows(table, policy)
    };
    if calls.iter().all(is_cheap) { Level::Info } else { Level::Warning }
}

#[cfg(test)]
mod tests {
    use trave_testing::{check, findings};

    fn policy(condition: &str) -> String {
        format!(
            "
create table notes (id int primary key, team_id int, owner_id uuid);
alter table notes enable row level security;
create table hits (id int);
create function team() returns int language sql set search_path = '' as
$$ select 1 $$;
create function is_member(team int) returns boolean language sql set search_path = '' as
$$ select true $$;
create function count_up() returns int language plpgsql set search_path = '' as
$$ begin insert into public.hits values (1); return 1; end $$;
create policy p on notes to authenticated using ({condition}) with check (team_id = team());"
        )
    }

    #[test]
    fn what_looks_at_the_row_or_is_kept_runs_as_often_as_it_has_to() {
        for condition in ["is_member(team_id)", "team_id = (select team())", "owner_id is null"] {
            check(&super::RULE, &policy(condition));
        }
    }

    #[test]
    fn a_function_that_may_write_is_not_called_stable() {
        let found = findings(&super::RULE, &policy("team_id = count_up()"));
        assert_eq!(
            found[0].notes,
            ["it may do more than look: only where it does not is it `stable`"]
        );
    }
}
