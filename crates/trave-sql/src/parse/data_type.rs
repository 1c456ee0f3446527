//! Types: `int4`, `varchar(20)[]`, `timestamp(3) with time zone`, `public.mood`.

use smol_str::{SmolStr, ToSmolStr, format_smolstr};

use crate::Dialect;
use crate::ast::data_type::DataType;
use crate::ast::name::{Name, ObjectName};
use crate::cursor::{Cursor, Read};
use crate::lexer::TokenKind;

/// Other spellings of built-in types, and how PostgreSQL prints them. Sorted.
const SPELLINGS: &[(&str, &str)] = &[
    ("bigserial", "bigint"),
    ("bool", "boolean"),
    ("char", "character"),
    ("dec", "numeric"),
    ("decimal", "numeric"),
    ("float", "double precision"),
    ("float4", "real"),
    ("float8", "double precision"),
    ("int", "integer"),
    ("int2", "smallint"),
    ("int4", "integer"),
    ("int8", "bigint"),
    ("nchar", "character"),
    ("serial", "integer"),
    ("serial2", "smallint"),
    ("serial4", "integer"),
    ("serial8", "bigint"),
    ("smallserial", "smallint"),
    ("time", "time without time zone"),
    ("timestamp", "timestamp without time zone"),
    ("timestamptz", "timestamp with time zone"),
    ("timetz", "time with time zone"),
    ("varbit", "bit varying"),
    ("varchar", "character varying"),
];

/// Spellings that are words of the grammar and no names of types: in quotes they are other names.
const KEYWORDS: [&str; 6] = ["char", "dec", "decimal", "float", "int", "nchar"];

/// Names of built-in types that are several words.
const PAIRS: &[(&[&str], &str)] = &[
    (&["double", "precision"], "double precision"),
    (&["character", "varying"], "character varying"),
    (&["char", "varying"], "character varying"),
    (&["national", "character", "varying"], "character varying"),
    (&["national", "char", "varying"], "character varying"),
    (&["nchar", "varying"], "character varying"),
    (&["national", "character"], "character"),
    (&["national", "char"], "character"),
    (&["bit", "varying"], "bit varying"),
];

impl Cursor<'_> {
    /// A type.
    pub(crate) fn data_type(&mut self) -> Read<DataType> {
        let start = self.position();
        let quoted = self.is_kind(TokenKind::Quoted);
        let mut name = self.type_name()?;
        let built_in = name.schema.as_ref().is_none_or(|schema| *schema == "pg_catalog");
        let mut modifiers = self.modifiers()?;
        let zone = self.type_tail(&name, &mut modifiers);
        let dimensions = self.dimensions()?;
        let written = name.name.clone();
        let serial = built_in && written.as_str().contains("serial");
        let is_name = quoted && KEYWORDS.contains(&written.as_str());
        if built_in && !is_name {
            let printed = zone.or_else(|| spelling(&written));
            name.schema = None;
            name.name = printed.map_or(written, |printed| Name::exact(&printed));
        }
        let mut text = print(&name, &modifiers, dimensions);
        if quoted && text == "char" {
            // The one-byte type, which is not `char`.
            text = "\"char\"".into();
        }
        Ok(DataType { text, name, modifiers, dimensions, serial, span: self.span_from(start) })
    }

    fn type_name(&mut self) -> Read<ObjectName> {
        let start = self.position();
        for (words, printed) in PAIRS {
            if self.eat_all(words) {
                let span = self.span_from(start);
                return Ok(ObjectName::unqualified(Name::exact(printed), span));
            }
        }
        self.object_name()
    }

    fn modifiers(&mut self) -> Read<Vec<SmolStr>> {
        if !self.is_kind(TokenKind::Open) {
            return Ok(Vec::new());
        }
        self.list_in_parentheses(|cursor| {
            let start = cursor.position();
            cursor.skip_until(|cursor| {
                cursor.is_kind(TokenKind::Comma) || cursor.is_kind(TokenKind::Close)
            });
            Ok(cursor.written_from(start).to_smolstr())
        })
    }

    /// What follows some names: `with time zone`, the fields of an interval, `%type`, `unsigned`.
    fn type_tail(&mut self, name: &ObjectName, modifiers: &mut Vec<SmolStr>) -> Option<SmolStr> {
        let word = name.name.as_str();
        if matches!(word, "timestamp" | "time") {
            let with = self.eat_all(&["with", "time", "zone"]);
            let with = with || self.eat_all(&["with", "local", "time", "zone"]);
            self.eat_all(&["without", "time", "zone"]);
            return with.then(|| format_smolstr!("{word} with time zone"));
        }
        if word == "interval" {
            self.interval_fields(modifiers);
        }
        if word == "float" {
            let bits = modifiers.pop().and_then(|bits| bits.parse::<u32>().ok());
            return bits.is_some_and(|bits| bits <= 24).then(|| "real".into());
        }
        if self.is_operator("%") && (self.is_at(1, "type") || self.is_at(1, "rowtype")) {
            self.bump();
            self.bump();
        }
        if self.dialect != Dialect::Postgres {
            self.foreign_tail();
        }
        None
    }

    fn interval_fields(&mut self, modifiers: &mut Vec<SmolStr>) {
        const FIELDS: &[&str] = &["year", "month", "day", "hour", "minute", "second"];
        let start = self.position();
        if self.eat_any(FIELDS).is_some() && self.eat("to") {
            self.eat_any(FIELDS);
        }
        if self.position() > start {
            self.skip_parentheses();
            modifiers.push(self.words_from(start));
        }
    }

    /// `unsigned`, `character set utf8`: MySQL says these of a type.
    fn foreign_tail(&mut self) {
        while self.eat_any(&["unsigned", "signed", "zerofill", "binary"]).is_some() {}
        let set = self.eat_all(&["character", "set"]) || self.eat("charset");
        if set {
            self.bump();
        }
    }

    fn dimensions(&mut self) -> Read<u8> {
        let mut dimensions = u8::from(self.eat("array"));
        while self.is_kind(TokenKind::OpenBracket) {
            self.bump();
            self.eat_kind(TokenKind::Number);
            self.expect_kind(TokenKind::CloseBracket)?;
            dimensions = dimensions.saturating_add(1);
        }
        Ok(dimensions.min(9))
    }
}

fn spelling(written: &Name) -> Option<SmolStr> {
    let found = SPELLINGS.binary_search_by_key(&written.as_str(), |entry| entry.0).ok()?;
    SPELLINGS.get(found).map(|entry| SmolStr::new_static(entry.1))
}

/// The type as PostgreSQL prints it.
fn print(name: &ObjectName, modifiers: &[SmolStr], dimensions: u8) -> SmolStr {
    let base = match (&name.schema, is_phrase(&name.name)) {
        (None, true) => name.name.as_str().to_smolstr(),
        _ => name.to_smolstr(),
    };
    let brackets = if dimensions > 0 { "[]" } else { "" };
    let modifiers = match (name.name.as_str(), modifiers) {
        ("character" | "bit", []) if name.schema.is_none() => "(1)".into(),
        ("numeric", [precision]) => format!("({precision},0)"),
        (_, []) => String::new(),
        ("interval", [fields]) if !fields.starts_with(|symbol: char| symbol.is_ascii_digit()) => {
            format!(" {fields}")
        }
        _ => format!("({})", modifiers.join(",")),
    };
    // The precision of a time stands before `with time zone`.
    match base.split_once(" with") {
        Some((kind, zone)) if base.ends_with("time zone") => {
            format_smolstr!("{kind}{modifiers} with{zone}{brackets}")
        }
        _ => format_smolstr!("{base}{modifiers}{brackets}"),
    }
}

/// Names of built-in types that are several words, and are printed without quotes.
fn is_phrase(name: &Name) -> bool {
    name.as_str().contains(' ') && SPELLINGS.iter().any(|entry| entry.1 == name.as_str())
        || *name == "time with time zone"
}

#[cfg(test)]
mod tests {
    use crate::cursor::{Cursor, Read};
    use crate::testing::with_cursor;

    fn read(cursor: &mut Cursor<'_>) -> Read<crate::ast::data_type::DataType> {
        cursor.data_type()
    }

    #[track_caller]
    fn check(written: &str, printed: &str) {
        let read = with_cursor(written, read);
        assert_eq!(read.unwrap().text, printed);
    }

    #[test]
    fn types_print_as_the_server_prints_them() {
        check("int", "integer");
        check("INT4[]", "integer[]");
        check("varchar(20)", "character varying(20)");
        check("character varying (20) []", "character varying(20)[]");
        check("timestamptz", "timestamp with time zone");
        check("timestamp(3)", "timestamp(3) without time zone");
        check("TIMESTAMP (6) WITH TIME ZONE", "timestamp(6) with time zone");
        check("numeric(10, 2)", "numeric(10,2)");
        check("numeric(10)", "numeric(10,0)");
        check("double precision", "double precision");
        check("char", "character(1)");
        check("\"char\"", "\"char\"");
        check("bigserial", "bigint");
        check("\"bigserial\"", "bigint");
        check("\"int4\"", "integer");
        check("\"int\"", "int");
        check("public.\"Mood\"", "public.\"Mood\"");
        check("pg_catalog.int8", "bigint");
        check("vector(1536)", "vector(1536)");
        check("extensions.vector(3)", "extensions.vector(3)");
        check("interval day to second", "interval day to second");
        check("text array", "text[]");
        check("float(10)", "real");
    }
}
