//! Policies that contradict themselves, so that no row ever passes.

use trave_rule::catalog::{Condition, Impossible, Part, Policy, Table, Truth, quoted};
use trave_rule::{Context, rule};

#[rule]
fn policy_always_false(table: &Table, cx: &mut Context) {
    if !table.rls_enabled {
        return;
    }
    for policy in table.policies.iter().filter(|policy| policy.is_for_callers()) {
        let found = policy.conditions().find_map(|it| Some((it, it.impossible_part()?)));
        if let Some((condition, (part, why))) = found {
            report((table, policy), (condition, &part, why), cx);
        } else if admits_nobody(policy) {
            report_for_strangers(table, policy, cx);
        }
    }
}

fn report(
    (table, policy): (&Table, &Policy),
    (condition, part, why): (&Condition, &Part, Impossible),
    cx: &mut Context,
) {
    let text = &part.text;
    // The caret shows what is too long to say.
    let named = if text.len() > 40 { "this".to_owned() } else { format!("`{text}`") };
    let outcome = outcome(table, policy, condition, why);
    let finding = cx
        .report(part.origin, format!("{named} is never true{outcome}"))
        .here(match why {
            Impossible::NullCompared => "a comparison with null is null",
            Impossible::TwoValues => "the same column has to equal another constant too",
            Impossible::Constant => "no row meets this",
        })
        .about(&table.name)
        .about(&policy.name);
    let is_using = policy.using.as_ref().is_some_and(|using| using.origin == condition.origin);
    let clause = if is_using { "using" } else { "with check" };
    match (why, condition.with_null_test()) {
        (Impossible::NullCompared, Some(changed)) => finding.help(format!(
            "alter policy {} on {} {clause} ({changed});",
            quoted(&policy.name),
            table.name
        )),
        (Impossible::NullCompared, None) => finding.help("test with `is null` or `is not null`"),
        (Impossible::TwoValues, _) => finding.help("join the values with `or`, or with `in (…)`"),
        (Impossible::Constant, _) => finding.help(format!(
            "leave `{text}` out, or say only that: drop policy {} on {};",
            quoted(&policy.name),
            table.name
        )),
    };
}

/// What that means for the policy, where it decides the whole of it.
fn outcome(table: &Table, policy: &Policy, condition: &Condition, why: Impossible) -> String {
    let is_whole = condition.truth() == Truth::Never;
    if !is_whole && why == Impossible::NullCompared {
        return format!(": policy `{}` may mean `is null`", policy.name);
    }
    let verb = if policy.permissive { "admits" } else { "lets pass" };
    format!(", so that policy `{}` {verb} no row of `{}`", policy.name, table.name.short())
}

/// Whether it is for callers without a session only, and asks for one.
fn admits_nobody(policy: &Policy) -> bool {
    let is_for_strangers = policy.names_role("anon") && !policy.names_role("authenticated");
    let refuses = |it: &Condition| it.shuts_out_strangers() && it.truth() != Truth::Never;
    policy.permissive && is_for_strangers && policy.conditions().any(refuses)
}

fn report_for_strangers(table: &Table, policy: &Policy, cx: &mut Context) {
    let message = format!(
        "policy `{}` admits nobody: it is for `anon`, and its condition needs a session",
        policy.name
    );
    cx.report(policy.origin, message).about(&table.name).about(&policy.name).help(format!(
        "alter policy {} on {} to authenticated;",
        quoted(&policy.name),
        table.name
    ));
}

#[cfg(test)]
mod tests {
    use trave_testing::{check, findings};

    const TABLE: &str = "
create table notes (id int primary key, owner_id uuid not null, status text, deleted_at date);
alter table notes enable row level security;
";

    #[test]
    fn plain_refusals_are_meant() {
        check(
            &super::RULE,
            &format!(
                "{TABLE}create policy p on notes for delete using (false);
create policy q on notes as restrictive for delete using (false) ;
create policy r on notes for update using (auth.role() = 'service_role');"
            ),
        );
    }

    #[test]
    fn a_comparison_in_a_sub_select_is_found_too() {
        let sql = "create policy p on notes for select using (status = 'open' or
  exists (select 1 from notes n where n.owner_id = auth.uid() and n.deleted_at <> null));";
        let found = findings(&super::RULE, &format!("{TABLE}{sql}"));
        assert_eq!(
            found[0].message,
            "`n.deleted_at <> null` is never true: policy `p` may mean `is null`"
        );
    }

    #[test]
    fn two_values_of_one_column_exclude_each_other() {
        let sql = "create policy p on notes for select
  using (owner_id = auth.uid() and status = 'open' and status = 'done');";
        let found = findings(&super::RULE, &format!("{TABLE}{sql}"));
        assert_eq!(found[0].help.as_deref(), Some("join the values with `or`, or with `in (…)`"));
    }

    #[test]
    fn strangers_own_nothing() {
        let sql = "create policy p on notes for select to anon using (owner_id = auth.uid());";
        let found = findings(&super::RULE, &format!("{TABLE}{sql}"));
        assert_eq!(
            found[0].help.as_deref(),
            Some("alter policy p on public.notes to authenticated;")
        );
    }
}
