//! Functions with their owner's rights that callers of the API may call.

use trave_rule::catalog::{Catalog, Function, Provenance, QualifiedName};
use trave_rule::source::Origin;
use trave_rule::words::{callers, code_list};
use trave_rule::{Context, Level, rule};

#[rule]
fn security_definer_function_exposed(function: &Function, cx: &mut Context) {
    let Provenance::Migration(origin) = function.provenance else { return };
    let Some(catalog) = cx.catalog_of(function) else { return };
    if !function.security_definer || function.is_for_triggers() {
        return;
    }
    let Some(role) = catalog.caller_of(function) else { return };
    let slips = role == "anon" && catalog.lets_strangers_pass(function);
    if slips {
        report_slip(function, origin, cx);
    }
    if slips || catalog.asks_for_caller(function) {
        return;
    }
    // Policies need it, or it is not seen to touch anything.
    let is_helper = catalog.is_called_by_policy(&function.name);
    let level = if is_helper || function.tables.is_empty() { Level::Info } else { Level::Warning };
    let name = function.name.short();
    let message =
        format!("{} can call `{name}`, which runs as its owner and never asks who", callers(role));
    let finding = cx
        .report(origin, message)
        .about(function.signature())
        .once_per(function.signature())
        .level(level);
    if !function.tables.is_empty() {
        let tables = code_list(function.tables.iter().map(QualifiedName::short));
        finding.here(format!("works on {tables} whatever policies say"));
    }
    if is_helper {
        finding.note("a policy calls it, so that its callers have to be able to");
    }
    finding.help(help(catalog, function, role));
}

/// One whose check raises nothing where there is no session.
fn report_slip(function: &Function, origin: Origin, cx: &mut Context) {
    let (name, signature) = (function.name.short(), function.signature());
    let message = format!(
        "callers without a session get past the check in `{name}`, which runs as its owner"
    );
    let finding = cx.report(origin, message).about(&signature).once_per(&signature);
    finding
        .note(
            "without a session `auth.uid()` is null, and so is a comparison with it: `if` takes \
            that for false, and raises nothing",
        )
        .help(format!(
            "revoke execute on {} {signature} from public, anon;\n\
            -- and write `is distinct from` in place of `<>`",
            function.kind()
        ));
}

fn help(catalog: &Catalog, function: &Function, role: &str) -> String {
    let (kind, signature) = (function.kind(), function.signature());
    let is_helper = catalog.is_called_by_policy(&function.name);
    if is_helper {
        return format!("alter {kind} {signature} set schema private;  -- or another, not served");
    }
    let roles =
        if role == "anon" { "public, anon, authenticated" } else { "public, authenticated" };
    format!(
        "revoke execute on {kind} {signature} from {roles};\n\
        -- then grant it to those who need it, or compare with `auth.uid()` inside of it"
    )
}

#[cfg(test)]
mod tests {
    use trave_testing::{check, findings};

    const TABLE: &str = "
create table credits (user_id uuid primary key, amount int not null);
alter table credits enable row level security;
";

    #[test]
    fn a_function_that_asks_by_another_one_is_fine() {
        let sql = "
create function me() returns uuid language sql stable as 'select auth.uid()';
create function mine() returns int language sql security definer
  as $$ select amount from public.credits where user_id = public.me() $$;";
        check(&super::RULE, &format!("{TABLE}{sql}"));
    }

    #[test]
    fn a_function_that_only_stores_who_called_does_not_ask() {
        let sql = "
create table visits (id int primary key, by uuid);
alter table visits enable row level security;
create function spend(who uuid) returns void language plpgsql security definer
  as $$ begin insert into public.visits values (1, auth.uid());
  update public.credits set amount = 0 where user_id = who; end $$;";
        let found = findings(&super::RULE, &format!("{TABLE}{sql}"));
        assert!(found[0].message.ends_with("never asks who"));
    }

    #[test]
    fn a_check_that_is_null_without_a_session_holds_nobody_up() {
        let check = "if who <> auth.uid() then raise exception 'no'; end if;";
        let sql = format!(
            "{TABLE}
create function spend(who uuid) returns void language plpgsql security definer as $$ begin {check}
  update public.credits set amount = 0 where user_id = who; end $$;"
        );
        let found = findings(&super::RULE, &sql);
        assert_eq!(
            found[0].message,
            "callers without a session get past the check in `spend`, which runs as its owner"
        );
        check_none(&format!("{sql} revoke execute on function spend(uuid) from public, anon;"));
        check_none(&sql.replace("<>", "is distinct from"));
    }

    fn check_none(sql: &str) {
        check(&super::RULE, sql);
    }

    #[test]
    fn a_role_that_may_not_use_the_schema_cannot_call() {
        let function = format!(
            "{TABLE}
create function spend(who uuid) returns void language sql security definer
  as $$ update public.credits set amount = 0 where user_id = who $$;"
        );
        let message = |sql: &str| findings(&super::RULE, sql)[0].message.clone();
        assert!(message(&function).starts_with("anyone with the anon key can call"));
        let closed = format!("{function} revoke usage on schema public from public, anon;");
        assert!(message(&closed).starts_with("every signed-in user can call"));
    }

    #[test]
    fn a_dump_that_lists_its_defaults_says_who_may_call() {
        let dump = |defaults: &str| {
            format!(
                "{TABLE}
create function public.spend(who uuid) returns void language sql security definer
  as $$ update public.credits set amount = 0 where user_id = who $$;
revoke all on function public.spend(uuid) from public;
grant all on function public.spend(uuid) to service_role;
alter default privileges for role postgres in schema public grant all on functions to postgres;
{defaults}"
            )
        };
        let to = |role: &str| {
            format!(
                "alter default privileges for role postgres in schema public \
                 grant all on functions to {role};\n"
            )
        };
        check_none(&dump(&to("service_role")));
        // What is made later gets the defaults that were listed.
        let later = "create function public.earn(who uuid) returns void language sql \
             security definer as $$ update public.credits set amount = 9 where user_id = who $$;
             revoke all on function public.earn(uuid) from public;";
        check_none(&format!("{}{later}", dump(&to("service_role"))));
        let found = findings(&super::RULE, &format!("{}{later}", dump(&to("anon"))));
        assert!(found[0].message.starts_with("anyone with the anon key can call `earn`"));
        // Without the owner's own it is no dump, and the platform adds what it always does.
        let by_hand = dump(&to("service_role")).replace("to postgres;", "to service_role;");
        assert_eq!(findings(&super::RULE, &by_hand).len(), 1);
    }

    #[test]
    fn nobody_can_call_what_triggers_run() {
        let sql = "
create function fill() returns trigger language plpgsql security definer
  as $$ begin insert into public.credits values (new.id, 0); return new; end $$;";
        check(&super::RULE, &format!("{TABLE}{sql}"));
    }

    #[test]
    fn what_policies_call_is_only_worth_a_mention() {
        let sql = "
create function has_credits(who uuid) returns boolean language sql stable security definer
  as $$ select exists (select 1 from public.credits where user_id = who) $$;
create table notes (id int primary key, user_id uuid not null);
alter table notes enable row level security;
create policy p on notes for select using (has_credits(user_id));";
        let found = findings(&super::RULE, &format!("{TABLE}{sql}"));
        assert_eq!(found[0].level, trave_rule::Level::Info);
    }
}
