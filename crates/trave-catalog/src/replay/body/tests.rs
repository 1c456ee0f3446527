//! Blocks, loops and functions that change the schema.

use crate::QualifiedName;
use crate::testing::{catalog, lenient, names, strict, table};

#[test]
fn guarded_statements_run_once() {
    let sql = "do $$ begin
           if not exists (select 1 from pg_policies where tablename = 'a' and policyname = 'p') then
             create policy p on a using (true);
           end if;
           if not exists (select from information_schema.columns
                          where table_schema = 'public' and table_name = 'a'
                            and column_name = 'x') then
             alter table public.a add column x int;
           end if;
           begin
             alter publication supabase_realtime add table a;
           exception when duplicate_object then null;
           end;
         end $$;";
    let catalog = catalog(&format!("create table a (id int); {sql} {sql}"));
    let a = table(&catalog, "a");
    assert_eq!(names(&a.columns, |column| &column.name), "id x");
    assert_eq!(a.policies.len(), 1);
}

#[test]
fn loops_over_lists_and_over_the_catalog_build_their_statements() {
    let catalog = catalog(
        "create table a (id int); create table b (id int); create table c (id int);
         do $$
         declare t text; r record; roles constant text[] := array['anon', 'authenticated'];
         begin
           foreach t in array array['a', 'b'] loop
             execute format('alter table public.%I enable row level security', t);
             execute 'create policy ' || quote_ident(t || ' read') || ' on ' || t
               || ' for select using (true)';
           end loop;
           for r in select tablename from pg_tables
             where schemaname = 'public' and tablename <> 'a' loop
             execute format('create index %I on %I (id)', r.tablename || '_idx', r.tablename);
           end loop;
           for t in select unnest(roles) loop
             execute format('revoke all on c from %I', t);
           end loop;
         end $$;",
    );
    assert!(table(&catalog, "a").rls_enabled && !table(&catalog, "c").rls_enabled);
    assert_eq!(table(&catalog, "b").policies[0].name, "b read");
    assert!(table(&catalog, "a").indexes.is_empty());
    assert_eq!(table(&catalog, "c").indexes[0].name, "c_idx");
    assert!(!table(&catalog, "c").grants.iter().any(|grant| grant.role == "anon"));
}

#[test]
fn a_failing_block_leaves_nothing() {
    let replayed = strict(
        "create table a (id int);
         do $$ begin
           alter table a add column x int;
           create table b (id int);
           alter table missing add column y int;
         end $$;
         do $$ begin
           create table c (id int);
           raise exception 'no';
         exception when others then
           create table d (id int);
         end $$;",
    );
    assert_eq!(replayed.failures.len(), 1);
    assert_eq!(table(&replayed.catalog, "a").columns.len(), 1);
    let has = |name| replayed.catalog.tables.contains_key(&QualifiedName::new("public", name));
    assert_eq!([has("b"), has("c"), has("d")], [false, false, true]);
}

#[test]
fn functions_that_change_the_schema_run_where_they_are_called() {
    let catalog = catalog(
        "create table a (id int);
         create function protect(name text, force boolean default false) returns void
           language plpgsql as $$ begin
             execute format('alter table %I enable row level security', name);
             if force then execute format('alter table %I force row level security', name); end if;
           end $$;
         select protect('a');
         do $$ begin perform protect('a', true); end $$;",
    );
    assert!(table(&catalog, "a").rls_enabled && table(&catalog, "a").rls_forced);
}

#[test]
fn what_cannot_be_told_is_noted_and_makes_tables_unknown() {
    let replayed = lenient(
        "create table a (id int);
         do $$ declare r record; begin
           for r in select name from settings loop
             execute format('alter table %I enable row level security', r.name);
           end loop;
         end $$;",
    );
    assert_eq!(replayed.notices.len(), 1);
    assert!(replayed.catalog.is_unknown(&QualifiedName::new("public", "a")));
    assert_eq!(replayed.catalog.statements - replayed.catalog.statements_understood, 1);
}

#[test]
fn blocks_that_call_themselves_end() {
    let replayed = strict(
        "create function f() returns void language plpgsql as $$ begin
           execute 'select f()'; perform f(); create table a (id int); end $$;
         select f();",
    );
    assert_eq!(replayed.catalog.statements, 2);
}

#[test]
fn findings_in_policies_that_a_loop_makes_point_at_the_statement_that_makes_them() {
    let text = "create table a (id int, owner_id uuid);
         do $$ declare t text; begin
           foreach t in array array['a'] loop
             execute format('create policy p on %I for select
               using (auth.jwt() -> ''user_metadata'' ->> ''role'' = ''x'' or owner_id = auth.uid())', t);
           end loop;
         end $$;";
    let catalog = catalog(text);
    let using = table(&catalog, "a").policies[0].using.as_ref().unwrap();
    let mut places = vec![using.user_metadata().unwrap()];
    places.extend(using.row_calls(&catalog).iter().map(|call| call.origin));
    assert_eq!(places.len(), 3);
    for place in places {
        let span = place.span.start as usize..place.span.end as usize;
        assert!(text.get(span).unwrap().starts_with("execute format('create policy p"));
    }
}
