//! Migrations of any size, four statements to a table, with what real ones are made of.

use std::fmt::Write as _;

use trave_catalog::{Dialect, Migration, MigrationRoot, RootConfig, RootKind};
use trave_source::{Sources, Span};

use super::measure::Input;

/// Statements of one file.
const IN_A_FILE: usize = 200;

const STATEMENTS_OF_A_TABLE: usize = 4;

/// So many tables refer to the first of them.
const TABLES_OF_A_SHOP: usize = 50;

/// A number of statements, a quarter of which make a table.
pub(crate) fn input(count: usize) -> Input {
    let mut sources = Sources::default();
    let mut files = Vec::new();
    let tables: Vec<usize> = (0..count / STATEMENTS_OF_A_TABLE).collect();
    for (number, tables) in tables.chunks(IN_A_FILE / STATEMENTS_OF_A_TABLE).enumerate() {
        let text: String = tables.iter().map(|table| statements(*table)).collect();
        let path = format!("supabase/migrations/{}_tables.sql", 20_240_101_000_000 + number);
        let file = sources.add(path, text.as_str());
        files.push(Migration { file, part: Span::new(0, text.len()), is_pending: false });
    }
    let root = MigrationRoot {
        folder: "supabase".into(),
        kind: RootKind::Supabase,
        dialect: Dialect::Postgres,
        files,
        declarations: Vec::new(),
        config: RootConfig::default(),
        exposed: true,
    };
    Input { root, sources }
}

fn statements(table: usize) -> String {
    // Tables that others refer to keep their names.
    let shop = table - table % TABLES_OF_A_SHOP;
    let mut text = String::new();
    let _ = writeln!(
        text,
        "create table if not exists public.orders_{table} (\n  \
           id uuid primary key default gen_random_uuid(),\n  \
           owner uuid not null references auth.users (id) on delete cascade,\n  \
           shop uuid references public.orders_{shop} (id),\n  \
           title text not null check (length(title) < 200),\n  \
           amount numeric(12, 2) default 0,\n  \
           created_at timestamptz not null default now()\n);"
    );
    for place in 0..STATEMENTS_OF_A_TABLE - 1 {
        let is_renamed = place == 2 && table % 5 == 1;
        let statement = if is_renamed {
            format!("alter table public.orders_{table} rename to old_orders_{table}")
        } else {
            of_kind(table * 3 + place, table)
        };
        text.push_str(&statement);
        text.push_str(";\n");
    }
    text
}

/// What is done to a table: each kind comes as often as another one.
fn of_kind(kind: usize, table: usize) -> String {
    let name = format!("public.orders_{table}");
    match kind % 14 {
        0 => format!("create index orders_{table}_owner_idx on {name} (owner, created_at desc)"),
        1 => format!("alter table {name} enable row level security"),
        2 => format!(
            "create policy \"Owners read {table}\" on {name} for select to authenticated \
             using ((select auth.uid()) = owner and exists \
             (select 1 from {name} o where o.owner = auth.uid()))"
        ),
        3 => format!(
            "alter table {name} add column if not exists note text, \
             alter column amount set not null"
        ),
        4 => format!(
            "create or replace function public.touch_{table}() returns trigger \
             language plpgsql security definer set search_path = '' as $$\nbegin\n  \
             if new.amount is null then\n    \
             new.amount := 0;\n  end if;\n  \
             update {name} set title = new.title where id = new.id;\n  \
             return new;\nend;\n$$"
        ),
        5 => format!(
            "create view public.recent_orders_{table} as select id, title, amount from {name} \
             where created_at > now() - interval '7 days' order by created_at desc"
        ),
        6 => format!("grant select, insert, update on {name} to authenticated"),
        7 => format!("alter table {name} add constraint orders_{table}_title_key unique (title)"),
        8 => format!("comment on table {name} is 'orders of shop {table}'"),
        9 => format!("create type public.state_{table} as enum ('open', 'paid', 'sent')"),
        10 => format!("alter table {name} rename column title to name"),
        11 => format!("insert into {name} (owner, title) values (gen_random_uuid(), 'first')"),
        12 => format!("drop view if exists public.recent_orders_{table}"),
        _ => format!("drop policy if exists \"Owners write {table}\" on {name}"),
    }
}
