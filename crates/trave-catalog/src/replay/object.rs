//! Schemas, extensions, roles, publications, sequences, buckets: the small objects.

use std::collections::BTreeMap;

use smol_str::SmolStr;
use trave_source::Span;
use trave_sql::{
    AlterChange, AlterObject, AlterRole, CreateExtension, CreateRole, CreateSchema, ExprKind,
    Literal, ObjectKind, ObjectName, PublicationChange, PublicationObject, QueryBody, RoleChange,
    Statement,
};

use super::expression::{self, Node};
use super::grant::{functions_in, in_schema};
use super::names::RelationIs;
use super::privilege::On;
use super::session::Session;
use super::{Failure, Outcome, prelude};
use crate::{
    Bucket, ChangeKind, EventTrigger, Extension, Provenance, Publication, QualifiedName, Role,
    Schema, Trigger,
};

impl Session {
    /// `CREATE SCHEMA`, with the statements inside it.
    pub(super) fn create_schema(&mut self, create: &CreateSchema) -> Outcome {
        let name = SmolStr::new(create.name.as_str());
        let old = self.catalog().schemas.get(&name);
        let assumed = old.is_some_and(|old| matches!(old.provenance, Provenance::Unknown(_)));
        if old.is_some() && !assumed {
            let keeps = create.if_not_exists;
            return if keeps { Ok(()) } else { Err(Failure::exists("schema", &name)) };
        }
        let provenance = self.provenance(create.name.span);
        let grants = self.default_grants(On::Schemas, &name);
        self.store.put(name.clone(), Schema { provenance, grants });
        let outer = self.search_path.clone();
        self.search_path.insert(0, name);
        for element in &create.elements {
            self.run(&element.statement, element.span)?;
        }
        self.search_path = outer;
        Ok(())
    }

    /// `CREATE EXTENSION`.
    pub(super) fn create_extension(&mut self, create: &CreateExtension) -> Outcome {
        let name = SmolStr::new(create.name.as_str());
        if self.catalog().extensions.contains_key(&name) {
            let keeps = create.if_not_exists;
            return if keeps { Ok(()) } else { Err(Failure::exists("extension", &name)) };
        }
        let provenance = self.provenance(create.name.span);
        let written = create.schema.as_ref().map(|schema| SmolStr::new(schema.as_str()));
        let insisted =
            prelude::schema_of_extension(&name).filter(|_| prelude::insists_on_schema(&name));
        let schema = match (insisted, written) {
            (Some(schema), _) => SmolStr::new(schema),
            (None, Some(schema)) => {
                self.need_schema(&schema, create.name.span)?;
                schema
            }
            (None, None) => self.creation_schema()?,
        };
        self.put_extension(name, schema, provenance);
        Ok(())
    }

    /// The first schema of the path that exists.
    fn creation_schema(&self) -> Result<SmolStr, Failure> {
        let known = |schema: &&SmolStr| self.catalog().schemas.contains_key(*schema);
        let found = self.search_path.iter().find(known).cloned();
        found.ok_or_else(|| Failure::new("no schema has been selected to create in"))
    }

    fn put_extension(&mut self, name: SmolStr, schema: SmolStr, provenance: Provenance) {
        for made in
            [prelude::schema_of_extension(&name), Some(schema.as_str())].into_iter().flatten()
        {
            let made = SmolStr::new(made);
            if !self.catalog().schemas.contains_key(&made) {
                let grants = Vec::new();
                self.store.put(made, Schema { provenance: Provenance::Platform, grants });
            }
        }
        self.store.put(name, Extension { schema, provenance });
    }

    /// An extension that a statement needs was switched on in the dashboard.
    pub(super) fn assume_extension(&mut self, name: &'static str, span: Span) {
        let name = SmolStr::new(name);
        if self.catalog().extensions.contains_key(&name) {
            return;
        }
        let has_extensions = self.catalog().schemas.contains_key("extensions");
        let own = prelude::schema_of_extension(&name).is_some();
        let schema = if has_extensions && !own { "extensions" } else { "public" };
        let provenance = Provenance::Unknown(self.origin(span));
        self.put_extension(name, SmolStr::new(schema), provenance);
    }

    /// `CREATE ROLE`.
    pub(super) fn create_role(&mut self, create: &CreateRole) -> Outcome {
        let name = SmolStr::new(create.name.as_str());
        if self.catalog().roles.contains_key(&name) {
            return Err(Failure::exists("role", &name));
        }
        let role = Role {
            provenance: self.provenance(create.name.span),
            bypass_rls: create.attributes.iter().any(|one| one == "bypassrls"),
            member_of: self.grantees(&create.member_of)?,
        };
        for member in self.grantees(&create.members)? {
            if let Some(member) = self.store.edit::<Role>(&member) {
                member.member_of.push(name.clone());
            }
        }
        self.store.put(name, role);
        Ok(())
    }

    /// `ALTER ROLE`.
    pub(super) fn alter_role(&mut self, alter: &AlterRole) {
        let name = alter.role.as_ref().and_then(|role| role.name()).map(SmolStr::new);
        let Some(name) = name else { return };
        match &alter.change {
            RoleChange::Attributes(attributes) => {
                let has = |name: &str| attributes.iter().any(|attribute| attribute == name);
                if let Some(role) = self.store.edit::<Role>(&name) {
                    role.bypass_rls |= has("bypassrls");
                    role.bypass_rls &= !has("nobypassrls");
                }
            }
            RoleChange::Rename(to) => {
                if let Some(role) = self.store.take::<Role>(&name) {
                    self.store.put(SmolStr::new(to.as_str()), role);
                }
            }
            RoleChange::Set(_) | RoleChange::Reset(_) => {}
        }
    }

    /// `CREATE PUBLICATION` and `ALTER PUBLICATION`.
    pub(super) fn change_publication(&mut self, change: &trave_sql::Publication) -> Outcome {
        let name = SmolStr::new(change.name.as_str());
        let exists = self.catalog().publications.contains_key(&name);
        let creates = matches!(
            change.change,
            PublicationChange::CreateForAllTables | PublicationChange::Create(_)
        );
        if creates && exists {
            return Err(Failure::exists("publication", &name));
        }
        if !creates && !exists && !self.assumes_missing() {
            return Err(Failure::missing("publication", &name));
        }
        if !exists {
            let provenance = self.provenance(change.name.span);
            let all_tables = matches!(change.change, PublicationChange::CreateForAllTables);
            let publication = Publication { provenance, all_tables, tables: BTreeMap::new() };
            self.store.put(name.clone(), publication);
        }
        match &change.change {
            PublicationChange::Create(objects) | PublicationChange::Add(objects) => {
                self.publish(&name, objects)
            }
            PublicationChange::Set(objects) => {
                if let Some(publication) = self.store.edit::<Publication>(&name) {
                    publication.tables.clear();
                }
                self.publish(&name, objects)
            }
            PublicationChange::Drop(objects) => {
                self.atomically(|session| session.unpublish(&name, objects))
            }
            PublicationChange::Object(AlterChange::Rename(to)) => {
                if let Some(publication) = self.store.take::<Publication>(&name) {
                    self.store.put(SmolStr::new(to.as_str()), publication);
                }
                Ok(())
            }
            PublicationChange::Options(_) => {
                self.changes_nothing("alter publication set", change.name.span)
            }
            PublicationChange::CreateForAllTables => Ok(()),
            PublicationChange::Object(_) => {
                self.changes_nothing("alter publication owner", change.name.span)
            }
        }
    }

    fn publish(&mut self, name: &SmolStr, objects: &[PublicationObject]) -> Outcome {
        let mut tables = Vec::new();
        for object in objects {
            match object {
                PublicationObject::Table(table) => {
                    let origin = self.origin(table.name.span);
                    let name = self.need_table(&table.name)?;
                    let heirs = if table.only || self.is_partitioned(&name) {
                        Vec::new()
                    } else {
                        self.store.descendants(&name)
                    };
                    tables.extend([name].into_iter().chain(heirs).map(|table| (table, origin)));
                }
                PublicationObject::Schema(schema) => {
                    let origin = self.origin(schema.span);
                    let schema = SmolStr::new(schema.as_str());
                    let all = in_schema(&self.store.catalog.tables, &schema);
                    tables.extend(all.into_iter().map(|table| (table, origin)));
                }
            }
        }
        let unlogged = |table: &QualifiedName| {
            self.catalog().tables.get(table).is_some_and(|one| one.unlogged)
        };
        if let Some((table, _)) = tables.iter().find(|(table, _)| unlogged(table)) {
            return Err(Failure::new(format!("{table} is unlogged")));
        }
        let Some(publication) = self.store.edit::<Publication>(name) else { return Ok(()) };
        if publication.all_tables {
            return Err(Failure::new(format!("publication {name} is for all tables")));
        }
        if let Some((table, _)) =
            tables.iter().find(|(table, _)| publication.tables.contains_key(table))
        {
            return Err(Failure::exists("publication member", table));
        }
        publication.tables.extend(tables);
        Ok(())
    }

    fn unpublish(&mut self, name: &SmolStr, objects: &[PublicationObject]) -> Outcome {
        for object in objects {
            let PublicationObject::Table(table) = object else { continue };
            let named = self.need_table(&table.name)?;
            let heirs = if table.only || self.is_partitioned(&named) {
                Vec::new()
            } else {
                self.store.descendants(&named)
            };
            for table in [named].into_iter().chain(heirs) {
                let publication = self.store.edit::<Publication>(name);
                let removed = publication.and_then(|one| one.tables.remove(&table));
                if removed.is_none() {
                    return Err(Failure::missing("publication member", &table));
                }
            }
        }
        Ok(())
    }

    /// `ALTER kind …` of the kinds that share one form.
    pub(super) fn alter_object(&mut self, alter: &AlterObject) -> Outcome {
        let name = SmolStr::new(alter.name.name.as_str());
        match (alter.kind, &alter.change) {
            (ObjectKind::Trigger, AlterChange::Rename(to)) => {
                let Some(on) = &alter.on else { return Ok(()) };
                let table = self.need_table(on)?;
                let found = self.store.table(&table);
                let same = |trigger: &&mut Trigger| trigger.name == name;
                let trigger = found.and_then(|table| table.triggers.iter_mut().find(same));
                let missing = || Failure::missing("trigger", &name);
                trigger.ok_or_else(missing)?.name = SmolStr::new(to.as_str());
                Ok(())
            }
            (ObjectKind::Schema, AlterChange::Rename(to)) => self.rename_schema(&name, to.as_str()),
            (ObjectKind::Extension, AlterChange::SetSchema(schema)) => {
                let schema = SmolStr::new(schema.as_str());
                self.need_schema(&schema, alter.name.span)?;
                if let Some(extension) = self.store.edit::<Extension>(&name) {
                    extension.schema = schema;
                }
                Ok(())
            }
            (ObjectKind::EventTrigger, AlterChange::Rename(to)) => {
                if let Some(trigger) = self.store.take::<EventTrigger>(&name) {
                    self.store.put(SmolStr::new(to.as_str()), trigger);
                }
                Ok(())
            }
            _ => self.alter_unfollowed(alter),
        }
    }

    fn rename_schema(&mut self, from: &SmolStr, to: &str) -> Outcome {
        let to = SmolStr::new(to);
        if self.catalog().schemas.contains_key(&to) {
            return Err(Failure::exists("schema", &to));
        }
        let Some(schema) = self.store.take::<Schema>(from) else {
            return Err(Failure::missing("schema", from));
        };
        self.store.put(to.clone(), schema);
        let catalog = &self.store.catalog;
        let relations = [
            in_schema(&catalog.tables, from),
            in_schema(&catalog.views, from),
            in_schema(&catalog.sequences, from),
        ];
        for name in relations.into_iter().flatten() {
            if self.relation(&name).is_some() {
                let moved = QualifiedName::new(to.clone(), name.name.clone());
                self.rename_relation(&name, &moved, Span::default())?;
            }
        }
        let types = in_schema(&self.store.catalog.types, from);
        for name in types {
            let moved = QualifiedName::new(to.clone(), name.name.clone());
            self.move_type(&name, &moved)?;
        }
        let functions = functions_in(&self.store.catalog.functions, from);
        for key in functions {
            let moved = QualifiedName::new(to.clone(), key.0.name.clone());
            self.move_function(&key, &moved)?;
        }
        self.rename_in_defaults(from, &to);
        Ok(())
    }

    fn rename_in_defaults(&mut self, from: &SmolStr, to: &SmolStr) {
        for entry in self.store.default_privileges() {
            if entry.schema.as_ref() == Some(from) {
                entry.schema = Some(to.clone());
            }
        }
        for name in self.catalog().extensions.keys().cloned().collect::<Vec<_>>() {
            let extension = self.store.edit::<Extension>(&name);
            if let Some(extension) = extension.filter(|one| one.schema == *from) {
                extension.schema = to.clone();
            }
        }
    }

    /// `INSERT INTO storage.buckets`: the buckets are part of the schema.
    pub(super) fn insert(&mut self, statement: &Statement, span: Span) -> Outcome {
        let Statement::Insert(insert) = statement else { return Ok(()) };
        if !is_bucket_table(&insert.table) {
            let columns: Vec<&str> = insert.columns.iter().map(trave_sql::Ident::as_str).collect();
            let mut reads = expression::tables(Node::Statement(statement));
            reads.retain(|read| !read.same(&insert.table));
            self.check_reads(&reads)?;
            self.check_target(&insert.table, &columns)?;
            let body = insert.source.as_ref().map(|query| &query.body);
            if let (Some(QueryBody::Values(_)), Some((table, RelationIs::Table))) =
                (body, self.find_relation(&insert.table))
            {
                self.changed(span, ChangeKind::RowsInserted(table));
            }
            return Ok(());
        }
        let Some(QueryBody::Values(rows)) = insert.source.as_ref().map(|query| &query.body) else {
            return Ok(());
        };
        let place = |name: &str| insert.columns.iter().position(|column| column.as_str() == name);
        let (Some(id), public) = (place("id"), place("public")) else { return Ok(()) };
        let updates = insert.on_conflict.as_ref().is_some_and(|on| {
            on.assignments.iter().any(|set| set.columns.iter().any(|one| one.as_str() == "public"))
        });
        for row in rows {
            let Some(id) = row.get(id).and_then(text_of) else { continue };
            let public = public.and_then(|at| row.get(at)).is_some_and(is_true);
            if !self.catalog().buckets.contains_key(&id) || updates {
                let origin = self.origin(span);
                self.store.put(id, Bucket { public, origin });
            }
        }
        Ok(())
    }

    /// Rows go into columns of a table that is there, or fail.
    fn check_target(&mut self, table: &ObjectName, columns: &[&str]) -> Outcome {
        if self.assumes_missing() {
            return Ok(());
        }
        match self.find_relation(table) {
            Some((found, RelationIs::Table)) => {
                columns.iter().try_for_each(|column| self.need_column(&found, column))
            }
            Some(_) => Ok(()),
            None => Err(Failure::missing("relation", table)),
        }
    }

    /// `UPDATE storage.buckets SET public = … WHERE id = …`.
    pub(super) fn update(&mut self, statement: &Statement) -> Outcome {
        let Statement::Update(update) = statement else { return Ok(()) };
        if !is_bucket_table(&update.table) {
            let columns = update.assignments.iter().flat_map(|set| &set.columns);
            let columns: Vec<&str> = columns.map(trave_sql::Ident::as_str).collect();
            self.check_reads(&expression::tables(Node::Statement(statement)))?;
            self.check_target(&update.table, &columns)?;
            self.note_copies(update);
            return Ok(());
        }
        let public = update
            .assignments
            .iter()
            .find(|set| set.columns.first().is_some_and(|column| column.as_str() == "public"));
        let Some(public) = public.map(|set| is_true(&set.value)) else { return Ok(()) };
        for id in self.bucket_ids(update.filter.as_ref()) {
            if let Some(bucket) = self.store.edit::<Bucket>(&id) {
                bucket.public = public;
            }
        }
        Ok(())
    }

    /// `SET a = b`: whoever drops `b` afterwards has moved it.
    fn note_copies(&mut self, update: &trave_sql::Update) {
        let Some((table, RelationIs::Table)) = self.find_relation(&update.table) else { return };
        let alias = update.alias.as_ref().map(trave_sql::Ident::as_str);
        let own = [Some(update.table.name.as_str()), alias];
        for set in &update.assignments {
            let ([to], ExprKind::Column(from)) = (set.columns.as_slice(), &set.value.kind) else {
                continue;
            };
            let is_own = from
                .qualifier
                .as_ref()
                .is_none_or(|qualifier| own.contains(&Some(qualifier.name.as_str())));
            if is_own {
                let (span, from, to) = (to.span, from.name.as_str().into(), to.as_str().into());
                let kind = ChangeKind::ColumnCopied { table: table.clone(), from, to };
                self.changed(span, kind);
            }
        }
    }

    /// `DELETE FROM storage.buckets WHERE id = …`.
    pub(super) fn delete(&mut self, statement: &Statement) -> Outcome {
        let Statement::Delete(delete) = statement else { return Ok(()) };
        if !is_bucket_table(&delete.table) {
            self.check_reads(&expression::tables(Node::Statement(statement)))?;
            return self.check_target(&delete.table, &[]);
        }
        for id in self.bucket_ids(delete.filter.as_ref()) {
            self.store.take::<Bucket>(&id);
        }
        Ok(())
    }

    /// The buckets that `id = 'x'` or `id in (…)` picks; none for any other condition.
    fn bucket_ids(&self, filter: Option<&trave_sql::Expr>) -> Vec<SmolStr> {
        let Some(filter) = filter else { return self.catalog().buckets.keys().cloned().collect() };
        let is_id = |expr: &trave_sql::Expr| match &expr.kind {
            ExprKind::Column(column) => column.name == "id",
            _ => false,
        };
        match &filter.kind {
            ExprKind::Binary(binary)
                if binary.operator == trave_sql::Operator::Equal && is_id(&binary.left) =>
            {
                text_of(&binary.right).into_iter().collect()
            }
            ExprKind::InList(list) if is_id(&list.value) && !list.negated => {
                list.list.iter().filter_map(text_of).collect()
            }
            _ => Vec::new(),
        }
    }
}

/// Whether a name is that of the platform's list of buckets.
fn is_bucket_table(table: &ObjectName) -> bool {
    table.schema.as_ref().is_some_and(|schema| *schema == "storage") && table.name == "buckets"
}

fn text_of(expr: &trave_sql::Expr) -> Option<SmolStr> {
    match &expr.kind {
        ExprKind::Literal(Literal::String(text)) => Some(text.clone()),
        ExprKind::Cast(cast) => text_of(&cast.value),
        _ => None,
    }
}

fn is_true(expr: &trave_sql::Expr) -> bool {
    match &expr.kind {
        ExprKind::Literal(Literal::Boolean(value)) => *value,
        ExprKind::Literal(Literal::String(text)) => matches!(text.as_str(), "true" | "t"),
        ExprKind::Cast(cast) => is_true(&cast.value),
        _ => false,
    }
}
