//! Statements and patterns as text.

use super::Printer;
use crate::ir::{ExprId, Loop, Pattern, PatternField, Stmt, Try};

impl Printer<'_> {
    pub(super) fn stmts(&mut self, body: &[Stmt]) {
        for stmt in body {
            self.stmt(stmt);
        }
    }

    fn stmt(&mut self, stmt: &Stmt) {
        match stmt {
            Stmt::Let { pattern, value, .. } => {
                let note = self.pattern_note(pattern);
                let pattern = self.pattern(pattern);
                self.line(&format!("let {pattern}{note}{}", self.default(*value)));
            }
            Stmt::Expr(value) => self.line(&self.expr(*value)),
            Stmt::Return(Some(value), _) => self.line(&format!("return {}", self.expr(*value))),
            Stmt::Return(None, _) => self.line("return"),
            Stmt::Throw(value, _) => self.line(&format!("throw {}", self.expr(*value))),
            Stmt::If { test, then, otherwise } => {
                self.line(&format!("if {}", self.expr(*test)));
                self.indented(|printer| printer.stmts(then));
                self.clause("else", otherwise);
            }
            Stmt::Loop(inner) => self.repeat(inner),
            Stmt::Try(inner) => self.attempt(inner),
            Stmt::Switch { subject, cases } => {
                self.line(&format!("switch {}", self.expr(*subject)));
                for (value, body) in cases {
                    let case = value.map_or("default".to_owned(), |id| self.expr(id));
                    self.line(&format!("case {case}"));
                    self.indented(|printer| printer.stmts(body));
                }
            }
            Stmt::Block(body) => {
                self.line("block");
                self.indented(|printer| printer.stmts(body));
            }
            Stmt::Break => self.line("break"),
        }
    }

    fn clause(&mut self, name: &str, body: &[Stmt]) {
        if !body.is_empty() {
            self.line(name);
            self.indented(|printer| printer.stmts(body));
        }
    }

    fn repeat(&mut self, inner: &Loop) {
        self.stmts(&inner.init);
        let mut head = format!("{:?}", inner.kind).to_lowercase();
        if let Some(pattern) = &inner.pattern {
            head = format!("{head} {}", self.pattern(pattern));
        }
        let parts = [inner.over, inner.update].into_iter().flatten();
        let parts: Vec<_> = parts.map(|id| self.expr(id)).collect();
        self.line(&format!("loop {head} ({})", parts.join("; ")));
        self.indented(|printer| printer.stmts(&inner.body));
    }

    fn attempt(&mut self, inner: &Try) {
        self.line("try");
        self.indented(|printer| printer.stmts(&inner.body));
        if let Some(catch) = &inner.catch {
            let param = inner.param.as_ref().map(|pattern| self.pattern(pattern));
            self.line(format!("catch {}", param.unwrap_or_default()).trim_end());
            self.indented(|printer| printer.stmts(catch));
        }
        self.clause("finally", &inner.finally);
    }

    fn pattern_note(&self, pattern: &Pattern) -> String {
        let Pattern::Name(id) = pattern else { return String::new() };
        let note = self.module.binding(*id).and_then(|binding| binding.note.as_deref());
        self.annotation(note)
    }

    fn default(&self, value: Option<ExprId>) -> String {
        value.map(|id| format!(" = {}", self.expr(id))).unwrap_or_default()
    }

    pub(super) fn pattern(&self, pattern: &Pattern) -> String {
        match pattern {
            Pattern::Name(id) => self.name(*id),
            Pattern::Object { fields, rest } => {
                let fields = fields.iter().map(|field| self.pattern_field(field));
                let parts: Vec<_> = fields.chain(self.rest(rest.as_deref())).collect();
                format!("{{ {} }}", parts.join(", "))
            }
            Pattern::Array { items, rest } => {
                let item = |item: &Option<(Pattern, _)>| match item {
                    Some((pattern, default)) => {
                        format!("{}{}", self.pattern(pattern), self.default(*default))
                    }
                    None => String::new(),
                };
                let parts: Vec<_> =
                    items.iter().map(item).chain(self.rest(rest.as_deref())).collect();
                format!("[{}]", parts.join(", "))
            }
            Pattern::Place(id) => self.expr(*id),
            Pattern::Unknown => "?".to_owned(),
        }
    }

    fn pattern_field(&self, field: &PatternField) -> String {
        let key = field.key.as_deref().unwrap_or("[]");
        format!("{key}: {}{}", self.pattern(&field.pattern), self.default(field.default))
    }

    fn rest(&self, rest: Option<&Pattern>) -> Option<String> {
        rest.map(|rest| format!("...{}", self.pattern(rest)))
    }
}
