//! What a name of a finished catalog is to the rest of it: looked up once, and asked for each
//! table, each column and each query.

use std::collections::{BTreeMap, BTreeSet};

use smol_str::SmolStr;

use super::splits::may_split;
use crate::{Catalog, ChangeKind, Condition, Function, Policy, QualifiedName, UserType};

/// What is found out about names.
#[derive(Debug, Default)]
pub(super) struct Names {
    /// The names of functions, without their schemas.
    functions: BTreeSet<SmolStr>,
    /// The functions that name a table, in the order of the catalog.
    functions_of: BTreeMap<QualifiedName, Vec<(QualifiedName, SmolStr)>>,
    /// Tables of which a migration spells out rows.
    seeded: BTreeSet<QualifiedName>,
    /// Tables that a foreign key of another one refers to.
    referred: BTreeSet<QualifiedName>,
    /// Functions that triggers run.
    triggered: BTreeSet<QualifiedName>,
    /// Types by their whole names, as they are written.
    types: BTreeMap<String, QualifiedName>,
    /// Tables and views that policies of tables read in sub-selects.
    read_by_policies: BTreeSet<QualifiedName>,
    /// Views and functions that call what takes a text apart, by the tables that they read: the
    /// texts are the definitions and bodies.
    splitting: BTreeMap<QualifiedName, Vec<Text>>,
    /// The columns that a statement of its own added, by table.
    added: BTreeMap<QualifiedName, BTreeSet<SmolStr>>,
}

/// A text of a catalog, by what holds it.
#[derive(Debug, Clone)]
enum Text {
    View(QualifiedName),
    Function((QualifiedName, SmolStr)),
}

impl Names {
    fn of(catalog: &Catalog) -> Self {
        let mut names = Self::default();
        let views = catalog.views.iter().filter(|(_, view)| may_split(&view.definition));
        for (name, view) in views {
            for table in &view.reads {
                let text = Text::View(name.clone());
                names.splitting.entry(table.clone()).or_default().push(text);
            }
        }
        for (key, function) in &catalog.functions {
            names.functions.insert(key.0.name.clone());
            if may_split(&function.body) {
                for table in &function.tables {
                    let text = Text::Function(key.clone());
                    names.splitting.entry(table.clone()).or_default().push(text);
                }
            }
            for table in &function.tables {
                names.functions_of.entry(table.clone()).or_default().push(key.clone());
            }
        }
        for change in &catalog.history {
            match &change.kind {
                ChangeKind::RowsInserted(into) => {
                    names.seeded.insert(into.clone());
                }
                ChangeKind::ColumnAdded { table, column } => {
                    names.added.entry(table.clone()).or_default().insert(column.clone());
                }
                _ => {}
            }
        }
        for (key, own) in &catalog.types {
            names.types.entry(own.name.to_string()).or_insert_with(|| key.clone());
        }
        for table in catalog.tables.values() {
            let targets = table.foreign_keys.iter().map(|key| &key.target);
            names.referred.extend(targets.filter(|it| **it != table.name).cloned());
            let conditions = table.policies.iter().flat_map(Policy::conditions);
            names.read_by_policies.extend(conditions.flat_map(Condition::reads));
            names.triggered.extend(table.triggers.iter().map(|it| it.function.clone()));
        }
        names
    }
}

impl Catalog {
    fn names(&self) -> &Names {
        self.noted.names.get_or_init(|| Names::of(self))
    }

    /// Whether some function is called so, in whatever schema: `PostgREST` shows one that takes a
    /// row as a column of it.
    pub fn has_function(&self, name: &str) -> bool {
        self.names().functions.contains(name)
    }

    /// The functions whose bodies read or write a table, as far as they could be read.
    pub fn functions_about(&self, table: &QualifiedName) -> impl Iterator<Item = &Function> {
        let keys = self.names().functions_of.get(table);
        keys.into_iter().flatten().filter_map(|key| self.functions.get(key))
    }

    /// The views and functions that read a table and call what takes a text apart, as texts.
    pub(super) fn splitting_texts(&self, table: &QualifiedName) -> impl Iterator<Item = &str> {
        let texts = self.names().splitting.get(table).into_iter().flatten();
        texts.filter_map(|text| match text {
            Text::View(name) => Some(self.views.get(name)?.definition.as_str()),
            Text::Function(key) => Some(self.functions.get(key)?.body.as_str()),
        })
    }

    /// Whether a migration spells out rows of a table.
    pub fn is_seeded(&self, table: &QualifiedName) -> bool {
        self.names().seeded.contains(table)
    }

    /// Whether a foreign key of another table refers to a table.
    pub fn is_referred_to(&self, table: &QualifiedName) -> bool {
        self.names().referred.contains(table)
    }

    /// The type that is written so, with its schema.
    pub fn type_written(&self, name: &str) -> Option<&UserType> {
        self.types.get(self.names().types.get(name)?)
    }

    /// Whether a statement of its own added a column to a table.
    pub fn adds_column(&self, table: &QualifiedName, column: &str) -> bool {
        self.names().added.get(table).is_some_and(|columns| columns.contains(column))
    }

    /// Whether a sub-select in a policy of some table reads a table.
    pub fn is_read_by_policy(&self, table: &QualifiedName) -> bool {
        self.names().read_by_policies.contains(table)
    }

    /// Whether a trigger runs a function.
    pub fn is_run_by_trigger(&self, function: &QualifiedName) -> bool {
        self.names().triggered.contains(function)
    }
}

#[cfg(test)]
mod tests {
    use crate::QualifiedName;
    use crate::testing::catalog;

    #[test]
    fn names_are_told_by_what_uses_them() {
        let catalog = catalog(
            "create table a (id int primary key); create table b (id int references a);
             insert into a values (1); alter table b add column size int;
             create type mood as enum ('calm');
             create policy p on b using (exists (select from a where a.id = b.id));
             create function f() returns trigger language plpgsql as
               $$ begin delete from b; return new; end $$;
             create trigger t before insert on a for each row execute function f();",
        );
        let [a, b] = ["a", "b"].map(|name| QualifiedName::new("public", name));
        assert_eq!((catalog.is_seeded(&a), catalog.is_seeded(&b)), (true, false));
        assert_eq!((catalog.is_referred_to(&a), catalog.is_referred_to(&b)), (true, false));
        assert_eq!((catalog.has_function("f"), catalog.has_function("a")), (true, false));
        let about = |table| catalog.functions_about(table).count();
        assert_eq!((about(&a), about(&b)), (0, 1));
        assert_eq!((catalog.adds_column(&b, "size"), catalog.adds_column(&b, "id")), (true, false));
        assert!(catalog.type_written("public.mood").is_some());
        assert_eq!((catalog.is_read_by_policy(&a), catalog.is_read_by_policy(&b)), (true, false));
        assert!(catalog.is_run_by_trigger(&QualifiedName::new("public", "f")));
    }
}
