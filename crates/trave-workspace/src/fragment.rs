//! Folders of SQL that somebody runs by hand on the database of a Supabase project.
//!
//! Such a folder repeats and changes tables that the project's migrations make. It is no schema
//! of its own: what it shows is a second witness that a table or column is there.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use smol_str::SmolStr;
use trave_backend::generated::GeneratedTable;
use trave_catalog::{Catalog, MigrationRoot, Provenance, QualifiedName};

use crate::place::Placing;

/// Tables with their columns, by the root that a witness speaks about.
pub(crate) type Witnesses = BTreeMap<SmolStr, Vec<GeneratedTable>>;

/// Which roots are fragments of another, and what they show of it.
#[derive(Debug, Default)]
pub(crate) struct Fragments {
    /// Indices of the fragments.
    pub(crate) roots: BTreeSet<usize>,
    /// What they show, by the root they belong to.
    pub(crate) witnesses: Witnesses,
}

/// Finds the fragments among the roots.
pub(crate) fn fragments(
    roots: &[MigrationRoot],
    catalogs: &[Arc<Catalog>],
    placing: &Placing<'_>,
) -> Fragments {
    let mut found = Fragments::default();
    for (at, (root, catalog)) in roots.iter().zip(catalogs).enumerate() {
        if placing.is_told(at) {
            continue;
        }
        // Code beside the folder would speak to the project's database, and so does the SQL.
        let beside = placing.root_of(&format!("{}/query.ts", root.folder));
        let Some(project) = beside.filter(|project| *project != at) else { continue };
        let (Some(whole), Some(of)) = (catalogs.get(project), roots.get(project)) else { continue };
        if shares_tables(catalog, whole) {
            found.roots.insert(at);
            found.witnesses.entry(of.folder.clone()).or_default().extend(shown(catalog));
        }
    }
    found
}

/// Whether a fragment names a table that the project's migrations make.
fn shares_tables(fragment: &Catalog, whole: &Catalog) -> bool {
    let made = |name: &QualifiedName| {
        let table = whole.tables.get(name);
        table.is_some_and(|table| table.provenance.is_migration())
    };
    fragment.tables.keys().any(made)
}

fn shown(fragment: &Catalog) -> impl Iterator<Item = GeneratedTable> + '_ {
    let own =
        fragment.tables.values().filter(|table| !matches!(table.provenance, Provenance::Platform));
    own.map(|table| GeneratedTable {
        schema: table.name.schema.clone(),
        name: table.name.name.clone(),
        columns: table.columns.iter().map(|column| column.name.clone()).collect(),
    })
}

/// What is left of a list without the fragments.
pub(crate) fn without<T>(list: Vec<T>, fragments: &BTreeSet<usize>) -> Vec<T> {
    let kept = list.into_iter().enumerate().filter(|(at, _)| !fragments.contains(at));
    kept.map(|(_, item)| item).collect()
}

#[cfg(test)]
mod tests {
    use crate::analyse;
    use crate::settings::Settings;

    #[test]
    fn sql_run_by_hand_is_a_witness_and_no_schema() {
        let files = [
            ("supabase/migrations/20240101000000_a.sql", "create table profiles (id uuid);"),
            ("src/lib/migrations/001_b.sql", "alter table profiles add column title text;"),
            ("src/db.ts", "client.from('profiles').select('title');"),
        ];
        let files = files.map(|(path, text)| (path.to_owned(), text.to_owned()));
        let model = analyse(files.to_vec(), &Settings::default());
        assert_eq!(model.catalogs.len(), 1);
        let shown = &model.generated["supabase"][0];
        assert_eq!((shown.name.as_str(), shown.columns[0].as_str()), ("profiles", "title"));
    }

    #[test]
    fn a_folder_with_tables_of_its_own_stays_a_schema() {
        let files = [
            ("supabase/migrations/20240101000000_a.sql", "create table profiles (id uuid);"),
            ("warehouse/migrations/001_b.sql", "create table facts (id uuid);"),
            ("src/db.ts", "client.from('profiles').select('title');"),
        ];
        let files = files.map(|(path, text)| (path.to_owned(), text.to_owned()));
        assert_eq!(analyse(files.to_vec(), &Settings::default()).catalogs.len(), 2);
    }
}
