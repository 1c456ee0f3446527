//! Expressions as text.

use super::Printer;
use crate::ir::{Argument, Call, ExprId, ExprKind, FunctionId, Property, Stmt, TemplatePart};

impl Printer<'_> {
    pub(super) fn expr(&self, id: ExprId) -> String {
        let Some(expr) = self.module.expr(id) else { return "?".to_owned() };
        match &expr.kind {
            ExprKind::Name(id) => self.name(*id),
            ExprKind::Function(id) => self.closure(*id),
            ExprKind::Class(id) => format!("class {}", id.0),
            ExprKind::Template(parts) => self.template(parts),
            ExprKind::Tagged { tag, parts } => {
                format!("{}{}", self.expr(*tag), self.template(parts))
            }
            ExprKind::Member { object, property, optional, .. } => {
                let dot = if *optional { "?." } else { "." };
                format!("{}{dot}{property}", self.expr(*object))
            }
            ExprKind::Index { object, index } => {
                format!("{}[{}]", self.expr(*object), self.expr(*index))
            }
            ExprKind::Call(call) => self.call(call),
            ExprKind::New(call) => format!("new {}", self.call(call)),
            ExprKind::Object(properties) => {
                let fields: Vec<_> = properties.iter().map(|it| self.property(it)).collect();
                format!("{{ {} }}", fields.join(", "))
            }
            ExprKind::Array(items) => format!("[{}]", self.arguments(items)),
            ExprKind::Await(value) => format!("await {}", self.expr(*value)),
            ExprKind::Unary { op, value } => format!("({op} {})", self.expr(*value)),
            ExprKind::Binary { op, left, right } | ExprKind::Logical { op, left, right } => {
                format!("({} {op} {})", self.expr(*left), self.expr(*right))
            }
            ExprKind::Conditional { test, yes, no } => {
                format!("({} ? {} : {})", self.expr(*test), self.expr(*yes), self.expr(*no))
            }
            ExprKind::Assign { target, op, value } => {
                format!("{} {op} {}", self.pattern(target), self.expr(*value))
            }
            ExprKind::Typed { value, note } => {
                format!("({} as {})", self.expr(*value), self.note(note))
            }
            ExprKind::Other(parts) => {
                let parts: Vec<_> = parts.iter().map(|id| self.expr(*id)).collect();
                format!("other({})", parts.join(", "))
            }
            constant => atom(constant),
        }
    }

    fn closure(&self, id: FunctionId) -> String {
        let signature = self.signature(id);
        let Some(function) = self.module.function(id) else { return signature };
        if let [Stmt::Return(Some(value), _)] = function.body.as_slice() {
            return format!("{signature} => {}", self.expr(*value));
        }
        let mut inner = Printer { module: self.module, out: String::new(), indent: 1 };
        inner.directives(&function.directives);
        inner.stmts(&function.body);
        format!("{signature} => {{\n{}}}", inner.out)
    }

    fn call(&self, call: &Call) -> String {
        let types = self.notes(&call.type_args, ", ");
        let types = if types.is_empty() { types } else { format!("<{types}>") };
        let dot = if call.optional { "?." } else { "" };
        format!("{}{dot}{types}({})", self.expr(call.callee), self.arguments(&call.args))
    }

    fn arguments(&self, arguments: &[Argument]) -> String {
        let argument = |it: &Argument| {
            let spread = if it.spread { "..." } else { "" };
            format!("{spread}{}", self.expr(it.value))
        };
        arguments.iter().map(argument).collect::<Vec<_>>().join(", ")
    }

    fn template(&self, parts: &[TemplatePart]) -> String {
        let part = |part: &TemplatePart| match part {
            TemplatePart::Text(text, _) => text.to_string(),
            TemplatePart::Hole(hole) => format!("${{{}}}", self.expr(*hole)),
        };
        let parts: Vec<_> = parts.iter().map(part).collect();
        format!("`{}`", parts.concat())
    }

    fn property(&self, property: &Property) -> String {
        match property {
            Property::Field { key, value, .. } => format!("{key}: {}", self.expr(*value)),
            Property::Computed { key, value } => {
                format!("[{}]: {}", self.expr(*key), self.expr(*value))
            }
            Property::Spread(value) => format!("...{}", self.expr(*value)),
        }
    }
}

/// What has no parts.
fn atom(kind: &ExprKind) -> String {
    match kind {
        ExprKind::String(text) => format!("{text:?}"),
        ExprKind::Number(value) => value.to_string(),
        ExprKind::Bool(value) => value.to_string(),
        ExprKind::Null => "null".to_owned(),
        ExprKind::Undefined => "undefined".to_owned(),
        ExprKind::Regex(text) | ExprKind::Global(text) => text.to_string(),
        ExprKind::This => "this".to_owned(),
        ExprKind::Super => "super".to_owned(),
        ExprKind::Import(specifier) => format!("import('{specifier}')"),
        _ => "?".to_owned(),
    }
}
