//! Expressions back to text: what a reader may paste into a migration. Queries are in
//! `print_query.rs`.

use std::fmt::{self, Display, Formatter};

use crate::ast::expression::{
    Binary, Call, Case, Expr, ExprKind, Is, IsTest, LikeKind, Literal, Operator, Quantifier, Window,
};
use crate::keyword;

impl Expr {
    /// The expression as SQL, in lower case keywords, with parentheses only where needed.
    pub fn to_sql(&self) -> String {
        self.to_string()
    }
}

/// How strongly an expression holds together; what holds less needs parentheses.
fn strength(expr: &Expr) -> u8 {
    match &expr.kind {
        ExprKind::Binary(binary) => operator_strength(&binary.operator),
        ExprKind::Not(_) => 3,
        ExprKind::Is(_) => 4,
        ExprKind::Quantified(_) => 5,
        ExprKind::InList(_) | ExprKind::InQuery(_) | ExprKind::Like(_) | ExprKind::Between(_) => 6,
        ExprKind::Unary(_) => 11,
        ExprKind::Collate(_) | ExprKind::Other(_) => 0,
        ExprKind::Cast(_) => 19,
        _ => 20,
    }
}

fn operator_strength(operator: &Operator) -> u8 {
    match operator {
        Operator::Or => 1,
        Operator::And => 2,
        Operator::Equal
        | Operator::NotEqual
        | Operator::Less
        | Operator::LessOrEqual
        | Operator::Greater
        | Operator::GreaterOrEqual => 5,
        Operator::Plus | Operator::Minus => 8,
        Operator::Times | Operator::Divide | Operator::Modulo => 9,
        Operator::Power => 10,
        _ => 7,
    }
}

/// Writes an operand, in parentheses if it holds together less than `least`.
fn operand(out: &mut Formatter<'_>, expr: &Expr, least: u8) -> fmt::Result {
    let already = matches!(&expr.kind, ExprKind::Other(other) if other.text.starts_with('('));
    if strength(expr) < least && !already { write!(out, "({expr})") } else { expr.fmt(out) }
}

pub(crate) fn joined<T: Display>(out: &mut Formatter<'_>, list: &[T]) -> fmt::Result {
    for (at, item) in list.iter().enumerate() {
        if at > 0 {
            out.write_str(", ")?;
        }
        item.fmt(out)?;
    }
    Ok(())
}

/// The word before a test that is negated.
struct Not(bool);

impl Display for Not {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        out.write_str(if self.0 { " not" } else { "" })
    }
}

impl Display for Expr {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        match &self.kind {
            ExprKind::Column(column) => {
                if let Some(qualifier) = &column.qualifier {
                    write!(out, "{qualifier}.")?;
                }
                column.name.fmt(out)
            }
            ExprKind::Wildcard(None) => out.write_str("*"),
            ExprKind::Wildcard(Some(table)) => write!(out, "{table}.*"),
            ExprKind::Literal(literal) => literal.fmt(out),
            ExprKind::Parameter(written) => out.write_str(written),
            ExprKind::Call(call) => call.fmt(out),
            ExprKind::Subquery(query) => write!(out, "({query})"),
            ExprKind::Exists(query) => write!(out, "exists ({query})"),
            ExprKind::Binary(binary) => binary.fmt(out),
            ExprKind::Unary(unary) => {
                out.write_str(&unary.operator)?;
                operand(out, &unary.operand, 12)
            }
            ExprKind::Not(inner) => {
                out.write_str("not ")?;
                operand(out, inner, 3)
            }
            ExprKind::Case(case) => case.fmt(out),
            ExprKind::Is(is) => is.fmt(out),
            ExprKind::Other(other) => out.write_str(&other.text),
            _ => write_rare(out, self),
        }
    }
}

fn write_rare(out: &mut Formatter<'_>, expr: &Expr) -> fmt::Result {
    match &expr.kind {
        ExprKind::Cast(cast) => {
            operand(out, &cast.value, 19)?;
            write!(out, "::{}", cast.data_type)
        }
        ExprKind::Array(list) => {
            out.write_str("array[")?;
            joined(out, list)?;
            out.write_str("]")
        }
        ExprKind::ArrayQuery(query) => write!(out, "array({query})"),
        ExprKind::Row(list) => {
            out.write_str(if list.len() == 1 { "row(" } else { "(" })?;
            joined(out, list)?;
            out.write_str(")")
        }
        ExprKind::Subscript(subscript) => {
            operand(out, &subscript.value, 20)?;
            out.write_str("[")?;
            joined(out, subscript.index.as_slice())?;
            if let Some(upper) = &subscript.upper {
                write!(out, ":{upper}")?;
            }
            out.write_str("]")
        }
        ExprKind::Field(field) if field.name.name == "*" => write!(out, "({}).*", field.value),
        ExprKind::Field(field) => write!(out, "({}).{}", field.value, field.name),
        ExprKind::Collate(collate) => {
            operand(out, &collate.value, 12)?;
            write!(out, " collate {}", collate.collation)
        }
        _ => write_test(out, expr),
    }
}

fn write_test(out: &mut Formatter<'_>, expr: &Expr) -> fmt::Result {
    match &expr.kind {
        ExprKind::InList(test) => {
            operand(out, &test.value, 7)?;
            write!(out, "{} in (", Not(test.negated))?;
            joined(out, &test.list)?;
            out.write_str(")")
        }
        ExprKind::InQuery(test) => {
            operand(out, &test.value, 7)?;
            write!(out, "{} in ({})", Not(test.negated), test.query)
        }
        ExprKind::Quantified(test) => {
            operand(out, &test.value, 6)?;
            let word = if test.quantifier == Quantifier::Any { "any" } else { "all" };
            write!(out, " {} {word} ", test.operator)?;
            match &test.right.kind {
                ExprKind::Subquery(_) => test.right.fmt(out),
                _ => write!(out, "({})", test.right),
            }
        }
        ExprKind::Like(like) => {
            operand(out, &like.value, 7)?;
            let word = match like.kind {
                LikeKind::Like => "like",
                LikeKind::Ilike => "ilike",
                LikeKind::Similar => "similar to",
            };
            write!(out, "{} {word} ", Not(like.negated))?;
            operand(out, &like.pattern, 7)?;
            like.escape.as_ref().map_or(Ok(()), |escape| write!(out, " escape {escape}"))
        }
        ExprKind::Between(between) => {
            operand(out, &between.value, 7)?;
            write!(out, "{} between ", Not(between.negated))?;
            operand(out, &between.low, 7)?;
            out.write_str(" and ")?;
            operand(out, &between.high, 7)
        }
        _ => Ok(()),
    }
}

impl Display for Binary {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        let own = operator_strength(&self.operator);
        operand(out, &self.left, own)?;
        write!(out, " {} ", self.operator)?;
        // Left to right: an equal on the right side was in parentheses.
        let chain = matches!(self.operator, Operator::And | Operator::Or);
        operand(out, &self.right, if chain { own } else { own + 1 })
    }
}

impl Display for Operator {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Or => "or",
            Self::And => "and",
            Self::Equal => "=",
            Self::NotEqual => "<>",
            Self::Less => "<",
            Self::LessOrEqual => "<=",
            Self::Greater => ">",
            Self::GreaterOrEqual => ">=",
            Self::Plus => "+",
            Self::Minus => "-",
            Self::Times => "*",
            Self::Divide => "/",
            Self::Modulo => "%",
            Self::Power => "^",
            Self::Concat => "||",
            Self::JsonGet => "->",
            Self::JsonGetText => "->>",
            Self::JsonPath => "#>",
            Self::JsonPathText => "#>>",
            Self::Contains => "@>",
            Self::ContainedBy => "<@",
            Self::Overlaps => "&&",
            Self::HasKey => "?",
            Self::HasAnyKey => "?|",
            Self::HasAllKeys => "?&",
            Self::Regex { negated: false, ignore_case: false } => "~",
            Self::Regex { negated: false, ignore_case: true } => "~*",
            Self::Regex { negated: true, ignore_case: false } => "!~",
            Self::Regex { negated: true, ignore_case: true } => "!~*",
            Self::TextSearch => "@@",
            Self::AtTimeZone => "at time zone",
            Self::Other(symbol) => symbol,
        })
    }
}

impl Display for Literal {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => out.write_str("null"),
            Self::Boolean(value) => value.fmt(out),
            Self::Number(written) | Self::Bits(written) => out.write_str(written),
            Self::String(text) => write!(out, "'{}'", text.replace('\'', "''")),
        }
    }
}

impl Display for Call {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        let name = self.name.name.as_str();
        let plain = self.name.schema.is_none();
        if plain && self.arguments.is_empty() && keyword::is_bare_function(name) {
            return out.write_str(name);
        }
        if let Some(schema) = &self.name.schema {
            write!(out, "{schema}.")?;
        }
        // `left`, `coalesce` and the like are no names of tables, and need no quotes here.
        let word = name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
        if word {
            out.write_str(name)?;
        } else {
            self.name.name.fmt(out)?;
        }
        out.write_str(if self.distinct { "(distinct " } else { "(" })?;
        self.write_arguments(out)?;
        if !self.order.is_empty() {
            out.write_str(" order by ")?;
            joined(out, &self.order)?;
        }
        out.write_str(")")?;
        if let Some(filter) = &self.filter {
            write!(out, " filter (where {filter})")?;
        }
        self.window.as_ref().map_or(Ok(()), |window| write!(out, " over {window}"))
    }
}

impl Call {
    fn write_arguments(&self, out: &mut Formatter<'_>) -> fmt::Result {
        let special = ["extract", "substring", "overlay", "position", "trim", "xmlserialize"];
        let spelled = self.name.schema.is_none() && special.contains(&self.name.name.as_str());
        for (at, argument) in self.arguments.iter().enumerate() {
            match &argument.name {
                Some(keyword) if spelled => {
                    let space = if at > 0 { " " } else { "" };
                    write!(out, "{space}{} ", keyword.as_str())?;
                }
                name => {
                    out.write_str(if at > 0 { ", " } else { "" })?;
                    if let Some(name) = name {
                        write!(out, "{name} => ")?;
                    }
                }
            }
            match &argument.value.kind {
                ExprKind::Literal(Literal::String(field))
                    if spelled && at == 0 && self.name.name == "extract" =>
                {
                    out.write_str(field)?;
                }
                _ => argument.value.fmt(out)?,
            }
        }
        Ok(())
    }
}

impl Display for Window {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        out.write_str("(")?;
        if let Some(name) = &self.name {
            write!(out, "{name} ")?;
        }
        if !self.partition.is_empty() {
            out.write_str("partition by ")?;
            joined(out, &self.partition)?;
        }
        if !self.order.is_empty() {
            out.write_str(" order by ")?;
            joined(out, &self.order)?;
        }
        out.write_str(")")
    }
}

impl Display for Is {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        operand(out, &self.value, 5)?;
        write!(out, " is{}", Not(self.negated))?;
        match &self.test {
            IsTest::Null => out.write_str(" null"),
            IsTest::True => out.write_str(" true"),
            IsTest::False => out.write_str(" false"),
            IsTest::Unknown => out.write_str(" unknown"),
            IsTest::DistinctFrom(other) => {
                out.write_str(" distinct from ")?;
                operand(out, other, 5)
            }
            IsTest::Other(words) => write!(out, " {words}"),
        }
    }
}

impl Display for Case {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        out.write_str("case")?;
        if let Some(operand) = &self.operand {
            write!(out, " {operand}")?;
        }
        for branch in &self.branches {
            write!(out, " when {} then {}", branch.condition, branch.value)?;
        }
        if let Some(otherwise) = &self.otherwise {
            write!(out, " else {otherwise}")?;
        }
        out.write_str(" end")
    }
}

#[cfg(test)]
mod tests {
    use crate::{Options, parse_expression};

    /// What is read prints as `printed`, and that reads and prints the same again.
    #[track_caller]
    fn check(written: &str, printed: &str) {
        let read = parse_expression(written, Options::default()).expect(written);
        assert_eq!(read.to_sql(), printed);
        let again = parse_expression(printed, Options::default()).expect(printed);
        assert_eq!(again.to_sql(), printed);
    }

    #[test]
    fn operators_keep_their_meaning() {
        check("A + b*c - (d - e)", "a + b * c - (d - e)");
        check("a and (b or c) and not d", "a and (b or c) and not d");
        check("not (a and b)", "not (a and b)");
        check("((a = 1)) is not true", "a = 1 is not true");
        check("a -> 'b' ->> 'c' = 'd'", "a -> 'b' ->> 'c' = 'd'");
        check("a || b || 'it''s'", "a || b || 'it''s'");
        check("- (a + 1)", "-(a + 1)");
        check("a between 1 and 2 and b not in (1, 2)", "a between 1 and 2 and b not in (1, 2)");
        check("(a, b) = (1, 2)", "(a, b) = (1, 2)");
        check("a not ilike '%x%' escape '!'", "a not ilike '%x%' escape '!'");
        check(
            "a = any (array[1, 2]) or b <> all (select 1)",
            "a = any (array[1, 2]) or b <> all (select 1)",
        );
        check("a at time zone 'utc' > now()", "a at time zone 'utc' > now()");
        check("a operator(pg_catalog.=) b", "a = b");
        check("a isnull and b notnull", "a is null and b is not null");
        check("a is distinct from b", "a is distinct from b");
        check("a ~~ 'x%'", "a like 'x%'");
    }

    #[test]
    fn special_forms() {
        check("(SELECT auth.uid()) = user_id", "(select auth.uid()) = user_id");
        check("CURRENT_TIMESTAMP(3)", "current_timestamp");
        check("interval '1 day' + now()", "'1 day'::interval + now()");
        check("cast(a as varchar(10))", "a::character varying(10)");
        check("extract(epoch from a)", "extract(epoch from a)");
        check("substring(a from 1 for 2)", "substring(a from 1 for 2)");
        check("position('a' in b)", "position('a' in b)");
        check("trim(both from a)", "trim(from a)");
        check("case a when 1 then 'x' else null end", "case a when 1 then 'x' else null end");
        check(
            "count(distinct a) filter (where b > 1) over (partition by c order by d desc)",
            "count(distinct a) filter (where b > 1) over (partition by c order by d desc)",
        );
        check(
            "string_agg(a, ',' order by b nulls last)",
            "string_agg(a, ',' order by b nulls last)",
        );
        check("f(x => 1, variadic y)", "f(x => 1, y)");
        check("(a).b.c", "((a).b).c");
        check("a[1][2:3]", "a[1][2:3]");
        check("('{1}'::int[])[1]::text", "('{1}'::integer[])[1]::text");
        check("a in ((1, 2), (3, 4))", "a in ((1, 2), (3, 4))");
        check("a in ((select 1))", "a in (select 1)");
        check(
            "((((select a()) is not null) or (((select b())) is null)))",
            "(select a()) is not null or (select b()) is null",
        );
        check("((select 1) union (select 2))", "((select 1) union (select 2))");
        check("row(1)", "row(1)");
        check("array(select 1)", "array(select 1)");
        check("\"Col\" = new.\"Order\"", "\"Col\" = new.\"Order\"");
        check("b'01'", "b'01'");
        check("$1 + :name", "$1 + :name");
    }

    #[test]
    fn queries_print_whole() {
        let text = "exists (with a as (select 1 as x) select distinct on (b) b.*, c d from s.t as u cross join lateral f(1) g (h, i) \
                    left join v using (k) where u.l is null group by b having count(*) > 1 order by b limit 5 offset 2)";
        let printed = "exists (with a as (select 1 as x) select distinct on (b) b.*, c as d from s.t u cross join f(1) g (h, i) \
                       left join v using (k) where u.l is null group by b having count(*) > 1 order by b limit 5 offset 2)";
        check(text, printed);
        check(
            "(select a from t union all select b from u)",
            "(select a from t union all select b from u)",
        );
    }
}
