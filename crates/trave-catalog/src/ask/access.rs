//! Who may do what to a table: grants, roles, policies.

use smol_str::SmolStr;

use crate::{Catalog, Command, Function, Grant, Policy, Provenance, QualifiedName, Table, View};

/// The roles with which callers reach the API, the wider one first.
const CALLERS: [&str; 2] = ["anon", "authenticated"];

impl Command {
    /// All four.
    pub const ALL: [Self; 4] = [Self::Select, Self::Insert, Self::Update, Self::Delete];

    /// The privilege that the command needs.
    pub fn privilege(self) -> &'static str {
        match self {
            Self::Select => "SELECT",
            Self::Insert => "INSERT",
            Self::Update => "UPDATE",
            Self::Delete => "DELETE",
        }
    }
}

impl Catalog {
    /// Whether a role holds the privilege for a command on a table, by itself, as a member of
    /// another role, or because everybody does, and may use the schema. A privilege on some
    /// columns counts. None where the grants of the table are not known.
    pub fn may(&self, role: &str, command: Command, table: &Table) -> Option<bool> {
        if self.unknown.contains(&table.name) {
            return None;
        }
        let roles = self.roles_of(role);
        if !self.may_use_schema(&roles, &table.name.schema)? {
            return Some(false);
        }
        held(&roles, command.privilege(), (&table.grants, table.grants_known))
    }

    /// As [`Catalog::may`], for reading a view.
    pub fn may_read(&self, role: &str, view: &View) -> Option<bool> {
        if self.unknown.contains(&view.name) {
            return None;
        }
        let roles = self.roles_of(role);
        if !self.may_use_schema(&roles, &view.name.schema)? {
            return Some(false);
        }
        held(&roles, "SELECT", (&view.grants, view.grants_known))
    }

    /// As [`Catalog::may`], for calling a function.
    pub fn may_call(&self, role: &str, function: &Function) -> Option<bool> {
        if self.unknown.contains(&function.name) {
            return None;
        }
        let roles = self.roles_of(role);
        if !self.may_use_schema(&roles, &function.name.schema)? {
            return Some(false);
        }
        let is_held = held(&roles, "EXECUTE", (&function.grants, function.grants_known))?;
        (!is_held || !self.is_left_out_by_dump(&roles, function)).then_some(is_held)
    }

    /// Whether roles hold a function only because the platform hands out new ones, while a dump
    /// says that it does not so where it was taken: it lists the defaults there, with those of the
    /// owner, and has no words for what is missing.
    fn is_left_out_by_dump(&self, roles: &[SmolStr], function: &Function) -> bool {
        let schema = Some(&function.name.schema);
        let mut defaults = self.default_privileges.iter();
        let is_dumped = defaults.any(|entry| {
            entry.objects == "FUNCTIONS"
                && entry.schema.as_ref() == schema
                && entry.role == entry.for_role
                && entry.of_platform
                && entry.origin.is_some()
        });
        let mut holding = function.grants.iter().filter(|grant| holds(roles, grant));
        is_dumped && holding.all(|grant| grant.role != "public" && grant.origin.is_none())
    }

    /// The widest role of the API's callers that certainly reads a view through the API.
    pub fn reader_of(&self, view: &View) -> Option<&'static str> {
        let is_exposed = self.is_exposed(&view.name.schema);
        let mut roles = CALLERS.into_iter();
        roles.find(|role| is_exposed && self.may_read(role, view) == Some(true))
    }

    /// The widest role of the API's callers that certainly calls a function through the API.
    pub fn caller_of(&self, function: &Function) -> Option<&'static str> {
        let is_exposed = self.is_exposed(&function.name.schema);
        let mut roles = CALLERS.into_iter();
        roles.find(|role| is_exposed && self.may_call(role, function) == Some(true))
    }

    /// Whether a schema is the project's, and not one that the platform or an extension brings.
    pub fn is_own_schema(&self, schema: &str) -> bool {
        let platform = self.schemas.get(schema);
        let is_platform = platform.is_some_and(|it| it.provenance == Provenance::Platform);
        let of_extension = matches!(schema, "cron" | "net" | "pgmq" | "tiger" | "topology");
        schema == "public" || !(is_platform || of_extension)
    }

    /// Whether a role may name objects of a schema; none for a schema that nothing makes.
    fn may_use_schema(&self, roles: &[SmolStr], schema: &str) -> Option<bool> {
        let found = self.schemas.get(schema)?;
        if matches!(found.provenance, Provenance::Unknown(_) | Provenance::Generated(_)) {
            return None;
        }
        Some(found.grants.iter().any(|grant| grant.privilege == "USAGE" && holds(roles, grant)))
    }

    /// A role and all those whose rights it has, `public` among them.
    pub fn roles_of(&self, role: &str) -> Vec<SmolStr> {
        let mut roles: Vec<SmolStr> = vec![SmolStr::new(role)];
        let mut next = 0;
        while let Some(role) = roles.get(next).cloned() {
            next += 1;
            let member_of = self.roles.get(&role).map(|role| role.member_of.as_slice());
            for other in member_of.unwrap_or_default() {
                if !roles.contains(other) {
                    roles.push(other.clone());
                }
            }
        }
        roles.push("public".into());
        roles
    }

    /// Whether row level security lets a role through whatever the policies say.
    pub fn bypasses_rls(&self, role: &str) -> bool {
        self.roles.get(role).is_some_and(|role| role.bypass_rls)
    }

    /// Whether some role of the API (`anon`, `authenticated`) may run a command on a table.
    /// None where the grants are not known.
    pub fn is_reachable(&self, command: Command, table: &Table) -> Option<bool> {
        if !self.is_exposed(&table.name.schema) {
            return Some(false);
        }
        let answers = ["anon", "authenticated"].map(|role| self.may(role, command, table));
        if answers.contains(&Some(true)) {
            return Some(true);
        }
        (!answers.contains(&None)).then_some(false)
    }

    /// The table's policies that apply to a role and a command.
    pub fn policies_for<'a>(
        &self,
        table: &'a Table,
        command: Command,
        role: &str,
    ) -> Vec<&'a Policy> {
        let roles = self.roles_of(role);
        let applies = |policy: &&Policy| {
            policy.is_for(command) && policy.roles.iter().any(|role| roles.contains(role))
        };
        table.policies.iter().filter(applies).collect()
    }

    /// Policies on a table by its name; empty where it is not in the catalog.
    pub fn policies_of(&self, table: &QualifiedName) -> &[Policy] {
        self.tables.get(table).map_or(&[], |table| &table.policies)
    }
}

impl Policy {
    /// Whether the policy is for a command: its own, or all.
    pub fn is_for(&self, command: Command) -> bool {
        self.command.is_none_or(|own| own == command)
    }

    /// Its conditions, `USING` first.
    pub fn conditions(&self) -> impl Iterator<Item = &crate::Condition> {
        self.using.iter().chain(&self.check)
    }

    /// The condition that a new row must meet: `WITH CHECK`, or `USING` where none was written.
    pub fn check_or_using(&self) -> Option<&crate::Condition> {
        self.check.as_ref().or(self.using.as_ref())
    }
}

/// Whether some of these roles hold a privilege, as far as the grants are known.
fn held(roles: &[SmolStr], privilege: &str, (grants, known): (&[Grant], bool)) -> Option<bool> {
    let mut any = false;
    for grant in grants.iter().filter(|it| it.privilege == privilege && holds(roles, it)) {
        if grant.origin.is_some() {
            return Some(true);
        }
        any = true;
    }
    known.then_some(any)
}

fn holds(roles: &[SmolStr], grant: &Grant) -> bool {
    roles.contains(&grant.role)
}
