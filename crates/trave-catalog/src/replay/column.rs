//! Columns: types, defaults, identities, and the sequences behind them.

use smol_str::SmolStr;
use trave_sql::{ExprKind, Generated, IdentityMode, Literal, ObjectName, SequenceOption};

use super::generated::Wanted;
use super::names::RelationIs;
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
        let mut default = ColumnDefault::default();
        if let Some(expr) = &column.default {
            default = self.default_of(table, &type_name, expr);
        }
        if serial || identity.is_some() {
            let options = identity.map(|identity| identity.options.as_slice());
            let made = self.make_owned_sequence(table, column.name.as_str(), options);
            default.sequence = made.filter(|_| serial);
        }
        let named_not_null = column
            .constraints
            .iter()
            .any(|one| matches!(one.kind, trave_sql::ConstraintKind::NotNull(_)));
        Ok(Column {
            name: SmolStr::new(column.name.as_str()),
            type_name,
            not_null: column.not_null || named_not_null || serial || identity.is_some(),
            default: default.text,
            generated,
            identity: identity.map(identity_of),
            sequence: default.sequence,
            local: true,
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
        identity: Option<&[SequenceOption]>,
    ) -> Option<QualifiedName> {
        let named = identity.unwrap_or_default().iter().find_map(|option| match option {
            SequenceOption::Name(name) => Some(SmolStr::new(name.name.as_str())),
            _ => None,
        });
        let name = named.unwrap_or_else(|| {
            let wanted = Wanted { table: &table.name, columns: column, label: "seq" };
            wanted.choose(|name| self.is_taken(&table.schema, name))
        });
        let name = QualifiedName::new(table.schema.clone(), name);
        let provenance = self.catalog().tables.get(table).map(|table| table.provenance)?;
        let grants = self.default_grants(On::Sequences, &table.schema);
        let owned_by = Some((table.clone(), SmolStr::new(column)));
        self.store.link_sequence(table, &name);
        let of_identity = identity.is_some();
        let sequence = Sequence { name: name.clone(), provenance, owned_by, of_identity, grants };
        self.store.put(name.clone(), sequence);
        Some(name)
    }

    /// What `DEFAULT` says. A plain `null` says nothing, unless it has to become of a type.
    pub(super) fn default_of(
        &mut self,
        table: &QualifiedName,
        type_name: &str,
        expr: &trave_sql::Expr,
    ) -> ColumnDefault {
        if let Some(sequence) = self.drawn_sequence(expr) {
            return ColumnDefault { text: None, sequence: Some(sequence) };
        }
        self.link_calls(table, expr);
        let text = self.expression_text(expr);
        let converts = type_name.contains('(') || self.is_domain(type_name);
        let says_nothing = text.eq_ignore_ascii_case("null") && !converts;
        ColumnDefault { text: Some(text).filter(|_| !says_nothing), sequence: None }
    }

    /// The sequence of `nextval('name')`.
    fn drawn_sequence(&self, expr: &trave_sql::Expr) -> Option<QualifiedName> {
        let ExprKind::Call(call) = &expr.kind else { return None };
        let [argument] = call.arguments.as_slice() else { return None };
        let mut value = &argument.value;
        while let ExprKind::Cast(cast) = &value.kind {
            value = &cast.value;
        }
        let ExprKind::Literal(Literal::String(text)) = &value.kind else { return None };
        let named = super::rewrite::parse_expression(text, 0)?;
        let ExprKind::Column(column) = named.kind else { return None };
        let schema = column.qualifier.as_ref().map(|qualifier| qualifier.name.clone());
        let name = ObjectName { schema, name: column.name.clone(), span: expr.span };
        match self.find_relation(&name) {
            Some((found, RelationIs::Sequence)) if call.name.name == "nextval" => Some(found),
            _ => None,
        }
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
        if found.type_name.is_empty() {
            found.not_null = true;
        }
        let whole = found.type_name.is_empty() || is_whole_number(&found.type_name);
        let has_default =
            found.default.is_some() || found.sequence.is_some() || found.generated.is_some();
        if found.identity.is_some() || !whole || has_default || !found.not_null {
            return Err(Failure::new(format!("column {column} cannot become an identity column")));
        }
        found.identity = Some(identity_of(identity));
        self.make_owned_sequence(table, column, Some(&identity.options));
        Ok(())
    }

    /// Generated columns read columns that are there and not generated themselves.
    pub(super) fn check_generated(&mut self, table: &QualifiedName, columns: &[Column]) -> Outcome {
        for text in columns.iter().filter_map(|column| column.generated.as_ref()) {
            let Some(expr) = super::rewrite::parse_expression(text, 0) else { continue };
            for read in expression::own_columns(&expr, &table.name) {
                self.need_column(table, &read)?;
                let found = self.catalog().tables.get(table).and_then(|one| one.column(&read));
                if found.is_some_and(|column| column.generated.is_some()) {
                    return Err(Failure::new(format!("column {read} is generated itself")));
                }
            }
        }
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

/// What `DEFAULT` says of a column.
#[derive(Default)]
pub(super) struct ColumnDefault {
    /// As written.
    pub(super) text: Option<String>,
    /// The sequence that it draws from, if it is nothing else.
    pub(super) sequence: Option<QualifiedName>,
}

/// A column of which only the name is known.
fn unknown_column(name: &str, origin: Option<trave_source::Origin>) -> Column {
    Column::plain(name.into(), SmolStr::default(), origin.unwrap_or(super::PLATFORM))
}

/// `GENERATED ALWAYS` or `BY DEFAULT`.
fn identity_of(identity: &trave_sql::Identity) -> Identity {
    if identity.always { Identity::Always } else { Identity::ByDefault }
}

/// Whether a type can be that of an identity column.
pub(super) fn is_whole_number(kind: &str) -> bool {
    matches!(kind, "smallint" | "integer" | "bigint")
}

/// What `SET GENERATED` says.
pub(super) fn identity_mode(mode: IdentityMode) -> Identity {
    match mode {
        IdentityMode::Always => Identity::Always,
        IdentityMode::ByDefault => Identity::ByDefault,
    }
}
