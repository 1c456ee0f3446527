//! Policies that believe rows which callers write themselves.

use trave_rule::catalog::{Command, Provenance, Table};
use trave_rule::model::{OpenAs, OpenTable};
use trave_rule::words::{callers, deeds};
use trave_rule::{Context, rule};

/// How many policies are shown beside the table.
const POLICIES_MAX: usize = 3;

#[rule]
fn policy_reads_open_table(table: &Table, cx: &mut Context) {
    let Provenance::Migration(origin) = table.provenance else { return };
    let Some(catalog) = cx.catalog_of(table) else { return };
    let Some(OpenTable { role, commands, role_in_project }) = cx.model().open_table(catalog, table)
    else {
        return;
    };
    let OpenAs::Believed(policies) = role_in_project else { return };
    let Some((first, _)) = policies.first() else { return };
    let name = table.name.short();
    let writes: Vec<Command> = commands.into_iter().filter(|it| *it != Command::Select).collect();
    let message = format!(
        "{} can {} rows of `{name}`, which decide who passes for `{}`",
        callers(role),
        changes(&writes),
        first.name.short()
    );
    let finding = cx
        .report(origin, message)
        .here("row level security is never enabled")
        .about(&table.name)
        .help(format!("alter table {} enable row level security;", table.name))
        .help("-- then a policy for each command that callers need");
    for (of, policy) in policies.iter().take(POLICIES_MAX) {
        let of = of.name.short();
        finding.label(policy.origin, format!("this policy of `{of}` looks for rows of `{name}`"));
    }
}

/// `change` for all of the writes.
fn changes(writes: &[Command]) -> String {
    if writes.len() == 3 { "change".to_owned() } else { deeds(writes) }
}

#[cfg(test)]
mod tests {
    use trave_testing::{check, findings};

    const NOTES: &str = "
create table notes (id int primary key, body text);
alter table notes enable row level security;
";

    #[test]
    fn a_function_reads_it_for_the_policy() {
        let sql = "
create table admins (user_id uuid primary key);
create function is_admin() returns boolean language sql stable security definer
  set search_path = '' as
$$ select exists (select 1 from public.admins where user_id = (select auth.uid())) $$;
create policy all_of_them on notes to authenticated using ((select is_admin()));
";
        assert_eq!(
            findings(&super::RULE, &format!("{NOTES}{sql}"))[0].message,
            "anyone with the anon key can change rows of `admins`, which decide who passes for `notes`"
        );
    }

    #[test]
    fn a_table_that_callers_only_read_can_be_believed() {
        check(
            &super::RULE,
            &format!(
                "{NOTES}
create table admins (user_id uuid primary key);
revoke insert, update, delete on admins from anon, authenticated;
create policy all_of_them on notes to authenticated
  using (exists (select 1 from admins where user_id = (select auth.uid())));"
            ),
        );
    }
}
