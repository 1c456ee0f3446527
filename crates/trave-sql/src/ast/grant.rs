//! `GRANT`, `REVOKE`, `ALTER DEFAULT PRIVILEGES`, policies: who may do what.

use smol_str::SmolStr;

use super::expression::Expr;
use super::function::RoutineName;
use super::name::{Ident, ObjectName};
use super::object::ObjectKind;
use super::role::RoleRef;

/// `GRANT … ON …` and `REVOKE … ON …`.
#[derive(Debug, Clone, PartialEq)]
pub struct Grant {
    /// Given or taken.
    pub action: GrantAction,
    /// Which rights.
    pub privileges: Privileges,
    /// On what.
    pub objects: GrantObjects,
    /// To or from whom.
    pub grantees: Vec<RoleRef>,
    /// `WITH GRANT OPTION`; for `REVOKE`, `GRANT OPTION FOR`: only the option is taken.
    pub grant_option: bool,
    /// `CASCADE`.
    pub cascade: bool,
}

/// Given or taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GrantAction {
    /// `GRANT`
    Grant,
    /// `REVOKE`
    Revoke,
}

/// Which rights.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Privileges {
    /// `ALL [PRIVILEGES]`, of these columns if some are named.
    All(Vec<Ident>),
    /// `SELECT, UPDATE (a, b)`.
    These(Vec<Privilege>),
}

/// One right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Privilege {
    /// In lower case: `select`, `usage`, `execute`, `alter system` …
    pub name: SmolStr,
    /// `SELECT (a, b)`; empty for the whole object.
    pub columns: Vec<Ident>,
}

/// On what rights are given.
#[derive(Debug, Clone, PartialEq)]
pub enum GrantObjects {
    /// Named objects of one kind. `ON name` without a kind is a table.
    Named(ObjectKind, Vec<ObjectName>),
    /// Functions, procedures or routines, with their argument types.
    Routines(ObjectKind, Vec<RoutineName>),
    /// `ALL TABLES IN SCHEMA a, b`.
    AllInSchemas(ObjectKind, Vec<Ident>),
}

/// `GRANT role TO role` and `REVOKE role FROM role`.
#[derive(Debug, Clone, PartialEq)]
pub struct GrantRole {
    /// Given or taken.
    pub action: GrantAction,
    /// The roles whose rights are handed on.
    pub roles: Vec<RoleRef>,
    /// Who becomes or ceases to be a member.
    pub members: Vec<RoleRef>,
}

/// `ALTER DEFAULT PRIVILEGES`: rights on objects that are made later.
#[derive(Debug, Clone, PartialEq)]
pub struct AlterDefaultPrivileges {
    /// `FOR ROLE …`; empty for the current one.
    pub for_roles: Vec<RoleRef>,
    /// `IN SCHEMA …`; empty for every schema.
    pub schemas: Vec<Ident>,
    /// Given or taken.
    pub action: GrantAction,
    /// Which rights.
    pub privileges: Privileges,
    /// On which kind of object: table, sequence, function, type, schema.
    pub kind: ObjectKind,
    /// To or from whom.
    pub grantees: Vec<RoleRef>,
}

/// `CREATE POLICY`.
#[derive(Debug, Clone, PartialEq)]
pub struct CreatePolicy {
    /// Its name.
    pub name: Ident,
    /// The table that it guards.
    pub table: ObjectName,
    /// `AS PERMISSIVE`, the default, or `AS RESTRICTIVE`.
    pub permissive: bool,
    /// `FOR …`; `ALL` if it is not said.
    pub command: PolicyCommand,
    /// `TO …`; empty if it is not said, which means `PUBLIC`.
    pub roles: Vec<RoleRef>,
    /// `USING (…)`.
    pub using: Option<Expr>,
    /// `WITH CHECK (…)`.
    pub check: Option<Expr>,
}

/// Which commands a policy is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum PolicyCommand {
    /// `ALL`, the default.
    #[default]
    All,
    /// `SELECT`
    Select,
    /// `INSERT`
    Insert,
    /// `UPDATE`
    Update,
    /// `DELETE`
    Delete,
}

/// `ALTER POLICY`.
#[derive(Debug, Clone, PartialEq)]
pub struct AlterPolicy {
    /// Its name.
    pub name: Ident,
    /// The table that it guards.
    pub table: ObjectName,
    /// `RENAME TO`.
    pub rename_to: Option<Ident>,
    /// `TO …`; empty if it does not change.
    pub roles: Vec<RoleRef>,
    /// `USING (…)`, if it changes.
    pub using: Option<Expr>,
    /// `WITH CHECK (…)`, if it changes.
    pub check: Option<Expr>,
}
