//! Values of enums that are named before the transaction that adds them has ended.

use smol_str::SmolStr;
use trave_source::Span;
use trave_sql::{
    AlterActionKind, AlterTable, AlterType, Column, ColumnChange, Constraint, ConstraintKind,
    Descend, Expr, ExprKind, Insert, Literal, ObjectName, Operator, QueryBody, Statement,
    TypeChange,
};

use super::Place;
use super::transaction::AddedValue;
use crate::replay::session::Session;
use crate::schema::StepKind;
use crate::{Provenance, QualifiedName, TypeKind};

/// A text that may be a value, with what tells its type.
enum Named<'a> {
    /// `'value'::type`.
    AsType(&'a ObjectName),
    /// It is compared with a column, or written into one.
    InColumn(&'a str),
}

impl Session {
    /// Whether the file that runs made something.
    pub(super) fn is_of_file(&self, provenance: Provenance) -> bool {
        let here = self.origin(Span::new(0, 0)).file;
        matches!(provenance, Provenance::Migration(origin) if origin.file == here)
    }

    /// The user's type that a name means.
    pub(super) fn type_of(&self, name: &ObjectName) -> Option<QualifiedName> {
        let mut candidates = self.candidates(name).into_iter();
        candidates.find(|name| self.catalog().types.contains_key(name))
    }

    /// Remembers the values that a type gets, until the transaction ends. Those of a type that the
    /// same file made may be used at once.
    pub(super) fn note_values(&mut self, alter: &AlterType, span: Span) {
        let at = self.origin(span);
        let of = self.type_of(&alter.name);
        let of = of.unwrap_or_else(|| self.likely_name(&alter.name));
        let known = match self.catalog().types.get(&of).map(|found| &found.kind) {
            Some(TypeKind::Enum(labels)) => labels.clone(),
            _ => Vec::new(),
        };
        let Some(file) = &mut self.pending else { return };
        for change in &alter.changes {
            if let TypeChange::AddValue(add) = change
                && !known.contains(&add.value)
            {
                file.add_value(AddedValue { of: of.clone(), value: add.value.clone(), at });
            }
        }
    }

    /// Notes the first use of a value that the same transaction added.
    pub(super) fn note_enum_uses(&mut self, statement: &Statement, span: Span) {
        if self.pending.as_ref().is_none_or(|file| file.added_values().is_empty()) {
            return;
        }
        let tables = self.tables_of(statement);
        let mut used: Vec<(AddedValue, Span)> = Vec::new();
        let mut see = |named: Named<'_>, value: &SmolStr, at: Span| {
            let Some(file) = &self.pending else { return };
            let is_it = |added: &&AddedValue| {
                added.value == *value && self.is_named(&named, &added.of, &tables)
            };
            let found = file.added_values().iter().find(is_it);
            used.extend(found.map(|added| (added.clone(), at)));
        };
        written(statement, &mut see);
        every_expression(statement, &mut |expr| {
            compared(expr, &mut see);
            Descend::Into
        });
        for (added, at) in used {
            let Some(file) = &mut self.pending else { return };
            if !file.take_value(&added) {
                continue;
            }
            let AddedValue { of, value, at: added } = added;
            let kind = StepKind::EnumValueUsed { of, value, added };
            self.step(Place { at, statement: span }, None, kind);
        }
    }

    /// The tables whose columns a statement names.
    fn tables_of(&self, statement: &Statement) -> Vec<QualifiedName> {
        let known = |names: Vec<&ObjectName>| -> Vec<QualifiedName> {
            names.into_iter().filter_map(|name| Some(self.find_relation(name)?.0)).collect()
        };
        known(match statement {
            Statement::CreateView(create) => {
                return known(Statement::Query(create.query.clone()).tables_touched());
            }
            Statement::CreatePolicy(create) => vec![&create.table],
            Statement::AlterPolicy(alter) => vec![&alter.table],
            Statement::CreateIndex(create) => vec![&create.table],
            Statement::AlterTable(alter) => vec![&alter.name],
            _ => statement.tables_touched(),
        })
    }

    fn is_named(&self, named: &Named<'_>, of: &QualifiedName, tables: &[QualifiedName]) -> bool {
        match named {
            Named::AsType(name) => self.type_of(name).is_some_and(|found| found == *of),
            Named::InColumn(column) => {
                let mut types = tables.iter().filter_map(|table| self.column_before(table, column));
                let is_of = |column: &crate::Column| column.type_name == of.to_string().as_str();
                types.next().is_some_and(is_of) && types.all(is_of)
            }
        }
    }
}

type See<'s> = dyn FnMut(Named<'_>, &SmolStr, Span) + 's;

fn text_of(expr: &Expr) -> Option<&SmolStr> {
    match &expr.kind {
        ExprKind::Literal(Literal::String(text)) => Some(text),
        _ => None,
    }
}

fn column_of(expr: &Expr) -> Option<&str> {
    match &expr.kind {
        ExprKind::Column(column) => Some(column.name.as_str()),
        _ => None,
    }
}

/// Casts of a text to a type, and texts that are compared with a column.
fn compared(expr: &Expr, see: &mut See<'_>) {
    let mut pair = |column: &Expr, text: &Expr| {
        if let (Some(column), Some(value)) = (column_of(column), text_of(text)) {
            see(Named::InColumn(column), value, text.span);
        }
    };
    match &expr.kind {
        ExprKind::Cast(cast) if !cast.data_type.is_array() => {
            if let Some(value) = text_of(&cast.value) {
                see(Named::AsType(&cast.data_type.name), value, expr.span);
            }
        }
        ExprKind::Binary(binary)
            if matches!(binary.operator, Operator::Equal | Operator::NotEqual) =>
        {
            pair(&binary.left, &binary.right);
            pair(&binary.right, &binary.left);
        }
        ExprKind::InList(list) => list.list.iter().for_each(|item| pair(&list.value, item)),
        _ => {}
    }
}

/// Texts that are written into a column, or are its default.
fn written(statement: &Statement, see: &mut See<'_>) {
    match statement {
        Statement::Insert(insert) => inserted(insert, see),
        Statement::Update(update) => {
            for set in &update.assignments {
                if let ([column], Some(value)) = (set.columns.as_slice(), text_of(&set.value)) {
                    see(Named::InColumn(column.as_str()), value, set.value.span);
                }
            }
        }
        Statement::CreateTable(create) => {
            create.columns.iter().for_each(|column| default(column, see));
        }
        Statement::AlterTable(alter) => altered(alter, see),
        _ => {}
    }
}

fn inserted(insert: &Insert, see: &mut See<'_>) {
    let mut row = |values: &mut dyn Iterator<Item = &Expr>| {
        for (column, value) in insert.columns.iter().zip(values) {
            if let Some(text) = text_of(value) {
                see(Named::InColumn(column.as_str()), text, value.span);
            }
        }
    };
    match insert.source.as_ref().map(|source| &source.body) {
        Some(QueryBody::Values(rows)) => rows.iter().for_each(|values| row(&mut values.iter())),
        Some(QueryBody::Select(select)) => {
            row(&mut select.projection.iter().map(|item| &item.value));
        }
        _ => {}
    }
}

fn altered(alter: &AlterTable, see: &mut See<'_>) {
    for action in &alter.actions {
        match &action.kind {
            AlterActionKind::AddColumn(add) => default(&add.column, see),
            AlterActionKind::AlterColumn(column) => {
                if let ColumnChange::SetDefault(value) = &column.change
                    && let Some(text) = text_of(value)
                {
                    see(Named::InColumn(column.name.as_str()), text, value.span);
                }
            }
            _ => {}
        }
    }
}

fn default(column: &Column, see: &mut See<'_>) {
    if let (Some(data_type), Some(value)) = (&column.data_type, &column.default)
        && let Some(text) = text_of(value)
    {
        see(Named::AsType(&data_type.name), text, value.span);
    }
}

/// Visits the expressions that PostgreSQL reads when the statement runs.
fn every_expression<'a>(statement: &'a Statement, visit: &mut dyn FnMut(&'a Expr) -> Descend) {
    let checks = |constraints: &'a [Constraint]| {
        constraints.iter().filter_map(|constraint| match &constraint.kind {
            ConstraintKind::Check(expr) => Some(expr),
            _ => None,
        })
    };
    let of_column = |column: &'a Column| column.default.iter().chain(checks(&column.constraints));
    let mut roots: Vec<&'a Expr> = Vec::new();
    match statement {
        Statement::CreatePolicy(create) => roots.extend(create.using.iter().chain(&create.check)),
        Statement::AlterPolicy(alter) => roots.extend(alter.using.iter().chain(&alter.check)),
        Statement::CreateIndex(create) => roots.extend(&create.predicate),
        Statement::CreateView(create) => create.query.walk(visit),
        Statement::CreateTable(create) => {
            roots.extend(create.columns.iter().flat_map(of_column));
            roots.extend(checks(&create.constraints));
        }
        Statement::AlterTable(alter) => {
            for action in &alter.actions {
                match &action.kind {
                    AlterActionKind::AddColumn(add) => roots.extend(of_column(&add.column)),
                    AlterActionKind::AddConstraint(added) => {
                        roots.extend(checks(std::slice::from_ref(added)));
                    }
                    AlterActionKind::AlterColumn(column) => match &column.change {
                        ColumnChange::SetDefault(value) => roots.push(value),
                        ColumnChange::SetType(_, using) => roots.extend(using),
                        _ => {}
                    },
                    _ => {}
                }
            }
        }
        _ => statement.walk(visit),
    }
    for root in roots {
        root.walk(visit);
    }
}
