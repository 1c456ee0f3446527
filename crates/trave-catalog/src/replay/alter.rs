//! `ALTER TABLE` and its sisters for views, indexes and foreign tables.

use smol_str::SmolStr;
use trave_source::Span;
use trave_sql::{
    AlterAction, AlterActionKind, AlterTable, ColumnChange, ConstraintKind, RelationKind,
    RowSecurity, StorageOption, SwitchTrigger,
};

use super::drop::Behavior;
use super::inherit::ChildIs;
use super::names::RelationIs;
use super::session::Session;
use super::{Failure, Outcome};
use crate::{ChangeKind, QualifiedName, Table, TableKind, View};

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
        self.only = alter.only;
        self.retyped.clear();
        let outcome = self.alter_relation(&relation, is, alter);
        self.only = false;
        outcome
    }

    fn alter_relation(
        &mut self,
        relation: &QualifiedName,
        is: RelationIs,
        alter: &AlterTable,
    ) -> Outcome {
        if self.only && !self.store.children(relation).is_empty() {
            let mut actions = alter.actions.iter();
            actions.try_for_each(|action| self.refuse_only(relation, &action.kind))?;
        }
        self.refuse_twice(relation, &alter.actions)?;
        // Asked before any action runs, also before those that would make it possible.
        for action in &alter.actions {
            if let AlterActionKind::SetLogged(logged) = action.kind {
                self.refuse_persistence((relation, logged))?;
            }
        }
        match alter.actions.as_slice() {
            [action] if self.store.children(relation).is_empty() => {
                self.alter_action(relation, is, action)
            }
            actions => self.atomically(|session| {
                let order = pass_of;
                let mut actions: Vec<&AlterAction> = actions.iter().collect();
                actions.sort_by_key(|action| order(&action.kind));
                let mut actions = actions.into_iter();
                actions.try_for_each(|action| session.alter_action(relation, is, action))
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
                self.detach(table, &child, ChildIs::Partition)
            }
            AlterActionKind::Inherit(parent) => {
                let parent = self.need_table(parent)?;
                self.refuse_child(&parent, table, ChildIs::Heir)?;
                self.attach(&parent, table, ChildIs::Heir);
                Ok(())
            }
            AlterActionKind::NoInherit(parent) => {
                let parent = self.need_table(parent)?;
                self.detach(&parent, table, ChildIs::Heir)
            }
            AlterActionKind::SetLogged(logged) => self.set_logged((table, *logged)),
            AlterActionKind::RenameTo(_) | AlterActionKind::SetSchema(_) => {
                self.alter_relation_name(table, &action.kind)
            }
            AlterActionKind::DropPrimaryKey
            | AlterActionKind::AddIndex(_)
            | AlterActionKind::DropIndex(_)
            | AlterActionKind::RenameIndex(_) => self.alter_as_mysql(table, &action.kind),
            AlterActionKind::SetOptions(options) => self.refuse_options(table, options),
            AlterActionKind::AlterConstraint(alter) => {
                self.alter_constraint(table, alter.name.as_str(), alter.deferrable)
            }
            AlterActionKind::OwnerTo(_) => {
                self.part_unfollowed("alter table", "owner", action.span)
            }
            AlterActionKind::ReplicaIdentity(_) => {
                self.part_unfollowed("alter table", "replica", action.span)
            }
            AlterActionKind::ResetOptions(_) => {
                self.part_unfollowed("alter table", "reset", action.span)
            }
            AlterActionKind::Other(words) => {
                self.part_unfollowed("alter table", words, action.span)
            }
        }
    }

    /// What has no rows of its own is asked all the same, and stays as it is.
    fn set_logged(&mut self, (table, logged): (&QualifiedName, bool)) -> Outcome {
        self.edit_table(table, |table| {
            let has_rows = table.kind != TableKind::Partitioned;
            table.unlogged = if has_rows { !logged } else { table.unlogged };
        })
    }

    /// `ALTER CONSTRAINT`: PostgreSQL has it for foreign keys only.
    fn alter_constraint(
        &mut self,
        table: &QualifiedName,
        name: &str,
        deferrable: Option<bool>,
    ) -> Outcome {
        let assumed = self.assumes_missing();
        let found = self.store.table(table);
        let key =
            found.and_then(|table| table.foreign_keys.iter_mut().find(|key| key.name == name));
        match (key, deferrable) {
            (Some(key), Some(deferrable)) => key.deferrable = deferrable,
            (Some(_), None) => {}
            (None, _) if assumed => {}
            (None, _) => return Err(Failure::missing("foreign key", &name)),
        }
        Ok(())
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
        if self.catalog().tables.get(table).is_some_and(|table| table.is_partition) {
            return Err(Failure::new(format!("{table} is a partition")));
        }
        let exists =
            self.catalog().tables.get(table).is_some_and(|table| table.column(name).is_some());
        if exists {
            return if add.if_not_exists { Ok(()) } else { Err(Failure::exists("column", &name)) };
        }
        self.atomically(|session| {
            let column = session.new_column(table, &add.column)?;
            session.check_generated(table, std::slice::from_ref(&column))?;
            for child in session.store.descendants(table) {
                session.add_inherited_column(&child, column.clone())?;
            }
            let changed =
                ChangeKind::ColumnAdded { table: table.clone(), column: column.name.clone() };
            session.edit_table(table, |table| table.columns.push(column))?;
            session.changed(span, changed);
            let mut constraints = add.column.constraints.iter();
            constraints.try_for_each(|constraint| session.add_constraint(table, constraint))
        })
    }

    /// A table and those that it refers to, or that refer to it, are logged or not together.
    fn refuse_persistence(&self, (table, logged): (&QualifiedName, bool)) -> Outcome {
        let tables = &self.catalog().tables;
        let Some(found) = tables.get(table) else { return Ok(()) };
        if found.unlogged != logged {
            return Ok(());
        }
        let targets = || found.foreign_keys.iter().map(|key| key.target.clone()).collect();
        let others = if logged { targets() } else { self.store.referrers(table) };
        // Only what is unlogged may refer to what is unlogged.
        let differs = |other: &QualifiedName| {
            other != table && tables.get(other).is_some_and(|other| other.unlogged == logged)
        };
        let unlogged_needed = others.iter().any(differs);
        let published = self.catalog().publications.values();
        let is_published =
            !logged && published.into_iter().any(|one| one.tables.contains_key(table));
        if unlogged_needed || is_published {
            return Err(Failure::new(format!("{table} belongs to what is not so")));
        }
        Ok(())
    }

    /// Once an action changes whether a table is logged, no other may speak of it.
    fn refuse_twice(&self, table: &QualifiedName, actions: &[AlterAction]) -> Outcome {
        let logged = |action: &AlterAction| match action.kind {
            AlterActionKind::SetLogged(logged) => Some(logged),
            _ => None,
        };
        let Some(found) = self.catalog().tables.get(table) else { return Ok(()) };
        let mut said = actions.iter().filter_map(logged);
        let changes = said.any(|logged| logged == found.unlogged);
        if changes && said.next().is_some() {
            return Err(Failure::new("a table is made logged or unlogged once"));
        }
        Ok(())
    }

    /// A column that a parent gets; a child that has one of the same type has it twice.
    fn add_inherited_column(&mut self, child: &QualifiedName, column: crate::Column) -> Outcome {
        let found = self.catalog().tables.get(child).and_then(|one| one.column(&column.name));
        match found {
            Some(own) if own.type_name == column.type_name => Ok(()),
            Some(_) => Err(Failure::exists("column", &column.name)),
            None => {
                let column = crate::Column { local: false, identity: None, ..column };
                self.edit_table(child, |child| child.columns.push(column))?;
                self.link_types(child);
                Ok(())
            }
        }
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
            AlterActionKind::AttachPartition(child, _) => self.attach_index(index, child),
            _ => self.changes_nothing("alter index", Span::default()),
        }
    }

    /// `RENAME TO` and `SET SCHEMA`, which every relation has.
    fn alter_relation_name(
        &mut self,
        relation: &QualifiedName,
        action: &AlterActionKind,
    ) -> Outcome {
        let to = match action {
            AlterActionKind::RenameTo(name) if relation.name == name.as_str() => {
                return Err(Failure::exists("relation", relation));
            }
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
        AlterActionKind::AlterColumn(alter) => match alter.change {
            ColumnChange::DropDefault
            | ColumnChange::DropNotNull
            | ColumnChange::DropIdentity(_)
            | ColumnChange::DropExpression(_) => 0,
            ColumnChange::SetType(..) => 1,
            ColumnChange::SetNotNull | ColumnChange::SetIdentity(..) => 4,
            ColumnChange::SetDefault(_) | ColumnChange::AddIdentity(_) => 6,
            _ => 7,
        },
        AlterActionKind::AddColumn(_) => 2,
        AlterActionKind::AddConstraint(constraint) => match constraint.kind {
            ConstraintKind::Check(_) | ConstraintKind::NotNull(_) => 3,
            ConstraintKind::ForeignKey(_) => 6,
            _ => 5,
        },
        _ => 7,
    }
}
