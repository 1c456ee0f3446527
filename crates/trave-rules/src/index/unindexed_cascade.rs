//! Deletes that read whole tables to find what goes with the row.

use std::collections::BTreeMap;

use trave_rule::catalog::{Catalog, QualifiedName, ReferentialAction, Table};
use trave_rule::model::Cascade;
use trave_rule::source::Origin;
use trave_rule::words::code_list;
use trave_rule::{Context, Level, rule};

/// How many keys are shown beside a delete.
const KEYS_MAX: usize = 5;

/// A key of a table.
type Found<'m> = (&'m Table, Cascade<'m>);

#[rule]
fn unindexed_cascade(catalog: &Catalog, cx: &mut Context) {
    let model = cx.model();
    let mut by_parent: BTreeMap<QualifiedName, Vec<Found>> = BTreeMap::new();
    for table in catalog.tables.values() {
        for cascade in model.unindexed_cascades(table) {
            by_parent.entry(cascade.of.clone()).or_default().push((table, cascade));
        }
    }
    for (parent, found) in &by_parent {
        report(parent, found, cx);
    }
}

fn report(parent: &QualifiedName, found: &[Found], cx: &mut Context) {
    let Some((_, first)) = found.first() else { return };
    let indexes: Vec<_> =
        found.iter().map(|(table, it)| cx.new_index(table, &it.key.columns)).collect();
    // Accounts and what they are for are closed one at a time, and now and then.
    let is_rare = is_owner(parent) || !found.iter().any(|(_, it)| it.of_many);
    let finding = cx
        .report(first.key.origin, message(parent, found))
        .here(refers(first))
        .about(parent)
        .once_per(parent.to_string())
        .level(if is_rare { Level::Warning } else { Level::Error });
    let mut places: Vec<Origin> = vec![first.key.origin];
    for (at, (table, cascade)) in found.iter().enumerate() {
        finding.about(format!("{}.{}", table.name, cascade.key.name));
        if at < KEYS_MAX && !places.contains(&cascade.key.origin) {
            places.push(cascade.key.origin);
            finding.label(cascade.key.origin, refers(cascade));
        }
        if !places.contains(&cascade.origin) {
            places.push(cascade.origin);
            finding.label(cascade.origin, format!("deletes from `{}`", cascade.of.short()));
        }
    }
    for index in &indexes {
        finding.offer(index);
    }
}

fn message(parent: &QualifiedName, found: &[Found]) -> String {
    let of = parent.short();
    if let [(table, cascade)] = found {
        let (name, target) = (table.name.short(), cascade.key.target.short());
        let columns = code_list(&cascade.key.columns);
        let each = if cascade.key.target == *parent {
            format!("each row that is deleted from `{of}`")
        } else {
            format!("each row of `{target}` that goes with one of `{of}`")
        };
        return format!("{each} reads all of `{name}`: no index serves {columns}");
    }
    let mut tables: Vec<String> = Vec::new();
    for name in found.iter().map(|(table, _)| table.name.short()) {
        if !tables.contains(&name) {
            tables.push(name);
        }
    }
    let all = match tables.as_slice() {
        [first, second, third, rest @ ..] if rest.len() > 1 => {
            format!("`{first}`, `{second}`, `{third}` and {} more tables", rest.len())
        }
        few => code_list(few),
    };
    format!("deleting from `{of}` reads all of {all}: no index serves {} keys", found.len())
}

/// Whether a table holds accounts or groups of them.
fn is_owner(table: &QualifiedName) -> bool {
    const OWNERS: [&str; 11] = [
        "users",
        "profiles",
        "accounts",
        "organizations",
        "organisations",
        "orgs",
        "workspaces",
        "teams",
        "tenants",
        "companies",
        "customers",
    ];
    OWNERS.contains(&table.name.as_str())
}

/// What becomes of the rows, and by which columns they are found.
fn refers(cascade: &Cascade) -> String {
    let what = match cascade.key.on_delete {
        ReferentialAction::Cascade => "deletes them too",
        ReferentialAction::SetDefault => "sets its default",
        _ => "sets it null",
    };
    format!(
        "{} refers to `{}`, and a delete there {what}",
        code_list(&cascade.key.columns),
        cascade.key.target.short()
    )
}

#[cfg(test)]
mod tests {
    use trave_rule::Level;
    use trave_testing::{check, findings};

    fn project(tables: &str, code: &str) -> String {
        format!(
            "
//- supabase/migrations/001.sql
{tables}
//- src/app/api/teams/route.ts
import {{ createClient }} from '@supabase/supabase-js'
const db = createClient(process.env.SUPABASE_URL!, process.env.SUPABASE_SERVICE_ROLE_KEY!)
export async function POST(request: Request) {{
  await db.from('visits').insert(await request.json())
  {code}
}}
"
        )
    }

    #[test]
    fn closing_an_account_is_rare() {
        let tables = "create table visits (id int primary key,
  user_id uuid references auth.users (id) on delete cascade);";
        let found = findings(&super::RULE, &project(tables, "await db.auth.admin.deleteUser('a')"));
        assert_eq!(found[0].level, Level::Warning);
    }

    #[test]
    fn what_goes_with_one_row_is_one_finding() {
        let tables = "create table teams (id int primary key, gone boolean);
create table visits (id int primary key, team_id int references teams (id) on delete cascade,
  place_id int);
create table places (id int primary key, team_id int references teams (id) on delete set null);
alter table visits add foreign key (place_id) references places (id) on delete cascade;";
        let code = "await db.from('places').upsert({ id: 1 })
  await db.from('teams').delete().eq('gone', true)";
        let found = findings(&super::RULE, &project(tables, code));
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].help.as_deref().map(|help| help.lines().count()), Some(2));
    }

    #[test]
    fn an_index_or_a_parent_that_stays_costs_nothing() {
        let indexed = "create table teams (id int primary key);
create table visits (id int primary key, team_id int references teams (id) on delete cascade);
create index on visits (team_id) where team_id is not null;";
        check(&super::RULE, &project(indexed, "await db.from('teams').delete().eq('id', 1)"));
        let stays = indexed.replace("create index", "-- create index");
        check(&super::RULE, &project(&stays, ""));
        let refused = stays.replace(" on delete cascade", "");
        check(&super::RULE, &project(&refused, "await db.from('teams').delete().eq('id', 1)"));
    }
}
