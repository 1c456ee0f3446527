//! `CREATE VIEW`.

use crate::ast::object::{CreateView, IfExisting, ViewKind};
use crate::ast::statement::Statement;
use crate::cursor::{Cursor, Read};
use crate::lexer::TokenKind;

impl Cursor<'_> {
    /// What follows `VIEW`.
    pub(crate) fn create_view(&mut self, kind: ViewKind, existing: IfExisting) -> Read<Statement> {
        let existing = if self.eat_if_not_exists() { IfExisting::Keep } else { existing };
        let name = self.object_name()?;
        let columns = if self.is_kind(TokenKind::Open) { self.idents()? } else { Vec::new() };
        let mut options = Vec::new();
        if self.eat("using") {
            self.ident()?;
        }
        if self.eat("with") {
            options = self.storage_options()?;
        }
        if self.eat("tablespace") {
            self.ident()?;
        }
        self.expect("as")?;
        let query = Box::new(self.query()?);
        let with_no_data = self.eat_all(&["with", "no", "data"]);
        self.eat_all(&["with", "data"]);
        if self.eat("with") {
            self.eat_any(&["local", "cascaded"]);
            self.expect_all(&["check", "option"])?;
        }
        let view = CreateView { name, kind, existing, columns, options, query, with_no_data };
        Ok(Statement::CreateView(Box::new(view)))
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::statement;
    use crate::{IfExisting, Statement, ViewKind};

    #[test]
    fn views_of_every_kind() {
        let text = "create or replace view public.v (a, b) with (security_invoker = on) as \
                    select x, y from t with local check option";
        let Statement::CreateView(view) = statement(text) else { panic!() };
        assert_eq!(view.existing, IfExisting::Replace);
        assert!(view.options[0].is_on());
        assert_eq!(view.columns.len(), 2);
        let text = "create materialized view if not exists m as with a as (select 1) select * from a with no data";
        let Statement::CreateView(view) = statement(text) else { panic!() };
        assert!(view.with_no_data && view.kind == ViewKind::Materialized);
        assert!(matches!(
            statement("create recursive view r (n) as values (1)"),
            Statement::CreateView(_)
        ));
    }
}
