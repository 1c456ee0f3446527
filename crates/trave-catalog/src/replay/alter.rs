//! `ALTER TABLE` and its sisters for views, indexes and foreign tables.

use smol_str::SmolStr;
use trave_source::Span;
use trave_sql::{
    AlterAction, AlterActionKind, AlterTable, RelationKind, RowSecurity, StorageOption,
    SwitchTrigger,
};

use super::alter_parts::ChildIs;
use super::drop::Behavior;
use super::names::RelationIs;
use super::session::Session;
use super::{Failure, Outcome};
use crate::{ChangeKind, QualifiedName, Table, View};

impl Session {
    /// `ALTER TABLE`: all of its actions, or none.
    pub(super) fn alter_table(&mut self, alter: &AlterTable) -> Outcome {
        let found = self.find_relation(&alter.name);
        let (relation, is) = match found {
            Some(found) => found,
            None if alter.if_exists => return Ok(()),
            None if matches!(alter.kind, RelationKind::Table | RelationKind::ForeignTable) => {
                self.need_relation(&alter.name)?
            }
            None => return Err(Failure::missing("relation", &alter.name)),
        };
        match alter.actions.as_slice() {
            [action] => self.alter_action(&relation, is, action),
            actions => self.atomically(|session| {
                let order = pass_of;
                let mut actions: Vec<&AlterAction> = actions.iter().collect();
                actions.sort_by_key(|action| order(&action.kind));
                let mut actions = actions.into_iter();
                actions.try_for_each(|action| session.alter_action(&relation, is, action))
            }),
        }
    }

    fn alter_action(
        &mut self,
        relation: &QualifiedName,
        is: RelationIs,
        action: &AlterAction,
    ) -> Outcome {
        match is {
            RelationIs::Table => self.alter_of_table(relation, action),
            RelationIs::View => self.alter_view(relation, &action.kind),
            RelationIs::Index => self.alter_index(relation, &action.kind),
            RelationIs::Sequence => self.alter_relation_name(relation, &action.kind),
            RelationIs::Type => Err(Failure::new(format!("{relation} is a composite type"))),
        }
    }

    fn alter_of_table(&mut self, table: &QualifiedName, action: &AlterAction) -> Outcome {
        match &action.kind {
            AlterActionKind::AddColumn(add) => self.add_column(table, add, action.span),
            AlterActionKind::DropColumn(drop) => self.drop_column(table, drop, action.span),
            AlterActionKind::RenameColumn(rename) => self.rename_column(table, rename, action.span),
            AlterActionKind::AlterColumn(alter) => self.alter_column(table, alter, action.span),
            AlterActionKind::AddConstraint(constraint) => self.add_constraint(table, constraint),
            AlterActionKind::DropConstraint(drop) => self.drop_constraint(table, drop),
            AlterActionKind::RenameConstraint(rename) => self.rename_constraint(table, rename),
            AlterActionKind::ValidateConstraint(name) => {
                self.validate_constraint(table, name.as_str())
            }
            AlterActionKind::RowSecurity(security) => {
                self.set_row_security(table, *security, action.span);
                Ok(())
            }
            AlterActionKind::Trigger(switch) => self.switch_trigger(table, switch),
            AlterActionKind::AttachPartition(child, bound) => {
                let child = self.need_table(child)?;
                self.attach_partition(table, (&child, bound))
            }
            AlterActionKind::DetachPartition(detach) => {
                let child = self.need_table(&detach.partition)?;
                self.detach(table, &child);
                Ok(())
            }
            AlterActionKind::Inherit(parent) => {
                let parent = self.need_table(parent)?;
                self.attach(&parent, table, ChildIs::Heir);
                Ok(())
            }
            AlterActionKind::NoInherit(parent) => {
                let parent = self.need_table(parent)?;
                self.detach(&parent, table);
                Ok(())
            }
            AlterActionKind::SetLogged(logged) => {
                self.edit_table(table, |table| table.unlogged = !logged)
            }
            AlterActionKind::RenameTo(_) | AlterActionKind::SetSchema(_) => {
                self.alter_relation_name(table, &action.kind)
            }
            AlterActionKind::DropPrimaryKey
            | AlterActionKind::AddIndex(_)
            | AlterActionKind::DropIndex(_)
            | AlterActionKind::RenameIndex(_) => self.alter_as_mysql(table, &action.kind),
            AlterActionKind::AlterConstraint(_)
            | AlterActionKind::OwnerTo(_)
            | AlterActionKind::ReplicaIdentity(_)
            | AlterActionKind::SetOptions(_)
            | AlterActionKind::ResetOptions(_)
            | AlterActionKind::Other(_) => Ok(()),
        }
    }

    /// Keys and indexes, in the forms that only MySQL has.
    fn alter_as_mysql(&mut self, table: &QualifiedName, action: &AlterActionKind) -> Outcome {
        match action {
            AlterActionKind::DropPrimaryKey => {
                let name = self
                    .catalog()
                    .tables
                    .get(table)
                    .and_then(|table| table.primary_key.as_ref().map(|key| key.name.clone()));
                name.map_or(Ok(()), |name| {
                    self.drop_constraint_named(table, &name, Behavior::Restrict)
                })
            }
            AlterActionKind::AddIndex(create) => self.index_of_table(table, create),
            AlterActionKind::DropIndex(name) => self.edit_table(table, |table| {
                table.indexes.retain(|index| index.name != name.as_str());
                table.uniques.retain(|key| key.name != name.as_str());
            }),
            AlterActionKind::RenameIndex(rename) => self.edit_table(table, |table| {
                let same = |index: &&mut crate::Index| index.name == rename.from.as_str();
                if let Some(index) = table.indexes.iter_mut().find(same) {
                    index.name = SmolStr::new(rename.to.as_str());
                }
            }),
            _ => Ok(()),
        }
    }

    /// Changes a table that is there.
    pub(super) fn edit_table(
        &mut self,
        table: &QualifiedName,
        change: impl FnOnce(&mut Table),
    ) -> Outcome {
        match self.store.table(table) {
            Some(found) => {
                change(found);
                Ok(())
            }
            None => Err(Failure::missing("table", table)),
        }
    }

    fn add_column(
        &mut self,
        table: &QualifiedName,
        add: &trave_sql::AddColumn,
        span: Span,
    ) -> Outcome {
        let name = add.column.name.as_str();
        let exists =
            self.catalog().tables.get(table).is_some_and(|table| table.column(name).is_some());
        if exists {
            return if add.if_not_exists { Ok(()) } else { Err(Failure::exists("column", &name)) };
        }
        self.atomically(|session| {
            let column = session.new_column(table, &add.column)?;
            for child in session.store.children(table) {
                session.edit_table(&child, |child| child.columns.push(column.clone()))?;
            }
            let changed =
                ChangeKind::ColumnAdded { table: table.clone(), column: column.name.clone() };
            session.edit_table(table, |table| table.columns.push(column))?;
            session.changed(span, changed);
            let mut constraints = add.column.constraints.iter();
            constraints.try_for_each(|constraint| session.add_constraint(table, constraint))
        })
    }

    fn set_row_security(&mut self, table: &QualifiedName, security: RowSecurity, span: Span) {
        let origin = self.origin(span);
        let Some(table) = self.store.table(table) else { return };
        match security {
            RowSecurity::Enable => table.rls_enabled = true,
            RowSecurity::Disable => table.rls_enabled = false,
            RowSecurity::Force => table.rls_forced = true,
            RowSecurity::NoForce => table.rls_forced = false,
        }
        if matches!(security, RowSecurity::Enable | RowSecurity::Disable) {
            table.rls_origin = Some(origin);
        }
    }

    fn switch_trigger(&mut self, table: &QualifiedName, switch: &SwitchTrigger) -> Outcome {
        let Some(found) = self.store.table(table) else { return Ok(()) };
        let name = switch.name.as_ref().map(trave_sql::Ident::as_str);
        let mut found_any = name.is_none();
        for trigger in &mut found.triggers {
            if name.is_none_or(|name| trigger.name == name) {
                trigger.enabled = switch.enabled;
                found_any = true;
            }
        }
        if found_any { Ok(()) } else { Err(Failure::missing("trigger", &name.unwrap_or_default())) }
    }

    fn alter_view(&mut self, view: &QualifiedName, action: &AlterActionKind) -> Outcome {
        match action {
            AlterActionKind::SetOptions(options) => {
                if let Some(view) = self.store.edit::<View>(view) {
                    set_view_options(view, options);
                }
                Ok(())
            }
            AlterActionKind::ResetOptions(names) => {
                let options = names
                    .iter()
                    .map(|name| StorageOption { name: name.clone(), value: Some("false".into()) });
                let options: Vec<StorageOption> = options.collect();
                if let Some(view) = self.store.edit::<View>(view) {
                    set_view_options(view, &options);
                }
                Ok(())
            }
            AlterActionKind::RenameColumn(rename) => self.rename_output(view, rename),
            _ => self.alter_relation_name(view, action),
        }
    }

    fn alter_index(&mut self, index: &QualifiedName, action: &AlterActionKind) -> Outcome {
        match action {
            AlterActionKind::RenameTo(name) => self.rename_index(index, name.as_str()),
            _ => Ok(()),
        }
    }

    /// `RENAME TO` and `SET SCHEMA`, which every relation has.
    fn alter_relation_name(
        &mut self,
        relation: &QualifiedName,
        action: &AlterActionKind,
    ) -> Outcome {
        let to = match action {
            AlterActionKind::RenameTo(name) => {
                QualifiedName::new(relation.schema.clone(), name.as_str())
            }
            AlterActionKind::SetSchema(schema) => {
                let name = SmolStr::new(schema.as_str());
                self.need_schema(&name, schema.span)?;
                QualifiedName::new(name, relation.name.clone())
            }
            _ => return Ok(()),
        };
        let span = match action {
            AlterActionKind::RenameTo(name) | AlterActionKind::SetSchema(name) => name.span,
            _ => Span::default(),
        };
        self.rename_relation(relation, &to, span)
    }
}

/// The options of a view that decide whose rights it reads with.
pub(super) fn set_view_options(view: &mut View, options: &[StorageOption]) {
    for option in options {
        match option.name.as_str() {
            "security_invoker" => view.security_invoker = option.is_on(),
            "security_barrier" => view.security_barrier = option.is_on(),
            _ => {}
        }
    }
}

/// PostgreSQL runs drops before type changes before additions, in whatever order they are written.
fn pass_of(action: &AlterActionKind) -> u8 {
    match action {
        AlterActionKind::DropColumn(_) | AlterActionKind::DropConstraint(_) => 0,
        AlterActionKind::AlterColumn(alter)
            if matches!(alter.change, trave_sql::ColumnChange::SetType(..)) =>
        {
            1
        }
        AlterActionKind::AddColumn(_) => 2,
        AlterActionKind::AddConstraint(_) => 4,
        _ => 3,
    }
}
