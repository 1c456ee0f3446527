//! Relations: the columns that refer, their foreign keys, and tables between two others.

use smol_str::SmolStr;
use trave_source::Origin;
use trave_sql::Dialect;
use trave_ts::ir::{ExprKind, Field};

use super::{Around, Prop, Reader, Shape, index, names};
use crate::declared::class::{ClassAt, Decorator, Options, settle};
use crate::declared::code::At;
use crate::declared::entity_names::Lead;
use crate::declared::{Action, Column, Key, Reference, Table, TableName};

/// A relation whose side makes columns or a table.
#[derive(Debug, Clone)]
pub(super) struct Relation {
    /// The path of its property.
    pub(super) path: SmolStr,
    /// The columns that refer, once they are known.
    pub(super) columns: Vec<SmolStr>,
    property: SmolStr,
    kind: SmolStr,
    target: Option<ClassAt>,
    options: Option<At>,
    prefix: SmolStr,
    nullable: bool,
    primary: bool,
    origin: Origin,
}

impl<'c> Reader<'c> {
    /// Notes that a field leads to another class.
    pub(super) fn add_lead(
        &self,
        shape: &mut Shape<'c>,
        path: &SmolStr,
        (class, field, said): (ClassAt, &Field, &Decorator<'c>),
    ) -> Option<()> {
        let arguments: Vec<At> = (0..3).filter_map(|at| said.argument(at)).collect();
        let object = arguments.iter().find(|at| self.code.is_object(**at)).copied();
        let options = Options { code: self.code, at: object };
        let entity = arguments.first().filter(|at| Some(**at) != object).copied();
        let target = match entity.or_else(|| options.field("entity")) {
            Some(at) => self.code.as_class(at),
            None => self.code.annotated_class(class, field),
        };
        let second = said.argument(1).filter(|at| Some(*at) != object);
        let back = options.field("mappedBy").or(second);
        let back = back.and_then(|at| self.code.member(at));
        shape.leads.retain(|known| known.path != *path);
        shape.leads.push(Lead {
            path: path.clone(),
            target: target?,
            is_list: said.name.ends_with("ToMany"),
            back,
            columns: Vec::new(),
        });
        Some(())
    }

    /// Adds the relation that a field is, if its side makes columns or a table.
    pub(super) fn add_relation(
        &self,
        shape: &mut Shape<'c>,
        around: &Around,
        (class, field, said): (ClassAt, &Field, &Decorator<'c>),
    ) -> Option<()> {
        let arguments: Vec<At> = (0..3).filter_map(|at| said.argument(at)).collect();
        let object = arguments.iter().find(|at| self.code.is_object(**at)).copied();
        let options = Options { code: self.code, at: object };
        let is_one = said.name == "ManyToOne";
        let second = said.argument(1).filter(|at| Some(*at) != object);
        let is_inverse = options.field("mappedBy").is_some() || second.is_some() && !is_one;
        if is_inverse && !options.is("owner") || options.truth("persist") == Some(false) {
            return None;
        }
        let entity = arguments.first().filter(|at| Some(**at) != object).copied();
        let target = match entity.or_else(|| options.field("entity")) {
            Some(at) => self.code.as_class(at),
            None => self.code.annotated_class(class, field),
        };
        let path = around.path(&field.name);
        shape.relations.retain(|known| known.path != path);
        shape.relations.push(Relation {
            path,
            columns: Vec::new(),
            property: field.name.clone(),
            kind: said.name.clone(),
            target,
            options: object,
            prefix: around.prefix.clone(),
            nullable: around.nullable || self.is_nullable(options, (class, field)),
            primary: options.is("primary"),
            origin: self.code.place(class.module, field.span),
        });
        if options.is("primary") {
            shape.counts = false;
        }
        Some(())
    }

    /// Makes the columns of relations, which depend on each other's keys.
    pub(super) fn resolve(&self, shapes: &mut [Shape<'c>]) {
        settle(shapes.len(), |at| self.resolve_one(shapes, at));
    }

    fn resolve_one(&self, shapes: &mut [Shape<'c>], at: usize) -> bool {
        let waiting = |shape: &Shape<'c>| {
            let relations = shape.relations.iter().enumerate();
            let open = relations.filter(|(_, it)| it.columns.is_empty() && it.kind != "ManyToMany");
            open.map(|(index, it)| (index, it.clone())).collect::<Vec<_>>()
        };
        let mut changed = false;
        for (index, relation) in shapes.get(at).map(waiting).unwrap_or_default() {
            let Some((target, referenced)) = referenced(shapes, at, &relation) else { continue };
            let Some(shape) = shapes.get_mut(at) else { continue };
            let columns = self.refer(shape, &relation, (target, &referenced));
            if let Some(relation) = shape.relations.get_mut(index) {
                relation.columns = columns;
            }
            changed = true;
        }
        changed
    }

    /// Adds the columns and the foreign key of a relation.
    fn refer(
        &self,
        shape: &mut Shape<'c>,
        relation: &Relation,
        (target, referenced): (TableName, &[Prop]),
    ) -> Vec<SmolStr> {
        let options = Options { code: self.code, at: relation.options };
        let mut columns = Vec::new();
        for theirs in referenced {
            let name = self.join_name(relation, (theirs, referenced.len()));
            if !shape.table.columns.iter().any(|column| column.name == name) {
                shape.put(Column {
                    name: name.clone(),
                    data_type: theirs.data_type.clone(),
                    not_null: relation.primary || !relation.nullable,
                    default: None,
                    generated: None,
                    origin: relation.origin,
                });
            }
            shape.props.push(Prop {
                path: relation.path.clone(),
                column: name.clone(),
                data_type: theirs.data_type.clone(),
            });
            if relation.primary {
                shape.primary.push((name.clone(), relation.origin));
            }
            columns.push(name);
        }
        let origin = relation.origin;
        let foreign = foreign((&shape.table.name, target), &columns, (referenced, origin));
        if options.truth("createForeignKeyConstraint") != Some(false) {
            let (on_delete, on_update) = self.actions(options, relation);
            shape.table.references.push(Reference { on_delete, on_update, ..foreign });
        }
        let is_unique = options.truth("unique").unwrap_or(relation.kind == "OneToOne");
        if is_unique && !relation.primary {
            self.add_unique(shape, columns.clone(), (options.text("unique"), origin));
        } else if options.truth("index").unwrap_or(self.settings.dialect != Dialect::Postgres) {
            super::add_index(shape, &columns, (options.text("index"), origin));
        }
        columns
    }

    fn join_name(&self, relation: &Relation, (theirs, count): (&Prop, usize)) -> SmolStr {
        let options = Options { code: self.code, at: relation.options };
        let names = ["fieldName", "joinColumn", "name"];
        let own = names.into_iter().find_map(|name| options.text(name)).filter(|_| count == 1);
        let made_up =
            || SmolStr::new(format!("{}_{}", self.name(&relation.property), theirs.column));
        format!("{}{}", relation.prefix, own.unwrap_or_else(made_up)).into()
    }

    /// What happens to a row when what it refers to goes or gets another key.
    fn actions(&self, options: Options<'_, '_>, relation: &Relation) -> (Action, Action) {
        let cascades = options.field("cascade").and_then(|at| self.code.items(at));
        let has = |name: &str| {
            cascades.iter().flatten().any(|at| {
                matches!(self.code.kind(*at), Some(ExprKind::Member { property, .. })
                    if property == name || property == "ALL")
            })
        };
        let said = |names: [&str; 2]| names.into_iter().find_map(|name| action(options, name));
        let delete = said(["deleteRule", "onDelete"]).unwrap_or(if has("REMOVE") {
            Action::Cascade
        } else if relation.nullable {
            Action::SetNull
        } else {
            Action::NoAction
        });
        let follows = cascades.is_none() || has("PERSIST");
        let made_up = if follows { Action::Cascade } else { Action::NoAction };
        (delete, said(["updateRule", "onUpdateIntegrity"]).unwrap_or(made_up))
    }

    /// The tables between two others.
    pub(super) fn junctions(&self, shapes: &[Shape<'c>]) -> Vec<Table> {
        let mut tables = Vec::new();
        for shape in shapes {
            let owned = shape.relations.iter().filter(|relation| relation.kind == "ManyToMany");
            for relation in owned {
                tables.extend(self.junction(shapes, shape, relation));
            }
        }
        tables
    }

    fn junction(
        &self,
        shapes: &[Shape<'c>],
        shape: &Shape<'c>,
        relation: &Relation,
    ) -> Option<Table> {
        let target = shapes.get(position(shapes, relation.target?)?)?;
        let options = Options { code: self.code, at: relation.options };
        let named = options.field("pivotTable");
        let own = named.and_then(|at| self.code.text(at));
        if options.field("pivotEntity").is_some() || named.is_some() && own.is_none() {
            return None;
        }
        let property = self.name(&relation.property);
        let made_up = || format!("{}_{property}", self.name(&shape.name));
        let written = own.map_or_else(made_up, |own| own.to_string());
        let (schema, name) = match written.split_once('.') {
            Some((schema, name)) => (Some(schema.into()), name.into()),
            None => (shape.table.name.schema.clone(), written.into()),
        };
        let mut table = Table::new(TableName { schema, name }, relation.origin);
        let is_self = std::ptr::eq(shape, target);
        for (side, option, suffix) in
            [(shape, "joinColumn", "_1"), (target, "inverseJoinColumn", "_2")]
        {
            let suffix = if is_self { suffix } else { "" };
            let referenced = side.key()?;
            let own = options.text(option).filter(|_| referenced.len() == 1);
            let made_up =
                |theirs: &Prop| format!("{}_{}{suffix}", self.name(&side.name), theirs.column);
            let column = |theirs: &Prop| own.clone().unwrap_or_else(|| made_up(theirs).into());
            let columns: Vec<SmolStr> = referenced.iter().map(column).collect();
            let target = side.table.name.clone();
            let ends = (&table.name, target);
            let foreign = foreign(ends, &columns, (&referenced, relation.origin));
            table.references.push(foreign);
            if self.settings.dialect != Dialect::Postgres {
                let name = names::constraint(&table.name.name, &columns, "index");
                table.indexes.push(index(Some(name), &columns, relation.origin));
            }
            for (name, theirs) in columns.into_iter().zip(&referenced) {
                table.columns.push(Column {
                    name,
                    data_type: theirs.data_type.clone(),
                    not_null: true,
                    default: None,
                    generated: None,
                    origin: relation.origin,
                });
            }
        }
        table.keys.push(Key {
            primary: true,
            name: None,
            columns: table.columns.iter().map(|it| it.name.clone()).collect(),
            nulls_not_distinct: false,
            origin: relation.origin,
        });
        Some(table)
    }
}

impl Shape<'_> {
    fn key(&self) -> Option<Vec<Prop>> {
        let by_column = |(column, _): &(SmolStr, Origin)| {
            self.props.iter().find(|prop| prop.column == *column).cloned()
        };
        let found: Option<Vec<Prop>> = self.primary.iter().map(by_column).collect();
        found.filter(|found| !found.is_empty())
    }
}

/// A foreign key that follows whatever happens.
fn foreign(
    (own, target): (&TableName, TableName),
    columns: &[SmolStr],
    (referenced, origin): (&[Prop], Origin),
) -> Reference {
    Reference {
        name: Some(names::constraint(&own.name, columns, "foreign")),
        columns: columns.to_vec(),
        target,
        target_columns: referenced.iter().map(|prop| prop.column.clone()).collect(),
        on_delete: Action::Cascade,
        on_update: Action::Cascade,
        origin,
    }
}

/// The table that a relation refers to with its key, once that is known.
fn referenced(
    shapes: &[Shape<'_>],
    own: usize,
    relation: &Relation,
) -> Option<(TableName, Vec<Prop>)> {
    let at = position(shapes, relation.target?)?;
    let target = shapes.get(at)?;
    let waits = |other: &Relation| other.primary && other.columns.is_empty();
    if at != own && target.relations.iter().any(waits) {
        return None;
    }
    Some((target.table.name.clone(), target.key()?))
}

fn position(shapes: &[Shape<'_>], class: ClassAt) -> Option<usize> {
    shapes.iter().position(|shape| shape.classes.contains(&class))
}

fn action(options: Options<'_, '_>, name: &str) -> Option<Action> {
    Some(match options.text(name)?.as_str() {
        "cascade" => Action::Cascade,
        "set null" => Action::SetNull,
        "restrict" => Action::Restrict,
        "set default" => Action::SetDefault,
        _ => Action::NoAction,
    })
}
