//! Chains of calls: what the argument that is being typed names, and which names there are.

use trave_catalog::{Catalog, Table};
use trave_model::typing::{SCHEMA, Slot, TABLE, Wanted};

use super::{Offer, columns, relations};
use crate::tokens::{Kind, Token};
use crate::words::slice;

/// A call around the cursor.
struct Call<'t> {
    /// Its name.
    method: &'t str,
    /// How many commas stand between its bracket and the cursor.
    argument: usize,
    /// The brackets of objects and lists between its bracket and the cursor.
    inside: Vec<char>,
    /// The name of the property that the cursor is the value of.
    property: Option<&'t str>,
    /// How many pieces stand before its name.
    at: usize,
}

impl Call<'_> {
    fn slot(&self) -> Slot<'_> {
        let Self { method, argument, inside, property, .. } = self;
        Slot { method, argument: *argument, inside, property: *property }
    }
}

/// Names for a text that is typed; none where no chain is around it.
pub(super) fn offers(
    catalog: &Catalog,
    text: &str,
    (before, written): (&[Token], &str),
) -> Option<Vec<Offer>> {
    let call = call(text, before)?;
    let wanted = call.slot().of_text()?;
    let rest = before.get(..call.at).unwrap_or_default();
    let table = || table_of(catalog, text, rest);
    match wanted {
        Wanted::Relation => Some(relations(catalog, argument_of(text, rest, SCHEMA))),
        Wanted::Function => Some(functions(catalog)),
        Wanted::Argument => None,
        Wanted::Selection => Some(selectable(catalog, table()?, written)),
        Wanted::Column => table().map(columns),
        Wanted::ColumnOrRelated => match written.rsplit_once('.') {
            Some((relation, _)) => {
                let all = related(catalog, table()?);
                let named = all.into_iter().find(|(offer, _)| offer.text == relation);
                named.map(|(_, target)| columns(target))
            }
            None => table().map(columns),
        },
        Wanted::Related => {
            Some(related(catalog, table()?).into_iter().map(|(offer, _)| offer).collect())
        }
    }
}

/// Names for the key of an object that is typed: columns of a row, arguments of a function.
pub(super) fn arguments(catalog: &Catalog, text: &str, before: &[Token]) -> Option<Vec<Offer>> {
    // The piece under the cursor is the key itself.
    let is_key = |token: &&Token| token.kind == Kind::Word;
    let before = match before.split_last() {
        Some((last, rest)) if is_key(&last) && !ends_with(text, before, &['.']) => rest,
        _ => before,
    };
    if !ends_with(text, before, &['{', ',']) {
        return None;
    }
    let call = call(text, before)?;
    let rest = before.get(..call.at).unwrap_or_default();
    match call.slot().of_key()? {
        Wanted::Argument => {
            let first = before.get(call.at + 2)?;
            let name = slice(text, first.span);
            let functions = catalog.functions.values().filter(|it| it.name.name == name);
            let arguments = functions.flat_map(|function| &function.arguments);
            let given = arguments.filter(|it| matches!(it.mode.as_str(), "IN" | "INOUT"));
            Some(given.filter_map(Offer::argument).collect())
        }
        _ => table_of(catalog, text, rest).map(columns),
    }
}

fn ends_with(text: &str, before: &[Token], signs: &[char]) -> bool {
    let last = before.last();
    last.is_some_and(|last| {
        matches!(last.kind, Kind::Sign(sign) if signs.contains(&sign))
            || signs.iter().any(|sign| slice(text, last.span).starts_with(*sign))
    })
}

/// The innermost call with a name whose bracket is still open.
fn call<'t>(text: &'t str, before: &[Token]) -> Option<Call<'t>> {
    let mut closed = 0_usize;
    let mut inside = Vec::new();
    let mut argument = 0;
    let mut property = None;
    for (at, token) in before.iter().enumerate().rev() {
        let Kind::Sign(sign) = token.kind else { continue };
        match sign {
            ')' | ']' | '}' => closed += 1,
            '(' | '[' | '{' if closed > 0 => closed -= 1,
            '[' | '{' => {
                inside.insert(0, sign);
                // Commas inside of it separate its own parts.
                argument = 0;
            }
            '(' => {
                let name = before.get(at.checked_sub(1)?)?;
                let method = slice(text, name.span);
                let is_method = name.kind == Kind::Word;
                return is_method.then_some(Call {
                    method,
                    argument,
                    inside,
                    property,
                    at: at - 1,
                });
            }
            ',' if closed == 0 => argument += 1,
            ':' if closed == 0 && inside.is_empty() && argument == 0 && property.is_none() => {
                let name = at.checked_sub(1).and_then(|at| before.get(at));
                property = name.map(|name| slice(text, name.span));
            }
            _ => {}
        }
    }
    None
}

/// The table that the chain before a call is about.
fn table_of<'c>(catalog: &'c Catalog, text: &str, before: &[Token]) -> Option<&'c Table> {
    let name = argument_of(text, before, TABLE)?;
    let schema = argument_of(text, before, SCHEMA);
    catalog.find_table(schema, name)
}

/// The first argument of the nearest call of a method in the same chain.
fn argument_of<'t>(text: &'t str, before: &[Token], method: &str) -> Option<&'t str> {
    let mut closed = 0_usize;
    for (at, token) in before.iter().enumerate().rev() {
        match token.kind {
            Kind::Sign(')' | ']' | '}') => closed += 1,
            Kind::Sign('(' | '[' | '{') if closed > 0 => closed -= 1,
            // The chain begins here.
            Kind::Sign('(' | '[' | '{' | ';' | '=' | ',') if closed == 0 => return None,
            Kind::Word if closed == 0 && slice(text, token.span) == method => {
                let is_call = before.get(at + 1).is_some_and(|it| it.kind == Kind::Sign('('));
                let argument = before.get(at + 2).filter(|it| it.kind == Kind::Text && is_call);
                if let Some(argument) = argument {
                    return Some(slice(text, argument.span));
                }
            }
            _ => {}
        }
    }
    None
}

fn functions(catalog: &Catalog) -> Vec<Offer> {
    let own = catalog.functions.values().filter(|it| it.provenance.origin().is_some());
    let callable = own.filter(|it| !it.is_for_triggers() && catalog.is_exposed(&it.name.schema));
    let all = || catalog.functions.values().filter(|it| it.provenance.origin().is_some());
    let mut offers: Vec<Offer> = callable.map(Offer::function).collect();
    if offers.is_empty() {
        offers = all().filter(|it| !it.is_for_triggers()).map(Offer::function).collect();
    }
    offers.sort();
    offers.dedup();
    offers
}

/// What may stand where the cursor is in the text of a `select`.
fn selectable(catalog: &Catalog, table: &Table, written: &str) -> Vec<Offer> {
    let mut table = table;
    // `id, author:users!inner(na`: each bracket that is open leads to another table.
    for name in open_relations(written) {
        let found = related(catalog, table).into_iter().find(|(offer, _)| offer.text == name);
        match found {
            Some((_, target)) => table = target,
            None => return Vec::new(),
        }
    }
    let mut offers = columns(table);
    offers.extend(related(catalog, table).into_iter().map(|(offer, _)| offer));
    offers
}

/// The relations whose brackets are open at the end of a text.
fn open_relations(written: &str) -> Vec<&str> {
    let mut open = Vec::new();
    let mut start = 0;
    for (at, sign) in written.char_indices() {
        match sign {
            '(' => {
                let name = written.get(start..at).unwrap_or_default().trim();
                let name = name.rsplit(':').next().unwrap_or(name);
                open.push(name.split('!').next().unwrap_or(name));
                start = at + 1;
            }
            ')' => {
                open.pop();
                start = at + 1;
            }
            ',' => start = at + 1,
            _ => {}
        }
    }
    open
}

/// Tables that keys tie to one, on either side.
fn related<'c>(catalog: &'c Catalog, table: &Table) -> Vec<(Offer, &'c Table)> {
    let mut found: Vec<(Offer, &Table)> = Vec::new();
    let mut add = |target: &'c Table, detail: String| {
        if !found.iter().any(|(_, known)| std::ptr::eq(*known, target)) {
            found.push((Offer::relation(&target.name, &detail), target));
        }
    };
    for key in &table.foreign_keys {
        if let Some(target) = catalog.table(&key.target) {
            add(target, format!("one, by {}", key.columns.join(", ")));
        }
    }
    for other in catalog.tables.values() {
        for key in other.foreign_keys.iter().filter(|key| key.target == table.name) {
            add(other, format!("many, by {}", key.columns.join(", ")));
        }
    }
    found
}
