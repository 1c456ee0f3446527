//! One model: its table, its columns by attribute, and what leads to other models.

use smol_str::SmolStr;
use trave_ts::ir::{Call, ExprId, ExprKind, Field};

use super::{Underscored, is_sequelize};
use crate::declared::TableName;
use crate::declared::class::{ClassAt, Options};
use crate::declared::code::{At, Code, Meaning, argument};
use crate::naming::{NamedRelation, NamedTable, plural, snake};

/// A decorator, with or without brackets behind it.
pub(super) struct Mark<'c> {
    /// What it is called in its package.
    pub(super) name: SmolStr,
    /// Its first argument.
    pub(super) argument: Option<At>,
    call: Option<(At, &'c Call)>,
}

/// The decorators that come from Sequelize.
pub(super) fn marks<'c>(code: &Code<'c>, module: usize, decorators: &[ExprId]) -> Vec<Mark<'c>> {
    let read = |expr: &ExprId| {
        let at = At { module, expr: *expr };
        let (meaning, call) = match code.kind(at)? {
            ExprKind::Call(call) => (code.callee(at, call), Some((at, &**call))),
            _ => (code.meaning(at), None),
        };
        let Meaning::External(package, name) = meaning else { return None };
        let argument = call.and_then(|(at, call)| argument(at, call, 0));
        is_sequelize(&package).then_some(Mark { name, argument, call })
    };
    decorators.iter().filter_map(read).collect()
}

/// A model.
#[derive(Debug, Clone)]
pub(super) struct Model {
    /// What code calls it.
    pub(super) name: SmolStr,
    /// The module that makes it.
    pub(super) module: usize,
    /// Its class.
    pub(super) class: Option<ClassAt>,
    /// The call that makes it, where it is no class.
    pub(super) constant: Option<At>,
    options: Option<At>,
    /// Its attributes with the names of their columns, where they say so.
    attributes: Vec<(SmolStr, Option<SmolStr>)>,
    primary: Vec<SmolStr>,
    /// What leads to other models.
    pub(super) associations: Vec<Association>,
}

impl Model {
    pub(super) fn new(name: SmolStr, module: usize, options: Option<At>) -> Self {
        Self {
            name,
            module,
            class: None,
            constant: None,
            options,
            attributes: Vec::new(),
            primary: Vec::new(),
            associations: Vec::new(),
        }
    }

    /// Adds what the fields of one class say.
    pub(super) fn add_fields(&mut self, code: &Code<'_>, at: ClassAt) {
        let Some(class) = code.class(at) else { return };
        for field in class.fields.iter().filter(|field| !field.is_static) {
            self.add_field(code, (at, field));
        }
    }

    fn add_field(&mut self, code: &Code<'_>, (at, field): (ClassAt, &Field)) {
        let marks = marks(code, at.module, &field.decorators);
        if marks.is_empty() {
            return;
        }
        for mark in &marks {
            if let Some(association) = Association::decorated(code, field, mark) {
                self.associations.push(association);
                return;
            }
        }
        let column = marks.iter().find(|mark| mark.name == "Column");
        let options = Options { code, at: column.and_then(|mark| mark.argument) };
        let is_key = marks.iter().any(|mark| mark.name == "PrimaryKey") || options.is("primaryKey");
        if is_key {
            self.primary.push(field.name.clone());
        }
        self.add(field.name.clone(), options.text("field"));
    }

    /// Adds what an object of attributes says.
    pub(super) fn add_attributes(&mut self, code: &Code<'_>, attributes: Option<At>) {
        for (name, at) in attributes.map(|at| code.fields(at)).unwrap_or_default() {
            let options = Options { code, at: Some(at) };
            if options.is("primaryKey") {
                self.primary.push(name.clone());
            }
            self.add(name, options.text("field"));
        }
    }

    fn add(&mut self, name: SmolStr, column: Option<SmolStr>) {
        self.attributes.retain(|(known, _)| *known != name);
        self.attributes.push((name, column));
    }

    /// What code calls the table and its columns.
    pub(super) fn table(&self, code: &Code<'_>, underscored: Underscored) -> NamedTable {
        let options = Options { code, at: self.options };
        let underscored = options.truth("underscored").unwrap_or(underscored.0);
        let spelled = |name: &str| if underscored { snake(name) } else { SmolStr::new(name) };
        let named = options.text("modelName").unwrap_or_else(|| self.name.clone());
        let is_frozen = options.is("freezeTableName");
        let made_up = if is_frozen { named } else { spelled(&plural(&named)) };
        let name = options.text("tableName").unwrap_or(made_up);
        let schema = options.text("schema").filter(|schema| schema != "public");
        let mut table = NamedTable {
            code: self.name.clone(),
            table: TableName { schema, name },
            ..NamedTable::default()
        };
        for (attribute, column) in &self.attributes {
            let column = column.clone().unwrap_or_else(|| spelled(attribute));
            table.columns.insert(attribute.clone(), column);
        }
        let mut primary = self.primary.clone();
        if primary.is_empty() {
            primary.push("id".into());
        }
        let dated = options.truth("timestamps") != Some(false);
        let gone = dated && options.is("paranoid");
        let added = [("createdAt", dated), ("updatedAt", dated), ("deletedAt", gone)];
        let added = added.iter().filter(|(_, is_there)| *is_there).map(|(name, _)| *name);
        for name in added.chain(primary.iter().map(SmolStr::as_str)) {
            let own = options.text(name).unwrap_or_else(|| SmolStr::new(name));
            table.columns.entry(own.clone()).or_insert_with(|| spelled(&own));
        }
        let columns = primary.iter().filter_map(|name| table.columns.get(name).cloned());
        table.primary = columns.collect();
        table
    }
}

/// Which side holds the column that refers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Side {
    /// The own table.
    Own,
    /// The other one.
    Other,
    /// A third.
    Third,
}

/// What leads to another model.
#[derive(Debug, Clone)]
pub(super) struct Association {
    /// The property; none where the name of the other model tells it.
    property: Option<SmolStr>,
    target: SmolStr,
    side: Side,
    is_list: bool,
    foreign: Option<SmolStr>,
}

impl Association {
    fn new(kind: &str, target: SmolStr) -> Option<Self> {
        let (side, is_list) = match kind {
            "belongsTo" | "BelongsTo" => (Side::Own, false),
            "hasOne" | "HasOne" => (Side::Other, false),
            "hasMany" | "HasMany" => (Side::Other, true),
            "belongsToMany" | "BelongsToMany" => (Side::Third, true),
            _ => return None,
        };
        Some(Self { property: None, target, side, is_list, foreign: None })
    }

    /// Of a call.
    pub(super) fn of(kind: &str, target: SmolStr, options: &Options<'_, '_>) -> Option<Self> {
        let mut made = Self::new(kind, target)?;
        made.property = options.text("as");
        made.foreign = foreign_key(options);
        Some(made)
    }

    /// `@BelongsTo(() => User, 'userId')`.
    fn decorated(code: &Code<'_>, field: &Field, mark: &Mark<'_>) -> Option<Self> {
        let class = code.as_class(mark.argument?)?;
        let target = code.class(class)?.name.clone()?;
        let mut made = Self::new(&mark.name, target)?;
        made.property = Some(field.name.clone());
        let second = mark.call.and_then(|(at, call)| argument(at, call, 1));
        let options = Options { code, at: second };
        let written = second.and_then(|at| code.text(at));
        made.foreign = written.or_else(|| foreign_key(&options));
        Some(made)
    }

    /// The property, and where it leads.
    pub(super) fn relation(
        &self,
        own: &NamedTable,
        all: &[NamedTable],
    ) -> Option<(SmolStr, NamedRelation)> {
        let other = all.iter().find(|table| table.code == self.target)?;
        let made_up = || if self.is_list { plural(&self.target) } else { self.target.clone() };
        let property = self.property.clone().unwrap_or_else(made_up);
        let (target, is_list) = (self.target.clone(), self.is_list);
        let mut relation = NamedRelation { target, is_list, ..NamedRelation::default() };
        let column = |table: &NamedTable, property: &SmolStr| {
            table.columns.get(property).cloned().unwrap_or_else(|| property.clone())
        };
        let guessed = |name: &str| SmolStr::new(format!("{name}Id"));
        match self.side {
            Side::Own => {
                let foreign = self.foreign.clone().unwrap_or_else(|| guessed(&property));
                relation.columns.push(column(own, &foreign));
                relation.target_columns.clone_from(&other.primary);
            }
            Side::Other => {
                let foreign = self.foreign.clone().unwrap_or_else(|| guessed(&lower(&own.code)));
                relation.columns.clone_from(&own.primary);
                relation.target_columns.push(column(other, &foreign));
            }
            Side::Third => {}
        }
        Some((property, relation))
    }
}

/// `foreignKey: 'userId'`, `foreignKey: { name: 'userId' }`.
fn foreign_key(options: &Options<'_, '_>) -> Option<SmolStr> {
    let at = options.field("foreignKey")?;
    let inner = Options { code: options.code, at: Some(at) };
    options.code.text(at).or_else(|| inner.text("name"))
}

fn lower(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().into_iter().flat_map(char::to_lowercase).chain(letters).collect()
}
