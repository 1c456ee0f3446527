//! What code calls the declared tables, by root and tool.

use std::collections::BTreeMap;
use std::sync::Arc;

use rustc_hash::FxHashMap;
use smol_str::SmolStr;
use trave_backend::declared::{TableName, Tool};
use trave_backend::naming::NamedTable;

/// Tables by what code calls them and by their own names, each with the root that declares it.
pub(crate) struct CodeNames<'p> {
    by_code: FxHashMap<(Tool, &'p str), Vec<Placed<'p>>>,
    by_table: FxHashMap<(Tool, &'p TableName), Vec<Placed<'p>>>,
}

/// A table with the root that declares it.
type Placed<'p> = (&'p str, &'p Arc<NamedTable>);

impl<'p> CodeNames<'p> {
    pub(crate) fn new(names: &'p BTreeMap<SmolStr, Vec<(Tool, Arc<NamedTable>)>>) -> Self {
        let mut all = Self { by_code: FxHashMap::default(), by_table: FxHashMap::default() };
        for (root, tables) in names {
            for (tool, table) in tables {
                let placed = (root.as_str(), table);
                all.by_code.entry((*tool, table.code.as_str())).or_default().push(placed);
                all.by_table.entry((*tool, &table.table)).or_default().push(placed);
            }
        }
        all
    }

    /// The table that code calls so: of the root that it speaks to, or the only one there is.
    pub(crate) fn named(
        &self,
        root: Option<&str>,
        (tool, name): (Tool, &str),
    ) -> Option<Arc<NamedTable>> {
        pick(root, self.by_code.get(&(tool, name))?)
    }

    /// The table of this name.
    pub(crate) fn declared(
        &self,
        root: Option<&str>,
        (tool, table): (Tool, &TableName),
    ) -> Option<Arc<NamedTable>> {
        pick(root, self.by_table.get(&(tool, table))?)
    }
}

fn pick(root: Option<&str>, placed: &[Placed<'_>]) -> Option<Arc<NamedTable>> {
    let own = placed.iter().find(|(of, _)| Some(*of) == root);
    let only = || if let [only] = placed { Some(only) } else { None };
    own.or_else(only).map(|(_, table)| Arc::clone(table))
}
