//! Views: what they show, what they read, and when a replacement is refused.

use std::collections::BTreeSet;

use smol_str::SmolStr;
use trave_source::Origin;
use trave_sql::{
    CreateView, ExprKind, FromItem, FromKind, IfExisting, ObjectName, Query, QueryBody, RenamePart,
    Select, ViewKind,
};

use super::alter::set_view_options;
use super::expression::{self, Node};
use super::generated::output_name;
use super::names::RelationIs;
use super::privilege::On;
use super::session::{Session, TEMPORARY};
use super::{Failure, Outcome};
use crate::{Column, QualifiedName, View};

/// The output columns of a query, as far as they can be told.
#[derive(Debug, Clone, Default)]
pub(super) struct Outputs {
    /// In order.
    pub(super) columns: Vec<Output>,
    /// Whether these are all.
    pub(super) known: bool,
}

/// One output column.
#[derive(Debug, Clone)]
pub(super) struct Output {
    /// Its name.
    pub(super) name: SmolStr,
    /// Its type; empty where it cannot be told.
    pub(super) type_name: SmolStr,
}

impl Output {
    /// The column of a table that is made from the query.
    pub(super) fn column(self, origin: Origin) -> Column {
        Column {
            name: self.name,
            type_name: self.type_name,
            not_null: false,
            default: None,
            generated: None,
            identity: None,
            serial: false,
            origin,
        }
    }
}

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

/// Queries in queries: no deeper than this.
const DEPTH_MAX: u32 = 32;

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
            (None, _) | (Some(RelationIs::View), IfExisting::Replace) => {}
            (Some(_), IfExisting::Keep) => return Ok(()),
            (Some(_), _) => return Err(Failure::exists("relation", &name)),
        }
        self.check_reads(&tables)?;
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
        let columns: Vec<SmolStr> = outputs.columns.into_iter().map(|one| one.name).collect();
        let old = self.catalog().views.get(name);
        if let Some(old) = old.filter(|old| old.columns_known && outputs.known)
            && !columns.starts_with(&old.columns)
        {
            return Err(Failure::new("cannot change the columns of a view"));
        }
        let grants = match old {
            Some(old) => old.grants.clone(),
            None => self.default_grants(On::Tables, &name.schema),
        };
        let grants_known =
            old.map_or(self.grants_known || name.schema != "public", |old| old.grants_known);
        let triggers = old.map(|old| old.triggers.clone()).unwrap_or_default();
        let reads = tables.iter().filter_map(|table| Some(self.find_relation(table)?.0));
        let mut view = View {
            name: name.clone(),
            provenance: self.provenance(create.name.span),
            materialized: create.kind == ViewKind::Materialized,
            security_invoker: false,
            security_barrier: false,
            columns,
            columns_known: outputs.known,
            reads: reads.collect(),
            definition: self.slice(create.query.span).to_owned(),
            indexes: Vec::new(),
            triggers,
            grants,
            grants_known,
        };
        set_view_options(&mut view, &create.options);
        Ok(view)
    }

    fn link_view(&mut self, view: &View, create: &CreateView) {
        for relation in &view.reads {
            self.store.link_reader(relation, &view.name);
        }
        let mut columns: BTreeSet<SmolStr> = BTreeSet::new();
        expression::walk(Node::Query(&create.query), &mut |node| {
            match node {
                Node::Expr(trave_sql::Expr { kind: ExprKind::Column(column), .. }) => {
                    columns.insert(SmolStr::new(column.name.as_str()));
                }
                Node::Body(QueryBody::Select(select)) => {
                    columns.extend(self.wildcard_columns(select, &create.query));
                }
                _ => {}
            }
            true
        });
        self.view_columns.insert(view.name.clone(), columns);
        for call in expression::calls_in(Node::Query(&create.query)) {
            let candidates = self.candidates(&call);
            if let Some(function) = candidates.iter().find(|name| self.knows_function(name)) {
                self.store.link_caller(function, &view.name);
            }
        }
    }

    /// The columns that `*` stands for in a select; `*` itself where they cannot be told.
    fn wildcard_columns(&self, select: &Select, query: &Query) -> Vec<SmolStr> {
        let mut columns = Vec::new();
        for item in &select.projection {
            let ExprKind::Wildcard(of) = &item.value.kind else { continue };
            let outputs = self.outputs_of_wildcard(of.as_ref(), select, (query, DEPTH_MAX));
            columns.extend(outputs.columns.into_iter().map(|output| output.name));
            if !outputs.known {
                columns.push("*".into());
            }
        }
        columns
    }

    /// In strict replays, what a query reads must be there.
    pub(super) fn check_reads(&mut self, tables: &[ObjectName]) -> Outcome {
        if self.assumes_missing() {
            return Ok(());
        }
        for table in tables {
            let of_server = matches!(
                table.schema.as_ref().map(trave_sql::Name::as_str),
                Some("pg_catalog" | "information_schema" | "cron" | "net" | "pgmq" | "extensions")
            );
            let of_server = of_server || table.name.as_str().starts_with("pg_");
            if !of_server && self.find_relation(table).is_none() {
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

    /// A view that shows or reads a column of a relation.
    pub(super) fn view_of_column(
        &self,
        relation: &QualifiedName,
        column: &str,
    ) -> Option<QualifiedName> {
        self.store.readers(relation).into_iter().find(|view| {
            let columns = self.view_columns.get(view);
            columns.is_none_or(|columns| columns.contains(column) || columns.contains("*"))
        })
    }

    /// `ALTER VIEW … RENAME COLUMN`.
    pub(super) fn rename_output(&mut self, view: &QualifiedName, rename: &RenamePart) -> Outcome {
        let Some(view) = self.store.edit::<View>(view) else { return Ok(()) };
        let missing = || Failure::missing("column", &rename.from);
        let mut columns = view.columns.iter_mut();
        let column = columns.find(|column| *column == rename.from.as_str()).ok_or_else(missing)?;
        *column = SmolStr::new(rename.to.as_str());
        Ok(())
    }

    /// The columns that a query returns.
    pub(super) fn outputs(&self, query: &Query) -> Outputs {
        self.outputs_of(&query.body, query, DEPTH_MAX)
    }

    fn outputs_of(&self, body: &QueryBody, query: &Query, depth: u32) -> Outputs {
        if depth == 0 {
            return Outputs::default();
        }
        match body {
            QueryBody::Select(select) => self.outputs_of_select(select, query, depth),
            QueryBody::Nested(inner) => self.outputs_of(&inner.body, inner, depth - 1),
            QueryBody::Set(set) => self.outputs_of(&set.left, query, depth - 1),
            QueryBody::Table(name) => self.columns_of(name, query, depth),
            QueryBody::Values(rows) => {
                let count = rows.first().map_or(0, Vec::len);
                let output = |number: usize| Output {
                    name: format!("column{number}").into(),
                    type_name: SmolStr::default(),
                };
                Outputs { columns: (1..=count).map(output).collect(), known: true }
            }
            QueryBody::Statement(_) => Outputs::default(),
        }
    }

    fn outputs_of_select(&self, select: &Select, query: &Query, depth: u32) -> Outputs {
        let mut outputs = Outputs { columns: Vec::new(), known: true };
        for item in &select.projection {
            if let ExprKind::Wildcard(of) = &item.value.kind {
                let more = self.outputs_of_wildcard(of.as_ref(), select, (query, depth));
                outputs.known &= more.known;
                outputs.columns.extend(more.columns);
                continue;
            }
            let name = match &item.alias {
                Some(alias) => SmolStr::new(alias.as_str()),
                None => output_name(&item.value),
            };
            let type_name = self.type_of_output(&item.value, select);
            outputs.columns.push(Output { name, type_name });
        }
        outputs
    }

    fn type_of_output(&self, value: &trave_sql::Expr, select: &Select) -> SmolStr {
        match &value.kind {
            ExprKind::Cast(cast) => cast.data_type.text.clone(),
            ExprKind::Column(column) => {
                let [item] = select.from.as_slice() else { return SmolStr::default() };
                let FromKind::Table(table) = &item.kind else { return SmolStr::default() };
                let found = self.find_relation(table).and_then(|(name, _)| {
                    let found = self.catalog().tables.get(&name)?.column(column.name.as_str())?;
                    Some(found.type_name.clone())
                });
                found.unwrap_or_default()
            }
            _ => SmolStr::default(),
        }
    }

    fn outputs_of_wildcard(
        &self,
        of: Option<&ObjectName>,
        select: &Select,
        (query, depth): (&Query, u32),
    ) -> Outputs {
        let mut outputs = Outputs { columns: Vec::new(), known: true };
        let mut stack: Vec<&FromItem> = select.from.iter().rev().collect();
        while let Some(item) = stack.pop() {
            let more = match &item.kind {
                FromKind::Join(join) => {
                    if let trave_sql::JoinCondition::Using(_) | trave_sql::JoinCondition::Natural =
                        join.condition
                    {
                        outputs.known = false;
                    }
                    stack.extend([&join.right, &join.left]);
                    continue;
                }
                _ if !is_called(item, of) => continue,
                FromKind::Table(name) => self.columns_of(name, query, depth),
                FromKind::Query(inner) => self.outputs_of(&inner.body, inner, depth - 1),
                FromKind::Functions(_) => Outputs::default(),
            };
            outputs.known &= more.known && item.columns.is_empty();
            outputs.columns.extend(more.columns);
        }
        outputs
    }

    fn columns_of(&self, name: &ObjectName, query: &Query, depth: u32) -> Outputs {
        let common =
            query.with.iter().find(|one| name.schema.is_none() && one.name.name == name.name);
        if let Some(common) = common {
            let trave_sql::Statement::Query(inner) = common.statement.as_ref() else {
                return Outputs::default();
            };
            let mut outputs = self.outputs_of(&inner.body, inner, depth - 1);
            for (output, column) in outputs.columns.iter_mut().zip(&common.columns) {
                output.name = SmolStr::new(column.as_str());
            }
            return outputs;
        }
        let Some((found, _)) = self.find_relation(name) else { return Outputs::default() };
        if let Some(table) = self.catalog().tables.get(&found) {
            let columns = table.columns.iter().map(|column| Output {
                name: column.name.clone(),
                type_name: column.type_name.clone(),
            });
            return Outputs { columns: columns.collect(), known: table.columns_known };
        }
        let Some(view) = self.catalog().views.get(&found) else { return Outputs::default() };
        let output = |name: &SmolStr| Output { name: name.clone(), type_name: SmolStr::default() };
        Outputs { columns: view.columns.iter().map(output).collect(), known: view.columns_known }
    }
}

/// Whether `of.*` means this item; a bare `*` means all.
fn is_called(item: &FromItem, of: Option<&ObjectName>) -> bool {
    let Some(of) = of else { return true };
    match (&item.alias, &item.kind) {
        (Some(alias), _) => alias.name == of.name,
        (None, FromKind::Table(name)) => name.name == of.name,
        (None, _) => false,
    }
}
