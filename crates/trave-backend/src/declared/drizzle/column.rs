//! Columns: `uuid('id').primaryKey().defaultRandom()`, read from the end.

use smol_str::SmolStr;
use trave_source::Origin;
use trave_sql::Dialect;
use trave_ts::ir::{Call, ExprKind};

use super::table::dialect_of;
use super::types::{Options, data_type};
use super::{Casing, Reader};
use crate::declared::code::{At, Meaning, argument};
use crate::declared::name::text;
use crate::declared::{Action, Column, TableName};

/// Calls on calls: no longer than this.
const CHAIN_MAX: usize = 64;

/// A field of a table's object of columns.
#[derive(Debug, Clone)]
pub(super) struct FieldIs {
    /// The column.
    pub(super) column: Column,
    /// What its own constraint is named after: the name that was written, or the key as it is.
    pub(super) named: SmolStr,
    /// `.primaryKey()`, and where.
    pub(super) primary: Option<Origin>,
    /// `.unique()`.
    pub(super) unique: Option<UniqueIs>,
    /// `.references(…)`.
    pub(super) reference: Option<ReferenceIs>,
}

/// `.unique('name', { nulls: 'not distinct' })`.
#[derive(Debug, Clone)]
pub(super) struct UniqueIs {
    /// The name, if it was written.
    pub(super) name: Option<SmolStr>,
    /// Whether nulls are equal.
    pub(super) nulls_not_distinct: bool,
    /// Where it stands.
    pub(super) origin: Origin,
}

/// `.references(() => users.id, { onDelete: 'cascade' })`.
#[derive(Debug, Clone)]
pub(super) struct ReferenceIs {
    /// The function that returns the column.
    pub(super) target: At,
    /// `onDelete`.
    pub(super) on_delete: Action,
    /// `onUpdate`.
    pub(super) on_update: Action,
    /// Where it stands.
    pub(super) origin: Origin,
}

/// The call that a chain begins with, and the methods called on it.
pub(super) struct Chain<'c> {
    /// The first call.
    pub(super) at: At,
    /// The same.
    pub(super) call: &'c Call,
    /// The methods, the first called first.
    pub(super) methods: Vec<Method<'c>>,
}

/// A method of a chain.
pub(super) struct Method<'c> {
    /// Its name.
    pub(super) name: &'c SmolStr,
    /// The whole chain up to it.
    pub(super) at: At,
    /// Its call.
    pub(super) call: &'c Call,
    /// `method(` … `)`.
    pub(super) origin: Origin,
}

impl<'a> Reader<'a> {
    /// Takes a chain of calls apart. It ends where a call is of a function, not of a value.
    pub(super) fn chain(&self, at: At) -> Option<Chain<'a>> {
        let mut methods = Vec::new();
        let Meaning::Expr(mut at) = self.code.value(at) else { return None };
        for _ in 0..CHAIN_MAX {
            let ExprKind::Call(call) = self.code.kind(at)? else { return None };
            let callee = At { expr: call.callee, ..at };
            if let Some(ExprKind::Member { object, property, property_span, .. }) =
                self.code.kind(callee)
            {
                let object = At { expr: *object, ..at };
                if let Meaning::Expr(inner) = self.code.value(object)
                    && matches!(self.code.kind(inner), Some(ExprKind::Call(_)))
                    && self.schema_method(callee, "enum").is_none()
                {
                    let end = self.code.origin(at).span.end;
                    let span = trave_source::Span { start: property_span.start, end };
                    let origin = self.code.place(at.module, span);
                    methods.push(Method { name: property, at, call, origin });
                    at = inner;
                    continue;
                }
            }
            methods.reverse();
            return Some(Chain { at, call, methods });
        }
        None
    }

    /// The column that a field of a table declares.
    pub(super) fn field(&self, dialect: Dialect, key: &str, at: At) -> Option<FieldIs> {
        let chain = self.chain(at)?;
        let (named, options) = self.arguments(&chain);
        let data_type = self.base(dialect, &chain, options)?;
        let written = named.clone().unwrap_or_else(|| key.into());
        let name = named.unwrap_or_else(|| self.column_name(key));
        let is_serial = matches!(data_type.as_str(), "serial" | "bigserial" | "smallserial");
        let column = Column {
            name,
            not_null: is_serial,
            data_type,
            default: None,
            generated: None,
            origin: self.code.origin(at),
        };
        let mut field =
            FieldIs { column, named: written, primary: None, unique: None, reference: None };
        for method in &chain.methods {
            self.apply(dialect, method, &mut field);
        }
        Some(field)
    }

    /// The name of the column of a key that says none.
    pub(super) fn column_name(&self, key: &str) -> SmolStr {
        match self.casing {
            Casing::Kept => key.into(),
            Casing::Snake => snake(key),
        }
    }

    /// The name and the options that a chain begins with: either may be left out.
    fn arguments(&self, chain: &Chain<'_>) -> (Option<SmolStr>, Option<At>) {
        let first = argument(chain.at, chain.call, 0);
        match first.and_then(|first| self.code.text(first)) {
            Some(name) => (Some(name), argument(chain.at, chain.call, 1)),
            None => (None, first),
        }
    }

    /// The type that the first call of a chain makes.
    fn base(&self, dialect: Dialect, chain: &Chain<'_>, options: Option<At>) -> Option<String> {
        let values = options;
        let options = Options { reader: self, at: options };
        match self.code.callee(chain.at, chain.call) {
            Meaning::External(package, name) if dialect_of(&package).is_some() => {
                data_type(dialect, &name, &options, values)
            }
            Meaning::Expr(callee) => match self.code.kind(callee)? {
                // `t.uuid()` of a callback that is given every function.
                ExprKind::Member { property, .. } => data_type(dialect, property, &options, values),
                ExprKind::Call(call) => self.made_type(callee, call, options.at),
                _ => None,
            },
            _ => None,
        }
    }

    /// The type that `pgEnum(…)` or `customType(…)` makes.
    fn made_type(&self, at: At, call: &Call, options: Option<At>) -> Option<String> {
        if let Some(schema) = self.schema_method(At { expr: call.callee, ..at }, "enum") {
            let name = self.code.text(argument(at, call, 0)?)?;
            return Some(TableName { schema: Some(schema), name }.to_sql());
        }
        let Meaning::External(package, function) = self.code.callee(at, call) else { return None };
        dialect_of(&package)?;
        let first = argument(at, call, 0)?;
        match function.as_str() {
            "pgEnum" => Some(TableName::plain(&self.code.text(first)?).to_sql()),
            "customType" => self.custom_type(first, options),
            _ => None,
        }
    }

    /// What `dataType()` of a custom type returns: a constant, or a text with options in it.
    fn custom_type(&self, custom: At, options: Option<At>) -> Option<String> {
        let data_type = self.code.field(custom, "dataType")?;
        let Meaning::Function(module, function) = self.code.meaning(data_type) else { return None };
        let returned = self.code.returned(module, function)?;
        let base = self.code.text(returned)?;
        let options = Options { reader: self, at: options };
        match base.as_str() {
            // A type with sizes falls back to the plain one where none is given.
            "numeric" | "decimal" | "vector" => {
                data_type_of_custom(&base, &options).or_else(|| Some(base.to_string()))
            }
            _ => Some(base.to_string()),
        }
    }

    fn apply(&self, dialect: Dialect, method: &Method<'_>, field: &mut FieldIs) {
        let value = |index| argument(method.at, method.call, index);
        let column = &mut field.column;
        match method.name.as_str() {
            "notNull" => column.not_null = true,
            "primaryKey" => {
                column.not_null = true;
                field.primary = Some(method.origin);
                let counts = value(0).and_then(|options| self.code.field(options, "autoIncrement"));
                if counts.and_then(|counts| self.code.truth(counts)) == Some(true) {
                    column.generated = Some("autoincrement".to_owned());
                }
            }
            "autoincrement" => column.generated = Some("auto_increment".to_owned()),
            "unique" => {
                let nulls = value(1).and_then(|options| self.code.field(options, "nulls"));
                let nulls = nulls.and_then(|nulls| self.code.text(nulls));
                field.unique = Some(UniqueIs {
                    name: value(0).and_then(|name| self.code.text(name)),
                    nulls_not_distinct: nulls.is_some_and(|nulls| nulls == "not distinct"),
                    origin: method.origin,
                });
            }
            "array" => column.data_type.push_str("[]"),
            "defaultNow" => {
                let now = if dialect == Dialect::MySql { "(now())" } else { "now()" };
                column.default = Some(now.to_owned());
            }
            "defaultRandom" => column.default = Some("gen_random_uuid()".to_owned()),
            "default" => column.default = value(0).and_then(|at| self.default(at, column)),
            "generatedAlwaysAsIdentity" => {
                column.not_null = true;
                column.generated = Some("generated always as identity".to_owned());
            }
            "generatedByDefaultAsIdentity" => {
                column.not_null = true;
                column.generated = Some("generated by default as identity".to_owned());
            }
            "generatedAlwaysAs" => {
                let written = value(0).and_then(|at| self.generated(at));
                column.generated = written.map(|it| format!("generated always as ({it}) stored"));
            }
            "references" => {
                field.reference = value(0).map(|target| ReferenceIs {
                    target,
                    on_delete: self.action(value(1), "onDelete"),
                    on_update: self.action(value(1), "onUpdate"),
                    origin: method.origin,
                });
            }
            _ => {}
        }
    }

    /// A generated column reads others of its table, whose keys are not all known yet.
    fn generated(&self, at: At) -> Option<String> {
        self.sql(at, &|key| Some(self.column_name(key)))
            .or_else(|| self.code.text(at).map(|text| text.to_string()))
    }

    fn default(&self, at: At, column: &Column) -> Option<String> {
        if let Some(sql) = self.sql(at, &|_| None) {
            return Some(sql);
        }
        if let Some(words) = self.code.text(at) {
            let is_json = matches!(column.data_type.as_str(), "json" | "jsonb");
            return Some(if is_json {
                text(&format!("{:?}", words.as_str()))
            } else {
                text(&words)
            });
        }
        if let Some(number) = self.code.number(at) {
            return Some(number);
        }
        if let Some(truth) = self.code.truth(at) {
            return Some(truth.to_string());
        }
        if column.data_type.ends_with("[]") {
            let items = self.code.texts(at)?;
            return Some(text(&format!("{{{}}}", items.join(","))));
        }
        self.code.json(at, 8).map(|json| text(&json))
    }

    /// `{ onDelete: 'cascade' }`.
    pub(super) fn action(&self, options: Option<At>, name: &str) -> Action {
        let said = options.and_then(|options| self.code.field(options, name));
        let said = said.and_then(|said| self.code.text(said));
        action_of(said.as_deref().unwrap_or_default())
    }
}

fn data_type_of_custom(base: &str, options: &Options<'_, '_>) -> Option<String> {
    options.at?;
    data_type(Dialect::Postgres, base, options, None)
}

/// An action by the name that Drizzle gives it.
pub(super) fn action_of(name: &str) -> Action {
    match name {
        "cascade" => Action::Cascade,
        "restrict" => Action::Restrict,
        "set null" => Action::SetNull,
        "set default" => Action::SetDefault,
        _ => Action::NoAction,
    }
}

/// `createdAt` to `created_at`, `userID2` to `user_id2`, as Drizzle does it: words begin at
/// capitals, and a run of capitals is one word.
pub(super) fn snake(key: &str) -> SmolStr {
    let letters: Vec<char> = key.chars().collect();
    let mut out = String::new();
    for (at, letter) in letters.iter().enumerate() {
        let before = at.checked_sub(1).and_then(|at| letters.get(at));
        let after = letters.get(at + 1);
        let starts_word = letter.is_uppercase()
            && before.is_some_and(|before| {
                !before.is_uppercase() || after.is_some_and(|after| after.is_lowercase())
            });
        if starts_word && !out.ends_with('_') {
            out.push('_');
        }
        out.extend(letter.to_lowercase());
    }
    out.into()
}

#[cfg(test)]
mod tests {
    use super::snake;

    #[test]
    fn keys_become_names() {
        assert_eq!(snake("createdAt"), "created_at");
        assert_eq!(snake("userID"), "user_id");
        assert_eq!(snake("apiKeyHash2"), "api_key_hash2");
        assert_eq!(snake("URLPath"), "url_path");
        assert_eq!(snake("already_there"), "already_there");
    }
}
