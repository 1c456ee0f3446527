//! Public buckets whose files callers can list.

use trave_rule::catalog::{Bucket, Catalog, Command, Policy, QualifiedName, Truth, quoted};
use trave_rule::{Context, rule};

#[rule]
fn public_bucket_listing(catalog: &Catalog, cx: &mut Context) {
    for (id, bucket) in catalog.buckets.iter().filter(|(_, bucket)| bucket.public) {
        let policies = catalog.policies_of(&QualifiedName::new("storage", "objects"));
        let broad: Vec<&Policy> = policies.iter().filter(|policy| lists(policy, id)).collect();
        report((id, bucket), &broad, cx);
    }
}

fn report((id, bucket): (&str, &Bucket), broad: &[&Policy], cx: &mut Context) {
    let Some((first, others)) = broad.split_first() else { return };
    let who = if broad.iter().all(|policy| policy.roles.iter().all(|it| it == "authenticated")) {
        "every signed-in user"
    } else {
        "anyone with the anon key"
    };
    let finding = cx
        .report(first.origin, format!("{who} can list all files of bucket `{id}`"))
        .about(id)
        .once_per(id)
        .label(bucket.origin, "a public bucket: its files are read by URL without any policy");
    for policy in others {
        finding.label(policy.origin, "this policy lists them too");
    }
    for policy in broad {
        finding.help(format!("drop policy {} on storage.objects;", quoted(&policy.name)));
    }
}

/// Whether a policy shows callers each object of a bucket.
fn lists(policy: &Policy, bucket: &str) -> bool {
    let is_caller = |role: &str| matches!(role, "public" | "anon" | "authenticated");
    let Some(using) = &policy.using else { return false };
    let known = |column: &str| {
        (column == "bucket_id").then(|| trave_rule::catalog::Known::Text(bucket.into()))
    };
    policy.permissive
        && policy.is_for(Command::Select)
        && policy.roles.iter().any(|role| is_caller(role))
        && (using.truth() == Truth::Always || using.holds_given(&known))
}

#[cfg(test)]
mod tests {
    use trave_testing::{check, findings};

    #[test]
    fn a_policy_for_every_bucket_lists_this_one_too() {
        let sql =
            "insert into storage.buckets (id, name, public) values ('avatars', 'avatars', true);
create policy everything on storage.objects for select to authenticated using (true);";
        assert_eq!(
            findings(&super::RULE, sql)[0].message,
            "every signed-in user can list all files of bucket `avatars`"
        );
    }

    #[test]
    fn private_buckets_need_their_policies() {
        check(
            &super::RULE,
            "insert into storage.buckets (id, name, public) values ('papers', 'papers', false);
create policy team on storage.objects for select to authenticated using (bucket_id = 'papers');",
        );
    }
}
