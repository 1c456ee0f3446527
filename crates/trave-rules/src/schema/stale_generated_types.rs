//! Generated types that show another schema than the migrations leave behind.

use trave_rule::model::{Model, StaleTypes, TypesDiffer, TypesDifference};
use trave_rule::words::{list, plain_list};
use trave_rule::{Context, rule};

/// How many differences are shown at their places, and how many of one kind are named.
const SHOWN: usize = 3;
const NAMED: usize = 5;

/// Schemas that the generator shows without being asked.
const USUAL: [&str; 2] = ["public", "graphql_public"];

#[rule]
fn stale_generated_types(model: &Model, cx: &mut Context) {
    for stale in model.stale_types() {
        report(&stale, cx);
    }
}

fn report(stale: &StaleTypes, cx: &mut Context) {
    let all = &stale.differences;
    let first = all.iter().find(|it| it.shown.is_some());
    let counts = list(counts(all).into_iter().map(|(text, _)| text));
    let finding = cx
        .report(
            first.and_then(|it| it.shown).unwrap_or(stale.origin),
            format!("these types are older than the migrations: {counts}"),
        )
        .about(stale.path)
        .help(command(stale));
    if let Some(first) = first {
        finding.here(shown(first));
    }
    let others = all.iter().filter(|it| it.shown.is_some()).skip(1).take(SHOWN - 1);
    for (origin, other) in others.filter_map(|it| Some((it.shown?, it))) {
        finding.label(origin, shown(other));
    }
    let led = first.into_iter().chain(all.iter().filter(|it| Some(*it) != first));
    for (origin, one) in led.take(SHOWN).filter_map(|it| Some((it.made?, it))) {
        finding.label(origin, made(one));
    }
    for (text, of_kind) in self::counts(all).iter().filter(|(_, of_kind)| of_kind.len() > 1) {
        finding.note(format!("{text}: {}", named(of_kind)));
    }
}

/// What differs, by kind: a few words with the number, and the differences.
fn counts(all: &[TypesDifference]) -> Vec<(String, Vec<&TypesDifference>)> {
    const KINDS: [(&str, &str, &str); 8] = [
        ("table", "is gone", "are gone"),
        ("column", "is gone", "are gone"),
        ("column", "changed", "changed"),
        ("table", "is missing", "are missing"),
        ("view", "is missing", "are missing"),
        ("column", "is missing", "are missing"),
        ("enum", "is missing", "are missing"),
        ("enum value", "is missing", "are missing"),
    ];
    let counted = KINDS.iter().enumerate().map(|(at, (thing, one, many))| {
        let of_kind: Vec<_> = all.iter().filter(|it| kind(&it.what) == at).collect();
        let text = match of_kind.len() {
            1 => format!("1 {thing} {one}"),
            count => format!("{count} {thing}s {many}"),
        };
        (text, of_kind)
    });
    counted.filter(|(_, of_kind)| !of_kind.is_empty()).collect()
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
    let names = differences.iter().take(NAMED).map(|it| format!("`{}`", name(it)));
    match differences.len().saturating_sub(NAMED) {
        0 => list(names),
        more => format!("{} and {more} more", plain_list(names)),
    }
}

fn name(one: &TypesDifference) -> String {
    let object = &one.object.name;
    one.part.as_ref().map_or_else(|| object.to_string(), |part| format!("{object}.{part}"))
}

/// What is wrong at a place in the types.
fn shown(one: &TypesDifference) -> String {
    let part = one.part.as_deref().unwrap_or_default();
    match &one.what {
        TypesDiffer::TableGone(None) | TypesDiffer::ColumnGone(None) => "no longer there".to_owned(),
        TypesDiffer::TableGone(Some(new)) => format!("now called `{}`", new.name),
        TypesDiffer::ColumnGone(Some(new)) => format!("now called `{new}`"),
        TypesDiffer::MayBeNull => "it may be null".to_owned(),
        TypesDiffer::NeverNull => "it is never null".to_owned(),
        TypesDiffer::Type(shown, is) => format!("`{shown}` here, but `{is}` in the database"),
        _ => format!("`{part}` is missing"),
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
        TypesDiffer::NoValue => format!("the enum of `{name}`"),
        TypesDiffer::NoTable | TypesDiffer::NoView | TypesDiffer::NoEnum => {
            format!("`{name}` is made here, the types lack it")
        }
        TypesDiffer::NoColumn => format!("`{name}` is added here"),
        _ => format!("`{name}` is made here"),
    }
}

/// The command that writes the file anew.
fn command(stale: &StaleTypes) -> String {
    let schemas = stale.schemas.iter().map(|schema| schema.as_str());
    let asked = schemas.clone().any(|schema| !USUAL.contains(&schema));
    let schemas = if asked {
        format!(" --schema {}", schemas.collect::<Vec<_>>().join(","))
    } else {
        String::new()
    };
    format!("supabase gen types typescript --local{schemas} > {}", stale.path)
}
