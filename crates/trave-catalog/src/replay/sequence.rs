//! Sequences: who owns them, and which columns draw from them.

use smol_str::SmolStr;
use trave_sql::{AlterChange, AlterSequence, CreateSequence, SequenceOption};

use super::drop::Behavior;
use super::names::RelationIs;
use super::privilege::On;
use super::session::{Session, TEMPORARY};
use super::{Failure, Outcome};
use crate::{Column, QualifiedName, Sequence, Table};

impl Session {
    /// `CREATE SEQUENCE`.
    pub(super) fn create_sequence(&mut self, create: &CreateSequence) -> Outcome {
        let name = if create.temporary {
            QualifiedName::new(TEMPORARY, create.name.name.as_str())
        } else {
            self.new_name(&create.name)?
        };
        if self.relation(&name).is_some() {
            let keeps = create.if_not_exists;
            return if keeps { Ok(()) } else { Err(Failure::exists("relation", &name)) };
        }
        self.refuse_type_of_relation(&name)?;
        let provenance = self.provenance(create.name.span);
        let grants = self.default_grants(On::Sequences, &name.schema);
        self.atomically(|session| {
            let sequence = Sequence {
                name: name.clone(),
                provenance,
                owned_by: None,
                of_identity: false,
                grants,
            };
            session.store.put(name.clone(), sequence);
            session.own_sequence(&name, &create.options)
        })
    }

    /// `ALTER SEQUENCE`.
    pub(super) fn alter_sequence(&mut self, alter: &AlterSequence) -> Outcome {
        let name = match self.find_relation(&alter.name) {
            Some((name, RelationIs::Sequence)) => name,
            None if alter.if_exists || self.assumes_missing() => return Ok(()),
            _ => return Err(Failure::missing("sequence", &alter.name)),
        };
        let to = match &alter.change {
            Some(AlterChange::Rename(to)) if name.name == to.as_str() => {
                return Err(Failure::exists("relation", &name));
            }
            Some(AlterChange::Rename(to)) => QualifiedName::new(name.schema.clone(), to.as_str()),
            Some(AlterChange::SetSchema(to)) => QualifiedName::new(to.as_str(), name.name.clone()),
            _ => return self.own_sequence(&name, &alter.options),
        };
        self.rename_relation(&name, &to, alter.name.span)
    }

    /// `OWNED BY`: in the same schema, and never away from an identity column.
    fn own_sequence(&mut self, name: &QualifiedName, options: &[SequenceOption]) -> Outcome {
        for option in options {
            let SequenceOption::OwnedBy(owner) = option else { continue };
            if self.is_of_identity(name) {
                return Err(Failure::new(format!("{name} belongs to an identity column")));
            }
            let owned_by = match owner {
                Some((table, column)) => {
                    let table = self.need_table(table)?;
                    self.need_column(&table, column.as_str())?;
                    if table.schema != name.schema {
                        return Err(Failure::new(format!(
                            "{name} is not in the schema of {table}"
                        )));
                    }
                    self.store.link_sequence(&table, name);
                    Some((table, SmolStr::new(column.as_str())))
                }
                None => None,
            };
            if let Some(sequence) = self.store.edit::<Sequence>(name) {
                sequence.owned_by = owned_by;
            }
        }
        Ok(())
    }

    /// Whether an identity column makes and keeps a sequence.
    pub(super) fn is_of_identity(&self, name: &QualifiedName) -> bool {
        self.catalog().sequences.get(name).is_some_and(|sequence| sequence.of_identity)
    }

    /// Tables with a column that draws from a sequence.
    fn drawers(&self, sequence: &QualifiedName) -> Vec<QualifiedName> {
        let draws = |table: &&Table| table.columns.iter().any(|column| draws(column, sequence));
        let tables = self.catalog().tables.values().filter(draws);
        tables.map(|table| table.name.clone()).collect()
    }

    /// Columns that draw from a sequence follow it to its new name.
    pub(super) fn follow_sequence(&mut self, from: &QualifiedName, to: &QualifiedName) {
        for table in self.drawers(from) {
            let Some(table) = self.store.table(&table) else { continue };
            for column in table.columns.iter_mut().filter(|column| draws(column, from)) {
                column.sequence = Some(to.clone());
            }
        }
    }

    /// `DROP SEQUENCE`.
    pub(super) fn drop_sequence(&mut self, name: &QualifiedName, behavior: Behavior) -> Outcome {
        if self.is_of_identity(name) {
            return Err(Failure::new(format!("an identity column needs {name}")));
        }
        self.forget_draws(name, behavior, None)?;
        self.store.take::<Sequence>(name);
        Ok(())
    }

    /// Defaults that draw from a sequence go with it, or forbid it to go; those of the column
    /// that goes anyway do not count.
    fn forget_draws(
        &mut self,
        name: &QualifiedName,
        behavior: Behavior,
        going: Option<(&QualifiedName, Option<&str>)>,
    ) -> Outcome {
        for table in self.drawers(name) {
            let goes = |column: &Column| {
                going.is_some_and(|(of, only)| {
                    *of == table && only.is_none_or(|only| column.name == only)
                })
            };
            let Some(found) = self.store.table(&table) else { continue };
            let mut others =
                found.columns.iter_mut().filter(|one| draws(one, name) && !goes(one)).peekable();
            if behavior == Behavior::Restrict && others.peek().is_some() {
                return Err(Failure::new(format!("a default of {table} needs {name}")));
            }
            others.for_each(|column| column.sequence = None);
        }
        Ok(())
    }

    /// Drops the sequence of a column that is no longer an identity.
    pub(super) fn drop_identity_sequence(&mut self, table: &QualifiedName, column: &str) {
        for name in self.store.owned(table) {
            let found = self.catalog().sequences.get(&name).filter(|one| one.of_identity);
            let owner = found.and_then(|sequence| sequence.owned_by.as_ref());
            if owner.is_some_and(|(of, owner)| of == table && owner == column) {
                self.store.take::<Sequence>(&name);
            }
        }
    }

    /// Drops the sequences that a column owns, or all columns of a table.
    pub(super) fn drop_owned_sequences(
        &mut self,
        table: &QualifiedName,
        column: Option<&str>,
        behavior: Behavior,
    ) -> Outcome {
        let owned = |sequence: &Sequence| {
            sequence.owned_by.as_ref().is_some_and(|(owner, of)| {
                owner == table && column.is_none_or(|column| of == column)
            })
        };
        for name in self.store.owned(table) {
            if self.catalog().sequences.get(&name).is_some_and(owned) {
                self.forget_draws(&name, behavior, Some((table, column)))?;
                self.store.take::<Sequence>(&name);
            }
        }
        Ok(())
    }
}

fn draws(column: &Column, sequence: &QualifiedName) -> bool {
    column.sequence.as_ref() == Some(sequence)
}
