//! Columns that count up: `phone1`, `phone2`, `phone3`.

use std::collections::BTreeMap;

use trave_rule::catalog::{Column, Table};
use trave_rule::words::code_list;
use trave_rule::{Context, rule};

/// Two of a kind are a pair; three are a list.
const COLUMNS_MIN: usize = 3;

#[rule]
fn repeated_columns(table: &Table, cx: &mut Context) {
    let Some(catalog) = cx.catalog_of(table) else { return };
    let mut groups: BTreeMap<(String, &str), Vec<(u32, &Column)>> = BTreeMap::new();
    for column in catalog.settled_columns(table) {
        let Some((stem, number)) = counted(&column.name) else { continue };
        groups.entry((stem, &column.type_name)).or_default().push((number, column));
    }
    let mut groups: Vec<Vec<(u32, &Column)>> =
        groups.into_values().filter(|it| counts_up(it)).collect();
    // In the order of the table, the one that is named first leads.
    groups.sort_by_key(|group| group.iter().map(|(_, column)| column.origin).min());
    let Some((group, more)) = groups.split_first() else { return };
    let Some((_, first)) = group.first() else { return };
    let names = code_list(group.iter().map(|(_, column)| &column.name));
    let finding = cx
        .report(
            first.origin,
            format!(
                "{names} of `{}` are one list: each question has to ask all of them",
                table.name.short()
            ),
        )
        .about(&table.name)
        .help("a table with one row per value, its number in a column, which refers to this one");
    for (_, column) in more.iter().filter_map(|group| group.first()) {
        finding.label(column.origin, "and so are these");
    }
}

/// A name without its number, with a mark in its place: `phone_#_kind`.
fn counted(name: &str) -> Option<(String, u32)> {
    let is_digit = |sign: char| sign.is_ascii_digit();
    let begin = name.find(is_digit)?;
    let digits: &str = name.get(begin..)?.split(|sign| !is_digit(sign)).next()?;
    let (stem, rest) = (name.get(..begin)?, name.get(begin + digits.len()..)?);
    let bare = stem.trim_end_matches('_');
    let is_counted =
        bare.len() > 1 && !rest.contains(is_digit) && (rest.is_empty() || rest.starts_with('_'));
    (is_counted && !is_measured(bare))
        .then(|| (format!("{stem}#{rest}"), digits.parse().unwrap_or(u32::MAX)))
}

/// Words whose number is part of what they mean: lines of an address, levels, percentiles, codecs.
fn is_measured(stem: &str) -> bool {
    const WORDS: [&str; 22] = [
        "address",
        "addr",
        "admin",
        "base",
        "format",
        "iso",
        "level",
        "line",
        "lvl",
        "md",
        "mp",
        "percentile",
        "quarter",
        "sha",
        "street",
        "tier",
        "top",
        "utf",
        "utm",
        "version",
        "web",
        "window",
    ];
    stem.rsplit('_').next().is_some_and(|last| WORDS.contains(&last.to_ascii_lowercase().as_str()))
}

/// Whether there are enough, numbered one after the other from 0 or 1.
fn counts_up(group: &[(u32, &Column)]) -> bool {
    let mut numbers: Vec<u32> = group.iter().map(|(number, _)| *number).collect();
    numbers.sort_unstable();
    let follow =
        numbers.windows(2).all(|two| matches!(two, [one, next] if *next == one.saturating_add(1)));
    group.len() >= COLUMNS_MIN && follow && numbers.first().is_some_and(|first| *first <= 1)
}

#[cfg(test)]
mod tests {
    use trave_testing::check;

    #[test]
    fn pairs_measures_and_parts_of_an_address_are_no_lists() {
        check(
            &super::RULE,
            r"
create table a (
  id int primary key, phone1 text, phone2 text, x1 int, x2 int, x3 int,
  address_line1 text, address_line2 text, address_line3 text,
  p50 real, p90 real, p99 real, sha1 text, sha256 text, sha512 text,
  days_7 int, days_30 int, days_90 int, size1 int, size2 text, size3 date
);
",
        );
    }

    #[test]
    fn lists_side_by_side_are_one_finding() {
        check(
            &super::RULE,
            r"
create table homes (
  id int primary key, contact_1_name text, contact_1_phone text,
--                    ^^^^^^^^^^^^^^^^^^^ `contact_1_name`, `contact_2_name` and `contact_3_name` of `homes` are one list: each question has to ask all of them
  contact_2_name text, contact_2_phone text, contact_3_name text, contact_3_phone text
);
",
        );
    }
}
