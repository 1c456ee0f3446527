//! Generated types that show another schema than the migrations leave behind.

use trave_rule::model::{Model, StaleTypes, TypesDiffer, TypesDifference};
use trave_rule::source::Origin;
use trave_rule::words::{list, plain_list};
use trave_rule::{Context, Level, rule};

/// How many differences are shown at their places, and how many of one kind are named.
const SHOWN: usize = 3;
const NAMED: usize = 5;

/// Schemas that the generator shows without being asked.
const USUAL: [&str; 2] = ["public", "graphql_public"];

/// Why age does not explain a difference.
const OTHER: &str =
    "the types show what later migrations made: they, or their database, were changed by hand";

#[rule]
fn stale_generated_types(model: &Model, cx: &mut Context) {
    for stale in model.stale_types() {
        report(&stale, cx);
    }
}

fn report(stale: &StaleTypes, cx: &mut Context) {
    let (overtaken, newer): (Vec<&TypesDifference>, Vec<&TypesDifference>) =
        stale.differences.iter().partition(|one| one.overtaken);
    let is_old = !newer.is_empty();
    let all = if is_old { newer } else { overtaken.clone() };
    let places = places(&all);
    let origin = places.first().map_or(stale.origin, |(origin, _)| *origin);
    let counted = summary(&all);
    let message = if is_old {
        format!("these types are older than the migrations: {counted}")
    } else {
        format!("these types are not what the migrations make: {counted}")
    };
    let finding = cx.report(origin, message).about(stale.path).help(command(stale));
    if !is_old {
        finding.level(Level::Info).note(OTHER);
    } else if !overtaken.is_empty() {
        finding.note(format!("age does not explain {}: {OTHER}", named(&overtaken)));
    }
    if let Some((_, here)) = places.first() {
        finding.here(shown(here));
    }
    for (origin, there) in places.iter().skip(1) {
        finding.label(*origin, shown(there));
    }
    let led: Vec<&TypesDifference> =
        places.iter().filter_map(|(_, of)| of.first().copied()).collect();
    let rest = all.iter().copied().filter(|one| !led.contains(one));
    let labelled: Vec<&TypesDifference> =
        led.iter().copied().chain(rest).filter(|one| one.made.is_some()).take(SHOWN).collect();
    for (origin, one) in labelled.iter().filter_map(|one| Some((one.made?, one))) {
        finding.label(origin, made(one));
    }
    let tells_all = |of_kind: &[&TypesDifference]| of_kind.iter().all(|it| labelled.contains(it));
    for (things, fate, of_kind) in counts(&all).iter().filter(|(.., of)| !tells_all(of)) {
        finding.note(format!("{}: {}", said(things, *fate, of_kind.len()), named(of_kind)));
    }
}

/// The first places in the types where something differs, each with what does.
fn places<'d>(all: &[&'d TypesDifference]) -> Vec<(Origin, Vec<&'d TypesDifference>)> {
    let mut places: Vec<(Origin, Vec<&TypesDifference>)> = Vec::new();
    for (origin, one) in all.iter().filter_map(|one| Some((one.shown?, one))) {
        let full = places.len() == SHOWN;
        match places.iter_mut().find(|(known, _)| *known == origin) {
            Some((_, there)) => there.push(one),
            None if full => {}
            None => places.push((origin, vec![one])),
        }
    }
    places
}

/// What became of one thing, and of several.
type Fate = (&'static str, &'static str);
const GONE: Fate = ("is gone", "are gone");
const CHANGED: Fate = ("changed", "changed");
const MISSING: Fate = ("is missing", "are missing");

/// The kinds of differences.
const KINDS: [(&str, Fate); 8] = [
    ("table", GONE),
    ("column", GONE),
    ("column", CHANGED),
    ("table", MISSING),
    ("view", MISSING),
    ("column", MISSING),
    ("enum", MISSING),
    ("enum value", MISSING),
];

/// `1 column is gone; 4 tables and 2 columns are missing`.
fn summary(all: &[&TypesDifference]) -> String {
    let counts = counts(all);
    let said = [GONE, CHANGED, MISSING].into_iter().filter_map(|fate| {
        let of_fate = counts.iter().filter(|(_, of, _)| *of == fate);
        let total: usize = of_fate.clone().map(|(.., of_kind)| of_kind.len()).sum();
        (total > 0).then(|| said(&list(of_fate.map(|(things, ..)| things)), fate, total))
    });
    said.collect::<Vec<_>>().join("; ")
}

fn said(things: &str, (one, several): Fate, count: usize) -> String {
    format!("{things} {}", if count == 1 { one } else { several })
}

/// What differs, by kind: how many of which things, what became of them, and the differences.
fn counts<'d>(all: &[&'d TypesDifference]) -> Vec<(String, Fate, Vec<&'d TypesDifference>)> {
    let counted = KINDS.iter().enumerate().map(|(at, (thing, fate))| {
        let of_kind: Vec<_> = all.iter().copied().filter(|it| kind(&it.what) == at).collect();
        let plural = if of_kind.len() == 1 { "" } else { "s" };
        (format!("{} {thing}{plural}", of_kind.len()), *fate, of_kind)
    });
    counted.filter(|(.., of_kind)| !of_kind.is_empty()).collect()
}

fn kind(what: &TypesDiffer) -> usize {
    match what {
        TypesDiffer::TableGone(_) => 0,
        TypesDiffer::ColumnGone(_) => 1,
        TypesDiffer::MayBeNull | TypesDiffer::NeverNull | TypesDiffer::Type(..) => 2,
        TypesDiffer::NoTable => 3,
        TypesDiffer::NoView => 4,
        TypesDiffer::NoColumn => 5,
        TypesDiffer::NoEnum => 6,
        TypesDiffer::NoValue => 7,
    }
}

/// `notes.pinned`, `listings` … and how many more.
fn named(differences: &[&TypesDifference]) -> String {
    some_of(differences, name)
}

fn some_of(all: &[&TypesDifference], name: impl Fn(&TypesDifference) -> String) -> String {
    let names = all.iter().take(NAMED).map(|one| format!("`{}`", name(one)));
    match all.len().saturating_sub(NAMED) {
        0 => list(names),
        more => format!("{} and {more} more", plain_list(names)),
    }
}

fn name(one: &TypesDifference) -> String {
    let object = &one.object.name;
    one.part.as_ref().map_or_else(|| object.to_string(), |part| format!("{object}.{part}"))
}

/// What is wrong at a place in the types.
fn shown(there: &[&TypesDifference]) -> String {
    let Some(one) = there.first() else { return String::new() };
    match &one.what {
        TypesDiffer::TableGone(None) | TypesDiffer::ColumnGone(None) => {
            "no longer there".to_owned()
        }
        TypesDiffer::TableGone(Some(new)) => format!("now called `{}`", new.name),
        TypesDiffer::ColumnGone(Some(new)) => format!("now called `{new}`"),
        TypesDiffer::MayBeNull => "it may be null".to_owned(),
        TypesDiffer::NeverNull => "it is never null".to_owned(),
        TypesDiffer::Type(shown, is) => format!("`{shown}` here, but `{is}` in the migrations"),
        _ => {
            let parts = some_of(there, |it| it.part.clone().unwrap_or_default().to_string());
            format!("without {parts}")
        }
    }
}

/// What a migration did.
fn made(one: &TypesDifference) -> String {
    let name = name(one);
    match &one.what {
        TypesDiffer::TableGone(None) | TypesDiffer::ColumnGone(None) => {
            format!("`{name}` is dropped here")
        }
        TypesDiffer::TableGone(Some(_)) | TypesDiffer::ColumnGone(Some(_)) => {
            format!("`{name}` is renamed here")
        }
        TypesDiffer::NoTable | TypesDiffer::NoView | TypesDiffer::NoEnum => {
            format!("`{name}` is made here, the types lack it")
        }
        TypesDiffer::NoColumn | TypesDiffer::NoValue => format!("`{name}` is added here"),
        TypesDiffer::MayBeNull => format!("`{name}` may be null"),
        TypesDiffer::NeverNull => format!("`{name}` is never null"),
        TypesDiffer::Type(_, is) => format!("`{name}` is `{is}`"),
    }
}

/// The command that writes the file anew.
fn command(stale: &StaleTypes) -> String {
    let asked = stale.schemas.iter().any(|schema| !USUAL.contains(&schema.as_str()));
    let schemas =
        if asked { format!(" --schema {}", stale.schemas.join(",")) } else { String::new() };
    format!("supabase gen types typescript --local{schemas} > {}", stale.path)
}

#[cfg(test)]
mod tests {
    use trave_testing::check;

    #[test]
    fn enums_nulls_types_and_new_names() {
        check(
            &super::RULE,
            r#"
//- supabase/migrations/001.sql
create type state as enum ('draft', 'live');
create table posts (id bigint primary key, state state not null, views integer not null, at date not null);
create table drafts (id bigint primary key, tags text[] not null);
alter table drafts rename to sketches;
//- supabase/migrations/002.sql
alter type state add value 'gone';
alter table posts alter column views drop not null;
alter table posts alter column at type jsonb using to_jsonb(at);
//- src/database.types.ts
export type Database = {
  __InternalSupabase: { PostgrestVersion: "14.1" }
  public: {
    Tables: {
      drafts: {
//    ^^^^^^ these types are older than the migrations: 1 table is gone; 2 columns changed; 1 table and 1 enum value are missing
        Row: { id: number; tags: string[] }
        Insert: { id: number; tags: string[] }
      }
      posts: {
        Row: { at: string; id: number; state: Database["public"]["Enums"]["state"]; views: number }
        Insert: { at: string; id: number; state: Database["public"]["Enums"]["state"]; views: number }
      }
    }
    Enums: { state: "draft" | "live" }
  }
}
"#,
        );
    }

    #[test]
    fn what_is_unknown_to_the_migrations_stays_untold() {
        check(
            &super::RULE,
            r"
//- supabase/migrations/001.sql
create schema audit;
create table audit.events (id bigint primary key);
create table posts (id bigint primary key, at timestamptz not null, near interval) partition by range (at);
create table posts_old partition of posts for values from (minvalue) to ('2020-01-01');
create table if not exists notes (id bigint primary key, body text, colour text);
drop table if exists never_made;
//- src/database.types.ts
export type Database = {
  public: {
    Tables: {
      never_made: { Row: { id: number }; Insert: { id: number } }
      notes: {
        Row: { body: string; extra: string | null; id: number }
        Insert: { body: string; extra?: string | null; id: number }
      }
      posts: {
        Row: { at: string; id: number; near: unknown }
        Insert: { at: string; id: number; near?: unknown }
      }
    }
  }
}
",
        );
    }

    #[test]
    fn rows_that_somebody_wrote_down_are_no_generated_types() {
        check(
            &super::RULE,
            r"
//- supabase/migrations/001.sql
create table posts (id bigint primary key, title text not null);
//- src/database.types.ts
export type Database = { public: { Tables: { posts: {
  Row: { id: number }
} } } }
",
        );
    }

    #[test]
    fn what_later_migrations_overtook_is_not_a_matter_of_age() {
        check(
            &super::RULE,
            r"
//- supabase/migrations/001.sql
create table posts (id bigint primary key);
//- supabase/migrations/002.sql
create table nonces (id bigint primary key);
//- supabase/migrations/003.sql
alter table posts add column title text;
//- supabase/migrations/004.sql
alter table posts add column body text;
//- src/database.types.ts
export type Database = {
//          ^^^^^^^^ these types are not what the migrations make: 1 table is missing
  public: {
    Tables: {
      posts: {
        Row: { body: string | null; id: number; title: string | null }
        Insert: { body?: string | null; id: number; title?: string | null }
      }
    }
  }
}
",
        );
    }

    #[test]
    fn migrations_that_are_not_applied_yet_are_not_in_the_types() {
        check(
            &super::RULE,
            r"
//- trave.toml
applied-until = '1'
//- supabase/migrations/1_a.sql
create type state as enum ('draft');
create table posts (id bigint primary key, title text, colour text);
//- supabase/migrations/2_b.sql
alter table posts drop column colour, add column body text, alter column title set not null;
alter type state add value 'live';
create table notes (id bigint primary key);
//- src/database.types.ts
export type Database = {
  public: {
    Tables: {
      posts: {
        Row: { colour: string | null; id: number; title: string | null }
        Insert: { colour?: string | null; id: number; title?: string | null }
      }
    }
    Enums: { state: 'draft' }
  }
}
",
        );
    }
}
