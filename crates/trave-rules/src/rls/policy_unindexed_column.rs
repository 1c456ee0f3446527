//! Columns that policies find rows by, and that no index begins with.

use trave_rule::catalog::Table;
use trave_rule::model::PolicyLookup;
use trave_rule::words::{code_list, deed};
use trave_rule::{Context, rule};

#[rule]
fn policy_unindexed_column(table: &Table, cx: &mut Context) {
    let Some(catalog) = cx.catalog_of(table) else { return };
    let lookups = distinct(cx.model().unserved_policy_lookups(catalog, table));
    let Some(first) = lookups.first() else { return };
    let indexes: Vec<_> = lookups.iter().map(|it| cx.new_index(table, &it.columns)).collect();
    let way = cx.model().reached_from(first.query);
    let finding = cx
        .report(first.origin, message(table, first))
        .here(format!("in policy `{}` of `{}`", first.policy.name, first.of.name.short()))
        .about(&table.name)
        .once_per(table.name.to_string());
    for lookup in &lookups {
        finding.about(format!("{}.{}", table.name, lookup.columns.join(",")));
        if lookup.origin != first.origin {
            let of = lookup.of.name.short();
            finding
                .label(lookup.origin, format!("and in policy `{}` of `{of}`", lookup.policy.name));
        }
        let column = lookup.columns.first().and_then(|name| table.column(name));
        if let Some(column) = column {
            finding.label(column.origin, "no index begins with this column");
        }
    }
    let reader = way.map_or("meets it".to_owned(), |way| format!("meets it, for {way}"));
    finding.label(first.query.facts.target_origin, reader);
    for index in &indexes {
        finding.offer(index);
    }
}

/// Each set of columns once, those that run for each row first.
fn distinct(mut lookups: Vec<PolicyLookup>) -> Vec<PolicyLookup> {
    lookups.sort_by_key(|it| (!it.per_row, it.origin));
    let mut kept: Vec<PolicyLookup> = Vec::new();
    for lookup in lookups {
        // An index on more columns serves a look by the first of them too.
        let known = kept.iter_mut().find(|it| it.columns.first() == lookup.columns.first());
        match known {
            Some(known) if known.columns.len() < lookup.columns.len() => {
                known.columns = lookup.columns;
            }
            Some(_) => {}
            None => kept.push(lookup),
        }
    }
    kept
}

fn message(table: &Table, lookup: &PolicyLookup) -> String {
    let (name, of) = (table.name.short(), lookup.of.name.short());
    let columns = code_list(&lookup.columns);
    if lookup.of.name == table.name && !lookup.per_row {
        return format!(
            "each caller's list of `{name}` reads the whole table: no index serves {columns}, \
             which its policy compares"
        );
    }
    let command = lookup.policy.command.map_or("query", deed);
    let when = if lookup.per_row && command != "insert" {
        format!("each row that a query on `{of}` looks at")
    } else {
        format!("each {command} on `{of}`")
    };
    format!(
        "{when} reads all of `{name}`: no index serves {columns}, by which its policy looks there"
    )
}

#[cfg(test)]
mod tests {
    use trave_testing::{check, findings};

    /// A project with this SQL, and code that lists notes with a caller's rights.
    fn project(sql: &str) -> String {
        format!(
            "
//- supabase/migrations/001.sql
create table members (team_id uuid not null, user_id uuid not null, role text);
alter table members enable row level security;
create policy members_own on members to authenticated using (user_id = (select auth.uid()));
create table notes (id uuid primary key, team_id uuid not null, owner_id uuid not null, open boolean);
alter table notes enable row level security;
{sql}
//- src/app/api/notes/route.ts
import {{ createClient }} from '@supabase/supabase-js'
const supabase = createClient(process.env.SUPABASE_URL!, process.env.SUPABASE_ANON_KEY!)
export async function GET() {{
  const {{ data }} = await supabase.from('notes').select('id').limit(20)
  return Response.json(data)
}}
export async function POST(request: Request) {{
  await supabase.from('notes').insert(await request.json())
}}
"
        )
    }

    #[test]
    fn what_a_subselect_looks_by_is_indexed_on_its_table() {
        let found = findings(
            &super::RULE,
            &project(
                "create index notes_team on notes (team_id);
create policy team on notes to authenticated using (exists (
  select 1 from members m where m.team_id = notes.team_id and m.user_id = (select auth.uid())));",
            ),
        );
        assert_eq!(found.len(), 1);
        assert!(
            found[0].message.starts_with("each row that a query on `notes` looks at reads all")
        );
        let help = found[0].help.as_deref().unwrap_or_default();
        assert!(help.contains("members_user_id_team_id_idx on public.members (user_id, team_id)"));
    }

    #[test]
    fn an_index_does_not_help_where_some_way_reads_all() {
        for condition in [
            "owner_id = (select auth.uid()) or open",
            "true",
            "team_id in (select team_id from members where role = 'admin')",
            "owner_id::text = (select auth.uid())::text",
        ] {
            let policy = format!("create policy p on notes to authenticated using ({condition});");
            check(&super::RULE, &project(&policy));
        }
    }

    #[test]
    fn what_is_indexed_or_read_by_the_server_alone_is_fine() {
        let policy = "create policy p on notes to authenticated using (owner_id = auth.uid());";
        let index = "create index on notes (owner_id, id);";
        check(&super::RULE, &project(&format!("{policy}{index}")));
        check(&super::RULE, &project(policy).replace("ANON_KEY", "SERVICE_ROLE_KEY"));
        check(&super::RULE, &project(policy).replace(".limit(20)", ".eq('id', '1')"));
    }

    #[test]
    fn a_name_that_is_taken_gets_a_number() {
        let found = findings(
            &super::RULE,
            &project(
                "create policy p on notes to authenticated using (owner_id = auth.uid());
create index notes_owner_id_idx on notes (open);",
            ),
        );
        let help = found[0].help.as_deref().unwrap_or_default();
        assert!(help.contains("concurrently notes_owner_id_idx1 on public.notes (owner_id)"));
    }
}
