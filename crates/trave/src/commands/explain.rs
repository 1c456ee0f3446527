//! `trave explain`: prints the page of a rule.

use std::io::Write;

use trave_engine::rule::{Meta, Rule};
use trave_engine::{OWN_RULES, nearest_rule};
use trave_rules::RULES;

use crate::cli::Explain;
use crate::failure::Failure;
use crate::output::stdout;

/// Runs the command.
pub(crate) fn run(arguments: &Explain) -> anyhow::Result<()> {
    let meta = find(&arguments.rule)?;
    let mut out = stdout();
    writeln!(out, "{}", page(meta).trim_end())?;
    out.flush()?;
    Ok(())
}

fn find(name: &str) -> Result<&'static Meta, Failure> {
    let mut own = OWN_RULES.iter();
    let mut all = RULES.iter().map(|rule: &&'static Rule| &rule.meta);
    all.find(|meta| meta.id == name || meta.name() == name)
        .or_else(|| own.find(|meta| meta.id == name || meta.name() == name))
        .ok_or_else(|| unknown(name))
}

/// The page; its front matter is said in words.
fn page(meta: &Meta) -> String {
    let (id, level, since) = (meta.id, meta.level, meta.since);
    format!("{id} · {level} · since {since}\n{}\n\n{}", meta.summary, meta.body())
}

/// Says that no rule has this name, and which one may be meant.
pub(crate) fn unknown(name: &str) -> Failure {
    let failure = Failure::new(format!("no rule is called `{name}`"));
    match nearest_rule(name, RULES) {
        Some(rule) => failure.next(format!("did you mean `{rule}`?")),
        None => failure.next("`trave rules` lists them all"),
    }
}
