//! Names that PostgreSQL makes up: `users_email_key`, `orders_user_id_fkey`, `t_lower_idx`.

use smol_str::{SmolStr, format_smolstr};
use trave_sql::{Expr, ExprKind, Query, QueryBody};

/// `NAMEDATALEN - 1`.
const BYTES_MAX: usize = 63;

/// What a made-up name ends with, and what it must not collide with.
pub(super) struct Wanted<'a> {
    /// The table.
    pub(super) table: &'a str,
    /// Columns, joined by underscores; empty for none.
    pub(super) columns: &'a str,
    /// `pkey`, `key`, `fkey`, `check`, `excl`, `idx` or `seq`.
    pub(super) label: &'a str,
}

impl Wanted<'_> {
    /// The first free name: `x_key`, then `x_key1`, `x_key2` …
    pub(super) fn choose(&self, taken: impl Fn(&str) -> bool) -> SmolStr {
        let first = self.joined(self.label);
        if !taken(&first) {
            return first;
        }
        for number in 1..10_000 {
            let name = self.joined(&format!("{}{number}", self.label));
            if !taken(&name) {
                return name;
            }
        }
        first
    }

    /// `table_columns_label`, cut where PostgreSQL cuts: the longer part first.
    fn joined(&self, label: &str) -> SmolStr {
        let separators = 1 + usize::from(!self.columns.is_empty());
        let room = BYTES_MAX.saturating_sub(label.len() + separators);
        let (mut table, mut columns) = (self.table.len(), self.columns.len());
        while table + columns > room {
            if table > columns {
                table -= 1;
            } else {
                columns = columns.saturating_sub(1);
            }
        }
        let table = clipped(self.table, table);
        let columns = clipped(self.columns, columns);
        if self.columns.is_empty() {
            format_smolstr!("{table}_{label}")
        } else {
            format_smolstr!("{table}_{columns}_{label}")
        }
    }
}

/// A prefix of at most so many bytes that ends between two characters.
fn clipped(text: &str, bytes: usize) -> &str {
    let end = (0..=bytes).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    text.get(..end).unwrap_or_default()
}

/// Column names joined for a generated name, cut as PostgreSQL cuts them.
pub(super) fn addition<'a>(columns: impl IntoIterator<Item = &'a str>) -> String {
    let mut joined = String::new();
    for column in columns {
        if !joined.is_empty() {
            joined.push('_');
        }
        joined.push_str(column);
        if joined.len() > BYTES_MAX {
            break;
        }
    }
    joined
}

/// What the keys of an index are called inside its name: each differs from those before it.
pub(super) fn key_names(keys: &[&Expr], carried: &[trave_sql::Ident]) -> Vec<SmolStr> {
    let name = |key: &&Expr| match &key.kind {
        ExprKind::Column(column) => SmolStr::new(column.name.as_str()),
        _ => figure(key).map_or_else(|| "expr".into(), |(name, _)| name),
    };
    let carried = carried.iter().map(|column| SmolStr::new(column.as_str()));
    different(keys.iter().map(name).chain(carried))
}

/// Names with a number where they would repeat an earlier one.
pub(super) fn different(bases: impl Iterator<Item = SmolStr>) -> Vec<SmolStr> {
    let mut names: Vec<SmolStr> = Vec::new();
    for base in bases {
        let mut name = base.clone();
        let mut number = 0;
        while names.contains(&name) {
            number += 1;
            let digits = format!("{number}");
            name = format_smolstr!("{}{digits}", clipped(&base, BYTES_MAX - digits.len()));
        }
        names.push(name);
    }
    names
}

/// The name of an output column without an alias; `?column?` where there is none.
pub(super) fn output_name(expr: &Expr) -> SmolStr {
    figure(expr).map_or_else(|| "?column?".into(), |(name, _)| name)
}

/// `FigureColname`: a name and how good it is (1: only a type, 2: a real one).
fn figure(expr: &Expr) -> Option<(SmolStr, u8)> {
    let good = |name: &str| Some((SmolStr::new(name), 2));
    match &expr.kind {
        ExprKind::Column(column) => good(column.name.as_str()),
        ExprKind::Field(field) => good(field.name.as_str()),
        ExprKind::Call(call) => good(call.name.name.as_str()),
        ExprKind::Subscript(subscript) => figure(&subscript.value),
        ExprKind::Collate(collate) => figure(&collate.value),
        ExprKind::Cast(cast) => match figure(&cast.value) {
            Some((name, 2)) => Some((name, 2)),
            _ => Some((internal_type_name(cast.data_type.name.name.as_str()), 1)),
        },
        ExprKind::Case(case) => match case.otherwise.as_ref().and_then(figure) {
            Some((name, 2)) => Some((name, 2)),
            _ => Some(("case".into(), 1)),
        },
        ExprKind::Array(_) | ExprKind::ArrayQuery(_) => good("array"),
        ExprKind::Row(_) => good("row"),
        ExprKind::Exists(_) => good("exists"),
        ExprKind::Subquery(query) => first_output(query).map(|name| (name, 2)),
        _ => None,
    }
}

fn first_output(query: &Query) -> Option<SmolStr> {
    match &query.body {
        QueryBody::Select(select) => {
            let item = select.projection.first()?;
            match &item.alias {
                Some(alias) => Some(SmolStr::new(alias.as_str())),
                None => figure(&item.value).map(|(name, _)| name),
            }
        }
        QueryBody::Nested(query) => first_output(query),
        _ => None,
    }
}

/// The last part of the type's name in the parse tree, where it differs from the printed one.
fn internal_type_name(printed: &str) -> SmolStr {
    SmolStr::new(match printed {
        "integer" => "int4",
        "bigint" => "int8",
        "smallint" => "int2",
        "boolean" => "bool",
        "real" => "float4",
        "double precision" => "float8",
        "character varying" => "varchar",
        "character" => "bpchar",
        "timestamp with time zone" => "timestamptz",
        "timestamp without time zone" => "timestamp",
        "time with time zone" => "timetz",
        "time without time zone" => "time",
        other => other,
    })
}

#[cfg(test)]
mod tests {
    use super::Wanted;

    #[test]
    fn long_names_lose_the_end_of_their_longer_part() {
        let wanted = Wanted { table: "notes", columns: "owner_id", label: "fkey" };
        assert_eq!(wanted.choose(|_| false), "notes_owner_id_fkey");
        assert_eq!(wanted.choose(|name| !name.ends_with('2')), "notes_owner_id_fkey2");
        let table = "t".repeat(40);
        let columns = "c".repeat(40);
        let wanted = Wanted { table: &table, columns: &columns, label: "idx" };
        let name = wanted.choose(|_| false);
        assert_eq!(name.len(), 63);
        assert_eq!(name, format!("{}_{}_idx", "t".repeat(29), "c".repeat(29)));
    }
}
