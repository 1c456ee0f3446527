//! Which handler a statement goes to.

use smol_str::SmolStr;
use trave_source::Span;
use trave_sql::{Comment, ObjectKind, Statement};

use super::session::Session;
use super::{Failure, Outcome};

impl Session {
    /// Runs one statement: it takes effect, or fails and changes nothing.
    pub(super) fn run(&mut self, statement: &Statement, span: Span) -> Outcome {
        self.note_steps(statement, span);
        match statement {
            Statement::CreateTable(create) => self.create_table(create),
            Statement::AlterTable(alter) => self.alter_table(alter),
            Statement::CreateIndex(create) => self.create_index(create, span),
            Statement::CreateView(create) => self.create_view(create),
            Statement::CreatePolicy(create) => self.create_policy(create),
            Statement::AlterPolicy(alter) => self.alter_policy(alter),
            Statement::CreateFunction(create) => self.create_function(create),
            Statement::AlterFunction(alter) => self.alter_function(alter),
            Statement::CreateTrigger(create) => self.create_trigger(create, span),
            Statement::CreateEventTrigger(create) => self.create_event_trigger(create),
            Statement::CreateType(create) => self.create_type(create),
            Statement::AlterType(alter) => self.atomically(|session| session.alter_type(alter)),
            Statement::CreateDomain(create) => self.create_domain(create),
            Statement::AlterDomain(alter) => self.alter_domain(alter),
            Statement::CreateSequence(create) => self.create_sequence(create),
            Statement::AlterSequence(alter) => self.alter_sequence(alter),
            Statement::CreateExtension(create) => self.create_extension(create),
            Statement::CreateSchema(create) => self.create_schema(create),
            Statement::CreateRole(create) => self.create_role(create),
            Statement::AlterRole(alter) => {
                self.alter_role(alter);
                Ok(())
            }
            Statement::Publication(change) => self.change_publication(change),
            Statement::Drop(drop) => self.drop(drop, span),
            Statement::Grant(grant) => self.grant(grant, span),
            Statement::GrantRole(grant) => self.grant_role(grant),
            Statement::AlterDefaultPrivileges(alter) => self.alter_default_privileges(alter, span),
            other => self.run_small(other, span),
        }
    }

    fn run_small(&mut self, statement: &Statement, span: Span) -> Outcome {
        match statement {
            Statement::AlterObject(alter) => self.alter_object(alter),
            Statement::Comment(comment) => self.comment(comment),
            Statement::Set(variable) => {
                self.set(variable);
                Ok(())
            }
            Statement::Reset(name) => {
                self.reset(name);
                Ok(())
            }
            Statement::Do(block) => self.run_do(block, span),
            Statement::Call(call) => self.run_call(call, span),
            Statement::Query(query) => self.run_query(query, span),
            Statement::Insert(_) => self.insert(statement, span),
            Statement::Update(_) => self.update(statement),
            Statement::Delete(_) => self.delete(statement),
            Statement::NotUnderstood(reason) => {
                self.not_understood(span, format!("{}: {}", reason.kind, reason.reason));
                Ok(())
            }
            other => self.run_unfollowed(other, span),
        }
    }

    fn comment(&mut self, comment: &Comment) -> Outcome {
        if !matches!(comment.kind, ObjectKind::Table | ObjectKind::ForeignTable) {
            return self.changes_nothing("comment", comment.name.span);
        }
        let Some((table, _)) = self.find_relation(&comment.name) else {
            return if self.assumes_missing() {
                Ok(())
            } else {
                Err(Failure::missing("relation", &comment.name))
            };
        };
        let text = comment.text.as_ref().map(SmolStr::to_string);
        self.edit_table(&table, |table| table.comment = text)
    }
}
