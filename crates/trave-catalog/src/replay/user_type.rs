//! Enums, composite types, domains, and what follows when they change.

use smol_str::{SmolStr, format_smolstr};
use trave_source::Span;
use trave_sql::{
    AlterChange, AlterDomain, AlterType, ConstraintKind, CreateDomain, CreateType, DomainChange,
    Name, TypeChange, ValuePosition,
};

use super::generated::Wanted;
use super::session::Session;
use super::{Failure, Outcome};
use crate::{Function, Provenance, QualifiedName, TypeKind, UserType};

/// Types in types: no deeper than this.
const NESTING_MAX: u32 = 16;

impl Session {
    /// `CREATE TYPE`.
    pub(super) fn create_type(&mut self, create: &CreateType) -> Outcome {
        let name = self.new_name(&create.name)?;
        self.refuse_taken_type(&name)?;
        let is_composite = matches!(create.kind, trave_sql::TypeKind::Composite(_));
        if is_composite && self.relation(&name).is_some() {
            return Err(Failure::exists("relation", &name));
        }
        let kind = match &create.kind {
            trave_sql::TypeKind::Enum(labels) => TypeKind::Enum(labels.clone()),
            trave_sql::TypeKind::Composite(attributes) => {
                let mut list = Vec::new();
                for attribute in attributes {
                    let kind = self.resolve_type(&attribute.data_type)?.text;
                    list.push((SmolStr::new(attribute.name.as_str()), kind));
                }
                TypeKind::Composite(list)
            }
            trave_sql::TypeKind::Range(_) => TypeKind::Range,
            trave_sql::TypeKind::Base => TypeKind::Other,
        };
        self.put_type(name, kind, create.name.span);
        Ok(())
    }

    fn refuse_taken_type(&self, name: &QualifiedName) -> Outcome {
        let taken = self.catalog().types.contains_key(name)
            || self.catalog().tables.contains_key(name)
            || self.catalog().views.contains_key(name);
        if taken { Err(Failure::exists("type", name)) } else { Ok(()) }
    }

    /// A relation is a type as well: its name must be free among both.
    pub(super) fn refuse_type_of_relation(&self, name: &QualifiedName) -> Outcome {
        if self.catalog().types.contains_key(name) {
            return Err(Failure::exists("type", name));
        }
        Ok(())
    }

    /// The type below a domain; any other type is its own.
    pub(super) fn base_type(&self, text: &SmolStr) -> SmolStr {
        match self.type_printed(text).map(|kind| &kind.kind) {
            Some(TypeKind::Domain { base, .. }) => base.clone(),
            _ => text.clone(),
        }
    }

    /// Whether a type, as printed, is an enum or composite type of the catalog.
    pub(super) fn is_own_type(&self, text: &str) -> bool {
        let kind = self.type_printed(text).map(|kind| &kind.kind);
        matches!(kind, Some(TypeKind::Enum(_) | TypeKind::Composite(_)))
    }

    /// Whether a type, as printed, is a domain.
    pub(super) fn is_domain(&self, text: &str) -> bool {
        let kind = self.type_printed(text).map(|kind| &kind.kind);
        matches!(kind, Some(TypeKind::Domain { .. }))
    }

    /// The type of the catalog that is printed like this.
    fn type_printed(&self, text: &str) -> Option<&UserType> {
        let (schema, rest) = read_name(text)?;
        let (name, rest) = read_name(rest.strip_prefix('.')?)?;
        let name = QualifiedName::new(schema, name);
        self.catalog().types.get(&name).filter(|_| rest.is_empty())
    }

    /// Remembers the types of the columns of a table, for those that were copied.
    pub(super) fn link_types(&mut self, table: &QualifiedName) {
        let columns = self.catalog().tables.get(table).map(|table| table.columns.as_slice());
        let columns = columns.unwrap_or_default().iter();
        let own = columns.filter_map(|one| self.type_printed(one.type_name.trim_end_matches("[]")));
        for kind in own.map(|kind| kind.name.clone()).collect::<Vec<_>>() {
            self.store.link_type(&kind, table);
        }
    }

    fn put_type(&mut self, name: QualifiedName, kind: TypeKind, span: Span) {
        let provenance = self.provenance(span);
        self.store.put(name.clone(), UserType { name, provenance, kind });
    }

    /// A type that a statement changes; in lenient replays one made elsewhere.
    fn need_type(&mut self, name: &trave_sql::ObjectName) -> Result<QualifiedName, Failure> {
        let mut candidates = self.candidates(name).into_iter();
        if let Some(found) = candidates.find(|name| self.catalog().types.contains_key(name)) {
            return Ok(found);
        }
        if !self.assumes_missing() {
            return Err(Failure::missing("type", name));
        }
        let full = self.new_name(name)?;
        let provenance = Provenance::Unknown(self.origin(name.span));
        let kind = UserType { name: full.clone(), provenance, kind: TypeKind::Other };
        self.store.put(full.clone(), kind);
        Ok(full)
    }

    /// `ALTER TYPE`.
    pub(super) fn alter_type(&mut self, alter: &AlterType) -> Outcome {
        let name = self.need_type(&alter.name)?;
        alter.changes.iter().try_for_each(|change| self.change_type(&name, change))
    }

    fn change_type(&mut self, name: &QualifiedName, change: &TypeChange) -> Outcome {
        let attribute_type = match change {
            TypeChange::AddAttribute(one) | TypeChange::AlterAttribute(one) => {
                let kind = self.resolve_type(&one.data_type)?.text;
                if self.holds_type(&kind, &printed(name), NESTING_MAX) {
                    return Err(Failure::new(format!("{name} cannot be made of itself")));
                }
                Some(kind)
            }
            TypeChange::Object(change) => return self.change_type_object(name, change),
            TypeChange::RenameValue(from, to) => return self.rename_label(name, from, to),
            _ => None,
        };
        let Some(found) = self.store.edit::<UserType>(name) else { return Ok(()) };
        match (&mut found.kind, change) {
            (TypeKind::Enum(labels), TypeChange::AddValue(add)) => add_label(labels, add),
            (TypeKind::Composite(list), change) => {
                refuse_attributes(list, change)?;
                change_attributes(list, change, attribute_type);
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn rename_label(&mut self, name: &QualifiedName, from: &SmolStr, to: &SmolStr) -> Outcome {
        let Some(found) = self.store.edit::<UserType>(name) else { return Ok(()) };
        let TypeKind::Enum(labels) = &mut found.kind else { return Ok(()) };
        if labels.contains(to) {
            return Err(Failure::exists("label", to));
        }
        let missing = || Failure::missing("label", from);
        let label = labels.iter_mut().find(|label| *label == from).ok_or_else(missing)?;
        label.clone_from(to);
        self.follow_label(name, from, to);
        Ok(())
    }

    /// Whether values of a type hold values of another one.
    fn holds_type(&self, kind: &str, wanted: &str, depth: u32) -> bool {
        let kind = kind.trim_end_matches("[]");
        if kind == wanted {
            return true;
        }
        let Some(depth) = depth.checked_sub(1) else { return false };
        let holds = |part: &SmolStr| self.holds_type(part, wanted, depth);
        let mut types = self.catalog().types.values();
        let found = types.find(|one| printed(&one.name) == kind);
        let mut tables = self.catalog().tables.values();
        match found.map(|one| &one.kind) {
            Some(TypeKind::Composite(attributes)) => attributes.iter().any(|(_, part)| holds(part)),
            Some(TypeKind::Domain { base, .. }) => holds(base),
            Some(_) => false,
            None => tables
                .find(|one| printed(&one.name) == kind)
                .is_some_and(|one| one.columns.iter().any(|column| holds(&column.type_name))),
        }
    }

    fn change_type_object(&mut self, name: &QualifiedName, change: &AlterChange) -> Outcome {
        let to = match change {
            AlterChange::Rename(to) if name.name == to.as_str() => {
                return Err(Failure::exists("type", name));
            }
            AlterChange::Rename(to) => QualifiedName::new(name.schema.clone(), to.as_str()),
            AlterChange::SetSchema(schema) => {
                let to = SmolStr::new(schema.as_str());
                self.need_schema(&to, schema.span)?;
                QualifiedName::new(to, name.name.clone())
            }
            AlterChange::Owner(_) => {
                return self.changes_nothing("alter type owner", Span::default());
            }
            AlterChange::Other(_) => {
                return self.changes_nothing("alter type set", Span::default());
            }
        };
        self.move_type(name, &to)
    }

    /// A new name or schema for a type.
    pub(super) fn move_type(&mut self, from: &QualifiedName, to: &QualifiedName) -> Outcome {
        if from == to {
            return Ok(());
        }
        self.refuse_taken_type(to)?;
        let kind = self.catalog().types.get(from).map(|found| &found.kind);
        if matches!(kind, Some(TypeKind::Composite(_))) && self.relation(to).is_some() {
            return Err(Failure::exists("relation", to));
        }
        self.follow_type(from, to);
        let Some(mut kind) = self.store.take::<UserType>(from) else { return Ok(()) };
        kind.name = to.clone();
        self.store.put(to.clone(), kind);
        self.store.link_checks(to);
        self.retype(from, to);
        Ok(())
    }

    /// Columns and arguments of a renamed type follow.
    pub(super) fn retype(&mut self, from: &QualifiedName, to: &QualifiedName) {
        let (old, new) = (printed(from), printed(to));
        for table in self.store.typed(from) {
            if let Some(table) = self.store.table(&table) {
                for column in &mut table.columns {
                    column.type_name = renamed(&column.type_name, &old, &new);
                }
            }
            self.store.link_type(to, &table);
        }
        let shows = |view: &&crate::View| view.types.iter().any(|one| one.contains(old.as_str()));
        let views: Vec<_> =
            self.catalog().views.values().filter(shows).map(|view| view.name.clone()).collect();
        for view in views {
            let Some(view) = self.store.edit::<crate::View>(&view) else { continue };
            view.types.iter_mut().for_each(|one| *one = renamed(one, &old, &new));
        }
        let takes = |function: &Function| {
            function.returns.contains(old.as_str())
                || function.arguments.iter().any(|one| one.type_name.contains(old.as_str()))
        };
        let all = self.catalog().functions.iter();
        let keys: Vec<_> =
            all.filter(|(_, function)| takes(function)).map(|(key, _)| key.clone()).collect();
        for key in keys {
            let Some(mut function) = self.store.take::<Function>(&key) else { continue };
            function.returns = renamed(&function.returns, &old, &new);
            for argument in &mut function.arguments {
                argument.type_name = renamed(&argument.type_name, &old, &new);
            }
            let to = super::function::key_of(&function);
            self.bodies.rename(&key, &to);
            self.store.put(to, function);
        }
    }

    /// `CREATE DOMAIN`.
    pub(super) fn create_domain(&mut self, create: &CreateDomain) -> Outcome {
        let name = self.new_name(&create.name)?;
        self.refuse_taken_type(&name)?;
        let base = self.resolve_type(&create.data_type)?.text;
        let mut checks = Vec::new();
        for constraint in &create.constraints {
            let ConstraintKind::Check(expr) = &constraint.kind else { continue };
            let check_name = match &constraint.name {
                Some(name) => SmolStr::new(name.as_str()),
                None => domain_check_name(&name, &checks),
            };
            checks.push((check_name, self.expression_text(expr)));
        }
        let default = create.default.as_ref().map(|default| self.expression_text(default));
        let kind = TypeKind::Domain { base, not_null: create.not_null, default, checks };
        self.put_type(name.clone(), kind, create.name.span);
        self.store.link_checks(&name);
        Ok(())
    }

    /// `ALTER DOMAIN`.
    pub(super) fn alter_domain(&mut self, alter: &AlterDomain) -> Outcome {
        let name = self.need_type(&alter.name)?;
        if let DomainChange::Object(change) = &alter.change {
            return self.change_type_object(&name, change);
        }
        let text = match &alter.change {
            DomainChange::SetDefault(expr) => self.expression_text(expr),
            DomainChange::AddConstraint(constraint) => match &constraint.kind {
                ConstraintKind::Check(expr) => self.expression_text(expr),
                _ => String::new(),
            },
            _ => String::new(),
        };
        let Some(found) = self.store.edit::<UserType>(&name) else { return Ok(()) };
        let TypeKind::Domain { not_null, default, checks, .. } = &mut found.kind else {
            return Ok(());
        };
        match &alter.change {
            DomainChange::SetDefault(_) => *default = Some(text),
            DomainChange::DropDefault => *default = None,
            DomainChange::SetNotNull => *not_null = true,
            DomainChange::DropNotNull => *not_null = false,
            DomainChange::AddConstraint(constraint) => {
                let check = match &constraint.name {
                    Some(name) => SmolStr::new(name.as_str()),
                    None => domain_check_name(&name, checks),
                };
                checks.push((check, text));
            }
            DomainChange::DropConstraint(drop) => {
                checks.retain(|(check, _)| check != drop.name.as_str());
            }
            DomainChange::RenameConstraint(rename) => {
                for (check, _) in checks.iter_mut() {
                    if check == rename.from.as_str() {
                        *check = SmolStr::new(rename.to.as_str());
                    }
                }
            }
            DomainChange::ValidateConstraint(_) | DomainChange::Object(_) => {}
        }
        self.store.link_checks(&name);
        Ok(())
    }
}

impl UserType {
    /// The names of its checks, if it is a domain.
    pub(super) fn checks(&self) -> Vec<SmolStr> {
        match &self.kind {
            TypeKind::Domain { checks, .. } => {
                checks.iter().map(|(check, _)| check.clone()).collect()
            }
            _ => Vec::new(),
        }
    }

    /// Whether it is a domain with a check of this name.
    pub(super) fn has_check(&self, name: &str) -> bool {
        match &self.kind {
            TypeKind::Domain { checks, .. } => checks.iter().any(|(check, _)| check == name),
            _ => false,
        }
    }
}

fn domain_check_name(domain: &QualifiedName, checks: &[(SmolStr, String)]) -> SmolStr {
    let wanted = Wanted { table: &domain.name, columns: "", label: "check" };
    wanted.choose(|name| checks.iter().any(|(check, _)| check == name))
}

fn add_label(labels: &mut Vec<SmolStr>, add: &trave_sql::AddValue) -> Outcome {
    if labels.contains(&add.value) {
        let keeps = add.if_not_exists;
        return if keeps { Ok(()) } else { Err(Failure::exists("enum label", &add.value)) };
    }
    let place = |other: &SmolStr| {
        let found = labels.iter().position(|label| label == other);
        found.ok_or_else(|| Failure::missing("enum label", other))
    };
    let at = match &add.position {
        ValuePosition::End => labels.len(),
        ValuePosition::Before(other) => place(other)?,
        ValuePosition::After(other) => place(other)? + 1,
    };
    labels.insert(at, add.value.clone());
    Ok(())
}

/// A new name has to be free, and an old one to be there.
fn refuse_attributes(list: &[(SmolStr, SmolStr)], change: &TypeChange) -> Outcome {
    let (from, to) = match change {
        TypeChange::AddAttribute(one) => (None, Some(one.name.as_str())),
        TypeChange::AlterAttribute(one) => (Some(one.name.as_str()), None),
        TypeChange::DropAttribute(drop) if drop.if_exists => return Ok(()),
        TypeChange::DropAttribute(drop) => (Some(drop.name.as_str()), None),
        TypeChange::RenameAttribute(rename) => {
            (Some(rename.from.as_str()), Some(rename.to.as_str()))
        }
        _ => return Ok(()),
    };
    let has = |name: &str| list.iter().any(|(own, _)| own == name);
    if let Some(missing) = from.filter(|name| !has(name)) {
        return Err(Failure::missing("attribute", &missing));
    }
    match to.filter(|name| has(name)) {
        Some(taken) => Err(Failure::exists("attribute", &taken)),
        None => Ok(()),
    }
}

fn change_attributes(
    list: &mut Vec<(SmolStr, SmolStr)>,
    change: &TypeChange,
    kind: Option<SmolStr>,
) {
    match change {
        TypeChange::AddAttribute(one) => {
            list.push((SmolStr::new(one.name.as_str()), kind.unwrap_or_default()));
        }
        TypeChange::DropAttribute(drop) => list.retain(|(name, _)| name != drop.name.as_str()),
        TypeChange::AlterAttribute(one) => {
            for (_, old) in list.iter_mut().filter(|(name, _)| name == one.name.as_str()) {
                *old = kind.clone().unwrap_or_default();
            }
        }
        TypeChange::RenameAttribute(rename) => {
            for (name, _) in list.iter_mut().filter(|(name, _)| name == rename.from.as_str()) {
                *name = SmolStr::new(rename.to.as_str());
            }
        }
        _ => {}
    }
}

/// A type's name as `format_type` prints it.
pub(super) fn printed(name: &QualifiedName) -> SmolStr {
    format_smolstr!("{}.{}", Name::exact(&name.schema), Name::exact(&name.name))
}

/// The name that a text begins with, and what follows it.
fn read_name(text: &str) -> Option<(SmolStr, &str)> {
    let Some(quoted) = text.strip_prefix('"') else {
        let end = text.find(['.', '[', '(', ' ']).unwrap_or(text.len());
        return Some((text.get(..end)?.into(), text.get(end..)?));
    };
    let mut from = 0;
    loop {
        let end = from + quoted.get(from..)?.find('"')?;
        let rest = quoted.get(end + 1..)?;
        if !rest.starts_with('"') {
            return Some((quoted.get(..end)?.replace("\"\"", "\"").into(), rest));
        }
        from = end + 2;
    }
}

fn renamed(text: &SmolStr, old: &SmolStr, new: &SmolStr) -> SmolStr {
    match text.strip_prefix(old.as_str()) {
        Some("") => new.clone(),
        Some("[]") => format_smolstr!("{new}[]"),
        _ => text.clone(),
    }
}
