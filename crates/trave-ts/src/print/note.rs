//! Types as text.

use super::Printer;
use crate::ir::TypeNote;

impl Printer<'_> {
    pub(super) fn annotation(&self, note: Option<&TypeNote>) -> String {
        note.map(|note| format!(": {}", self.note(note))).unwrap_or_default()
    }

    pub(super) fn note(&self, note: &TypeNote) -> String {
        match note {
            TypeNote::Named { binding, name, args } => {
                let number = binding.map(|id| format!("#{}", id.0)).unwrap_or_default();
                let args = self.notes(args, ", ");
                let args = if args.is_empty() { args } else { format!("<{args}>") };
                format!("{name}{number}{args}")
            }
            TypeNote::TypeOf(id) => format!("typeof {}", self.name(*id)),
            TypeNote::ReturnTypeOf(id) => format!("return of {}", self.name(*id)),
            TypeNote::Object(fields) => {
                let field = |(name, note): &(_, TypeNote)| format!("{name}: {}", self.note(note));
                let fields: Vec<_> = fields.iter().map(field).collect();
                format!("{{ {} }}", fields.join(", "))
            }
            TypeNote::Array(item) => format!("{}[]", self.note(item)),
            TypeNote::AnyOf(notes) => self.notes(notes, " | "),
            TypeNote::Literal(text) => format!("'{text}'"),
            TypeNote::Other => "_".to_owned(),
        }
    }

    pub(super) fn notes(&self, notes: &[TypeNote], between: &str) -> String {
        let notes: Vec<_> = notes.iter().map(|note| self.note(note)).collect();
        notes.join(between)
    }
}
