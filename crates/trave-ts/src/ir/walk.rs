//! Walking what a [`Module`] holds without naming every variant.

use super::{BindingId, Expr, ExprId, ExprKind, Module, Pattern, Property, TemplatePart};

impl Module {
    /// Calls `visit` with each direct part of an expression, in source order. The bodies of
    /// functions and classes are not parts of the expression that names them.
    pub fn for_each_child(&self, id: ExprId, visit: &mut dyn FnMut(ExprId)) {
        if let Some(expr) = self.expr(id) {
            visit_parts(&expr.kind, visit);
        }
    }

    /// Calls `visit` with an expression and everything inside it, outermost first.
    pub fn walk(&self, id: ExprId, visit: &mut dyn FnMut(ExprId, &Expr)) {
        let mut waiting = vec![id];
        while let Some(id) = waiting.pop() {
            let Some(expr) = self.expr(id) else { continue };
            visit(id, expr);
            let first = waiting.len();
            visit_parts(&expr.kind, &mut |child| waiting.push(child));
            if let Some(children) = waiting.get_mut(first..) {
                children.reverse();
            }
        }
    }
}

impl Pattern {
    /// Every name that the pattern binds, in source order.
    pub fn bindings(&self) -> Vec<BindingId> {
        let mut names = Vec::new();
        self.visit(&mut |part| {
            if let Self::Name(binding) = part {
                names.push(*binding);
            }
        });
        names
    }

    /// Calls `visit` with this pattern and every pattern inside it.
    fn visit(&self, visit: &mut dyn FnMut(&Self)) {
        visit(self);
        let rest = match self {
            Self::Object { fields, rest } => {
                for field in fields {
                    field.pattern.visit(visit);
                }
                rest
            }
            Self::Array { items, rest } => {
                for (item, _) in items.iter().flatten() {
                    item.visit(visit);
                }
                rest
            }
            Self::Name(_) | Self::Place(_) | Self::Unknown => return,
        };
        if let Some(rest) = rest {
            rest.visit(visit);
        }
    }

    /// The expressions in it: defaults and places.
    fn for_each_expr(&self, found: &mut dyn FnMut(ExprId)) {
        self.visit(&mut |part| match part {
            Self::Place(place) => found(*place),
            Self::Object { fields, .. } => {
                fields.iter().filter_map(|field| field.default).for_each(&mut *found);
            }
            Self::Array { items, .. } => {
                items.iter().flatten().filter_map(|(_, default)| *default).for_each(&mut *found);
            }
            Self::Name(_) | Self::Unknown => {}
        });
    }
}

fn visit_parts(kind: &ExprKind, visit: &mut dyn FnMut(ExprId)) {
    match kind {
        ExprKind::Template(parts) => visit_holes(parts, visit),
        ExprKind::Tagged { tag, parts } => {
            visit(*tag);
            visit_holes(parts, visit);
        }
        ExprKind::Member { object: value, .. }
        | ExprKind::Await(value)
        | ExprKind::Unary { value, .. }
        | ExprKind::Typed { value, .. } => visit(*value),
        ExprKind::Index { object, index } => [*object, *index].into_iter().for_each(visit),
        ExprKind::Call(call) | ExprKind::New(call) => {
            visit(call.callee);
            call.args.iter().for_each(|argument| visit(argument.value));
        }
        ExprKind::Object(properties) => properties.iter().for_each(|it| visit_property(it, visit)),
        ExprKind::Array(items) => items.iter().for_each(|item| visit(item.value)),
        ExprKind::Binary { left, right, .. } | ExprKind::Logical { left, right, .. } => {
            [*left, *right].into_iter().for_each(visit);
        }
        ExprKind::Conditional { test, yes, no } => [*test, *yes, *no].into_iter().for_each(visit),
        ExprKind::Assign { target, value, .. } => {
            target.for_each_expr(visit);
            visit(*value);
        }
        ExprKind::Other(parts) => parts.iter().copied().for_each(visit),
        _ => {}
    }
}

fn visit_holes(parts: &[TemplatePart], visit: &mut dyn FnMut(ExprId)) {
    for part in parts {
        if let TemplatePart::Hole(hole) = part {
            visit(*hole);
        }
    }
}

fn visit_property(property: &Property, visit: &mut dyn FnMut(ExprId)) {
    match property {
        Property::Field { value, .. } | Property::Spread(value) => visit(*value),
        Property::Computed { key, value } => [*key, *value].into_iter().for_each(visit),
    }
}
