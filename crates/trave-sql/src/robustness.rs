//! Whatever the text, reading it ends, soon, without a panic, and every span lies in the text.

use std::time::{Duration, Instant};

use crate::{Dialect, Options, Parsed, Statement, comments, parse};

/// A bit of everything, as it stands in migrations.
const SAMPLE: &str = r#"
-- a comment; with a semicolon
create table if not exists public."Notes" (
  id uuid primary key default gen_random_uuid(),
  owner uuid not null references auth.users (id) on delete cascade,
  kind text check (kind in ('é', 'b')), amount numeric(10, 2) default 0 not null,
  fts tsvector generated always as (to_tsvector('english', kind)) stored,
  constraint one unique nulls not distinct (owner, kind), exclude using gist (owner with =)
) partition by range (id);
alter table only "Notes" add column if not exists a int[], alter column b type uuid using b::uuid, enable row level security;
create unique index concurrently if not exists i on "Notes" using btree (lower(kind) desc nulls last, (a -> 'b')) include (id) where a is not null;
create policy "read it" on public."Notes" as permissive for select to authenticated, anon using ((select auth.uid()) = owner and exists (select 1 from m where m.id = "Notes".id)) with check (true);
create or replace view v with (security_invoker = on) as with recursive t(n) as (values (1) union all select n + 1 from t where n < 5) select distinct on (n) n, count(*) filter (where n > 1) over (partition by n order by n desc) from t left join lateral f(n) as g(x, y) on true group by 1 having count(*) > 1 order by n limit 5 offset 1;
create function f(a int, out b text, variadic c uuid[] default '{}') returns setof record language plpgsql stable security definer set search_path = '' as $fn$
#variable_conflict use_column
declare r record; n constant int := 3; c cursor for select 1;
begin
  if not exists (select 1 from pg_type where typname = 'mood') then execute format('create type %I as enum (%L)', 'mood', 'a'); elsif n > 2 then null; else raise exception 'no %', n using hint = 'x'; end if;
  for r in select * from t loop foreach n in array array[1, 2] loop continue when n = 1; end loop; end loop;
  case n when 1, 2 then return next; else perform g(n); end case;
  select a, b into strict r.x, n from t where id = a; r.y := count(*) from t;
  begin insert into t values (1, default) on conflict (id) do update set a = excluded.a returning id into n; exception when unique_violation or others then get diagnostics n = row_count; end;
  return query execute 'select 1' using n;
end $fn$;
do 'begin drop table if exists "x" cascade; raise notice ''x''; end';
create function g() returns int begin atomic select case when true then 1 end; select 2; end;
create trigger tr after insert or update of a, b on t for each row when (old.a is distinct from new.a) execute function f('x');
create type mood as enum ('a', 'b'); alter type mood add value if not exists 'c' after 'a';
grant select (a, b), update on table t to anon, "Role" with grant option; revoke all on function f(int, text), g from public;
alter default privileges for role x in schema public grant all on tables to anon;
create publication p for table a (x) where (x > 1), tables in schema s; alter publication p drop table a;
insert into storage.buckets (id, name, public) values ('a', 'a', true), ('b', 'b', false) on conflict do nothing;
update t as u set (a, b) = (1, 2), c[1] = 2 from v where u.id = v.id returning *; delete from t using u where t.id = u.id;
comment on column public.t.c is E'it\'s'; set local search_path to public, "$user", ''; copy t (a) from stdin;
1	2
\.
\connect x
select interval '1 day', extract(epoch from now()), a between 1 and 2, b not ilike '%x%' escape '!', (c).d, e[1:2], f at time zone 'utc', g = any (array[1]), $1, :n, ? from t tablesample system (1);
--> statement-breakpoint
CREATE TABLE `user` (`id` INT UNSIGNED NOT NULL AUTO_INCREMENT, KEY `k` (`id`)) ENGINE=InnoDB;
"#;

const DIALECTS: [Dialect; 3] = [Dialect::Postgres, Dialect::MySql, Dialect::Sqlite];

/// Reads a text and looks whether its spans make sense.
#[track_caller]
fn read(text: &str, dialect: Dialect) -> Parsed {
    let options = Options { dialect, offset: 0 };
    let parsed = parse(text, options);
    for statement in &parsed.statements {
        let span = statement.span;
        let written = text.get(span.start as usize..span.end as usize);
        assert!(written.is_some_and(|written| !written.is_empty()), "{span:?} of {}", text.len());
        if let Statement::NotUnderstood(reason) = &statement.statement {
            assert!(reason.at.end as usize <= text.len());
        }
    }
    comments(text, options);
    parsed
}

/// A small generator of numbers, always the same ones.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % limit as u64).unwrap()
    }
}

#[test]
fn the_sample_is_understood() {
    for statement in &read(SAMPLE, Dialect::Postgres).statements {
        let text = format!("{:?}", statement.statement);
        let only_mysql = text.contains("create table") && text.contains("NotUnderstood");
        assert!(only_mysql || !text.contains("NotUnderstood"), "{text}");
        assert!(!text.contains("OtherExpr"), "{text}");
    }
}

#[test]
fn cut_texts_are_read() {
    for at in (0..SAMPLE.len()).step_by(7).filter(|at| SAMPLE.is_char_boundary(*at)) {
        let (left, right) = SAMPLE.split_at(at);
        read(left, DIALECTS[at % 3]);
        read(right, DIALECTS[at % 3]);
    }
}

#[test]
fn changed_texts_are_read() {
    let mut numbers = Numbers(0x5eed);
    let marks = b"()[]{},;:.'\"`$\\-/*+<>=?%@#&|!~ \n\0aZ09_\xc3\xa9";
    for round in 0..600 {
        let mut bytes = SAMPLE.as_bytes().to_vec();
        for _ in 0..=numbers.below(12) {
            let at = numbers.below(bytes.len());
            match numbers.below(3) {
                0 => bytes[at] = marks[numbers.below(marks.len())],
                1 => bytes.insert(at, marks[numbers.below(marks.len())]),
                _ => {
                    let end = (at + numbers.below(40)).min(bytes.len());
                    bytes.drain(at..end);
                }
            }
        }
        read(&String::from_utf8_lossy(&bytes), DIALECTS[round % 3]);
    }
}

#[test]
fn shuffled_words_are_read() {
    let mut numbers = Numbers(0xfeed);
    let words: Vec<_> = SAMPLE.split_whitespace().collect();
    for round in 0..1_000 {
        let text: Vec<_> = (0..60).map(|_| words[numbers.below(words.len())]).collect();
        read(&text.join(" "), DIALECTS[round % 3]);
    }
}

#[test]
fn depth_and_length_cannot_overflow_the_stack() {
    let many = 50_000;
    let bodies = |count: usize| {
        let open: Vec<_> = (0..count).map(|at| format!("do $x{at}$ begin ")).collect();
        let close: Vec<_> = (0..count).rev().map(|at| format!(" end $x{at}$;")).collect();
        open.concat() + &close.concat()
    };
    for text in [
        format!("select {}1{}", "(".repeat(many), ")".repeat(many)),
        format!("select {}", "(select ".repeat(many)),
        format!("select {}", "array[".repeat(many)),
        format!("select {}", "[".repeat(many)),
        format!("select {}true", "not ".repeat(many)),
        format!("select {}1", "- ".repeat(many)),
        format!("select 1{}", " + 1".repeat(many)),
        format!("select 1{}", " and a = 1".repeat(many)),
        format!("select 1{}", "::text".repeat(many)),
        format!("select a{}", ".b".repeat(many)),
        format!("select a{}", "[1]".repeat(many)),
        format!("select {}1{}", "case when ".repeat(many), " then 1 end".repeat(many)),
        format!("select {}1{}", "f(".repeat(many), ")".repeat(many)),
        format!("select 1{}", " union select 1".repeat(many)),
        format!("select * from a{}", " join b on true".repeat(many)),
        format!("select * from {}a", "(".repeat(many)),
        format!("select * from {}", "((select * from ".repeat(many)),
        format!("select * from a {}", "join b ".repeat(many)),
        format!("with {}", "a as (with ".repeat(many)),
        format!("create table t ({}", "a int check ((".repeat(many)),
        format!("do $$ begin {} $$", "begin ".repeat(many)),
        format!("do $$ begin {} $$", "if a then ".repeat(many)),
        format!("do $$ begin {} $$", "loop ".repeat(many)),
        "/*".repeat(many),
        "create schema s ".repeat(many),
        "${".repeat(many),
        "{{".repeat(many),
        "$a".repeat(many),
        "'".repeat(many),
        "\\ ".repeat(many),
        bodies(2_000),
    ] {
        let begun = Instant::now();
        read(&text, Dialect::Postgres);
        let took = begun.elapsed();
        let start: String = text.chars().take(40).collect();
        assert!(took < Duration::from_secs(5), "{took:?} for {start}");
    }
}

#[test]
fn twice_the_text_takes_about_twice_the_time() {
    let time = |count: usize| {
        let text = SAMPLE.repeat(count);
        let begun = Instant::now();
        let parsed = parse(&text, Options::default());
        assert!(parsed.statements.len() > 20 * count);
        begun.elapsed()
    };
    time(20);
    let (small, large) = (time(50), time(200));
    // Four times the text; the machine may be busy, but a square would be sixteen times.
    assert!(large < small * 12 + Duration::from_millis(50), "{small:?} {large:?}");
}
