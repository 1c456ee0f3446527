//! What rules ask of a catalog.

mod access;
mod bases;
mod caller;
mod free_names;
mod keys;
mod mentions;
mod names;
mod noted;
mod policies;
mod reach;
mod references;
mod secrets;
mod session;
mod settled;
mod splits;
mod triggers;
mod values;

pub(crate) use noted::Noted;
pub use reach::DefaultGrant;
pub use values::{Term, TermTest};

use trave_source::Origin;

use crate::{
    Catalog, Column, Command, DeclaredBy, Function, Provenance, QualifiedName, Table, View,
    vocabulary,
};

impl Catalog {
    /// A table by its full name.
    pub fn table(&self, name: &QualifiedName) -> Option<&Table> {
        self.tables.get(name)
    }

    /// A view by its full name.
    pub fn view(&self, name: &QualifiedName) -> Option<&View> {
        self.views.get(name)
    }

    /// The table that `from('name')` means: in `schema` if the code names one, else in the
    /// schemas that the API serves, in order, and in `public`.
    pub fn find_table(&self, schema: Option<&str>, name: &str) -> Option<&Table> {
        self.search(schema).find_map(|schema| self.tables.get(&QualifiedName::new(schema, name)))
    }

    /// As [`Catalog::find_table`], for views.
    pub fn find_view(&self, schema: Option<&str>, name: &str) -> Option<&View> {
        self.search(schema).find_map(|schema| self.views.get(&QualifiedName::new(schema, name)))
    }

    fn search<'a>(&'a self, schema: Option<&'a str>) -> impl Iterator<Item = &'a str> {
        let served = self.exposed_schemas.iter().map(smol_str::SmolStr::as_str);
        let any = served.chain(["public"]).filter(move |_| schema.is_none());
        schema.into_iter().chain(any)
    }

    /// Whether the API serves a schema to callers with the anon key.
    pub fn is_exposed(&self, schema: &str) -> bool {
        self.exposed && self.exposed_schemas.iter().any(|served| served == schema)
    }

    /// Whether generated types are all that is known of the schema.
    pub fn is_by_types(&self) -> bool {
        self.declared_by == Some(DeclaredBy::GeneratedTypes)
    }

    /// Whether nothing certain can be said of a name: dynamic SQL touched it, or nothing makes it.
    pub fn is_unknown(&self, name: &QualifiedName) -> bool {
        let table = self.tables.get(name);
        self.unknown.contains(name)
            || table.is_some_and(|table| matches!(table.provenance, Provenance::Unknown(_)))
    }

    /// Whether the history ever had a table of this name that is gone now, and the place where it
    /// went: dropped or renamed.
    pub fn past_table(&self, name: &QualifiedName) -> Option<Origin> {
        self.history.iter().rev().find_map(|change| match &change.kind {
            crate::ChangeKind::TableDropped(gone) if gone == name => Some(change.origin),
            crate::ChangeKind::TableRenamed { from, .. } if from == name => Some(change.origin),
            _ => None,
        })
    }

    /// The last policy of a table for a command that is gone now, with the place where it went.
    pub fn past_policy(&self, table: &QualifiedName, command: Command) -> Option<PastPolicy<'_>> {
        let mut since = self.history.iter().rev().take_while(|change| {
            !matches!(&change.kind, crate::ChangeKind::TableCreated(name) if name == table)
        });
        since.find_map(|change| match &change.kind {
            crate::ChangeKind::PolicyDropped { table: of, policy, command: own, cascaded }
                if of == table && own.is_none_or(|own| own == command) =>
            {
                Some(PastPolicy { name: policy, cascaded: *cascaded, origin: change.origin })
            }
            _ => None,
        })
    }
}

/// A policy that is gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PastPolicy<'c> {
    /// Its name.
    pub name: &'c str,
    /// It went with something that it needed.
    pub cascaded: bool,
    /// The statement that dropped it.
    pub origin: Origin,
}

impl Function {
    /// Whether its body deletes rows of a table, by the words that stand there.
    pub fn deletes_from(&self, table: &QualifiedName) -> bool {
        let body = self.body.to_ascii_lowercase().replace('"', "");
        let separates = |sign: char| sign.is_whitespace() || matches!(sign, ';' | '(' | ')' | ',');
        let words: Vec<&str> = body.split(separates).filter(|word| !word.is_empty()).collect();
        let names = |word: &str| match word.split_once('.') {
            Some((schema, name)) => table.is(schema, name),
            None => table.name == word && table.schema == "public",
        };
        words.windows(4).any(|four| match four {
            ["delete", "from", "only", name] | ["delete", "from", name, _] => names(name),
            _ => false,
        })
    }
}

impl QualifiedName {
    /// As people name it: the schema is left out where it is `public`.
    pub fn short(&self) -> String {
        if self.schema == "public" { self.name.to_string() } else { self.to_string() }
    }
}

impl Table {
    /// A column by its name.
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.name == name)
    }

    /// Where the table was made or first named; none for the platform's own.
    pub fn origin(&self) -> Option<Origin> {
        self.provenance.origin()
    }

    /// The column that says which tenant a row belongs to: it refers to a table of groups, or is
    /// called so and refers to nothing.
    pub fn tenant_column(&self) -> Option<&str> {
        let of_tenant = |key: &&crate::ForeignKey| vocabulary::is_tenants(&key.target.name);
        if let Some(key) = self.foreign_keys.iter().find(of_tenant) {
            let [column] = key.columns.as_slice() else { return None };
            return Some(column);
        }
        let mut columns = self.columns.iter().map(|column| column.name.as_str());
        columns.find(|column| vocabulary::names_tenant(column) && !self.refers_by(column))
    }

    fn refers_by(&self, column: &str) -> bool {
        self.foreign_keys.iter().any(|key| key.columns.iter().any(|it| it == column))
    }

    /// Whether its rows belong to people: a column refers to users or accounts, or holds how to
    /// reach somebody.
    pub fn is_about_people(&self) -> bool {
        self.columns.iter().any(|column| {
            self.refers_to_person(&column.name) || vocabulary::reaches_somebody(&column.name)
        })
    }

    /// Whether a column names a person: it refers to users or their kin, or is called so.
    pub fn refers_to_person(&self, column: &str) -> bool {
        let refers = |key: &crate::ForeignKey| {
            matches!(key.columns.as_slice(), [only] if only == column)
                && vocabulary::is_people(&key.target.name)
        };
        vocabulary::names_person(column) || self.foreign_keys.iter().any(refers)
    }

    /// The first column that says what somebody may do or gets: a role, a plan, a balance.
    pub fn privilege_column(&self) -> Option<&Column> {
        self.columns.iter().find(|column| vocabulary::names_privilege(&column.name))
    }

    /// Whether it is known who may see which of its rows: migrations tell, declarations do not.
    pub fn tells_access(&self) -> bool {
        matches!(self.provenance, Provenance::Migration(_))
    }

    /// Whether the migrations made it, so that its columns, keys and indexes are all known.
    pub fn is_known(&self) -> bool {
        let is_made = self.provenance.is_migration() || self.provenance == Provenance::Platform;
        is_made && self.columns_known
    }

    /// Whether a column that it does not have is a mistake: all its columns are known.
    pub fn tells_columns(&self) -> bool {
        let is_told = self.provenance.is_migration() || self.provenance.is_generated();
        is_told && self.columns_known
    }
}

#[cfg(test)]
mod tests;
