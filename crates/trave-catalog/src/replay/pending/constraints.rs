//! Constraints on tables that are there.

use smol_str::SmolStr;
use trave_sql::{Constraint, ConstraintKind, ExprKind, Ident, IsTest, Options};

use super::Place;
use crate::QualifiedName;
use crate::replay::session::Session;
use crate::schema::{ConstraintIs, NewConstraint, StepKind, StepTable};

impl Session {
    pub(super) fn note_constraint(
        &mut self,
        table: &StepTable,
        constraint: &Constraint,
        place: Place,
    ) {
        let made = self.made_constraint(constraint);
        let known = self.catalog().tables.get(&table.name);
        let is_taken = |name: &SmolStr| known.is_some_and(|known| known.has_constraint(name));
        if made.name.as_ref().is_some_and(is_taken) {
            // PostgreSQL refuses it before it looks at a row.
            return;
        }
        if let Some(name) = &made.name
            && constraint.not_valid
        {
            let key = (table.name.clone(), name.clone());
            let origin = self.origin(place.at);
            if let Some(pending) = &mut self.pending {
                pending.leave_unchecked(key, origin);
            }
        }
        self.step(place, Some(table.clone()), StepKind::ConstraintAdded(Box::new(made)));
    }

    /// A constraint written at a column that is added; `fills` says that old rows get a value.
    pub(super) fn note_inline_constraint(
        &mut self,
        table: &StepTable,
        constraint: &Constraint,
        (column, fills, place): (&Ident, bool, Place),
    ) {
        let mut made = self.made_constraint(constraint);
        made.inline = true;
        match made.kind {
            // `NOT NULL` belongs to the column.
            ConstraintIs::NotNull => return,
            // PostgreSQL compares every row, though all have the same value.
            ConstraintIs::Check => made.columns = vec![SmolStr::new(column.as_str())],
            ConstraintIs::Reference => made.skips_rows |= !fills,
            ConstraintIs::Primary | ConstraintIs::Unique | ConstraintIs::Exclusion => {}
        }
        let place = Place { at: constraint.span, ..place };
        self.step(place, Some(table.clone()), StepKind::ConstraintAdded(Box::new(made)));
    }

    fn made_constraint(&self, constraint: &Constraint) -> NewConstraint {
        let names = |list: &[Ident]| -> Vec<SmolStr> {
            list.iter().map(|column| SmolStr::new(column.as_str())).collect()
        };
        let mut target = None;
        let mut skips_rows = constraint.not_valid;
        let (kind, columns) = match &constraint.kind {
            ConstraintKind::PrimaryKey(key) | ConstraintKind::Unique(key) => {
                skips_rows |= key.using_index.is_some();
                let primary = matches!(constraint.kind, ConstraintKind::PrimaryKey(_));
                let kind = if primary { ConstraintIs::Primary } else { ConstraintIs::Unique };
                (kind, names(&key.columns))
            }
            ConstraintKind::ForeignKey(key) => {
                target = self.step_table(&key.target).map(|table| table.name);
                (ConstraintIs::Reference, names(&key.columns))
            }
            ConstraintKind::Check(_) => (ConstraintIs::Check, Vec::new()),
            ConstraintKind::Exclude(_) => (ConstraintIs::Exclusion, Vec::new()),
            ConstraintKind::NotNull(column) => {
                (ConstraintIs::NotNull, names(std::slice::from_ref(column)))
            }
        };
        NewConstraint {
            kind,
            name: constraint.name.as_ref().map(|name| SmolStr::new(name.as_str())),
            columns,
            definition: self.definition(constraint),
            skips_rows,
            inline: false,
            target,
        }
    }

    /// The text of a constraint without `CONSTRAINT name`.
    fn definition(&self, constraint: &Constraint) -> String {
        let written = self.slice(constraint.span);
        let Some(name) = &constraint.name else { return written.to_owned() };
        let after = self.slice(trave_source::Span {
            start: name.span.end,
            end: constraint.span.end.max(name.span.end),
        });
        let begins = written.get(.."constraint".len()).unwrap_or_default();
        if begins.eq_ignore_ascii_case("constraint") {
            after.to_owned()
        } else {
            written.to_owned()
        }
    }

    pub(super) fn note_validate(&mut self, table: &StepTable, name: &Ident, place: Place) {
        let name = SmolStr::new(name.as_str());
        let known = self.catalog().tables.get(&table.name);
        let seen = known.is_some_and(|known| known.has_constraint(&name));
        let Some(pending) = &mut self.pending else { return };
        if !seen {
            pending.vouched.push(table.name.clone());
        }
        let added = pending.added(&(table.name.clone(), name.clone()));
        let kind = StepKind::ConstraintValidated { name, added };
        self.step(place, Some(table.clone()), kind);
    }

    /// Whether a check that every row was compared with says that a column is never null.
    pub(super) fn is_never_null(&self, table: &QualifiedName, column: &str) -> bool {
        let vouched = self.pending.as_ref().is_some_and(|file| file.vouched.contains(table));
        let Some(found) = self.catalog().tables.get(table) else { return vouched };
        vouched
            || found
                .checks
                .iter()
                .any(|check| check.validated && forbids_null(&check.expression, column))
    }
}

/// Whether a check that holds means that a column is not null.
fn forbids_null(check: &str, column: &str) -> bool {
    let Some(expr) = trave_sql::parse_expression(check, Options::default()) else { return false };
    expr.conjuncts().into_iter().any(|part| match &part.kind {
        ExprKind::Is(is) if is.test == IsTest::Null && is.negated => {
            matches!(&is.value.kind, ExprKind::Column(named) if named.name == *column)
        }
        _ => false,
    })
}
