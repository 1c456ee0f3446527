//! `CREATE TABLE`: columns first, then what stands on them.

use trave_sql::{Constraint, ConstraintKind, CreateTable};

use super::names::{RelationIs, blank_table};
use super::privilege::On;
use super::session::{Session, TEMPORARY};
use super::{Failure, Outcome, expression};
use crate::{ChangeKind, Provenance, QualifiedName, Table, TableKind};

impl Session {
    /// `CREATE [FOREIGN] TABLE`.
    pub(super) fn create_table(&mut self, create: &CreateTable) -> Outcome {
        let name = self.name_of_new_table(create)?;
        let assumed = match self.relation(&name) {
            Some(RelationIs::Table) if self.is_assumed(&name) => self.store.take::<Table>(&name),
            Some(_) if create.if_not_exists => return Ok(()),
            Some(_) => return Err(Failure::exists("relation", &name)),
            None if self.catalog().types.contains_key(&name) => {
                return Err(Failure::exists("type", &name));
            }
            None => None,
        };
        self.atomically(|session| session.make_table(create, &name))?;
        if let Some(assumed) = assumed {
            self.keep_assumed_parts(&name, assumed);
        }
        if create.on_commit_drop {
            self.drop_at_end(name);
        }
        Ok(())
    }

    fn name_of_new_table(&mut self, create: &CreateTable) -> Result<QualifiedName, Failure> {
        if create.kind == trave_sql::TableKind::Temporary {
            return Ok(QualifiedName::new(TEMPORARY, create.name.name.as_str()));
        }
        self.new_name(&create.name)
    }

    fn is_assumed(&self, name: &QualifiedName) -> bool {
        let table = self.catalog().tables.get(name);
        table.is_some_and(|table| matches!(table.provenance, Provenance::Unknown(_)))
    }

    /// Statements may name a table before it is made, when files are applied by hand.
    fn keep_assumed_parts(&mut self, name: &QualifiedName, assumed: Table) {
        let Some(table) = self.store.table(name) else { return };
        table.policies.extend(assumed.policies);
        table.indexes.extend(assumed.indexes);
        table.triggers.extend(assumed.triggers);
        table.rls_enabled |= assumed.rls_enabled;
        table.rls_origin = table.rls_origin.or(assumed.rls_origin);
        for column in assumed.columns {
            if !super::names::has_column(&table.columns, &column.name) {
                table.columns.push(column);
            }
        }
    }

    fn make_table(&mut self, create: &CreateTable, name: &QualifiedName) -> Outcome {
        let mut table = blank_table(name.clone(), self.provenance(create.name.span));
        table.unlogged = create.kind == trave_sql::TableKind::Unlogged;
        table.grants = self.default_grants(On::Tables, &name.schema);
        table.grants_known = self.knows_grants(&name.schema);
        if create.kind == trave_sql::TableKind::Foreign {
            table.kind = TableKind::Foreign;
            table.server = create.server.as_ref().map(|it| it.as_str().into());
        }
        if let Some(partition_by) = &create.partition_by {
            table.kind = TableKind::Partitioned;
            table.partition_key = Some(self.partition_key(partition_by));
        }
        self.store.put_table(table);
        self.refuse_options(name, &create.options)?;
        self.changed(create.name.span, ChangeKind::TableCreated(name.clone()));
        self.inherit_parts(create, name)?;
        self.add_columns(create, name)?;
        self.check_partition_key(name)?;
        let columns = self.catalog().tables.get(name).map(|table| table.columns.clone());
        self.check_generated(name, &columns.unwrap_or_default())?;
        let mut constraints = all_constraints(create);
        constraints.sort_by_key(rank_of);
        let primary = |one: &&Constraint| matches!(one.kind, ConstraintKind::PrimaryKey(_));
        if constraints.iter().filter(primary).count() > 1 {
            return Err(Failure::new(format!("{name} has two primary keys")));
        }
        let constraints = without_repetition(constraints);
        for rank in 0..=3 {
            let of_rank = constraints.iter().filter(|one| rank_of(one) == rank);
            for constraint in of_rank {
                self.add_constraint(name, constraint)?;
            }
        }
        for index in &create.indexes {
            self.index_of_table(name, index)?;
        }
        self.inherit_indexes(create, name)?;
        if !create.likes.is_empty() || !create.inherits.is_empty() || create.partition_of.is_some()
        {
            self.link_texts(name);
        }
        Ok(())
    }

    fn add_columns(&mut self, create: &CreateTable, name: &QualifiedName) -> Outcome {
        let mut seen: Vec<&str> = Vec::new();
        for column in &create.columns {
            if seen.contains(&column.name.as_str()) {
                return Err(Failure::exists("column", &column.name));
            }
            seen.push(column.name.as_str());
        }
        for (position, column) in create.columns.iter().enumerate() {
            for like in create.likes.iter().filter(|like| like.position == position) {
                self.like_columns(name, like)?;
            }
            self.add_new_column(name, column)?;
        }
        let count = create.columns.len();
        for like in create.likes.iter().filter(|like| like.position >= count) {
            self.like_columns(name, like)?;
        }
        if let Some(query) = &create.query {
            self.check_query(query)?;
            let outputs = self.outputs(query);
            self.add_outputs(name, &outputs, create);
        }
        Ok(())
    }

    /// A column of the definition; one that the table inherited is merged into it.
    fn add_new_column(&mut self, name: &QualifiedName, column: &trave_sql::Column) -> Outcome {
        let inherited =
            self.catalog().tables.get(name).and_then(|table| table.column(column.name.as_str()));
        if inherited.is_some() {
            return self.merge_column(name, column);
        }
        let column = self.new_column(name, column)?;
        if let Some(table) = self.store.table(name) {
            table.columns.push(column);
        }
        Ok(())
    }

    fn merge_column(&mut self, name: &QualifiedName, column: &trave_sql::Column) -> Outcome {
        let is_heir = self.catalog().tables.get(name).is_some_and(|one| !one.inherits.is_empty());
        if !is_heir {
            return Err(Failure::exists("column", &column.name));
        }
        let own = self.new_column(name, column)?;
        let Some(table) = self.store.table(name) else { return Ok(()) };
        let same = table.columns.iter_mut().find(|old| old.name == own.name);
        let Some(old) = same else { return Ok(()) };
        if !own.type_name.is_empty() && own.type_name != old.type_name {
            return Err(Failure::new(format!("column {} has another type", column.name)));
        }
        old.local = true;
        old.not_null |= own.not_null;
        // A written null hides the default of the parent.
        if column.default.is_some() || own.sequence.is_some() {
            old.default = own.default;
            old.sequence = own.sequence;
        }
        old.identity = own.identity.or(old.identity);
        old.generated = own.generated.or(old.generated.take());
        Ok(())
    }

    fn add_outputs(
        &mut self,
        name: &QualifiedName,
        outputs: &super::outputs::Outputs,
        create: &CreateTable,
    ) {
        let origin = self.origin(create.name.span);
        let Some(table) = self.store.table(name) else { return };
        table.columns_known &= outputs.known;
        let renamed = std::mem::take(&mut table.columns);
        for (position, output) in outputs.columns.iter().enumerate() {
            let mut column = output.clone().column(origin);
            if let Some(renamed) = renamed.get(position) {
                column.name.clone_from(&renamed.name);
            }
            table.columns.push(column);
        }
    }

    /// `RANGE (created_at)`, as `pg_get_partkeydef` prints it.
    fn partition_key(&self, by: &trave_sql::PartitionBy) -> String {
        let key = |key: &trave_sql::IndexKey| match expression::plain_column(&key.value) {
            Some(column) => trave_sql::Name::exact(&column).to_string(),
            None => self.expression_text(&key.value),
        };
        let keys: Vec<String> = by.keys.iter().map(key).collect();
        format!("{} ({})", by.strategy.as_str().to_uppercase(), keys.join(", "))
    }
}

/// Constraints of columns and of the table, in the order in which they were written.
fn all_constraints(create: &CreateTable) -> Vec<Constraint> {
    let of_columns = create.columns.iter().flat_map(|column| &column.constraints);
    of_columns.chain(&create.constraints).cloned().collect()
}

/// PostgreSQL adds checks first, then keys, the primary one before the others, then references.
fn rank_of(constraint: &Constraint) -> u8 {
    match constraint.kind {
        ConstraintKind::Check(_) | ConstraintKind::NotNull(_) => 0,
        ConstraintKind::PrimaryKey(_) => 1,
        ConstraintKind::Unique(_) | ConstraintKind::Exclude(_) => 2,
        ConstraintKind::ForeignKey(_) => 3,
    }
}

/// Two keys of one statement over the same columns become one, under the first name there is.
fn without_repetition(constraints: Vec<Constraint>) -> Vec<Constraint> {
    let mut kept: Vec<Constraint> = Vec::new();
    for constraint in constraints {
        let same = |other: &&mut Constraint| {
            key_columns(other).is_some() && key_columns(other) == key_columns(&constraint)
        };
        match kept.iter_mut().find(same) {
            Some(first) => first.name = first.name.take().or(constraint.name),
            None => kept.push(constraint),
        }
    }
    kept
}

/// What makes two keys one: columns, operators, and how nulls compare.
fn key_columns(constraint: &Constraint) -> Option<(Vec<String>, bool)> {
    if let ConstraintKind::Exclude(exclude) = &constraint.kind {
        let keys = exclude.keys.iter().zip(&exclude.operators);
        let keys: Option<Vec<String>> = keys
            .map(|(key, with)| Some(format!("{} {with}", expression::plain_column(&key.value)?)))
            .collect();
        return keys.filter(|_| exclude.predicate.is_none()).map(|keys| (keys, false));
    }
    let (ConstraintKind::PrimaryKey(key) | ConstraintKind::Unique(key)) = &constraint.kind else {
        return None;
    };
    let columns = key.columns.iter().map(|column| column.as_str().to_owned()).collect();
    Some((columns, key.nulls_not_distinct))
}
