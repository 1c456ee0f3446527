//! Roles: those that statements name, and the statements that make them.

use std::fmt;

use smol_str::SmolStr;

use super::name::Ident;

/// A role as a statement names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RoleRef {
    /// `PUBLIC`: everybody.
    Public,
    /// `CURRENT_USER`, `CURRENT_ROLE`.
    CurrentUser,
    /// `SESSION_USER`.
    SessionUser,
    /// A role by its name.
    Named(Ident),
}

impl RoleRef {
    /// The name, if it is a role by its name; `public` for everybody.
    pub fn name(&self) -> Option<&str> {
        match self {
            Self::Public => Some("public"),
            Self::CurrentUser | Self::SessionUser => None,
            Self::Named(ident) => Some(ident.as_str()),
        }
    }
}

impl fmt::Display for RoleRef {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Public => out.write_str("public"),
            Self::CurrentUser => out.write_str("current_user"),
            Self::SessionUser => out.write_str("session_user"),
            Self::Named(ident) => ident.fmt(out),
        }
    }
}

/// `CREATE ROLE`, `CREATE USER`, `CREATE GROUP`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreateRole {
    /// Its name.
    pub name: Ident,
    /// `superuser`, `bypassrls`, `login`, `nologin` …, in lower case. Passwords are left out.
    pub attributes: Vec<SmolStr>,
    /// `IN ROLE …`: the roles that it becomes a member of.
    pub member_of: Vec<RoleRef>,
    /// `ROLE …`, `USER …`, `ADMIN …`: the roles that become its members.
    pub members: Vec<RoleRef>,
}

/// `ALTER ROLE`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlterRole {
    /// Which; `None` for `ALL`.
    pub role: Option<RoleRef>,
    /// What changes.
    pub change: RoleChange,
}

/// What changes at a role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RoleChange {
    /// `[WITH] attribute …`, in lower case.
    Attributes(Vec<SmolStr>),
    /// `SET name = …`.
    Set(super::statement::SetVariable),
    /// `RESET name`.
    Reset(SmolStr),
    /// `RENAME TO`.
    Rename(Ident),
}
