//! Queries back to text.

use std::fmt::{self, Display, Formatter};

use crate::ast::query::{
    Direction, FromItem, FromKind, JoinCondition, JoinKind, Nulls, OrderKey, Query, QueryBody,
    Select, SelectItem, SetOperator,
};
use crate::ast::statement::Statement;
use crate::print::joined;

impl Display for Query {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        for (at, table) in self.with.iter().enumerate() {
            let word = match (at, table.recursive) {
                (0, true) => "with recursive ",
                (0, false) => "with ",
                _ => ", ",
            };
            write!(out, "{word}{} as (", table.name)?;
            match &*table.statement {
                Statement::Query(query) => query.fmt(out)?,
                // Changes of rows are not printed back.
                _ => out.write_str("…")?,
            }
            out.write_str(")")?;
        }
        if !self.with.is_empty() {
            out.write_str(" ")?;
        }
        self.body.fmt(out)?;
        if !self.order.is_empty() {
            out.write_str(" order by ")?;
            joined(out, &self.order)?;
        }
        if let Some(limit) = &self.limit {
            write!(out, " limit {limit}")?;
        }
        if let Some(offset) = &self.offset {
            write!(out, " offset {offset}")?;
        }
        out.write_str(if self.locks { " for update" } else { "" })
    }
}

impl Display for QueryBody {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Select(select) => select.fmt(out),
            Self::Values(rows) => {
                for (at, row) in rows.iter().enumerate() {
                    out.write_str(if at > 0 { ", (" } else { "values (" })?;
                    joined(out, row)?;
                    out.write_str(")")?;
                }
                Ok(())
            }
            Self::Table(name) => write!(out, "table {name}"),
            Self::Nested(query) => write!(out, "({query})"),
            Self::Set(operation) => {
                let word = match operation.operator {
                    SetOperator::Union => "union",
                    SetOperator::Intersect => "intersect",
                    SetOperator::Except => "except",
                };
                let all = if operation.all { " all" } else { "" };
                write!(out, "{} {word}{all} {}", operation.left, operation.right)
            }
            Self::Statement(_) => out.write_str("…"),
        }
    }
}

impl Display for Select {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        out.write_str("select ")?;
        if let Some(distinct) = &self.distinct {
            out.write_str("distinct ")?;
            if !distinct.on.is_empty() {
                out.write_str("on (")?;
                joined(out, &distinct.on)?;
                out.write_str(") ")?;
            }
        }
        joined(out, &self.projection)?;
        if !self.from.is_empty() {
            out.write_str(" from ")?;
            joined(out, &self.from)?;
        }
        if let Some(filter) = &self.filter {
            write!(out, " where {filter}")?;
        }
        if !self.group.is_empty() {
            out.write_str(" group by ")?;
            joined(out, &self.group)?;
        }
        self.having.as_ref().map_or(Ok(()), |having| write!(out, " having {having}"))
    }
}

impl Display for SelectItem {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        self.value.fmt(out)?;
        self.alias.as_ref().map_or(Ok(()), |alias| write!(out, " as {alias}"))
    }
}

impl Display for FromItem {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        match &self.kind {
            FromKind::Table(name) => name.fmt(out)?,
            FromKind::Query(query) => write!(out, "({query})")?,
            FromKind::Functions(calls) => joined(out, calls)?,
            FromKind::Join(join) => {
                let word = match join.kind {
                    JoinKind::Inner => "join",
                    JoinKind::Left => "left join",
                    JoinKind::Right => "right join",
                    JoinKind::Full => "full join",
                    JoinKind::Cross => "cross join",
                };
                let natural =
                    if join.condition == JoinCondition::Natural { "natural " } else { "" };
                write!(out, "{} {natural}{word} {}", join.left, join.right)?;
                match &join.condition {
                    JoinCondition::On(condition) => write!(out, " on {condition}")?,
                    JoinCondition::Using(columns) => {
                        out.write_str(" using (")?;
                        joined(out, columns)?;
                        out.write_str(")")?;
                    }
                    JoinCondition::Natural | JoinCondition::None => {}
                }
            }
        }
        if let Some(alias) = &self.alias {
            write!(out, " {alias}")?;
        }
        if self.columns.is_empty() {
            return Ok(());
        }
        out.write_str(" (")?;
        joined(out, &self.columns)?;
        out.write_str(")")
    }
}

impl Display for OrderKey {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        self.value.fmt(out)?;
        if self.direction == Direction::Descending {
            out.write_str(" desc")?;
        }
        match self.nulls {
            Some(Nulls::First) => out.write_str(" nulls first"),
            Some(Nulls::Last) => out.write_str(" nulls last"),
            None => Ok(()),
        }
    }
}
