//! Looks names of columns up in what a query reads, level by level.

use smol_str::SmolStr;
use trave_source::Span;
use trave_sql::{
    ColumnRef, Expr, ExprKind, FromItem, FromKind, JoinCondition, ObjectName, OrderKey, Query,
    QueryBody, Select, Statement,
};

use super::expression::{self, Node};
use super::generated::output_name;
use super::meaning::{Expansion, Meaning, Place, Reference};
use super::names::is_system_column;
use super::session::Session;
use crate::QualifiedName;

/// Queries in queries: no deeper than this.
const DEPTH_MAX: u32 = 32;

/// Something that a query reads.
struct Item {
    /// What stands before its columns.
    name: SmolStr,
    /// Whether that is an alias.
    aliased: bool,
    relation: Option<QualifiedName>,
    /// Its columns: as they are called here, and in the relation.
    columns: Vec<(SmolStr, SmolStr)>,
    known: bool,
}

/// The columns that a query returns.
#[derive(Clone, Default)]
struct Outputs {
    names: Vec<SmolStr>,
    known: bool,
}

#[derive(Default)]
struct Scope<'s> {
    items: Vec<Item>,
    /// Whether `USING` or `NATURAL` makes columns of several items one.
    merged: bool,
    commons: Vec<(SmolStr, Outputs)>,
    outer: Option<&'s Scope<'s>>,
}

/// Reads queries, and notes what their names mean.
pub(super) struct Reader<'a> {
    session: &'a Session,
    path: &'a [SmolStr],
    meaning: Meaning,
    /// How much deeper queries may be nested.
    depth: u32,
}

impl<'a> Reader<'a> {
    /// For queries that a session would run along a path.
    pub(super) fn new(session: &'a Session, path: &'a [SmolStr]) -> Self {
        Self { session, path, meaning: Meaning::default(), depth: DEPTH_MAX }
    }

    /// What the names of a query mean.
    pub(super) fn read_query(mut self, query: &Query) -> Meaning {
        self.query(query, None);
        self.meaning
    }

    /// What the names of an expression over a table mean.
    pub(super) fn read_expr(mut self, expr: &Expr, table: &QualifiedName) -> Meaning {
        let items = vec![self.relation(table, table.name.clone(), &[])];
        let scope = Scope { items, ..Scope::default() };
        self.expr(expr, &scope);
        self.meaning
    }

    fn query(&mut self, query: &Query, outer: Option<&Scope<'_>>) -> Outputs {
        let Some(deeper) = self.depth.checked_sub(1) else { return Outputs::default() };
        let depth = std::mem::replace(&mut self.depth, deeper);
        let outputs = self.parts_of_query(query, outer);
        self.depth = depth;
        outputs
    }

    fn parts_of_query(&mut self, query: &Query, outer: Option<&Scope<'_>>) -> Outputs {
        let mut scope = Scope { outer, ..Scope::default() };
        for common in &query.with {
            let mut outputs = match common.statement.as_ref() {
                Statement::Query(inner) if common.recursive => {
                    let name = SmolStr::new(common.name.as_str());
                    scope.commons.push((name, Outputs::default()));
                    self.query(inner, Some(&scope))
                }
                Statement::Query(inner) => self.query(inner, Some(&scope)),
                _ => Outputs::default(),
            };
            for (name, column) in outputs.names.iter_mut().zip(&common.columns) {
                *name = SmolStr::new(column.as_str());
            }
            scope.commons.push((SmolStr::new(common.name.as_str()), outputs));
        }
        let (outputs, items) = self.body(&query.body, &scope);
        let inner = Scope { items, outer: Some(&scope), ..Scope::default() };
        self.order(&query.order, &outputs, &inner);
        for expr in query.limit.iter().chain(&query.offset) {
            self.expr(expr, &scope);
        }
        outputs
    }

    /// `ORDER BY name` means an output column first.
    fn order(&mut self, keys: &[OrderKey], outputs: &Outputs, scope: &Scope<'_>) {
        let missing = self.meaning.missing.len();
        for key in keys {
            let is_output = match &key.value.kind {
                ExprKind::Column(ColumnRef { qualifier: None, name }) => {
                    outputs.names.iter().any(|output| output == name.as_str())
                }
                _ => false,
            };
            if !is_output {
                self.expr(&key.value, scope);
            }
        }
        if !outputs.known {
            self.meaning.missing.truncate(missing);
        }
    }

    /// The middle of a query; what a set operation returns is called as on its left.
    fn body(&mut self, body: &QueryBody, scope: &Scope<'_>) -> (Outputs, Vec<Item>) {
        let mut first = None;
        let mut stack = vec![body];
        while let Some(body) = stack.pop() {
            let found = match body {
                QueryBody::Set(set) => {
                    stack.extend([&set.right, &set.left]);
                    continue;
                }
                QueryBody::Select(select) => self.select(select, scope),
                QueryBody::Nested(query) => (self.query(query, Some(scope)), Vec::new()),
                QueryBody::Table(name) => self.whole_table(name, scope),
                QueryBody::Values(rows) => self.values(rows, scope),
                QueryBody::Statement(_) => (Outputs::default(), Vec::new()),
            };
            first.get_or_insert(found);
        }
        let (outputs, items) = first.unwrap_or_default();
        let alone = !matches!(body, QueryBody::Set(_));
        (outputs, if alone { items } else { Vec::new() })
    }

    fn whole_table(&mut self, name: &ObjectName, scope: &Scope<'_>) -> (Outputs, Vec<Item>) {
        let item = self.table(name, scope, (None, &[]));
        let names = item.columns.iter().map(|(name, _)| name.clone()).collect();
        for (_, column) in &item.columns {
            self.add(&item, column, (name.span, Place::Hidden));
        }
        (Outputs { names, known: item.known }, vec![item])
    }

    fn values(&mut self, rows: &[Vec<Expr>], scope: &Scope<'_>) -> (Outputs, Vec<Item>) {
        for expr in rows.iter().flatten() {
            self.expr(expr, scope);
        }
        let count = rows.first().map_or(0, Vec::len);
        let names = (1..=count).map(|number| format!("column{number}").into()).collect();
        (Outputs { names, known: true }, Vec::new())
    }

    fn select(&mut self, select: &Select, outer: &Scope<'_>) -> (Outputs, Vec<Item>) {
        let mut scope = Scope { outer: Some(outer), ..Scope::default() };
        let mut conditions = Vec::new();
        for item in &select.from {
            self.from(item, &mut scope, &mut conditions);
        }
        for condition in conditions {
            self.expr(condition, &scope);
        }
        let mut outputs = Outputs { names: Vec::new(), known: true };
        for item in &select.projection {
            if matches!(item.value.kind, ExprKind::Wildcard(_)) {
                self.wildcard(&item.value, &scope, &mut outputs);
                continue;
            }
            let from = self.meaning.references.len();
            self.expr(&item.value, &scope);
            if let Some(alias) = &item.alias {
                outputs.names.push(SmolStr::new(alias.as_str()));
            } else {
                outputs.names.push(output_name(&item.value));
                self.give_name(&item.value, from);
            }
        }
        let distinct = select.distinct.iter().flat_map(|distinct| &distinct.on);
        for expr in select.filter.iter().chain(&select.having) {
            self.expr(expr, &scope);
        }
        let missing = self.meaning.missing.len();
        for expr in distinct.chain(&select.group) {
            self.expr(expr, &scope);
        }
        // These may name what the query returns.
        let mut more = self.meaning.missing.split_off(missing);
        more.retain(|name| !outputs.names.contains(name));
        self.meaning.missing.append(&mut more);
        (outputs, scope.items)
    }

    /// An output without an alias is called after the column that it is.
    fn give_name(&mut self, value: &Expr, from: usize) {
        if !matches!(value.kind, ExprKind::Column(_)) {
            return;
        }
        for reference in self.meaning.references.iter_mut().skip(from) {
            if let Place::Name(before) = &reference.place {
                reference.place = Place::Output(*before);
            }
        }
    }

    fn wildcard(&mut self, value: &Expr, scope: &Scope<'_>, outputs: &mut Outputs) {
        let ExprKind::Wildcard(of) = &value.kind else { return };
        let span = value.span;
        let mut columns = Vec::new();
        let mut known = true;
        for item in &scope.items {
            if of.as_ref().is_some_and(|of| item.name != of.name.as_str()) {
                continue;
            }
            known &= item.known;
            for (name, column) in &item.columns {
                self.add(item, column, (span, Place::Hidden));
                outputs.names.push(name.clone());
                columns.push((item.name.clone(), name.clone()));
            }
        }
        outputs.known &= known;
        if known {
            self.meaning.expansions.push(Expansion { span, columns });
        }
    }

    fn from<'q>(
        &mut self,
        from: &'q FromItem,
        scope: &mut Scope<'_>,
        conditions: &mut Vec<&'q Expr>,
    ) {
        let mut stack = vec![from];
        while let Some(from) = stack.pop() {
            let alias = from.alias.as_ref().map(|alias| SmolStr::new(alias.as_str()));
            let item = match &from.kind {
                FromKind::Join(join) => {
                    scope.merged |= from.alias.is_some();
                    stack.extend([&join.right, &join.left]);
                    match &join.condition {
                        JoinCondition::On(condition) => conditions.push(condition),
                        // Such columns appear once, wherever they come from.
                        JoinCondition::Using(_) | JoinCondition::Natural => scope.merged = true,
                        JoinCondition::None => {}
                    }
                    continue;
                }
                FromKind::Table(name) => self.table(name, scope, (alias, &from.columns)),
                FromKind::Query(query) => {
                    let outputs = self.query(query, Some(scope));
                    derived(alias.unwrap_or_default(), outputs, &from.columns)
                }
                FromKind::Functions(calls) => {
                    for argument in calls.iter().flat_map(|call| &call.arguments) {
                        self.expr(&argument.value, scope);
                    }
                    derived(alias.unwrap_or_default(), Outputs::default(), &from.columns)
                }
            };
            scope.items.push(item);
        }
        if scope.merged {
            scope.items.iter_mut().for_each(|item| item.known = false);
        }
    }

    fn table(
        &self,
        name: &ObjectName,
        scope: &Scope<'_>,
        (alias, columns): (Option<SmolStr>, &[trave_sql::Ident]),
    ) -> Item {
        let aliased = alias.is_some();
        let called = alias.unwrap_or_else(|| SmolStr::new(name.name.as_str()));
        if name.schema.is_none()
            && let Some(outputs) = common(scope, name.name.as_str())
        {
            return derived(called, outputs, columns);
        }
        match self.session.find_relation_along(name, self.path) {
            Some((relation, _)) => Item { aliased, ..self.relation(&relation, called, columns) },
            None => derived(called, Outputs::default(), columns),
        }
    }

    fn relation(
        &self,
        relation: &QualifiedName,
        name: SmolStr,
        renamed: &[trave_sql::Ident],
    ) -> Item {
        let catalog = self.session.catalog();
        let (columns, known) = if let Some(table) = catalog.tables.get(relation) {
            (table.columns.iter().map(|column| column.name.clone()).collect(), table.columns_known)
        } else if let Some(view) = catalog.views.get(relation) {
            (view.columns.clone(), view.columns_known)
        } else {
            (Vec::new(), false)
        };
        let called = called(columns, renamed);
        Item { name, aliased: false, relation: Some(relation.clone()), columns: called, known }
    }

    fn expr(&mut self, expr: &Expr, scope: &Scope<'_>) {
        let mut queries = Vec::new();
        let mut columns = Vec::new();
        expression::walk(Node::Expr(expr), &mut |node| {
            match node {
                Node::Query(query) => {
                    queries.push(query);
                    return false;
                }
                Node::Expr(Expr { kind: ExprKind::Column(column), span }) => {
                    columns.push((column, *span));
                }
                _ => {}
            }
            true
        });
        for (column, span) in columns {
            self.column(column, span, scope);
        }
        for query in queries {
            self.query(query, Some(scope));
        }
    }

    fn column(&mut self, column: &ColumnRef, span: Span, scope: &Scope<'_>) {
        let name = column.name.as_str();
        let mut level = Some(scope);
        let mut told = !is_system_column(name);
        while let Some(scope) = level {
            // A name alone may be that of a whole row.
            told &= !scope.items.iter().any(|item| !item.known || item.name == name);
            for item in &scope.items {
                if !is_before(column.qualifier.as_ref(), item) {
                    continue;
                }
                let found = item.columns.iter().find(|(here, _)| here == name);
                let Some((here, real)) = found else { continue };
                let before = column.qualifier.as_ref().filter(|_| !item.aliased);
                let place = if here == real {
                    Place::Name(before.map(|before| before.span))
                } else {
                    Place::Hidden
                };
                return self.add(item, real, (span, place));
            }
            let blind = |item: &Item| !item.known && is_before(column.qualifier.as_ref(), item);
            if scope.items.iter().any(blind) {
                break;
            }
            level = scope.outer;
        }
        let column = SmolStr::new(name);
        // A function of a row is called like a column of it.
        let functions = &self.session.catalog().functions;
        if told && !functions.keys().any(|(function, _)| function.name == name) {
            self.meaning.missing.push(column.clone());
        }
        let place = Place::Hidden;
        self.meaning.references.push(Reference { relation: None, column, span, place });
    }

    fn add(&mut self, item: &Item, column: &SmolStr, (span, place): (Span, Place)) {
        let Some(relation) = item.relation.clone() else { return };
        let column = column.clone();
        self.meaning.references.push(Reference { relation: Some(relation), column, span, place });
    }
}

fn is_before(qualifier: Option<&ObjectName>, item: &Item) -> bool {
    let Some(qualifier) = qualifier else { return true };
    let same_schema = qualifier.schema.as_ref().is_none_or(|schema| {
        item.relation.as_ref().is_some_and(|relation| *schema == relation.schema.as_str())
    });
    item.name == qualifier.name.as_str() && same_schema
}

fn common(scope: &Scope<'_>, name: &str) -> Option<Outputs> {
    let mut level = Some(scope);
    while let Some(scope) = level {
        let found = scope.commons.iter().rev().find(|(common, _)| common == name);
        if let Some((_, outputs)) = found {
            return Some(outputs.clone());
        }
        level = scope.outer;
    }
    None
}

/// What a query in the list gives; its columns are nobody's.
fn derived(name: SmolStr, outputs: Outputs, renamed: &[trave_sql::Ident]) -> Item {
    let known = outputs.known;
    Item { name, aliased: true, relation: None, columns: called(outputs.names, renamed), known }
}

/// Columns, the first of them under other names.
fn called(columns: Vec<SmolStr>, renamed: &[trave_sql::Ident]) -> Vec<(SmolStr, SmolStr)> {
    let mut renamed = renamed.iter();
    let pair = |column: SmolStr| match renamed.next() {
        Some(name) => (SmolStr::new(name.as_str()), column),
        None => (column.clone(), column),
    };
    columns.into_iter().map(pair).collect()
}
