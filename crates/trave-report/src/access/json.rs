//! The access matrix for programs.

use std::io::{self, Write};

use serde::Serialize;
use smol_str::SmolStr;
use trave_model::catalog::{Command, Entry, Line, Policy, Rows, Subject};

use super::{Access, kind, named, reason, word};
use crate::place::start;

#[derive(Serialize)]
struct Document<'a> {
    root: &'a str,
    roles: Vec<&'a str>,
    tables: Vec<TableEntry<'a>>,
}

#[derive(Serialize)]
struct TableEntry<'a> {
    schema: &'a str,
    name: &'a str,
    kind: &'static str,
    served: bool,
    rls: Option<bool>,
    access: Vec<Cell<'a>>,
    policies: Vec<PolicyEntry<'a>>,
}

#[derive(Serialize)]
struct Cell<'a> {
    role: &'a str,
    command: &'static str,
    rows: &'static str,
    why: Option<&'static str>,
    policies: Vec<&'a str>,
}

#[derive(Serialize)]
struct PolicyEntry<'a> {
    name: &'a str,
    command: &'static str,
    permissive: bool,
    roles: Vec<&'a str>,
    using: Option<&'a str>,
    check: Option<&'a str>,
    file: &'a str,
    line: u32,
}

/// Writes one object with every table, every role and every command.
pub fn write(out: &mut dyn Write, access: &Access<'_>) -> io::Result<()> {
    let document = Document {
        root: access.root,
        roles: access.matrix.roles.iter().map(SmolStr::as_str).collect(),
        tables: access.matrix.entries.iter().map(|entry| table(entry, access)).collect(),
    };
    serde_json::to_writer_pretty(&mut *out, &document)?;
    writeln!(out)
}

fn table<'a>(entry: &'a Entry<'a>, access: &'a Access<'a>) -> TableEntry<'a> {
    let (rls, policies) = match entry.subject {
        Subject::Table(table) => (Some(table.rls_enabled), table.policies.as_slice()),
        Subject::View(_) => (None, [].as_slice()),
    };
    TableEntry {
        schema: &entry.name.schema,
        name: &entry.name.name,
        kind: kind(entry),
        served: entry.served,
        rls,
        access: entry.lines.iter().flat_map(cells).collect(),
        policies: policies.iter().map(|it| policy(it, access)).collect(),
    }
}

fn cells<'a>(line: &'a Line<'a>) -> impl Iterator<Item = Cell<'a>> {
    Command::ALL.into_iter().zip(&line.rows).map(|(command, rows)| Cell {
        role: &line.role,
        command: command.privilege(),
        rows: word(rows),
        why: match rows {
            Rows::Every(why) => Some(reason(*why)),
            _ => None,
        },
        policies: named(rows).map(|policy| policy.name.as_str()).collect(),
    })
}

fn policy<'a>(policy: &'a Policy, access: &'a Access<'a>) -> PolicyEntry<'a> {
    PolicyEntry {
        name: &policy.name,
        command: policy.command.map_or("ALL", Command::privilege),
        permissive: policy.permissive,
        roles: policy.roles.iter().map(SmolStr::as_str).collect(),
        using: policy.using.as_ref().map(|it| it.text.as_str()),
        check: policy.check.as_ref().map(|it| it.text.as_str()),
        file: access.sources.path(policy.origin.file),
        line: start(access.sources, policy.origin).line,
    }
}
