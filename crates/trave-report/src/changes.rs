//! What changed between two schemas, by how much it can hurt.

use std::io::{self, Write};

use serde::Serialize;
use trave_model::catalog::{Class, Difference, Place};
use trave_source::Sources;

use crate::Color;
use crate::place::start;

/// Changes with the texts of both sides.
#[derive(Debug, Clone, Copy)]
pub struct Changes<'a> {
    /// The changes, the worst first.
    pub differences: &'a [Difference],
    /// What was compared with: a branch, a tag, a commit.
    pub reference: &'a str,
    /// The texts before.
    pub before: Side<'a>,
    /// The texts after.
    pub after: Side<'a>,
    /// Colour, for terminals.
    pub color: Color,
}

/// The texts of one side.
#[derive(Debug, Clone, Copy)]
pub struct Side<'a> {
    /// The texts.
    pub sources: &'a Sources,
    /// What stands before every path.
    pub prefix: &'a str,
}

#[derive(Serialize)]
struct Document<'a> {
    reference: &'a str,
    changes: Vec<Entry<'a>>,
}

#[derive(Serialize)]
struct Entry<'a> {
    class: &'static str,
    kind: &'a str,
    object: &'a str,
    message: &'a str,
    side: Option<&'static str>,
    file: Option<&'a str>,
    line: Option<u32>,
}

/// Writes one object with every change.
pub fn json(out: &mut dyn Write, changes: &Changes<'_>) -> io::Result<()> {
    let entries = changes.differences.iter().map(|it| entry(it, changes)).collect();
    let document = Document { reference: changes.reference, changes: entries };
    serde_json::to_writer_pretty(&mut *out, &document)?;
    writeln!(out)
}

fn entry<'a>(difference: &'a Difference, changes: &Changes<'a>) -> Entry<'a> {
    let place = difference.place.map(|place| located(place, changes));
    Entry {
        class: name(difference.class),
        kind: difference.kind,
        object: &difference.object,
        message: &difference.message,
        side: difference.place.map(|place| match place {
            Place::Before(_) => "before",
            Place::After(_) => "after",
        }),
        file: place.map(|(_, file, _)| file),
        line: place.map(|(.., line)| line),
    }
}

/// Writes the changes class by class, with the place of each.
pub fn text(out: &mut dyn Write, changes: &Changes<'_>) -> io::Result<()> {
    let reference = changes.reference;
    if changes.differences.is_empty() {
        return writeln!(out, "the schema is the same as at {reference}");
    }
    let mut counts = Vec::new();
    for class in [Class::Dangerous, Class::Review, Class::Safe] {
        let of_class = || changes.differences.iter().filter(|it| it.class == class);
        let count = of_class().count();
        if count == 0 {
            continue;
        }
        writeln!(out, "{}", heading(class, changes.color))?;
        for difference in of_class() {
            writeln!(out, "  {}", difference.message)?;
            if let Some(place) = difference.place {
                let (prefix, file, line) = located(place, changes);
                let gone = match place {
                    Place::Before(_) => format!(" at {reference}"),
                    Place::After(_) => String::new(),
                };
                writeln!(out, "      {prefix}{file}:{line}{gone}")?;
            }
        }
        writeln!(out)?;
        counts.push(format!("{count} {}", title(class)));
    }
    writeln!(out, "{} since {reference}", counts.join(", "))
}

fn located<'a>(place: Place, changes: &Changes<'a>) -> (&'a str, &'a str, u32) {
    let (side, origin) = match place {
        Place::Before(origin) => (changes.before, origin),
        Place::After(origin) => (changes.after, origin),
    };
    (side.prefix, side.sources.path(origin.file), start(side.sources, origin).line)
}

fn name(class: Class) -> &'static str {
    match class {
        Class::Safe => "safe",
        Class::Review => "review",
        Class::Dangerous => "dangerous",
    }
}

fn title(class: Class) -> &'static str {
    match class {
        Class::Safe => "safe",
        Class::Review => "to review",
        Class::Dangerous => "dangerous",
    }
}

fn heading(class: Class, color: Color) -> String {
    let (code, title) = match class {
        Class::Safe => ("32", "safe"),
        Class::Review => ("33", "needs review"),
        Class::Dangerous => ("31", "dangerous"),
    };
    match color {
        Color::Plain => title.to_owned(),
        Color::Ansi => format!("\u{1b}[1;{code}m{title}\u{1b}[0m"),
    }
}
