//! Generated types that show another schema than the migrations leave behind.

use trave_rule::model::{Model, StaleTypes, TypesDiffer, TypesDifference};
use trave_rule::source::Origin;
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
    let places = places(all);
    let counts = counts(all);
    let origin = places.first().map_or(stale.origin, |(origin, _)| *origin);
    let counted = list(counts.iter().map(|(text, _)| text));
    let finding = cx
        .report(origin, format!("these types are older than the migrations: {counted}"))
        .about(stale.path)
        .help(command(stale));
    if let Some((_, here)) = places.first() {
        finding.here(shown(here));
    }
    for (origin, there) in places.iter().skip(1) {
        finding.label(*origin, shown(there));
    }
    let led: Vec<&TypesDifference> =
        places.iter().filter_map(|(_, of)| of.first().copied()).collect();
    let rest = all.iter().filter(|one| !led.contains(one));
    let labelled: Vec<&TypesDifference> =
        led.iter().copied().chain(rest).filter(|one| one.made.is_some()).take(SHOWN).collect();
    for (origin, one) in labelled.iter().filter_map(|one| Some((one.made?, one))) {
        finding.label(origin, made(one));
    }
    let is_told = |of_kind: &[&TypesDifference]| of_kind.iter().all(|it| labelled.contains(it));
    for (text, of_kind) in counts.iter().filter(|(_, of_kind)| !is_told(of_kind)) {
        finding.note(format!("{text}: {}", named(of_kind)));
    }
}

/// The first places in the types where something differs, each with what does.
fn places(all: &[TypesDifference]) -> Vec<(Origin, Vec<&TypesDifference>)> {
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
        TypesDiffer::NoValue => format!("the enum of `{name}`"),
        TypesDiffer::NoTable | TypesDiffer::NoView | TypesDiffer::NoEnum => {
            format!("`{name}` is made here, the types lack it")
        }
        TypesDiffer::NoColumn => format!("`{name}` is added here"),
        TypesDiffer::MayBeNull => format!("`{name}` may be null"),
        TypesDiffer::NeverNull => format!("`{name}` is never null"),
        TypesDiffer::Type(_, is) => format!("`{name}` is `{is}`"),
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
