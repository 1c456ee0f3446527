//! `` sql`…` `` as SQL, with the columns that its holes name.

use smol_str::SmolStr;
use trave_ts::ir::{ExprKind, TemplatePart};

use super::Reader;
use crate::declared::code::{At, Meaning, argument};
use crate::declared::name::text;

impl Reader<'_> {
    /// The text of `` sql`…` ``; `column` says which column `table.key` means. None where a hole
    /// cannot be filled.
    pub(super) fn sql(&self, at: At, column: &dyn Fn(&str) -> Option<SmolStr>) -> Option<String> {
        let mut at = match self.code.value(at) {
            Meaning::Expr(at) => at,
            Meaning::Function(module, function) => self.code.returned(module, function)?,
            _ => return None,
        };
        // `sql<number>`…`.mapWith(Number)`, `sql.raw('…')`
        if let ExprKind::Call(call) = self.code.kind(at)? {
            let ExprKind::Member { object, property, .. } =
                self.code.kind(At { expr: call.callee, ..at })?
            else {
                return None;
            };
            if property == "raw" {
                return self.code.text(argument(at, call, 0)?).map(|it| it.to_string());
            }
            at = At { expr: *object, ..at };
        }
        let ExprKind::Tagged { tag, parts } = self.code.kind(at)? else { return None };
        let is_sql = matches!(self.code.meaning(At { expr: *tag, ..at }),
            Meaning::External(package, name)
                if matches!(package.as_str(), "drizzle-orm" | "drizzle-orm/sql") && name == "sql");
        if !is_sql {
            return None;
        }
        let mut out = String::new();
        for part in parts {
            match part {
                TemplatePart::Text(words, _) => out.push_str(words),
                TemplatePart::Hole(hole) => {
                    out.push_str(&self.hole(At { expr: *hole, ..at }, column)?);
                }
            }
        }
        Some(out.trim().to_owned())
    }

    fn hole(&self, at: At, column: &dyn Fn(&str) -> Option<SmolStr>) -> Option<String> {
        if let Some(ExprKind::Member { property, .. }) = self.code.kind(at)
            && let Some(name) = column(property)
        {
            return Some(trave_sql::Name::exact(&name).to_string());
        }
        if let Some(words) = self.code.text(at) {
            return Some(text(&words));
        }
        if let Some(number) = self.code.number(at) {
            return Some(number);
        }
        if let Some(truth) = self.code.truth(at) {
            return Some(truth.to_string());
        }
        self.sql(at, column)
    }
}
