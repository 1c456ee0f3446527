//! Keys of growing tables that run out of numbers.

use trave_rule::catalog::vocabulary::comes_without_end;
use trave_rule::catalog::{Catalog, Column, Table, quoted};
use trave_rule::{Context, rule};

#[rule]
fn int_primary_key(table: &Table, cx: &mut Context) {
    let Some(catalog) = cx.catalog_of(table) else { return };
    let Some(column) = counted_key(table, catalog) else { return };
    if !grows(table) || cx.model().is_small(&table.name.name) || cx.model().is_lookup(table) {
        return;
    }
    let (name, key) = (&table.name, quoted(&column.name));
    let children = referring(catalog, table);
    let finding = cx
        .report(
            column.origin,
            format!(
                "`{}` of `{}` ends at 2,147,483,647: then every insert fails",
                column.name,
                table.name.short()
            ),
        )
        .about(format!("{name}.{}", column.name))
        .help(format!("alter table {name} alter column {key} type bigint;"));
    if let Some(sequence) = column.sequence.as_ref().filter(|_| column.identity.is_none()) {
        finding.help(format!("alter sequence {sequence} as bigint;"));
    }
    for (child, column) in children {
        let key = quoted(&column.name);
        finding.label(column.origin, "has to follow");
        finding.help(format!("alter table {} alter column {key} type bigint;", child.name));
    }
    finding.note("changing the type rewrites the table under a lock: cheap as long as it is small");
}

/// The only column of the key, where it counts rows.
fn counted_key<'t>(table: &'t Table, catalog: &Catalog) -> Option<&'t Column> {
    let [only] = table.primary_key.as_ref()?.columns.as_slice() else { return None };
    let refers = table.foreign_keys.iter().any(|key| key.columns.contains(only));
    let mut columns = catalog.settled_columns(table);
    let column = columns.find(|column| column.name == *only)?;
    let counts = column.identity.is_some() || column.sequence.is_some();
    (column.type_name == "integer" && counts && !refers).then_some(column)
}

/// Whether rows come without end: nothing but the key is unique, so that they are no list of
/// things that exist once, and they are kept per something else or by their time.
fn grows(table: &Table) -> bool {
    let is_kept_by_time = table.columns.iter().any(|column| {
        let is_now =
            column.default.as_deref().is_some_and(|it| it.to_lowercase().contains("now()"));
        column.type_name.starts_with("timestamp") && is_now
    });
    let has_parent = !table.foreign_keys.is_empty();
    let repeats = table.unique_keys().len() == 1;
    (repeats && (is_kept_by_time || has_parent)) || comes_without_end(&table.name.name)
}

/// Columns of other tables that hold this key, and are as small.
fn referring<'c>(catalog: &'c Catalog, table: &Table) -> Vec<(&'c Table, &'c Column)> {
    let tables = catalog.tables.values();
    let keys = tables.flat_map(|child| child.foreign_keys.iter().map(move |key| (child, key)));
    keys.filter(|(_, key)| key.target == table.name)
        .filter_map(|(child, key)| match key.columns.as_slice() {
            [column] => Some((child, child.column(column)?)),
            _ => None,
        })
        .filter(|(_, column)| column.type_name == "integer")
        .collect()
}

#[cfg(test)]
mod tests {
    use trave_testing::check;

    #[test]
    fn lists_of_things_do_not_grow() {
        check(
            &super::RULE,
            r"
create table cities (id serial primary key, name text not null unique, created_at timestamptz default now());
create table moods (id serial primary key, label text, created_at timestamptz default now());
insert into moods (label) values ('glad'), ('sad');
create table settings (id int primary key default 1, created_at timestamptz default now());
create table users (id bigserial primary key, created_at timestamptz default now());
create table levels (id smallserial primary key, created_at timestamptz default now());
",
        );
    }

    #[test]
    fn what_refers_to_it_has_to_follow() {
        let found = trave_testing::findings(
            &super::RULE,
            "create table posts (id serial primary key, created_at timestamptz default now());
             create table likes (post_id int references posts, by uuid, primary key (post_id, by));",
        );
        assert_eq!(
            found[0].help.as_deref(),
            Some(
                "alter table public.posts alter column id type bigint;\n\
                 alter sequence public.posts_id_seq as bigint;\n\
                 alter table public.likes alter column post_id type bigint;"
            )
        );
    }
}
