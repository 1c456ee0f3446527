//! Constraints of domains.

use trave_rule::catalog::{Step, StepKind};
use trave_rule::{Context, rule};

#[rule]
fn domain_constraint(step: &Step, cx: &mut Context) {
    let StepKind::DomainConstrained { domain, created, is_new } = &step.kind else { return };
    let message = if *created || *is_new {
        format!("changing this constraint will read every table that uses `{}`", domain.name)
    } else {
        format!("every table that uses `{}` is read, and waits", domain.name)
    };
    cx.report(step.origin, message)
        .about(domain)
        .help("put the check on the columns: alter table … add constraint … check (…) not valid;");
}
