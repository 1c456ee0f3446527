//! Parts of SQL that code makes before it puts them together.

use trave_source::Origin;

use super::text::{Hole, SqlText};
use crate::library::LibraryCall;
use crate::value::{Shape, Value};

/// Whether a text is one aggregate: `count(*)`, `sum(x)::int`, `coalesce(max(x), 0)`.
pub(crate) fn is_total(text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    let has = |name: &&str| {
        text.match_indices(*name).any(|(at, _)| {
            let before = text.get(..at).and_then(|it| it.chars().next_back());
            !before.is_some_and(|it| it.is_alphanumeric() || it == '_' || it == '.')
        })
    };
    let names = ["count(", "sum(", "avg(", "max(", "min(", "array_agg(", "json_agg(", "jsonb_agg("];
    names.iter().any(has) && !text.contains(" over ")
}

/// `sql.join(parts, separator)`, with a library's own way to put in a part.
pub(crate) fn joined(
    call: &LibraryCall<'_>,
    separator: &Value,
    push: impl Fn(&mut SqlText, &Value, Origin),
) -> SqlText {
    let (list, origin) = (call.arg(0), call.arg_origin(0));
    let mut text = SqlText::new(origin);
    match &list.shape {
        Shape::Array(items) => {
            for (at, item) in items.iter().enumerate() {
                if at > 0 {
                    push(&mut text, separator, origin);
                }
                push(&mut text, item, origin);
            }
        }
        Shape::List(element) => push(&mut text, element, origin),
        _ => text.push_hole(Hole { value: list, origin, bound: true }),
    }
    text
}
