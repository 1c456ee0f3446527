//! Columns: `@Column()` and its sisters on the fields of a class.

use smol_str::SmolStr;
use trave_source::Origin;
use trave_sql::Dialect;
use trave_ts::ir::{ExprKind, Field};

use super::names;
use super::types::{data_type, default, erased_type, type_name};
use super::{Around, Prop, Reader, Shape};
use crate::declared::class::Decorator;
use crate::declared::class::Options;
use crate::declared::code::At;
use crate::declared::name::text;
use crate::declared::{Column, Enum, Key, TableName};

/// A field that is a column.
pub(super) struct ColumnField<'f, 'a> {
    /// The module of its class.
    pub(super) module: usize,
    /// The field.
    pub(super) field: &'f Field,
    /// Every decorator of TypeORM on it.
    pub(super) decorators: &'f [Decorator<'a>],
    /// The one that says that it is a column.
    pub(super) said: &'f Decorator<'a>,
}

/// The decorators that make columns.
pub(super) fn makes_column(name: &str) -> bool {
    matches!(
        name,
        "Column"
            | "PrimaryColumn"
            | "PrimaryGeneratedColumn"
            | "CreateDateColumn"
            | "UpdateDateColumn"
            | "DeleteDateColumn"
            | "VersionColumn"
    )
}

impl<'c> Reader<'c> {
    /// Adds the column of a field to a table.
    pub(super) fn add_column(
        &self,
        shape: &mut Shape,
        around: &Around,
        one: &ColumnField<'_, '_>,
    ) -> Option<()> {
        let options = self.options(one);
        let is_primary = one.said.name.starts_with("Primary") || options.is("primary");
        let own = options.text("name");
        let naming = self.settings.naming;
        let name = naming.column(&one.field.name, own.as_deref(), &around.prefixes);
        let origin = self.code.place(one.module, one.field.span);
        let mut column = Column {
            data_type: self.type_of(shape, one, &name)?,
            name: name.clone(),
            not_null: is_primary || !(around.nullable || self.is_nullable(one)),
            default: self.default(one),
            generated: None,
            origin,
        };
        let plain_type = column.data_type.clone();
        self.generate(&mut column, one);
        if options.text("generatedType").is_some_and(|kind| kind == "STORED") {
            let sql = options.text("asExpression")?;
            column.generated = Some(format!("generated always as ({sql}) stored"));
        }
        shape.put(column);
        shape.props.push(Prop {
            path: around.path(&one.field.name),
            property: one.field.name.clone(),
            column: name.clone(),
            data_type: plain_type,
        });
        if is_primary {
            shape.primary.push((name.clone(), self.code.origin(one.said.at)));
        }
        if options.is("unique") {
            let at = options.at.unwrap_or(one.said.at);
            self.add_unique(shape, vec![name], (None, self.code.origin(at)));
        }
        Some(())
    }

    /// The object literal among the arguments.
    fn options(&self, one: &ColumnField<'_, '_>) -> Options<'_, 'c> {
        let mut at = one.said.argument(1);
        let first = one.said.argument(0);
        if at.is_none()
            && first.is_some_and(|first| self.code.text(first).is_none())
            && first.is_some_and(|first| type_name(self.code, first).is_none())
        {
            at = first;
        }
        Options { code: self.code, at }
    }

    fn is_nullable(&self, one: &ColumnField<'_, '_>) -> bool {
        let deleted = one.said.name == "DeleteDateColumn";
        self.options(one).truth("nullable").unwrap_or(deleted)
    }

    /// The name of the type, before the database makes it its own.
    fn type_said(&self, one: &ColumnField<'_, '_>) -> Option<String> {
        let options = self.options(one);
        let first = one.said.argument(0).filter(|_| one.said.name != "PrimaryGeneratedColumn");
        if let Some(at) = options.field("type").or(first.filter(|at| Some(*at) != options.at)) {
            return type_name(self.code, at);
        }
        Some(match one.said.name.as_str() {
            "PrimaryGeneratedColumn" => {
                let kind = one.said.argument(0).and_then(|at| self.code.text(at));
                let is_uuid = kind.is_some_and(|kind| kind == "uuid");
                if is_uuid { "uuid".to_owned() } else { "Number".to_owned() }
            }
            "VersionColumn" => "Number".to_owned(),
            "CreateDateColumn" | "UpdateDateColumn" | "DeleteDateColumn" => self.date_type(),
            _ if self.strategy(one).as_deref() == Some("uuid") => "uuid".to_owned(),
            _ if options.field("enum").is_some() => "enum".to_owned(),
            _ => erased_type(self.code.erased(one.module, one.field)).to_owned(),
        })
    }

    fn date_type(&self) -> String {
        let dialect = self.settings.dialect;
        if dialect == Dialect::Postgres { "timestamp" } else { "Date" }.to_owned()
    }

    fn type_of(
        &self,
        shape: &mut Shape,
        one: &ColumnField<'_, '_>,
        name: &SmolStr,
    ) -> Option<String> {
        let said = self.type_said(one)?;
        let options = self.options(one);
        if matches!(said.as_str(), "enum" | "simple-enum") {
            return Some(self.enumeration(shape, options, (name, self.code.origin(one.said.at))));
        }
        if self.settings.dialect == Dialect::MySql && one.said.name.ends_with("DateColumn") {
            let has_size = options.field("precision").is_some() || said != "Date";
            return Some(if has_size {
                data_type(self.settings.dialect, &said, options)
            } else {
                "datetime(6)".to_owned()
            });
        }
        Some(data_type(self.settings.dialect, &said, options))
    }

    fn enumeration(
        &self,
        shape: &mut Shape,
        options: Options<'_, 'c>,
        (column, origin): (&SmolStr, Origin),
    ) -> String {
        let values = options.field("enum").and_then(|at| self.code.values_of(at));
        let Some(values) = values else { return "text".to_owned() };
        match self.settings.dialect {
            Dialect::Sqlite => "varchar".to_owned(),
            Dialect::MySql => {
                let values: Vec<String> = values.iter().map(|value| text(value)).collect();
                format!("enum({})", values.join(","))
            }
            Dialect::Postgres => {
                let own = options.text("enumName");
                let made_up = || names::enumeration(&shape.table.name.name, column);
                let schema = shape.table.name.schema.clone();
                let name = TableName { schema, name: own.unwrap_or_else(made_up) };
                let array = if options.is("array") { "[]" } else { "" };
                let sql = format!("{}{array}", name.to_sql());
                shape.enums.push(Enum { name, values, origin });
                sql
            }
        }
    }

    fn default(&self, one: &ColumnField<'_, '_>) -> Option<String> {
        let options = self.options(one);
        let made = matches!(one.said.name.as_str(), "CreateDateColumn" | "UpdateDateColumn");
        let now = match self.settings.dialect {
            Dialect::Postgres => "now()",
            Dialect::MySql => "current_timestamp(6)",
            Dialect::Sqlite => "(datetime('now'))",
        };
        default(options).or_else(|| made.then(|| now.to_owned()))
    }

    /// `increment`, `uuid`, `identity`, `rowid`: who makes the values.
    fn strategy(&self, one: &ColumnField<'_, '_>) -> Option<SmolStr> {
        let of = |said: &Decorator<'_>| {
            let first = said.argument(0);
            first.and_then(|at| self.code.text(at)).unwrap_or_else(|| "increment".into())
        };
        if one.said.name == "PrimaryGeneratedColumn" {
            return Some(of(one.said));
        }
        if let Some(said) = one.decorators.iter().find(|said| said.name == "Generated") {
            return Some(of(said));
        }
        let option = self.options(one).field("generated")?;
        let is_true = self.code.truth(option) == Some(true);
        self.code.text(option).or_else(|| is_true.then(|| "increment".into()))
    }

    fn generate(&self, column: &mut Column, one: &ColumnField<'_, '_>) {
        let Some(strategy) = self.strategy(one) else { return };
        let dialect = self.settings.dialect;
        match (strategy.as_str(), dialect) {
            ("uuid", Dialect::Postgres) if column.default.is_none() => {
                column.default = Some(self.settings.uuid.to_owned());
            }
            ("identity", Dialect::Postgres) => {
                let kind = self.options(one).text("generatedIdentity");
                let always = kind.is_some_and(|kind| kind == "ALWAYS");
                let when = if always { "always" } else { "by default" };
                column.generated = Some(format!("generated {when} as identity"));
            }
            ("increment", Dialect::Postgres) => {
                let serial = match column.data_type.as_str() {
                    "bigint" => "bigserial",
                    "smallint" => "smallserial",
                    _ => "serial",
                };
                serial.clone_into(&mut column.data_type);
            }
            ("increment", Dialect::MySql) => column.generated = Some("auto_increment".to_owned()),
            ("increment", Dialect::Sqlite) => column.generated = Some("autoincrement".to_owned()),
            _ => {}
        }
    }

    /// A unique constraint, which MySQL makes an index of.
    pub(super) fn add_unique(
        &self,
        shape: &mut Shape,
        columns: Vec<SmolStr>,
        (own, origin): (Option<SmolStr>, Origin),
    ) {
        let table = shape.table.name.name.clone();
        let known = shape.table.keys.iter().any(|key| key.columns == columns);
        if known {
            return;
        }
        if self.settings.dialect == Dialect::MySql {
            let name = own.unwrap_or_else(|| names::index(&table, &columns, None));
            let keys = columns.iter().map(|column| crate::declared::IndexKey::column(column));
            shape.table.indexes.push(crate::declared::Index {
                name: Some(name),
                unique: true,
                method: None,
                keys: keys.collect(),
                predicate: None,
                origin,
            });
            return;
        }
        let name = own.unwrap_or_else(|| names::constraint("UQ", &table, &columns));
        let (primary, nulls_not_distinct) = (false, false);
        shape.table.keys.push(Key {
            primary,
            name: Some(name),
            columns,
            nulls_not_distinct,
            origin,
        });
    }

    /// `@Column(() => Name)`: what is embedded, and the prefixes of its columns.
    pub(super) fn embedded(
        &self,
        said: &Decorator<'_>,
        around: &Around,
        property: &SmolStr,
    ) -> Option<(crate::declared::class::ClassAt, Around)> {
        let first = said.argument(0).filter(|_| said.name == "Column")?;
        let is_function = matches!(self.code.kind(first), Some(ExprKind::Function(_)));
        let class = self.code.as_class(first).filter(|_| is_function)?;
        let options = Options { code: self.code, at: said.argument(1) };
        let mut inner = around.clone();
        inner.path = Some(around.path(property));
        match options.field("prefix") {
            None => inner.prefixes.push(property.clone()),
            Some(at) => {
                let own = self.code.text(at).filter(|own| !own.is_empty());
                inner.prefixes.extend(own);
            }
        }
        Some((class, inner))
    }

    /// An array of names of properties, or a function that returns such.
    pub(super) fn properties(&self, at: At) -> Option<Vec<SmolStr>> {
        if let Some(names) = self.code.texts(at) {
            return Some(names);
        }
        let crate::declared::code::Meaning::Function(module, function) = self.code.meaning(at)
        else {
            return None;
        };
        let returned = self.code.returned(module, function)?;
        let fields = self.code.fields(returned);
        if !fields.is_empty() {
            return Some(fields.into_iter().map(|(key, _)| key).collect());
        }
        let items = self.code.items(returned)?;
        items.into_iter().map(|item| self.code.member(item)).collect()
    }
}
