//! Views that hand out the accounts of the project.

use trave_rule::catalog::{Provenance, View};
use trave_rule::words::callers;
use trave_rule::{Context, Level, rule};

#[rule]
fn auth_users_exposed(view: &View, cx: &mut Context) {
    let Provenance::Migration(origin) = view.provenance else { return };
    let Some(catalog) = cx.catalog_of(view) else { return };
    // With the caller's rights it fails: callers may not read `auth.users`.
    if view.security_invoker && !view.materialized {
        return;
    }
    let Some(role) = catalog.reader_of(view) else { return };
    if !catalog.tables_of_view(view).iter().any(|table| table.name.is("auth", "users")) {
        return;
    }
    let name = view.name.short();
    let (level, message) = if view.asks_for_caller() && !view.materialized {
        (
            Level::Warning,
            format!("`{name}` reads `auth.users`, and only its own text keeps it back"),
        )
    } else {
        let who = callers(role);
        (Level::Error, format!("{who} can read what `{name}` takes from `auth.users`"))
    };
    let finding = cx
        .report(origin, message)
        .about(&view.name)
        .level(level)
        .help(format!("revoke all on {} from anon, authenticated;", view.name));
    finding.help("-- and keep what callers may see of an account in a table with policies");
}

#[cfg(test)]
mod tests {
    use trave_testing::{check, findings};

    #[test]
    fn a_view_in_between_hides_nothing() {
        let sql = "create schema private;
create view private.people as select id, email from auth.users;
create materialized view public.emails as select email from private.people;";
        assert_eq!(findings(&super::RULE, sql).len(), 1);
    }

    #[test]
    fn ones_own_account_is_less_bad() {
        let sql = "create view me as select email from auth.users where id = auth.uid();";
        assert_eq!(findings(&super::RULE, sql)[0].level, trave_rule::Level::Warning);
    }

    #[test]
    fn with_the_rights_of_callers_it_shows_nothing() {
        let sql = "create view people with (security_invoker) as select email from auth.users;";
        check(&super::RULE, sql);
    }
}
