//! Whether a query can be relied on to match one row.

use smol_str::SmolStr;
use trave_backend::query::{Filter, FilterOp, Operation};
use trave_backend::value::{ClientRole, Shape};
use trave_catalog::{Command, Condition, Index, IndexTarget, Table, Term, TermTest};

use super::coarse::constant;
use crate::model::{Model, Query};

/// A unique key that a query compares in part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartOfKey {
    /// Its columns in order.
    pub key: Vec<SmolStr>,
    /// Those that the query leaves out.
    pub left_out: Vec<SmolStr>,
}

impl Query {
    /// A unique key of which the query compares some columns and leaves others out, so that it
    /// can match more than one row; that with the fewest left out.
    pub fn part_of_key(&self, table: &Table) -> Option<PartOfKey> {
        let parts = table.unique_keys().into_iter().map(|key| {
            let left_out = key.iter().filter(|column| !self.pins(column)).cloned().collect();
            PartOfKey { key, left_out }
        });
        let some =
            |part: &PartOfKey| !part.left_out.is_empty() && part.left_out.len() < part.key.len();
        parts.filter(some).min_by_key(|part| part.left_out.len())
    }

    /// The key of which these filters compare later columns only: `slug` of `unique (city_id,
    /// slug)`. A column that refers to another row, here or at another service, is asked for
    /// alone with good reason.
    pub fn key_without_its_beginning(
        &self,
        table: &Table,
        filters: &[&Filter],
    ) -> Option<PartOfKey> {
        let refers = |filter: &&Filter| {
            let name = &filter.column;
            name.ends_with("_id")
                || table.column(name).is_some_and(|column| column.type_name == "uuid")
                || table.foreign_keys.iter().any(|key| key.columns.contains(name))
        };
        let part = self.part_of_key(table)?;
        let fits = part.left_out.first() == part.key.first()
            && filters.iter().all(|filter| part.key.contains(&filter.column));
        (fits && !filters.iter().any(refers)).then_some(part)
    }
}

impl Model {
    /// The table of a query that expects one row, where nothing promises it.
    pub fn unsure_single<'m>(&'m self, query: &Query) -> Option<&'m Table> {
        let facts = &query.facts;
        let reads = facts.single.is_some() && facts.operation == Some(Operation::Select);
        let is_odd = query.in_script || query.in_dead_code || facts.incomplete;
        let pins_something = query.fixed_columns().next().is_some();
        if !reads || is_odd || facts.limit.is_some() || !pins_something {
            return None;
        }
        let table = self.table_of(query)?;
        let is_known = table.provenance.is_migration();
        (is_known && !self.may_be_one_row(query, table)).then_some(table)
    }

    /// Whether code elsewhere reads several rows of a table by these columns at once.
    pub fn lists_by(&self, table: &Table, columns: &[&str]) -> bool {
        let mut lists = self.queries_on(table).filter(|query| query.is_list(table));
        lists.any(|query| columns.iter().all(|column| query.pins(column)))
    }

    /// Whether several rows of a table are meant to share these columns: code elsewhere reads them
    /// at once, a partial key tells the one that holds now from past ones, or rows are added that
    /// only another key turns away.
    pub fn may_repeat(&self, table: &Table, columns: &[&str]) -> bool {
        let is_part = |index: &Index| {
            let mut own = index.keys.iter();
            own.all(|key| key.column().is_some_and(|it| columns.contains(&it.as_str())))
        };
        let mut partial =
            table.indexes.iter().filter(|index| index.unique && index.predicate.is_some());
        let differs = |target: &[SmolStr]| {
            target.len() != columns.len() || !target.iter().all(|it| columns.contains(&it.as_str()))
        };
        let mut upserts = self
            .queries_on(table)
            .filter(|query| query.facts.operation == Some(Operation::Upsert) && !query.in_script);
        let by_code = upserts.any(|query| {
            let key = table.primary_key.as_ref().map(|key| &key.columns);
            query.facts.conflict_columns.as_ref().or(key).is_none_or(|target| differs(target))
        });
        by_code
            || partial.any(is_part)
            || self.lists_by(table, columns)
            || self.conflict_targets(table).iter().any(|target| differs(target))
    }

    /// The columns by which functions of the database tell a row that they add from one that is
    /// there: `on conflict (…)`.
    fn conflict_targets(&self, table: &Table) -> Vec<Vec<SmolStr>> {
        let catalog = table.origin().and_then(|origin| self.catalog_at(origin));
        let adding = catalog.into_iter().flat_map(|it| it.functions_about(&table.name));
        let mut found = Vec::new();
        for function in adding {
            let body = function.body.to_lowercase();
            for insert in body.split("insert into").skip(1) {
                let statement = insert.split(';').next().unwrap_or_default();
                let mut words =
                    statement.split(|sign: char| !sign.is_alphanumeric() && sign != '_');
                let is_own = words.by_ref().take(3).any(|word| word == table.name.name);
                let target = statement.split("on conflict").nth(1).unwrap_or_default().trim_start();
                let list = target.strip_prefix('(').and_then(|list| list.split(')').next());
                if let (true, Some(list)) = (is_own, list) {
                    found.push(list.split(',').map(|column| column.trim().into()).collect());
                }
            }
        }
        found
    }

    /// Whether something may make the rows of a query unique: a key, a partial unique index, or a
    /// policy that narrows what the caller sees.
    pub fn may_be_one_row(&self, query: &Query, table: &Table) -> bool {
        let filters = &query.facts.filters;
        if !table.columns_known || filters.iter().any(|filter| filter.path.is_some()) {
            return true;
        }
        let narrowed = columns_narrowed_by_policy(query, table);
        let compared = |column: &SmolStr| {
            let by_filter = filters.iter().any(|filter| {
                filter.column == *column
                    && matches!(
                        filter.op,
                        FilterOp::Eq
                            | FilterOp::In
                            | FilterOp::Is
                            | FilterOp::Like
                            | FilterOp::ILike
                    )
            });
            by_filter || narrowed.contains(column)
        };
        let by_key = table.unique_keys().iter().any(|key| key.iter().all(compared));
        by_key
            || table.indexes.iter().filter(|index| index.unique).any(|index| {
                has_keys(index, filters, compared) && may_imply_predicate(filters, index, &narrowed)
            })
    }
}

/// Whether each key of an index is compared; an expression may be, by whatever filter of a column
/// in it: `lower(email)` is asked for in ways that look unlike it.
fn has_keys(index: &Index, filters: &[Filter], compared: impl Fn(&SmolStr) -> bool) -> bool {
    index.keys.iter().all(|key| match &key.what {
        IndexTarget::Column(column) => compared(column),
        IndexTarget::Expression(text) => {
            let mut words = text.split(|sign: char| !sign.is_alphanumeric() && sign != '_');
            words.any(|word| filters.iter().any(|filter| filter.column == word))
        }
    })
}

/// Whether the rows that the filters find may all be in a partial index: each part of its `WHERE`
/// is asked for, or compared with something that is not known.
fn may_imply_predicate(filters: &[Filter], index: &Index, narrowed: &[SmolStr]) -> bool {
    let Some(terms) = index.predicate_terms() else { return true };
    terms.iter().all(|term| {
        narrowed.contains(&term.column)
            || filters.iter().any(|filter| filter.column == term.column && may_imply(filter, term))
    })
}

fn may_imply(filter: &Filter, term: &Term) -> bool {
    let is_null = filter.op == FilterOp::Is && matches!(filter.value.shape, Shape::Null);
    match &term.test {
        TermTest::Null => is_null != filter.negated,
        TermTest::NotNull => is_null == filter.negated,
        TermTest::Equals(text) => {
            let compares = matches!(filter.op, FilterOp::Eq | FilterOp::In | FilterOp::Is);
            compares && !filter.negated && constant(&filter.value).is_none_or(|own| own == *text)
        }
    }
}

/// Columns by which policies narrow what the caller of a query sees.
fn columns_narrowed_by_policy(query: &Query, table: &Table) -> Vec<SmolStr> {
    if !table.rls_enabled || query.facts.client.role == ClientRole::Service {
        return Vec::new();
    }
    let policies = table.policies.iter().filter(|policy| policy.is_for(Command::Select));
    policies.filter_map(|policy| policy.using.as_ref()).flat_map(Condition::columns).collect()
}
