//! Commands that run with a caller's rights and that no policy admits.

use trave_rule::catalog::{Command, Condition, Policy, Table, quoted};
use trave_rule::model::{Admission, Query, admission};
use trave_rule::query::Operation;
use trave_rule::words::deed;
use trave_rule::{Context, Level, rule};

#[rule]
fn query_without_policy(query: &Query, cx: &mut Context) {
    if !query.is_by_caller() || query.in_script || query.in_dead_code {
        return;
    }
    let Some(table) = cx.model().table_of(query) else { return };
    let Some(catalog) = cx.catalog_of(table) else { return };
    let refused = |command: &&Command| admission(table, **command) == Admission::Never;
    let Some(command) = query.commands().iter().find(refused).copied() else { return };
    // A condition that contradicts itself is to be mended where it stands.
    let contradicts = |policy: &Policy| {
        policy.is_for(command) && policy.conditions().any(|it| it.impossible_part().is_some())
    };
    if table.policies.iter().any(contradicts) {
        return;
    }
    let lacks_grant = ["anon", "authenticated"]
        .iter()
        .all(|role| catalog.may(role, command, table) == Some(false));
    let message = if lacks_grant {
        without_grant(table, command)
    } else {
        without_policy(query, table, command)
    };
    let finding = cx
        .report(query.facts.target_origin, message)
        .about(&table.name)
        .about(command.privilege())
        .here("runs with the rights of the caller")
        .once_per(format!("{} {}", table.name, command.privilege()));
    if is_upsert(query) && command == Command::Update && !lacks_grant {
        // New rows arrive; only what is there already stays as it is, and the call says so.
        finding.level(Level::Warning);
    }
    if let Some(origin) = table.rls_origin {
        finding.label(origin, "row level security is on, and no policy covers this command");
    }
    if let Some(past) = catalog.past_policy(&table.name, command) {
        let how = if past.cascaded { "went with this drop" } else { "was dropped here" };
        finding.label(past.origin, format!("policy `{}` {how}", past.name));
    }
    if is_upsert(query) && command == Command::Update && !lacks_grant {
        finding.help("if rows that exist may stay as they are: `ignoreDuplicates: true`; else");
    }
    if lacks_grant {
        let privilege = command.privilege().to_lowercase();
        finding.help(format!("grant {privilege} on {} to authenticated;", table.name));
    }
    finding.help(policy(table, command));
}

fn without_grant(table: &Table, command: Command) -> String {
    let privilege = command.privilege();
    format!(
        "this {} fails with 42501: callers may not {privilege} on `{}`, and no policy admits it",
        privilege.to_lowercase(),
        table.name.short()
    )
}

fn is_upsert(query: &Query) -> bool {
    query.facts.operation == Some(Operation::Upsert)
}

fn without_policy(query: &Query, table: &Table, command: Command) -> String {
    let name = table.name.short();
    if is_upsert(query) && command == Command::Update {
        return format!("this upsert fails on rows of `{name}` that exist: no policy admits it");
    }
    let outcome = match command {
        Command::Select => format!("finds no row of `{name}`"),
        Command::Insert => format!("fails: no row may be added to `{name}`"),
        Command::Update => format!("changes no row of `{name}`, and reports success"),
        Command::Delete => format!("deletes no row of `{name}`, and reports success"),
    };
    format!("this {} {outcome}: no policy admits it", command.privilege().to_lowercase())
}

/// A policy as another command of the table has it, or a skeleton that admits nothing until
/// somebody has thought about it.
fn policy(table: &Table, command: Command) -> String {
    let (condition, review) = match model_policy(table, command) {
        Some((condition, of)) => {
            (condition.text.as_str(), format!("as in policy `{}`; who may", of.name))
        }
        None => match table.privilege_column().filter(|_| command != Command::Select) {
            Some(column) => {
                ("false", format!("not those who set `{}` for themselves: who may", column.name))
            }
            None => ("false", "a placeholder that admits nothing: who may".to_owned()),
        },
    };
    let clause = if command == Command::Insert { "with check" } else { "using" };
    let (name, verb) = (&table.name.name, deed(command));
    format!(
        "create policy {} on {} for {} to authenticated {clause} ({condition});  -- review: \
        {review} {verb} which rows?",
        quoted(&format!("{name}_{verb}")),
        table.name,
        command.privilege().to_lowercase(),
    )
}

/// The condition of another policy that ties rows to the caller, those for writes first.
fn model_policy(table: &Table, command: Command) -> Option<(&Condition, &Policy)> {
    // Who may see or add a row may not therefore change what it lets him do.
    let sets_columns = matches!(command, Command::Update | Command::Insert);
    if sets_columns && table.privilege_column().is_some() {
        return None;
    }
    let order = [Command::Update, Command::Delete, Command::Insert, Command::Select];
    let others = order.into_iter().filter(|other| *other != command);
    let mut policies = others.flat_map(|other| {
        table.policies.iter().filter(move |policy| policy.command == Some(other))
    });
    policies.find_map(|policy| {
        let condition = policy.using.as_ref().or(policy.check.as_ref())?;
        let is_line = !condition.text.contains('\n') && !condition.text.contains("--");
        (policy.permissive && is_line && condition.depends_on_caller())
            .then_some((condition, policy))
    })
}

#[cfg(test)]
mod tests {
    use trave_testing::findings;

    const CODE: &str = "
//- src/app/api/notes/route.ts
import { createClient } from '@supabase/supabase-js'
const supabase = createClient(process.env.SUPABASE_URL!, process.env.SUPABASE_ANON_KEY!)
export async function DELETE(request: Request) {
  const { id } = await request.json()
  await supabase.from('notes').delete().eq('id', id)
}
";

    #[test]
    fn a_missing_privilege_is_said_and_granted() {
        let sql = "//- supabase/migrations/1_a.sql
create table notes (id int primary key, owner_id uuid not null);
alter table notes enable row level security;
create policy \"see\" on notes for select to authenticated using (owner_id = (select auth.uid()));
revoke all on notes from anon, authenticated;
grant select on notes to authenticated;
";
        let found = findings(&super::RULE, &format!("{sql}{CODE}"));
        assert_eq!(
            found[0].message,
            "this delete fails with 42501: callers may not DELETE on `notes`, and no policy \
             admits it"
        );
        let help = found[0].help.as_deref().unwrap_or_default();
        assert!(help.starts_with("grant delete on public.notes to authenticated;\ncreate policy"));
    }

    #[test]
    fn a_policy_that_went_with_a_table_is_shown() {
        let sql = "//- supabase/migrations/1_a.sql
create table jobs (id int primary key);
create table notes (id int primary key, job_id int);
alter table notes enable row level security;
create policy \"of jobs\" on notes for all using (job_id in (select id from jobs));
drop table jobs cascade;
";
        let found = findings(&super::RULE, &format!("{sql}{CODE}"));
        assert_eq!(found[0].labels[1].text, "policy `of jobs` went with this drop");
    }

    #[test]
    fn nobody_is_offered_to_set_a_role() {
        let sql = |column: &str| {
            format!(
                "//- supabase/migrations/1_a.sql
create table notes (id int primary key, owner_id uuid not null, {column} text);
alter table notes enable row level security;
create policy \"add\" on notes for insert to authenticated with check (owner_id = (select auth.uid()));
"
            )
        };
        let code = CODE.replace(".delete()", ".update({ body: 'x' })");
        let help = |column: &str| {
            let found = findings(&super::RULE, &format!("{}{code}", sql(column)));
            found[0].help.clone().unwrap_or_default()
        };
        assert!(help("body").contains("using (owner_id = (select auth.uid()))"));
        assert!(help("role").contains("using (false)"));
    }

    #[test]
    fn a_policy_that_admits_no_row_is_none() {
        let sql = "//- supabase/migrations/1_a.sql
create table notes (id int primary key, owner_id uuid not null);
alter table notes enable row level security;
create policy \"none\" on notes for delete to authenticated using (false);
";
        assert_eq!(findings(&super::RULE, &format!("{sql}{CODE}")).len(), 1);
    }
}
