//! Functions as statements, in an order in which each finds what its defaults call.

use std::fmt::Write;

use smol_str::SmolStr;
use trave_sql::Name;

use super::sql::{in_order, quoted};
use super::{argument_text, result};
use crate::{Catalog, Function, FunctionArgument, QualifiedName};

/// The functions that the migrations made.
pub(super) struct Routines<'a> {
    all: Vec<Routine<'a>>,
}

struct Routine<'a> {
    function: &'a Function,
    /// What its defaults call, by name.
    calls: Vec<SmolStr>,
    /// Whether it comes after the tables, since it takes rows of them.
    late: bool,
    /// The first input that may have a default while others are made.
    first_default: usize,
}

impl<'a> Routines<'a> {
    /// Those of a catalog.
    pub(super) fn of(catalog: &'a Catalog) -> Self {
        let made = catalog.functions.values().filter(|one| one.provenance.is_migration());
        let all = made.map(|function| Routine {
            function,
            calls: called_by_defaults(function),
            late: takes_rows(catalog, function),
            first_default: first_default(catalog, function),
        });
        Self { all: all.collect() }
    }

    /// Makes those that need no table.
    pub(super) fn add_early(&self, out: &mut String) {
        add_routines(out, self.all.iter().filter(|one| !one.late).collect());
    }

    /// Makes the others.
    pub(super) fn add_late(&self, out: &mut String) {
        add_routines(out, self.all.iter().filter(|one| one.late).collect());
    }

    /// Gives the defaults that would have made calls of other functions ambiguous.
    pub(super) fn add_defaults(&self, out: &mut String) {
        for one in self.all.iter().filter(|one| one.first_default > 0) {
            add_function(out, "create or replace", (one.function, 0));
        }
    }
}

fn add_routines(out: &mut String, routines: Vec<&Routine<'_>>) {
    let needs =
        |one: &Routine<'_>, other: &Routine<'_>| one.calls.contains(&other.function.name.name);
    for one in in_order(routines, needs) {
        add_function(out, "create", (one.function, one.first_default));
    }
}

fn called_by_defaults(function: &Function) -> Vec<SmolStr> {
    let defaults = function.arguments.iter().filter_map(|one| one.default.as_deref());
    defaults.filter(|text| text.contains('(')).flat_map(crate::replay::called).collect()
}

/// The number of inputs that have to be given so that a call cannot mean another function as well,
/// an older one where both have defaults, and one more: no input before that one may have a
/// default yet.
fn first_default(catalog: &Catalog, function: &Function) -> usize {
    let others = catalog.functions.values().filter(|other| {
        let is_other = !std::ptr::eq(*other, function);
        is_other && other.name == function.name && other.provenance.is_migration()
    });
    others.filter_map(|other| mistaken(function, other)).max().map_or(0, |given| given + 1)
}

/// The greatest number of inputs with which a call can mean either of two functions, one of them
/// by its defaults.
fn mistaken(function: &Function, other: &Function) -> Option<usize> {
    let (own, theirs): (Vec<&FunctionArgument>, Vec<&FunctionArgument>) =
        (function.inputs().collect(), other.inputs().collect());
    let required =
        |inputs: &[&FunctionArgument]| inputs.iter().filter(|one| !one.has_default).count();
    let is_older = function.provenance.origin() < other.provenance.origin();
    (required(&own)..own.len()).rev().find(|given| {
        let same = own.iter().zip(&theirs).take(*given).all(|(a, b)| a.type_name == b.type_name);
        let by_default = *given < theirs.len();
        same && (required(&theirs)..=theirs.len()).contains(given) && !(by_default && is_older)
    })
}

/// Whether the signature names a table or view, so that the function comes after it.
fn takes_rows(catalog: &Catalog, function: &Function) -> bool {
    let is_rows = |kind: &str| {
        let kind = kind.trim_end_matches("[]").replace('"', "");
        let Some((schema, name)) = kind.split_once('.') else { return false };
        let name = QualifiedName::new(schema, name);
        catalog.tables.contains_key(&name) || catalog.views.contains_key(&name)
    };
    is_rows(&function.returns) || function.arguments.iter().any(|one| is_rows(&one.type_name))
}

/// A function, with the defaults of its inputs from one on.
fn add_function(out: &mut String, create: &str, (function, first): (&Function, usize)) {
    let mut inputs = 0;
    let written = function.arguments.iter().filter(|one| one.mode != "TABLE");
    let arguments = written.map(|one| {
        inputs += usize::from(one.mode != "OUT");
        match &one.default {
            Some(default) if inputs > first => format!("{} default {default}", argument_text(one)),
            _ => argument_text(one),
        }
    });
    let arguments: Vec<String> = arguments.collect();
    let kind = if function.is_procedure { "procedure" } else { "function" };
    let _ = write!(out, "{create} {kind} {}({})", function.name, arguments.join(", "));
    if let Some(result) = result(function).filter(|result| !result.is_empty()) {
        let _ = write!(out, " returns {result}");
    }
    let _ = write!(out, "\n  language {}", Name::exact(&function.language));
    if !function.is_procedure {
        let _ = write!(out, " {}", function.volatility.to_ascii_lowercase());
        if function.strict {
            out.push_str(" strict");
        }
    }
    if function.security_definer {
        out.push_str(" security definer");
    }
    for (name, value) in &function.settings {
        let is_list = matches!(name.as_str(), "search_path" | "temp_tablespaces");
        let value = if is_list { value.clone() } else { quoted(value) };
        let value = if value == "\"\"" { "''".to_owned() } else { value };
        let _ = write!(out, " set {name} = {value}");
    }
    let body = function.body.trim_start().to_ascii_lowercase();
    let in_standard = function.language == "sql"
        && (body.starts_with("begin atomic") || body.starts_with("return "));
    if in_standard {
        let _ = writeln!(out, "\n{};", function.body.trim());
        return;
    }
    let mark = quote_mark(&function.body);
    let _ = writeln!(out, "\n  as {mark}{}{mark};", function.body);
}

/// A dollar quote that the text does not hold.
fn quote_mark(text: &str) -> String {
    let marks = std::iter::once(String::from("$function$"))
        .chain((1..1_000).map(|number| format!("$function{number}$")));
    marks.into_iter().find(|mark| !text.contains(mark.as_str())).unwrap_or_default()
}
