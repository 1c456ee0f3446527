//! Columns: `@PrimaryKey()`, `@Property()`, `@Enum()`, and what `@Embedded()` brings.

use smol_str::SmolStr;
use trave_sql::Dialect;
use trave_ts::ir::{ExprKind, Field};

use super::types::{data_type, erased_type, type_name};
use super::{Around, Prop, Reader, Shape};
use crate::declared::class::{ClassAt, Decorator, Erased, Options};
use crate::declared::code::{At, Meaning};
use crate::declared::name::{quoted, text};
use crate::declared::{Check, Column, Enum, TableName};

impl<'c> Reader<'c> {
    /// Adds the column of a field to a table.
    pub(super) fn add_column(
        &self,
        shape: &mut Shape<'c>,
        around: &Around,
        (class, field, said): (ClassAt, &Field, &Decorator<'c>),
    ) -> Option<()> {
        let first = said.argument(0);
        let object = first.filter(|at| self.code.is_object(*at) && !self.is_enum(*at));
        let options = Options { code: self.code, at: object };
        if options.truth("persist") == Some(false) || options.field("formula").is_some() {
            return None;
        }
        let own = options.text("fieldName").or_else(|| options.text("name"));
        let name = own.unwrap_or_else(|| self.name(&field.name));
        let name: SmolStr = format!("{}{name}", around.prefix).into();
        let erased = self.code.erased(class.module, field);
        let is_primary = said.name == "PrimaryKey" || options.is("primary");
        let nullable = around.nullable || self.is_nullable(options, (class, field));
        let origin = self.code.place(class.module, field.span);
        let mut column = Column {
            name: name.clone(),
            data_type: String::new(),
            not_null: is_primary || !nullable,
            default: None,
            generated: None,
            origin,
        };
        let is_enum = said.name == "Enum" || options.field("items").is_some();
        column.data_type = if is_enum {
            let items = options.field("items").or(first.filter(|_| object.is_none()));
            self.enumeration(shape, &column, (items, options))
        } else {
            self.data_type(options, erased)
        };
        column.default = self.default(options, (class, field));
        if options.is("version") && column.default.is_none() {
            let is_date = column.data_type.starts_with("timestamp");
            column.default = Some(if is_date { "current_timestamp" } else { "1" }.to_owned());
        }
        let data_type = column.data_type.clone();
        shape.put(column);
        shape.props.retain(|known| known.path != around.path(&field.name));
        shape.props.push(Prop { path: around.path(&field.name), column: name.clone(), data_type });
        if is_primary {
            shape.counts = options.truth("autoincrement") != Some(false)
                && options.field("default").is_none()
                && options.field("defaultRaw").is_none();
            shape.primary.push((name.clone(), self.code.origin(said.at)));
        }
        self.add_flags(shape, (name, origin), options);
        Some(())
    }

    /// `index: true`, `unique: 'name'`.
    pub(super) fn add_flags(
        &self,
        shape: &mut Shape<'c>,
        (name, origin): (SmolStr, trave_source::Origin),
        options: Options<'_, '_>,
    ) {
        if options.is("unique") || options.text("unique").is_some() {
            self.add_unique(shape, vec![name.clone()], (options.text("unique"), origin));
        }
        if options.is("index") || options.text("index").is_some() {
            super::add_index(shape, &[name], (options.text("index"), origin));
        }
    }

    /// `nullable: true`; the mark of the type counts only if MikroORM reads the source.
    pub(super) fn is_nullable(
        &self,
        options: Options<'_, '_>,
        (class, field): (ClassAt, &Field),
    ) -> bool {
        let text = self.code.modules.get(class.module).map_or("", |linked| linked.text);
        let span = field.annotation.unwrap_or_default();
        let written = text.get(span.start as usize..span.end as usize).unwrap_or_default();
        let says_null = written.split('|').any(|part| matches!(part.trim(), "null" | "undefined"));
        let marked = self.settings.reads_types && (field.optional || says_null);
        options.truth("nullable").unwrap_or(marked)
    }

    fn data_type(&self, options: Options<'_, '_>, erased: Erased) -> String {
        let written = options.text("columnType").or_else(|| {
            let all = options.field("columnTypes")?;
            self.code.texts(all)?.into_iter().next()
        });
        if let Some(written) = written {
            return written.to_string();
        }
        let dialect = self.settings.dialect;
        let base = match options.field("type") {
            Some(at) => {
                let name = type_name(self.code, at).unwrap_or_else(|| "text".into());
                data_type(dialect, &name, options)
            }
            None => data_type(dialect, erased_type(erased), options),
        };
        if options.is("array") && dialect == Dialect::Postgres { format!("{base}[]") } else { base }
    }

    fn is_enum(&self, at: At) -> bool {
        matches!(self.code.kind(at), Some(ExprKind::Name(_)))
    }

    /// The type of a column with values of its own, and the check that keeps them.
    fn enumeration(
        &self,
        shape: &mut Shape<'c>,
        column: &Column,
        (items, options): (Option<At>, Options<'_, '_>),
    ) -> String {
        if let Some(written) = options.text("columnType") {
            return written.to_string();
        }
        let items = items.map(|at| match self.code.meaning(at) {
            Meaning::Function(module, function) => {
                self.code.returned(module, function).unwrap_or(at)
            }
            _ => at,
        });
        let dialect = self.settings.dialect;
        let postgres = dialect == Dialect::Postgres;
        let texts = items.and_then(|at| self.code.texts(at));
        let Some(values) = texts else {
            let is_number = items.and_then(|at| self.code.values_of(at)).is_some();
            let kind = if is_number { "tinyint" } else { "text" };
            return data_type(dialect, kind, options);
        };
        let list = values.iter().map(|value| text(value)).collect::<Vec<_>>().join(", ");
        let array = if options.is("array") { "[]" } else { "" };
        if let Some(native) = options.text("nativeEnumName").filter(|_| postgres) {
            let name = TableName { schema: shape.table.name.schema.clone(), name: native };
            let sql = format!("{}{array}", name.to_sql());
            shape.enums.push(Enum { name, values, origin: column.origin });
            return sql;
        }
        if dialect == Dialect::MySql {
            return format!("enum({list})");
        }
        if array.is_empty() && postgres {
            let name = super::names::constraint(
                &shape.table.name.name,
                std::slice::from_ref(&column.name),
                "check",
            );
            let condition = format!("{} in ({list})", quoted(&column.name));
            shape.table.checks.push(Check { name: Some(name), condition, origin: column.origin });
        }
        format!("text{array}")
    }

    /// `default: 'x'`, `defaultRaw: 'now()'`, else the constant that the field begins with.
    fn default(
        &self,
        options: Options<'_, '_>,
        (class, field): (ClassAt, &Field),
    ) -> Option<String> {
        if let Some(raw) = options.text("defaultRaw") {
            return Some(raw.to_string());
        }
        let value = field.value.map(|expr| At { module: class.module, expr });
        let at = options.field("default").or(value)?;
        if let Some(words) = self.code.text(at) {
            return Some(text(&words));
        }
        let number = self.code.number(at);
        number.or_else(|| self.code.truth(at).map(|truth| truth.to_string()))
    }

    /// `@Embedded(() => Name, { prefix })`: what is embedded, unless it is kept as JSON.
    pub(super) fn embedded(
        &self,
        said: &Decorator<'c>,
        around: &Around,
        (class, field): (ClassAt, &Field),
    ) -> Option<(ClassAt, Around)> {
        let first = said.argument(0);
        let object = first.filter(|at| self.code.is_object(*at));
        let options = Options { code: self.code, at: object.or_else(|| said.argument(1)) };
        if options.is("object") || options.is("array") {
            return None;
        }
        let entity = object.map_or(first, |_| options.field("entity"));
        let inner = match entity {
            Some(at) => self.code.as_class(at)?,
            None => self.code.annotated_class(class, field)?,
        };
        let prefix = match options.field("prefix") {
            None => format!("{}_", self.name(&field.name)),
            Some(at) => self.code.text(at).map(|own| own.to_string()).unwrap_or_default(),
        };
        let nullable = around.nullable || self.is_nullable(options, (class, field));
        let path = Some(around.path(&field.name));
        let prefix = format!("{}{prefix}", around.prefix).into();
        Some((inner, Around { path, prefix, nullable }))
    }
}

/// Lets the database count a column up, if it is a number.
pub(super) fn count_up(dialect: Dialect, column: &mut Column) {
    let is_number = matches!(column.data_type.as_str(), "integer" | "bigint" | "int" | "smallint");
    if !is_number || column.default.is_some() || column.generated.is_some() {
        return;
    }
    match dialect {
        Dialect::Postgres => {
            let serial = match column.data_type.as_str() {
                "bigint" => "bigserial",
                "smallint" => "smallserial",
                _ => "serial",
            };
            serial.clone_into(&mut column.data_type);
        }
        Dialect::MySql => column.generated = Some("auto_increment".to_owned()),
        Dialect::Sqlite => column.generated = Some("autoincrement".to_owned()),
    }
}
