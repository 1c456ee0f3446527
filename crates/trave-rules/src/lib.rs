//! Every rule: one page in `rules/`, one file here. `docs/writing-a-rule.md` shows how.

trave_rule::catalog!(
    api, cache, index, injection, jwt, migration, pagination, resilience, rls, schema
);
