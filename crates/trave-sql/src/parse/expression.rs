//! Operators and their precedence; what stands between operators is in `primary.rs`.

use smol_str::ToSmolStr;

use crate::ast::expression::{
    Between, Binary, Cast, Collate, Expr, ExprKind, Field, InList, InQuery, Is, IsTest, Like,
    LikeKind, Operator, Quantified, Quantifier, Subscript, Unary,
};
use crate::cursor::{Cursor, Read};
use crate::lexer::TokenKind;

/// How strongly operators bind, weakest first, as in PostgreSQL.
pub(crate) mod strength {
    pub(crate) const ANY: u8 = 0;
    pub(super) const OR: u8 = 1;
    pub(super) const AND: u8 = 2;
    pub(super) const NOT: u8 = 3;
    pub(super) const IS: u8 = 4;
    pub(super) const COMPARE: u8 = 5;
    pub(super) const MATCH: u8 = 6;
    pub(crate) const OTHER: u8 = 7;
    pub(super) const ADD: u8 = 8;
    pub(super) const MULTIPLY: u8 = 9;
    pub(super) const POWER: u8 = 10;
    pub(super) const ZONE: u8 = 11;
    pub(super) const COLLATE: u8 = 12;
    pub(super) const SIGN: u8 = 13;
    pub(super) const POSTFIX: u8 = 14;
}

/// What can follow an operand.
enum Infix {
    Binary(Operator),
    Is,
    NullTest { negated: bool },
    Match,
    Collate,
    Cast,
    Subscript,
    Field,
}

/// A value before `[not] in` and its like.
struct Matched {
    value: Expr,
    negated: bool,
}

impl Cursor<'_> {
    /// An expression.
    pub(crate) fn expression(&mut self) -> Read<Expr> {
        self.expression_at(strength::ANY)
    }

    /// An expression whose operators bind more strongly than `weakest`.
    pub(crate) fn expression_at(&mut self, weakest: u8) -> Read<Expr> {
        self.nested(|cursor| {
            let start = cursor.position();
            let mut expr = cursor.operand(start)?;
            while let Some((infix, binds)) = cursor.infix() {
                if binds <= weakest {
                    break;
                }
                cursor.grow()?;
                let kind = cursor.continued(expr, infix, binds)?;
                expr = Expr { kind, span: cursor.span_from(start) };
            }
            Ok(expr)
        })
    }

    /// An operand with the operators before it.
    fn operand(&mut self, start: usize) -> Read<Expr> {
        let kind = if self.eat("not") {
            ExprKind::Not(Box::new(self.expression_at(strength::NOT)?))
        } else if self.is_prefix_operator() {
            let token = self.bump();
            let operator = self.text_of(token).to_smolstr();
            let binds =
                if operator == "-" || operator == "+" { strength::SIGN } else { strength::OTHER };
            let operand = self.expression_at(binds)?;
            ExprKind::Unary(Box::new(Unary { operator, operand }))
        } else {
            self.primary()?
        };
        Ok(Expr { kind, span: self.span_from(start) })
    }

    fn is_prefix_operator(&self) -> bool {
        self.is_kind(TokenKind::Operator) && !matches!(self.peek_text(), "*" | "?")
    }

    /// What follows the operand, and how strongly it binds. Nothing is eaten.
    fn infix(&self) -> Option<(Infix, u8)> {
        match self.peek().kind {
            TokenKind::Operator => {
                let operator = operator_of(self.peek_text());
                let binds = strength_of(&operator);
                Some((Infix::Binary(operator), binds))
            }
            TokenKind::CastMark => Some((Infix::Cast, strength::POSTFIX)),
            TokenKind::OpenBracket => Some((Infix::Subscript, strength::POSTFIX)),
            TokenKind::Dot => Some((Infix::Field, strength::POSTFIX)),
            TokenKind::Word => self.infix_word(),
            _ => None,
        }
    }

    fn infix_word(&self) -> Option<(Infix, u8)> {
        let word = self.peek_text();
        let is = |other: &str| word.eq_ignore_ascii_case(other);
        let first = word.as_bytes().first()?.to_ascii_lowercase();
        match first {
            b'a' if is("and") => Some((Infix::Binary(Operator::And), strength::AND)),
            b'a' if self.are(&["at", "time", "zone"]) => {
                Some((Infix::Binary(Operator::AtTimeZone), strength::ZONE))
            }
            b'o' if is("or") => Some((Infix::Binary(Operator::Or), strength::OR)),
            b'o' if is("operator") && self.ahead(1).kind == TokenKind::Open => {
                Some((Infix::Binary(Operator::Other("operator".into())), strength::OTHER))
            }
            b'o' if is("overlaps") => {
                Some((Infix::Binary(Operator::Other("overlaps".into())), strength::OTHER))
            }
            b'i' if is("is") => Some((Infix::Is, strength::IS)),
            b'i' if is("isnull") => Some((Infix::NullTest { negated: false }, strength::IS)),
            b'n' if is("notnull") => Some((Infix::NullTest { negated: true }, strength::IS)),
            b'n' if is("not") && self.begins_match(1) => Some((Infix::Match, strength::MATCH)),
            b'i' | b'l' | b's' | b'b' | b'r' | b'g' if self.begins_match(0) => {
                Some((Infix::Match, strength::MATCH))
            }
            b'c' if is("collate") => Some((Infix::Collate, strength::COLLATE)),
            _ => None,
        }
    }

    fn begins_match(&self, places: usize) -> bool {
        let plain = ["in", "like", "ilike", "between", "regexp", "rlike", "glob"];
        plain.iter().any(|word| self.is_at(places, word))
            || (self.is_at(places, "similar") && self.is_at(places + 1, "to"))
    }

    fn continued(&mut self, left: Expr, infix: Infix, binds: u8) -> Read<ExprKind> {
        match infix {
            Infix::Binary(operator) => self.binary(left, operator, binds),
            Infix::Is => self.is_test(left),
            Infix::NullTest { negated } => {
                self.bump();
                Ok(ExprKind::Is(Box::new(Is { value: left, test: IsTest::Null, negated })))
            }
            Infix::Match => self.match_test(left),
            Infix::Collate => {
                self.bump();
                let collation = self.object_name()?;
                Ok(ExprKind::Collate(Box::new(Collate { value: left, collation })))
            }
            Infix::Cast => {
                self.bump();
                let data_type = self.data_type()?;
                Ok(ExprKind::Cast(Box::new(Cast { value: left, data_type })))
            }
            Infix::Subscript => self.subscript(left),
            Infix::Field => self.field(left),
        }
    }

    fn binary(&mut self, left: Expr, operator: Operator, binds: u8) -> Read<ExprKind> {
        let operator = self.eat_binary_operator(operator)?;
        if let Some(quantifier) = self.eat_quantifier() {
            return self.quantified(left, operator, quantifier);
        }
        let right = self.expression_at(binds)?;
        Ok(match operator {
            Operator::Other(symbol) if symbol.contains("~~") => {
                let kind = if symbol.ends_with('*') { LikeKind::Ilike } else { LikeKind::Like };
                let negated = symbol.starts_with('!');
                ExprKind::Like(Box::new(Like {
                    value: left,
                    kind,
                    pattern: right,
                    escape: None,
                    negated,
                }))
            }
            operator => ExprKind::Binary(Box::new(Binary { left, operator, right })),
        })
    }

    fn eat_binary_operator(&mut self, operator: Operator) -> Read<Operator> {
        if operator == Operator::AtTimeZone {
            self.expect_all(&["at", "time", "zone"])?;
            return Ok(operator);
        }
        if !self.is("operator") {
            self.bump();
            return Ok(operator);
        }
        // operator(schema.symbol)
        self.bump();
        self.expect_kind(TokenKind::Open)?;
        while self.is_name() {
            self.bump();
            self.expect_kind(TokenKind::Dot)?;
        }
        let symbol = self.bump();
        let operator = operator_of(self.text_of(symbol));
        self.expect_kind(TokenKind::Close)?;
        Ok(operator)
    }

    fn eat_quantifier(&mut self) -> Option<Quantifier> {
        if self.ahead(1).kind != TokenKind::Open {
            return None;
        }
        match self.eat_any(&["any", "some", "all"])? {
            "all" => Some(Quantifier::All),
            _ => Some(Quantifier::Any),
        }
    }

    fn quantified(
        &mut self,
        value: Expr,
        operator: Operator,
        quantifier: Quantifier,
    ) -> Read<ExprKind> {
        let start = self.position();
        let kind = self.parenthesised()?;
        let right = Expr { kind, span: self.span_from(start) };
        Ok(ExprKind::Quantified(Box::new(Quantified { value, operator, quantifier, right })))
    }

    fn is_test(&mut self, value: Expr) -> Read<ExprKind> {
        self.expect("is")?;
        let negated = self.eat("not");
        let test = match self.eat_any(&["null", "true", "false", "unknown", "distinct"]) {
            Some("null") => IsTest::Null,
            Some("true") => IsTest::True,
            Some("false") => IsTest::False,
            Some("unknown") => IsTest::Unknown,
            Some(_) => {
                self.expect("from")?;
                IsTest::DistinctFrom(self.expression_at(strength::IS)?)
            }
            None => self.other_test()?,
        };
        Ok(ExprKind::Is(Box::new(Is { value, test, negated })))
    }

    fn other_test(&mut self) -> Read<IsTest> {
        let start = self.position();
        if self.eat("json") {
            self.eat_any(&["value", "array", "object", "scalar"]);
            if self.is_any(&["with", "without"]) && self.is_at(1, "unique") {
                self.eat_any(&["with", "without"]);
                self.eat("unique");
                self.eat("keys");
            }
        } else if self.eat_any(&["nfc", "nfd", "nfkc", "nfkd"]).is_some() {
            self.expect("normalized")?;
        } else if self.eat("of") {
            self.skip_parentheses();
        } else if self.eat_any(&["document", "normalized"]).is_none() {
            return self.mismatch("null, true, false, distinct from");
        }
        Ok(IsTest::Other(self.words_from(start)))
    }

    /// `[not] in`, `[not] like`, `[not] between`.
    fn match_test(&mut self, value: Expr) -> Read<ExprKind> {
        let left = Matched { value, negated: self.eat("not") };
        match self
            .eat_any(&["in", "between", "like", "ilike", "similar", "regexp", "rlike", "glob"])
        {
            Some("in") => self.in_test(left),
            Some("between") => self.between(left),
            Some("ilike") => self.like(left, LikeKind::Ilike),
            Some("similar") => {
                self.expect("to")?;
                self.like(left, LikeKind::Similar)
            }
            _ => self.like(left, LikeKind::Like),
        }
    }

    fn between(&mut self, Matched { value, negated }: Matched) -> Read<ExprKind> {
        self.eat_any(&["symmetric", "asymmetric"]);
        let low = self.expression_at(strength::MATCH)?;
        self.expect("and")?;
        let high = self.expression_at(strength::MATCH)?;
        Ok(ExprKind::Between(Box::new(Between { value, low, high, negated })))
    }

    fn like(&mut self, left: Matched, kind: LikeKind) -> Read<ExprKind> {
        if let Some(quantifier) = self.eat_quantifier() {
            let symbol = match (kind, left.negated) {
                (LikeKind::Ilike, false) => "~~*",
                (LikeKind::Ilike, true) => "!~~*",
                (_, false) => "~~",
                (_, true) => "!~~",
            };
            return self.quantified(left.value, Operator::Other(symbol.into()), quantifier);
        }
        let Matched { value, negated } = left;
        let pattern = self.expression_at(strength::MATCH)?;
        let escape =
            if self.eat("escape") { Some(self.expression_at(strength::MATCH)?) } else { None };
        Ok(ExprKind::Like(Box::new(Like { value, kind, pattern, escape, negated })))
    }

    fn in_test(&mut self, Matched { value, negated }: Matched) -> Read<ExprKind> {
        if !self.is_kind(TokenKind::Open) {
            // A list that is bound later: `in ?`, `in ${ids}`.
            let list = vec![self.expression_at(strength::MATCH)?];
            return Ok(ExprKind::InList(Box::new(InList { value, list, negated })));
        }
        let query = if self.opens_query_in_parentheses() {
            self.parenthesised()?
        } else {
            let mut list = self.list_in_parentheses(Self::expression)?;
            match list.pop() {
                Some(Expr { kind: ExprKind::Subquery(query), .. }) if list.is_empty() => {
                    ExprKind::Subquery(query)
                }
                other => {
                    list.extend(other);
                    return Ok(ExprKind::InList(Box::new(InList { value, list, negated })));
                }
            }
        };
        let ExprKind::Subquery(query) = query else { return self.mismatch("a query") };
        Ok(ExprKind::InQuery(Box::new(InQuery { value, query: *query, negated })))
    }

    fn subscript(&mut self, value: Expr) -> Read<ExprKind> {
        self.bump();
        let mut subscript = Subscript { value, index: None, upper: None };
        if !self.is_kind(TokenKind::Colon) {
            subscript.index = Some(self.expression()?);
        }
        if self.eat_kind(TokenKind::Colon) && !self.is_kind(TokenKind::CloseBracket) {
            subscript.upper = Some(self.expression()?);
        }
        self.expect_kind(TokenKind::CloseBracket)?;
        Ok(ExprKind::Subscript(Box::new(subscript)))
    }

    fn field(&mut self, value: Expr) -> Read<ExprKind> {
        self.bump();
        let name = if self.is_operator("*") {
            let token = self.bump();
            let name = crate::ast::name::Name::exact("*");
            crate::ast::name::Ident { name, span: self.span_of(token) }
        } else {
            self.ident()?
        };
        Ok(ExprKind::Field(Box::new(Field { value, name })))
    }
}

fn operator_of(symbol: &str) -> Operator {
    match symbol {
        "=" | "==" => Operator::Equal,
        "<>" | "!=" => Operator::NotEqual,
        "<" => Operator::Less,
        "<=" => Operator::LessOrEqual,
        ">" => Operator::Greater,
        ">=" => Operator::GreaterOrEqual,
        "+" => Operator::Plus,
        "-" => Operator::Minus,
        "*" => Operator::Times,
        "/" => Operator::Divide,
        "%" => Operator::Modulo,
        "^" => Operator::Power,
        "||" => Operator::Concat,
        "->" => Operator::JsonGet,
        "->>" => Operator::JsonGetText,
        "#>" => Operator::JsonPath,
        "#>>" => Operator::JsonPathText,
        "@>" => Operator::Contains,
        "<@" => Operator::ContainedBy,
        "&&" => Operator::Overlaps,
        "?" => Operator::HasKey,
        "?|" => Operator::HasAnyKey,
        "?&" => Operator::HasAllKeys,
        "~" => Operator::Regex { negated: false, ignore_case: false },
        "~*" => Operator::Regex { negated: false, ignore_case: true },
        "!~" => Operator::Regex { negated: true, ignore_case: false },
        "!~*" => Operator::Regex { negated: true, ignore_case: true },
        "@@" => Operator::TextSearch,
        other => Operator::Other(other.into()),
    }
}

fn strength_of(operator: &Operator) -> u8 {
    match operator {
        Operator::Or => strength::OR,
        Operator::And => strength::AND,
        Operator::Equal
        | Operator::NotEqual
        | Operator::Less
        | Operator::LessOrEqual
        | Operator::Greater
        | Operator::GreaterOrEqual => strength::COMPARE,
        Operator::Plus | Operator::Minus => strength::ADD,
        Operator::Times | Operator::Divide | Operator::Modulo => strength::MULTIPLY,
        Operator::Power => strength::POWER,
        Operator::AtTimeZone => strength::ZONE,
        _ => strength::OTHER,
    }
}
