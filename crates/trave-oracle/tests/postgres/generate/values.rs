//! Types, and expressions over them that PostgreSQL takes.

use trave_catalog::{Column, Table};

use super::Generator;

/// What an expression is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum For {
    /// An index: nothing that changes from one moment to the next.
    Index,
    /// A check: no query.
    Check,
    /// A policy or a query.
    Query,
}

const TYPES: [&str; 20] = [
    "integer",
    "int",
    "bigint",
    "int8",
    "smallint",
    "text",
    "varchar(40)",
    "character varying",
    "boolean",
    "bool",
    "uuid",
    "timestamptz",
    "timestamp with time zone",
    "timestamp",
    "date",
    "numeric(10, 2)",
    "numeric",
    "jsonb",
    "text[]",
    "double precision",
];

impl Generator {
    /// A type as one may write it.
    pub(super) fn data_type(&mut self) -> String {
        if self.chance.percent(12)
            && let Some((name, _)) = self.user_type()
        {
            return name;
        }
        self.chance.one(&TYPES).to_string()
    }

    /// A default for a type as written; none where nothing is sure to fit.
    pub(super) fn default_for(&mut self, kind: &str) -> Option<String> {
        if family(kind) == Family::Other {
            return self.default_of_own(kind);
        }
        if family(kind) == Family::Text && self.chance.percent(12) {
            return self.text_call("'a'");
        }
        let list: &[&str] = match family(kind) {
            Family::Number => &["0", "1 + 1", "(-1)", "null", "abs(-2)"],
            Family::Text => &["''", "'new'", "'it''s'", "lower('A')", "null", "'a'::text"],
            Family::Boolean => &["true", "FALSE", "(not true)", "null"],
            Family::Uuid => &["gen_random_uuid()", "auth.uid()", "null"],
            Family::Moment => &["now()", "current_timestamp", "timezone('utc', now())", "null"],
            Family::Day => &["current_date", "'2024-01-01'", "null"],
            Family::Json => &["'{}'", "'[]'::jsonb", "jsonb_build_object('a', 1)"],
            Family::Texts => &["'{}'", "array[]::text[]", "array['a', 'b']"],
            Family::Other => return None,
        };
        Some(self.chance.one(list).to_string())
    }

    /// A label of an enum, as text or as what it is.
    fn default_of_own(&mut self, kind: &str) -> Option<String> {
        let written = kind.replace('"', "").to_lowercase();
        // A new label can be used in later transactions only.
        if self.added_label {
            return None;
        }
        let is_short = |one: &&trave_catalog::UserType| {
            written.rsplit('.').next() == Some(one.name.name.to_lowercase().as_str())
        };
        if self.catalog.types.values().filter(is_short).count() > 1 {
            return None;
        }
        let own = self.catalog.types.values().find_map(|one| match &one.kind {
            trave_catalog::TypeKind::Enum(labels) => {
                let short = one.name.name.to_lowercase();
                let ends = written == short || written.ends_with(&format!(".{short}"));
                Some((one.name.clone(), labels.clone())).filter(|_| ends)
            }
            _ => None,
        });
        let (name, labels) = own?;
        let label = self.chance.any(&labels)?.replace('\'', "''");
        if self.chance.percent(50) {
            return Some(format!("'{label}'"));
        }
        Some(format!("'{label}'::{}", self.full(&name)))
    }

    /// A call of one of the project's functions from text to text.
    pub(super) fn text_call(&mut self, argument: &str) -> Option<String> {
        let fits = |one: &&trave_catalog::Function| {
            one.returns == "text"
                && !one.returns_set
                && !one.is_procedure
                && one.volatility == "IMMUTABLE"
                && one.arguments.len() == 1
                && one.arguments.first().is_some_and(|one| one.type_name == "text")
        };
        let all = self.catalog.functions.values().filter(fits);
        let names: Vec<_> = all.map(|one| one.name.clone()).collect();
        let name = self.chance.any(&names)?;
        Some(format!("{}({argument})", self.full(&name)))
    }

    /// A truth about a column, which is written as `name`.
    pub(super) fn truth(&mut self, column: &Column, name: &str, purpose: For) -> String {
        let mut list: Vec<&str> = match family(&column.type_name) {
            Family::Number => {
                vec!["# > 0", "# between 1 and 10", "# <> 3 and # >= -1", "abs(#) > 1"]
            }
            Family::Text => {
                vec!["# <> ''", "length(#) > 2", "# in ('a', 'b')", "# like 'a%'", "lower(#) = #"]
            }
            Family::Boolean => vec!["#", "not #", "# is true", "# = false"],
            Family::Json => vec!["# ? 'a'", "(# ->> 'kind') = 'x'", "jsonb_typeof(#) = 'object'"],
            Family::Texts => vec!["'a' = any(#)", "cardinality(#) > 0"],
            Family::Day => vec!["# > '2020-01-01'"],
            _ => vec!["# is not null", "# is distinct from null"],
        };
        match (family(&column.type_name), purpose) {
            (_, For::Index) => {}
            (Family::Uuid, For::Check) => list.push("# = auth.uid()"),
            (Family::Uuid, For::Query) => {
                list.extend(["# = auth.uid()", "# = (select auth.uid())"]);
            }
            (Family::Moment, _) => list.push("# < now()"),
            _ => {}
        }
        // Of `varchar`, PostgreSQL prints such lists anew in one way first and in another later.
        if column.type_name == "text" {
            list.push("# in ('a', 'b')");
        }
        list.push("# is null");
        if family(&column.type_name) == Family::Text
            && self.chance.percent(15)
            && let Some(call) = self.text_call(&format!("{name}::text"))
        {
            return format!("{call} = 'a'");
        }
        self.chance.one(&list).replace('#', name)
    }

    /// A truth about some columns of a table; `before` is what stands before each name.
    pub(super) fn condition(&mut self, table: &Table, before: &str, purpose: For) -> String {
        let mut parts = Vec::new();
        for column in self.chance.some(&table.columns, (1, 2)) {
            let name = format!("{before}{}", self.ident(&column.name));
            parts.push(self.truth(&column, &name, purpose));
        }
        if parts.is_empty() {
            return "true".to_owned();
        }
        let word = *self.chance.one(&[" and ", " or "]);
        parts.join(word)
    }
}

/// Types between which expressions do not differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Family {
    Number,
    Text,
    Boolean,
    Uuid,
    Moment,
    Day,
    Json,
    Texts,
    Other,
}

/// The family of a type, written or printed.
pub(super) fn family(kind: &str) -> Family {
    let base = kind.split('(').next().unwrap().trim();
    match base {
        "integer" | "int" | "bigint" | "int8" | "smallint" | "numeric" | "double precision"
        | "serial" | "bigserial" => Family::Number,
        "text" | "varchar" | "character varying" => Family::Text,
        "boolean" | "bool" => Family::Boolean,
        "uuid" => Family::Uuid,
        "date" => Family::Day,
        "jsonb" => Family::Json,
        "text[]" => Family::Texts,
        _ if base.starts_with("timestamp") => Family::Moment,
        _ => Family::Other,
    }
}
