//! Texts of expressions and queries that change with what they name.

use smol_str::{SmolStr, ToSmolStr, format_smolstr};
use trave_source::Span;
use trave_sql::{Expr, Name, Query};

use super::expression;
use super::meaning::{Meaning, Place, Reference};
use crate::{Condition, QualifiedName};

/// What stands where in a new text.
pub(super) type Edits = Vec<(Span, SmolStr)>;

/// Renames a column in the text of an expression over one table.
pub(super) fn rename_in_text(text: &mut String, table: &str, names: (&str, &SmolStr)) {
    let Some(expr) = parse_expression(text, 0) else { return };
    let base = expr.span.start;
    let to = Name::exact(names.1).to_smolstr();
    let own = expression::own_references(&expr, table).into_iter();
    let own = own.filter(|(name, _)| name == names.0);
    let edits = own.map(|(_, span)| (name_in(text, base, span), to.clone())).collect();
    *text = edited(text, base, edits);
}

/// The edits that give a column of a relation its new name.
pub(super) fn column_edits(
    (text, base): (&str, u32),
    meaning: &Meaning,
    relation: &QualifiedName,
    (from, to): (&str, &SmolStr),
) -> Edits {
    let is_it = |one: &&Reference| one.relation.as_ref() == Some(relation) && one.column == from;
    let edit = |one: &Reference| {
        let new = Name::exact(to).to_smolstr();
        let new = match one.place {
            Place::Hidden => return None,
            Place::Name(_) => new,
            Place::Output(_) => format_smolstr!("{new} as {}", Name::exact(from)),
        };
        Some((name_in(text, base, one.span), new))
    };
    meaning.references.iter().filter(is_it).filter_map(edit).collect()
}

/// The edits that give a relation its new name before its columns.
pub(super) fn qualifier_edits(
    meaning: &Meaning,
    from: &QualifiedName,
    to: &QualifiedName,
) -> Edits {
    let edit = |one: &Reference| match one.place {
        Place::Name(Some(before)) | Place::Output(Some(before))
            if one.relation.as_ref() == Some(from) =>
        {
            Some((before, Name::exact(&to.name).to_smolstr()))
        }
        _ => None,
    };
    meaning.references.iter().filter_map(edit).collect()
}

/// The last name of a column as it was written, without what stands around it.
fn name_in(text: &str, base: u32, span: Span) -> Span {
    let (start, end) = (span.start.saturating_sub(base), span.end.saturating_sub(base));
    let written = text.get(start as usize..end as usize).unwrap_or_default();
    let right = written.trim_end_matches([')', ' ', '\n', '\t', '\r']);
    let mut left = right.len() - right.trim_start_matches(['(', ' ', '\n', '\t', '\r']).len();
    let mut quoted = false;
    for (at, byte) in right.bytes().enumerate() {
        quoted ^= byte == b'"';
        if byte == b'.' && !quoted {
            left = at + 1;
        }
    }
    let place = |at: usize| span.start + u32::try_from(at).unwrap_or(0);
    Span { start: place(left), end: place(right.len()) }
}

/// Gives a condition a text that says the same with other names.
pub(super) fn edit_condition(condition: &mut Condition, edits: Edits) {
    if edits.is_empty() {
        return;
    }
    let text = edited(&condition.text, condition.expr.span.start, edits);
    if let Some(expr) = parse_expression(&text, condition.expr.span.start) {
        condition.expr = expr;
        condition.text = text;
    }
}

/// A text with edits, whose places count from `base`.
pub(super) fn edited(text: &str, base: u32, mut edits: Edits) -> String {
    edits.sort_by_key(|(span, _)| span.start);
    let mut out = String::with_capacity(text.len());
    let mut from = 0;
    for (span, name) in edits {
        let (start, end) = (span.start.saturating_sub(base), span.end.saturating_sub(base));
        let (start, end) = (start as usize, end as usize);
        if start < from || end > text.len() {
            continue;
        }
        out.push_str(text.get(from..start).unwrap_or_default());
        out.push_str(&name);
        from = end;
    }
    out.push_str(text.get(from..).unwrap_or_default());
    out
}

/// Reads an expression again, with spans that begin at `base`.
pub(super) fn parse_expression(text: &str, base: u32) -> Option<Expr> {
    const LEAD: &str = "select ";
    let lead = u32::try_from(LEAD.len()).unwrap_or(0);
    let query = parse_at(&format!("{LEAD}{text}"), base.saturating_sub(lead))?;
    let trave_sql::QueryBody::Select(select) = query.body else { return None };
    Some(select.projection.into_iter().next()?.value)
}

/// Reads a query again, with spans that begin at 0.
pub(super) fn parse_query(text: &str) -> Option<Query> {
    parse_at(text, 0)
}

fn parse_at(text: &str, offset: u32) -> Option<Query> {
    let options = trave_sql::Options { dialect: trave_sql::Dialect::Postgres, offset };
    let parsed = trave_sql::parse(text, options);
    match parsed.statements.into_iter().next()?.statement {
        trave_sql::Statement::Query(query) => Some(*query),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::rename_in_text;

    #[test]
    fn names_change_and_what_stands_around_them_stays() {
        let mut text = String::from("(t.a) > 1 and \"a\" < 2 and lower(a) = 'a'");
        rename_in_text(&mut text, "t", ("a", &"order".into()));
        assert_eq!(text, "(t.\"order\") > 1 and \"order\" < 2 and lower(\"order\") = 'a'");
    }
}
