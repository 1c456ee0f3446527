//! Names: of what there is, and of what there is not yet.

use trave_catalog::{Catalog, QualifiedName, Table, TypeKind};

use super::Generator;

const TABLES: [&str; 7] = ["notes", "tasks", "users", "Order Items", "select", "tags", "userData"];
const COLUMNS: [&str; 12] = [
    "id",
    "title",
    "owner_id",
    "done",
    "score",
    "created_at",
    "meta",
    "userId",
    "tags",
    "order",
    "kind",
    "due",
];
const OTHERS: [&str; 8] =
    ["alpha", "beta", "Gamma", "delta", "my view", "status", "touch", "lookup"];

/// Words that cannot be names without quotes.
const RESERVED: [&str; 4] = ["select", "order", "user", "table"];

impl Generator {
    /// A name as one may write it.
    pub(super) fn ident(&mut self, name: &str) -> String {
        let plain = name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
            && !RESERVED.contains(&name);
        if !plain {
            return format!("\"{name}\"");
        }
        match self.chance.below(12) {
            0 => format!("\"{name}\""),
            1 => name.to_uppercase(),
            _ => name.to_owned(),
        }
    }

    /// Names as one may write them, with commas between them.
    pub(super) fn idents(&mut self, names: &[String]) -> String {
        let names: Vec<String> = names.iter().map(|name| self.ident(name)).collect();
        names.join(", ")
    }

    /// A relation, type or function as one may write it: short where the path finds it.
    pub(super) fn full(&mut self, name: &QualifiedName) -> String {
        let short = self.ident(&name.name);
        let found_first = self.path.iter().find(|schema| self.holds(schema, &name.name));
        if found_first.is_some_and(|schema| *schema == name.schema.as_str())
            && self.chance.percent(70)
        {
            return short;
        }
        format!("{}.{short}", self.ident(&name.schema))
    }

    /// Whether a schema holds anything of this name.
    fn holds(&self, schema: &str, name: &str) -> bool {
        let key = QualifiedName::new(schema, name);
        let catalog = &self.catalog;
        catalog.tables.contains_key(&key)
            || catalog.views.contains_key(&key)
            || catalog.sequences.contains_key(&key)
            || catalog.types.contains_key(&key)
            || catalog.functions.keys().any(|(function, _)| *function == key)
            || catalog.tables.values().any(|table| {
                table.name.schema == schema && table.indexes.iter().any(|index| index.name == name)
            })
    }

    /// A schema in which something new may be made.
    pub(super) fn schema(&mut self) -> String {
        let own: Vec<String> = own_schemas(&self.catalog);
        if self.chance.percent(70) { "public".to_owned() } else { self.chance.one(&own).clone() }
    }

    /// A new object's name, written.
    pub(super) fn new_name(&mut self, pool: &[&str]) -> String {
        let name = self.chance.one(pool).to_string();
        let short = self.ident(&name);
        if self.chance.percent(60) {
            return short;
        }
        let schema = self.schema();
        format!("{}.{short}", self.ident(&schema))
    }

    /// A name for a table that is to be made.
    pub(super) fn new_table(&mut self) -> String {
        self.new_name(&TABLES)
    }

    /// A name for a view, type, function or sequence that is to be made.
    pub(super) fn new_other(&mut self) -> String {
        self.new_name(&OTHERS)
    }

    /// A short name for a constraint, index, policy or trigger.
    pub(super) fn part_name(&mut self) -> String {
        let name = *self.chance.one(&["one", "two", "Three", "a rule", "notes_idx", "tasks_pkey"]);
        self.ident(name)
    }

    /// A column name, of a new column.
    pub(super) fn column_name(&mut self) -> String {
        self.chance.one(&COLUMNS).to_string()
    }

    /// One of the project's tables.
    pub(super) fn table(&mut self) -> Option<Table> {
        let tables: Vec<&Table> = self.catalog.tables.values().collect();
        let own: Vec<Table> =
            tables.into_iter().filter(|table| table.provenance.is_migration()).cloned().collect();
        self.chance.any(&own)
    }

    /// One of the project's types: its name as written, and a label if it is an enum.
    pub(super) fn user_type(&mut self) -> Option<(String, Option<String>)> {
        let own: Vec<(QualifiedName, Option<String>)> = self
            .catalog
            .types
            .values()
            .filter(|kind| kind.provenance.is_migration())
            .map(|kind| match &kind.kind {
                TypeKind::Enum(labels) => {
                    (kind.name.clone(), labels.first().map(ToString::to_string))
                }
                _ => (kind.name.clone(), None),
            })
            .collect();
        let (name, label) = self.chance.any(&own)?;
        Some((self.full(&name), label))
    }
}

/// The schemas that migrations may put things into.
pub(super) fn own_schemas(catalog: &Catalog) -> Vec<String> {
    let own = |schema: &trave_catalog::Schema| schema.provenance.is_migration();
    let made = catalog.schemas.iter().filter(|(_, schema)| own(schema));
    made.map(|(name, _)| name.to_string()).chain(["public".to_owned()]).collect()
}

/// Names of columns.
pub(super) fn columns_of(table: &Table) -> Vec<String> {
    table.columns.iter().map(|column| column.name.to_string()).collect()
}
