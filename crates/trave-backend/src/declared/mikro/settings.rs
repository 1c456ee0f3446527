//! How MikroORM is set up: the database by the package of its driver, and how names are made.

use trave_sql::Dialect;
use trave_ts::ir::{ExprId, ExprKind};

use crate::declared::class::Said;
use crate::declared::code::{At, Code, Meaning};

/// What the options and the imports of a package say.
#[derive(Debug, Clone, Copy)]
pub(super) struct Settings {
    /// The database.
    pub(super) dialect: Dialect,
    /// Whether `createdAt` is `created_at`.
    pub(super) underscores: bool,
    /// Whether the source is read for types: `?` is nullable, and constants are defaults.
    pub(super) reads_types: bool,
}

impl Settings {
    /// Those of a package: its own, else those of all. None for a database or names that are
    /// not known.
    pub(super) fn of(code: &Code<'_>, package: &str) -> Option<Self> {
        let of_package = |module: usize| {
            code.modules.get(module).is_some_and(|linked| linked.package == package)
        };
        let dialect = dialect(code, &of_package).or_else(|| dialect(code, &|_| true));
        let dialect = match dialect {
            Some(Said::Unread) => return None,
            Some(Said::Known(dialect)) => dialect,
            None => Dialect::Postgres,
        };
        let mut settings = Self {
            dialect,
            underscores: true,
            reads_types: imports(code, &|_| true, "@mikro-orm/reflection"),
        };
        for (module, linked) in code.modules.iter().enumerate().filter(|(_, it)| !it.is_test) {
            let here = linked.module.imports.iter();
            if !here.into_iter().any(|import| import.specifier.starts_with("@mikro-orm/")) {
                continue;
            }
            for (expr, one) in (0..).map(ExprId).zip(&linked.module.exprs) {
                let at = At { module, expr };
                let is_object = matches!(one.kind, ExprKind::Object(_));
                let naming = code.field(at, "namingStrategy").filter(|_| is_object);
                let Some(naming) = naming else { continue };
                settings.underscores = match code.meaning(naming) {
                    Meaning::External(_, name) if name == "UnderscoreNamingStrategy" => true,
                    Meaning::External(_, name) if name == "EntityCaseNamingStrategy" => false,
                    _ => return None,
                };
            }
        }
        Some(settings)
    }
}

fn imports(code: &Code<'_>, holds: &dyn Fn(usize) -> bool, package: &str) -> bool {
    let modules = code.modules.iter().enumerate().filter(|(at, it)| !it.is_test && holds(*at));
    let mut imports = modules.flat_map(|(_, linked)| &linked.module.imports);
    imports.any(|import| import.specifier == package)
}

/// The database of the drivers that are imported.
fn dialect(code: &Code<'_>, holds: &dyn Fn(usize) -> bool) -> Option<Said<Dialect>> {
    let drivers = [
        ("@mikro-orm/postgresql", Said::Known(Dialect::Postgres)),
        ("@mikro-orm/mysql", Said::Known(Dialect::MySql)),
        ("@mikro-orm/mariadb", Said::Known(Dialect::MySql)),
        ("@mikro-orm/sqlite", Said::Known(Dialect::Sqlite)),
        ("@mikro-orm/better-sqlite", Said::Known(Dialect::Sqlite)),
        ("@mikro-orm/libsql", Said::Known(Dialect::Sqlite)),
        ("@mikro-orm/mongodb", Said::Unread),
        ("@mikro-orm/mssql", Said::Unread),
    ];
    let found = drivers.into_iter().find(|(package, _)| imports(code, holds, package));
    found.map(|(_, dialect)| dialect)
}
