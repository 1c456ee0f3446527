//! Types: the few that may tell what a value is.

use smol_str::SmolStr;

use super::Lower;
use super::pattern::property_key;
use crate::ir::{BindingId, BindingKind, TypeDeclaration, TypeNote};
use crate::kind::Kind;
use crate::literal;
use crate::tree::Node;

impl<'t> Lower<'t> {
    /// What the annotation (`: T`) of something tells, if it has one that tells anything.
    pub(super) fn annotation(&mut self, annotated: Node<'t>) -> Option<TypeNote> {
        let annotation = annotated.child(Kind::TypeAnnotation)?;
        let note = self.type_note(annotation.first()?);
        (note != TypeNote::Other).then_some(note)
    }

    /// What a type tells.
    pub(super) fn type_note(&mut self, node: Node<'t>) -> TypeNote {
        self.deeper(|lower| lower.type_note_here(node)).unwrap_or(TypeNote::Other)
    }

    fn type_note_here(&mut self, node: Node<'t>) -> TypeNote {
        match node.kind() {
            Kind::TypeIdentifier | Kind::NestedTypeIdentifier | Kind::Identifier => {
                self.named(node, Vec::new())
            }
            Kind::GenericType => self.generic(node),
            Kind::TypeQuery => self.type_query(node).map_or(TypeNote::Other, TypeNote::TypeOf),
            Kind::ObjectType | Kind::InterfaceBody => self.object_type(node),
            Kind::ArrayType => self.inner(node, |item| TypeNote::Array(Box::new(item))),
            Kind::ReadonlyType | Kind::ParenthesizedType | Kind::TypeAnnotation => {
                self.inner(node, |inner| inner)
            }
            Kind::UnionType | Kind::IntersectionType => {
                let mut notes = Vec::new();
                self.alternatives(node, &mut notes);
                any_of(notes)
            }
            Kind::LiteralType => literal_type(node),
            Kind::LookupType => self.handed(node).unwrap_or(TypeNote::Other),
            _ => TypeNote::Other,
        }
    }

    fn inner(&mut self, node: Node<'t>, wrap: fn(TypeNote) -> TypeNote) -> TypeNote {
        match node.first().map(|inner| self.type_note(inner)) {
            Some(TypeNote::Other) | None => TypeNote::Other,
            Some(inner) => wrap(inner),
        }
    }

    fn named(&mut self, name: Node<'t>, args: Vec<TypeNote>) -> TypeNote {
        let text = name.text();
        let first = text.split('.').next().unwrap_or(text);
        TypeNote::Named { binding: self.type_binding(first), name: SmolStr::new(text), args }
    }

    /// The binding of a type's name: a constant of the same name is something else.
    fn type_binding(&self, name: &str) -> Option<BindingId> {
        let id = self.scopes.find(name)?;
        let binding = self.module.bindings.get(id.0 as usize)?;
        let is_value = matches!(binding.kind, BindingKind::Param | BindingKind::Let);
        (!is_value && !self.scopes.declares_type(name)).then_some(id)
    }

    fn generic(&mut self, node: Node<'t>) -> TypeNote {
        let Some(name) = node.first() else { return TypeNote::Other };
        let arguments = node.child(Kind::TypeArguments);
        let first = arguments.and_then(Node::first);
        match name.text() {
            "Awaited" => first.map_or(TypeNote::Other, |inner| self.awaited(inner)),
            "ReturnType" => self.return_type(first),
            "InstanceType" => self.instance_type(first),
            "NonNullable" | "Readonly" | "Required" | "Partial" => {
                first.map_or(TypeNote::Other, |inner| self.type_note(inner))
            }
            "Array" | "ReadonlyArray" => arguments.map_or(TypeNote::Other, |arguments| {
                self.inner(arguments, |item| TypeNote::Array(Box::new(item)))
            }),
            _ => {
                let args = self.type_arguments(arguments);
                self.named(name, args)
            }
        }
    }

    /// Type arguments by position; none at all if none of them tells anything.
    pub(super) fn type_arguments(&mut self, arguments: Option<Node<'t>>) -> Vec<TypeNote> {
        let arguments = arguments.into_iter().flat_map(Node::parts);
        let notes: Vec<_> = arguments.map(|argument| self.type_note(argument)).collect();
        let tells = notes.iter().any(|note| *note != TypeNote::Other);
        if tells { notes } else { Vec::new() }
    }

    /// `Awaited<Promise<X>>` is `X`; around anything else it changes nothing that matters.
    fn awaited(&mut self, inner: Node<'t>) -> TypeNote {
        match self.type_note(inner) {
            TypeNote::Named { name, mut args, .. } if name == "Promise" => {
                args.pop().unwrap_or(TypeNote::Other)
            }
            other => other,
        }
    }

    fn return_type(&mut self, of: Option<Node<'t>>) -> TypeNote {
        let query = of.filter(|of| of.is(Kind::TypeQuery));
        let binding = query.and_then(|query| self.type_query(query));
        binding.map_or(TypeNote::Other, TypeNote::ReturnTypeOf)
    }

    fn instance_type(&mut self, of: Option<Node<'t>>) -> TypeNote {
        let name = of.filter(|of| of.is(Kind::TypeQuery)).and_then(Node::first);
        let name = name.filter(|name| name.is(Kind::Identifier));
        name.map_or(TypeNote::Other, |name| self.named(name, Vec::new()))
    }

    /// `Parameters<Parameters<typeof db.transaction>[0]>[0]`, `Parameters<…Db['transaction']…>`:
    /// what a transaction hands over is as good as what it is called on.
    fn handed(&mut self, node: Node<'t>) -> Option<TypeNote> {
        let is_transaction = |name: &str| name.trim_matches(['\'', '"', '$']) == "transaction";
        match node.kind() {
            Kind::LookupType => {
                let (first, last) = (node.first()?, node.last()?);
                let index = last.is(Kind::LiteralType).then(|| last.first()).flatten();
                let index = index.filter(|index| index.is(Kind::String));
                match index.filter(|index| is_transaction(index.text())) {
                    Some(_) => Some(self.type_note(first)),
                    None => self.handed(first),
                }
            }
            Kind::GenericType => {
                let name = node.first().filter(|name| name.text() == "Parameters")?;
                let inner = node.child(Kind::TypeArguments).filter(|_| !name.text().is_empty());
                self.handed(inner?.first()?)
            }
            Kind::TypeQuery => {
                let member = node.first().filter(|member| member.is(Kind::MemberExpression))?;
                let method = member.last().filter(|method| is_transaction(method.text()));
                let object =
                    member.first().filter(|it| it.is(Kind::Identifier) && method.is_some());
                self.scopes.find(object?.text()).map(TypeNote::TypeOf)
            }
            _ => None,
        }
    }

    /// `typeof x` of a name of this module.
    fn type_query(&mut self, node: Node<'t>) -> Option<BindingId> {
        let name = node.first()?;
        let name = if name.is(Kind::InstantiationExpression) { name.first()? } else { name };
        self.scopes.find(name.text()).filter(|_| name.is(Kind::Identifier))
    }

    fn object_type(&mut self, node: Node<'t>) -> TypeNote {
        let mut fields = Vec::new();
        for field in node.parts().filter(|part| part.is(Kind::PropertySignature)) {
            let key = field.parts().find(|part| !part.is(Kind::AccessibilityModifier));
            let hint = self.annotation(field);
            fields.extend(key.and_then(property_key).zip(hint));
        }
        if fields.is_empty() { TypeNote::Other } else { TypeNote::Object(fields) }
    }

    /// Unions lean left to the grammar: each holds the rest of the union as its first part.
    fn alternatives(&mut self, node: Node<'t>, out: &mut Vec<TypeNote>) {
        let mut waiting = vec![node];
        while let Some(node) = waiting.pop() {
            if matches!(node.kind(), Kind::UnionType | Kind::IntersectionType) {
                let first = waiting.len();
                waiting.extend(node.parts());
                waiting.get_mut(first..).unwrap_or_default().reverse();
            } else {
                out.push(self.type_note(node));
            }
        }
    }

    /// A type alias or an interface.
    pub(super) fn type_declaration(&mut self, node: Node<'t>) {
        let Some(name) = node.child(Kind::TypeIdentifier) else { return };
        let hint = if node.is(Kind::TypeAlias) {
            node.last().map_or(TypeNote::Other, |value| self.type_note(value))
        } else {
            self.interface(node)
        };
        let name = SmolStr::new(name.text());
        self.module.types.push(TypeDeclaration { name, exported: false, note: hint });
    }

    fn interface(&mut self, node: Node<'t>) -> TypeNote {
        let bases = node.child(Kind::ExtendsTypeClause);
        let bases = bases.into_iter().flat_map(Node::parts);
        let mut notes: Vec<_> = bases.map(|base| self.type_note(base)).collect();
        notes.extend(node.child(Kind::InterfaceBody).map(|body| self.type_note(body)));
        any_of(notes)
    }
}

/// The alternatives that tell something.
fn any_of(mut notes: Vec<TypeNote>) -> TypeNote {
    notes.retain(|note| *note != TypeNote::Other);
    match notes.len() {
        0 => TypeNote::Other,
        1 => notes.pop().unwrap_or(TypeNote::Other),
        _ => TypeNote::AnyOf(notes),
    }
}

fn literal_type(node: Node<'_>) -> TypeNote {
    match node.first().filter(|literal| literal.is(Kind::String)) {
        Some(text) => TypeNote::Literal(literal::string(text.text())),
        None => TypeNote::Other,
    }
}
