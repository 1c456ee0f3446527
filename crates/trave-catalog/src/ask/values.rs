//! Which few values a column can hold, and what a default or a partial index says of them.

use smol_str::SmolStr;
use trave_sql::{
    Expr, ExprKind, InList, IsTest, Literal, Operator, Options, Quantified, Quantifier,
};

use crate::{Catalog, Column, Index, QualifiedName, Table, TypeKind};

/// A column with no more values than this tells few rows apart.
const FEW: usize = 8;

/// What a condition asks of one column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Term {
    /// The column.
    pub column: SmolStr,
    /// What of it.
    pub test: TermTest,
}

/// What a [`Term`] asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TermTest {
    /// It is this value, as text: `'open'`, `true`, `3`.
    Equals(SmolStr),
    /// It is null.
    Null,
    /// It is not null.
    NotNull,
}

impl Catalog {
    /// The values of a column that can hold only a few, as text: both of a boolean, the labels of
    /// a short enum, the list of a check. None for a column that may hold many.
    pub fn few_values(&self, table: &Table, column: &Column) -> Option<Vec<SmolStr>> {
        if column.type_name == "boolean" {
            return Some(vec!["true".into(), "false".into()]);
        }
        let labels = self.labels_of(&column.type_name);
        let listed = || table.checks.iter().find_map(|check| listed(&check.expression, column));
        labels.or_else(listed).filter(|values| values.len() <= FEW)
    }

    fn labels_of(&self, type_name: &str) -> Option<Vec<SmolStr>> {
        let bare = type_name.replace('"', "");
        let (schema, name) = bare.split_once('.').unwrap_or(("public", &bare));
        match &self.types.get(&QualifiedName::new(schema, name))?.kind {
            TypeKind::Enum(labels) => Some(labels.clone()),
            _ => None,
        }
    }
}

impl Column {
    /// The constant that a row gets when an insert leaves the column out, as text.
    pub fn default_text(&self) -> Option<SmolStr> {
        let expr = trave_sql::parse_expression(self.default.as_ref()?, Options::default())?;
        constant(&expr)
    }
}

impl Index {
    /// What its `WHERE` asks, each part of which must hold; none where it says more than that one
    /// column is one value, null or not null.
    pub fn predicate_terms(&self) -> Option<Vec<Term>> {
        let Some(predicate) = &self.predicate else { return Some(Vec::new()) };
        let expr = trave_sql::parse_expression(predicate, Options::default())?;
        expr.conjuncts().into_iter().map(term).collect()
    }
}

fn term(expr: &Expr) -> Option<Term> {
    let with = |column: SmolStr, test: TermTest| Some(Term { column, test });
    let equals = |text: &str| TermTest::Equals(text.into());
    match &expr.kind {
        ExprKind::Column(_) => with(column_name(expr)?, equals("true")),
        ExprKind::Not(inner) => with(column_name(inner)?, equals("false")),
        ExprKind::Binary(binary) if binary.operator == Operator::Equal => {
            with(column_name(&binary.left)?, TermTest::Equals(constant(&binary.right)?))
        }
        ExprKind::Is(is) => {
            let test = match (&is.test, is.negated) {
                (IsTest::Null, false) => TermTest::Null,
                (IsTest::Null, true) => TermTest::NotNull,
                (IsTest::True, false) => equals("true"),
                (IsTest::False, false) => equals("false"),
                _ => return None,
            };
            with(column_name(&is.value)?, test)
        }
        _ => None,
    }
}

/// The values that a check leaves a column: `x in (…)`, `x = any (array[…])`, `x = 1 or x = 2`.
fn listed(check: &str, column: &Column) -> Option<Vec<SmolStr>> {
    let expr = trave_sql::parse_expression(check, Options::default())?;
    expr.conjuncts().into_iter().find_map(|part| {
        let options = part.disjuncts().into_iter().filter(|option| !asks_for_null(option));
        let lists: Option<Vec<Vec<SmolStr>>> =
            options.map(|option| values_of(option, column)).collect();
        lists.map(|lists| lists.concat()).filter(|values| !values.is_empty())
    })
}

fn asks_for_null(expr: &Expr) -> bool {
    matches!(&expr.kind, ExprKind::Is(is) if is.test == IsTest::Null && !is.negated)
}

fn values_of(expr: &Expr, column: &Column) -> Option<Vec<SmolStr>> {
    let is_column = |expr: &Expr| column_name(expr).is_some_and(|name| name == column.name);
    match &expr.kind {
        ExprKind::InList(within) if !within.negated && is_column(&within.value) => {
            let InList { list, .. } = &**within;
            list.iter().map(constant).collect()
        }
        ExprKind::Quantified(compared) if is_column(&compared.value) => {
            let Quantified { operator, quantifier, right, .. } = &**compared;
            let equals_any = *operator == Operator::Equal && *quantifier == Quantifier::Any;
            equals_any.then(|| array(right)).flatten()
        }
        ExprKind::Binary(binary)
            if binary.operator == Operator::Equal && is_column(&binary.left) =>
        {
            Some(vec![constant(&binary.right)?])
        }
        _ => None,
    }
}

fn array(expr: &Expr) -> Option<Vec<SmolStr>> {
    match &expr.kind {
        ExprKind::Array(items) => items.iter().map(constant).collect(),
        ExprKind::Cast(cast) => array(&cast.value),
        _ => None,
    }
}

/// The name of a column, also under a cast.
fn column_name(expr: &Expr) -> Option<SmolStr> {
    match &expr.kind {
        ExprKind::Column(column) => Some(column.name.as_str().into()),
        ExprKind::Cast(cast) => column_name(&cast.value),
        _ => None,
    }
}

/// A constant as text, without quotes and casts.
fn constant(expr: &Expr) -> Option<SmolStr> {
    match &expr.kind {
        ExprKind::Literal(Literal::String(text) | Literal::Number(text)) => Some(text.clone()),
        ExprKind::Literal(Literal::Boolean(value)) => {
            Some(if *value { "true" } else { "false" }.into())
        }
        ExprKind::Cast(cast) => constant(&cast.value),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{Term, TermTest};
    use crate::testing::{catalog, table};

    #[test]
    fn few_values_come_from_types_and_checks() {
        let catalog = catalog(
            "create type mood as enum ('sad', 'glad');
             create table a (
               flag boolean default true, felt mood not null default 'sad'::mood,
               state text default 'new' check (state in ('new', 'old')),
               kind text check (kind = any (array['x', 'y']::text[]) or kind is null),
               size int check (size > 0), name text
             );",
        );
        let a = table(&catalog, "a");
        let few = |name: &str| catalog.few_values(a, a.column(name).expect("it is there"));
        assert_eq!(few("flag").expect("two"), ["true", "false"]);
        assert_eq!(few("felt").expect("two"), ["sad", "glad"]);
        assert_eq!(few("state").expect("two"), ["new", "old"]);
        assert_eq!(few("kind").expect("two"), ["x", "y"]);
        assert!(few("size").is_none() && few("name").is_none());
        let default = |name: &str| a.column(name).and_then(crate::Column::default_text);
        assert_eq!(default("flag").as_deref(), Some("true"));
        assert_eq!(default("felt").as_deref(), Some("sad"));
        assert_eq!(default("name"), None);
    }

    #[test]
    fn a_predicate_is_read_as_terms() {
        let catalog = catalog(
            "create table a (id int, flag boolean, state text, gone_at date);
             create index i on a (id) where flag and state = 'new'::text and gone_at is null;
             create index j on a (id) where id > 3;",
        );
        let a = table(&catalog, "a");
        let term = |column: &str, test| Term { column: column.into(), test };
        let expected = vec![
            term("flag", TermTest::Equals("true".into())),
            term("state", TermTest::Equals("new".into())),
            term("gone_at", TermTest::Null),
        ];
        assert_eq!(a.indexes[0].predicate_terms(), Some(expected));
        assert_eq!(a.indexes[1].predicate_terms(), None);
    }
}
