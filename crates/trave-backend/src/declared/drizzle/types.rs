//! The types of columns, by database: what each function of Drizzle makes.

use smol_str::SmolStr;
use trave_sql::Dialect;

use super::Reader;
use crate::declared::code::At;
use crate::declared::name::text;

/// The options of a column, to look into.
pub(super) struct Options<'a, 'c> {
    /// The reader.
    pub(super) reader: &'a Reader<'c>,
    /// The object literal, if one was written.
    pub(super) at: Option<At>,
}

impl Options<'_, '_> {
    fn field(&self, name: &str) -> Option<At> {
        self.reader.code.field(self.at?, name)
    }

    fn number(&self, name: &str) -> Option<String> {
        self.reader.code.number(self.field(name)?)
    }

    fn is(&self, name: &str) -> bool {
        self.field(name).and_then(|at| self.reader.code.truth(at)) == Some(true)
    }

    /// `(20)`, where the option gives a number.
    fn sized(&self, base: &str, name: &str) -> String {
        self.number(name).map_or_else(|| base.to_owned(), |size| format!("{base}({size})"))
    }

    fn decimal(&self, base: &str) -> String {
        match (self.number("precision"), self.number("scale")) {
            (Some(precision), Some(scale)) => format!("{base}({precision},{scale})"),
            (Some(precision), None) => format!("{base}({precision})"),
            _ => base.to_owned(),
        }
    }

    /// `timestamp(3) with time zone`.
    fn moment(&self, base: &str) -> String {
        let zone = if self.is("withTimezone") { "with" } else { "without" };
        format!("{} {zone} time zone", self.sized(base, "precision"))
    }

    fn unsigned(&self, base: &str) -> String {
        if self.is("unsigned") { format!("{base} unsigned") } else { base.to_owned() }
    }

    /// `enum('a','b')` of MySQL.
    fn enumeration(&self, values: Option<At>) -> Option<String> {
        let values = self.reader.code.texts(values?)?;
        let values: Vec<String> = values.iter().map(|value: &SmolStr| text(value)).collect();
        Some(format!("enum({})", values.join(",")))
    }
}

/// The type in SQL that a function of a package makes; none for a function that makes none.
pub(super) fn data_type(
    dialect: Dialect,
    function: &str,
    options: &Options<'_, '_>,
    values: Option<At>,
) -> Option<String> {
    match dialect {
        Dialect::Postgres => postgres(function, options),
        Dialect::MySql => mysql(function, options, values),
        Dialect::Sqlite => sqlite(function, options),
    }
}

fn postgres(function: &str, options: &Options<'_, '_>) -> Option<String> {
    Some(match function {
        "uuid" | "text" | "integer" | "smallint" | "bigint" | "serial" | "smallserial"
        | "bigserial" | "boolean" | "real" | "date" | "json" | "jsonb" | "inet" | "cidr"
        | "macaddr" | "macaddr8" | "point" | "line" | "bytea" => function.to_owned(),
        "varchar" | "char" => options.sized(function, "length"),
        "doublePrecision" => "double precision".to_owned(),
        "numeric" | "decimal" => options.decimal("numeric"),
        "timestamp" | "time" => options.moment(function),
        "interval" => options.sized("interval", "precision"),
        "vector" | "halfvec" | "sparsevec" | "bit" => options.sized(function, "dimensions"),
        "geometry" => {
            let kind = options.field("type").and_then(|at| options.reader.code.text(at));
            let kind = kind.unwrap_or_else(|| "point".into());
            match options.number("srid") {
                Some(srid) => format!("geometry({kind},{srid})"),
                None => format!("geometry({kind})"),
            }
        }
        _ => return None,
    })
}

fn mysql(function: &str, options: &Options<'_, '_>, values: Option<At>) -> Option<String> {
    Some(match function {
        "int" | "tinyint" | "smallint" | "mediumint" | "bigint" => options.unsigned(function),
        "serial" => "bigint unsigned".to_owned(),
        "varchar" | "char" | "binary" | "varbinary" => options.sized(function, "length"),
        "text" | "tinytext" | "mediumtext" | "longtext" | "boolean" | "date" | "year" | "json" => {
            function.to_owned()
        }
        "float" | "double" | "real" | "decimal" => options.unsigned(&options.decimal(function)),
        "datetime" | "timestamp" | "time" => options.sized(function, "fsp"),
        "mysqlEnum" => return options.enumeration(values),
        _ => return None,
    })
}

fn sqlite(function: &str, options: &Options<'_, '_>) -> Option<String> {
    Some(match function {
        "integer" | "int" => "integer".to_owned(),
        "text" => options.sized("text", "length"),
        "real" | "blob" | "numeric" => function.to_owned(),
        _ => return None,
    })
}
