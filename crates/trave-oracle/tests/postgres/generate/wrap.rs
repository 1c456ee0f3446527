//! Statements inside others: blocks, conditions, loops, text that is put together.

use super::Generator;
use super::names::own_schemas;

impl Generator {
    /// A statement, sometimes in another case, sometimes inside a block.
    pub(super) fn wrapped(&mut self, statement: String) -> String {
        let is_plain = !statement.contains("$$")
            && !statement.starts_with("set ")
            && !statement.starts_with("select ")
            && !statement.starts_with("reset ");
        match self.chance.below(100) {
            0..=7 if is_plain => self.block(&statement),
            8..=25 => in_upper_case(&statement),
            _ => statement,
        }
    }

    /// Idioms that guard a statement by what the catalog holds.
    pub(super) fn guarded(&mut self) -> Option<String> {
        let table = self.table()?;
        let (schema, name) = (table.name.schema.clone(), table.name.name.clone());
        let full = self.full(&table.name);
        let column = self.column_name();
        let written = self.ident(&column);
        let policy = *self.chance.one(&["one", "a rule"]);
        let regclass = table.name.to_string().replace('\'', "''");
        Some(match self.chance.below(7) {
            0 => format!(
                "do $$ begin if not exists (select 1 from information_schema.columns where table_schema = '{schema}' \
                and table_name = '{name}' and column_name = '{column}') then alter table {full} add column {written} text; end if; end $$"
            ),
            1 => format!(
                "do $$ begin if exists (select 1 from information_schema.columns where table_name = '{name}' \
                and column_name = '{column}') then alter table {full} drop column {written} cascade; end if; end $$"
            ),
            2 => format!(
                "do $$ begin if not exists (select 1 from pg_policies where tablename = '{name}' and schemaname = '{schema}' \
                and policyname = '{policy}') then create policy \"{policy}\" on {full} for select using (true); end if; end $$"
            ),
            3 => format!(
                "do $$ begin if to_regclass('{regclass}') is not null then drop table {full} cascade; end if; end $$"
            ),
            4 => "do $$ declare t text; begin foreach t in array array['notes', 'tasks'] loop \
                execute format('alter table if exists public.%I enable row level security', t); end loop; end $$"
                .to_owned(),
            5 => format!(
                "do $$ declare n int; begin select count(*) into n from pg_constraint where conname = 'one'; \
                if n = 0 then alter table {full} add constraint one check (true); end if; end $$"
            ),
            _ => format!(
                "do $$ declare p record; begin for p in select policyname from pg_policies where schemaname = '{schema}' \
                and tablename = '{name}' loop execute format('drop policy if exists %I on %I.%I', p.policyname, '{schema}', '{name}'); \
                end loop; end $$"
            ),
        })
    }

    fn block(&mut self, statement: &str) -> String {
        let quoted = statement.replace('\'', "''");
        let bodies = [
            format!("begin {statement}; end"),
            format!("begin execute '{quoted}'; end"),
            format!("begin {statement}; exception when others then null; end"),
            format!(
                "begin {statement}; exception when duplicate_object or duplicate_table then raise notice 'there'; end"
            ),
            format!("begin if true then {statement}; end if; end"),
            format!(
                "begin if not exists (select 1 from pg_type where typname = 'status') then {statement}; end if; end"
            ),
            format!(
                "begin if exists (select 1 from information_schema.tables where table_schema = 'public' and table_name = 'notes') then {statement}; end if; end"
            ),
            format!(
                "begin if not exists (select from pg_roles where rolname = 'anon') then {statement}; end if; end"
            ),
            format!(
                "declare n int := 1; begin if n > 0 then {statement}; else drop table public.nothing; end if; end"
            ),
        ];
        format!("do $$ {} $$", self.chance.one(&bodies))
    }

    /// A loop over what the catalog holds.
    pub(super) fn catalog_loop(&mut self) -> Option<String> {
        let schema = self.chance.one(&own_schemas(&self.catalog)).clone();
        let action = *self.chance.one(&[
            "enable row level security",
            "add column if not exists looped text",
            "drop column if exists title cascade",
            "force row level security",
        ]);
        Some(format!(
            "do $$ declare t text; begin for t in select tablename from pg_tables where schemaname = '{schema}' order by tablename \
             loop execute format('alter table %I.%I {action}', '{schema}', t); end loop; end $$"
        ))
    }
}

/// Upper case where case says nothing: outside of quotes.
fn in_upper_case(statement: &str) -> String {
    if statement.contains('$') {
        return statement.to_owned();
    }
    let mut quote = None;
    let upper = |c: char| {
        match quote {
            Some(open) if open == c => quote = None,
            None if c == '\'' || c == '"' => quote = Some(c),
            None => return c.to_ascii_uppercase(),
            _ => {}
        }
        c
    };
    statement.chars().map(upper).collect()
}
