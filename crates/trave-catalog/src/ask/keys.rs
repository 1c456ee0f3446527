//! Keys and indexes: what is unique, and which columns an index can find.

use smol_str::SmolStr;

use crate::{Index, IndexKey, IndexTarget, Table};

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

    /// Whether another index of the same table is the same but for its name.
    pub fn is_same_as(&self, other: &Self) -> bool {
        let mut keys = self.keys.iter().zip(&other.keys);
        self.is_alike(other)
            && self.keys.len() == other.keys.len()
            && self.unique == other.unique
            && self.nulls_not_distinct == other.nulls_not_distinct
            && self.include == other.include
            && keys.all(is_same_key)
    }

    /// Whether another index finds all that this one finds, in the same order: it has more keys
    /// behind the same ones, or also keeps them unique.
    pub fn is_covered_by(&self, other: &Self) -> bool {
        let has_own_work = self.unique || self.constraint.is_some() || !self.include.is_empty();
        let is_wider = other.keys.len() > self.keys.len()
            || (other.keys.len() == self.keys.len() && other.unique);
        let mut keys = self.keys.iter().zip(&other.keys);
        let mut reversed = keys.clone();
        !has_own_work
            && is_wider
            && self.name != other.name
            && self.method == "btree"
            && self.is_alike(other)
            && (keys.all(is_same_key) || reversed.all(is_reversed_key))
    }

    /// Whether another index is of the same kind, over the same rows.
    fn is_alike(&self, other: &Self) -> bool {
        let predicate = |index: &Self| index.predicate.as_deref().map(bare);
        self.method == other.method && predicate(self) == predicate(other)
    }

    fn orders(&self, fixed: &[&str], order: &[&str]) -> bool {
        let is = |key: &IndexKey, names: &[&str]| match &key.what {
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

/// Whether two keys are the same.
fn is_same_key((one, two): (&IndexKey, &IndexKey)) -> bool {
    is_same_target(one, two)
        && one.descending == two.descending
        && one.nulls_first == two.nulls_first
}

/// Whether two keys are the same, once one is read from its end.
fn is_reversed_key((one, two): (&IndexKey, &IndexKey)) -> bool {
    is_same_target(one, two)
        && one.descending != two.descending
        && one.nulls_first != two.nulls_first
}

fn is_same_target(one: &IndexKey, two: &IndexKey) -> bool {
    let is_same = match (&one.what, &two.what) {
        (IndexTarget::Column(one), IndexTarget::Column(two)) => one == two,
        (IndexTarget::Expression(one), IndexTarget::Expression(two)) => bare(one) == bare(two),
        _ => false,
    };
    is_same && one.opclass == two.opclass
}

/// SQL without what does not count: spaces, parentheses around all of it, capital letters of names.
fn bare(text: &str) -> String {
    let mut is_text = false;
    let mut kept = String::with_capacity(text.len());
    for sign in text.chars() {
        is_text ^= sign == '\'';
        if is_text {
            kept.push(sign);
        } else if !sign.is_whitespace() {
            kept.extend(sign.to_lowercase());
        }
    }
    without_parentheses(&kept).to_owned()
}

/// What stands between parentheses that open at the beginning and close at the end.
fn without_parentheses(text: &str) -> &str {
    let Some(inner) = text.strip_prefix('(').and_then(|text| text.strip_suffix(')')) else {
        return text;
    };
    let mut depth = 0_i32;
    let stays_open = inner.chars().all(|sign| {
        depth += match sign {
            '(' => 1,
            ')' => -1,
            _ => 0,
        };
        depth >= 0
    });
    if stays_open { without_parentheses(inner) } else { text }
}
