//! Policies for files that hold in every bucket.

use trave_rule::catalog::{Catalog, Command, Condition, Policy, Table, Truth};
use trave_rule::words::{code_list, deeds};
use trave_rule::{Context, Level, rule};

#[rule]
fn cross_bucket_policy(table: &Table, cx: &mut Context) {
    if !table.name.is("storage", "objects") {
        return;
    }
    // The platform's table is in every catalog: what counts is whose policies it has.
    let own = |policy: &&Policy| !policy.origin.span.is_empty();
    let catalogs = cx.model().catalogs.iter();
    for catalog in
        catalogs.filter(|it| it.tables.get(&table.name).is_some_and(|it| std::ptr::eq(it, table)))
    {
        for policy in table.policies.iter().filter(own) {
            if is_for_any_bucket(catalog, policy) {
                report(catalog, policy, cx);
            }
        }
    }
}

fn report(catalog: &Catalog, policy: &Policy, cx: &mut Context) {
    let commands = policy.command.map_or(Command::ALL.to_vec(), |it| vec![it]);
    let buckets: Vec<_> = catalog.buckets.iter().collect();
    let message =
        format!("policy `{}` lets callers {} files of every bucket", policy.name, deeds(&commands));
    let finding = cx
        .report(policy.origin, message)
        .here("nothing in it names a bucket")
        .about("storage.objects")
        .about(&policy.name);
    if let [_, _, ..] = buckets.as_slice() {
        finding.note(format!("the buckets are {}", code_list(buckets.iter().map(|(id, _)| id))));
    } else {
        // With one bucket it is right for now.
        finding.level(Level::Info);
    }
    let clause = if policy.using.is_some() { "using" } else { "with check" };
    let condition = policy.using.as_ref().or(policy.check.as_ref());
    let text = condition.map_or("", |it| it.text.as_str());
    let line: Vec<&str> = text.split_whitespace().collect();
    let bucket = buckets.first().map_or("…", |(id, _)| id.as_str());
    finding.help(format!(
        "alter policy {} on storage.objects {clause} (bucket_id = '{bucket}' and ({}));",
        trave_rule::catalog::quoted(&policy.name),
        line.join(" ")
    ));
}

/// Whether a policy admits callers to files whatever bucket these are in.
fn is_for_any_bucket(catalog: &Catalog, policy: &Policy) -> bool {
    let is_caller = |role: &str| matches!(role, "public" | "anon" | "authenticated");
    let is_for_callers = policy.roles.iter().any(|role| is_caller(role));
    let conditions: Vec<&Condition> = policy.conditions().collect();
    let holds = |it: &&Condition| it.truth() != Truth::Never;
    let names_bucket = |it: &&Condition| {
        let mut functions = catalog.functions_called(it);
        it.text.contains("bucket") || functions.any(|function| function.body.contains("bucket"))
    };
    let is_unconditional =
        |it: &&Condition| matches!(it.truth(), Truth::Always | Truth::AnySession);
    policy.permissive
        && is_for_callers
        && !conditions.is_empty()
        && conditions.iter().all(holds)
        && !conditions.iter().any(names_bucket)
        // Said by policy-always-true and public-bucket-listing.
        && !conditions.iter().all(is_unconditional)
        && !(policy.command.is_some_and(|it| it != Command::Insert)
            && conditions.iter().all(|it| is_for_owner(it)))
}

/// Whether it holds only for files that the caller brought: those are theirs in any bucket.
fn is_for_owner(condition: &Condition) -> bool {
    let columns = condition.columns();
    let is_owner = |column: &str| matches!(column, "owner" | "owner_id");
    condition.depends_on_caller() && columns.iter().any(|column| is_owner(column))
}
