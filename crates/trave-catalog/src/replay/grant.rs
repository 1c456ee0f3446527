//! `GRANT`, `REVOKE`, `ALTER DEFAULT PRIVILEGES`, and who is a member of whom.

use std::collections::BTreeMap;
use std::ops::Bound;

use smol_str::SmolStr;
use trave_source::Span;
use trave_sql::{
    AlterDefaultPrivileges, GrantAction, GrantObjects, GrantRole, ObjectKind, ObjectName, RoleRef,
    RoutineName,
};

use super::names::RelationIs;
use super::privilege::{GrantChange, On};
use super::session::Session;
use super::store::{FunctionKey, Stored};
use super::unchanged::words;
use super::{Failure, Outcome};
use crate::{DefaultPrivilege, Function, Grant, QualifiedName, Schema, Sequence, Table, View};

impl Session {
    /// `GRANT … ON …` and `REVOKE … ON …`.
    pub(super) fn grant(&mut self, grant: &trave_sql::Grant, span: Span) -> Outcome {
        let roles = self.grantees(&grant.grantees)?;
        if grant.action == GrantAction::Revoke && grant.grant_option {
            return Ok(());
        }
        let origin = (!self.platform).then(|| self.origin(span));
        let change = |on: On| GrantChange {
            action: grant.action,
            privileges: GrantChange::privileges(on, &grant.privileges),
            roles: roles.clone(),
            origin,
        };
        match &grant.objects {
            GrantObjects::Named(kind, names) => self.grant_named(*kind, names, &change),
            GrantObjects::Routines(kind, routines) => {
                let change = change(On::Functions);
                let mut routines = routines.iter();
                routines.try_for_each(|routine| self.grant_routine((*kind, routine), &change))
            }
            GrantObjects::AllInSchemas(kind, schemas) => {
                for schema in schemas {
                    let schema = SmolStr::new(schema.as_str());
                    self.need_schema(&schema, span)?;
                    self.grant_all_in(*kind, &schema, &change);
                }
                Ok(())
            }
        }
    }

    /// Role names of a statement; in strict replays each must exist.
    pub(super) fn grantees(&self, roles: &[RoleRef]) -> Result<Vec<SmolStr>, Failure> {
        let name = |role: &RoleRef| {
            let name = SmolStr::new(role.name().unwrap_or(self.role.as_str()));
            let known = matches!(role, RoleRef::Public) || self.knows_role(&name);
            if known || self.assumes_missing() {
                Ok(name)
            } else {
                Err(Failure::missing("role", &name))
            }
        };
        roles.iter().map(name).collect()
    }

    fn knows_role(&self, name: &str) -> bool {
        name == "postgres" || name.starts_with("pg_") || self.catalog().roles.contains_key(name)
    }

    fn grant_named(
        &mut self,
        kind: ObjectKind,
        names: &[ObjectName],
        change: &dyn Fn(On) -> GrantChange,
    ) -> Outcome {
        match kind {
            ObjectKind::Schema => {
                for name in names {
                    let schema = SmolStr::new(name.name.as_str());
                    self.need_schema(&schema, name.span)?;
                    self.change_grants::<Schema>(&schema, &change(On::Schemas));
                }
                Ok(())
            }
            ObjectKind::Table
            | ObjectKind::View
            | ObjectKind::MaterializedView
            | ObjectKind::ForeignTable
            | ObjectKind::Sequence => {
                names.iter().try_for_each(|name| self.grant_relation(name, change))
            }
            kind => {
                let span = names.first().map(|name| name.span).unwrap_or_default();
                self.changes_nothing(&format!("grant on {}", words(kind)), span)
            }
        }
    }

    fn grant_relation(&mut self, name: &ObjectName, change: &dyn Fn(On) -> GrantChange) -> Outcome {
        let (relation, is) = self.need_relation(name)?;
        match is {
            RelationIs::Table => {
                let change = change(On::Tables);
                for column in change.privileges.iter().flat_map(|(_, columns)| columns) {
                    self.need_column(&relation, column)?;
                }
                self.change_grants::<Table>(&relation, &change);
            }
            RelationIs::View => self.change_grants::<View>(&relation, &change(On::Tables)),
            RelationIs::Sequence => {
                self.change_grants::<Sequence>(&relation, &change(On::Sequences));
            }
            RelationIs::Index | RelationIs::Type => {
                return Err(Failure::new(format!("{relation} holds no privileges")));
            }
        }
        Ok(())
    }

    fn grant_routine(
        &mut self,
        (kind, routine): (ObjectKind, &RoutineName),
        change: &GrantChange,
    ) -> Outcome {
        let key = self.find_routine(kind, routine)?;
        if let Some(key) = key {
            self.change_grants::<Function>(&key, change);
        }
        Ok(())
    }

    fn grant_all_in(
        &mut self,
        kind: ObjectKind,
        schema: &SmolStr,
        change: &dyn Fn(On) -> GrantChange,
    ) {
        let catalog = &self.store.catalog;
        match kind {
            ObjectKind::Sequence => {
                for name in in_schema(&catalog.sequences, schema) {
                    self.change_grants::<Sequence>(&name, &change(On::Sequences));
                }
            }
            ObjectKind::Function | ObjectKind::Procedure | ObjectKind::Routine => {
                let change = change(On::Functions);
                let is_meant = |key: &FunctionKey| {
                    let found = catalog.functions.get(key);
                    found.is_some_and(|found| found.is_called(kind))
                };
                let mut keys = functions_in(&catalog.functions, schema);
                keys.retain(is_meant);
                for key in keys {
                    self.change_grants::<Function>(&key, &change);
                }
            }
            _ => {
                let change = change(On::Tables);
                let (tables, views) =
                    (in_schema(&catalog.tables, schema), in_schema(&catalog.views, schema));
                for name in tables {
                    self.change_grants::<Table>(&name, &change);
                }
                for name in views {
                    self.change_grants::<View>(&name, &change);
                }
            }
        }
    }

    fn change_grants<T: Stored + Granted>(&mut self, key: &T::Key, change: &GrantChange) {
        if let Some(object) = self.store.edit::<T>(key) {
            change.apply(object.grants_mut());
        }
    }

    /// `GRANT role TO role`.
    pub(super) fn grant_role(&mut self, grant: &GrantRole) -> Outcome {
        let (roles, members) = (self.grantees(&grant.roles)?, self.grantees(&grant.members)?);
        for member in members {
            let Some(member) = self.store.edit::<crate::Role>(&member) else { continue };
            match grant.action {
                GrantAction::Grant => {
                    let new = roles.iter().filter(|role| !member.member_of.contains(role));
                    let new: Vec<SmolStr> = new.cloned().collect();
                    member.member_of.extend(new);
                }
                GrantAction::Revoke => member.member_of.retain(|role| !roles.contains(role)),
            }
        }
        Ok(())
    }

    /// `ALTER DEFAULT PRIVILEGES`.
    pub(super) fn alter_default_privileges(
        &mut self,
        alter: &AlterDefaultPrivileges,
        span: Span,
    ) -> Outcome {
        let Some(on) = on_of(alter.kind) else { return Ok(()) };
        let origin = (!self.platform).then(|| self.origin(span));
        let change = GrantChange {
            action: alter.action,
            privileges: GrantChange::privileges(on, &alter.privileges),
            roles: self.grantees(&alter.grantees)?,
            origin,
        };
        let mut for_roles = self.grantees(&alter.for_roles)?;
        if for_roles.is_empty() {
            for_roles.push(self.role.clone());
        }
        let mut schemas: Vec<Option<SmolStr>> = Vec::new();
        for schema in &alter.schemas {
            let schema = SmolStr::new(schema.as_str());
            self.need_schema(&schema, span)?;
            schemas.push(Some(schema));
        }
        if schemas.is_empty() {
            schemas.push(None);
        }
        for role in &for_roles {
            for schema in &schemas {
                self.change_defaults(&Defaults { role, schema, on }, &change);
            }
        }
        Ok(())
    }

    fn change_defaults(&mut self, which: &Defaults<'_>, change: &GrantChange) {
        let is_made = self.platform;
        let all = self.store.default_privileges();
        let (mut own, mut rest): (Vec<DefaultPrivilege>, Vec<DefaultPrivilege>) =
            std::mem::take(all).into_iter().partition(|entry| which.holds(entry));
        if own.is_empty() && which.schema.is_none() {
            own = Self::built_in_defaults(which.role, which.on);
        }
        let mut grants: Vec<Grant> = own.iter().map(as_grant).collect();
        change.apply(&mut grants);
        if which.schema.is_none() && says_nothing(&grants, which) {
            grants.clear();
        }
        let is_platforms = |grant: &Grant| {
            let is_same = |entry: &DefaultPrivilege| {
                entry.role == grant.role && entry.privilege == grant.privilege
            };
            is_made || own.iter().any(|entry| entry.of_platform && is_same(entry))
        };
        let entry = |grant: Grant| DefaultPrivilege {
            of_platform: is_platforms(&grant),
            for_role: which.role.clone(),
            schema: which.schema.clone(),
            objects: which.on.name().into(),
            role: grant.role,
            privilege: grant.privilege,
            origin: grant.origin,
        };
        rest.extend(grants.into_iter().map(entry));
        *all = rest;
    }
}

/// One row of `pg_default_acl`.
struct Defaults<'a> {
    role: &'a SmolStr,
    schema: &'a Option<SmolStr>,
    on: On,
}

impl Defaults<'_> {
    fn holds(&self, entry: &DefaultPrivilege) -> bool {
        entry.for_role == *self.role
            && entry.schema == *self.schema
            && entry.objects == self.on.name()
    }
}

/// Whether defaults are those that hold without a word.
fn says_nothing(grants: &[Grant], which: &Defaults<'_>) -> bool {
    let built_in = Session::built_in_defaults(which.role, which.on);
    let has = |entry: &DefaultPrivilege| {
        grants.iter().any(|one| one.role == entry.role && one.privilege == entry.privilege)
    };
    grants.len() == built_in.len() && built_in.iter().all(has)
}

fn as_grant(entry: &DefaultPrivilege) -> Grant {
    Grant {
        role: entry.role.clone(),
        privilege: entry.privilege.clone(),
        columns: Vec::new(),
        origin: entry.origin,
    }
}

fn on_of(kind: ObjectKind) -> Option<On> {
    match kind {
        ObjectKind::Table => Some(On::Tables),
        ObjectKind::Sequence => Some(On::Sequences),
        ObjectKind::Function | ObjectKind::Routine | ObjectKind::Procedure => Some(On::Functions),
        ObjectKind::Type => Some(On::Types),
        ObjectKind::Schema => Some(On::Schemas),
        _ => None,
    }
}

/// Objects that hold privileges.
trait Granted {
    fn grants_mut(&mut self) -> &mut Vec<Grant>;
}

macro_rules! granted {
    ($($type:ty)*) => {
        $(impl Granted for $type {
            fn grants_mut(&mut self) -> &mut Vec<Grant> {
                &mut self.grants
            }
        })*
    };
}

granted!(Table View Function Sequence Schema);

/// The names of one schema, without looking at the others.
pub(super) fn in_schema<T>(
    map: &BTreeMap<QualifiedName, T>,
    schema: &SmolStr,
) -> Vec<QualifiedName> {
    map.range(QualifiedName::new(schema.clone(), "")..)
        .take_while(|(name, _)| name.schema == *schema)
        .map(|(name, _)| name.clone())
        .collect()
}

/// The functions of one schema, without looking at the others.
pub(super) fn functions_in(
    map: &BTreeMap<FunctionKey, Function>,
    schema: &SmolStr,
) -> Vec<FunctionKey> {
    let start = (QualifiedName::new(schema.clone(), ""), SmolStr::default());
    map.range((Bound::Included(start), Bound::Unbounded))
        .take_while(|((name, _), _)| name.schema == *schema)
        .map(|(key, _)| key.clone())
        .collect()
}
