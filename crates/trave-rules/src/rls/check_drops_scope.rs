//! Updates that may give a row away.

use trave_rule::catalog::{Command, Condition, Policy, Table, Truth, quoted};
use trave_rule::words::code_list;
use trave_rule::{Context, rule};

#[rule]
fn check_drops_scope(table: &Table, cx: &mut Context) {
    let Some(catalog) = cx.catalog_of(table) else { return };
    if !table.rls_enabled || catalog.is_unknown(&table.name) {
        return;
    }
    for policy in &table.policies {
        let columns = catalog.dropped_scope(table, policy);
        let Some(check) = policy.check.as_ref().filter(|_| !columns.is_empty()) else { continue };
        let name = table.name.short();
        let columns = code_list(columns);
        let message = format!(
            "whoever may update a row of `{name}` can give it to others: nothing checks the new \
            {columns}"
        );
        let finding = cx
            .report(check.origin, message)
            .here(format!("the new row may have any {columns}"))
            .about(&table.name)
            .about(&policy.name);
        if let Some(using) = &policy.using {
            finding.label(using.origin, "only the old row is tied to the caller");
            finding.help(help(table, policy, using));
        }
        let adds_any = check.truth() != Truth::Depends && policy.is_for(Command::Insert);
        if adds_any {
            finding.note(format!("rows can be inserted with any {columns} too"));
        }
    }
}

fn help(table: &Table, policy: &Policy, using: &Condition) -> String {
    let checked = match policy.check.as_ref().filter(|check| check.truth() == Truth::Depends) {
        Some(check) => format!("({}) and ({})", using.expr.to_sql(), check.expr.to_sql()),
        None => using.expr.to_sql(),
    };
    format!("alter policy {} on {} with check ({checked});", quoted(&policy.name), table.name)
}

#[cfg(test)]
mod tests {
    use trave_testing::{check, findings};

    const TABLE: &str = "
create table notes (id int primary key, owner_id uuid not null, body text);
alter table notes enable row level security;
create policy \"see\" on notes for select using (true);
";

    #[test]
    fn a_row_that_one_may_not_see_afterwards_stays() {
        check(
            &super::RULE,
            "create table notes (id int primary key, owner_id uuid not null);
alter table notes enable row level security;
create policy own on notes to authenticated using (owner_id = auth.uid()) with check (true);",
        );
    }

    #[test]
    fn the_rest_of_a_check_is_kept() {
        let sql = "create policy own on notes for update to authenticated
  using (owner_id = auth.uid()) with check (body <> '');";
        let found = findings(&super::RULE, &format!("{TABLE}{sql}"));
        assert_eq!(
            found[0].help.as_deref(),
            Some(
                "alter policy own on public.notes with check ((owner_id = auth.uid()) and \
                 (body <> ''));"
            )
        );
    }

    #[test]
    fn a_check_that_asks_somebody_else_may_know() {
        let sql = "create function may_write() returns boolean language sql as 'select true';
create policy own on notes for update to authenticated
  using (owner_id = auth.uid()) with check (may_write());";
        check(&super::RULE, &format!("{TABLE}{sql}"));
    }
}
