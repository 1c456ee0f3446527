//! `CREATE POLICY` and `ALTER POLICY`.

use smol_str::SmolStr;
use trave_sql::{AlterPolicy, CreatePolicy, Expr, PolicyCommand, RoleRef};

use super::expression::Node;
use super::rewrite::edit_condition;
use super::session::Session;
use super::{Failure, Outcome, expression};
use crate::{Command, Condition, Policy, QualifiedName};

impl Session {
    /// `CREATE POLICY`.
    pub(super) fn create_policy(&mut self, create: &CreatePolicy) -> Outcome {
        let table = self.need_table(&create.table)?;
        if self.has_policy(&table, create.name.as_str()) {
            return Err(Failure::exists("policy", &create.name));
        }
        let roles = self.policy_roles(&create.roles)?;
        for condition in create.using.iter().chain(&create.check) {
            self.check_condition(&table, condition)?;
        }
        let policy = Policy {
            name: SmolStr::new(create.name.as_str()),
            command: command_of(create.command),
            permissive: create.permissive,
            roles,
            roles_written: !create.roles.is_empty(),
            using: create.using.as_ref().map(|expr| self.condition(&table, expr)),
            check: create.check.as_ref().map(|expr| self.condition(&table, expr)),
            origin: self.origin(create.name.span),
        };
        if let Some(table) = self.store.table(&table) {
            table.policies.push(policy);
        }
        Ok(())
    }

    fn has_policy(&self, table: &QualifiedName, name: &str) -> bool {
        let table = self.catalog().tables.get(table);
        table.is_some_and(|table| table.policies.iter().any(|policy| policy.name == name))
    }

    /// Role names in order; `public` alone where it is among them.
    fn policy_roles(&self, roles: &[RoleRef]) -> Result<Vec<SmolStr>, Failure> {
        let mut names = self.grantees(roles)?;
        names.sort();
        names.dedup();
        if names.is_empty() || names.iter().any(|name| name == "public") {
            return Ok(vec!["public".into()]);
        }
        Ok(names)
    }

    /// Fails where a column or table of the condition does not exist.
    fn check_condition(&mut self, table: &QualifiedName, expr: &Expr) -> Outcome {
        for column in expression::own_columns(expr, &table.name) {
            self.need_column(table, &column)?;
        }
        self.check_reads(&expression::tables_in(expr))?;
        self.check_columns(&self.meaning_of_expr(expr, table, &self.search_path))?;
        self.refuse_wrong_calls(Node::Expr(expr))?;
        self.check_calls(&expression::calls(expr))
    }

    fn condition(&mut self, table: &QualifiedName, expr: &Expr) -> Condition {
        self.link_calls(table, expr);
        for read in expression::tables_in(expr) {
            if let Some((relation, _)) = self.find_relation(&read) {
                self.store.link_policy_reader(&relation, table);
            }
        }
        let span = self.inside(expr.span);
        let edits = self.settling_edits(Node::Expr(expr));
        let expr = Expr { span, ..expr.clone() };
        let text = self.slice(span).to_owned();
        let mut condition = Condition { text, origin: self.origin(span), expr };
        edit_condition(&mut condition, edits);
        condition
    }

    /// `ALTER POLICY`.
    pub(super) fn alter_policy(&mut self, alter: &AlterPolicy) -> Outcome {
        let table = self.need_table(&alter.table)?;
        if !self.has_policy(&table, alter.name.as_str()) {
            return Err(Failure::missing("policy", &alter.name));
        }
        let new_name = alter.rename_to.as_ref().map(|name| SmolStr::new(name.as_str()));
        if new_name.as_ref().is_some_and(|name| self.has_policy(&table, name)) {
            return Err(Failure::exists("policy", &alter.name));
        }
        for condition in alter.using.iter().chain(&alter.check) {
            self.check_condition(&table, condition)?;
        }
        let roles =
            if alter.roles.is_empty() { None } else { Some(self.policy_roles(&alter.roles)?) };
        let using = alter.using.as_ref().map(|expr| self.condition(&table, expr));
        let check = alter.check.as_ref().map(|expr| self.condition(&table, expr));
        let origin = self.origin(alter.name.span);
        let policies = self.store.table(&table).map(|table| &mut table.policies);
        let same = |policy: &&mut Policy| policy.name == alter.name.as_str();
        if let Some(policy) = policies.and_then(|policies| policies.iter_mut().find(same)) {
            policy.name = new_name.unwrap_or_else(|| policy.name.clone());
            policy.roles_written |= roles.is_some();
            policy.roles = roles.unwrap_or_else(|| std::mem::take(&mut policy.roles));
            policy.using = using.or(policy.using.take());
            policy.check = check.or(policy.check.take());
            policy.origin = origin;
        }
        Ok(())
    }
}

fn command_of(command: PolicyCommand) -> Option<Command> {
    match command {
        PolicyCommand::All => None,
        PolicyCommand::Select => Some(Command::Select),
        PolicyCommand::Insert => Some(Command::Insert),
        PolicyCommand::Update => Some(Command::Update),
        PolicyCommand::Delete => Some(Command::Delete),
    }
}
