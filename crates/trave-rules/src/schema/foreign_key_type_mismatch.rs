//! Foreign keys whose column cannot hold every key that it refers to.

use trave_rule::catalog::{Column, ForeignKey, Table, quoted};
use trave_rule::{Context, rule};

/// Keys are never longer than that, whatever their type allows.
const LONG: u32 = 200;

#[rule]
fn foreign_key_type_mismatch(table: &Table, cx: &mut Context) {
    let Some(catalog) = cx.catalog_of(table) else { return };
    for column in catalog.settled_columns(table) {
        let mut keys = table.foreign_keys.iter().filter(|key| !catalog.pending.holds(key.origin));
        let narrow = keys.find_map(|key| {
            let target = catalog.table(&key.target)?;
            let wanted = target.column(referred(key, column)?)?;
            narrower(column, wanted).map(|most| (key, wanted, most))
        });
        if let Some((key, wanted, most)) = narrow {
            report((table, column), (key, wanted, &most), cx);
        }
    }
}

fn report(
    (table, column): (&Table, &Column),
    (key, wanted, most): (&ForeignKey, &Column, &str),
    cx: &mut Context,
) {
    let (name, target) = (table.name.short(), key.target.short());
    let change = quoted(&column.name);
    cx.report(
        column.origin,
        format!(
            "`{}` of `{name}` ends at {most}: rows of `{target}` beyond cannot be referred to",
            column.name
        ),
    )
    .here(column.type_name.as_str())
    .label(wanted.origin, wanted.type_name.as_str())
    .about(&table.name)
    .about(&column.name)
    .help(format!("alter table {} alter column {change} type {};", table.name, wanted.type_name));
}

/// The column of the target that a column of a key stands for.
fn referred<'k>(key: &'k ForeignKey, column: &Column) -> Option<&'k str> {
    let at = key.columns.iter().position(|it| *it == column.name)?;
    key.target_columns.get(at).map(AsRef::as_ref)
}

/// What a column holds at most, where the one that it refers to holds more.
fn narrower(column: &Column, wanted: &Column) -> Option<String> {
    let rank = |kind: &str| ["smallint", "integer", "bigint"].iter().position(|it| *it == kind);
    if let (Some(own), Some(other)) = (rank(&column.type_name), rank(&wanted.type_name)) {
        let most = if own == 0 { "32,767" } else { "2,147,483,647" };
        return (own < other).then(|| most.to_owned());
    }
    let most = length(&column.type_name)?;
    let is_longer = length(&wanted.type_name)? > most;
    (is_longer && most < LONG).then(|| format!("{most} characters"))
}

/// How many characters a text type holds; none for other types.
fn length(kind: &str) -> Option<u32> {
    if matches!(kind, "text" | "character varying") {
        return Some(u32::MAX);
    }
    kind.strip_prefix("character varying(")?.strip_suffix(')')?.parse().ok()
}

#[cfg(test)]
mod tests {
    use trave_testing::check;

    #[test]
    fn a_wider_column_holds_every_key() {
        check(
            &super::RULE,
            r"
create table plans (id int primary key, code varchar(20) unique, name text unique);
create table orders (
  id bigint primary key, plan_id bigint references plans, code text references plans (code),
  name varchar(255) references plans (name)
);
",
        );
    }

    #[test]
    fn a_shorter_text_does_not() {
        check(
            &super::RULE,
            r"
create table apps (id text primary key);
create table builds (id int primary key, app_id varchar(50) references apps);
--                                       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ `app_id` of `builds` ends at 50 characters: rows of `apps` beyond cannot be referred to
",
        );
    }
}
