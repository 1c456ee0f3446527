//! How two catalogs differ.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde_json::{Map, Value};

/// What PostgreSQL prints anew: of these only the presence can be compared.
const EXPRESSIONS: [&str; 7] =
    ["default", "generated", "using", "with_check", "predicate", "expression", "when"];

/// What trave may leave out: it would have to print an expression anew, or to know its type.
const MAY_BE_LEFT_OUT: [(&str, &str); 2] = [("functions", "args"), ("columns", "type")];

/// What an object is found by in its section.
const IDENTITY: [&str; 9] =
    ["schema", "table", "name", "identity_args", "column", "grantee", "for_role", "objects", "id"];

/// A difference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Difference {
    /// Section and field, or section and `missing` or `extra`: what kind of difference it is.
    pub(crate) kind: String,
    /// Which object, and how it differs.
    pub(crate) text: String,
}

impl fmt::Display for Difference {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}: {}", self.kind, self.text)
    }
}

type Rows<'a> = BTreeMap<String, &'a Map<String, Value>>;

/// How what trave says differs from what PostgreSQL says. Both name what is new or changed.
pub(crate) fn with_trave(postgres: &Value, trave: &Value) -> Vec<Difference> {
    compare(postgres, trave, Strictness::Told)
}

/// How one catalog of PostgreSQL differs from another one.
pub(crate) fn exactly(want: &Value, got: &Value) -> Vec<Difference> {
    compare(want, got, Strictness::Exact)
}

/// What of a dump is not in an earlier one.
pub(crate) fn news(before: &Value, after: &Value) -> Value {
    let mut out = Map::new();
    for (section, rows) in after.as_object().unwrap() {
        let old: BTreeSet<String> = list(before.get(section)).iter().map(told).collect();
        let new = list(Some(rows)).iter().filter(|row| !old.contains(&told(row)));
        out.insert(section.clone(), Value::Array(new.cloned().collect()));
    }
    Value::Object(out)
}

/// A row without what only PostgreSQL can print.
fn told(row: &Value) -> String {
    let mut row = row.clone();
    row.as_object_mut().unwrap().remove("printed");
    row.to_string()
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Strictness {
    /// As far as trave can tell.
    Told,
    /// In everything.
    Exact,
}

fn compare(want: &Value, got: &Value, strictness: Strictness) -> Vec<Difference> {
    let mut differences = Vec::new();
    for (section, rows) in want.as_object().unwrap() {
        let (want, got) = (rows_of(rows), rows_of(got.get(section).unwrap_or(&Value::Null)));
        let mut add = |kind: &str, text: String| {
            differences.push(Difference { kind: format!("{section} {kind}"), text });
        };
        for (key, row) in &want {
            let Some(other) = got.get(key) else {
                add("missing", format!("{key} {}", Value::Object((*row).clone())));
                continue;
            };
            for (field, value) in *row {
                let other = other.get(field);
                if !same((section, field), (value, other), strictness) {
                    let shown = other.map_or("nothing".to_owned(), Value::to_string);
                    add(field, format!("{key}: PostgreSQL has {value}, not {shown}"));
                }
            }
        }
        for (key, row) in got.iter().filter(|(key, _)| !want.contains_key(*key)) {
            add("extra", format!("{key} {}", Value::Object((*row).clone())));
        }
    }
    differences
}

fn list(rows: Option<&Value>) -> &[Value] {
    rows.and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

fn rows_of(rows: &Value) -> Rows<'_> {
    let key = |row: &Map<String, Value>| {
        let parts = IDENTITY.iter().filter_map(|name| row.get(*name));
        let parts = parts.map(|part| part.as_str().unwrap_or("-").to_owned());
        parts.collect::<Vec<_>>().join(" ")
    };
    list(Some(rows)).iter().filter_map(Value::as_object).map(|row| (key(row), row)).collect()
}

fn same(
    (section, field): (&str, &str),
    (want, got): (&Value, Option<&Value>),
    strictness: Strictness,
) -> bool {
    if strictness == Strictness::Exact {
        let is_like = |got: &Value| match field {
            "acl" => items(got) == items(want),
            _ => lists_read_again(&got.to_string()) == lists_read_again(&want.to_string()),
        };
        return got == Some(want) || got.is_some_and(is_like);
    }
    let Some(got) = got else {
        return field == "printed" || MAY_BE_LEFT_OUT.contains(&(section, field));
    };
    if EXPRESSIONS.contains(&field) {
        return want.is_null() == got.is_null();
    }
    if field == "acl" {
        return items(want) == items(got);
    }
    if field == "partition_key" {
        return want.to_string().to_lowercase() == got.to_string().to_lowercase();
    }
    match (want, got) {
        (Value::Array(want), Value::Array(got)) => {
            want.len() == got.len()
                && want
                    .iter()
                    .zip(got)
                    .all(|(want, got)| same((field, ""), (want, Some(got)), strictness))
        }
        (Value::Object(want), Value::Object(got)) => {
            want.iter().all(|(name, want)| same((section, name), (want, got.get(name)), strictness))
        }
        _ => want == got,
    }
}

/// The items of an access list, whose order says nothing; `MAINTAIN` came with PostgreSQL 17.
fn items(list: &Value) -> BTreeSet<String> {
    let text = list.as_str().unwrap_or_default().trim_matches(['{', '}']);
    text.split(',').map(|item| item.replace("m/", "/")).collect()
}

/// An expression as PostgreSQL prints it once it has read its own print, as it does when a column
/// of an index changes its type: then each item of a list is cast, and no longer the list,
/// `(ARRAY['a'::character varying])::text[]`.
fn lists_read_again(text: &str) -> String {
    const OPEN: &str = "(ARRAY[";
    const CLOSE: &str = "])::";
    let mut out = String::new();
    let mut rest = text;
    while let Some(open) = rest.find(OPEN) {
        let (before, after) = rest.split_at(open);
        let cast = after.find(CLOSE).and_then(|end| {
            let items = after.get(OPEN.len()..end)?;
            let kind = after.get(end + CLOSE.len()..)?.split("[]").next()?;
            let is_list = items.split(", ").all(|item| item.starts_with('\''));
            let is_type = kind.chars().all(|sign| sign.is_ascii_lowercase() || sign == ' ');
            (is_list && is_type && !kind.is_empty()).then_some((items, kind, end))
        });
        out.push_str(before);
        let Some((items, kind, end)) = cast else {
            out.push_str(OPEN);
            rest = &after[OPEN.len()..];
            continue;
        };
        let items: Vec<String> =
            items.split(", ").map(|item| format!("({item})::{kind}")).collect();
        out.push_str("ARRAY[");
        out.push_str(&items.join(", "));
        out.push(']');
        rest = &after[end + CLOSE.len() + kind.len() + "[]".len()..];
    }
    out + rest
}

#[test]
fn a_list_that_was_read_again_is_the_same_list() {
    let first =
        "((s)::text = ANY ((ARRAY['a'::character varying, 'b'::character varying])::text[]))";
    let again =
        "((s)::text = ANY (ARRAY[('a'::character varying)::text, ('b'::character varying)::text]))";
    assert_eq!(lists_read_again(first), again);
    assert_eq!(lists_read_again(again), again);
    let plain = "(s = ANY (ARRAY['a'::text]))";
    assert_eq!(lists_read_again(plain), plain);
}
