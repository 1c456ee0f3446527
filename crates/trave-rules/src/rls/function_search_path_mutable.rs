//! Functions whose names mean what the caller's `search_path` makes of them.

use trave_rule::catalog::{Catalog, Function, Grant};
use trave_rule::{Context, Fix, Level, part_of_name, rule};

/// How many statements are offered for functions that share a finding.
const HELP_MAX: usize = 10;

#[rule]
fn function_search_path_mutable(catalog: &Catalog, cx: &mut Context) {
    let is_open = |function: &&Function| {
        function.provenance.is_migration()
            && catalog.is_own_schema(&function.name.schema)
            && !function.has_search_path()
            && !is_bound(function)
    };
    let open = catalog.functions.values().filter(is_open);
    let (definer, invoker): (Vec<&Function>, Vec<&Function>) =
        open.partition(|function| function.security_definer);
    for function in definer {
        report_definer(catalog, function, cx);
    }
    // Where callers are roles of one application, theirs is the path of the application.
    if catalog.exposed {
        report_invokers(catalog, &invoker, cx);
    }
}

/// Whether its body was bound to objects when it was made, as with `begin atomic`.
fn is_bound(function: &Function) -> bool {
    let mut words = function.body.split_whitespace().map(str::to_ascii_lowercase);
    words.next().as_deref() == Some("begin") && words.next().as_deref() == Some("atomic")
}

fn report_definer(catalog: &Catalog, function: &Function, cx: &mut Context) {
    let Some(origin) = function.provenance.origin() else { return };
    let name = function.name.short();
    let message =
        format!("the caller's `search_path` decides what `{name}` does with its owner's rights");
    let finding = cx
        .report(origin, message)
        .here("SECURITY DEFINER, without a `search_path` of its own")
        .about(function.signature())
        .once_per(function.signature())
        .help(statement(catalog, function))
        .fix(fix(catalog, &[function]));
    if let Some(schema) = open_schema(catalog) {
        finding.level(Level::Error).note(format!("every caller can make objects in `{schema}`"));
    }
}

/// A schema in which callers may put objects of their own under the names that a function uses.
fn open_schema(catalog: &Catalog) -> Option<&str> {
    let makes = |grant: &Grant| {
        let of_callers = matches!(grant.role.as_str(), "public" | "anon" | "authenticated");
        grant.privilege == "CREATE" && of_callers
    };
    let mut schemas = catalog.schemas.iter();
    schemas.find(|(_, schema)| schema.grants.iter().any(makes)).map(|(name, _)| name.as_str())
}

/// One finding for all: the remedy is the same line for each, and none is urgent.
fn report_invokers(catalog: &Catalog, functions: &[&Function], cx: &mut Context) {
    let Some((first, others)) = functions.split_first() else { return };
    let Some(origin) = first.provenance.origin() else { return };
    let message = match others.len() {
        0 => format!("names in `{}` mean what the caller's search path says", first.name.short()),
        more => format!("names in {} functions mean what the caller's search path says", more + 1),
    };
    let finding = cx
        .report(origin, message)
        .here(format!("`{}` has no `search_path` of its own", first.name.short()))
        .once_per(catalog.root.as_str());
    for function in functions {
        finding.about(function.signature());
    }
    for function in others {
        if let Some(origin) = function.provenance.origin() {
            finding.label(origin, format!("nor has `{}`", function.name.short()));
        }
    }
    for function in functions.iter().take(HELP_MAX) {
        finding.help(statement(catalog, function));
    }
    finding.fix(fix(catalog, functions));
    if functions.len() > HELP_MAX {
        finding.help(format!("-- and so on for {} more", functions.len() - HELP_MAX));
    }
}

/// A migration for all of them. PostgreSQL puts no function with settings of its own into the
/// query that calls it, so somebody has to look.
fn fix(catalog: &Catalog, functions: &[&Function]) -> Fix {
    let (what, name) = match functions {
        [one] => (format!("`{}`", one.name.short()), part_of_name(&one.name.name)),
        many => (format!("{} functions", many.len()), "functions".to_owned()),
    };
    let statements: Vec<String> = functions.iter().map(|it| statement(catalog, it)).collect();
    let title = format!("keep what names in {what} mean");
    Fix::migration(title, format!("search_path_of_{name}"), statements.join("\n"))
}

/// The statement that keeps what its names mean now.
fn statement(catalog: &Catalog, function: &Function) -> String {
    let extensions = if catalog.exposed { ", extensions" } else { "" };
    let (kind, signature) = (function.kind(), function.signature());
    let schema = &function.name.schema;
    let own = if schema == "public" { String::new() } else { format!("{schema}, ") };
    format!("alter {kind} {signature} set search_path = {own}public{extensions}, pg_temp;")
}

#[cfg(test)]
mod tests {
    use trave_testing::{check, findings};

    #[test]
    fn functions_with_the_callers_rights_are_one_finding() {
        let sql = "
create function one() returns int language sql as 'select 1';
create function two(a int, b text) returns int language sql as 'select 2';
create function both() returns int language sql security definer as 'select 3';";
        let found = findings(&super::RULE, sql);
        assert_eq!(found.len(), 2);
        let shared = found.iter().find(|one| one.message.starts_with("names in")).unwrap();
        assert_eq!(shared.message, "names in 2 functions mean what the caller's search path says");
        assert_eq!(
            shared.help.as_deref().and_then(|help| help.lines().last()),
            Some(
                "alter function public.two(integer, text) set search_path = public, extensions, pg_temp;"
            )
        );
    }

    #[test]
    fn it_is_an_error_where_callers_can_make_objects() {
        let function =
            "create function pay() returns int language sql security definer as 'select 1';";
        let level = |sql: &str| findings(&super::RULE, sql).first().map(|found| found.level);
        assert_eq!(level(function), Some(trave_rule::Level::Warning));
        let open = format!("grant create on schema public to authenticated;\n{function}");
        assert_eq!(level(&open), Some(trave_rule::Level::Error));
    }

    #[test]
    fn a_body_that_is_bound_when_it_is_made_is_fine() {
        check(
            &super::RULE,
            "create function one() returns int language sql begin atomic select 1; end;",
        );
    }

    #[test]
    fn a_path_that_is_set_later_counts() {
        check(
            &super::RULE,
            "create function one() returns int language sql security definer as 'select 1';
alter function one() set search_path = '';",
        );
    }
}
