//! Columns of owners that may be empty, where policies ask for them.

use trave_rule::catalog::{Catalog, Column, Command, Policy, ReferentialAction, Table, quoted};
use trave_rule::{Context, rule};

#[rule]
fn nullable_owner(table: &Table, cx: &mut Context) {
    let Some(catalog) = cx.catalog_of(table) else { return };
    let is_served = table.rls_enabled && catalog.is_exposed(&table.name.schema);
    if !is_served {
        return;
    }
    let policies = reading(table);
    let Some((first, others)) = policies.split_first() else { return };
    for column in catalog.settled_columns(table).filter(|column| !column.not_null) {
        let asks = |policy: &&Policy| {
            let using = policy.using.as_ref();
            using.is_some_and(|using| using.columns_of_caller().contains(&column.name))
        };
        let all_ask = asks(first) && others.iter().all(asks);
        if all_ask
            && !is_meant(catalog, table, column)
            && !cx.model().asks_for_null(table, &column.name)
        {
            report(table, column, first, cx);
        }
    }
}

fn report(table: &Table, column: &Column, policy: &Policy, cx: &mut Context) {
    let (name, change) = (&column.name, quoted(&column.name));
    cx.report(
        column.origin,
        format!(
            "`{name}` of `{}` may be null: such a row is nobody's, and no caller ever sees it",
            table.name.short()
        ),
    )
    .about(format!("{}.{name}", table.name))
    .label(policy.origin, format!("shows rows by `{name}` only"))
    .note(format!("first: select count(*) from {} where {change} is null;", table.name))
    .help(format!("alter table {} alter column {change} set not null;", table.name));
}

/// The policies by which callers see rows.
fn reading(table: &Table) -> Vec<&Policy> {
    let is_for_callers = |policy: &&Policy| {
        policy.permissive
            && policy.is_for(Command::Select)
            && policy.roles.iter().any(|role| matches!(role.as_str(), "public" | "authenticated"))
    };
    let has_other = |policy: &&Policy| policy.is_for(Command::Select) && policy.permissive;
    let all = table
        .policies
        .iter()
        .filter(has_other)
        .filter(|policy| !policy.roles.iter().all(|role| role == "service_role"));
    let all: Vec<&Policy> = all.collect();
    if all.iter().all(is_for_callers) { all } else { Vec::new() }
}

/// Whether rows without an owner are wanted, or cannot come about: they outlive their owner, or a
/// check or key asks for a value.
fn is_meant(catalog: &Catalog, table: &Table, column: &Column) -> bool {
    let outlives = table.foreign_keys.iter().any(|key| {
        key.columns.contains(&column.name)
            && matches!(key.on_delete, ReferentialAction::SetNull | ReferentialAction::SetDefault)
    });
    let is_asked_for = table.checks.iter().any(|check| check.columns.contains(&column.name));
    outlives || is_asked_for || catalog.fills(table, &column.name)
}

#[cfg(test)]
mod tests {
    use trave_testing::check;

    #[test]
    fn rows_that_outlive_their_owner_and_rows_that_others_see_are_meant() {
        check(
            &super::RULE,
            r"
create table a (id int primary key, owner_id uuid references auth.users on delete set null);
create table b (id int primary key, owner_id uuid);
create table c (id int primary key, owner_id uuid, reader_id uuid);
create table d (id int primary key, owner_id uuid, check (owner_id is not null or id < 9));
alter table a enable row level security;
alter table b enable row level security;
alter table c enable row level security;
alter table d enable row level security;
create policy own on a for select using (owner_id = (select auth.uid()));
create policy own on b for select using (owner_id = (select auth.uid()));
create policy shared on b for select using (owner_id is null);
create policy own on c for select using (owner_id = (select auth.uid()) or reader_id = (select auth.uid()));
create policy own on d for select using (owner_id = (select auth.uid()));
",
        );
    }
}
