//! Policies for callers with a session that are evaluated for those without one.

use trave_rule::catalog::{Catalog, Command, Condition, Index, Policy, Table, Truth, quoted};
use trave_rule::{Context, rule};

#[rule]
fn policy_without_role(table: &Table, cx: &mut Context) {
    let Some(catalog) = cx.catalog_of(table) else { return };
    if !table.rls_enabled || cx.model().is_small(&table.name.name) {
        return;
    }
    let found = needless(catalog, table);
    let Some((first, others)) = found.split_first() else { return };
    let (name, table_name) = (&first.name, table.name.short());
    let message = match others.len() {
        0 => format!(
            "policy `{name}` reads all of `{table_name}` for callers without a session, and admits \
            none"
        ),
        more => format!(
            "policy `{name}` and {more} more read all of `{table_name}` for callers without a \
            session, and admit none"
        ),
    };
    let finding = cx.report(first.origin, message).about(&table.name);
    for policy in others {
        finding.label(policy.origin, "names no role either");
    }
    finding.note("without `TO`, a policy is evaluated for `anon` too");
    for policy in &found {
        finding.help(format!(
            "alter policy {} on {} to authenticated;",
            quoted(&policy.name),
            table.name
        ));
    }
}

/// Policies that make a read by a caller without a session go through the whole table, although
/// none admits it. Where another one may, the rows are read anyway; changes find what a read may
/// see.
fn needless<'t>(catalog: &Catalog, table: &'t Table) -> Vec<&'t Policy> {
    let reads = |policy: &&Policy| {
        policy.permissive && policy.is_for(Command::Select) && policy.names_role("anon")
    };
    let mut policies: Vec<&Policy> = table.policies.iter().filter(reads).collect();
    let refuses = |policy: &&Policy| {
        let using = policy.using.as_ref();
        !policy.roles_written && using.is_some_and(Condition::shuts_out_strangers)
    };
    if !policies.iter().all(refuses) {
        return Vec::new();
    }
    policies.retain(|policy| reads_rows(catalog, table, policy));
    policies
}

/// Whether a policy has rows read for callers whom it never admits.
fn reads_rows(catalog: &Catalog, table: &Table, policy: &Policy) -> bool {
    let Some(using) = &policy.using else { return false };
    catalog.commands_under(policy, table, "anon").contains(&Command::Select)
        && using.truth() != Truth::Never
        && !using.refuses_strangers_at_once(table, catalog)
        && is_run_by_row(using, table, catalog)
}

/// Whether PostgreSQL has to look at each row to find out: no index leads to those that could pass,
/// and something is worked out for each.
fn is_run_by_row(using: &Condition, table: &Table, catalog: &Catalog) -> bool {
    // A partial index may be one for just these rows.
    let leads = |index: &Index, column: &str| {
        index.is_ordered_or_hash() && index.leading_column().is_some_and(|first| first == column)
    };
    let indexed = |column: &str| table.indexes.iter().any(|index| leads(index, column));
    let is_costly = using.has_subselect() || !using.row_calls(catalog).is_empty();
    is_costly && !using.is_narrowed_by(&indexed)
}

#[cfg(test)]
mod tests {
    use trave_testing::check;

    const TABLE: &str = "
create table notes (id int primary key, owner_id uuid not null, shared boolean not null);
alter table notes enable row level security;
";

    #[test]
    fn what_strangers_may_see_is_for_them_too() {
        let sql = "create policy p on notes for select using (shared or owner_id = auth.uid());";
        check(&super::RULE, &format!("{TABLE}{sql}"));
    }

    #[test]
    fn rows_that_another_policy_may_show_are_read_anyway() {
        let sql = "create policy p on notes for select using (owner_id = auth.uid());
create policy q on notes for select using (shared);";
        check(&super::RULE, &format!("{TABLE}{sql}"));
    }

    #[test]
    fn a_change_finds_only_what_a_read_may_see() {
        let sql = "create policy p on notes for select using (shared);
create policy q on notes using (owner_id = auth.uid());";
        check(&super::RULE, &format!("{TABLE}{sql}"));
    }

    #[test]
    fn a_part_that_looks_at_no_row_refuses_at_once() {
        let sql = "create policy p on notes for select
  using (auth.uid() is not null and owner_id = auth.uid());";
        check(&super::RULE, &format!("{TABLE}{sql}"));
    }

    #[test]
    fn an_index_finds_nothing_at_once() {
        let sql = "create index on notes (owner_id);
create policy p on notes for select using (owner_id = (select auth.uid()));";
        check(&super::RULE, &format!("{TABLE}{sql}"));
    }

    #[test]
    fn an_index_for_just_these_rows_finds_nothing_at_once() {
        let sql = "create index on notes (owner_id) where shared;
create policy p on notes for select using (owner_id = (select auth.uid()) and shared);";
        check(&super::RULE, &format!("{TABLE}{sql}"));
    }

    #[test]
    fn those_who_may_not_read_cost_nothing() {
        let sql = "create policy p on notes for select using (owner_id = (select auth.uid()));
revoke all on notes from anon;";
        check(&super::RULE, &format!("{TABLE}{sql}"));
    }

    #[test]
    fn a_role_that_is_named_is_meant() {
        let sql = "create policy p on notes for select to public using (owner_id = auth.uid());";
        check(&super::RULE, &format!("{TABLE}{sql}"));
    }
}
