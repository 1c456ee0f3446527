//! Columns: types, defaults, identities, and the sequences behind them.

use smol_str::SmolStr;
use trave_sql::{Generated, IdentityMode, SequenceOption};

use super::generated::Wanted;
use super::privilege::On;
use super::session::Session;
use super::{Failure, Outcome, expression};
use crate::{Column, Dialect, Identity, QualifiedName, Sequence};

impl Session {
    /// A column as it was defined; its keys and checks are not part of it.
    pub(super) fn new_column(
        &mut self,
        table: &QualifiedName,
        column: &trave_sql::Column,
    ) -> Result<Column, Failure> {
        let (type_name, serial) = self.column_type(table, column)?;
        let identity = match &column.generated {
            Some(Generated::Identity(identity)) => Some(identity),
            _ => None,
        };
        let generated = match &column.generated {
            Some(Generated::Expression(expr)) => {
                self.link_calls(table, expr);
                Some(self.expression_text(expr))
            }
            _ => None,
        };
        let default = column.default.as_ref().map(|default| {
            self.link_calls(table, default);
            self.expression_text(default)
        });
        let default = default.filter(|text| !text.eq_ignore_ascii_case("null"));
        if serial || identity.is_some() {
            let options = identity.map_or(&[][..], |identity| identity.options.as_slice());
            self.make_owned_sequence(table, column.name.as_str(), options);
        }
        let named_not_null = column
            .constraints
            .iter()
            .any(|one| matches!(one.kind, trave_sql::ConstraintKind::NotNull(_)));
        Ok(Column {
            name: SmolStr::new(column.name.as_str()),
            type_name,
            not_null: column.not_null || named_not_null || serial || identity.is_some(),
            default,
            generated,
            identity: identity.map(identity_of),
            serial,
            origin: self.origin(column.span),
        })
    }

    fn column_type(
        &mut self,
        table: &QualifiedName,
        column: &trave_sql::Column,
    ) -> Result<(SmolStr, bool), Failure> {
        let Some(data_type) = &column.data_type else { return Ok((SmolStr::default(), false)) };
        if self.catalog().dialect != Dialect::Postgres {
            return Ok((data_type.text.clone(), data_type.serial));
        }
        let resolved = self.resolve_type(data_type)?;
        if let Some(user) = &resolved.user {
            self.store.link_type(user, table);
        }
        Ok((resolved.text, data_type.serial))
    }

    /// The sequence behind `serial` or an identity: `orders_id_seq`.
    pub(super) fn make_owned_sequence(
        &mut self,
        table: &QualifiedName,
        column: &str,
        options: &[SequenceOption],
    ) {
        let named = options.iter().find_map(|option| match option {
            SequenceOption::Name(name) => Some(SmolStr::new(name.name.as_str())),
            _ => None,
        });
        let name = named.unwrap_or_else(|| {
            let wanted = Wanted { table: &table.name, columns: column, label: "seq" };
            wanted.choose(|name| self.is_taken(&table.schema, name))
        });
        let name = QualifiedName::new(table.schema.clone(), name);
        let provenance = self.catalog().tables.get(table).map(|table| table.provenance);
        let Some(provenance) = provenance else { return };
        let grants = self.default_grants(On::Sequences, &table.schema);
        let owned_by = Some((table.clone(), SmolStr::new(column)));
        self.store.link_sequence(table, &name);
        self.store.put(name.clone(), Sequence { name, provenance, owned_by, grants });
    }

    /// Whether a relation of this name exists.
    pub(super) fn is_taken(&self, schema: &SmolStr, name: &str) -> bool {
        self.relation(&QualifiedName::new(schema.clone(), name)).is_some()
    }

    /// Whether an index of this name cannot be made on a relation. MySQL names indexes per table.
    pub(super) fn is_index_taken(&self, relation: &QualifiedName, name: &str) -> bool {
        if self.catalog().dialect != Dialect::MySql {
            return self.is_taken(&relation.schema, name);
        }
        let table = self.catalog().tables.get(relation);
        table.is_some_and(|table| table.indexes.iter().any(|index| index.name == name))
    }

    /// Drops the sequences that a column owns.
    pub(super) fn drop_owned_sequences(&mut self, table: &QualifiedName, column: Option<&str>) {
        let owned = |sequence: &Sequence| {
            sequence.owned_by.as_ref().is_some_and(|(owner, of)| {
                owner == table && column.is_none_or(|column| of == column)
            })
        };
        for name in self.store.owned(table) {
            if self.catalog().sequences.get(&name).is_some_and(owned) {
                self.store.take::<Sequence>(&name);
            }
        }
    }

    /// A column to change.
    pub(super) fn column_mut(
        &mut self,
        table: &QualifiedName,
        column: &str,
    ) -> Result<&mut Column, Failure> {
        let assumes = self.assumes_missing();
        let missing = || Failure::new(format!("column {column} of {table} does not exist"));
        let found = self.store.table(table).ok_or_else(missing)?;
        let has = super::names::has_column(&found.columns, column);
        if !has && !found.columns_known && assumes {
            found.columns.push(unknown_column(column, found.provenance.origin()));
        }
        found.columns.iter_mut().find(|found| found.name == column).ok_or_else(missing)
    }

    /// `ADD GENERATED … AS IDENTITY` on a column that is there.
    pub(super) fn add_identity(
        &mut self,
        table: &QualifiedName,
        column: &str,
        identity: &trave_sql::Identity,
    ) -> Outcome {
        let found = self.column_mut(table, column)?;
        if found.identity.is_some() {
            return Err(Failure::new(format!("column {column} is an identity column already")));
        }
        found.identity = Some(identity_of(identity));
        found.not_null = true;
        self.make_owned_sequence(table, column, &identity.options);
        Ok(())
    }

    /// Remembers which functions an expression of a table calls.
    pub(super) fn link_calls(&mut self, relation: &QualifiedName, expr: &trave_sql::Expr) {
        for call in expression::calls(expr) {
            for function in self.candidates(&call) {
                if self.knows_function(&function) {
                    self.store.link_caller(&function, relation);
                    break;
                }
            }
        }
    }
}

/// A column of which only the name is known.
fn unknown_column(name: &str, origin: Option<trave_source::Origin>) -> Column {
    Column {
        name: SmolStr::new(name),
        type_name: SmolStr::default(),
        not_null: false,
        default: None,
        generated: None,
        identity: None,
        serial: false,
        origin: origin.unwrap_or(super::PLATFORM),
    }
}

/// `GENERATED ALWAYS` or `BY DEFAULT`.
fn identity_of(identity: &trave_sql::Identity) -> Identity {
    if identity.always { Identity::Always } else { Identity::ByDefault }
}

/// What `SET GENERATED` says.
pub(super) fn identity_mode(mode: IdentityMode) -> Identity {
    match mode {
        IdentityMode::Always => Identity::Always,
        IdentityMode::ByDefault => Identity::ByDefault,
    }
}
