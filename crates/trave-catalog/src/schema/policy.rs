//! Who may do what: policies, privileges, roles.

use smol_str::SmolStr;
use trave_source::Origin;

use super::Provenance;

/// A command that a policy or privilege is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Command {
    /// Reading.
    Select,
    /// Adding rows.
    Insert,
    /// Changing rows.
    Update,
    /// Removing rows.
    Delete,
}

/// A row level security policy (`pg_policy`).
#[derive(Debug, Clone)]
pub struct Policy {
    /// Its name.
    pub name: SmolStr,
    /// The command, or none for `ALL`.
    pub command: Option<Command>,
    /// `PERMISSIVE`; restrictive otherwise.
    pub permissive: bool,
    /// The roles it applies to; `public` stands for all.
    pub roles: Vec<SmolStr>,
    /// Whether a `TO` was written.
    pub roles_written: bool,
    /// `USING`.
    pub using: Option<Condition>,
    /// `WITH CHECK`.
    pub check: Option<Condition>,
    /// Where it was made or last changed; the span is that of its name.
    pub origin: Origin,
}

/// A condition of a policy, read once: text, structure and what it depends on.
#[derive(Debug, Clone)]
pub struct Condition {
    /// As written.
    pub text: String,
    /// Where it stands.
    pub origin: Origin,
    /// What it says.
    pub expr: trave_sql::Expr,
}

/// A privilege as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    /// Who holds it; `public` stands for everybody.
    pub role: SmolStr,
    /// Upper case: `SELECT`, `INSERT`, `USAGE`, `EXECUTE` …
    pub privilege: SmolStr,
    /// For these columns only; empty for all.
    pub columns: Vec<SmolStr>,
    /// The statement that granted it; none for a default of the platform.
    pub origin: Option<Origin>,
}

/// One entry of `pg_default_acl`.
#[derive(Debug, Clone)]
pub struct DefaultPrivilege {
    /// For objects that this role makes.
    pub for_role: SmolStr,
    /// In this schema; none for all.
    pub schema: Option<SmolStr>,
    /// `TABLES`, `SEQUENCES`, `FUNCTIONS`, `TYPES`, `SCHEMAS`.
    pub objects: SmolStr,
    /// Who gets it.
    pub role: SmolStr,
    /// Upper case.
    pub privilege: SmolStr,
    /// The statement; none for the platform's own.
    pub origin: Option<Origin>,
    /// The platform hands it out by itself, whether or not a statement repeats it.
    pub of_platform: bool,
}

/// A role.
#[derive(Debug, Clone)]
pub struct Role {
    /// Where it was made.
    pub provenance: Provenance,
    /// `BYPASSRLS`.
    pub bypass_rls: bool,
    /// Roles that it is a member of.
    pub member_of: Vec<SmolStr>,
}
