//! Triggers and event triggers.

use smol_str::ToSmolStr;

use crate::Dialect;
use crate::ast::function::{CreateEventTrigger, CreateTrigger, TriggerEvent, TriggerTiming};
use crate::ast::name::{Name, ObjectName};
use crate::ast::statement::Statement;
use crate::cursor::{Cursor, Read};
use crate::lexer::TokenKind;

impl Cursor<'_> {
    /// What follows `TRIGGER`.
    pub(crate) fn create_trigger(&mut self) -> Read<CreateTrigger> {
        self.eat_if_not_exists();
        let start = self.position();
        let name = self.object_name()?.name;
        let name = crate::ast::name::Ident { name, span: self.span_from(start) };
        let timing = match self.eat_any(&["before", "after", "instead"]) {
            Some("before") => TriggerTiming::Before,
            Some("instead") => {
                self.expect("of")?;
                TriggerTiming::InsteadOf
            }
            _ => {
                self.eat("for");
                TriggerTiming::After
            }
        };
        let events = self.trigger_events()?;
        self.expect("on")?;
        let table = self.object_name()?;
        let mut trigger = CreateTrigger {
            name,
            or_replace: false,
            constraint: false,
            timing,
            events,
            table,
            for_each_row: false,
            condition: None,
            function: ObjectName::unqualified(Name::default(), self.span_from(start)),
            arguments: Vec::new(),
        };
        while self.trigger_clause(&mut trigger)? {}
        self.trigger_action(&mut trigger)?;
        Ok(trigger)
    }

    fn trigger_events(&mut self) -> Read<Vec<TriggerEvent>> {
        let mut events = Vec::new();
        loop {
            events.push(match self.eat_any(&["insert", "update", "delete", "truncate"]) {
                Some("insert") => TriggerEvent::Insert,
                Some("update") if self.eat("of") => TriggerEvent::Update(self.list(Self::ident)?),
                Some("update") => TriggerEvent::Update(Vec::new()),
                Some("delete") => TriggerEvent::Delete,
                Some(_) => TriggerEvent::Truncate,
                None => return self.mismatch("insert, update, delete, truncate"),
            });
            if !self.eat("or") {
                return Ok(events);
            }
        }
    }

    fn trigger_clause(&mut self, trigger: &mut CreateTrigger) -> Read<bool> {
        if self.eat("from") {
            self.object_name()?;
        } else if self.eat("for") {
            self.eat("each");
            trigger.for_each_row = self.eat("row");
            self.eat("statement");
        } else if self.eat("when") {
            trigger.condition = Some(if self.is_kind(TokenKind::Open) {
                self.expression_in_parentheses()?
            } else {
                self.expression()?
            });
        } else if self.eat("referencing") {
            while self.eat_any(&["old", "new"]).is_some() {
                self.expect("table")?;
                self.eat("as");
                self.ident()?;
            }
        } else {
            return Ok(self.eat_all(&["not", "deferrable"])
                || self.eat("deferrable")
                || self.eat_all(&["initially", "deferred"])
                || self.eat_all(&["initially", "immediate"]));
        }
        Ok(true)
    }

    fn trigger_action(&mut self, trigger: &mut CreateTrigger) -> Read<()> {
        if self.dialect != Dialect::Postgres && !self.is("execute") {
            // The body stands in the trigger itself.
            self.skip_to_end();
            return Ok(());
        }
        self.expect("execute")?;
        if self.eat_any(&["function", "procedure"]).is_none() {
            return self.mismatch("function, procedure");
        }
        trigger.function = self.object_name()?;
        trigger.arguments = self.list_in_parentheses(|cursor| {
            if cursor.is_string() {
                return cursor.string();
            }
            let token = cursor.bump();
            Ok(cursor.text_of(token).to_smolstr())
        })?;
        Ok(())
    }

    /// What follows `CREATE EVENT TRIGGER`.
    pub(crate) fn create_event_trigger(&mut self) -> Read<Statement> {
        let name = self.ident()?;
        self.expect("on")?;
        let event = self.ident()?.name;
        while self.eat_any(&["when", "and"]).is_some() {
            self.ident()?;
            self.expect("in")?;
            self.skip_parentheses();
        }
        self.expect("execute")?;
        self.eat_any(&["function", "procedure"]);
        let function = self.object_name()?;
        self.skip_parentheses();
        Ok(Statement::CreateEventTrigger(CreateEventTrigger { name, event, function }))
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{statement, statement_as};
    use crate::{Dialect, Statement, TriggerEvent, TriggerTiming};

    #[test]
    fn every_part_of_a_trigger_is_read() {
        let text = "create constraint trigger tr after insert or update of a, b or delete on public.t \
                    deferrable initially deferred for each row when (old.a is distinct from new.a) \
                    execute function public.f('x', 2)";
        let Statement::CreateTrigger(trigger) = statement(text) else { panic!() };
        assert_eq!(trigger.timing, TriggerTiming::After);
        assert!(matches!(&trigger.events[1], TriggerEvent::Update(columns) if columns.len() == 2));
        assert!(trigger.constraint && trigger.for_each_row && trigger.condition.is_some());
        assert_eq!(trigger.arguments, ["x", "2"]);
    }

    #[test]
    fn triggers_with_tables_and_events() {
        statement(
            "create trigger t after update on u referencing old table as o new table as n for each statement execute procedure f()",
        );
        statement(
            "create or replace trigger t instead of insert on v for each row execute function f()",
        );
        statement(
            "create event trigger e on ddl_command_end when tag in ('CREATE TABLE') execute function f()",
        );
        let text = "create trigger t after insert on a begin update b set c = 1; end";
        assert!(matches!(statement_as(text, Dialect::Sqlite), Statement::CreateTrigger(_)));
    }
}
