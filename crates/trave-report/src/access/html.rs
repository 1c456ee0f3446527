//! The access matrix as a page of its own: no script, no network.

use std::io::{self, Write};

use maud::{Markup, html};
use trave_model::catalog::{Command, Entry, Line, Rows};

use crate::document::Document;

use super::{Access, Numbered, conditions, kind, numbered, numbers, place, reason, word};

const STYLE: &str = include_str!("style.css");

/// Writes a whole page.
pub fn write(out: &mut dyn Write, access: &Access<'_>) -> io::Result<()> {
    let root = if access.root.is_empty() { "." } else { access.root };
    let title = format!("Access: {root}");
    let document = Document { title: &title, style: STYLE, script: "" };
    out.write_all(document.around(&shown(access, root)).as_bytes())
}

fn shown(access: &Access<'_>, root: &str) -> Markup {
    let numbered = numbered(access);
    html! {
        h1 { "Who may see which row" }
        p { "What the migrations of " code { (root) } " leave behind." }
        table {
            thead { (head()) }
            @for entry in &access.matrix.entries { (body(entry, &numbered)) }
        }
        h2 { "Policies" }
        (policies(access, &numbered))
    }
}

fn head() -> Markup {
    html! {
        tr {
            th scope="col" { "table" }
            th scope="col" { "role" }
            @for command in Command::ALL { th scope="col" { (command.privilege()) } }
        }
    }
}

fn body(entry: &Entry<'_>, numbered: &[Numbered<'_>]) -> Markup {
    html! {
        tbody {
            @for (at, line) in entry.lines.iter().enumerate() {
                tr {
                    @if at == 0 {
                        th scope="rowgroup" rowspan=(entry.lines.len()) {
                            (entry.name.short())
                            @if kind(entry) != "table" { small { (kind(entry)) } }
                            @if !entry.served { small { "not served by the API" } }
                        }
                    }
                    (cells(line, numbered))
                }
            }
        }
    }
}

fn cells(line: &Line<'_>, numbered: &[Numbered<'_>]) -> Markup {
    html! {
        th scope="row" { (line.role) }
        @for rows in &line.rows {
            td class=(word(rows)) title=[title(rows)] { (cell(rows, numbered)) }
        }
    }
}

fn cell(rows: &Rows<'_>, numbered: &[Numbered<'_>]) -> Markup {
    match rows {
        Rows::Admitted(admitted) => html! {
            "some "
            @for number in numbers(admitted, numbered).split(' ') {
                @if number == "&" {
                    "and "
                } @else {
                    a href={ "#policy-" (number) } { (number) } " "
                }
            }
        },
        rows => html! { (word(rows)) },
    }
}

fn title(rows: &Rows<'_>) -> Option<&'static str> {
    match rows {
        Rows::Every(why) => Some(reason(*why)),
        Rows::Denied => Some("the role lacks the privilege"),
        Rows::Nothing => Some("row level security is on, and no policy admits a row"),
        _ => None,
    }
}

fn policies(access: &Access<'_>, numbered: &[Numbered<'_>]) -> Markup {
    html! {
        ol {
            @for (at, Numbered { entry, policy }) in numbered.iter().enumerate() {
                li id={ "policy-" (at + 1) } {
                    strong { (policy.name) } " on " (entry.name.short())
                    " for " (policy.command.map_or("ALL", Command::privilege))
                    " to " (policy.roles.join(", "))
                    @if !policy.permissive { " (restrictive)" }
                    br;
                    code { (conditions(policy)) }
                    br;
                    small { (place(access, policy)) }
                }
            }
        }
    }
}
