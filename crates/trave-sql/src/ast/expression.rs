//! Expressions: what policies, checks, defaults, filters and bodies are made of.

use smol_str::SmolStr;
use trave_source::Span;

use super::data_type::DataType;
use super::name::{Ident, Name, ObjectName};
use super::query::{OrderKey, Query};

/// An expression and where it stands. Parentheses around it belong to the span, not to the tree.
#[derive(Debug, Clone, PartialEq)]
pub struct Expr {
    /// What it is.
    pub kind: ExprKind,
    /// Where it was written.
    pub span: Span,
}

/// The kinds of expression.
#[derive(Debug, Clone, PartialEq)]
pub enum ExprKind {
    /// A column, a variable or an argument: `owner_id`, `t.owner_id`, `new.id`.
    Column(ColumnRef),
    /// `*`, or `t.*`.
    Wildcard(Option<ObjectName>),
    /// A constant.
    Literal(Literal),
    /// `$1`, `?`, `:name`, `${…}` of a template: a value that is bound later.
    Parameter(SmolStr),
    /// A function call, also the special ones: `current_user`, `coalesce(…)`, `extract(…)`.
    Call(Box<Call>),
    /// `(select …)` as one value.
    Subquery(Box<Query>),
    /// `exists (select …)`.
    Exists(Box<Query>),
    /// `value in (a, b)`.
    InList(Box<InList>),
    /// `value in (select …)`.
    InQuery(Box<InQuery>),
    /// `value = any (array or query)`, `value <> all (…)`.
    Quantified(Box<Quantified>),
    /// Two operands and an operator, `and` and `or` among them.
    Binary(Box<Binary>),
    /// A sign or another operator before one operand.
    Unary(Box<Unary>),
    /// `not x`.
    Not(Box<Expr>),
    /// `x is null`, `x is not true`, `x is of …`.
    Is(Box<Is>),
    /// `x::type`, `cast(x as type)`, `type 'text'`.
    Cast(Box<Cast>),
    /// `case …`.
    Case(Box<Case>),
    /// `array[a, b]`.
    Array(Vec<Expr>),
    /// `array(select …)`.
    ArrayQuery(Box<Query>),
    /// `(a, b)` or `row(a, b)`.
    Row(Vec<Expr>),
    /// `like`, `ilike`, `similar to`.
    Like(Box<Like>),
    /// `x between a and b`.
    Between(Box<Between>),
    /// `x[i]`, `x[a:b]`.
    Subscript(Box<Subscript>),
    /// `(x).field`.
    Field(Box<Field>),
    /// `x collate "C"`.
    Collate(Box<Collate>),
    /// Text that was not understood; what looks like columns and calls in it.
    Other(Box<OtherExpr>),
}

/// A column, with what stands before its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnRef {
    /// The table or alias (and schema) before the dot.
    pub qualifier: Option<ObjectName>,
    /// The column.
    pub name: Name,
}

/// A constant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Literal {
    /// `null`.
    Null,
    /// `true` or `false`.
    Boolean(bool),
    /// A number, as written.
    Number(SmolStr),
    /// A string, without quotes and escapes.
    String(SmolStr),
    /// `B'…'` or `X'…'`.
    Bits(SmolStr),
}

/// A function call.
#[derive(Debug, Clone, PartialEq)]
pub struct Call {
    /// The function.
    pub name: ObjectName,
    /// What it is called with.
    pub arguments: Vec<Argument>,
    /// `distinct` before the arguments of an aggregate.
    pub distinct: bool,
    /// `order by` inside the parentheses, or `within group (order by …)`.
    pub order: Vec<OrderKey>,
    /// `filter (where …)`.
    pub filter: Option<Expr>,
    /// `over (…)` or `over name`.
    pub window: Option<Window>,
}

/// One argument of a call.
#[derive(Debug, Clone, PartialEq)]
pub struct Argument {
    /// `name => value`, or a keyword of the special syntaxes (`extract(epoch from x)`: `from`).
    pub name: Option<Name>,
    /// The value.
    pub value: Expr,
}

/// What follows `over`.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Window {
    /// `over name`, or a name that the parentheses begin with.
    pub name: Option<Name>,
    /// `partition by …`.
    pub partition: Vec<Expr>,
    /// `order by …`.
    pub order: Vec<OrderKey>,
}

/// `value [not] in (…)`.
#[derive(Debug, Clone, PartialEq)]
pub struct InList {
    /// What is looked for.
    pub value: Expr,
    /// Where.
    pub list: Vec<Expr>,
    /// `not in`.
    pub negated: bool,
}

/// `value [not] in (select …)`.
#[derive(Debug, Clone, PartialEq)]
pub struct InQuery {
    /// What is looked for.
    pub value: Expr,
    /// Where.
    pub query: Query,
    /// `not in`.
    pub negated: bool,
}

/// `value operator any (…)`.
#[derive(Debug, Clone, PartialEq)]
pub struct Quantified {
    /// The left side.
    pub value: Expr,
    /// The comparison.
    pub operator: Operator,
    /// `any` (or `some`), or `all`.
    pub quantifier: Quantifier,
    /// An array, or a query as [`ExprKind::Subquery`].
    pub right: Expr,
}

/// How many elements must compare true.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quantifier {
    /// `any` or `some`.
    Any,
    /// `all`.
    All,
}

/// Two operands and what stands between them.
#[derive(Debug, Clone, PartialEq)]
pub struct Binary {
    /// The left operand.
    pub left: Expr,
    /// The operator.
    pub operator: Operator,
    /// The right operand.
    pub right: Expr,
}

/// An operator before its operand.
#[derive(Debug, Clone, PartialEq)]
pub struct Unary {
    /// As written: `-`, `+`, `@`, `!!` …
    pub operator: SmolStr,
    /// The operand.
    pub operand: Expr,
}

/// `value is [not] test`.
#[derive(Debug, Clone, PartialEq)]
pub struct Is {
    /// What is tested.
    pub value: Expr,
    /// For what.
    pub test: IsTest,
    /// `is not`.
    pub negated: bool,
}

/// What `is` asks.
#[derive(Debug, Clone, PartialEq)]
pub enum IsTest {
    /// `is null`, `isnull`.
    Null,
    /// `is true`.
    True,
    /// `is false`.
    False,
    /// `is unknown`.
    Unknown,
    /// `is distinct from x`.
    DistinctFrom(Expr),
    /// Anything else: `is document`, `is json`, `is normalized`.
    Other(SmolStr),
}

/// A value in another type.
#[derive(Debug, Clone, PartialEq)]
pub struct Cast {
    /// The value.
    pub value: Expr,
    /// The type.
    pub data_type: DataType,
}

/// `case [operand] when … then … else … end`.
#[derive(Debug, Clone, PartialEq)]
pub struct Case {
    /// What each `when` is compared with.
    pub operand: Option<Expr>,
    /// The branches, in order.
    pub branches: Vec<CaseBranch>,
    /// `else`.
    pub otherwise: Option<Expr>,
}

/// `when condition then value`.
#[derive(Debug, Clone, PartialEq)]
pub struct CaseBranch {
    /// The condition, or what the operand is compared with.
    pub condition: Expr,
    /// The value.
    pub value: Expr,
}

/// `value [not] like pattern`.
#[derive(Debug, Clone, PartialEq)]
pub struct Like {
    /// What is matched.
    pub value: Expr,
    /// Which kind of match.
    pub kind: LikeKind,
    /// The pattern.
    pub pattern: Expr,
    /// `escape 'x'`.
    pub escape: Option<Expr>,
    /// `not like`.
    pub negated: bool,
}

/// The kinds of pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LikeKind {
    /// `like`, `~~`.
    Like,
    /// `ilike`, `~~*`.
    Ilike,
    /// `similar to`.
    Similar,
}

/// `value [not] between low and high`.
#[derive(Debug, Clone, PartialEq)]
pub struct Between {
    /// What is compared.
    pub value: Expr,
    /// The lower bound.
    pub low: Expr,
    /// The upper bound.
    pub high: Expr,
    /// `not between`.
    pub negated: bool,
}

/// `value[index]` or `value[low:high]`.
#[derive(Debug, Clone, PartialEq)]
pub struct Subscript {
    /// The array or document.
    pub value: Expr,
    /// The index, or the lower bound of a slice.
    pub index: Option<Expr>,
    /// The upper bound of a slice.
    pub upper: Option<Expr>,
}

/// `(value).field`.
#[derive(Debug, Clone, PartialEq)]
pub struct Field {
    /// A value of a composite type.
    pub value: Expr,
    /// The field; `*` for all.
    pub name: Ident,
}

/// `value collate name`.
#[derive(Debug, Clone, PartialEq)]
pub struct Collate {
    /// The value.
    pub value: Expr,
    /// The collation.
    pub collation: ObjectName,
}

/// What could be seen in an expression that was not understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OtherExpr {
    /// The text as written.
    pub text: SmolStr,
    /// Names that may be columns.
    pub columns: Vec<ColumnRef>,
    /// Names that are followed by a parenthesis.
    pub calls: Vec<ObjectName>,
}

/// What stands between two operands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Operator {
    /// `or`
    Or,
    /// `and`
    And,
    /// `=`
    Equal,
    /// `<>`, `!=`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
    /// `+`
    Plus,
    /// `-`
    Minus,
    /// `*`
    Times,
    /// `/`
    Divide,
    /// `%`
    Modulo,
    /// `^`
    Power,
    /// `||`
    Concat,
    /// `->`
    JsonGet,
    /// `->>`
    JsonGetText,
    /// `#>`
    JsonPath,
    /// `#>>`
    JsonPathText,
    /// `@>`
    Contains,
    /// `<@`
    ContainedBy,
    /// `&&`
    Overlaps,
    /// `?`
    HasKey,
    /// `?|`
    HasAnyKey,
    /// `?&`
    HasAllKeys,
    /// `~`, `!~`, `~*`, `!~*`
    Regex {
        /// `!~`
        negated: bool,
        /// `~*`
        ignore_case: bool,
    },
    /// `@@`
    TextSearch,
    /// `at time zone`
    AtTimeZone,
    /// Any other, as written, without `operator(schema.…)`.
    Other(SmolStr),
}
