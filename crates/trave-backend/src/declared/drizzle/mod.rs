//! Drizzle: `pgTable(…)`, `mysqlTable(…)`, `sqliteTable(…)`, wherever they stand.

mod column;
mod extra;
mod names;
mod sql;
mod table;
#[cfg(test)]
mod tests;
mod types;

use std::collections::BTreeMap;

use smol_str::SmolStr;
use trave_source::FileId;
use trave_sql::Dialect;
use trave_ts::ir::ExprKind;

use super::code::{At, Code, Linked, Meaning, argument};
use super::name::{folder_of, shared};
use super::{Declared, Enum, Source, TableName, Tool};
use table::Shape;

/// Byte strings, one of which a module holds if it may declare tables.
pub const NEEDLES: [&str; 4] =
    ["drizzle-orm/pg-core", "drizzle-orm/mysql-core", "drizzle-orm/sqlite-core", "drizzle-kit"];

/// How names of columns are made of keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Casing {
    /// They are the keys.
    #[default]
    Kept,
    /// `createdAt` is `created_at`.
    Snake,
}

/// Every schema that the modules declare, one for each package and database.
pub fn read(modules: &[Linked<'_>]) -> Vec<Source> {
    let code = Code::new(modules);
    let reader = Reader { code: &code, casing: casing(&code) };
    let mut shapes: Vec<Shape> = Vec::new();
    let mut enums: Vec<(usize, Enum)> = Vec::new();
    for (module, linked) in modules.iter().enumerate().filter(|(_, linked)| !linked.is_test) {
        for (id, expr) in (0..).map(trave_ts::ir::ExprId).zip(&linked.module.exprs) {
            if matches!(expr.kind, ExprKind::Call(_)) {
                let at = At { module, expr: id };
                shapes.extend(reader.shape(at));
                enums.extend(reader.enumeration(at).map(|one| (module, one)));
            }
        }
    }
    let known: BTreeMap<At, &Shape> = shapes.iter().map(|shape| (shape.at, shape)).collect();
    let mut names = reader.names(&known);
    let mut sources: BTreeMap<(&str, u8), Source> = BTreeMap::new();
    for shape in &shapes {
        let Some(linked) = modules.get(shape.at.module) else { continue };
        let key = (linked.package, rank(shape.dialect));
        let source = sources.entry(key).or_insert_with(|| Source {
            folder: folder_of(linked.path).into(),
            files: Vec::new(),
            declared: Declared::new(Tool::Drizzle, shape.dialect),
        });
        add_file(source, linked.file, linked.path);
        let known_name =
            |name: &TableName| source.declared.tables.iter().any(|it| it.name == *name);
        if !known_name(&shape.table.name) {
            source.declared.tables.push(reader.whole(shape, &known));
            source.declared.names.extend(names.remove(&shape.at));
        }
    }
    for (module, one) in enums {
        let Some(linked) = modules.get(module) else { continue };
        let Some(source) = sources.get_mut(&(linked.package, rank(Dialect::Postgres))) else {
            continue;
        };
        if !source.declared.enums.iter().any(|known| known.name == one.name) {
            add_file(source, linked.file, linked.path);
            source.declared.enums.push(one);
        }
    }
    sources.into_values().collect()
}

/// The reader of declarations.
pub(super) struct Reader<'a> {
    /// The modules.
    pub(super) code: &'a Code<'a>,
    /// How columns are named.
    pub(super) casing: Casing,
}

fn add_file(source: &mut Source, file: FileId, path: &str) {
    if !source.files.contains(&file) {
        source.files.push(file);
        source.folder = shared(&source.folder, folder_of(path));
    }
}

fn rank(dialect: Dialect) -> u8 {
    match dialect {
        Dialect::Postgres => 0,
        Dialect::MySql => 1,
        Dialect::Sqlite => 2,
    }
}

/// What `casing: 'snake_case'` says, in the settings of Drizzle or where a client is made.
fn casing(code: &Code<'_>) -> Casing {
    for (module, linked) in code.modules.iter().enumerate() {
        let of_drizzle = linked.module.imports.iter().any(|import| {
            import.specifier.starts_with("drizzle-orm") || import.specifier == "drizzle-kit"
        });
        if !of_drizzle {
            continue;
        }
        for (id, expr) in (0..).map(trave_ts::ir::ExprId).zip(&linked.module.exprs) {
            let ExprKind::Object(_) = expr.kind else { continue };
            let said = code.field(At { module, expr: id }, "casing");
            if said.and_then(|said| code.text(said)).is_some_and(|said| said == "snake_case") {
                return Casing::Snake;
            }
        }
    }
    Casing::Kept
}

impl Reader<'_> {
    /// `pgEnum('name', ['a', 'b'])`.
    fn enumeration(&self, at: At) -> Option<Enum> {
        let Some(ExprKind::Call(call)) = self.code.kind(at) else { return None };
        let schema = match self.code.callee(at, call) {
            Meaning::External(package, name)
                if package == "drizzle-orm/pg-core" && name == "pgEnum" =>
            {
                None
            }
            Meaning::Expr(callee) => Some(self.schema_method(callee, "enum")?),
            _ => return None,
        };
        let name = argument(at, call, 0)?;
        let values = self.code.texts(argument(at, call, 1)?)?;
        let text = self.code.text(name)?;
        let name_is = TableName { schema, name: text };
        Some(Enum { name: name_is, values, origin: self.code.origin(name) })
    }

    /// The schema of `schema.table` or `schema.enum`, where `schema` is `pgSchema('x')`.
    pub(super) fn schema_method(&self, callee: At, method: &str) -> Option<SmolStr> {
        let ExprKind::Member { object, property, .. } = self.code.kind(callee)? else {
            return None;
        };
        let (at, call) = self.code.call(At { expr: *object, ..callee })?;
        let of_schema = matches!(self.code.callee(at, call), Meaning::External(package, name)
            if package.starts_with("drizzle-orm/") && matches!(name.as_str(), "pgSchema" | "mysqlSchema"));
        if !of_schema || property != method {
            return None;
        }
        self.code.text(argument(at, call, 0)?)
    }
}
