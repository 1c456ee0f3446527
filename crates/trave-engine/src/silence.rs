//! Suppressions: comments in the code, and `[[ignore]]` in the settings.
//!
//! `trave-ignore family/rule: reason` speaks for its own line and the next,
//! `trave-ignore-file family/rule: reason` for its file. Only a comment that begins with the word
//! counts. Without a reason it silences nothing.

use std::collections::BTreeSet;

use trave_rule::model::Model;
use trave_rule::source::{Notice, Origin};
use trave_rule::{Context, Finding, Fix, Meta, Rule, Safety};

use crate::comment::{Silence, line_of, read_comments, without};
use crate::options::{Ignore, Options, is_named, nearest_rule};
use crate::own::{UNKNOWN_RULE, UNUSED, WITHOUT_REASON};

/// What suppressions are judged against.
pub(crate) struct Scope<'a> {
    pub(crate) model: &'a Model,
    pub(crate) rules: &'a [&'a Rule],
    pub(crate) options: &'a Options,
}

/// What is left after suppressions.
pub(crate) struct Outcome {
    pub(crate) findings: Vec<Finding>,
    pub(crate) silenced: usize,
    pub(crate) notices: Vec<Notice>,
}

/// Drops what is silenced, and adds what is wrong with the suppressions themselves.
pub(crate) fn silence(findings: Vec<Finding>, scope: &Scope<'_>) -> Outcome {
    let comments = read_comments(scope.model);
    let mut used = Used::default();
    let count = findings.len();
    let mut findings: Vec<Finding> =
        findings.into_iter().filter(|finding| !used.mark(finding, &comments, scope)).collect();
    let silenced = count - findings.len();
    let silences_nothing = |(index, silence): (usize, &Silence)| {
        !used.comments.contains(&index) && silence.has_reason && is_run(&silence.rule, scope)
    };
    let is_idle: Vec<bool> = comments.iter().enumerate().map(silences_nothing).collect();
    for (index, silence) in comments.iter().enumerate() {
        let is_used = used.comments.contains(&index);
        let removal = || removal(silence, (&comments, &is_idle), scope.model);
        let named =
            Named { origin: silence.origin, rule: &silence.rule, is_used, removal: &removal };
        if silence.has_reason || !is_known(&silence.rule, scope) {
            findings.extend(judge(&named, scope));
        } else {
            findings.extend(without_reason(&named, scope));
        }
    }
    let mut notices = Vec::new();
    for (index, ignore) in scope.options.ignores.iter().enumerate() {
        let is_used = used.ignores.contains(&index);
        let Some(origin) = ignore.origin else {
            notices.extend((!is_used).then(|| idle(ignore)));
            continue;
        };
        if !is_used && is_run(&ignore.rule, scope) {
            findings.extend(report(scope, UNUSED, |cx| unused_ignore(cx, ignore, origin)));
        }
    }
    Outcome { findings, silenced, notices }
}

/// Which suppressions had something to silence.
#[derive(Default)]
struct Used {
    comments: BTreeSet<usize>,
    ignores: BTreeSet<usize>,
}

impl Used {
    /// Marks what silences this finding; says whether anything does.
    fn mark(&mut self, finding: &Finding, comments: &[Silence], scope: &Scope<'_>) -> bool {
        let line = line_of(scope.model, finding.origin.file, finding.origin.span.start);
        let comments = comments.iter().enumerate().filter(|(_, silence)| {
            silence.has_reason
                && silence.rule == finding.rule
                && silence.origin.file == finding.origin.file
                && silence.reach.covers(line)
        });
        let ignores = scope.options.ignores.iter().enumerate();
        let ignores = ignores.filter(|(_, ignore)| ignore.accepts(finding));
        let comments: Vec<usize> = comments.map(|(index, _)| index).collect();
        let ignores: Vec<usize> = ignores.map(|(index, _)| index).collect();
        let is_silenced = !comments.is_empty() || !ignores.is_empty();
        self.comments.extend(comments);
        self.ignores.extend(ignores);
        is_silenced
    }
}

/// What is said of an `[[ignore]]` whose place is not known.
fn idle(ignore: &Ignore) -> Notice {
    let Ignore { rule, object, .. } = ignore;
    let message =
        format!("`[[ignore]]` silences nothing: `{rule}` has no finding about `{object}`");
    Notice { origin: None, message }
}

/// A rule named at a place.
struct Named<'a> {
    origin: Origin,
    rule: &'a str,
    is_used: bool,
    /// The change that takes it out, made when it is asked for.
    removal: &'a dyn Fn() -> Option<Fix>,
}

/// The change that leaves a comment with the rules that it silences, or goes with the comment:
/// the same one for all of its rules that silence nothing.
fn removal(silence: &Silence, (all, idle): (&[Silence], &[bool]), model: &Model) -> Option<Fix> {
    let own = all.iter().zip(idle).filter(|(other, _)| other.origin == silence.origin);
    let kept: Vec<&str> =
        own.filter(|(_, is_idle)| !**is_idle).map(|(other, _)| other.rule.as_str()).collect();
    let source = model.sources.get(silence.origin.file)?;
    let edit = without(silence.origin, &kept, &source.text)?;
    // Tools that keep checksums of applied migrations see a comment go.
    let path = model.sources.path(silence.origin.file);
    let ending = path.rsplit_once('.').map(|(_, ending)| ending);
    let safety = if ending.is_some_and(|it| it.eq_ignore_ascii_case("sql")) {
        Safety::Unsafe
    } else {
        Safety::Safe
    };
    Some(Fix::replace("remove what silences nothing", safety, edit))
}

fn without_reason(named: &Named<'_>, scope: &Scope<'_>) -> Vec<Finding> {
    let rule = named.rule;
    let message = format!("`{rule}` is not silenced here: the comment gives no reason");
    report(scope, WITHOUT_REASON, |cx| {
        cx.report(named.origin, message)
            .about(rule)
            .help(format!("write why it may stay: `trave-ignore {rule}: because …`"));
    })
}

fn judge(named: &Named<'_>, scope: &Scope<'_>) -> Vec<Finding> {
    let Named { origin, rule, is_used, .. } = named;
    if rule.is_empty() {
        return report(scope, UNKNOWN_RULE, |cx| {
            cx.report(*origin, "this comment names no rule, so it silences nothing")
                .help("write `trave-ignore family/rule: reason`");
        });
    }
    if !is_known(rule, scope) {
        return report(scope, UNKNOWN_RULE, |cx| unknown(cx, named, scope));
    }
    if *is_used || !is_run(rule, scope) {
        return Vec::new();
    }
    report(scope, UNUSED, |cx| {
        let finding = cx.report(*origin, format!("`{rule}` has nothing to report here"));
        finding.about(rule).help("remove this suppression");
        if let Some(fix) = (named.removal)() {
            finding.fix(fix);
        }
    })
}

/// An `[[ignore]]` names a rule that is known: others are mistakes of the settings.
fn unused_ignore(cx: &mut Context<'_>, ignore: &Ignore, origin: Origin) {
    let Ignore { rule, object, .. } = ignore;
    cx.report(origin, format!("`{rule}` has nothing to report about `{object}`"))
        .about(rule)
        .about(object)
        .help("remove this `[[ignore]]`");
}

fn unknown(cx: &mut Context<'_>, named: &Named<'_>, scope: &Scope<'_>) {
    let Named { origin, rule, .. } = named;
    let message = format!("there is no rule `{rule}`, so nothing is silenced");
    let finding = cx.report(*origin, message).about(rule);
    match nearest_rule(rule, scope.rules) {
        Some(nearest) => finding.help(format!("did you mean `{nearest}`?")),
        None => finding.help("`trave rules` lists all rules"),
    };
}

/// Whether a rule, or one of a family, runs: only then does its silence say anything.
fn is_run(name: &str, scope: &Scope<'_>) -> bool {
    let mut metas = scope.rules.iter().map(|rule| &rule.meta);
    metas.any(|meta| is_named(meta, name) && scope.options.is_on(meta))
}

fn is_known(rule: &str, scope: &Scope<'_>) -> bool {
    scope.rules.iter().any(|known| known.meta.id == rule)
}

fn report(scope: &Scope<'_>, meta: Meta, say: impl FnOnce(&mut Context<'_>)) -> Vec<Finding> {
    let mut cx = Context::new(scope.model, meta);
    say(&mut cx);
    scope.options.settle(cx.finish(), (&meta, &scope.model.sources))
}
