//! Replays end well on any text: cut, doubled, shuffled, deep.

use std::fmt::Write;

use crate::testing::{lenient, strict};

const STORY: &str = include_str!("replay/prelude.sql");

/// A small generator of numbers that are the same in every run.
struct Numbers(u64);

impl Numbers {
    fn next(&mut self, below: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        usize::try_from(self.0 >> 33).unwrap() % below.max(1)
    }
}

#[test]
fn statements_in_any_order_and_cut_anywhere_replay_without_a_panic() {
    let more = "do $$ declare r record; begin for r in select tablename from pg_tables loop
          execute format('alter table auth.%I rename to %I', r.tablename, r.tablename || '_x');
          end loop; end $$;
        drop schema auth cascade; create table auth.users (id int) partition by list (id);
        alter table storage.objects drop column name cascade, add column name int, rename to o;
        alter table storage.objects rename column bucket_id to b;
        drop function auth.uid cascade; drop type storage.buckettype cascade;
        create policy p on storage.objects using (b = (select x.b from storage.objects x));
        alter type auth.aal_level rename to level; alter schema storage rename to files;";
    let text = format!("{STORY}{more}");
    let statements: Vec<&str> = text.split(';').collect();
    let mut numbers = Numbers(7);
    for _ in 0..60 {
        let mut story = String::new();
        for _ in 0..40 {
            let statement = statements[numbers.next(statements.len())];
            let cut = match numbers.next(6) {
                0 => {
                    statement.char_indices().nth(numbers.next(statement.len())).map_or(0, |at| at.0)
                }
                _ => statement.len(),
            };
            story.push_str(statement.get(..cut).unwrap());
            story.push(';');
        }
        let (one, other) = (lenient(&story), strict(&story));
        assert_eq!(one.catalog.statements, other.catalog.statements);
        let _ = crate::schema_sql(&one.catalog);
        let _ = crate::schema_json(&other.catalog);
    }
}

#[test]
fn long_chains_of_dependants_end() {
    let mut story = String::from("create table t0 (id int); create view v0 as select id from t0;");
    for number in 1..3_000 {
        let before = number - 1;
        let _ = write!(story, "create view v{number} as select id from v{before};");
    }
    story.push_str("drop table t0 cascade;");
    assert_eq!(strict(&story).failures.len(), 1);
}
