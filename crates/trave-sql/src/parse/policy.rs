//! Policies of row level security.

use crate::ast::grant::{AlterPolicy, CreatePolicy, PolicyCommand};
use crate::ast::role::RoleRef;
use crate::ast::statement::Statement;
use crate::cursor::{Cursor, Read};

impl Cursor<'_> {
    /// What follows `CREATE POLICY`.
    pub(crate) fn create_policy(&mut self) -> Read<Statement> {
        self.eat_if_not_exists();
        let name = self.ident()?;
        self.expect("on")?;
        let mut policy = CreatePolicy {
            name,
            table: self.object_name()?,
            permissive: true,
            command: PolicyCommand::All,
            roles: Vec::new(),
            using: None,
            check: None,
        };
        if self.eat("as") {
            policy.permissive = match self.eat_any(&["permissive", "restrictive"]) {
                Some(word) => word == "permissive",
                None => return self.mismatch("permissive, restrictive"),
            };
        }
        if self.eat("for") {
            policy.command = self.policy_command()?;
        }
        policy.roles = self.policy_roles()?;
        if self.eat("using") {
            policy.using = Some(self.expression_in_parentheses()?);
        }
        if self.eat_all(&["with", "check"]) {
            policy.check = Some(self.expression_in_parentheses()?);
        }
        Ok(Statement::CreatePolicy(Box::new(policy)))
    }

    fn policy_command(&mut self) -> Read<PolicyCommand> {
        match self.eat_any(&["all", "select", "insert", "update", "delete"]) {
            Some("all") => Ok(PolicyCommand::All),
            Some("select") => Ok(PolicyCommand::Select),
            Some("insert") => Ok(PolicyCommand::Insert),
            Some("update") => Ok(PolicyCommand::Update),
            Some(_) => Ok(PolicyCommand::Delete),
            None => self.mismatch("all, select, insert, update, delete"),
        }
    }

    fn policy_roles(&mut self) -> Read<Vec<RoleRef>> {
        if self.eat("to") { self.list(Self::role_ref) } else { Ok(Vec::new()) }
    }

    /// What follows `ALTER POLICY`.
    pub(crate) fn alter_policy(&mut self) -> Read<Statement> {
        self.eat_if_exists();
        let name = self.ident()?;
        self.expect("on")?;
        let table = self.object_name()?;
        let mut policy = AlterPolicy {
            name,
            table,
            rename_to: None,
            roles: Vec::new(),
            using: None,
            check: None,
        };
        if self.eat_all(&["rename", "to"]) {
            policy.rename_to = Some(self.ident()?);
            return Ok(Statement::AlterPolicy(Box::new(policy)));
        }
        policy.roles = self.policy_roles()?;
        if self.eat("using") {
            policy.using = Some(self.expression_in_parentheses()?);
        }
        if self.eat_all(&["with", "check"]) {
            policy.check = Some(self.expression_in_parentheses()?);
        }
        Ok(Statement::AlterPolicy(Box::new(policy)))
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::statement;
    use crate::{ExprKind, PolicyCommand, Statement};

    #[test]
    fn every_part_of_a_policy_is_read() {
        let text = "create policy \"Members read\" on public.docs as restrictive for select to authenticated, anon \
                    using ((select auth.uid()) = owner and exists (select 1 from members m where m.doc = docs.id)) \
                    with check (true)";
        let Statement::CreatePolicy(policy) = statement(text) else { panic!() };
        assert!(!policy.permissive);
        assert_eq!(policy.command, PolicyCommand::Select);
        assert_eq!(policy.roles.len(), 2);
        assert!(matches!(policy.using.unwrap().kind, ExprKind::Binary(_)));
        let span = policy.check.unwrap().span;
        assert_eq!(text.get(span.start as usize..span.end as usize).unwrap(), "(true)");
    }

    #[test]
    fn what_cannot_be_read_in_a_policy_is_kept_as_text() {
        let text = "create policy p on t using (owner = ] auth.uid() and x)";
        let Statement::CreatePolicy(policy) = statement(text) else { panic!() };
        let ExprKind::Other(other) = policy.using.unwrap().kind else { panic!() };
        assert_eq!((other.columns.len(), other.calls.len()), (2, 1));
    }

    #[test]
    fn policies_change() {
        assert!(matches!(statement("alter policy p on t rename to q"), Statement::AlterPolicy(_)));
        assert!(matches!(
            statement("alter policy p on t to public using (a = 1)"),
            Statement::AlterPolicy(_)
        ));
    }
}
