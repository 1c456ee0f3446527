//! Functions that bodies build SQL with: `format`, `quote_ident`, `array_length` …

use smol_str::{SmolStr, StrExt};
use trave_sql::{Call, Name};

use super::datum::{Datum, Scope};
use super::evaluate::array_of;
use crate::replay::session::Session;

impl Session {
    /// The value of a call.
    pub(super) fn call_value(&mut self, call: &Call, scope: &Scope) -> Datum {
        let name = call.name.name.as_str();
        let arguments: Vec<Datum> =
            call.arguments.iter().map(|argument| self.evaluate(&argument.value, scope)).collect();
        match (name, arguments.as_slice()) {
            ("format", [Datum::Text(pattern), rest @ ..]) => format_text(pattern, rest),
            ("quote_ident", [value]) => mapped(value, |text| Name::exact(text).to_string().into()),
            ("quote_literal" | "quote_nullable", [value]) => mapped(value, quoted),
            ("lower", [value]) => mapped(value, StrExt::to_lowercase_smolstr),
            ("upper", [value]) => mapped(value, StrExt::to_uppercase_smolstr),
            ("trim" | "btrim", [value]) => mapped(value, |text| text.trim().into()),
            ("coalesce", values) => coalesce(values),
            ("concat", values) => concat(values),
            ("replace", [Datum::Text(text), Datum::Text(from), Datum::Text(to)]) => {
                Datum::Text(text.replace(from.as_str(), to.as_str()).into())
            }
            ("left", [Datum::Text(text), Datum::Number(count)]) => {
                let count = usize::try_from(*count).unwrap_or(0);
                Datum::Text(text.chars().take(count).collect())
            }
            ("string_to_array", [Datum::Text(text), Datum::Text(mark)]) => {
                Datum::Array(text.split(mark.as_str()).map(Datum::text).collect())
            }
            ("array_to_string", [Datum::Array(items), Datum::Text(mark)]) => {
                let texts: Option<Vec<SmolStr>> = items.iter().map(Datum::shown).collect();
                texts.map_or(Datum::Unknown, |texts| Datum::Text(texts.join(mark.as_str()).into()))
            }
            ("array_length" | "cardinality", [Datum::Array(items), ..]) => {
                i64::try_from(items.len()).map_or(Datum::Unknown, Datum::Number)
            }
            ("unnest", [Datum::Array(_)]) => arguments.into_iter().next().unwrap_or(Datum::Unknown),
            ("to_regclass", [Datum::Text(text)]) => self.object_named(text),
            ("to_regtype", [Datum::Text(text)]) => self.type_named(text),
            ("to_regnamespace", [Datum::Text(text)]) => {
                if self.catalog().schemas.contains_key(text.as_str()) {
                    Datum::Text(text.clone())
                } else {
                    Datum::Null
                }
            }
            ("to_regprocedure" | "to_regproc", [Datum::Text(text)]) => self.function_of_text(text),
            ("pg_get_function_identity_arguments" | "oidvectortypes", [Datum::Text(oid)]) => {
                argument_types(oid)
            }
            ("current_schema", []) => self.current_schema(),
            ("current_user" | "session_user" | "current_role" | "user", []) => {
                Datum::Text(self.role.clone())
            }
            ("current_database" | "current_catalog", []) => Datum::text("postgres"),
            ("array", values) => Datum::Array(values.to_vec()),
            _ => Datum::Unknown,
        }
    }

    fn current_schema(&self) -> Datum {
        let known = |schema: &&SmolStr| self.catalog().schemas.contains_key(*schema);
        self.search_path.iter().find(known).cloned().map_or(Datum::Null, Datum::Text)
    }

    fn type_named(&self, text: &str) -> Datum {
        let name = super::evaluate::written_name(text);
        match self.find_type(&name) {
            Some(found) => Datum::text(found.to_string()),
            None if crate::replay::types::is_built_in(text) => Datum::text(text),
            None => Datum::Null,
        }
    }

    /// The function that `f(uuid)` means, as `regprocedure` prints it; null where there is none.
    pub(super) fn function_of_text(&mut self, text: &str) -> Datum {
        let options = trave_sql::Options::default();
        let parsed = trave_sql::parse(&format!("drop function {text}"), options);
        let statement = parsed.statements.into_iter().next().map(|one| one.statement);
        let Some(trave_sql::Statement::Drop(drop)) = statement else { return Datum::Unknown };
        let Some(target) = drop.targets.into_iter().next() else { return Datum::Unknown };
        let routine = trave_sql::RoutineName { name: target.name, arguments: target.arguments };
        match self.find_routine(trave_sql::ObjectKind::Routine, &routine) {
            Ok(Some((name, types))) => Datum::text(format!("{name}({types})")),
            Ok(None) | Err(_) => Datum::Null,
        }
    }
}

/// The argument types in `schema.f(uuid, text)`.
fn argument_types(oid: &str) -> Datum {
    let inner = oid.split_once('(').and_then(|(_, rest)| rest.strip_suffix(')'));
    inner.map_or(Datum::Unknown, Datum::text)
}

fn mapped(value: &Datum, change: impl FnOnce(&str) -> SmolStr) -> Datum {
    match value {
        Datum::Null => Datum::Null,
        value => value.shown().map_or(Datum::Unknown, |text| Datum::Text(change(&text))),
    }
}

fn quoted(text: &str) -> SmolStr {
    let inner = text.replace('\'', "''");
    if inner.contains('\\') {
        format!("E'{}'", inner.replace('\\', "\\\\")).into()
    } else {
        format!("'{inner}'").into()
    }
}

fn coalesce(values: &[Datum]) -> Datum {
    values.iter().find(|value| **value != Datum::Null).cloned().unwrap_or(Datum::Null)
}

fn concat(values: &[Datum]) -> Datum {
    let texts: Option<Vec<SmolStr>> = values.iter().map(Datum::shown).collect();
    texts.map_or(Datum::Unknown, |texts| Datum::Text(texts.concat().into()))
}

/// `format('… %I %1$L %s', …)`.
fn format_text(pattern: &str, arguments: &[Datum]) -> Datum {
    let arguments: &[Datum] = match arguments {
        [Datum::Array(items)] => items,
        other => other,
    };
    let mut out = String::with_capacity(pattern.len());
    let mut next = 0;
    let mut rest = pattern;
    while let Some(at) = rest.find('%') {
        out.push_str(rest.get(..at).unwrap_or_default());
        rest = rest.get(at + 1..).unwrap_or_default();
        if let Some(after) = rest.strip_prefix('%') {
            out.push('%');
            rest = after;
            continue;
        }
        let Some((place, kind, after)) = specifier(rest) else { return Datum::Unknown };
        rest = after;
        let place = place.unwrap_or(next);
        next = place + 1;
        let Some(text) = arguments.get(place).and_then(|value| shown_as(kind, value)) else {
            return Datum::Unknown;
        };
        out.push_str(&text);
    }
    out.push_str(rest);
    Datum::Text(out.into())
}

/// `1$I`, `-10s`, `L`: which argument, which kind, and what follows.
fn specifier(text: &str) -> Option<(Option<usize>, char, &str)> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (place, text) = match text.get(digits..)?.strip_prefix('$') {
        Some(after) if digits > 0 => {
            let number: usize = text.get(..digits)?.parse().ok()?;
            (Some(number.checked_sub(1)?), after)
        }
        _ => (None, text),
    };
    let text = text.trim_start_matches(|c: char| c == '-' || c.is_ascii_digit());
    let kind = text.chars().next()?;
    let after = text.get(kind.len_utf8()..)?;
    matches!(kind, 's' | 'I' | 'L').then_some((place, kind, after))
}

fn shown_as(kind: char, value: &Datum) -> Option<SmolStr> {
    match (kind, value) {
        ('L', Datum::Null) => Some("NULL".into()),
        ('I', Datum::Null) => None,
        ('s', value) => value.shown(),
        ('I', value) => Some(Name::exact(&value.shown()?).to_string().into()),
        (_, value) => Some(quoted(&value.shown()?)),
    }
}

/// An array that may have been written as text.
pub(super) fn as_array(value: Datum) -> Option<Vec<Datum>> {
    match value {
        Datum::Array(items) => Some(items),
        Datum::Text(text) => match array_of(&text) {
            Datum::Array(items) => Some(items),
            _ => None,
        },
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{Datum, format_text};

    #[test]
    fn format_fills_names_texts_and_literals() {
        let values = [Datum::text("My Table"), Datum::text("it's"), Datum::Number(3)];
        assert_eq!(
            format_text("drop table %I; select %L, %s, %1$s, 5%%", &values),
            Datum::text("drop table \"My Table\"; select 'it''s', 3, My Table, 5%")
        );
        assert_eq!(format_text("%I", &[Datum::Unknown]), Datum::Unknown);
    }
}
