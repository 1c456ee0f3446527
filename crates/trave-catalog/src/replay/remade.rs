//! What PostgreSQL makes anew when a column gets another type. It prints what stands on the
//! column and reads its own print; partitions get anew what they have from their parent.

use trave_sql::{Binary, Expr, ExprKind, Operator};

use super::expression::{self, Node};
use super::foreign_key::says_the_same;
use super::rewrite::{Edits, edited, parse_expression};
use super::session::Session;
use super::{Failure, Outcome};
use crate::{ForeignKey, Index, IndexTarget, QualifiedName, Table};

impl Session {
    /// Makes anew what stands on a column that has got another type.
    pub(super) fn remake(&mut self, table: &QualifiedName, column: &str) -> Outcome {
        for heir in self.store.descendants(table).into_iter().chain([table.clone()]) {
            self.edit_table(&heir, |heir| heir.read_again(column))?;
        }
        self.remake_keys(table, column)?;
        let referrers = self.store.referrers(table).into_iter();
        for other in referrers.filter(|other| other != table) {
            self.remake_references(&other, |key| {
                key.target == *table && key.target_columns.iter().any(|one| one == column)
            })?;
        }
        self.remake_references(table, |key| key.columns.iter().any(|one| one == column))
    }

    /// The keys of partitions get the names that are made up for them, whatever they were called.
    fn remake_keys(&mut self, table: &QualifiedName, column: &str) -> Outcome {
        let Some(found) = self.catalog().tables.get(table) else { return Ok(()) };
        let is_remade =
            |one: &&Index| one.constraint.is_some() && one.stands_on(&table.name, column);
        let remade: Vec<Index> = found.indexes.iter().filter(is_remade).cloned().collect();
        for index in &remade {
            self.drop_repeated(table, index)?;
        }
        remade.iter().try_for_each(|index| self.spread_index(table, &index.name))
    }

    /// As [`Session::remake_keys`], for references, which are called as that of the parent.
    fn remake_references(
        &mut self,
        table: &QualifiedName,
        is_remade: impl Fn(&ForeignKey) -> bool,
    ) -> Outcome {
        let Some(found) = self.catalog().tables.get(table) else { return Ok(()) };
        let own = |key: &&ForeignKey| !key.inherited && is_remade(key);
        let remade: Vec<ForeignKey> = found.foreign_keys.iter().filter(own).cloned().collect();
        let partitioned = self.is_partitioned(table);
        let partitions = self.store.descendants(table).into_iter().filter(|_| partitioned);
        for child in partitions.collect::<Vec<_>>() {
            let mut names = remade.iter();
            names.try_for_each(|key| self.rename_reference(&child, key))?;
        }
        Ok(())
    }

    fn rename_reference(&mut self, child: &QualifiedName, key: &ForeignKey) -> Outcome {
        let is_it = |own: &ForeignKey| own.inherited && says_the_same(own, key);
        let found = self.catalog().tables.get(child);
        let own = found.and_then(|child| child.foreign_keys.iter().position(is_it));
        let taken = found.is_some_and(|child| child.has_constraint(&key.name));
        let Some(own) = own.filter(|_| !taken) else { return Ok(()) };
        self.store.link_constraint(child, &key.name);
        let missing = || Failure::missing("table", child);
        let child = self.store.table(child).ok_or_else(missing)?;
        if let Some(own) = child.foreign_keys.get_mut(own) {
            own.name.clone_from(&key.name);
        }
        Ok(())
    }
}

impl Table {
    fn read_again(&mut self, column: &str) {
        let short = self.name.name.clone();
        for index in self.indexes.iter_mut().filter(|one| one.stands_on(&short, column)) {
            index.call_anew();
            let keys = index.keys.iter_mut().filter_map(|key| match &mut key.what {
                IndexTarget::Expression(text) => Some(text),
                IndexTarget::Column(_) => None,
            });
            keys.chain(&mut index.predicate).for_each(read_again);
        }
        for check in self.checks.iter_mut().filter(|one| one.columns.iter().any(|it| it == column))
        {
            read_again(&mut check.expression);
        }
    }
}

/// Gives a text the groups that it has once its own print was read: `a between 1 and 2 and b` is
/// printed as three conditions in a row, of which the first two are no group any more.
fn read_again(text: &mut String) {
    let Some(expr) = parse_expression(text, 0) else { return };
    let base = expr.span.start;
    let mut edits = Edits::new();
    expression::walk(Node::Expr(&expr), &mut |node| {
        if let Node::Expr(Expr { kind: ExprKind::Binary(binary), .. }) = node {
            edits.extend(bounds(binary, text, base).map(|bounds| (binary.left.span, bounds)));
        }
        true
    });
    *text = edited(text, base, edits);
}

/// The two conditions of a `between` on the left of an `and`, or `not between` of an `or`.
fn bounds(binary: &Binary, text: &str, base: u32) -> Option<smol_str::SmolStr> {
    let ExprKind::Between(between) = &binary.left.kind else { return None };
    let [above, both, below] = match (&binary.operator, between.negated) {
        (Operator::And, false) => [">=", "and", "<="],
        (Operator::Or, true) => ["<", "or", ">"],
        _ => return None,
    };
    let written =
        |expr: &Expr| text.get((expr.span.start - base) as usize..(expr.span.end - base) as usize);
    let value = written(&between.value)?;
    let (low, high) = (written(&between.low)?, written(&between.high)?);
    Some(format!("{value} {above} {low} {both} {value} {below} {high}").into())
}

#[cfg(test)]
mod tests {
    #[test]
    fn what_between_stands_for_is_no_group_any_more() {
        let read_again = |text: &str| {
            let mut text = text.to_owned();
            super::read_again(&mut text);
            text
        };
        assert_eq!(read_again("x between 1 and 2 and y"), "x >= 1 and x <= 2 and y");
        assert_eq!(
            read_again("(x between 1 and 2) and y and z between 3 and 4"),
            "x >= 1 and x <= 2 and y and z between 3 and 4"
        );
        assert_eq!(read_again("x not between 1 and 2 or y"), "x < 1 or x > 2 or y");
        assert_eq!(read_again("x between 1 and 2 or y"), "x between 1 and 2 or y");
    }
}
