//! Lists of privileges: what `ALL` means, giving and taking, what new objects begin with.

use smol_str::{SmolStr, StrExt};
use trave_source::Origin;
use trave_sql::{GrantAction, Ident, Privileges};

use super::session::Session;
use crate::{DefaultPrivilege, Grant};

/// What privileges are on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum On {
    /// Tables and views.
    Tables,
    /// Sequences.
    Sequences,
    /// Functions and procedures.
    Functions,
    /// Types and domains.
    Types,
    /// Schemas.
    Schemas,
}

impl On {
    /// Every privilege there is, in the order in which PostgreSQL prints them.
    pub(super) fn all(self) -> &'static [&'static str] {
        match self {
            Self::Tables => {
                &["INSERT", "SELECT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER"]
            }
            Self::Sequences => &["SELECT", "UPDATE", "USAGE"],
            Self::Functions => &["EXECUTE"],
            Self::Types => &["USAGE"],
            Self::Schemas => &["USAGE", "CREATE"],
        }
    }

    /// What everybody holds where nothing was said.
    fn of_everybody(self) -> &'static [&'static str] {
        match self {
            Self::Functions => &["EXECUTE"],
            Self::Types => &["USAGE"],
            Self::Tables | Self::Sequences | Self::Schemas => &[],
        }
    }

    /// As `pg_default_acl` and `ALTER DEFAULT PRIVILEGES` call it.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Tables => "TABLES",
            Self::Sequences => "SEQUENCES",
            Self::Functions => "FUNCTIONS",
            Self::Types => "TYPES",
            Self::Schemas => "SCHEMAS",
        }
    }
}

/// One `GRANT` or `REVOKE`, resolved.
#[derive(Debug, Clone)]
pub(super) struct GrantChange {
    /// Given or taken.
    pub(super) action: GrantAction,
    /// Privileges with the columns they are limited to.
    pub(super) privileges: Vec<(SmolStr, Vec<SmolStr>)>,
    /// To or from whom.
    pub(super) roles: Vec<SmolStr>,
    /// The statement; none for the platform's own.
    pub(super) origin: Option<Origin>,
}

impl GrantChange {
    /// The privileges that a statement names, on this kind of object.
    pub(super) fn privileges(on: On, privileges: &Privileges) -> Vec<(SmolStr, Vec<SmolStr>)> {
        let names = |columns: &[Ident]| -> Vec<SmolStr> {
            columns.iter().map(|column| SmolStr::new(column.as_str())).collect()
        };
        match privileges {
            Privileges::All(columns) if columns.is_empty() => {
                on.all().iter().map(|name| (SmolStr::new(*name), Vec::new())).collect()
            }
            Privileges::All(columns) => ["INSERT", "SELECT", "UPDATE", "REFERENCES"]
                .iter()
                .map(|name| (SmolStr::new(*name), names(columns)))
                .collect(),
            Privileges::These(list) => list
                .iter()
                .map(|one| (one.name.to_uppercase_smolstr(), names(&one.columns)))
                .collect(),
        }
    }

    /// Applies it to the privileges on one object.
    pub(super) fn apply(&self, grants: &mut Vec<Grant>) {
        for role in &self.roles {
            for (privilege, columns) in &self.privileges {
                match self.action {
                    GrantAction::Grant => self.give(grants, role, (privilege, columns)),
                    GrantAction::Revoke => take(grants, role, privilege, columns),
                }
            }
        }
    }

    fn give(
        &self,
        grants: &mut Vec<Grant>,
        role: &SmolStr,
        (privilege, columns): (&SmolStr, &[SmolStr]),
    ) {
        let same = |grant: &&mut Grant| {
            grant.role == *role
                && grant.privilege == *privilege
                && grant.columns.is_empty() == columns.is_empty()
        };
        match grants.iter_mut().find(same) {
            Some(held) => {
                let new = columns.iter().filter(|column| !held.columns.contains(column));
                let new: Vec<SmolStr> = new.cloned().collect();
                held.columns.extend(new);
                held.origin = self.origin.or(held.origin);
            }
            None => grants.push(Grant {
                role: role.clone(),
                privilege: privilege.clone(),
                columns: columns.to_vec(),
                origin: self.origin,
            }),
        }
    }
}

/// A privilege on the whole object takes those on its columns with it.
fn take(grants: &mut Vec<Grant>, role: &SmolStr, privilege: &SmolStr, columns: &[SmolStr]) {
    grants.retain_mut(|grant| {
        if grant.role != *role || grant.privilege != *privilege {
            return true;
        }
        if columns.is_empty() {
            return false;
        }
        if grant.columns.is_empty() {
            return true;
        }
        grant.columns.retain(|column| !columns.contains(column));
        !grant.columns.is_empty()
    });
}

impl Session {
    /// Whether it is known who may use a new object of a schema.
    pub(super) fn knows_grants(&self, schema: &str) -> bool {
        self.grants_known || (schema != "public" && !self.is_generated())
    }

    /// What a new object of a schema begins with.
    pub(super) fn default_grants(&self, on: On, schema: &str) -> Vec<Grant> {
        if self.is_generated() {
            return Vec::new();
        }
        let own =
            |entry: &&DefaultPrivilege| entry.for_role == self.role && entry.objects == on.name();
        let entries = || self.catalog().default_privileges.iter().filter(own);
        let mut grants: Vec<Grant> = Vec::new();
        if !entries().any(|entry| entry.schema.is_none()) {
            let of_everybody = on.of_everybody().iter();
            grants.extend(of_everybody.map(|privilege| Grant {
                role: "public".into(),
                privilege: SmolStr::new(*privilege),
                columns: Vec::new(),
                origin: None,
            }));
        }
        for entry in entries() {
            let applies = entry.schema.as_ref().is_none_or(|of| of == schema);
            let held = grants
                .iter()
                .any(|grant| grant.role == entry.role && grant.privilege == entry.privilege);
            if applies && !held && entry.role != self.role {
                grants.push(Grant {
                    role: entry.role.clone(),
                    privilege: entry.privilege.clone(),
                    columns: Vec::new(),
                    origin: entry.origin,
                });
            }
        }
        grants
    }

    /// The entries that the built-in defaults of a role stand for, once something changes them.
    pub(super) fn built_in_defaults(role: &SmolStr, on: On) -> Vec<DefaultPrivilege> {
        let entry = |holder: &SmolStr, privilege: &&str| DefaultPrivilege {
            for_role: role.clone(),
            schema: None,
            objects: on.name().into(),
            role: holder.clone(),
            privilege: SmolStr::new(*privilege),
            origin: None,
            of_platform: false,
        };
        let everybody = SmolStr::new("public");
        let of_everybody = on.of_everybody().iter().map(|name| entry(&everybody, name));
        let of_owner = on.all().iter().map(|name| entry(role, name));
        of_everybody.chain(of_owner).collect()
    }
}
