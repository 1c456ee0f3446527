//! Views: what they show, what they read, and when a replacement is refused.

use smol_str::SmolStr;
use trave_sql::{CreateView, IfExisting, ObjectName, RenamePart, ViewKind};

use super::alter::set_view_options;
use super::expression::{self, Node};
use super::names::RelationIs;
use super::outputs::{Output, Outputs};
use super::privilege::On;
use super::rename::rename_in_index;
use super::session::{Session, TEMPORARY};
use super::{Failure, Outcome};
use crate::{QualifiedName, View};

/// Functions that extensions put into whichever schema they are installed in.
const EXTENSION_FUNCTIONS: [&str; 16] = [
    "uuid_generate_v1",
    "uuid_generate_v4",
    "uuid_generate_v5",
    "gen_random_bytes",
    "gen_random_uuid",
    "crypt",
    "gen_salt",
    "digest",
    "hmac",
    "similarity",
    "word_similarity",
    "unaccent",
    "levenshtein",
    "ll_to_earth",
    "earth_distance",
    "cosine_distance",
];

impl Session {
    /// `CREATE [OR REPLACE] [MATERIALIZED] VIEW`.
    pub(super) fn create_view(&mut self, create: &CreateView) -> Outcome {
        let name = match create.kind {
            ViewKind::Temporary => QualifiedName::new(TEMPORARY, create.name.name.as_str()),
            _ => self.new_name(&create.name)?,
        };
        let tables = expression::tables(Node::Query(&create.query));
        let is_recursive = create.kind == ViewKind::Recursive;
        let itself = |table: &ObjectName| is_recursive && table.name == create.name.name;
        let tables: Vec<ObjectName> = tables.into_iter().filter(|table| !itself(table)).collect();
        let exists = self.relation(&name);
        match (exists, create.existing) {
            (None, _) => {}
            (Some(RelationIs::View), IfExisting::Replace) => {
                let old = self.catalog().views.get(&name);
                if old.is_some_and(|view| view.materialized) {
                    return Err(Failure::new(format!("{name} is a materialized view")));
                }
            }
            (Some(_), IfExisting::Keep) => return Ok(()),
            (Some(_), _) => return Err(Failure::exists("relation", &name)),
        }
        if exists.is_none() {
            self.refuse_type_of_relation(&name)?;
        }
        self.check_reads(&tables)?;
        if !is_recursive {
            self.check_columns(&self.meaning_of_query(&create.query, &self.search_path))?;
        }
        self.refuse_wrong_calls(Node::Query(&create.query))?;
        let view = self.new_view(create, &name, &tables)?;
        self.link_view(&view, create);
        self.store.put(name, view);
        Ok(())
    }

    fn new_view(
        &mut self,
        create: &CreateView,
        name: &QualifiedName,
        tables: &[ObjectName],
    ) -> Result<View, Failure> {
        let mut outputs = self.outputs(&create.query);
        for (output, column) in outputs.columns.iter_mut().zip(&create.columns) {
            output.name = SmolStr::new(column.as_str());
        }
        if outputs.known && create.columns.len() > outputs.columns.len() {
            return Err(Failure::new("a view has more column names than columns"));
        }
        self.refuse_other_columns(name, &outputs)?;
        let outputs_known = outputs.known;
        let (columns, types) =
            outputs.columns.into_iter().map(|one| (one.name, one.type_name)).unzip();
        let old = self.catalog().views.get(name);
        let grants = match old {
            Some(old) => old.grants.clone(),
            None => self.default_grants(On::Tables, &name.schema),
        };
        let grants_known = old.map_or(self.knows_grants(&name.schema), |old| old.grants_known);
        let triggers = old.map(|old| old.triggers.clone()).unwrap_or_default();
        let reads = tables.iter().filter_map(|table| Some(self.find_relation(table)?.0));
        let mut view = View {
            name: name.clone(),
            provenance: self.provenance(create.name.span),
            materialized: create.kind == ViewKind::Materialized,
            security_invoker: false,
            security_barrier: false,
            columns,
            columns_known: outputs_known,
            types,
            reads: reads.collect(),
            definition: self.query_text(&create.query),
            indexes: Vec::new(),
            triggers,
            grants,
            grants_known,
        };
        set_view_options(&mut view, &create.options);
        Ok(view)
    }

    /// A replacement shows what the view showed, and perhaps more after it.
    fn refuse_other_columns(&self, name: &QualifiedName, outputs: &Outputs) -> Outcome {
        let old = self.catalog().views.get(name);
        let Some(old) = old.filter(|old| old.columns_known && outputs.known) else { return Ok(()) };
        let mut names = outputs.columns.iter().map(|one| &one.name);
        if !old.columns.iter().all(|column| names.next() == Some(column)) {
            return Err(Failure::new("cannot change the columns of a view"));
        }
        let differ = |(old, new): (&SmolStr, &Output)| {
            !old.is_empty() && !new.type_name.is_empty() && *old != new.type_name
        };
        if old.types.iter().zip(&outputs.columns).any(differ) {
            return Err(Failure::new("cannot change the type of a column of a view"));
        }
        Ok(())
    }

    fn link_view(&mut self, view: &View, create: &CreateView) {
        for relation in &view.reads {
            self.store.link_reader(relation, &view.name);
        }
        for call in expression::calls_in(Node::Query(&create.query)) {
            let candidates = self.candidates(&call);
            if let Some(function) = candidates.iter().find(|name| self.knows_function(name)) {
                self.store.link_caller(function, &view.name);
            }
        }
    }

    /// In strict replays, a query reads tables and columns that are there.
    pub(super) fn check_query(&mut self, query: &trave_sql::Query) -> Outcome {
        self.check_reads(&expression::tables(Node::Query(query)))?;
        self.check_columns(&self.meaning_of_query(query, &self.search_path))
    }

    /// In strict replays, what a query reads must be there.
    pub(super) fn check_reads(&mut self, tables: &[ObjectName]) -> Outcome {
        if self.assumes_missing() {
            return Ok(());
        }
        for table in tables {
            if !is_of_server(table) && self.find_relation(table).is_none() {
                return Err(Failure::missing("relation", table));
            }
        }
        Ok(())
    }

    /// In strict replays, functions that are called by their full name must be there, as far as
    /// the schema holds functions of the project only.
    pub(super) fn check_calls(&self, calls: &[ObjectName]) -> Outcome {
        if self.assumes_missing() {
            return Ok(());
        }
        for call in calls {
            let Some(schema) = call.schema.as_ref().map(trave_sql::Name::as_str) else { continue };
            let schemas = &self.catalog().schemas;
            let own = schema == "public"
                || schemas.get(schema).is_some_and(|found| found.provenance.is_migration());
            let name = QualifiedName::new(schema, call.name.as_str());
            let of_extension = EXTENSION_FUNCTIONS.contains(&call.name.as_str());
            if own && !of_extension && !self.knows_function(&name) {
                return Err(Failure::missing("function", &name));
            }
        }
        Ok(())
    }

    /// `ALTER VIEW … RENAME COLUMN`.
    pub(super) fn rename_output(&mut self, view: &QualifiedName, rename: &RenamePart) -> Outcome {
        let (from, to) = (rename.from.as_str(), SmolStr::new(rename.to.as_str()));
        let found = self.catalog().views.get(view);
        if found.is_some_and(|view| view.columns.contains(&to)) {
            return Err(Failure::exists("column", &rename.to));
        }
        self.follow_column(view, (from, &to));
        let Some(view) = self.store.edit::<View>(view) else { return Ok(()) };
        let missing = || Failure::missing("column", &rename.from);
        let mut columns = view.columns.iter_mut();
        let column = columns.find(|column| *column == rename.from.as_str()).ok_or_else(missing)?;
        column.clone_from(&to);
        let name = view.name.name.clone();
        for index in &mut view.indexes {
            rename_in_index(index, &name, (from, &to));
        }
        Ok(())
    }
}

/// Whether a name is that of something that no migration makes.
pub(super) fn is_of_server(table: &ObjectName) -> bool {
    let schema = table.schema.as_ref().map(trave_sql::Name::as_str);
    let of_server = matches!(
        schema,
        Some("pg_catalog" | "information_schema" | "cron" | "net" | "pgmq" | "extensions")
    );
    of_server || table.name.as_str().starts_with("pg_")
}
