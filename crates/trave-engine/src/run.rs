//! Runs the rules in parallel. A rule that panics costs its own further findings only.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

use rayon::prelude::{IntoParallelRefIterator, ParallelIterator};
use trave_rule::model::Model;
use trave_rule::source::{FileId, Origin, Span};
use trave_rule::{Context, Finding, Rule};

use crate::options::Options;
use crate::own::RULE_FAILED;

/// The findings of every rule that is on, in the order of the rules.
pub(crate) fn run(model: &Model, rules: &[&Rule], options: &Options) -> Vec<Finding> {
    let per_rule: Vec<Vec<Finding>> = rules
        .par_iter()
        .filter(|rule| options.is_on(&rule.meta))
        .map(|rule| run_one(model, rule, options))
        .collect();
    per_rule.into_iter().flatten().collect()
}

fn run_one(model: &Model, rule: &Rule, options: &Options) -> Vec<Finding> {
    let mut cx = Context::new(model, rule.meta);
    // The context holds whole findings only, so what a panic leaves in it can be used.
    let outcome = catch_unwind(AssertUnwindSafe(|| (rule.check)(model, &mut cx)));
    let place = cx.place();
    let mut findings = options.settle(cx.finish(), (&rule.meta, &model.sources));
    if let Err(panic) = outcome {
        findings.extend(failure(model, rule, (place, &*panic), options));
    }
    findings
}

fn failure(
    model: &Model,
    rule: &Rule,
    (place, panic): (Option<Origin>, &(dyn Any + Send)),
    options: &Options,
) -> Vec<Finding> {
    let start = Origin { file: FileId(0), span: Span::default() };
    let id = rule.meta.id;
    let mut cx = Context::new(model, RULE_FAILED);
    cx.report(place.unwrap_or(start), format!("rule `{id}` failed here, please report it"))
        .about(id)
        .note(format!("it stopped with: {}", text(panic)))
        .note("what it would have found after this place is missing; other rules are complete");
    options.settle(cx.finish(), (&RULE_FAILED, &model.sources))
}

fn text(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    let text = text.or_else(|| panic.downcast_ref::<String>().cloned());
    text.unwrap_or_else(|| "an unknown panic".to_owned())
}
