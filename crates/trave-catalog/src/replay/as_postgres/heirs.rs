//! Inheritance and partitions.

use super::{after, columns, last_is_refused, refusals};
use crate::testing::{names, table};

#[test]
fn a_child_needs_all_that_its_parent_has() {
    last_is_refused("create table a (x int); alter table a inherit a;");
    last_is_refused("create table a (x int); create table b (y int); alter table b inherit a;");
    last_is_refused(
        "create table a (x int not null); create table b (x int); alter table b inherit a;",
    );
    last_is_refused(
        "create table a (x int check (x > 0)); create table b (x int); alter table b inherit a;",
    );
    last_is_refused(
        "create table a (x int); create table b () inherits (a); alter table a inherit b;",
    );
    last_is_refused("create table a (x int); create table b (x int); alter table b no inherit a;");
}

#[test]
fn what_is_inherited_changes_at_the_parent() {
    let family =
        "create table a (x int, constraint c check (x > 0)); create table b () inherits (a); ";
    for change in [
        "rename x to y",
        "drop column x",
        "alter x type bigint",
        "rename constraint c to d",
        "drop constraint c",
    ] {
        last_is_refused(&format!("{family} alter table b {change};"));
    }
    let catalog = after(&format!(
        "{family} alter table a rename x to y; alter table a rename constraint c to d;"
    ));
    assert_eq!(columns(&catalog, "b"), "y");
    assert_eq!(table(&catalog, "b").checks[0].name, "d");
}

#[test]
fn a_child_keeps_what_it_has_of_its_own() {
    let catalog = after(
        "create table a (x int, y int, z int);
         create table b (y int) inherits (a);
         create table c (x int, y int, z int);
         alter table c inherit a;
         alter table a drop column x, drop column y;
         alter table only a drop column z;",
    );
    assert_eq!(columns(&catalog, "b"), "y z");
    assert_eq!(columns(&catalog, "c"), "x y z");
}

#[test]
fn a_column_that_counts_for_an_heir_keeps_a_whole_number() {
    let family = "create table a (x int); create table b (x int generated always as identity);
         alter table b inherit a; ";
    last_is_refused(&format!("{family} alter table a alter x type float;"));
    assert_eq!(refusals(&format!("{family} alter table a alter x type bigint;")), 0);
}

#[test]
fn grandchildren_follow_and_only_holds_them_back() {
    let family =
        "create table a (x int); create table b () inherits (a); create table c () inherits (b); ";
    let catalog =
        after(&format!("{family} alter table a alter x set not null, add column y text;"));
    assert!(table(&catalog, "c").columns[0].not_null);
    assert_eq!(columns(&catalog, "c"), "x y");
    last_is_refused(&format!("{family} alter table only a add column y text;"));
    let catalog = after(&format!("{family} alter table only a alter x set default 1;"));
    assert_eq!(table(&catalog, "b").columns[0].default, None);
    last_is_refused(
        "create table a (x int); create table b (y text) inherits (a); alter table a rename x to \
        y;",
    );
}

#[test]
fn partitions_have_no_heirs_and_what_is_generated_stays_so() {
    last_is_refused(
        "create table a (x int) partition by list (x);
         create table b partition of a for values in (1);
         create table c () inherits (b);",
    );
    let plain = "create table a (x int, y int);";
    let made = "create table b (x int, y int generated always as (x) stored);";
    last_is_refused(&format!("{plain} {made} alter table a inherit b;"));
    assert_eq!(refusals(&format!("{plain} {made} alter table b inherit a;")), 0);
}

const EVENTS: &str = "create table events (id int generated always as identity, at date not null) \
    partition by range (at); \
     create table one partition of events for values from ('2024-01-01') to ('2025-01-01'); ";

#[test]
fn a_partition_key_holds_its_columns() {
    last_is_refused(&format!("{EVENTS} alter table events drop column at;"));
    last_is_refused(&format!("{EVENTS} alter table events alter at type timestamptz;"));
    last_is_refused(&format!("{EVENTS} alter table events add primary key (id);"));
    last_is_refused(&format!("{EVENTS} create unique index on events (id);"));
    last_is_refused("select 1; create table a (x int) partition by range (y);");
    let catalog = after(&format!("{EVENTS} alter table events rename at to day;"));
    assert_eq!(table(&catalog, "events").partition_key.as_deref(), Some("RANGE (day)"));
}

#[test]
fn a_partitioned_table_has_no_storage_of_its_own() {
    let made = "create table a (x int) partition by list (x);";
    last_is_refused(&format!("{made} alter table a set (fillfactor = 90);"));
    last_is_refused(
        "create schema s; create table a (x int) partition by list (x) with (fillfactor = 90);",
    );
    assert_eq!(refusals("create table a (x int); alter table a set (fillfactor = 90);"), 0);
}

#[test]
fn partitions_are_parts_and_no_tables_of_their_own() {
    last_is_refused(&format!("{EVENTS} alter table one add column x int;"));
    last_is_refused(&format!(
        "{EVENTS} create table two partition of events for values from ('2024-01-01')  to \
        ('2025-01-01');"
    ));
    last_is_refused(&format!("{EVENTS} create table two () inherits (events);"));
    last_is_refused(&format!("{EVENTS} alter table one alter at drop not null;"));
    let catalog = after(EVENTS);
    assert_eq!(table(&catalog, "one").columns[0].identity, None);
    let catalog = after(&format!(
        "{EVENTS} create function f() returns trigger language plpgsql as $$ begin return new; \
        end $$;
         create trigger t before insert on events for each row execute function f();
         alter table events detach partition one;"
    ));
    assert!(table(&catalog, "one").triggers.is_empty());
}

#[test]
fn keys_of_partitions_go_with_the_key_of_the_table() {
    let catalog = after(&format!(
        "{EVENTS} alter table events add constraint k unique (id, at); alter table events drop \
        constraint k;"
    ));
    assert!(table(&catalog, "one").uniques.is_empty() && table(&catalog, "one").indexes.is_empty());
}

#[test]
fn a_written_null_hides_the_default_of_a_parent() {
    let catalog = after(
        "create table a (x int default 1, y int default 2);
         create table b (x int default null) inherits (a);",
    );
    let defaults: Vec<bool> =
        table(&catalog, "b").columns.iter().map(|column| column.default.is_some()).collect();
    assert_eq!(defaults, [false, true]);
}

#[test]
fn keys_of_heirs_hold_their_columns() {
    last_is_refused(
        "create table a (x int not null); create table b (x int primary key);
         alter table b inherit a; alter table a alter x drop not null;",
    );
    let catalog = after(
        "create table a (x int); create table b () inherits (a);
         alter table only a add primary key (x);",
    );
    assert!(!table(&catalog, "b").columns[0].not_null);
}

#[test]
fn only_a_whole_partitioned_table_refers() {
    let made = "create table b (id int primary key); create table a (x int) partition by list (x);";
    last_is_refused(&format!("{made} alter table only a add y int references b;"));
    assert_eq!(refusals(&format!("{made} alter table a add y int references b;")), 0);
}

#[test]
fn what_a_partition_repeats_never_goes_alone() {
    let made = "create table a (x int, y int, constraint k unique (x), constraint r check (x > 0))
            partition by list (x);
         create index i on a (y);
         create table b partition of a for values in (1); ";
    last_is_refused(&format!("{made} alter table b drop constraint b_x_key;"));
    last_is_refused(&format!("{made} drop index b_y_idx;"));
    assert_eq!(refusals(&format!("{made} alter table b rename constraint b_x_key to c;")), 0);
    let catalog = after(&format!("{made} drop index i;"));
    assert_eq!(names(&table(&catalog, "b").indexes, |one| &one.name), "b_x_key");
    let catalog = after(&format!(
        "{made} alter table a detach partition b; alter table b drop constraint b_x_key;
         drop index b_y_idx;"
    ));
    assert!(table(&catalog, "b").indexes.is_empty());
}

#[test]
fn an_index_that_a_partition_has_serves_its_parent_once() {
    let made = "create table a (x int, y int) partition by list (x);
         create table b partition of a for values in (1) partition by list (y);
         create table c partition of b for values in (1); ";
    let catalog = after(&format!("{made} create index on a (y); create index on a (y);"));
    assert_eq!(names(&table(&catalog, "c").indexes, |one| &one.name), "c_y_idx c_y_idx1");
    let catalog = after(&format!("{made} create index i on c (y); create index on a (y);"));
    assert_eq!(names(&table(&catalog, "c").indexes, |one| &one.name), "i");
    last_is_refused(&format!("{made} create unique index on a (x);"));
    last_is_refused(
        "create table a (x int primary key, y text) partition by list (x);
         create table b (x int not null, y text) partition by list (lower(y));
         alter table a attach partition b default;",
    );
}

#[test]
fn an_index_of_the_parent_alone_is_not_valid_until_every_partition_has_it() {
    let made = "create table a (x int, y int) partition by list (x);
         create index j on only a (x);
         create table b partition of a for values in (1);
         create index i on only a (y); ";
    let catalog = after(made);
    let valid = |catalog: &crate::Catalog| {
        table(catalog, "a").indexes.iter().map(|one| one.valid).collect::<Vec<bool>>()
    };
    assert_eq!(valid(&catalog), [true, false]);
    assert_eq!(names(&table(&catalog, "b").indexes, |one| &one.name), "b_x_idx");
    let catalog =
        after(&format!("{made} create index k on b (y); alter index i attach partition k;"));
    assert_eq!(valid(&catalog), [true, true]);
}

#[test]
fn only_does_not_divide_a_table_from_its_partitions() {
    let made = "create table a (x int not null, y int, z int, constraint c check (y > 0))
            partition by list (x);
         create table b partition of a for values in (1);
         alter table b alter z set not null; ";
    for change in [
        "alter y set not null",
        "alter x drop not null",
        "drop constraint c",
        "drop column y",
        "add primary key (x, y)",
        "rename constraint c to d",
    ] {
        last_is_refused(&format!("{made} alter table only a {change};"));
    }
    for change in [
        "alter z set not null",
        "validate constraint c",
        "add column if not exists y int",
        "add constraint u unique (x), drop column if exists w",
    ] {
        assert_eq!(refusals(&format!("{made} alter table only a {change};")), 0, "{change}");
    }
}

#[test]
fn a_reference_that_a_partition_has_serves_its_parent() {
    let made = "create table t (id int primary key);
         create table a (x int, y int) partition by list (x);
         create table b partition of a for values in (1);
         alter table b add constraint k foreign key (y) references t; ";
    let catalog = after(&format!("{made} alter table a add foreign key (y) references t;"));
    assert_eq!(names(&table(&catalog, "b").foreign_keys, |one| &one.name), "k");
    last_is_refused(&format!(
        "{made} alter table a add foreign key (y) references t; alter table b drop constraint k;"
    ));
    let catalog = after(&format!(
        "{made} alter table a add foreign key (y) references t; alter table a drop constraint
         a_y_fkey;"
    ));
    assert!(table(&catalog, "b").foreign_keys.is_empty());
    let catalog =
        after(&format!("{made} alter table a add foreign key (y) references t on delete cascade;"));
    assert_eq!(names(&table(&catalog, "b").foreign_keys, |one| &one.name), "k a_y_fkey");
}

#[test]
fn keys_and_references_of_partitions_are_called_anew_with_a_new_type() {
    let made = "create table t (id int primary key);
         create table a (x int, y int, unique (x, y)) partition by list (x);
         create table b partition of a for values in (1);
         alter table b rename constraint b_x_y_key to u;
         alter table b add constraint k foreign key (y) references t;
         alter table a add foreign key (y) references t; ";
    let names_of = |sql: &str| {
        let catalog = after(sql);
        let table = table(&catalog, "b");
        let references = names(&table.foreign_keys, |one| &one.name);
        format!("{} {references}", names(&table.indexes, |one| &one.name))
    };
    assert_eq!(names_of(made), "u k");
    let retyped = format!("{made} alter table a alter y type bigint;");
    assert_eq!(names_of(&retyped), "b_x_y_key a_y_fkey");
    assert_eq!(names_of(&format!("{made} alter table t alter id type bigint;")), "u a_y_fkey");
}
