//! What a query returns: names and types, as far as they can be told without running it.

use smol_str::SmolStr;
use trave_source::Origin;
use trave_sql::{
    ColumnRef, ExprKind, FromItem, FromKind, Literal, ObjectName, Query, QueryBody, Select,
};

use super::generated::output_name;
use super::session::Session;
use super::user_type::printed;
use crate::Column;

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
        Column::plain(self.name, self.type_name, origin)
    }
}

/// Queries in queries: no deeper than this.
const DEPTH_MAX: u32 = 32;

impl Session {
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
            QueryBody::Set(set) => {
                let mut outputs = self.outputs_of(&set.left, query, depth - 1);
                let right = self.outputs_of(&set.right, query, depth - 1).columns;
                // Two types become one that both can be: which, is not told here.
                for (number, output) in outputs.columns.iter_mut().enumerate() {
                    if right.get(number).is_none_or(|one| one.type_name != output.type_name) {
                        output.type_name = SmolStr::default();
                    }
                }
                outputs
            }
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
            let type_name = self.type_of_output(&item.value, (select, query, depth));
            outputs.columns.push(Output { name, type_name });
        }
        outputs
    }

    fn type_of_output(&self, value: &trave_sql::Expr, within: (&Select, &Query, u32)) -> SmolStr {
        let found = match &value.kind {
            ExprKind::Cast(cast) => {
                let text = &cast.data_type.text;
                let own = self.find_type_along(&cast.data_type.name, &self.search_path);
                match own {
                    Some(own) if text.ends_with("[]") => {
                        Some(format!("{}[]", printed(&own)).into())
                    }
                    Some(own) => Some(SmolStr::new(printed(&own))),
                    None => Some(text.clone()),
                }
            }
            ExprKind::Column(column) => self.type_of_column(column, within),
            ExprKind::Literal(literal) => type_of_literal(literal),
            _ => None,
        };
        found.unwrap_or_default()
    }

    /// The type of a column that only one of the tables of a query can mean.
    fn type_of_column(
        &self,
        column: &ColumnRef,
        (select, query, depth): (&Select, &Query, u32),
    ) -> Option<SmolStr> {
        let mut types = Vec::new();
        let mut stack: Vec<&FromItem> = select.from.iter().collect();
        while let Some(item) = stack.pop() {
            if let FromKind::Join(join) = &item.kind {
                stack.extend([&join.left, &join.right]);
                continue;
            }
            if !is_called(item, column.qualifier.as_ref()) {
                continue;
            }
            let outputs = match &item.kind {
                FromKind::Table(name) => self.columns_of(name, query, depth),
                FromKind::Query(inner) => self.outputs_of(&inner.body, inner, depth - 1),
                _ => return None,
            };
            if !outputs.known || !item.columns.is_empty() {
                return None;
            }
            let same = outputs.columns.into_iter().filter(|one| column.name == one.name.as_str());
            types.extend(same.map(|one| one.type_name));
        }
        match types.as_slice() {
            [only] => Some(only.clone()),
            _ => None,
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
        let columns = view.columns.iter().zip(&view.types);
        let columns =
            columns.map(|(name, kind)| Output { name: name.clone(), type_name: kind.clone() });
        Outputs { columns: columns.collect(), known: view.columns_known }
    }
}

/// The type that a constant has where nothing asks for another.
fn type_of_literal(literal: &Literal) -> Option<SmolStr> {
    Some(SmolStr::new_static(match literal {
        Literal::Null | Literal::String(_) => "text",
        Literal::Boolean(_) => "boolean",
        Literal::Number(text) if text.parse::<i32>().is_ok() => "integer",
        Literal::Number(text) if text.parse::<i64>().is_ok() => "bigint",
        Literal::Number(_) => "numeric",
        Literal::Bits(_) => return None,
    }))
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
