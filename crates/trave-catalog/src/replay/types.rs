//! The text of a type as `format_type` prints it with an empty search path.

use smol_str::{SmolStr, format_smolstr};
use trave_sql::{DataType, Name, ObjectName};

use super::Failure;
use super::names::candidates_along;
use super::prelude;
use super::session::Session;
use crate::QualifiedName;

/// A type, resolved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Resolved {
    /// As `format_type` prints it.
    pub(super) text: SmolStr,
    /// The project's own type behind it, if it is one.
    pub(super) user: Option<QualifiedName>,
}

impl Session {
    /// The type that was written, found through the search path.
    pub(super) fn resolve_type(&mut self, kind: &DataType) -> Result<Resolved, Failure> {
        let name = &kind.name;
        let built_in = match &name.schema {
            None => is_built_in(name.name.as_str()),
            Some(schema) => *schema == "pg_catalog",
        };
        if built_in {
            return Ok(Resolved { text: kind.text.clone(), user: None });
        }
        if let Some(found) = self.find_type(name) {
            return Ok(Resolved { text: printed(&found, kind), user: Some(found) });
        }
        if let Some(extension) = prelude::extension_of_type(name.name.as_str()) {
            let found = self.type_of_extension(extension, name, kind);
            return Ok(Resolved { text: printed(&found, kind), user: None });
        }
        if self.assumes_missing() {
            return Ok(Resolved { text: kind.text.clone(), user: None });
        }
        Err(Failure::missing("type", name))
    }

    /// The type, table or view whose rows are of this name.
    pub(super) fn find_type(&self, name: &ObjectName) -> Option<QualifiedName> {
        self.find_type_along(name, &self.search_path)
    }

    /// As [`Session::find_type`], along another path.
    pub(super) fn find_type_along(
        &self,
        name: &ObjectName,
        path: &[SmolStr],
    ) -> Option<QualifiedName> {
        let catalog = self.catalog();
        candidates_along(name, path).into_iter().find(|name| {
            catalog.types.contains_key(name)
                || catalog.tables.contains_key(name)
                || catalog.views.contains_key(name)
        })
    }

    fn type_of_extension(
        &mut self,
        extension: &'static str,
        name: &ObjectName,
        kind: &DataType,
    ) -> QualifiedName {
        self.assume_extension(extension, kind.span);
        let schema = self.catalog().extensions.get(extension).map(|found| found.schema.clone());
        QualifiedName::new(schema.unwrap_or_else(|| "public".into()), name.name.as_str())
    }
}

/// Name, modifiers, and one pair of brackets however many were written.
fn printed(name: &QualifiedName, kind: &DataType) -> SmolStr {
    let (schema, short) = (Name::exact(&name.schema), Name::exact(&name.name));
    let modifiers = match kind.modifiers.as_slice() {
        [] => String::new(),
        list => format!("({})", list.join(",")),
    };
    let brackets = if kind.is_array() { "[]" } else { "" };
    format_smolstr!("{schema}.{short}{modifiers}{brackets}")
}

/// Whether a name, as printed, is a type of `pg_catalog`.
pub(crate) fn is_built_in(name: &str) -> bool {
    BUILT_IN.binary_search(&name).is_ok()
}

/// Whether a column of one type can refer to a key of another, as far as both are built in.
pub(super) fn can_refer(from: &str, to: &str) -> bool {
    let base = |text: &str| text.split('(').next().unwrap_or_default().trim().to_owned();
    let own = |text: &str| !is_built_in(text);
    let elements = [from, to].map(|text| text.strip_suffix("[]").map(base));
    let (from, to) = match elements {
        // Lists compare with lists of the very same type.
        [Some(from), Some(to)] => return from == to || own(&from) || own(&to),
        [None, None] => (base(from), base(to)),
        [from_list, to_list] => {
            let single = if from_list.is_some() { base(to) } else { base(from) };
            let list = from_list.or(to_list).unwrap_or_default();
            return own(&single) || own(&list);
        }
    };
    let families: [&[&str]; 4] = [
        &["smallint", "integer", "bigint"],
        &["real", "double precision"],
        &["text", "character varying", "character", "name"],
        &["date", "timestamp without time zone", "timestamp with time zone"],
    ];
    let whole = ["smallint", "integer", "bigint"].contains(&from.as_str());
    let widens = match to.as_str() {
        "numeric" => whole,
        "real" | "double precision" => whole || from == "numeric",
        _ => false,
    };
    let together =
        |family: &&[&str]| family.contains(&from.as_str()) && family.contains(&to.as_str());
    from == to || own(&from) || own(&to) || widens || families.iter().any(together)
}

/// Sorted. As `format_type` prints them, without modifiers.
const BUILT_IN: [&str; 98] = [
    "aclitem",
    "any",
    "anyarray",
    "anycompatible",
    "anycompatiblearray",
    "anycompatiblenonarray",
    "anyelement",
    "anyenum",
    "anymultirange",
    "anynonarray",
    "anyrange",
    "bigint",
    "bit",
    "bit varying",
    "bool",
    "boolean",
    "box",
    "bpchar",
    "bytea",
    "char",
    "character",
    "character varying",
    "cid",
    "cidr",
    "circle",
    "cstring",
    "date",
    "datemultirange",
    "daterange",
    "decimal",
    "double precision",
    "event_trigger",
    "fdw_handler",
    "float4",
    "float8",
    "gtsvector",
    "inet",
    "int2",
    "int2vector",
    "int4",
    "int4multirange",
    "int4range",
    "int8",
    "int8multirange",
    "int8range",
    "integer",
    "internal",
    "interval",
    "json",
    "jsonb",
    "jsonpath",
    "language_handler",
    "line",
    "lseg",
    "macaddr",
    "macaddr8",
    "money",
    "name",
    "numeric",
    "nummultirange",
    "numrange",
    "oid",
    "oidvector",
    "path",
    "pg_lsn",
    "pg_snapshot",
    "point",
    "polygon",
    "real",
    "record",
    "refcursor",
    "regclass",
    "regcollation",
    "regconfig",
    "regdictionary",
    "regnamespace",
    "regoper",
    "regoperator",
    "regproc",
    "regprocedure",
    "regrole",
    "regtype",
    "smallint",
    "text",
    "tid",
    "time with time zone",
    "time without time zone",
    "timestamp with time zone",
    "timestamp without time zone",
    "trigger",
    "tsquery",
    "tsrange",
    "tstzrange",
    "tsvector",
    "uuid",
    "void",
    "xid",
    "xml",
];

#[cfg(test)]
mod tests {
    use super::{BUILT_IN, is_built_in};

    #[test]
    fn built_in_types_are_found() {
        assert!(BUILT_IN.is_sorted());
        assert!(is_built_in("timestamp with time zone"));
        assert!(is_built_in("aclitem") && is_built_in("xml"));
        assert!(!is_built_in("citext"));
    }
}
