//! The access matrix in three formats: which rows each role reaches with which command.

mod html;
mod json;
mod text;

pub use html::write as html;
pub use json::write as json;
pub use text::write as text;

use trave_model::catalog::{Admitted, Entry, Matrix, Policy, Rows, Subject, Why};
use trave_source::Sources;

use crate::place::start;

/// An access matrix with the texts that its policies stand in.
#[derive(Debug)]
pub struct Access<'a> {
    /// Roles against tables and views.
    pub matrix: Matrix<'a>,
    /// The texts.
    pub sources: &'a Sources,
    /// What stands before every path.
    pub prefix: &'a str,
    /// The folder of migrations; empty for the top.
    pub root: &'a str,
}

/// A policy with the number under which cells name it.
struct Numbered<'a> {
    entry: &'a Entry<'a>,
    policy: &'a Policy,
}

/// The policies that some cell names, in the order of the listing: the number is the place, from
/// one.
fn numbered<'a>(access: &'a Access<'a>) -> Vec<Numbered<'a>> {
    let mut found = Vec::new();
    for entry in &access.matrix.entries {
        let Subject::Table(table) = entry.subject else { continue };
        let cells = || entry.lines.iter().flat_map(|line| &line.rows);
        let is_named =
            |policy: &Policy| cells().any(|rows| named(rows).any(|it| std::ptr::eq(it, policy)));
        let policies = table.policies.iter().filter(|policy| is_named(policy));
        found.extend(policies.map(|policy| Numbered { entry, policy }));
    }
    found
}

/// The policies that decide about a cell.
pub(crate) fn named<'a>(rows: &'a Rows<'a>) -> impl Iterator<Item = &'a Policy> {
    let admitted = match rows {
        Rows::Admitted(admitted) => Some(admitted),
        _ => None,
    };
    admitted.into_iter().flat_map(|Admitted { permissive, restrictive }| {
        permissive.iter().chain(restrictive).copied()
    })
}

/// The numbers of policies, `1 2 & 3`: one of the first, and each of those behind the `&`.
fn numbers(admitted: &Admitted<'_>, numbered: &[Numbered<'_>]) -> String {
    let list = |policies: &[&Policy]| {
        let number = |policy: &&Policy| {
            let at = numbered.iter().position(|it| std::ptr::eq(it.policy, *policy));
            at.map(|at| (at + 1).to_string())
        };
        policies.iter().filter_map(number).collect::<Vec<_>>().join(" ")
    };
    let any = list(&admitted.permissive);
    if admitted.restrictive.is_empty() {
        return any;
    }
    format!("{any} & {}", list(&admitted.restrictive))
}

/// One word for a cell.
pub(crate) fn word(rows: &Rows<'_>) -> &'static str {
    match rows {
        Rows::Unknown => "unknown",
        Rows::Denied => "denied",
        Rows::Nothing => "none",
        Rows::Admitted(_) => "some",
        Rows::Every(_) => "all",
        Rows::AsReader => "as reader",
    }
}

/// Why a cell says that every row is reached.
pub(crate) fn reason(why: Why) -> &'static str {
    match why {
        Why::Off => "row level security is off",
        Why::Bypass => "the role bypasses row level security",
        Why::Policy => "a policy admits every row",
        Why::Owner => "the view reads with its owner's rights",
    }
}

/// What kind of relation an entry is.
fn kind(entry: &Entry<'_>) -> &'static str {
    match entry.subject {
        Subject::Table(_) => "table",
        Subject::View(view) if view.materialized => "materialized view",
        Subject::View(_) => "view",
    }
}

/// The conditions of a policy as written, on one line each: `using (…) with check (…)`.
fn conditions(policy: &Policy) -> String {
    let using = policy.using.iter().map(|it| format!("using ({})", one_line(&it.text)));
    let check = policy.check.iter().map(|it| format!("with check ({})", one_line(&it.text)));
    using.chain(check).collect::<Vec<_>>().join(" ")
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// `file:line` of a policy.
fn place(access: &Access<'_>, policy: &Policy) -> String {
    let path = access.sources.path(policy.origin.file);
    format!("{}{path}:{}", access.prefix, start(access.sources, policy.origin).line)
}
