//! Sequelize: what code calls its tables and columns. Migrations make the tables: what a model
//! says of types and keys is not read.

mod model;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use smol_str::SmolStr;
use trave_sql::Dialect;
use trave_ts::ir::{Call, ExprId, ExprKind};

use super::class::{ClassAt, Options};
use super::code::{At, Code, Linked, Meaning, argument};
use super::{Declared, Source, Tool};
use crate::naming::NamedTable;
use model::{Association, Model};

/// Byte strings, one of which a module holds if it may define a model.
pub const NEEDLES: [&str; 4] =
    ["'sequelize", "\"sequelize", "'@sequelize/core", "\"@sequelize/core"];

/// The models of the modules, by package; they declare names and no tables.
pub fn read(modules: &[Linked<'_>]) -> Vec<Source> {
    let code = Code::new(modules);
    let mut models = decorated(&code);
    for (at, call) in calls(&code) {
        models.extend(initialised(&code, at, call).or_else(|| defined(&code, at, call)));
    }
    if models.is_empty() {
        return Vec::new();
    }
    for (at, call) in calls(&code) {
        associate(&code, (at, call), &mut models);
    }
    let underscored = is_underscored(&code);
    let mut packages: BTreeMap<&str, Vec<&Model>> = BTreeMap::new();
    for model in &models {
        let package = modules.get(model.module).map_or("", |linked| linked.package);
        packages.entry(package).or_default().push(model);
    }
    packages.into_values().map(|own| source(&code, &own, underscored)).collect()
}

fn is_sequelize(package: &str) -> bool {
    package == "sequelize"
        || package.starts_with("sequelize/")
        || package == "sequelize-typescript"
        || package.starts_with("@sequelize/")
}

fn source(code: &Code<'_>, models: &[&Model], underscored: Underscored) -> Source {
    let mut names: Vec<NamedTable> =
        models.iter().map(|model| model.table(code, underscored)).collect();
    let known = names.clone();
    for (model, table) in models.iter().zip(&mut names) {
        for association in &model.associations {
            if let Some((property, relation)) = association.relation(table, &known) {
                table.columns.remove(&property);
                table.relations.insert(property, relation);
            }
        }
    }
    let classes: Vec<ClassAt> = models.iter().filter_map(|model| model.class).collect();
    let mut declared = Declared::new(Tool::Sequelize, Dialect::Postgres);
    declared.names = names;
    code.source_of(&classes, declared)
}

/// Whether columns are in snake case where a model does not say so itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Underscored(bool);

/// `new Sequelize(…, { define: { underscored: true } })`.
fn is_underscored(code: &Code<'_>) -> Underscored {
    let mut made = code.modules.iter().enumerate().flat_map(|(module, linked)| {
        let exprs = (0..).map(ExprId).zip(&linked.module.exprs);
        exprs.filter_map(move |(expr, it)| match &it.kind {
            ExprKind::New(call) => Some((At { module, expr }, call)),
            _ => None,
        })
    });
    Underscored(made.any(|(at, call)| {
        let is_own = matches!(code.callee(at, call),
            Meaning::External(package, name) if is_sequelize(&package) && name == "Sequelize");
        let arguments = (0..call.args.len()).filter_map(|index| argument(at, call, index));
        let says = |options: At| {
            let define = code.field(options, "define");
            Options { code, at: define }.is("underscored")
        };
        is_own && arguments.into_iter().any(says)
    }))
}

/// Every call of a method that is no part of a test.
fn calls<'c>(code: &Code<'c>) -> Vec<(At, &'c Call)> {
    let modules = code.modules.iter().enumerate().filter(|(_, linked)| !linked.is_test);
    let all = modules.flat_map(|(module, linked)| {
        let exprs = (0..).map(ExprId).zip(&linked.module.exprs);
        exprs.filter_map(move |(expr, it)| match &it.kind {
            ExprKind::Call(call) => Some((At { module, expr }, &**call)),
            _ => None,
        })
    });
    all.filter(|(at, call)| method(code, *at, call).is_some()).collect()
}

/// The receiver and the name of a method that is called, if models have one of this name.
fn method<'c>(code: &Code<'c>, at: At, call: &Call) -> Option<(At, &'c SmolStr)> {
    const NAMES: [&str; 6] = ["init", "define", "belongsTo", "hasMany", "hasOne", "belongsToMany"];
    match code.kind(At { expr: call.callee, ..at })? {
        ExprKind::Member { object, property, .. } if NAMES.contains(&property.as_str()) => {
            Some((At { expr: *object, ..at }, property))
        }
        _ => None,
    }
}

/// Classes with `@Table`.
fn decorated(code: &Code<'_>) -> Vec<Model> {
    let mut found = Vec::new();
    for (at, class) in code.classes() {
        let marks = model::marks(code, at.module, &class.decorators);
        let Some(table) = marks.iter().find(|mark| mark.name == "Table") else { continue };
        let Some(name) = class.name.clone() else { continue };
        let mut model = Model::new(name, at.module, table.argument);
        model.class = Some(at);
        for part in code.lineage(at).into_iter().rev() {
            model.add_fields(code, part);
        }
        found.push(model);
    }
    found
}

/// `User.init({ … }, { tableName: 'users' })`, also `super.init(…)` and `this.init(…)`.
fn initialised(code: &Code<'_>, at: At, call: &Call) -> Option<Model> {
    let (receiver, name) = method(code, at, call)?;
    if name != "init" {
        return None;
    }
    let class = class_of(code, receiver)?;
    if !extends_model(code, class) {
        return None;
    }
    let name = code.class(class)?.name.clone()?;
    let mut model = Model::new(name, at.module, argument(at, call, 1));
    model.class = Some(class);
    model.add_attributes(code, argument(at, call, 0));
    Some(model)
}

/// `sequelize.define('user', { … }, { tableName: 'users' })`.
fn defined(code: &Code<'_>, at: At, call: &Call) -> Option<Model> {
    let (_, name) = method(code, at, call)?;
    let attributes = argument(at, call, 1).filter(|it| code.is_object(*it))?;
    let linked = code.modules.get(at.module)?;
    let speaks = NEEDLES.iter().any(|needle| linked.text.contains(needle));
    if name != "define" || !speaks {
        return None;
    }
    let name = code.text(argument(at, call, 0)?)?;
    let mut model = Model::new(name, at.module, argument(at, call, 2));
    model.constant = Some(at);
    model.add_attributes(code, Some(attributes));
    Some(model)
}

/// The class that a receiver is.
fn class_of(code: &Code<'_>, receiver: At) -> Option<ClassAt> {
    if let Some(class) = code.as_class(receiver) {
        return Some(class);
    }
    if !matches!(code.kind(receiver), Some(ExprKind::This | ExprKind::Super)) {
        return None;
    }
    let linked = code.modules.get(receiver.module)?;
    let span = linked.module.expr(receiver.expr)?.span;
    let around = linked
        .module
        .functions
        .iter()
        .filter(|function| function.class.is_some() && function.span.holds(span));
    let class = around.max_by_key(|function| function.span.start)?.class?;
    Some(ClassAt { module: receiver.module, class })
}

fn extends_model(code: &Code<'_>, class: ClassAt) -> bool {
    let Some(last) = code.lineage(class).last().copied() else { return false };
    let base = code.class(last).and_then(|class| class.extends);
    base.is_some_and(|expr| {
        let at = At { module: last.module, expr };
        // `Sequelize.Model` too.
        let is_member = matches!(code.kind(at),
            Some(ExprKind::Member { property, .. }) if property == "Model");
        is_member
            || matches!(code.meaning(at),
                Meaning::External(package, name) if is_sequelize(&package) && name == "Model")
    })
}

/// `User.hasMany(Post, { as: 'posts', foreignKey: 'authorId' })`.
fn associate(code: &Code<'_>, (at, call): (At, &Call), models: &mut [Model]) {
    let Some((receiver, kind)) = method(code, at, call) else { return };
    let Some(target) = argument(at, call, 0) else { return };
    let Some(target) = name_of(code, target, models) else { return };
    let Some(own) = name_of(code, receiver, models) else { return };
    let options = Options { code, at: argument(at, call, 1) };
    let association = Association::of(kind, target, &options);
    let model = models.iter_mut().find(|model| model.name == own);
    if let (Some(model), Some(association)) = (model, association) {
        model.associations.push(association);
    }
}

/// What code calls the model that an expression is: `User`, `models.User`, `db.User`.
fn name_of(code: &Code<'_>, at: At, models: &[Model]) -> Option<SmolStr> {
    if let Some(class) = class_of(code, at) {
        let own = models.iter().find(|model| model.class == Some(class));
        return own.map(|model| model.name.clone());
    }
    if let Some((call, _)) = code.call(at) {
        let own = models.iter().find(|model| model.constant == Some(call));
        return own.map(|model| model.name.clone());
    }
    match code.kind(at)? {
        ExprKind::Member { property, .. } => {
            let own = models.iter().find(|model| model.name == *property);
            own.map(|model| model.name.clone())
        }
        _ => None,
    }
}
