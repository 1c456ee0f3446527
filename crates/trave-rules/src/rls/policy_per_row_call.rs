//! Session functions that a policy runs once per row.

use trave_rule::catalog::{
    Catalog, Command, Policy, Provenance, RowCall, Table, Truth, policy_cycle_with_subselect,
    quoted,
};
use trave_rule::value::ClientRole;
use trave_rule::words::code_list;
use trave_rule::{Context, FindingBuilder, Fix, Level, part_of_name, rule};

#[rule]
fn policy_per_row_call(table: &Table, cx: &mut Context) {
    let Some(catalog) = cx.catalog_of(table) else { return };
    if !table.rls_enabled && table.provenance.is_migration() || is_platform(catalog, table) {
        return;
    }
    let calls_of = |policy: &Policy| match &policy.using {
        Some(using) if !is_looked_up(catalog, table, policy) => using.row_calls(catalog),
        _ => Vec::new(),
    };
    let found: Vec<(&Policy, Vec<RowCall>)> =
        table.policies.iter().map(|policy| (policy, calls_of(policy))).collect();
    let found: Vec<(&Policy, Vec<RowCall>)> =
        found.into_iter().filter(|(_, calls)| !calls.is_empty()).collect();
    let Some((policy, first)) =
        found.first().and_then(|(policy, calls)| Some((policy, calls.first()?)))
    else {
        return;
    };
    // Code that only comes with the service role runs no policy.
    let mut sites = cx.model().queries_on(table).peekable();
    let is_idle = sites.peek().is_some()
        && sites.all(|query| query.in_script || query.facts.client.role == ClientRole::Service);
    let is_cheap = found.iter().all(|(policy, _)| cx.model().admits_single_rows(table, policy));
    let finding = cx
        .report(first.origin, message(table, &found))
        .here(format!("in {}", title(policy)))
        .about(&table.name)
        .once_per(table.name.to_string());
    if is_idle {
        finding.level(Level::Info).note(format!(
            "the code reaches `{}` with the service role only, which runs no policy",
            table.name.short()
        ));
    } else if is_cheap {
        finding.level(Level::Info).note(format!(
            "callers find single rows of `{}` here, so that it runs as often as that",
            table.name.short()
        ));
    }
    for (policy, calls) in &found {
        finding.about(&policy.name);
        for call in calls.iter().filter(|call| call.origin != first.origin) {
            finding.label(call.origin, format!("in {}", title(policy)));
        }
    }
    add_help(finding, (catalog, table), &found);
}

/// Whether an index finds the rows by what the calls return, which then run once. Each policy that
/// may admit a row as well has to leave PostgreSQL an index too, or it reads them all.
fn is_looked_up(catalog: &Catalog, table: &Table, policy: &Policy) -> bool {
    let indexed = |column: &str| table.index_serving(&[column]).is_some();
    let Some(using) = &policy.using else { return false };
    let meets = |other: &&Policy| {
        other.permissive && Command::ALL.iter().any(|it| policy.is_for(*it) && other.is_for(*it))
    };
    let leaves_index = |other: &Policy| {
        let using = other.using.as_ref();
        using.is_none_or(|it| it.truth() == Truth::Always || it.is_narrowed_by(&indexed))
    };
    policy.permissive
        && using.looks_calls_up(catalog, &indexed)
        && table.policies.iter().filter(meets).all(leaves_index)
}

/// Whether the platform reaches the rows: by key, not by a scan.
fn is_platform(catalog: &Catalog, table: &Table) -> bool {
    let schema = catalog.schemas.get(&table.name.schema);
    let of_platform = schema.is_some_and(|schema| schema.provenance == Provenance::Platform);
    table.provenance == Provenance::Platform || (of_platform && table.name.schema != "public")
}

fn message(table: &Table, found: &[(&Policy, Vec<RowCall>)]) -> String {
    let mut functions: Vec<&str> = Vec::new();
    for call in found.iter().flat_map(|(_, calls)| calls) {
        if !functions.contains(&call.text.as_str()) {
            functions.push(&call.text);
        }
    }
    let verb = if functions.len() == 1 { "runs" } else { "run" };
    let policies = match found.len() {
        1 => String::new(),
        many => format!(", in {many} policies"),
    };
    format!(
        "{} {verb} once for every row of `{}` that a query looks at{policies}",
        code_list(functions),
        table.name.short()
    )
}

/// ``policy `own notes`, for SELECT``.
fn title(policy: &Policy) -> String {
    let command = policy.command.map_or("ALL", Command::privilege);
    format!("policy `{}`, for {command}", policy.name)
}

/// The statement for each policy that may have one.
fn add_help(
    finding: &mut FindingBuilder,
    (catalog, table): (&Catalog, &Table),
    found: &[(&Policy, Vec<RowCall>)],
) {
    let cycle = policy_cycle_with_subselect(catalog, table);
    let mut is_withheld = false;
    let mut statements = Vec::new();
    for (policy, calls) in found {
        if cycle.is_some() && policy.is_for(Command::Select) {
            is_withheld = true;
            continue;
        }
        let kept = policy.using.as_ref().and_then(|using| using.with_calls_kept(catalog));
        match (kept, calls.first()) {
            (Some(kept), _) => {
                statements.push(format!(
                    "alter policy {} on {} using ({kept}){};",
                    quoted(&policy.name),
                    table.name,
                    check(catalog, policy)
                ));
                finding.help(statements.last().cloned().unwrap_or_default())
            }
            (None, Some(call)) => finding.help(format!(
                "write `(select {})` in policy `{}`: it is then evaluated once per query",
                call.text, policy.name
            )),
            (None, None) => finding,
        };
    }
    if statements.len() == found.len() {
        let title = format!("keep the calls of the policies of `{}`", table.name.short());
        let name = format!("policies_of_{}", part_of_name(&table.name.name));
        finding.fix(Fix::migration(title, name, statements.join("\n")).safe());
    }
    if let Some(cycle) = cycle.filter(|_| is_withheld) {
        let (name, command) = (table.name.short(), cycle.command.privilege());
        finding.note(format!(
            "with `(select …)` in a policy for SELECT, each {command} on `{name}` would fail with \
            \"infinite recursion detected\": policy `{}` reads `{name}` itself. Move what it reads \
            into a SECURITY DEFINER function first",
            cycle.policy.name
        ));
    }
}

/// The condition for written rows with its calls kept too, so that both read alike.
fn check(catalog: &Catalog, policy: &Policy) -> String {
    let check = policy.check.as_ref().filter(|check| !check.row_calls(catalog).is_empty());
    let kept = check.and_then(|check| check.with_calls_kept(catalog));
    kept.map_or(String::new(), |kept| format!(" with check ({kept})"))
}

#[cfg(test)]
mod tests {
    use trave_testing::check;

    #[test]
    fn what_is_checked_once_per_written_row_is_fine() {
        check(
            &super::RULE,
            r#"
create table notes (id int primary key, owner_id uuid not null);
alter table notes enable row level security;
create policy "add" on notes for insert to authenticated with check (owner_id = auth.uid());
create policy "change" on notes for update to authenticated
  using (owner_id = (select auth.uid())) with check (owner_id = auth.uid());
"#,
        );
    }

    #[test]
    fn policies_that_no_code_runs_are_an_info() {
        let found = trave_testing::findings(
            &super::RULE,
            r#"
create table notes (id int primary key, owner_id uuid not null);
alter table notes enable row level security;
create policy "own" on notes for select to authenticated using (owner_id = auth.uid());
//- src/app/api/notes/route.ts
import { createClient } from '@supabase/supabase-js'
const admin = createClient(process.env.SUPABASE_URL!, process.env.SUPABASE_SERVICE_ROLE_KEY!)
export async function GET() {
  return Response.json(await admin.from('notes').select('id').limit(10))
}
"#,
        );
        assert_eq!(found[0].level, trave_rule::Level::Info);
    }

    #[test]
    fn an_index_looks_rows_up_by_the_caller_once() {
        check(
            &super::RULE,
            r#"
create table notes (id int primary key, owner_id uuid not null, team text, sharing text);
create index on notes (owner_id);
alter table notes enable row level security;
create policy "own" on notes to authenticated using (auth.uid() = owner_id and sharing <> 'x');
create table pages (id int primary key, owner_id uuid not null, sharing text);
create index on pages (owner_id);
alter table pages enable row level security;
create policy "own" on pages for select to authenticated using (auth.uid() = owner_id);
--                                                              ^^^^^^^^^^ `auth.uid()` runs once for every row of `pages` that a query looks at
create policy "shared" on pages for select using (sharing <> 'private');
"#,
        );
    }

    #[test]
    fn the_platforms_own_tables_are_reached_by_key() {
        check(
            &super::RULE,
            r#"
create policy "own files" on storage.objects for delete to authenticated
  using (owner_id = auth.uid()::text);
"#,
        );
    }

    #[test]
    fn a_subselect_that_does_not_look_at_the_row_runs_once() {
        check(
            &super::RULE,
            r#"
create table members (team_id int not null, user_id uuid not null, primary key (team_id, user_id));
create table notes (id int primary key, team_id int not null);
alter table notes enable row level security;
create policy "team" on notes for select to authenticated
  using (team_id in (select team_id from members where user_id = auth.uid()));
"#,
        );
    }

    #[test]
    fn a_subselect_that_looks_at_the_row_runs_for_each() {
        check(
            &super::RULE,
            r#"
create table members (team_id int not null, user_id uuid not null, primary key (team_id, user_id));
create table notes (id int primary key, team_id int not null);
alter table notes enable row level security;
create policy "team" on notes for select to authenticated using (exists (
  select 1 from members m where m.team_id = notes.team_id and m.user_id = auth.uid()));
--                                                                        ^^^^^^^^^^ `auth.uid()` runs once for every row of `notes` that a query looks at
"#,
        );
    }

    #[test]
    fn policies_of_a_table_are_one_finding() {
        check(
            &super::RULE,
            r#"
create schema app;
create table app.notes (id int primary key, owner_id uuid not null);
alter table app.notes enable row level security;
create policy "see" on app.notes for select to authenticated using (owner_id = auth.uid());
--                                                                             ^^^^^^^^^^ `auth.uid()` and `auth.role()` run once for every row of `app.notes` that a query looks at, in 2 policies
create policy "remove" on app.notes for delete to authenticated
  using (owner_id = auth.uid() and auth.role() = 'authenticated');
--                  ~~~~~~~~~~ in policy `remove`, for DELETE
"#,
        );
    }

    #[test]
    fn the_remedy_is_withheld_where_it_would_recurse() {
        let sql = r#"
create table votes (id int primary key, topic int not null, owner_id uuid not null);
alter table votes enable row level security;
create policy "own" on votes for select to authenticated using (owner_id = auth.uid());
create policy "few" on votes for insert to authenticated
  with check ((select count(*) from votes v where v.owner_id = (select auth.uid())) < 3);
create policy "take back" on votes for delete to authenticated using (owner_id = auth.uid());
"#;
        let finding = trave_testing::findings(&super::RULE, sql).remove(0);
        assert_eq!(
            finding.help.as_deref(),
            Some(
                "alter policy \"take back\" on public.votes using (owner_id = (select auth.uid()));"
            )
        );
        assert!(finding.notes[0].contains("each INSERT on `votes` would fail"));
    }
}
