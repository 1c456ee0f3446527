//! SQL of the database that names a column which is gone.

use trave_rule::catalog::{Catalog, Function, PastColumn, Refused, Table};
use trave_rule::model::GoneColumn;
use trave_rule::{Context, Level, rule};

#[rule]
fn policy_unknown_column(catalog: &Catalog, cx: &mut Context) {
    for refused in &catalog.refused {
        if let Some(table) = catalog.tables.get(&refused.table) {
            stops(table, refused, cx);
        }
    }
    for function in catalog.functions.values() {
        for gone in cx.model().gone_columns(catalog, function) {
            fails(catalog, (function, &gone), cx);
        }
    }
}

/// A migration that does not get past this statement.
fn stops(table: &Table, refused: &Refused, cx: &mut Context) {
    let Some(past) = table.past_columns.iter().rev().find(|it| it.name == refused.column) else {
        return;
    };
    let (name, column) = (table.name.short(), &refused.column);
    let finding = cx
        .report(
            refused.origin,
            format!(
                "this {} fails, and the migration with it: {}",
                refused.what,
                gone(&name, past)
            ),
        )
        .about(format!("{}.{column}", table.name))
        .once_at(refused.origin);
    finding.label(past.origin, how(past));
    if let Some(new) = &past.renamed_to {
        finding.help(format!("write `{new}` for `{column}`"));
    }
}

/// A function that fails when it gets there.
fn fails(catalog: &Catalog, (function, one): (&Function, &GoneColumn), cx: &mut Context) {
    let (table, past) = (one.table, one.past);
    let (name, table_name) = (&function.name.name, table.name.short());
    let is_run = cx.model().is_run(catalog, function);
    let finding = cx
        .report(one.origin, format!("`{name}` fails with 42703: {}", gone(&table_name, past)))
        .about(function.signature())
        .about(format!("{}.{}", table.name, past.name))
        .once_per(format!("{} {}", function.signature(), past.name))
        .label(past.origin, how(past));
    if !is_run {
        finding.level(Level::Info).note(format!("nothing in the project calls `{name}`"));
    }
    match &past.renamed_to {
        Some(new) => finding
            .help(format!("create `{name}` anew in a migration, with `{new}` for `{}`", past.name)),
        None if is_run => {
            finding.help(format!("create `{name}` anew in a migration, without `{}`", past.name))
        }
        None => finding.help(format!("drop function {};", function.signature())),
    };
}

fn gone(table: &str, past: &PastColumn) -> String {
    match &past.renamed_to {
        Some(new) => format!("`{table}` has no column `{}`, it is now `{new}`", past.name),
        None => format!("`{table}` has no column `{}` any more", past.name),
    }
}

fn how(past: &PastColumn) -> &'static str {
    if past.renamed_to.is_some() { "renamed here" } else { "dropped here" }
}

#[cfg(test)]
mod tests {
    use trave_testing::{check, findings};

    #[test]
    fn a_policy_on_a_column_that_is_gone_stops_the_migration() {
        let found = findings(
            &super::RULE,
            "create table notes (id int primary key, owner uuid);
alter table notes rename column owner to owner_id;
create policy own on notes using (owner = (select auth.uid()));",
        );
        assert_eq!(
            found[0].message,
            "this policy fails, and the migration with it: `notes` has no column `owner`, it is now \
             `owner_id`"
        );
    }

    #[test]
    fn triggers_ask_the_row_that_they_run_for() {
        let found = findings(
            &super::RULE,
            "create table notes (id int primary key, title text, slug text);
create function fill() returns trigger language plpgsql set search_path = '' as $$
begin
  -- slug
  new.slug := lower(new.title);
  return new;
end $$;
create trigger fill before insert on notes for each row execute function fill();
alter table notes drop column slug;",
        );
        assert_eq!(
            found[0].message,
            "`fill` fails with 42703: `notes` has no column `slug` any more"
        );
        assert_eq!(found[0].labels[0].text, "dropped here");
    }

    #[test]
    fn a_later_body_and_names_of_its_own_are_fine() {
        check(
            &super::RULE,
            "create table notes (id int primary key, size int, kind text);
create function total() returns int language sql set search_path = '' as
$$ select sum(size) from public.notes $$;
create function of_kind(kind text) returns int language sql set search_path = '' as
$$ select count(*) from public.notes where kind is not null $$;
alter table notes drop column size, drop column kind;
create or replace function total() returns int language sql set search_path = '' as
$$ select count(*) from public.notes $$;",
        );
    }
}
