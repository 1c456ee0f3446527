//! Indexes that are the same but for their names.

use trave_rule::catalog::{Dialect, Index, Table, quoted};
use trave_rule::words::code_list;
use trave_rule::{Context, Fix, part_of_name, rule};

#[rule]
fn duplicate_index(table: &Table, cx: &mut Context) {
    if !table.provenance.is_migration() {
        return;
    }
    let mut told: Vec<&Index> = Vec::new();
    for index in &table.indexes {
        if told.iter().any(|known| known.is_same_as(index)) {
            continue;
        }
        told.push(index);
        let same: Vec<&Index> = table.indexes.iter().filter(|it| it.is_same_as(index)).collect();
        report(table, &same, cx);
    }
}

fn report(table: &Table, same: &[&Index], cx: &mut Context) {
    // What a constraint needs stays; else the first one.
    let kept = same.iter().find(|index| index.constraint.is_some()).or(same.first());
    let Some(kept) = kept else { return };
    let mut dropped = same.iter().filter(|index| index.name != kept.name);
    let Some(first) = dropped.next() else { return };
    let names = code_list(same.iter().map(|index| &index.name));
    let message =
        format!("{names} are the same index: every write to `{}` keeps each", table.name.short());
    let is_postgres = speaks_postgres(cx, table);
    let finding = cx
        .report(first.origin, message)
        .about(&table.name)
        .once_per(format!("{} {}", table.name, kept.name))
        .label(kept.origin, format!("`{}` is made here", kept.name))
        .help(statement(table, first));
    let all: Vec<&Index> = std::iter::once(first).chain(dropped.clone()).copied().collect();
    for index in &all {
        finding.about(&index.name);
    }
    // A foreign key may lean on one that is unique, and keeps it from going.
    if is_postgres && all.iter().all(|index| index.constraint.is_none() && !index.unique) {
        let statements: Vec<String> = all.iter().map(|index| statement(table, index)).collect();
        let title = format!("drop what `{}` does already", kept.name);
        let name = format!("drop_{}", part_of_name(&first.name));
        finding.fix(Fix::migration(title, name, statements.join("\n")).safe());
    }
    for index in dropped {
        finding.label(index.origin, format!("and `{}` here", index.name));
        finding.help(statement(table, index));
    }
}

/// Whether the statements of this rule are those of its database.
fn speaks_postgres(cx: &Context, table: &Table) -> bool {
    cx.catalog_of(table).is_some_and(|catalog| catalog.dialect == Dialect::Postgres)
}

fn statement(table: &Table, index: &Index) -> String {
    match &index.constraint {
        Some(constraint) => {
            format!("alter table {} drop constraint {};", table.name, quoted(constraint))
        }
        None => format!("drop index {}.{};", quoted(&table.name.schema), quoted(&index.name)),
    }
}

#[cfg(test)]
mod tests {
    use trave_testing::{check, findings};

    #[test]
    fn a_constraint_is_kept() {
        let sql = "create table users (id int primary key, email text);
create unique index users_email on users (email);
alter table users add constraint users_email_key unique (email);";
        assert_eq!(
            findings(&super::RULE, sql)[0].help.as_deref(),
            Some("drop index public.users_email;")
        );
    }

    #[test]
    fn what_differs_in_anything_is_another_index() {
        check(
            &super::RULE,
            "create table users (id int primary key, email text, gone boolean);
create index a on users (email);
create index b on users (email desc);
create index c on users (email) where not gone;
create index d on users (lower(email));
create index e on users (email) include (gone);
create index f on users using hash (email);
create index g on users (email) where (gone or id > 1) and id < 9;
create index h on users (email) where gone or (id > 1 and id < 9);",
        );
    }
}
