//! The access matrix for terminals: one line a role, then the policies that cells name.

use std::io::{self, Write};

use trave_model::catalog::{Entry, Line, Rows};

use super::{Access, Numbered, conditions, numbered, numbers, place};
use crate::table;

/// What the cells mean, under every listing.
const LEGEND: &str = "\
all  every row
none no row: row level security is on, and no policy admits one
-    permission denied
?    not known
1 2  the rows that one of these policies admits; behind &, those that each of these must admit";

/// Writes the matrix; a table without a line of its own roles is left out.
pub fn write(out: &mut dyn Write, access: &Access<'_>) -> io::Result<()> {
    let numbered = numbered(access);
    let mut rows = Vec::new();
    for entry in &access.matrix.entries {
        for (at, line) in entry.lines.iter().enumerate() {
            rows.push(row(
                if at == 0 { entry.name.short() } else { String::new() },
                line,
                &numbered,
            ));
        }
    }
    let headings = ["table", "role", "select", "insert", "update", "delete"];
    table::write(out, headings, &rows)?;
    writeln!(out, "\n{LEGEND}")?;
    if !numbered.is_empty() {
        writeln!(out)?;
        let rows: Vec<[String; 4]> =
            numbered.iter().enumerate().map(|(at, it)| policy_row(at + 1, it, access)).collect();
        table::write(out, ["", "policy", "place", "rows"], &rows)?;
    }
    let open = access.matrix.entries.iter().filter(|entry| !entry.served);
    let mut schemas: Vec<&str> = open.map(|entry| entry.name.schema.as_str()).collect();
    schemas.dedup();
    if access.matrix.entries.iter().any(|entry| entry.served) && !schemas.is_empty() {
        writeln!(out, "\nNot served by the API: {}", schemas.join(", "))?;
    }
    Ok(())
}

fn row(name: String, line: &Line<'_>, numbered: &[Numbered<'_>]) -> [String; 6] {
    let [select, insert, update, delete] = line.rows.each_ref().map(|rows| cell(rows, numbered));
    [name, line.role.to_string(), select, insert, update, delete]
}

fn cell(rows: &Rows<'_>, numbered: &[Numbered<'_>]) -> String {
    match rows {
        Rows::Unknown => "?".to_owned(),
        Rows::Denied => "-".to_owned(),
        Rows::Nothing => "none".to_owned(),
        Rows::Every(_) => "all".to_owned(),
        Rows::AsReader => "as reader".to_owned(),
        Rows::Admitted(admitted) => numbers(admitted, numbered),
    }
}

fn policy_row(number: usize, it: &Numbered<'_>, access: &Access<'_>) -> [String; 4] {
    let Numbered { entry, policy } = it;
    let Entry { name, .. } = entry;
    [
        number.to_string(),
        format!("{} {}", name.short(), trave_model::catalog::quoted(&policy.name)),
        place(access, policy),
        conditions(policy),
    ]
}
