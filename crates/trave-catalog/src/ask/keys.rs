//! Keys and indexes: what is unique, and which columns an index can find.

use smol_str::SmolStr;

use crate::{Index, IndexTarget, Table};

impl Table {
    /// Sets of columns whose values pick at most one row: the primary key, unique constraints,
    /// and unique indexes over plain columns without a `WHERE`.
    pub fn unique_keys(&self) -> Vec<Vec<SmolStr>> {
        let keys = self.primary_key.iter().chain(&self.uniques).map(|key| key.columns.clone());
        let mut found: Vec<Vec<SmolStr>> = keys.collect();
        for index in self.indexes.iter().filter(|index| index.unique && index.predicate.is_none()) {
            let Some(columns) = index.plain_columns() else { continue };
            if !found.contains(&columns) {
                found.push(columns);
            }
        }
        found
    }

    /// Whether fixing these columns by equality leaves at most one row.
    pub fn picks_one_row(&self, columns: &[&str]) -> bool {
        self.unique_keys().iter().any(|key| {
            !key.is_empty() && key.iter().all(|column| columns.contains(&column.as_str()))
        })
    }

    /// An index that finds rows by equality on some of these columns: its first key is one of
    /// them. Partial indexes do not count, since the filter may not imply their `WHERE`.
    pub fn index_serving(&self, columns: &[&str]) -> Option<&Index> {
        let serves = |index: &&Index| {
            index.is_ordered_or_hash()
                && index.predicate.is_none()
                && index.leading_column().is_some_and(|first| columns.contains(&first.as_str()))
        };
        self.indexes.iter().find(serves)
    }

    /// An index whose leading keys are exactly these columns, in any order: what a foreign key
    /// over them needs. A partial index counts where all it leaves out are rows with a null.
    pub fn index_leading_with(&self, columns: &[&str]) -> Option<&Index> {
        self.indexes.iter().find(|index| {
            index.is_ordered_or_hash()
                && index.covers_but_nulls(columns)
                && index.leads_with(columns)
        })
    }

    /// An index that returns rows in the order of `order` after equality on `fixed`.
    pub fn index_ordering(&self, fixed: &[&str], order: &[&str]) -> Option<&Index> {
        self.indexes.iter().find(|index| {
            index.method == "btree" && index.predicate.is_none() && index.orders(fixed, order)
        })
    }
}

impl Index {
    /// Its columns, if every key is one.
    pub fn plain_columns(&self) -> Option<Vec<SmolStr>> {
        self.keys.iter().map(|key| key.column().cloned()).collect()
    }

    /// The first key, if it is a column.
    pub fn leading_column(&self) -> Option<&SmolStr> {
        self.keys.first().and_then(|key| key.column())
    }

    /// Whether the first keys are these columns, in any order.
    pub fn leads_with(&self, columns: &[&str]) -> bool {
        let first = self.keys.get(..columns.len()).unwrap_or_default();
        !columns.is_empty()
            && first.len() == columns.len()
            && first
                .iter()
                .all(|key| key.column().is_some_and(|column| columns.contains(&column.as_str())))
    }

    /// Whether equality can use it: `btree` or `hash`.
    pub fn is_ordered_or_hash(&self) -> bool {
        matches!(self.method.as_str(), "btree" | "hash")
    }

    /// Whether it holds every row, or all but those where one of these columns is null.
    fn covers_but_nulls(&self, columns: &[&str]) -> bool {
        let Some(predicate) = &self.predicate else { return true };
        let bare: String = predicate.chars().filter(|c| !matches!(c, '(' | ')' | '"')).collect();
        let words: Vec<String> = bare.split_whitespace().map(str::to_ascii_lowercase).collect();
        matches!(words.as_slice(), [column, is, not, null]
            if columns.contains(&column.as_str()) && is == "is" && not == "not" && null == "null")
    }

    fn orders(&self, fixed: &[&str], order: &[&str]) -> bool {
        let is = |key: &crate::IndexKey, names: &[&str]| match &key.what {
            IndexTarget::Column(column) => names.contains(&column.as_str()),
            IndexTarget::Expression(_) => false,
        };
        let skipped = self.keys.iter().take_while(|key| is(key, fixed)).count();
        let rest = self.keys.get(skipped..).unwrap_or_default();
        let mut wanted = order.iter().filter(|column| !fixed.contains(column));
        let mut keys = rest.iter();
        wanted.all(|column| keys.next().is_some_and(|key| is(key, &[column])))
    }
}
