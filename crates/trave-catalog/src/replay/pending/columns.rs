//! Columns that are made, changed and renamed.

use smol_str::SmolStr;
use trave_source::Span;
use trave_sql::{
    AddColumn, AlterAction, AlterActionKind, AlterColumn, AlterTable, Call, ColumnChange,
    ConstraintKind, CreateTable, DataType, Descend, Expr, ExprKind, Generated, TableKind,
};

use super::Place;
use crate::replay::session::{Session, TEMPORARY};
use crate::schema::{NewColumn, Rewrite, StepKind, StepTable, TypeChange, WrittenType};
use crate::{Column, QualifiedName};

/// Functions of PostgreSQL and its usual extensions that give another value at each call.
const VOLATILE: [&str; 15] = [
    "clock_timestamp",
    "gen_random_bytes",
    "gen_random_uuid",
    "gen_salt",
    "nextval",
    "random",
    "random_normal",
    "setseed",
    "timeofday",
    "uuid_generate_v1",
    "uuid_generate_v1mc",
    "uuid_generate_v4",
    "uuid_generate_v7",
    "uuidv4",
    "uuidv7",
];

/// Functions of PostgreSQL without arguments that give one value for a whole statement.
const SETTLED: [&str; 26] = [
    "array",
    "current_catalog",
    "current_database",
    "current_date",
    "current_query",
    "current_role",
    "current_schema",
    "current_time",
    "current_timestamp",
    "current_user",
    "default",
    "json_build_array",
    "json_build_object",
    "jsonb_build_array",
    "jsonb_build_object",
    "localtime",
    "localtimestamp",
    "now",
    "pg_backend_pid",
    "pg_current_xact_id",
    "session_user",
    "statement_timestamp",
    "transaction_timestamp",
    "txid_current",
    "user",
    "version",
];

impl Session {
    pub(super) fn note_create_table(&mut self, create: &CreateTable, span: Span) {
        if create.if_not_exists && self.find_relation(&create.name).is_some() {
            return;
        }
        let mut name = self.likely_name(&create.name);
        if create.kind == TableKind::Temporary {
            name.schema = SmolStr::new_static(TEMPORARY);
        }
        let table = StepTable { name, is_idle: true };
        self.note_bare_name(&create.name, (span, &table));
        let keys: Vec<&str> = create
            .constraints
            .iter()
            .filter_map(|constraint| match &constraint.kind {
                ConstraintKind::PrimaryKey(key) => Some(&key.columns),
                _ => None,
            })
            .flatten()
            .map(trave_sql::Ident::as_str)
            .collect();
        for column in &create.columns {
            let mut made = self.made_column(column);
            made.with_table = true;
            made.is_primary |= keys == [column.name.as_str()];
            let place = Place { at: column.name.span, statement: span };
            self.step(place, Some(table.clone()), StepKind::ColumnMade(Box::new(made)));
        }
        self.note_named_twice(create.columns.iter().map(|column| &column.name), span);
    }

    pub(super) fn note_alter_table(&mut self, alter: &AlterTable, span: Span) {
        if alter.if_exists && self.find_relation(&alter.name).is_none() {
            return;
        }
        let Some(table) = self.step_table(&alter.name) else { return };
        self.note_bare_name(&alter.name, (span, &table));
        for action in &alter.actions {
            self.note_action(&table, action, span);
        }
    }

    fn note_action(&mut self, table: &StepTable, action: &AlterAction, statement: Span) {
        let place = Place { at: action.span, statement };
        match &action.kind {
            AlterActionKind::AddColumn(add) => self.note_add_column(table, add, place),
            AlterActionKind::AlterColumn(alter) => self.note_alter_column(table, alter, place),
            AlterActionKind::AddConstraint(constraint) => {
                self.note_constraint(table, constraint, place);
            }
            AlterActionKind::ValidateConstraint(name) => self.note_validate(table, name, place),
            AlterActionKind::DropColumn(drop) => self.note_drop_column(table, drop, place),
            AlterActionKind::RenameColumn(rename) => {
                let is_new = self
                    .column_before(&table.name, rename.from.as_str())
                    .is_some_and(|column| self.is_new_at(column.origin));
                let from = SmolStr::new(rename.from.as_str());
                let to = SmolStr::new(rename.to.as_str());
                let kind = StepKind::ColumnRenamed { from, to, is_new };
                self.step(place, Some(table.clone()), kind);
            }
            AlterActionKind::RenameTo(to) => {
                let to = QualifiedName::new(table.name.schema.clone(), to.as_str());
                self.step(place, Some(table.clone()), StepKind::TableRenamed(to));
            }
            AlterActionKind::SetSchema(schema) => {
                let to = QualifiedName::new(schema.as_str(), table.name.name.clone());
                self.step(place, Some(table.clone()), StepKind::TableRenamed(to));
            }
            AlterActionKind::DetachPartition(detach) => {
                let partition = SmolStr::new(detach.partition.name.as_str());
                let concurrently = detach.concurrently;
                let kind = StepKind::PartitionDetached { partition, concurrently };
                self.step(place, Some(table.clone()), kind);
            }
            _ => {}
        }
    }

    fn note_add_column(&mut self, table: &StepTable, add: &AddColumn, place: Place) {
        let name = add.column.name.as_str();
        if add.if_not_exists && self.column_before(&table.name, name).is_some() {
            return;
        }
        let made = self.made_column(&add.column);
        let fills = made.fills;
        self.step(place, Some(table.clone()), StepKind::ColumnMade(Box::new(made)));
        for constraint in &add.column.constraints {
            self.note_inline_constraint(table, constraint, (&add.column.name, fills, place));
        }
    }

    fn note_alter_column(&mut self, table: &StepTable, alter: &AlterColumn, place: Place) {
        let column = SmolStr::new(alter.name.as_str());
        let before = self.column_before(&table.name, &column);
        let kind = match &alter.change {
            ColumnChange::SetNotNull => {
                if before.is_some_and(|before| before.not_null) {
                    return;
                }
                let proven = self.is_never_null(&table.name, &column);
                StepKind::NotNullSet { column, proven }
            }
            ColumnChange::DropNotNull => {
                let is_new = before.is_some_and(|column| self.is_new_at(column.origin));
                if is_new || before.is_some_and(|before| !before.not_null) {
                    return;
                }
                StepKind::NotNullDropped(column)
            }
            ColumnChange::SetType(to, using) => {
                let from = before.map(|before| before.type_name.clone());
                let from = from.filter(|from| !from.is_empty());
                let to = self.written_type(to);
                let computed = using.as_ref().filter(|using| !is_bare(using, &column));
                if from.as_ref() == Some(&to.text) && computed.is_none() {
                    return;
                }
                let takes_all = from.as_ref().is_some_and(|from| takes_all(from, &to));
                let keeps_rows = takes_all && computed.is_none();
                let using = using.as_ref().map(|using| self.expression_text(using));
                let change = TypeChange { column, from, to, using, keeps_rows };
                StepKind::TypeChanged(Box::new(change))
            }
            _ => return,
        };
        self.step(place, Some(table.clone()), kind);
    }

    /// A column as it is before the statement.
    pub(super) fn column_before(&self, table: &QualifiedName, column: &str) -> Option<&Column> {
        self.catalog().tables.get(table)?.column(column)
    }

    fn made_column(&self, column: &trave_sql::Column) -> NewColumn {
        let has = |wanted: fn(&ConstraintKind) -> bool| {
            column.constraints.iter().any(|constraint| wanted(&constraint.kind))
        };
        let is_primary = has(|kind| matches!(kind, ConstraintKind::PrimaryKey(_)));
        let serial = column.data_type.as_ref().is_some_and(|data_type| data_type.serial);
        let is_null =
            |expr: &Expr| matches!(expr.kind, ExprKind::Literal(trave_sql::Literal::Null));
        let default = column.default.as_ref().filter(|default| !is_null(default));
        let named_not_null = has(|kind| matches!(kind, ConstraintKind::NotNull(_)));
        NewColumn {
            name: SmolStr::new(column.name.as_str()),
            data_type: column.data_type.as_ref().map(|data_type| self.written_type(data_type)),
            with_table: false,
            not_null: column.not_null || named_not_null || is_primary,
            fills: default.is_some() || column.generated.is_some() || serial,
            rewrite: self.rewrite(column),
            default: default.map(|default| self.expression_text(default)),
            is_primary,
            refers: has(|kind| matches!(kind, ConstraintKind::ForeignKey(_))),
        }
    }

    fn written_type(&self, data_type: &DataType) -> WrittenType {
        WrittenType {
            text: data_type.text.clone(),
            base: SmolStr::new(data_type.name.name.as_str()),
            modifiers: data_type.modifiers.clone(),
            serial: data_type.serial,
            is_array: data_type.is_array(),
            origin: self.origin(data_type.span),
        }
    }

    fn rewrite(&self, column: &trave_sql::Column) -> Option<Rewrite> {
        match &column.generated {
            Some(Generated::Expression(_)) => {
                let written = self.slice(column.span).to_ascii_lowercase();
                return (!written.ends_with("virtual")).then_some(Rewrite::Stored);
            }
            Some(Generated::Identity(_)) => return Some(Rewrite::Numbered),
            None => {}
        }
        if column.data_type.as_ref().is_some_and(|data_type| data_type.serial) {
            return Some(Rewrite::Numbered);
        }
        self.volatile_call(column.default.as_ref()?).map(Rewrite::Volatile)
    }

    /// The first function in an expression that gives another value at each call.
    fn volatile_call(&self, expr: &Expr) -> Option<SmolStr> {
        let mut found = None;
        expr.walk(&mut |part| {
            if let ExprKind::Call(call) = &part.kind
                && found.is_none()
                && self.is_volatile(call)
            {
                found = Some(SmolStr::new(call.name.name.as_str()));
            }
            Descend::Into
        });
        found
    }

    /// What is not declared otherwise is volatile: so is a generator of an extension or of another
    /// place, which nothing here makes.
    fn is_volatile(&self, call: &Call) -> bool {
        let of_project = |candidate: &QualifiedName| {
            let all = self.catalog().functions.iter();
            let mut named = all.filter(|((function, _), _)| function == candidate);
            named.next().map(|(_, function)| function.volatility.as_str() == "VOLATILE")
        };
        let short = call.name.name.as_str();
        if let Some(volatile) = self.candidates(&call.name).iter().find_map(of_project) {
            return volatile;
        }
        let is_generator = call.arguments.is_empty() && call.name.schema.is_none();
        VOLATILE.contains(&short) || is_generator && !SETTLED.contains(&short)
    }
}

/// Whether `USING` says no more than the change of the type: the column itself, or a cast of it.
fn is_bare(using: &Expr, column: &str) -> bool {
    match &using.kind {
        ExprKind::Column(named) => named.name == *column,
        ExprKind::Cast(cast) => {
            matches!(&cast.value.kind, ExprKind::Column(named) if named.name == *column)
        }
        _ => false,
    }
}

/// Whether a type takes every value of another one as it is stored.
fn takes_all(from: &str, to: &WrittenType) -> bool {
    let (base, old) = parts(from);
    if to.is_array || from.ends_with("[]") {
        return false;
    }
    if let (Some(before), Some(after)) = (fraction(from), fraction(&to.text)) {
        // With and without a zone they are stored alike where the session is in UTC, as the
        // servers of hosts are.
        return before <= after;
    }
    let new: Vec<i64> = to.modifiers.iter().filter_map(|one| one.parse().ok()).collect();
    match (base, to.base.as_str()) {
        ("character varying", "text" | "citext") | ("text", "citext") | ("cidr", "inet") => true,
        ("character varying" | "text", "character varying") | ("numeric", "numeric")
            if new.is_empty() =>
        {
            true
        }
        ("character varying", "character varying") => old.first() <= new.first() && !old.is_empty(),
        ("numeric", "numeric") => {
            let scale = |list: &[i64]| list.get(1).copied().unwrap_or(0);
            !old.is_empty() && old.first() <= new.first() && scale(&old) == scale(&new)
        }
        _ => false,
    }
}

/// How many digits behind the second a time stamp keeps; none for another type.
fn fraction(text: &str) -> Option<i64> {
    const ALL: i64 = 6;
    let rest = text.strip_prefix("timestamp")?;
    Some(parts(rest).1.first().copied().unwrap_or(ALL))
}

/// A type's name and the numbers in its parentheses.
fn parts(text: &str) -> (&str, Vec<i64>) {
    let Some((base, rest)) = text.split_once('(') else { return (text, Vec::new()) };
    let inside = rest.split(')').next().unwrap_or_default();
    (base.trim_end(), inside.split(',').filter_map(|one| one.trim().parse().ok()).collect())
}
