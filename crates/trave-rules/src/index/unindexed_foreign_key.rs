//! Foreign keys without an index on their own side.

use trave_rule::catalog::{ForeignKey, Index, ReferentialAction, Table};
use trave_rule::model::{Model, ReferenceUse};
use trave_rule::source::Origin;
use trave_rule::words::code_list;
use trave_rule::{Context, Level, rule};

#[rule]
fn unindexed_foreign_key(table: &Table, cx: &mut Context) {
    if !table.provenance.is_migration() || cx.model().is_small(&table.name.name) {
        return;
    }
    let model = cx.model();
    // That is unindexed-cascade's, or policy-unindexed-column's.
    let cascades = model.unindexed_cascades(table);
    let lookups =
        cx.catalog_of(table).map_or_else(Vec::new, |it| model.unserved_policy_lookups(it, table));
    let is_told = |key: &ForeignKey| {
        cascades.iter().any(|it| it.key.name == key.name)
            || lookups.iter().any(|it| it.columns.first() == key.columns.first())
    };
    let unindexed = table
        .foreign_keys
        .iter()
        .filter(|key| table.index_leading_with(&columns(key)).is_none() && !is_told(key));
    let found: Vec<Missing> = unindexed.filter_map(|key| look(table, key, model)).collect();
    let (slow, rare): (Vec<Missing>, Vec<Missing>) =
        found.into_iter().partition(|missing| !missing.is_rare());
    report((table, &slow), Level::Warning, cx);
    report((table, &rare), Level::Info, cx);
}

/// A foreign key without an index, and what would use one.
struct Missing<'t> {
    key: &'t ForeignKey,
    used: Option<ReferenceUse>,
}

impl Missing<'_> {
    /// Whether it hardly ever matters: nothing follows the key, or only an account that is closed
    /// does so, to clear who once did something.
    fn is_rare(&self) -> bool {
        match &self.used {
            Some(ReferenceUse::Deletion { of, .. }) => {
                of.is("auth", "users") && self.key.on_delete != ReferentialAction::Cascade
            }
            Some(_) => false,
            None => true,
        }
    }
}

/// None where nothing would use an index, or another rule asks for the same one.
fn look<'t>(table: &'t Table, key: &'t ForeignKey, model: &Model) -> Option<Missing<'t>> {
    let used = model.reference_use(table, key);
    match &used {
        Some(ReferenceUse::ReachedFilter) => return None,
        None if model.is_fixed(table, &key.target) => return None,
        _ => {}
    }
    Some(Missing { key, used })
}

fn report((table, found): (&Table, &[Missing]), level: Level, cx: &mut Context) {
    let Some(first) = found.first() else { return };
    let is_touched = cx.model().is_touched(table);
    let is_seen = cx.catalog_of(table).is_none_or(|it| it.declared_by.is_none());
    let indexes: Vec<_> =
        found.iter().map(|missing| cx.new_index(table, &missing.key.columns)).collect();
    let finding = cx
        .report(first.key.origin, message(table, found))
        .about(&table.name)
        .once_per(format!("{} {level}", table.name))
        .level(level);
    let idle = found.iter().filter(|missing| missing.used.is_none());
    let targets = distinct(idle.map(|missing| missing.key.target.short()));
    if !targets.is_empty() && is_seen {
        finding.note(if is_touched {
            let targets = code_list(targets);
            format!("nothing in the code deletes from {targets}, or asks there for these rows")
        } else {
            format!("nothing in the code reads or writes `{}`", table.name.short())
        });
    }
    let mut places: Vec<Origin> = Vec::new();
    for Missing { key, used } in found {
        finding.about(&key.name);
        let text = refers(key) + if found.len() == 1 { "" } else { action(key) };
        if key.origin == first.key.origin {
            finding.here(text);
        } else {
            finding.label(key.origin, text);
        }
        if let Some((origin, text)) = shown(key, used.as_ref())
            && !places.contains(&origin)
        {
            places.push(origin);
            finding.label(origin, text);
        }
        if let Some(index) = partial_index(table, key) {
            finding.note(format!(
                "index `{}` does not serve it: it holds only rows where {}",
                index.name,
                index.predicate.as_deref().unwrap_or_default()
            ));
        }
    }
    for index in &indexes {
        finding.offer(index);
    }
}

fn message(table: &Table, found: &[Missing]) -> String {
    let name = &table.name.short();
    if let [Missing { key, used }] = found {
        let reads = match used {
            Some(ReferenceUse::Embedding(_)) => {
                format!("asking `{}` for their `{name}` reads all of them", key.target.short())
            }
            Some(ReferenceUse::Filter(_)) => format!("finding rows by it reads all of `{name}`"),
            _ => consequence(table, key),
        };
        let columns = key.columns.iter().map(|column| format!("{name}.{column}"));
        return format!("no index serves {}: {reads}", code_list(columns));
    }
    let targets = distinct(found.iter().map(|missing| missing.key.target.short()));
    format!(
        "{} foreign keys of `{name}` have no index: deleting from {} reads all of it",
        found.len(),
        code_list(targets)
    )
}

/// Each name once, in order.
fn distinct(names: impl Iterator<Item = String>) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for name in names {
        if !found.contains(&name) {
            found.push(name);
        }
    }
    found
}

/// `` `author_id` refers to `authors` ``.
fn refers(key: &ForeignKey) -> String {
    let verb = if key.columns.len() == 1 { "refers" } else { "refer" };
    format!("{} {verb} to `{}`", code_list(&key.columns), key.target.short())
}

fn consequence(table: &Table, key: &ForeignKey) -> String {
    let (name, target) = (table.name.short(), key.target.short());
    let why = match key.on_delete {
        ReferentialAction::Cascade => " to cascade",
        ReferentialAction::SetNull => " to set it null",
        ReferentialAction::SetDefault => " to set its default",
        ReferentialAction::NoAction | ReferentialAction::Restrict => "",
    };
    format!("deleting from `{target}` reads all of `{name}`{why}")
}

/// What a delete does to the rows that refer to the deleted one.
fn action(key: &ForeignKey) -> &'static str {
    match key.on_delete {
        ReferentialAction::Cascade => ", on delete cascade",
        ReferentialAction::SetNull => ", on delete set null",
        ReferentialAction::SetDefault => ", on delete set default",
        ReferentialAction::NoAction | ReferentialAction::Restrict => "",
    }
}

/// The place that follows the key, and what it does.
fn shown(key: &ForeignKey, used: Option<&ReferenceUse>) -> Option<(Origin, String)> {
    let target = key.target.short();
    match used? {
        ReferenceUse::Deletion { of, origin } if *of == key.target => {
            Some((*origin, format!("deletes from `{target}`")))
        }
        ReferenceUse::Deletion { of, origin } => {
            Some((*origin, format!("deletes from `{}`, and rows of `{target}` go too", of.short())))
        }
        ReferenceUse::Embedding(origin) => {
            Some((*origin, format!("asks `{target}` for the rows that refer to each")))
        }
        ReferenceUse::Filter(origin) => Some((*origin, "finds rows by it".to_owned())),
        ReferenceUse::ReachedFilter => None,
    }
}

/// An index on the columns that leaves out rows which the key has to find.
fn partial_index<'t>(table: &'t Table, key: &ForeignKey) -> Option<&'t Index> {
    let columns = columns(key);
    let mut indexes = table.indexes.iter();
    indexes.find(|index| index.predicate.is_some() && index.leads_with(&columns))
}

fn columns(key: &ForeignKey) -> Vec<&str> {
    key.columns.iter().map(|column| &**column).collect()
}

#[cfg(test)]
mod tests {
    use trave_testing::{check, findings};

    const TABLES: &str = "
create table authors (id int primary key);
alter table authors enable row level security;
create table books (
  id int primary key,
  author_id int references authors (id) on delete set null
);
alter table books enable row level security;
";

    #[test]
    fn a_parent_that_stays_is_only_worth_a_mention() {
        let found = findings(&super::RULE, TABLES);
        assert_eq!(found[0].level, trave_rule::Level::Info);
        assert_eq!(
            found[0].message,
            "no index serves `books.author_id`: deleting from `authors` reads all of `books` to \
             set it null"
        );
    }

    #[test]
    fn a_look_up_table_that_migrations_alone_write_is_left_alone() {
        let code = "
//- src/app/api/books/route.ts
import { createClient } from '@supabase/supabase-js'
const supabase = createClient(process.env.SUPABASE_URL!, process.env.SUPABASE_ANON_KEY!)
export async function POST(request: Request) {
  await supabase.from('books').insert(await request.json())
}
";
        check(&super::RULE, &format!("//- supabase/migrations/1_a.sql{TABLES}{code}"));
    }

    #[test]
    fn keys_of_a_table_are_one_finding_and_a_partial_index_is_named() {
        let sql = "
create table a (id int primary key);
create table b (id int primary key, a_id int references a (id), user_id uuid references auth.users
  on delete cascade, gone boolean not null);
create index b_user on b (user_id) where not gone;
create function forget(i int) returns void language sql as $$ delete from public.a where id = i $$;
create function leave(i uuid) returns void language sql as $$
  delete from auth.users where id = i; select count(*) from public.b $$;
";
        let found = findings(&super::RULE, sql);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].level, trave_rule::Level::Warning);
        assert_eq!(
            found[0].message,
            "2 foreign keys of `b` have no index: deleting from `a` and `auth.users` reads all of it"
        );
        assert_eq!(
            found[0].notes,
            ["index `b_user` does not serve it: it holds only rows where not gone"]
        );
        assert_eq!(found[0].help.as_deref().map(|help| help.lines().count()), Some(2));
    }

    #[test]
    fn who_once_did_something_is_only_worth_a_mention() {
        let sql = "
create table b (id int primary key, made_by uuid references auth.users on delete set null);
create function leave(i uuid) returns void language sql as $$
  delete from auth.users where id = i; select count(*) from public.b $$;
";
        let found = findings(&super::RULE, sql);
        assert_eq!(found[0].level, trave_rule::Level::Info);
        assert_eq!(found[0].labels[0].text, "deletes from `auth.users`");
    }

    #[test]
    fn asking_a_parent_for_its_children_uses_the_key() {
        let code = "
//- src/app/api/authors/route.ts
import { createClient } from '@supabase/supabase-js'
const supabase = createClient(process.env.SUPABASE_URL!, process.env.SUPABASE_ANON_KEY!)
export async function GET() {
  const { data } = await supabase.from('authors').select('id, books (id)').eq('id', 1).single()
  return Response.json(data)
}
";
        let sql = format!("//- supabase/migrations/1_a.sql{TABLES}{code}");
        let found = findings(&super::RULE, &sql);
        assert!(found[0].message.ends_with("asking `authors` for their `books` reads all of them"));
    }
}
