//! Functions that promise never to change, and ask who is calling.

use trave_rule::catalog::{Function, Policy, Provenance, Table};
use trave_rule::{Context, rule};

/// How many calls are shown beside the function.
const CALLS_MAX: usize = 3;

#[rule]
fn stale_policy_function(function: &Function, cx: &mut Context) {
    let Provenance::Migration(origin) = function.provenance else { return };
    let Some(catalog) = cx.catalog_of(function) else { return };
    if !function.is_immutable() || !catalog.reads_session(function) {
        return;
    }
    let guarded = catalog.tables.values().filter(|it| it.rls_enabled);
    let policies = guarded.flat_map(|it| it.policies.iter().map(move |policy| (it, policy)));
    let mut places: Vec<(&Table, &Policy, trave_rule::source::Origin)> = Vec::new();
    for (table, policy) in policies {
        let calls = policy.conditions().flat_map(|it| it.calls_of(function, catalog));
        // With an argument that differs, the server has to run it again.
        let kept = calls.filter(|call| call.is_fixed);
        places.extend(kept.map(|call| (table, policy, call.origin)));
    }
    let Some((table, _, _)) = places.first() else { return };
    let message = format!(
        "`{}` may answer for another caller, and show their rows of `{}`: it is immutable",
        function.name.name,
        table.name.short()
    );
    let finding = cx
        .report(origin, message)
        .about(function.signature())
        .once_per(function.signature())
        .note(
            "what an immutable function returns is computed when a query is planned; callers \
            share connections, and these keep plans",
        )
        .help(format!("alter function {} stable;", function.signature()));
    for (table, policy, place) in places.iter().take(CALLS_MAX) {
        let of = table.name.short();
        finding.label(*place, format!("policy `{}` of `{of}` asks it", policy.name));
    }
}

#[cfg(test)]
mod tests {
    use trave_testing::check;

    #[test]
    fn what_has_to_run_again_is_not_kept() {
        check(
            &super::RULE,
            "
create table notes (id int primary key, team_id int, owner_id uuid);
alter table notes enable row level security;
create function is_own(owner uuid) returns boolean language sql immutable set search_path = '' as
$$ select owner = auth.uid() $$;
create function limit_of(plan int) returns int language sql immutable set search_path = '' as
$$ select plan * 3 $$;
create policy p on notes to authenticated using (is_own(owner_id) and team_id < limit_of(3));",
        );
    }
}
