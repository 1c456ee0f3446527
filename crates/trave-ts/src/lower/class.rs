//! Classes and enums.

use smol_str::SmolStr;
use trave_source::Span;

use super::function::Known;
use super::pattern::property_key;
use super::{Lower, count};
use crate::ir::{
    BindingKind, Call, Class, ClassId, ExprId, ExprKind, Field, FunctionId, Method, Property,
    TypeNote,
};
use crate::kind::Kind;
use crate::literal;
use crate::tree::Node;

impl<'t> Lower<'t> {
    /// Lowers `class C {}`, whose name its block declared before. Decorators before an `export`
    /// stand outside of the class.
    pub(super) fn class_declaration(&mut self, node: Node<'t>, outside: &[ExprId]) {
        let name = node.child(Kind::TypeIdentifier);
        let id = self.class(node, None);
        if let Some(class) = self.module.classes.get_mut(id.0 as usize) {
            class.decorators.extend_from_slice(outside);
        }
        self.settle(name, BindingKind::Class(id));
    }

    pub(super) fn class_expression(&mut self, node: Node<'t>, name: Option<&'t str>) -> ExprId {
        let own = node.child(Kind::TypeIdentifier);
        let id = self.scoped(|lower| {
            own.map(|own| lower.declare(own, BindingKind::Const));
            let id = lower.class(node, name);
            lower.settle(own, BindingKind::Class(id));
            id
        });
        self.push(node.span(), ExprKind::Class(id))
    }

    fn class(&mut self, node: Node<'t>, name: Option<&'t str>) -> ClassId {
        let id = ClassId(count(self.module.classes.len()));
        let name = node.child(Kind::TypeIdentifier).map(Node::text).or(name);
        self.module.classes.push(Class {
            name: name.map(SmolStr::new),
            span: node.span(),
            extends: None,
            implements: Vec::new(),
            extends_args: Vec::new(),
            methods: Vec::new(),
            fields: Vec::new(),
            decorators: Vec::new(),
        });
        let (extends, extends_args) = self.extends(node).unzip();
        let implements = self.implements(node);
        let decorators = self.decorators(node);
        let (methods, fields) = self.members(node, id);
        if let Some(class) = self.module.classes.get_mut(id.0 as usize) {
            class.extends = extends;
            class.implements = implements;
            class.extends_args = extends_args.unwrap_or_default();
            class.decorators = decorators;
            class.methods = methods;
            class.fields = fields;
        }
        id
    }

    fn extends(&mut self, node: Node<'t>) -> Option<(ExprId, Vec<TypeNote>)> {
        let clause = node.child(Kind::ClassHeritage)?.child(Kind::ExtendsClause)?;
        let base = clause.first()?;
        Some((self.expr(base), self.type_arguments(clause.child(Kind::TypeArguments))))
    }

    fn implements(&mut self, node: Node<'t>) -> Vec<TypeNote> {
        let clause =
            node.child(Kind::ClassHeritage).and_then(|it| it.child(Kind::ImplementsClause));
        clause.into_iter().flat_map(Node::parts).map(|part| self.type_note(part)).collect()
    }

    fn members(&mut self, node: Node<'t>, class: ClassId) -> (Vec<Method>, Vec<Field>) {
        let (mut methods, mut fields) = (Vec::new(), Vec::new());
        let mut decorators = Vec::new();
        for member in node.child(Kind::ClassBody).into_iter().flat_map(Node::parts) {
            match member.kind() {
                // Those of a method stand before it.
                Kind::Decorator => decorators.extend(member.first().map(|it| self.expr(it))),
                Kind::MethodDefinition => {
                    let mut method = self.method(member, class);
                    if let Some(method) = &mut method {
                        method.decorators.append(&mut decorators);
                    }
                    methods.extend(method);
                }
                Kind::PublicField => fields.extend(self.field(member, class)),
                Kind::ClassStaticBlock => fields.push(self.static_block(member, class)),
                _ => {}
            }
        }
        (methods, fields)
    }

    fn method(&mut self, node: Node<'t>, class: ClassId) -> Option<Method> {
        let name = method_name(node)?;
        let mut key = property_key(name).unwrap_or_else(|| SmolStr::new(name.text()));
        if node.has(Kind::SetToken) {
            key = format!("set {key}").into();
        }
        let known = Known { name: Some(name.text()), class: Some(class) };
        let decorators = self.decorators(node);
        let function = self.function(node, known);
        let (is_static, is_getter) = (node.has(Kind::StaticToken), node.has(Kind::GetToken));
        Some(Method { name: key, function, is_static, is_getter, decorators })
    }

    fn field(&mut self, node: Node<'t>, class: ClassId) -> Option<Field> {
        let decorators = self.decorators(node);
        let mut parts = node.parts().filter(|part| is_field_part(part.kind()));
        let name = parts.next()?;
        let hint = self.annotation(node).map(Box::new);
        let annotation = node.child(Kind::TypeAnnotation);
        let value = parts.find(|part| !part.is(Kind::TypeAnnotation));
        let value = value.map(|value| self.expr_named(value, Some(name.text())));
        self.adopt(value, class);
        Some(Field {
            name: property_key(name)?,
            value,
            note: hint,
            annotation: annotation.and_then(Node::first).map(Node::span),
            optional: is_optional(node, name),
            is_static: node.has(Kind::StaticToken),
            decorators,
            span: Span { start: name.span().start, end: node.span().end },
        })
    }

    /// A function that is the value of a field is a member of the class.
    fn adopt(&mut self, value: Option<ExprId>, class: ClassId) {
        let value = value.and_then(|id| self.module.exprs.get(id.0 as usize));
        let Some(ExprKind::Function(id)) = value.map(|value| &value.kind) else { return };
        if let Some(function) = self.module.functions.get_mut(id.0 as usize) {
            function.class = Some(class);
        }
    }

    /// `static { … }` runs once: the value of a static field that calls it.
    fn static_block(&mut self, node: Node<'t>, class: ClassId) -> Field {
        let known = Known { name: Some("static"), class: Some(class) };
        let function = self.function(node, known);
        let value = Some(self.call_of(node, function));
        Field {
            name: SmolStr::new_static("static"),
            value,
            note: None,
            annotation: None,
            optional: false,
            is_static: true,
            decorators: Vec::new(),
            span: node.span(),
        }
    }

    /// A call of a function that the source runs without calling it: getters, static blocks.
    pub(super) fn call_of(&mut self, node: Node<'t>, function: FunctionId) -> ExprId {
        let callee = self.push(node.span(), ExprKind::Function(function));
        let call = Call { callee, args: Vec::new(), type_args: Vec::new(), optional: false };
        self.push(node.span(), ExprKind::Call(Box::new(call)))
    }

    /// `enum E { A, B = 'b' }`: an object of its members.
    pub(super) fn enumeration(&mut self, node: Node<'t>) {
        let mut next = 0.0;
        let mut members = Vec::new();
        for member in node.child(Kind::EnumBody).into_iter().flat_map(Node::parts) {
            members.extend(self.enum_member(member, &mut next));
        }
        let object = self.push(node.span(), ExprKind::Object(members));
        self.settle(node.child(Kind::Identifier), BindingKind::Enum(object));
    }

    fn enum_member(&mut self, member: Node<'t>, next: &mut f64) -> Option<Property> {
        let name = if member.is(Kind::EnumAssignment) { member.first()? } else { member };
        let value = match member.last().filter(|_| member.is(Kind::EnumAssignment)) {
            Some(value) => {
                let number = value.is(Kind::Number).then(|| literal::number(value.text()));
                *next = number.unwrap_or(f64::NAN);
                self.expr(value)
            }
            None => self.push(member.span(), ExprKind::Number(*next)),
        };
        *next += 1.0;
        Some(Property::Field { key: property_key(name)?, value, span: name.span() })
    }
}

/// `name?`: the mark stands right behind the name.
fn is_optional(node: Node<'_>, name: Node<'_>) -> bool {
    let behind = node.text().get(name.span().end as usize - node.span().start as usize..);
    behind.is_some_and(|behind| behind.trim_start().starts_with('?'))
}

/// The name node of a method.
pub(super) fn method_name(node: Node<'_>) -> Option<Node<'_>> {
    node.parts().find(|part| is_name(part.kind()))
}

fn is_name(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::PropertyName | Kind::PrivateName | Kind::String | Kind::Number | Kind::ComputedName
    )
}

fn is_field_part(kind: Kind) -> bool {
    !matches!(kind, Kind::Decorator | Kind::AccessibilityModifier | Kind::OverrideModifier)
}
