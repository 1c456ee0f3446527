//! Generated types that show another schema than the migrations leave behind.

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};

use smol_str::SmolStr;
use trave_backend::generated::{TypedColumn, TypedEnum, TypedKind, TypedTable};
use trave_catalog::{
    Catalog, ChangeKind, Column, Provenance, QualifiedName, Table, TypeKind, UserType,
};
use trave_source::{FileId, Origin, Source, Span};

use super::altering::Altering;
use crate::model::{Model, TypesFile};

/// How a value is added to an enum.
const ADD_VALUE: &str = "add value";

/// A file of generated types, and where it differs from the migrations.
#[derive(Debug, Clone)]
pub struct StaleTypes<'m> {
    /// Its path.
    pub path: &'m str,
    /// Where the name of the type stands that holds everything.
    pub origin: Origin,
    /// The schemas that it shows.
    pub schemas: &'m [SmolStr],
    /// The differences: first what is gone, then what changed, then what is missing.
    pub differences: Vec<TypesDifference>,
}

/// One difference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TypesDifference {
    /// What differs.
    pub what: TypesDiffer,
    /// The table, view or enum.
    pub object: QualifiedName,
    /// The column, or the value of an enum.
    pub part: Option<SmolStr>,
    /// The place in the types: the thing itself, or the table or enum that lacks it.
    pub shown: Option<Origin>,
    /// The place in the migrations that made or dropped it.
    pub made: Option<Origin>,
    /// Whether the types show what later migrations made, so that their age explains nothing: the
    /// database that they were generated from is another than the migrations make.
    pub overtaken: bool,
}

/// How types and migrations can differ.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TypesDiffer {
    /// A table that a migration dropped, or gave another name.
    TableGone(Option<QualifiedName>),
    /// A column that a migration dropped, or gave another name.
    ColumnGone(Option<SmolStr>),
    /// A column that may be null, which the types do not say.
    MayBeNull,
    /// A column that is never null, though the types say so.
    NeverNull,
    /// A column of another type: that of the types, and that of the migrations.
    Type(String, SmolStr),
    /// A table that the types lack.
    NoTable,
    /// A view that the types lack.
    NoView,
    /// A column that the types lack.
    NoColumn,
    /// An enum that the types lack.
    NoEnum,
    /// A value of an enum that the types lack.
    NoValue,
}

impl Model {
    /// Files of generated types that differ from the migrations of their database. What only the
    /// types show may have been made elsewhere; unless a migration dropped it, it is passed over.
    pub fn stale_types(&self) -> Vec<StaleTypes<'_>> {
        let compared = self.types_files.iter().filter_map(|file| {
            let catalog = self.catalogs.get(file.catalog)?;
            let comparison = Comparison::new(self, catalog, file)?;
            let differences = comparison.differences();
            (!differences.is_empty()).then(|| StaleTypes {
                path: self.sources.get(file.file).map_or("", |source| &source.path),
                origin: file.types.span.in_file(file.file),
                schemas: &file.types.schemas,
                differences,
            })
        });
        compared.collect()
    }
}

/// One file beside the catalog of its database.
struct Comparison<'m> {
    model: &'m Model,
    catalog: &'m Catalog,
    file: &'m TypesFile,
    shown: BTreeMap<QualifiedName, &'m TypedTable>,
    /// The migrations that alter columns, once somebody asks.
    altering: OnceCell<Vec<Altering>>,
    /// Those that add values to enums.
    adding: OnceCell<Vec<(FileId, &'m Source)>>,
}

impl<'m> Comparison<'m> {
    /// None when the two may be about different databases, when somebody wrote the types by hand,
    /// or when the schema is not told by migrations alone.
    fn new(model: &'m Model, catalog: &'m Catalog, file: &'m TypesFile) -> Option<Self> {
        let tables = &file.types.tables;
        let is_generated = tables.iter().all(|table| table.is_view || table.tells_inserts);
        if !is_generated || catalog.declared_by.is_some() {
            return None;
        }
        let shown: BTreeMap<QualifiedName, &TypedTable> = tables
            .iter()
            .map(|table| (QualifiedName::new(table.schema.clone(), table.name.clone()), table))
            .collect();
        let (altering, adding) = (OnceCell::new(), OnceCell::new());
        let comparison = Self { model, catalog, file, shown, altering, adding };
        let own = comparison.settled().count();
        let shared =
            comparison.settled().filter(|table| comparison.shown.contains_key(&table.name)).count();
        let fits = shared > 0 && shared * 2 >= own.min(comparison.shown.len());
        fits.then_some(comparison)
    }

    /// The tables that can be compared: certain, and of a schema that the types show.
    fn settled(&self) -> impl Iterator<Item = &'m Table> {
        let tables = self.catalog.tables.values();
        tables.filter(|table| self.shows(&table.name) && self.catalog.is_settled(table))
    }

    fn shows(&self, name: &QualifiedName) -> bool {
        self.file.types.schemas.contains(&name.schema)
    }

    fn differences(&self) -> Vec<TypesDifference> {
        let mut found: Vec<TypesDifference> = Vec::new();
        found.extend(self.gone_tables());
        let both = || self.settled().filter_map(|table| Some((table, self.table_shown(table)?)));
        found.extend(both().flat_map(|(table, shown)| self.gone_columns(table, shown)));
        found.extend(both().flat_map(|(table, shown)| self.changed(table, shown)));
        found.extend(self.missing_tables());
        found.extend(both().flat_map(|(table, shown)| self.missing_columns(table, shown)));
        found.extend(self.catalog.types.values().flat_map(|own| self.missing_values(own)));
        let overtaken = self.overtaken(&found);
        for one in &mut found {
            one.overtaken = one.made.is_some_and(|origin| overtaken.contains(&origin.file));
        }
        found
    }

    /// Migrations that differ although the types show what later ones made. The types are taken
    /// to be as old as explains most: all before is shown, all after is not.
    fn overtaken(&self, differences: &[TypesDifference]) -> BTreeSet<FileId> {
        let differ: BTreeSet<FileId> =
            differences.iter().filter_map(|one| Some(one.made?.file)).collect();
        let known = self.shown_files().union(&differ).copied().collect::<BTreeSet<FileId>>();
        let mut met = BTreeSet::new();
        let files = self.catalog.history.iter().map(|change| change.origin.file);
        let order: Vec<FileId> =
            files.filter(|file| known.contains(file) && met.insert(*file)).collect();
        // Of each age: those before that differ, and those after that do not.
        let mut unexplained = order.iter().filter(|file| !differ.contains(file)).count();
        let mut least = (unexplained, 0);
        for (before, file) in order.iter().enumerate() {
            if differ.contains(file) {
                unexplained += 1;
            } else {
                unexplained -= 1;
            }
            least = least.min((unexplained, before + 1));
        }
        let (_, age) = least;
        order.iter().take(age).filter(|file| differ.contains(file)).copied().collect()
    }

    /// The migrations that made columns which the types show.
    fn shown_files(&self) -> BTreeSet<FileId> {
        let tables = self.settled().filter_map(|table| Some((table, self.table_shown(table)?)));
        let columns = tables.flat_map(|(table, shown)| {
            let columns = self.catalog.settled_columns(table);
            columns.filter(|column| shown.columns.iter().any(|it| it.name == column.name))
        });
        columns.map(|column| column.origin.file).collect()
    }

    fn table_shown(&self, table: &Table) -> Option<&'m TypedTable> {
        self.shown.get(&table.name).copied().filter(|shown| !shown.is_view)
    }

    /// Tables that the migrations made and took away again.
    fn gone_tables(&self) -> impl Iterator<Item = TypesDifference> {
        self.shown.iter().filter_map(|(name, shown)| {
            let catalog = self.catalog;
            if shown.is_view
                || catalog.tables.contains_key(name)
                || catalog.views.contains_key(name)
                || catalog.unknown.contains(name)
            {
                return None;
            }
            let history = &catalog.history;
            let (at, renamed) =
                history.iter().enumerate().rev().find_map(|(at, change)| match &change.kind {
                    ChangeKind::TableDropped(gone) if gone == name => Some((at, None)),
                    ChangeKind::TableRenamed { from, to } if from == name => {
                        Some((at, Some(to.clone())))
                    }
                    _ => None,
                })?;
            let is_made = history.iter().take(at).any(|change| match &change.kind {
                ChangeKind::TableCreated(made) => made == name,
                ChangeKind::TableRenamed { to, .. } => to == name,
                _ => false,
            });
            let origin = history.get(at)?.origin;
            (is_made && !catalog.pending.holds(origin)).then(|| TypesDifference {
                what: TypesDiffer::TableGone(renamed),
                object: name.clone(),
                part: None,
                shown: Some(shown.span.in_file(self.file.file)),
                made: Some(origin),
                overtaken: false,
            })
        })
    }

    fn gone_columns(&self, table: &Table, shown: &TypedTable) -> Vec<TypesDifference> {
        let gone = shown.columns.iter().filter(|column| table.column(&column.name).is_none());
        let found = gone.filter_map(|column| {
            let past = table.past_columns.iter().rev().find(|past| past.name == column.name)?;
            let is_pending = self.catalog.pending.holds(past.origin);
            (!is_pending).then(|| TypesDifference {
                what: TypesDiffer::ColumnGone(past.renamed_to.clone()),
                object: table.name.clone(),
                part: Some(column.name.clone()),
                shown: Some(column.span.in_file(self.file.file)),
                made: Some(past.origin),
                overtaken: false,
            })
        });
        found.collect()
    }

    /// Columns of another type, or that may be null on one side only.
    fn changed(&self, table: &Table, shown: &TypedTable) -> Vec<TypesDifference> {
        let mut steps = self.catalog.pending.steps.iter();
        let is_changing =
            steps.any(|step| step.table.as_ref().is_some_and(|it| it.name == table.name));
        if is_changing || self.has_drifted(table, shown) {
            return Vec::new();
        }
        let mut found = Vec::new();
        for column in self.catalog.settled_columns(table) {
            let Some(typed) = shown.columns.iter().find(|it| it.name == column.name) else {
                continue;
            };
            let what = self.differs(column, typed);
            let stated =
                what.and_then(|what| Some((self.statement_of(table, column, &what)?, what)));
            if let Some((origin, what)) = stated {
                found.push(TypesDifference {
                    what,
                    object: table.name.clone(),
                    part: Some(column.name.clone()),
                    shown: Some(typed.span.in_file(self.file.file)),
                    made: Some(origin),
                    overtaken: false,
                });
            }
        }
        found
    }

    /// Whether a table has columns that no migration ever gave it: then somebody else made or
    /// changed it, and `create table if not exists` may have done nothing.
    fn has_drifted(&self, table: &Table, shown: &TypedTable) -> bool {
        shown.columns.iter().any(|column| {
            let name = &column.name;
            let is_past = || table.past_columns.iter().any(|past| past.name == *name);
            table.column(name).is_none() && !is_past() && !self.catalog.has_function(name)
        })
    }

    fn migrations(&self) -> impl Iterator<Item = (FileId, &'m Source)> {
        let model = self.model;
        let of_catalog = model.catalog_of_file.iter();
        let of_catalog = of_catalog.filter(|(_, catalog)| **catalog == self.file.catalog);
        let sources = of_catalog.filter_map(|(file, _)| Some((*file, model.sources.get(*file)?)));
        sources.filter(|(_, source)| source.path.ends_with(".sql"))
    }

    /// What made a column as it is: a later `alter column`, or else its definition. None where
    /// that may have done nothing because the table or column was there already, made elsewhere.
    fn statement_of(&self, table: &Table, column: &Column, what: &TypesDiffer) -> Option<Origin> {
        let action = if matches!(what, TypesDiffer::Type(..)) { " type " } else { " not null" };
        let altering = self.altering.get_or_init(|| {
            self.migrations()
                .filter_map(|(file, source)| Altering::of(file, &source.text))
                .collect()
        });
        let wanted = (table.name.name.as_str(), column.name.as_str());
        let altered = altering.iter().rev().find_map(|text| text.last(wanted, action));
        altered.or_else(|| {
            let is_added = self.catalog.adds_column(&table.name, &column.name);
            let name = if is_added { column.origin } else { table.origin()? };
            let text = &self.model.sources.get(name.file)?.text;
            let before = text.get(..name.span.start as usize)?.trim_end().to_ascii_lowercase();
            (!before.ends_with(" exists")).then_some(column.origin)
        })
    }

    fn differs(&self, column: &Column, typed: &TypedColumn) -> Option<TypesDiffer> {
        let (kind, is_array) = family(self.catalog, &column.type_name)?;
        if typed.kind == TypedKind::Other {
            return None;
        }
        if (&kind, is_array) != (&typed.kind, typed.is_array) {
            return Some(TypesDiffer::Type(written(typed), column.type_name.clone()));
        }
        match (column.not_null, typed.nullable) {
            (false, false) => Some(TypesDiffer::MayBeNull),
            (true, true) => Some(TypesDiffer::NeverNull),
            _ => None,
        }
    }

    fn missing_tables(&self) -> Vec<TypesDifference> {
        let missing = |what: TypesDiffer, object: &QualifiedName, made: Option<Origin>| {
            let object = object.clone();
            TypesDifference { what, object, part: None, shown: None, made, overtaken: false }
        };
        let tables = self.settled().map(|it| (TypesDiffer::NoTable, &it.name, it.origin()));
        let views = self.catalog.views.values().filter_map(|view| {
            let Provenance::Migration(origin) = view.provenance else { return None };
            let is_certain = self.shows(&view.name)
                && !self.catalog.unknown.contains(&view.name)
                && !self.catalog.pending.holds(origin);
            is_certain.then_some((TypesDiffer::NoView, &view.name, Some(origin)))
        });
        let all = tables.chain(views).filter(|(_, name, _)| !self.shown.contains_key(*name));
        all.map(|(what, name, made)| missing(what, name, made)).collect()
    }

    fn missing_columns(&self, table: &Table, shown: &TypedTable) -> Vec<TypesDifference> {
        let columns = self.catalog.settled_columns(table);
        let has_drifted = self.has_drifted(table, shown);
        let is_certain =
            |column: &Column| !has_drifted || self.catalog.adds_column(&table.name, &column.name);
        let missing = columns
            .filter(|column| !shown.columns.iter().any(|it| it.name == column.name))
            .filter(|column| is_certain(column))
            .map(|column| TypesDifference {
                what: TypesDiffer::NoColumn,
                object: table.name.clone(),
                part: Some(column.name.clone()),
                shown: Some(shown.span.in_file(self.file.file)),
                made: Some(column.origin),
                overtaken: false,
            });
        missing.collect()
    }

    fn missing_values(&self, own: &UserType) -> Vec<TypesDifference> {
        let (TypeKind::Enum(values), Provenance::Migration(made)) = (&own.kind, own.provenance)
        else {
            return Vec::new();
        };
        let is_doubtful = self.catalog.unknown.contains(&own.name);
        if is_doubtful || self.catalog.pending.holds(made) || !self.shows(&own.name) {
            return Vec::new();
        }
        let is_shown = |it: &&TypedEnum| it.schema == own.name.schema && it.name == own.name.name;
        let Some(shown) = self.file.types.enums.iter().find(is_shown) else {
            return vec![TypesDifference {
                what: TypesDiffer::NoEnum,
                object: own.name.clone(),
                part: None,
                shown: None,
                made: Some(made),
                overtaken: false,
            }];
        };
        let missing = values.iter().filter(|value| !shown.values.contains(value));
        let placed = missing.map(|value| (value, self.place_of_value(value).unwrap_or(made)));
        let certain = placed.filter(|(_, place)| !self.catalog.pending.holds(*place));
        let differences = certain.map(|(value, place)| TypesDifference {
            what: TypesDiffer::NoValue,
            object: own.name.clone(),
            part: Some(value.clone()),
            shown: Some(shown.span.in_file(self.file.file)),
            made: Some(place),
            overtaken: false,
        });
        differences.collect()
    }

    /// Where a value was added to an enum that was there already.
    fn place_of_value(&self, value: &str) -> Option<Origin> {
        let literal = format!("'{}'", value.replace('\'', "''"));
        let adding = self.adding.get_or_init(|| {
            let adds = |text: &str| text.to_ascii_lowercase().contains(ADD_VALUE);
            self.migrations().filter(|(_, source)| adds(&source.text)).collect()
        });
        let mut places = adding.iter().filter_map(|(file, source)| {
            let mut places = source.text.match_indices(&literal);
            let (start, _) = places.find(|(start, _)| {
                let before = source.text.get(..*start).unwrap_or_default();
                let statement = before.rsplit(';').next().unwrap_or_default();
                statement.to_ascii_lowercase().contains(ADD_VALUE)
            })?;
            Some(Span::new(start, start + literal.len()).in_file(*file))
        });
        places.next_back()
    }
}

/// What the generator writes for a type, and whether it is an array; none where that is not
/// certain.
fn family(catalog: &Catalog, type_name: &str) -> Option<(TypedKind, bool)> {
    let (name, is_array) = match type_name.strip_suffix("[]") {
        Some(item) => (item, true),
        None => (type_name, false),
    };
    let base = name.split('(').next()?.trim_end();
    let kind = match base {
        "uuid" | "text" | "citext" | "character" | "character varying" | "date" | "time"
        | "timestamp" => TypedKind::Text,
        "smallint" | "integer" | "bigint" | "real" | "double precision" | "numeric" => {
            TypedKind::Number
        }
        "boolean" => TypedKind::Boolean,
        "json" | "jsonb" => TypedKind::Json,
        _ if base.starts_with("timestamp with") || base.starts_with("time with") => TypedKind::Text,
        _ => {
            let own = catalog.type_written(name)?;
            match own.kind {
                TypeKind::Enum(_) => {
                    TypedKind::Enum(own.name.schema.clone(), own.name.name.clone())
                }
                _ => return None,
            }
        }
    };
    Some((kind, is_array))
}

/// The type as the types say it.
fn written(typed: &TypedColumn) -> String {
    let name = match &typed.kind {
        TypedKind::Text => "string",
        TypedKind::Number => "number",
        TypedKind::Boolean => "boolean",
        TypedKind::Json => "Json",
        TypedKind::Enum(_, name) => name,
        TypedKind::Other => "unknown",
    };
    format!("{name}{}", if typed.is_array { "[]" } else { "" })
}
