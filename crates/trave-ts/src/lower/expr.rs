//! Expressions.

use smol_str::SmolStr;

use super::Lower;
use super::class::method_name;
use super::function::Known;
use super::pattern::{Bind, property_key};
use crate::ir::{Argument, Call, ExprId, ExprKind, Imported, Property, TypeNote};
use crate::kind::Kind;
use crate::literal;
use crate::tree::Node;

/// Whether a node of this kind is an expression.
pub(super) fn is_expression(kind: Kind) -> bool {
    use Kind as K;
    matches!(
        kind,
        K::Identifier
            | K::CallExpression
            | K::MemberExpression
            | K::String
            | K::TemplateString
            | K::Object
            | K::Array
            | K::ArrowFunction
            | K::FunctionExpression
            | K::GeneratorExpression
            | K::Class
            | K::AwaitExpression
            | K::BinaryExpression
            | K::UnaryExpression
            | K::UpdateExpression
            | K::Ternary
            | K::AssignmentExpression
            | K::AugmentedAssignment
            | K::NewExpression
            | K::Parenthesized
            | K::NonNull
            | K::AsExpression
            | K::Satisfies
            | K::TypeAssertion
            | K::InstantiationExpression
            | K::Subscript
            | K::SequenceExpression
            | K::YieldExpression
            | K::Number
            | K::True
            | K::False
            | K::Null
            | K::Undefined
            | K::This
            | K::Super
            | K::Regex
            | K::MetaProperty
            | K::JsxElement
            | K::JsxSelfClosing
    )
}

impl<'t> Lower<'t> {
    pub(super) fn expr(&mut self, node: Node<'t>) -> ExprId {
        self.expr_named(node, None)
    }

    /// Lowers an expression; a function or class in it is known by `name`.
    pub(super) fn expr_named(&mut self, node: Node<'t>, name: Option<&'t str>) -> ExprId {
        let around = std::mem::take(&mut self.awaits_chain);
        let id = self.chained(node, name);
        let awaits = std::mem::replace(&mut self.awaits_chain, around);
        if awaits { self.push(node.span(), ExprKind::Await(id)) } else { id }
    }

    /// Lowers an expression on which a member or call may follow.
    fn chained(&mut self, node: Node<'t>, name: Option<&'t str>) -> ExprId {
        let node = strip(node);
        let lowered = self.deeper(|lower| lower.expr_here(node, name));
        lowered.unwrap_or_else(|| self.push(node.span(), ExprKind::Other(Vec::new())))
    }

    /// The grammar reads `await a.b<T>(c).d()` as `(await a.b)<T>(c).d()`: the chain is put right.
    fn callee(&mut self, node: Node<'t>, callee: Node<'t>) -> ExprId {
        let misread = callee.is(Kind::AwaitExpression) && node.has(Kind::TypeArguments);
        match callee.first().filter(|_| misread) {
            Some(inner) => {
                let id = self.chained(inner, None);
                self.awaits_chain = true;
                id
            }
            None => self.chained(callee, None),
        }
    }

    fn expr_here(&mut self, node: Node<'t>, name: Option<&'t str>) -> ExprId {
        match node.kind() {
            Kind::CallExpression => self.call(node),
            Kind::NewExpression => self.construction(node),
            Kind::ArrowFunction | Kind::FunctionExpression | Kind::GeneratorExpression => {
                self.function_expression(node, name)
            }
            Kind::Class => self.class_expression(node, name),
            Kind::TemplateString => self.template(node),
            Kind::JsxElement | Kind::JsxSelfClosing => self.jsx(node),
            Kind::AsExpression => self.cast(node, node.pair()),
            Kind::TypeAssertion => {
                let types = node.child(Kind::TypeArguments).and_then(Node::first);
                self.cast(node, node.last().zip(types))
            }
            Kind::AssignmentExpression | Kind::AugmentedAssignment => self.assignment(node),
            _ => {
                let kind = constant(node).or_else(|| self.operation(node));
                let kind = kind.unwrap_or_else(|| self.others(node));
                self.push(node.span(), kind)
            }
        }
    }

    /// What takes its operands by position; none where one is missing.
    fn operation(&mut self, node: Node<'t>) -> Option<ExprKind> {
        Some(match node.kind() {
            Kind::Identifier => self.name(node.text()),
            Kind::MemberExpression => self.member(node)?,
            Kind::Subscript => self.subscript(node)?,
            Kind::Object => ExprKind::Object(self.properties(node)),
            Kind::Array => ExprKind::Array(self.arguments(node)),
            Kind::AwaitExpression => ExprKind::Await(self.expr(node.first()?)),
            Kind::BinaryExpression => self.binary(node)?,
            Kind::UnaryExpression | Kind::UpdateExpression => self.unary(node)?,
            Kind::Ternary => {
                let mut parts = node.parts();
                let test = self.expr(parts.next()?);
                let yes = self.expr(parts.next()?);
                ExprKind::Conditional { test, yes, no: self.expr(parts.next()?) }
            }
            _ => return None,
        })
    }

    /// Whatever else there is: only its parts count.
    fn others(&mut self, node: Node<'t>) -> ExprKind {
        let parts = node.parts().filter(|part| is_expression(part.kind()));
        ExprKind::Other(parts.map(|part| self.expr(part)).collect())
    }

    fn name(&self, text: &str) -> ExprKind {
        match self.scopes.find(text) {
            Some(binding) => ExprKind::Name(binding),
            None => ExprKind::Global(SmolStr::new(text)),
        }
    }

    fn member(&mut self, node: Node<'t>) -> Option<ExprKind> {
        let (object, property) = node.pair()?;
        Some(ExprKind::Member {
            object: self.chained(object, None),
            property: SmolStr::new(property.text()),
            property_span: property.span(),
            optional: is_optional(node),
        })
    }

    fn subscript(&mut self, node: Node<'t>) -> Option<ExprKind> {
        let (object, index) = node.pair()?;
        let object = self.chained(object, None);
        if !index.is(Kind::String) {
            return Some(ExprKind::Index { object, index: self.expr(index) });
        }
        Some(ExprKind::Member {
            object,
            property: literal::string(index.text()),
            property_span: index.span(),
            optional: is_optional(node),
        })
    }

    fn binary(&mut self, node: Node<'t>) -> Option<ExprKind> {
        let (left, right) = node.pair()?;
        let (left, right) = (self.expr(left), self.expr(right));
        let op = SmolStr::new(node.child(Kind::Operator)?.text());
        let is_logical = matches!(op.as_str(), "&&" | "||" | "??");
        Some(if is_logical {
            ExprKind::Logical { op, left, right }
        } else {
            ExprKind::Binary { op, left, right }
        })
    }

    fn unary(&mut self, node: Node<'t>) -> Option<ExprKind> {
        let operand = node.first()?;
        let op = SmolStr::new(node.child(Kind::Operator)?.text());
        if op == "void" && operand.is(Kind::Number) {
            return Some(ExprKind::Undefined);
        }
        if node.is(Kind::UpdateExpression) && operand.is(Kind::Identifier) {
            self.pattern(operand, Bind::Assign);
        }
        Some(ExprKind::Unary { op, value: self.expr(operand) })
    }

    fn assignment(&mut self, node: Node<'t>) -> ExprId {
        let Some((target, value)) = node.pair() else {
            return self.push(node.span(), ExprKind::Other(Vec::new()));
        };
        let name = match target.kind() {
            Kind::MemberExpression => target.last(),
            Kind::Identifier => Some(target),
            _ => None,
        };
        let value = self.expr_named(value, name.map(Node::text));
        let op = node.child(Kind::Operator).map_or("=", Node::text);
        if op == "=" {
            self.common_export(target, value);
        }
        let (op, target) = (SmolStr::new(op), Box::new(self.pattern(target, Bind::Assign)));
        self.push(node.span(), ExprKind::Assign { target, op, value })
    }

    /// `e as T` and `<T>e`.
    fn cast(&mut self, node: Node<'t>, parts: Option<(Node<'t>, Node<'t>)>) -> ExprId {
        let Some((value, target)) = parts else {
            // `e as const`, `<const>e`
            return self.expr_or_nothing(node.last(), node.span());
        };
        let value = self.expr(value);
        match self.type_note(target) {
            TypeNote::Other => value,
            hint => self.push(node.span(), ExprKind::Typed { value, note: Box::new(hint) }),
        }
    }

    fn call(&mut self, node: Node<'t>) -> ExprId {
        let Some(callee) = node.first() else {
            return self.push(node.span(), ExprKind::Other(Vec::new()));
        };
        if let Some(text) = node.child(Kind::TemplateString).filter(|_| !node.has(Kind::Arguments))
        {
            return self.tagged(node, callee, text);
        }
        if let Some(specifier) = self.loaded(node, callee) {
            self.take(None, &specifier, (Imported::Namespace, node.span()));
            return self.push(node.span(), ExprKind::Import(specifier));
        }
        let call = self.call_parts(node, callee);
        self.push(node.span(), ExprKind::Call(Box::new(call)))
    }

    fn construction(&mut self, node: Node<'t>) -> ExprId {
        let Some(callee) = node.first() else {
            return self.push(node.span(), ExprKind::Other(Vec::new()));
        };
        let call = self.call_parts(node, callee);
        self.push(node.span(), ExprKind::New(Box::new(call)))
    }

    fn call_parts(&mut self, node: Node<'t>, callee: Node<'t>) -> Call {
        let callee = self.callee(node, callee);
        let type_args = self.type_arguments(node.child(Kind::TypeArguments));
        let args = node.child(Kind::Arguments).map_or_else(Vec::new, |args| self.arguments(args));
        Call { callee, args, type_args, optional: is_optional(node) }
    }

    /// The module that `require('x')` or `import('x')` loads.
    fn loaded(&self, node: Node<'t>, callee: Node<'t>) -> Option<SmolStr> {
        let is_require = callee.is(Kind::Identifier) && callee.text() == "require";
        let loads = callee.is(Kind::Import) || is_require && self.scopes.find("require").is_none();
        let argument = node.child(Kind::Arguments).filter(|_| loads)?.first()?;
        let is_constant = match argument.kind() {
            Kind::String => true,
            Kind::TemplateString => !argument.has(Kind::TemplateSubstitution),
            _ => false,
        };
        is_constant.then(|| literal::string(argument.text()))
    }

    fn arguments(&mut self, list: Node<'t>) -> Vec<Argument> {
        let mut arguments = Vec::new();
        for part in list.parts() {
            let spread = part.is(Kind::SpreadElement);
            let value = if spread { part.first() } else { Some(part) };
            let value = self.expr_or_nothing(value, part.span());
            arguments.push(Argument { value, spread });
        }
        arguments.shrink_to_fit();
        arguments
    }

    fn properties(&mut self, node: Node<'t>) -> Vec<Property> {
        let mut properties = Vec::new();
        for part in node.parts() {
            properties.extend(self.property(part));
        }
        properties.shrink_to_fit();
        properties
    }

    fn property(&mut self, part: Node<'t>) -> Option<Property> {
        match part.kind() {
            Kind::ShorthandProperty => Some(self.shorthand(part)),
            Kind::SpreadElement => Some(Property::Spread(self.expr(part.first()?))),
            Kind::Pair => {
                let (key, value) = part.pair()?;
                let value = self.expr_named(value, Some(key.text()));
                self.field_of(key, value)
            }
            // It would hide the getter of the same name.
            Kind::MethodDefinition if part.has(Kind::SetToken) => None,
            Kind::MethodDefinition => {
                let key = method_name(part)?;
                let known = Known { name: Some(key.text()), class: None };
                let function = self.function(part, known);
                let value = if part.has(Kind::GetToken) {
                    self.call_of(part, function)
                } else {
                    self.push(part.span(), ExprKind::Function(function))
                };
                self.field_of(key, value)
            }
            _ => None,
        }
    }

    fn field_of(&mut self, key: Node<'t>, value: ExprId) -> Option<Property> {
        if let Some(name) = property_key(key) {
            return Some(Property::Field { key: name, value, span: key.span() });
        }
        Some(Property::Computed { key: self.expr(key.first()?), value })
    }

    /// `{ a }`: the field `a` with the value of the name `a`.
    pub(super) fn shorthand(&mut self, name: Node<'t>) -> Property {
        let value = self.name(name.text());
        let value = self.push(name.span(), value);
        Property::Field { key: SmolStr::new(name.text()), value, span: name.span() }
    }
}

/// Parentheses, `!` and `satisfies` change nothing.
fn strip(mut node: Node<'_>) -> Node<'_> {
    while let Kind::Parenthesized
    | Kind::NonNull
    | Kind::Satisfies
    | Kind::InstantiationExpression = node.kind()
    {
        match node.first() {
            Some(inner) => node = inner,
            None => break,
        }
    }
    node
}

fn constant(node: Node<'_>) -> Option<ExprKind> {
    Some(match node.kind() {
        Kind::String => ExprKind::String(literal::string(node.text())),
        Kind::Number => ExprKind::Number(literal::number(node.text())),
        Kind::True => ExprKind::Bool(true),
        Kind::False => ExprKind::Bool(false),
        Kind::Null => ExprKind::Null,
        Kind::Undefined => ExprKind::Undefined,
        Kind::Regex => ExprKind::Regex(SmolStr::new(node.text())),
        Kind::This => ExprKind::This,
        Kind::Super => ExprKind::Super,
        Kind::MetaProperty | Kind::Import | Kind::PrivateName => {
            ExprKind::Global(SmolStr::new(node.text()))
        }
        _ => return None,
    })
}

fn is_optional(node: Node<'_>) -> bool {
    node.has(Kind::OptionalChain) || node.has(Kind::QuestionDotToken)
}
