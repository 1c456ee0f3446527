//! How the data source is set up: the database, and how names are made.

use smol_str::SmolStr;
use trave_sql::Dialect;
use trave_ts::ir::{ExprId, ExprKind};

use super::names::Naming;
use crate::declared::class::Options;
use crate::declared::class::Said;
use crate::declared::code::{At, Code, Meaning};

/// What the options of a data source say.
#[derive(Debug, Clone)]
pub(super) struct Settings {
    /// The database.
    pub(super) dialect: Dialect,
    /// `namingStrategy`.
    pub(super) naming: Naming,
    /// `entityPrefix`.
    pub(super) prefix: SmolStr,
    /// `schema`.
    pub(super) schema: Option<SmolStr>,
    /// What makes a UUID in PostgreSQL.
    pub(super) uuid: &'static str,
}

/// Options that were found, by package.
#[derive(Debug)]
pub(super) struct Found {
    package: SmolStr,
    /// The database.
    dialect: Option<Said<Dialect>>,
    /// The naming strategy.
    naming: Option<Said<Naming>>,
    prefix: Option<SmolStr>,
    schema: Option<SmolStr>,
    crypto: bool,
}

/// Every object literal that may be the options of a data source.
pub(super) fn find(code: &Code<'_>) -> Vec<Found> {
    let mut found = Vec::new();
    for (module, linked) in code.modules.iter().enumerate().filter(|(_, it)| !it.is_test) {
        let imports = &linked.module.imports;
        if !imports.iter().any(|import| import.specifier.contains("typeorm")) {
            continue;
        }
        for (expr, one) in (0..).map(ExprId).zip(&linked.module.exprs) {
            if matches!(one.kind, ExprKind::Object(_)) {
                found.extend(read(code, At { module, expr }));
            }
        }
    }
    found
}

fn read(code: &Code<'_>, at: At) -> Option<Found> {
    let options = Options { code, at: Some(at) };
    let dialect = options.text("type").and_then(|name| dialect(&name));
    let naming = options
        .field("namingStrategy")
        .map(|at| naming(code, at).map_or(Said::Unread, Said::Known));
    if dialect.is_none() && naming.is_none() {
        return None;
    }
    let schema = options.text("schema").filter(|schema| schema != "public");
    Some(Found {
        package: code.modules.get(at.module)?.package.into(),
        dialect,
        naming,
        prefix: options.text("entityPrefix"),
        schema,
        crypto: options.text("uuidExtension").is_some_and(|it| it == "pgcrypto"),
    })
}

/// The database of `type`.
fn dialect(name: &str) -> Option<Said<Dialect>> {
    Some(match name {
        "postgres" | "aurora-postgres" => Said::Known(Dialect::Postgres),
        "mysql" | "mariadb" | "aurora-mysql" => Said::Known(Dialect::MySql),
        "sqlite" | "better-sqlite3" | "sqljs" | "expo" | "capacitor" | "react-native" => {
            Said::Known(Dialect::Sqlite)
        }
        "mongodb" | "mssql" | "oracle" | "sap" | "spanner" | "cockroachdb" => Said::Unread,
        _ => return None,
    })
}

fn naming(code: &Code<'_>, at: At) -> Option<Naming> {
    let Meaning::Expr(at) = code.meaning(at) else { return None };
    let Some(ExprKind::New(call)) = code.kind(at) else { return None };
    let callee = At { expr: call.callee, ..at };
    let name = match code.meaning(callee) {
        Meaning::External(_, name) => name,
        Meaning::Class(module, class) => {
            code.modules.get(module)?.module.class(class)?.name.clone()?
        }
        _ => return None,
    };
    match name.as_str() {
        "DefaultNamingStrategy" => Some(Naming::Default),
        "SnakeNamingStrategy" => Some(Naming::Snake),
        _ => None,
    }
}

impl Settings {
    /// Those of a package: its own, else those of all. None for a database or names that are
    /// not known.
    pub(super) fn of(found: &[Found], package: &str) -> Option<Self> {
        let own: Vec<&Found> = found.iter().filter(|one| one.package == package).collect();
        let found = if own.is_empty() { found.iter().collect() } else { own };
        let dialects: Vec<Said<Dialect>> = found.iter().filter_map(|one| one.dialect).collect();
        // A second database is often the one of a developer's machine.
        let order = [Dialect::Postgres, Dialect::MySql, Dialect::Sqlite];
        let dialect = order.into_iter().find(|one| dialects.contains(&Said::Known(*one)));
        if dialect.is_none() && !dialects.is_empty() {
            return None;
        }
        let naming = match found.iter().find_map(|one| one.naming) {
            Some(Said::Known(known)) => known,
            Some(Said::Unread) => return None,
            None => Naming::Default,
        };
        let crypto = found.iter().any(|one| one.crypto);
        Some(Self {
            dialect: dialect.unwrap_or_default(),
            naming,
            prefix: found.iter().find_map(|one| one.prefix.clone()).unwrap_or_default(),
            schema: found.iter().find_map(|one| one.schema.clone()),
            uuid: if crypto { "gen_random_uuid()" } else { "uuid_generate_v4()" },
        })
    }
}
